"""On the real broker: a flood of one source stops nobody, what is too large ends no worker, letters are sent again."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.codec import Codec, Rejected, event_id
from schemas.failed import DeadLetter
from schemas.notices import OpsNotice
from schemas.sources import Identity, Recording, Transcript, Word
from schemas.topics import (
    DEAD_LETTERS,
    IDENTITIES,
    LEAD_EVENTS,
    LEAD_UNASSIGNED,
    OPS_NOTICES,
    PARKED,
    TRANSCRIPTS,
    WMS,
)
from streams.engine.topics import apply
from tests.installation import Installation, until

RUN = 50
ENVIRON = {"LEADPULSE_PIPELINE__DEAD_LETTER_RUN": str(RUN), "LEADPULSE_PIPELINE__PARKING_MINUTES": "0.3"}
LETTER: Codec[DeadLetter] = Codec(DeadLetter)


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation with `pipeline` and `notify`."""
    async with Installation(bootstrap, tmp_path, ENVIRON) as installation:
        link = Codec[Identity](Identity).encode(Identity("wms_customer", "c", "42"))
        await installation.produce(IDENTITIES, [("wms_customer:c", link)])
        yield installation


def wms(system: str, number: int, *, good: bool) -> tuple[str, bytes]:
    """An event of a warehouse system; a bad one has neither qty nor lines. One client, so all are in one partition."""
    payload: dict[str, Any] = {
        "id": f"{system}-{number}",
        "type": "reservation_created",
        "ts": 1_795_244_400_000 + number,
        "client": {"kind": "wms_customer", "value": "c"},
        "doc": {"id": str(number)},
    }
    if good:
        payload["qty"] = 1
    return "wms_customer:c", json.dumps({"source": system, "payload": payload}).encode()


async def ids(here: Installation) -> set[str]:
    """Event ids on `lead.events`."""
    return {json.loads(record.value)["event_id"] for record in await here.read(LEAD_EVENTS)}


def of(system: str, number: int) -> str:
    return event_id("wms", system, f"{system}-{number}")


async def test_a_flood_of_one_system_stops_nobody(here: Installation) -> None:
    """1 000 bad events beside another system's: those arrive at once; the flood is letters, then parked, then read
    again by itself; ops are told, and `pipeline` never ends."""
    pipeline = here.worker("pipeline")
    here.worker("notify")
    await here.produce(WMS, [wms("fine", 0, good=True)])
    await until(lambda: _holds(here, {of("fine", 0)}), 60, "pipeline works")
    flood = [wms("bad", number, good=number == 400) for number in range(1000)]
    beside = [wms("fine", number, good=True) for number in range(1, 101)]
    mixed: list[tuple[str, bytes]] = []
    for at in range(10):
        mixed += flood[at * 100 : at * 100 + 100] + beside[at * 10 : at * 10 + 10]
    await here.produce(WMS, mixed)
    others = {of("fine", number) for number in range(101)}
    await until(lambda: _holds(here, others), 15, "everybody else's events, before the pause is over", 0.05)
    assert of("bad", 400) not in await ids(here)
    assert await here.count(PARKED) == 1000 - RUN
    assert len(await letters(here)) == RUN
    await until(lambda: _holds(here, {of("bad", 400)}), 60, "the good one of the flood, after its time")
    assert await here.count(PARKED) == 1000 - RUN  # nothing of it was parked twice
    assert len(await letters(here)) == 999
    assert pipeline.poll() is None
    told = [Codec[OpsNotice](OpsNotice).decode(record.value) for record in await here.read(OPS_NOTICES)]
    parked = [notice for notice in told if isinstance(notice, OpsNotice) and notice.kind == "source_parked"]
    assert {notice.subject for notice in parked} == {"source.wms/bad"}
    assert len({notice.notice_id for notice in parked}) == 1


async def test_what_is_too_large_ends_no_worker_and_can_be_sent_again(here: Installation) -> None:
    """A transcript of 6 MB of an unknown room is taken whole. On a cluster that takes less it is a dead letter, and
    when the topic is set right (`topics apply`) `dlq replay` brings it where it belongs."""
    pipeline = here.worker("pipeline")
    large = transcript("a", 150_000)
    assert len(large) > 6_000_000
    await here.produce(TRANSCRIPTS, [("a", large)])
    await until(lambda: _counts(here, LEAD_UNASSIGNED, 1), 60, "a large unassigned record")

    await limit(here, LEAD_UNASSIGNED.name, 1 << 20)
    await here.produce(TRANSCRIPTS, [("b", transcript("b", 150_000)), ("c", transcript("c", 10))])
    await until(lambda: _counts(here, LEAD_UNASSIGNED, 2), 60, "the small one")
    await until(lambda: _counts(here, DEAD_LETTERS, 1), 60, "the large one is a dead letter")
    assert pipeline.poll() is None
    (letter,) = await letters(here)
    assert (letter.topic, letter.error_class) == (TRANSCRIPTS.name, "TooLarge")

    report = await apply(here.settings.kafka)
    assert list(report.altered) == [LEAD_UNASSIGNED.name]
    (listed,) = json.loads(await dlq(here, "list", "--json"))
    assert (listed["topic"], listed["error_class"], listed["cut"]) == (TRANSCRIPTS.name, "TooLarge", 0)
    assert "Возвращено: 1" in (await dlq(here, "replay", "--topic", TRANSCRIPTS.name)).replace("\u00a0", " ")
    await until(lambda: _counts(here, LEAD_UNASSIGNED, 3), 60, "the large one in its place")
    assert json.loads(await dlq(here, "list", "--json")) == []


def transcript(name: str, words: int) -> bytes:
    """Of a room that no lead is linked to."""
    recording = Recording(name, "s", name, name, 1, "0" * 64, "кухня", 1000, 1000, 0, "ok")
    said = [Word("слово", 36_000_000 + n, 36_000_100 + n, 0.987) for n in range(words)]
    return Codec[Transcript](Transcript).encode(Transcript(recording, 1, "vosk", "m", said))


async def letters(here: Installation) -> list[DeadLetter]:
    """All dead letters."""
    read = [LETTER.decode(record.value) for record in await here.read(DEAD_LETTERS)]
    return [letter for letter in read if not isinstance(letter, Rejected)]


async def limit(here: Installation, name: str, size: int) -> None:
    """What a careful operator of a cluster might do."""
    admin = AIOKafkaAdminClient(bootstrap_servers=here.settings.kafka.bootstrap)
    await admin.start()
    try:
        resource = ConfigResource(ConfigResourceType.TOPIC, here.prefix + name, {"max.message.bytes": str(size)})
        await admin.alter_configs([resource])
    finally:
        await admin.close()


async def dlq(here: Installation, *arguments: str, code: int | None = 0) -> str:
    """What `leadpulse dlq …` prints; with `code` None it may end as it likes."""
    done = await asyncio.to_thread(here.command, "dlq", *arguments)
    assert code is None or done.returncode == code
    return done.stdout


async def _holds(here: Installation, wanted: set[str]) -> bool:
    return wanted <= await ids(here)


async def _counts(here: Installation, topic: Any, least: int) -> bool:
    return await here.count(topic) >= least
