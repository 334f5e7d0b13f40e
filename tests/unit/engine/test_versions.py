"""States of another version: older ones are read, newer ones are left alone until this process is changed too."""

import re
from pathlib import Path

import msgspec
import pytest

from processors import moves, sealed, state, stock
from processors.state import STATE_VERSION, LeadState, encode_state
from schemas.errors import NotYet
from streams.engine.state import LeadStates
from streams.engine.versions import LOOK_S, VERSION
from tests.unit.engine.state_topic import Topic


class Time:
    """Stands until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(lead: str, applied: int) -> tuple[bytes, bytes]:
    """A state record of a lead."""
    return lead.encode(), encode_state(LeadState(applied=applied))


async def test_what_an_older_version_wrote_is_read_and_written_anew_as_ours() -> None:
    """Also what was written before there were versions."""
    topic = Topic(record("7", 1), record("8", 2))
    topic.versions = {1: STATE_VERSION - 1}
    kept = LeadStates(topic, topic)  # type: ignore[arg-type]
    assert {lead: one.applied for lead, one in (await kept.open(0, 1)).items()} == {"7": 1, "8": 2}
    assert [output.headers for output in kept.records(0, ["7"])] == [((VERSION, b"%d" % STATE_VERSION),)]


async def test_what_a_newer_version_wrote_is_not_touched() -> None:
    """No state comes out, however often it is asked, and `/readyz` says what to do; another partition goes on. It is
    over once the partition is another process's."""
    topic, time = Topic(record("7", 1), record("8", 2)), Time()
    topic.versions = {1: STATE_VERSION + 1}
    kept = LeadStates(topic, topic, time)  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(NotYet, match="version"):
            await kept.open(3, 1)
    assert 3 not in kept
    assert "обновите" in str(kept.newer.none()) and "[3]" in str(kept.newer.none())
    topic.versions = {}
    await kept.open(4, 1)
    time.now += 2 * LOOK_S
    assert kept.newer.none() is True


async def test_a_newer_version_that_wrote_meanwhile_is_not_written_over() -> None:
    """We were stopped for a while and went on: what stands there is a newer one's, and ours does not come behind it."""
    topic, time = Topic(record("7", 1)), Time()
    kept = LeadStates(topic, topic, time)  # type: ignore[arg-type]
    opened = await kept.open(0, 1)
    topic.records.append(record("7", 5))
    topic.versions = {1: STATE_VERSION + 1}
    opened["7"].applied = 2
    with pytest.raises(NotYet):
        await kept.placed(0, topic.take(kept.records(0, ["7"])))


def shape() -> str:
    """Every field of what a state record holds."""
    kinds = [one for module in (state, stock, moves, sealed) for one in vars(module).values() if isinstance(one, type)]
    structs = {one for one in kinds if issubclass(one, msgspec.Struct) and one is not msgspec.Struct}
    told = [
        f"{one.__name__}({', '.join(one.__struct_fields__)})" for one in structs if one.__struct_config__.array_like
    ]
    return "\n".join(sorted(told)) + "\n"


def test_a_changed_shape_is_a_new_version() -> None:
    """Whoever adds a field says so, and the page for the one who upgrades says from which version on."""
    known = (Path(__file__).parents[2] / "golden" / "expected" / "lead_state.txt").read_text()
    head, _, rest = known.partition("\n")
    assert rest == shape(), (
        "a field was added: STATE_VERSION + 1, a line of `lead_state_of_before.jsonl`, this file anew"
    )
    assert re.fullmatch(r"version (\d+)", head) and head == f"version {STATE_VERSION}"
