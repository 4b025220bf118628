# bench boot: from the execution of process 1 to the last of N services, and from the request to the kernel's power-off.
#
# Sourced by scripts/bench, which has sourced house.bash; bench_boot [N…] is what it calls. Every boot is the
# instruction-exact one of scripts/vm: a nanosecond is an instruction, so a second run prints the same numbers, whatever
# else this host does. tests/bench/boot_guest.c says how the guest measures, boot_floor.c and boot_floor2.c what beside.
# shellcheck shell=bash disable=SC2154 # primer_source is house.bash's

# What design allows at 200 services, in hundredths: up beside the floor, without cgroups and with; beside floor2; down
# beside the floor. Memory in KiB at 200, in bytes for each further service.
boot_budget_plain=160 boot_budget_cgroups=230 boot_budget_floor2=115 boot_budget_down=130
boot_budget_memory=128 boot_budget_service=512

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

# judge WHAT VALUE BUDGET: says whether it is within, and remembers when it is not. Values in hundredths.
judge() {
  local word=met
  if (($2 > $3)); then
    word='NOT MET' verdict=1
  fi
  printf '%-66s %4d.%02d  of %2d.%02d  %s\n' "$1" $(($2 / 100)) $(($2 % 100)) $(($3 / 100)) $(($3 % 100)) "$word"
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
  [[ -z ${up[floor_200]-} ]] || boot_budgets
  return "$verdict"
}

# decimal PLACES NUMBER: a number of which so many digits stand behind the point.
decimal() {
  local digits
  printf -v digits "%0$(($1 + 1))d" "$2"
  printf '%s.%s\n' "${digits:0:-$1}" "${digits: -$1}"
}

# The budgets, from what bench_boot has measured: reads its arrays.
boot_budgets() {
  printf '\nAt 200 services:\n'
  judge 'up beside the floor, without cgroups' \
    "$(hundredths "${up[primer_groups_200]}" "${up[floor_200]}")" $boot_budget_plain
  judge 'up beside the floor, with a cgroup each' \
    "$(hundredths "${up[primer_cgroups_200]}" "${up[floor_200]}")" $boot_budget_cgroups
  judge 'up beside the same kernel calls, without cgroups' \
    "$(hundredths "${up[primer_groups_200]}" "${up[floor2_200]}")" $boot_budget_floor2
  judge 'up beside the same kernel calls, with a cgroup each' \
    "$(hundredths "${up[primer_cgroups_200]}" "${up[floor2_cgroups_200]}")" $boot_budget_floor2
  judge 'down beside the floor, without cgroups' \
    "$(hundredths "${down[primer_groups_200]}" "${down[floor_200]}")" $boot_budget_down
  judge 'down beside the same kernel calls, with a cgroup each' \
    "$(hundredths "${down[primer_cgroups_200]}" "${down[floor2_cgroups_200]}")" $boot_budget_down
  judge 'memory of process 1, KiB' $((kib[primer_cgroups_200] * 100)) $((boot_budget_memory * 100))
  if [[ -n ${up[floor_1000]-} ]]; then
    local more
    more=$((kib[primer_cgroups_1000] - kib[primer_cgroups_200]))
    judge 'memory for each further service, bytes (200 to 1000)' $((more * 1024 * 100 / 800)) $((boot_budget_service * 100))
  fi
}
