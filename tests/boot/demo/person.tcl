# What a person in front of the demo does, for expect. Nothing here waits for a time: only for what is
# to be seen, at most $timeout seconds.
set timeout 120
set prompt "demo:~# "

proc fail {what} {
    puts stderr "\nnot seen: $what"
    exit 1
}

# Waits for a text.
proc see {text} {
    expect {
        -ex $text {}
        timeout { fail $text }
        eof { fail "$text (but the end)" }
    }
}

# Types a line, and waits for each text in turn.
proc type {line args} {
    send "$line\r"
    foreach text $args { see $text }
}

# Waits for the end of what was spawned, and gives its status.
proc end {} {
    expect {
        eof {}
        timeout { fail "the end" }
    }
    return [lindex [wait] 3]
}
