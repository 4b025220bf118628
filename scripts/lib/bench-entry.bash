# bench entry: the entrypoint life beside direct exec, a bare floor, and the incumbents from Debian, in one table.
#
# Sourced by scripts/bench, which has sourced house.bash; bench_entry [ROUNDS] is what it calls. Needs the release
# build. tini, dumb-init and catatonit are measured where they are installed.
# shellcheck shell=bash disable=SC2154 # primer_source is house.bash's

# What is allowed.
entry_budget_calls=20 entry_budget_dirty=24 entry_budget_rss=160 entry_budget_ratio=0.30

bench_entry() {
  local rounds=${1:-2000}
  local release=$primer_source/build/release
  local nothing=$release/bench/entry_nothing bare=$release/helpers/entry_bare
  local work i
  build_preset release
  # Pages of a file that was just linked count as dirty until they are on disk, and on a tmpfs, as /tmp may be, for ever.
  work=$(mktemp -d "$release/bench-XXXXXX")
  cp -- "$release/primer" "$work/primer"
  sync "$work/primer"

  local names=(direct bare-vfork bare-fork primer)
  local commands=("" "$bare vfork" "$bare fork" "$work/primer --")
  local name path
  for name in tini tini-static dumb-init catatonit; do
    if path=$(command -v "$name"); then
      names+=("$name")
      commands+=("$path --")
    else
      say "$name is not installed and not measured: apt-get install tini dumb-init catatonit"
    fi
  done
  # tini asks for orphans only with -s, which all the others do unasked.
  for i in "${!names[@]}"; do
    [[ ${names[i]} != tini* ]] || commands[i]="${commands[i]% --} -s --"
  done

  local arguments=()
  for i in "${!names[@]}"; do
    # shellcheck disable=SC2054,SC2206 # words are words, and a comma alone is one
    arguments+=("${names[i]}" ${commands[i]} "$nothing" ,)
  done
  "$release/bench/entry_time" "$rounds" "${arguments[@]}" >"$work/times"

  local direct tini=
  direct=$(awk '$1 == "direct" { print $2 }' "$work/times")
  tini=$(awk -v direct="$direct" '$1 == "tini" { print $2 - direct }' "$work/times")
  printf '%d rounds, interleaved; cost: start to exit, less direct exec; in brackets from the 25th to the 75th percentile\n\n' "$rounds"
  printf '%-12s %22s %8s %6s %7s %6s %6s %8s %9s\n' \
    name 'start to exit, us' 'cost' 'ratio' 'calls' 'RSS' 'dirty' 'wake/s' 'file'
  local verdict=0
  for i in "${!names[@]}"; do
    entry_row "${names[i]}" "${commands[i]}" "$work" "$direct" "$tini" "$nothing" || verdict=1
  done
  rm -rf -- "$work"
  return "$verdict"
}

# The row of one candidate; status 1 when it is primer and not within its budget.
entry_row() {
  local name=$1 command=$2 work=$3 direct=$4 tini=$5 nothing=$6
  local median low high cost ratio=- calls=- rss=- dirty=- wake=- size=-
  read -r _ median low high < <(grep "^$name " "$work/times")
  cost=$(awk -v m="$median" -v d="$direct" 'BEGIN { printf "%.1f", m - d }')
  [[ -z $tini ]] || ratio=$(awk -v c="$cost" -v t="$tini" 'BEGIN { printf "%.2f", c / t }')
  if [[ -n $command ]]; then
    calls=$(entry_calls "$command" "$work" "$nothing")
    read -r rss dirty wake < <(entry_idle "$command")
    size=$(stat -L -c %s -- "${command%% *}")
  fi
  printf '%-12s %8.1f [%5.1f %5.1f] %8s %6s %7s %6s %6s %8s %9s\n' \
    "$name" "$median" "$low" "$high" "$cost" "$ratio" "$calls" "$rss" "$dirty" "$wake" "$size"
  [[ $name == primer ]] || return 0
  local within=0
  ((calls <= entry_budget_calls)) || say_over "system calls" "$calls" "$entry_budget_calls" || within=1
  ((dirty <= entry_budget_dirty)) || say_over "Private_Dirty, KiB" "$dirty" "$entry_budget_dirty" || within=1
  ((rss <= entry_budget_rss)) || say_over "RSS, KiB" "$rss" "$entry_budget_rss" || within=1
  ((wake == 0)) || say_over "wake-ups a second" "$wake" 0 || within=1
  [[ $ratio == - ]] || awk -v r="$ratio" -v b="$entry_budget_ratio" 'BEGIN { exit r > b }' ||
    say_over "start cost beside tini's" "$ratio" "$entry_budget_ratio" || within=1
  return "$within"
}

say_over() {
  say "over the budget: $1: $2, and $3 is allowed"
  return 1
}

# System calls of the starter, and of its child before it executes the program.
entry_calls() {
  local command=$1 work=$2 nothing=$3
  rm -f -- "$work"/trace.*
  # shellcheck disable=SC2086 # words are words
  strace -qq -ff -o "$work/trace" -- $command "$nothing" 2>/dev/null
  local file first='' total=0 files
  mapfile -t files < <(printf '%s\n' "$work"/trace.* | sort -V) # 9999 is before 10000
  for file in "${files[@]}"; do
    if [[ -z $first ]]; then
      first=$file
      total=$(grep -c '(' "$file")
    else
      total=$((total + $(sed '/^execve(.*= 0$/q' "$file" | grep -c '(')))
    fi
  done
  echo "$total"
}

# RSS and Private_Dirty in KiB, and voluntary switches in a second of idling.
entry_idle() {
  local command=$1 pid before after rss dirty
  # shellcheck disable=SC2086 # words are words
  env -i PATH="$PATH" $command sleep 30 >/dev/null 2>&1 &
  pid=$!
  sleep 0.5
  read -r rss dirty < <(awk '/^Rss:/ { r = $2 } /^Private_Dirty:/ { d = $2 } END { print r, d }' "/proc/$pid/smaps_rollup")
  before=$(awk '/^voluntary/ { print $2 }' "/proc/$pid/status")
  sleep 3
  after=$(awk '/^voluntary/ { print $2 }' "/proc/$pid/status")
  kill -TERM "$pid"
  wait "$pid" 2>/dev/null || true
  echo "$rss $dirty $(((after - before + 2) / 3))"
}
