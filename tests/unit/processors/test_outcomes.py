"""What became of clients, of what people said and the portal hints at."""

import pytest

from processors.outcomes import Stage, departures, hinted, newest
from schemas.outcomes import Outcome, Said


def said(*words: tuple[str, Outcome, str]) -> list[Said]:
    """Lead, word and day, one after the other."""
    return [Said(lead, outcome, day, "Мария", n) for n, (lead, outcome, day) in enumerate(words)]


def test_departures() -> None:
    """A mistake was none, a later `left` corrects the day, who returned had left all the same; the last one counts."""
    words = said(
        ("1", "left", "2026-01-01"),
        ("2", "left", "2026-01-02"),
        ("2", "stays", "2026-01-03"),
        ("3", "left", "2026-01-04"),
        ("3", "left", "2026-01-03"),
        ("4", "left", "2026-01-05"),
        ("4", "returned", "2026-02-01"),
        ("5", "stays", "2026-01-06"),
        ("6", "left", "2026-01-07"),
        ("6", "returned", "2026-02-02"),
        ("6", "left", "2026-03-01"),
        ("7", "returned", "2026-01-01"),
        ("8", "left", "2026-01-08"),
        ("8", "returned", "2026-02-03"),
        ("8", "left", "2026-03-02"),
        ("8", "stays", "2026-03-03"),
    )
    left = {lead: one.since for lead, one in departures(words).items()}
    assert left == {
        "1": "2026-01-01",
        "3": "2026-01-03",
        "4": "2026-01-05",
        "6": "2026-03-01",
        "8": "2026-01-08",
    }
    assert newest(words)["6"].outcome == "left"


LEAD = ("lead", "7")


@pytest.mark.parametrize(
    ("stages", "since"),
    [
        ([], None),
        ([Stage(*LEAD, "NEW", 1)], None),
        ([Stage(*LEAD, "JUNK", 1)], 1),
        ([Stage(*LEAD, "JUNK", 1), Stage(*LEAD, "JUNK", 5)], 1),
        ([Stage(*LEAD, "JUNK", 1), Stage(*LEAD, "NEW", 5)], None),
        ([Stage(*LEAD, "CONVERTED", 1), Stage("deal", "1", "C5:LOSE", 2)], 2),
        ([Stage("deal", "1", "C5:LOSE", 2), Stage("deal", "2", "WON", 3)], None),
        ([Stage("deal", "1", "LOSE", 2), Stage("deal", "2", "C1:PREPARATION", 1)], None),
        ([Stage("deal", "1", "LOSE", 2), Stage("deal", "2", "NEW", 1), Stage("deal", "2", "", 3, True)], 2),
        ([Stage(*LEAD, "UC_AB12", 4)], None),
        ([Stage(*LEAD, "JUNK", 1), Stage(*LEAD, "", 2, True)], None),
    ],
)
def test_what_the_portal_hints_at(stages: list[Stage], since: int | None) -> None:
    """All that it has of the client is closed, the last of it as failed; since the change to it, not since any later
    one. A stage of a name of their own goes for one in process."""
    hint = hinted("7", stages)
    assert (None if hint is None else hint.ts) == since
