"""A participant's packets as sound: one that is broken costs itself alone."""

import numpy as np
import pytest

from streams.live.source import Voice
from tests.opus_packets import packets_of
from tests.tones import tone


@pytest.mark.parametrize("broken", [b"", b"\x03", b"\x03\x00", b"\xff", b"\x00" * 9])
def test_a_broken_packet_silences_nobody(broken: bytes) -> None:
    """Of no byte, half a head, frames that are not there: what follows is heard."""
    voice, good = Voice(), [packet.opus for packet in packets_of(tone(1), 0.0)]
    for number, opus in enumerate(good):
        if number == 20:
            assert len(voice.pcm(broken)) > 0
        heard = np.frombuffer(voice.pcm(opus), "<i2")
    assert np.abs(heard).max() > 1000
