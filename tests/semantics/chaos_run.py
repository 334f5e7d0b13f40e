"""One chaos from its start to its verdict."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import aiohttp

from alerting.render import REPEATED
from streams.embedded.broker import Broker
from tests.fakes.telegram import FakeTelegram
from tests.installation import Installation, until
from tests.ports import free_port
from tests.semantics.chaos import Trouble
from tests.semantics.chaos_load import Plan, Sender, environ
from tests.semantics.test_kill_transcribe import MODEL
from tests.semantics.verdict import judge, seconds_to_no_lag
from tests.speech import say, write_wav

CHAT = 500
SAID = "у вас дорого, мы уходим"


async def run(broker: Broker, folder: Path, plan: Plan, to_no_lag: float) -> dict[str, float]:
    """Load and faults side by side, then the verdict. Returns counts for the report; AssertionError tells the seed."""
    storage = folder / "storage"
    storage.mkdir()
    for name in plan.recordings:
        write_wav(storage / name, say(SAID))
    port, dice = free_port(), random.Random(plan.seed)
    async with FakeTelegram(chats={CHAT}) as telegram, aiohttp.ClientSession() as session:
        settings = environ(port, str(storage), str(MODEL)) | {
            "LEADPULSE_TELEGRAM__API": telegram.url,
            "LEADPULSE_TELEGRAM__TOKEN": telegram.token,
            "LEADPULSE_TELEGRAM__CURATOR_CHAT": str(CHAT),
            "LEADPULSE_TELEGRAM__TIMEOUT": "3",
            "LEADPULSE_TELEGRAM__PER_CHAT_SECOND": "20",
        }
        async with Installation(broker.bootstrap, folder, settings) as here:
            sender, trouble = Sender(here, port, session, dice), Trouble(here, broker, random.Random(plan.seed + 1))
            supervising = asyncio.ensure_future(trouble.supervise())
            try:
                await sender.prepare()
                await until(lambda: _answers(session, port), 60, "the gateway listens")
                await asyncio.gather(sender.run(plan), trouble.run(plan, sender))
                waited = await seconds_to_no_lag(here, to_no_lag)
                counts = await judge(here, sender, plan)
                await until(lambda: _all_told(telegram, counts["alerts"]), 120, "every alert is told")
            except AssertionError as error:
                error.add_note(f"{plan}\n" + "\n".join(trouble.log))
                raise
            finally:
                supervising.cancel()
                await asyncio.gather(supervising, return_exceptions=True)
    return {**trouble.done, **counts, "s to no lag": waited}


async def _all_told(telegram: FakeTelegram, alerts: int) -> bool:
    """Whether each alert is in the chat; AssertionError when one is there twice without a word."""
    told = [message.text for message in telegram.messages.values() if REPEATED not in message.text]
    twice = [text for text, times in Counter(told).items() if times > 1]
    assert not twice, f"told twice: {twice}"
    return len(told) >= alerts


async def _answers(session: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with session.get(f"http://127.0.0.1:{port}/"):
            return True
    except aiohttp.ClientError:
        return False
