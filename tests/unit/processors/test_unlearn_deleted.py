"""Words that somebody objected to: nothing quotes them any more, and they do not come back."""

from msgspec.structs import replace

from alerting.clients import Client
from alerting.render import render
from processors.days import local_day
from processors.lead import LATE_MS, prune
from processors.state import decode_state, encode_state
from processors.unlearn import moved_from
from schemas.alerts import Evidence
from schemas.codec import event_id
from schemas.events import Event, EventsMoved
from schemas.minutes import PhraseVerdict
from tests.unit.processors.test_unlearn import DAY, LEAVING, NOW, alerts_of, left, rung, said


def deleted(*events: Event) -> EventsMoved:
    """What the store tells the lead when somebody objected to words of it."""
    rows = [(event, NOW, NOW - event.ts <= LATE_MS) for event in events]
    return moved_from("12345", rows, local_day(NOW - LATE_MS), deleted=True)


def test_deleted_words_do_not_come_back() -> None:
    """Read again they ring nobody, where those of another client would; what was never deleted does."""
    leaving = said(1, LEAVING)
    partition, _ = rung(leaving)
    assert alerts_of(partition, deleted(leaving), first=10)
    assert not alerts_of(partition, leaving, first=11)
    assert LEAVING.encode() not in encode_state(partition.leads["12345"])
    assert alerts_of(partition, said(2, LEAVING), first=12)


def test_no_message_quotes_deleted_words() -> None:
    """Neither of the alert that rested on them, nor of one that is over for long: each is told anew without them, and
    rings nobody. So no record that stands says them. When it was over is told as before, and a false alarm is believed
    for no longer."""
    leaving, other = said(1, LEAVING), said(2, "мы расторгаем договор с вами и увозим товар")
    partition, _ = rung(leaving)
    [closed] = [one for one in alerts_of(partition, deleted(leaving), first=10) if one.rule == "leaving_phrase"]
    assert (closed.status, closed.evidence, closed.rings) == ("resolved", [], False)
    partition, [alert] = rung(leaving)
    state = partition.leads["12345"]
    state.alerts[alert.rule] = over = replace(state.alerts[alert.rule], status="resolved", updated_at=NOW - DAY)
    state.raised.clear()
    [told] = alerts_of(partition, deleted(leaving), first=10)
    assert (told.status, told.evidence, told.version, told.rings) == ("resolved", [], over.version + 1, False)
    assert told.updated_at == over.updated_at
    assert "другому складу" not in render(told, Client("12345")).text
    assert not alerts_of(partition, deleted(other), first=11), "what it does not quote changes nothing"


def test_a_verdict_on_deleted_words_is_nothing() -> None:
    """A model that took hours, and says yes with a quote: the quote is of what was deleted. A week later it is not even
    taken (`LATE_TRANSCRIPT_MS`), so the ids need not be kept for longer."""
    leaving = said(1, "думаем, не уйти ли к другому складу")
    quote = Evidence(leaving.event_id, leaving.ts, "message", leaving.text)
    verdict = PhraseVerdict(
        event_id=event_id("verdict"), lead_id="12345", ts=leaving.ts, source="minutes", about=leaving.event_id,
        rule="leaving_phrase", key="k", meant=True, model="m", evidence=[quote],
    )  # fmt: skip
    partition, _ = rung(leaving)
    alerts_of(partition, deleted(leaving), first=10)
    assert not alerts_of(partition, verdict, first=11)
    state = partition.leads["12345"]
    assert leaving.text.encode() not in encode_state(state)
    assert int(leaving.event_id, 16) in decode_state(encode_state(state)).gone
    assert prune(state, NOW + 9 * DAY) and not state.gone
    partition, _ = rung(leaving)
    assert alerts_of(partition, verdict, first=11), "where they stand, it rings"


def test_a_merge_does_not_bring_deleted_words_back() -> None:
    leaving = said(1, LEAVING)
    partition, _ = rung(leaving)
    alerts_of(partition, deleted(leaving), left(said(2, "да"), whole=True), first=10)
    assert not alerts_of(partition, leaving, first=20)


def test_a_deletion_is_no_repeat_of_a_move() -> None:
    """A kill between what was told of a move and the move itself, and then somebody objects: both are folded."""
    leaving = said(1, LEAVING)
    partition, _ = rung(leaving)
    alerts_of(partition, left(leaving), deleted(leaving), first=10)
    assert not alerts_of(partition, leaving, first=20)


def test_only_what_is_named_is_gone() -> None:
    """Also where the whole lead went: what his alerts showed is forgotten with him, and a silence shows no event."""
    leaving = said(1, LEAVING)
    partition, [alert] = rung(leaving)
    state = partition.leads["12345"]
    state.alerts[alert.rule] = replace(alert, evidence=[Evidence("", NOW, "last"), Evidence("e" * 16, NOW, "last")])
    [over] = alerts_of(partition, replace(deleted(leaving), whole=True), first=10)
    assert (over.evidence, set(state.gone)) == ([], {int(leaving.event_id, 16)})
