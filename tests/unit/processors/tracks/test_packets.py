"""Packets in order, each once, and what is lost of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.tracks.packets import ROW, SILENCE, Table, apart, in_order, length_of, lost, without


def table(*rows: tuple[int, int, int]) -> Table:
    """(ms, chunk, level) of packets of 20 ms, 60 bytes each, all different."""
    return np.array(
        [(ms * 48, chunk, chunk * 7, level, 960, 60, at) for at, (ms, chunk, level) in enumerate(rows)], ROW
    )


@pytest.mark.parametrize(
    ("opus", "ms"),
    [
        (SILENCE, 20),
        (b"\x78\x01", 20),  # hybrid, fullband, 20 ms, one frame
        (b"\x08\x01", 20),
        (b"\x18\x01", 60),
        (b"\xf9\x01\x02", 40),
        (b"\x0b\x03\x00", 60),
        (b"\xe0\x00", 2.5),
        (b"", 0),
        (b"\xfb", 0),
    ],
)
def test_how_long_a_packet_is(opus: bytes, ms: float) -> None:
    """RFC 6716, table 2 and 3.2."""
    assert length_of(opus) == ms * 48


def test_a_hole_in_the_numbers_is_a_loss_and_a_hole_in_time_alone_a_pause() -> None:
    """
    ms      0  20  |lost|  80        400 (DTX)  420
    chunk  10  11  12 13   14        15         16
    """
    told = table((0, 10, 30), (20, 11, 30), (80, 14, 30), (400, 15, 30), (420, 16, 30))
    assert lost(told).tolist() == [0, 40 * 48, 0, 0, 0]


def test_numbers_that_are_missing_on_silence_are_a_mute() -> None:
    """The bridge passes three packets of level 127 on, and then nothing."""
    told = table((0, 10, 30), (20, 11, 127), (40, 12, 127), (60, 13, 127), (5000, 260, 30))
    assert lost(told).tolist() == [0] * 5


def test_a_mute_of_an_older_bridge_is_told_by_the_packets_size() -> None:
    """Before 11146 nobody tells the level: a packet without sound has three bytes."""
    told = table((0, 10, -1), (20, 11, -1), (5000, 260, -1))
    told["size"][1] = 3
    assert lost(told).tolist() == [0, 0, 0]
    told["size"][1] = 60
    assert lost(told).tolist() == [0, 4960 * 48, 0]


def test_another_number_in_the_middle_of_talk_is_no_loss() -> None:
    """A new SSRC under the same tag begins anywhere."""
    told = table((0, 10, 30), (20, 11, 30), (40, 50_000, 30), (60, 3, 30))
    assert lost(told).tolist() == [0] * 4


def test_only_what_was_lost_counts_where_a_pause_follows() -> None:
    """One packet lost in front of three seconds that were not sent are 20 ms."""
    assert lost(table((0, 10, 30), (3000, 12, 30))).tolist() == [20 * 48, 0]


def test_packets_do_not_lie_over_each_other() -> None:
    """Of two connections with clocks that differ; what follows a pause is at its place again."""
    starts = np.array([0, 960, 1500, 2460, 9600])
    assert apart(starts, np.full(5, 960)).tolist() == [0, 960, 1920, 2880, 9600]


rows = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 2000)), min_size=1, max_size=60, unique=True)


@given(rows, st.randoms(use_true_random=False))
def test_any_order_with_any_repeats_is_the_same(places: list[tuple[int, int]], dice: object) -> None:
    """Also where whole stretches come again, as blocks do."""
    told = table(*((ts * 20, chunk, 30) for ts, chunk in places))
    again = list(range(len(told))) * 2
    dice.shuffle(again)  # type: ignore[attr-defined]
    mixed = told[again]
    mixed["at"] = np.arange(len(mixed))
    names = ["ts", "chunk", "mark", "level", "length", "size"]
    assert in_order(mixed)[names].tolist() == in_order(told)[names].tolist()
    assert len(in_order(mixed)) == len(told)


@given(rows, st.integers(0, 60))
def test_what_a_twin_has_too_is_taken_once(places: list[tuple[int, int]], cut: int) -> None:
    """Two connections at once: their clocks differ, numbers and bytes do not."""
    told = table(*((ts * 20, chunk, 30) for ts, chunk in places))
    twin = told[:cut].copy()
    twin["ts"] += 12_345
    both = len(without(twin, [told])) + len(told)
    assert both == len(told)
    assert len(without(told, [twin])) == len(told) - sum(np.isin(told["chunk"], twin["chunk"]))
