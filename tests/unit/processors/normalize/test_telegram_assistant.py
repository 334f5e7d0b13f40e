"""What is said to the assistant, and what is not: only our own people's own words, in private, once."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.normalize import telegram, transcripts
from processors.normalize.telegram_assistant import said_to_assistant
from processors.normalize.telegram_update import Update
from schemas.assistant import AssistantAsked
from schemas.bot import BotCommand
from schemas.codec import Rejected
from schemas.sources import Identity, Inbound, Recording, Transcript, Word
from tests.golden.examples import OPTIONS, known, meta

ANNA = {"id": 11, "first_name": "Анна", "last_name": "Петрова"}
STRANGER = {"id": 777, "first_name": "Никто"}
CURATORS = {"id": -1009, "type": "supergroup"}
GROUP = {"id": -1001234567890, "type": "supergroup"}
VOICE = {"file_id": "f", "file_unique_id": "u", "duration": 3}
AT = 1_795_165_391


def alone(who: dict[str, Any] = ANNA) -> dict[str, Any]:
    """A private chat has the id of its user."""
    return {"id": who["id"], "type": "private"}


def update(kind: str = "message", history: bool = False, who: dict[str, Any] = ANNA, **fields: Any) -> bytes:
    """An update of the bot."""
    message = {"message_id": 77, "date": AT, "chat": alone(who), "from": who, "text": "привет"} | fields
    payload = {"update_id": 1, kind: {name: value for name, value in message.items() if value is not None}}
    return json.dumps({"source": "main", "payload": payload, "history": history}).encode()


def written(record: bytes, *links: Identity) -> list[object]:
    """What comes of it."""
    identities = known()
    for link in links:
        identities.apply(f"{link.kind}:{link.value}", link)
    found = telegram.normalize(meta("source.telegram"), record, identities, OPTIONS)
    assert not isinstance(found, Rejected), found
    return list(found)


def spoken(said_in: bytes, words: str = "поставь задачу", version: int = 1) -> list[object]:
    """What comes of its words."""
    recording = Recording(
        *("rec", "rec", "u.oga", "telegram/u.oga", 10, "", "", (AT + 3) * 1000, 3000, AT * 1000, "ok"),
        said_in=msgspec.json.decode(said_in, type=Inbound),
    )
    heard = [Word(word, at * 400, at * 400 + 300, 1.0) for at, word in enumerate(words.split())]
    record = msgspec.json.encode(Transcript(recording, version, "vosk", "ru", heard))
    found = transcripts.normalize(meta("source.transcripts"), record, known(), OPTIONS)
    assert not isinstance(found, Rejected), found
    return list(found)


def asked(found: list[object]) -> list[AssistantAsked]:
    """Of it what is said to the assistant."""
    return [one for one in found if isinstance(one, AssistantAsked)]


def test_words_in_private_are_said_to_the_assistant() -> None:
    """Who, in which chat, when; a picture's caption too. The same update again is the same."""
    (said,) = written(update(text=" Поставь Ромашке задачу\n"))
    assert isinstance(said, AssistantAsked)
    assert (said.who, said.name, said.text, said.via) == ("tg:11", "Анна Петрова", "Поставь Ромашке задачу", "telegram")
    assert (said.at, said.chat_id, said.message_id) == (AT * 1000, 11, "77")
    assert written(update(text=" Поставь Ромашке задачу\n")) == [said]
    (caption,) = asked(written(update(text=None, caption="вот акт", photo=[VOICE])))
    assert caption.text == "вот акт"


def test_a_curator_who_told_the_bot_who_he_is_is_heard() -> None:
    """By the name that he has here."""
    link = Identity("curator", "777", name="Глеб Орлов")
    (said,) = asked(written(update(who=STRANGER), link))
    assert (said.who, said.name) == ("tg:777", "Глеб Орлов")


@pytest.mark.parametrize(
    "record",
    [
        update(who=STRANGER),
        update(chat=GROUP),
        update(chat=CURATORS),
        update("business_message", business_connection_id="b", chat=alone(STRANGER)),
        update("edited_message", edit_date=AT + 5),
        update("channel_post"),
        update(history=True),
        update(text=None, photo=[VOICE]),
        update(text=None, sticker=VOICE),
        update(text=None, voice=VOICE),
        update(text=None, voice=VOICE, caption="срочно"),
        update(text="/foo bar"),
        update(text="/start login_0123456789abcdef0123"),
        update(text="/start 0123456789abcdef"),
        update(text="/risk 12345"),
        update(forward_origin={"type": "hidden_user"}),
        update(forward_date=AT),
        update(via_bot={"id": 5}),
        update(text=None, pinned_message={}),
    ],
)
def test_nothing_else_is(record: bytes) -> None:
    """Strangers, chats of clients and curators, edits, imports, pictures, commands, codes, words of others."""
    assert asked(written(record)) == []


def test_a_command_is_still_a_command() -> None:
    """It is answered as before."""
    assert [type(one) for one in written(update(text="/risk 12345"))] == [BotCommand]


def test_what_is_spoken_in_private_is_said_to_the_assistant() -> None:
    """As one event with its words, and no event of any client; a better transcript is the same saying; a caption stands
    before the words."""
    record = update(text=None, voice=VOICE)
    (said,) = spoken(record)
    assert isinstance(said, AssistantAsked)
    assert (said.who, said.text.lower().rstrip("."), said.via) == ("tg:11", "поставь задачу", "voice")
    (better,) = asked(spoken(record, "поставь задачу завтра", version=2))
    assert better.asked_id == said.asked_id
    (captioned,) = asked(spoken(update(text=None, voice=VOICE, caption="Ромашка"), "позвонить"))
    assert captioned.text.lower().rstrip(".") == "ромашка позвонить"
    (note,) = asked(spoken(update(text=None, video_note=VOICE)))
    assert note.via == "voice"


def test_speech_that_was_not_understood_is_said_too() -> None:
    """Without words, so that the assistant can say that it did not hear."""
    (said,) = asked(spoken(update(text=None, voice=VOICE), words=""))
    assert said.text == ""


LARGE = VOICE | {"file_size": (20 << 20) + 1}


@pytest.mark.parametrize("fields", [{"voice": LARGE}, {"video_note": LARGE}, {"voice": LARGE, "caption": "срочно"}])
def test_speech_that_telegram_does_not_give_is_said_at_once(fields: dict[str, Any]) -> None:
    """It is never fetched, so no transcript comes: the assistant says why. A byte less, and the words come; of what is
    spoken elsewhere, nothing."""
    (said,) = asked(written(update(text=None, **fields)))
    assert (said.text, said.via, said.unheard) == ("", "voice", "too_large")
    (heard,) = asked(spoken(update(text=None, voice=VOICE)))
    assert heard.asked_id == said.asked_id and not heard.unheard
    assert asked(written(update(text=None, voice=VOICE | {"file_size": 20 << 20}))) == []
    for where in ({"who": STRANGER}, {"chat": GROUP}, {"chat": CURATORS}, {"forward_date": AT}, {"history": True}):
        assert asked(written(update(text=None, **fields, **where))) == []
    assert asked(written(update(text=None, video=LARGE))) == []


def test_where_nothing_is_fetched_nothing_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its size: with `telegram.files = "none"` nobody waits for words."""
    monkeypatch.setattr(f"{__name__}.OPTIONS", replace(OPTIONS, hears=False))
    (said,) = asked(written(update(text=None, voice=VOICE)))
    assert said.unheard == "off"
    (line,) = asked(written(update()))
    assert not line.unheard


@pytest.mark.parametrize(
    "record",
    [
        update(text=None, voice=VOICE, who=STRANGER),
        update(text=None, voice=VOICE, chat=GROUP),
        update(text=None, voice=VOICE, chat=CURATORS),
        update(text=None, voice=VOICE, forward_origin={"type": "user"}),
        update(text=None, voice=VOICE, history=True),
    ],
)
def test_a_voice_elsewhere_is_not(record: bytes) -> None:
    """A client's voice is his history; one among curators, or handed on by them, is nobody's."""
    assert asked(spoken(record)) == []


def test_a_voice_among_ourselves_is_no_strangers() -> None:
    """It does not wait for a client."""
    assert spoken(update(text=None, voice=VOICE, chat=CURATORS)) == []
    assert spoken(update(text=None, voice=VOICE, forward_origin={"type": "user"})) == []


@given(text=st.text(max_size=5000))
def test_any_words_are_taken_whole_or_not_at_all(text: str) -> None:
    """No more than Telegram lets somebody write, and never a command's."""
    for said in asked(written(update(text=text))):
        assert said.text and len(said.text) <= 4096 and not said.text.startswith("/")
        assert said.text == text.strip()[:4096]


def test_a_stranger_is_not_heard_whoever_asks() -> None:
    """Whatever was looked at before: by itself too."""
    said = msgspec.json.decode(bytes(msgspec.json.decode(update(who=STRANGER), type=Inbound).payload), type=Update)
    assert said.message is not None
    assert said_to_assistant(said.message, "telegram:main", "привет", "telegram", known(), OPTIONS) == []
