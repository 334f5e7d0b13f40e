"""What is said in a meeting that goes on rings at once, and the final text says it once."""

from typing import Any

from msgspec.structs import replace

from processors.signals.phrases import know_staff
from processors.signals.raising import Fresh
from schemas.alerts import Signal
from schemas.events import MeetingSaid, MeetingTranscribed
from tests.unit.processors.signals.said import T0, Lead, meeting

ROOM = "lead-7-kickoff"
LEAVING = "мы уходим от вас, расторгаем договор"


def live(text: str, at: int = 0, who: str = "Анна") -> MeetingSaid:
    """Words `at` ms after the meeting's start."""
    ts = T0 + at
    return MeetingSaid(
        event_id=f"{at + 1:016x}", lead_id="7", ts=ts, source="live", meeting_id="m-1", room=ROOM, participant="a1",
        start_ms=ts, end_ms=ts + 2000, text=text, name=who,
    )  # fmt: skip


def final(*said: tuple[str, str | None], late_ms: int = 0, room: str = ROOM) -> MeetingTranscribed:
    """The transcript, whose clock is `late_ms` behind."""
    return replace(meeting(*said), room=room, ts=T0 + late_ms)


def rules(found: list[Any]) -> list[str]:
    return [one.rule for one in found if isinstance(one, Signal)]


def test_it_rings_while_they_talk_and_names_who_said_it() -> None:
    lead = Lead()
    (signal,) = lead.hears(live(LEAVING))
    assert (signal.rule, signal.severity, signal.evidence[0].who) == ("leaving_phrase", "critical", "Анна")
    assert lead.hears(live(LEAVING, 120_000)) == []  # once a meeting


def test_the_final_text_adds_its_quotes_and_rings_nobody() -> None:
    for late in (-9_000, 0, 9_000):
        lead = Lead()
        assert rules(lead.hears(live(LEAVING, 10_000))) == ["leaving_phrase"]
        found = lead.hears(final(("добрый день", "Анна"), (LEAVING, "Анна"), late_ms=late))
        assert [type(one) for one in found] == [Fresh]
        assert found[0].signal.evidence[0].at_ms == 10_000


def test_what_was_not_heard_live_rings_by_the_final_text() -> None:
    """Another place in the meeting, another room, or more than was heard."""
    said = (("добрый день", "Анна"), ("да", None), ("да", None), ("да", None), ("да", None), (LEAVING, "Анна"))
    lead = Lead()
    lead.hears(live(LEAVING, 10_000))
    assert rules(lead.hears(final(*said))) == ["leaving_phrase"]
    lead = Lead()
    lead.hears(live(LEAVING, 10_000))
    assert rules(lead.hears(final(("да", None), (LEAVING, "Анна"), room="lead-7-other"))) == ["leaving_phrase"]
    lead = Lead()
    assert [one.severity for one in lead.hears(live("возможно, мы уйдём от вас", 10_000))] == ["warning"]
    assert [one.severity for one in lead.hears(final(("да", None), (LEAVING, "Анна")))] == ["critical"]


def test_a_complaint_of_a_better_text_counts_once() -> None:
    """A note is no alert, so nothing is shown in its place."""
    lead = Lead()
    lead.hears(final(("мы недовольны вашей работой", None)))
    before = [len(notes) for notes in lead.state.notes.values()]
    better = replace(final(("мы недовольны вашей работой", "Анна")), version=31, event_id="00000000000003e7")
    assert lead.hears(better) == [] and [len(notes) for notes in lead.state.notes.values()] == before


def test_our_own_people_ring_nothing() -> None:
    lead = Lead()
    know_staff(lead.state, "Олег")
    assert lead.hears(live(LEAVING, who="Олег")) == []


def test_who_is_known_as_ours_by_the_portal_rings_nothing() -> None:
    """While they talk, and in the final text."""
    lead = Lead()
    assert lead.hears(replace(live(LEAVING, who="Олег Ким"), ours=True)) == []
    assert lead.hears(replace(final((LEAVING, "Олег Ким"), (LEAVING, None)), ours=["Олег Ким"]))
    lead = Lead()
    assert lead.hears(replace(final((LEAVING, "Олег Ким")), ours=["Олег Ким"])) == []


def test_a_name_of_ours_rings_where_a_person_said_that_he_is_the_clients() -> None:
    """One of ours of that name writes in the chat; who is called so in the room is somebody else."""
    for heard in (
        replace(live(LEAVING, who="Олег"), theirs=True),
        replace(final((LEAVING, "Олег")), theirs=["Олег"]),
    ):
        lead = Lead()
        know_staff(lead.state, "Олег")
        assert lead.hears(heard)


def test_a_text_that_names_who_says_it_takes_the_place_of_one_that_does_not() -> None:
    """First comes the mixed sound, then the tracks; neither rings again, and the alert shows the name."""
    lead = Lead()
    lead.hears(live(LEAVING, 10_000))
    assert lead.hears(final(("да", None), (LEAVING, None))) == []
    better = replace(final(("да", "Олег"), (LEAVING, "Анна")), version=31, event_id="00000000000003e7")
    (fresh,) = lead.hears(better)
    assert isinstance(fresh, Fresh) and [each.who for each in fresh.signal.evidence] == ["Анна"]
