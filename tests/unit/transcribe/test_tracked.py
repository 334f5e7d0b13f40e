"""Jibri's recording of a meeting that has tracks, and tracks that are made anew."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from processors.normalize.recordings import FROM_JITSI
from processors.tracks.entry import entry_id
from schemas.sources import Recording, RoomReport, Transcript
from schemas.topics import MEETING_TRACKS, RECORDINGS, TRANSCRIPTS
from schemas.tracks import MeetingTracks
from streams.engine.kafka import Output, partition_of
from streams.engine.meetings import MARK, KnownMeetings
from streams.engine.rooms import KnownRooms
from streams.transcribe import job
from streams.transcribe.recordings import Transcribe
from streams.transcribe.tracked import Tracked, tracked_by
from tests.unit.tracks.topics import Topics
from tests.unit.transcribe.stand_ins import Scripted, line
from tests.unit.transcribe.test_awaited import RECORD, TRANSCRIPT, Line

ENTRY = entry_id("m1")
JIBRI = Recording("aa", "s1", "a.mp4", "a.wav", 1, "0" * 64, "lead-7", 60_000, 60_000, 0, "ok")
TRACKS = replace(JIBRI, recording_id=ENTRY, session_id="", path="t.wav", meeting_id="m1", sessions=["s1"])


@pytest.fixture(autouse=True)
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder in this process."""

    async def here(function: Any, *args: Any) -> Any:
        return function(*args)

    monkeypatch.setattr(job, "apart", here)


async def told(*recordings: Recording) -> Tracked:
    """Where these stand on `source.recordings`, and the meeting is known to have tracks."""
    topics = Topics()
    mark = MARK.encode(MeetingTracks("m1", "lead-7", 0, 0, 9, "7", ["s1"]))
    await topics.send([Output(MEETING_TRACKS.name, b"m1", mark)])
    await topics.send([Output(RECORDINGS.name, one.recording_id.encode(), RECORD.encode(one)) for one in recordings])
    known = KnownMeetings(topics.reader(MEETING_TRACKS.name))
    for record in topics.kept[MEETING_TRACKS.name, partition_of(MEETING_TRACKS.name, b"m1")]:
        known.put(record)
    return tracked_by(known, topics.reader(RECORDINGS.name))


async def test_the_whole_meeting_in_tracks_is_not_paid_for_twice() -> None:
    """Tracks with too many gaps leave the mixed sound its work, and the tracks themselves are never passed over."""
    assert await (await told(TRACKS))(JIBRI)
    assert not await (await told(replace(TRACKS, gaps=[(0, 20_000)])))(JIBRI)
    assert await (await told(replace(TRACKS, gaps=[(0, 20_000)]), TRACKS))(JIBRI)
    assert not await (await told())(JIBRI)
    assert not await (await told(TRACKS))(replace(JIBRI, session_id="s2"))
    assert not await (await told(TRACKS))(TRACKS)


class Bench(Line):
    """The process, with tracks or without."""

    def start(self) -> None:
        super().start()
        self.tracked: Tracked | None = getattr(self, "tracked", None)
        if self.tracked:
            engines = line(Scripted("vosk", offline=True))
            seen, clock = self.topic.seen(), lambda: self.now
            self.process = Transcribe(self.speech, engines, seen, clock, tracked=self.tracked)

    async def versions(self, recording: Recording) -> list[int]:
        """Of the transcripts that come of it."""
        outcome = await self.given(recording)
        await self.topic.send(outcome.state)
        found = [TRANSCRIPT.decode(one.value) for one in outcome.outputs if one.topic == TRANSCRIPTS.name]
        return [one.version for one in found if isinstance(one, Transcript)]


async def test_jibris_recording_is_passed_over(tmp_path: Path) -> None:
    """No word is made of it; it is no dead letter."""
    bench = Bench(tmp_path)
    bench.tracked = await told(TRACKS)
    bench.start()
    bench.sound("a.wav")
    assert await bench.versions(JIBRI) == []


async def test_tracks_that_are_made_anew_are_the_next_version(tmp_path: Path) -> None:
    """Another file under the same id; the former file's record, replayed, does not come over it."""
    bench = Bench(tmp_path)
    bench.sound("t.wav")
    later = replace(TRACKS, sha256="1" * 64, ended_at=90_000)
    assert await bench.versions(TRACKS) == [1]
    assert await bench.versions(later) == [2]
    assert await bench.versions(later) == []
    assert await bench.versions(TRACKS) == []


async def test_jibris_recording_may_come_before_the_tracks() -> None:
    """The room has told whose session it is, and sound came: it is the meeting's entry from the beginning on."""
    topics, rooms = Topics(), KnownRooms(Topics().reader(RECORDINGS.name))
    known = KnownMeetings(topics.reader(MEETING_TRACKS.name), rooms)
    await topics.send([Output(MEETING_TRACKS.name, b"m1", MARK.encode(MeetingTracks("m1", "lead-7", 0, 0)))])
    on = RoomReport("r1", "recording_on", 0, "lead-7", "m1", "7", session_id="s1")
    await topics.send([Output(RECORDINGS.name, b"lead-7", FROM_JITSI.encode(on))])
    [report] = topics.kept[RECORDINGS.name, partition_of(RECORDINGS.name, b"lead-7")]
    rooms.put(report)
    assert known.entry("s1") == ""  # no sound of it is known
    for record in topics.kept[MEETING_TRACKS.name, partition_of(MEETING_TRACKS.name, b"m1")]:
        known.put(record)
    assert (known.entry("s1"), known.entry("s2")) == (ENTRY, "")


async def test_of_an_erased_client_nothing_is_kept(tmp_path: Path) -> None:
    """Sent again, his recording leaves no mark and is no dead letter; another client's is done."""
    bench = Bench(tmp_path)
    bench.sound("a.wav")
    engines, clock = line(Scripted("vosk", offline=True)), lambda: bench.now
    bench.process = Transcribe(bench.speech, engines, bench.topic.seen(), clock, denied=lambda lead: lead == "7")
    assert await bench.versions(replace(JIBRI, lead_id="7")) == []
    assert not bench.topic.sent
    assert await bench.versions(replace(JIBRI, lead_id="8")) == [1]
