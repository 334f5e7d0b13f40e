#!/bin/sh
# `make lock`: pins what pyproject.toml asks for, with hashes. What is pinned already stays; `make lock UPGRADE=1` moves all.
#   lock.txt   production: what a server needs
#   mcp.txt    on top of it: what `leadpulse mcp` needs (the extra `leadpulse[mcp]`)
#   dev.txt    on top of lock.txt: tests, linters, types, and what mcp.txt has
#   bench.txt  on top of both: what `make bench` measures beside us
#   tools.txt  alone: what `make lock` and `make audit` run
# No registry is named: the packages come from wherever pip and uv of this machine look.
set -eu
cd "$(dirname "$0")/.."

export SSL_CERT_FILE="${SSL_CERT_FILE:-${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt}}"
uv=$(tools/tools.sh)/uv

compile() { # NAME SOURCE… [-- LOCKS BELOW…]
    name=$1 target=requirements/$1.txt
    shift
    sources='' below=''
    while [ $# -gt 0 ] && [ "$1" != -- ]; do sources="$sources $1" && shift; done
    [ $# -eq 0 ] || shift
    for lock in "$@"; do
        below="$below -c requirements/$lock.txt"
        below="$below $(sed -n 's/^\([a-z0-9][a-z0-9._-]*\)==.*/--no-emit-package \1/p' "requirements/$lock.txt" | tr '\n' ' ')"
    done
    # shellcheck disable=SC2086 # lists of words
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
        ${UPGRADE:+--upgrade} $sources $below -o "$target" >/dev/null
    { echo "# Made by \`make lock\` (tools/lock.sh). Install it with pip's --no-deps --require-hashes."
      sed '/^# Made by/d; /^# The following packages were excluded/,$d' "$target"; } >"$target.new"
    mv "$target.new" "$target"
    echo "lock: $target, $(grep -c == "$target") packages"
}

compile lock pyproject.toml jibri-hooks/pyproject.toml
compile mcp pyproject.toml --extra mcp -- lock
compile dev pyproject.toml --extra dev --extra mcp -c requirements/mcp.txt -- lock
compile bench pyproject.toml --extra bench -- lock dev
compile tools requirements/tools.in
