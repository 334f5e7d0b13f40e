"""A transcript as a person has it in a file → a conversation: JSON of ours, or plain text with a line an utterance.

JSON: a record of `source.transcripts`, what `leadpulse transcribe --json` writes, or a `meeting_transcribed` event.
Plain text: `Имя: слова`, the name optional, before it perhaps a time (`[0:12:30]`), as `leadpulse transcribe --txt` has
it. Where no times are given they are reckoned at `WORD_MS` a word, and how long the talk took is not known.
"""

import re
from collections import Counter

import msgspec

from processors.utterances import utterances as by_pauses
from schemas.meetings import Utterance
from schemas.minutes import Conversation
from schemas.sources import Recording, Word
from schemas.transcription import Transcription
from schemas.types import Millis

WORD_MS = 400
"""150 words a minute: quiet Russian speech."""

_LINE = re.compile(r"^(?:\[?(?:(\d+):)?(\d{1,2}):(\d{2})(?:[.,]\d+)?\]?\s+)?(?:([^\W\d_][^:.!?\n]{0,39}):\s+)?(.*)\Z")
_NAME_WORDS = 3


class _Written(msgspec.Struct, frozen=True):
    """What the forms of JSON have in common."""

    words: list[Word] | int = []
    utterances: list[Utterance] = []
    version: int = 1
    duration_ms: int = 0
    recording: Recording | None = None
    ts: Millis | None = None
    started_at: Millis | None = None
    people: list[str] = []
    client: list[str] = []


def read(content: bytes) -> Conversation:
    """Raises ValueError that says what is wrong with the file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"не текст в UTF-8 (байт {error.start})") from None
    found = _from_json(text) if text.lstrip().startswith("{") else _from_text(text)
    if not found.utterances:
        raise ValueError("в файле нет ни одной реплики")
    return found


def _from_json(text: str) -> Conversation:
    try:
        return _by_hand(msgspec.json.decode(text, type=Transcription))
    except msgspec.DecodeError:
        pass  # it may be one of the others
    try:
        written = msgspec.json.decode(text, type=_Written)
    except msgspec.DecodeError as error:
        raise ValueError(f"не расшифровка Leadpulse: {error}") from None
    recording = written.recording
    words = written.words if isinstance(written.words, list) else []
    said = written.utterances or by_pauses(words)
    named = [*(recording.participants if recording else written.people), *(u.speaker for u in said if u.speaker)]
    return Conversation(
        utterances=said,
        version=written.version,
        started_at=recording.started_at if recording else written.started_at or written.ts,
        duration_ms=recording.duration_ms if recording else written.duration_ms or _end(said),
        people=list(dict.fromkeys(named)),
        client=written.client,
    )


def _by_hand(written: Transcription) -> Conversation:
    said = [
        Utterance(round(one.start * 1000), round(one.end * 1000), one.text, one.speaker) for one in written.utterances
    ]
    people = dict.fromkeys(utterance.speaker for utterance in said if utterance.speaker)
    return Conversation(
        said, duration_ms=round(written.duration * 1000), people=list(people), flaw="; ".join(written.flaws)
    )


def _from_text(text: str) -> Conversation:
    lines = [match for line in text.splitlines() if line.strip() and (match := _LINE.match(line.strip()))]
    often = Counter(match[4] for match in lines if match[4])
    said: list[Utterance] = []
    for match in lines:
        hours, minutes, seconds, name, words = match.groups()
        if name and not _is_name(name, often):
            name, words = None, f"{name}: {words}"
        if not words.strip():
            continue
        start = _ms(hours, minutes, seconds) if minutes else _end(said)
        said.append(Utterance(start, start + WORD_MS * len(words.split()), words.strip(), name))
    people = dict.fromkeys(utterance.speaker for utterance in said if utterance.speaker)
    timed = any(match[2] for match in lines)
    return Conversation(utterances=said, duration_ms=_end(said) if timed else 0, people=list(people))


def _is_name(text: str, often: Counter[str]) -> bool:
    """A few words, capitalised or met again: `смотрите: у нас два склада` names nobody."""
    return len(text.split()) <= _NAME_WORDS and (text[0].isupper() or often[text] > 1)


def _ms(hours: str | None, minutes: str, seconds: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000


def _end(said: list[Utterance]) -> int:
    return max((utterance.end_ms for utterance in said), default=0)
