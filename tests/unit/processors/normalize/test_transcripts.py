"""`source.transcripts` → `meeting_transcribed`: where the text comes from."""

import msgspec
from msgspec.structs import replace

from processors.identity import Identities
from processors.normalize.contract import Options
from processors.normalize.transcripts import normalize
from schemas.events import MeetingTranscribed, Utterance
from schemas.sources import Recording, Transcript, Word
from schemas.types import Meta

RECORDING = Recording("r1", "s", "f", "f", 1, "0" * 64, "lead-7-x", 2000, 1000, 1000, "ok", "7")
PLAIN = Transcript(RECORDING, 1, "vosk", "m", [Word("мы", 0, 100, 1.0), Word("уходим", 150, 400, 1.0)])


def event(transcript: Transcript) -> MeetingTranscribed:
    """The one event of it."""
    [made] = normalize(Meta("source.transcripts", 0, 0, 5000), msgspec.json.encode(transcript), Identities(), Options())  # type: ignore[misc]
    assert isinstance(made, MeetingTranscribed)
    return made


def test_readable_text_wins_over_pauses() -> None:
    """Punctuated or by speaker as the engine gave it; without it the words between pauses."""
    assert [said.text for said in event(PLAIN).utterances] == ["мы уходим"]
    readable = [Utterance(0, 400, "Мы уходим.", "Пётр")]
    assert event(replace(PLAIN, utterances=readable)).utterances == readable


def test_every_version_is_an_event_of_its_own() -> None:
    """The next version is not taken for the former one sent again."""
    assert event(PLAIN).event_id != event(replace(PLAIN, version=2)).event_id
