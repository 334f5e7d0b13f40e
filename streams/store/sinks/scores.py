"""`lead.scores` into the table `scores`."""

from collections.abc import Sequence

import msgspec

from schemas.scores import Score
from streams.store.sinks.columns import rows_of
from streams.store.sinks.rows import Record, seniority
from streams.store.sinks.tables import SCORES, Rows

_JSON = msgspec.json.Encoder()


def score_rows(good: Sequence[tuple[Score, Record]]) -> list[Rows]:
    """Every version of every client's score, with all that made it."""
    rows = [
        (
            score.lead_id,
            score.ts,
            int(score.score_id, 16),
            score.version,
            score.points,
            score.level,
            score.background,
            _JSON.encode(score.parts),
            record.timestamp,
            seniority(record),
        )
        for score, record in good
    ]
    return rows_of(SCORES, rows)
