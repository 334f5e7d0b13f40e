"""A Bitrix24 portal with the timeline comments of its leads, as b24restdocs has them: methods, limits, errors, faults.

In tests: `async with FakeBitrix(leads={"12345"}) as bitrix: … bitrix.webhook`.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from tests.fakes.bitrix_calls import FakeTelephony
from tests.fakes.bitrix_crm import PAGE, FakeCrm, Fault, Refusal, batched
from tests.fakes.bitrix_tasks import FakeTasks

PORTAL: dict[str, tuple[int, str, str]] = {
    "401": (401, "INVALID_CREDENTIALS", "Invalid request credentials {code}"),
    "scope": (401, "insufficient_scope", "The request requires higher privileges than provided by the webhook token"),
    "scope403": (403, "insufficient_scope", "The request requires higher privileges than provided"),
    "plan": (403, "ACCESS_DENIED", "REST API is available only on commercial plans"),
    "plan401": (401, "ACCESS_DENIED", "REST API is available only on commercial plans"),
    "https": (400, "INVALID_REQUEST", "Https required."),
    "overload": (503, "OVERLOAD_LIMIT", "REST API is blocked due to overload"),
    "deleted": (404, "PORTAL_DELETED", "Portal was deleted"),
}
"""What the whole portal says to whoever asks, whatever he asks (b24restdocs, `error-codes.md`)."""
FIELDS = ("ID", "ENTITY_ID", "ENTITY_TYPE", "CREATED", "COMMENT", "AUTHOR_ID", "FILES")


@dataclass(slots=True)
class Comment:
    """A comment as it stands; `versions` counts its texts."""

    comment_id: int
    lead_id: str
    text: str
    author: int
    versions: int = 1


class FakeBitrix:
    """A portal and a webhook of user `user`, who may not see the leads `denied`. `slowness`: seconds for an answer."""

    def __init__(
        self,
        leads: set[str] | None = None,
        code: str = "s3cr3tc0de",
        user: int = 1,
        per_second: float = 2.0,
        burst: int = 50,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.leads, self.denied = leads if leads is not None else set(), set[str]()
        self.code, self.user = code, user
        self.comments: dict[int, Comment] = {}
        self.faults: list[Fault] = []
        self.calls: Counter[str] = Counter()
        self.in_flight = self.most_in_flight = 0
        self.slowness = 0.0
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._level, self._at = 0.0, clock()
        self._methods: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "profile": lambda _: {"result": {"ID": str(user), "NAME": "Анна", "LAST_NAME": "Кузнецова"}},
            "crm.timeline.comment.fields": lambda _: {"result": {}},
            "crm.timeline.comment.get": lambda params: {"result": _row(self._comment(params))},
            "crm.timeline.comment.list": self._list,
            "crm.timeline.comment.add": self._add,
            "crm.timeline.comment.update": self._update,
            "crm.timeline.comment.delete": self._delete,
        }
        self.crm, self.telephony, self.tasks = FakeCrm(), FakeTelephony(), FakeTasks()
        self.crm.others = set(self.telephony.methods)
        self._methods |= (
            self.crm.methods
            | self.telephony.methods
            | self.tasks.methods
            | {"batch": lambda params: batched(self._methods, self.calls, params)}
        )
        self._stopped = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Listen on 127.0.0.1; `webhook` tells where."""
        app = web.Application()
        app.router.add_post("/rest/{user}/{code}/{method}", self._call)
        app.router.add_get("/rest/download.json", self.telephony.download)
        app.router.add_get("/cdn/{id}", self.telephony.stored)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.telephony.address = self.url
        self.webhook = f"{self.url}/rest/{self.user}/{self.code}/"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; hanging calls are ended."""
        self._stopped.set()
        await self._runner.cleanup()

    def say(self, lead_id: str, text: str, author: int = 7) -> Comment:
        """A person comments on a lead."""
        comment = Comment(max(self.comments, default=0) + 1, lead_id, text, author)
        self.comments[comment.comment_id] = comment
        return comment

    def of(self, lead_id: str) -> list[Comment]:
        """A lead's comments by id."""
        return [comment for _, comment in sorted(self.comments.items()) if comment.lead_id == lead_id]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.slowness)
            return await self._answer(request)
        finally:
            self.in_flight -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].removesuffix(".json")
        self.calls[method] += 1
        if (request.match_info["user"], request.match_info["code"]) != (str(self.user), self.code):
            return _error(401, "INVALID_CREDENTIALS", "Invalid request credentials")
        if self._overflows():
            return _error(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
        if method not in self._methods:
            return _error(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
        params = await request.json()
        fault = next((f for f in self.faults if f.times > 0 and method.endswith(f.method)), None)
        if fault is None:
            return self._do(method, params)
        fault.times -= 1
        if fault.kind.endswith("_after"):
            self._do(method, params)
        return await self._go_wrong(request, fault)

    def _do(self, method: str, params: dict[str, Any]) -> web.Response:
        try:
            return web.json_response(self._methods[method](params) | {"time": _time()})
        except Refusal as refusal:
            return _error(400, *refusal.args)

    async def _go_wrong(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.kind.removesuffix("_after"):
            case "503":
                return _error(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
            case "429":
                said = "Method is blocked due to operation time limit"
                more = {"time": _time(fault.reset)} if fault.reset else {}
                return _error(429, "OPERATION_TIME_LIMIT", said, **more)
            case kind if kind in PORTAL:
                status, code, said = PORTAL[kind]
                return _error(status, code, said.replace("{code}", self.code))
            case "502":
                return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
            case "drop":
                if request.transport is not None:
                    request.transport.close()
            case "hang":
                await self._stopped.wait()
        return _error(500, "INTERNAL_SERVER_ERROR", "Internal server error")

    def _overflows(self) -> bool:
        now = self._clock()
        self._level = max(0.0, self._level - (now - self._at) * self._per_second)
        self._at = now
        if self._level + 1 > self._burst:
            return True
        self._level += 1
        return False

    def _list(self, params: dict[str, Any]) -> dict[str, Any]:
        wanted = params.get("filter") or {}
        lead_id = self._lead(wanted, "Access denied.", "")
        backwards = str((params.get("order") or {}).get("ID", "DESC")).upper() == "DESC"
        rows = self.of(lead_id)[::-1] if backwards else self.of(lead_id)
        start = int(params.get("start", 0))
        page = rows[start : start + PAGE]
        names = [name for name in FIELDS if name in (params.get("select") or FIELDS)]
        answer: dict[str, Any] = {"result": [{n: _row(c)[n] for n in names} for c in page], "total": len(rows)}
        return answer | ({"next": start + PAGE} if start + PAGE < len(rows) else {})

    def _comment(self, params: dict[str, Any]) -> Comment:
        if comment := self.comments.get(int(params.get("id", 0))):
            return comment
        raise Refusal("NOT_FOUND", "Not found.")

    def _add(self, params: dict[str, Any]) -> dict[str, Any]:
        fields = _fields(params)
        lead_id = self._lead(fields, "Owner was not found.", "OWNER_NOT_FOUND")
        return {"result": self.say(lead_id, _text(fields), self.user).comment_id}

    def _update(self, params: dict[str, Any]) -> dict[str, Any]:
        comment = self._comment(params)
        comment.text = _text(_fields(params))
        comment.versions += 1
        return {"result": comment.comment_id}

    def _delete(self, params: dict[str, Any]) -> dict[str, Any]:
        del self.comments[self._comment(params).comment_id]
        return {"result": True}

    def _lead(self, fields: dict[str, Any], unknown: str, code: str) -> str:
        if not fields.get("ENTITY_ID") or not fields.get("ENTITY_TYPE"):
            raise Refusal("100", "Required fields not provided: ENTITY_ID, ENTITY_TYPE")
        lead_id = str(fields["ENTITY_ID"])
        if lead_id in self.denied:
            raise Refusal("ACCESS_DENIED", "Access denied.")
        if fields["ENTITY_TYPE"] != "lead" or lead_id not in self.leads:
            raise Refusal(code, unknown)
        return lead_id


def _fields(params: dict[str, Any]) -> dict[str, Any]:
    """Since crm 23.100.0 the key counts in lower case only."""
    if not isinstance(params.get("fields"), dict):
        raise Refusal("100", "Could not find value for parameter {fields}")
    return dict(params["fields"])


def _text(fields: dict[str, Any]) -> str:
    text = str(fields.get("COMMENT", ""))
    if not text.strip():
        raise Refusal("INVALID_ARG_VALUE", "Empty comment message")
    return text


def _row(comment: Comment) -> dict[str, Any]:
    return {
        "ID": str(comment.comment_id),
        "ENTITY_ID": comment.lead_id,
        "ENTITY_TYPE": "lead",
        "CREATED": "2026-11-21T16:00:00+03:00",
        "COMMENT": comment.text,
        "AUTHOR_ID": str(comment.author),
        "FILES": {},
    }


def _time(reset: int = 600) -> dict[str, float]:
    """The block `time` of an answer, by a clock of its own: nobody says that the portal's agrees with ours."""
    now = 1_000_000_000.0 + time.monotonic()
    return {"start": now, "finish": now, "duration": 0.0, "operating_reset_at": int(now) + reset, "operating": 0.1}


def _error(status: int, code: str, description: str, **more: Any) -> web.Response:
    return web.json_response({"error": code, "error_description": description} | more, status=status)
