"""What a partition knows beside its leads: the figures of all clients, and up to which tick it is folded.

One record in `lead.state` (key `#fleet`), written behind the states of the batch that changed it: when it is there,
they are. Events that come again are folded with the figures they had the first time, so it holds the last few figures
with their offsets; those in between come again themselves.
"""

import msgspec

from processors.context import NO_FLEET
from schemas.events import Event, Fleet, Tick
from schemas.types import Millis

KEY = "#fleet"
"""No lead's id, nor a chunk of one."""

KEPT = 8
"""Figures that a partition may meet between two commits: they come hourly, commits twice a second, and a worker that
was away for half a day folds its twelve within some seconds."""


class Beside(msgspec.Struct, array_like=True):
    """`applied` is the offset of the last tick or figures, `ticked` the time of the last tick (ms UTC), `fleets` are
    the last figures and their offsets, oldest first. Grows in the fold; fields are only added at the end.
    """

    applied: int = -1
    ticked: Millis = 0
    fleets: list[tuple[int, Fleet]] = []

    def take(self, event: Event, offset: int) -> bool:
        """Whether the record is news for the partition. Keeps it then."""
        if offset <= self.applied:
            return False
        match event:
            case Fleet():
                self.fleets = [*self.fleets, (offset, event)][-KEPT:]
            case Tick(ts=ts):
                self.ticked = max(self.ticked, ts)
            case _:
                return False
        self.applied = offset
        return True

    def before(self, offset: int) -> Fleet:
        """The figures with which the record at `offset` is folded."""
        known = [fleet for place, fleet in self.fleets if place < offset]
        if not known and len(self.fleets) == KEPT:
            return self.fleets[0][1]
        return known[-1] if known else NO_FLEET


_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[Beside] = msgspec.msgpack.Decoder(Beside)


def encode_beside(beside: Beside) -> bytes:
    """The record of `lead.state`."""
    return _ENCODER.encode(beside)


def decode_beside(data: bytes) -> Beside:
    """Raises `msgspec.DecodeError` when the record is not ours."""
    return _DECODER.decode(data)
