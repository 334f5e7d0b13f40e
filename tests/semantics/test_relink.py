"""Links made while `pipeline` is down, killed or busy: what waited for them comes, once, with its own id and time."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from schemas.codec import EVENT, Codec, Rejected, event_id
from schemas.events import Message, MessageDeleted
from schemas.sources import ClientRef, Identity, Unassigned
from schemas.topics import IDENTITIES, LEAD_ALERTS, LEAD_EVENTS, LEAD_UNASSIGNED, TELEGRAM
from streams.engine.clock import wall_clock
from streams.engine.kafka import Output
from tests.costs import Turns
from tests.installation import Installation, until

ANY_PORT = {"LEADPULSE_METRICS__PIPELINE": "0"}
LEAVING = "Мы уходим к конкуренту"
UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation."""
    async with Installation(bootstrap, tmp_path) as installation:
        yield installation


def update(chat: int, number: int, text: str = LEAVING) -> bytes:
    """A record of `source.telegram`: a client's message in a group."""
    message = {
        "message_id": number,
        "date": wall_clock() // 1000,
        "chat": {"id": chat, "type": "supergroup"},
        "from": {"id": 5, "first_name": "Пётр"},
        "text": text,
    }
    return msgspec.json.encode({"source": "bot", "payload": {"update_id": number, "message": message}})


def deletion(chat: int, number: int) -> bytes:
    """A record of `source.telegram`: a message was deleted; that has no time of its own."""
    deleted = {"business_connection_id": "b", "chat": {"id": chat}, "message_ids": [number]}
    payload = {"update_id": number, "deleted_business_messages": deleted}
    return msgspec.json.encode({"source": "bot", "payload": payload})


def link(chat: int, lead: str | None) -> Output:
    """A record of `identities`; without a lead it unlinks."""
    value = None if lead is None else msgspec.json.encode(Identity("tg_chat", str(chat), lead, "test"))
    return Output(IDENTITIES.name, f"tg_chat:{chat}".encode(), value)


async def events(here: Installation, lead: str) -> list[Message | MessageDeleted]:
    """What stands on `lead.events` of a lead."""
    found = [EVENT.decode(record.value) for record in await here.read(LEAD_EVENTS) if record.key == lead.encode()]
    return [event for event in found if isinstance(event, Message | MessageDeleted)]


async def becomes(here: Installation, lead: str, number: int) -> list[Message | MessageDeleted]:
    """The lead's events when there are so many."""

    async def there() -> bool:
        return len(await events(here, lead)) >= number

    await until(there, 60, f"{number} events of lead {lead}")
    return await events(here, lead)


async def test_links_made_while_pipeline_is_down(here: Installation) -> None:
    """After SIGTERM and SIGKILL: the words of an unknown chat reach the lead and ring, and later the next lead."""
    pipeline = here.worker("pipeline", ANY_PORT)
    for round_, (number, chat) in enumerate([(signal.SIGTERM, 71), (signal.SIGKILL, 72)]):
        await here.produce(TELEGRAM, [(str(chat), update(chat, 1)), (str(chat), deletion(chat, 1))])
        waiting = 2 * (round_ + 1)

        async def parked(waiting: int = waiting) -> bool:
            return await here.count(LEAD_UNASSIGNED) >= waiting

        await until(parked, 60, "the records wait for their client")
        here.end(pipeline, number)
        await here.outputs.send([link(chat, str(chat))])
        pipeline = here.worker("pipeline", ANY_PORT)
        found = await becomes(here, str(chat), 2)
        assert {type(event) for event in found} == {Message, MessageDeleted}

    async def rang() -> bool:
        return {record.key for record in await here.read(LEAD_ALERTS)} == {b"71", b"72"}

    await until(rang, 60, "both clients ring")
    kept = {
        event.event_id: event.ts
        for record in await here.read(LEAD_UNASSIGNED)
        if not isinstance(event := UNASSIGNED.decode(record.value), Rejected)
    }
    for chat in (71, 72):
        assert {event.event_id: kept[event.event_id] for event in await events(here, str(chat))} == {
            event.event_id: event.ts for event in await events(here, str(chat))
        }, "its own id and time, also of what has none but the broker's"
    await here.outputs.send([link(71, None), link(71, "99")])
    assert {event.event_id for event in await becomes(here, "99", 2)} <= kept.keys()
    await here.settled("pipeline", TELEGRAM)
    assert len(await events(here, "99")) == 2, "once a link"


async def wait_for(here: Installation, chats: int, each: int) -> set[str]:
    """Put events of unknown chats on `lead.unassigned`, as `pipeline` would; their ids."""
    ids: set[str] = set()
    outputs: list[Output] = []
    now = wall_clock()
    for number in range(each):
        for chat in range(1, chats + 1):
            id_ = event_id("telegram", chat, number)
            record = msgspec.Raw(update(chat, number, f"сообщение {number}"))
            who = ClientRef("tg_chat", str(chat))
            event = Unassigned(id_, now, "telegram:bot", who, TELEGRAM.name, record, now, str(chat))
            outputs.append(Output(LEAD_UNASSIGNED.name, f"tg_chat:{chat}".encode(), UNASSIGNED.encode(event)))
            ids.add(id_)
        if len(outputs) > 5000:
            await here.outputs.send(outputs)
            outputs = []
    await here.outputs.send(outputs)
    return ids


async def links_of_many(here: Installation, chats: int, each: int, kills: int) -> tuple[float, Turns]:
    """Link chats one by one, with kills in between; seconds until every event has reached its lead, and the turns that
    the last `pipeline` had on the cores."""
    ids = await wait_for(here, chats, each)
    pipeline = here.worker("pipeline", ANY_PORT)
    await here.settled("pipeline", LEAD_UNASSIGNED, 180)
    began = time.monotonic()
    for chat in range(1, chats + 1):
        await here.outputs.send([link(chat, str(chat))])
        if kills and chat % (chats // (kills + 1)) == 0:
            await asyncio.sleep(0.3)
            here.end(pipeline, signal.SIGKILL)
            pipeline = here.worker("pipeline", ANY_PORT)
    for topic in (IDENTITIES, TELEGRAM, LEAD_EVENTS):
        await here.settled("pipeline", topic, 180)
    seconds, turns = time.monotonic() - began, Turns.of(pipeline.pid)
    stored = [(record.key, EVENT.decode(record.value)) for record in await here.read(LEAD_EVENTS)]
    got = {event.event_id for key, event in stored if isinstance(event, Message) and key.decode() == event.chat_id}
    assert got == ids
    if not kills:
        assert await here.count(TELEGRAM) == len(ids), "each event once a link"
    return seconds, turns


async def test_killed_while_it_publishes(here: Installation) -> None:
    """Forty links one after the other, SIGKILL in their midst: every event of every chat reaches its lead."""
    await links_of_many(here, chats=40, each=50, kills=1)


@pytest.mark.proof
@pytest.mark.parametrize("kills", [0, 3])
async def test_two_hundred_links_with_a_hundred_thousand_waiting(
    here: Installation, kills: int, record_property: Callable[[str, object], None]
) -> None:
    """Within a minute where the cores are free, each event once; with kills in between all of them still."""
    seconds, turns = await links_of_many(here, chats=200, each=500, kills=kills)
    for name, value in (("links", 200), ("waiting events", 100_000), ("kills", kills), ("s", round(seconds, 1))):
        record_property(name, value)
    assert kills or seconds - turns.waited <= 60
