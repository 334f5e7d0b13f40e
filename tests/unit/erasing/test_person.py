"""Of one person who is erased: which files he is heard in."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from processors.tracks.entry import entry_id
from schemas import events as ev
from schemas.codec import EVENT
from schemas.privacy import Consent
from streams.erasing import person
from streams.settings import Settings
from tests.unit.store.samples import event_of

OLGA = Consent(person_id="a" * 16, name="Ольга Рублёва", leads=["7"], at=1, by="x")


class Nowhere:
    """Other places, where nothing is of him."""

    async def messages(self, *_: Any) -> AsyncIterator[Any]:
        for one in list[Any]():
            yield one

    thoughts = messages

    def files(self, _lead: str) -> list[Path]:
        return []


async def test_a_meetings_entry_has_two_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jibri's and the tracks, under one id: he is heard in both."""
    entry = entry_id("m1")
    recorded = replace(event_of(ev.MeetingRecorded), recording_id=entry, participants=["Ольга Рублёва"])
    history = [
        replace(recorded, path="7/jibri.mp4"),
        replace(recorded, path="7/tracks.mka"),
        replace(recorded, path="7/other.mp4", recording_id="bb", participants=["Анна"]),
    ]
    events = [{"payload": msgspec.json.decode(EVENT.encode(event))} for event in history]
    monkeypatch.setattr(person, "whole_history", lambda _store, _lead: iter(events))
    eraser = person.PersonEraser(Settings())
    eraser._places = Nowhere()  # type: ignore[assignment]
    standing = await eraser.standing("7", OLGA)
    assert (standing.recordings, standing.meetings) == (["7/jibri.mp4", "7/tracks.mka"], [entry])
