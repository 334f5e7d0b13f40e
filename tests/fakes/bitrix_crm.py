"""The CRM of the fake portal: objects, activities, users; reading methods as b24restdocs has them.

`crm.item.list`: 50 a page whatever is asked; `start` of -1 counts nothing and so names neither `total` nor `next`;
filters `>id`, `>=updatedTime`, `@id`; `fm` comes only with `select: ["*"]`. `crm.activity.*` write names in capitals.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PAGE = 50
TYPES = {1: "lead", 2: "deal", 3: "contact", 4: "company"}

Method = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next `times` calls that match. `method` "" matches all, else the end of its name.

    kind: `503` (QUERY_LIMIT_EXCEEDED), `429` (OPERATION_TIME_LIMIT; `reset` seconds until the end, 0: it is not told),
    `500`, `502` (no JSON), a word of `PORTAL`, `hang`, `drop` (before the call is done), `hang_after`, `drop_after`,
    `500_after` (it was done, and the answer is lost).
    """

    kind: str
    method: str = ""
    times: int = 1
    reset: int = 0


class Refusal(Exception):
    """A method's own error: code and description."""


class FakeCrm:
    """`items` by kind and id; `missing`: methods that the webhook has no right to; `asked`: parameters of the lists."""

    def __init__(self) -> None:
        self.items: dict[str, dict[int, dict[str, Any]]] = {kind: {} for kind in TYPES.values()}
        self.activities: dict[int, dict[str, Any]] = {}
        self.users: dict[int, dict[str, Any]] = {}
        self.requisites: list[tuple[str, int, str | None]] = []
        self.missing: set[str] = set()
        self.others: set[str] = set()
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.methods: dict[str, Method] = {
            "crm.item.list": self._list,
            "crm.item.get": self._get,
            "crm.activity.list": self._activity_list,
            "crm.activity.get": self._activity,
            "crm.duplicate.findbycomm": self._duplicates,
            "crm.requisite.list": self._requisites,
            "user.get": self._users,
            "method.get": self._method,
        }

    def put(self, kind: str, id_: int, at: str, **fields: Any) -> None:
        """An object of `crm.item.*` as it is since `at` (ISO 8601)."""
        former = self.items[kind].get(id_, {"id": id_, "createdTime": at})
        self.items[kind][id_] = former | {"updatedTime": at, "assignedById": 7} | fields

    def act(self, id_: int, at: str, **fields: Any) -> None:
        """An activity that was touched at `at`."""
        self.activities[id_] = {"ID": str(id_), "CREATED": at, "LAST_UPDATED": at} | fields

    def _list(self, params: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("crm.item.list", params))
        items = self.items[TYPES[int(params["entityTypeId"])]]
        rows = _filtered(list(items.values()), params, "id", "updatedTime")
        names = params.get("select") or ["*"]
        shown = [row if "*" in names else {name: row[name] for name in names if name in row} for row in rows]
        return _paged({"items": shown[:PAGE]}, len(rows), params)

    def _get(self, params: dict[str, Any]) -> dict[str, Any]:
        found = self.items[TYPES[int(params["entityTypeId"])]].get(int(params["id"]))
        if found is None:
            raise Refusal("NOT_FOUND", "Not found")
        return {"result": {"item": found}}

    def _activity_list(self, params: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("crm.activity.list", params))
        rows = _filtered(list(self.activities.values()), params, "ID", "LAST_UPDATED")
        return _paged(rows[:PAGE], len(rows), params)

    def _activity(self, params: dict[str, Any]) -> dict[str, Any]:
        found = self.activities.get(int(params["id"]))
        if found is None:
            raise Refusal("", "Activity is not found")
        return {"result": found}

    def _users(self, params: dict[str, Any]) -> dict[str, Any]:
        """All users but bots, guests and those who left among them; fields that are empty may be missing."""
        wanted = (params.get("FILTER") or {}).get("ID")
        among = self.users if wanted is None else {int(one) for one in wanted}
        rows = [user | {"ID": str(id_)} for id_, user in sorted(self.users.items()) if id_ in among]
        start = int(params.get("start", 0))
        answer: dict[str, Any] = {"result": rows[start : start + PAGE], "total": len(rows)}
        return answer | ({"next": start + PAGE} if start + PAGE < len(rows) else {})

    def _duplicates(self, params: dict[str, Any]) -> dict[str, Any]:
        """Phones are compared by their last ten digits, mails in any case; nothing found is PHP's empty array."""
        values = params["values"].values() if isinstance(params["values"], dict) else params["values"]
        if len(values) > 20:
            raise Refusal("", "Too many values")
        wanted = {_plain(str(value)) for value in values}
        ids = [
            id_
            for id_, row in self.items[str(params["entity_type"]).lower()].items()
            if wanted & {_plain(one["value"]) for one in row.get("fm") or () if one["typeId"] == params["type"]}
        ]
        return {"result": {params["entity_type"]: ids[:20]} if ids else []}

    def _requisites(self, params: dict[str, Any]) -> dict[str, Any]:
        wanted = params["filter"]
        rows = [
            {"ID": str(n), "ENTITY_ID": str(id_), "RQ_INN": inn}
            for n, (kind, id_, inn) in enumerate(self.requisites)
            if TYPES[int(wanted["ENTITY_TYPE_ID"])] == kind and id_ in wanted["@ENTITY_ID"]
        ]
        return {"result": rows[:PAGE], "total": len(rows)}

    def _method(self, params: dict[str, Any]) -> dict[str, Any]:
        exists = params["name"] in {*self.methods, *self.others} or str(params["name"]).startswith(
            "crm.timeline.comment."
        )
        return {"result": {"isExisting": exists, "isAvailable": exists and params["name"] not in self.missing}}


def _plain(value: str) -> str:
    return value.lower() if "@" in value else re.sub(r"\D", "", value)[-10:]


def _filtered(rows: list[dict[str, Any]], params: dict[str, Any], id_: str, updated: str) -> list[dict[str, Any]]:
    wanted = params.get("filter") or {}
    if (active := wanted.get(">=lastActivityTime")) is not None:
        last = datetime.fromisoformat(active)
        rows = [row for row in rows if datetime.fromisoformat(row.get("lastActivityTime", row[updated])) >= last]
    after, since, among = wanted.get(f">{id_}"), wanted.get(f">={updated}"), wanted.get(f"@{id_}")
    if after is not None:
        rows = [row for row in rows if int(row[id_]) > int(after)]
    if since is not None:
        rows = [row for row in rows if datetime.fromisoformat(row[updated]) >= datetime.fromisoformat(since)]
    for field in ("companyId", "contactId"):
        if (owners := wanted.get(f"@{field}")) is not None:
            rows = [row for row in rows if row.get(field) in owners]
    if among is not None:
        rows = [row for row in rows if int(row[id_]) in {int(one) for one in among}]
    return sorted(rows, key=lambda row: int(row[id_]))


def _paged(result: Any, total: int, params: dict[str, Any]) -> dict[str, Any]:
    if params.get("start") == -1:
        return {"result": result}
    return {"result": result, "total": total} | ({"next": PAGE} if total > PAGE else {})


def batched(methods: dict[str, Method], calls: Counter[str], params: dict[str, Any]) -> dict[str, Any]:
    """`batch`: at most 50 commands and no batch among them; errors beside results, and PHP's empty arrays."""
    if len(params["cmd"]) > PAGE:
        raise Refusal("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
    done: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for name, said in params["cmd"].items():
        address = urlsplit(said)
        method = address.path
        calls[f"batch:{method}"] += 1
        try:
            if method == "batch":
                raise Refusal("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
            if method not in methods:
                raise Refusal("ERROR_METHOD_NOT_FOUND", "Method not found!")
            done[name] = methods[method](_tree(address.query))["result"]
        except Refusal as refusal:
            errors[name] = dict(zip(("error", "error_description"), refusal.args, strict=True))
    return {"result": {"result": done or [], "result_error": errors or []}}


def _tree(query: str) -> dict[str, Any]:
    """Parameters as PHP reads a query: `filter[ENTITY_ID]=5`."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(query):
        *outer, last = re.findall(r"[^\[\]]+", name)
        at = tree
        for part in outer:
            at = at.setdefault(part, {})
        at[last] = value
    return tree
