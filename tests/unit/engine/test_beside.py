"""What a partition keeps beside its leads: the newest figures and tick, whoever wrote last."""

from schemas.codec import event_id
from schemas.events import Fleet, Tick
from streams.engine.beside import KEY, Beside, decode_beside, encode_beside
from streams.engine.state import LeadStates
from tests.unit.engine.state_topic import Topic


def fleet(number: int) -> Fleet:
    """Figures of all clients, told apart by their number."""
    return Fleet(event_id=event_id("fleet", number), ts=number, day=1, clients=number)


def written(applied: int, ticked: int = 0) -> tuple[bytes, bytes]:
    """A record of the topic."""
    return KEY.encode(), encode_beside(Beside(applied, ticked))


def test_the_newest_figures_are_kept() -> None:
    """Those that come again take nothing back."""
    beside = Beside()
    for offset in (10, 20, 30):
        assert beside.take(fleet(offset), offset)
    assert not beside.take(fleet(20), 20)
    assert decode_beside(encode_beside(beside)) == beside
    assert (beside.fleet.clients, beside.applied) == (30, 30)


def test_ticks_only_go_on() -> None:
    """One that is made up late does not take the time back."""
    beside = Beside()
    for offset, ts in enumerate((100, 300, 200)):
        assert beside.take(Tick(event_id="0" * 16, ts=ts), offset)
    assert (beside.ticked, beside.applied) == (300, 2)


async def test_the_furthest_record_wins_and_comes_to_be_the_last() -> None:
    """A stopped worker wrote an older one over it: whoever loads it, or sees it, puts the right one last."""
    topic = Topic(written(5, 50), written(3, 30))
    kept = LeadStates(topic, topic, lambda: 0.0)  # type: ignore[arg-type]
    await kept.open(0, 1)
    assert (kept.beside(0).ticked, kept.beside(0).applied) == (50, 5)
    await kept.placed(0, topic.take(kept.records(0, [])))
    assert topic.records[-1] == written(5, 50)
    topic.records.append(written(4))
    again = await kept.placed(0, topic.take(kept.records(0, [], beside=True)))
    assert again == [], "ours lies behind it"
    topic.records.append(written(4))
    await kept.open(0, 2)
    assert [output.value for output in kept.records(0, [])] == [written(5, 50)[1]]


async def test_a_foreign_record_is_told_and_written_over() -> None:
    """It takes nothing away."""
    topic = Topic(written(5, 50), (KEY.encode(), b"garbage"))
    kept = LeadStates(topic, topic, lambda: 0.0)  # type: ignore[arg-type]
    assert await kept.open(0, 1) == {}
    assert kept.beside(0).ticked == 50
    assert [output.value for output in kept.records(0, [])] == [written(5, 50)[1]]
