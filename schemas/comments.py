"""The mark in the last line of every comment that Leadpulse writes into Bitrix24.

By it the writer finds its comment of a recording, and the reader leaves ours out when they come back as events.
"""

import re
from typing import NamedTuple
from urllib.parse import quote, unquote

_MARK = re.compile(r"leadpulse:([\w.~%-]+):v(\d{1,9})", re.ASCII)


class Mark(NamedTuple):
    """Which recording a comment is about, and which version of its minutes it tells."""

    recording_id: str
    version: int


def mark_line(recording_id: str, version: int) -> str:
    """The mark as it is written; the id percent-encoded, so that it is one word of ASCII whatever is in it."""
    return f"leadpulse:{quote(recording_id, safe='')}:v{version}"


def read_mark(text: str) -> Mark | None:
    """The mark of a comment, or None where it is not ours. It counts only alone in the last line: a person who quotes
    our comment, or a client who says such a thing, is not us.
    """
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    found = _MARK.fullmatch(lines[-1].strip()) if lines else None
    return Mark(unquote(found[1]), int(found[2])) if found else None


def is_own_comment(text: str) -> str | None:
    """The recording id that a comment of ours is about, or None where a person wrote it."""
    mark = read_mark(text)
    return mark.recording_id if mark else None
