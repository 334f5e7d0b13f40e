"""From the warehouse's hook to Telegram through real workers, and each step of it told by `GET /api/trace`."""

import time
from pathlib import Path

import aiohttp
import msgspec

from schemas.topics import LEAD_EVENTS, WMS
from schemas.traces import Trace
from tests.costs import Turns
from tests.fakes.telegram import FakeTelegram
from tests.installation import Installation, until
from tests.integration.test_store import ask
from tests.ports import free_port
from tests.semantics.load import history
from tests.semantics.test_outage import CHAT, accepted, environ, told

LIVE_SECONDS = 2.0
"""From Telegram's answer to a trace that has it: what the store gathers, and a look."""


async def trace(here: Installation, name: str) -> Trace | None:
    """The answer; None while there is none."""
    url = f"http://127.0.0.1:{here.settings.store.api_port}/api/trace"
    try:
        async with (
            aiohttp.ClientSession(headers={"Authorization": "Bearer secret"}) as session,
            session.get(url, params={"id": name}) as response,
        ):
            assert response.status in (200, 503), await response.text()
            return msgspec.convert(await response.json(), Trace) if response.status == 200 else None
    except aiohttp.ClientConnectionError:
        return None


async def stands(here: Installation, name: str, state: str, worker: str) -> Trace:
    """Wait until it stands there."""
    last: list[Trace | None] = [None]

    async def there() -> bool:
        last[0] = await trace(here, name)
        return last[0] is not None and (last[0].stands.state, last[0].stands.worker) == (state, worker)

    try:
        await until(there, 30, f"{name} is {state} {worker}", pause=0.1)
    except AssertionError as error:
        raise AssertionError(f"{error}; it stands at {last[0]}") from None
    assert last[0] is not None
    return last[0]


async def test_an_event_of_the_warehouse_is_traced_to_its_message(bootstrap: str, tmp_path: Path) -> None:
    """All stages with times and the message's number, soon after Telegram has it, and as the store has them; with
    `notify` stopped it waits for it and says so; a record that nobody can read says why."""
    port = free_port()
    async with FakeTelegram(chats={CHAT}) as telegram:
        more = environ(telegram, port) | {"LEADPULSE_STORE__API_TOKEN": "secret"}
        async with Installation(bootstrap, tmp_path, more) as here:
            await here.produce(LEAD_EVENTS, history(["3001", "3002"]))
            workers = {name: here.worker(name) for name in ("gateway", "pipeline", "store", "notify")}
            await accepted(port, "3001")
            await told(telegram, "3001")
            began, had = time.monotonic(), Turns.of(workers["store"].pid)
            [raw] = await here.read(WMS)
            origin = f"{WMS.name}/{raw.partition}/{raw.offset}"
            found = await stands(here, origin, "done", "")
            live = time.monotonic() - began
            starved = Turns.of(workers["store"].pid).since(had).starved
            assert live < 5 * LIVE_SECONDS or starved, f"{live:.1f} s"  # a busy machine; quiet: docs/flow.md
            kinds = [step.stage for step in found.steps if step.stage != "stored"]
            assert kinds == ["received", "parsed", "signal", "alert", "delivery"]
            assert found.steps[0].at == raw.timestamp
            times = [step.at for step in found.steps]
            assert all(times) and times == sorted(times) and times[-1] - times[0] < 60_000
            [message] = [step for step in found.steps if step.stage == "delivery"]
            assert message.message == f"{CHAT}/{max(telegram.messages)}"
            [event] = [step.name for step in found.steps if step.stage == "parsed"]
            for name in (event, message.message, "R-1"):
                same = await trace(here, name)
                assert same is not None and [s.stage for s in same.steps] == [s.stage for s in found.steps], name
            counted = await ask(
                here, "/api/sql", {"query": "SELECT sum(records) FROM edges_minute WHERE kind = 'reservation'"}
            )
            assert counted["rows"] == [[1]]

            here.end(workers["notify"])
            await accepted(port, "3002")
            second = (await here.read(WMS))[-1]
            [place] = {f"{WMS.name}/{one.partition}/{one.offset}" for one in await here.read(WMS)} - {origin}
            assert second is not None
            await stands(here, place, "waiting", "notify")
            here.worker("notify")
            await told(telegram, "3002")
            await stands(here, place, "done", "")

            await here.produce(WMS, [("x", b"{broken")])
            [broken] = {f"{WMS.name}/{one.partition}/{one.offset}" for one in await here.read(WMS)} - {origin, place}
            failed = await stands(here, broken, "failed", "pipeline.source.wms")
            assert [step.stage for step in failed.steps] == ["received", "dead"] and failed.stands.detail
            unknown = await trace(here, "source.wms/0/999999")
            assert unknown is not None and unknown.stands.state == "unknown"
