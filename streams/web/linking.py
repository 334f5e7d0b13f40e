"""What a person says of who is who: one record on `identities`, in the name of the session's user."""

from processors.cards import HAND
from processors.contact import link_key
from schemas.sources import ClientRef, Identity
from schemas.topics import IDENTITIES
from streams.engine.identities import IDENTITY
from streams.engine.kafka import Output
from streams.web.asking import until
from streams.web.visit import Visit


def said(visit: Visit, client: ClientRef) -> Identity:
    """A word of the session's user on it; what he says, the caller adds."""
    return Identity(
        client.kind, client.value, confirmed_by=visit.user.name, source=HAND, confirmed_at=visit.office.clock()
    )


async def put(visit: Visit, client: ClientRef, identity: Identity | None) -> None:
    """Write it (None: forget it), and wait until this page's own table has it. Raises `Transient`."""
    table = visit.office.identities
    key = link_key(client)
    await visit.send([Output(IDENTITIES.name, key.encode(), None if identity is None else IDENTITY.encode(identity))])

    async def followed() -> bool:
        await table.catch_up()
        return True

    await until(followed)
