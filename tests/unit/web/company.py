"""An invented company behind the page: the real store with its API in this process, the real frame; only Kafka is a
list, and what is sent to it can be stored at once. For tests, pictures and figures.

Client 1001 is the one that leaves: a meeting, messages, a spike of reservations, alerts, minutes, promises.
"""

import contextlib
from collections.abc import AsyncIterator, Iterable
from itertools import count
from pathlib import Path

import msgspec
from aiokafka import ConsumerRecord

from processors.cards import Cards
from processors.identity import Identities
from schemas.alerts import Alert
from schemas.answers import Question
from schemas.codec import EVENT, Codec, Rejected
from schemas.scores import Score
from schemas.sources import Identity, Unassigned
from schemas.topics import IDENTITIES, LEAD_EVENTS, QUESTIONS
from streams.clients.store_web import StoreWeb
from streams.engine.cards import CARD
from streams.engine.kafka import Output
from streams.engine.settle import Batch
from streams.settings import Settings, Speech, Store
from streams.settings.commands import Commands
from streams.store.database import Database
from streams.store.read import commands
from streams.store.read.pages import Known
from streams.store.sinks.questions import question_rows
from streams.store.sinks.rows import alert_rows, unassigned_rows
from streams.store.sinks.scores import score_rows
from streams.store.sinks.sink import CardSink, Sink
from tests.unit.store import fakes
from tests.unit.store.api_line import serving
from tests.unit.store.records import batch
from tests.unit.web.company_alerts import alerts, scores
from tests.unit.web.company_clients import cards, unknown
from tests.unit.web.company_events import events
from tests.unit.web.page import Page, page

_ALERT: Codec[Alert] = Codec(Alert)
_SCORE: Codec[Score] = Codec(Score)
_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)

SOUND = b"OggS" + bytes(range(256)) * 40
"""No music: ranges of it are asked for."""


async def fill(database: Database, now: int) -> None:
    """Store all of it, as the worker's sinks do."""
    await fakes.Feed(database)(list(events(now)), at=now)
    await Sink(database, _ALERT, alert_rows)(batch("lead.alerts", map(_ALERT.encode, alerts(now)), at=now))
    await Sink(database, _SCORE, score_rows)(batch("lead.scores", map(_SCORE.encode, scores(now)), at=now))
    named = [
        ConsumerRecord(
            "clients", 0, n, now, 1, f"{one.lead_id}/{one.source}".encode(), CARD.encode(one), None, 1, 1, ()
        )
        for n, one in enumerate(cards(now))
    ]
    await CardSink(database)(Batch("clients", 0, 1, named))
    rows = map(_UNASSIGNED.encode, unknown(now))
    await Sink(database, _UNASSIGNED, unassigned_rows)(batch("lead.unassigned", rows, at=now))


def known(now: int) -> Known:
    """Who is called what, as the worker follows it."""
    table = Cards()
    for card in cards(now):
        table.apply(f"{card.lead_id}/{card.source}", card)
    return Known(Identities(), table)


@contextlib.asynccontextmanager
async def standing(folder: Path, database: Database, store: Store, now: int) -> AsyncIterator[Page]:
    """The page over the filled store. What it writes is stored at once; links change the tables."""
    await fill(database, now)
    who = known(now)
    feed = fakes.Feed(database, first=1_000_000)
    moment = count(now + 1)

    class Landed(fakes.Sent):
        """What the store itself writes is stored, too."""

        async def __call__(self, outputs: Iterable[Output]) -> None:
            await landed(list(outputs))

    async def landed(outputs: list[Output]) -> None:
        for output in outputs:
            if output.topic == IDENTITIES.name:
                identity = None if output.value is None else msgspec.json.decode(output.value, type=Identity)
                who.identities.apply((output.key or b"").decode(), identity)
        kept = [output.value or b"" for output in outputs if output.topic == QUESTIONS.name]
        if kept:
            asked = batch("questions", kept, first=next(moment), at=now)
            await Sink(database, Codec[Question](Question), question_rows)(asked)
        stored = [EVENT.decode(output.value or b"") for output in outputs if output.topic == LEAD_EVENTS.name]
        await feed([event for event in stored if not isinstance(event, Rejected)], at=next(moment))

    kept = store.model_copy(update={"api_token_file": folder / "token"})
    (folder / "meet1.ogg").write_bytes(SOUND)
    async with serving(kept, database, who, Landed(), commands.routes(database)) as port:
        of_page = kept.model_copy(update={"api_port": port})
        settings = Settings(store=of_page, speech=Speech(recordings=folder), commands=Commands(keys=folder / "keys"))
        client = StoreWeb(of_page, 30.0)
        async with page(settings, client, who, landed) as here:
            here.now = now
            yield here
        await client.close()
