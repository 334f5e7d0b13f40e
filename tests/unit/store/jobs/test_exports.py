"""The nightly files on real chDB: each message on its day with its last words, late ones too, each night once."""

import csv
from datetime import date
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from schemas import events as ev
from schemas.codec import Codec, event_id
from schemas.errors import Transient
from schemas.sources import ClientRef, Unassigned
from streams.settings import Export
from streams.store.database import Database
from streams.store.jobs.clock import at_time
from streams.store.jobs.exports import Exports
from streams.store.read.day import messages_of
from streams.store.sinks.rows import unassigned_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.fakes import Clock, Feed, Lag
from tests.unit.store.records import DAY, batch
from tests.unit.store.samples import event_of

FRIDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 21)
NOON = at_time(FRIDAY, "12:00")
NIGHT = at_time(SATURDAY, "01:30")


def say(number: int, text: str, ts: int = NOON, lead: str = "1", *, history: bool = False) -> ev.Message:
    """A message of Telegram."""
    known = {"event_id": event_id("say", lead, number), "chat_id": "-1", "message_id": str(number), "text": text}
    return replace(event_of(ev.Message), **known, lead_id=lead, ts=ts + number, source="telegram:bot", backfill=history)


def edited(number: int, text: str, ts: int) -> ev.MessageEdited:
    """A later version of it."""
    known = {"event_id": event_id("edit", number, ts), "chat_id": "-1", "message_id": str(number), "text": text}
    return replace(event_of(ev.MessageEdited), **known, lead_id="1", ts=ts, source="telegram:bot")


def gone(number: int, ts: int) -> ev.MessageDeleted:
    """Its end."""
    known = {"event_id": event_id("gone", number), "chat_id": "-1", "message_id": str(number)}
    return replace(event_of(ev.MessageDeleted), **known, lead_id="1", ts=ts, source="telegram:bot")


def name_of(lead: str) -> str:
    """As the cards say."""
    return {"1": "ООО «Ромашка»"}.get(lead, "")


def maker(database: Database, folder: Path, now: int = NIGHT + 1) -> Exports:
    """The job, at night."""
    return Exports(database, Lag(), Export(folder=folder), name_of, Clock(now))


def texts(folder: Path, day: date = FRIDAY, lead: str = "1") -> list[str]:
    """What stands in a file."""
    with (folder / "telegram" / str(day) / f"{lead}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["Текст"] for row in csv.DictReader(file, delimiter=";")]


async def test_a_day_has_each_message_once_with_its_last_words(database: Database) -> None:
    """Edits of the next day count, a withdrawn one says so, other days and other sources are not in it; an edit
    stands for a message that nobody has seen, and for none that was seen a day before."""
    feed = Feed(database)
    await feed([say(2, "где товра"), say(1, "добрый день"), say(3, "ой"), say(4, "вчера", NOON - DAY)], NOON)
    await feed([edited(2, "где товар", NOON + 5), edited(2, "где весь товар?", NOON + DAY), gone(3, NOON + 9)], NOON)
    await feed([edited(4, "вчера!", NOON + 7), edited(9, "невиданное", NOON + 8), say(5, "завтра", NOON + DAY)], NOON)
    await feed([replace(say(6, "не телеграм"), source="wms:x"), say(7, "чужой", lead="2")], NOON)
    found = await messages_of(database, FRIDAY, "1")
    assert [(one.message_id, one.text, one.deleted) for one in found] == [
        ("1", "добрый день", False),
        ("2", "где весь товар?", False),
        ("3", "ой", True),
        ("9", "невиданное", False),
    ]
    assert (found[1].ts, found[1].edited_at, found[0].edited_at) == (NOON + 2, NOON + DAY, 0)
    assert [one.lead_id for one in await messages_of(database, FRIDAY)] == ["1"] * 4 + ["2"]
    assert [one.text for one in await messages_of(database, date(2026, 11, 19))] == ["вчера!"]


async def test_the_night_writes_yesterday(database: Database, tmp_path: Path) -> None:
    """A file a client, for its owner only; today's is written tomorrow, a restart writes nothing again."""
    feed = Feed(database)
    await feed([say(0, "было", NOON - 2 * DAY)], NOON - DAY)
    await feed([say(1, "да"), say(2, "нет", lead="2")], NOON)
    await feed([say(3, "ночью", at_time(SATURDAY, "00:10"))], at_time(SATURDAY, "00:10"))
    assert await maker(database, tmp_path).daily.catch_up() == 2
    assert (texts(tmp_path), texts(tmp_path, lead="2")) == (["да"], ["нет"])
    assert not (tmp_path / "telegram" / str(SATURDAY)).exists()
    assert (tmp_path / "telegram" / str(FRIDAY) / "1.csv").stat().st_mode & 0o777 == 0o600
    assert await maker(database, tmp_path).daily.catch_up() == 0
    assert await maker(database, tmp_path, NIGHT + DAY).daily.catch_up() == 1
    assert texts(tmp_path, SATURDAY) == ["ночью"]


async def test_what_comes_late_is_in_its_day(database: Database, tmp_path: Path) -> None:
    """Also an edit, and a gap that an import filled; an import of years makes no files of days before."""
    feed = Feed(database)
    await feed([say(0, "было", NOON - 3 * DAY)], NOON - DAY)
    await feed([say(1, "да"), say(2, "нет", lead="2")], NOON)
    await maker(database, tmp_path).daily.catch_up()
    other = (tmp_path / "telegram" / str(FRIDAY) / "2.csv").stat().st_ino
    await feed([edited(1, "нет", NOON + DAY), say(5, "опоздало"), say(6, "ещё", history=True)], NOON + DAY)
    await feed([say(7, "старое", NOON - 300 * DAY, history=True)], NOON + DAY)
    assert await maker(database, tmp_path, NIGHT + DAY).daily.catch_up() == 1
    assert texts(tmp_path) == ["нет", "опоздало", "ещё"]
    assert (tmp_path / "telegram" / str(FRIDAY) / "2.csv").stat().st_ino == other
    assert not (tmp_path / "telegram" / "2026-01-24").exists()


async def test_what_was_stored_after_its_night_is_written_in_the_next(database: Database, tmp_path: Path) -> None:
    """The broker took it before midnight, the store was behind until the morning."""
    feed = Feed(database)
    await feed([say(1, "да")], NOON)
    await maker(database, tmp_path).daily.catch_up()
    await feed([say(2, "отстало")], NOON + 1)
    await maker(database, tmp_path, NIGHT + DAY).daily.catch_up()
    assert texts(tmp_path) == ["да", "отстало"]


async def test_a_chat_that_was_linked_anew_leaves_the_file(database: Database, tmp_path: Path) -> None:
    """Words of one client may not stay among another's, nor where the link was ended."""
    feed = Feed(database)
    await feed([say(1, "свой"), say(2, "чужой", lead="2"), say(3, "ничей", lead="3")], NOON)
    await maker(database, tmp_path).daily.catch_up()
    moved = replace(say(2, "чужой", lead="2"), lead_id="1")
    await database.forget([(lead, int(event_id("say", lead, n), 16)) for lead, n in (("2", 2), ("3", 3))])
    await feed([moved], NOON + DAY)
    assert await maker(database, tmp_path, NIGHT + DAY).daily.catch_up() == 1
    assert texts(tmp_path) == ["свой", "чужой"]
    assert not (tmp_path / "telegram" / str(FRIDAY) / "2.csv").exists()
    assert not (tmp_path / "telegram" / str(FRIDAY) / "3.csv").exists()


async def test_a_chat_whose_link_was_ended_leaves_the_file(database: Database, tmp_path: Path) -> None:
    """Its words wait again, and stand in nobody's file."""
    feed = Feed(database)
    await feed([say(1, "свой"), say(2, "чужой", lead="2")], NOON)
    await maker(database, tmp_path).daily.catch_up()
    await database.forget([("2", int(event_id("say", "2", 2), 16))])
    ref, id_ = ClientRef("tg_chat", "-1"), event_id("say", "2", 2)
    waits = Unassigned(id_, NOON + 2, "telegram:bot", ref, "source.telegram", msgspec.Raw(b"{}"))
    sink = Sink(database, Codec[Unassigned](Unassigned), unassigned_rows)
    await sink(batch("lead.unassigned", [msgspec.json.encode(waits)], at=NOON + DAY))
    assert await maker(database, tmp_path, NIGHT + DAY).daily.catch_up() == 1
    assert not (tmp_path / "telegram" / str(FRIDAY) / "2.csv").exists()
    assert texts(tmp_path) == ["свой"]


async def test_a_folder_that_is_a_file_is_told(database: Database, tmp_path: Path) -> None:
    """Nothing is lost: the night is made up when there is a place."""
    await Feed(database)([say(1, "да")], NOON)
    (tmp_path / "telegram").write_text("x")
    exports = maker(database, tmp_path)
    with pytest.raises(Transient):
        await exports.daily.catch_up()
    assert exports.condition().look()
    (tmp_path / "telegram").unlink()
    assert await exports.daily.catch_up() == 1
    assert not exports.condition().look()
    assert texts(tmp_path) == ["да"]
