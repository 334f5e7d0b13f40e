"""What a message holds: nothing that a client sends is lost because Telegram thought of it after us."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.normalize.telegram import normalize
from processors.normalize.telegram_content import FRAME, KINDS, SERVICE, content_of
from schemas.codec import Rejected
from schemas.events import Message, MessageEdited
from tests.golden.examples import OPTIONS, known, meta
from tests.unit.processors.normalize.test_telegram import CLIENT, event, found, message

FILE = {"file_id": "a", "file_unique_id": "u"}
POLL = {
    "id": "1",
    "question": "Забираем товар?",
    "options": [{"text": "Да, в пятницу", "voter_count": 0}, {"text": "Нет", "voter_count": 0}],
    "total_voter_count": 0,
    "type": "regular",
}
CHECKLIST = {"title": "Переезд", "tasks": [{"id": 1, "text": "Вывезти остатки"}, {"id": 2, "text": "Закрыть договор"}]}
RICH = {
    "blocks": [{"type": "paragraph", "text": ["Мы ", {"type": "bold", "text": "уходим"}]}, {"cells": [[{"text": "1"}]]}]
}


@pytest.mark.parametrize(
    ("fields", "kind", "text"),
    [
        ({"poll": POLL}, "poll", "Забираем товар?\nДа, в пятницу\nНет"),
        ({"checklist": CHECKLIST}, "checklist", "Переезд\nВывезти остатки\nЗакрыть договор"),
        ({"rich_message": RICH}, "rich_message", "Мы\nуходим\n1"),
        ({"paid_media": {"star_count": 1, "paid_media": [FILE]}, "caption": "прайс"}, "paid_media", "прайс"),
        ({"story": {"chat": {"id": 501, "type": "private", "first_name": "Пётр"}, "id": 3}}, "story", "Пётр"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "dice", "🎲"),
        ({"game": {"title": "Змейка", "description": "ешь", "photo": [FILE]}}, "game", "Змейка\nешь"),
        (
            {"invoice": {"title": "Хранение", "description": "октябрь", "currency": "RUB"}},
            "invoice",
            "Хранение\nоктябрь",
        ),
        ({"giveaway": {"prize_description": "кружка", "winner_count": 1}}, "giveaway", "кружка"),
        ({"gift": {"text": "спасибо", "gift": {"id": "1"}}}, "gift", "спасибо"),
        ({"contact": {"phone_number": "79990000000", "first_name": "Оля"}}, "contact", "79990000000\nОля"),
        (
            {"venue": {"title": "Склад", "address": "Тверь"}, "location": {"latitude": 1.0, "longitude": 2.0}},
            "venue",
            "Склад\nТверь",
        ),
        ({"animation": FILE, "document": FILE | {"file_name": "уходим.gif"}}, "animation", ""),
        ({"photo": [FILE], "caption": "брак"}, "photo", "брак"),
        ({"voice": FILE}, "voice", ""),
        ({"hologram": {"title": "Мы уходим", "frames": 9}}, "hologram", "Мы уходим"),
        ({"text": "привет", "sender_mood": {"emoji": "x"}}, "", "привет"),
        ({}, "", ""),
    ],
)
def test_a_kind_is_kept_with_the_words_in_it(fields: dict[str, Any], kind: str, text: str) -> None:
    """Of a poll the question and options, of a checklist the title and tasks; of what is new whatever it says."""
    made = event(message=message(text=None) | fields)
    assert isinstance(made, Message)
    assert (made.content, made.text) == (kind, text)
    edited = event(edited_message=message(text=None, edit_date=1_795_165_400) | fields)
    assert isinstance(edited, MessageEdited)
    assert (edited.content, edited.text) == (kind, text)


@pytest.mark.parametrize("kind", sorted(SERVICE - {"migrate_to_chat_id", "migrate_from_chat_id"}))
def test_what_nobody_wrote_is_no_message(kind: str) -> None:
    """Joined, pinned, renamed; also beside a field of the frame that is new to us."""
    service = message(text=None) | {kind: [CLIENT], "sender_mood": {"emoji": "x"}}
    assert found(message=service) == []
    assert found(edited_message=service) == []


def test_the_lists_do_not_overlap() -> None:
    """A name is content, service or frame."""
    assert not (set(KINDS) & SERVICE or set(KINDS) & FRAME or SERVICE & FRAME)
    assert len(KINDS) == len(set(KINDS))


def test_an_edited_checklist_is_an_event_of_its_own() -> None:
    """Another task within the same second is another version."""
    more = CHECKLIST | {"tasks": [*CHECKLIST["tasks"], {"id": 3, "text": "Забрать деньги"}]}
    first, second = (
        event(edited_message=message(text=None, edit_date=1_795_165_400, checklist=one)) for one in (CHECKLIST, more)
    )
    assert first.event_id != second.event_id


def test_our_own_channel_is_not_the_client() -> None:
    """Its posts come into the group that belongs to it as if it spoke there."""
    channel = {"id": -1007, "type": "channel", "title": "Наш канал"}
    post = message(who={"id": 777000}, sender_chat=channel, is_automatic_forward=True)
    assert event(message=post).author.client is False


def test_a_message_of_a_topic_answers_nobody_unless_somebody_chose_to() -> None:
    """In a forum every message points to the first one of its topic."""
    topic: dict[str, Any] = {"is_topic_message": True, "message_thread_id": 5}
    assert event(message=message(reply_to_message={"message_id": 5}, **topic)).reply_to is None
    assert event(message=message(reply_to_message={"message_id": 9}, **topic)).reply_to == "9"
    assert event(message=message(reply_to_message={"message_id": 5}, message_thread_id=5)).reply_to == "5"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["title", "text", "x"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*KINDS, "text", "caption", "hologram"]), JSON))
def test_no_shape_of_content_is_a_crash(fields: dict[str, Any]) -> None:
    """Others choose what is in there; a known field of another type than we know costs a dead letter at most."""
    content_of(fields)
    update = {"source": "b", "payload": {"update_id": 1, "message": message(text=None) | fields}}
    made = normalize(meta("source.telegram"), json.dumps(update).encode(), known(), OPTIONS)
    assert isinstance(made, Rejected) or len(made) <= 1


def test_the_words_of_a_thing_have_a_limit() -> None:
    """Nested without end or very long: cut, no crash."""
    deep: Any = "x"
    for _ in range(500):
        deep = {"text": [deep]}
    made = content_of({"rich_message": deep})
    assert made is not None and made.text == "x"
    made = content_of({"poll": {"question": "а" * 100_000}})
    assert made is not None and len(made.text) == 8192


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"document": {**FILE, "file_name": "каталог.pdf", "file_size": 35_000_000}},
            "файл 34 МБ, не скачан: каталог.pdf",
        ),
        ({"video": {**FILE, "file_size": (20 << 20) + 1}, "caption": "вот"}, "вот\nфайл 21 МБ, не скачан: видео"),
        ({"document": {**FILE, "file_name": "a\n b", "file_size": 1 << 31}}, "файл 2048 МБ, не скачан: a b"),
        ({"document": {**FILE, "file_name": "каталог.pdf", "file_size": 20 << 20}}, ""),
        ({"document": {"file_name": "из выгрузки.pdf", "file_size": 1 << 30}}, ""),
        ({"voice": {**FILE, "file_size": "много"}}, ""),
    ],
)
def test_a_file_that_is_too_large_is_told_by_name(fields: dict[str, Any], text: str) -> None:
    """Whoever reads the chat learns what he will not find; a file that can be fetched says nothing."""
    content = content_of(fields)
    assert content is not None
    assert content.text == text


def test_parts_of_an_album_know_each_other() -> None:
    """Telegram sends each photo as a message of its own, with one id for all."""
    first, second = (event(message=message(media_group_id="77", photo=[FILE], message_id=n)) for n in (1, 2))
    assert (first.album, second.album) == ("77", "77")
    assert first.event_id != second.event_id
    assert event(message=message(text="одно")).album == ""
