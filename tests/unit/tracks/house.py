"""A worker that makes files of meetings, on topics that are lists, and what is told of the meeting's room."""

from functools import partial
from pathlib import Path
from typing import Any

from processors.privacy.erasing import Denied
from schemas.audio import AUDIO_RECORD, AudioRecord
from schemas.codec import Codec
from schemas.sources import FromJitsi, Recording, RoomReport
from schemas.topics import AUDIO, MEETING_TRACKS, OBJECTIONS, RECORDINGS
from streams.engine.kafka import Output, partition_of
from streams.settings import Speech, Tracks
from streams.tracks.making import Making
from streams.tracks.owed import Owed
from streams.tracks.room import ask
from tests.unit.tracks.test_file import ZERO
from tests.unit.tracks.topics import Topics

FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)
AT = partition_of(AUDIO.name, b"m1")
ROOM = "lead-7"


def report(happening: Any, ts: int, **more: Any) -> RoomReport:
    """Of the meeting's room."""
    return RoomReport(f"{happening}-{ts}-{more.get('participant', '')}", happening, ts, ROOM, "m1", "7", **more)


REPORTS = [
    report("meeting_started", ZERO - 500),
    report("joined", ZERO - 400, participant="a", name="Аня"),
    report("joined", ZERO, participant="b", name="Борис"),
    report("recording_on", ZERO + 900, session_id="s1"),
    report("renamed", ZERO + 2500, participant="a", name="Анна"),
]


class House:
    """One worker on topics that are lists."""

    def __init__(self, folder: Path) -> None:
        self.topics, self.denied, self.folder = Topics(ZERO), Denied(), folder / "in"
        self.folder.mkdir()
        self.speech = Speech(recordings=self.folder)
        self.tracks = Tracks(spool=folder / "spool")
        self.told: list[tuple[str, str, str]] = []
        self.start()

    def start(self) -> None:
        """As a new process: what it knows stands in the topics."""
        topics = self.topics
        self.owed = Owed(topics.reader(AUDIO.name), topics.reader(MEETING_TRACKS.name), topics.send)
        self.making = Making(
            *(self.speech, self.tracks, self.owed, topics.reader(AUDIO.name)),
            partial(ask, topics.reader(RECORDINGS.name), topics.reader(OBJECTIONS.name)),
            topics.send,
            self.denied,
            lambda *told: self.told.append(told),
            owned=lambda: {AT},
            clock=lambda: topics.now,
        )

    async def sound(self, *records: AudioRecord) -> None:
        """They come and are settled."""
        before = len(self.topics.kept.get((AUDIO.name, AT), []))
        await self.topics.send([Output(AUDIO.name, b"m1", AUDIO_RECORD.encode(record)) for record in records])
        outcome = await self.owed(self.topics.batch(AUDIO.name, AT, before))
        assert not outcome.rejected
        await self.topics.send(outcome.outputs)

    async def reports(self, *reports: RoomReport) -> None:
        """As the gateway puts them."""
        for one in reports:
            if one.happening == "objected":
                await self.topics.send([Output(OBJECTIONS.name, one.id.encode(), Codec[Any](RoomReport).encode(one))])
            await self.topics.send([Output(RECORDINGS.name, ROOM.encode(), FROM_JITSI.encode(one))])

    async def after(self, seconds: float) -> list[str]:
        """The look of then."""
        self.topics.now += round(seconds * 1000)
        return await self.making.look()

    def recordings(self) -> list[Recording]:
        """That were told."""
        found = [FROM_JITSI.decode(value) for value in self.topics.values(RECORDINGS.name)]
        return [one for one in found if isinstance(one, Recording)]

    def files(self) -> list[Path]:
        """In the recordings' folder."""
        return [path for path in self.folder.rglob("*") if path.is_file()]
