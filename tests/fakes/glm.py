"""A GLM endpoint that keeps the documented protocol of `/chat/completions` and its faults.

In tests: `async with FakeGlm() as glm: … glm.url, glm.token`; what it says is `glm.says` (a function of the question),
or, once each, what is in `glm.queue`. As a process: `FAKE_GLM_TOKEN=… python -m tests.fakes.glm --port 8444`; then
`GET /_control/questions` and `POST /_control/faults` (a list of `tests.fakes.glm_faults.Fault` as JSON; [] ends all).
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
from tests.fakes.glm_faults import ABROAD, CODES, NO_JSON_OBJECT, THOUGHTS, WORDS, Fault, broken_off, error, plain

__all__ = ["FakeGlm", "Fault", "Question"]


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
    """One account and its models. `room`: questions at once, before 1302. `json_object`: known, unlike at LM Studio."""

    def __init__(
        self,
        says: Callable[[Question], str] | None = None,
        token: str = "glm-key",
        port: int = 0,
        room: int = 1000,
        json_object: bool = True,
    ) -> None:
        self.says = says or (lambda question: plausible(question.system, question.material))
        self.queue: deque[str] = deque()
        self.token, self.room, self._port, self.json_object = token, room, port, json_object
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
            return error("1000")
        body = await request.json()
        if not body.get("messages") or not body.get("model") or body.get("stream"):
            return error("1214")
        if not self.json_object and "response_format" in body:
            return web.json_response(NO_JSON_OBJECT, status=400)
        question = Question(body["model"], body)
        self.questions.append(question)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            if self.at_once > self.room:
                return error("1302")
            return await self._answer(request, question)
        finally:
            self.at_once -= 1

    async def _answer(self, request: web.Request, question: Question) -> web.StreamResponse:
        fault = self._fault(question.model)
        if fault is None:
            return self._said(question, self._words(question))
        if fault.kind in CODES:
            return error(fault.kind, fault.retry_after, quote=question.material)
        if fault.kind in ABROAD:
            status, said = ABROAD[fault.kind]
            return web.json_response(said, status=status)
        if fault.kind in WORDS:
            return self._said(question, WORDS[fault.kind])
        match fault.kind:
            case "429" | "500" | "503":
                return plain(int(fault.kind), fault.retry_after)
            case "200_error":
                return web.json_response({"error": {"code": "1234", "message": CODES["1234"][1]}})
            case "page":
                return web.Response(text="<html>gateway</html>", content_type="text/html")
            case "cut" | "drop":
                return await broken_off(request, fault.kind)
            case "slow":
                return await self._dripping(request)
            case "hang":
                await self._stopped.wait()
                return error("1234")
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
        if fault == "null_usage":
            body["usage"] = dict.fromkeys(body["usage"])
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
