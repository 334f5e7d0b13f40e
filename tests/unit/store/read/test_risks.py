"""Who is at risk now, on real chDB: newest scores and living alerts, nothing of what is over."""

import msgspec
from msgspec.structs import replace

from schemas.alerts import Alert
from schemas.bot import LeadRisk
from schemas.codec import Codec
from schemas.scores import Part, Score
from streams.store.database import Database
from streams.store.read import risks
from streams.store.sinks.rows import alert_rows
from streams.store.sinks.scores import score_rows
from streams.store.sinks.sink import Sink
from tests.unit.alerting.alerts import EACH_RULE, LEAVING
from tests.unit.store.fakes import Feed
from tests.unit.store.records import NOW, batch
from tests.unit.store.samples import ALL_EVENTS, LEAD

PART = Part(
    rule="order_silence", points=20.5, strength=0.5, weight=0.41, age_days=0, half_life_days=3, event_id="0" * 16
)
_ALERT: Codec[Alert] = Codec(Alert)
_SCORE: Codec[Score] = Codec(Score)


def score(lead_id: str, version: int, points: float) -> Score:
    """The later version is the newer one."""
    return Score(
        score_id=f"{int(lead_id):08x}{version:08x}",
        lead_id=lead_id,
        version=version,
        ts=NOW + version,
        points=points,
        level="yellow",
        parts=[PART],
    )


async def test_who_is_at_risk(database: Database) -> None:
    """The newest of each, the heaviest first; a lead that has calmed down is not in the list."""
    scores = [score(LEAD, 1, 20), score(LEAD, 2, 40), score("9", 1, 60), score("8", 1, 90), score("8", 2, 0.4)]
    await Sink(database, _SCORE, score_rows)(batch("lead.scores", map(_SCORE.encode, scores)))
    silence = replace(EACH_RULE["order-silence"], lead_id=LEAD, held="night", ring_at=NOW)
    others = [
        replace(LEAVING, lead_id=LEAD),
        replace(silence, alert_id="00000000000000b1", lead_id="9", value=30, rung=2),
        replace(silence, alert_id="00000000000000b2", lead_id="8"),
        replace(silence, alert_id="00000000000000b2", lead_id="8", version=2, status="resolved"),
    ]
    await Sink(database, _ALERT, alert_rows)(batch("lead.alerts", map(_ALERT.encode, [silence, *others])))
    await Feed(database)(ALL_EVENTS)

    found = await risks.risk(database, LEAD)
    assert found.score == score(LEAD, 2, 40)
    assert {alert.alert_id: alert for alert in found.alerts}.keys() == {silence.alert_id, LEAVING.alert_id}
    assert silence in found.alerts
    assert found.last["reservation"] > 0
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found

    assert [lead.lead_id for lead in (await risks.top(database)).leads] == ["9", LEAD]
    silent = (await risks.silent(database)).leads
    assert [(lead.lead_id, [alert.rule for alert in lead.alerts]) for lead in silent] == [
        ("9", ["order_silence"]),
        (LEAD, ["order_silence"]),
    ]
    assert await risks.risk(database, "404") == LeadRisk(lead_id="404")
