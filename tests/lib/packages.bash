# Debian's own packages as test input: load ../lib/packages
#
# Fetched by apt and unpacked, never installed: what is in them is run in a guest.
# shellcheck shell=bash

# package_root NAME…: sets REPLY to a folder with the files of these packages; skips when they cannot be had.
package_root() {
  local store=$PRIMER_SOURCE/build/packages work name
  REPLY=$store/$(printf '%s+' "$@")
  [[ ! -e $REPLY/.complete ]] || return 0
  mkdir -p -- "$store"
  work=$(mktemp -d "$store/.unpack.XXXXXX")
  # apt's own user must be able to write here, or apt warns.
  chmod 755 "$work"
  if ! (cd "$work" && apt-get -qq download "$@") >"$work/log" 2>&1; then
    cat -- "$work/log" >&2
    rm -rf -- "$work"
    skip_loudly "apt-get cannot download $*"
  fi
  mkdir -- "$work/root"
  for name in "$work"/*.deb; do
    dpkg -x "$name" "$work/root"
  done
  touch -- "$work/root/.complete"
  rm -rf -- "$REPLY"
  mv -T -- "$work/root" "$REPLY"
  rm -rf -- "$work"
}
