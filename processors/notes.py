"""People's notes on a client, as they stand: of each the last words, who wrote it and when. Pure."""

from collections.abc import Iterable

import msgspec

from schemas.codec import event_id
from schemas.errors import Refused
from schemas.events import Author, Note
from schemas.types import LeadId, Millis

LONGEST = 2000
"""Characters of a note."""


class KeptNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """`ts`: first written; `changed_at`: last changed by `changed_by` (0 and empty: never). `former`: its texts before,
    the oldest first. `by_hand`: written on our page, so that it may be changed there."""

    note_id: str
    text: str
    author: str
    ts: Millis
    event_id: str
    pinned: bool = False
    gone: bool = False
    changed_at: Millis = 0
    changed_by: str = ""
    former: list[str] = []
    by_hand: bool = False


SOURCE = "person"
"""Of what is written on our page."""


def kept(events: Iterable[Note]) -> list[KeptNote]:
    """Notes by their last words, the newest first; also those that were taken back. `events` in the order in which they
    were told: of those of one moment the later one counts."""
    versions: dict[str, list[Note]] = {}
    for event in sorted(events, key=lambda event: event.ts):
        versions.setdefault(event.note_id, []).append(event)
    return sorted(map(_kept, versions.values()), key=lambda note: note.ts, reverse=True)


def _kept(versions: list[Note]) -> KeptNote:
    first, last = versions[0], versions[-1]
    texts = list(dict.fromkeys(version.text for version in versions if version.text != last.text))
    changed = last.text != first.text or last.gone
    return KeptNote(
        first.note_id,
        last.text,
        first.author.name or first.author.id,
        first.ts,
        last.event_id,
        last.pinned and not last.gone,
        last.gone,
        last.ts if changed else 0,
        (last.author.name or last.author.id) if changed else "",
        texts,
        first.source == SOURCE,
    )


def written(lead: LeadId, note_id: str, text: str, author: Author, now: Millis, pinned: bool) -> Note:
    """A new note, or new words of one. `note_id` comes with the form, so that a form sent twice is one note.

    Raises `Refused`.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Refused(f"text is 1 to {LONGEST} characters")
    return _note(lead, note_id, text, author, now, pinned=pinned)


def taken_back(lead: LeadId, note: KeptNote, author: Author, now: Millis) -> Note:
    """The end of a note: its words stay in the history of who may read everything, and are shown nowhere."""
    return _note(lead, note.note_id, note.text, author, now, gone=True)


def _note(
    lead: LeadId, note_id: str, text: str, author: Author, now: Millis, *, pinned: bool = False, gone: bool = False
) -> Note:
    id_ = event_id("note", lead, note_id, text, int(pinned), int(gone), now)
    return Note(note_id, author, text, pinned, gone, event_id=id_, lead_id=lead, ts=now, source=SOURCE)
