"""A5, the half of the definitions: what people add is refused with its line and a plain sentence."""

import re
from pathlib import Path

import pytest

from processors.commands import definitions, secrets_in
from processors.commands.addresses import fault_of
from processors.commands.definitions import load
from schemas.codec import Rejected
from schemas.command_defs import NEVER, Definition
from tests.unit.processors.commands.invoice import ALLOWED, GOOD


def line_of(text: str, part: str) -> int:
    return next(at for at, line in enumerate(text.splitlines(), 1) if part in line)


def test_a_good_one_is_outward_and_signed_by_a_key() -> None:
    """It can never run by itself."""
    made = load(GOOD, ALLOWED)
    assert isinstance(made, Definition), made
    assert (made.effect, made.approval.how, made.auto.min_percent) == ("outward", "passkey", NEVER)
    assert definitions.ttl_ms(made) == 86_400_000


HTTP = "  url: https://books.example.ru/api/invoices"


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("effect: outward", "effect: outward\nauto: {min_percent: 10}", "auto", "никогда не выполняется само"),
        ("effect: outward", "effect: outward\nauto: {min_percent: 0.1}", "auto", "целое число"),
        ("effect: outward", "effect: inward", "effect", "только outward"),
        ("how: passkey", "how: button", "approval", "passkey"),
        ("by: [head]", "by: [admin]", "approval", "curator, head"),
        ("by: [head]", "by: []", "approval", "пустым"),
        ("ttl: 1d", "ttl: 1d\ncc: boss@example.ru", "cc", "такого поля здесь нет"),
        ("ttl: 1d", "ttl: навсегда", "ttl", "4h"),
        ("  kind: http.post", "  kind: shell.run", "kind: shell", "нужно одно из"),
        ("  kind: http.post", "  kind: telegram.send", "kind: telegram", "встроенные"),
        ("name: crm.invoice", "name: telegram.reply", "name", "встроенная"),
        ("name: crm.invoice", "name: Счёт", "name", "crm.invoice"),
        (HTTP, "  url: http://books.example.ru/api", "url", "без шифрования"),
        (HTTP, "  url: https://other.example.ru/api", "url", "нет в настройках"),
        (HTTP, "  url: https://books.example.ru:8443/api", "url", "нет в настройках"),
        (HTTP, "  url: https://127.0.0.1/api", "url", "частной сети"),
        (HTTP, "  url: https://user:pass@books.example.ru/api", "url", "имени с паролем"),
        (HTTP, "  url: https://books.example.ru/api?api_key=12345", "url", "похоже на ключ"),
        (HTTP, "  url: https://books.example.ru/rest/1/x8sjd7f6ak2l9q/", "url", "похоже на ключ"),
        (HTTP, "  url: https://books.example.ru/{note}", "url", "подстановок"),
        (HTTP, "  url: file:///etc/passwd", "url", "https://узел/путь"),
        (HTTP, "  method: crm.deal.add", "method", "поля «method» нет"),
        ("  secret: books", "  secret: other", "secret", "commands.secrets"),
        ("  secret: books", "  secret: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "secret", "похоже на ключ"),
        ("about: Создать счёт", "about: Ключ token=5f3a9c1e2b7d", "about", "похоже на ключ"),
        ("maximum: 1000000", "maxLength: 5", "total", "только у текста"),
        ("maxLength: 200", "pattern: '^(a+)+$'", "note", "такого поля здесь нет"),
        ("type: integer", "type: number", "total", "нужно одно из"),
        ("version: 1", "version: 1\nversion: 2", "version: 2", "уже было"),
        ("version: 1", "version: &a 1", "version", "якоря"),
        ("limits: {per_day: 5}", "limits: {quiet_hours: '25:00-09:00'}", "limits", "21:00-09:00"),
        ("title: Выставить счёт", "title: \u202eВыставить счёт", "title", "невидимые знаки"),
        ("version: 1", "version: 1 # без\u2066 подписи", "version", "невидимые знаки"),
        ("title: Выставить счёт", "title: '  '", "title", "не должно быть пустым"),
        ("minimum: 1,", "minimum: 9000000,", "total", "нижняя граница больше верхней"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, at: str, says: str) -> None:
    """A plain sentence each, for who wrote it."""
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    found = load(text, ALLOWED)
    assert isinstance(found, Rejected)
    line = line_of(text, at)
    told = [one for one in found.reason.splitlines() if says in one]
    assert told and told[0].startswith(f"строка {line}"), found.reason
    assert re.search("[а-яё]", told[0])


def test_lines_of_a_form_end_as_browsers_end_them() -> None:
    """Which is no hidden sign."""
    assert not isinstance(load(GOOD.replace("\n", "\r\n"), ALLOWED), Rejected)


def test_all_faults_at_once() -> None:
    """Each in its line."""
    text = GOOD.replace("effect: outward", "effect: inward").replace("how: passkey", "how: none")
    found = load(text.replace("books.example.ru", "evil.example.ru"), ALLOWED)
    assert isinstance(found, Rejected)
    assert [line.split(",")[0] for line in found.reason.splitlines()] == ["строка 5", "строка 6", "строка 15"]


@pytest.mark.parametrize("text", ["", "а: [", "[]", "1", "name: x", "a: " + "[" * 500, "\x00", "x" * 9000, "- " * 4000])
def test_rubbish_is_told_too(text: str) -> None:
    """Never raises."""
    assert isinstance(load(text, ALLOWED), Rejected)


BITRIX = """\
name: crm.deal
version: 1
title: Завести сделку
effect: outward
approval: {by: [curator, head], how: passkey, count: 2}
params: {title: {type: string, maxLength: 100}}
handler: {kind: bitrix.call, method: METHOD, fields: {TITLE: "TEMPLATE"}}
"""


@pytest.mark.parametrize(
    ("method", "template", "says"),
    [
        ("tasks.task.add", "{title}", ""),
        ("crm.deal.add", "{title}", "такого метода"),
        ("crm.deal.delete", "{title}", "такого метода"),
        ("user.update", "{title}", "такого метода"),
        ("tasks.task.add/../x", "{title}", "такого метода"),
        ("tasks.task.add", "{other}", "нет параметра «other»"),
        ("tasks.task.add", "{title", "фигурные скобки"),
        ("tasks.task.add", "123456789:AAFx8sjd7f6ak2l9qLmNoPqRsTu", "похоже на ключ"),
    ],
)
def test_methods_of_the_portal(method: str, template: str, says: str) -> None:
    """What the outlet does, and no more: nobody signs what can only fail."""
    found = load(BITRIX.replace("METHOD", method).replace("TEMPLATE", template), ALLOWED)
    assert says in found.reason if isinstance(found, Rejected) else not says


def test_workflows_of_n8n_are_those_of_the_settings() -> None:
    """By name: their addresses are secrets."""
    text = BITRIX.replace('bitrix.call, method: METHOD, fields: {TITLE: "TEMPLATE"}', "n8n.run, workflow: WHICH")
    assert isinstance(load(text.replace("WHICH", "счета"), ALLOWED), Definition)
    for other in ("чужой", '""'):
        assert isinstance(load(text.replace("WHICH", other), ALLOWED), Rejected)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://books.example.ru/a?x=1", True),
        ("https://BOOKS.example.ru./a", True),
        ("http://10.0.0.5:8080/a", True),
        ("https://hooks.lan/a", True),
        ("http://plain.example.ru/a", True),
        ("http://10.0.0.5/a", False),
        ("https://10.0.0.5/a", False),
        ("https://plain.example.ru/a", False),
        ("https://localhost/a", False),
        ("https://169.254.169.254/latest", False),
        ("https://[::1]/a", False),
        ("https://2130706433/a", False),
        ("https://0x7f.1/a", False),
        ("https://127.1/a", False),
        ("https://books.example.ru@evil.ru/", False),
        ("https://books.example.ru.evil.ru/", False),
        ("https://books.example.ru\\@evil.ru/", False),
        ("https://books.example.ru#@evil.ru/", False),
        ("https://books.example.ru:x/", False),
        ("https:///a", False),
        ("gopher://books.example.ru/", False),
        ("https://книги.рф/", False),
    ],
)
def test_hosts_are_those_of_the_settings(url: str, *, allowed: bool) -> None:
    """Without encryption, and in a private network, only what is listed with its port."""
    assert bool(fault_of(url, ALLOWED.hosts)) != allowed


def test_a_private_name_needs_its_port_in_the_list() -> None:
    """A host that is listed without one may be moved to a private address under everybody's eyes; one by its number
    may not."""
    assert fault_of("https://10.0.0.7/a", frozenset({"10.0.0.7"}))
    assert not fault_of("https://10.0.0.7/a", frozenset({"10.0.0.7:443"}))


@pytest.mark.parametrize(
    "text",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
        "Authorization: Bearer abcdef123",
        "https://x.ru/rest/1/x8sjd7f6ak2l9q/",
        "password=qwerty",
        "пароль: кошка7",
        "123456789:AAFx8sjd7f6ak2l9qLmNoPqRsTu",
        "sk-proj-abcdefgh1234",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
    ],
)
def test_what_looks_like_a_secret(text: str) -> None:
    """Strict: a name can be written otherwise, a secret that was shown cannot be taken back."""
    assert secrets_in.looks_secret(text)


@pytest.mark.parametrize(
    "text", ["Создать счёт №15 от 27.11.2026", "https://books.example.ru/api/v2/invoices", "crm.timeline.comment.add"]
)
def test_what_does_not(text: str) -> None:
    """Words, numbers, addresses."""
    assert not secrets_in.looks_secret(text)


def test_the_example_of_the_document_is_a_good_one() -> None:
    """Whoever copies it has a command."""
    page = (Path(__file__).parents[4] / "docs" / "assistant.md").read_text()
    example = re.search(r"```yaml\n(name: .*?)```", page, re.DOTALL)
    assert example and isinstance(load(example[1], ALLOWED), Definition)
