"""Messages of an export: the same message as the bot's, under the same id, whoever exported it."""

import json
from typing import Any

import pytest

from processors.identity import Identities
from processors.normalize.telegram import normalize
from processors.telegram_export import Brought, ExportedChat, Faulty, Numbering, Passed, chat_of, updates_of
from schemas.codec import Rejected
from schemas.events import Message, MessageEdited
from schemas.sources import Identity
from tests.exports import BASE, said
from tests.golden.examples import OPTIONS, accepted, known, meta

NOW = (BASE + 86_400) * 1000
SUPERGROUP = ExportedChat(-1001234567890, "supergroup", "Ромашка")
GROUP = ExportedChat(-77, "group", "Ромашка")
PRIVATE = ExportedChat(501, "private", "Пётр")


def nothing(_: int) -> dict[tuple[str, int], int]:
    """The bot has brought nothing."""
    return {}


def updates(
    message: dict[str, Any], chat: ExportedChat = SUPERGROUP, numbering: Numbering | None = None
) -> list[dict[str, Any]]:
    """Its updates."""
    found = updates_of(chat, message, numbering or Numbering(nothing), frozenset({7}), NOW)
    assert isinstance(found, list), found
    return found


def events(update: dict[str, Any], source: str = "export", *, history: bool = True) -> Any:
    """The events of an update, as it travels."""
    record = json.dumps({"source": source, "payload": update} | ({"history": True} if history else {})).encode()
    found = normalize(meta("source.telegram"), record, known(), OPTIONS)
    assert not isinstance(found, Rejected), found
    return found


def frame(message: dict[str, Any], chat: ExportedChat = SUPERGROUP) -> dict[str, Any]:
    """The Bot API message."""
    [update] = updates(message, chat)
    found = update.get("message") or update["business_message"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("type_", "id_", "wanted"),
    [
        ("private_supergroup", 1234567890, (-1001234567890, "supergroup")),
        ("public_supergroup", 12345678901, (-1012345678901, "supergroup")),
        ("private_group", 77, (-77, "group")),
        ("personal_chat", 501, (501, "private")),
        ("bot_chat", 501, None),
        ("private_channel", 5, None),
        ("saved_messages", 5, None),
        ("new_kind", 5, None),
        ("personal_chat", "501", None),
        (None, 5, None),
    ],
)
def test_ids_of_chats_are_the_bot_apis(type_: object, id_: object, wanted: tuple[int, str] | None) -> None:
    """And what is never a client's chat is none."""
    chat = chat_of(type_, id_, "x")
    assert (None if chat is None else (chat.id, chat.type)) == wanted


def test_in_a_supergroup_the_bots_message_and_the_exported_one_are_one() -> None:
    """One event id and time, so one row; the exported one is history."""
    [exported] = events(updates(said(57, "привет", reply_to_message_id=50))[0])
    live = {"message_id": 57, "date": BASE + 57, "chat": {"id": SUPERGROUP.id, "type": "supergroup"}, "text": "привет"}
    [brought] = events({"update_id": 3, "message": live | {"from": {"id": 501}}}, "bot", history=False)
    assert (exported.event_id, exported.ts) == (brought.event_id, brought.ts)
    assert (exported.backfill, brought.backfill) == (True, False)
    assert (exported.reply_to, exported.author.name, exported.author.client) == ("50", "Пётр", True)


def test_an_edit_is_the_bots_edit() -> None:
    """The message with its last words, and the edit under the id that the bot's has."""
    message, edit = updates(said(57, "на завтра", edited_unixtime=str(BASE + 90)))
    assert isinstance(events(message)[0], Message)
    [exported] = events(edit)
    live = {"message_id": 57, "date": BASE + 57, "edit_date": BASE + 90, "text": "на завтра", "from": {"id": 501}}
    chat = {"chat": {"id": SUPERGROUP.id, "type": "supergroup"}}
    [brought] = events({"update_id": 3, "edited_message": live | chat}, "bot", history=False)
    assert isinstance(exported, MessageEdited)
    assert (exported.event_id, exported.ts, exported.text) == (brought.event_id, brought.ts, brought.text)
    assert exported.backfill


def test_elsewhere_a_message_is_known_by_author_and_second() -> None:
    """Two accounts number the same messages each in its own way; two of one second are two."""
    ours, theirs = Numbering(nothing), Numbering(nothing)
    one = [updates(said(number, "да", BASE), GROUP, ours)[0] for number in (5, 6)]
    other = [updates(said(number, "да", BASE), GROUP, theirs)[0] for number in (905, 906)]
    ids = [events(update)[0].event_id for update in one]
    assert len(set(ids)) == 2
    assert ids == [events(update)[0].event_id for update in other]
    edited = updates(said(7, "нет", BASE, edited_unixtime=str(BASE + 9)), GROUP, Numbering(nothing))
    assert events(edited[0])[0].event_id == ids[0]


def test_a_reply_keeps_its_message() -> None:
    """Under the id that the message has here."""
    numbering = Numbering(nothing)
    [first] = updates(said(5), GROUP, numbering)
    [second] = updates(said(6, reply_to_message_id=5), GROUP, numbering)
    assert second["message"]["reply_to_message"]["message_id"] == first["message"]["message_id"]
    [third] = updates(said(7, reply_to_message_id=1), GROUP, numbering)
    assert "reply_to_message" not in third["message"]


def test_what_the_bot_brought_to_a_group_is_not_brought_again() -> None:
    """As many of a second as the bot brought; the rest is what it missed."""
    bot: Brought = lambda chat: {("user501", BASE): 1} if chat == GROUP.id else {}  # noqa: E731 — a table
    numbering = Numbering(bot)
    found = [updates_of(GROUP, said(number, "да", BASE), numbering, frozenset(), NOW) for number in (5, 6)]
    assert found[0] == Passed("taken")
    assert isinstance(found[1], list)


def test_history_of_before_a_supergroup_has_no_ids_of_its() -> None:
    """tdesktop shifts them below nought; they may not meet those of the bot."""
    [update] = updates(said(-999_999_995, "да", BASE))
    assert update["message"]["message_id"] < 0
    assert update["message"]["message_id"] != -999_999_995


def test_in_a_private_chat_only_the_other_side_is_the_client() -> None:
    """Whoever exported it is ours, though no setting names him."""
    linked = Identities()
    linked.apply("tg_chat:501", Identity("tg_chat", "501", "12345"))
    for who, client in ((501, True), (98, False), (11, False)):
        [update] = updates(said(5, who=who), PRIVATE)
        record = json.dumps({"source": "export", "payload": update, "history": True}).encode()
        [event] = accepted(normalize(meta("source.telegram"), record, linked, OPTIONS))
        assert isinstance(event, Message)
        assert (event.author.client, event.backfill) == (client, True)


@pytest.mark.parametrize(
    ("fields", "kind", "text"),
    [
        ({"text": "a", "text_entities": []}, "", "a"),
        ({"text": ["a ", {"type": "bold", "text": "b"}], "text_entities": []}, "", "a b"),
        (
            {"text": "", "text_entities": [{"type": "link", "text": "x.ru"}, {"type": "plain", "text": "!"}]},
            "",
            "x.ru!",
        ),
        ({"photo": "(File not included. Change data exporting settings to download.)"}, "photo", "п"),
        ({"file": "a.pdf", "mime_type": "application/pdf"}, "document", "п"),
        ({"file": "a.ogg", "media_type": "voice_message", "text": "", "text_entities": []}, "voice", ""),
        ({"file": "a.mp4", "media_type": "video_message"}, "video_note", "п"),
        ({"file": "a", "media_type": "hologram"}, "hologram", "п"),
        ({"contact_information": {"first_name": "Иван", "phone_number": "+7"}, "text": ""}, "contact", "Иван\n+7"),
        ({"poll": {"question": "Когда?", "answers": [{"text": "завтра", "voters": 1}]}}, "poll", "п\nКогда?\nзавтра"),
        ({"place_name": "Склад", "address": "Лесная, 1", "location_information": {}}, "venue", "п\nСклад\nЛесная, 1"),
        ({"location_information": {"latitude": 1}}, "location", "п"),
        ({"type": "unsupported"}, "unsupported", "п"),
        ({"type": "prophecy"}, "prophecy", "п"),
    ],
)
def test_everything_that_was_sent_is_kept_with_its_kind(fields: dict[str, Any], kind: str, text: str) -> None:
    """In the Bot API's words; what nobody has heard of keeps its own."""
    message = said(5, "п") | fields
    if "text" in fields and "text_entities" not in fields:
        message["text_entities"] = []
    [event] = events(updates(message)[0])
    assert (event.content, event.text) == (kind, text)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"type": "service", "action": "pin_message"}, Passed("service")),
        ({"date_unixtime": str(BASE - 4 * 365 * 86_400)}, Passed("old")),
        ({"id": None}, Faulty("у сообщения нет номера (id)")),
        (
            {"date_unixtime": None},
            Faulty("сообщение 5: нет точного времени (date_unixtime); обновите Telegram Desktop"),
        ),
        ({"date_unixtime": "x"}, Faulty("сообщение 5: нет точного времени (date_unixtime); обновите Telegram Desktop")),
    ],
)
def test_what_is_no_message_is_told_by_why(fields: dict[str, Any], wanted: object) -> None:
    """An old Telegram Desktop writes local times without a zone: guessing one would double every message."""
    assert updates_of(SUPERGROUP, said(5) | fields, Numbering(nothing), frozenset(), NOW) == wanted


def test_a_message_without_anything_but_its_id_has_no_time() -> None:
    """So tdesktop writes what it cannot show."""
    message = {"id": 5, "type": "unsupported"}
    assert updates_of(SUPERGROUP, message, Numbering(nothing), frozenset(), NOW) == Passed("timeless")


def test_whose_words_they_are() -> None:
    """A group or channel that speaks as itself, a deleted account, our own bot."""
    anonymous = said(5) | {"from": "Ромашка", "from_id": "channel1234567890"}
    assert frame(anonymous)["sender_chat"] == {"id": -1001234567890, "title": "Ромашка"}
    deleted = said(5) | {"from": None}
    assert frame(deleted)["from"] == {"id": 501, "first_name": "", "is_bot": False}
    assert "from" not in frame({key: value for key, value in said(5).items() if not key.startswith("from")})
    assert events({"update_id": 0, "message": frame(said(5, who=7))})[0].author.client is False


def test_commands_of_last_year_are_not_obeyed() -> None:
    """`/mute` in an exported chat of the curators mutes nobody today."""
    said_ = {"message_id": 1, "date": BASE, "chat": {"id": -1009, "type": "supergroup"}, "from": {"id": 11}}
    command = {"update_id": 0, "message": said_ | {"text": "/mute 12345 7"}}
    assert len(events(command, history=False)) == 2
    assert not events(command)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"text_entities": 7}, "привет"),
        ({"text_entities": [{"type": "plain", "text": 0}]}, "привет"),
        ({"text_entities": 7, "text": 7}, ""),
        ({"media_type": "chat"}, "привет"),
        ({"media_type": "message_id"}, "привет"),
        ({"edited_unixtime": "9" * 5000, "reply_to_message_id": 1 << 70}, "привет"),
    ],
)
def test_a_spoilt_field_costs_only_itself(fields: dict[str, Any], text: str) -> None:
    """The message keeps its chat, its id, its time and what else can be read."""
    made = frame(said(5, "привет") | fields)
    assert (made["message_id"], made["date"], made["chat"]["id"]) == (5, BASE + 5, SUPERGROUP.id)
    assert made.get("text", made.get("caption", "")) == text


@pytest.mark.parametrize("fields", [{"id": 1 << 70}, {"id": True}, {"date_unixtime": "9" * 5000}])
def test_a_message_without_its_frame_is_a_fault(fields: dict[str, Any]) -> None:
    """It is told, and the others are read."""
    assert isinstance(updates_of(SUPERGROUP, said(5) | fields, Numbering(nothing), frozenset(), NOW), Faulty)
