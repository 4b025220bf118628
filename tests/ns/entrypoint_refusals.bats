#!/usr/bin/env bats
# What the entrypoint life says when it runs nothing: one line on stderr with what, why by its errno, and what to try; and
# with which status it ends then.
# variants: root/group

# shellcheck disable=SC2154 # $stderr is run's
load ../lib/common
load ../lib/entry

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR" || return
}

show=$PRIMER_BUILD/helpers/entry_show

# refused STATUS REGEX COMMAND…: the command ends so, prints nothing, and says one line that begins as the regex does.
refused() {
  local wanted=$1 regex=$2
  shift 2
  run "-$wanted" --separate-stderr "$@"
  [[ -z $output && ${#stderr_lines[@]} == 1 && $stderr =~ ^$regex ]] || {
    printf '%s\n  wanted: %s\n  stdout: %s\n  stderr: %s\n' "$*" "$regex" "$output" "$stderr" >&2
    return 1
  }
}

# As somebody who is not root, also when this is root.
ordinary=()
((EUID != 0)) || ordinary=(setpriv --reuid=61234 --regid=61234 --clear-groups)

@test "a program that is not there is 127" {
  refused 127 "primer: cannot execute no-such-program: no such file or directory \(ENOENT\): there is no such file: look" \
    "$PRIMER" no-such-program
  refused 127 "primer: cannot execute ./neither: no such file or directory \(ENOENT\): there is no such file: look" \
    "$PRIMER" ./neither
  refused 126 "primer: cannot execute /bin/true/x: not a directory \(ENOTDIR\)" "$PRIMER" /bin/true/x
}

@test "a program whose interpreter is missing is 127, and the interpreter is named" {
  printf '#!/no/such/shell\n' >script && chmod 755 script
  refused 127 "primer: cannot execute ./script: no such file or directory \(ENOENT\): /no/such/shell: the script is there" \
    "$PRIMER" ./script
  printf '#!/bin/sh\r\n' >windows && chmod 755 windows
  refused 127 "primer: cannot execute ./windows: no such file .*\(ENOENT\): /bin/sh.: .* dos2unix" "$PRIMER" ./windows
  # The interpreter's name inside a copy of a dynamic program.
  sed 's|/ld-linux|/ld-nobdy|' /bin/true >orphan && chmod 755 orphan
  refused 127 "primer: cannot execute ./orphan: no such file .*\(ENOENT\): /lib.*/ld-nobdy.*: .* not the dynamic linker" \
    "$PRIMER" ./orphan
}

@test "what is there and cannot be executed is 126, and the reasons are told apart" {
  touch plain && chmod 644 plain
  refused 126 "primer: cannot execute ./plain: permission denied \(EACCES\): the file may not be executed .* chmod \+x" \
    "$PRIMER" ./plain
  refused 126 "primer: cannot execute /: permission denied \(EACCES\): this is a directory: name the program" "$PRIMER" /
  printf 'echo text\n' >text && chmod 755 text
  refused 126 "primer: cannot execute ./text: not in a format .*\(ENOEXEC\): .*names no interpreter: begin it with #!" \
    "$PRIMER" ./text
  # Machine 0xf3 is RISC-V.
  cp "$show" foreign && printf '\363' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
  refused 126 "primer: cannot execute ./foreign: not in a format .*\(ENOEXEC\): .* another kind of processor: take" \
    "$PRIMER" ./foreign
  head -c 100 "$show" >half && chmod 755 half
  refused 126 "primer: cannot execute ./half: not in a format .*\(ENOEXEC\): the file is cut, broken" "$PRIMER" ./half
}

@test "a mount without exec, and a folder that is closed, are told apart from a missing x bit" {
  local mounts=(unshare --mount)
  ((EUID == 0)) || mounts=(unshare --user --map-root-user --mount)
  "${mounts[@]}" true || skip_loudly "no mount namespace here"
  mkdir no-exec closed
  # shellcheck disable=SC2016 # for the inner shell
  refused 126 "primer: cannot execute no-exec/true: permission denied \(EACCES\): .* mounted noexec: move" \
    "${mounts[@]}" sh -c 'mount -t tmpfs -o noexec none no-exec && cp /bin/true no-exec && exec "$0" no-exec/true' "$PRIMER"
  # Primer itself may be in a folder that is closed.
  cp "$PRIMER_RELEASE/primer" primer 2>/dev/null || skip_loudly "no $PRIMER_RELEASE/primer: run scripts/build release"
  chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
  cp /bin/true closed/ && chmod 600 closed
  refused 126 "primer: cannot execute closed/true: permission denied \(EACCES\): a folder on the way to it is closed .* x bit" \
    "${ordinary[@]}" ./primer closed/true
}

@test "options: what was wrong with which, what it takes, and what may have been meant" {
  refused 125 "primer: unrecognized option '--mpa' \(did you mean --map\?\)$" "$PRIMER" --mpa TERM=QUIT true
  refused 125 "primer: unrecognized option '-x': it takes what -h lists$" "$PRIMER" -x true
  refused 125 "primer: unrecognized option '--zzzzzzzzzzzz': it takes what -h lists$" "$PRIMER" --zzzzzzzzzzzz true
  refused 125 "primer: option '--map' cannot be 'TERM=NOTHING': it takes FROM=TO$" "$PRIMER" --map TERM=NOTHING true
  refused 125 "primer: option '--exit' cannot be '1': it takes FROM=TO$" "$PRIMER" --exit 1 true
  refused 125 "primer: option '--stop-timeout' cannot be 'soon': it takes SECONDS$" "$PRIMER" --stop-timeout soon true
  refused 125 "primer: option '--stop-signal' cannot be 'NONE': it takes SIGNAL$" "$PRIMER" --stop-signal NONE true
  refused 125 "primer: option '--parent-death' cannot be 'STOP': it takes SIGNAL$" "$PRIMER" --parent-death STOP true
  refused 125 "primer: option '--user' needs a value: it takes USER\[:GROUP\]$" "$PRIMER" --user
  refused 125 "primer: option '--wait=1' takes no value$" "$PRIMER" --wait=1 true
  refused 125 "primer: no program was named: it takes \[options\] \[--\] program \[arguments\]$" "$PRIMER" -v
  refused 125 "primer: with --pause no program is run, so 'true' has no place$" "$PRIMER" --pause true
}

@test "variables: the same" {
  refused 125 "primer: the environment variable PRIMER_STOP_TIMEOUT cannot be 'soon': it takes a time: 10, 500ms" \
    env PRIMER_STOP_TIMEOUT=soon "$PRIMER" true
  refused 125 "primer: the environment variable PRIMER_STOP_SIGNAL cannot be 'X': it takes a signal: TERM" \
    env PRIMER_STOP_SIGNAL=X "$PRIMER" true
}

@test "what main cannot be given: users, groups, folders, capabilities" {
  refused 125 "primer: --user nobody-at-all: .*\(ESRCH\): the user is not in /etc/passwd: create it, or correct its name$" \
    "$PRIMER" --user nobody-at-all true
  refused 125 "primer: --user 61234: .*\(ESRCH\): a user's number .* says no group: name the group too$" \
    "$PRIMER" --user 61234 true
  refused 125 "primer: --user daemon:no-group: .*\(ESRCH\): the group is not in /etc/group: create it" \
    "$PRIMER" --user daemon:no-group true
  refused 125 "primer: step \"main-directory\" failed: no such file .*\(ENOENT\): /no/such/folder: chdir\(2\)$" \
    "$PRIMER" --chdir /no/such/folder true
  refused 125 "primer: --cap !cap_nonsense: invalid argument \(EINVAL\): it takes names such as !cap_chown" \
    "$PRIMER" --cap '!cap_nonsense' true
}

@test "what only root can do is said to be so" {
  cp "$PRIMER_RELEASE/primer" primer 2>/dev/null || skip_loudly "no $PRIMER_RELEASE/primer: run scripts/build release"
  chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
  refused 125 "primer: step \"main-groups\" failed: operation not permitted \(EPERM\): setgroups\(2\): primer itself has to" \
    "${ordinary[@]}" ./primer --user daemon true
  refused 125 "primer: step \"main-caps\" failed: operation not permitted \(EPERM\): cap_iab\(3\): primer itself has to" \
    "${ordinary[@]}" ./primer --cap ^cap_chown true
}
