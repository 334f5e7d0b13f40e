"""Telegram updates: whose words they are, which message it is, and who may press a button."""

import json
from typing import Any

import pytest

from processors.normalize import Options
from processors.normalize.contract import Found
from processors.normalize.telegram import normalize
from schemas.bot import BotCommand
from schemas.codec import Rejected, event_id
from schemas.events import AlertAction, Message, MessageEdited
from schemas.sources import Identity
from tests.golden.examples import OPTIONS, accepted, known, meta

CLIENT = {"id": 501, "first_name": "Пётр"}
STAFF: dict[str, Any] = {"id": 11, "first_name": "Анна"}
GROUP = {"id": -1001234567890, "type": "supergroup"}
PRIVATE = {"id": 501, "type": "private"}
CURATORS = {"id": -1009, "type": "supergroup"}
DATA = "a:12345:0123456789abcdef:k"


def found(bot: str = "bot", options: Options = OPTIONS, **update: Any) -> Found:
    """What comes of an update."""
    record = json.dumps({"source": bot, "payload": {"update_id": 1} | update}).encode()
    return normalize(meta("source.telegram"), record, known(), options)


def message(chat: dict[str, Any] = GROUP, who: dict[str, Any] = CLIENT, **fields: Any) -> dict[str, Any]:
    """A Bot API message."""
    return {"message_id": 77, "date": 1_795_165_391, "chat": chat, "from": who, "text": "привет"} | fields


def event(**arguments: Any) -> Any:
    """The only event of an update."""
    [one] = accepted(found(**arguments))
    return one


@pytest.mark.parametrize(
    ("update", "client"),
    [
        ({"message": message()}, True),
        ({"message": message(who=STAFF)}, False),
        ({"message": message(who=CLIENT | {"is_bot": True})}, False),
        ({"message": message(who=CLIENT | {"is_bot": True}, sender_chat=GROUP)}, True),
        ({"business_message": message(chat=PRIVATE, business_connection_id="b")}, True),
        ({"business_message": message(chat=PRIVATE, who={"id": 98}, business_connection_id="b")}, False),
    ],
)
def test_our_own_words_are_not_the_clients(update: dict[str, Any], client: bool) -> None:
    """Staff by the settings, bots, and in a business chat everybody but the person it is with."""
    assert event(**update).author.client is client


def test_a_message_has_one_id_wherever_it_is_seen() -> None:
    """In a supergroup two bots see the same message; in a private chat each account counts its own."""
    same = {event(bot=bot, message=message()).event_id for bot in ("one", "two")}
    assert same == {event_id("telegram", -1001234567890, 77)}
    assert len({event(bot=bot, message=message(chat=PRIVATE)).event_id for bot in ("one", "two")}) == 2
    business = message(chat=PRIVATE, business_connection_id="b")
    assert event(business_message=business).event_id == event_id("telegram", "b", 501, 77)


def test_each_edit_is_an_event_of_its_own() -> None:
    """The time of the edit is in the id and is the event's time; a repeated update is the same event."""
    first, again, second = (event(edited_message=message(edit_date=1_795_165_400 + s)) for s in (0, 0, 5))
    assert isinstance(first, MessageEdited)
    assert first == again
    assert first.ts == 1_795_165_400_000
    assert len({first.event_id, second.event_id, event(message=message()).event_id}) == 3


def test_two_edits_within_a_second_are_two_events() -> None:
    """Telegram counts edits in seconds: other words or another file are another edit, for whichever bot sees it."""
    at = 1_795_165_400

    def photo(file: str, bot: str = "a") -> dict[str, Any]:
        sizes = [{"file_id": f"{bot}{file}{size}", "file_unique_id": f"{file}{size}"} for size in "sm"]
        return message(text=None, caption="брак", photo=sizes, edit_date=at)

    edits = [message(edit_date=at), message(edit_date=at, text="пока"), photo("one"), photo("two")]
    ids = [event(edited_message=edit).event_id for edit in edits]
    assert len(set(ids)) == len(ids)
    assert [event(edited_message=edit).event_id for edit in edits] == ids
    assert event(bot="other", edited_message=photo("one", bot="b")).event_id == ids[2]


def test_a_caption_is_text_and_a_voice_message_is_a_message() -> None:
    """Whoever sends a sticker has not gone silent."""
    assert event(message=message(text=None, caption="брак", photo=[])).text == "брак"
    voice = event(message=message(text=None, voice={"file_id": "f"}))
    assert isinstance(voice, Message)
    assert voice.text == ""


@pytest.mark.parametrize(
    "update",
    [
        {"message": message(text=None, new_chat_members=[CLIENT])},
        {"message": message(chat=CURATORS, who=STAFF)},
        {"channel_post": message()},
        {"poll_answer": {"poll_id": "1"}},
        {},
    ],
)
def test_what_is_no_clients_matter_gives_nothing(update: dict[str, Any]) -> None:
    """Service messages, our own chats, channels, kinds we do not read."""
    assert found(**update) == []


def test_a_curators_group_that_became_a_supergroup_is_still_ours() -> None:
    """Both groups say so; what our people write under the new id is no client's, and their commands are answered."""
    new = {"id": -1_000_000_001_009, "type": "supergroup"}
    told = event(message=message(chat=CURATORS, text=None, migrate_to_chat_id=new["id"]))
    assert told == Identity("tg_moved", str(new["id"]), confirmed_by="telegram", was=str(CURATORS["id"]))
    assert event(message=message(chat=new, text=None, migrate_from_chat_id=CURATORS["id"])) == told
    identities = known()
    identities.apply(f"tg_moved:{new['id']}", told)
    record = {"source": "bot", "payload": {"update_id": 1, "message": message(chat=new, who=STAFF, text="/top")}}
    [command] = accepted(normalize(meta("source.telegram"), json.dumps(record).encode(), identities, OPTIONS))
    assert isinstance(command, BotCommand)
    assert command.chat_id == str(new["id"])


def press(who: dict[str, Any], chat: dict[str, Any] | None, data: str = DATA) -> dict[str, Any]:
    """A callback query."""
    under = {} if chat is None else {"message": {"message_id": 5, "date": 0, "chat": chat}}
    return {"callback_query": {"id": "q1", "from": who, "data": data} | under}


@pytest.mark.parametrize(
    ("who", "chat", "options", "allowed"),
    [
        (STAFF, CURATORS, OPTIONS, True),
        (STAFF, None, OPTIONS, True),
        (CLIENT, CURATORS, OPTIONS, False),
        (CLIENT, GROUP, OPTIONS, False),
        (CLIENT, None, OPTIONS, False),
        (CLIENT, GROUP, Options(), False),
        (CLIENT, GROUP, Options(curator_chats=frozenset({str(GROUP["id"])})), False),
        (CLIENT, CLIENT, Options(curator_chats=frozenset({str(CLIENT["id"])})), True),
    ],
)
def test_who_may_press(who: dict[str, Any], chat: dict[str, Any] | None, options: Options, allowed: bool) -> None:
    """Staff, and a curator whose private chat is in the settings: whoever else is in the chat, or nobody is named."""
    pressed = found(options=options, **press(who, chat))
    assert isinstance(pressed, Rejected) is not allowed
    if isinstance(pressed, Rejected):
        assert "501" not in pressed.reason
        assert "Пётр" not in pressed.reason


def test_a_press_is_an_alert_action() -> None:
    """Lead, alert and action are in the data; the time is the broker's: Telegram names none."""
    action = event(**press(STAFF, CURATORS))
    assert isinstance(action, AlertAction)
    assert (action.lead_id, action.alert_id, action.action) == ("12345", "0123456789abcdef", "seen")
    assert (action.ts, action.callback_id, action.actor.client) == (meta("").ts, "q1", False)
    assert action.event_id == event_id("telegram", "callback", "q1")


@pytest.mark.parametrize("data", ["", "vote:1", DATA + "k", "a:x:0123456789abcdef:k"])
def test_foreign_buttons_are_rejected(data: str) -> None:
    """Any member may send any data."""
    assert isinstance(found(**press(STAFF, CURATORS, data)), Rejected)
