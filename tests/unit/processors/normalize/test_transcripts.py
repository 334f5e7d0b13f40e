"""`source.transcripts` → `meeting_transcribed` and the request for minutes: where the text and the names come from."""

import msgspec
from msgspec.structs import replace

from processors.identity import Identities
from processors.minutes import extract
from processors.normalize.contract import Options
from processors.normalize.transcripts import normalize
from schemas.codec import Rejected
from schemas.events import MeetingTranscribed, Utterance
from schemas.minutes import Conversation, MeetingRequest
from schemas.sources import Identity, Recording, Transcript, Word
from schemas.types import Meta

RECORDING = Recording("r1", "s", "f", "f", 1, "0" * 64, "lead-7-x", 2000, 1000, 1000, "ok", "7")
PLAIN = Transcript(RECORDING, 1, "vosk", "m", [Word("мы", 0, 100, 1.0), Word("уходим", 150, 400, 1.0)])


def made(transcript: Transcript) -> tuple[MeetingTranscribed, MeetingRequest]:
    """The event and the request of it."""
    meta = Meta("source.transcripts", 0, 0, 5000)
    found = normalize(meta, msgspec.json.encode(transcript), Identities(), Options())
    assert not isinstance(found, Rejected)
    event, request = found
    assert isinstance(event, MeetingTranscribed)
    assert isinstance(request, MeetingRequest)
    return event, request


def event(transcript: Transcript) -> MeetingTranscribed:
    """The event of it."""
    return made(transcript)[0]


def test_the_request_has_what_minutes_need() -> None:
    """The same words and version, the meeting's start and room, and everybody who is named."""
    recording = replace(RECORDING, participants=["Анна", "Пётр"])
    said = [Utterance(0, 400, "Мы уходим.", "Пётр"), Utterance(500, 900, "Жаль.", "Иван")]
    told, request = made(replace(PLAIN, recording=recording, utterances=said, version=3))
    assert request.conversation == Conversation(said, 3, 1000, 1000, ["Анна", "Пётр", "Иван"])
    assert (request.lead_id, request.recording_id, request.room, request.ts) == ("7", "r1", "lead-7-x", told.ts)


def test_a_silent_recording_says_so_in_its_minutes() -> None:
    """Its flaw travels with the request, and is the summary where nobody said a word."""
    _, request = made(replace(PLAIN, words=[], flaw="нет звука: проверьте микрофон или Jibri"))
    assert extract(request.conversation).summary == "Нет звука: проверьте микрофон или Jibri."
    assert extract(made(replace(PLAIN, words=[]))[1].conversation).summary == "Слов в записи нет."
    _, request = made(replace(PLAIN, words=[], failed_segments=[(0, 1000)]))
    assert extract(request.conversation).summary == "Речь не распознана: ни один движок не справился с записью."


def test_readable_text_wins_over_pauses() -> None:
    """Punctuated or by speaker as the engine gave it; without it the words between pauses."""
    assert [said.text for said in event(PLAIN).utterances] == ["мы уходим"]
    readable = [Utterance(0, 400, "Мы уходим.", "Пётр")]
    assert event(replace(PLAIN, utterances=readable)).utterances == readable


def test_every_version_is_an_event_of_its_own() -> None:
    """The next version is not taken for the former one sent again."""
    assert event(PLAIN).event_id != event(replace(PLAIN, version=2)).event_id


def test_a_persons_word_on_a_meeting_wins_over_jitsis() -> None:
    """The recording's own link, then its room's, then what Jitsi and the room's name say; which the event remembers."""
    identities, meta = Identities(), Meta("source.transcripts", 0, 0, 5000)

    def owner() -> tuple[str, str, str]:
        found = normalize(meta, msgspec.json.encode(PLAIN), identities, Options())
        assert not isinstance(found, Rejected)
        event, request = found
        assert isinstance(event, MeetingTranscribed)
        assert isinstance(request, MeetingRequest)
        assert (event.lead_id, event.client) == (request.lead_id, request.client)
        return event.lead_id, event.client, event.room

    assert owner() == ("7", "", "lead-7-x")
    identities.apply("jitsi_room:lead-7-x", Identity("jitsi_room", "lead-7-x", "8"))
    assert owner() == ("8", "lead:7", "lead-7-x")
    identities.apply("recording:r1", Identity("recording", "r1", "9"))
    assert owner() == ("9", "lead:7", "lead-7-x")
    identities.apply("recording:r1", Identity("recording", "r1", refused=True))
    identities.apply("jitsi_room:lead-7-x", Identity("jitsi_room", "lead-7-x", refused=True))
    identities.apply("lead:7", Identity("lead", "7", "3"))
    assert owner() == ("3", "lead:7", "lead-7-x")
