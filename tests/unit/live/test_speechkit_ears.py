"""Open turns through SpeechKit: one session a participant, without silence; Vosk hears whatever it does not tell."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import numpy as np
import pytest

from schemas.sources import Word
from streams.engine import metrics
from streams.engine.reader import Reader
from streams.live import speechkit_ears, speechkit_session
from streams.live.ears import Ear, Ears
from streams.live.speechkit_ears import SpeechKitEars
from streams.live.spent import Spent
from streams.settings.speech import SpeechKit
from tests.fakes.speechkit import Behaviour, FakeSpeechKit, Fault, Manner
from tests.tones import GAP_MS, RATE, WORD_MS, name, tone
from tests.unit.live.test_spent import record

NOW, DAY_MS = 1_795_000_000_000, 86_400_000
EDGE_MS = 200
FROM_VOSK = [Word("воск", 0, 100, 0.9)]


def turn(*kinds: int) -> bytes:
    """A turn of these words, with a little silence around."""
    gap = np.zeros(GAP_MS * RATE // 1000, np.int16)
    edge = np.zeros(EDGE_MS * RATE // 1000, np.int16)
    words = [piece for kind in kinds for piece in (tone(kind), gap)]
    return np.concatenate([edge, *words, edge]).tobytes()


def words(*kinds: int) -> list[Word]:
    """What a turn of them is heard as."""
    starts = [EDGE_MS + at * (WORD_MS + GAP_MS) for at in range(len(kinds))]
    return [Word(name(kind), start, start + WORD_MS, 1.0) for kind, start in zip(kinds, starts, strict=True)]


class Vosk:
    """Keeps the sound, and hears one word in anything. `heard`: the sound of turns that it was asked of."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.open_turns = self.started = 0

    def open(self, *_: Any) -> Ear:
        self.open_turns += 1
        return Ear(self.open_turns)

    def keep(self, ear: Ear, pcm: bytes) -> None:
        ear.pcm.append(pcm)

    async def hear(self, ear: Ear, pcm: bytes) -> None:
        self.keep(ear, pcm)

    async def words(self, ear: Ear) -> list[Word]:
        self.heard.append(b"".join(ear.pcm))
        return FROM_VOSK

    def drop(self, _: Ear) -> None: ...

    async def ready(self) -> None:
        self.started += 1

    async def rest(self) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None: ...


class Line:
    """SpeechKit before Vosk; a busy machine is waited for."""

    def __init__(self, fake: FakeSpeechKit, *, minutes: float = 0, parallel: int = 8, patience_s: float = 60.0) -> None:
        self.fake, self.vosk, self.now = fake, Vosk(), NOW
        self.spent = Spent(cast(Reader, None), minutes, lambda: self.now)
        settings = SpeechKit(**fake.settings(), parallel=parallel)
        ears = cast(Ears, self.vosk)
        self.ears = SpeechKitEars(settings, ears, self.spent, patience_s=patience_s, clock=lambda: self.now)

    async def says(self, who: str, *kinds: int, late_ms: int = 0) -> list[Word]:
        """A whole turn."""
        return await self.ears.words(await self.speaks(who, *kinds, late_ms=late_ms))

    async def speaks(self, who: str, *kinds: int, late_ms: int = 0) -> Ear:
        """One whose words are not asked for yet; in pieces of a second, as blocks come."""
        await self.ears.ready()
        ear, pcm = self.ears.open(who, self.now - late_ms), turn(*kinds)
        for at in range(0, len(pcm), 32_000):
            await self.ears.hear(ear, pcm[at : at + 32_000])
        return ear


@pytest.fixture
def fake() -> Iterator[FakeSpeechKit]:
    with FakeSpeechKit(Behaviour(idle_s=60.0)) as running:
        yield running


@pytest.fixture
async def line(fake: FakeSpeechKit) -> AsyncIterator[Line]:
    made = Line(fake)
    yield made
    await made.ears.close()


@pytest.mark.parametrize("utterances", ["told", "spoken", "pauses"])
@pytest.mark.parametrize(
    "manner", [Manner(), Manner(words_a_final=1), Manner(stretch_ms=80), Manner(cursors="none")], ids=str
)
async def test_turns_of_each_are_one_session(line: Line, utterances: Any, manner: Manner) -> None:
    """However the service parts utterances and tells where it is; the silence between turns is not sent."""
    line.fake.behaviour.utterances, line.fake.behaviour.manner = utterances, manner
    said = [await line.says("anna", 1, 2, 3), await line.says("oleg", 9), await line.says("anna", 4, 5)]
    wanted = [words(1, 2, 3), words(9), words(4, 5)]
    stretched = [[Word(w.text, w.start_ms, w.end_ms + manner.stretch_ms, 1.0) for w in one] for one in wanted]
    assert said == stretched and not line.vosk.heard and not line.vosk.started
    assert len(line.fake.sessions) == 2
    sent = [len(turn(1, 2, 3)) + len(turn(4, 5)), len(turn(9))]
    assert sorted(one.sound_ms for one in line.fake.sessions) == sorted(size // 32 for size in sent)


@pytest.mark.parametrize("times", ["final", "none"])
async def test_words_without_times_are_spread_over_their_turn(line: Line, times: Any) -> None:
    line.fake.behaviour.manner = Manner(times=times)
    for kinds in ((1, 2, 3), (4, 5)):
        said = await line.says("anna", *kinds)
        assert [one.text for one in said] == [name(kind) for kind in kinds]
        assert 0 <= said[0].start_ms <= said[-1].end_ms <= len(turn(*kinds)) // 32


async def test_a_session_is_kept_by_numbers_and_ended_in_time(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between turns it hears how long nobody spoke; after a unit's length without a turn it is over."""
    monkeypatch.setattr(speechkit_session, "KEEP_S", 0.05)
    monkeypatch.setattr(speechkit_ears, "LOOK_S", 0.05)
    await line.says("anna", 1)
    [session] = line.fake.sessions
    silent = session.silences
    await until(lambda: session.silences > silent + 1)
    assert await line.says("anna", 2) == words(2) and len(line.fake.sessions) == 1
    assert session.sound_ms == len(turn(1) + turn(2)) // 32
    monkeypatch.setattr(speechkit_ears, "IDLE_S", 0.0)
    resting = asyncio.create_task(line.ears.rest())
    await until(lambda: session.outcome != "open")
    assert await line.says("anna", 3) == words(3) and len(line.fake.sessions) == 2
    resting.cancel()


async def test_a_long_session_is_followed_by_another(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service ends one after 5 min: the turn that is open is still its own."""
    monkeypatch.setattr(speechkit_ears, "TURNED_MS", 1500)
    ears = [await line.speaks("anna", *kinds) for kinds in ((1, 2), (3, 4), (5, 6))]
    assert [await line.ears.words(ear) for ear in ears] == [words(1, 2), words(3, 4), words(5, 6)]
    assert len(line.fake.sessions) == 2 and not line.vosk.heard


async def test_many_turns_cost_their_sound(line: Line) -> None:
    """Thirty turns of 1.4 s with half a second between them: 4 units, where a session for each would be 30."""
    before = units()
    for number in range(30):
        kinds = range(number, number + 4)
        assert await line.says("anna", *kinds) == words(*kinds)
    await line.ears.close()
    assert len(line.fake.sessions) == 1 and units() - before == 4


@pytest.mark.parametrize(
    "fault",
    [
        Fault("reject", code="UNAVAILABLE"),
        Fault("fail", 500, code="INTERNAL"),
        Fault("fail", 300, code="OUT_OF_RANGE"),
        Fault("cut", 500),
    ],
    ids=str,
)
async def test_what_a_session_does_not_tell_vosk_hears(line: Line, fault: Fault) -> None:
    """All of the turn, from its beginning; the next one is SpeechKit's again."""
    line.fake.behaviour.faults = deque([fault])
    assert await line.says("anna", 1, 2, 3, 4, 5) == FROM_VOSK
    assert line.vosk.heard == [turn(1, 2, 3, 4, 5)]
    assert await line.says("anna", 6) == words(6)


async def test_who_says_nothing_is_not_waited_for(fake: FakeSpeechKit) -> None:
    fake.behaviour.faults = deque([Fault("hang", 100)])
    line = Line(fake, patience_s=0.2)
    assert await line.says("anna", 1) == FROM_VOSK
    await until(lambda: fake.sessions[0].outcome != "open")
    await line.ears.close()


async def test_a_key_that_is_refused_is_not_asked_again(line: Line) -> None:
    """A person must act: until then everything is Vosk's, and no session is opened."""
    line.fake.behaviour.keys = []
    assert await line.says("anna", 1) == FROM_VOSK
    assert await line.says("anna", 2) == FROM_VOSK
    assert len(line.fake.sessions) == 1 and line.vosk.started == 1


async def test_a_noise_is_no_word(line: Line) -> None:
    line.fake.behaviour.manner = Manner(taken_back=frozenset({name(7)}))
    assert await line.says("anna", 7) == []
    assert await line.says("anna", 8) == words(8) and not line.vosk.heard


async def test_what_is_late_or_too_much_is_vosks(fake: FakeSpeechKit) -> None:
    """Heard again after a stop; more speakers than sessions; the day's minutes spent. The next day is a new one."""
    line = Line(fake, minutes=0.05, parallel=1)
    assert await line.says("anna", 1, late_ms=60_000) == FROM_VOSK and not fake.sessions
    assert await line.says("anna", 1, 2, 3) == words(1, 2, 3)
    assert await line.says("oleg", 4) == FROM_VOSK
    assert await line.says("anna", 4, 5, 6) == words(4, 5, 6)
    line.spent.put(record(NOW, 2 * len(turn(1, 2, 3)) // 32))  # as the topic has them: they are counted once
    assert await line.says("anna", 7) == words(7)
    line.spent.put(record(NOW, len(turn(7)) // 32))
    assert await line.says("anna", 8) == FROM_VOSK and len(fake.sessions) == 1
    line.now += DAY_MS
    assert await line.says("anna", 9) == words(9)
    await line.ears.close()


def units() -> float:
    return float(metrics.SPEECH_UNITS.labels("speechkit_live")._value.get())


async def until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)
