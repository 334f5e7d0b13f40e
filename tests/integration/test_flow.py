"""The flow's board and the page of dead letters on the real broker: what stands is red, what goes back is gone."""

import asyncio
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.failed import DeadLetter
from schemas.topics import DEAD_LETTERS, LEAD_ALERTS, LEAD_PARTITIONS, WMS
from streams.engine.connect import client_options
from streams.engine.kafka import FIRST_PLACE
from streams.engine.letters import LETTER
from streams.web.flow_figures import Told
from tests.installation import Installation
from tests.unit.web.page import Page, page


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
