"""What travels on `source.audio`: each participant's sound as the videobridge sent it, and what is known of its holes.

MessagePack, not JSON: a block is mostly Opus, which base64 would make a third larger (`docs/decisions/0098`). Times of
packets are the bridge's media clock, 48 kHz ticks since its connection opened; `zero` puts them on the wall clock.
"""

from typing import Literal

import msgspec

from schemas.codec import Packed
from schemas.types import Millis

TICKS_PER_MS = 48
"""Of the media clock."""
UNTOLD = -1
"""`Packet.level` where the bridge tells none (before stable 11146)."""

Hole = Literal["restarted", "spilled", "silent"]
"""Why nobody kept it. `restarted`: the entrance was away. `spilled`: Kafka was away for longer than there was room.
`silent`: the bridge was away: it opened another connection after one that ended without a word."""
Reason = Literal["red", "encrypted", "encoding", "limit"]
"""Why a source cannot be read. `red`: redundant packets of a broken form. `encrypted`: end to end. `encoding`: neither
Opus nor RED. `limit`: more sources in one connection than we take."""


class Packet(msgspec.Struct, frozen=True, array_like=True):
    """One RTP payload. `chunk`: extended sequence number, a hole in it is a loss; a hole in `ts` alone is silence that
    was not sent (DTX). `level`: -dBov, 0 (loudest) to 127, or `UNTOLD`. Not in order: as it came in."""

    chunk: int
    ts: int
    level: int
    opus: bytes


class AudioBlock(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="block"):
    """About one second of one source. `meeting_id` is ours (`RoomReport.meeting_id`), `endpoint` the occupant
    (`RoomReport.participant`); `tag` tells sources of the `connection` apart and means nothing else. `zero`: the wall
    clock at `ts` 0, by what was known when the block was closed; later blocks know better."""

    meeting_id: str
    connection: str
    tag: str
    endpoint: str
    zero: Millis
    packets: list[Packet]


class AudioOpened(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="opened"):
    """A bridge connected. `room` as in its reports; `bridge`: its version, empty before it has told it, and then told
    once more."""

    meeting_id: str
    connection: str
    at: Millis
    room: str = ""
    bridge: str = ""


class AudioAlive(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="alive"):
    """The connection stands and nobody says anything: a later hole begins no earlier than here. Every few seconds."""

    meeting_id: str
    connection: str
    at: Millis


class AudioClosed(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="closed"):
    """A connection is over, and everything of it stands before this. `ended`: the bridge said that the session is."""

    meeting_id: str
    connection: str
    at: Millis
    ended: bool = False


class AudioGap(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="gap"):
    """From `since` to `until` (wall clock) nothing of the meeting was kept, whoever spoke."""

    meeting_id: str
    since: Millis
    until: Millis
    why: Hole


class AudioUnreadable(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="unreadable"):
    """A participant's sound comes and is of no use. Once a connection, participant and reason."""

    meeting_id: str
    connection: str
    endpoint: str
    why: Reason


AudioRecord = AudioBlock | AudioOpened | AudioAlive | AudioClosed | AudioGap | AudioUnreadable


AUDIO_RECORD: Packed[AudioRecord] = Packed(AudioRecord)
