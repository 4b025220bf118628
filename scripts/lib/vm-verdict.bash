# What the machine's end means: the status record, or else what the console shows of the reason.
# Sourced by scripts/vm, whose options it reads. Trusts no end without a word from process 1.
# shellcheck shell=bash disable=SC2154

# What a kernel says that cannot go on, and what it means. The first row that is found counts. \1 is
# what the first parenthesis matched.
signatures=(
  'Too many boot (init|env) vars'
  'the kernel hands at most 32 words of its command line to process 1: take words out of --append'

  'Initramfs unpacking failed: write error'
  'the archive does not fit into the memory: give the machine more with --memory'

  'Initramfs unpacking failed: (.*)'
  'the kernel cannot unpack the archive (\1)'

  'Failed to execute (/[^ ]*) \(error -2\)'
  '\1 is in the archive, but not the interpreter that it names as an ELF file or behind "#!"'

  'Failed to execute (/[^ ]*) \(error -8\)'
  '\1 is neither a script nor an ELF file for this machine'

  'Failed to execute (/[^ ]*) \(error -13\)'
  '\1 is not executable: chmod +x'

  'Failed to execute (/[^ ]*) \(error (-[0-9]+)\)'
  'the kernel cannot execute \1'

  'VFS: Unable to mount root fs'
  'the archive has no /init, or rdinit= names a file that is not in it, so the kernel looked for a disk'

  'exitcode=0x([0-9a-f]{8})'
  'process 1 %s, and the kernel panics when that happens'

  'System is deadlocked on memory|Out of memory'
  'the machine ran out of memory: give it more with --memory'

  'Kernel panic - not syncing: (.*)'
  'the kernel panicked: \1'
)

# "ended with status 5" for 00000500, as wait(2) packs it.
explain_exitcode() {
  local status=$((16#$1))
  if ((status & 127)); then
    printf 'was killed by signal %d (SIG%s)' $((status & 127)) "$(kill -l $((status & 127)))"
  else
    printf 'ended with status %d' $((status >> 8 & 255))
  fi
}

# Says in one sentence why the machine ended without a status record.
explain_silence() {
  local text i sentence
  text=$(tr -d '\0\r' <"$console")
  for ((i = 0; i < ${#signatures[@]}; i += 2)); do
    # Within one line: "." matches newlines in bash.
    [[ $text =~ ${signatures[i]//.\*/[^$'\n']*} ]] || continue
    sentence=${signatures[i + 1]//\\1/${BASH_REMATCH[1]-}}
    # shellcheck disable=SC2059
    printf "$sentence\n" "$(explain_exitcode "${BASH_REMATCH[1]:-0}" 2>/dev/null)"
    return
  done
  printf 'it was switched off by another than process 1, or process 1 could not write to /dev/ttyS1\n'
}

last_line() {
  tr -d '\0\r' <"$console" | grep -v '^[[:blank:]]*$' | tail -n 1 || true
}

# verdict FOLDER: hands the events on, says what is to be said, and ends the script.
verdict() {
  local report=$1/report record
  if [[ -n $events ]]; then
    tr -d '\r' <"$report" | grep -a '^{' >"$events" || true
  fi
  if ((machine_status == 124)); then
    say "the machine did not end within $timeout s; the last line on its console: $(last_line)"
    exit 124
  fi
  record=$(tr -d '\0\r' <"$report" 2>/dev/null | grep -a '^PRIMER-STATUS ' | tail -n 1) || true
  if [[ $record =~ ^PRIMER-STATUS\ code=([0-9]{1,3})\ signal=([0-9]{1,3})\ reason=([^\ ]+)$ ]]; then
    ((BASH_REMATCH[2] == 0)) || exit $((128 + BASH_REMATCH[2]))
    exit "${BASH_REMATCH[1]}"
  fi
  if ((machine_status != 0)); then
    say "QEMU ended with status $machine_status: $(tail -n 1 -- "$1/qemu.log")"
    exit 125
  fi
  [[ -z $record ]] || refuse "process 1 wrote a status record that cannot be read: $record"
  say "the machine ended without a status record: $(explain_silence)"
  exit 255
}
