"""An alert as a page shows it: the same words as in Telegram, with a place in the recording to listen at."""

from dataclasses import dataclass
from urllib.parse import quote

from alerting.foreign import plain
from alerting.render import choices, status_of, why_silent
from alerting.shown import documents
from alerting.texts import TEXTS, title
from processors.russian.dates import place
from schemas.alerts import Alert, Evidence, Severity
from schemas.callback import Action
from schemas.types import Millis
from streams.web.told.times import when

SEVERITIES: dict[Severity, str] = {"critical": "срочно", "warning": "внимание", "info": "к сведению"}
_SAID = {"message": "чат", "mail": "письмо", "chat": "переписка", "meeting": "встреча", "call": "звонок"}
MOST_QUOTES = 5


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, whose and when; `link` leads to the place where they stand, empty where there is none."""

    text: str
    whose: str
    link: str
    link_words: str


@dataclass(frozen=True, slots=True)
class AlertShown:
    """`choices`: what a person may still say of it. `client` is filled where alerts of several stand together."""

    alert_id: str
    lead: str
    severity: Severity
    severity_words: str
    title: str
    opened: str
    quotes: list[Quote]
    figures: str
    documents: list[str]
    step: str
    status: str
    silent: str
    choices: list[tuple[Action, str]]
    client: str = ""


def shown(alert: Alert, now: Millis, client: str = "") -> AlertShown:
    """In its present state."""
    return AlertShown(
        alert.alert_id,
        alert.lead_id,
        alert.severity,
        SEVERITIES[alert.severity],
        title(alert),
        when(alert.opened_at, now),
        quotes(alert, now),
        plain(TEXTS[alert.rule].what(alert)),
        [plain(line) for line in documents(alert)],
        "" if alert.status == "resolved" else TEXTS[alert.rule].step,
        plain(status_of(alert)).partition(" ")[2],  # without its pictogram, which not every desk has a font for
        why_silent(alert),
        [choice for row in choices(alert) for choice in row],
        client,
    )


def quotes(alert: Alert, now: Millis) -> list[Quote]:
    """Who said what, the latest first; the same words once. Nothing of what another client said."""
    if alert.moved:
        return []
    last = {" ".join(each.text.split()): each for each in alert.evidence if each.kind in _SAID and each.text.strip()}
    newest = sorted(last.items(), key=lambda item: -item[1].ts)
    return [_quote(alert.lead_id, words, each, now) for words, each in newest[:MOST_QUOTES]]


def _quote(lead: str, words: str, each: Evidence, now: Millis) -> Quote:
    whose = ", ".join(part for part in (_SAID[each.kind], when(each.ts, now), each.who) if part)
    if each.kind == "meeting" and each.ref and "/" not in each.ref:
        at = (each.at_ms or 0) // 1000
        return Quote(words, whose, f"/leads/{lead}/meetings/{quote(each.ref, safe='')}?t={at}", place(each.at_ms or 0))
    return Quote(words, whose, "", "")


def client_named(lead: str, name: str) -> str:
    """`12345 ООО «Пледы»`, or the number alone."""
    return f"{lead} {name}".strip()
