#!/usr/bin/env bats
# The entrypoint life at a terminal: ^C, ^Z and what a shell does with its jobs, typed by expect at a real pseudo-terminal.
# variants: root/group

load ../lib/common
load ../lib/ns
load ../lib/entry

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  cat >ready.exp <<'END'
set timeout 15
proc must {pattern} {
  expect {
    -re $pattern {}
    timeout { puts "\nexpected: $pattern"; exit 1 }
    eof { puts "\nended, expected: $pattern"; exit 1 }
  }
}
# The program ends; one that does not is hung up on when this script exits, rather than waited for.
proc must_end {} {
  expect {
    eof {}
    timeout { puts "\nexpected: the end"; exit 1 }
  }
}
END
}

# typed SCRIPT: runs it by expect, with "must PATTERN" and "must_end".
typed() {
  { cat ready.exp && cat; } >script.exp
  run expect -f script.exp
}

@test "^C at the terminal reaches main, and primer gives its status" {
  typed <<END
spawn $PRIMER sh -c {trap {} HUP; echo be""gun; exec sleep 60}
must begun
send \003
must_end
exit [lindex [wait] 3]
END
  assert_equal "$status" 130
}

@test "^Z stops primer's job, fg brings main back to the terminal, ^C still reaches it" {
  typed <<END
spawn env -i PS1=prompt> TERM=dumb PATH=$PATH ASAN_OPTIONS=$ASAN_OPTIONS bash --norc --noprofile -i
must prompt>
send "$PRIMER -vv cat\r"
must {runs as pid}
send "typed\r"
must {typed\r\ntyped}
send \032
must {Stopped}
must prompt>
send "echo in the sh\"\"ell\r"
must {in the shell}
send "fg\r"
must {got signal CONT}
must {got signal CHLD}
send "again\r"
must {again\r\nagain}
send \003
must prompt>
send "echo status \\\$?\r"
must {status 130}
send "exit\r"
must_end
END
  assert_success
}

@test "an interactive shell as main has job control" {
  typed <<END
spawn env -i PS1=prompt> TERM=dumb PATH=$PATH ASAN_OPTIONS=$ASAN_OPTIONS $PRIMER bash --norc --noprofile -i
must prompt>
send "echo flags \\\$-\r"
must {flags [a-zA-Z]*m}
send "sh -c 'echo sle\"\"eping; exec sleep 60'\r"
must sleeping
send \032
must {Stopped}
must prompt>
send "kill %1; wait %1; echo do\"\"ne\r"
must done
send "exit 5\r"
must_end
exit [lindex [wait] 3]
END
  assert_equal "$status" 5
}

@test "as PID 1 of a namespace: a shell with job control, and ^Z of a plain program does not lock the user out" {
  [[ $EUID == 0 ]] || skip_loudly "needs root, for a namespace with a terminal of its own"
  typed <<END
spawn unshare --pid --fork --mount-proc setsid --ctty $PRIMER cat
expect -timeout 1 -re {never}
send "typed\r"
must {typed\r\ntyped}
send \032
send "again\r"
must {again\r\nagain}
send \003
must_end
END
  assert_success
}

@test "main gets the size's changes" {
  typed <<END
spawn $PRIMER bash -c {trap 'echo now \$(stty size)' WINCH; echo be""gun; while :; do sleep 0.05; done}
must begun
stty rows 33 columns 99 < \$spawn_out(slave,name)
must {now 33 99}
send \003
must_end
END
  assert_success
}

@test "in the background primer takes no terminal away" {
  typed <<END
spawn env -i PS1=prompt> TERM=dumb PATH=$PATH ASAN_OPTIONS=$ASAN_OPTIONS bash --norc --noprofile -i
must prompt>
send "$PRIMER sleep 3 &\r"
must prompt>
send "echo still h\"\"ere\r"
must {still here}
send "wait; echo st\"\"atus \\\$?\r"
must {status 0}
send "exit\r"
must_end
END
  assert_success
}

@test "a script that goes on after primer reads from the terminal" {
  typed <<END
spawn sh -c {$PRIMER true; echo ask; read x; echo got \$x}
must ask
send "answer\r"
must {got answer}
must_end
END
  assert_success
}
