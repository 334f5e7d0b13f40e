"""`leadpulse identity`: who is linked, who waits, and what a link or its end writes."""

import json
from collections.abc import AsyncIterator, Iterable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from processors.cards import Cards
from schemas.cards import ClientCard
from schemas.sources import ClientRef, Identity, Unassigned
from schemas.topics import TopicSpec
from streams.cli import broker, identity, links, merge, suggestions
from streams.engine.kafka import Output
from tests.unit.cli.conftest import Line

TEN = 1_795_244_400_000


class Kafka:
    """`identities` and `lead.unassigned` in lists."""

    def __init__(self) -> None:
        self.topics: dict[str, list[tuple[bytes, bytes | None]]] = {"identities": [], "lead.unassigned": []}
        self.cards = Cards()

    def link(self, key: str, lead: str | None) -> None:
        """As somebody else wrote it."""
        kind, _, value = key.partition(":")
        told = None if lead is None else msgspec.json.encode(Identity(kind, value, lead, "Ольга", confirmed_at=TEN))
        self.topics["identities"].append((key.encode(), told))

    def wait(self, number: int, chat: str, text: str) -> None:
        """A message of a chat that nobody has linked."""
        message = {"chat": {"id": int(chat), "title": "Ромашка × склад"}, "from": {"first_name": "Пётр"}, "text": text}
        raw = msgspec.Raw(msgspec.json.encode({"source": "b", "payload": {"update_id": 1, "message": message}}))
        event = Unassigned(f"{number:016x}", TEN + number, "s", ClientRef("tg_chat", chat), "source.telegram", raw)
        self.topics["lead.unassigned"].append((f"tg_chat:{chat}".encode(), msgspec.json.encode(event)))

    def reader(self, _: object, topic: TopicSpec) -> Any:
        """As `Reader`."""

        async def read(_: Iterable[int], **__: object) -> AsyncIterator[Any]:
            for key, value in self.topics[topic.name]:
                yield SimpleNamespace(key=key, value=value)

        return SimpleNamespace(read=read)

    async def send(self, outputs: list[Output]) -> None:
        """As `Outputs.send`."""
        for one in outputs:
            self.topics[one.topic].append((one.key or b"", one.value))

    async def stop(self) -> None:
        """As `Outputs.stop`."""


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Kafka:
    """Two messages of a chat wait, one of them came twice; a room is linked."""
    found = Kafka()
    for number, text in ((1, "где наш товар"), (2, "мы уходим"), (2, "мы уходим")):
        found.wait(number, "-1001", text)
    found.link("jitsi_room:romashka", "7")

    async def there(*_: object, **__: object) -> None: ...

    async def read(_: object) -> Cards:
        return found.cards

    for module in (suggestions, identity, merge):
        monkeypatch.setattr(module, "read", read)
    for lead in ("12345", "8"):
        found.cards.apply(f"{lead}/b", ClientCard(lead_id=lead, source="b", ts=TEN))
    monkeypatch.setattr(links, "there", there)
    monkeypatch.setattr(links, "Reader", found.reader)
    monkeypatch.setattr(broker, "Outputs", lambda _: found)
    for module in (merge, identity):
        monkeypatch.setattr(module, "wall_clock", lambda: TEN)
    return found


@pytest.mark.usefixtures("kafka")
def test_who_waits_is_told_in_words(line: Line) -> None:
    """The chat's title, how many events, since when, and what was said last; a repeat counts once."""
    row = line("identity", "waiting").stdout.splitlines()[2]
    assert row.split("  ") == ["tg_chat", "-1001", *row.split("  ")[2:]]
    assert "Ромашка × склад" in row
    assert " 2 " in row
    assert "чат Telegram «Ромашка × склад»" in row
    assert "меньше часа" in row
    assert row.endswith("Пётр: мы уходим")
    [plain] = json.loads(line("identity", "waiting", "--json").stdout)
    assert (plain["events"], plain["first"]) == (2, TEN + 1)
    assert plain["samples"] == ["Пётр: где наш товар", "Пётр: мы уходим"]


def test_a_link_says_who_when_and_how_sure(line: Line, kafka: Kafka) -> None:
    """The record has all of it, and the list shows it; the value begins with a minus and is no option."""
    done = line("identity", "link", "tg_chat", "-1001", "12345", "--by", "Анна")
    assert done.exit_code == 0, done.output
    assert "Ждало: 2 события" in done.stdout.replace("\u00a0", " ")
    key, value = kafka.topics["identities"][-1]
    assert key == b"tg_chat:-1001"
    told = msgspec.json.decode(value or b"", type=Identity)
    assert (told.lead_id, told.confirmed_by, told.confirmed_at, told.source) == ("12345", "Анна", TEN, "hand")
    assert [one["value"] for one in json.loads(line("identity", "list", "--json").stdout)] == ["romashka", "-1001"]
    kafka.cards.apply("12345/hand", ClientCard(lead_id="12345", source="hand", ts=TEN, name="ООО «Ромашка»"))
    listed = line("identity", "list", "--lead", "12345").stdout
    assert "Анна" in listed
    assert "12345  ООО «Ромашка»  чат Telegram" in listed
    assert "лид 12345 (ООО «Ромашка»)" in line("identity", "show", "tg_chat", "-1001").stdout
    assert line("identity", "waiting").stdout.startswith("Никто не ждёт")


def test_another_clients_chat_is_not_taken_without_a_word(line: Line, kafka: Kafka) -> None:
    """It is told whose it is, and `--move` takes it; the same link again writes nothing."""
    refused = line("identity", "link", "jitsi_room", "Romashka", "8")
    assert refused.exit_code == 1
    assert "это лид 7; перепривязать: --move" in refused.stderr
    assert line("identity", "link", "jitsi_room", "Romashka", "7").exit_code == 0
    assert len(kafka.topics["identities"]) == 1
    kafka.cards.apply("8/b", ClientCard(lead_id="8", source="b", ts=TEN, name="ООО «Ромашка»"))
    named = "теперь лид 8 (ООО «Ромашка»), а раньше — лид 7"
    assert named in line("identity", "link", "jitsi_room", "Romashka", "8", "--move").stdout


def test_the_end_of_a_link_is_a_record(line: Line, kafka: Kafka) -> None:
    """A tombstone would be forgotten, and a rule would link it again. What is not linked cannot be unlinked; a group
    that moved is told under which number it is linked."""
    assert line("identity", "unlink", "tg_chat", "-1001").exit_code == 1
    assert line("identity", "unlink", "jitsi_room", "romashka", "--by", "Анна").exit_code == 0
    key, value = kafka.topics["identities"][-1]
    told = msgspec.json.decode(value or b"", type=Identity)
    assert (key, told.refused, told.lead_id, told.confirmed_by) == (b"jitsi_room:romashka", True, None, "Анна")
    assert "отвязал: Анна" in line("identity", "show", "jitsi_room", "romashka").stdout
    assert line("identity", "list").stdout.startswith("Привязок нет")
    kafka.link("tg_chat:-1001", "9")
    kafka.topics["identities"].append(
        (b"tg_moved:-1002", msgspec.json.encode(Identity("tg_moved", "-1002", was="-1001")))
    )
    moved = line("identity", "unlink", "tg_chat", "-1002")
    assert "unlink tg_chat -1001" in moved.stderr
    shown = line("identity", "show", "tg_chat", "-1002").stdout
    assert "лид 9" in shown


def test_a_lead_that_no_source_knows_is_not_believed(line: Line, kafka: Kafka) -> None:
    """It is asked, refused or taken, as the settings say."""
    said = ("identity", "link", "tg_chat", "-1001", "777")
    how = "LEADPULSE_PIPELINE__UNKNOWN_LEAD"
    before = list(kafka.topics["identities"])
    asked = line(*said)
    assert (asked.exit_code, "не знает ни один источник" in asked.output) == (1, True)
    refused = line(*said, "--yes", **{how: "refuse"})
    assert (refused.exit_code, kafka.topics["identities"]) == (1, before)
    assert line(*said[:-1], "778", **{how: "refuse", "LEADPULSE_JITSI__KNOWN_LEADS": "[778]"}).exit_code == 0, "listed"
    assert line(*said, "--move", **{how: "accept"}).exit_code == 0
    assert line(*said[:-1], "778", "--yes", "--move").exit_code == 0
    assert len(kafka.topics["identities"]) == len(before) + 3


@pytest.mark.usefixtures("kafka")
def test_what_is_none_of_its_kind_is_refused(line: Line) -> None:
    """A chat is a number, a phone has digits enough; `show` says what waits."""
    assert "это не чат Telegram" in line("identity", "link", "tg_chat", "Ромашка", "1").stderr
    assert line("identity", "link", "phone", "12", "1").exit_code == 1
    shown = line("identity", "show", "tg_chat", "-1001").stdout
    assert "не привязан" in shown
    assert "· Пётр: где наш товар" in shown


def test_like_names_are_suggested(line: Line, kafka: Kafka) -> None:
    """By the chat's title, whoever is called like it; nobody is linked by that."""
    for lead, name in (("12345", "ООО «Ромашка»"), ("5", "Гвоздь"), ("6", "")):
        kafka.cards.apply(f"{lead}/hand", ClientCard(lead_id=lead, source="hand", ts=TEN, name=name))
    row = line("identity", "suggest").stdout.splitlines()[2]
    assert row.split()[:2] == ["tg_chat", "-1001"]
    assert "12345 (ООО «Ромашка») — 100 из 100" in row
    [plain] = json.loads(line("identity", "suggest", "--json").stdout)
    assert plain["suggestions"] == [{"lead_id": "12345", "likeness": 100.0}]
    kafka.link("tg_chat:-1001", "5")
    assert line("identity", "suggest").stdout == "Похожих имён нет.\n"


def test_leads_that_may_be_one_client_are_shown(line: Line, kafka: Kafka) -> None:
    """With their names and what they share, until a person has merged them."""
    for lead, name in (("12345", "ООО «Ромашка»"), ("20", "Ромашка Юг")):
        kafka.cards.apply(f"{lead}/hand", ClientCard(lead_id=lead, source="hand", ts=TEN, name=name))
    doubt = Identity("double", "20", was="12345", name="phone:+79123456789", source="bitrix:main")
    kafka.topics["identities"].append((b"double:20", msgspec.json.encode(doubt)))
    shown = line("identity", "suggest")
    assert shown.stdout.splitlines()[2].split("  ")[0] == "20 (Ромашка Юг)"
    assert "12345 (ООО «Ромашка»)" in shown.stdout
    assert "телефон +79123456789" in shown.stdout
    assert "leadpulse identity merge НОВЫЙ_ЛИД ПРЕЖНИЙ_ЛИД" in shown.stderr
    [plain] = [one for one in json.loads(line("identity", "suggest", "--json").stdout) if one["kind"] == "lead"]
    assert plain["suggestions"] == [{"lead_id": "12345"}]
    kafka.link("lead:20", "12345")
    assert "Ромашка Юг" not in line("identity", "suggest").stdout.splitlines()[0]
    assert "телефон" not in line("identity", "suggest").stdout
