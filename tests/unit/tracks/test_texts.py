"""Two texts of one meeting, on whatever process and in whatever order: the gaps are filled once both are there."""

from typing import Any

import pytest
from msgspec.structs import replace

from schemas.codec import Codec
from schemas.sources import Transcript, Word
from schemas.topics import AUDIO, MEETING_TRACKS, TRANSCRIPTS
from schemas.tracks import MeetingTracks
from streams.engine.kafka import Output, partition_of
from streams.engine.meetings import MARK, KnownMeetings
from streams.tracks.texts import Texts
from tests.unit.processors.tracks.test_entry import JIBRI, TRACKS
from tests.unit.tracks.topics import Topics

TRANSCRIPT: Codec[Transcript] = Codec(Transcript)
AT = partition_of(AUDIO.name, b"m1")
GAPPED = Transcript(replace(TRACKS, gaps=[(5000, 25_000)]), 1, "vosk", "m", [Word("да", 1000, 1200, 1.0, "Анна")])
MIXED = Transcript(JIBRI, 1, "vosk", "m", [Word("да", 1000, 1200, 1.0), Word("нет", 9000, 9300, 1.0)])
ALIEN = replace(MIXED, recording=replace(JIBRI, recording_id="bb", session_id="s9"))


class House:
    """Processes that have a partition of the transcripts each."""

    def __init__(self) -> None:
        self.topics = Topics()

    async def opened(self) -> None:
        mark = MARK.encode(MeetingTracks("m1", "lead-7", 0, 0, 9, "7", ["s1"]))
        await self.topics.send([Output(MEETING_TRACKS.name, b"m1", mark, AT)])

    async def come(self, transcript: Transcript) -> list[Transcript]:
        """It is on the topic and is settled by a process that knows nothing else."""
        key = transcript.recording.recording_id.encode()
        await self.topics.send([Output(TRANSCRIPTS.name, key, TRANSCRIPT.encode(transcript))])
        partition = partition_of(TRANSCRIPTS.name, key)
        known = KnownMeetings(self.topics.reader(MEETING_TRACKS.name))
        for record in self.topics.kept[MEETING_TRACKS.name, AT]:
            known.put(record)
        texts = Texts(known, self.topics.reader(MEETING_TRACKS.name), self.at, self.topics.send)
        last = len(self.topics.kept[TRANSCRIPTS.name, partition]) - 1
        outcome = await texts(self.topics.batch(TRANSCRIPTS.name, partition, last))
        return [one for output in outcome.outputs if isinstance(one := TRANSCRIPT.decode(output.value), Transcript)]

    async def at(self, topic: str, partition: int, offset: int) -> Any:
        return self.topics.kept[topic, partition][offset]


@pytest.mark.parametrize("order", [(GAPPED, MIXED), (MIXED, GAPPED)], ids=["tracks first", "jibri first"])
async def test_the_second_text_brings_the_filled_one(order: tuple[Transcript, Transcript]) -> None:
    """Whichever it is; and what is replayed brings the same."""
    house = House()
    await house.opened()
    assert await house.come(ALIEN) == []
    assert await house.come(order[0]) == []
    [filled] = await house.come(order[1])
    assert [(word.text, word.speaker) for word in filled.words] == [("да", "Анна"), ("нет", None)]
    assert filled.filled and filled.recording == GAPPED.recording
    assert await house.come(filled) == []
    assert await house.come(order[0]) == [filled]


async def test_who_objected_is_not_heard_in_the_gaps() -> None:
    """The mixed sound has his voice, too."""
    house = House()
    await house.opened()
    for one in (replace(GAPPED, recording=replace(GAPPED.recording, left_out=["b"])), MIXED):
        assert await house.come(one) == []


async def test_whole_tracks_need_nothing() -> None:
    """Nor does a meeting without tracks."""
    house = House()
    await house.opened()
    assert await house.come(replace(GAPPED, recording=TRACKS)) == []
    assert await house.come(MIXED) == []
