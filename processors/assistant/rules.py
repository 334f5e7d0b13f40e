"""What calls for a command without any model. Each occasion has its ways, the best first: one that a person refused for
this client is passed over for the next, and the proposal says so. Pure.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from processors.assistant import slots
from processors.assistant.ideas import Idea
from processors.assistant.memory import Memory
from processors.assistant.moments import in_office, morning_of, next_working
from processors.commands.params import seen
from processors.contact import KINDS
from processors.days import HOUR_MS, local_day, local_day_of
from processors.minutes import is_order
from processors.russian.dates import date, iso_date
from processors.russian.plural import EVENTS, count
from schemas.alerts import Alert, Rule
from schemas.commands import Trigger
from schemas.promises import Promise
from schemas.types import LeadId, Millis

STRANGER: Final = 3
"""More events than that of one stranger, and who links is told."""
LONGEST_NAME: Final = 64
"""Characters of what a stranger calls himself."""
GRAVITY: Final = {"info": 0, "warning": 1, "critical": 2}
SOON_MS: Final = 2 * HOUR_MS
"""A reminder in place of a task that is due today."""

CALLS: Final[dict[Rule, str]] = {
    "leaving_phrase": "клиент говорит об уходе",
    "combined_risk": "риск ухода высокий",
    "legal_phrase": "клиент грозит претензией или судом",
    "reply_silence": "клиент не отвечает в переписке",
    "bulk_pick": "клиент забирает товар: это поставка или вывоз?",
}
"""Whom somebody has to call, and why."""
LETTERS: Final[dict[Rule, str]] = {
    "order_silence": "заказов давно нет",
    "chat_silence": "клиент перестал писать",
    "call_silence": "клиент перестал звонить",
    "meeting_silence": "встреч давно не было",
}
"""To whom somebody has to write, and why."""
BY_CLIENTS_WORDS: Final[frozenset[Rule]] = frozenset(
    ("leaving_phrase", "legal_phrase", "competitor_phrase", "complaint_phrase", "loss_phrase", "payment_conflict")
)
"""Rules that rest on what a client said: his words alone are never enough for more than our own history."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a rule knows besides: `allowed` names of commands that are set up, what was refused, what clients are
    called, who links strangers (as `AssistantAsked.who`)."""

    allowed: Collection[str]
    memory: Memory
    name_of: Callable[[LeadId], str]
    links: str = ""


def of_alert(alert: Alert, around: Around, at: Millis) -> Idea | None:
    """What a ring calls for; None where it calls for nothing, or all of it was refused. `at`: when it came."""
    if alert.rule not in CALLS and alert.rule not in LETTERS:
        return None
    trigger = trigger_of(alert)
    who = called(alert.lead_id, around.name_of)
    evidence = [one.event_id for one in alert.evidence if one.event_id]
    if alert.rule in CALLS:
        why, words = CALLS[alert.rule], f"Позвонить: {who}"
        task = slots.task(f"Позвонить клиенту {alert.lead_id}", f"{words}. Почему: {why}.", in_office(at + 4 * HOUR_MS))
        ways = [("task.bitrix", task), _reminder(f"{words}. {_cap(why)}.", at)]
        ways.append(("mail.draft", slots.letter("Как у вас дела?", _letter())))
    else:
        why = LETTERS[alert.rule]
        ways = [
            ("mail.draft", slots.letter("Как у вас дела?", _letter())),
            _reminder(f"Написать: {who}. {_cap(why)}.", at),
        ]
    return _first(alert.lead_id, ways, trigger, why, evidence, around, at)


def trigger_of(alert: Alert) -> Trigger:
    """An alert as an occasion, also for a model."""
    said = alert.evidence[0] if alert.evidence and alert.rule in BY_CLIENTS_WORDS else None
    words = said.text if said is not None else ""
    return Trigger(
        kind="silence" if alert.rule in LETTERS or alert.rule == "reply_silence" else "alert",
        id=alert.alert_id,
        words=words[:1000],
        who=said.who if said is not None else "",
        client=said is not None,
        orders=is_order(words),
        gravity=GRAVITY[alert.severity],
    )


def of_promise(promise: Promise, around: Around, at: Millis) -> Idea | None:
    """A reminder on the day of a promise that is due tomorrow."""
    day = local_day_of_iso(promise.day)
    if promise.state != "open" or day != local_day(at) + 1:
        return None
    owner = f" ({promise.owner})" if promise.owner else ""
    text = f"Обещано на {iso_date(promise.day)}{owner}: {promise.text}. {called(promise.lead_id, around.name_of)}."
    trigger = Trigger(kind="promise", id=promise.promise, words=promise.text[:1000], who=promise.owner)
    way = ("reminder.set", slots.reminder(text, _due(morning_of(day), promise.lead_id, around)))
    return _first(promise.lead_id, [way], trigger, "обещание на завтра", [], around, at)


def of_stranger(key: str, events: int, name: str, around: Around, at: Millis) -> Idea | None:
    """A reminder to those who link: somebody writes, and nobody knows whose client he is."""
    if events <= STRANGER or "reminder.set" not in around.allowed:
        return None
    kind, _, value = key.partition(":")
    title = seen(name)[:LONGEST_NAME].strip()
    who = f"«{title}»" if title else f"{KINDS.get(kind, kind)} {seen(value)[:LONGEST_NAME]}"
    text = f"Разобрать входящие: {who}, уже {count(events, EVENTS)}. Чей это клиент?"
    return Idea(
        name="reminder.set",
        params=slots.reminder(text, at + SOON_MS),
        trigger=Trigger(kind="unassigned", id=key),
        why=f"больше {STRANGER} событий того, кто ни к кому не привязан",
        who=around.links,
        at=at,
    )


def called(lead: LeadId, name_of: Callable[[LeadId], str]) -> str:
    """`клиент 1003, ООО «Ромашка»`."""
    name = name_of(lead)
    return f"клиент {lead}, {name}" if name else f"клиент {lead}"


def local_day_of_iso(day: str) -> int:
    """-1 where it is no date."""
    from datetime import date as Day  # noqa: N812

    try:
        return local_day_of(Day.fromisoformat(day))
    except ValueError:
        return -1


def _first(
    lead: LeadId,
    ways: Sequence[tuple[str, dict[str, str | int | bool]]],
    trigger: Trigger,
    why: str,
    evidence: list[str],
    around: Around,
    at: Millis,
) -> Idea | None:
    """The best way that is set up and was not refused."""
    passed = ""
    for name, params in ways:
        if name not in around.allowed:
            continue
        refused = around.memory.refusal(lead, name, at, trigger.gravity)
        if refused is None:
            idea = Idea(name=name, params=params, trigger=trigger, why=_cap(why) + passed, lead_id=lead, at=at)
            return replace(idea, evidence=evidence[:20])
        reason = f" («{refused.text}»)" if refused.text else ""
        passed = passed or f". От прежнего предложения отказались {date(refused.at)}{reason}, поэтому предлагаю другое"
    return None


def _reminder(text: str, at: Millis) -> tuple[str, dict[str, str | int | bool]]:
    return "reminder.set", slots.reminder(text, at + SOON_MS)


def _due(at: Millis, lead: LeadId, around: Around) -> Millis:
    return next_working(at) if around.memory.spares_weekends([f"lead/{lead}"]) else at


def _letter() -> str:
    return (
        "Здравствуйте!\n\nДавно не было вестей от вас. Всё ли в порядке с отгрузками? "
        "Если мы можем чем-то помочь, ответьте на это письмо или позвоните."
    )


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
