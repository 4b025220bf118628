# What the scripts share: where the tree is, how a failure is told, how a preset is built.
# Sourced by a script in scripts/ under "set -euo pipefail"; runs nothing by itself.
# shellcheck shell=bash

primer_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
primer_script=${0##*/}

# say WORDS…: one line of news on stderr.
say() {
  printf '%s: %s\n' "$primer_script" "$*" >&2
}

# die WORDS…: what failed, where, and what to do about it; ends the script.
die() {
  say "$@"
  exit 1
}

# quietly LOG COMMAND…: the command's output goes to LOG, and is shown only when it fails: from ninja's
# first "FAILED" on, or its end.
quietly() {
  local log=$1
  shift
  mkdir -p -- "${log%/*}"
  "$@" >"$log" 2>&1 </dev/null && return 0
  local status=$?
  if grep -q '^FAILED: ' -- "$log"; then
    sed -n '/^FAILED: /,/^\[/p' -- "$log" | grep -v '^\[' | head -n 60 >&2
  else
    tail -n 40 -- "$log" >&2
  fi
  say "\"$*\" ended with status $status; all of its output is in $log"
  return "$status"
}

# build_preset PRESET: configures when the presets are newer than the last time, then builds.
# CMake itself reconfigures for every other reason.
build_preset() {
  local preset=$1
  local folder=$primer_source/build/$preset
  mkdir -p -- "$folder"
  # Two ninjas in one folder would write over each other's files.
  exec 8>"$folder/.lock"
  flock 8
  if [[ ! -e $folder/.configured || $primer_source/CMakePresets.json -nt $folder/.configured ]]; then
    (cd "$primer_source" && quietly "$folder/configure.log" cmake --preset "$preset") ||
      die "cannot configure the preset $preset"
    touch -- "$folder/.configured"
  fi
  # Progress on a terminal; elsewhere only what went wrong.
  if [[ -t 1 ]]; then
    cmake --build "$folder" || die "cannot build $folder"
  else
    quietly "$folder/build.log" cmake --build "$folder" || die "cannot build $folder"
  fi
  exec 8>&-
}
