"""`source.transcripts` → `meeting_transcribed`, and the request for the meeting's minutes."""

from msgspec.structs import replace

from processors.belonging import room_of
from processors.identity import Identities
from processors.normalize.bitrix_calls import call_of, heard
from processors.normalize.contract import Found, Options, unassigned
from processors.normalize.recordings import entry_of, owner_of
from processors.normalize.telegram_voice import spoken
from processors.talk import display_names
from processors.tracks.entry import version_of
from processors.utterances import utterances
from schemas.codec import Codec, Rejected, event_id
from schemas.events import MeetingTranscribed
from schemas.meetings import Called
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
    id_ = event_id("transcript", recording.recording_id, transcript.version, *(["filled"] if transcript.filled else []))
    entry, version = entry_of(recording, options), transcript.version
    if recording.meeting_id or entry != recording.recording_id:
        version = version_of(transcript)
    heard_in = transcript.filled_from or [recording.recording_id] * (entry != recording.recording_id)
    owner = owner_of(recording, identities, options)
    if owner is None:
        return [unassigned(meta, record, id_, recording.started_at, SOURCE, room_of(recording.room))]
    heard_words = transcript.utterances or utterances(transcript.words)
    room = options.room(owner.lead, identities)
    names = list(dict.fromkeys(one.speaker for one in heard_words if one.speaker))
    called = {name: room.called(name) for name in names}
    said = [replace(one, speaker=called[one.speaker]) if one.speaker else one for one in heard_words]
    speakers = list(dict.fromkeys(called.values()))
    ours = list(dict.fromkeys(called[name] for name in names if room.is_ours(name)))
    theirs = [one for one in dict.fromkeys(called[name] for name in names if room.is_theirs(name)) if one not in ours]
    return [
        MeetingTranscribed(
            event_id=id_,
            lead_id=owner.lead,
            client=owner.client,
            ts=recording.started_at,
            source=SOURCE,
            recording_id=entry,
            version=version,
            engine=transcript.engine,
            duration_ms=recording.duration_ms,
            words=len(transcript.words),
            utterances=said,
            degraded=transcript.degraded,
            room=recording.room,
            ours=ours,
            theirs=theirs,
            called=[Called(shown, name) for name, shown in called.items() if shown != name],
            heard_in=heard_in,
        ),
        MeetingRequest(
            lead_id=owner.lead,
            client=owner.client,
            recording_id=entry,
            room=recording.room,
            ts=recording.started_at,
            conversation=Conversation(
                utterances=said,
                version=version,
                started_at=recording.started_at,
                duration_ms=recording.duration_ms,
                people=list(dict.fromkeys([*map(room.called, display_names(recording.participants)), *speakers])),
                client=[name for name in speakers if name not in ours] if ours else theirs,
                flaw=_flaw(transcript),
            ),
            heard_in=heard_in,
        ),
    ]


def _flaw(transcript: Transcript) -> str:
    """What is wrong with it; no words because of the engines is not the same as a recording without words."""
    return transcript.flaw or (UNHEARD if transcript.failed_segments and not transcript.words else "")
