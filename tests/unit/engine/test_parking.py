"""Parking: who sends almost only bad records waits by himself, whatever the batches look like, and nothing is lost."""

import json
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import Codec, Rejected
from schemas.errors import NotYet
from schemas.failed import Parked
from schemas.notices import OpsNotice
from streams.engine.budget import Ledger, Limits
from streams.engine.kafka import FIRST_APPENDED, FIRST_PLACE, Output
from streams.engine.parking import LOOK_AGAIN_S, Return, origin, over_output, parked_output
from streams.engine.process import Batch, Outcome
from tests.unit.engine.stand_ins import Broker, settler
from tests.zones import VLADIVOSTOK, living_in

PARKED: Codec[Parked] = Codec(Parked)
NOTICE: Codec[OpsNotice] = Codec(OpsNotice)
LIMITS = Limits(run=3, ratio=0.6, window=8, parking_ms=50)

SENT = st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.integers(0, 9)), min_size=1, max_size=60)
"""Origin, whether bad, and how many ms later than the one before."""


def records(sent: list[tuple[str, bool, int]]) -> list[Any]:
    """Records of `source.wms` in one partition."""
    made, now = [], 1000
    for offset, (system, bad, later) in enumerate(sent):
        now += later
        value = json.dumps({"source": system, "payload": {"bad": bad, "n": offset}}).encode()
        made.append(SimpleNamespace(offset=offset, value=value, key=b"k", timestamp=now, partition=0, headers=()))
    return made


async def judge(batch: Batch) -> Outcome:
    """Rejects what says so itself."""
    outcome = Outcome()
    for record in batch.records:
        if json.loads(record.value or b"")["payload"]["bad"]:
            outcome.rejected.append((record, Rejected("bad")))
        else:
            outcome.outputs.append(Output("lead.events", b"7", record.value))
    return outcome


class Cut:
    """A stream of records that come in batches of these sizes."""

    def __init__(self, made: list[Any], sizes: list[int]) -> None:
        self._made, self._sizes = made, sizes
        self.acked: list[int] = []

    def noack(self) -> "Cut":
        return self

    async def events(self) -> Any:
        left = list(self._made)
        for size in [*self._sizes, len(left)]:
            taken, left = left[:size], left[size:]
            if taken:
                yield SimpleNamespace(value=taken, message=SimpleNamespace(partition=0, generation_id=1))

    async def ack(self, event: Any) -> None:
        self.acked.append(event.value[-1].offset)


async def settled(made: list[Any], sizes: list[int], limits: Limits = LIMITS) -> Broker:
    """What the broker has when all is settled."""
    broker, stream = Broker(), Cut(made, sizes)
    await settler(judge, broker, Ledger(limits, origin)).run(stream)
    assert stream.acked[-1] == made[-1].offset
    return broker


def parked_by(broker: Broker) -> list[Parked]:
    """What stands on `source.parked`."""
    return [parked for value in broker.of("source.parked") if isinstance(parked := PARKED.decode(value), Parked)]


@given(SENT, st.lists(st.integers(1, 15), max_size=20))
async def test_the_outcome_is_the_same_however_records_are_batched(
    sent: list[tuple[str, bool, int]], sizes: list[int]
) -> None:
    """The same letters, the same parked records, the same events and the same words to ops as one by one."""
    made = records(sent)
    alone, cut = await settled(made, [1] * len(made)), await settled(made, sizes)
    for topic in ("dead.letters", "source.parked", "lead.events", "ops.notices"):
        assert cut.of(topic) == alone.of(topic)


@given(SENT, st.lists(st.integers(1, 15), max_size=20))
async def test_nothing_is_lost(sent: list[tuple[str, bool, int]], sizes: list[int]) -> None:
    """Every record is an event, a dead letter or parked: exactly one of them."""
    made = records(sent)
    broker = await settled(made, sizes)
    kept = [letter.payload for letter in broker.letters]
    kept += [parked.payload for parked in parked_by(broker)]
    kept += [value or b"" for value in broker.of("lead.events")]
    assert sorted(kept) == sorted(record.value for record in made)


async def test_a_flood_of_one_stops_nobody_else() -> None:
    """The first bad ones are letters, the rest of that system waits unread; another system's events pass at once."""
    flood = [("bad", True, 0)] * 10
    made = records([*flood[:5], ("good", False, 0), *flood[5:], ("good", False, 0), ("bad", False, 0)])
    broker = await settled(made, [])
    assert [letter.offset for letter in broker.letters] == [0, 1, 2]
    assert len(broker.of("lead.events")) == 2
    parked = parked_by(broker)
    assert [json.loads(p.payload)["payload"]["n"] for p in parked] == [3, 4, 6, 7, 8, 9, 10, 12]
    assert {(p.topic, p.origin, p.until, p.key) for p in parked} == {("source.wms", "bad", 1050, b"k")}


async def test_after_its_time_an_origin_is_read_again() -> None:
    """What comes when the time is over takes the ordinary way."""
    made = records([("a", True, 0)] * 3 + [("a", False, 49), ("a", False, 1), ("a", False, 0)])
    broker = await settled(made, [2, 2])
    assert len(broker.of("source.parked")) == 1
    assert len(broker.of("lead.events")) == 2


async def test_what_was_sent_again_is_neither_counted_nor_parked() -> None:
    """A good record among a thousand bad ones waits once, not again and again."""
    made = records([("a", True, 0)] * 9)
    for record in made:
        record.headers = ((FIRST_APPENDED, b"1"),)
    made += [replaced(record, 9) for record in records([("a", True, 0)] * 3)]
    made += [replaced(record, 12, (FIRST_APPENDED, b"1")) for record in records([("a", False, 0)])]
    broker = await settled(made, [])
    assert (len(broker.letters), broker.of("source.parked"), len(broker.of("lead.events"))) == (12, [], 1)


def replaced(record: Any, offset: int, *headers: tuple[str, bytes]) -> Any:
    """The record further back."""
    return SimpleNamespace(**vars(record) | {"offset": record.offset + offset, "headers": headers})


async def test_ops_are_told_once_a_day_with_the_time() -> None:
    """The same day's words have one id, so they are one message."""
    made = records([("a", True, 0)] * 3 + [("a", True, 60)] * 4)
    told = (await settled(made, [])).of("ops.notices")
    notices = [notice for value in told if isinstance(notice := NOTICE.decode(value), OpsNotice)]
    assert [(n.kind, n.subject, n.detail) for n in notices] == [("source_parked", "source.wms/a", "3 подряд")] * 2
    assert len({n.notice_id for n in notices}) == 1
    assert notices[0].until == 1050
    assert {(n.agent, *n.faults) for n in notices} == {("pipeline.source.wms", "ValidationError")}


def test_the_day_is_the_installations() -> None:
    """What ends before and after a midnight there is of two days, though Moscow has one."""
    midnight = int(datetime(2026, 9, 22, tzinfo=ZoneInfo(VLADIVOSTOK)).timestamp()) * 1000  # 17:00 in Moscow
    around = [Parked("source.wms", "a", ts, b"") for ts in (midnight - 1, midnight)]

    def ids() -> set[str]:
        said = [NOTICE.decode(over_output(one, one.until).value or b"") for one in around]
        return {one.notice_id for one in said if isinstance(one, OpsNotice)}

    assert len(ids()) == 1
    with living_in(VLADIVOSTOK):
        assert len(ids()) == 2


@pytest.mark.parametrize("ledger", [Ledger(LIMITS, None), Ledger(Limits(3, 0.6, 8, 0), origin)])
async def test_where_nothing_is_parked_it_is_only_told(ledger: Ledger) -> None:
    """Topics of our own making, or a setting of 0: letters and one notice, and all is acked."""
    broker, stream = Broker(), Cut(records([("a", True, 0)] * 5), [])
    await settler(judge, broker, ledger).run(stream)
    assert (len(broker.letters), broker.of("source.parked"), stream.acked) == (5, [], [4])
    (notice,) = [NOTICE.decode(value) for value in broker.of("ops.notices")]
    assert isinstance(notice, OpsNotice)
    assert (notice.kind, notice.until) == ("records_rejected", 0)


async def test_a_record_without_an_origin_is_not_parked() -> None:
    """What is not even an envelope of ours has nobody who could be parked."""
    made = [SimpleNamespace(offset=n, value=b"junk", key=None, timestamp=1, partition=0, headers=()) for n in range(9)]

    async def strict(batch: Batch) -> Outcome:
        return Outcome(rejected=[(record, Rejected("junk")) for record in batch.records])

    broker = Broker()
    await settler(strict, broker, Ledger(LIMITS, origin)).run(Cut(made, []))
    assert (len(broker.letters), broker.of("source.parked")) == (9, [])


async def nobody() -> dict[str, int]:
    """Nothing was let go by a person."""
    return {}


async def test_what_a_person_let_go_is_passed_over() -> None:
    """Only records of that origin, and only those that stood there then: no one comes twice, no one is lost."""

    async def some() -> dict[str, int]:
        return {"source.wms/a": 2}

    outputs = [parked_output("source.wms", record, name, 5) for name in "aaba" for record in records([(name, True, 0)])]
    made = [SimpleNamespace(value=output.value, offset=at) for at, output in enumerate(outputs)]
    outcome = await Return(lambda: 10, some)(Batch("source.parked", 0, 1, made))
    back = [json.loads(output.value or b"")["source"] for output in outcome.outputs if output.topic == "source.wms"]
    assert back == ["b", "a"]


async def test_parked_records_go_back_when_their_time_is_over() -> None:
    """Not before, with short looks in between; then with their key, to their own topic."""
    now = [1000]
    (record,) = records([("a", True, 0)])
    parked = parked_output("source.wms", record, "a", 100_000)
    batch = Batch("source.parked", 0, 1, [SimpleNamespace(value=parked.value, offset=0)])
    back = Return(lambda: now[0], nobody)
    with pytest.raises(NotYet) as waits:
        await back(batch)
    assert waits.value.retry_after == LOOK_AGAIN_S
    now[0] = 99_000
    with pytest.raises(NotYet) as waits:
        await back(batch)
    assert waits.value.retry_after == 1.0
    now[0] = 100_000
    returned, told = (await back(batch)).outputs
    first = ((FIRST_APPENDED, b"%d" % record.timestamp), (FIRST_PLACE, b"source.wms/0/0"))
    assert returned == Output("source.wms", b"k", record.value, headers=first), (
        "with the time and the place it had first"
    )
    notice = NOTICE.decode(told.value)
    assert isinstance(notice, OpsNotice)
    assert (notice.kind, notice.subject, notice.over) == ("source_parked", "source.wms/a", True)
