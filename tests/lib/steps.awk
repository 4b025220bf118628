# What is wrong with the functions of steps: first the rows, as step_rows prints them, then the sources, headers first.
# A function counts as used where its name is called or its address taken; fields, comments and strings are none of that.

FNR == 1 { source = FILENAME != "-" }

!source {
  if ($4 in table) printf "%s:%d: the step \"%s\" is in %s too\n", $1, $2, $4, table[$4]
  table[$4] = $1
  home[$5] = home[$5] " " $1
  next
}

FNR == 1 {
  header = FILENAME ~ /\.h$/
  inside = 0
}
/^static const struct step [a-z_]+\[\]/ { inside = 1 }
/^};$/ { inside = 0 }
inside && /^    \{/ {
  if (!match($0, /^    \{ "[a-z0-9-]+", [a-z0-9_]+,/))
    printf "%s:%d: a row of steps begins with its name and its function\n", FILENAME, FNR
  next
}
/^ *(\/\*|\*|\/\/)/ || /^#/ { next }
{
  line = $0
  gsub(/"[^"]*"|\/\*.*\*\//, "", line)
  sub(/ +$/, "", line)
}
match(line, /^(__attribute__\(\([a-z]*\)\) )?(static )?int [a-z0-9_]+\(void \*[a-z]*\);?$/) {
  name = line
  sub(/\(void.*/, "", name)
  sub(/.* /, "", name)
  if (name in home) {
    if (header) shared[name] = FILENAME
    else if (index(home[name] " ", " " FILENAME " ") && line ~ /static /) defined[name] = 1
    else if (name in shared) defined[name] = 1
    next
  }
}
{
  while (match(line, /[A-Za-z_][A-Za-z0-9_]*/)) {
    name = substr(line, RSTART, RLENGTH)
    before = substr(line, 1, RSTART - 1)
    line = substr(line, RSTART + RLENGTH)
    if (!(name in home) || before ~ /(\.|->)$/) { before = ""; continue }
    if (!(name in shared) && !index(home[name] " ", " " FILENAME " ")) continue
    if (line ~ /^\(/ || before ~ /&$/)
      printf "%s:%d: %s is a step: only the runner calls it\n", FILENAME, FNR, name
  }
}

END {
  for (name in home)
    if (!(name in defined)) printf "%s:1: the step function %s is not static\n", substr(home[name], 2), name
}
