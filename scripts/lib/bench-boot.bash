# bench boot: from the execution of process 1 to the last of N services, and from the request to the kernel's power-off.
#
# Sourced by scripts/bench, which has sourced house.bash; bench_boot [N…] is what it calls. Every boot is the
# instruction-exact one of scripts/vm: a nanosecond is an instruction, so a second run prints the same numbers, whatever
# else this host does. tests/bench/boot_guest.c says how the guest measures, boot_floor.c and boot_floor2.c what beside.
# shellcheck shell=bash disable=SC2154 # primer_source is house.bash's

# What is allowed: hundredths, KiB or bytes; at 200 services.
boot_budgets='
up primer_groups floor 160 without cgroups
up primer_cgroups floor 230 with a cgroup each
up primer_groups floor2 115 without cgroups
up primer_cgroups floor2_cgroups 115 with a cgroup each
down primer_groups floor 130 without cgroups
down primer_cgroups floor2_cgroups 130 with a cgroup each
'
boot_budget_memory=128  # process 1's, KiB
boot_budget_service=512 # bytes for each further service

# boot_archive N: the manifest of a machine with N services and the probe, in $work.
boot_archive() {
  local i name
  printf '[Service]\nExecStart=/bench/service\n' >"$work/service"
  printf '[Service]\nExecStart=/bench/probe\n' >"$work/probe"
  printf 'dir /bench 755 0 0\n'
  for name in begin service probe; do
    printf 'file /bench/%s build/release/bench/boot_guest 755 0 0\n' "$name"
  done
  printf 'file /etc/primer/service0000.service %s 644 0 0\n' "$work/probe"
  for ((i = 1; i <= $1; i++)); do
    printf 'file /etc/primer/service%04d.service %s 644 0 0\n' "$i" "$work/service"
  done
}

# boot_once NAME N INIT WORDS…: sets up_us, down_us and memory (KiB, process 1's) of a boot.
boot_once() {
  local count=$2 init=$3 console=$work/console line requested over
  shift 3
  # A floor writes no status record, so that its run ends with 255, which says nothing here.
  "$primer_source/scripts/vm" run --init "$init" --manifest "$work/manifest" --console "$console" --timeout 120 \
    --append "rdinit=/bench/begin services=$count $*" >/dev/null 2>"$work/errors" || true
  line=$(tr -d '\r' <"$console" | grep -o 'bench: services=.*') || line=
  [[ $line =~ services=([0-9]+)\ up_ns=([0-9]+)\ anonymous_kib=([0-9]+)\ memfd_kib=([0-9]+) ]] ||
    die "the machine with $init did not come as far as its probe: $(tail -n 3 "$console" "$work/errors")"
  ((BASH_REMATCH[1] == count)) || die "$init has ${BASH_REMATCH[1]} services running, not $count"
  up_us=$((BASH_REMATCH[2] / 1000)) memory=$((BASH_REMATCH[3] + BASH_REMATCH[4]))
  requested=$(boot_stamp 'bench: power-off')
  over=$(boot_stamp 'reboot: Power down')
  down_us=$((over - requested))
}

# boot_stamp TEXT: when the kernel printed that, in microseconds of its own clock.
boot_stamp() {
  tr -d '\r' <"$work/console" | sed -n "s/^\[ *\([0-9]*\)\.\([0-9]*\)\] $1\$/\1\2/p" | sed 's/^0*//'
}

# hundredths A B: A/B in hundredths, rounded.
hundredths() {
  local halves=$((200 * $1 / $2 + 1))
  printf '%d\n' $((halves / 2))
}

# judge WHAT VALUE BUDGET SHOWN ALLOWED: says whether it is within, and remembers when it is not.
judge() {
  local word=met
  if (($2 > $3)); then
    word='NOT MET' verdict=1
  fi
  printf '%-50s %8s  of %6s  %s\n' "$1" "$4" "$5" "$word"
}

bench_boot() {
  local counts=("$@") count name verdict=0 up_us down_us memory
  local release=$primer_source/build/release
  ((${#counts[@]} > 0)) || counts=(1 50 200 1000)
  work=$(mktemp -d)
  trap 'rm -rf -- "$work"' EXIT
  declare -A up down kib
  printf '%-22s %8s %10s %10s %8s %8s   %s\n' 'process 1' services 'up, ms' 'down, ms' up down 'memory, KiB'
  for count in "${counts[@]}"; do
    boot_archive "$count" >"$work/manifest"
    while read -r name init words; do
      # shellcheck disable=SC2086 # words are words
      boot_once "$name" "$count" "$release/$init" $words
      up[${name}_$count]=$up_us down[${name}_$count]=$down_us kib[${name}_$count]=$memory
      printf '%-22s %8d %10s %10s %8s %8s   %d\n' "$name" "$count" "$(decimal 3 "$up_us")" "$(decimal 3 "$down_us")" \
        "$(decimal 2 "$(hundredths "$up_us" "${up[floor_$count]}")")" \
        "$(decimal 2 "$(hundredths "$down_us" "${down[floor_$count]}")")" "$memory"
    done <<'END'
floor bench/boot_floor
floor2 bench/boot_floor2
primer_groups primer primer.log=error primer.tracker=group
floor2_cgroups bench/boot_floor2 floor=cgroups
primer_cgroups primer primer.log=error
END
  done
  [[ -z ${up[floor_200]-} ]] || boot_judge
  return "$verdict"
}

# decimal PLACES NUMBER: a number of which so many digits stand behind the point.
decimal() {
  local digits
  printf -v digits "%0$(($1 + 1))d" "$2"
  printf '%s.%s\n' "${digits:0:-$1}" "${digits: -$1}"
}

# Judges the budgets by what bench_boot has measured: reads its arrays.
boot_judge() {
  local which name beside budget how value
  printf '\nAt 200 services:\n'
  while read -r which name beside budget how; do
    [[ -n $which ]] || continue
    local -n times=$which
    value=$(hundredths "${times[${name}_200]}" "${times[${beside}_200]}")
    judge "$which beside $beside, $how" "$value" "$budget" "$(decimal 2 "$value")" "$(decimal 2 "$budget")"
  done <<<"$boot_budgets"
  value=${kib[primer_cgroups_200]}
  judge 'memory of process 1, KiB' "$value" $boot_budget_memory "$value" $boot_budget_memory
  if [[ -n ${kib[primer_cgroups_1000]-} ]]; then
    value=$(((kib[primer_cgroups_1000] - value) * 1024 / 800))
    judge 'memory for each service from there to 1,000, bytes' "$value" $boot_budget_service "$value" $boot_budget_service
  fi
}
