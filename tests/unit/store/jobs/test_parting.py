"""One person goes out of the rows of a client who stays, on real chDB; others' rows stay as they were."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from processors.commands import canon
from processors.privacy.erasing import begun
from processors.privacy.parting import GONE
from schemas import events as ev
from schemas.alerts import Alert, Evidence
from schemas.codec import Codec, event_id
from schemas.commands import CommandChange, Trigger
from schemas.commands import Standing as CommandStanding
from schemas.erasures import Erasure, Standing
from schemas.meetings import Utterance
from schemas.minutes import Action, Minutes, Point
from schemas.privacy import Consent
from streams.store.database import Database
from streams.store.jobs.parting import GOODS, PARTED, WORDLESS, Parting
from streams.store.jobs.reports import LAST
from streams.store.read.rows_of import tables_of_leads
from streams.store.sinks.commands import command_rows
from streams.store.sinks.event_columns import KINDS
from streams.store.sinks.rows import alert_rows
from streams.store.sinks.sink import Sink
from streams.store.sinks.tables import EVENTS
from tests.unit.processors.commands.office import command
from tests.unit.store.fakes import Clock, Feed, Sent
from tests.unit.store.records import NOW, batch
from tests.unit.store.reported import TOLD, put_reports
from tests.unit.store.samples import event_of

LEAD = "7"
OLGA = Consent(person_id="a" * 16, name="Ольга Рублёва", leads=[LEAD], at=1, by="x", telegram=[7712345], rooms=["Оля"])
HERS, OTHERS = "мы уходим к другому складу", "пришлите, пожалуйста, счёт до пятницы"


class Counted(list[str]):
    """Whose days were counted anew."""

    async def recount(self, leads: Iterable[str]) -> None:
        """As `Baselines.recount`."""
        self.extend(leads)


def erasure(**more: Any) -> Erasure:
    """Of Olga, running."""
    one = Erasure(
        erasure_id="0" * 16,
        lead_id=LEAD,
        person=OLGA.person_id,
        reason="r",
        requested_by="a",
        requested_at=1,
        confirmed_at=2,
    )
    return replace(begun(one, "c", NOW, standing=Standing(person=OLGA)), **more)


def spoken(lead: str) -> list[ev.Event]:
    """A chat of two people, a meeting with both, its minutes, a note that names her, goods."""
    said = replace(event_of(ev.Message), lead_id=lead, ts=NOW)
    words = [Utterance(0, 900, HERS, "Оля", 0.9), Utterance(1000, 1900, OTHERS, "Анна", 0.9)]
    minutes = Minutes(
        f"Ольга: {HERS}",
        "glm",
        pains=[Point("уходят", HERS, 0), Point("нужен счёт", OTHERS, 1)],
        actions=[Action("прислать всё", "Оля", "", "пришлю всё сама завтра", 2)],
    )
    events: list[ev.Event] = [
        replace(said, author=ev.Author("7712345", "О"), text=HERS, event_id=event_id("hers", lead)),
        replace(said, author=ev.Author("5", "Анна"), text=OTHERS, event_id=event_id("others", lead)),
        replace(said, author=ev.Author("5", "Анна"), text="Ольга Рублёва в отпуске", event_id=event_id("named", lead)),
        replace(event_of(ev.MeetingTranscribed), utterances=words, recording_id=f"r{lead}", ts=NOW - 5),
        replace(event_of(ev.MeetingMinutes), minutes=minutes, people=["Оля", "Анна"], recording_id=f"r{lead}"),
        event_of(ev.Reservation),
    ]
    return [replace(one, lead_id=lead, event_id=event_id(one.event_id, lead)) for one in events]


async def fill(database: Database) -> None:
    """The same of two clients, and an alert of each that shows both."""
    await Feed(database)([*spoken(LEAD), *spoken("8")])
    codec: Codec[Alert] = Codec(Alert)
    alerts = []
    for lead in (LEAD, "8"):
        shown = [Evidence(event_id("e", n), NOW, "meeting", text, who=who) for n, (text, who) in enumerate(SHOWN)]
        alert = Alert(
            alert_id=event_id("a", lead),
            version=1,
            lead_id=lead,
            rule="leaving_phrase",
            severity="critical",
            status="open",
            opened_at=NOW,
            updated_at=NOW,
            value=1,
            baseline=0,
            score=1,
            evidence=shown,
        )
        alerts.append(codec.encode(alert))
    await Sink(database, codec, alert_rows)(batch("lead.alerts", alerts))
    changes: Codec[CommandChange] = Codec(CommandChange)
    told = [changes.encode(proposed(lead, words)) for lead in (LEAD, "8") for words in (HERS, OTHERS)]
    await Sink(database, changes, command_rows)(batch("command.events", told))


def proposed(lead: str, words: str) -> CommandChange:
    """A command that quotes somebody, without his name."""
    made = command("note.add", {"text": "позвонить"}, lead_id=lead, trigger=Trigger(kind="event", id="1", words=words))
    body = canon.encoded(made)
    standing = CommandStanding(
        command_id=made.command_id, body=body.decode(), digest=canon.digest(body), state="asking", at=NOW
    )
    return CommandChange(
        change_id=words, command_id=made.command_id, lead_id=lead, name=made.name, at=NOW, before="", standing=standing
    )


SHOWN = ((HERS, "Оля"), (OTHERS, "Анна"))


async def texts(database: Database, lead: str) -> str:
    """Every text column of every table of the client."""
    found = []
    for table in (*PARTED, EVENTS):
        columns = [name for name, type_ in table.columns.items() if "String" in type_]
        if "lead_id" in columns:
            sql = f"SELECT {', '.join(columns)} FROM {table.name} WHERE lead_id = {{lead:String}}"
            found += [f"{table.name} {row}" for row in await database.read(sql, {"lead": lead})]
    return "\n".join(found)


async def test_she_goes_and_others_stay(database: Database) -> None:
    """Her words, names and account are in no column; others' are where they were; the lead's state is told; what a
    backup brings back goes again, and where nothing is to be done nothing is."""
    sent, counted = Sent(), Counted()
    parting = Parting(database, sent, counted, Clock())
    await fill(database)
    others = await texts(database, "8")
    plan = await parting.rows(LEAD, erasure().denied)
    assert {name: rows for name, rows in plan.items() if rows} == {
        "alerts": 1,
        "said": 4,
        "passages": 4,
        "promised": 1,
        "transcripts": 1,
        "events": 4,
        "command_events": 1,
    }
    assert await texts(database, "8") == others
    assert await parting.look(erasure()) == sum(plan.values())
    left = await texts(database, LEAD)
    for word in (HERS, "7712345", "Оля", "Рублёва", "пришлю всё сама"):
        assert word not in left, [line for line in left.splitlines() if word in line]
    assert left.count(OTHERS) == others.count(OTHERS)
    assert GONE in left
    assert await texts(database, "8") == others
    [told] = sent.take()
    assert isinstance(told, ev.EventsMoved)
    assert len(told.events) == 4
    assert counted == [LEAD]
    over = erasure(ended_at=NOW, standing=None, refs=[])
    assert await parting.look(over) == 0
    await Feed(database, first=500)(spoken(LEAD))
    assert await parting.look(over) > 0
    assert HERS not in await texts(database, LEAD)


async def test_read_whole_what_is_left(database: Database) -> None:
    """A row that was written again is the only one of its key, with its own seniority."""
    parting = Parting(database, Sent(), Counted(), Clock())
    await fill(database)
    before = await database.read("SELECT event_id, seniority FROM events WHERE lead_id = '7' ORDER BY 1")
    await parting.look(erasure())
    after = await database.read("SELECT event_id, seniority FROM events WHERE lead_id = '7' ORDER BY 1")
    assert set(after) < set(before)
    assert len(after) == len(before) - 1
    [[payload]] = await database.read("SELECT payload FROM events WHERE lead_id = '7' AND kind = 'meeting_minutes'")
    assert msgspec.json.decode(payload)["minutes"]["summary"] == GONE


async def test_of_a_report_only_that_there_was_one(database: Database) -> None:
    """As with a client; one of her client that says nothing of her stays as it is, and nothing is done twice."""
    parting = Parting(database, Sent(), Counted(), Clock())
    told = [("2026-11-20", LEAD, "вернём"), ("2026-11-21", "8", "Ольга Рублёва"), ("2026-11-22", LEAD, "Ольга Рублёва")]
    await put_reports(database, *told)
    before = await database.read(LAST)
    await parting.look(erasure())
    assert await database.read(TOLD) == [("2026-11-20", True, 0), ("2026-11-21", True, 0), ("2026-11-22", True, 1)]
    assert await database.read(LAST) == before
    assert await database.read("SELECT count() FROM reports") == [(3,)]
    assert await parting.look(erasure()) == 0


async def test_every_table_of_clients_is_decided_on(database: Database) -> None:
    """A new one has to be parted, or be on the list of those without words; so has a kind of goods."""
    mine = {table.name for table in PARTED} | WORDLESS | {"events"}
    assert set(await tables_of_leads(database)) <= mine
    assert set(GOODS) <= set(KINDS.values())
