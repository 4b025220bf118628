# Debian's redis-server, from its package, with the unit file that the package brings.
load ../lib/common
load ../lib/packages

here=$PRIMER_SOURCE/tests/boot/redis

setup() {
  package_root redis-server redis-tools liblzf1 libjemalloc2 libatomic1
  root=$REPLY
  printf '%s\n' root:x:0:0::/root:/bin/sh redis:x:101:102::/var/lib/redis:/usr/sbin/nologin \
    nobody:x:65534:65534::/:/usr/sbin/nologin >"$BATS_TEST_TMPDIR/passwd"
  printf '%s\n' root:x:0: redis:x:102: nogroup:x:65534: >"$BATS_TEST_TMPDIR/group"
  mkdir -p "$BATS_TEST_TMPDIR/folders/var/lib/redis" "$BATS_TEST_TMPDIR/folders/var/log/redis"
}

boot_redis() {
  local unit units=()
  for unit in prepare check client; do
    units+=(--unit "$here/$unit.service")
  done
  run --separate-stderr "$PRIMER_SOURCE/scripts/vm" run "${units[@]}" \
    --unit "$root/lib/systemd/system/redis-server.service" \
    --tree "$root:/" --tree "$BATS_TEST_TMPDIR/folders:/" \
    --file "$here/client:/opt/test/client" --file "$here/check:/opt/test/check" \
    --file "$BATS_TEST_TMPDIR/passwd:/etc/passwd" --file "$BATS_TEST_TMPDIR/group:/etc/group" \
    --file /bin/chown --file /bin/true --file /bin/sh --file /bin/sed --file /usr/bin/stat --file /bin/sleep \
    --file /bin/touch --file /bin/grep --file /usr/bin/test \
    --append "primer.main=check.service" --memory 512 \
    --events "$BATS_TEST_TMPDIR/events"
}

events() {
  jq -c "$1" "$BATS_TEST_TMPDIR/events"
}

@test "redis-server's own unit file: ready, restarted after a kill, saved at power-off" {
  boot_redis
  assert_equal "$status" 0
}
