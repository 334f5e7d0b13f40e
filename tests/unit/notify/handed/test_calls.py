"""A call is claimed, made once, and what came of it is said, whatever is delivered again and whoever dies."""

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.command_codecs import HANDED
from schemas.commands import Begun, Handed, Result
from schemas.errors import Refused, Transient
from schemas.types import Millis
from streams.engine.kafka import Output
from streams.engine.process import Batch
from streams.engine.remote import Uncertain
from streams.engine.retry import Policy
from streams.notify.handed.calls import NOT_FOUND, NOT_SET_UP, TOO_LATE, UNKNOWN, Calls
from tests.unit.notify.handed.memory import ID, NOW, Kafka, handed

SECONDS = 10.0


class Outlet:
    """Counts its calls; `says` are the faults of the next ones, then it is done. `found`: what a look-up says."""

    patience = Policy(first=1.0, longest=1.0, attempts=3)

    def __init__(self, *says: Exception, found: str | None = None, objects: str = "") -> None:
        self.says, self.found, self.objects = list(says), found, objects
        self.calls = 0
        self.holds: asyncio.Event | None = None

    def objection(self, _handed: Handed) -> str:
        """As `Outlet`."""
        return self.objects

    async def call(self, _handed: Handed) -> str:
        """As `Outlet`."""
        self.calls += 1
        if self.holds is not None:
            await self.holds.wait()
        if self.says:
            raise self.says.pop(0)
        return "задача 77"

    async def find(self, _handed: Handed, _began: Millis) -> str | None:
        """As `Outlet`."""
        return self.found


def calls(kafka: Kafka, outlet: Outlet) -> Calls:
    """A process."""
    return Calls(kafka.process(), {"bitrix.call": outlet}, lambda: kafka.now, SECONDS, kafka.world)


WORK = handed("bitrix.call")


async def test_a_call_is_claimed_made_and_said() -> None:
    """`Begun` stands before it, `Result` behind; delivered again, nothing happens."""
    kafka, outlet = Kafka(), Outlet()
    process = calls(kafka, outlet)
    for _ in range(3):
        await process.settle(WORK)
    assert [type(one) for one in kafka.records] == [Begun, Result]
    assert (outlet.calls, kafka.results()) == (1, [("done", "задача 77")])
    await calls(kafka, outlet).settle(WORK)
    assert outlet.calls == 1, "another process reads the log, too"


@pytest.mark.parametrize(
    ("found", "outcome"),
    [("задача 77", ("done", "задача 77")), ("", ("unknown", NOT_FOUND)), (None, ("unknown", UNKNOWN))],
)
async def test_a_call_that_was_cut_off_is_looked_up_and_never_made_again(
    found: str | None, outcome: tuple[str, str]
) -> None:
    """Its maker gets the time that a call may take; where nobody can tell, a person decides."""
    kafka, outlet = Kafka(), Outlet(found=found)
    kafka.records.append(Begun(command_id=ID, at=NOW, claim="of one who died"))
    await calls(kafka, outlet).settle(WORK)
    assert (outlet.calls, kafka.results(), sum(kafka.slept)) == (0, [outcome], SECONDS)


async def test_who_was_only_slow_has_the_word() -> None:
    """What the former owner says meanwhile counts."""
    kafka, outlet = Kafka(), Outlet(found="")
    kafka.records.append(Begun(command_id=ID, at=NOW, claim="of one who is slow"))
    process = calls(kafka, outlet)
    said = Result(command_id=ID, at=NOW, outcome="done", what="задача 78")
    kafka.reads = lambda: kafka.records.append(said) if kafka.slept and said not in kafka.records else None
    await process.settle(WORK)
    assert kafka.results() == [("done", "задача 78")]


async def test_two_who_believe_it_theirs_make_one_call() -> None:
    """The first claim in the log has it, whoever asked first; the other one waits, and finds the result."""
    kafka, outlet = Kafka(), Outlet()
    outlet.holds = asyncio.Event()
    one, two = calls(kafka, outlet), calls(kafka, outlet)
    at_once = asyncio.gather(one.settle(WORK), two.settle(WORK), return_exceptions=True)
    await asyncio.sleep(0.05)
    assert (len(kafka.begun()), outlet.calls) == (2, 1)
    outlet.holds.set()
    assert [type(one) for one in await at_once if one is not None] == [Transient]
    await two.settle(WORK)
    assert (outlet.calls, kafka.results()) == (1, [("done", "задача 77")])


async def test_who_slept_between_his_look_and_his_claim_makes_no_call() -> None:
    """His word comes behind the call: it is not the first, and he sees that."""
    kafka, outlet = Kafka(), Outlet()
    one, two = calls(kafka, outlet), calls(kafka, outlet)
    wakes, real = asyncio.Event(), kafka.send

    async def asleep(outputs: Iterable[Output]) -> None:
        await wakes.wait()
        await real(outputs)

    two._log._send = asleep
    late = asyncio.ensure_future(two.settle(WORK))
    await asyncio.sleep(0.05)
    outlet.holds = asyncio.Event()
    first = asyncio.ensure_future(one.settle(WORK))
    await asyncio.sleep(0.05)
    assert outlet.calls == 1
    wakes.set()
    assert isinstance((await asyncio.gather(late, return_exceptions=True))[0], Transient)
    outlet.holds.set()
    await first
    assert (outlet.calls, len(kafka.begun()), kafka.results()) == (1, 2, [("done", "задача 77")])


async def test_a_definite_no_is_said_in_its_words() -> None:
    """And what surely did nothing is tried again, for so long as is worth it."""
    kafka = Kafka()
    await calls(kafka, Outlet(Refused("портал отказал: нет такого лида"))).settle(WORK)
    assert kafka.results() == [("failed", "портал отказал: нет такого лида")]
    kafka, outlet = Kafka(), Outlet(Transient("no connection"), Transient("limit", retry_after=7.0))
    await calls(kafka, outlet).settle(WORK)
    assert (outlet.calls, kafka.results(), len(kafka.begun())) == (3, [("done", "задача 77")], 1)
    assert 7.0 in kafka.slept, "as long as the other side asks for"
    kafka, outlet = Kafka(), Outlet(*[Transient("no connection")] * 9)
    await calls(kafka, outlet).settle(WORK)
    assert (outlet.calls, kafka.results()) == (3, [("failed", "не удалось связаться: no connection")])


@pytest.mark.parametrize("found", ["задача 77", None])
async def test_an_answer_that_never_came_is_no_second_call(found: str | None) -> None:
    """It is looked up at once."""
    kafka, outlet = Kafka(), Outlet(Uncertain("no answer"), found=found)
    await calls(kafka, outlet).settle(WORK)
    assert (outlet.calls, [outcome for outcome, _ in kafka.results()]) == (1, ["done" if found else "unknown"])


async def test_what_cannot_be_done_is_not_begun() -> None:
    """No outlet, an objection, a command whose time has passed: a reason, and no claim."""
    kafka, late = Kafka(), handed("bitrix.call", expires_at=NOW)
    await calls(kafka, Outlet()).settle(handed("http.post"))
    await calls(kafka, Outlet(objects="метод не разрешён")).settle(handed("bitrix.call", command_id="b" * 16))
    await calls(kafka, Outlet()).settle(handed("bitrix.call", command_id="c" * 16, expires_at=NOW))
    assert [why for _, why in kafka.results()] == [NOT_SET_UP, "метод не разрешён", TOO_LATE]
    assert kafka.begun() == []
    kafka, outlet = Kafka(), Outlet(*[Transient("no connection", retry_after=60.0)] * 2)
    await calls(kafka, outlet).settle(handed("bitrix.call", expires_at=late.expires_at + 90_000))
    assert (outlet.calls, kafka.results()) == (2, [("failed", TOO_LATE)])


async def test_the_word_is_said_however_long_kafka_is_away() -> None:
    """Forgotten, nobody would know what became of the call; and without its log nothing is called."""
    kafka, outlet = Kafka(), Outlet()
    kafka.away = True
    with pytest.raises(Transient):
        await calls(kafka, outlet).settle(WORK)
    assert outlet.calls == 0
    kafka.away, outlet.holds = False, asyncio.Event()
    work = asyncio.ensure_future(calls(kafka, outlet).settle(WORK))
    await asyncio.sleep(0.05)
    kafka.away = True
    outlet.holds.set()
    while len(kafka.slept) < 5:
        await asyncio.sleep(0)
    kafka.away = False
    await work
    assert kafka.results() == [("done", "задача 77")]


async def test_a_worker_that_stops_brings_its_call_to_an_end() -> None:
    """Cut off, it would be unknown."""
    kafka, outlet = Kafka(), Outlet()
    outlet.holds = asyncio.Event()
    record = SimpleNamespace(value=HANDED.encode(WORK), offset=0)
    batch = Batch("out.portal", 0, 1, [record])
    running = asyncio.ensure_future(calls(kafka, outlet)(batch))
    await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.sleep(0.05)
    outlet.holds.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert kafka.results() == [("done", "задача 77")]


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=12))
def test_never_twice(steps: list[tuple[int, bool]]) -> None:
    """Whatever is delivered to whom, and whoever is killed in between."""

    async def told() -> int:
        kafka, outlet = Kafka(), Outlet()
        processes = [calls(kafka, outlet) for _ in range(3)]
        for who, killed in steps:
            work = asyncio.ensure_future(processes[who].settle(WORK))
            if killed:
                for _ in range(who + 1):
                    await asyncio.sleep(0)
                work.cancel()
                processes[who] = calls(kafka, outlet)
            await asyncio.gather(work, return_exceptions=True)
        assert len(kafka.results()) <= 1
        return outlet.calls

    assert asyncio.run(told()) <= 1


class Broken(Outlet):
    """An outlet that meets what nobody expected, in the call and in the look-up."""

    async def call(self, _handed: Handed) -> str:
        """As `Outlet`."""
        raise TypeError("int")

    async def find(self, _handed: Handed, _began: Millis) -> str | None:
        """As `Outlet`."""
        raise KeyError("task")


async def test_an_answer_that_breaks_us_stops_nobody() -> None:
    """What became of it a person finds out; it does not come again for ever."""
    kafka = Kafka()
    await calls(kafka, Broken()).settle(WORK)
    assert kafka.results() == [("unknown", UNKNOWN)]
