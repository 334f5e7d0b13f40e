"""Which degraded transcript is improved, and when."""

from msgspec.structs import replace

from schemas.codec import Codec
from schemas.sources import FromJitsi, Recording
from schemas.speech import FinishedRecording
from schemas.topics import DAY_MS, RECORDINGS
from streams.engine.kafka import Output, partition_of
from streams.settings import Speech
from streams.speech.faults import ErrorKind
from streams.transcribe.upgrade import REST_MS, Upgrades, choose, worth
from tests.unit.transcribe.stand_ins import Clock, Scripted, line
from tests.unit.transcribe.test_segments import Topic

NOW = 1_795_246_200_000
SPEECH = Speech(upgrade_days=7, upgrade_attempts=3)


def mark(name: str, age_days: float = 0.5, **fields: int) -> FinishedRecording:
    """A degraded recording of so many days ago."""
    ended = NOW - round(age_days * DAY_MS)
    recording = Recording(name, "s", name, name, 1, "0" * 64, "room", ended, 1000, ended - 1000, "ok")
    return FinishedRecording(recording, 1, at=ended, **({"poor": 1} | fields))


def test_the_newest_that_is_worth_it() -> None:
    """Neither a whole one, nor one that is too old or was tried too often; one that was tried lately rests."""
    marks = [
        mark("whole", 0.1, poor=0),
        mark("old", 7.1),
        mark("hopeless", 0.2, upgrades=3),
        mark("older", 3.0),
        mark("newer", 2.0),
        replace(mark("tried", 1.0, upgrades=1), at=NOW - REST_MS + 1),
    ]
    assert [worth(m, SPEECH, NOW) for m in marks] == [False, False, False, True, True, True]
    chosen = choose(marks, SPEECH, NOW)
    assert chosen
    assert chosen.recording.recording_id == "newer"
    rested = choose(marks, SPEECH, NOW + 1)
    assert rested
    assert rested.recording.recording_id == "tried"
    assert choose(marks, Speech(upgrade_days=0), NOW) is None


class Bench:
    """Marks on a topic, a line-up whose first engine can be sent away, and what is put into work."""

    def __init__(self, *marks: FinishedRecording, only_vosk: bool = False) -> None:
        self.topic, self.clock, self.busy = Topic(), Clock(), False
        vosk = Scripted("vosk", offline=True)
        self.lineup = line(vosk) if only_vosk else line(Scripted("kit"), vosk, clock=self.clock)
        self.marks = marks
        self.upgrades = Upgrades(
            SPEECH,
            self.lineup,
            self.topic.seen(),
            self.topic.send,
            owned=lambda: {0, 1, 2, 3},
            busy=lambda: self.busy,
            clock=lambda: NOW,
        )

    async def published(self) -> "Bench":
        for one in self.marks:
            memory = await self.topic.seen().open(one.recording)
            await self.topic.send(memory.close(one, forget=False))
        return self

    def asked(self) -> list[Output]:
        return [output for output in self.topic.sent if output.topic == RECORDINGS.name]


async def test_one_after_the_other_newest_first() -> None:
    """Each look puts one recording on its topic as it came, and none of them twice."""
    bench = await Bench(mark("a", 2), mark("b", 1)).published()
    assert [await bench.upgrades.look() for _ in range(3)] == ["b", "a", None]
    first = bench.asked()[0]
    assert Codec[FromJitsi](FromJitsi).decode(first.value) == bench.marks[1].recording
    assert first.key
    assert partition_of(RECORDINGS.name, first.key) == partition_of("transcript.segments", first.key)


async def test_not_while_it_cannot_or_should_not() -> None:
    """Not while the first engine is away, a recording is in work, or Vosk is all there is."""
    bench = await Bench(mark("a")).published()
    assert bench.lineup.first.breaker
    bench.lineup.first.breaker.failed(ErrorKind.AUTH)
    assert await bench.upgrades.look() is None
    bench.clock.now += 10_000
    bench.busy = True
    assert await bench.upgrades.look() is None
    bench.busy = False
    assert await bench.upgrades.look() == "a"
    alone = await Bench(mark("a"), only_vosk=True).published()
    assert await alone.upgrades.look() is None


async def test_what_is_too_old_is_forgotten() -> None:
    """Its segments are deleted, and it is not looked at again."""
    bench = await Bench(mark("a", 8)).published()
    assert await bench.upgrades.look() is None
    [kept] = await bench.topic.seen().marks({0, 1, 2, 3})
    assert kept.poor == 0
    sent = len(bench.topic.sent)
    await bench.upgrades.look()
    assert len(bench.topic.sent) == sent
