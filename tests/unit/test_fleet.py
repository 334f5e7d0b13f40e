"""The made fleet: the same by its seed, valid events in the order of time, and leavers who leave traces."""

from pathlib import Path

from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.fleet import Fleet, main, season
from bench.leaving import KINDS
from processors.days import local_day, local_day_of
from schemas.codec import decode, encode
from schemas.events import MeetingTranscribed, Message, Reservation, Shipment, Tick


def days_of(fleet: Fleet, lead: str) -> list[int]:
    """Moscow days on which the client did anything."""
    return sorted({local_day(event.ts) for event in fleet.events() if event.lead_id == lead})


@settings(max_examples=10, deadline=None)
@given(clients=st.integers(1, 12), days=st.integers(1, 90), seed=st.integers(0, 2**31))
def test_events_are_valid_in_order_and_known_by_the_seed(clients: int, days: int, seed: int) -> None:
    """Each event survives the codec, times never fall, ids are unique, hours are whole, a second run is the same."""
    events = list(Fleet(clients, days, seed).events())
    assert [decode(encode(event)) for event in events] == events
    assert [event.ts for event in events] == sorted(event.ts for event in events)
    assert len({event.event_id for event in events}) == len(events)
    assert sum(isinstance(event, Tick) for event in events) == 24 * days
    assert list(Fleet(clients, days, seed).events()) == events


def test_more_clients_change_nothing_for_the_others() -> None:
    """A test may take a part of the fleet."""
    few, many = Fleet(3, 70, 5), Fleet(6, 70, 5)
    leads = {client.lead_id for client in few.clients}
    assert [e for e in many.events() if e.lead_id in leads] == [e for e in few.events() if e.lead_id in leads]


def test_nobody_acts_after_he_left() -> None:
    """The label is the last day, and every kind of leaving is there."""
    fleet = Fleet(71, 150, 2)
    assert {kind for _, kind in fleet.labels.values()} == set(KINDS)
    last: dict[str, int] = {}
    for event in fleet.events():
        if event.lead_id:
            last[event.lead_id] = local_day(event.ts)
    for lead, (left, _) in fleet.labels.items():
        assert last[lead] <= local_day_of(left)


def test_leavers_leave_traces() -> None:
    """Emptied: what leaves in the last days is most of the stock; broken: taken back; words: said before they go."""
    fleet = Fleet(71, 150, 2)
    by_kind = {kind: lead for lead, (_, kind) in fleet.labels.items()}
    left = {kind: local_day_of(day) for day, kind in fleet.labels.values()}
    events = [event for event in fleet.events() if event.lead_id in by_kind.values()]
    shipped = [e for e in events if isinstance(e, Shipment) and e.lead_id == by_kind["emptied_7d"]]
    end = [e.qty for e in shipped if local_day(e.ts) > left["emptied_7d"] - 7]
    before = [e.qty for e in shipped if left["emptied_7d"] - 30 < local_day(e.ts) <= left["emptied_7d"] - 7]
    assert len(end) >= 5
    assert sum(end) > sum(before) / 2
    back = [e for e in events if isinstance(e, Reservation) and e.action == "cancelled"]
    broken = [e for e in back if e.lead_id == by_kind["broken"] and local_day(e.ts) > left["broken"] - 7]
    assert broken
    said = [e for e in events if isinstance(e, Message) and e.author.client and e.lead_id == by_kind["words_chat"]]
    assert any(local_day(e.ts) == left["words_chat"] - 21 for e in said)
    heard = [e for e in events if isinstance(e, MeetingTranscribed) and e.lead_id == by_kind["words_meeting"]]
    assert any(local_day(e.ts) == left["words_meeting"] - 21 and len(e.utterances) > 2 for e in heard)


def test_half_the_fleet_is_closed_at_weekends_and_all_have_the_season() -> None:
    """What a pooled weekday shape or a missing season would get wrong is in it."""
    fleet = Fleet(40, 100, 3)
    closed = [client for client in fleet.clients if client.habits.week[5] == 0]
    assert 10 <= len(closed) <= 30
    assert {season(number, 100) for number in range(100)} == {0.35, 1.0, 1.9}


def test_the_command_writes_both_files(tmp_path: Path) -> None:
    """Events a line, and who left when."""
    done = CliRunner().invoke(main, [str(tmp_path / "out"), "--clients", "8", "--days", "40", "--seed", "4"])
    assert done.exit_code == 0, done.output
    lines = (tmp_path / "out" / "events.jsonl").read_bytes().splitlines()
    assert [decode(line) for line in lines] == list(Fleet(8, 40, 4).events())
    assert (tmp_path / "out" / "labels.csv").read_text().startswith("lead,left,kind\n10001,")
