# Debian's nginx, from its package, with the unit file that the package brings: Type=forking with a PID file.
load ../lib/common
load ../lib/events
load ../lib/packages

bats_require_minimum_version 1.5.0

here=$PRIMER_SOURCE/tests/boot/nginx

setup() {
  export EVENTS=$BATS_TEST_TMPDIR/events
  cd "$BATS_TEST_TMPDIR" || return
  package_root nginx nginx-common
  root=$REPLY
  printf '%s\n' root:x:0:0::/root:/bin/sh www-data:x:33:33::/var/www:/usr/sbin/nologin >passwd
  printf '%s\n' root:x:0: www-data:x:33: >group
  mkdir -p folders/etc/nginx/modules-enabled folders/etc/nginx/sites-enabled folders/var/www
  cp -- "$root/usr/share/nginx/html/index.html" folders/var/www/index.html
  # The package's default site is a link that its postinst makes; this one has no IPv6.
  printf '%s\n' 'server { listen 80 default_server; root /var/www; }' >folders/etc/nginx/sites-enabled/default
}

boot_nginx() {
  run --separate-stderr "$PRIMER_SOURCE/scripts/vm" run \
    --unit "$here/prepare.service" --unit "$here/client.service" --unit "$root/lib/systemd/system/nginx.service" \
    --tree "$root:/" --tree "$BATS_TEST_TMPDIR/folders:/" --file "$here/client:/opt/test/client" \
    --file "$BATS_TEST_TMPDIR/passwd:/etc/passwd" --file "$BATS_TEST_TMPDIR/group:/etc/group" \
    --file /bin/bash --file /bin/cat --file /bin/grep --file /bin/mkdir --file /sbin/start-stop-daemon \
    --append "primer.main=client.service" --memory 512 \
    --events "$EVENTS"
}

@test "nginx's own unit file: its master is the main process, answers, and is stopped by ExecStop=" {
  boot_nginx
  assert_equal "$status" 0
  assert_in_order \
    '.event == "exit" and .unit == "nginx.service" and .phase == "ExecStartPre" and .status == 0' \
    '.event == "exit" and .unit == "nginx.service" and .phase == "ExecStart" and .status == 0' \
    '.event == "main" and .unit == "nginx.service" and .comm == "nginx"' \
    '.event == "state" and .unit == "nginx.service" and .state == "running"' \
    '.event == "exit" and .unit == "client.service" and .phase == "ExecStart" and .status == 0' \
    '.event == "spawn" and .unit == "nginx.service" and .phase == "ExecStop"' \
    '.event == "state" and .unit == "nginx.service" and .state == "dead"'
  # The master that was found is the one whose end is told, and it ended by its own will.
  local main
  main=$(events 'select(.event == "main") | .pid')
  assert_equal "$(events "select(.event == \"exit\" and .pid == $main) | .status")" 0
}
