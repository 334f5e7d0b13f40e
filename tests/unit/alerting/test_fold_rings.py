"""From events to rings: what of the policy depends on how the fold feeds it."""

from itertools import count

from alerting.fold import Partition
from processors.rules import builtin
from schemas.alerts import Alert
from schemas.codec import event_id
from schemas.events import AlertsMuted, Author, ClientOutcome, Event, Fleet, Message, Tick
from schemas.outcomes import Outcome
from schemas.topics import DAY_MS
from schemas.types import Meta
from tests.unit.alerting.lead_alerts import HOUR_MS, T0, fleet

NIGHT, MORNING = T0 + 11 * HOUR_MS, T0 + 21 * HOUR_MS
"""23:00 and 9:00 in Moscow."""

LEAVING = "Мы расторгаем договор с вами и переезжаем на другой склад."
PERHAPS = "Если так пойдёт дальше, мы расторгнем договор."


class Line:
    """One partition, and events in the order of their offsets."""

    def __init__(self, curators: dict[str, str] | None = None) -> None:
        self._fold = Partition({}, builtin(), curator=lambda lead: (curators or {}).get(lead, ""))
        self._offsets = count(1)

    def __call__(self, event: Event) -> list[Alert]:
        """The alerts that come of it."""
        meta = Meta("lead.events", 0, next(self._offsets), event.ts)
        if isinstance(event, Tick):
            results = [result for _, found, _ in self._fold.tick(event, meta) for result in found]
        else:
            results = list(self._fold.apply(event, meta))
        return [result for result in results if isinstance(result, Alert)]


def says(text: str, ts: int, lead: str = "7") -> Message:
    """A client's words."""
    id_ = event_id("m", lead, ts)
    return Message(
        event_id=id_,
        lead_id=lead,
        ts=ts,
        source="telegram:bot",
        chat_id="-1",
        message_id=id_,
        author=Author("9"),
        text=text,
    )


def tick(ts: int) -> Tick:
    """An hour."""
    return Tick(event_id=event_id("tick", ts), ts=ts)


def muted(until: int, ts: int, lead: str = "7") -> AlertsMuted:
    """A person's wish."""
    staff = Author("1", client=False)
    return AlertsMuted(event_id=event_id("mute", ts), lead_id=lead, ts=ts, source="person", until=until, actor=staff)


def became(outcome: Outcome, ts: int, lead: str = "7", at: int = 0) -> ClientOutcome:
    """A person's word, said `at` (else when it comes)."""
    return ClientOutcome(
        outcome,
        "2023-11-15",
        "Мария",
        event_id=event_id("became", outcome, ts),
        lead_id=lead,
        ts=at or ts,
        source="person",
    )


def rings(alerts: list[Alert]) -> list[str]:
    """Rules that ring."""
    return [alert.rule for alert in alerts if alert.rings]


def test_a_doubtful_word_of_the_night_waits_for_nine() -> None:
    """The tick of nine o'clock rings it, or the first event after nine where no tick has come yet."""
    line = Line()
    (held,) = line(says(PERHAPS, NIGHT))
    assert (held.severity, held.held, held.ring_at) == ("warning", "night", MORNING)
    assert line(tick(MORNING - HOUR_MS)) == []
    assert rings(line(tick(MORNING))) == ["leaving_phrase"]
    other = Line()
    other(says(PERHAPS, NIGHT))
    assert rings(other(says("Добрый день!", MORNING + 1))) == ["leaving_phrase"]


def test_a_mute_holds_and_taking_it_back_rings_at_once() -> None:
    """`alerts_muted` is an event like others: what it held rings with the event that ends it."""
    line = Line()
    line(muted(T0 + 30 * DAY_MS, T0))
    assert [alert.held for alert in line(says(LEAVING, T0 + HOUR_MS))] == ["muted"]
    assert rings(line(tick(T0 + 2 * DAY_MS))) == []
    assert rings(line(muted(0, T0 + 3 * DAY_MS))) == ["leaving_phrase"]


def test_who_has_left_rings_no_more_and_a_mistake_rings_at_once() -> None:
    """Not for what is said, nor at any hour; `stays` says that it was a mistake, and what it held rings."""
    line = Line()
    line(became("left", T0))
    (held,) = line(says(LEAVING, T0 + HOUR_MS))
    assert (held.held, held.ring_at, held.rings) == ("left", 0, False)
    assert rings(line(tick(T0 + 3 * DAY_MS))) == []
    assert rings(line(became("stays", T0 + 3 * DAY_MS + 1))) == ["leaving_phrase"]


def test_the_head_is_told_of_nobody_who_has_left() -> None:
    """A critical alert rang, nobody answered, and the client was said to be gone: nothing to hurry for."""
    line = Line()
    assert rings(line(says(LEAVING, T0))) == ["leaving_phrase"]
    line(became("left", T0 + 1))
    assert not any(alert.escalated for alert in line(tick(T0 + 2 * DAY_MS)))
    assert [alert.escalated for alert in line(became("stays", T0 + 2 * DAY_MS + 1))] == [True]


def test_what_was_found_while_he_was_gone_is_over_when_he_returns() -> None:
    """It is resolved without a sound; what comes then rings."""
    line = Line()
    line(became("left", T0))
    line(says(LEAVING, T0 + HOUR_MS))
    (over,) = line(became("returned", T0 + 3 * DAY_MS))
    assert (over.status, over.rings) == ("resolved", False)
    assert rings(line(says(LEAVING, T0 + 5 * DAY_MS))) == ["leaving_phrase"]
    calm = Line()
    assert rings(calm(says(LEAVING, T0))) == ["leaving_phrase"]
    assert calm(became("returned", T0 + 1)) == []  # he was never said to be gone


def test_the_newest_word_counts_also_when_it_comes_first() -> None:
    """A lead that was merged brings its word days late: a newer one stands, an older one does not take it back."""
    line = Line()
    line(became("left", T0 + DAY_MS))
    line(became("stays", T0 + 3 * DAY_MS, at=T0))
    assert [alert.held for alert in line(says(LEAVING, T0 + 3 * DAY_MS + 1))] == ["left"]
    late = Line()
    late(became("left", T0 + 3 * DAY_MS, at=T0))
    assert [alert.held for alert in late(says(LEAVING, T0 + 3 * DAY_MS + 1))] == ["left"]


def test_what_fleet_figures_hold_is_the_curators_own() -> None:
    """Shadow by the source of the event; the budget by who is rung for the lead."""
    known: Fleet = fleet(
        event_id="1" * 16, ts=T0, sources={"telegram:bot": T0 - 20 * DAY_MS}, rung={"11": 10}, clients=2
    )
    line = Line({"7": "11"})
    line(known)
    assert [alert.held for alert in line(says(PERHAPS, T0 + 1))] == ["budget"]
    assert rings(line(says(PERHAPS, T0 + 2, "8"))) == ["leaving_phrase"]
    line(fleet(event_id="2" * 16, ts=T0 + 3, sources={"telegram:bot": T0 - DAY_MS}))
    assert [alert.held for alert in line(says(LEAVING, T0 + 4, "9"))] == ["shadow"]


def test_nobody_answers_and_the_head_is_told() -> None:
    """A day after the ring, by a tick; muted in between, he is not."""
    line, silent = Line(), Line()
    for one in (line, silent):
        assert rings(one(says(LEAVING, T0))) == ["leaving_phrase"]
    silent(muted(T0 + 30 * DAY_MS, T0 + 1))
    assert [alert.escalated for alert in line(tick(T0 + DAY_MS))] == [True]
    assert not any(alert.escalated for alert in silent(tick(T0 + DAY_MS)))


def test_the_head_is_told_in_the_hour_in_which_a_mute_ends() -> None:
    """Not at some evening after it; and not by night, where it ends in one."""
    line, by_night = Line(), Line()
    for one, until in ((line, T0 + 3 * DAY_MS), (by_night, T0 + 2 * DAY_MS + 11 * HOUR_MS)):
        assert rings(one(says(LEAVING, T0))) == ["leaving_phrase"]
        one(muted(until, T0 + 1))
        assert not any(alert.escalated for alert in one(tick(until - HOUR_MS)))
    assert [alert.escalated for alert in line(tick(T0 + 3 * DAY_MS))] == [True]
    assert not any(alert.escalated for alert in by_night(tick(T0 + 2 * DAY_MS + 12 * HOUR_MS)))
    assert [alert.escalated for alert in by_night(tick(T0 + 2 * DAY_MS + 21 * HOUR_MS))] == [True]
