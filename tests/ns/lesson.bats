# scripts/lesson itself: what a reader sees, as root and not, on a terminal and not.
# variants: root/group
# shellcheck disable=SC2154 # run sets stderr
load ../lib/common
load ../lib/ns

bats_require_minimum_version 1.5.0

setup() {
  ns_setup
  # Its own build would be one too many here: scripts/test has just built both.
  export PRIMER=$PRIMER_RELEASE/primer
  export LESSON=$PRIMER_SOURCE/scripts/lesson
}

@test "without a name it lists the lessons, one line each" {
  run "$LESSON"
  assert_success
  assert_line --regexp '^orphans +Orphans: who adopts'
  assert_equal "${#lines[@]}" "$(find "$PRIMER_SOURCE/services/lessons" -name '*.md' | wc -l)"
}

@test "a lesson that there is not is refused in one line" {
  run --separate-stderr "$LESSON" orphan
  assert_failure 1
  assert_output ''
  assert_equal "$stderr" 'lesson: there is no lesson "orphan"; scripts/lesson lists those that there are'
}

@test "it predicts, runs, reveals and explains, as root and as an ordinary user" {
  local become
  for become in env "setpriv --reuid=61234 --regid=61234 --clear-groups"; do
    # shellcheck disable=SC2086 # a command and its words
    run $become "$LESSON" orphans </dev/null
    assert_success
    # The order of the shape that all lessons have, and of the kernel's three answers in it.
    assert_equal "$(grep -o -E "^(Predict|Run|What process 1 saw|Explain|Look it up|Exercises)\$|The kernel's answer: .|^   - c|^1\. A parent" <<<"$output" | tr '\n' '|')" \
      "   - c|   - c|   - c|Run|1. A parent|The kernel's answer: c|The kernel's answer: b|The kernel's answer: c|What process 1 saw|Explain|Look it up|Exercises|"
    assert_line --regexp '^   [0-9]+ ended with status 7: an orphan that I adopted$'
  done
}

@test "on a terminal it waits for answers, and says which were the kernel's" {
  # shellcheck disable=SC2016 # for expect
  run expect -c '
    set timeout 60
    spawn {*}$env(LESSON) orphans
    foreach answer {c a c} {
      expect {
        "Your answer: " { send "$answer\r" }
        timeout { exit 3 }
      }
    }
    expect {
      -re "answer: c\\) process 1; and yours.*answer: b\\).*; yours was a.*answer: c\\).*; and yours.*Enter: why" { send "\r" }
      timeout { exit 4 }
    }
    expect {
      -re "Explain.*Exercises" {}
      timeout { exit 5 }
    }
    expect eof
    exit [lindex [wait] 3]
  '
  assert_success
}
