"""Transcripts from files: every form that a person may have, and clear words about the rest."""

import msgspec
import pytest

from processors.minutes.reading import WORD_MS, read
from schemas.events import MeetingTranscribed
from schemas.meetings import Utterance
from schemas.sources import Recording, Transcript, Word
from schemas.transcription import SpokenUtterance, Transcription

ANNA = ["Анна"]
RECORDING = Recording("r", "s", "f.mp4", "p", 1, "0", "lead-7", 90_000, 60_000, 30_000, "ok", participants=ANNA)


def test_plain_text() -> None:
    """A line is an utterance; its number is the segment; the name before the colon is the speaker."""
    found = read("Анна: добрый день\n\nпривет всем\nИван Петров: я пришлю счёт: завтра\n".encode())
    assert [(u.speaker, u.text) for u in found.utterances] == [
        ("Анна", "добрый день"),
        (None, "привет всем"),
        ("Иван Петров", "я пришлю счёт: завтра"),
    ]
    assert found.people == ["Анна", "Иван Петров"]
    assert [u.start_ms for u in found.utterances] == [0, 2 * WORD_MS, 4 * WORD_MS]
    assert found.started_at is None


@pytest.mark.parametrize(
    ("line", "speaker", "text"),
    [
        ("смотрите: у нас два склада", None, "смотрите: у нас два склада"),
        ("Вот что мы решили вчера вечером: едем", None, "Вот что мы решили вчера вечером: едем"),
        ("начало в 10:30 завтра", None, "начало в 10:30 завтра"),
        ("https://x.ru/a: ссылка", None, "https://x.ru/a: ссылка"),
        ("Спикер 1: да", "Спикер 1", "да"),
    ],
)
def test_what_is_a_name(line: str, speaker: str | None, text: str) -> None:
    """A colon in a sentence names nobody."""
    [said] = read(line.encode()).utterances
    assert (said.speaker, said.text) == (speaker, text)


def test_a_small_name_that_comes_again() -> None:
    """Recognisers write no capitals: what stands twice before a colon is a speaker."""
    assert [u.speaker for u in read("анна: да\nанна: нет".encode()).utterances] == ["анна", "анна"]


def test_times() -> None:
    """Times of `transcribe --txt` are kept."""
    found = read("[00:00:05] Анна: да\n[01:02:03] нет".encode())
    assert [u.start_ms for u in found.utterances] == [5000, 3_723_000]
    assert found.duration_ms == 3_723_000 + WORD_MS


def test_what_transcribe_writes() -> None:
    """Seconds become ms, and what is wrong with the words is kept for the minutes."""
    said = [SpokenUtterance(0.5, 2.25, "Анна", "Да."), SpokenUtterance(3.0, 4.0, None, "Нет.")]
    found = read(msgspec.json.encode(Transcription("Анна: Да.\nНет.", said, [], "vosk", "m", 9.5, ["шум", "дыра"], [])))
    assert [(u.start_ms, u.end_ms, u.speaker, u.text) for u in found.utterances] == [
        (500, 2250, "Анна", "Да."),
        (3000, 4000, None, "Нет."),
    ]
    assert (found.duration_ms, found.people, found.flaw) == (9500, ANNA, "шум; дыра")


def test_without_times_nobody_knows_how_long_it_took() -> None:
    """Places are reckoned from the words; a duration would be made up."""
    found = read("Анна: добрый день\nПётр: здравствуйте".encode())
    assert found.duration_ms == 0
    assert found.utterances[1].start_ms > 0


def test_a_transcript_record() -> None:
    """Words are joined to utterances by pauses, the recording tells who and when."""
    words = [Word("да", 0, 300, 1.0), Word("нет", 5000, 5300, 1.0, "Иван")]
    found = read(msgspec.json.encode(Transcript(RECORDING, 3, "vosk", "m", words)))
    assert [u.text for u in found.utterances] == ["да", "нет"]
    assert (found.version, found.started_at, found.duration_ms) == (3, 30_000, 60_000)
    assert found.people == ["Анна"]


def test_an_event_and_the_output_of_transcribe() -> None:
    """Both have utterances; only the event knows when it was."""
    said = [Utterance(0, 9, "да", "Анна")]
    event = MeetingTranscribed("r", 2, "vosk", 9, 1, said, event_id="0" * 16, lead_id="7", ts=5, source="t")
    assert read(msgspec.json.encode(event)).started_at == 5
    found = read(b'{"words": [["yes", 0, 9, 1.0]], "duration_ms": 70, "engine": "vosk", "model": "m"}')
    assert (found.started_at, found.duration_ms, found.utterances[0].text) == (None, 70, "yes")


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe", b"{", b'{"words": 5}', b'{"utterances": [1]}', b"{}"])
def test_unusable(content: bytes) -> None:
    """A reason instead of a traceback."""
    with pytest.raises(ValueError, match=r"\w"):
        read(content)
