"""What may be meant: a note and a question, and what becomes of a model's answer."""

from msgspec.structs import replace

from processors.context import Context
from processors.rules import load
from processors.signals.raising import Cleared
from schemas.minutes import PhraseQuestion
from tests.unit.processors.signals.said import DAY, T0, Lead, message, rules, verdict


def test_a_doubt_is_a_note_and_a_question() -> None:
    """Info, a quarter of the strength, and a model is asked about these words."""
    signal, asked = Lead().hears(message("мы будем вынуждены уйти"))
    assert (signal.severity, signal.strength) == ("info", 0.25)
    assert isinstance(asked, PhraseQuestion)
    assert (asked.lead_id, asked.about, asked.rule) == ("7", signal.evidence[0].event_id, "leaving_phrase")
    assert [each.text for each in asked.evidence] == ["мы будем вынуждены уйти"]


def test_what_is_certain_is_not_asked_about() -> None:
    """A message with a certain phrase and a doubtful one of the same topic asks nothing."""
    found = Lead().hears(message("Мы будем вынуждены уйти. Расторгаем договор."))
    assert rules(found) == [("leaving_phrase", "critical")]
    assert len(found) == 1


def test_a_model_says_yes() -> None:
    """A warning, never more; once."""
    lead = Lead()
    _, asked = lead.hears(message("мы будем вынуждены уйти"))
    yes = verdict(asked, meant=True)
    (signal,) = lead.hears(yes)
    assert (signal.rule, signal.severity, signal.evidence) == ("leaving_phrase", "warning", asked.evidence)
    assert lead.hears(replace(yes, event_id="e" * 16)) == []


def test_a_model_says_no() -> None:
    """The note is taken back; one that something certain has confirmed since stays."""
    lead = Lead()
    _, asked = lead.hears(message("мы будем вынуждены уйти"))
    assert lead.hears(verdict(asked, meant=False)) == [Cleared("leaving_phrase", T0)]
    lead = Lead()
    _, asked = lead.hears(message("мы будем вынуждены уйти"))
    lead.hears(message("расторгаем договор", 2))
    assert lead.hears(verdict(asked, meant=False)) == []
    assert lead.state.raised["leaving_phrase"].level == 2


def test_without_a_verdict_a_doubt_stays_a_note() -> None:
    """No model: it counts a little until it is history."""
    lead = Lead()
    lead.hears(message("мы будем вынуждены уйти"))
    assert lead.evening(T0 + DAY) == []
    assert lead.state.raised["leaving_phrase"].level == 0


def test_the_bounds_are_those_of_the_rules() -> None:
    """With `at_once` at 70 what is doubtful by the built-in rules is said at once, as what it means."""
    eager = Lead(Context(load("[words]\nat_once = 70.0")))
    assert rules(eager.hears(message("мы будем вынуждены уйти"))) == [("leaving_phrase", "warning")]


def test_a_verdict_on_another_rule_is_nothing() -> None:
    """Nobody asks a model about reservations."""
    lead = Lead()
    _, asked = lead.hears(message("мы будем вынуждены уйти"))
    assert lead.hears(replace(verdict(asked, meant=True), rule="reservation_spike")) == []


def test_a_yes_that_shows_no_words_is_none() -> None:
    """A curator could check nothing of it."""
    lead = Lead()
    _, asked = lead.hears(message("мы будем вынуждены уйти"))
    assert lead.hears(replace(verdict(asked, meant=True), evidence=[])) == []
    assert lead.hears(replace(verdict(asked, meant=True), event_id="e" * 16)) != []
