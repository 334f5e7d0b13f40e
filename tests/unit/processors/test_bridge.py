"""What videobridges of all ages send is read, and what is no Opus is known for what it is."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.bridge import SURE, Redundant, Start, read, sealed_by, unpack_red
from schemas.audio import UNTOLD
from schemas.codec import Rejected
from tests.fakes.bridge_form import Form, Source

OLDER = (
    '{"event":"start","event":"start","sequenceNumber":"0","start":{"tag":"f47ac10b-2382150401","mediaFormat":'
    '{"encoding":"opus","sampleRate":48000,"channels":2},"customParameters":{"endpointId":"f47ac10b"}}}',
    '{"event":"media","event":"media","sequenceNumber":"1","media":{"tag":"f47ac10b-2382150401","chunk":"64201",'
    '"timestamp":"0","payload":"+P/+"}}',
)
"""The form of the public dump `resources/sample.jsonl` of jitsi/opus-transcriber-proxy."""


def test_the_older_form_is_read() -> None:
    """Doubled keys, numbers as strings, no level."""
    start, media = (read(line) for line in OLDER)
    assert not isinstance(start, Rejected) and not isinstance(media, Rejected)
    assert start.start is not None and (start.start.endpoint, start.start.encoding) == ("f47ac10b", "opus")
    assert media.media is not None
    assert (media.media.chunk, media.media.timestamp, media.media.payload) == (64201, 0, b"\xf8\xff\xfe")
    assert media.media.level == UNTOLD


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("strings", [False, True])
def test_every_form_says_the_same(old: bool, strings: bool) -> None:
    """Whatever the bridge's age."""
    form, source = Form(old, strings), Source("a1b2c3d4", 77, 0)
    start, media = read(form.start(source)), read(form.media(source, 31_456, 268_460, b"\xf8\xff\xfe", 40))
    assert not isinstance(start, Rejected) and not isinstance(media, Rejected)
    assert isinstance(start.start, Start) and media.media is not None
    assert start.start.endpoint == "a1b2c3d4" and start.start.tag == media.media.tag
    assert (media.media.chunk, media.media.timestamp) == (31_456, 268_460)
    assert media.media.level == (UNTOLD if old else 40)


def test_other_events_are_read_too() -> None:
    """Those that we know, and those of a bridge that is newer than we are."""
    info = read(Form().info() or "")
    assert not isinstance(info, Rejected) and info.version == "2.3.300"
    assert getattr(read('{"event":"ping","id":7}'), "id", None) == 7
    assert getattr(read('{"event":"session-end"}'), "event", "") == "session-end"
    assert getattr(read('{"event":"dominant-speaker","who":["x"]}'), "event", "") == "dominant-speaker"


def test_what_may_be_left_out_may_be_null() -> None:
    """No level, no codec and no occupant are told by leaving them out, or by `null`."""
    media = read('{"event":"media","media":{"tag":"a","chunk":1,"timestamp":0,"payload":"+P/+","audioLevel":null}}')
    assert not isinstance(media, Rejected) and media.media is not None and media.media.level == UNTOLD
    for left in ('{"endpointId":null}', "null"):
        start = read(f'{{"event":"start","start":{{"tag":"a","mediaFormat":null,"customParameters":{left}}}}}')
        assert not isinstance(start, Rejected) and start.start is not None
        assert (start.start.endpoint, start.start.encoding) == ("", "")


@pytest.mark.parametrize("bad", ["", "{}", "[]", '{"event":"media"}', '{"event":"start","start":{}}', "\ud800",
    "[" * 9000,
    '{"event":"media","media":{"tag":"a","chunk":1,"timestamp":18446744073709551616,"payload":"+P/+"}}',
    '{"event":"media","media":{"tag":"a","chunk":1e30,"timestamp":0,"payload":"+P/+"}}',
    '{"event":"media","media":{"tag":"a","chunk":"x","timestamp":0,"payload":""}}',
    '{"event":"media","media":{"tag":"a","chunk":1,"timestamp":0,"payload":"not base64"}}'])  # fmt: skip
def test_what_is_none_is_told(bad: str) -> None:
    """Not raised."""
    assert isinstance(read(bad), Rejected)


def test_red_gives_the_own_payload_and_the_older_ones() -> None:
    """As the fake sends it: the first packet alone, the next with the one before."""
    source, form = Source("a", 1, 0, red=True), Form()
    payloads = [
        base64.b64decode(json.loads(form.media(source, n, n * 960, bytes([n] * 9), 40))["media"]["payload"])
        for n in (1, 2)
    ]
    assert unpack_red(payloads[0]) == (bytes([1] * 9), [])
    assert unpack_red(payloads[1]) == (bytes([2] * 9), [Redundant(960, bytes([1] * 9))])


@pytest.mark.parametrize("broken", [b"", b"\xef", b"\xef\0\0", b"\xef\0\x04\xff\x6f", b"\xef\0\x04\x05"])
def test_broken_red_is_none(broken: bytes) -> None:
    """A head without an end, or longer than the packet."""
    assert unpack_red(broken) is None


@given(st.binary(max_size=64))
def test_red_never_raises(payload: bytes) -> None:
    """And invents no bytes."""
    found = unpack_red(payload)
    assert found is None or len(found[0]) + sum(len(old.payload) for old in found[1]) < len(payload)


def test_a_sealed_payload_names_its_sender() -> None:
    """All of a row the same; an Opus packet does not."""
    source, form = Source("a", 0xDEADBEEF, 0, encrypted=True), Form()
    packets = [
        json.loads(form.media(source, n, n * 960, b"\xf8\xff\xfe" * 20, 40))["media"]["payload"] for n in range(SURE)
    ]
    assert {sealed_by(base64.b64decode(packet)) for packet in packets} == {0xDEADBEEF}
    assert sealed_by(b"\xf8\xff\xfe" * 20) is None
    assert sealed_by(b"\x0c\x03") is None
