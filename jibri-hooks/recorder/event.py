"""The records that the agent writes: `schemas.sources.Recording` and `DeadLetter` of the main installation, as JSON.

Spelled out here because the Jibri host has no `schemas`; a test of the main repository compares the bytes.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from recorder.jobs import Probe
from recorder.rooms import Meeting

RECORDINGS = "source.recordings"
DEAD_LETTERS = "dead.letters"
LATEST_MS = 4_102_444_800_000
"""The wire takes times up to 2100; a file with a broken clock is moved into the range instead of being lost."""


@dataclass(frozen=True, slots=True)
class Media:
    """A media file as Jibri left it, `file` as seen from the recording directory.

    `ended_at` is its last write, ms UTC: nothing else tells the end.
    """

    session_id: str
    file: str
    size: int
    ended_at: int

    @property
    def recording_id(self) -> str:
        """`schemas.codec.event_id("recording", session_id, file)`. One session may have files on several hosts."""
        text = "\x1f".join(["recording", self.session_id, self.file])
        return blake2b(text.encode(), digest_size=8).hexdigest()


def folder_of(media: Media, probe: Probe, lead_id: str | None) -> str:
    """Where the file belongs under the recordings root: `<lead>/<yyyy>/<mm>/<dd>/<session>`, UTC day of its start."""
    day = datetime.fromtimestamp(_start(media, probe) / 1000, UTC)
    return f"{lead_id or '_unassigned'}/{day:%Y/%m/%d}/{media.session_id}"


def recording(media: Media, probe: Probe, meeting: Meeting, path: str, sha256: str, host: str) -> bytes:
    """The `source.recordings` record; `path` and `sha256` are those of the file to use, on the recordings root."""
    required: dict[str, object] = {
        "type": "recording",
        "recording_id": media.recording_id,
        "session_id": media.session_id,
        "file": media.file,
        "path": path,
        "size": media.size,
        "sha256": sha256,
        "room": meeting.room,
        "ended_at": _in_range(media.ended_at),
        "duration_ms": probe.duration_ms,
        "started_at": _start(media, probe),
        "status": probe.status,
    }
    optional = {
        "lead_id": meeting.lead_id,
        "host": host,
        "participants": list(meeting.participants),
        "error": probe.error,
    }
    unknown: dict[str, object] = {} if meeting.lead_known else {"lead_known": False}
    return _encode(required | _without_defaults(optional) | unknown)


def note_of(record: bytes, media: Media) -> bytes:
    """What is kept about a published file: the state of the file as Jibri left it, and the record."""
    state = {"size": media.size, "ended_at": _in_range(media.ended_at)}
    return _encode({**state, "record": json.loads(record)})


def is_about(note: bytes | None, media: Media) -> bool:
    """Whether a note tells of this very state of the file: a file that was changed since is a new one."""
    if note is None:
        return False
    try:
        told = json.loads(note)
    except ValueError:
        return False
    if not isinstance(told, dict):
        return False
    return bool((told.get("size"), told.get("ended_at")) == (media.size, _in_range(media.ended_at)))


def dead_letter(key: str, ts: int, error_class: str, error: str, payload: bytes) -> bytes:
    """A `dead.letters` record of the topic "spool". Bytes stand as base64, as msgspec writes them."""
    return _encode(
        {
            "topic": "spool",
            "partition": 0,
            "offset": 0,
            "ts": _in_range(ts),
            "agent": "recorder",
            "error_class": error_class,
            "error": error,
            "payload": b64encode(payload).decode(),
            "key": b64encode(key.encode()).decode(),
        }
    )


def _start(media: Media, probe: Probe) -> int:
    return _in_range(_in_range(media.ended_at) - probe.duration_ms)


def _in_range(ms: int) -> int:
    return min(max(ms, 0), LATEST_MS)


def _without_defaults(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value}


def _encode(record: Mapping[str, object]) -> bytes:
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")  # JSON text may hold half a surrogate pair; UTF-8 may not
