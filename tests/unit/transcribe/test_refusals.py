"""A recording that somebody objected to: never transcribed, deleted, whatever came first and wherever it is killed."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from schemas.errors import Terminal
from schemas.sources import Recording, RoomReport
from schemas.speech import RefusedRecording
from schemas.topics import DAY_MS, RECORDINGS, TRANSCRIPTS
from streams.engine.deleting import delete_files
from streams.engine.process import Outcome
from streams.settings import Speech
from streams.transcribe import job
from streams.transcribe.recordings import Transcribe
from streams.transcribe.refusals import Refusals, deleted_report
from tests.unit.transcribe.stand_ins import Scripted, line
from tests.unit.transcribe.test_awaited import EVERY, RECORD, Line

OBJECTION = RoomReport("o", "objected", 500, "lead-7", "m", "7", "p", "Ольга", "s", since=1)


@pytest.fixture(autouse=True)
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder in this process."""

    async def here(function: Any, *args: Any) -> Any:
        return function(*args)

    monkeypatch.setattr(job, "apart", here)


class Bench(Line):
    """The process and its background task; `said` stands on `meeting.objections`."""

    def start(self) -> None:
        super().start()
        self.said: list[RoomReport] = getattr(self, "said", [])
        seen, clock = self.topic.seen(), lambda: self.now
        self.refusals = Refusals(self.speech, seen, self.topic.send, self._all, owned=lambda: EVERY, clock=clock)
        engines = line(Scripted("vosk", offline=True))
        self.process = Transcribe(self.speech, engines, seen, clock, refused=self.refusals.stand)

    async def _all(self) -> list[RoomReport]:
        return self.said

    def told(self) -> list[RoomReport]:
        """What the history is told."""
        reports = [RECORD.decode(output.value) for output in self.topic.sent if output.topic == RECORDINGS.name]
        return [report for report in reports if isinstance(report, RoomReport)]

    async def taken(self, name: str) -> Outcome:
        self.sound(name)
        return await self.take(name)


async def test_an_objection_before_the_recording(tmp_path: Path) -> None:
    """No word is made of it; a killed worker's successor deletes it, once, and the history is told once."""
    bench = Bench(tmp_path)
    bench.said.append(OBJECTION)
    assert (await bench.taken("a.wav")).outputs == []
    bench.start()
    assert (await bench.refusals.look(), await bench.refusals.look()) == (["a.wav"], [])
    assert not (bench.folder / "a.wav").exists()
    assert (bench.folder / "another.wav").exists()
    [told] = bench.told()
    assert (told.id, told.happening, told.recording_id, told.lead_id) == (
        "a.wav/deleted",
        "recording_deleted",
        "a.wav",
        "7",
    )
    assert (told.name, told.participant, told.ts) == ("", "", 1000)
    assert (await bench.taken("a.wav")).outputs == []  # sent once more, by a replay


async def test_an_objection_behind_the_transcript(tmp_path: Path) -> None:
    """The gateway was away: the recording is found by its mark, its words are forgotten, its file is deleted."""
    bench = Bench(tmp_path)
    assert [output.topic for output in (await bench.taken("a.wav")).outputs] == [TRANSCRIPTS.name]
    assert await bench.refusals.look() == []
    bench.said.append(OBJECTION)
    assert await bench.refusals.look() == ["a.wav"]
    assert not (bench.folder / "a.wav").exists()
    seen = bench.topic.seen()
    assert (await seen.marks(EVERY), len(await seen.refused(EVERY))) == ([], 1)


async def test_an_objection_during_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said while the engine hears it: what it heard is not published and not kept."""
    bench = Bench(tmp_path)
    made = Transcribe._transcribe

    async def interrupted(self: Transcribe, *args: Any) -> Any:
        transcript = await made(self, *args)
        bench.said.append(OBJECTION)
        return transcript

    monkeypatch.setattr(Transcribe, "_transcribe", interrupted)
    assert (await bench.taken("a.wav")).outputs == []
    [refused] = await bench.topic.seen().refused(EVERY)
    assert refused.deleted_at == 0
    kept = {output.key: output.value for output in bench.topic.sent}
    assert [key for key, value in kept.items() if value] == [b"a.wav/refused"]


async def test_one_that_waits_for_its_file(tmp_path: Path) -> None:
    """It waits no more; the file that NFS shows an hour later is deleted, too."""
    bench = Bench(tmp_path)
    await bench.take("late.wav")
    bench.said.append(OBJECTION)
    assert await bench.refusals.look() == ["late.wav"]
    assert await bench.topic.seen().awaited(EVERY) == []
    bench.sound("late.wav")
    assert await bench.refusals.look() == []
    assert not (bench.folder / "late.wav").exists()
    bench.now += DAY_MS + 1
    bench.sound("late.wav")
    await bench.refusals.look()
    assert (bench.folder / "late.wav").exists()  # not looked for for ever


async def test_a_file_that_cannot_be_deleted_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that is mounted to be read only: ops read it, and nothing is taken for done."""
    bench = Bench(tmp_path)
    bench.said.append(OBJECTION)
    await bench.taken("a.wav")

    def refuse(_self: Path) -> None:
        raise PermissionError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        assert await bench.refusals.look() == []
    assert bench.refusals.condition().look().startswith("удаления ждёт 1\u00a0запись: ")
    assert bench.told() == []
    assert await bench.refusals.look() == ["a.wav"]
    assert bench.refusals.words == ""


async def test_somebody_who_is_noted_as_not_agreeing(tmp_path: Path) -> None:
    """His meeting is not written down, ops are told of the file, and it stays; a meeting without him is."""
    bench = Bench(tmp_path)
    told: list[tuple[str, str, str]] = []
    closes = bench.refusals._closes = lambda lead, present: (lead, list(present)) == ("7", ["Ольга"])
    assert closes("7", ["Ольга"])
    bench.refusals._told_ops = lambda *words: told.append(words)
    recording = Recording("a.wav", "s2", "a.wav", "a.wav", 1, "0" * 64, "room", 1, 1, 0, "ok", "7", "", ["Ольга"])
    seen = bench.topic.seen()
    assert await bench.refusals.stand(await seen.open(recording))
    assert told == [("recording_closed", "a.wav", "")]
    assert await seen.refused(EVERY) == []
    for other in (replace(recording, participants=["Иван"]), replace(recording, lead_id=None)):
        assert not await bench.refusals.stand(await seen.open(other))


def test_what_the_recorder_made_of_it_goes_with_it(tmp_path: Path) -> None:
    """The original, the repaired one and the sound; not the files of another session, nor anything outside."""
    folder = tmp_path / "in" / "7" / "s"
    folder.mkdir(parents=True)
    for name in ("m.mp4", "m~repaired.mp4", "m.opus", "m2.mp4"):
        (folder / name).touch()
    speech = Speech(recordings=tmp_path / "in")
    assert delete_files(speech, "7/s/m~repaired.mp4") == 3
    assert [file.name for file in folder.iterdir()] == ["m2.mp4"]
    (tmp_path / "outside.mp4").touch()
    with pytest.raises(Terminal, match="leaves the recordings folder"):
        delete_files(speech, "../outside.mp4")
    assert (tmp_path / "outside.mp4").exists()


def test_the_report_is_the_same_however_often() -> None:
    """A kill before the mark has it sent again: one event."""
    recording = Recording("r", "s", "f", "p", 1, "0", "lead-7", 900, 100, 800, "ok")
    refused = RefusedRecording(recording, OBJECTION)
    assert deleted_report(refused) == deleted_report(replace(refused, deleted_at=9))
