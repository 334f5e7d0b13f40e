"""What a partition knows beside its leads: the figures of all clients, and up to which tick it is folded.

One record in `lead.state` (key `#fleet`), written behind the states of the batch that changed it: when it is there,
they are. So of what comes again only records behind it are folded anew, and those had these figures.
"""

import msgspec

from processors.context import NO_FLEET
from schemas.events import Event, Fleet, Tick
from schemas.types import Millis

KEY = "#fleet"
"""No lead's id, nor a chunk of one."""


class Beside(msgspec.Struct, array_like=True):
    """`applied` is the offset of the last tick or figures, `ticked` the time of the last tick (ms UTC), `fleet` the
    last figures. Grows in the fold; fields are only added at the end.
    """

    applied: int = -1
    ticked: Millis = 0
    fleet: Fleet = NO_FLEET

    def take(self, event: Event, offset: int) -> bool:
        """Whether the record is news for the partition. Keeps it then."""
        if offset <= self.applied:
            return False
        match event:
            case Fleet():
                self.fleet = event
            case Tick(ts=ts):
                self.ticked = max(self.ticked, ts)
            case _:
                return False
        self.applied = offset
        return True


_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[Beside] = msgspec.msgpack.Decoder(Beside)


def encode_beside(beside: Beside) -> bytes:
    """The record of `lead.state`."""
    return _ENCODER.encode(beside)


def decode_beside(data: bytes) -> Beside:
    """Raises `msgspec.DecodeError` when the record is not ours."""
    return _DECODER.decode(data)
