"""Bad input at the doors of a running installation: a clear answer or a dead letter, and the next good event passes."""

import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import aiohttp
import msgspec
import pytest

from schemas import codec
from schemas.failed import DeadLetter
from schemas.sources import Identity
from schemas.topics import DEAD_LETTERS, IDENTITIES, LEAD_EVENTS, LEAD_UNASSIGNED, TELEGRAM, WMS
from streams.engine.clock import wall_clock
from tests.installation import Installation, until
from tests.ports import free_port

TOKEN, SECRET = "a-token-for-the-warehouse", "a-secret-of-the-bot"


def event(**changes: object) -> dict[str, object]:
    """A good reservation, with changes."""
    good = {
        "id": "R-1",
        "type": "reservation_created",
        "ts": wall_clock(),
        "client": {"kind": "lead", "value": "4001"},
        "doc": {"id": "R-1"},
        "qty": 5,
    }
    return good | changes


NO_LEAD = {"kind": "lead", "value": "Иванов"}
BAD_REQUESTS = (
    ("broken JSON", "/hooks/wms/test", b'{"id": "R-1",', TOKEN, 400),
    ("wrong types", "/hooks/wms/test", json.dumps(event(qty="five")).encode(), TOKEN, 400),
    ("a bad item in a list", "/hooks/wms/test", json.dumps([event(), event(ts="yesterday")]).encode(), TOKEN, 400),
    ("unknown event type", "/hooks/wms/test", json.dumps(event(type="teleported")).encode(), TOKEN, 400),
    ("two megabytes", "/hooks/wms/test", json.dumps(event(purpose="x" * 2_000_000)).encode(), TOKEN, 413),
    ("unknown source", "/hooks/wms/nobody", json.dumps(event()).encode(), TOKEN, 401),
    ("wrong token", "/hooks/wms/test", json.dumps(event()).encode(), "wrong", 401),
    ("unknown path", "/hooks/fax/test", b"{}", TOKEN, 404),
    ("neither qty nor lines", "/hooks/wms/test", json.dumps(event(qty=None)).encode(), TOKEN, 400),
    ("a lead that is none", "/hooks/wms/test", json.dumps(event(client=NO_LEAD)).encode(), TOKEN, 400),
    ("older than the tables keep", "/hooks/wms/test", json.dumps(event(ts=1_500_000_000_000)).encode(), TOKEN, 400),
    ("wrong secret", "/hooks/telegram/test", b'{"update_id": 1}', "wrong", 401),
)


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """Gateway and pipeline with one warehouse and one bot."""
    environ = {
        "LEADPULSE_GATEWAY__PORT": str(free_port()),
        "LEADPULSE_GATEWAY__WMS": json.dumps({"test": {"token": TOKEN}}),
        "LEADPULSE_GATEWAY__TELEGRAM": json.dumps({"test": {"secret": SECRET}}),
    }
    async with Installation(bootstrap, tmp_path, environ) as installation:
        installation.worker("gateway")
        installation.worker("pipeline")
        yield installation


async def post(here: Installation, path: str, body: bytes, secret: str) -> tuple[int, str]:
    """Status and reason; (0, "") while the gateway is not up."""
    url = f"http://127.0.0.1:{here.environ['LEADPULSE_GATEWAY__PORT']}{path}"
    headers = {"Authorization": f"Bearer {secret}", "X-Telegram-Bot-Api-Secret-Token": secret}
    try:
        async with aiohttp.ClientSession() as session, session.post(url, data=BytesIO(body), headers=headers) as answer:
            return answer.status, str((await answer.json()).get("error", ""))
    except aiohttp.ClientConnectionError:
        return 0, ""


async def good_event_passes(here: Installation, number: int) -> None:
    """One more good event is accepted and reaches `lead.events`."""
    before = await here.count(LEAD_EVENTS)
    body = json.dumps(event(id=f"good-{number}")).encode()

    async def taken() -> bool:
        return (await post(here, "/hooks/wms/test", body, TOKEN))[0] == 200

    async def arrived() -> bool:
        return await here.count(LEAD_EVENTS) > before

    await until(taken, 30, "the gateway takes a good event")
    await until(arrived, 30, "a good event reaches lead.events")


async def test_bad_requests_are_answered(here: Installation) -> None:
    """Every bad request gets its status and a reason, leaves nothing behind, and the next good one passes."""
    await good_event_passes(here, 0)
    before = await here.count(WMS) + await here.count(TELEGRAM)
    for what, path, body, secret, status in BAD_REQUESTS:
        answer, reason = await post(here, path, body, secret)
        assert (what, answer) == (what, status)
        assert reason, f"{what}: no reason given"
        assert TOKEN not in reason
    assert await here.count(WMS) + await here.count(TELEGRAM) == before
    await good_event_passes(here, 1)


async def test_bad_records_become_dead_letters(here: Installation) -> None:
    """What another producer puts on our topics: broken ones are dead letters with their place, good ones go on."""
    bad = [b"\xff\xfe", b"[]", b'{"source":"x","payload":{"id":1}}', b""]
    await here.produce(WMS, [("k", value) for value in bad])
    await here.produce(LEAD_EVENTS, [("1", b'{"type":"teleported"}'), ("1", b"{")])
    await good_event_passes(here, 0)
    await here.settled("pipeline", WMS)
    await here.settled("pipeline", LEAD_EVENTS)
    letters = [msgspec.json.decode(record.value, type=DeadLetter) for record in await here.read(DEAD_LETTERS)]
    assert sorted(letter.payload for letter in letters if letter.topic == WMS.name) == sorted(bad)
    assert sum(letter.topic == LEAD_EVENTS.name for letter in letters) == 2
    assert all(letter.error and letter.offset >= 0 for letter in letters)


async def test_unknown_client_is_kept(here: Installation) -> None:
    """An event of a client that nobody knows stands on `lead.unassigned`, whole, until somebody links him."""
    unknown = event(id="U-1", client={"kind": "wms_customer", "value": "77"})
    await good_event_passes(here, 0)
    assert (await post(here, "/hooks/wms/test", json.dumps(unknown).encode(), TOKEN))[0] == 200

    async def kept() -> bool:
        return await here.count(LEAD_UNASSIGNED) == 1

    await until(kept, 30, "the event is on lead.unassigned")
    record = (await here.read(LEAD_UNASSIGNED))[0]
    assert json.loads(record.value)["record"]["payload"] == unknown

    identity = Identity("wms_customer", "77", "4077", confirmed_by="test")
    await here.produce(IDENTITIES, [("wms_customer:77", msgspec.json.encode(identity))])

    async def arrived() -> bool:
        events = [codec.decode(record.value) for record in await here.read(LEAD_EVENTS)]
        return any(not isinstance(event, codec.Rejected) and event.lead_id == "4077" for event in events)

    await until(arrived, 30, "the event reaches its client once somebody has linked him")
