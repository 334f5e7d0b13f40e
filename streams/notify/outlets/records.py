"""What stands on `out.bitrix` and `out.notebook`: a meeting's minutes, or whose meetings are to be forgotten."""

from typing import Final

from schemas.codec import Codec, Rejected
from schemas.outlets import Forget, MinutesCopy

_FORGET: Codec[Forget] = Codec(Forget)


class _CopyOrForget(Codec[MinutesCopy | Forget]):
    """They have no tag: the one was there before the other, and what waits has to stay readable."""

    def decode(self, data: bytes | None) -> MinutesCopy | Forget | Rejected:
        """As `Codec.decode`; what is neither is told as a faulty copy."""
        copy = super().decode(data)
        if not isinstance(copy, Rejected):
            return copy
        forget = _FORGET.decode(data)
        return copy if isinstance(forget, Rejected) else forget


COPY_OR_FORGET: Final = _CopyOrForget(MinutesCopy)


def is_wanted(forget: Forget, recording_id: str) -> bool:
    """Whether what was written of this meeting is to be deleted."""
    return not forget.recordings or recording_id in forget.recordings
