"""What happened to a client of whom pages ask: words, edits, shipments, a score."""

from processors.identity import Identities
from schemas import events as ev
from schemas.alerts import Alert
from schemas.codec import Codec, event_id
from schemas.scores import Part, Score
from tests.unit.store.samples import LEAD

NOBODY = Identities()
ANNA, OUR = ev.Author("7", "Анна"), ev.Author("1", "Мария", client=False)
ALERT: Codec[Alert] = Codec(Alert)
SCORE: Codec[Score] = Codec(Score)


def score(lead: str, version: int, points: float, ts: int) -> Score:
    part = Part(rule="leaving_phrase", points=points, strength=1, weight=0.5, age_days=0, half_life_days=3)
    return Score(
        score_id=event_id("score", lead, version),
        lead_id=lead,
        version=version,
        ts=ts,
        points=points,
        level="red" if points > 60 else "green",
        parts=[part],
    )


def said(number: int, text: str, ts: int, author: ev.Author = ANNA, lead: str = LEAD) -> ev.Message:
    common = {"event_id": event_id("t", lead, number), "lead_id": lead, "ts": ts, "source": "telegram:main"}
    return ev.Message("-5", str(number), author, text, **common)  # type: ignore[arg-type]


def shipped(number: int, qty: int, ts: int, lead: str = LEAD) -> ev.Shipment:
    common = {"event_id": event_id("s", lead, number), "lead_id": lead, "ts": ts, "source": "wms:main"}
    return ev.Shipment(f"S-{number}", qty, **common)  # type: ignore[arg-type]
