"""All normalizers: never an exception, always the same answer."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.normalize import NORMALIZERS, Options
from schemas import codec, topics
from schemas.assistant import AssistantAsked
from schemas.bot import BotCommand
from schemas.cards import ClientCard
from schemas.codec import Rejected
from schemas.commands import Approval, Refusal
from schemas.minutes import MeetingRequest
from schemas.sources import Identity, Unassigned
from tests.golden.examples import OPTIONS, accepted, cases, known, meta

KNOWN = known()
EXAMPLES = [(topic, case.read_text()) for topic in NORMALIZERS for case in cases(topic)]
LEAD_EVENTS = [case.read_text() for case in cases(topics.LEAD_EVENTS.name)]

NINES = "9" * 5000
"""More digits than `int` takes."""

NASTY = (
    *(
        "",
        "9999-12-31T23:59:59-23:59",
        "2026-W01-1T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "2026-09-21T10:00:00." + NINES,
    ),
    *(
        NINES,
        f"-{NINES}",
        f"{NINES}.5",
        f"&#{NINES};",
        f"+7{NINES}",
        f"/start {NINES}",
        f"L_{NINES}",
        "²",
        "٣٤",
        "1_000",
    ),
    *("1e999", "NaN", "Infinity", "0x10", "http://[::1", "user@[", "\x00", "\u2028", "(", "{0}", "%(a)s", "<!--" * 300),
)
"""Words that some reader of numbers, times, addresses, pages or patterns takes for its own and stumbles over."""

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(NASTY),
    st.builds(list),
    st.builds(dict),
    st.lists(st.none(), max_size=2),
)
"""What may stand in the place of any value."""


@st.composite
def mutated(draw: st.DrawFn, texts: list[str]) -> bytes:
    """A good example with one to three of its values replaced, drawn out or taken away."""
    value: Any = json.loads(draw(st.sampled_from(texts)))
    for _ in range(draw(st.integers(1, 3))):
        at = value
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(at[key], dict | list) and draw(st.integers(0, 4)):
                at = at[key]
                continue
            if isinstance(at[key], str) and not draw(st.integers(0, 4)):
                at[key] += draw(st.sampled_from(NASTY))
            elif draw(st.integers(0, 5)):
                at[key] = draw(JUNK)
            else:
                del at[key]
            break
    return json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


def check(topic: str, record: bytes, options: Options) -> None:
    """Normalizing gives a value, what it gives can be read back, and twice gives the same."""
    found = NORMALIZERS[topic](meta(topic), record, KNOWN, options)
    if isinstance(found, Rejected):
        return
    for event in found:
        data = msgspec.json.encode(event)
        if isinstance(event, Unassigned):
            assert msgspec.json.decode(data, type=Unassigned).topic == topic
        elif isinstance(event, BotCommand):
            assert msgspec.json.decode(data, type=BotCommand) == event
        elif isinstance(event, Identity | ClientCard | AssistantAsked | Approval | Refusal):
            assert msgspec.json.decode(data, type=type(event)) == event
        elif isinstance(event, MeetingRequest):
            assert codec.MINUTES_REQUEST.decode(data) == event
        else:
            assert codec.decode(data) == event
    assert NORMALIZERS[topic](meta(topic), record, KNOWN, options) == found


@given(st.sampled_from(sorted(NORMALIZERS)), st.binary(max_size=200))
def test_any_bytes_have_an_answer(topic: str, record: bytes) -> None:
    """Never raises."""
    check(topic, record, OPTIONS)


@pytest.mark.parametrize("topic", sorted(NORMALIZERS))
@given(data=st.data())
@settings(max_examples=300)
def test_any_broken_example_has_an_answer(topic: str, data: st.DataObject) -> None:
    """Never raises, and never lets through what the codec would reject in the fold."""
    texts = [text for other, text in EXAMPLES if other == topic]
    check(topic, data.draw(mutated(texts)), data.draw(st.sampled_from([OPTIONS, Options()])))


@given(st.binary(max_size=200) | mutated(LEAD_EVENTS))
def test_the_codec_takes_any_bytes(data: bytes) -> None:
    """A lead event or `Rejected`, and what was decoded can be sent on."""
    event = codec.decode(data)
    if not isinstance(event, Rejected):
        assert codec.decode(codec.encode(event)) == event


@pytest.mark.parametrize("topic", sorted(NORMALIZERS))
@pytest.mark.parametrize("record", [b"", b"null", b"[]", b"{", b'{"source": "\\ud800"}', b"\xff" * 9, b"[" * 100_000])
def test_records_that_are_nothing_are_rejected(topic: str, record: bytes) -> None:
    """Empty, no object, half an object, a lone surrogate, no UTF-8, too deep."""
    assert isinstance(NORMALIZERS[topic](meta(topic), record, KNOWN, OPTIONS), Rejected)


@pytest.mark.parametrize("topic", sorted(NORMALIZERS))
def test_an_unassigned_record_is_assigned_when_it_is_sent_again(topic: str) -> None:
    """Linking the client and sending `record` again gives an event with the same id and time."""
    seen = 0
    for text in (text for other, text in EXAMPLES if other == topic):
        found = NORMALIZERS[topic](meta(topic), text.encode(), KNOWN, OPTIONS)
        if isinstance(found, Rejected) or not found or not isinstance(found[0], Unassigned):
            continue
        lost, identities = found[0], known()
        key = f"{lost.client.kind}:{lost.client.value}"
        identities.apply(key, Identity(lost.client.kind, lost.client.value, "31"))
        again = accepted(NORMALIZERS[lost.topic](meta(topic), bytes(lost.record), identities, OPTIONS))
        assert [(e.event_id, e.ts) for e in again[:1]] == [(lost.event_id, lost.ts)]
        assert all(e.lead_id == "31" for e in again if not isinstance(e, Unassigned))
        seen += 1
    assert seen
