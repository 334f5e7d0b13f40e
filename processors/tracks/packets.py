"""Opus packets of one source: in order, each once, with the places where some are missing. Pure.

A `Table` has a row a packet; what was said in it lies elsewhere (`at`, `size`), so that three hours are 20 MB. Times
are ticks of 48 kHz.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

TICKS = 48_000
"""Ticks a second."""
FRAME = 960
"""Ticks of a packet of 20 ms, as browsers send them."""
LONGEST = 5760
"""Ticks of the longest packet that there is (RFC 6716: 120 ms)."""
SILENCE = b"\xf8\xff\xfe"
"""A packet of 20 ms without sound (CELT, mono)."""
QUIET = 127
"""Level of digital silence: the bridge passes three such packets of a muted participant on, and then none."""
BARE = 8
"""Bytes: so small a packet has no sound, where nobody tells its level."""
STRANGE = 3000
"""A jump of the sequence number by more, or backwards, is no loss: the participant sends under another number."""

ROW = np.dtype(
    [
        ("ts", "<i8"),
        ("chunk", "<i8"),
        ("mark", "<u4"),
        ("level", "i1"),
        ("length", "<u2"),
        ("size", "<u2"),
        ("at", "<i8"),
    ]
)
"""`mark` is the payload's checksum, `length` its ticks, `size` its bytes, `at` where they lie."""

Table = npt.NDArray[np.void]

_SILK = (480, 960, 1920, 2880)
_CELT = (120, 240, 480, 960)


def length_of(opus: bytes) -> int:
    """Ticks of sound in a packet (RFC 6716, 3.1); 0 of an empty one."""
    if not opus:
        return 0
    config, count = opus[0] >> 3, opus[0] & 3
    frame = _SILK[config & 3] if config < 12 else _SILK[config & 1] if config < 16 else _CELT[config & 3]
    match count:
        case 0:
            return frame
        case 3:
            return frame * (opus[1] & 63) if len(opus) > 1 else 0
        case _:
            return 2 * frame


def in_order(table: Table) -> Table:
    """By time, then number, each packet once however often it came."""
    ordered = table[np.lexsort((table["at"], table["mark"], table["chunk"], table["ts"]))]
    if len(ordered) < 2:
        return ordered
    fresh = (np.diff(ordered["ts"]) != 0) | (np.diff(ordered["chunk"]) != 0)
    return ordered[np.concatenate(([True], fresh))]


def without(table: Table, others: Sequence[Table]) -> Table:
    """Without packets that came through another connection, too: the same number and the same bytes."""
    if not others or not len(table):
        return table
    known = np.concatenate([_fingers(other) for other in others])
    return table[~np.isin(_fingers(table), known)]


def _fingers(table: Table) -> npt.NDArray[np.uint64]:
    return (table["chunk"].astype(np.uint64) << np.uint64(32)) ^ table["mark"].astype(np.uint64)


def lost(table: Table) -> npt.NDArray[np.int64]:
    """Ticks that are lost behind each packet of a table in order: what the numbers say is missing, as long as there is
    room for it. A pause without missing numbers was not sent (DTX), what follows on digital silence is a mute."""
    if not len(table):
        return np.zeros(0, np.int64)
    missing = np.diff(table["chunk"]) - 1
    room = np.diff(table["ts"]) - table["length"][:-1]
    told = table["level"][:-1]
    quiet = (told == QUIET) | ((told < 0) & (table["size"][:-1] <= BARE))
    is_loss = (missing > 0) & (missing < STRANGE) & (room > 0) & ~quiet
    ticks = np.minimum(room, missing * np.maximum(table["length"][:-1], FRAME))
    return np.concatenate((np.where(is_loss, ticks, 0), [0])).astype(np.int64)


def apart(starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The starts, moved on where a packet would begin before the former one has ended."""
    before = np.cumsum(lengths) - lengths
    moved: npt.NDArray[np.int64] = np.maximum.accumulate(starts - before) + before
    return moved
