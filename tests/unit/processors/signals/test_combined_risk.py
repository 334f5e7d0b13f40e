"""The alert of the whole risk."""

import pytest

from processors.days import DAY_MS
from processors.state import LeadState
from schemas.alerts import Evidence, Signal
from tests.unit.processors.test_score import NOW, RULES, raised, said


def test_the_combined_alert_shows_the_three_heaviest_and_what_shows_them() -> None:
    """Words of what was just found, of the alert that tells of a part, else the event; figures by rule, and against
    what is usual where that is known."""
    quote = Evidence("00000000000000bb", NOW, "message", "уходим")
    found = Signal(
        signal_id="00000000000000cc",
        lead_id="7",
        rule="leaving_phrase",
        severity="critical",
        ts=NOW,
        window_start=NOW,
        value=1,
        baseline=0,
        score=95,
        evidence=[quote],
    )
    state = LeadState(
        raised={"leaving_phrase": raised(), "bulk_pick": raised(), "legal_phrase": raised(), "tone": raised()}
    )
    for words in ("leaving_phrase", "legal_phrase"):
        state.raised[words].baseline = 0.0
    [record], [signal] = said(state, found=[found])
    assert isinstance(signal, Signal)
    assert [part.rule for part in record.parts] == ["leaving_phrase", "bulk_pick", "legal_phrase", "tone"]
    assert signal.figures == {"points": record.points, "background": 0.0} | {
        "leaving_phrase": 60.0,
        "bulk_pick": 55.0,
        "legal_phrase": 45.0,
        "bulk_pick_value": 6.0,
        "bulk_pick_usual": 2.0,
    }
    assert signal.evidence[0] == quote
    assert {item.event_id for item in signal.evidence[1:]} == {"00000000000000aa"}
    assert signal.value == record.points


def test_the_combined_alert_shows_its_figure_anew_when_it_has_grown() -> None:
    """By a quarter within a level, as every finding; by less it keeps what it says."""
    state = LeadState(raised={"leaving_phrase": raised(), "loss_phrase": raised()})
    assert [getattr(item, "value", 0) for item in said(state)[1]] == [68.0]
    state.raised["complaint_phrase"] = raised()
    assert said(state, NOW + 1)[1] == []
    state.raised["legal_phrase"] = raised()
    [signal] = said(state, NOW + 2)[1]
    assert isinstance(signal, Signal)
    assert signal.value == pytest.approx(85.92)
    assert signal.baseline == 0.0  # before it opened


def test_of_one_finding_its_own_alert_tells() -> None:
    """A level that one finding makes opens nothing, nor does a second one of a few points; a second of weight does."""
    state = LeadState(raised={"leaving_phrase": raised()})
    scores, rest = said(state)
    assert (scores[0].level, rest) == ("red", [])
    state.raised["chat_silence"] = raised(level=0)
    assert said(state, NOW + 1)[1] == []
    state.raised["tone"] = raised(level=1)
    [signal] = said(state, NOW + 2)[1]
    assert isinstance(signal, Signal)
    parts = {"leaving_phrase", "tone", "chat_silence"}
    measured = {f"{part}_{figure}" for part in parts for figure in ("value", "usual")}
    assert (signal.severity, set(signal.figures)) == ("critical", {"points", "background"} | parts | measured)


def test_a_note_of_the_same_words_is_no_second_finding() -> None:
    """A message of leaving that may be of a competitor is told as leaving; a note of other words, or something certain
    of the same ones, is a second finding, and one message tells both."""
    note, certain = raised(level=0, strength=0.25), raised(level=1)
    state = LeadState(raised={"leaving_phrase": raised(), "competitor_phrase": note})
    assert said(state)[1] == []
    note.event_id = "00000000000000dd"
    for second in (note, certain):
        state = LeadState(raised={"leaving_phrase": raised(), "competitor_phrase": second})
        assert [getattr(item, "severity", "") for item in said(state)[1]] == ["critical"]


def test_yellow_rises_to_red_and_never_steps_back() -> None:
    """A warning, then critical; at yellow again nothing is said, and a second red is no news."""
    state = LeadState(raised={"order_silence": raised(level=1), "bulk_pick": raised(level=1)})
    assert [getattr(item, "severity", "") for item in said(state)[1]] == ["warning"]
    state.raised["bulk_pick"] = raised()
    assert [getattr(item, "severity", "") for item in said(state, NOW + 1)[1]] == ["critical"]
    state.raised["bulk_pick"].strength = 0.2
    later = [said(state, NOW + day * DAY_MS) for day in range(1, 9)]
    assert state.scored.level == 1
    assert [rest for _, rest in later if rest] == []
    state.raised["bulk_pick"] = raised(age=-9)
    scores, rest = said(state, NOW + 9 * DAY_MS)
    assert ([record.level for record in scores], rest) == (["red"], [])


def test_what_is_over_or_only_lasts_opens_nothing() -> None:
    """Two findings, one of them over; or a yellow level that lasts below its mark: neither is news."""
    state = LeadState(raised={"leaving_phrase": raised(), "bulk_pick": raised(over=0.0)})
    assert said(state)[1] == []
    state = LeadState(raised={"bulk_pick": raised()})
    assert said(state)[0][0].level == "yellow"
    state.raised = {"volume_decline": raised(), "complaint_phrase": raised()}
    [score], rest = said(state, NOW + DAY_MS)
    assert (score.level, rest) == ("yellow", [])
    assert score.points < RULES.yellow
