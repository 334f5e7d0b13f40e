"""What must hold around a worker: told at its edges, with patience, and never waited for."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from schemas.notices import Trouble
from streams.engine import conditions
from streams.engine.conditions import Condition, Conditions
from streams.engine.health import Check
from streams.engine.notices import Notices, Told
from streams.engine.retry import World


class Bench:
    """Conditions by a clock that a test turns; `told` is what ops would hear."""

    def __init__(self) -> None:
        self.now, self.words = 0.0, ""
        self.told: list[str] = []
        self.conditions = Conditions(self, World(clock=lambda: self.now))  # type: ignore[arg-type]

    def begins(self, kind: Trouble, subject: str, detail: str = "") -> None:
        self.told.append(f"{kind} {subject}: {detail}")

    def ends(self, kind: Trouble, subject: str) -> None:
        self.told.append(f"{kind} {subject} over")

    async def look(self, words: str, seconds: float = 5.0) -> list[str]:
        """What is told by one look, so long after the last one."""
        self.words, self.told = words, []
        self.now += seconds
        for watched in self.conditions._watched:
            await self.conditions._look(watched)
        return self.told

    def watch(self, after_s: float = 0.0, calm_s: float = 60.0) -> Callable[[], Check]:
        return self.conditions.watch(Condition("disk_full", "/data", lambda: self.words, after_s, calm_s))


async def test_it_is_told_when_it_changes() -> None:
    """Begin and end once each; `/readyz` shows the words all the while."""
    bench = Bench()
    need = bench.watch(calm_s=10)
    assert need() == "/data: ещё не проверено"
    assert await bench.look("") == ["disk_full /data over"]  # an earlier process may have told it
    assert need() is True
    assert await bench.look("") == []
    assert await bench.look("мало места") == ["disk_full /data: мало места"]
    assert need() == "/data: мало места"
    assert await bench.look("мало места") == []
    assert await bench.look("") == []
    assert need() is True
    assert await bench.look("", 10) == ["disk_full /data over"]
    assert await bench.look("") == []


async def test_a_short_fault_is_not_told() -> None:
    """Wrong for less than `after_s`: the clock starts again with every right look."""
    bench = Bench()
    bench.watch(after_s=120)
    assert await bench.look("") == ["disk_full /data over"]
    for words in ["не отвечает", "", "не отвечает", ""]:
        assert await bench.look(words, 100) == []
    assert await bench.look("не отвечает") == []
    assert await bench.look("не отвечает", 119) == []
    assert await bench.look("не отвечает", 2) == ["disk_full /data: не отвечает"]


async def test_what_comes_and_goes_is_one_trouble() -> None:
    """Right for less than `calm_s` is not over."""
    bench = Bench()
    bench.watch(calm_s=60)
    assert await bench.look("мало места") == ["disk_full /data: мало места"]
    for words in ["", "мало места"] * 5:
        assert await bench.look(words, 50) == []
    assert await bench.look("") == []
    assert await bench.look("", 61) == ["disk_full /data over"]


async def test_a_look_that_never_returns_is_a_fault_and_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead network share: said after the time of a look, asked by one thread only, well again when it answers."""
    monkeypatch.setattr(conditions, "LOOK_SECONDS", 0.05)
    bench, answer, asked = Bench(), threading.Event(), 0

    def look() -> str:
        nonlocal asked
        asked += 1
        answer.wait(10)
        return ""

    need = bench.conditions.watch(Condition("recordings_missing", "/share", look, calm_s=0))
    assert await bench.look("") == [f"recordings_missing /share: {conditions.SILENT}"]
    assert await bench.look("") == []
    assert (need(), asked) == (f"/share: {conditions.SILENT}", 1)
    answer.set()
    assert await bench.look("") == ["recordings_missing /share over"]
    assert need() is True


async def test_an_error_of_the_system_is_the_words() -> None:
    """A folder that cannot even be looked at."""
    bench = Bench()

    def look() -> str:
        raise OSError(107, "Transport endpoint is not connected")

    need = bench.conditions.watch(Condition("recordings_missing", "/share", look))
    await bench.look("")
    assert need() == "/share: сетевая папка отключилась"


async def test_it_runs_beside_the_worker() -> None:
    """The background task looks at once and again, and gives what it finds to the notices."""
    sent: list[object] = []

    async def send(outputs: list[object]) -> None:
        sent.extend(outputs)

    async def told() -> Told:
        return Told()

    notices = Notices(send, told, lambda: 0)  # type: ignore[arg-type]
    watching = Conditions(notices, interval=0.01)
    watching.watch(Condition("disk_full", "/data", lambda: "мало места"))
    tasks = [asyncio.ensure_future(watching.run()), asyncio.ensure_future(notices.run())]
    async with asyncio.timeout(120):
        while not sent:
            await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    assert len(sent) == 1
