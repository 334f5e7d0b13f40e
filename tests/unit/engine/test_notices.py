"""Notices to ops: each trouble once, and once when it is over, whoever meets it; sent when the broker is there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import msgspec
from aiokafka import ConsumerRecord

from schemas.errors import Transient
from schemas.notices import OpsNotice
from schemas.topics import OPS_NOTICES
from streams.engine.kafka import Output
from streams.engine.notices import HOUR_MS, MOST_DETAIL, Notices, Told, collect
from streams.engine.retry import World

NOW = 1_795_246_200_000


@dataclass
class Topic:
    """`ops.notices`: what one worker sends, the next one reads."""

    notices: list[OpsNotice] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    now: int = NOW

    async def send(self, outputs: list[Output]) -> None:
        """The broker takes it, or is away."""
        if self.faults:
            raise self.faults.pop()
        assert {output.topic for output in outputs} == {OPS_NOTICES.name}
        self.notices += [msgspec.json.decode(output.value or b"", type=OpsNotice) for output in outputs]

    async def told(self) -> Told:
        """What stands in it."""
        told = Told()
        for notice in self.notices:
            told.add(notice)
        return told

    def worker(self, world: World | None = None) -> Notices:
        """A process that was just started."""
        return Notices(self.send, self.told, lambda: self.now, world or World())

    async def after(self, notices: Notices) -> list[tuple[str, bool]]:
        """Kind and end of all notices, when the worker has sent what it had to say."""
        running = asyncio.ensure_future(notices.run())
        for _ in range(50):
            await asyncio.sleep(0)
        running.cancel()
        return [(notice.kind, notice.over) for notice in self.notices]


async def test_what_the_settings_name_no_more_is_over() -> None:
    """A person corrected the number of a chat: the message about the wrong one turns green, the others stay."""
    topic = Topic()
    before = topic.worker()
    before.begins("chat_closed", "-1")
    before.begins("chat_closed", "-2")
    before.begins("disk_full", "/data")
    assert len(await topic.after(before)) == 3
    after = topic.worker()
    after.only("chat_closed", {"-2", "-3"})
    told = await topic.after(after)
    assert told[3:] == [("chat_closed", True)]
    assert topic.notices[3].subject == "-1" and topic.notices[3].notice_id == topic.notices[0].notice_id
    again = topic.worker()
    again.only("chat_closed", {"-2", "-3"})
    assert len(await topic.after(again)) == 4


async def test_a_trouble_and_its_end_are_one_message_each() -> None:
    """However often it is met, and by however many workers; the end of it changes the same message."""
    topic = Topic()
    first, second = topic.worker(), topic.worker()
    first.begins("engine_refuses", "kit", "no role" * 100)
    first.begins("engine_refuses", "kit", "no role")
    assert await topic.after(first) == [("engine_refuses", False)]
    second.begins("engine_refuses", "kit", "no role")
    assert len(await topic.after(second)) == 1
    assert len(topic.notices[0].detail) == MOST_DETAIL
    topic.now += HOUR_MS
    second.ends("engine_refuses", "kit")
    first.ends("engine_refuses", "kit")
    assert await topic.after(second) == [("engine_refuses", False), ("engine_refuses", True)]
    assert len(await topic.after(first)) == 2
    begun, over = topic.notices
    assert (begun.notice_id, begun.ts) == (over.notice_id, over.since)


async def test_a_worker_that_was_started_anew_ends_what_another_told() -> None:
    """A notice does not stay red because the process that told it is gone; an end that nobody waits for is silent."""
    topic = Topic()
    before = topic.worker()
    before.begins("disk_full", "/data")
    await topic.after(before)
    after = topic.worker()
    after.ends("disk_full", "/data")
    after.ends("disk_full", "/other")
    assert await topic.after(after) == [("disk_full", False), ("disk_full", True)]


async def test_the_next_time_is_a_new_message() -> None:
    """What comes again an hour later rings again."""
    topic = Topic()
    worker = topic.worker()
    for _ in range(2):
        worker.begins("disk_full", "/data")
        worker.ends("disk_full", "/data")
        await topic.after(worker)
        topic.now += HOUR_MS
    assert len({notice.notice_id for notice in topic.notices}) == 2
    assert len(topic.notices) == 4


async def test_two_workers_at_the_same_moment_tell_one_message() -> None:
    """Neither has read of the other's: the same id, so it is the same message."""
    topic = Topic()
    empty = Told()

    async def nothing() -> Told:
        return empty

    for _ in range(2):
        worker = Notices(topic.send, nothing, lambda: topic.now)
        worker.begins("disk_full", "/data")
        await topic.after(worker)
        empty = Told()
    assert len({notice.notice_id for notice in topic.notices}) == 1


async def test_what_has_no_end_is_told_once() -> None:
    """A damaged recording, which a killed worker meets again."""
    topic = Topic()
    for _ in range(2):
        worker = topic.worker()
        worker.once("recording_damaged", "a/b.mp4", "cut off")
        await topic.after(worker)
        topic.now += HOUR_MS
    assert [notice.subject for notice in topic.notices] == ["a/b.mp4"]


async def test_a_broker_that_is_away_delays_it() -> None:
    """It is sent when it can be."""
    topic = Topic(faults=[Transient("away"), Transient("away")])
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    worker = topic.worker(World(sleep=pause))
    worker.begins("engine_refuses", "kit", "no")
    assert len(await topic.after(worker)) == 1
    assert len(pauses) == 2


async def test_an_unreadable_record_of_the_topic_is_passed_over() -> None:
    """The others count."""
    good = OpsNotice("n", NOW, "disk_full", "/data")

    async def records() -> AsyncIterator[ConsumerRecord]:
        for value in (b"{broken", msgspec.json.encode(good)):
            yield ConsumerRecord("t", 0, 0, 0, 0, b"", value, None, 0, 0, ())

    assert (await collect(records())).open == {("disk_full", "/data"): good}
