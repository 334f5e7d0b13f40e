"""«Возражаю» while `store` is killed, on real Kafka with `pipeline` and `store`: what the objector had said while the
meeting went on is nowhere any more, and does not come back where the topics are read again."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio

from schemas.alerts import Alert
from schemas.said import Said
from schemas.sources import RoomReport, Word
from schemas.topics import LEAD_ALERTS, LEAD_EVENTS, LEAD_SIGNALS, RECORDINGS, SAID
from streams.engine.clock import wall_clock
from tests.installation import Installation, until
from tests.integration.test_store import QUICK, becomes

LEAVING = "мы уходим от вас, расторгаем договор"


@pytest_asyncio.fixture
async def home(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """Topics and folders of one test."""
    async with Installation(bootstrap, tmp_path, QUICK) as installation:
        yield installation


def turn(who: str, name: str, text: str, mark: int) -> bytes:
    """As worker `live` puts it."""
    at = NOW + mark
    words = [Word(word, n * 100, n * 100 + 90, 0.9) for n, word in enumerate(text.split())]
    said = Said("m-1", "lead-7", "c1", who, who, mark, mark + 1, at, at + 900, words, name, "7")
    return msgspec.json.encode(said)


NOW = wall_clock() - 60_000
ANNA, BORIS = turn("a", "Анна", LEAVING, 1000), turn("b", "Борис", "когда будет отгрузка", 9000)


async def test_words_of_who_objects_are_gone_for_good(home: Installation) -> None:
    """From history, signals and alerts; the alert that rested on them is over. Boris's stay."""
    store = home.worker("store")
    home.worker("pipeline")
    await home.produce(SAID, [("m-1", ANNA), ("m-1", BORIS)])
    said = "SELECT count() FROM events FINAL WHERE kind = 'meeting_said'"
    quoted = f"SELECT (SELECT count() FROM signals WHERE position(evidence, '{LEAVING}') > 0)"
    quoted += f" + (SELECT count() FROM alerts WHERE position(evidence, '{LEAVING}') > 0)"
    await becomes(home, said, 2)
    await becomes(home, quoted, 2)
    report = RoomReport("o-1", "objected", wall_clock(), "lead-7", "m-1", "7", "a", "Анна")
    await home.produce(RECORDINGS, [("lead-7", msgspec.json.encode(report))])
    home.end(store, signal.SIGKILL)
    home.worker("store")

    async def is_over() -> bool:
        told = [msgspec.json.decode(one.value or b"", type=Alert) for one in await home.read(LEAD_ALERTS)]
        last = max((one for one in told if one.rule == "leaving_phrase"), key=lambda one: one.version)
        return last.status == "resolved"

    await until(is_over, 60, "the alert that rested on it is over")
    await becomes(home, said, 1)
    await becomes(home, quoted, 0)
    rung = await home.count(LEAD_SIGNALS)
    await home.produce(SAID, [("m-1", ANNA), ("m-1", BORIS)])  # read once more, as after a restored backup
    await home.settled("pipeline", SAID)
    await home.settled("store", LEAD_EVENTS)
    await becomes(home, said, 1)
    await becomes(home, quoted, 0)
    assert await home.count(LEAD_SIGNALS) == rung, "it rings nobody once more"
    left = (
        "SELECT count() FROM events FINAL WHERE kind = 'meeting_said' AND JSONExtractString(payload, 'name') = 'Борис'"
    )
    await becomes(home, left, 1)
