"""What the client says: leaving, competitors, complaints, loss, law, payment (`processors.phrases`).

One signal a message and rule, one a meeting and rule with its five best quotes. Our own people's words count nowhere:
in chats by their author, in meetings by a name that was seen among ours in the client's chats.

    critical   unconditional, and a contract, services, goods or a claim at us are named (research/signals.md 8)
    warning    said under a condition or as a thought, or nothing named; competitors, loss, payment; the third
               complaint within 7 days; a doubtful match that a model confirms
    info       a complaint; a doubtful match (70..85), about which a model is asked. No ring, little in the score
    clear      nothing said of it for `clear_days`

Minimum data: one message. `score` and `value` are those of the best match, for complaints and payment how often.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from processors.context import Context
from processors.days import DAY_MS, local_day
from processors.phrases import SAID, Match, Topic, rank
from processors.rules.words import WordRules
from processors.signals.raising import Cleared, clear, rise
from processors.state import LeadState
from schemas.alerts import SEVERITIES, Evidence, Rule, Severity, Signal
from schemas.codec import event_id
from schemas.events import Call, Mail, MeetingTranscribed, Message, MessageEdited
from schemas.minutes import PhraseQuestion, PhraseVerdict
from schemas.types import Millis

Spoken: TypeAlias = Message | MessageEdited | MeetingTranscribed | Call | Mail
"""Events that hold words of a client."""

Found: TypeAlias = Signal | PhraseQuestion

RULES: dict[Topic, Rule] = {
    "leaving": "leaving_phrase",
    "competitor": "competitor_phrase",
    "complaint": "complaint_phrase",
    "loss": "loss_phrase",
    "legal": "legal_phrase",
    "payment": "payment_conflict",
}

MOST_QUOTES = 5
QUOTE_CHARS = 300
MEMORY_CHARS = 120
"""Of a complaint that is kept for the warning: the state of a lead has to stay small."""
MOST_STAFF = 20
"""Names of ours that are kept; a client talks with a few people."""
MOST_SPOKEN = 64
"""Findings that are remembered, 3 KB: an edit of what was found before them would be news again."""
EDITABLE_DAYS = 3
"""Telegram lets a message be edited for 48 hours."""
NEWER_TRANSCRIPT_DAYS = 8
"""Later versions of a transcript are folded for 7 days after the meeting (`lead.LATE_TRANSCRIPT_MS`)."""


class _Heard(NamedTuple):
    match: Match
    evidence: Evidence


def in_message(state: LeadState, event: Message | MessageEdited, context: Context) -> Sequence[Found]:
    """Words of the client in a chat. An edit says nothing twice, unless it says more."""
    until = local_day(event.ts) + EDITABLE_DAYS
    said = [Evidence(event.event_id, event.ts, "message", event.text, who=event.author.name)]
    return _judge(state, event, f"{event.chat_id}:{event.message_id}", until, said, context)


def in_meeting(state: LeadState, event: MeetingTranscribed, context: Context) -> Sequence[Found]:
    """Words in a meeting of whoever is not known as ours. A later version of the transcript says nothing twice."""
    said = [
        Evidence(event.event_id, event.ts + each.start_ms, "meeting", each.text, each.start_ms, each.speaker or "")
        for each in event.utterances
        if (each.speaker or "").casefold() not in state.staff
    ]
    return _judge(state, event, event.recording_id, local_day(event.ts) + NEWER_TRANSCRIPT_DAYS, said, context)


def in_call(state: LeadState, event: Call, context: Context) -> Sequence[Found]:
    """Words on the telephone; nobody knows whose."""
    said = [Evidence(event.event_id, event.ts, "call", event.text)]
    return _judge(state, event, event.call_id, local_day(event.ts), said, context)


def in_mail(state: LeadState, event: Mail, context: Context) -> Sequence[Found]:
    """Words in a mail to us."""
    if event.direction != "in":
        return ()
    said = [Evidence(event.event_id, event.ts, "mail", f"{event.subject}\n{event.text}")]
    return _judge(state, event, event.mail_id, local_day(event.ts), said, context)


def by_verdict(state: LeadState, event: PhraseVerdict, context: Context) -> Sequence[Signal | Cleared]:
    """What a model says of a doubtful match. Its yes is a warning, never more: it has no rule but its word."""
    if not event.meant:
        raised = state.raised.get(event.rule)
        only_this = raised is not None and raised.level == 0 and raised.event_id == event.about
        return clear(state, event.rule, event.ts) if only_this else ()
    if not _is_news(state, event.rule, event.key, local_day(event.ts) + NEWER_TRANSCRIPT_DAYS, "warning"):
        return ()
    signal = Signal(
        signal_id=event_id("signal", event.rule, event.about, "verdict"),
        lead_id=event.lead_id,
        rule=event.rule,
        severity="warning",
        ts=event.ts,
        window_start=event.ts,
        value=1.0,
        baseline=0.0,
        score=context.rules.words.at_once,
        strength=context.rules.words.hedged_strength,
        unit="words",
        figures={"model": 1.0},
        evidence=event.evidence,
    )
    rise(state, signal)
    return (signal,)


def over(state: LeadState, now: Millis, context: Context) -> Sequence[Cleared]:
    """Rules of which nothing was said for so long that it is history."""
    before = now - context.rules.words.clear_days * DAY_MS
    return [
        cleared
        for rule in RULES.values()
        if (raised := state.raised.get(rule)) is not None and raised.at <= before
        for cleared in clear(state, rule, now)
    ]


def know_staff(state: LeadState, name: str) -> None:
    """Remember a name of ours: who bears it in a meeting is not the client."""
    name = name.casefold()
    if name and name not in state.staff:
        state.staff = [*state.staff, name][-MOST_STAFF:]


def _judge(
    state: LeadState, event: Spoken, key: str, until: int, said: Iterable[Evidence], context: Context
) -> Sequence[Found]:
    """Signals of what is found, questions about what is doubtful. `key` is the source's own, kept till day `until`."""
    rules = context.rules.words
    heard: dict[Topic, list[_Heard]] = defaultdict(list)
    for evidence in said:
        topics: set[Topic] = set()
        for match in SAID.all(evidence.text):
            topic = match.phrase.topic
            if match.score >= rules.doubtful and topic not in topics:
                topics.add(topic)
                heard[topic].append(_Heard(match, _quoted(evidence, match, QUOTE_CHARS)))
    results: list[Found] = []
    for topic, all_heard in heard.items():
        sure = [each for each in all_heard if each.match.score >= rules.at_once]
        best = sorted(sure or all_heard, key=_rank)[:MOST_QUOTES]
        results += _say(state, event, key, until, topic, best, rules)
    return results


def _say(
    state: LeadState, event: Spoken, key: str, until: int, topic: Topic, best: Sequence[_Heard], rules: WordRules
) -> Sequence[Found]:
    rule, match = RULES[topic], best[0].match
    sure = match.score >= rules.at_once
    evidence = sorted((heard.evidence for heard in best), key=_ts)
    severity: Severity = match.strength if sure else "info"
    if not _is_news(state, rule, key, until, severity):
        return ()
    times = 1
    if topic == "complaint":
        times, evidence = _complaints(state, event.ts, best[0], evidence, rules)
        severity = "warning" if times >= rules.complaints else "info"
    signal = Signal(
        signal_id=event_id("signal", rule, event.event_id),
        lead_id=event.lead_id,
        rule=rule,
        severity=severity,
        ts=event.ts,
        window_start=min(each.ts for each in evidence),
        value=float(times),
        baseline=0.0,
        score=float(times) if topic == "complaint" else round(match.score, 1),
        strength=_strength(severity, match, rules),
        unit="words",
        figures={"conditional": 1.0} if match.hedged and sure else {},
        evidence=evidence,
    )
    rise(state, signal)
    if sure or topic == "complaint":
        return (signal,)
    asked = PhraseQuestion(event.lead_id, event.event_id, rule, key, event.ts, evidence)
    return (signal, asked)


def _complaints(
    state: LeadState, ts: Millis, best: _Heard, evidence: list[Evidence], rules: WordRules
) -> tuple[int, list[Evidence]]:
    """How many in the window, and the quotes of the last ones."""
    since = ts - rules.complaint_days * DAY_MS
    before = [each for each in state.complaints if since < each.ts <= ts]
    state.complaints = [*before, _quoted(best.evidence, best.match, MEMORY_CHARS)][-MOST_QUOTES:]
    return len(before) + 1, [*before, *evidence][-MOST_QUOTES:]


def _strength(severity: Severity, match: Match, rules: WordRules) -> float:
    if severity == "info":
        return rules.info_strength
    if match.hedged:
        return rules.hedged_strength
    return rules.critical_strength if severity == "critical" else rules.warning_strength


def _is_news(state: LeadState, rule: Rule, key: str, until: int, severity: Severity) -> bool:
    """Whether the source has not said so much of the rule yet; and it is remembered."""
    so_much = SEVERITIES[SEVERITIES.index(severity) :]
    if any(f"{rule} {level} {key}" in state.spoken for level in so_much):
        return False
    state.spoken[f"{rule} {severity} {key}"] = until
    if len(state.spoken) > MOST_SPOKEN:
        del state.spoken[next(iter(state.spoken))]
    return True


def _quoted(evidence: Evidence, match: Match, longest: int) -> Evidence:
    """The evidence with at most `longest` characters of its text, those of the match among them."""
    text = evidence.text
    if len(text) > longest:
        at = text.find(match.quote)
        start = max(0, min(at - (longest - len(match.quote)) // 2, len(text) - longest))
        end = start + longest
        text = f"{'…' if start else ''}{text[start:end][1 if start else 0 : -1 if end < len(text) else None]}"
        text += "…" if end < len(evidence.text) else ""
    return Evidence(evidence.event_id, evidence.ts, evidence.kind, text, evidence.at_ms, evidence.who)


def _rank(heard: _Heard) -> tuple[tuple[bool, bool, float, int], Millis]:
    return rank(heard.match), heard.evidence.ts


def _ts(evidence: Evidence) -> Millis:
    return evidence.ts
