"""`source.transcripts` → the tracks' text with its gaps filled from the mixed sound, once both are there.

Each text of a meeting with tracks is noted beside the meeting's mark, by its place on the topic, before anybody looks
whether the other one is there: of two processes that have one each, at least the later one sees both.
"""

import logging
from collections.abc import Awaitable, Callable

from aiokafka import ConsumerRecord

from processors.tracks.entry import is_of_all
from processors.tracks.filling import fill
from schemas.codec import Codec, Rejected
from schemas.sources import Transcript
from schemas.topics import AUDIO, MEETING_TRACKS, TRANSCRIPTS
from schemas.tracks import MeetingText
from streams.engine.kafka import Output, partition_of
from streams.engine.meetings import MARK, KnownMeetings
from streams.engine.reader import Reader
from streams.engine.settle import Batch, Outcome
from streams.tracks.owed import Send

log = logging.getLogger(__name__)

_TRANSCRIPT: Codec[Transcript] = Codec(Transcript)

At = Callable[[str, int, int], Awaitable["ConsumerRecord[bytes, bytes] | None"]]
"""A record by topic, partition and offset; None where it is gone. Raises `Transient`."""


class Texts:
    """Settle's `Process`."""

    def __init__(self, meetings: KnownMeetings, marks: Reader, at: At, send: Send) -> None:
        self._meetings, self._marks, self._at, self._send = meetings, marks, at, send

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `Transient`. What cannot be read is the pipeline's dead letter."""
        outcome = Outcome()
        for record in batch.records:
            transcript = _TRANSCRIPT.decode(record.value)
            if isinstance(transcript, Rejected) or transcript.filled:
                continue
            recording = transcript.recording
            meeting = recording.meeting_id or self._meetings.meeting(recording.session_id)
            if not meeting or is_of_all(recording) or recording.left_out:  # who objected is heard in the mixed sound
                continue
            text = MeetingText(
                meeting, recording.recording_id, batch.partition, record.offset, not recording.meeting_id
            )
            at = partition_of(AUDIO.name, meeting.encode())
            key = f"{meeting}/{recording.recording_id}".encode()
            await self._send([Output(MEETING_TRACKS.name, key, MARK.encode(text), at)])
            filled = await self._filled(meeting, at)
            if filled is not None:
                value = _TRANSCRIPT.encode(filled)
                outcome.outputs.append(Output(TRANSCRIPTS.name, filled.recording.recording_id.encode(), value))
        return outcome

    async def _filled(self, meeting: str, at: int) -> Transcript | None:
        """The tracks' text with what each mixed one has in their gaps."""
        texts: dict[str, MeetingText] = {}
        async for record in self._marks.read([at]):
            mark = MARK.decode(record.value) if record.value else None
            if isinstance(mark, MeetingText) and mark.meeting_id == meeting:
                texts[mark.recording_id] = mark
        found = [await self._read(text) for _, text in sorted(texts.items())]
        tracks = next((one for one in found if one and one.recording.meeting_id), None)
        mixed = [one for one in found if one and not one.recording.meeting_id]
        if tracks is None or not mixed or not tracks.recording.gaps:
            return None
        whole: Transcript | None = None
        for one in sorted(mixed, key=lambda text: text.recording.started_at):
            whole = fill(whole or tracks, one) or whole
        if whole is not None:
            words = len(whole.words) - len(tracks.words)
            log.info("gaps of tracks filled", extra={"recording": whole.recording.recording_id, "words": words})
        return whole

    async def _read(self, text: MeetingText) -> Transcript | None:
        record = await self._at(TRANSCRIPTS.name, text.partition, text.offset)
        transcript = _TRANSCRIPT.decode(record.value) if record is not None else None
        return transcript if isinstance(transcript, Transcript) else None
