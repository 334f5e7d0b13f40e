"""Long poll against the fake Bot API: nothing is confirmed before Kafka has it, whatever the ids do."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio

from processors.normalize.telegram_update import ALLOWED_UPDATES
from schemas.errors import Transient
from schemas.rounds import SourceRound
from schemas.sources import Inbound
from streams.clients.bot_calls import BotCalls, Conflict
from streams.engine.kafka import Output
from streams.engine.retry import World
from streams.engine.rounds import ROUND
from streams.gateway import telegram, telegram_poll
from streams.gateway.telegram_poll import UpdatesPoll
from streams.settings import Telegram
from tests.fakes.telegram import FakeTelegram, Fault

ANNA = {"id": 9, "name": "Анна"}


class Stop(Exception):
    """Enough."""


class Reading:
    """A poll of the fake, and a Kafka that is a list or away."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self.telegram = telegram
        self.now = 1000.0
        self.sent: list[Output] = []
        self.away = False
        self.sleeps: list[float] = []
        self.calls = BotCalls(Telegram(api=telegram.url, token="1:fake", timeout=5.0))
        self.poll = self.another()

    def another(self) -> UpdatesPoll:
        """Of a new process."""
        return UpdatesPoll("main", self.calls, self._send, World(clock=lambda: self.now, sleep=self._sleep))

    async def _sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        if len(self.sleeps) == 3:
            raise Stop

    async def _send(self, outputs: Iterable[Output]) -> None:
        if self.away:
            raise Transient("Kafka is away")
        self.sent += outputs

    def texts(self) -> list[str]:
        """What stands in Kafka."""
        payloads = [msgspec.json.decode(output.value or b"", type=Inbound).payload for output in self.sent]
        return [msgspec.json.decode(payload)["message"]["text"] for payload in payloads]

    def say(self, *texts: str) -> None:
        """A client writes."""
        for text in texts:
            self.telegram.say(-5, ANNA, text)


@pytest_asyncio.fixture
async def reading(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Reading]:
    """Nobody has written yet."""
    monkeypatch.setattr(telegram_poll, "HOLD", 0.05)
    async with FakeTelegram() as telegram:
        reading = Reading(telegram)
        yield reading
        await reading.calls.close()


async def test_updates_are_confirmed_when_kafka_has_them(reading: Reading) -> None:
    """Kafka away: Telegram keeps all of it; back again: each once, in order, raw and keyed by chat."""
    reading.say("a", "b")
    reading.away = True
    with pytest.raises(Transient):
        await reading.poll.round()
    assert reading.telegram.updates.confirmed == []
    reading.away = False
    await reading.poll.round()
    assert reading.telegram.updates.confirmed == []  # on Kafka, but Telegram has not been told
    reading.say("c")
    await reading.poll.round()
    await reading.poll.round()
    assert reading.texts() == ["a", "b", "c"]
    assert len(reading.telegram.updates.confirmed) == 3
    assert {output.key for output in reading.sent} == {b"-5"}
    assert reading.telegram.updates.allowed == list(ALLOWED_UPDATES)


async def test_more_than_a_batch(reading: Reading) -> None:
    """250 updates come in three answers, none left out."""
    reading.say(*map(str, range(250)))
    for _ in range(4):
        await reading.poll.round()
    assert reading.texts() == [str(number) for number in range(250)]
    assert len(reading.telegram.updates.confirmed) == 250


async def test_ids_may_begin_anew_below(reading: Reading) -> None:
    """After a quiet week the next id is random: one that is lower is neither taken for old nor forgotten unread."""
    reading.say("before")
    for _ in range(2):
        await reading.poll.round()
    reading.now += 8 * 86_400
    reading.telegram.updates.last = 17
    reading.say("after")
    for _ in range(2):
        await reading.poll.round()
    assert reading.texts() == ["before", "after"]
    assert reading.telegram.updates.confirmed == [10_001, 18]


async def test_an_answer_that_is_lost_comes_again_and_is_known(reading: Reading) -> None:
    """What was confirmed in vain comes again: it is not sent twice; another process sends it again, byte for byte."""
    reading.say("a")
    await reading.poll.round()
    reading.telegram.faults.append(Fault("drop", "getUpdates"))
    with pytest.raises(Transient):
        await reading.poll.round()
    reading.poll._offset = 0  # as a fresh lease does
    await reading.poll.round()
    assert reading.texts() == ["a"]
    await reading.another().round()
    assert reading.sent[0] == reading.sent[1]


async def test_telegrams_wish_to_wait_is_kept(reading: Reading) -> None:
    """429 names its seconds; 401 is asked for again after a minute, and told without the token."""
    reading.telegram.faults += [Fault("429", retry_after=7), Fault("401"), Fault("500")]
    with pytest.raises(Stop):
        await reading.poll.run(lambda: 1)
    assert reading.sleeps[:2] == [7, 60]
    told = [ROUND.decode(output.value) for output in reading.sent]
    errors = [one.error for one in told if isinstance(one, SourceRound)]
    assert len(set(errors)) == len(errors) == 3
    assert "fake" not in "".join(errors)
    assert "fake" not in reading.poll.trouble()


async def test_a_webhook_is_told(reading: Reading) -> None:
    """409: said in words, tried again, and over by itself when the webhook is gone."""
    reading.say("a")
    reading.telegram.updates.webhook = "http://127.0.0.1:9/hook", "word"
    with pytest.raises(Conflict):
        await reading.poll.round()
    assert "deleteWebhook" in reading.poll.trouble()
    reading.telegram.updates.webhook = None
    await reading.poll.round()
    assert reading.poll.trouble() == ""
    assert reading.texts() == ["a"]


async def test_what_is_no_update_is_kept(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """An update without a number, or larger than a topic takes, holds up none behind it: it becomes a dead letter."""
    monkeypatch.setattr(telegram, "LARGEST", 2000)
    reading.telegram.updates.put("message", {"text": "x" * 3000})
    reading.say("b")
    await reading.poll.round()
    assert len(reading.sent) == 2
    assert len(reading.sent[0].value or b"") < 2000
    await reading.poll.round()
    assert len(reading.telegram.updates.confirmed) == 2


async def test_updates_without_numbers_are_not_read_for_ever(reading: Reading) -> None:
    """None of them can be confirmed: nothing is put on Kafka, a person is told, and it is asked again after a pause."""
    reading.telegram.updates._waiting.append((reading.telegram.updates._clock(), {"update_id": 1.5}))
    with pytest.raises(Transient, match="without numbers"):
        await reading.poll.round()
    assert (reading.sent, reading.poll.trouble()) == ([], "в обновлениях нет номеров: проверьте telegram.api")


async def test_the_fake_keeps_the_rules(reading: Reading) -> None:
    """The second of two askers wins; what is older than a day is gone; a kind that was not asked for never comes."""

    async def ask(**body: Any) -> dict[str, Any]:
        url = f"{reading.telegram.url}/bot1:fake/getUpdates"
        async with aiohttp.ClientSession() as client, client.post(url, json=body) as answer:
            return {**await answer.json(), "status": answer.status}

    first = asyncio.ensure_future(ask(timeout=20))
    while reading.telegram.calls["getUpdates"] < 1:
        await asyncio.sleep(0.01)
    assert (await ask(allowed_updates=["callback_query"]))["result"] == []
    assert (await first)["status"] == 409
    reading.say("not asked for")
    assert (await ask())["result"] == []
    assert (await ask(allowed_updates=[]))["result"] == []
    reading.say("old")
    assert len((await ask())["result"]) == 1
    updates = reading.telegram.updates
    now = updates._clock()
    updates._clock = lambda: now + 86_401
    assert (await ask())["result"] == []
