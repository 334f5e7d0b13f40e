"""Every text that a person reads, against `tests/golden/texts` (LEADPULSE_GOLDEN=write makes them anew)."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alerting.clients import Client, message_at
from alerting.cutting import units
from alerting.foreign import plain
from alerting.render import LONGEST, REPEATED, Rendered, gist, render, render_for_head
from alerting.texts import TEXTS
from processors.russian import plural
from schemas.alerts import RULES, Alert, Evidence
from schemas.callback import Callback, decode
from tests.fakes.botapi import BadRequest, parse_html
from tests.unit.alerting.alerts import EACH_RULE, LEAVING, ONE_SCREEN, SPIKE, known, moscow, pressed, said


def made(orders: float, pieces: float, cancelled: float = 0, cancelled_pieces: float = 0) -> dict[str, float]:
    """A day's figures."""
    return {
        "day": 20_778,
        "orders": orders,
        "pieces": pieces,
        "cancelled": cancelled,
        "cancelled_pieces": cancelled_pieces,
    }


GOLDEN = Path(__file__).parents[2] / "golden" / "texts"

ALERTS = {
    "spike": SPIKE,
    "spike-pieces": replace(
        SPIKE, severity="warning", unit="pieces", value=12_001, baseline=2421.0, figures=made(1, 12_001)
    ),
    "spike-taken-back": replace(SPIKE, value=46, figures=made(46, 45_000, 15, 30_000) | {"fleet": 1.4}),
    "spike-before-figures": replace(SPIKE, figures={}),
    "spike-from-nothing": replace(SPIKE, value=21, baseline=0.04, figures=made(21, 400)),
    "spike-never": replace(SPIKE, value=5, baseline=0.001, figures=made(5, 11, 1, 1)),
    "spike-from-one": replace(SPIKE, value=5, baseline=1.0, figures=made(5, 1), evidence=[]),
    "spike-fraction": replace(SPIKE, value=11, baseline=2.46, figures=made(11, 2)),
    "leaving": LEAVING,
    "leaving-warning": replace(LEAVING, severity="warning", evidence=LEAVING.evidence[:1]),
    "acknowledged": pressed(SPIKE, "seen", "acknowledged"),
    "acknowledged-then-more": replace(pressed(SPIKE, "seen", "acknowledged"), version=3, press=None),
    "confirmed": pressed(SPIKE, "confirmed", "acknowledged", verdict="confirmed"),
    "snoozed": pressed(SPIKE, "snooze_1d", "snoozed", snoozed_until=moscow(22, 14, 10)),
    "false-alarm": pressed(SPIKE, "false_alarm", "resolved", verdict="false_alarm"),
    "expired": replace(SPIKE, version=2, status="resolved", updated_at=moscow(5, 15, month=12)),
    **EACH_RULE,
}


def shown(message: Rendered) -> str:
    """Text and buttons as they stand in a golden file."""
    rows = ["".join(f"[{button.text}]" for button in row) for row in message.buttons]
    return "\n".join([message.text.replace("\u00a0", "~"), *(["", *rows] if rows else [])]) + "\n"


def check(name: str, text: str) -> None:
    """Compare with the golden file."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("LEADPULSE_GOLDEN") == "write":
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("name", ALERTS)
def test_alert_reads_as_agreed(name: str) -> None:
    """Each kind of alert in each of its states has its text and its buttons."""
    check(name, shown(render(ALERTS[name], Client(ALERTS[name].lead_id))))


def test_every_rule_has_its_text() -> None:
    """A rule that is added gets its words, and a golden file that somebody has read."""
    assert set(TEXTS) == set(RULES) == {alert.rule for alert in ALERTS.values()}


@pytest.mark.parametrize(
    ("number", "form"),
    [(number, "бронь") for number in (1, 21, 101, 121)]
    + [(number, "брони") for number in (2, 3, 4, 22, 104)]
    + [(number, "броней") for number in (0, 5, 11, 12, 14, 20, 111, 112)],
)
def test_noun_agrees_with_number(number: int, form: str) -> None:
    """1 бронь, 2 брони, 5 броней; the teens of every hundred are the exception."""
    assert plural.count(number, plural.RESERVATIONS) == f"{number}\u00a0{form}"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(2.0, "2 раза"), (3.25, "3,2 раза"), (5.0, "5 раз"), (9.97, "10 раз"), (21.4, "21 раз"), (22, "22 раза")],
)
def test_ratio_agrees_with_number(ratio: float, text: str) -> None:
    """A fraction takes the genitive singular: в 3,2 раза."""
    assert plural.times(ratio) == text.replace(" ", "\u00a0")


@given(
    st.lists(st.text(max_size=6000), max_size=8),
    st.text(max_size=300),
    st.sampled_from(["message", "meeting", "reservation", "x"]),
    st.floats(0, 1e7),
    st.floats(0, 1e7),
    st.sampled_from(list(ALERTS.values())),
)
def test_no_foreign_text_breaks_a_message(
    texts: list[str], actor: str, kind: str, value: float, baseline: float, alert: Alert
) -> None:
    """Whatever clients and curators are called and write: valid HTML, no tag of theirs, under 4096 with the mark."""
    evidence = [Evidence("0" * 16, moscow(21), kind, text, who=actor, ref=actor) for text in texts]
    message = render(
        replace(alert, evidence=evidence, acknowledged_by=actor, value=value, baseline=baseline), Client("7", actor)
    )
    plain = parse_html(f"{REPEATED}\n\n{message.text}")
    assert len(plain.encode("utf-16-le")) // 2 <= LONGEST
    assert message.text.count("<") == 2


def test_a_message_has_room_for_the_longest_words() -> None:
    """Smileys count twice: long quotes give way until the message, its mark and the note for the head fit; the latest
    stays.
    """
    shown = [Evidence("0" * 16, moscow(21, n), "message", f"{n}" + "🙂" * 299, who="🙂" * 90) for n in range(5)]
    worst = replace(LEAVING, evidence=shown, status="snoozed", acknowledged_by="🙂" * 90, figures={"conditional": 1})
    message = render_for_head(worst, Client("123456789012", "🙂" * 90))
    assert units(f"{REPEATED}\n\n{message.text}") <= LONGEST
    assert "«4🙂" in message.text


def test_marks_within_a_quote_are_the_inner_ones() -> None:
    """A client who names his company."""
    text = render(replace(LEAVING, evidence=[said("ООО «Ромашка» уходит", "Олег")]), Client("7")).text
    assert "Олег: «ООО „Ромашка“ уходит» (" in text


def test_long_quotes_are_one_screen() -> None:
    """Five of a client who talks much: the latest ones, and how many there are besides; a list counts them all."""
    told = [Evidence(f"{n:016x}", moscow(21, n), "message", f"{n} " + "слово " * 45, who="Олег") for n in range(5)]
    alert = replace(LEAVING, evidence=told, figures={"conditional": 1})
    text = plain(render(alert, Client("7", "ООО «Ромашка»")).text).replace("\u00a0", " ")
    assert len(text) <= ONE_SCREEN
    assert [line[:10] for line in text.split("\n")[1:4]] == ["• Олег: «4", "• и ещё 4 ", "Сказано с "]
    assert "и\u00a0ещё 4." in gist(alert, Client("7"), "новое")
    short = replace(alert, evidence=[replace(each, text=each.text[:20]) for each in told])
    assert render(short, Client("7")).text.count("\n• Олег: «") == 5


def test_words_of_a_mail_are_words() -> None:
    """Quoted as in a chat, and said where they stand."""
    said = Evidence("1" * 16, LEAVING.opened_at, "mail", "Договор\nРасторгаем.", who="Пётр")
    mail = replace(LEAVING, evidence=[said])
    text = render(mail, Client("7")).text
    assert "Пётр: «Договор Расторгаем.» (письмо " in text
    assert "Пётр: «Договор Расторгаем.» (письмо " in gist(mail, Client("7"), "новое")


def test_words_that_come_again_are_shown_once() -> None:
    """The latest time, and how often, one message that two signals rest on once; other words, the latest first."""
    later = replace(said("Мы  уходим", "Олег"), event_id="1" * 16, ts=moscow(22))
    again = [said("Мы уходим", "Олег"), said("Да,  уходим", "Олег"), later, replace(later, text="Мы уходим")]
    text = plain(render(replace(LEAVING, evidence=again), Client("7")).text).replace("\u00a0", " ")
    assert text.split("\n")[1:3] == [
        "• Олег: «Мы уходим» (сообщение 22 ноября в 00:00, повторено: 2)",
        "• Олег: «Да, уходим» (сообщение 21 ноября в 15:30)",
    ]


def test_a_document_is_shown_once() -> None:
    """The same reservation said three times, then its pick: one line."""
    seen = [Evidence(f"{n:016x}", moscow(21, n), "reservation", "Р-1, 5 шт.") for n in range(3)]
    alert = replace(EACH_RULE["bulk-pick"], evidence=[*seen, Evidence("9" * 16, moscow(21, 9), "pick", "Р-1, 5 шт.")])
    assert render(alert, Client("7")).text.count("Р-1") == 1


def test_names_and_links_appear_where_they_are_known() -> None:
    """The number leads to the card, the quote to its message or its minute of the meeting, all escaped."""
    text = render(LEAVING, known("777")).text
    card = '<a href="https://portal.example/crm/777/?a=1&amp;b=2">777</a>'
    assert f"Клиент {card} (ООО «Ромашка &amp; Ко 777» &lt;b&gt;)" in text
    assert '<a href="https://t.me/c/1234567890/77">сообщение' in text
    assert '<a href="https://x.example/777/rec-1">встреча' in text
    assert "href" not in render(replace(LEAVING, evidence=LEAVING.evidence[1:]), Client("777")).text


@pytest.mark.parametrize("ref", ["", "-5/7", "100/7", "-100/7", "-1001/", "-1001/x", "a/b/c", "-100 1/2", "rec"])
def test_a_chat_without_links_has_none(ref: str) -> None:
    """Only messages of supergroups and channels have an address."""
    assert message_at(ref) == ""


@pytest.mark.parametrize(
    "kind", ["message", "mail", "chat", "meeting", "call", "reservation", "pick", "shipment", "inbound", "stock", "day"]
)
def test_each_kind_of_evidence_has_its_word(kind: str) -> None:
    """What signals show is named."""
    shown = [Evidence("1" * 16, LEAVING.opened_at, kind, "текст")]
    text = render(replace(EACH_RULE["combined-red"], evidence=shown), Client("7")).text
    assert re.search(r"Например, [а-я]+ текст \(|По итогам дня: текст \(|«текст» \([а-я]+ ", text)


def test_figures_of_a_sentence_do_not_contradict_each_other() -> None:
    """More is reserved than lies there; the days of a rare buyer are those of the calendar."""

    def says(alert: Alert) -> str:
        return plain(render(alert, Client("7")).text).replace("\u00a0", " ")

    bulk = replace(ALERTS["bulk-pick"], value=55, figures={"stock": 23, "out": 55, "days": 1})
    assert "За день забронировано и вывезено 55 шт.: больше, чем на складе (23)" in says(bulk)
    silent = replace(ALERTS["order-silence"], value=45, figures={"days": 45, "working_days": 45, "usual_gap": 8.4})
    assert "Последний заказ был 13 ноября, с тех пор 45 дней" in says(silent)
    busy = replace(silent, value=33, figures={"days": 45, "working_days": 33, "usual_gap": 1})
    assert "с тех пор 33 рабочих дня" in says(busy)


@pytest.mark.parametrize(
    ("hours", "said"), [(0.0, "быстрее чем за час"), (0.9, "быстрее чем за час"), (1.0, "за 1 час"), (50, "за 2,1 дня")]
)
def test_who_answers_at_once_has_a_normal_too(hours: float, said: str) -> None:
    """Two minutes are 0.0 hours: the alert still says how fast he usually is."""
    alert = EACH_RULE["reply-silence"]
    text = plain(render(replace(alert, figures=alert.figures | {"usual_hours": hours}), Client("7")).text)
    assert f"Обычно отвечает {said}." in text.replace("\u00a0", " ")


def test_markup_in_evidence_is_shown_not_obeyed() -> None:
    """A client who writes tags is quoted letter by letter."""
    text = render(LEAVING, Client("7")).text
    assert "&lt;b&gt;конкуренту&lt;/b&gt; &amp; точка" in text
    assert "«Мы уходим к <b>конкуренту</b> & точка»" in parse_html(text)


def test_parser_of_the_fake_refuses_raw_markup() -> None:
    """The check above means something: the same text unescaped does not parse."""
    with pytest.raises(BadRequest):
        parse_html("Мы уходим <к> & <b>точка")


def test_buttons_carry_lead_and_alert() -> None:
    """What comes back from a press names the lead, the alert and the action."""
    found = [decode(button.callback) for row in render(SPIKE, Client("7")).buttons for button in row]
    assert [(c.lead_id, c.alert_id, c.action) for c in found if isinstance(c, Callback)] == [
        ("12345", SPIKE.alert_id, action) for action in ("seen", "snooze_1d", "snooze_7d", "false_alarm", "confirmed")
    ]
