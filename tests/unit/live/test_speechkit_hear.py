"""From a bridge's packets to a told turn, by SpeechKit: what was said, when, and how much of it was sent."""

from typing import cast

import numpy as np

from schemas.audio import AudioClosed
from streams.engine.reader import Reader
from streams.live.ears import Ears
from streams.live.speechkit_ears import SpeechKitEars
from streams.live.spent import Spent
from streams.settings.speech import SpeechKit
from tests.fakes.speechkit import FakeSpeechKit
from tests.opus_packets import blocks_of, packets_of
from tests.speech import quiet
from tests.tones import RATE, name
from tests.unit.live.test_hear import ZERO, Live, Topics
from tests.unit.live.test_speechkit_ears import EDGE_MS, Vosk, turn

SAYS = (("anna", (10, 20, 30), 1.0), ("oleg", (40, 50), 1.5), ("anna", (60, 70), 5.0))


async def test_a_meeting_is_heard_by_speechkit() -> None:
    """Two who talk at once are two sessions; times are the meeting's, not the sessions'."""
    topics, blocks = Topics(), []
    for number, (who, kinds, at) in enumerate(SAYS):
        pcm = np.frombuffer(turn(*kinds), np.int16)
        loud = len(pcm) * 50 // RATE
        packets = packets_of(np.concatenate([pcm, quiet(0.9)]), at, chunk=1000 * (1 + number))
        packets = [
            one if place < loud else one.__class__(one.chunk, one.ts, 90, one.opus) for place, one in enumerate(packets)
        ]
        blocks += blocks_of(packets, who, zero=ZERO)
    blocks.sort(key=lambda block: block.packets[-1].ts)
    topics.put(*blocks, AudioClosed("m1", "c1", ZERO + 60_000, True))
    with FakeSpeechKit() as fake:
        spent = Spent(cast(Reader, None), 0, lambda: ZERO)
        vosk = cast(Ears, Vosk())
        ears = SpeechKitEars(SpeechKit(**fake.settings()), vosk, spent, patience_s=60.0, clock=lambda: ZERO)
        live = Live(topics, ears=ears)
        await live.take()
        await live.told(len(SAYS))
        await ears.close()
    told = sorted(topics.told(), key=lambda one: one.start_ms)
    assert [(one.endpoint, [word.text for word in one.words]) for one in told] == [
        (who, [name(kind) for kind in kinds]) for who, kinds, _ in SAYS
    ]
    for one, (_, kinds, at) in zip(told, SAYS, strict=True):
        assert abs(one.start_ms - ZERO - 1000 * at - EDGE_MS) <= 30
        assert one.speechkit_ms >= len(turn(*kinds)) // 32
    assert len(fake.sessions) == 2
    assert sum(one.sound_ms for one in fake.sessions) == sum(one.speechkit_ms for one in told)
