"""A recording whose file is not there: it waits, the others go on, and it is taken when the file comes."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from schemas.codec import Codec
from schemas.errors import Transient
from schemas.sources import FromJitsi, Recording, Transcript
from schemas.speech import AwaitedRecording, Kept
from schemas.topics import DAY_MS, RECORDINGS, TRANSCRIPTS
from streams.engine.process import Batch, Outcome
from streams.settings import Speech
from streams.transcribe import job
from streams.transcribe.awaited import LATE_MS, Awaiting
from streams.transcribe.recordings import Transcribe
from streams.transcribe.sound import decode
from streams.transcribe.sound.sound_file import FileAway
from tests.speech import write_wav
from tests.tones import talk
from tests.unit.recorder.clips import write_clip
from tests.unit.transcribe.stand_ins import Scripted, line
from tests.unit.transcribe.test_segments import Topic

RECORD: Codec[FromJitsi] = Codec(FromJitsi)
TRANSCRIPT: Codec[Transcript] = Codec(Transcript)
MINUTE = 60_000
EVERY = {0, 1, 2, 3}


@pytest.fixture(autouse=True)
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder in this process: a start of another takes seconds on a busy machine."""

    async def here(function: Any, *args: Any) -> Any:
        return function(*args)

    monkeypatch.setattr(job, "apart", here)


class Line:
    """The process and the background task on one topic that is a list. `now` in ms."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder / "in"
        self.folder.mkdir(exist_ok=True)
        (self.folder / "another.wav").touch()
        bounds = {"segment_min_s": 3.0, "segment_max_s": 4.0, "hard_max_s": 5.0}
        self.speech = Speech(recordings=self.folder, spool=folder / "spool", **bounds, **settings)
        self.topic, self.now = Topic(), 1_795_246_200_000
        self.start()

    def start(self) -> None:
        """As a new process: what it knows stands in the topic."""
        seen, clock = self.topic.seen(), lambda: self.now
        self.process = Transcribe(self.speech, line(Scripted("vosk", offline=True)), seen, clock)
        self.awaiting = Awaiting(self.speech, seen, self.topic.send, owned=lambda: EVERY, clock=clock)

    async def take(self, name: str) -> Outcome:
        """The process's answer to a recording, whose state is kept."""
        outcome = await self.given(Recording(name, "s", name, name, 1, "0" * 64, "room", 1000, 1000, 0, "ok"))
        await self.topic.send(outcome.state)
        return outcome

    async def given(self, recording: Recording) -> Outcome:
        """The process's answer."""
        record = SimpleNamespace(offset=0, value=RECORD.encode(recording), key=b"k", timestamp=1000, headers=())
        return await self.process(Batch(RECORDINGS.name, 0, 1, cast(Any, [record])))

    def sound(self, name: str) -> None:
        write_wav(self.folder / name, talk(10.0, pause_every=(3, 5)).pcm)

    async def words(self) -> str:
        await self.awaiting.look()
        return self.awaiting.words


async def test_it_waits_and_the_others_go_on(tmp_path: Path) -> None:
    """Neither a dead letter nor a stop: the one behind it is done; when the file is there, so is the first one."""
    bench = Line(tmp_path)
    bench.sound("other.wav")
    late = await bench.take("late.wav")
    assert (late.outputs, late.rejected) == ([], [])
    assert [output.topic for output in (await bench.take("other.wav")).outputs] == [TRANSCRIPTS.name]
    assert await bench.awaiting.look() == []
    bench.sound("late.wav")
    bench.start()
    assert [await bench.awaiting.look() for _ in range(2)] == [["late.wav"], []]
    [again] = [output for output in bench.topic.sent if output.topic == RECORDINGS.name]
    recording = RECORD.decode(again.value)
    assert isinstance(recording, Recording)
    assert recording.path == "late.wav"
    done = await bench.take("late.wav")
    assert [output.topic for output in done.outputs] == [TRANSCRIPTS.name]
    assert await bench.topic.seen().awaited(EVERY) == []


async def test_what_is_said(tmp_path: Path) -> None:
    """A minute late is nothing to tell; then how many, the folder, the first file and the setting."""
    bench = Line(tmp_path)
    await bench.take("a.wav")
    await bench.take("b.wav")
    assert await bench.words() == ""
    bench.now += LATE_MS
    assert await bench.words() == f"ждут 2\u00a0записи; {bench.folder}: нет файла a.wav"
    condition = bench.awaiting.condition()
    assert (condition.kind, condition.subject) == ("recordings_missing", str(bench.folder))
    assert condition.look() == f"ждут 2\u00a0записи; {bench.folder}: нет файла a.wav (speech.recordings)"
    bench.sound("a.wav")
    assert await bench.words() == f"ждёт 1\u00a0запись; {bench.folder}: нет файла b.wav"
    bench.sound("b.wav")
    assert await bench.words() == ""
    assert condition.look() == ""


async def test_an_empty_folder(tmp_path: Path) -> None:
    """As an unmounted share leaves it behind: each recording waits, and it is said that there is nothing at all."""
    bench = Line(tmp_path)
    (bench.folder / "another.wav").unlink()
    assert (await bench.take("a.wav")).rejected == []
    bench.now += LATE_MS
    assert await bench.words() == f"ждёт 1\u00a0запись; {bench.folder}: папка пуста"


async def test_a_folder_that_is_away(tmp_path: Path) -> None:
    """Nobody goes on then: the record is waited for in place, with the path and the setting."""
    bench = Line(tmp_path)
    (bench.folder / "another.wav").unlink()
    bench.folder.rmdir()
    with pytest.raises(Transient, match=r"папки нет \(speech.recordings\)"):
        await bench.take("a.wav")
    assert bench.awaiting.condition().look() == "папки нет (speech.recordings)"


async def test_it_ends_by_the_setting(tmp_path: Path) -> None:
    """After the days it is put into work once more and becomes a dead letter; sent again it waits anew."""
    bench = Line(tmp_path, wait_days=2)
    await bench.take("gone.wav")
    bench.now += 2 * DAY_MS - 1
    assert await bench.awaiting.look() == []
    bench.now += 1
    assert await bench.awaiting.look() == ["gone.wav"]
    [(_, why)] = (await bench.take("gone.wav")).rejected
    assert (why.error_class, why.reason) == ("FileAway", f"{bench.folder}: нет файла gone.wav (speech.recordings)")
    assert await bench.topic.seen().awaited(EVERY) == []
    assert (await bench.take("gone.wav")).rejected == []


async def test_a_person_ends_it(tmp_path: Path) -> None:
    """An empty file in its place: the job ends with the file's own fault, and nothing waits any more."""
    bench = Line(tmp_path)
    await bench.take("gone.wav")
    (bench.folder / "gone.wav").touch()
    assert await bench.awaiting.look() == ["gone.wav"]
    with pytest.raises(decode.Unreadable, match="файл пуст"):
        await bench.take("gone.wav")
    assert await bench.topic.seen().awaited(EVERY) == []


async def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds up nobody, and is tried after ever longer rests: at once, after a minute, after two."""
    bench = Line(tmp_path)
    bench.sound("bad.wav")

    with monkeypatch.context() as patch:
        patch.setattr(job, "prepare", away)
        for tries, rest in ((1, 0), (2, MINUTE), (3, 2 * MINUTE)):
            assert (await bench.take("bad.wav")).rejected == []
            [mark] = await bench.topic.seen().awaited(EVERY)
            assert mark.tries == tries
            bench.now += max(rest - 1, 0)
            assert await bench.awaiting.look() == ([] if rest else ["bad.wav"])
            bench.now += 1
            assert await bench.awaiting.look() == (["bad.wav"] if rest else [])
    assert [output.topic for output in (await bench.take("bad.wav")).outputs] == [TRANSCRIPTS.name]


def away(*_: Any) -> None:
    raise FileAway("bad.wav: файл не открыть, нет прав")


def test_an_unreadable_file_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A right that a person must give, and a disk that gives no bytes: nothing is known against the file."""
    path = tmp_path / "a.wav"
    write_wav(path, talk(4.0).pcm)
    for fault in (PermissionError(13, "Permission denied"), OSError(5, "Input/output error")):

        def broken(*_: Any, fault: OSError = fault, **__: Any) -> None:
            raise fault

        monkeypatch.setattr("av.open", broken)
        monkeypatch.setattr(Path, "open", broken)
        with pytest.raises(FileAway):
            decode._decode(path, 0, cast(Any, None))


def test_a_matroska_that_ends_behind_its_head(tmp_path: Path) -> None:
    """868 bytes: FFmpeg says "Input/output error" as of a disk, and it is the file: every byte of it can be read."""
    path = write_clip(tmp_path / "a.mkv")
    whole = path.read_bytes()
    for size in (56, 300, 480, 868):
        os.truncate(path, size)
        with pytest.raises(decode.Unreadable):
            decode.decode(path, tmp_path / "a.pcm")
        path.write_bytes(whole)


def test_the_mark_survives_the_wire() -> None:
    """What waits is read by the next owner as it was written."""
    recording = Recording("a", "s", "a", "a", 1, "0" * 64, "room", 1000, 1000, 0, "ok")
    mark = AwaitedRecording(recording, 1, 2, 3, "нет файла")
    codec: Codec[Kept] = Codec(Kept)
    assert codec.decode(codec.encode(mark)) == mark
    assert codec.decode(codec.encode(replace(mark, tries=1, why=""))) == replace(mark, tries=1, why="")
