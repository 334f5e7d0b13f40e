"""The fake Telegram as the demo uses it: a process with a control API, whose updates reach a webhook."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.telegram import FakeTelegram

ANNA = {"id": 9, "name": "Анна"}


async def test_updates_are_posted_until_they_are_taken() -> None:
    """In order, with the secret header, again after a 503."""
    got: list[tuple[str, dict[str, Any]]] = []
    refused = asyncio.Event()
    done = asyncio.Event()

    async def hook(request: web.Request) -> web.Response:
        if not refused.is_set():
            refused.set()
            return web.Response(status=503)
        got.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], await request.json()))
        if len(got) == 2:
            done.set()
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with FakeTelegram(chats={7}) as telegram, aiohttp.ClientSession() as client:
        control = telegram.url + "/_control/"
        hook_url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        await client.post(control + "webhook", json={"url": hook_url, "secret": "s3cret"})
        markup = {"inline_keyboard": [[{"text": "Принято", "callback_data": "a:1"}]]}
        body = {"chat_id": 7, "text": "a", "reply_markup": markup}
        await client.post(f"{telegram.url}/bot{telegram.token}/sendMessage", json=body)
        await client.post(control + "say", json={"chat": -5, "user": ANNA, "text": "мы уходим"})
        async with client.post(control + "press", json={"message_id": 1, "button": "Принято", "user": ANNA}) as answer:
            query_id = (await answer.json())["query_id"]
        async with client.post(control + "press", json={"message_id": 1, "button": "?", "user": ANNA}) as answer:
            assert answer.status == 400
        await asyncio.wait_for(done.wait(), 120)
    await runner.cleanup()
    assert [secret for secret, _ in got] == ["s3cret", "s3cret"]
    said, pressed = (update for _, update in got)
    assert (said["message"]["text"], said["message"]["chat"]["id"]) == ("мы уходим", -5)
    assert (pressed["callback_query"]["id"], pressed["callback_query"]["data"]) == (query_id, "a:1")
    assert pressed["update_id"] == said["update_id"] + 1


async def test_it_runs_as_a_process() -> None:
    """`python -m tests.fakes.telegram` says where it listens, serves, and ends with 0 on SIGTERM."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.telegram", "--chat", "7", cwd=Path(__file__).parents[4], stdout=-1
    )
    assert process.stdout is not None
    url = (await asyncio.wait_for(process.stdout.readline(), 120)).decode().strip()
    async with aiohttp.ClientSession() as client:
        await client.post(url + "/bot1:fake/sendMessage", json={"chat_id": 7, "text": "привет"})
        async with client.get(url + "/_control/messages") as answer:
            state = await answer.json()
    process.terminate()
    await process.communicate()
    assert process.returncode == 0
    assert [(m["chat"], m["text"]) for m in state["messages"]] == [(7, "привет")]
