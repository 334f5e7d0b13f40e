"""The flow's board and the page of dead letters on the real broker: what stands is red, what goes back is gone."""

import asyncio
import shutil
import signal
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.alerts import Alert
from schemas.failed import DeadLetter
from schemas.sources import Inbound
from schemas.topics import DEAD_LETTERS, LEAD_ALERTS, LEAD_PARTITIONS, WMS
from streams.clients.store_web import StoreWeb
from streams.engine.clock import wall_clock
from streams.engine.connect import client_options
from streams.engine.kafka import FIRST_PLACE
from streams.engine.letters import LETTER
from streams.web.flow_figures import Told
from tests.installation import Installation, until
from tests.unit.web.page import Page, page

ROOT = Path(__file__).parents[2]


async def read_up_to(here: Installation, worker: str, offset: int) -> None:
    """As this worker's group would commit it: on every partition of the alerts."""
    kafka = here.settings.kafka
    group = f"{kafka.prefix}leadpulse-{worker}"
    consumer = AIOKafkaConsumer(**client_options(kafka), group_id=group, enable_auto_commit=False)
    await consumer.start()
    tps = [TopicPartition(kafka.prefix + LEAD_ALERTS.name, p) for p in range(LEAD_PARTITIONS)]
    consumer.assign(tps)
    ends = await consumer.end_offsets(tps)
    await consumer.commit({tp: min(offset, end) for tp, end in ends.items()})
    await consumer.stop()


async def box(here: Page, name: str, seconds: float = 5.0) -> Told:
    """What stands in a box after one more look, so much later by the page's clock."""
    here.now += round(seconds * 1000)
    await here.office.flow.look()
    assert here.office.flow.fault == ""
    return here.office.flow.told()[name]


async def test_a_worker_that_stops_is_seen_and_goes_well_again(bootstrap: str, tmp_path: Path) -> None:
    """Alerts come and nobody reads them: it stands after a minute, in words; read, it is well. What came is counted."""
    async with Installation(bootstrap, tmp_path) as installation, page(installation.settings) as here:
        await installation.produce(LEAD_ALERTS, [(str(n), b"{}") for n in range(12)])
        await read_up_to(installation, "notify", 10**6)
        assert (await box(here, "notify")).state == "успевает"
        await installation.produce(LEAD_ALERTS, [(str(n), b"{}") for n in range(30)])
        assert (await box(here, "notify", 30)).tone == "good", "a moment is no standing"
        assert here.office.flow.told()["alerts"].now == "60 в минуту"
        for _ in range(7):
            told = await box(here, "notify", 30)
        assert (told.usual, told.tone, told.state.replace("\u00a0", " ")) == ("ждут 30", "bad", "стоит 3 мин")
        text = await (await here.get("/flow", "head")).text()
        assert "✗ стоит 3\u00a0мин" in text
        await read_up_to(installation, "notify", 10**6)
        assert (await box(here, "notify")).state == "успевает"
        [shown, *_] = await here.office.flow.newest(LEAD_ALERTS)
        assert shown.value == b"{}" and len(await here.office.flow.newest(LEAD_ALERTS)) == 20
        await here.office.flow.close()


async def test_a_letter_goes_back_from_the_page_once(bootstrap: str, tmp_path: Path) -> None:
    """Two press the button at once: the record is back on its topic one time, with its first place, and the page is
    empty; who did it stands on the topic."""
    async with Installation(bootstrap, tmp_path) as installation, page(installation.settings) as here:
        letter = DeadLetter("source.wms", 1, 7, here.now, "pipeline.source.wms", "Invalid", "no qty", b"{bad", b"k")
        await installation.produce(DEAD_LETTERS, [("source.wms/1", LETTER.encode(letter))])
        assert "{bad" in await (await here.get("/dead/0", "admin")).text()
        group = {"do": "replay", "agent": "pipeline.source.wms", "error": "Invalid"}
        answers = await asyncio.gather(here.post("/dead", "admin", group), here.post("/dead", "admin", group))
        assert [answer.status for answer in answers] == [303, 303]
        [back] = await installation.read(WMS)
        assert (back.value, back.partition, dict(back.headers)[FIRST_PLACE]) == (b"{bad", 1, b"source.wms/1/7")
        assert "Негодных записей нет" in await (await here.get("/dead", "admin")).text()
        told = [LETTER.decode(record.value) for record in await installation.read(DEAD_LETTERS)]
        assert [one.by for one in told if isinstance(one, DeadLetter) and one.answer == "replayed"] == ["Анна Админова"]
        await here.office.flow.close()


def rung(number: int, at: int) -> tuple[str, bytes]:
    """An alert that people are to be told."""
    alert = Alert(
        alert_id=f"{number:016x}",
        version=1,
        lead_id="1001",
        rule="leaving_phrase",
        severity="critical",
        status="open",
        opened_at=at,
        updated_at=at,
        value=1,
        baseline=0,
        score=1,
        evidence=[],
        rings=True,
        rung=1,
    )
    return "1001", msgspec.json.encode(alert)


async def test_a_bad_record_and_a_worker_that_stopped_are_red_until_they_are_mended(
    bootstrap: str, tmp_path: Path
) -> None:
    """F2, with real workers: the warehouse sends what nobody has described, and notify ends. The flow says both in red
    and in words. The description is put in place and the record given back, notify starts again: all is well."""
    heap = "pipeline.source.wms", "NoMapping"
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    environ = {"LEADPULSE_WMS__MAPPINGS": str(mappings), "LEADPULSE_STORE__CONFINED": "false"}
    async with Installation(bootstrap, tmp_path / "here", environ) as here:
        await here.produce(LEAD_ALERTS, [rung(1, wall_clock())])
        working = {name: here.worker(name) for name in ("store", "pipeline", "notify")}
        for name in ("notify", "store"):
            await here.settled(name, LEAD_ALERTS)
        body = (ROOT / "deploy" / "mappings" / "samples" / "skladbot.json").read_bytes()
        assert here.end(working["notify"], signal.SIGTERM) == 0
        await here.produce(LEAD_ALERTS, [rung(2, wall_clock())])
        sent = Inbound(source="skladbot", payload=msgspec.Raw(body), whole=True)
        await here.produce(WMS, [("skladbot", msgspec.json.encode(sent))])
        await here.settled("pipeline", WMS)
        await here.settled("store", DEAD_LETTERS)
        store = StoreWeb(here.settings.store, 60.0)
        async with page(here.settings, store) as desk:

            async def stands(*wanted: tuple[str, str]) -> bool:
                await box(desk, "notify", 30)
                await desk.office.flow.ask()
                told = desk.office.flow.told()
                return all(told[name].tone == tone for name, tone in wanted)

            await until(lambda: stands(("dead", "bad"), ("notify", "bad")), 60, "the flow is red")
            letters = desk.office.flow.figures.letters if desk.office.flow.figures else []
            assert [(one.agent, one.error_class, one.letters) for one in letters] == [(*heap, 1)]
            text = (await (await desk.get("/flow", "head")).text()).replace("\u00a0", " ")
            assert "✗ ждут 1" in text and "✗ стоит" in text
            arrow = desk.office.flow.along()["alerts", "notify"]
            assert (arrow.tone, arrow.state[0]) == ("bad", "стоит")
            assert "NoMapping" in await (await desk.get("/dead", "admin")).text()

            shutil.copy(ROOT / "deploy" / "mappings" / "skladbot.yaml", mappings)
            assert here.end(working["pipeline"], signal.SIGTERM) == 0
            here.worker("pipeline")
            here.worker("notify")
            assert (
                await desk.post("/dead", "admin", {"agent": heap[0], "error": heap[1], "do": "replay"})
            ).status == 303
            await here.settled("pipeline", WMS)
            await here.settled("store", DEAD_LETTERS)
            await until(lambda: stands(("dead", "good"), ("notify", "good")), 60, "the flow is well")
            assert "Негодных записей нет" in await (await desk.get("/dead", "admin")).text()
            await desk.office.flow.close()
        await store.close()
