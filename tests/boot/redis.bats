# Debian's redis-server, from its package, with the unit file that the package brings.
load ../lib/common
load ../lib/events
load ../lib/packages

bats_require_minimum_version 1.5.0

here=$PRIMER_SOURCE/tests/boot/redis

setup() {
  export EVENTS=$BATS_TEST_TMPDIR/events
  cd "$BATS_TEST_TMPDIR" || return
  package_root redis-server redis-tools liblzf1 libjemalloc2 libatomic1
  root=$REPLY
  printf '%s\n' root:x:0:0::/root:/bin/sh redis:x:101:102::/var/lib/redis:/usr/sbin/nologin \
    nobody:x:65534:65534::/:/usr/sbin/nologin >"$BATS_TEST_TMPDIR/passwd"
  printf '%s\n' root:x:0: redis:x:102: nogroup:x:65534: >"$BATS_TEST_TMPDIR/group"
  mkdir -p "$BATS_TEST_TMPDIR/folders/var/lib/redis" "$BATS_TEST_TMPDIR/folders/var/log/redis"
}

# boot_redis [OPTIONS…]: the machine, with more options for scripts/vm.
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
    --events "$EVENTS" "$@"
}

# What its file asks for and primer does not give it yet: in the order of the file, each directive once.
unconfined=(PrivateTmp PrivateDevices ProtectHome ProtectSystem ReadWritePaths LockPersonality MemoryDenyWriteExecute
  PrivateUsers ProtectClock ProtectControlGroups ProtectHostname ProtectKernelLogs ProtectKernelModules
  ProtectKernelTunables ProtectProc RemoveIPC RestrictAddressFamilies RestrictNamespaces RestrictRealtime
  RestrictSUIDSGID SystemCallArchitectures SystemCallFilter ReadWriteDirectories NoExecPaths ExecPaths)

@test "redis-server's own unit file: ready, restarted after a kill, saved at power-off" {
  boot_redis
  assert_equal "$status" 0
  assert_in_order \
    '.event == "notify" and .unit == "redis-server.service" and (.message | contains("READY=1"))' \
    '.event == "state" and .unit == "redis-server.service" and .state == "running"' \
    '.event == "spawn" and .unit == "client.service"' \
    '.event == "killed" and .unit == "redis-server.service" and .signal == "KILL"' \
    '.event == "restart" and .unit == "redis-server.service"' \
    '.event == "exit" and .unit == "client.service" and .phase == "ExecStart" and .status == 0' \
    '.event == "stopping"' \
    '.event == "exit" and .unit == "redis-server.service" and .status == 0' \
    '.event == "spawn" and .unit == "check.service" and .phase == "ExecStop"' \
    '.event == "exit" and .unit == "check.service" and .phase == "ExecStop" and .status == 0'
  assert_equal "$(events 'select(.event == "unconfined") | [.unit, .directive] | join(" ")' | tr -d '"')" \
    "$(printf 'redis-server.service %s\n' "${unconfined[@]}")"
}

@test "the client fails, and the host is told with 1" {
  mkdir client.service.d
  printf '%s\n' '[Service]' Environment=CLIENT_FAILS=yes >client.service.d/fails.conf
  boot_redis --unit client.service.d
  assert_equal "$status" 1
  assert_equal "$(events 'select(.event == "exit" and .unit == "client.service" and .phase == "ExecStart") | .status')" 1
}
