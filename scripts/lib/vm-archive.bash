# What goes into the machine: two manifests for primer-pack, and the unit of the program.
# Sourced by scripts/vm, whose options it reads. Sends anything to the guest only through the archive.
# shellcheck shell=bash disable=SC2154

pack=${PRIMER_PACK:-$primer_source/build/release/primer-pack}

# Where primer looks for programs whose path is not told.
guest_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# --- words ---

# Each sets REPLY, because 500 arguments would be 500 forks otherwise.

# A word of a manifest, in quotes.
manifest_word() {
  REPLY=${1//\\/\\\\}
  REPLY=${REPLY//\"/\\\"}
  REPLY=${REPLY//\$/\\\$}
  REPLY=\"${REPLY//$'\n'/\\n}\"
}

# A word of a unit file: systemd.syntax(7). A carriage return would end the line and a byte that is
# no UTF-8 would spoil it, so all that is not printable ASCII is escaped. There is no "$$": the
# command has the prefix ":".
unit_word() {
  local rest=${1//\\/\\\\} done='' byte
  rest=${rest//\"/\\\"}
  rest=${rest//%/%%}
  while [[ $rest =~ ^([\ -~]*)([^\ -~]) ]]; do
    printf -v byte '%d' "'${BASH_REMATCH[2]}"
    printf -v byte '\\x%02x' $((byte & 255))
    done+=${BASH_REMATCH[1]}$byte
    rest=${rest:${#BASH_REMATCH[0]}}
  done
  REPLY=\"$done$rest\"
}

# line FILE WORD ARGUMENTS…: adds a line to a manifest.
line() {
  local file=$1 text=$2
  shift 2
  for REPLY in "$@"; do
    manifest_word "$REPLY"
    text+=" $REPLY"
  done
  printf '%s\n' "$text" >>"$file"
}

# --- files of the host ---

# What the guest mounts filesystems over, and so hides.
is_hidden() {
  [[ $1 =~ ^/(tmp|run|dev|proc|sys)(/|$) ]]
}

# Sets REPLY to the absolute path of a file, its links as they are.
absolute() {
  REPLY=$(realpath -s -- "$1")
}

# Whether a file begins as programs do, so that "elf" may keep the links that lead to it.
is_program() {
  local magic=''
  IFS= read -r -N 4 magic <"$1" 2>/dev/null || true
  [[ $magic == $'\x7fELF' || $magic == '#!'* ]]
}

# add_file MANIFEST SRC DST: with what it needs, whatever it is.
add_file() {
  if [[ $2 == "$3" ]] && is_program "$2"; then
    line "$1" elf "$2"
  else
    line "$1" tree "$2" "$3"
  fi
}

# add_pair OPTION SRC[:DST]
add_pair() {
  local source=$2 target=''
  if [[ $2 == *:/* ]]; then
    source=${2%:/*}
    target=/${2##*:/}
  fi
  [[ -e $source ]] || refuse "$1 $2: there is no $source"
  case $1 in
    --file) [[ ! -d $source ]] || refuse "$1 $2: $source is a folder; say --tree" ;;
    --tree) [[ -d $source ]] || refuse "$1 $2: $source is no folder; say --file" ;;
  esac
  absolute "$source"
  source=$REPLY
  target=${target:-$source}
  if is_hidden "$target"; then
    say "$target: the guest will not see it, because it mounts over that folder; say another place: $1 $source:/DST"
  fi
  if [[ $1 == --tree ]]; then
    line "$manifest" tree "$source" "$target"
  else
    add_file "$manifest" "$source" "$target"
  fi
}

# --- units ---

# The programs that a unit file runs, if the host has them: what a user would forget.
add_unit_programs() {
  local text path
  while IFS= read -r text || [[ -n $text ]]; do
    [[ $text =~ ^[[:blank:]]*Exec[A-Z][A-Za-z]*[[:blank:]]*=[[:blank:]]*[\"\']?[-@:+!]*([^[:blank:]\"\'%\$\\]+) ]] || continue
    path=${BASH_REMATCH[1]}
    [[ $path == */* ]] || path=$(PATH=$guest_path type -P -- "$path") || continue
    [[ $path != /* || ! -f $path ]] || add_file "$defaults" "$path" "$path"
  done <"$1"
}

add_unit() {
  local file=$1 name=${1%/}
  name=${name##*/}
  [[ -r $file ]] || refuse "--unit $file: there is no such file"
  absolute "$file"
  line "$manifest" tree "$REPLY" "/etc/primer/$name"
  if [[ -d $file ]]; then
    [[ $name == *.d ]] || refuse "--unit $file: a folder of drop-ins is called NAME.d"
  else
    add_unit_programs "$file"
    [[ $name == *@.* ]] || unit_names+=" $name"
  fi
}

# Sets `guest_program` to the path by which the guest runs the program, which comes along when the host
# has it. Otherwise --file or --tree may bring it, and if nobody does, the guest says 127.
add_program() {
  local path=${program[0]} directive=tree
  [[ -n $path ]] || refuse "the program's name is empty"
  [[ $path == */* ]] || path=$(type -P -- "$path") || path=${program[0]}
  guest_program=$path
  [[ $path == */* ]] || return 0
  absolute "$path"
  path=$REPLY guest_program=$REPLY
  [[ -f $path ]] || return 0
  if is_hidden "$path"; then
    guest_program=/opt/host$path
    ! is_program "$path" || directive=elf
    line "$defaults" "$directive" "$path" "$guest_program"
  else
    add_file "$defaults" "$path" "$path"
  fi
}

# Prints the unit of the program.
program_unit() {
  local command word size
  unit_word ":$guest_program"
  command=$REPLY
  for word in "${program[@]:1}"; do
    unit_word "$word"
    command+=" $REPLY"
  done
  ((${#command} < 1000000)) ||
    refuse "the arguments are ${#command} bytes in a unit file; that can hold 1,000,000: put them into a --file"
  printf '[Unit]\nDescription=The program of scripts/vm\n'
  [[ -z $unit_names ]] || printf 'Wants=%s\nAfter=%s\n' "${unit_names# }" "${unit_names# }"
  printf '[Service]\nType=exec\nExecStart=%s\n' "$command"
  if [[ -n $terminal ]]; then
    printf 'StandardInput=tty\nEnvironment=TERM=%s\n' "${TERM:-vt220}"
    size=$(stty size <"$terminal" 2>/dev/null) || size=
    # The serial line does not know the window's size.
    [[ ! $size =~ ^([1-9][0-9]*)\ ([1-9][0-9]*)$ ]] ||
      printf 'Environment=LINES=%s COLUMNS=%s\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
  else
    printf 'StandardInput=null\nStandardOutput=tty\n'
  fi
}

# --- the archive ---

# archive_describe FOLDER: writes the manifests there, and the unit.
archive_describe() {
  local pair
  manifest=$1/manifest defaults=$1/defaults unit_names=''
  : >"$defaults"
  line "$manifest" defaults "$primer_source/initramfs/skeleton"
  line "$manifest" defaults "$defaults"
  for pair in "${manifests[@]}"; do
    [[ -r $pair ]] || refuse "--manifest $pair: there is no such file"
    absolute "$pair"
    line "$manifest" defaults "$REPLY"
  done
  absolute "$init"
  line "$manifest" tree "$REPLY" /init
  for pair in "${files[@]}"; do add_pair --file "$pair"; done
  for pair in "${trees[@]}"; do add_pair --tree "$pair"; done
  for pair in "${units[@]}"; do add_unit "$pair"; done
  if ((${#program[@]} > 0)); then
    add_program
    program_unit >"$1/main.service"
    line "$manifest" file /etc/primer/main.service "$1/main.service" 644 0 0
  fi
}

archive_print() {
  local name
  for name in manifest defaults main.service; do
    [[ ! -s $1/$name ]] || printf '# %s\n%s\n\n' "$name" "$(<"$1/$name")"
  done
}

# archive_pack FOLDER: packs the manifests there into FOLDER/archive. The manifests are ours: their lines'
# numbers would say nothing to the user.
archive_pack() {
  local status=0
  env -u SOURCE_DATE_EPOCH "$pack" -C "$primer_source" -o "$1/archive" "$manifest" 2>"$1/pack.log" || status=125
  sed "s|^$1/[a-z]*:[0-9]*: ||; s/^/$primer_script: /" "$1/pack.log" >&2
  ((status == 0)) || exit "$status"
}
