#!/usr/bin/env bats
# primer in a real runtime, Podman with runc: as the runtime's init, as an image's entrypoint, stopped, at a terminal; and
# the recipes of docs/containers.md, taken from there.
# variants: root/cgroup
# timeout: 300
# shellcheck disable=SC2016,SC2154 # the variables are the container shell's, or those of the files that are loaded

load ../lib/common
load ../lib/ns
load ../lib/entry
load ../lib/pod

bats_require_minimum_version 1.5.0

recipes=$PRIMER_SOURCE/docs/containers.md

setup_file() {
  pod_setup "$BATS_FILE_TMPDIR/pod"
  [[ -n $POD_OBSTACLE ]] || make_debian_image
}

# What is left of a failed case ends here too, with PID 1 of its namespace; its mounts and its cgroup go with it.
teardown_file() {
  ns_teardown
}

# Debian's own dash and coreutils, with the libraries that they name.
make_debian_image() {
  local files=(/bin/sh /bin/dash /bin/sleep /usr/bin/id /etc/debian_version)
  mapfile -t -O "${#files[@]}" files < <(ldd /bin/dash /bin/sleep /usr/bin/id | grep -o '/[^ ]*lib[^ ]*' | sort -u)
  local root=$BATS_FILE_TMPDIR/debian file
  mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/etc"
  ln -s usr/bin usr/lib usr/lib64 "$root/"
  for file in "${files[@]}"; do
    mkdir -p "$root/${file%/*}"
    cp -L "$file" "$root/$file"
  done
  pod_image docker.io/library/debian:12 "$root"
}

setup() {
  [[ -z $POD_OBSTACLE || $BATS_TEST_DESCRIPTION == "what cannot be run"* ]] || skip_loudly "$POD_OBSTACLE"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
  entry_teardown
  [[ -n $POD_OBSTACLE ]] || pod rm --all --force --time 0 >/dev/null 2>&1 || true
}

# recipe KIND NAME: the block of containers.md that is marked so.
recipe() {
  sed -n "/^\`\`\`$1 $2\$/,/^\`\`\`\$/p" "$recipes" | sed '1d;$d' | grep .
}

# logged CONTAINER WORDS: whether it has said so.
logged() {
  pod logs "$1" 2>&1 | grep -q -- "$2"
}

# build NAME FILE…: the image of the recipe, from a folder with these files.
build() {
  local name=$1
  shift
  mkdir build
  cp -- "$@" build/
  recipe Dockerfile "$name" >build/Dockerfile
  pod build --quiet --no-cache --layers=false --pull-never --tag "localhost/$name" build >/dev/null
}

@test "podman can write to nothing of the machine's, and the machine sees nothing of podman's" {
  pod "${pod_run[@]}" --detach --name seen --init --init-path="$PRIMER_RELEASE/primer" "$pod_busybox" sleep 314 >/dev/null
  wait_until 20 pgrep -xf "sleep 314"
  # The storage's shared memory is mounted for the container, but only where podman is.
  pod_beside grep -q "$POD_ROOT/storage" /proc/self/mountinfo
  run grep "$POD_ROOT" /proc/self/mountinfo
  assert_output ""
  run pod_beside test -w /etc
  assert_failure
  pod_beside touch /var/lib/containers/mark
  assert_file_exists "$POD_ROOT/var/mark"
  pod stop --time 20 seen
  run pgrep -xf "sleep 314"
  assert_failure
}

@test "as the runtime's own init, under its names: 42 comes out" {
  local name
  for name in primer docker-init catatonit; do
    run pod "${pod_run[@]}" --init --init-path="$PRIMER_RELEASE/$name" "$pod_busybox" sh -c 'exit 42'
    assert_equal "$status" 42
  done
  run pod "${pod_run[@]}" --init --init-path="$PRIMER_RELEASE/primer" "$pod_busybox" sh -c 'kill -TERM $$'
  assert_equal "$status" 143
}

@test "recipe: from scratch" {
  cp "$entry_helpers/entry_show" server
  build scratch "$PRIMER_RELEASE/primer" server
  run pod "${pod_run[@]}" localhost/scratch /server 42
  assert_equal "$status" 42
}

@test "recipe: Debian, an ordinary user, a read-only root, a stop" {
  build debian "$PRIMER_RELEASE/primer"
  run pod "${pod_run[@]}" --read-only localhost/debian sh -c 'id -u; exit 41'
  assert_equal "$status" 41
  assert_output 1000
  pod "${pod_run[@]}" --detach --read-only --name stopped localhost/debian >/dev/null
  wait_until 20 logged stopped 1000
  run pod stop --time 20 stopped
  assert_success
}

@test "recipe: busybox, another user with supplementary groups" {
  build busybox "$PRIMER_RELEASE/primer"
  run pod "${pod_run[@]}" localhost/busybox id
  assert_success
  assert_output --partial "uid=33(www-data) gid=33(www-data)"
  assert_output --partial "44(extra)"
}

@test "recipe: two services and a main unit; the logs are the container's output" {
  local unit
  for unit in first second job; do
    # shellcheck disable=SC2094 # recipe reads containers.md
    recipe ini "$unit.service" >"$unit.service"
  done
  build manager "$PRIMER_RELEASE/primer" /bin/busybox ./*.service
  run pod "${pod_run[@]}" localhost/manager
  assert_equal "$status" 7
  assert_output --partial "first is up"
  assert_output --partial "second is up"
  assert_output --partial "the job is done"
}

@test "the manager without a main unit is stopped by podman stop, its services with it" {
  mkdir -p tree/etc/primer
  cp -- "$PRIMER_RELEASE/primer" /bin/busybox tree/
  recipe ini first.service >tree/etc/primer/first.service
  pod_image localhost/services tree
  pod "${pod_run[@]}" --detach --name services localhost/services /primer --manager >/dev/null
  wait_until 20 logged services "first is up"
  pgrep -xf "/busybox sleep 1000"
  run pod stop --time 20 services
  assert_success
  run pgrep -xf "/busybox sleep 1000"
  assert_failure
}

@test "podman stop: a shell with three stubborn grandchildren, one in its own session, leaves nothing" {
  pod "${pod_run[@]}" --detach --name stubborn --init --init-path="$PRIMER_RELEASE/primer" \
    --env PRIMER_STOP_TIMEOUT=1 "$pod_busybox" sh -c '
      for n in 1 2; do sh -c "trap \"\" TERM; exec sleep 31$n" & done
      setsid sh -c "trap \"\" TERM; exec sleep 313" &
      echo up; wait' >/dev/null
  wait_until 20 pgrep -xf "sleep 311"
  wait_until 20 pgrep -xf "sleep 312"
  wait_until 20 pgrep -xf "sleep 313"
  local begin=${EPOCHREALTIME/./}
  run pod stop --time 30 stubborn
  assert_success
  (((${EPOCHREALTIME/./} - begin) / 1000000 < 15))
  run pgrep -xf "sleep 31[123]"
  assert_failure
}

@test "-t gives a working interactive shell" {
  cat >script.exp <<END
set timeout 30
set stty_init {rows 33 columns 99}
# A list of cases on one line would be taken for a pattern.
proc must {pattern} {
  expect {
    -re \$pattern {}
    timeout { puts "expected: \$pattern"; exit 1 }
    eof { puts "ended, expected: \$pattern"; exit 1 }
  }
}
spawn $POD_ROOT/podman ${pod_run[*]} -it --init --init-path=$PRIMER_RELEASE/primer $pod_busybox sh
must {# }
send "PS1=prom''pt%\r"
must {prompt%}
send "sh -c 'echo first sle\"\"eps; exec sleep 100'\r"
must {first sleeps}
send \003
must {prompt%}
send "sh -c 'echo second sle\"\"eps; exec sleep 100'\r"
must {second sleeps}
send \032
must {Stopped}
must {prompt%}
send "kill -KILL %1; wait; echo job \"\"control\r"
must {job control}
send "stty size\r"
must {33 99}
stty rows 44 columns 111 < \$spawn_out(slave,name)
send "while ! stty size | grep -qx '44 111'; do :; done; echo size ch\"\"anged\r"
must {size changed}
send "exit 5\r"
expect {
  eof {}
  timeout { puts "no end"; exit 1 }
}
exit [lindex [wait] 3]
END
  run timeout --foreground 120 expect -f script.exp
  assert_equal "$status" 5 || {
    printf '%s\n' "$output"
    return 1
  }
}

@test "what cannot be run here is at least well-formed: Compose and Kubernetes" {
  python3 -c 'import yaml' 2>/dev/null || skip_loudly "no python3-yaml to check with: apt-get install python3-yaml"
  run python3 - "$recipes" <<'END'
import re, sys, yaml
blocks = re.findall(r"```yaml\n(.*?)```", open(sys.argv[1]).read(), re.S)
assert len(blocks) == 2, len(blocks)
compose, pod = map(yaml.safe_load, blocks)
web = compose["services"]["web"]
assert web["entrypoint"][0] == "/usr/bin/primer" and web["stop_grace_period"] == "30s"
assert pod["kind"] == "Pod" and pod["apiVersion"] == "v1" and pod["spec"]["shareProcessNamespace"] is True
grace = pod["spec"]["terminationGracePeriodSeconds"]
timeout = {e["name"]: e["value"] for e in pod["spec"]["containers"][0]["env"]}["PRIMER_STOP_TIMEOUT"]
assert int(timeout) < grace
END
  assert_success
}
