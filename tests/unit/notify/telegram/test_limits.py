"""The bot's limits, on a clock of their own."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from streams.notify.telegram.limits import Limits
from streams.settings import Telegram


class Clock:
    """Time that only passes while somebody waits for a limit."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def times(chats: list[int]) -> list[float]:
    """When a message to each of these chats, one after the other, may go."""
    clock = Clock()
    limits = Limits(Telegram(), clock, clock.sleep)

    async def run() -> list[float]:
        taken = []
        for chat in chats:
            await limits.take(chat)
            taken.append(clock.now)
        return taken

    return asyncio.run(run())


def most_in(taken: list[float], seconds: float) -> int:
    """The most messages in any stretch of so many seconds."""
    return max((sum(1 for other in taken if at <= other < at + seconds - 1e-6) for at in taken), default=0)


@given(st.lists(st.sampled_from([1, 2, 3, -1, -2]), max_size=120))
def test_no_window_of_telegram_is_ever_exceeded(chats: list[int]) -> None:
    """30 a second in all, 20 a minute in a group, about one a second in a chat, in any order of chats."""
    taken = times(chats)
    assert most_in(taken, 1.0) <= 30
    for chat in set(chats):
        own = [at for at, to in zip(taken, chats, strict=True) if to == chat]
        assert most_in(own, 5.0) <= 6
        if chat < 0:
            assert most_in(own, 60.0) <= 20


def test_nothing_is_dropped_and_a_burst_is_not_delayed() -> None:
    """Three alerts to one chat go at once; sixty to a group take their minutes, all of them."""
    assert times([1, 1, 1]) == [0.0, 0.0, 0.0]
    assert times([1] * 4)[-1] == 3.0
    group = times([-1] * 60)
    assert len(group) == 60
    assert 120 <= group[-1] < 240
