"""A chat that was linked to the wrong client, on real Kafka with `pipeline` and `store`."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio

from schemas.alerts import Alert
from schemas.sources import Identity
from schemas.topics import IDENTITIES, LEAD_ALERTS, TELEGRAM
from streams.engine.kafka import Output
from tests.installation import Installation, until
from tests.integration.test_store import QUICK, becomes
from tests.semantics.test_relink import LEAVING, update

CHAT = -1001


@pytest_asyncio.fixture
async def home(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """Topics and folders of one test."""
    async with Installation(bootstrap, tmp_path, QUICK) as installation:
        yield installation


def said(key: str, lead: str | None) -> Output:
    """A record of `identities` by a person; without a lead the end of a link."""
    kind, _, value = key.partition(":")
    link = Identity(kind, value, lead, "Анна", refused=lead is None)
    return Output(IDENTITIES.name, key.encode(), msgspec.json.encode(link))


async def standing(home: Installation, lead: str) -> dict[str, str]:
    """The newest status of a lead's alerts by rule."""
    found: dict[str, Alert] = {}
    for record in await home.read(LEAD_ALERTS):
        alert = msgspec.json.decode(record.value or b"", type=Alert)
        if alert.lead_id == lead and alert.version >= getattr(found.get(alert.rule), "version", 0):
            found[alert.rule] = alert
    return {rule: alert.status for rule, alert in found.items()}


async def test_a_wrong_link_is_mended_everywhere(home: Installation) -> None:
    """Its messages leave the history of the wrong client and his alert is over, they wait, and stand in that of the
    right one and ring there, each once; then the right one turns out to be a double of a third."""
    home.worker("store")
    home.worker("pipeline")
    await home.outputs.send([said(f"tg_chat:{CHAT}", "100")])
    await home.settled("pipeline", IDENTITIES)
    texts = ["сообщение 0", LEAVING, "сообщение 2"]
    await home.produce(TELEGRAM, [(str(CHAT), update(CHAT, n, text)) for n, text in enumerate(texts)])
    of = "SELECT count() FROM events FINAL WHERE kind = 'message' AND lead_id = '{}'"
    await becomes(home, of.format(100), 3)

    async def rang() -> bool:
        return (await standing(home, "100")).get("leaving_phrase") == "open"

    async def is_over() -> bool:
        return (await standing(home, "100")).get("leaving_phrase") == "resolved"

    async def rings() -> bool:
        return (await standing(home, "200")).get("leaving_phrase") == "open"

    await until(rang, 30, "the wrong client's alert")
    await home.outputs.send([said(f"tg_chat:{CHAT}", None)])
    await becomes(home, of.format(100), 0)
    await until(is_over, 30, "the wrong client's alert is over")
    await becomes(home, "SELECT count() FROM unassigned FINAL WHERE topic = 'lead.events'", 3)
    await home.outputs.send([said(f"tg_chat:{CHAT}", "200")])
    await becomes(home, of.format(200), 3)
    await until(rings, 30, "the right client's alert")
    await home.outputs.send([said("lead:200", "300")])
    await becomes(home, of.format(300), 3)
    await becomes(home, of.format(200), 0)
    await home.outputs.send([said("lead:200", None), said(f"tg_chat:{CHAT}", "100")])
    await becomes(home, of.format(100), 3)
    await becomes(home, of.format(300), 0)
