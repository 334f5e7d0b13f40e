"""What people say of single entries of a client's profile: which entry a correction means, what it makes of it. Pure.

A correction names its entry by an id; a newer transcript may number its utterances anew, so there it is found by what
it said in the same source. A person's text is never lost: where its entry is gone, it stands by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace
from rapidfuzz import fuzz

from schemas.codec import event_id
from schemas.errors import Refused
from schemas.minutes import Correcting, ProfileCorrected
from schemas.types import LeadId, Millis

SAME = 90.0
"""`fuzz.token_set_ratio` from which two entries say the same."""
LIKE = 60.0
"""`fuzz.ratio` from which an entry at the same place of a newer transcript is the former one, heard better."""
LONGEST = 2000
"""Characters of a correction."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """`source` is a recording's id, `chat <day>`, or the person who said it by hand (then there is no quote).

    `heard`: what it said before `author` replaced it, at `corrected_at`. `entry_id` is empty of a whole field's text.
    """

    text: str
    source: str
    ts: Millis
    quote: str = ""
    segment: int | None = None
    entry_id: str = ""
    heard: str = ""
    author: str = ""
    corrected_at: Millis = 0


class Corrected(NamedTuple):
    """A field's entries after all corrections, newest first; and those that are hidden."""

    shown: list[Entry]
    hidden: list[Entry]


def entry_id(field: str, source: str, segment: int, nth: int) -> str:
    """Of the `nth` (from 0) entry of a field from one utterance."""
    return event_id("entry", field, source, segment, nth)


def alike(one: str, other: str) -> bool:
    """Whether two texts say the same."""
    return fuzz.token_set_ratio(one.lower(), other.lower()) >= SAME


def apply(heard: Sequence[Entry], corrections: Iterable[ProfileCorrected]) -> Corrected:
    """A field's entries with the corrections of it, in the order of time; each entry's last one counts."""
    added: list[Entry] = []
    last: dict[str, ProfileCorrected] = {}
    for one in corrections:
        if one.action == "add":
            added.append(Entry(one.text, one.author, one.ts, entry_id=one.entry_id))
        elif one.action == "restore":
            last.pop(one.entry_id, None)
        elif one.action:
            last[one.entry_id] = one
    entries = [*heard, *added]
    by_place: dict[int, ProfileCorrected] = {}
    lost: list[Entry] = []
    for one in last.values():
        place = _place(one, entries)
        if place is not None:
            by_place[place] = one
        elif one.action == "replace":
            lost.append(_replaced(Entry(one.was, one.of, one.ts, entry_id=one.entry_id), one))
    found: dict[bool, list[Entry]] = defaultdict(list)
    for place, entry in enumerate(entries):
        correction = by_place.get(place)
        found[correction is not None and correction.action == "hide"].append(
            entry if correction is None else _corrected(entry, correction)
        )
    return Corrected(_newest_first([*found[False], *lost]), _newest_first(found[True]))


def _place(correction: ProfileCorrected, entries: Sequence[Entry]) -> int | None:
    """Where the entry stands that a correction means."""
    same_source = [place for place, entry in enumerate(entries) if entry.source == correction.of]
    said = [place for place in same_source if alike(entries[place].text, correction.was)]
    named = [place for place in said if entries[place].entry_id == correction.entry_id]
    if named or said:
        return (named or said)[0]
    return next(
        (
            place
            for place in same_source
            if entries[place].entry_id == correction.entry_id
            and fuzz.ratio(entries[place].text.lower(), correction.was.lower()) >= LIKE
        ),
        None,
    )


def _corrected(entry: Entry, correction: ProfileCorrected) -> Entry:
    """With the correction's id, by which it can be taken back: a newer transcript may give the entry another one."""
    if correction.action == "replace":
        return _replaced(entry, correction)
    return replace(entry, entry_id=correction.entry_id, author=correction.author, corrected_at=correction.ts)


def _replaced(entry: Entry, correction: ProfileCorrected) -> Entry:
    return replace(
        entry,
        text=correction.text,
        entry_id=correction.entry_id,
        heard=entry.text,
        author=correction.author,
        corrected_at=correction.ts,
    )


def _newest_first(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.ts, reverse=True)


class Wish(NamedTuple):
    """What a person wants of a profile's field: `entry_id` of the entry, empty for a new one or the whole field."""

    field: str
    action: Correcting
    text: str = ""
    entry_id: str = ""


def correction(lead: LeadId, wish: Wish, entries: Iterable[Entry], author: str, now: Millis) -> ProfileCorrected:
    """The event of a wish; `entries` are those of the field, shown and hidden. `author` is of his session or token.

    Raises `Refused`: the entry is not there, the text is none.
    """
    text = wish.text.strip()
    if len(text) > LONGEST or not _printable(text):
        raise Refused(f"text is at most {LONGEST} characters, without control characters")
    if wish.action in ("replace", "add") and not text:
        raise Refused("text is empty")
    if wish.action in ("", "add"):
        id_ = event_id("profile", lead, wish.field, now) if not wish.action else event_id("added", lead, author, now)
        name, entry = (id_ if wish.action else ""), None
    else:
        entry = next((one for one in entries if one.entry_id and one.entry_id == wish.entry_id), None)
        if entry is None:
            raise Refused("there is no such entry in this field any more")
        name, id_ = entry.entry_id, event_id("profile", lead, wish.field, wish.entry_id, wish.action, now)
    return ProfileCorrected(
        wish.field,
        text if wish.action in ("", "add", "replace") else "",
        author,
        wish.action,
        name,
        "" if entry is None else entry.source,
        "" if entry is None else entry.heard or entry.text,
        event_id=id_,
        lead_id=lead,
        ts=now,
        source="person",
    )


def _printable(text: str) -> bool:
    return all(line.isprintable() for line in text.replace("\t", " ").splitlines())
