"""What we wrote to the customer's other systems: `notify` is told to delete it there, and waited for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from schemas.codec import Codec
from schemas.outlets import Forget, Handover, Outlet, forgotten
from schemas.topics import OUT_BITRIX, OUT_NOTEBOOK, OUT_SETTLED, TopicSpec
from streams.engine.ends import Ends
from streams.engine.kafka import Output
from streams.engine.reader import Reader
from streams.settings import Settings

TOPICS: Final[dict[Outlet, TopicSpec]] = {"bitrix": OUT_BITRIX, "notebook": OUT_NOTEBOOK}
PATIENCE_S, PAUSE_S = 60.0, 1.0
"""So long both are waited for. One that answers later deletes all the same: it stands on its topic."""

_FORGET: Codec[Forget] = Codec(Forget)
_HANDOVER: Codec[Handover] = Codec(Handover)

Send = Callable[[Iterable[Output]], Awaitable[None]]


async def forget(loaded: Settings, send: Send, wanted: Forget) -> tuple[int, list[str]]:
    """How many systems have deleted it, and the others as `StepDone.left` names them. Also what is not set up is told:
    it may have been, and what waits for it comes when it is. Raises `Transient`."""
    enabled = {"bitrix": loaded.bitrix.enabled, "notebook": loaded.notebook.enabled}
    ends = Ends(loaded.kafka)
    try:
        since = await ends.of(OUT_SETTLED.name)
    finally:
        await ends.stop()
    value = _FORGET.encode(wanted)
    await send(Output(topic.name, wanted.lead_id.encode(), value) for topic in TOPICS.values())
    asked = [outlet for outlet in TOPICS if enabled[outlet]]
    told = await _answers(Reader(loaded.kafka, OUT_SETTLED), asked, forgotten(wanted.forget_id), since)
    stands = {outlet: told.get(outlet, "waits") if enabled[outlet] else "off" for outlet in TOPICS}
    left = [f"{outlet}/{how}" for outlet, how in stands.items() if how != "delivered"]
    return len(TOPICS) - len(left), left


async def _answers(settled: Reader, asked: Sequence[Outlet], key: str, since: int) -> dict[str, str]:
    """How each that was asked ended, by the time that we stop waiting."""
    clock, found = asyncio.get_running_loop().time, dict[str, str]()
    deadline = clock() + PATIENCE_S
    while len(found) < len(asked) and clock() < deadline:
        await asyncio.sleep(PAUSE_S)
        async for record in settled.read([0], since=since):
            told = _HANDOVER.decode(record.value)
            if isinstance(told, Handover) and told.key == key and told.outcome != "waiting":
                found[told.outlet] = told.outcome
    return found
