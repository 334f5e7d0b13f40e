"""What the client says: from words to signals. What matches is tested with `processors.phrases`."""

from typing import Any

from msgspec.structs import replace

from processors.lead import prune
from processors.signals.raising import Cleared
from processors.state import LeadState, encode_state
from schemas.events import Call, Mail
from tests.unit.processors.signals.said import DAY, HOUR, T0, Lead, edited, meeting, message, rules


def test_a_message_is_one_signal_a_rule() -> None:
    """Two leaving phrases are one signal; what else is said has its own. The quote says who said it."""
    found = Lead().hears(message("Вы потеряли две коробки. Расторгаем договор, вывозим весь товар!"))
    assert sorted(rules(found)) == [("leaving_phrase", "critical"), ("loss_phrase", "warning")]
    signal = next(each for each in found if each.rule == "leaving_phrase")
    assert (signal.ts, signal.window_start, signal.unit, signal.strength) == (T0, T0, "words", 1.0)
    assert [(e.event_id, e.kind, e.who) for e in signal.evidence] == [("0" * 15 + "1", "message", "Олег")]


def test_nothing_said_is_nothing() -> None:
    """Thanks raise nothing, change nothing beyond the day."""
    lead = Lead()
    assert lead.hears(message("спасибо, всё отлично")) == []
    assert lead.state.spoken == {}


def test_our_own_words_never_count() -> None:
    """Not in a chat, not as an edit, and in a meeting not under a name that is known as ours."""
    lead = Lead()
    assert lead.hears(message("мы расторгаем договор", 1, client=False, name="Анна Ковалёва")) == []
    ours = lead.hears(meeting(("вы расторгаете договор, мы расторгаем договор", "Анна Ковалёва"), ("да", "Олег")))
    assert ours == []
    found = lead.hears(meeting(("мы расторгаем договор", "Олег"), version=2))
    assert rules(found) == [("leaving_phrase", "critical")]
    assert found[0].evidence[0].who == "Олег"


def test_a_condition_is_a_warning_and_says_so() -> None:
    """Half as strong, with the figure that its text reads."""
    (signal,) = Lead().hears(message("Если не снизите тариф, расторгаем договор"))
    assert (signal.severity, signal.strength, signal.figures) == ("warning", 0.5, {"conditional": 1})


def test_an_edit_says_nothing_twice_but_may_say_more() -> None:
    """The same words edited are no news; a warning edited to something critical is."""
    lead = Lead()
    assert rules(lead.hears(message("мы от вас уходим"))) == [("leaving_phrase", "warning")]
    assert lead.hears(edited("мы от вас уходим!!!", 2)) == []
    assert rules(lead.hears(edited("мы от вас уходим, расторгаем договор", 3))) == [("leaving_phrase", "critical")]
    assert lead.hears(edited("мы от вас уходим", 4)) == []
    assert rules(lead.hears(message("мы от вас уходим", 5))) == [("leaving_phrase", "warning")]


def test_a_meeting_is_one_signal_with_its_five_best_quotes() -> None:
    """In the order they were said, each with its place and speaker; the strongest of them gives the severity."""
    said = [(f"{n} раз говорю: мы от вас уходим", "Олег") for n in range(5)]
    (signal,) = Lead().hears(meeting(*said, ("мы расторгаем договор", "Олег"), ("до свидания", None)))
    assert signal.severity == "critical"
    assert [e.at_ms for e in signal.evidence] == [0, 10_000, 20_000, 30_000, 50_000]
    assert {e.who for e in signal.evidence} == {"Олег"}
    assert signal.evidence[-1].ts == T0 + 50_000


def test_a_better_transcript_is_no_news() -> None:
    """A later version raises only what the former did not."""
    lead = Lead()
    assert rules(lead.hears(meeting(("мы расторгаем договор", None)))) == [("leaving_phrase", "critical")]
    again = lead.hears(meeting(("Мы расторгаем договор.", None), ("Пропала паллета.", None), version=2))
    assert rules(again) == [("loss_phrase", "warning")]


def test_the_third_complaint_of_a_week_is_a_warning() -> None:
    """One is a note; three within seven days warn, with all three quotes; older ones do not count."""
    lead = Lead()
    late = "вы просрочили приёмку на три дня"
    assert rules(lead.hears(message(late, 1, T0 - 8 * DAY))) == [("complaint_phrase", "info")]
    assert rules(lead.hears(message(late, 2, T0))) == [("complaint_phrase", "info")]
    assert rules(lead.hears(message(late, 3, T0 + DAY))) == [("complaint_phrase", "info")]
    (signal,) = lead.hears(message(late, 4, T0 + 2 * DAY))
    assert (signal.severity, signal.value, len(signal.evidence)) == ("warning", 3, 3)


def test_the_second_talk_of_the_tariff_in_a_month_is_a_warning() -> None:
    """One "it is dear" is a note; two within 30 days warn and say how many; a refusal to pay is critical at once."""
    lead = Lead()
    assert rules(lead.hears(message("хранение у вас дороговато", 1))) == [("payment_conflict", "info")]
    assert rules(lead.hears(message("нам нужна скидка на хранение", 2, T0 + 31 * DAY))) == [
        ("payment_conflict", "info")
    ]
    (signal,) = lead.hears(message("пересмотрите тариф, пожалуйста", 3, T0 + 40 * DAY))
    assert (signal.severity, signal.figures) == ("warning", {"talks": 2.0, "days": 30.0})
    refused = lead.hears(message("за хранение платить не будем", 4, T0 + 41 * DAY))
    assert rules(refused) == [("payment_conflict", "critical")]


def test_a_note_is_not_made_of_words_that_ring() -> None:
    """The reason of a leaving is no talk of the tariff beside it: one sentence would make two alerts and a risk."""
    assert rules(Lead().hears(message("у вас дорого, мы уходим"))) == [("leaving_phrase", "warning")]
    both = Lead().hears(meeting(("у вас дорого", None), ("мы расторгаем договор", None)))
    assert sorted(rules(both)) == [("leaving_phrase", "critical"), ("payment_conflict", "info")]


def test_what_was_said_becomes_history() -> None:
    """After 14 days without another word it is over, once; a word in between keeps it."""
    lead = Lead()
    lead.hears(message("расторгаем договор", 1))
    assert lead.evening(T0 + 13 * DAY) == []
    lead.hears(message("мы от вас уходим", 2, T0 + 13 * DAY))
    assert lead.evening(T0 + 15 * DAY) == []
    assert lead.evening(T0 + 27 * DAY) == [Cleared("leaving_phrase", T0 + 27 * DAY)]
    assert lead.evening(T0 + 28 * DAY) == []


def test_a_long_letter_is_quoted_where_it_matters() -> None:
    """The quote is cut around what was found, not at its beginning; it shows where it was cut."""
    text = "а" * 1000 + " Расторгаем договор. " + "б" * 1000
    (signal,) = Lead().hears(message(text))
    quote = signal.evidence[0].text
    assert "Расторгаем договор" in quote
    assert len(quote) <= 300
    assert quote.startswith("…") and quote.endswith("…")


def test_mails_and_calls_are_heard() -> None:
    """A mail to us and what was said on the telephone; our own mails are not."""
    base: dict[str, Any] = {"lead_id": "7", "ts": T0, "source": "bitrix"}
    mail = Mail(event_id="1" * 16, **base, mail_id="m", direction="in", subject="Договор", text="Расторгаем договор.")
    assert rules(Lead().hears(mail)) == [("leaving_phrase", "critical")]
    assert Lead().hears(replace(mail, direction="out")) == []
    call = Call(event_id="2" * 16, **base, call_id="c", direction="in", duration_ms=1, text="мы расторгаем договор")
    assert rules(Lead().hears(call)) == [("leaving_phrase", "critical")]


def test_the_memory_of_words_stays_small() -> None:
    """A client who complains all day for weeks costs the state less than 6 KB."""
    lead = Lead()
    for n in range(2000):
        ts = T0 + n * HOUR // 4
        lead.hears(message("опять перепутали артикулы, сколько можно ждать ответа " * 9, n + 1, ts))
        prune(lead.state, ts)
    kept = LeadState(spoken=lead.state.spoken, notes=lead.state.notes, raised=lead.state.raised)
    assert len(encode_state(kept)) < 6_000
