"""`leadpulse init`: wrong answers first, then right ones; what it writes can be loaded, and passes `check`."""

import asyncio
import os
import stat
import tomllib
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from schemas.errors import Refused
from streams import settings
from streams.cli import main
from streams.cli.bot import Api
from streams.cli.check_outlets import bitrix_faults
from streams.cli.check_telegram import telegram_faults
from streams.cli.init_verify import last_heard
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.speechkit import KEY, FakeSpeechKit
from tests.fakes.telegram import FakeTelegram

TOKEN = "123:AAE-secret"
GROUP, OPS = -100, 7
CURATOR = {"id": 111, "name": "Анна"}


class Terminal:
    """`leadpulse init` in an empty folder, between the fakes."""

    def __init__(self, folder: Path, telegram: FakeTelegram, bitrix: FakeBitrix, kit: FakeSpeechKit) -> None:
        self.folder, self.telegram, self.bitrix = folder, telegram, bitrix
        self.environ = {"LEADPULSE_TELEGRAM__API": telegram.url} | {
            f"LEADPULSE_SPEECHKIT__{name.upper()}": str(value)
            for name, value in kit.settings().items()
            if name != "api_key"
        }

    async def init(self, *arguments: str, said: list[str] | None = None) -> Result:
        """Run it; `said` is what a person types, a line each."""
        typed = "\n".join(said or []) + "\n"
        runner = CliRunner()
        return await asyncio.to_thread(
            lambda: runner.invoke(main, ["init", *arguments], input=typed, env=self.environ, prog_name="leadpulse")
        )

    def file(self, name: str, text: str) -> str:
        """A file with a secret, as the operator has it."""
        (self.folder / name).write_text(text + "\n")
        return name

    def written(self) -> list[Path]:
        """What stands in the folder afterwards."""
        return [path for path in self.folder.rglob("*") if path.is_file() and not path.name.startswith("given")]


@pytest.fixture
def kit() -> Iterator[FakeSpeechKit]:
    """SpeechKit."""
    with FakeSpeechKit() as fake:
        yield fake


@pytest_asyncio.fixture
async def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kit: FakeSpeechKit) -> AsyncIterator[Terminal]:
    """Telegram with two chats, a portal, SpeechKit."""
    monkeypatch.chdir(tmp_path)
    async with FakeTelegram(TOKEN, {GROUP, OPS}) as telegram, FakeBitrix({"1"}) as bitrix:
        yield Terminal(tmp_path, telegram, bitrix, kit)


async def loaded(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> settings.Settings:
    """What the written file means to a worker."""
    for name, value in terminal.environ.items():
        monkeypatch.setenv(name, value)
    return settings.load()


async def test_a_conversation_with_wrong_answers(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wrong answer is told why and asked again; the chat is found by a message, its author is staff."""
    terminal.telegram.say(GROUP, CURATOR, "/start")
    result = await terminal.init(
        said=[
            *("hello", "123:wrong", TOKEN),  # the bot
            *("-999", "", "y", "y"),  # the curators' chat: not the bot's; then the one with the message, and its author
            *("n", "x", str(OPS), "нет"),  # reports go elsewhere, ops are left out
            *("https://portal/", f"{terminal.bitrix.url}/rest/1/wrong/", terminal.bitrix.webhook),
            *("AQVN wrong", KEY),  # SpeechKit
            *("Мой склад", "moysklad", ""),  # WMS
            *("leadpulse.example.ru", "https://leadpulse.example.ru/"),  # the address outside
            *("y", "y", "Ф" * 101, " Ольга  Петрова ", ""),  # the page, through the bot, its first administrator
            *("/mnt/nowhere", ""),  # a folder that is missing, the model as it is
            *("вчера", "2026-11-02", "2026-10-01", "2026-11-17"),  # words abroad: no date, then one before the other
        ]
    )
    assert result.exit_code == 0, result.output
    for word in ("его даёт @BotFather", "ответ 401", "бот @leadpulse_bot", "не видит чат -999", "целое число"):
        assert word in result.output
    for word in ("выглядит как https://portal", "не принимает вебхук", "Анна Кузнецова"):
        assert word in result.output
    for word in ("без пробелов", "ключ принят", "имя «Мой склад»"):
        assert word in result.output
    for word in ("! speech.recordings: /mnt/nowhere — папки нет", "! папки модели tests/fixtures/vosk-ru-tiny нет"):
        assert word in result.output  # said, and left to the operator
    assert "нужно: https://имя" in result.output
    for word in ("нужна дата вида", "передавать можно только после уведомления (2026-11-02)"):
        assert word in result.output
    assert "POST https://leadpulse.example.ru/hooks/wms/moysklad" in result.output
    assert "Дальше: leadpulse check" in result.output
    assert not any(secret in result.output for secret in (TOKEN, terminal.bitrix.code, KEY))

    works = await loaded(terminal, monkeypatch)
    assert works.telegram.token.get_secret_value() == TOKEN
    assert (works.telegram.curator_chat, works.telegram.report_chat, works.telegram.ops_chat) == (GROUP, OPS, 0)
    assert works.telegram.staff == [111]
    assert works.transfer == settings.Transfer(notified_on=date(2026, 11, 2), allowed_from=date(2026, 11, 17))
    assert works.site.public_url == "https://leadpulse.example.ru"
    assert (works.web.bot, works.web.first_admin, works.web.first_admin_telegram) == (
        "leadpulse_bot",
        "Ольга Петрова",
        111,  # the one who wrote in the chat, as nobody else did
    )
    assert [str(network) for network in works.web.trusted_proxies] == ["127.0.0.1/32"]
    assert 'первый вход — leadpulse web link "Ольга Петрова"' in result.output
    assert "имя и фамилия, до 100 знаков" in result.output
    assert works.bitrix.portal == terminal.bitrix.url
    assert works.speechkit.api_key.get_secret_value() == KEY
    token = works.gateway.wms["moysklad"].token
    assert token is not None
    assert len(token.get_secret_value()) >= 32
    assert await asyncio.to_thread(telegram_faults, works) == []
    assert await asyncio.to_thread(bitrix_faults, works) == []


async def test_who_wants_no_page_is_asked_nothing_of_it(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written down that it is off; neither the bot nor a person is asked for."""
    result = await terminal.init(said=[*[""] * 5, "n", *[""] * 3])
    assert result.exit_code == 0, result.output
    assert "администратор" not in result.output
    assert (await loaded(terminal, monkeypatch)).web.enabled is False


async def test_the_page_by_flags(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without questions; what is no name of a bot is told, and nothing is written."""
    person = ("--admin", "Ольга Петрова", "--admin-telegram", "700")
    wrong = await terminal.init("--no-input", "--web-bot", "@our bot", *person)
    assert wrong.exit_code == 1
    assert "имя бота без @" in wrong.output
    assert terminal.written() == []
    assert (await terminal.init("--no-input", "--web-bot", "our_leadpulse_bot", *person)).exit_code == 0
    web = (await loaded(terminal, monkeypatch)).web
    assert (web.bot, web.first_admin, web.first_admin_telegram) == ("our_leadpulse_bot", "Ольга Петрова", 700)
    assert web.trusted_proxies == ()  # nothing stands before a page without a name


async def test_what_is_written_belongs_to_the_owner_and_explains_itself(terminal: Terminal) -> None:
    """0600 and 0700 whatever the umask; no secret in the TOML; a comment over every setting."""
    mask = os.umask(0)
    try:
        given = terminal.file("given-token", TOKEN)
        result = await terminal.init("--no-input", "--telegram-token-file", given, "--curator-chat", str(GROUP))
    finally:
        os.umask(mask)
    assert result.exit_code == 0, result.output
    assert {stat.S_IMODE(path.stat().st_mode) for path in terminal.written()} == {0o600}
    assert stat.S_IMODE((terminal.folder / "secrets").stat().st_mode) == 0o700
    text = (terminal.folder / "leadpulse.toml").read_text()
    assert TOKEN not in text
    assert tomllib.loads(text)["telegram"] == {
        "token_file": "secrets/telegram-token",
        "curator_chat": GROUP,
        "updates": "poll",
    }
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if " = " in line and not line.startswith("#"):
            assert lines[number - 1].startswith("# ")


async def test_flags_that_are_wrong_are_told_together_and_nothing_is_written(terminal: Terminal) -> None:
    """Without questions every flag is checked live; the first fault does not hide the others."""
    result = await terminal.init(
        *("--no-input", "--telegram-token-file", terminal.file("given-1", "1:wrong"), "--wms", "Мой склад"),
        *("--bitrix-webhook-file", terminal.file("given-2", terminal.bitrix.webhook.replace("s3", "x"))),
        *("--speechkit-key-file", "given-nothing"),
    )
    assert result.exit_code == 1
    for word in ("ничего не записано", "ответ 401", "имя «Мой склад»", "не принимает вебхук", "given-nothing нет"):
        assert word in result.output
    assert terminal.written() == []


async def test_settings_that_are_there_are_not_replaced_unasked(terminal: Terminal) -> None:
    """No, and nothing has changed; yes, and the old ones stay beside, as often as it is done; tokens of others stay."""
    file = terminal.folder / "leadpulse.toml"
    file.write_text("# mine\n")
    for arguments, said in ((["--no-input"], []), ([], ["n"])):
        result = await terminal.init(*arguments, said=said)
        assert result.exit_code == 1
        assert "ничего не изменено" in result.output
        assert file.read_text() == "# mine\n"
    assert (await terminal.init("--no-input", "--force", "--wms", "erp")).exit_code == 0
    token = (terminal.folder / "secrets" / "wms-erp").read_text()
    assert (await terminal.init("--no-input", "--force", "--wms", "erp")).exit_code == 0
    assert (terminal.folder / "secrets" / "wms-erp").read_text() == token
    assert (terminal.folder / "leadpulse.toml.before").read_text() == "# mine\n"
    assert (terminal.folder / "leadpulse.toml.before1").exists()


async def test_a_bot_with_a_webhook_gives_no_messages(terminal: Terminal) -> None:
    """Then the number of the chat is asked for."""
    terminal.telegram.updates.webhook = "https://example.com/hooks", "word"
    result = await terminal.init(said=[TOKEN, "y", "", str(GROUP), "y", *[""] * 10])
    assert result.exit_code == 0, result.output
    assert "введите номер чата сами" in result.output
    written = tomllib.loads((terminal.folder / "leadpulse.toml").read_text())
    assert written["telegram"] == {"token_file": "secrets/telegram-token", "curator_chat": GROUP}
    assert written["gateway"]["telegram"] == {"main": {"secret_file": "secrets/telegram-main-webhook"}}


async def test_looking_for_a_chat_has_telegram_forget_nothing(terminal: Terminal) -> None:
    """What nobody has read yet is still there for the gateway, of every kind; too much of it is said."""
    for number in range(99):
        terminal.telegram.say(GROUP, CURATOR, str(number))
    api = Api(terminal.telegram.url)
    heard = await asyncio.to_thread(last_heard, api, TOKEN)
    assert heard is not None
    assert (heard.chat, heard.user) == (GROUP, 111)
    terminal.telegram.updates.put("callback_query", {"id": "1"})
    assert terminal.telegram.updates.info()["pending_update_count"] == 100
    assert terminal.telegram.updates.confirmed == []
    with pytest.raises(Refused, match="введите номер"):
        await asyncio.to_thread(last_heard, api, TOKEN)
