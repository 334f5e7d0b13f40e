"""Whose meeting a recording is: the lead id and the room from `metadata.json` or, failing that, from the file name."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

LEAD_ID = re.compile(r"[0-9]{1,12}")
TENANT = re.compile(r"^\[[^\]]*\]")
DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
STAMP = re.compile(r"_\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d\Z")
"""What Jibri puts behind the room name in a file name (`FileSink.kt`): local time of the host, without a zone."""


class BadMetadata(Exception):
    """`metadata.json` is there and cannot be read."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What `metadata.json` says. Participants are names as shown in the meeting; normally there are none.

    `lead_known` False: the Prosody module was told that the number in the room's name is no lead's.
    """

    lead_id: str | None = None
    room: str = ""
    participants: tuple[str, ...] = ()
    lead_known: bool = True


def read_room(name: str) -> str:
    """The room in a meeting URL, JID or Jibri's call name: readable and case-folded, without tenant and domain."""
    last = name.rstrip("/").rsplit("/", 1)[-1].split("@", 1)[0]
    return _fold(unquote(TENANT.sub("", last), errors="replace"))


def find_lead(room: str, prefixes: Sequence[str]) -> str | None:
    """The lead id in a room of `read_room`, or None. The id stays a string: a leading zero is part of it.

    `[0-9]` and ASCII: other scripts have digits and spaces too. The same as `processors/room_names.py` of the main
    installation finds; one table of cases drives the tests of both.
    """
    names = "|".join(re.escape(_fold(prefix)) for prefix in prefixes)
    match = re.match(rf"(?:{names})([0-9]{{1,12}})(?=\Z|[-_.\s])", room, re.ASCII)
    return match[1] if match else None


def read_metadata(text: bytes, prefixes: Sequence[str]) -> Meeting:
    """What Jibri wrote. Raises `BadMetadata` when it is no JSON object; a strange field alone is passed over."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMetadata(f"metadata.json: {error}") from error
    if not isinstance(found, dict):
        raise BadMetadata("metadata.json is not an object")
    url = found.get("meeting_url")
    room = read_room(url) if isinstance(url, str) else ""
    lead_id, participants = _lead_id(found.get("lead_id")), _names(found.get("participants"))
    if lead_id is None and found.get("lead_known") is False:
        return Meeting(None, room, participants, lead_known=False)
    return Meeting(lead_id or find_lead(room, prefixes), room, participants)


def read_file_name(stem: str, prefixes: Sequence[str]) -> Meeting:
    """What is left without metadata: `<call name>_<stamp>`; the name may be cut inside an escape."""
    room = read_room(STAMP.sub("", stem))
    return Meeting(find_lead(room, prefixes), room)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(DASHES)


def _lead_id(value: object) -> str | None:
    text = str(value) if isinstance(value, str | int) else ""
    return text if LEAD_ID.fullmatch(text) else None


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    users = [entry.get("user") for entry in value if isinstance(entry, dict)]
    names = [user.get("name") or user.get("id") for user in users if isinstance(user, dict)]
    return tuple(name for name in names if isinstance(name, str))
