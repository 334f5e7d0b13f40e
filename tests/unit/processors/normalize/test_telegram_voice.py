"""The words of a voice message become the message's text."""

import json
from typing import Any

import msgspec

from processors.identity import Identities
from processors.normalize import recordings, telegram, transcripts
from processors.normalize.contract import Found
from schemas.events import Message, MessageEdited
from schemas.sources import FromJitsi, Inbound, Recording, Transcript, Unassigned, Word
from tests.golden.examples import OPTIONS, accepted, known, meta

VOICE = {"file_id": "f", "file_unique_id": "u", "duration": 3}


def update(**content: Any) -> bytes:
    """A voice message in a group that is linked."""
    message = {
        "message_id": 77,
        "date": 1_795_165_391,
        "chat": {"id": -1001234567890, "type": "supergroup"},
        "from": {"id": 501, "first_name": "Пётр"},
        "voice": VOICE,
    }
    return json.dumps({"source": "main", "payload": {"update_id": 1, "message": message | content}}).encode()


def transcript(said_in: bytes, version: int = 1, words: str = "мы уходим") -> bytes:
    """What the engines heard."""
    recording = Recording(
        *("rec", "rec", "u.oga", "telegram/u.oga", 10, "", "", 1_795_165_394_000, 3000, 1_795_165_391_000, "ok"),
        said_in=msgspec.json.decode(said_in, type=Inbound),
    )
    heard = [Word(word, at * 400, at * 400 + 300, 1.0) for at, word in enumerate(words.split())]
    return msgspec.json.encode(Transcript(recording, version, "vosk", "ru", heard))


def heard(said_in: bytes, identities: Identities | None = None, **of: Any) -> Found:
    """What a transcript means."""
    return transcripts.normalize(
        meta("source.transcripts"), transcript(said_in, **of), known() if identities is None else identities, OPTIONS
    )


def test_the_words_are_a_new_version_of_the_message() -> None:
    """Same chat, message, author and lead; later than the message; a caption stays; no minutes are asked for."""
    (message,) = accepted(telegram.normalize(meta("source.telegram"), update(caption="срочно"), known(), OPTIONS))
    (edited,) = accepted(heard(update(caption="срочно")))
    assert isinstance(message, Message)
    assert isinstance(edited, MessageEdited)
    assert edited.text.lower().rstrip(".") == "срочно\nмы уходим"
    same = ("chat_id", "message_id", "author", "lead_id", "source", "content")
    assert [getattr(edited, name) for name in same] == [getattr(message, name) for name in same]
    assert edited.author.client
    assert edited.ts > message.ts


def test_a_better_transcript_is_another_version() -> None:
    """It comes after the first; the same one again is the same event."""
    first, again, better = (accepted(heard(update(), version=version))[0] for version in (1, 1, 2))
    assert isinstance(first, MessageEdited)
    assert isinstance(better, MessageEdited)
    assert first == again
    assert better.ts > first.ts
    assert better.event_id != first.event_id


def test_words_wait_for_their_client() -> None:
    """Of an unknown chat they wait with it, and come when it is linked: the record holds all that it takes."""
    (waiting,) = accepted(heard(update(), identities=Identities()))
    assert isinstance(waiting, Unassigned)
    assert (waiting.client.kind, waiting.client.value) == ("tg_chat", "-1001234567890")
    (edited,) = accepted(transcripts.normalize(meta("source.transcripts"), bytes(waiting.record), known(), OPTIONS))
    assert isinstance(edited, MessageEdited)


def test_a_voice_message_is_no_meeting() -> None:
    """The recording says nothing by itself, and nothing is said where nothing was heard."""
    recording = msgspec.json.decode(transcript(update()), type=Transcript).recording
    record = msgspec.json.encode(recording)
    assert isinstance(msgspec.json.decode(record, type=FromJitsi), Recording)
    assert recordings.normalize(meta("source.recordings"), record, known(), OPTIONS) == []
    assert heard(update(), words="") == []
