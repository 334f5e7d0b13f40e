"""МойСклад's JSON API remap 1.2, as far as it is read (moysklad/api-remap-1.2-doc, `_restrictions`, `_report_stock`).

Bearer token; `Accept-Encoding: gzip` or 415; 45 units in 3 seconds, of which a request with a user's token costs 4
(from 2026-12-01) and one for stock 5, beyond that 429 with `X-Lognex-Retry-After` in ms; `filter=updated>=…` in Moscow
time, `order`, `limit` up to 100 with `expand`, `offset`; of a document's positions at most 100 are expanded.
`report/stock/all` leaves out what is not available (`quantityMode=nonEmpty`), unless it is asked for all.
"""

import re
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.zones import MOSCOW

KEY = "Bearer a-token-of-moysklad"
UNITS, SECONDS, COST, STOCK_COST = 45, 3.0, 4, 5
MOST_EXPANDED = 100


class FakeMoysklad:
    """`documents`: by kind (`demand`, …). `stock`: pieces and reserve by group and article, as the report knows them by
    now. `clock` in seconds. `refused` counts 429s.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.documents: dict[str, list[dict[str, Any]]] = {}
        self.stock: dict[tuple[str, str], tuple[int, int]] = {}
        self.refused, self.asked = 0, 0
        self._clock = clock
        self._spent: deque[tuple[float, int]] = deque()
        self.url = ""

    async def __aenter__(self) -> "FakeMoysklad":
        app = web.Application()
        app.router.add_get("/api/remap/1.2/entity/{kind}", self._list)
        app.router.add_get("/api/remap/1.2/report/stock/all", self._stock)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/remap/1.2"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._refusal(request, COST)) is not None:
            return refusal
        found = re.fullmatch(r"updated>=(.+)", request.query["filter"])
        if found is None or int(request.query["limit"]) > MOST_EXPANDED or request.query["order"] != "updated,asc":
            return _error(400, "Ошибка в параметрах")
        since = datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 — both sides are in Moscow time
        kind = request.match_info["kind"]
        changed = [one for one in self.documents.get(kind, []) if datetime.fromisoformat(one["updated"]) >= since]
        changed.sort(key=lambda one: one["updated"])
        return _page(request, [_expanded(one) for one in changed])

    async def _stock(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._refusal(request, STOCK_COST)) is not None:
            return refusal
        whole = "quantityMode=all" in request.query.get("filter", "").split(";")
        rows = [_article(group, sku, *pair) for (group, sku), pair in sorted(self.stock.items())]
        return _page(request, [row for row in rows if whole or row["quantity"]])

    async def notify(self, url: str, request_id: str) -> bool:
        """A webhook that a document was changed: 1500 ms for an answer, three more tries at once with the same id, then
        it is dropped (`_webhook`). Whether it was taken."""
        href = f"{self.url}/entity/demand/demand-1"
        body = {"events": [{"meta": {"type": "demand", "href": href}, "action": "UPDATE", "accountId": "a"}]}
        async with ClientSession(timeout=ClientTimeout(total=1.5)) as session:
            for _ in range(4):
                try:
                    async with session.post(f"{url}?requestId={request_id}", json=body) as answer:
                        if answer.status in (200, 204):
                            return True
                except (ClientError, TimeoutError):
                    continue
        return False

    def _refusal(self, request: web.Request, cost: int) -> web.Response | None:
        self.asked += 1
        if request.headers.get("Authorization") != KEY:
            return _error(401, "Ошибка аутентификации: Неправильный пароль или имя пользователя или ключ авторизации")
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return _error(415, "Отсутствует заголовок Accept-Encoding: gzip")
        if wait := self._wait(cost):
            self.refused += 1
            return _error(429, "Превышено ограничение", {"X-Lognex-Retry-After": str(round(wait * 1000))})
        return None

    def _wait(self, cost: int) -> float:
        """Seconds until there is room for one more; 0 when there is."""
        now = self._clock()
        while self._spent and self._spent[0][0] <= now - SECONDS:
            self._spent.popleft()
        if sum(spent for _, spent in self._spent) + cost > UNITS:
            return self._spent[0][0] + SECONDS - now
        self._spent.append((now, cost))
        return 0.0


def _page(request: web.Request, rows: list[dict[str, Any]]) -> web.Response:
    limit, offset = int(request.query["limit"]), int(request.query["offset"])
    meta = {"size": len(rows), "limit": limit, "offset": offset}
    answer = web.json_response({"meta": meta, "rows": rows[offset : offset + limit]})
    answer.enable_compression(web.ContentCoding.gzip)
    return answer


def _article(group: str, sku: str, stock: int, reserve: int) -> dict[str, Any]:
    return {
        "meta": {"type": "product", "href": f"https://api.moysklad.ru/api/remap/1.2/entity/product/{sku}"},
        "name": f"Товар {sku}",
        "code": f"0{sku}",
        "article": sku,
        "externalCode": f"x-{sku}",
        "folder": {"name": group, "pathName": "Клиенты"},
        "stock": float(stock),
        "inTransit": 0.0,
        "reserve": float(reserve),
        "quantity": float(stock - reserve),
        "stockDays": 3,
    }


def _error(status: int, words: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"errors": [{"error": words}]}, status=status, headers=headers)


def _expanded(document: dict[str, Any]) -> dict[str, Any]:
    rows = document["positions"]
    positions = {"meta": {"size": len(rows), "limit": MOST_EXPANDED, "offset": 0}, "rows": rows[:MOST_EXPANDED]}
    return document | {"positions": positions}


def document(kind: str, number: int, at: float, positions: int = 1) -> dict[str, Any]:
    """A document that was changed at `at` (seconds UTC): an article in two pieces a position."""
    local = datetime.fromtimestamp(at, MOSCOW).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return {
        "meta": {"type": kind, "uuidHref": f"https://online.moysklad.ru/app/#{kind}/edit?id={kind}-{number}"},
        "id": f"{kind}-{number}",
        "name": f"{number:05}",
        "moment": local,
        "updated": local,
        "applicable": True,
        "agent": {"id": "agent-1", "name": "ООО Ромашка"},
        "store": {"name": "Основной"},
        "state": {"name": "Новый"},
        "positions": [
            {"quantity": 2.0, "reserve": 1.0, "assortment": {"article": f"A-{at_}"}} for at_ in range(positions)
        ],
    }
