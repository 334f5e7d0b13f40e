"""Whether news of an alert rings, and if not, why and until when. Pure: all that it depends on is in a `Moment`."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from processors.days import DAY_MS, HOUR_MS, local_day, local_hour, next_hour
from processors.feedback import is_doubted
from processors.rules.alerts import AlertRules
from processors.signals.combined_risk import RULE as COMBINED
from schemas.alerts import SEVERITIES, Alert, Held, Rule, Severity, Told
from schemas.events import Fleet
from schemas.types import Millis

COMMON: frozenset[Rule] = frozenset(
    {
        "reservation_spike",
        "order_silence",
        "chat_silence",
        "call_silence",
        "meeting_silence",
        "reply_silence",
        "volume_decline",
        "bulk_pick",
        "broken_reservations",
        COMBINED,
    }
)
"""Rules that one cause can set off for many clients at once: a season, a sale, a source that fails. What a client says
is his own, however many say it."""

LEAVING: frozenset[Rule] = frozenset({"bulk_pick", "broken_reservations"})
"""Rules of goods on their way out: their warnings count in the week's budget and ring beyond it, for with the evening's
report half of them would be gone. (`bench.stock`: of the clients not told of in time, more than half were held by it.)
"""

LOOKED = "looked"
"""`Moment.source` of what is seen only by looking, at a lead's hour: the same look finds it for all clients at once."""

SOURCES: dict[Rule, tuple[str, ...]] = {
    "chat_silence": ("telegram",),
    "reply_silence": ("telegram",),
    "tone": ("telegram", "transcribe", "minutes"),
    "meeting_silence": ("jibri", "transcribe"),
    "call_silence": ("bitrix", "phone"),
}
"""Kinds of sources (`wms:main` is of the kind `wms`) whose absence or figures a rule sees without an event; else the
warehouse's."""

WAREHOUSE = ("wms",)

NEVER: Millis = 1 << 62
"""No hour comes after it."""


class Moment(NamedTuple):
    """What a decision depends on besides the alerts: `now` (ms UTC), the rules, the figures of all clients, whom the
    lead rings (a key of `Fleet.rung`), until when he is muted (`NEVER` ends it for who has left), and the source of the
    event (`LOOKED`, or "" where an hour passed and nothing was found).
    """

    now: Millis
    rules: AlertRules
    fleet: Fleet
    curator: str = ""
    muted_until: Millis = 0
    source: str = ""

    @property
    def left(self) -> bool:
        """Whether the client has left: nobody is rung for him."""
        return self.muted_until == NEVER


class Hold(NamedTuple):
    """Why an alert stays silent ("": it rings), when it is looked at again (0: never), and which rule tells of it."""

    held: Held = ""
    ring_at: Millis = 0
    within: Rule | Literal[""] = ""


def hold(alerts: Mapping[Rule, Alert], alert: Alert, moment: Moment) -> Hold:
    """What keeps the news of this alert from ringing now. The first reason counts."""
    rules, now = moment.rules, moment.now
    if alert.severity == "info":  # a note, for the card and the score
        return Hold("info")
    if moment.left:
        return Hold("left")
    if now < moment.muted_until:
        return Hold("muted", moment.muted_until)
    if _in_shadow(alerts, alert.rule, moment):
        return Hold("shadow")
    if is_doubted(alert.rule, moment.fleet.verdicts, rules):
        return Hold("doubted")
    if alert.rule != COMBINED and _told_together(alert, alerts.get(COMBINED), moment):
        return Hold("within", within=COMBINED)
    common = is_common(moment.fleet, alert.rule, rules) or season(moment.fleet, alert.rule, now, rules) > 0
    if alert.rule in COMMON and common:
        return Hold("grouped", within=alert.rule)
    if (until := cool_until(alert.told, alert.severity, rules)) > now:
        return Hold("cooling", until)
    if moment.source == LOOKED and alert.rule in COMMON:
        return Hold("gathering", now + round(rules.gather_hours * HOUR_MS))
    if alert.severity == "critical":
        return Hold()
    if is_quiet(now, rules):
        return Hold("night", next_hour(now, rules.quiet_until))
    if alert.rule not in LEAVING and moment.fleet.rung.get(moment.curator, 0) >= rules.weekly_budget:
        return Hold("budget")
    return Hold()


def cool_until(told: Told | None, severity: Severity, rules: AlertRules) -> Millis:
    """Until when a rule that was told of keeps quiet at this severity; 0 when it was never, or less bad."""
    if told is None or SEVERITIES.index(severity) > SEVERITIES.index(told.severity):
        return 0
    return told.at + round(rules.cool_down_hours * HOUR_MS)


def is_quiet(ts: Millis, rules: AlertRules) -> bool:
    """Whether people sleep. The same hour for both ends means that there is no night."""
    hour = local_hour(ts)
    if rules.quiet_from <= rules.quiet_until:
        return rules.quiet_from <= hour < rules.quiet_until
    return hour >= rules.quiet_from or hour < rules.quiet_until


def is_common(fleet: Fleet, rule: Rule, rules: AlertRules) -> bool:
    """Whether so many clients have an alert of this rule that one message tells it better than one each."""
    return are_many(fleet.fired.get(rule, 0.0), fleet, rules)


def are_many(share: float, fleet: Fleet, rules: AlertRules) -> bool:
    """Whether such a share of the active clients is more than is told one by one; of few clients it says nothing."""
    return fleet.clients >= rules.group_clients and share > rules.group_share


def season(fleet: Fleet, rule: Rule, now: Millis, rules: AlertRules) -> float:
    """How many times the ordinary all clients reserve today, when that makes the rule's alerts everybody's; else 0.
    Long before so many alerts have opened as `is_common` asks for, the day itself is known to be one.
    """
    if rule != "reservation_spike" or fleet.clients < rules.group_clients or fleet.day != local_day(now):
        return 0.0
    factor = fleet.ratios[-1] if fleet.ratios else 1.0
    return factor if factor >= rules.season else 0.0


def _told_together(alert: Alert, combined: Alert | None, moment: Moment) -> bool:
    """Whether the alert of the whole risk, alive, tells of it: a critical one that rang not long ago, or a warning that
    rings for no worse at this very moment."""
    if combined is None or combined.status == "resolved" or combined.told is None or not combined.rung:
        return False
    if combined.told.severity == "critical":
        return moment.now - combined.told.at < moment.rules.within_hours * HOUR_MS
    return combined.told.at == moment.now and not combined.held and alert.severity == combined.told.severity


def _in_shadow(alerts: Mapping[Rule, Alert], rule: Rule, moment: Moment) -> bool:
    """Whether the source is too new to be trusted. One that the figures do not know yet is no reason to be silent."""
    sources = moment.fleet.sources
    if moment.source not in ("", LOOKED):
        since = sources.get(moment.source)
    elif rule == COMBINED:
        parts = [alert for alert in alerts.values() if alert.rule != COMBINED and alert.status != "resolved"]
        return bool(parts) and all(part.held == "shadow" for part in parts)
    else:
        kinds = SOURCES.get(rule, WAREHOUSE)
        since = min((ts for name, ts in sources.items() if name.partition(":")[0] in kinds), default=None)
    return since is not None and moment.now - since < moment.rules.shadow_days * DAY_MS
