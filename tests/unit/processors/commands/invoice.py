"""A command that people have added, and what the settings allow it."""

from processors.commands.definitions import Allowed

GOOD = """\
name: crm.invoice
version: 1
title: Выставить счёт
about: Создать счёт в программе учёта.
effect: outward
approval: {by: [head], how: passkey}
lead: required
ttl: 1d
limits: {per_day: 5}
params:
  total: {type: integer, title: Сумма в рублях, minimum: 1, maximum: 1000000}
  note: {type: string, title: За что, maxLength: 200, x-show: full, x-optional: true}
handler:
  kind: http.post
  url: https://books.example.ru/api/invoices
  secret: books
"""
ALLOWED = Allowed(
    hosts=frozenset({"books.example.ru", "10.0.0.5:8080", "hooks.lan:443", "plain.example.ru:80"}),
    workflows=frozenset({"счета"}),
    secrets=frozenset({"books"}),
)
