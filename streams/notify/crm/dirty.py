"""`source.bitrix`, hooks: what each is about is read, once for all hooks of a batch about the same object.

The hook stands on Kafka until its object has been read and is on Kafka too; while the portal is away the batches wait,
and the more of them wait, the more of their hooks fall together.
"""

from collections import defaultdict

from schemas.bitrix import FROM_BITRIX, Hook, Kind
from schemas.codec import Codec, Rejected
from schemas.sources import Inbound
from streams.engine.settle import Batch, Outcome
from streams.notify.crm.portal import Portal, Row
from streams.notify.crm.source import Source

_INBOUND: Codec[Inbound] = Codec(Inbound)


class Dirty:
    """Settle's `Process`. What cannot be read as a record is the normaliser's dead letter, not ours too."""

    def __init__(self, portal: Portal, source: Source) -> None:
        self._portal, self._source = portal, source

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `Transient`, `Uncertain`: then all of the batch is read again."""
        wanted: dict[tuple[Kind, int], bool] = {}
        for record in batch.records:
            hook = _hook(record.value)
            if hook is not None and hook.kind:
                wanted[hook.kind, int(hook.id)] = hook.gone
        found: dict[Kind, list[Row]] = defaultdict(list)
        gone: dict[Kind, list[int]] = defaultdict(list)
        objects = await self._portal.read(at for at, is_gone in wanted.items() if not is_gone)
        for (kind, id_), is_gone in wanted.items():
            row = None if is_gone else objects[kind, id_]
            if row is not None:
                found[kind].append(row)
            elif is_gone:  # the hook says it to the normaliser itself
                gone[kind].append(id_)
        for kind, rows in found.items():
            await self._source.put(kind, rows)
        for kind, ids in gone.items():
            self._source.forget(kind, ids)
        return Outcome()


def _hook(value: bytes | None) -> Hook | None:
    inbound = _INBOUND.decode(value)
    if isinstance(inbound, Rejected) or not bytes(inbound.payload).startswith(b'{"type":"hook"'):
        return None  # our own records of objects come by here, thousands at the first load
    said = FROM_BITRIX.decode(bytes(inbound.payload))
    return said if isinstance(said, Hook) else None
