# The machine: QEMU's command, and its life from start to end with the terminal in one piece.
# Sourced by scripts/vm, whose options it reads. Sends QEMU away on every way out.
# shellcheck shell=bash disable=SC2154,SC2034

command_line_max=2047 # bytes: COMMAND_LINE_SIZE of x86, with its NUL
words_max=28          # without a dot; the kernel panics at the 33rd that it hands to process 1

# Every boot: serial line 0 is the console, line 1 is where process 1 talks to this script.
kernel_words=(console=ttyS0 quiet panic=-1 reboot=t tsc=reliable cryptomgr.notests)

# Deterministic: an instruction is a nanosecond, waiting costs no time, the clock starts at one date.
# nolapic_timer spares 2.8 s of calibration on q35, and would stop all timers of microvm.
exact_machine=(-M q35 -icount "shift=0,sleep=off" -seed 1 -rtc "base=2026-06-01,clock=vm")
exact_words=(nolapic_timer nokaslr norandmaps)

realtime_machine=(-M "microvm,rtc=on" -smp 2)

# The frequency of the time stamp counter in kHz, which the guest would measure wrong under load. Linux
# derives its "bogomips" from it: two a cycle.
tsc_khz() {
  local bogomips
  bogomips=$(sed -n 's/^bogomips[[:blank:]]*: \([0-9]*\)\.\([0-9][0-9]\)$/\1\2/;T;p;q' /proc/cpuinfo)
  [[ -n $bogomips ]] || refuse "--realtime: /proc/cpuinfo of this host does not tell its clock's frequency"
  printf '%s\n' $((10#$bogomips * 5))
}

# Sets `words` to the kernel's command line.
describe_words() {
  local dotless=0 word
  words=("${kernel_words[@]}")
  if [[ -n $realtime ]]; then
    words+=("tsc_early_khz=$(tsc_khz)")
  else
    words+=("${exact_words[@]}")
  fi
  words+=(primer.status=/dev/ttyS1)
  [[ -z $events ]] || words+=(primer.events=/dev/ttyS1)
  # What a program says is not to be searched for between what primer says; --append can have more.
  ((${#program[@]} == 0)) || words+=(primer.main=main.service primer.unit=main.service primer.log=error)

  local appended
  read -r -d '' -a appended <<<"$append" || true
  for word in "${appended[@]}"; do
    [[ ${word%%=*} == *.* ]] || dotless=$((dotless + 1))
  done
  ((dotless <= words_max)) ||
    refuse "--append has $dotless words without a dot; the kernel hands such to process 1 and panics at 32: have at most $words_max"
  words+=("${appended[@]}")
  word=${words[*]}
  ((${#word} <= command_line_max)) ||
    refuse "the kernel's command line would have ${#word} bytes, $command_line_max at most: shorten --append"
}

# machine_describe FOLDER: sets `qemu` to the command, all but the memory.
machine_describe() {
  local log=${console:-$1/console}
  [[ $log == /* ]] || log=$PWD/$log
  : >"$log" || refuse "--console $log cannot be written"
  console=$log
  if [[ -z $kernel ]]; then
    kernel=$("$primer_source/scripts/kernel" fetch) || refuse "there is no kernel to boot; say --kernel FILE"
  fi
  [[ -r $kernel ]] || refuse "--kernel $kernel: there is no such file"
  describe_words
  local mux=off
  [[ -z $terminal ]] || mux=on # ^A is the monitor's key
  # A comma in an option's value is written twice.
  qemu=(qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot
    -kernel "$kernel" -initrd "$1/archive" -append "${words[*]}"
    -chardev "stdio,id=console,signal=off,mux=$mux,logfile=${log//,/,,}"
    -serial chardev:console
    -chardev "file,id=report,path=${1//,/,,}/report")
  [[ -z $terminal ]] || qemu+=(-mon chardev=console)
  if [[ -n $realtime ]]; then
    # microvm has one serial line of its own.
    qemu+=("${realtime_machine[@]}" -device "isa-serial,chardev=report,index=1")
  else
    qemu+=("${exact_machine[@]}" -serial chardev:report)
  fi
}

machine_print() {
  printf '# qemu\n'
  printf '%q ' "${qemu[@]}" -m "${memory:-256}"
  printf '\n'
}

# machine_fit ARCHIVE: memory for the archive, when it was not told. It lies there twice while it is
# unpacked, and what is unpacked may fill half of the memory; a write that fails does not stop the
# kernel, so too little shows later, and as something else.
machine_fit() {
  if [[ -z $memory ]]; then
    memory=256
    local needed=$((96 + 2 * $(stat -c %s -- "$1") / 1048576))
    while ((memory < needed)); do memory=$((memory * 2)); done
  fi
  qemu+=(-m "$memory")
}

# Non-empty, with its device's path, when there is a user to talk to.
terminal=''
if [[ -t 0 && -t 1 ]]; then terminal=$(tty); fi
terminal_state=''
machine_pid=''

# Runs on every way out of this script, those by a signal included.
clean_up() {
  if [[ -n $machine_pid ]]; then
    kill -TERM "$machine_pid" 2>/dev/null || true
    wait "$machine_pid" 2>/dev/null || true
  fi
  if [[ -n $terminal_state ]]; then
    stty "$terminal_state" <"$terminal" 2>/dev/null || true
  fi
  rm -rf -- "$work"
}

# What a reader of standard output gets: lines that end as lines do, without the kernel's goodbye.
filter_console() {
  sed -u -e 's/\r*$//' -e '/^\[ *[0-9.]*\] reboot: /d'
}

# machine_run FOLDER: sets `machine_status` to QEMU's, or to 124 after the timeout.
machine_run() {
  # Should this script be killed by a signal that it cannot catch, QEMU is told, and puts the terminal right.
  local command=(setpriv --pdeathsig TERM)
  [[ -z $timeout ]] || command+=(timeout --foreground --kill-after=5 "$timeout")
  command+=("${qemu[@]}")

  trap '' TTOU
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  machine_status=0
  if [[ -n $terminal ]]; then
    terminal_state=$(stty -g <"$terminal")
    # Opened anew: QEMU sets O_NONBLOCK on what it gets, which others would share.
    # shellcheck disable=SC2094
    "${command[@]}" <"$terminal" >"$terminal" 2>"$1/qemu.log" &
    machine_pid=$!
    wait "$machine_pid" || machine_status=$?
  else
    mkfifo "$1/console.pipe"
    filter_console <"$1/console.pipe" &
    local filter=$!
    "${command[@]}" </dev/null >"$1/console.pipe" 2>"$1/qemu.log" &
    machine_pid=$!
    wait "$machine_pid" || machine_status=$?
    wait "$filter" || true
  fi
  machine_pid=''
}
