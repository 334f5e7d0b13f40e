"""The table that answers are looked for in: what the migration makes of stored rows is what the sink writes, and which
of its rows count."""

from collections.abc import Sequence

import msgspec
import pytest

from schemas import events as ev
from schemas.answers import Passage
from schemas.codec import event_id
from schemas.errors import Refused
from streams.settings import Store
from streams.store.clickhouse import open_writer
from streams.store.database import Database
from streams.store.migrate import FOLDER, read
from streams.store.read.passages import MOST, Within, passages
from streams.store.sinks.event_columns import KINDS
from streams.store.sinks.passages import PASSAGES_OF
from tests.unit.store import fakes, samples
from tests.unit.store.records import NOW

ALL = "SELECT * FROM passages FINAL ORDER BY lead_id, event_id, number"
LEAD = samples.LEAD


def message(n: int, words: str, **given: object) -> ev.Message:
    """A client's message, `n` minutes before now."""
    fields = {"event_id": event_id("m", n), "lead_id": LEAD, "ts": NOW - n * 60_000, "source": "telegram:bot"}
    fields |= {"chat_id": "-1", "message_id": str(n), "author": ev.Author("7", "Анна"), "text": words}
    return ev.Message(**(fields | given))  # type: ignore[arg-type]


def transcript(version: int, *said: str) -> ev.MeetingTranscribed:
    """A version of the words of one meeting."""
    return ev.MeetingTranscribed(
        event_id=event_id("t", version),
        lead_id=LEAD,
        ts=NOW - 3_600_000,
        source="transcribe",
        recording_id="r1",
        version=version,
        engine="vosk",
        duration_ms=60_000,
        words=3,
        utterances=[ev.Utterance(at * 1000, at * 1000 + 900, text) for at, text in enumerate(said)],
    )


async def found(database: Database, question: str, lead: str = LEAD, within: Within = Within()) -> list[Passage]:  # noqa: B008
    """The passages, those beside left out."""
    told = await passages(database, lead, question, lambda: NOW, within)
    return [passage for passage in told.passages if not passage.near]


async def texts(database: Database, question: str) -> Sequence[str]:
    """Their words."""
    return [passage.text for passage in await found(database, question)]


async def test_an_installation_with_data_gets_the_same_rows(store: Store, database: Database) -> None:
    """Of every kind of event, of those that take words back, also when the file is run twice."""
    events: list[ev.Event] = [samples.event_of(kind) for kind in KINDS if kind not in (ev.Call, ev.CommandChanged)]
    crm = msgspec.structs.replace(
        samples.event_of(ev.CrmChanged),
        event_id=event_id("crm", 2),
        fields={"STAGE": "NEW", "COMMENTS": "просит скидку", "TITLE": "ООО Пледы"},
    )
    events += [
        msgspec.structs.replace(samples.event_of(ev.Call), text="алло"),
        crm,
        transcript(2),
        message(1, "где товар"),
    ]
    await fakes.Feed(database)(events)
    written = await database.read(ALL)
    assert {row[4] for row in written} == {"message", "call", "mail", "note", "crm", "minutes", "said"}
    assert {type(event) for event in events} >= set(PASSAGES_OF) - {ev.CommandChanged}
    client = open_writer(store)
    try:
        client.command("TRUNCATE TABLE passages")
        [migration] = [one for one in read(FOLDER) if one.name.endswith("_passages.sql")]
        for statement in migration.statements * 2:
            client.command(statement.sql)
    finally:
        client.close()
    assert await database.read(ALL) == written


async def test_an_edit_takes_the_place_and_a_deletion_leaves_nothing(database: Database) -> None:
    """Also where the changes come before the message, and twice."""
    edited = ev.MessageEdited(
        event_id=event_id("e", 1),
        lead_id=LEAD,
        ts=NOW,
        source="telegram:bot",
        chat_id="-1",
        message_id="1",
        author=ev.Author("7", "Анна"),
        text="недостача двух коробов",
    )
    gone = ev.MessageDeleted(
        event_id=event_id("d", 2), lead_id=LEAD, ts=NOW, source="telegram:bot", chat_id="-1", message_id="2"
    )
    feed = fakes.Feed(database)
    await feed([edited, gone, message(1, "недостача трёх коробов"), message(2, "недостача пяти коробов")])
    await feed([message(1, "недостача трёх коробов"), edited])
    assert await texts(database, "Была ли недостача?") == ["недостача двух коробов"]


async def test_a_better_transcript_takes_the_place_of_the_former(database: Database) -> None:
    """Of all its utterances; one without words leaves none. Of one version the first counts."""
    feed = fakes.Feed(database)
    await feed([transcript(1, "недостача раз", "недостача два"), transcript(2, "недостача три")])
    assert await texts(database, "недостача") == ["недостача три"]
    again = msgspec.structs.replace(transcript(2, "недостача четыре"), event_id=event_id("t", "again"))
    await feed([again])
    assert await texts(database, "недостача") == ["недостача три"]
    await feed([transcript(3)])
    assert await texts(database, "недостача") == []


async def test_words_that_went_to_another_client_are_gone(database: Database) -> None:
    """As `moves` deletes them."""
    lost = message(1, "недостача")
    await fakes.Feed(database)([lost])
    await database.forget([(LEAD, int(lost.event_id, 16))])
    assert await texts(database, "недостача") == []


async def test_another_clients_words_are_never_found(database: Database) -> None:
    """Whatever is asked, and without a lead nothing is."""
    await fakes.Feed(database)([message(1, "недостача"), message(2, "секрет недостача", lead_id="777")])
    for question in ("секрет", "недостача секрет", "секрет OR 1=1", "' OR lead_id != '"):
        told = await passages(database, LEAD, question, lambda: NOW)
        assert all("секрет" not in passage.text and passage.lead_id == LEAD for passage in told.passages)
        assert told.looked == 1
    with pytest.raises(Refused):
        await passages(database, "", "секрет", lambda: NOW)


async def test_what_says_the_same_is_told_once_and_a_day_of_a_chat_three_times(database: Database) -> None:
    """The freshest of equals; other sources have room."""
    said = ["недостача один два", "недостача три четыре", "недостача пять шесть", "недостача семь восемь"]
    same = [message(10 + n, "опять недостача по поставке!") for n in range(3)]
    other = message(100, "недостача в другом чате", chat_id="-2")
    await fakes.Feed(database)([*(message(n, text) for n, text in enumerate(said)), *same, other])
    told = await found(database, "недостача")
    assert sum(passage.thread == "-1" for passage in told) == 3
    assert "недостача в другом чате" in [passage.text for passage in told]
    assert len(told) <= MOST


async def test_what_was_said_beside_the_best_is_told_too(database: Database) -> None:
    """Two before and two after, marked as such."""
    await fakes.Feed(database)([transcript(1, "а", "б", "в", "недостача", "г", "д", "е")])
    told = (await passages(database, LEAD, "недостача", lambda: NOW)).passages
    assert [passage.text for passage in told] == ["недостача", "б", "в", "г", "д"]
    assert [passage.near for passage in told] == [False, True, True, True, True]


async def test_only_the_asked_days_are_looked_through(database: Database) -> None:
    """From the first moment on, before the last."""
    await fakes.Feed(database)([message(1, "недостача новая"), message(60 * 24 * 9, "недостача старая")])
    week = Within(NOW - 7 * 86_400_000, NOW + 1)
    assert [passage.text for passage in await found(database, "недостача", within=week)] == ["недостача новая"]
