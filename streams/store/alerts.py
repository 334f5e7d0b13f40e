"""Rows of `alerts` as the alerts that they were."""

from collections.abc import Sequence
from typing import Any

import msgspec

from schemas.alerts import Alert, Evidence

COLUMNS = """lower(hex(alert_id)), version, lead_id, rule, severity, status, toUnixTimestamp64Milli(opened_at),
    toUnixTimestamp64Milli(updated_at), value, baseline, score, unit, acknowledged_by,
    toUnixTimestamp64Milli(snoozed_until), verdict, rung, held, toUnixTimestamp64Milli(ring_at), within, escalated,
    figures, evidence"""
"""What `alert_of` reads, in its order."""

_NAMES = (
    *("rule", "severity", "status", "opened_at", "updated_at", "value", "baseline", "score", "unit"),
    *("acknowledged_by", "snoozed_until", "verdict", "rung", "held", "ring_at", "within", "escalated"),
)


def alert_of(row: Sequence[Any]) -> Alert:
    """The alert in a row of `COLUMNS`."""
    alert_id, version, lead_id, *rest, figures, evidence = row
    return Alert(
        alert_id=alert_id.rjust(16, "0"),
        version=version,
        lead_id=lead_id,
        figures=msgspec.json.decode(figures, type=dict[str, float]),
        evidence=msgspec.json.decode(evidence, type=list[Evidence]),
        **dict(zip(_NAMES, rest, strict=True)),
    )
