"""Questions to a portal about its CRM: pages of what changed, objects by id, ids alone, names."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from processors.normalize.bitrix_fields import CONTACTS
from schemas.bitrix import Kind
from schemas.errors import Transient
from schemas.types import Millis
from streams.notify.outlets.bitrix_client import MOST_COMMANDS, BitrixApi, BitrixRefused

log = logging.getLogger(__name__)

COMMENTS: Final = "crm.timeline.comment.list"
USERS: Final = "user.get"
REQUISITES: Final = "crm.requisite.list"
PAGE: Final = 50
"""Rows of every list, whatever is asked (docs: `crm.item.list`)."""
ITEMS: Final[dict[Kind, int]] = {"lead": 1, "deal": 2, "company": 4, "contact": 3}
"""`entityTypeId` of `crm.item.*`. Leads come first: what belongs to them finds them known."""
KINDS: Final[tuple[Kind, ...]] = (*ITEMS, "activity")
"""What is read by the time of its change."""
WITH_COMMENTS: Final[tuple[Kind, ...]] = ("lead", "deal")
"""Whose comments are read without a hook, too: a timeline has no list of its own, each object is asked for its."""
LONGEST_ID: Final = 18
"""Digits of a number of 64 bits."""
NAMES_SECONDS: Final = 3600.0
"""A name of a person or a company is asked for again after so long."""
NEEDED: Final = (
    "crm.item.list",
    "crm.item.get",
    "crm.activity.list",
    "crm.activity.get",
    "crm.timeline.comment.get",
    COMMENTS,
    REQUISITES,
    USERS,
)
"""Methods that reading takes, for `leadpulse check`."""
OF_ACTIVITY: Final = [
    *("ID", "OWNER_ID", "OWNER_TYPE_ID", "TYPE_ID", "DIRECTION", "SUBJECT", "DESCRIPTION", "COMPLETED"),
    *("CREATED", "START_TIME", "END_TIME", "LAST_UPDATED", "SETTINGS"),
]


Row = dict[str, Any]
T = TypeVar("T")


class Named(NamedTuple):
    """What somebody is called, and (kind as in `processors.contact`, value) of his phones, mails and INNs."""

    name: str = ""
    contacts: tuple[tuple[str, str], ...] = ()


NOBODY: Final = Named()
Ask = Callable[[list[int]], Awaitable[dict[int, Named]]]


class Portal:
    """One portal. Raises `Transient`, `Uncertain`, `BitrixRefused`."""

    def __init__(self, api: BitrixApi, clock: Callable[[], float] = time.monotonic) -> None:
        self._api, self._clock = api, clock
        self._named: dict[tuple[str, int], tuple[Named, float]] = {}

    async def page(self, kind: Kind, since: Millis, after: int) -> list[Row]:
        """The next rows of a kind by id: what changed since then (ms UTC; 0: all). Fewer than `PAGE`: the last ones."""
        if kind == "activity":
            wanted: Row = {">ID": after} | ({">=LAST_UPDATED": _iso(since)} if since else {})
            asked = {"filter": wanted, "order": {"ID": "ASC"}, "select": OF_ACTIVITY, "start": -1}
            return _rows(await self._api.call("crm.activity.list", asked))
        wanted = {">id": after} | ({">=updatedTime": _iso(since)} if since else {})
        return await self._items(kind, wanted, ["*"])  # only `*` brings phones and mails

    async def ids(self, kind: Kind, after: int) -> list[int]:
        """The next ids of a kind. Raises `Transient` where one cannot be read: its object is not gone for that."""
        ids = [id_in(row) for row in await self._items(kind, {">id": after}, ["id"])]
        if not all(ids):
            raise Transient("crm.item.list: a row without an id")
        return ids

    async def active(self, kind: Kind, since: Millis, after: int) -> list[Row]:
        """Ids of the next objects in whose timeline something has happened since then (ms UTC; 0: all)."""
        wanted = {">id": after} | ({">=lastActivityTime": _iso(since)} if since else {})
        return await self._items(kind, wanted, ["id"])

    async def comments(self, kind: Kind, ids: Iterable[int]) -> list[Row]:
        """All comments of up to 50 objects."""
        asked = {str(id_): {"filter": {"ENTITY_ID": id_, "ENTITY_TYPE": kind}, "order": {"ID": "ASC"}} for id_ in ids}
        if not asked:
            return []
        found: list[Row] = []
        answers = await self._api.batch({name: (COMMENTS, one) for name, one in asked.items()})
        for name, answer in answers.items():
            if isinstance(answer, BitrixRefused):
                log.info("comments are not to be read", extra={"kind": kind, "id": name, "error": str(answer)})
            elif not isinstance(answer, list):  # the others' can be
                log.warning("no list of comments", extra={"kind": kind, "id": name})
            elif len(rows := _rows(answer)) < PAGE:
                found += rows
            else:
                found += [row async for row in self._api.rows(COMMENTS, asked[name])]
        return found

    async def _items(self, kind: Kind, wanted: Row, select: list[str]) -> list[Row]:
        order = {"id": "ASC"}
        asked = {"entityTypeId": ITEMS[kind], "filter": wanted, "order": order, "select": select, "start": -1}
        answer = await self._api.call("crm.item.list", asked)
        return _rows(answer.get("items") if isinstance(answer, dict) else answer)

    async def some(self, kind: Kind, wanted: Row) -> list[Row]:
        """The rows that `wanted` lets through, by id; the first thousand."""
        found: list[Row] = []
        while len(found) < 20 * PAGE:
            after = {">id": id_in(found[-1])} if found else {}
            rows = await self._items(kind, wanted | after, ["*"])
            found += rows
            if len(rows) < PAGE:
                break
        return found

    async def read(self, objects: Iterable[tuple[Kind, int]]) -> dict[tuple[Kind, int], Row | None]:
        """Objects by kind and id, 50 a call; None for one that is not there (or not for us to see)."""
        left, found = list(objects), dict[tuple[Kind, int], Row | None]()
        while left:
            some, left = left[:MOST_COMMANDS], left[MOST_COMMANDS:]
            answers = await self._api.batch({f"{kind}_{id_}": _get(kind, id_) for kind, id_ in some})
            for kind, id_ in some:
                found[kind, id_] = _object(kind, answers[f"{kind}_{id_}"])
        return found

    async def people(self, ids: Iterable[int]) -> dict[int, Named]:
        """Names of the portal's users. A webhook without the right `user` leaves them unnamed."""
        return await self._allowed(self._known("user", ids, self._users), {})

    async def users(self) -> list[Row]:
        """All users of the portal, those who left among them; none without the right `user`."""
        return await self._allowed(self._all_users(), [])

    async def _all_users(self) -> list[Row]:
        asked = {"sort": "ID", "order": "ASC"}
        return [row async for row in self._api.rows(USERS, asked) if isinstance(row, dict)]

    @staticmethod
    async def _allowed(asked: Awaitable[T], without: T) -> T:
        try:
            return await asked
        except (Transient, BitrixRefused) as error:
            if "insufficient_scope" not in str(error) and "ERROR_METHOD_NOT_FOUND" not in str(error):
                raise
            log.warning("a right of the webhook is missing: leadpulse check", extra={"error": str(error)})
            return without

    async def behind(self, kind: Kind, ids: Iterable[int]) -> dict[int, Named]:
        """Names, phones and mails of companies or contacts."""
        return await self._known(kind, ids, partial(self._objects, kind))

    async def _users(self, ids: list[int]) -> dict[int, Named]:
        rows = _rows(await self._api.call(USERS, {"FILTER": {"ID": ids}}))
        return {id_in(row): Named(f"{row.get('NAME') or ''} {row.get('LAST_NAME') or ''}".strip()) for row in rows}

    async def _objects(self, kind: Kind, ids: list[int]) -> dict[int, Named]:
        rows = await self._items(kind, {"@id": ids}, ["*"])
        inns = await self._allowed(self._inns(kind, ids), {})
        return {
            (id_ := id_in(row)): Named(
                str(row.get("title") or ""),
                contacts_of(row.get("fm")) + tuple(("inn", one) for one in inns.get(id_, ())),
            )
            for row in rows
        }

    async def _inns(self, kind: Kind, ids: list[int]) -> dict[int, list[str]]:
        """INNs in the requisites of companies or contacts."""
        wanted = {"ENTITY_TYPE_ID": ITEMS[kind], "@ENTITY_ID": ids}
        asked = {"filter": wanted, "order": {"ID": "ASC"}, "select": ["ID", "ENTITY_ID", "RQ_INN"]}
        found: dict[int, list[str]] = {}
        async for row in self._api.rows(REQUISITES, asked):
            if isinstance(row, dict) and row.get("RQ_INN"):
                found.setdefault(to_id(row.get("ENTITY_ID")), []).append(str(row["RQ_INN"]))
        return found

    async def _known(self, of: str, ids: Iterable[int], ask: Ask) -> dict[int, Named]:
        wanted, now = set(ids) - {0}, self._clock()
        unknown = [id_ for id_ in wanted if self._age(of, id_, now) >= NAMES_SECONDS]
        for at in range(0, len(unknown), PAGE):
            some = unknown[at : at + PAGE]
            told = await ask(some)
            self._named |= {(of, id_): (told.get(id_, NOBODY), now) for id_ in some}
        return {id_: self._named[of, id_][0] for id_ in wanted}

    def _age(self, of: str, id_: int, now: float) -> float:
        known = self._named.get((of, id_))
        return NAMES_SECONDS if known is None else now - known[1]


def _get(kind: Kind, id_: int) -> tuple[str, Row]:
    match kind:
        case "activity":
            return "crm.activity.get", {"id": id_}
        case "comment":
            return "crm.timeline.comment.get", {"id": id_}
        case _:
            return "crm.item.get", {"entityTypeId": ITEMS[kind], "id": id_}


def _object(kind: Kind, answer: Any) -> Row | None:
    if isinstance(answer, BitrixRefused):
        log.info("an object is not to be read", extra={"kind": kind, "error": str(answer)})
        return None
    row = answer.get("item") if kind in ITEMS and isinstance(answer, dict) else answer
    return row if isinstance(row, dict) else None


def contacts_of(multi: Any) -> tuple[tuple[str, str], ...]:
    """(Kind as in `processors.contact`, value) of each phone and mail of an object."""
    rows = multi.values() if isinstance(multi, dict) else multi if isinstance(multi, list) else ()
    told = [(row.get("typeId"), row.get("value")) for row in rows if isinstance(row, dict)]
    return tuple(
        (CONTACTS[kind], str(value)) for kind, value in told if isinstance(kind, str) and kind in CONTACTS and value
    )


def id_in(row: Row) -> int:
    """The id of a row of any list; 0 where it has none."""
    return to_id(row.get("id", row.get("ID")))


def to_id(value: Any) -> int:
    """An id as the portal writes it, a number or a string; 0 for what is none."""
    text = str(value) if isinstance(value, str | int) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else 0


def _rows(answer: Any) -> list[Row]:
    """As many as came: what is no row stands as an empty one, for a page with fewer is the last."""
    if not isinstance(answer, list):
        raise Transient("answer without a list")
    return [row if isinstance(row, dict) else {} for row in answer]


def _iso(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
