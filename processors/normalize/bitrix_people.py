"""Users of the portal → who our people are: their phones, mails and accounts are no client's."""

from email.utils import parseaddr

from processors.contact import link_key, normal
from processors.identity import Identities
from processors.normalize.bitrix_fields import User, id_of
from processors.normalize.contract import Found
from processors.staff import PERSON
from schemas.cards import LONGEST
from schemas.codec import Rejected
from schemas.sources import ClientRef, Identity


def person(user: User | Rejected, source: str) -> Found:
    """What a user is to us; one who left, or a guest of the portal, is nobody (a record without a name ends it)."""
    if isinstance(user, Rejected):
        return user
    id_ = id_of(user.ID)
    name = " ".join(filter(None, (user.NAME, user.LAST_NAME))).strip()
    if not id_:
        return Rejected("the user has no id")
    if not user.ours:
        return [Identity(PERSON, id_, source=source)]
    named = [ClientRef(kind, normal(kind, value) or "") for kind, value in user.contacts()]
    ours = sorted({link_key(client) for client in named if client.value})
    return [Identity(PERSON, id_, source=source, name=(name or f"пользователь {id_}")[:LONGEST], ours=ours)]


def is_from_us(sender: str | None, identities: Identities) -> bool:
    """Whether the head of a mail names one of our people: what colleagues write to each other is no client's word."""
    address = parseaddr(sender or "")[1]
    return bool(address) and identities.staff.holds(ClientRef("email", address))
