"""A participant's packets become turns, the same however they come."""

import random

from hypothesis import given
from hypothesis import strategies as st

from processors.turns import BEFORE, LONGEST, PACKET, PAUSE, Act, Begun, Ended, Heard, InOrder, Turns
from schemas.audio import Packet

VOICE, ROOM = 30, 90


def packets(levels: list[int], chunk: int = 7, ts: int = 0) -> list[Packet]:
    return [Packet(chunk + at, ts + at * PACKET, level, b"") for at, level in enumerate(levels)]


def acts(found: list[Packet], since: int = -1) -> list[Act]:
    """Of packets as they come, closed at the end."""
    order, turns = InOrder(), Turns(since)
    told = [act for packet in order.take(found) for act in turns.take(heard(packet))]
    told += [act for packet in order.rest() for act in turns.take(heard(packet))]
    return told + list(turns.close())


def heard(packet: Packet) -> Heard:
    return Heard(packet.ts, packet.level, packet.opus)


def turns_of(told: list[Act]) -> list[tuple[int, int]]:
    """Mark and end of each."""
    marks = [act.mark for act in told if isinstance(act, Begun)]
    ends = [act.last for act in told if isinstance(act, Ended)]
    return list(zip(marks, ends, strict=True))


def test_a_turn_begins_a_little_before_the_voice_and_ends_with_the_pause() -> None:
    told = acts(packets([ROOM] * 50 + [VOICE] * 10 + [ROOM] * 60))
    sound = [act for act in told if isinstance(act, Heard)]
    assert turns_of(told) == [(50 * PACKET, 60 * PACKET + PAUSE)]
    assert sound[0].ts == (50 - BEFORE) * PACKET
    assert [one.ts for one in sound] == list(range(sound[0].ts, 60 * PACKET + PAUSE, PACKET))


def test_a_short_pause_is_inside_a_turn_until_it_is_long() -> None:
    breath = [VOICE] * 100 + [ROOM] * 15
    assert len(turns_of(acts(packets(breath * 3)))) == 1
    long = turns_of(acts(packets(breath * 12)))  # 27 s
    assert len(long) == 2
    assert 15_000 <= (long[0][1] - long[0][0]) / 48 <= 18_000


def test_the_longest_turn_ends_in_mid_word_and_no_sound_is_lost() -> None:
    told = acts(packets([VOICE] * 2000))
    assert [end - mark for mark, end in turns_of(told)] == [LONGEST, 2000 * PACKET - LONGEST]
    assert len([act for act in told if isinstance(act, Heard)]) == 2000


def test_nothing_for_a_while_ends_a_turn() -> None:
    """A muted microphone sends nothing at all: the next packet tells how long it was."""
    found = packets([VOICE] * 20) + packets([VOICE] * 20, chunk=27, ts=20 * PACKET + PAUSE + 1)
    assert len(turns_of(acts(found))) == 2


def test_another_sender_of_the_same_voice_is_heard() -> None:
    """Its sequence numbers begin anew, below the former ones; its times go on."""
    found = packets([VOICE] * 20, chunk=60_000) + packets([VOICE] * 20, chunk=3, ts=20 * PACKET)
    told = acts(found)
    assert len(turns_of(told)) == 1
    assert len([act for act in told if isinstance(act, Heard)]) == 40


def test_what_was_told_is_not_heard_again() -> None:
    """After a kill: the turn that was told is passed over, the next one has the same mark."""
    found = packets([VOICE] * 20 + [ROOM] * 60 + [VOICE] * 20 + [ROOM] * 60)
    first, second = turns_of(acts(found))
    assert turns_of(acts(found, since=first[1] - PACKET // 2)) == [second]
    assert turns_of(acts(found[10:], since=first[1] - PACKET // 2)) == [second]


LEVELS = st.lists(st.tuples(st.sampled_from([VOICE, ROOM]), st.integers(1, 80)), max_size=8).map(
    lambda runs: [level for level, length in runs for _ in range(length)]
)


@given(LEVELS, st.integers(0, 1000))
def test_repeats_and_small_disorder_change_nothing(levels: list[int], seed: int) -> None:
    """Packets come up to three places late, and some twice."""
    found, dice = packets(levels), random.Random(seed)
    late = sorted(found, key=lambda packet: packet.chunk + dice.random() * 3)
    twice = [again for packet in late for again in [packet] * dice.choice((1, 1, 2))]
    if found:
        twice.remove(found[0])
        twice.insert(0, found[0])  # the first one says where the numbers begin
    assert acts(twice) == acts(found)


@given(LEVELS)
def test_all_that_is_loud_is_in_a_turn_once(levels: list[int]) -> None:
    found = packets(levels)
    sound = [act.ts for act in acts(found) if isinstance(act, Heard)]
    assert sound == sorted(set(sound))
    assert {packet.ts for packet in found if packet.level == VOICE} <= set(sound)


def test_a_lost_packet_before_a_silence_is_not_waited_for() -> None:
    """The next packet is of DTX, 400 ms later: what came behind the lost one is heard with it."""
    found = packets([VOICE] * 10)
    later = Packet(17, found[-1].ts + 400 * 48, ROOM, b"")
    order = InOrder()
    assert len(list(order.take(found[:7] + found[8:]))) == 7
    assert [packet.chunk for packet in order.take([later])] == [15, 16, 17]
