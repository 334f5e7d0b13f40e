#!/bin/sh
# Jibri's finalize script: says to the recorder agent that a recording directory is complete.
#
# Jibri waits for this script without a time limit and stays busy meanwhile, so it only drops a marker: no network, no
# Python, no copying. It ends with 0 whatever happens: Jibri does nothing with the code, and the agent's sweep finds a
# directory whose marker could not be written.
#
#   $1               absolute path of the recording directory
#   LEADPULSE_SPOOL  spool folder; `.leadpulse` beside the recording directory when empty (the recordings volume is
#                    the one place a rootless read-only Jibri container may write to)
exec </dev/null

complain() {
    printf 'leadpulse finalize: %s\n' "$1" >&2
    exit 0
}

[ -n "${1:-}" ] || complain 'called without a recording directory'
dir=$1
while [ "$dir" != "${dir%/}" ]; do dir=${dir%/}; done
case $dir in
    /*) ;;
    *) complain "not an absolute directory: $1" ;;
esac

pending=${LEADPULSE_SPOOL:-${dir%/*}/.leadpulse}/pending
mkdir -p "$pending" 2>/dev/null || complain "cannot make $pending"

# A name of its own for each call: a second recording of one session must not be lost behind the first one's marker.
name=$(printf '%.100s' "${dir##*/}").$(date +%s).$$
trap 'rm -f "$pending/$name.tmp"' EXIT
{ printf '%s\n' "$dir" >"$pending/$name.tmp"; } 2>/dev/null || complain "cannot write to $pending"
mv -f "$pending/$name.tmp" "$pending/$name.job" 2>/dev/null || complain "cannot rename in $pending"
exit 0
