"""The answer to a clarifying question, and what it completes. Pure."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from processors.assistant import phrases
from processors.assistant.clients import Clients
from processors.assistant.forms import duration
from processors.assistant.heard import CLEAR, LONGEST_TEXT, Heard, heard
from processors.assistant.moments import moment_of
from processors.assistant.tokens import tokens
from processors.russian.numerals import numbers
from schemas.assistant import AssistantAsked
from schemas.types import LeadId, Millis

NO: Final = Heard("no")
_FIRST: Final = ("перв", "втор", "треть", "четверт", "пят", "шест")


def completed(about: Heard, asked: AssistantAsked, clients: Clients, now: Millis) -> Heard | None:
    """What was meant, with the answer; `NO` where it is given up, None where it answers nothing of the kind."""
    line = asked.text.strip()
    said = tokens(line)
    plain = heard(line, clients, now).kind if line else "nothing"
    options = len(about.leads) if about.missing == "which" else 2 if about.missing in ("", "when", "days") else 0
    options = max(options, len(about.alerts) if about.missing == "alert" else 0)
    choice = asked.choice if 0 <= asked.choice < max(options, len(phrases.WHEN_OPTIONS)) else -1
    if plain == "no" or (about.missing == "" and choice == 1):
        return NO
    if not said and choice < 0:
        return None
    match about.missing:
        case "":
            return (
                replace(about, sure=max(about.sure, CLEAR)) if choice == 0 or plain == "yes" or _creates(line) else None
            )
        case "which":
            lead = about.leads[choice] if 0 <= choice < len(about.leads) else _picked(line, about.leads, clients)
            return replace(about, leads=[lead], missing=_next(about), sure=CLEAR) if lead else None
        case "lead":
            named = clients.named(said)
            if named is None or named.unknown:
                return None
            more = "which" if len(named.leads) > 1 else _next(about)
            return replace(about, leads=list(named.leads), missing=more, sure=CLEAR)
        case "when":
            words = phrases.WHEN_OPTIONS[choice] if choice >= 0 else line
            moment = moment_of(tokens(words), now)
            if moment is None:
                return None
            timed = replace(about, at=moment.at, hour=moment.hour)
            return replace(timed, missing=_next(timed))
        case "days":
            words = phrases.HOW_LONG_OPTIONS[choice] if 0 <= choice < 2 else line
            days = duration(" ".join(token.word for token in tokens(words)), moment_of(tokens(words), now), now)
            return replace(about, days=days, missing="") if days else None
        case "alert":
            at = choice if choice >= 0 else _ordinal(line, len(about.alerts))
            return replace(about, alerts=[about.alerts[at]], missing="") if 0 <= at < len(about.alerts) else None
        case "text":
            return _worded(about, line, clients, now) if plain not in ("courtesy", "yes", "help") else None
    return None


def _next(about: Heard) -> str:
    """What is asked after the client is known."""
    if about.name in ("reminder.set",) and not about.at:
        return "when"
    if about.name == "alert.snooze" and not about.days:
        return "days"
    needs_text = about.name in (
        "reminder.set",
        "task.bitrix",
        "note.add",
        "comment.bitrix",
        "telegram.reply",
        "n8n.run",
    )
    return "text" if needs_text and not about.text else ""


def _worded(about: Heard, line: str, clients: Clients, now: Millis) -> Heard:
    """With its words; those of a task may name its time, too."""
    text = (line[:1].upper() + line[1:])[:LONGEST_TEXT]
    if about.name == "task.bitrix" and not about.at:
        task = heard(f"задача {line}", clients, now, about.leads[0] if about.leads else "")
        if task.at and task.text and not task.missing:
            return replace(about, text=task.text, at=task.at, hour=task.hour, missing="")
    return replace(about, text=text, missing="")


def _picked(line: str, leads: Sequence[LeadId], clients: Clients) -> LeadId | None:
    """Of several the one that is said: his number, "вторая", 2, or a name that only one of them has."""
    said = tokens(line)
    named = clients.named(said)
    if named is not None and len(both := [lead for lead in named.leads if lead in leads]) == 1:
        return both[0]
    at = _ordinal(line, len(leads))
    return leads[at] if at >= 0 else None


def _ordinal(line: str, most: int) -> int:
    """Which of so many, from 0; -1 where none is said."""
    said = [token.word for token in tokens(line)]
    for at, stem in enumerate(_FIRST[:most]):
        if any(word.startswith(stem) for word in said):
            return at
    found = numbers(said)
    return int(found[0].value) - 1 if found and 1 <= found[0].value <= most else -1


def _creates(line: str) -> bool:
    return line.lower().startswith(("созда", "сделай"))
