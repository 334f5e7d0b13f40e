"""The state of sources: what their readers report, and what the store makes of it."""

from typing import Literal

import msgspec

from schemas.types import Millis

Way = Literal["poll", "folder"]
"""`poll`: the source is asked, and an answer without news is an answer. `folder`: what is put there is read; that the
folder can be read says nothing of who fills it."""


REPORT_MS = 300_000
"""Between two reports of the same."""


class SourceRound(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a reader found out since its last report (`source.rounds`, key = `source/way`).

    `source` as in the events; `ts`: when the last round ended, `well_at`: the last one that went well (0: none in this
    process), both ms UTC; `every_ms` between two rounds as the settings have it; `well` and `failed` rounds since the
    last report; `error`: what is wrong now, in Russian, empty when all is well.
    """

    source: str
    way: Way
    ts: Millis
    every_ms: int
    well: int = 0
    failed: int = 0
    well_at: Millis = 0
    error: str = ""


SourceState = Literal["well", "new", "silent", "failing", "unread", "left"]
"""`new`: too young to be judged; `silent`: longer than its habit; `failing`: its rounds fail; `unread`: nobody reports
rounds any more; `left`: nothing for so long that nobody waits."""

RED: frozenset[SourceState] = frozenset({"silent", "failing", "unread"})


class SourceHealth(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source as it stands (`GET /api/sources`), or stood at a report's end.

    Times in ms UTC, 0 where there was none: `last_arrival` (what a person brought by an import does not count),
    `last_round` that went well, `since` which it has been in its `state`, `due_at`: it is silent if nothing comes
    before. `events`, `rejected` and `failed_rounds` in the report's time, or the last 24 hours; `lag_ms`: median of the
    time from the source's clock to Kafka in the last hour with something in it; `gap_ms`: the longest break between two
    rounds that went well; `error` in Russian; `history`: records of imports, ever; `backlog`:
    records of this kind of source that are not read yet.
    """

    source: str
    last_arrival: Millis
    events: int
    state: SourceState = "well"
    since: Millis = 0
    last_round: Millis = 0
    due_at: Millis = 0
    lag_ms: int = 0
    rejected: int = 0
    failed_rounds: int = 0
    gap_ms: int = 0
    error: str = ""
    history: int = 0
    backlog: int = 0
