#!/bin/sh
# The venv of `make lock` and `make audit` below the cache, made once from requirements/tools.txt; prints its folder.
set -eu
cd "$(dirname "$0")/.."

home=${LEADPULSE_CACHE:-.cache}/tools
wanted=$(sha256sum <requirements/tools.txt)

if [ "$(cat "$home/stamp" 2>/dev/null || true)" != "$wanted" ]; then
    mkdir -p "$home"
    "$(command -v .venv/bin/python || command -v python3)" -m venv --clear "$home" >&2
    "$home/bin/python" -m pip install --quiet --no-deps --require-hashes -r requirements/tools.txt >&2
    printf '%s\n' "$wanted" >"$home/stamp"
fi
printf '%s\n' "$home/bin"
