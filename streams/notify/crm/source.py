"""Objects of the portal into `source.bitrix`: only what has changed since it was sent last."""

from collections.abc import Awaitable, Callable, Iterable
from hashlib import blake2b
from typing import Any, Final

import msgspec

from schemas.bitrix import Entity, Gone, Kind, wrapped
from schemas.errors import Transient
from schemas.topics import BITRIX
from streams.engine.kafka import Output
from streams.notify.crm.doubles import Doubles
from streams.notify.crm.portal import NOBODY, OF_ACTIVITY, Named, Portal, Row, id_in, to_id
from streams.notify.crm.seen import Seen
from streams.settings import Bitrix

Send = Callable[[list[Output]], Awaitable[None]]
Owe = Callable[[Iterable[Row]], None]

FIELDS: Final = [
    *("id", "title", "name", "lastName", "companyTitle", "leadId", "contactId", "companyId", "stageId", "opportunity"),
    *("currencyId", "sourceId", "assignedById", "closed", "createdTime", "updatedTime", "fm", "post"),
]
"""Of a lead, deal, contact or company: the rest (own fields of the portal among it) stays where it is."""
OF_USER: Final = [
    *("ID", "NAME", "LAST_NAME", "ACTIVE", "EMAIL", "PERSONAL_MOBILE", "PERSONAL_PHONE", "WORK_PHONE", "USER_TYPE"),
    "UF_DEPARTMENT",
]
OF_COMMENT: Final = ["ID", "ENTITY_ID", "ENTITY_TYPE", "CREATED", "COMMENT", "AUTHOR_ID"]
TOUCHED: Final = frozenset({"updatedTime", "LAST_UPDATED"})
"""A change of nothing but this changes nothing here."""
LONGEST: Final = 200_000
"""Characters of one text: a mail may carry whole pictures in its HTML, and a record of Kafka has an end."""


class NotTaken(Transient):
    """Kafka's fault, which is told elsewhere: the portal is well."""


class Source:
    """Sends what the portal shows."""

    def __init__(self, portal: Portal, seen: Seen, send: Send, bitrix: Bitrix, owe: Owe, doubles: Doubles) -> None:
        """`owe` is told of activities that were sent."""
        self._portal, self._seen, self._send, self._owe = portal, seen, send, owe
        self._doubles = doubles.of if bitrix.doubles else None
        self._address, self._telegram = bitrix.portal.rstrip("/"), bitrix.telegram_field

    async def put(self, kind: Kind, rows: Iterable[Row]) -> int:
        """Send those of one kind that have changed; how many. Raises `Transient`, `BitrixRefused`."""
        by_id = {id_: chosen(kind, row, self._telegram) for row in rows if (id_ := id_in(row))}
        people = await self._portal.people(to_id(row.get(_person(kind))) for row in by_id.values())
        companies = await self._behind("company", by_id.values())
        contacts = await self._behind("contact", by_id.values())
        entities = {
            id_: Entity(
                kind,
                str(id_),
                msgspec.Raw(msgspec.json.encode(row)),
                people.get(to_id(row.get(_person(kind))), NOBODY).name,
                (company := companies.get(to_id(row.get("companyId")), NOBODY)).name,
                [*company.contacts, *contacts.get(to_id(row.get("contactId")), NOBODY).contacts],
                f"{self._address}/crm/lead/details/{id_}/" if kind == "lead" and self._address else "",
            )
            for id_, row in by_id.items()
        }
        digests = {id_: _digest(entity, by_id[id_]) for id_, entity in entities.items()}
        changed = self._seen.changed(kind, digests)
        if changed and kind == "lead" and self._doubles is not None:
            alike = await self._doubles({id_: by_id[id_] for id_ in sorted(changed)})
            entities |= {id_: msgspec.structs.replace(entities[id_], doubles=found) for id_, found in alike.items()}
        if changed:
            await self._give([Output(BITRIX.name, *wrapped(entities[id_])) for id_ in sorted(changed)])
            if kind == "activity":  # before it is noted as sent: a kill in between sends it again
                self._owe(by_id[id_] for id_ in sorted(changed))
            self._seen.sent(kind, {id_: digests[id_] for id_ in changed})
        return len(changed)

    async def _behind(self, kind: Kind, rows: Iterable[Row]) -> dict[int, Named]:
        return await self._portal.behind(kind, {to_id(row.get(f"{kind}Id")) for row in rows})

    async def gone(self, kind: Kind, ids: Iterable[int]) -> None:
        """Say that these are not there any more."""
        lost = sorted(ids)
        if lost:
            await self._give([Output(BITRIX.name, *wrapped(Gone(kind, str(id_)))) for id_ in lost])
            self._seen.forget(kind, lost)

    async def _give(self, outputs: list[Output]) -> None:
        try:
            await self._send(outputs)
        except Transient as error:
            raise NotTaken(str(error)) from error

    def forget(self, kind: Kind, ids: Iterable[int]) -> None:
        """These are gone, and whoever has to know does."""
        self._seen.forget(kind, ids)


def chosen(kind: Kind, row: Row, telegram: str = "") -> Row:
    """Of a row what is told; `telegram` names the field of a user in which his account stands."""
    match kind:
        case "activity":
            names = [name for name in OF_ACTIVITY if name != "SETTINGS"]
            row = row | {"FROM": sender_of(row.get("SETTINGS"))}
            names.append("FROM")
        case "comment":
            names = OF_COMMENT
        case "user":
            names, row = [*OF_USER, "TELEGRAM"], row | {"TELEGRAM": row.get(telegram) if telegram else None}
        case _:
            names = FIELDS
    return {name: _cut(row[name]) for name in names if row.get(name) not in (None, "")}


def sender_of(settings: Any) -> str | None:
    """Who wrote a mail; the docs leave the shape of `SETTINGS` open."""
    meta = settings.get("EMAIL_META") if isinstance(settings, dict) else None
    sender = meta.get("from") if isinstance(meta, dict) else None
    return sender if isinstance(sender, str) else None


def _cut(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str) else value


def _digest(entity: Entity, row: Row) -> bytes:
    """Of all that is told but the time of the last touch."""
    told = {name: value for name, value in row.items() if name not in TOUCHED}
    parts = (told, entity.responsible, entity.company, entity.contacts, entity.card)
    return blake2b(msgspec.json.encode(parts, order="deterministic"), digest_size=12).digest()


def _person(kind: Kind) -> str:
    return "AUTHOR_ID" if kind == "comment" else "assignedById"
