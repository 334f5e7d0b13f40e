"""When an identity is linked, what waited for it on `lead.unassigned` is published again, with its own id and time.

Each record goes back to its source topic and takes the ordinary way; ids are deterministic, so twice is harmless.
"""

import logging

from schemas.codec import Codec, Rejected
from schemas.sources import Unassigned
from schemas.topics import LEAD_UNASSIGNED
from streams.engine.kafka import Output, Outputs, Reader

log = logging.getLogger(__name__)

_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)
MOST_AT_ONCE = 1000


async def publish_again(key: str, reader: Reader, outputs: Outputs) -> int:
    """Send what waits for `kind:value` to its source topics; how many. Raises `Transient`, then all may be repeated."""
    waiting: list[Output] = []
    sent = 0
    async for record in reader.read(range(LEAD_UNASSIGNED.partitions)):
        if record.key != key.encode():
            continue
        event = _UNASSIGNED.decode(record.value)
        if isinstance(event, Rejected):
            log.warning("unassigned record unreadable", extra={"offset": record.offset})
            continue
        waiting.append(Output(event.topic, record.key, bytes(event.record)))
        if len(waiting) == MOST_AT_ONCE:
            await outputs.send(waiting)
            sent, waiting = sent + len(waiting), []
    await outputs.send(waiting)
    return sent + len(waiting)
