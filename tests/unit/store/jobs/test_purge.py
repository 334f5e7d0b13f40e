"""Rows of an erased client go from every table of real chDB, and again when they come back."""

import asyncio
import contextlib
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from processors.privacy.erasing import Denied, digest
from schemas import events as ev
from schemas.codec import EVENT
from schemas.erasures import Erasure
from schemas.meetings import Utterance
from streams.engine.settle import Batch
from streams.settings import Store
from streams.store.database import Database
from streams.store.jobs.parting import Parting
from streams.store.jobs.purge import Purge
from streams.store.jobs.reports import LAST
from streams.store.read.rows_of import rows_of
from streams.store.sinks.rows import event_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.conftest import opened
from tests.unit.store.fakes import Clock, Sent
from tests.unit.store.records import NOW, record
from tests.unit.store.reported import TOLD, put_reports
from tests.unit.store.samples import event_of


class Known:
    """As `KnownErasures`, with one that has begun."""

    def __init__(self) -> None:
        self.denied = Denied()
        self.denied.apply(
            Erasure(
                erasure_id="0" * 16,
                lead_id="7",
                reason="r",
                requested_by="a",
                requested_at=1,
                started_at=NOW,
                denied=[digest("lead:7"), digest("tg_chat:-100200300")],
                refs=["lead:7", "tg_chat:-100200300"],
            )
        )


class Nobody:
    """Counts no lead anew."""

    async def recount(self, leads: Iterable[str]) -> None:
        """As `Baselines.recount`."""


async def fill(database: Database, number: int) -> None:
    """A meeting of two clients, what waits of two chats, a dead letter of his, a report about both."""
    events = [replace(event_of(ev.MeetingTranscribed), lead_id=lead, recording_id=f"r{lead}", ts=NOW) for lead in "78"]
    records = [record(number + at, EVENT.encode(event)) for at, event in enumerate(events)]
    await Sink(database, EVENT, event_rows)(Batch("lead.events", 0, 1, records))
    for chat, id_ in (("-100200300", 1), ("-100200301", 2)):
        await database.change(
            "INSERT INTO unassigned (client_kind, client_value, ts, event_id, source, topic, record, ingested_at)"
            f" VALUES ('tg_chat', '{chat}', fromUnixTimestamp64Milli({NOW}), {id_}, 's', 't', '{{}}', now64())"
        )
        await database.change(
            "INSERT INTO failures (ts, agent, topic, partition, offset, error_class, error, payload, ingested_at)"
            f" VALUES (now64(), 'a', 't', 0, {id_}, 'e', 'e', '{{\"chat\": {chat}}}', now64())"
        )


async def test_no_byte_is_left_on_the_disk(store: Store) -> None:
    """Nor of what was hidden before: events that went to another client, or a deletion that a kill cut in the middle.
    The payload is not compressed here, so that a word can be seen; what is another's is there."""
    words = {"7": "ромашкосекрет", "8": "лютикосекрет"}
    said = [replace(event_of(ev.MeetingTranscribed), lead_id=lead, recording_id=f"r{lead}", ts=NOW) for lead in "78"]
    said = [replace(one, utterances=[Utterance(0, 900, words[one.lead_id], "а", 0.9)]) for one in said]
    async with opened(store) as database:
        await database.change("ALTER TABLE events MODIFY COLUMN payload String CODEC(NONE)")
        lively = "cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1"
        await database.change(f"ALTER TABLE events MODIFY SETTING {lively}")
        records = [record(at, EVENT.encode(one)) for at, one in enumerate(said)]
        await Sink(database, EVENT, event_rows)(Batch("lead.events", 0, 1, records))
        places = await database.read(
            "SELECT arrayJoin(data_paths) FROM system.tables WHERE database = currentDatabase() AND name = 'events'"
        )
        assert holding(places, words["7"]) and holding(places, words["8"])
        await database.forget([("7", int(said[0].event_id, 16))])
        assert (await rows_of(database, "7"))["events"] == 0
        assert holding(places, words["7"]), "hidden, and there"
        await Purge(database, Known(), Parting(database, Sent(), Nobody(), Clock())).look()  # type: ignore[arg-type]
        async with asyncio.timeout(300):
            while holding(places, words["7"]):
                await asyncio.sleep(0.5)
        assert holding(places, words["8"])


def holding(places: Iterable[tuple[str]], word: str) -> list[str]:
    """Files of a table, in whatever state its parts are, that have the word."""
    found = []
    for (place,) in places:
        for file in Path(place).rglob("*"):
            with contextlib.suppress(OSError):  # the engine deletes its parts meanwhile
                found += [str(file)] if file.is_file() and word.encode() in file.read_bytes() else []
    return found


async def test_of_a_report_only_that_there_was_one(database: Database) -> None:
    """The newest would be made and sent once more; another client's report stays as it is."""
    parting = Parting(database, Sent(), Nobody(), Clock())
    purge = Purge(database, Known(), parting)  # type: ignore[arg-type]
    await put_reports(database, ("2026-11-20", "8", ""), ("2026-11-21", "7", ""))
    before = await database.read(LAST)
    assert await purge.look() == 1
    assert await database.read(TOLD) == [("2026-11-20", True, 0), ("2026-11-21", True, 1)]
    assert await database.read(LAST) == before
    assert await purge.look() == 0


async def test_every_table_and_again(database: Database) -> None:
    """What is another's stays; a backup that brings his rows back is purged the same way; nothing to do is nothing."""
    parting = Parting(database, Sent(), Nobody(), Clock())
    purge = Purge(database, Known(), parting)  # type: ignore[arg-type]
    await fill(database, 10)
    others = await rows_of(database, "8")
    assert others["transcripts"] > 0 and others["events"] == 1
    assert await rows_of(database, "7") == others
    assert await purge.look() > 0
    assert set((await rows_of(database, "7")).values()) == {0}
    assert await rows_of(database, "8") == others
    for table, left in (("unassigned", "client_value = '-100200301'"), ("failures", "offset = 2")):
        assert await database.read(f"SELECT count(), countIf({left}) FROM {table}") == [(1, 1)], table
    assert await purge.look() == 0
    await fill(database, 20)
    assert await purge.look() > 0
    assert set((await rows_of(database, "7")).values()) == {0}
