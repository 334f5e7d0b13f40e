"""Whose meeting a Jitsi room name means. The same parser as in `jibri-hooks/mod_lead_autorecord/names.lib.lua`.

One table of cases drives the tests of both: `tests/fixtures/rooms.json`.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from schemas.types import LeadId

_TENANT = re.compile(r"^\[[^\]]*\]")
_DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
_LOOKALIKES = str.maketrans(
    {
        other: latin
        for latin, others in {
            "a": "аαáàâäå",
            "c": "сϲç",
            "d": "ԁ",
            "e": "еёєεéèêë",
            "g": "ɡ",
            "h": "һ",
            "j": "ј",
            "k": "кκ",
            "l": "іїӏιi1|!",
            "m": "м",
            "n": "ոп",
            "o": "оοσ0óòôö",
            "p": "рρ",
            "q": "ԛ",
            "s": "ѕ",
            "t": "тτ",
            "u": "υü",
            "v": "νѵ",
            "w": "ԝ",
            "x": "хχ",
            "y": "уγ",
        }.items()
        for other in others
    }
)
_SEPARATOR = r"[ -/:-@\[-`{-\u00bf\u2000-\u2bff\u3000-\u303f\ufe00-\ufe0f\ufeff\U0001f000-\U0001faff]"
_DIGIT = r"[0-9\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]"
_MISPLACED = re.compile(rf"{_SEPARATOR}{{0,8}}(?:(?:no|id){_SEPARATOR}{{0,8}})?[oil]{{0,2}}{_DIGIT}")
"""A number that is not where it should be: other separators, `№`, an `o` for a zero, digits of another script."""


@dataclass(frozen=True, slots=True)
class RoomName:
    """`near_miss`: meant for a lead, but not readable; recorded without a client. `other`: none of our business."""

    kind: Literal["lead", "near_miss", "other"]
    lead_id: LeadId | None = None


def read_room_name(name: str, prefixes: Sequence[str]) -> RoomName:
    """The lead in a meeting URL, a room's JID or its local part. The id is a string: a leading zero is part of it."""
    room = _fold(_bare(name))
    known = [folded for folded in map(_fold, prefixes) if folded]
    for prefix in known:
        # [0-9] and ASCII: other scripts have digits and spaces too
        match = re.match(rf"{re.escape(prefix)}([0-9]{{1,12}})(?=\Z|[-_.\s])", room, re.ASCII)
        if match:
            return RoomName("lead", match[1])
    return RoomName("near_miss" if any(_is_near(room, prefix) for prefix in known) else "other")


def _bare(name: str) -> str:
    last = name.rstrip("/").rsplit("/", 1)[-1].split("@", 1)[0]
    return unquote(_TENANT.sub("", last), errors="replace")


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_DASHES)


def _is_near(room: str, prefix: str) -> bool:
    stem = prefix
    while len(stem) > 1 and re.fullmatch(_SEPARATOR, stem[-1]):
        stem = stem[:-1]
    if room[: len(stem)].translate(_LOOKALIKES) != stem.translate(_LOOKALIKES):
        return False
    return _MISPLACED.match(room, len(stem)) is not None
