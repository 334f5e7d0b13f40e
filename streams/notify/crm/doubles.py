"""Other leads that may be the same client as a lead that has changed, as the portal shows them now.

By a phone or a mail that both have (`crm.duplicate.findbycomm`, and looked at: it compares in its own way), by the
company or contact behind both, and by a link of ours to a lead that is there no more: the portal merged it into this.
Whether it is the same client is judged by `processors.doubles`.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from processors.contact import link_key, normal
from schemas.bitrix import Double, Kind
from schemas.sources import ClientRef
from streams.engine.identities import KnownIdentities
from streams.notify.crm.portal import PAGE, Portal, Row, contacts_of, id_in, to_id
from streams.notify.outlets.bitrix_client import MOST_COMMANDS, BitrixApi, BitrixRefused

log = logging.getLogger(__name__)

BY_CONTACT: Final = "crm.duplicate.findbycomm"
MOST_VALUES: Final = 20
"""Phones or mails of one question (docs: `crm.duplicate.findbycomm`)."""
MOST: Final = 20
"""Candidates of a lead that are looked at: a number of so many is no client's."""
KINDS: Final[tuple[Kind, ...]] = ("company", "contact")
TYPES: Final = {"phone": "PHONE", "email": "EMAIL"}


class Doubles:
    """Of one portal."""

    def __init__(self, api: BitrixApi, portal: Portal, links: KnownIdentities) -> None:
        self._api, self._portal, self._links = api, portal, links

    async def of(self, leads: dict[int, Row]) -> dict[int, list[Double]]:
        """By lead; at most as many as a page holds. Raises `Transient`, `BitrixRefused`."""
        await self._links.loaded.wait()
        own = await self._names(leads)
        may = await self._by_contact(own)
        for id_, row in (await self._by_owner(leads.values())).items():
            for lead in own.keys() & self._sharing(own, names_of(row)) - {id_}:
                may[lead].add(id_)
        ours = {lead: self._linked(lead, names) for lead, names in own.items()}
        wanted = {one for lead in own for one in sorted(may[lead] | ours[lead])[:MOST]} - set(leads)
        there: dict[int, Row] = leads | await self._rows(sorted(wanted))
        known = await self._names(there)
        return {
            lead: [
                one
                for other in sorted(may[lead] | ours[lead])[:MOST]
                if (one := self._double(other, there.get(other), names, known))
            ]
            for lead, names in own.items()
        }

    async def _names(self, leads: dict[int, Row]) -> dict[int, frozenset[str]]:
        """Keys of what each is known by; the INNs are its company's or contact's."""
        found = {id_: names_of(row) for id_, row in leads.items()}
        for kind in KINDS:
            owner = {id_: to_id(row.get(f"{kind}Id")) for id_, row in leads.items()}
            named = await self._portal.behind(kind, owner.values())
            for id_, one in owner.items():
                inns = [value for of, value in named[one].contacts if of == "inn"] if one in named else []
                found[id_] |= {link_key(ClientRef("inn", inn)) for inn in inns if normal("inn", inn)}
        return found

    def _double(
        self, other: int, row: Row | None, names: frozenset[str], known: dict[int, frozenset[str]]
    ) -> Double | None:
        if row is None:  # it was a client of ours, and what was its is this lead's now
            kept = frozenset(key for key in names if self._of(key) == str(other))
            return Double(str(other), sorted(kept), gone=True) if kept else None
        shared = sorted(names & known[other])
        if not shared:
            return None
        person = f"{row['name']} {row['lastName']}" if row.get("name") and row.get("lastName") else ""
        company, firm = str(row.get("companyId") or ""), str(row.get("companyTitle") or "")
        return Double(str(other), shared, company, firm, person=person)

    @staticmethod
    def _sharing(own: dict[int, frozenset[str]], names: frozenset[str]) -> set[int]:
        return {lead for lead, its in own.items() if its & names}

    def _of(self, key: str) -> str | None:
        kind, _, value = key.partition(":")
        return self._links.identities.linked(ClientRef(kind, value))

    def _linked(self, lead: int, names: Iterable[str]) -> set[int]:
        found = {int(of) for key in names if (of := self._of(key)) is not None}
        return found - {lead}

    async def _by_contact(self, own: dict[int, frozenset[str]]) -> defaultdict[int, set[int]]:
        asked: list[tuple[int, dict[str, Any]]] = []
        for lead, names in own.items():
            for kind, type_ in TYPES.items():
                values = sorted(name.partition(":")[2] for name in names if name.startswith(f"{kind}:"))[:MOST_VALUES]
                if values:
                    asked.append((lead, {"entity_type": "LEAD", "type": type_, "values": values}))
        found: defaultdict[int, set[int]] = defaultdict(set)
        for at in range(0, len(asked), MOST_COMMANDS):
            some = asked[at : at + MOST_COMMANDS]
            answers = await self._api.batch({str(n): (BY_CONTACT, params) for n, (_, params) in enumerate(some)})
            for n, (lead, _) in enumerate(some):
                found[lead] |= _ids(answers[str(n)]) - {lead}
        return found

    async def _by_owner(self, leads: Iterable[Row]) -> dict[int, Row]:
        """Leads of the same companies and contacts, the oldest first."""
        found: dict[int, Row] = {}
        for field in ("companyId", "contactId"):
            owners = sorted({to_id(row.get(field)) for row in leads} - {0})
            if owners:
                rows = await self._portal.some("lead", {f"@{field}": owners})
                found |= {id_in(row): row for row in rows}
        return found

    async def _rows(self, ids: list[int]) -> dict[int, Row]:
        rows: list[Row] = []
        for at in range(0, len(ids), PAGE):
            rows += await self._portal.some("lead", {"@id": ids[at : at + PAGE]})
        return {id_in(row): row for row in rows}


def names_of(row: Row) -> frozenset[str]:
    """Keys of what a lead is known by."""
    owners = [(f"b24_{kind}", str(row.get(f"{kind}Id") or "0")) for kind in ("company", "contact")]
    told = [*contacts_of(row.get("fm")), *(one for one in owners if one[1] != "0")]
    return frozenset(link_key(ClientRef(kind, value)) for kind, value in told if normal(kind, value))


def _ids(answer: Any) -> set[int]:
    if isinstance(answer, BitrixRefused):
        log.warning("doubles are not told", extra={"error": str(answer)})
        return set()
    leads = answer.get("LEAD") if isinstance(answer, dict) else None  # nothing found is PHP's `[]`
    return {int(one) for one in leads} if isinstance(leads, list) else set()
