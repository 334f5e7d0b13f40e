"""`source.transcripts` → `meeting_transcribed`, and the request for the meeting's minutes."""

from processors.belonging import room_of
from processors.identity import Identities
from processors.normalize.bitrix_calls import call_of, heard
from processors.normalize.contract import Found, Options, unassigned
from processors.normalize.recordings import owner_of
from processors.normalize.telegram_voice import spoken
from processors.utterances import utterances
from schemas.codec import Codec, Rejected, event_id
from schemas.events import MeetingTranscribed
from schemas.minutes import Conversation, MeetingRequest
from schemas.sources import Transcript
from schemas.types import Meta

SOURCE = "transcribe"

_TRANSCRIPT: Codec[Transcript] = Codec(Transcript)


UNHEARD = "речь не распознана: ни один движок не справился с записью"


def normalize(meta: Meta, record: bytes, identities: Identities, options: Options) -> Found:
    """One version of a recording's transcript, its words joined to utterances. `ts` is the meeting's start."""
    transcript = _TRANSCRIPT.decode(record)
    if isinstance(transcript, Rejected):
        return transcript
    recording = transcript.recording
    if recording.said_in is not None:
        said = transcript.utterances or utterances(transcript.words)
        text = "\n".join(utterance.text for utterance in said)
        call = call_of(recording.said_in)
        if call is not None:
            words = text, transcript.engine, transcript.version
            return heard(meta, record, call, recording.said_in.source, words, identities)
        return spoken(meta, record, recording.said_in, text, transcript.version, identities, options)
    id_ = event_id("transcript", recording.recording_id, transcript.version)
    owner = owner_of(recording, identities, options)
    if owner is None:
        return [unassigned(meta, record, id_, recording.started_at, SOURCE, room_of(recording.room))]
    said = transcript.utterances or utterances(transcript.words)
    return [
        MeetingTranscribed(
            event_id=id_,
            lead_id=owner.lead,
            client=owner.client,
            ts=recording.started_at,
            source=SOURCE,
            recording_id=recording.recording_id,
            version=transcript.version,
            engine=transcript.engine,
            duration_ms=recording.duration_ms,
            words=len(transcript.words),
            utterances=said,
            degraded=transcript.degraded,
            room=recording.room,
        ),
        MeetingRequest(
            lead_id=owner.lead,
            client=owner.client,
            recording_id=recording.recording_id,
            room=recording.room,
            ts=recording.started_at,
            conversation=Conversation(
                utterances=said,
                version=transcript.version,
                started_at=recording.started_at,
                duration_ms=recording.duration_ms,
                people=list(dict.fromkeys([*recording.participants, *(u.speaker for u in said if u.speaker)])),
                flaw=_flaw(transcript),
            ),
        ),
    ]


def _flaw(transcript: Transcript) -> str:
    """What is wrong with it; no words because of the engines is not the same as a recording without words."""
    return transcript.flaw or (UNHEARD if transcript.failed_segments and not transcript.words else "")
