"""The record of a busy lead stays small, and records of before are read."""

import zlib
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.day_series import Day, Days
from processors.moves import MOST, Order
from processors.sealed import CHUNK, Sealed
from processors.signals.heard import MEMORY_CHARS, MOST_QUOTES, MOST_SPOKEN, QUOTE_CHARS
from processors.state import DAYS_KEPT, PLAIN_BYTES, Last, LeadState, Raised, Scored, decode_state, encode_state
from schemas.alerts import RULES, Alert, Evidence, Rule

SENTENCES = (Path(__file__).parent / "phrases" / "chatter.txt").read_text(encoding="utf-8").splitlines()
WORDS = frozenset(rule for rule in RULES if rule.endswith("_phrase") or rule in ("tone", "payment_conflict"))
"""Rules that quote the client."""

NOW = 1_795_246_200_000
REF = "-1001234567890/1234567"
"""Where a message stands."""


NOTED: tuple[Rule, ...] = ("complaint_phrase", "payment_conflict")
"""Rules whose notes are counted."""

LIVING: tuple[Rule, ...] = (
    *("leaving_phrase", "complaint_phrase", "payment_conflict"),
    *("reservation_spike", "bulk_pick", "combined_risk"),
)
"""A client in the middle of leaving: what he says, what he does, and the whole of it."""


def busy(dice: Random, rules: tuple[Rule, ...] = LIVING) -> LeadState:
    """All that a lead can have: figures on every day, ids up to the next chunk, fifty thousand more today, every rule
    raised, and alerts of `rules` full of quotes."""
    sealed = Sealed(100, dict.fromkeys(range(98), NOW // 3600000))
    return LeadState(
        applied=dice.randrange(1 << 40),
        first_day=18_000,
        days=Days.of({20_000 + n: _day(dice) for n in range(DAYS_KEPT + 1)}),
        ids={dice.randrange(1 << 64): NOW // 3_600_000 for _ in range(CHUNK - 1)},
        alerts={rule: _alert(dice, rule) for rule in rules},
        spoken={f"leaving_phrase warning {dice.randrange(1 << 40)}": 20_000 for _ in range(MOST_SPOKEN)},
        sealed=sealed,
        raised={rule: Raised(2, NOW, NOW, dice.random(), dice.random(), 5.5, 2.5, _id(dice)) for rule in RULES},
        scored=Scored(900, NOW, dice.random() * 100, 2, NOW),
        notes={rule: [_quote(dice, MEMORY_CHARS) for _ in range(MOST_QUOTES)] for rule in NOTED},
        at=NOW,
        last={rule: Last(NOW, _id(dice), REF) for rule in RULES if rule.endswith("_silence")},
        large=[_order(dice) for _ in range(MOST)],
    )


def _day(dice: Random) -> Day:
    until = (1000, 20_000, 1000, 20_000, 20_000, 30_000, 60, 20, 500, 100, 100, 4, 2, 60)
    return Day(*map(dice.randrange, until))


def _order(dice: Random) -> Order:
    return Order(
        dice.randrange(30_000), NOW - dice.randrange(14 * 86_400_000), dice.randrange(1 << 16), dice.randrange(1 << 16)
    )


def _id(dice: Random) -> str:
    return f"{dice.randrange(1 << 64):016x}"


def _quote(dice: Random, chars: int) -> Evidence:
    text = " ".join(dice.choice(SENTENCES) for _ in range(chars // 20))[:chars]
    return Evidence(_id(dice), NOW - dice.randrange(10**9), "message", text, who="Олег Иванов", ref=REF)


def _alert(dice: Random, rule: Rule) -> Alert:
    """As the signals make them: five quotes of 300 letters, or of five documents."""
    evidence = [_quote(dice, QUOTE_CHARS if rule in WORDS else 30) for _ in range(MOST_QUOTES)]
    return Alert(
        alert_id=_id(dice),
        version=dice.randrange(100),
        lead_id="12345678",
        rule=rule,
        severity="critical",
        status="acknowledged",
        opened_at=NOW,
        updated_at=NOW,
        value=dice.random() * 100,
        baseline=dice.random() * 100,
        score=dice.random() * 10,
        evidence=evidence,
        acknowledged_by="Анна Петрова",
        figures={name: dice.random() * 100 for name in ("days", "usual", "stock", "out", "share")},
    )


@settings(max_examples=20)
@given(st.integers(0, 1 << 32))
def test_a_busy_lead_s_record_is_small(seed: int) -> None:
    """16 KB at most, and it is read as it was written."""
    state = busy(Random(seed))
    record = encode_state(state)
    assert len(record) <= 16_384
    assert decode_state(record) == state


def test_the_worst_record_is_bounded() -> None:
    """Every rule there is, each with as many and as long quotes as it may have: no client has that, and it is sent."""
    assert len(encode_state(busy(Random(1), RULES))) <= 32_768


def test_an_ordinary_record_is_plain() -> None:
    """Packing costs time, so only what is large is packed."""
    state = LeadState(days=Days.of({20_000 + n: Day(5, 50) for n in range(DAYS_KEPT)}))
    assert encode_state(state)[:1] != zlib.compress(b"")[:1]
    assert len(encode_state(state)) < PLAIN_BYTES


def test_records_of_before_are_read() -> None:
    """Fields are only added at the end: what a former version wrote has the rest as a new lead has it."""
    whole: list[Any] = msgspec.to_builtins(LeadState(applied=7, first_day=3, at=9), enc_hook=str)
    for fields in range(1, len(whole)):
        state = decode_state(msgspec.msgpack.encode(whole[:fields]))
        assert state.applied == 7
        for name in LeadState.__struct_fields__[fields:]:
            assert getattr(state, name) == getattr(LeadState(), name)


def test_days_of_before_are_read() -> None:
    """A day that was written with seven figures has zeros for those that came later."""
    record = [7, 3, {20_000: [1, 2, 3, 4, 5, 6, 7]}]
    assert decode_state(msgspec.msgpack.encode(record)).days.told() == {20_000: Day(1, 2, 3, 4, 5, 6, 7)}


@pytest.mark.parametrize("record", [b"", b"\x78", b"\x78\x01garbage", zlib.compress(b"garbage"), b"\x90"])
def test_what_is_no_record_is_said(record: bytes) -> None:
    """Whatever stands there, the reader is told by one error; an empty state is a state."""
    if record == b"\x90":
        assert decode_state(record) == LeadState()
        return
    with pytest.raises(msgspec.DecodeError):
        decode_state(record)
