# bench orphans: what a flood of orphans does to the signals that are forwarded meanwhile, primer beside the bare loop.
#
# Sourced by scripts/bench, which has sourced house.bash; bench_orphans [COUNT [ROUNDS]] is what it calls. Needs the
# release build. The rounds are interleaved. Other work on the machine only ever makes a signal later, so the best
# round says most of the loop itself; and the judgement goes by the time that the loop has been running.
# shellcheck shell=bash disable=SC2154 # primer_source is house.bash's

# What is allowed beside the bare loop: a quarter more, and twenty microseconds, by which its own rounds differ.
orphans_budget_percent=125 orphans_budget_us=20

bench_orphans() {
  local count=${1:-10000} rounds=${2:-5}
  local release=$primer_source/build/release
  local names=(bare primer) columns=(median worst cpu_median cpu_worst)
  local commands=("$release/helpers/entry_bare fork" "$release/primer --")
  local how i round column verdict=0
  printf '%d orphans, the best of %d interleaved rounds; from sending a signal to its arrival, in us, and how much of it\n' \
    "$count" "$rounds"
  printf 'the loop has been running\n\n%-8s %-8s %9s %6s %10s %10s %10s %10s\n' ending name signals lost "${columns[@]}"
  for how in trickle once; do
    local -A best=([bare_signals]=0 [bare_lost]=0 [primer_signals]=0 [primer_lost]=0)
    for ((round = 0; round < rounds; round++)); do
      for i in "${!names[@]}"; do
        orphans_round "${names[i]}" "${commands[i]}" "$count" "$how" || verdict=1
      done
    done
    for i in "${names[@]}"; do
      printf '%-8s %-8s %9s %6s' "$how" "$i" "${best[${i}_signals]}" "${best[${i}_lost]}"
      for column in "${columns[@]}"; do
        printf ' %10s' "${best[${i}_$column]-?}"
      done
      printf '\n'
    done
    orphans_within "$how" cpu_median || verdict=1
    orphans_within "$how" cpu_worst || verdict=1
    ((best[primer_lost] == 0)) || verdict=1
  done
  return "$verdict"
}

# orphans_round NAME COMMAND COUNT HOW: one round, into best[]; status 1 when an orphan or the line is missing.
orphans_round() {
  local name=$1 command=$2 count=$3 how=$4 line word key value
  # shellcheck disable=SC2086 # words are words
  line=$($command "$primer_source/build/release/helpers/entry_orphans" "$count" "$how") || true
  [[ $line == "orphans=$count "* ]] || {
    say "$name, $how: not $count orphans: ${line:-nothing was said}"
    return 1
  }
  for word in ${line#* }; do
    value=${word#*=}
    key=${name}_${word%=*}
    key=${key%_us}
    case $word in
      signals=* | lost=*) best[$key]=$((${best[$key]} + value)) ;;
      *) [[ -n ${best[$key]-} ]] && ((${best[$key]} <= value)) || best[$key]=$value ;;
    esac
  done
}

# orphans_within HOW COLUMN
orphans_within() {
  local primer=${best[primer_$2]-?} bare=${best[bare_$2]-?}
  ((primer <= bare * orphans_budget_percent / 100 + orphans_budget_us)) || {
    say "over the budget: $1, $2: $primer us, and the bare loop takes $bare"
    return 1
  }
}
