#!/bin/sh
# Makes deploy/secrets for compose.yaml: random ones are made, those that others give are left empty to be filled in.
# What is there already stays. Called again after an update it adds what is new.
set -eu
cd "$(dirname "$0")/.."

mkdir -p -m 0700 secrets
umask 022

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

keep() { # NAME TEXT
    if [ ! -e "secrets/$1" ]; then
        printf '%s\n' "$2" >"secrets/$1.new"
        chmod 0444 "secrets/$1.new"
        mv "secrets/$1.new" "secrets/$1"
        [ -n "$2" ] || echo "впишите, если нужно: $PWD/secrets/$1"
    fi
}

for name in clickhouse grafana-admin grafana-clickhouse n8n-key open-notebook-key open-notebook-password webhooks-secret; do
    keep "$name" "$(random)"
done
for name in bitrix-webhook speechkit-key telegram-token; do
    keep "$name" ''
done
surreal=$(random)
# one file for both: the database names it PASS, Open Notebook PASSWORD
keep surrealdb.env "$(printf 'SURREAL_USER=root\nSURREAL_PASS=%s\nSURREAL_PASSWORD=%s' "$surreal" "$surreal")"
