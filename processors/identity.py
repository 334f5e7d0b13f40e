"""Who is who: how each source names a client, and the lead behind the name."""

from schemas.sources import ClientRef, Identity
from schemas.types import LeadId

_LONGEST_LEAD_ID = 12


class Identities:
    """The topic `identities` in memory. It changes as the topic is followed; normalizers only read it."""

    def __init__(self) -> None:
        self._leads: dict[str, LeadId] = {}

    def apply(self, key: str, identity: Identity | None) -> None:
        """Take a record of the topic: `key` is `kind:value`, None is a tombstone that unlinks it."""
        if identity is None:
            self._leads.pop(key, None)
            return
        self._leads[key] = identity.lead_id

    def find(self, client: ClientRef) -> LeadId | None:
        """The lead of a client, or None when nobody has linked it. A lead id resolves to itself."""
        if client.kind == "lead":
            return client.value if is_lead_id(client.value) else None
        return self._leads.get(f"{client.kind}:{client.value}")

    def __len__(self) -> int:
        return len(self._leads)


def is_lead_id(value: str) -> bool:
    """Whether it is `schemas.types.LeadId`: 1 to 12 ASCII digits."""
    return len(value) <= _LONGEST_LEAD_ID and value.isascii() and value.isdigit()
