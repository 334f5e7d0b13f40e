"""Who is linked to whom and who waits, as Kafka has it now, for commands."""

from dataclasses import dataclass, field

from processors.contact import link_key, ref_of
from processors.identity import Identities
from processors.waiting import Told, told
from schemas.codec import Codec, Rejected
from schemas.sources import ClientRef, Identity, Unassigned
from schemas.topics import IDENTITIES, LEAD_UNASSIGNED
from schemas.types import Millis
from streams.cli.broker import put, there
from streams.engine.identities import IDENTITY, identity_of
from streams.engine.reader import Reader
from streams.settings import Kafka

SAMPLES = 3
"""Of each client the newest so many are kept."""

_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)


@dataclass(slots=True)
class Waiting:
    """A client whom nobody has linked: the times (ms UTC) of his first and last event, what he is called, and the last
    things that he said or did."""

    client: ClientRef
    first: Millis
    last: Millis
    name: str = ""
    samples: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def take(self, event: Unassigned) -> None:
        """One more event; a repeat is the same."""
        if event.event_id in self.ids:
            return
        self.ids.add(event.event_id)
        self.first, self.last = min(self.first, event.ts), max(self.last, event.ts)
        said: Told = told(event)
        self.name = said.name or self.name
        self.samples = [*self.samples, said.text][-SAMPLES:] if said.text else self.samples


async def linked(kafka: Kafka) -> tuple[dict[str, Identity], Identities]:
    """Every link by its key, also those that a person took back, and the table that finds a client.

    Raises `Transient`.
    """
    await there(kafka, [IDENTITIES, LEAD_UNASSIGNED])
    links: dict[str, Identity] = {}
    table = Identities()
    async for record in Reader(kafka, IDENTITIES).read(range(IDENTITIES.partitions)):
        identity = identity_of(record)
        if isinstance(identity, Rejected):
            continue
        name = (record.key or b"").decode(errors="replace")
        table.apply(name, identity)
        key = link_key(ref_of(name))
        if identity is None or not (identity.lead_id or identity.refused):
            links.pop(key, None)
        else:
            links[key] = identity
    return links, table


async def waiting(kafka: Kafka, table: Identities) -> list[Waiting]:
    """Who waits, the most first. Raises `Transient`."""
    found: dict[str, Waiting] = {}
    async for record in Reader(kafka, LEAD_UNASSIGNED).read(range(LEAD_UNASSIGNED.partitions)):
        event = _UNASSIGNED.decode(record.value or b"")
        if isinstance(event, Rejected) or table.find(event.client) is not None:
            continue
        key = link_key(event.client)
        found.setdefault(key, Waiting(ref_of(key), event.ts, event.ts)).take(event)
    return sorted(found.values(), key=lambda one: (-len(one.ids), one.client.kind, one.client.value))


async def write(kafka: Kafka, key: str, identity: Identity | None) -> None:
    """Put a link, or with None its end, on `identities`. Raises `Transient`."""
    await put(kafka, IDENTITIES, key, None if identity is None else IDENTITY.encode(identity))


def plain(one: Waiting) -> dict[str, object]:
    """For a program."""
    return {
        "kind": one.client.kind,
        "value": one.client.value,
        "name": one.name,
        "events": len(one.ids),
        "first": one.first,
        "last": one.last,
        "samples": one.samples,
    }
