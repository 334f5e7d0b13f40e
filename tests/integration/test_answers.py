"""Questions about a client through everything that is real: `lead.events`, the store's process, its API, the asking."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest_asyncio

from schemas.answers import Claim, Done, Question, Words
from schemas.codec import encode, event_id
from schemas.errors import ConfigError, Transient
from schemas.events import Author, Event, Message, MessageDeleted, Shipment
from schemas.topics import LEAD_EVENTS
from streams.asking import Desk, StoreHistory, StoreQuestions, answer, asking, telling
from streams.clients.store import call
from tests.installation import Installation, until

NOW = int(time.time() * 1000)
LEAD, OTHER = "12345", "777"
PATIENCE = 60.0


@pytest_asyncio.fixture
async def home(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """Topics and folders of one test."""
    async with Installation(bootstrap, tmp_path) as installation:
        yield installation


def message(n: int, text: str, lead: str = LEAD) -> Message:
    """A client's message."""
    author = Author("7", "Анна")
    common: dict[str, Any] = {
        "event_id": event_id("m", n),
        "lead_id": lead,
        "ts": NOW - n * 60_000,
        "source": "telegram:bot",
    }
    return Message(**common, chat_id="-1", message_id=str(n), author=author, text=text)


async def test_a_question_from_the_topic_to_the_kept_answer(home: Installation) -> None:
    """Words and figures of this client only, the message that was withdrawn not; the question is kept and judged."""
    gone = MessageDeleted(
        event_id=event_id("d", 2), lead_id=LEAD, ts=NOW, source="telegram:bot", chat_id="-1", message_id="2"
    )
    shipped = Shipment(event_id=event_id("s", 1), lead_id=LEAD, ts=NOW, source="wms:main", doc="S", qty=240)
    events: list[Event] = [message(1, "опять недостача, ждём акт"), message(2, "недостача двух коробов"), gone, shipped]
    events.append(message(3, "секретная недостача", OTHER))
    await home.produce(LEAD_EVENTS, [(event.lead_id, encode(event)) for event in events])
    store = home.settings.store
    history = StoreHistory(asking(store))
    desk = Desk(history, None, StoreQuestions(telling(store)))
    home.worker("store")

    async def stored() -> bool:
        try:
            figure = await asking(store)(f"/api/leads/{LEAD}/tools/shipped", {})
            found = await history.passages(LEAD, "Была ли недостача?", "", "")
        except (Transient, ConfigError):  # not up yet, its token not made
            return False
        return figure["value"] == 240 and len(found.passages) == 1

    await until(stored, PATIENCE, "the events are stored")
    stages = [stage async for stage in answer(desk, LEAD, "Была ли недостача?")]
    assert [stage.quote for stage in stages if isinstance(stage, Claim)] == ["опять недостача, ждём акт"]
    assert "секретная" not in repr(stages)
    done = stages[-1]
    assert isinstance(done, Done)
    assert done.question

    async def kept() -> bool:
        return bool((await asking(store)(f"/api/leads/{LEAD}/questions", {}))["questions"])

    await until(kept, PATIENCE, "the question is stored")
    await asyncio.to_thread(call, store, f"/api/leads/{LEAD}/questions/{done.question}/verdict", {"verdict": "useful"})

    async def judged() -> bool:
        told = await asking(store)(f"/api/leads/{LEAD}/questions", {})
        [question] = msgspec.convert(told["questions"], list[Question])
        assert [type(source) for source in question.sources] == [Words]
        return question.verdict == "useful"

    await until(judged, PATIENCE, "the verdict is stored")
