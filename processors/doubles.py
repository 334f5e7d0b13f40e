"""Whether two leads of the portal are one client: by an exact phone, mail, company or contact, unless something speaks
against it; then a person is asked. The client keeps the number of the older lead. Pure.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from processors.contact import ref_of
from processors.identity import Identities
from processors.matching import is_same
from schemas.bitrix import Double
from schemas.sources import ClientRef, Identity
from schemas.types import LeadId

MOST_ALIKE: Final = 5
"""A phone or mail that more leads than this share is a switchboard's, or was put in for want of one."""
COMPANY: Final = "b24_company:"
OWNERS: Final = (COMPANY, "b24_contact:")
INN: Final = "inn:"
DOUBT: Final = "double"
"""Kind on `identities` of two leads that may be one client: `value` the newer, `was` the older, `name` their key."""


class DoubleOf(NamedTuple):
    """A lead of the portal: its number, its company's, and what its firm and its person are called."""

    id: LeadId
    company: str
    firm: str
    person: str = ""


def merges(lead: DoubleOf, doubles: Sequence[Double], identities: Identities, source: str) -> list[Identity]:
    """The links that make one client of the lead and its doubles; doubts as `DOUBT` records, and their ends."""
    alike = [one for one in (_shared(double, identities) for double in doubles) if one.shared]
    crowd = [one for one in alike if not any(key.startswith((COMPANY, INN)) for key in one.shared)]
    same, doubts = [lead.id], list[Identity]()
    for one in alike:
        older, newer = sorted((lead.id, one.id), key=int)
        # a person, or a rule, has said already whose it is, or that it is nobody else's
        decided = identities.refused(ClientRef("lead", newer)) or identities.merged(newer) != newer
        if decided or identities.merged(older) == newer:
            continue
        if not (one in crowd and len(crowd) > MOST_ALIKE) and not _against(lead, one, identities):
            same.append(one.id)
        elif identities.doubt(newer) != older:
            doubts.append(Identity(DOUBT, newer, was=older, source=source, name=one.shared[0], confidence=0.5))
    oldest = min(same, key=int)
    return [Identity("lead", newer, oldest, source=source) for newer in same if newer != oldest] + doubts


def _shared(double: Double, identities: Identities) -> Double:
    kept = [key for key in double.shared if not identities.staff.holds(ref_of(key))]
    return Double(double.id, kept, double.company, double.firm, double.gone, double.person)


def _against(lead: DoubleOf, other: Double, identities: Identities) -> bool:
    """Two companies, two firms that are called otherwise, or two people: one bookkeeper's phone is in the cards of
    several clients, and their firms may have like names. Of a lead that is gone our own links tell the company."""
    if any(key.startswith(INN) for key in other.shared):  # one firm, entered twice
        return False
    companies = {other.company} - {""}
    if other.gone:
        links = map(ref_of, identities.names(other.id))
        companies = {link.value for link in links if link.kind == "b24_company"}
    if lead.company and companies and lead.company not in companies:
        return True
    if lead.firm and other.firm:
        return not is_same(lead.firm, other.firm)
    behind_one = any(key.startswith(OWNERS) for key in other.shared)  # a company's people have names of their own
    return bool(lead.person and other.person) and not behind_one and not is_same(lead.person, other.person)
