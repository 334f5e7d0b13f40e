"""The fake Telegram as a process, and what it can be told over HTTP (JSON in, JSON out):

GET  /_control/messages   {"messages": [{message_id, chat, text, html, buttons, ts_ms, edits}], "answers", "calls"}
POST /_control/press      {"message_id", "button" (its text or data), "user": {"id", "name"}} → {"query_id"}
POST /_control/say        {"chat", "user": {"id", "name"}, "text"} → {"message_id"}
POST /_control/faults     one fault or a list of them (`tests.fakes.telegram.Fault`); [] ends all
POST /_control/webhook    {"url", "secret"}
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.telegram import FakeTelegram, Fault


def routes(telegram: FakeTelegram) -> list[web.RouteDef]:
    """The control API of one fake."""

    def press(body: Any) -> dict[str, object]:
        return {"query_id": telegram.press(int(body["message_id"]), body["button"], body["user"])}

    def say(body: Any) -> dict[str, object]:
        return {"message_id": telegram.say(int(body["chat"]), body["user"], body["text"])}

    def faults(body: Any) -> dict[str, object]:
        telegram.faults[:] = [Fault(**fault) for fault in (body if isinstance(body, list) else [body])]
        return {"faults": len(telegram.faults)}

    def webhook(body: Any) -> dict[str, object]:
        telegram.updates.webhook = body["url"], body["secret"]
        return {}

    async def messages(_: web.Request) -> web.Response:
        return web.json_response(telegram.state())

    return [
        web.get("/_control/messages", messages),
        web.post("/_control/press", _answering(press)),
        web.post("/_control/say", _answering(say)),
        web.post("/_control/faults", _answering(faults)),
        web.post("/_control/webhook", _answering(webhook)),
    ]


def _answering(act: Callable[[Any], dict[str, object]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(act(await request.json()))
        except (KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": repr(error)}, status=400)

    return answer


async def _serve(port: int, chats: set[int]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with FakeTelegram(os.environ.get("FAKE_TELEGRAM_TOKEN", "1:fake"), chats, port) as telegram:
        sys.stdout.write(f"{telegram.url}\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """`python -m tests.fakes.telegram`: prints its URL, serves until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.telegram", description="A fake Telegram Bot API")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--chat", type=int, action="append", default=[], help="id of a chat that the bot is in")
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.port, set(arguments.chat)))
