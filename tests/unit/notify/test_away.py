"""Kafka or Telegram away: told to people although the usual way is cut."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from schemas.types import Millis
from streams.notify.away import AWAY_MS, AwayWatch, kafka_answers
from streams.notify.telegram.bot_api import BotApi
from streams.settings import Kafka, Telegram
from tests.fakes.telegram import FakeTelegram, Fault
from tests.ports import free_port

OPS = -7
NOW = 1_795_244_400_000


class Bench:
    """The watch, by a clock and answers that a test gives."""

    def __init__(self, telegram: FakeTelegram, *, mailed: bool = False) -> None:
        self.telegram = telegram
        settings = Telegram(api=telegram.url, token=telegram.token, ops_chat=OPS, curator_chat=5)
        self.api = BotApi(settings)
        self.now, self.kafka = NOW, True
        self.told: list[tuple[str, Millis]] = []
        notices: Any = self
        self.lasting: list[str] = []
        self.watch = AwayWatch(settings, self.api, self.answers, notices, lambda: self.now, mailed=mailed)

    async def answers(self) -> bool:
        return self.kafka

    def was(self, kind: str, _subject: str, since: Millis) -> None:
        self.told.append((kind, since))

    def begins(self, kind: str, _subject: str) -> None:
        self.lasting.append(kind)

    def ends(self, kind: str, _subject: str) -> None:
        self.lasting = [told for told in self.lasting if told != kind]

    async def look(self, *, kafka: bool = True, telegram: bool = True, minutes: float = 1.0) -> None:
        """One look, so long after the last one."""
        self.now += int(minutes * 60_000)
        self.kafka, self.api.reachable = kafka, telegram
        await self.watch.look()

    @property
    def shown(self) -> list[str]:
        """First lines of what stands in the ops chat."""
        assert all(message.chat == OPS for message in self.telegram.messages.values())
        return [message.text.splitlines()[0] for message in self.telegram.messages.values()]


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    """The watch in front of a fake Telegram."""
    async with FakeTelegram("1:fake", {OPS, 5}) as telegram:
        bench = Bench(telegram)
        yield bench
        await bench.api.close()


async def test_kafka_that_is_away_is_told_to_telegram_directly(bench: Bench) -> None:
    """Once after two minutes, without Kafka; the same message turns green with how long it was."""
    await bench.look()
    await bench.look(kafka=False)
    await bench.look(kafka=False, minutes=1.9)
    assert bench.shown == []
    for _ in range(3):
        await bench.look(kafka=False)
    assert bench.shown == ["🔴 Kafka недоступна."]
    await bench.look()
    await bench.look()
    assert bench.shown == ["🟢 Kafka снова доступна (перерыв: 5\u00a0мин)."]
    assert bench.told == []


async def test_a_restart_of_kafka_is_nobodys_alarm(bench: Bench) -> None:
    """Away for less than two minutes, again and again."""
    for _ in range(3):
        await bench.look(kafka=False)
        await bench.look()
    assert (bench.shown, bench.told) == ([], [])


async def test_what_could_not_be_told_is_told_afterwards(bench: Bench) -> None:
    """Telegram was away as well: by the usual way, when both are back."""
    bench.telegram.faults.append(Fault("500", times=100))
    await bench.look(kafka=False, telegram=False)
    began = bench.now
    for _ in range(4):
        await bench.look(kafka=False, telegram=False)
    bench.telegram.faults.clear()
    await bench.look()
    assert bench.told == [("kafka_away", began), ("telegram_away", began)]
    await bench.look()
    assert len(bench.told) == 2


async def test_telegram_that_is_away_is_told_when_it_is_back(bench: Bench) -> None:
    """For more than two minutes; a bot without a token is not away."""
    await bench.look(telegram=False)
    began = bench.now
    await bench.look(telegram=False, minutes=AWAY_MS / 60_000)
    assert bench.told == []
    await bench.look()
    assert bench.told == [("telegram_away", began)]
    await bench.look(telegram=False)
    await bench.look()
    assert len(bench.told) == 1


async def test_ops_with_a_mail_box_are_told_while_telegram_is_away() -> None:
    """By the usual way of a notice, which goes on to the mail; nothing is told a second time afterwards."""
    async with FakeTelegram("1:fake", {OPS, 5}) as telegram:
        bench = Bench(telegram, mailed=True)
        await bench.look(telegram=False)
        assert bench.lasting == []
        await bench.look(telegram=False, minutes=2)
        assert bench.lasting == ["telegram_away"]
        await bench.look()
        assert (bench.lasting, bench.told) == ([], [])
        bench.lasting = ["telegram_away"]  # of the process before
        await bench.look()
        assert bench.lasting == []
        await bench.api.close()


async def test_nobody_at_the_brokers_address() -> None:
    """An answer in time, not an error."""
    assert not await kafka_answers(Kafka(bootstrap=f"127.0.0.1:{free_port()}"))


async def test_a_broker_that_answers(bootstrap: str) -> None:
    """The real one."""
    assert await kafka_answers(Kafka(bootstrap=bootstrap))
