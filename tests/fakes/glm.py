"""A GLM endpoint that keeps the documented protocol of `/chat/completions` and its faults.

In tests: `async with FakeGlm() as glm: … glm.url, glm.token`; what it says is `glm.says` (a function of the question),
or, once each, what is in `glm.queue`. As a process: `FAKE_GLM_TOKEN=… python -m tests.fakes.glm --port 8444`; then
`GET /_control/questions` and `POST /_control/faults` (a list of `Fault` as JSON; [] ends all).
Facts: docs.z.ai/api-reference/llm/chat-completion and /api-reference/api-code.
"""

import argparse
import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Self

from aiohttp import web

from tests.fakes.glm_answers import plausible

CODES = {
    "1000": (401, "Authentication Failed"),
    "1113": (429, "Insufficient balance or no resource package. Please recharge."),
    "1211": (400, "Model does not exist, please check the model code"),
    "1214": (400, "Invalid messages parameter. Please check the documentation"),
    "1234": (500, "Network error, error id: 2026, please contact customer service"),
    "1261": (400, "Prompt exceeds max length"),
    "1301": (400, "System detected potentially unsafe or sensitive content in input or generation."),
    "1302": (429, "High concurrency usage of this API, please reduce concurrency"),
    "1303": (429, "High frequency usage of this API, please reduce frequency"),
    "1304": (429, "Daily call limit for this API reached"),
    "1305": (429, "The API has triggered a rate limit."),
    "1308": (429, "Usage limit reached for 5 hour."),
    "1312": (429, "This model is currently experiencing high traffic"),
}
"""Codes that can be asked for as faults: HTTP status and message."""
THOUGHTS = "用户想要会议纪要。让我想一想。"
CHINESE = '{"summary": "客户对仓库的延迟表示不满，并询问价格。"}'
ENGLISH = '{"summary": "The client is not happy with the delays and asks whether prices of storage may go down."}'
WORDS = {
    "bad_json": '{"summary": "Обсудили отгруз',
    "prose": "Вот итоги встречи: обсудили отгрузки.",
    "chinese": CHINESE,
    "english": ENGLISH,
    "wrong_schema": '{"summary": {"text": "Обсудили отгрузки"}, "topics": "нет"}',
    "blank": "",
}
"""Faults of what is said; the protocol is kept."""


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next `times` questions to `model` ("" = any).

    kind: a code of `CODES`, a key of `WORDS`, or `429` (no code; `retry_after` in seconds), `500`, `503`, `200_error`
    (a code in a body with HTTP 200), `page` (HTML of a proxy), `cut` (connection broken in the body), `drop` (before
    the answer), `slow` (white space for ever, as a keep-alive in the body), `hang` (no answer until the end), `hold` (answered when `released` is set), `no_choices`, `length`
    (cut at the limit of tokens), `sensitive` (censored while writing), `fenced` (JSON between ```), `no_usage`.
    """

    kind: str
    times: int = 1
    model: str = ""
    retry_after: float | str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A request that was understood. `body` is everything that came."""

    model: str
    body: dict[str, Any]

    @property
    def system(self) -> str:
        return "\n".join(m["content"] for m in self.body["messages"] if m["role"] == "system")

    @property
    def material(self) -> str:
        """What stands between the two fences of the first user message; all of it where there are none."""
        content: str = next((m["content"] for m in self.body["messages"] if m["role"] == "user"), "")
        parts = content.split(content.split("\n", 1)[0])
        return parts[1].strip("\n") if len(parts) == 3 else content

    @property
    def text(self) -> str:
        """All that left the house."""
        return "\n".join(str(message["content"]) for message in self.body["messages"])


class FakeGlm:
    """One account and its models. `room`: questions at once, before 1302."""

    def __init__(
        self, says: Callable[[Question], str] | None = None, token: str = "glm-key", port: int = 0, room: int = 1000
    ) -> None:
        self.says = says or (lambda question: plausible(question.system, question.material))
        self.queue: deque[str] = deque()
        self.token, self.room, self._port = token, room, port
        self.questions: list[Question] = []
        self.faults: list[Fault] = []
        self.at_once = self.most_at_once = 0
        self.released = asyncio.Event()
        self._stopped = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Listen on 127.0.0.1; `url` is the base URL."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_post("/api/paas/v4/chat/completions", self._completions)
        app.router.add_get("/_control/questions", self._told)
        app.router.add_post("/_control/faults", self._set_faults)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.root = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.url = f"{self.root}/api/paas/v4/"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; questions that hang are ended."""
        self._stopped.set()
        self.released.set()
        await self._runner.cleanup()

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _error("1000")
        body = await request.json()
        if not body.get("messages") or not body.get("model") or body.get("stream"):
            return _error("1214")
        question = Question(body["model"], body)
        self.questions.append(question)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            if self.at_once > self.room:
                return _error("1302")
            return await self._answer(request, question)
        finally:
            self.at_once -= 1

    async def _answer(self, request: web.Request, question: Question) -> web.StreamResponse:
        fault = self._fault(question.model)
        if fault is None:
            return self._said(question, self._words(question))
        if fault.kind in CODES:
            return _error(fault.kind, fault.retry_after, quote=question.material)
        if fault.kind in WORDS:
            return self._said(question, WORDS[fault.kind])
        match fault.kind:
            case "429" | "500" | "503":
                return _plain(int(fault.kind), fault.retry_after)
            case "200_error":
                return web.json_response({"error": {"code": "1234", "message": CODES["1234"][1]}})
            case "page":
                return web.Response(text="<html>gateway</html>", content_type="text/html")
            case "cut" | "drop":
                return await _broken_off(request, fault.kind)
            case "slow":
                return await self._dripping(request)
            case "hang":
                await self._stopped.wait()
                return _error("1234")
            case "hold":
                await self.released.wait()
        return self._said(question, self._words(question), fault.kind)

    async def _dripping(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while not self._stopped.is_set() and request.transport is not None:
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    def _words(self, question: Question) -> str:
        return self.queue.popleft() if self.queue else self.says(question)

    def _said(self, question: Question, words: str, fault: str = "") -> web.Response:
        thinks = question.body.get("thinking", {}).get("type", "enabled") == "enabled"
        words = {"length": words[: len(words) // 2], "sensitive": "", "fenced": f"```json\n{words}\n```"}.get(
            fault, words
        )
        message = {"role": "assistant", "content": words} | ({"reasoning_content": THOUGHTS} if thinks else {})
        reason = fault if fault in ("length", "sensitive") else "stop"
        read, written = len(question.text) // 3, len(words) // 3 + len(THOUGHTS) * thinks
        body: dict[str, Any] = {
            "id": f"2026{len(self.questions):08}",
            "model": question.model,
            "choices": [] if fault == "no_choices" else [{"index": 0, "message": message, "finish_reason": reason}],
            "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written},
        }
        if fault == "no_usage":
            del body["usage"]
        return web.json_response(body)

    def _fault(self, model: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.model in ("", model):
                fault.times -= 1
                return fault
        return None

    async def _told(self, _: web.Request) -> web.Response:
        return web.json_response({"questions": [asdict(question) for question in self.questions]})

    async def _set_faults(self, request: web.Request) -> web.Response:
        self.faults[:] = [Fault(**fault) for fault in await request.json()]
        return web.json_response({"faults": len(self.faults)})


def _error(code: str, retry_after: float | str | None = None, quote: str = "") -> web.Response:
    """As endpoints do, the message quotes what they were sent: nobody may log it."""
    status, message = CODES[code]
    error = {"code": code, "message": f"{message} {quote}".strip()}
    return web.json_response({"error": error}, status=status, headers=_wait(retry_after))


def _plain(status: int, retry_after: float | str | None) -> web.Response:
    return web.Response(text="try later", status=status, headers=_wait(retry_after))


def _wait(retry_after: float | str | None) -> dict[str, str]:
    return {} if retry_after is None else {"Retry-After": str(retry_after)}


async def _broken_off(request: web.Request, kind: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "5000"})
    if kind == "cut":
        await response.prepare(request)
        await response.write(b'{"id": "1", "choices": [{"message": {"content": "{')
    if request.transport is not None:
        request.transport.close()
    return response


async def _serve(port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with FakeGlm(token=os.environ["FAKE_GLM_TOKEN"], port=port) as glm:
        print(glm.url, flush=True)  # noqa: T201 — whoever started this process reads where it listens
        await stop.wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="A fake GLM endpoint")
    arguments.add_argument("--port", type=int, default=0)
    asyncio.run(_serve(arguments.parse_args().port))
