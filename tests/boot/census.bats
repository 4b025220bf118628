# scripts/census over two packages: it counts what their unit files say, and knows all of it.
# timeout: 300
load ../lib/common

bats_require_minimum_version 1.5.0

@test "two packages' unit files: counted, and nothing in them is unknown" {
  cd "$BATS_TEST_TMPDIR"
  apt-get -qq download cron memcached >/dev/null 2>&1 || skip_loudly "apt-get cannot download cron and memcached"
  run -0 --separate-stderr "$PRIMER_SOURCE/scripts/census" cron memcached
  assert_line "2 unit files of 2 packages"
  assert_line --regexp '^\| \[Service\] ExecStart \| 2 \| 2 \| honoured \|$'
  assert_line --regexp '^\| \[Unit\] Documentation \| [0-9]+ \| 2 \| without effect \|$'
  refute_line --partial "not known"
}
