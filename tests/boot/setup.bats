# The boot's helper: hostname, modules, sysctl; the loopback interface; and on the way down the filesystems.
#
# One machine for all of it. It has a disk, for which it needs modules. What it was like it writes there,
# and the disk is looked into when the machine is gone: only what was unmounted, or at least protected,
# is complete on it. It is a machine in real time: in the other kind, time leaps while a disk is at work,
# and every deadline passes.
# alone: yes
load ../lib/common

here=$PRIMER_SOURCE/tests/boot/setup

# module_files NAME…: sets `files` to options that pack these modules with what they need.
module_files() {
  local path
  files=()
  for path in $(modprobe -C /dev/null -d "${modules%/lib/*}" -S "$release" -D -a "$@" |
    sed -n 's/^insmod //p'); do
    files+=(--file "$path:/lib/modules/$release/${path#"$modules/"}")
  done
}

# write_root FOLDER: the machine's files of settings, and an index that also lists what is not there.
write_root() {
  local root=$1 index=$1/lib/modules/$release
  mkdir -p "$root"/etc/{modules-load.d,modprobe.d,sysctl.d} "$root"/usr/lib/{modules-load.d,sysctl.d} "$index/extra"
  cp "$modules"/modules.{dep,alias,softdep,builtin,builtin.modinfo} "$index"
  printf '%s\n' extra/damaged.ko: extra/absent.ko: extra/packed.ko.zst: 'extra/needy.ko: extra/damaged.ko' \
    >>"$index/modules.dep"
  printf 'no module\n' | tee "$index/extra/damaged.ko" "$index/extra/packed.ko.zst" >"$index/extra/needy.ko"

  printf '%s\n' '# the name' '' '  machine-7.example.org  ' >"$root/etc/hostname"
  printf '%s\n' virtio-mmio virtio_blk loop >"$root/usr/lib/modules-load.d/disk.conf"
  printf '%s\n' ext4 fs-isofs dummy '; comment' no_such damaged absent packed needy floppy_like \
    >"$root/etc/modules-load.d/some.conf"
  printf '%s\n' nothing >"$root/usr/lib/modules-load.d/masked.conf"
  ln -s /dev/null "$root/etc/modules-load.d/masked.conf"
  printf '%s\n' 'options loop max_part=3' 'alias fs-isofs isofs' 'blacklist floppy-like' \
    >"$root/etc/modprobe.d/some.conf"

  printf '%s\n' 'vm.swappiness = 11' 'vm.dirty_ratio = 33' '-kernel.no_such.either = 1' \
    >"$root/usr/lib/sysctl.d/10-a.conf"
  printf '%s\n' 'vm/swappiness=17' 'kernel.no_such = 1' 'net.ipv4.conf.dummy*.rp_filter = 2' \
    'net.ipv4.conf.dummy1.rp_filter = 1' '-net.ipv4.conf.dummy2.rp_filter' 'kernel.core_pattern = core.%p x' \
    >"$root/etc/sysctl.d/20-b.conf"
  printf '%s\n' 'vm.dirty_ratio = 44' >"$root/etc/sysctl.conf"
  ln -s ../sysctl.conf "$root/etc/sysctl.d/15-linked.conf"
}

setup_file() {
  export DISK_IMAGE=$BATS_FILE_TMPDIR/disk
  local root=$BATS_FILE_TMPDIR/root files
  modules=$(readlink -f "$("$PRIMER_SOURCE/scripts/kernel" path --modules)")
  release=${modules##*/}
  write_root "$root"
  module_files virtio_mmio virtio_blk loop isofs dummy
  truncate -s 32M "$DISK_IMAGE"
  truncate -s 4M "$BATS_FILE_TMPDIR/image"
  mkfs.ext4 -q -F "$DISK_IMAGE"
  mkfs.ext4 -q -F "$BATS_FILE_TMPDIR/image"
  mkdir "$BATS_FILE_TMPDIR/bin"
  ln -s "$here/qemu" "$BATS_FILE_TMPDIR/bin/qemu-system-x86_64"

  local status=0
  PATH=$BATS_FILE_TMPDIR/bin:$PATH "$PRIMER_SOURCE/scripts/vm" run --realtime --timeout 300 \
    --events "$BATS_FILE_TMPDIR/events" --console "$BATS_FILE_TMPDIR/console" \
    --tree "$root:/" "${files[@]}" --file "$BATS_FILE_TMPDIR/image:/image" \
    --file "$PRIMER_RELEASE/helpers/loopback:/opt/loopback" \
    --file /bin/cat --file /bin/mount --file /bin/cp --file /bin/mkdir --file /sbin/losetup \
    --file /sbin/mkswap --file /sbin/swapon \
    --append "loglevel=7 dummy.numdummies=3 modules_load=dummy" \
    -- "$here/guest" >"$BATS_FILE_TMPDIR/out" 2>&1 || status=$?
  printf '%d\n' "$status" >"$BATS_FILE_TMPDIR/status"
  debugfs -R 'cat /facts' "$DISK_IMAGE" >"$BATS_FILE_TMPDIR/facts" 2>"$BATS_FILE_TMPDIR/debugfs"
}

# events FILTER: what jq makes of all events, a line each.
events() {
  jq -c "$1" "$BATS_FILE_TMPDIR/events"
}

# facts NAME: what the machine said about itself.
facts() {
  sed -n "s|^$1: ||p" "$BATS_FILE_TMPDIR/facts"
}

# reports WHO: the failures that this step told, sorted.
reports() {
  events 'select(.event == "report" and .who == "'"$1"'") | [.what, .errno]' | sort
}

@test "the machine boots, does all that the test wants, and powers off" {
  assert_equal "$(<"$BATS_FILE_TMPDIR/status")" 0
  assert_equal "$(facts end)" reached
}

@test "hostname: the first line of /etc/hostname that says something" {
  assert_equal "$(facts hostname)" machine-7.example.org
}

@test "modules: loaded with all that they need, from every source" {
  run facts module
  for name in virtio_mmio virtio_blk virtio_ring virtio loop isofs dummy; do
    assert_line "$name"
  done
}

@test "modules: parameters come from modprobe.d and from the command line" {
  assert_equal "$(facts max_part)" 3
  assert_equal "$(facts interface | tr '\n' ' ')" "dummy0 dummy1 dummy2 "
}

@test "modules: each failure is one event, and the step has the first errno" {
  run reports modules
  assert_output '["absent","ENOENT"]
["damaged","ENOEXEC"]
["floppy_like",null]
["needy: damaged","ENOEXEC"]
["no_such","ENOENT"]
["packed","EOPNOTSUPP"]'
  run events 'select(.step == "modules") | [.table, .errno]'
  assert_output '["setup","ENOENT"]'
}

@test "sysctl: the last line for a key counts, /etc/sysctl.conf is the last file" {
  assert_equal "$(facts vm/swappiness)" 17
  assert_equal "$(facts vm/dirty_ratio)" 44
  assert_equal "$(facts kernel/core_pattern)" "core.%p x"
}

@test "sysctl: settings that appear with a module, by globs that leave named keys alone" {
  assert_equal "$(facts net/ipv4/conf/dummy0/rp_filter)" 2
  assert_equal "$(facts net/ipv4/conf/dummy1/rp_filter)" 1
  assert_equal "$(facts net/ipv4/conf/dummy2/rp_filter)" 0
}

@test "sysctl: what cannot be set is one event" {
  run reports sysctl
  assert_output '["kernel/no_such","ENOENT"]'
  run events 'select(.step == "sysctl") | [.table, .errno]'
  assert_output '["setup","ENOENT"]'
}

@test "the steps run in the order of their table, before any service" {
  run events 'select(.table == "setup" or .event == "spawn") | .step // .unit'
  assert_output '"hostname"
"modules"
"sysctl"
"main.service"'
}

@test "loopback: lo is up, and 127.0.0.1 can be reached" {
  assert_equal "$(facts lo)" 0x9
  assert_equal "$(facts loopback)" 0
  run events 'select(.step == "loopback") | .errno'
  assert_output null
}

@test "swapoff: a swap file is given back before its disk is left" {
  assert_equal "$(facts swap | tail -n 1)" '/data/disk/swap\040area'
  run events 'select(.step == "swapoff" or .step == "unmount") | [.step, .errno]'
  assert_output '["swapoff",null]
["unmount",null]'
  run reports swapoff
  assert_output ''
}

# What the kernel says when a filesystem is really gone, not only its name.
@test "unmount: stacked, bound, oddly named and held ones are gone" {
  for device in loop0 loop1 loop2 vda; do
    run grep -c "EXT4-fs ($device): unmounting filesystem" "$BATS_FILE_TMPDIR/console"
    assert_output 1
  done
}

@test "unmount: what the kernel itself holds becomes read-only, and is told" {
  run grep -c 'EXT4-fs (loop3): re-mounted' "$BATS_FILE_TMPDIR/console"
  refute_output 0
  run grep -c 'EXT4-fs (loop3): unmounting' "$BATS_FILE_TMPDIR/console"
  assert_output 0
  run events 'select(.event == "report" and .who == "unmount") | [.what, .errno, .advice]'
  assert_output '["/data/busy",null,"it is busy, and was made read-only"]'
  run events 'select(.step == "unmount") | .errno'
  assert_output null
}

@test "unmount: the disk is clean, with the last byte on it and its journal empty" {
  run dumpe2fs -h "$DISK_IMAGE"
  assert_line --regexp '^Filesystem state: +clean$'
  refute_output --partial needs_recovery
  debugfs -R "dump /inner $BATS_TEST_TMPDIR/inner" "$DISK_IMAGE"
  run dumpe2fs -h "$BATS_TEST_TMPDIR/inner"
  assert_line --regexp '^Filesystem state: +clean$'
  refute_output --partial needs_recovery
}
