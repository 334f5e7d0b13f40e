"""Who a name in a room is, asked in Telegram: a press is the page's answer; nothing that came back changed is one."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from alerting.clients import Client
from alerting.foreign import plain
from alerting.names import key_of, named, render_name, render_named
from alerting.render import Button, Rendered
from processors.identity import Identities
from processors.normalize.telegram import normalize
from schemas.bot import BotCommand
from schemas.codec import Rejected
from schemas.reports import AskedName, Bearer
from schemas.sources import Identity
from tests.golden.examples import OPTIONS, meta
from tests.unit.processors.normalize.test_telegram import CLIENT, CURATORS, STAFF

AT = 1_795_165_391_000
ANNA = Bearer("b24_contact:77", "Анна Петрова", "client", "закупки, ООО «Ромашка»")
OLEG = Bearer("b24_user:5", "Анна Ким", "staff")
ASKED = AskedName("12345", "rec-1", AT, "Аня", [ANNA, OLEG])
CLIENT_OF = Client("12345", "Ромашка", meeting="https://lp.example.ru/m/{recording_id}")


def buttons(shown: Rendered) -> list[Button]:
    return [button for row in shown.buttons for button in row]


def press(asked: AskedName, number: int, text: str = "", who: dict[str, Any] = STAFF, **known: Identity) -> Any:
    """The button of this number (0: the last) under the question, as Telegram tells of it."""
    shown = render_name(asked, CLIENT_OF)
    data = buttons(shown)[number - 1].callback
    under = {"chat": CURATORS, "message_id": 9, "date": 1, "text": text or plain(shown.text)}
    identities = Identities()
    for one in known.values():
        identities.apply(f"{one.kind}:{one.value}", one)
    pressed = {"id": "q1", "from": who, "data": data, "message": under}
    record = json.dumps({"source": "bot", "payload": {"update_id": 1, "callback_query": pressed}}).encode()
    return normalize(meta("source.telegram"), record, identities, OPTIONS)


def test_the_question_says_where_and_who_it_may_be() -> None:
    """In numbered lines and on buttons, none of them included; each is asked once."""
    shown = render_name(ASKED, CLIENT_OF)
    assert "Кто это на встрече: «Аня»?" in shown.text and "1. Анна Петрова — закупки, ООО «Ромашка»" in shown.text
    assert '<a href="https://lp.example.ru/m/rec-1">встреча 20\xa0ноября в\xa0' in shown.text
    assert [button.text for button in buttons(shown)] == ["Анна Петрова", "Анна Ким", "Никто из них"]
    assert all(len(button.callback) <= 64 for button in buttons(shown))
    assert key_of(ASKED) == key_of(replace(ASKED, recording_id="rec-2", ts=AT + 1, bearers=[]))
    assert key_of(ASKED) != key_of(replace(ASKED, lead_id="777"))


@pytest.mark.parametrize(("number", "one"), [(1, ANNA), (2, OLEG)])
def test_a_press_is_the_pages_answer(number: int, one: Bearer) -> None:
    """Who, on which side, as whom he is known, who said so; the question then says what stands."""
    word, told = press(ASKED, number)
    assert word == Identity(
        "participant", "12345/Аня", confirmed_by="Анна", source="hand", confirmed_at=word.confirmed_at,
        name=one.name, side=one.side, person=one.person,
    )  # fmt: skip
    assert (told.command, told.callback_id, told.fault) == ("named", "q1", "")
    shown = render_named(told)
    assert shown is not None and not shown.buttons and f"«Аня» — {one.name}" in shown.text
    assert named(told).startswith(f"Записано: {one.name}") and "Ответ: Анна" in shown.text


def test_none_of_them_is_an_answer() -> None:
    """As on the page."""
    word, told = press(ASKED, 0)
    assert word.refused and not word.name and named(told) == "Записано: никто из предложенных"


def test_what_stands_already_is_not_changed() -> None:
    """Somebody told it on the page since: the later press says what he told."""
    stands = Identity("participant", "12345/Аня", name="Анна Ким", side="staff", confirmed_by="Ольга")
    [told] = press(ASKED, 1, stands=stands)
    assert (told.fault, told.called) == ("taken", "Анна Ким") and "Уже записано: Анна Ким" in named(told)
    shown = render_named(told)
    assert shown is not None and "уже было записано" in shown.text


@pytest.mark.parametrize(("before", "after"), [("«Аня»", "«Яна»"), ("1. Анна Петрова", "1. Пётр Иванов"), ("❔", "")])
def test_a_question_that_was_changed_is_none(before: str, after: str) -> None:
    """A button answers exactly what was asked."""
    text = plain(render_name(ASKED, CLIENT_OF).text).replace(before, after)
    answers = [press(ASKED, number, text) for number in (1, 2)]
    faults = [one.fault for answer in answers for one in answer if isinstance(one, BotCommand)]
    assert "unknown" in faults and all(len(answer) == 1 for answer, fault in zip(answers, faults, strict=True) if fault)
    assert not any(isinstance(one, Identity) and one.name == "Пётр Иванов" for answer in answers for one in answer)


def test_a_client_answers_nothing() -> None:
    """Nor a guest of our group."""
    assert isinstance(press(ASKED, 1, who=CLIENT), Rejected)


@pytest.mark.parametrize(
    "name",
    ["<b>Аня</b> & [x](tg://user?id=1)", "*Аня* _x_ `y`", "«Аня»?", "1. Аня", "Аня — склад", "😀 Аня", "ا‎نيا"],
)
def test_strange_names_are_asked_about_or_shown_without_buttons(name: str) -> None:
    """Marks are text; where what would come back is not what was asked, there is nothing to press."""
    asked = replace(ASKED, name=name)
    shown = render_name(asked, CLIENT_OF)
    assert "<b>Аня" not in shown.text
    if not shown.buttons:
        assert "на странице встречи" in shown.text
        return
    word, _ = press(asked, 1)
    assert word.value == f"12345/{name}" and word.name == ANNA.name


def test_what_telegram_does_not_show_has_no_buttons() -> None:
    """Signs of direction, a joiner, a number too long for a button."""
    assert not render_name(replace(ASKED, name="\u202eянА"), CLIENT_OF).buttons
    assert not render_name(replace(ASKED, name="👩\u200d💻 Аня"), CLIENT_OF).buttons
    assert not render_name(replace(ASKED, bearers=[replace(ANNA, person="x:" + "9" * 40)]), CLIENT_OF).buttons
    assert not render_name(replace(ASKED, bearers=[replace(ANNA, name="Анна — Петрова")]), CLIENT_OF).buttons
