"""`leadpulse import telegram`: what a file holds is shown, chats are chosen, a second time changes nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from schemas.errors import Transient
from schemas.sources import Identity, Inbound
from streams.cli import import_telegram, loading
from tests.exports import BASE, chat, said, written
from tests.unit.cli.broker import Broker
from tests.unit.cli.conftest import Line

NOW = (BASE + 86_400) * 1000
SEVEN = [said(number) for number in range(1, 8)]


class Kafka(Broker):
    """The private chat with 501 and a supergroup are linked."""

    async def read(self, _partitions: Iterable[int]) -> AsyncIterator[Any]:
        for chat_id in ("501", "-1000000000001"):
            value = msgspec.json.encode(Identity("tg_chat", chat_id, "12345"))
            yield SimpleNamespace(key=f"tg_chat:{chat_id}".encode(), value=value)

    def messages(self) -> list[tuple[int, int]]:
        """Chat and number of every message in the topic."""
        inbound = [msgspec.json.decode(output.value or b"", type=Inbound) for output in self.sent]
        assert {(one.source, one.history) for one in inbound} == {("export", True)}
        updates = [msgspec.json.decode(one.payload) for one in inbound]
        frames = [next(value for key, value in update.items() if key != "update_id") for update in updates]
        return [(frame["chat"]["id"], frame["message_id"]) for frame in frames]


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Kafka:
    """Instead of the broker; batches of two, a clock that stands, and a bot that has brought nothing."""
    kafka = Kafka()
    monkeypatch.setattr(loading, "Outputs", lambda _: kafka)
    monkeypatch.setattr(loading, "Reader", lambda *_: kafka)
    monkeypatch.setattr(loading, "wait_for_topics", kafka.there)
    monkeypatch.setattr("streams.loading.sending.AT_ONCE", 2)
    monkeypatch.setattr(import_telegram, "wall_clock", lambda: NOW)
    monkeypatch.setattr(import_telegram, "brought", lambda *_: {})
    return kafka


def loaded(line: Line, *options: str) -> tuple[int, str]:
    """Exit code and words of an import of `result.json`."""
    result = line("import", "telegram", "result.json", *options)
    return result.exit_code, (result.stdout + result.stderr).replace("\u00a0", " ")


@pytest.fixture(autouse=True)
def folder(line: Line, tmp_path: Path) -> Path:
    """`line` stands in an empty folder."""
    assert Path.cwd() == tmp_path
    return tmp_path / "result.json"


def test_a_chat_is_loaded_once(line: Line, kafka: Kafka, folder: Path) -> None:
    """Also by its folder; unknown chats are named with the way to link them; again is harmless."""
    written(folder, chat(2, SEVEN))
    code, words = loaded(line)
    assert code == 0, words
    assert kafka.messages() == [(-1000000000002, number) for number in range(1, 8)]
    assert "7 сообщений в 1 чате.\nЗагружено: 7 сообщений.\n" in words
    assert "К лидам не привязано: 1 чат («Ромашка» -1000000000002). Сообщения ждут привязки" in words
    assert kafka.sent[0].key == b"-1000000000002"
    result = line("import", "telegram", ".")
    assert "Эта выгрузка уже загружена" in result.stdout
    assert len(kafka.sent) == 7
    before = kafka.messages()
    loaded(line, "--again")
    assert kafka.messages() == before * 2


def test_one_that_was_cut_off_goes_on(line: Line, kafka: Kafka, folder: Path) -> None:
    """What is on Kafka is not sent again, nor missing."""
    written(folder, chat(1, SEVEN))
    kafka.fails = 4
    code, words = loaded(line)
    assert code == 1
    assert "загружено 4 из 7, повторите команду" in words
    kafka.fails = 1 << 30
    code, words = loaded(line)
    assert code == 0
    assert "не привязано" not in words
    assert kafka.messages() == [(-1000000000001, number) for number in range(1, 8)]


def test_of_a_full_export_private_chats_without_a_lead_are_left_alone(line: Line, kafka: Kafka, folder: Path) -> None:
    """A manager's family is nobody's client; by its number or name a chat is taken all the same."""
    family = chat(777, [said(1, "мама", who=777)], "personal_chat", "Мама")
    client = chat(501, [said(1)], "personal_chat", "Пётр")
    channel = chat(8, [said(1)], "private_channel", "Новости")
    written(folder, client, family, channel, chat(1, [said(1)]), chat(3, [said(1)], "private_group", "Рога"), full=True)
    code, words = loaded(line)
    assert code == 0, words
    assert [of for of, _ in kafka.messages()] == [501, -1000000000001, -3]
    told = "Не загружаются: личные чаты без привязки (загрузить один: --chat НОМЕР) — 1, каналы — 1."
    assert told in words
    kafka.sent.clear()
    assert loaded(line, "--chat", "777", "--chat", "Рога")[0] == 0
    assert [of for of, _ in kafka.messages()] == [777, -3]
    code, words = loaded(line, "--chat", "нет")
    assert code == 1
    assert "в файле нет чата нет" in words


def test_a_dry_run_shows_and_sends_nothing(
    line: Line, kafka: Kafka, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where there is neither Kafka nor a store: then it says what it could not look up."""
    service = {"id": 8, "type": "service", "action": "pin_message", "date_unixtime": str(BASE + 8)}
    messages = [*SEVEN, service, said(21, "", photo="x.jpg"), said(30, edited_unixtime=str(BASE + 99))]
    written(folder, chat(1, messages), chat(3, [said(1, "в группе " * 20)], "private_group", "Рога"), full=True)
    code, words = loaded(line, "--dry-run")
    assert code == 0, words
    assert "Ромашка -1000000000001 супергруппа 12345 9 1 20.11.2026" in " ".join(words.split())
    assert "Пётр  [фото]" in words
    assert "10 сообщений в 2 чатах, правок: 1; служебных: 1." in words
    gaps = "в файле нет 20 номеров сообщений, самые длинные пропуски: 9–20 (между 20.11.2026 "
    assert gaps in words
    assert "22–29" in words
    assert not kafka.sent
    assert not Path("var").exists()

    async def never(*_: object) -> None:
        await asyncio.sleep(60)

    def away(*_: object) -> None:
        raise Transient("хранилище не отвечает")

    monkeypatch.setattr(loading, "wait_for_topics", never)
    monkeypatch.setattr(loading, "READY_SECONDS", 0.01)
    monkeypatch.setattr(import_telegram, "brought", away)
    code, words = loaded(line, "--dry-run")
    assert code == 0, words
    assert "Привязки чатов не проверены: Kafka не отвечает" in words
    assert "Не проверено, что уже есть от бота: хранилище не отвечает." in words
    assert loaded(line)[0] == 1


def test_a_file_with_faults_is_not_loaded_unless_told(line: Line, kafka: Kafka, folder: Path) -> None:
    """Half of a history looks like all of it."""
    old = {key: value for key, value in said(2).items() if key != "date_unixtime"}
    written(folder, chat(1, [said(1), old, said(3)]))
    code, words = loaded(line)
    assert code == 1
    assert "✗ запись 2: чат «Ромашка»: сообщение 2: нет точного времени (date_unixtime)" in words
    assert not kafka.sent
    assert loaded(line, "--skip-faulty")[0] == 1
    assert [number for _, number in kafka.messages()] == [1, 3]


def test_what_the_bot_brought_to_a_group_is_not_loaded(
    line: Line, kafka: Kafka, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the store nobody knows, so nothing is loaded; a supergroup needs no store."""
    written(folder, chat(3, SEVEN, "private_group"))
    monkeypatch.setattr(import_telegram, "brought", lambda *_: {("user501", BASE + 2): 1})
    code, words = loaded(line)
    assert code == 0
    assert "6 сообщений в 1 чате; уже есть от бота: 1." in words
    assert len(kafka.sent) == 6

    def away(*_: object) -> None:
        raise Transient("хранилище не отвечает")

    monkeypatch.setattr(import_telegram, "brought", away)
    assert loaded(line)[0] == 1
    written(folder, chat(1, SEVEN))
    assert loaded(line)[0] == 0


def test_a_program_gets_all_of_it(line: Line, kafka: Kafka, folder: Path) -> None:
    """Counts, chats with their gaps, the first messages."""
    written(folder, chat(1, [said(1), said(5)]))
    told = json.loads(line("import", "telegram", "result.json", "--json").stdout)
    assert (told["records"], told["sent"], told["bad"]) == (2, 2, 0)
    [one] = told["chats"]
    assert (one["id"], one["messages"], one["missing"]) == (-1000000000001, 2, 3)
    assert one["gaps"] == [{"missing": 3, "first": 2, "since": (BASE + 1) * 1000, "until": (BASE + 5) * 1000}]
    assert told["first"][0]["message"]["text"] == "привет"
    assert len(kafka.sent) == 2
