#!/usr/bin/env bats
# The examples of primer(1), as the page gives them: each runs its program, as the user it says, with its arguments.
# variants: root/group
# shellcheck disable=SC2016,SC2154 # the variables are the stub's; $status and $lines are run's

load ../lib/common
load ../lib/ns

bats_require_minimum_version 1.5.0

page=$PRIMER_SOURCE/docs/primer.1

setup() {
  ns_setup
  cd "$BATS_TEST_TMPDIR" || return
  chmod 755 .
  # In the place of each program one that tells how it was called.
  printf '#!/bin/sh\nprintf "%%s\\n" "${0##*/}" "$(id -nu)" "$@"\n' >server
  chmod 755 server
  cp server nginx
  cp server java
  printf '%s\n' 'root:x:0:0::/:/bin/sh' 'www-data:x:33:33::/:/bin/sh' 'app:x:1234:1234::/:/bin/sh' >passwd
  printf '%s\n' 'root:x:0:' 'www-data:x:33:' 'app:x:1234:' >group
}

teardown() {
  ns_teardown
}

# example NUMBER: what stands there after "primer".
example() {
  sed -n '/^\.Sh EXAMPLES$/,/^\.Sh SEE/s/^\.Dl primer //p' "$page" | sed -n "$1p"
}

# try NUMBER: as PID 1, among the users of this test.
try() {
  export PATH=$PWD:$PATH
  run -0 unshare --mount --pid --fork --mount-proc sh -c \
    "mount --bind passwd /etc/passwd && mount --bind group /etc/group && exec \"\$PRIMER\" $(example "$1")"
}

@test "the page's examples are three" {
  assert_equal "$(example 1,9 | wc -l)" 3
}

@test "a web server as its own user, its own stop signal" {
  try 1
  assert_equal "${lines[*]}" 'nginx www-data -g daemon off;'
}

@test "a program with time to end, whose 143 is no failure" {
  printf '#!/bin/sh\nexit 143\n' >java
  try 2
}

@test "a server with one capability, which can gain no more" {
  printf '#!/bin/sh\nid -nu\nsed -n "s/^NoNewPrivs:\\t//p; s/^CapAmb:\\t//p" /proc/self/status\n' >server
  try 3
  assert_equal "${lines[*]}" 'app 0000000000000400 1'
}
