"""`leadpulse commands check` and `try` without Kafka; `keys`, `mcp` in words; the whole round on Kafka."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from processors.commands import canon, signing
from schemas.command_codecs import STANDING
from schemas.command_defs import SigningKey
from schemas.commands import Command, Standing, Trigger
from schemas.topics import COMMAND_STATE
from streams.cli.commands import commands_command
from streams.cli.keys import keys_command, state
from streams.cli.mcp import mcp_command
from streams.engine.signing_keys import EVERY
from tests.installation import Installation

CALL = """\
name: crm.call
version: 1
title: Позвать менеджера
effect: outward
approval: {by: [head], how: passkey}
params:
  text: {type: string, title: Текст, minLength: 1, maxLength: 200, x-show: full}
handler: {kind: http.post, url: "https://crm.example.ru/call", secret: crm}
"""


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADPULSE_COMMANDS__HOSTS", '["crm.example.ru"]')
    monkeypatch.setenv("LEADPULSE_COMMANDS__SECRETS", '{"crm": "very-secret-value"}')


def run(*words: str) -> Result:
    """A command as a person gives it."""
    return CliRunner().invoke(commands_command, words)


def of(text: str) -> str:
    """A file with it."""
    Path("call.yaml").write_text(text, encoding="utf-8")
    return "call.yaml"


def test_a_good_definition_is_good() -> None:
    """It says who has to sign it."""
    said = run("check", of(CALL))
    assert said.exit_code == 0 and "описание годится" in said.output


def test_every_fault_is_told_with_its_line() -> None:
    """A5: to this very machine, by itself, without a device's key, a secret in plain: all at once, exit code 1."""
    bad = CALL.replace("https://crm.example.ru/call", "http://127.0.0.1:8080/")
    bad = bad.replace("how: passkey", "how: button").replace(
        "secret: crm", "secret: ghp_0123456789abcdefABCDEF0123456789abcd"
    )
    said = run("check", of(bad + "auto: {min_percent: 10}\n"))
    assert said.exit_code == 1
    text = str(said.exception)
    assert all(f"строка {line}" in text for line in (5, 8, 9)), text
    assert "ghp_" not in text


def test_a_file_that_is_none_is_one_line() -> None:
    """No file, no text, no YAML."""
    assert "no.yaml" in str(run("check", "no.yaml").exception)
    Path("bytes.yaml").write_bytes(b"\xff\xfe")
    assert "не текст" in str(run("check", "bytes.yaml").exception)
    assert run("check", of("name: [")).exit_code == 1


def test_a_try_shows_the_request_and_sends_nothing() -> None:
    """Method, address, body; the secret by its name alone."""
    said = run("try", of(CALL), "--params", '{"text": "позвоните"}', "--lead", "1003")
    assert said.exit_code == 0, said.exception
    assert "POST https://crm.example.ru/call" in said.output and '"text": "позвоните"' in said.output
    assert '"lead_id": "1003"' in said.output and "X-Leadpulse-Command" in said.output
    assert "секрет «crm»" in said.output and "very-secret" not in said.output
    assert "Ничего не отправлено" in said.stderr


@pytest.mark.parametrize("params", ["{", "[]", '{"text": ""}', '{"text": "x", "more": 1}', "{}", '{"text": 1.5}'])
def test_params_that_do_not_fit_are_told(params: str) -> None:
    """In a line, without a traceback."""
    said = run("try", of(CALL), "--params", params)
    assert said.exit_code == 1 and not isinstance(said.exception, SystemExit) and str(said.exception)


def test_a_key_says_whether_it_counts() -> None:
    """Open, in its last week, over, revoked."""
    key = SigningKey(key_id="a", who="agent", public="p", since=1)
    assert state(key, 5) == "действует"
    ending = SigningKey(key_id="a", who="agent", public="p", since=1, until=86_400_000)
    assert state(ending, 5).startswith("действует до 02.01.1970")
    assert state(ending, 86_400_001).startswith("не действует с")
    revoked = SigningKey(key_id="a", who="agent", public="p", since=1, revoked_at=9)
    assert state(revoked, 5).startswith("отозван")


async def test_commands_keys_and_tokens_on_kafka(
    bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made, listed, revoked; a command as its signer sees it."""
    import asyncio

    async with Installation(bootstrap, tmp_path / "home") as home:
        for name, value in home.environ.items():
            monkeypatch.setenv(name, value)

        async def ran(group: object, *words: str) -> str:
            said = await asyncio.to_thread(CliRunner().invoke, group, words)  # type: ignore[arg-type]
            assert said.exit_code == 0, (words, said.exception)
            return said.output

        assert "ключи на месте" in await ran(keys_command, "ensure")
        await ran(keys_command, "ensure")
        made = await ran(keys_command, "new", "mcp")
        assert "прежний ключ" in made
        listed = json.loads(await ran(keys_command, "list", "--json"))
        assert len(listed) == len(EVERY) + 1
        (first, second) = sorted((key for key in listed if key["who"] == "mcp"), key=lambda key: "until" not in key)
        assert first["until"] and "until" not in second
        assert "отозван" in await ran(keys_command, "revoke", second["key_id"])
        assert "отозван" in await ran(keys_command, "list")

        from streams.cli.web import web_command

        await ran(web_command, "add", "Ольга Петрова", "--role", "curator")
        (token,) = (line for line in (await ran(mcp_command, "token", "Ольга Петрова", "--propose")).splitlines()[:1])
        assert token.startswith("lpm_")
        listed = await ran(mcp_command, "tokens")
        assert "Ольга Петрова" in listed and "предлагает" in listed and token not in listed
        assert "Отозвано: 1" in await ran(mcp_command, "revoke", "Ольга Петрова")
        assert "Токенов нет" in await ran(mcp_command, "tokens")

        private, _ = signing.new_key()
        assert private
        command = Command(
            command_id="0" * 16,
            name="note.add",
            version=1,
            lead_id="1003",
            params={"text": "Звонить после 18"},
            trigger=Trigger(kind="person", id="x", words="просил звонить позже", who="Анна"),
            confidence_percent=100,
            proposed_at=1,
            expires_at=2,
            proposer="agent/rules",
        )
        body = canon.encoded(command).decode()
        standing = Standing(
            command_id="0" * 16,
            body=body,
            digest=canon.digest(body.encode()),
            state="refused",
            at=1_795_165_391_000,
            by="Глеб",
            why="уже знаем",
            title="Записать заметку",
        )
        await home.produce(COMMAND_STATE, [(standing.command_id, STANDING.encode(standing))])
        listed = await ran(commands_command, "list", "--state", "refused", "--lead", "1003")
        assert "Записать заметку" in listed and "отказано" in listed
        assert "Таких команд нет" in await ran(commands_command, "list", "--lead", "1004")
        whole = await ran(commands_command, "show", "0" * 16)
        assert all(words in whole for words in ("Звонить после 18", "уже знаем", "Глеб", "просил звонить позже"))
        (row,) = json.loads(await ran(commands_command, "list", "--json"))
        assert row["command"]["params"] == {"text": "Звонить после 18"}
        assert "telegram.reply" in await ran(commands_command, "definitions")
