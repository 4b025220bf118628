#!/usr/bin/env bats
# primer in a real runtime, Podman with runc: as the runtime's init, as an image's entrypoint, stopped, at a terminal; and
# the recipes of docs/containers.md, taken from there.
# variants: root/group
# timeout: 300
# shellcheck disable=SC2016 # the variables are the container shell's

load ../lib/common
load ../lib/ns
load ../lib/entry

bats_require_minimum_version 1.5.0

recipes=$PRIMER_SOURCE/docs/containers.md
run_options=(--rm --ulimit nofile=1024:20000 --ulimit nproc=1000:1000 --network none)

setup_file() {
  export POD_ROOT=$BATS_FILE_TMPDIR/pod
  if why=$(obstacle); then
    export POD_OBSTACLE=$why
    return
  fi
  make_busybox_image
  make_debian_image
}

# Why there is no real runtime here; fails when there is one.
obstacle() {
  if [[ -z ${PRIMER_PODMAN-} ]]; then
    echo "nobody has seen these cases run yet; PRIMER_PODMAN=1 runs them, on a machine that may be lost"
  elif ((EUID != 0)); then
    echo "needs root"
  elif ! command -v podman >/dev/null || ! command -v runc >/dev/null; then
    echo "podman and runc are not installed: apt-get install podman runc"
  elif [[ ! -x $PRIMER_RELEASE/primer ]]; then
    echo "no $PRIMER_RELEASE/primer: run scripts/build release"
  elif [[ ! -x /bin/busybox ]]; then
    echo "no static /bin/busybox: apt-get install busybox-static"
  elif ! pod info >/dev/null 2>"$BATS_FILE_TMPDIR/info"; then
    echo "podman does not work here: $(tail -n 1 "$BATS_FILE_TMPDIR/info")"
  else
    return 1
  fi
}

# podman with storage of its own, which goes with this file.
pod() {
  podman --root "$POD_ROOT/storage" --runroot "$POD_ROOT/run" --storage-driver vfs --cgroup-manager cgroupfs \
    --runtime runc "$@" 3>&-
}

make_busybox_image() {
  local root=$BATS_FILE_TMPDIR/busybox tool
  mkdir -p "$root/bin" "$root/etc"
  cp /bin/busybox "$root/bin/busybox"
  for tool in sh sleep true id cat setsid stty; do
    ln -s busybox "$root/bin/$tool"
  done
  printf 'root:x:0:0::/:/bin/sh\nwww-data:x:33:33::/:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\nwww-data:x:33:\nextra:x:44:www-data\n' >"$root/etc/group"
  tar -c -C "$root" . | pod import - docker.io/library/busybox:latest >/dev/null
}

# Debian's own dash and coreutils, with the libraries that they name.
make_debian_image() {
  local files=(/bin/sh /bin/dash /bin/sleep /usr/bin/id /etc/debian_version /lib64)
  mapfile -t -O "${#files[@]}" files < <(ldd /bin/dash /bin/sleep /usr/bin/id | awk '$2 == "=>" { print $3 }' | sort -u)
  local root=$BATS_FILE_TMPDIR/debian file
  mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/etc"
  ln -s usr/bin usr/lib usr/lib64 "$root/"
  for file in "${files[@]}"; do
    [[ $file == /lib64 ]] && file=/lib64/ld-linux-x86-64.so.2
    mkdir -p "$root/${file%/*}"
    cp -L "$file" "$root/$file"
  done
  tar -c -C "$root" . | pod import - docker.io/library/debian:12 >/dev/null
}

setup() {
  [[ -z ${POD_OBSTACLE-} ]] || skip_loudly "$POD_OBSTACLE"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
  entry_teardown
  [[ -n ${POD_OBSTACLE-} ]] || pod rm --all --force --time 0 >/dev/null 2>&1 || true
}

# recipe KIND NAME: the block of containers.md that is marked so.
recipe() {
  sed -n "/^\`\`\`$1 $2\$/,/^\`\`\`\$/p" "$recipes" | sed '1d;$d' | grep .
}

# build NAME FILE…: the image of the recipe, from a folder with these files.
build() {
  local name=$1
  shift
  mkdir build
  cp -- "$@" build/
  recipe Dockerfile "$name" >build/Dockerfile
  pod build --quiet --pull-never --tag "$name" build >/dev/null
}

@test "as the runtime's own init, under its names: 42 comes out" {
  local name
  for name in primer docker-init catatonit; do
    run pod run "${run_options[@]}" --init --init-path="$PRIMER_RELEASE/$name" busybox sh -c 'exit 42'
    assert_equal "$status" 42
  done
  run pod run "${run_options[@]}" --init --init-path="$PRIMER_RELEASE/primer" busybox sh -c 'kill -TERM $$'
  assert_equal "$status" 143
}

@test "recipe: from scratch" {
  build scratch "$PRIMER_RELEASE/primer" /bin/busybox
  mv build/busybox build/server
  pod build --quiet --tag scratch build >/dev/null
  run pod run "${run_options[@]}" scratch /server sh -c 'exit 42'
  assert_equal "$status" 42
}

@test "recipe: Debian, an ordinary user, a read-only root, a stop" {
  build debian "$PRIMER_RELEASE/primer"
  run pod run "${run_options[@]}" --read-only debian sh -c 'id -u; exit 41'
  assert_equal "$status" 41
  assert_output 1000
  pod run "${run_options[@]}" --detach --read-only --name stopped debian >/dev/null
  wait_until 20 sh -c "podman --root $POD_ROOT/storage --runroot $POD_ROOT/run --storage-driver vfs logs stopped | grep -q 1000"
  run pod stop --time 20 stopped
  assert_success
}

@test "recipe: busybox, another user with supplementary groups" {
  build busybox "$PRIMER_RELEASE/primer"
  run pod run "${run_options[@]}" --pull never localhost/busybox id
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
  run pod run "${run_options[@]}" manager
  assert_equal "$status" 7
  assert_output --partial "first is up"
  assert_output --partial "second is up"
  assert_output --partial "the job is done"
}

@test "podman stop: a shell with three stubborn grandchildren, one in its own session, leaves nothing" {
  pod run "${run_options[@]}" --detach --name stubborn --init --init-path="$PRIMER_RELEASE/primer" \
    --env PRIMER_STOP_TIMEOUT=1 busybox sh -c '
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
proc must {pattern} { expect { -re \$pattern {} timeout { puts "expected: \$pattern"; exit 1 } eof { puts "ended: \$pattern"; exit 1 } } }
spawn podman --root $POD_ROOT/storage --runroot $POD_ROOT/run --storage-driver vfs --cgroup-manager cgroupfs --runtime runc run ${run_options[*]} -it --init --init-path=$PRIMER_RELEASE/primer busybox sh
must {# }
send "echo he\"\"re\r"
must {here}
send "sleep 100\r"
after 500
send \003
must {# }
send "sleep 100\r"
after 500
send \032
must {Stopped}
send "kill %1; echo job \"\"control\r"
must {job control}
send "stty size\r"
must {\d+ \d+}
send "exit 5\r"
expect eof
exit [lindex [wait] 3]
END
  run expect -f script.exp
  assert_equal "$status" 5
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
