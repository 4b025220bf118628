# For tests/ns/entrypoint_podman: a real runtime, Podman with runc, that cannot reach the machine's own containers.
#
# Podman lives in the namespaces of tests/lib/enter: /run is new, the cgroups end at one of our own, and what runs there
# ends with PID 1, which ends with the test. Storage, state, locks, temporary files and runc's records lie below
# POD_ROOT; /var/lib/containers, which Podman's caches insist on, is a folder of it too; the rest of the machine's root
# is read-only, but for /tmp. No network is made.
# Relies on common.bash and ns.bash, in the variant root/cgroup.
# shellcheck shell=bash

# What every container of ours is run with: limits that runc may set where it is root of little.
pod_run=(run --rm --pull never --ulimit nofile=1024:20000 --ulimit nproc=1000:1000 --network none)

# The image that pod_setup makes, by its whole name: Podman looks for short ones in the network.
pod_busybox=docker.io/library/busybox:latest

# pod_setup FOLDER: the first call, in setup_file; everything will be in FOLDER. Where there is no real runtime,
# POD_OBSTACLE says why.
pod_setup() {
  export POD_ROOT=$1 POD_OBSTACLE='' NS_INIT='' NS_JOB=''
  mkdir -p "$POD_ROOT"/{storage,run,state,runc,tmp,home,var}
  pod_configure
  POD_OBSTACLE=$(pod_missing) && return
  if ! BATS_TEST_TMPDIR=$POD_ROOT pod_begin; then
    POD_OBSTACLE="no namespaces for podman: $(tail -n 1 "$POD_ROOT/ns.log")"
  elif ! pod_probe >"$POD_ROOT/probe" 2>&1; then
    POD_OBSTACLE="podman cannot run a container here: $(tail -n 1 "$POD_ROOT/probe")"
  fi
}

pod_configure() {
  # Locks in shared memory would be the ones of the machine's own Podman. Without the controller pids a limit of
  # processes could not be set, and conmon's own cgroup needs controllers too.
  cat >"$POD_ROOT/containers.conf" <<END
[containers]
cgroups = "no-conmon"
pids_limit = 0
[engine]
lock_type = "file"
events_logger = "none"
cgroup_manager = "cgroupfs"
runtime = "runc"
[network]
network_config_dir = "$POD_ROOT/networks"
END
  printf '[storage]\ndriver = "vfs"\nrunroot = "%s/run"\ngraphroot = "%s/storage"\n' "$POD_ROOT" "$POD_ROOT" \
    >"$POD_ROOT/storage.conf"
  # PID 1's part. Controllers cannot be enabled in a cgroup that has a process, so all of ours are in a leaf. runc and
  # conmon make short-lived files in /tmp, whatever TMPDIR says, so that /tmp has to be writable where it is no mount.
  cat >"$POD_ROOT/first" <<END
#!/bin/sh -e
mkdir /sys/fs/cgroup/podman
echo \$\$ >/sys/fs/cgroup/podman/cgroup.procs
mount --bind /tmp /tmp
mount --bind "$POD_ROOT" "$POD_ROOT"
[ ! -e /var/lib/containers ] || mount --bind "$POD_ROOT/var" /var/lib/containers
mount -o remount,bind,ro /
exec "$PRIMER_RELEASE/primer" --pause
END
  cat >"$POD_ROOT/inside" <<END
#!/bin/sh -e
echo \$\$ >/sys/fs/cgroup/podman/cgroup.procs
cd "\$1"
shift
export CONTAINERS_CONF="$POD_ROOT/containers.conf" CONTAINERS_STORAGE_CONF="$POD_ROOT/storage.conf"
export HOME="$POD_ROOT/home" TMPDIR="$POD_ROOT/tmp"
exec podman --root "$POD_ROOT/storage" --runroot "$POD_ROOT/run" --tmpdir "$POD_ROOT/state" \\
  --runtime-flag root="$POD_ROOT/runc" "\$@"
END
  chmod 755 "$POD_ROOT/first" "$POD_ROOT/inside"
}

# What is not installed or not allowed; fails when nothing is missing.
pod_missing() {
  if "$PRIMER_SOURCE/tests/lib/enter" --check; then
    if ! command -v podman >/dev/null || ! command -v runc >/dev/null || ! command -v conmon >/dev/null; then
      echo "podman and runc are not installed: apt-get install podman runc"
    elif [[ ! -x $PRIMER_RELEASE/primer ]]; then
      echo "no $PRIMER_RELEASE/primer: run scripts/build release"
    elif [[ ! -x /bin/busybox ]]; then
      echo "no static /bin/busybox: apt-get install busybox-static"
    else
      return 1
    fi
  fi
}

# Starts PID 1, and writes the program podman, for whoever is no shell: expect.
pod_begin() {
  ns_start "$POD_ROOT/first" || return
  cat >"$POD_ROOT/podman" <<END
#!/bin/sh
exec nsenter --target $NS_INIT --mount --uts --ipc --pid --cgroup -- "$POD_ROOT/inside" "\$PWD" "\$@"
END
  chmod 755 "$POD_ROOT/podman"
  wait_until 10 grep -q '^128 ' "/proc/$NS_INIT/syscall"
}

# pod_beside COMMAND…: in the namespaces that podman is in.
pod_beside() {
  nsenter --target "$NS_INIT" --mount --uts --ipc --pid --cgroup -- "$@" 3>&-
}

# pod ARGUMENTS…: podman. Descriptor 3 is bats' own, and conmon outlives podman.
pod() {
  "$POD_ROOT/podman" "$@" 3>&-
}

# pod_image NAME FOLDER: an image of what is in the folder.
pod_image() {
  tar -c -C "$2" . | pod import - "$1" >/dev/null
}

# The smallest image, and a container of it that runs.
pod_probe() {
  local root=$POD_ROOT/busybox tool
  mkdir -p "$root/bin" "$root/etc"
  cp /bin/busybox "$root/bin/busybox"
  for tool in sh grep sleep true id cat setsid stty; do
    ln -s busybox "$root/bin/$tool"
  done
  printf 'root:x:0:0::/:/bin/sh\nwww-data:x:33:33::/:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\nwww-data:x:33:\nextra:x:44:www-data\n' >"$root/etc/group"
  pod_image "$pod_busybox" "$root"
  pod "${pod_run[@]}" "$pod_busybox" true
}
