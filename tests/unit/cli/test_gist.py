"""`streams.cli.gist` and `streams.cli.table`."""

import json
from typing import get_args

import pytest

from processors.normalize.telegram_content import KINDS as CONTENT_KINDS
from processors.russian.called import CONTENTS, EVENT_KINDS
from schemas.alerts import SEVERITIES as SEVERITY_NAMES
from schemas.alerts import Rule
from schemas.events import Event, RoomHappening
from streams.cli.gist import HAPPENINGS, LONGEST, RULES, SEVERITIES, amount, evidence, gist, whole
from streams.cli.table import table


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"text": "привет"}, "привет"),
        ({"utterances": [{"text": "мы"}, {"text": "уходим"}]}, "мы уходим"),
        ({"qty": -3, "doc": "R-1"}, "-3 шт., документ R-1"),
        ({"type": "reservation", "qty": -3, "doc": "R-1"}, "снято 3 шт., документ R-1"),
        ({"duration_ms": 5_400_000, "room": "lead-1"}, "90 мин"),
        ({"action": "snooze_1d"}, "Отложено на день"),
        (
            {"command_id": "a1", "title": "Позвонить", "state": "done", "what": "задача 77", "by": "Мария"},
            "Позвонить: выполнена, задача 77, Мария",
        ),
        ({"text": "", "content": "voice"}, "голосовое сообщение"),
        ({"text": "Забираем?\nДа\nНет", "content": "poll"}, "опрос: Забираем? Да Нет"),
        ({"text": "", "content": "hologram"}, "hologram"),
        ({"text": "а" * 500}, "а" * (LONGEST - 1) + "…"),
        ({}, ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_heart_of_an_event(payload: object, said: str) -> None:
    """Words, pieces or length, short enough for a line; an event without any says nothing."""
    assert gist({"payload": payload}) == said


def test_every_content_of_a_message_has_its_word() -> None:
    """A voice message in the history is no empty line."""
    assert set(CONTENTS) == set(CONTENT_KINDS)


def test_evidence_is_its_words_or_its_event() -> None:
    """The first piece; as a list or as the JSON text that the store keeps."""
    assert evidence([{"event_id": "e1", "text": "уходим"}, {"event_id": "e2"}]) == "уходим"
    assert evidence('[{"event_id": "e1"}]') == "e1"
    assert evidence("") == evidence([]) == evidence(None) == ""


def test_every_kind_rule_and_severity_has_its_russian_name() -> None:
    """A new event type or rule must get a name here; ticks, figures and baselines are no events of a client."""
    tags = {str(cls.__struct_config__.tag) for cls in get_args(Event)}
    assert tags - set(EVENT_KINDS) == {"tick", "fleet", "baseline"}
    assert set(RULES) == set(get_args(Rule))
    assert set(HAPPENINGS) == set(get_args(RoomHappening))
    assert set(SEVERITIES) == set(SEVERITY_NAMES)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1, "reservations", "1\u00a0бронь"),
        (5.0, "reservations", "5\u00a0броней"),
        (7.5, "reservations", "7.5"),
        (480, "pieces", "480 шт."),
        (92.5, "", "92.5"),
    ],
)
def test_amounts_bear_their_unit(value: float, unit: str, text: str) -> None:
    """Counts with the right form of the noun; scores bare."""
    assert amount(value, unit) == text


def test_a_room_tells_who_and_why() -> None:
    """What happened, the person, the reason."""
    joined, left = (
        {"happening": "joined", "name": "Анна"},
        {"happening": "left", "name": "Анна", "duration_ms": 2_520_000},
    )
    assert gist({"payload": json.dumps(joined)}) == "пришёл участник: Анна"
    assert gist({"payload": json.dumps(left)}) == "вышел участник: Анна: 42 мин"


def test_a_table_is_as_wide_as_its_cells() -> None:
    """Columns line up, line breaks in a cell become spaces, None is empty."""
    assert table(("a", "bb"), [("long", None), ("x\ny", 1)]).splitlines() == ["a     bb", "────  ──", "long", "x y   1"]


def test_an_album_is_told_as_one_message() -> None:
    """How many files of what kind and its words; what is no album stays where it was."""
    parts = [
        {"kind": "message", "lead_id": "7", "payload": {"album": "a", "content": kind, "text": text}}
        for kind, text in (("photo", ""), ("photo", "вот накладные"), ("video", ""))
    ]
    alone = {"kind": "message", "lead_id": "7", "payload": {"content": "photo", "text": ""}}
    told = [gist(event).replace("\u00a0", " ") for event in whole([alone, *parts, alone])]
    assert told == ["фото", "фото и видео, 3 файла: вот накладные", "фото"]
