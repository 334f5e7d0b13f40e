"""Unusual reading is noticed, ordinary reading is not."""

from hypothesis import given
from hypothesis import strategies as st

from processors.days import HOUR_MS
from processors.privacy.reading import MOST_CLIENTS, Noticed, Watch
from schemas.people import AccessEntry, Deed

TEN = 1_795_244_400_000
"""10:00 in Moscow."""
MINUTE = 60_000


def entry(at: int, lead: str = "7", user: str = "u1", action: Deed = "view") -> AccessEntry:
    return AccessEntry(at=at, user=user, name="Ольга Петрова", action=action, lead=lead)


def told(*entries: AccessEntry) -> list[Noticed]:
    watch = Watch()
    return [noticed for one in entries for noticed in watch.take(one)]


def test_many_clients_within_an_hour() -> None:
    """The fifty-first client of an hour is told, with how many; fifty are not, nor are fifty-one over a day, nor one
    client opened a hundred times, nor what two users open together."""
    many = [entry(TEN + n * MINUTE, str(n)) for n in range(MOST_CLIENTS + 1)]
    assert told(*many[:-1]) == []
    [noticed] = told(*many)
    assert (noticed.kind, noticed.clients, noticed.name) == ("many", MOST_CLIENTS + 1, "Ольга Петрова")
    assert told(*(entry(TEN + n * 10 * MINUTE, str(n)) for n in range(60))) == []
    assert told(*(entry(TEN + n) for n in range(100))) == []
    assert told(*(entry(TEN + n, str(n), f"u{n % 2}") for n in range(2 * MOST_CLIENTS))) == []


def test_by_night() -> None:
    """From 23:00 to 6:00 on the wall; one night has one key, before midnight and after it."""
    assert told(entry(TEN + 13 * HOUR_MS - 1), entry(TEN + 20 * HOUR_MS)) == []
    before, after, next_night = told(
        entry(TEN + 13 * HOUR_MS), entry(TEN + 20 * HOUR_MS - 1), entry(TEN + 37 * HOUR_MS)
    )
    assert before.kind == "night"
    assert before.key == after.key != next_night.key


@given(st.sampled_from(["note", "login", "logout", "refused", "users", "consent"]), st.integers(0, 23))
def test_other_deeds_are_no_reading(action: Deed, hour: int) -> None:
    """Nothing comes out by them, at whatever hour; nor by somebody who was never signed in."""
    at = TEN + hour * HOUR_MS
    assert told(*(entry(at + n, str(n), action=action) for n in range(60))) == []
    assert told(*(entry(at + n, str(n), user="") for n in range(60))) == []
