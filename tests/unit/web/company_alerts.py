"""Alerts and scores of the invented company."""

from collections.abc import Iterator

from schemas.alerts import Alert, Evidence, Rule, Severity
from schemas.codec import event_id
from schemas.scores import Level, Part, Score
from tests.unit.web.company_clients import DAY, HOUR, LEAVES, NAMES
from tests.unit.web.company_events import TALK


def alerts(now: int) -> Iterator[Alert]:
    """Those of the one that leaves, and one of another."""
    leaving = Evidence(
        event_id("company", "chat", LEAVES, 902),
        now - HOUR,
        "message",
        "если так пойдёт, мы уходим к другому складу",
        who="Анна Лебедева",
        ref=f"-100{LEAVES}/902",
    )
    rival = Evidence(
        event_id("c", "words"), now - 20 * HOUR + 192_000, "meeting", TALK[4][1], 192_000, "Анна Лебедева", "meet1"
    )
    yield _alert("a1", LEAVES, "leaving_phrase", "critical", now - HOUR, [leaving, rival])
    spike = {"reservations": 9.0, "usual": 1.2, "pieces": 1850.0, "usual_pieces": 190.0}
    yield _alert("a2", LEAVES, "reservation_spike", "warning", now - 90 * 60_000, [], 9, 1.2, spike)
    complaint = Evidence(
        event_id("c", "words"), now - 20 * HOUR, "meeting", TALK[2][1], 96_000, "Анна Лебедева", "meet1"
    )
    yield _alert("a3", "1005", "complaint_phrase", "warning", now - 30 * HOUR, [complaint])


def _alert(
    id_: str,
    lead: str,
    rule: Rule,
    severity: Severity,
    at: int,
    evidence: list[Evidence],
    value: float = 1.0,
    baseline: float = 0.0,
    figures: dict[str, float] | None = None,
) -> Alert:
    return Alert(
        alert_id=id_.rjust(16, "0"),
        version=1,
        lead_id=lead,
        rule=rule,
        severity=severity,
        status="open",
        opened_at=at,
        updated_at=at,
        value=value,
        baseline=baseline,
        score=1,
        evidence=evidence,
        rings=True,
        rung=1,
        figures=figures or {},
    )


def scores(now: int) -> Iterator[Score]:
    """Now and ten days ago."""
    for number in range(len(NAMES)):
        lead = str(1001 + number)
        points = 82.0 if lead == LEAVES else float((number * 29) % 70)
        for version, (at, share) in enumerate(((now - 10 * DAY, 0.45), (now - HOUR, 1.0)), 1):
            rule: Rule = "leaving_phrase" if lead == LEAVES else "complaint_phrase" if number % 2 else "order_silence"
            more: Rule = "volume_decline"
            parts = [
                Part(rule=each, points=points * share * part, strength=1, weight=0.6, age_days=0.1, half_life_days=14)
                for each, part in ((rule, 0.7), (more, 0.4))
            ]
            level: Level = "red" if points * share >= 70 else "yellow" if points * share >= 40 else "green"
            yield Score(
                score_id=event_id("company", "score", lead, version),
                lead_id=lead,
                version=version,
                ts=at,
                points=points * share,
                level=level,
                background=3,
                parts=parts if points > 5 else [],
            )
