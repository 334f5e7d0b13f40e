"""What the client says: leaving, competitors, complaints, loss, law, payment (`processors.phrases`).

One signal a message and rule, one a meeting and rule with its five best quotes. Our own people's words count nowhere:
in chats by their author, in meetings by a name that is ours (`processors.participants`) or was seen among ours in the
client's chats.

    critical   unconditional, and a contract, services, goods or a claim at us are named (research/signals.md 8);
               he refuses to pay
    warning    said under a condition or as a thought, or nothing named, or in words that no list has; competitors,
               loss, disputes on payment; the third complaint within 7 days, the second talk of the tariff within 30
               (domain.md 4.3); a doubtful match that a model confirms
    info       a complaint; "it is dear"; a doubtful match (70..85), about which a model is asked. No ring, and little
               in the score
    clear      nothing said of it for `clear_days`

Minimum data: one message. `value` is how often within the window, `score` the best match's times that.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from processors.context import Context
from processors.days import DAY_MS, local_day
from processors.phrases import SAID, Match, Topic, rank
from processors.rules.words import WordRules
from processors.signals.heard import (
    MOST_QUOTES,
    QUOTE_CHARS,
    Heard,
    heard_live,
    is_news,
    note_live,
    quoted,
    ref_of,
    repeats,
)
from processors.signals.raising import Cleared, Fresh, clear, rise
from processors.state import LeadState
from schemas.alerts import Evidence, Rule, Severity, Signal
from schemas.codec import event_id
from schemas.events import Call, CallTranscribed, Mail, MeetingSaid, MeetingTranscribed, Message, MessageEdited
from schemas.minutes import PhraseQuestion
from schemas.types import Millis

Spoken: TypeAlias = Message | MessageEdited | MeetingSaid | MeetingTranscribed | Call | CallTranscribed | Mail
"""Events that hold words of a client."""

Found: TypeAlias = Signal | Fresh | PhraseQuestion

RULES: dict[Topic, Rule] = {
    "leaving": "leaving_phrase",
    "competitor": "competitor_phrase",
    "complaint": "complaint_phrase",
    "loss": "loss_phrase",
    "legal": "legal_phrase",
    "payment": "payment_conflict",
}

MOST_STAFF = 20
"""Names of ours that are kept; a client talks with a few people."""
EDITABLE_DAYS = 3
"""Telegram lets a message be edited for 48 hours."""
NEWER_TRANSCRIPT_DAYS = 8
"""Later versions of a transcript are folded for 7 days after the meeting (`lead.LATE_TRANSCRIPT_MS`)."""


def in_message(state: LeadState, event: Message | MessageEdited, context: Context) -> Sequence[Found]:
    """Words of the client in a chat. An edit says nothing twice, unless it says more."""
    until = local_day(event.ts) + EDITABLE_DAYS
    said = [Evidence(event.event_id, event.ts, "message", event.text, who=event.author.name, ref=ref_of(event))]
    return _judge(state, event, f"{event.chat_id}:{event.message_id}", until, said, context)


def in_meeting(state: LeadState, event: MeetingTranscribed, context: Context) -> Sequence[Found]:
    """Words in a meeting of whoever is not known as ours. A later version of the transcript says nothing twice."""
    said = [
        Evidence(
            event.event_id,
            event.ts + each.start_ms,
            "meeting",
            each.text,
            at_ms=each.start_ms,
            who=each.speaker or "",
            ref=ref_of(event),
        )
        for each in event.utterances
        if not _is_ours(state, each.speaker or "", event.ours, event.theirs)
    ]
    return _judge(state, event, event.recording_id, local_day(event.ts) + NEWER_TRANSCRIPT_DAYS, said, context)


def while_it_goes_on(state: LeadState, event: MeetingSaid, context: Context) -> Sequence[Found]:
    """Words in a meeting that goes on, of whoever is not known as ours. One signal a meeting and rule, at once: the
    final text adds its quotes and says nothing twice."""
    if event.ours or _is_ours(state, event.name, theirs=[event.name] if event.theirs else ()):
        return ()
    said = [Evidence(event.event_id, event.ts, "meeting", event.text, who=event.name)]
    return _judge(state, event, event.meeting_id, local_day(event.ts) + NEWER_TRANSCRIPT_DAYS, said, context)


def in_call(state: LeadState, event: Call | CallTranscribed, context: Context) -> Sequence[Found]:
    """Words on the telephone; nobody knows whose. What was noted of a call and what was heard in it say a thing once,
    and so does a later version of what was heard."""
    until = local_day(event.ts) + NEWER_TRANSCRIPT_DAYS
    said = [Evidence(event.event_id, event.ts, "call", line) for line in event.text.splitlines() if line.strip()]
    return _judge(state, event, event.call_id, until, said, context)


def in_mail(state: LeadState, event: Mail, context: Context) -> Sequence[Found]:
    """Words in a mail to us."""
    if event.direction != "in":
        return ()
    said = [
        Evidence(event.event_id, event.ts, "mail", ". ".join(filter(None, (event.subject.strip(" ."), event.text))))
    ]
    return _judge(state, event, event.mail_id, local_day(event.ts), said, context)


def over(state: LeadState, now: Millis, context: Context) -> Sequence[Cleared]:
    """Rules of which nothing was said for so long that it is history."""
    if not state.raised:  # asked of every lead each evening
        return ()
    before = now - context.rules.words.clear_days * DAY_MS
    return [
        cleared
        for rule in RULES.values()
        if (raised := state.raised.get(rule)) is not None and raised.at <= before
        for cleared in clear(state, rule, now)
    ]


def _is_ours(state: LeadState, name: str, known: Sequence[str] = (), theirs: Sequence[str] = ()) -> bool:
    """Of our people, or one of those who answer in the client's chats; not where a person said that he is the
    client's."""
    return name in known or (name.casefold() in state.staff and name not in theirs)


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
    heard: dict[Topic, list[Heard]] = defaultdict(list)
    for evidence in said:
        matches = SAID.all(evidence.text)
        if not matches:  # most of what people say
            continue
        loud = any(match.score >= rules.at_once and match.if_meant != "info" for match in matches)
        topics: set[Topic] = set()
        for match in matches:
            topic = match.phrase.topic
            if match.score < rules.doubtful or topic in topics:
                continue
            topics.add(topic)
            if not (loud and match.phrase.strength == "info"):  # "у вас дорого, мы уходим" is told once, as leaving
                heard[topic].append(Heard(match, quoted(evidence, match, QUOTE_CHARS)))
    results: list[Found] = []
    for topic, all_heard in heard.items():
        sure = [each for each in all_heard if each.match.score >= rules.at_once]
        best = sorted(sure or all_heard, key=_rank)[:MOST_QUOTES]
        results += _say(state, event, key, until, topic, best, rules)
    return results


def _say(
    state: LeadState, event: Spoken, key: str, until: int, topic: Topic, best: Sequence[Heard], rules: WordRules
) -> Sequence[Found]:
    rule, match = RULES[topic], best[0].match
    sure = match.score >= rules.at_once
    evidence = sorted((heard.evidence for heard in best), key=_ts)
    severity: Severity = match.if_meant if sure else "info"
    news = is_news(state, rule, key, until, severity)
    named = isinstance(event, MeetingTranscribed) and all(each.who for each in evidence)
    told = not news or (
        isinstance(event, MeetingTranscribed) and heard_live(state, rule, event.room, severity, evidence)
    )
    if told and (severity == "info" or not named):
        return ()
    if isinstance(event, MeetingSaid):
        note_live(state, rule, event.room, severity, until, evidence)
    times = 1
    if sure and severity == "info":
        enough, days = _patience(topic, rules)
        times, evidence = repeats(state, rule, event.ts - days * DAY_MS, best[0], evidence)
        severity = "warning" if times >= enough else "info"
    signal = Signal(
        signal_id=event_id("signal", rule, event.event_id),
        lead_id=event.lead_id,
        rule=rule,
        severity=severity,
        ts=event.ts,
        window_start=min(each.ts for each in evidence),
        value=float(times),
        baseline=0.0,
        score=round(match.score, 1) if times == 1 else round(match.score, 1) * times,
        strength=_strength(severity, match, rules),
        unit="words",
        figures=_figures(topic, match, times, rules),
        evidence=evidence,
    )
    if told:  # a text that names who says it is shown in the place of one that does not
        return (Fresh(signal),)
    rise(state, signal)
    if sure or topic == "complaint":  # a complaint is a note anyway
        return (signal,)
    asked = PhraseQuestion(event.lead_id, event.event_id, rule, key, event.ts, evidence)
    return (signal, asked)


def _patience(topic: Topic, rules: WordRules) -> tuple[int, int]:
    """How many notes within how many days are a warning."""
    if topic == "complaint":
        return rules.complaints, rules.complaint_days
    return rules.tariff_talks, rules.tariff_days


def _figures(topic: Topic, match: Match, times: int, rules: WordRules) -> dict[str, float]:
    figures = {"conditional": 1.0} if match.hedged and match.score >= rules.at_once else {}
    if topic == "payment" and times > 1:
        figures |= {"talks": float(times), "days": float(rules.tariff_days)}
    return figures


def _strength(severity: Severity, match: Match, rules: WordRules) -> float:
    if severity == "info":
        return rules.info_strength
    if match.hedged:
        return rules.hedged_strength
    return rules.critical_strength if severity == "critical" else rules.warning_strength


def _rank(heard: Heard) -> tuple[tuple[bool, bool, float, int], Millis]:
    return rank(heard.match), heard.evidence.ts


def _ts(evidence: Evidence) -> Millis:
    return evidence.ts
