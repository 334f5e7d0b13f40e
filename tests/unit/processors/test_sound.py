"""Packets of a connection become blocks: cut by the second, anchored to the wall clock, or told of as unreadable."""

import base64
import json
from collections.abc import Iterator

import pytest

from processors.bridge import Media, MediaFormat, Start, read
from processors.sound import BLOCK_MS, MOST_TAGS, SILENT_MS, Anchor, Gathering, span_of
from schemas.audio import UNTOLD, AudioBlock, AudioUnreadable
from schemas.codec import Rejected
from tests.fakes.bridge_form import Form, Source

T0 = 1_795_244_400_000


def begun(tag: str = "a1", encoding: str = "opus") -> Start:
    return Start(tag, MediaFormat(encoding))


def packet(number: int, tag: str = "a1", payload: bytes = b"\xf8\xff\xfe", level: int = 40) -> Media:
    return Media(tag, 100 + number, number * 960, payload, level)


@pytest.fixture
def gathering() -> Gathering:
    found = Gathering("m", "c", T0)
    assert list(found.start(begun())) == []
    return found


def test_blocks_are_of_a_second_and_lose_nothing(gathering: Gathering) -> None:
    """However many packets a second has; what is left comes at the end."""
    blocks = [block for n in range(120) for block in gathering.media(packet(n), T0 + n * 20)]
    blocks += list(gathering.rest())
    assert [len(block.packets) for block in blocks if isinstance(block, AudioBlock)] == [51, 51, 18]
    assert [p.chunk for block in blocks if isinstance(block, AudioBlock) for p in block.packets] == [*range(100, 220)]
    assert list(gathering.rest()) == []


def test_a_block_of_who_fell_silent_is_closed_by_time(gathering: Gathering) -> None:
    """A muted microphone sends nothing at all; another is not cut for his sake."""
    list(gathering.media(packet(0), T0))
    list(gathering.start(begun("b1")))
    list(gathering.media(packet(30, "b1"), T0 + 600))
    assert list(gathering.due(T0 + SILENT_MS - 1)) == []
    assert [block.tag for block in gathering.due(T0 + 700)] == ["a1"]
    assert [block.tag for block in gathering.due(T0 + 600 + SILENT_MS)] == ["b1"]


def test_who_goes_on_is_cut_by_the_second(gathering: Gathering) -> None:
    """A packet each 100 ms: he is not silent."""
    for number in range(10):
        list(gathering.media(packet(number * 5), T0 + number * 100))
    assert list(gathering.due(T0 + BLOCK_MS - 1)) == []
    assert [len(block.packets) for block in gathering.due(T0 + BLOCK_MS)] == [10]


def test_a_new_start_under_the_same_name_cuts_there(gathering: Gathering) -> None:
    """Another SSRC: its numbers begin elsewhere."""
    list(gathering.media(packet(0), T0))
    (block,) = gathering.start(begun())
    assert isinstance(block, AudioBlock) and block.packets[0].chunk == 100


def test_the_anchor_is_the_lowest_delay() -> None:
    """Jitter and a burst from TCP do not move it; a clock that drifts by 0.1 ms a second is followed."""
    anchor = Anchor(T0)
    assert anchor.zero == T0
    for number, late in enumerate((40, 12, 5, 30, 3000, 25)):
        anchor.heard(number * 960, T0 + number * 20 + late)
    assert anchor.zero == T0 + 5
    for second in range(600):
        anchor.heard(second * 48_000, T0 + second * 1000 + 5 + second // 20)
    assert 30 <= anchor.zero - T0 <= 36


def test_a_clock_that_jumps_moves_nobody_elses_words(gathering: Gathering) -> None:
    """A packet of no time that can be, and a source whose clock jumps for good: each stays where it was heard, and the
    connection's origin where it was."""
    list(gathering.start(begun("b1")))
    for ts in (0, 960, 1 << 59, 1920, -7, 2880):
        list(gathering.media(Media("a1", 100, ts, b"\xf8\xff\xfe", 40), T0 + 60))
    for number in range(3):
        jumped = Media("b1", number, 1_000_000_000 + number * 960, b"\xf8\xff\xfe", 40)
        list(gathering.media(jumped, T0 + 60 + number * 20))
    blocks = {block.tag: block for block in gathering.rest()}
    assert {block.zero for block in blocks.values()} == {T0}
    assert [packet.ts for packet in blocks["a1"].packets] == [0, 960, 2880, 1920, 2880, 2880]
    assert [packet.ts for packet in blocks["b1"].packets] == [2880, 3840, 4800]


def test_the_span_is_on_the_wall_clock(gathering: Gathering) -> None:
    """Also where packets came in another order."""
    for number in (1, 0, 2):
        list(gathering.media(packet(number), T0 + 60))
    (block,) = gathering.rest()
    assert span_of(block) == (block.zero, block.zero + 60) and block.zero == T0 + 20


@pytest.mark.parametrize(("told", "kept"), [(-5, UNTOLD), (0, 0), (127, 127), (128, UNTOLD), (UNTOLD, UNTOLD)])
def test_a_level_is_one_or_none(gathering: Gathering, told: int, kept: int) -> None:
    """What is no level of RFC 6464 is as if it had not been told."""
    list(gathering.media(packet(0, level=told), T0))
    assert next(gathering.rest()).packets[0].level == kept


def test_an_unannounced_source_is_counted_and_kept_nowhere(gathering: Gathering) -> None:
    """Nobody knows whose it is."""
    assert list(gathering.media(packet(0, "x"), T0)) == [] and gathering.unknown == 1


def told(records: Iterator[AudioBlock | AudioUnreadable]) -> list[str]:
    return [record.why for record in records if isinstance(record, AudioUnreadable)]


def as_sent(source: Source, number: int) -> Media:
    message = read(Form().media(source, number, number * 960, bytes([248, number, 7, 9]), 40))
    assert not isinstance(message, Rejected) and message.media is not None
    return message.media


def test_red_is_unpacked() -> None:
    """And a broken packet of it is said once."""
    gathering, source = Gathering("m", "c", T0), Source("a1", 1, 0, red=True)
    list(gathering.start(begun("a1-a0", "RED")))
    for number in range(3):
        assert list(gathering.media(as_sent(source, number), T0)) == []
    assert told(gathering.media(packet(3, "a1-a0", b"\xef"), T0)) == ["red"]
    assert told(gathering.media(packet(4, "a1-a0", b"\xef"), T0)) == []
    (block,) = gathering.rest()
    assert [p.opus for p in block.packets] == [bytes([248, n, 7, 9]) for n in range(3)]


def test_an_encrypted_source_is_said_and_nothing_of_it_kept() -> None:
    """Until it is not any more; who is not encrypted is kept all the time."""
    gathering, source = Gathering("m", "c", T0), Source("a1", 77, 0, encrypted=True)
    list(gathering.start(begun("a1-a0")))
    list(gathering.start(begun("b1")))
    said = []
    for number in range(20):
        said += told(gathering.media(as_sent(source, number), T0))
        list(gathering.media(packet(number, "b1"), T0))
    assert said == ["encrypted"]
    assert [block.tag for block in gathering.rest()] == ["b1"]
    list(gathering.media(packet(30, "a1-a0"), T0))
    assert [block.tag for block in gathering.rest()] == ["a1-a0"]


def test_another_codec_and_too_many_sources_are_said_once() -> None:
    """And what they send is not kept."""
    gathering = Gathering("m", "c", T0)
    assert told(gathering.start(begun("x", "PCMU"))) == ["encoding"]
    assert list(gathering.media(packet(0, "x"), T0)) == [] and not list(gathering.rest())
    for number in range(MOST_TAGS - 1):
        assert told(gathering.start(begun(f"t{number}"))) == []
    assert told(gathering.start(begun("one-more"))) == ["limit"]
    assert told(gathering.start(begun("one-more"))) == []
    assert told(gathering.start(begun("t3"))) == [], "one that is known begins anew"


def test_an_old_bridge_says_as_much() -> None:
    """Without levels."""
    form, source, gathering = Form(old=True), Source("a1", 5, 0), Gathering("m", "c", T0)
    for line in (form.start(source), form.media(source, 7, 960, b"abc", 40)):
        message = read(line)
        assert not isinstance(message, Rejected)
        list(gathering.start(message.start) if message.start else gathering.media(message.media, T0))  # type: ignore[arg-type]
    (block,) = gathering.rest()
    assert (block.endpoint, block.tag, block.packets[0].level) == ("a1", "a1-5", UNTOLD)
    assert base64.b64decode(json.loads(form.media(source, 8, 0, b"abc", 1))["media"]["payload"]) == b"abc"
