"""A Telegram Bot API server that keeps the documented protocol, its limits and its faults.

In tests: `async with FakeTelegram(chats={7}) as telegram: … telegram.url, telegram.token`.
As a process: `FAKE_TELEGRAM_TOKEN=1:fake python -m tests.fakes.telegram --port 8443 --chat 7 --chat -100`.
The control API (`/_control/…`, see `tests.fakes.control`) does over HTTP what the methods here do.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Self

from aiohttp import web

from tests.fakes.botapi import BadRequest, Flood, buttons_of, check_message
from tests.fakes.telegram_answers import CLOSED, Fault, Message, chat_json, migrated, refusal, too_many, user_json
from tests.fakes.telegram_files import Files
from tests.fakes.updates import Updates

__all__ = ["FakeTelegram", "Fault", "Message"]

FRESH_SECONDS = 15.0
"""After so long a callback query is too old to be answered."""


class FakeTelegram:
    """One bot and its chats. All times by `clock` (seconds).

    `closed`: chats that the bot may not write to, and why (a key of `CLOSED`). `moved`: see `upgrade`. `titles` of
    groups.
    """

    def __init__(
        self,
        token: str = "1:fake",
        chats: set[int] | None = None,
        port: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token, self.chats, self.flood = token, chats if chats is not None else set(), Flood()
        self.messages: dict[int, Message] = {}
        self.answers: list[dict[str, str]] = []
        self.calls: Counter[str] = Counter()
        self.faults: list[Fault] = []
        self.closed: dict[int, str] = {}
        self.moved: dict[int, int] = {}
        self.titles: dict[int, str] = {}
        self.updates = Updates(clock)
        self.files = Files(token)
        self._queries: dict[str, float] = {}
        self._numbers = Counter[str]()
        self._port, self._clock = port, clock
        self._methods: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": lambda _: {"id": 1, "is_bot": True, "first_name": "Leadpulse", "username": "leadpulse_bot"},
            "sendMessage": self._send,
            "editMessageText": self._edit,
            "answerCallbackQuery": self._answer,
            "sendChatAction": self._act,
            "getChat": self._look,
            "getFile": lambda body: self.files.told(str(body.get("file_id"))),
            "getWebhookInfo": lambda _: self.updates.info(),
        }
        self.released = asyncio.Event()
        self._stopped = asyncio.Event()
        self._delivery: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Listen on 127.0.0.1; `url` tells where."""
        from tests.fakes.control import routes  # the control API is built on this class

        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._call)
        app.add_routes([*routes(self), *self.files.routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._delivery = asyncio.create_task(self.updates.deliver())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; hanging calls are ended."""
        self._stopped.set()
        self.released.set()
        if self._delivery is not None:
            self._delivery.cancel()
            await asyncio.gather(self._delivery, return_exceptions=True)
        await self._runner.cleanup()

    def press(self, message_id: int, button: str, user: dict[str, Any]) -> str:
        """A person presses the button with this text or data. Returns the callback query's id; KeyError without it."""
        message = self.messages[message_id]
        data = next(
            (b["callback_data"] for b in message.buttons if button in (b["text"], b.get("callback_data"))), None
        )
        if data is None:
            raise KeyError(f"message {message_id} has no button {button!r}")
        query_id = str(10**15 + self._next("query"))
        self._queries[query_id] = self._clock()
        body = {**message.shown(), "reply_markup": {"inline_keyboard": [message.buttons]}}
        query = {"id": query_id, "from": user_json(user), "message": body, "chat_instance": "1", "data": data}
        self.updates.put("callback_query", query)
        return query_id

    def say(self, chat: int, user: dict[str, Any], text: str, **content: Any) -> int:
        """A person writes into a chat of the bot, or sends something else. Returns the message id."""
        self.chats.add(chat)
        message_id = self._next("message")
        body = {"message_id": message_id, "from": user_json(user), "chat": self._chat(chat), "date": int(time.time())}
        self.updates.put("message", {**body, **({"text": text} if text else {}), **content})
        return message_id

    def _chat(self, chat: int) -> dict[str, Any]:
        return chat_json(chat) | ({"title": self.titles[chat]} if chat in self.titles else {})

    def upgrade(self, chat: int, to: int) -> None:
        """A group becomes a supergroup: each of the two says so, and whoever writes to the old id is told the new."""
        self.moved[chat] = to
        self.chats.add(to)
        for at, said in ((chat, {"migrate_to_chat_id": to}), (to, {"migrate_from_chat_id": chat})):
            body = {"message_id": self._next("message"), "chat": chat_json(at), "date": int(time.time())}
            self.updates.put("message", body | said)

    def state(self) -> dict[str, Any]:
        """Everything that a test or the demo asks for."""
        messages = [asdict(message) for message in self.messages.values()]
        return {"messages": messages, "answers": self.answers, "calls": dict(self.calls)}

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return refusal(401, "Unauthorized")
        if method not in (*self._methods, "getUpdates"):
            return refusal(404, "Not Found")
        self.calls[method] += 1
        body = await request.json()
        closed = self._closed(method, int(body.get("chat_id", 0)))
        if closed is not None:
            return closed
        fault = self._fault(method, int(body.get("chat_id", 0)))
        if fault is None:
            return await self.updates.asked(body) if method == "getUpdates" else self._do(method, body)
        if fault.kind == "hold":
            answer = self._do(method, body)
            await self.released.wait()
            return answer
        if fault.kind.endswith("_after"):
            self._do(method, body)
        return await self._go_wrong(request, fault)

    def _do(self, method: str, body: dict[str, Any]) -> web.Response:
        try:
            if method in ("sendMessage", "editMessageText"):
                wait = self.flood.wait(int(body.get("chat_id", 0)), self._clock())
                if wait:
                    return too_many(wait)
            return web.json_response({"ok": True, "result": self._methods[method](body)})
        except BadRequest as error:
            return refusal(400, f"Bad Request: {error}")

    async def _go_wrong(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.kind.removesuffix("_after"):
            case "429":
                return too_many(fault.retry_after)
            case "401":
                return refusal(401, "Unauthorized")
            case "400":
                return refusal(400, "Bad Request: can't parse entities: Unsupported start tag at byte offset 0")
            case "403":
                return refusal(*CLOSED["kicked"])
            case "migrate":
                return migrated(fault.to_chat)
            case "drop":
                if request.transport is not None:
                    request.transport.close()
            case "hang":
                await self._stopped.wait()
        return refusal(500, "Internal Server Error")

    def _fault(self, method: str, chat: int) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.method in ("", method) and fault.chat in (0, chat):
                fault.times -= 1
                return fault
        return None

    def _closed(self, method: str, chat: int) -> web.Response | None:
        """What a chat says that is not open to us. Whether "typing …" may be shown is not asked of topics."""
        if chat in self.moved:
            return migrated(self.moved[chat])
        why = self.closed.get(chat, "")
        if not why or method == "getChat" or (method == "sendChatAction" and why == "topic_closed"):
            return None
        return refusal(*CLOSED[why])

    def _act(self, body: dict[str, Any]) -> bool:
        self._look(body)
        return True

    def _look(self, body: dict[str, Any]) -> dict[str, Any]:
        chat = int(body.get("chat_id", 0))
        if chat not in self.chats:
            raise BadRequest("chat not found")
        return chat_json(chat)

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        chat = int(body.get("chat_id", 0))
        if chat not in self.chats:
            raise BadRequest("chat not found")
        plain = check_message(body)
        now = time.time_ns() // 1_000_000
        message = Message(self._next("message"), chat, plain, body["text"], buttons_of(body), now)
        self.messages[message.message_id] = message
        return message.shown()

    def _edit(self, body: dict[str, Any]) -> dict[str, Any]:
        message = self.messages.get(body.get("message_id", 0))
        if message is None or message.chat != int(body.get("chat_id", 0)):
            raise BadRequest("message to edit not found")
        plain, buttons = check_message(body), buttons_of(body)
        if (plain, buttons) == (message.text, message.buttons):
            raise BadRequest("message is not modified: specified new message content and reply markup are the same")
        message.edits.append(message.text)
        message.text, message.html, message.buttons = plain, body["text"], buttons
        return message.shown()

    def _answer(self, body: dict[str, Any]) -> bool:
        query_id, text = str(body.get("callback_query_id")), str(body.get("text", ""))
        asked = self._queries.pop(query_id, None)
        if asked is None or self._clock() - asked > FRESH_SECONDS:
            raise BadRequest("query is too old and response timeout expired or query ID is invalid")
        if len(text) > 200:
            raise BadRequest("MESSAGE_TOO_LONG")
        self.answers.append({"id": query_id, "text": text})
        return True

    def _next(self, what: str) -> int:
        self._numbers[what] += 1
        return self._numbers[what]


if __name__ == "__main__":
    from tests.fakes.control import main

    main()
