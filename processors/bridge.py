"""What a videobridge sends when it exports a meeting's sound, read whatever its age. Pure.

The source is `jicoco-mediajson/MediaJson.kt`. Numbers come as strings or as numbers; bridges before stable 11146 have
the key `event` twice in one object, tell no level, and call a source `<endpoint>-<ssrc>`; more kinds may come. What may
be left out may also come as `null`.
"""

from typing import Annotated, Final, NamedTuple

import msgspec

from schemas.audio import UNTOLD
from schemas.codec import Rejected

MOST: Final = 1 << 60
"""Of a number or a time: what is beyond it cannot travel on, and is none."""
QUIETEST: Final = 127


class MediaFormat(msgspec.Struct, frozen=True):
    """Of a source. `encoding`: `opus`, or `red` where browsers send redundancy."""

    encoding: str | None = None


class Custom(msgspec.Struct, frozen=True, rename="camel"):
    """What the bridge adds. The occupant's id in the room."""

    endpoint_id: str | None = None


class Start(msgspec.Struct, frozen=True, rename="camel"):
    """A source begins, or begins anew with another SSRC or payload type."""

    tag: str
    media_format: MediaFormat | None = None
    custom_parameters: Custom | None = None

    @property
    def endpoint(self) -> str:
        """Whose it is; empty where nobody says."""
        return (self.custom_parameters.endpoint_id or "") if self.custom_parameters is not None else ""

    @property
    def encoding(self) -> str:
        """In small letters; empty where nobody says."""
        return (self.media_format.encoding or "").lower() if self.media_format is not None else ""


class Media(msgspec.Struct, frozen=True, rename="camel"):
    """One RTP payload. `timestamp`: 48 kHz ticks since the connection opened; `chunk`: extended sequence number."""

    tag: str
    chunk: Annotated[int, msgspec.Meta(ge=-MOST, le=MOST)]
    timestamp: Annotated[int, msgspec.Meta(ge=-MOST, le=MOST)]
    payload: bytes
    audio_level: int | None = None

    @property
    def level(self) -> int:
        """-dBov, 0 to 127, or `UNTOLD`."""
        told = self.audio_level
        return told if told is not None and 0 <= told <= QUIETEST else UNTOLD


class Message(msgspec.Struct, frozen=True):
    """One of any kind; `event` says which of the others is there."""

    event: str
    start: Start | None = None
    media: Media | None = None
    id: int | None = None
    application: str = ""
    version: str | None = None


_DECODER = msgspec.json.Decoder(Message, strict=False)


def read(text: str | bytes) -> Message | Rejected:
    """A message. Never raises."""
    try:
        message = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return Rejected(str(error), type(error).__name__)
    if (message.event == "media" and message.media is None) or (message.event == "start" and message.start is None):
        return Rejected(f"`{message.event}` without its object")
    return message


class Redundant(NamedTuple):
    """An older payload that a packet of RED brings again: `ticks` before the packet's own time."""

    ticks: int
    payload: bytes


def unpack_red(payload: bytes) -> tuple[bytes, list[Redundant]] | None:
    """The packet's own payload and the older ones in it (RFC 2198, section 3); None where the form is broken."""
    at, told = 0, []
    while True:
        if at >= len(payload):
            return None
        if not payload[at] & 0x80:
            at += 1
            break
        if at + 4 > len(payload):
            return None
        head = int.from_bytes(payload[at : at + 4], "big")
        told.append((head >> 10 & 0x3FFF, head & 0x3FF))
        at += 4
    older = []
    for ticks, size in told:
        if at + size > len(payload):
            return None
        older.append(Redundant(ticks, payload[at : at + size]))
        at += size
    return payload[at:], older


TRAILER, IV = 2, 12
SURE = 8
"""Packets in a row: by chance one in 4000 looks so, and eight of the same number never do."""


def sealed_by(payload: bytes) -> int | None:
    """The SSRC in the trailer of a payload that looks encrypted end to end; None where it does not.

    lib-jitsi-meet, `modules/e2ee/Context.js`: … | SSRC, timestamp, counter below 65,535 (4 bytes each) | 12 | key 0–15.
    """
    if len(payload) < IV + TRAILER + 1 or payload[-2] != IV or payload[-1] > 15 or payload[-6:-4] != b"\0\0":
        return None
    return int.from_bytes(payload[-14:-10], "big")
