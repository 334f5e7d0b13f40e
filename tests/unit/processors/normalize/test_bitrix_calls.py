"""What was said in a call comes into the client's history as that call."""

from typing import Any

import msgspec

from processors.context import Context
from processors.identity import Identities
from processors.lead import step
from processors.normalize import Options
from processors.normalize.bitrix import normalize
from processors.normalize.transcripts import normalize as from_transcripts
from processors.rules import builtin
from processors.state import LeadState
from schemas.alerts import Signal
from schemas.codec import Rejected
from schemas.events import Call, CallTranscribed
from schemas.sources import Identity, Inbound, Recording, Transcript, Unassigned, Word
from schemas.types import Meta
from tests.golden.examples import accepted
from tests.unit.processors.normalize.test_bitrix import META
from tests.unit.processors.normalize.test_bitrix_people import entity

CALL = {
    "ID": "9", "TYPE_ID": "2", "OWNER_TYPE_ID": "2", "OWNER_ID": "31", "DIRECTION": "2", "COMPLETED": "Y",
    "START_TIME": "2026-11-20T10:00:00+03:00", "END_TIME": "2026-11-20T10:01:35+03:00",
}  # fmt: skip


def known() -> Identities:
    """The deal is a lead's."""
    identities = Identities()
    identities.apply("b24_deal:31", Identity("b24_deal", "31", "12345"))
    return identities


def transcript(text: str, version: int = 1) -> bytes:
    """Our own, of the call's record."""
    inbound = msgspec.json.decode(entity("call", "9", CALL), type=Inbound)
    recording = Recording(
        recording_id="r", session_id="r", file="9.mp3", path="bitrix/9.mp3", size=1, sha256="", room="",
        ended_at=2, duration_ms=95_000, started_at=1, status="ok", said_in=inbound,
    )  # fmt: skip
    words = [Word(word, n * 100, n * 100 + 90, 1.0) for n, word in enumerate(text.split())]
    return msgspec.json.encode(Transcript(recording, version, "vosk", "m", words))


def the_one(found: Any) -> CallTranscribed:
    """The only thing it means."""
    assert not isinstance(found, Rejected)
    [event] = found
    assert isinstance(event, CallTranscribed)
    return event


def test_both_ways_give_the_words_of_that_call() -> None:
    """The portal's transcript and ours: same call, same time, an id of its own each; ours has versions."""
    portal = the_one(normalize(META, entity("call", "9", CALL | {"TRANSCRIPT": "Да\nНет"}), known(), Options()))
    assert (portal.lead_id, portal.call_id, portal.direction, portal.duration_ms) == ("12345", "9", "out", 95_000)
    assert (portal.text, portal.engine) == ("Да\nНет", "")
    meta = Meta("source.transcripts", 0, 1, META.ts)
    ours = the_one(from_transcripts(meta, transcript("мы уходим"), known(), Options()))
    assert (ours.lead_id, ours.call_id, ours.ts, ours.engine) == ("12345", "9", portal.ts, "vosk")
    newer = the_one(from_transcripts(meta, transcript("мы уходим", 2), known(), Options()))
    assert len({portal.event_id, ours.event_id, newer.event_id}) == 3
    events = accepted(normalize(META, entity("activity", "9", CALL), known(), Options()))
    [call] = [one for one in events if isinstance(one, Call)]
    assert (call.call_id, call.ts) == (portal.call_id, portal.ts)


def test_a_call_of_nobody_waits_and_one_without_words_says_nothing() -> None:
    """As every other event."""
    [waits] = accepted(normalize(META, entity("call", "9", CALL | {"TRANSCRIPT": "Да"}), Identities(), Options()))
    assert isinstance(waits, Unassigned)
    assert (waits.client.kind, waits.client.value) == ("b24_deal", "31")
    [waits] = accepted(from_transcripts(Meta("source.transcripts", 0, 1, 1), transcript("да"), Identities(), Options()))
    assert isinstance(waits, Unassigned)
    assert normalize(META, entity("call", "9", CALL | {"TRANSCRIPT": " "}), known(), Options()) == []
    assert isinstance(normalize(META, entity("call", "9", {"OWNER_ID": "1"}), known(), Options()), Rejected)


def test_words_that_come_hours_later_ring_once() -> None:
    """Also a day after the call, as a meeting's; a later version says nothing twice, and the call is counted once."""
    state, offset = LeadState(), 0

    def fold(event: Any, hours: float) -> list[Signal]:
        nonlocal offset
        offset += 1
        at = Meta("lead.events", 0, offset, event.ts + round(hours * 3_600_000))
        return [one for one in step(state, event, at, Context(builtin())) if isinstance(one, Signal)]

    text = {"TRANSCRIPT": "Добрый день\nМы расторгаем договор и уходим к другому оператору"}
    events = accepted(normalize(META, entity("activity", "9", CALL), known(), Options()))
    [call] = [one for one in events if isinstance(one, Call)]
    assert fold(call, 0.1) == []
    words = the_one(normalize(META, entity("call", "9", CALL | text), known(), Options()))
    assert "leaving_phrase" in {one.rule for one in fold(words, 30)}
    assert fold(msgspec.structs.replace(words, event_id="00000000000000aa", version=2), 31) == []
    assert state.days.calls == [1]
