"""A meeting in the daily report: a few lines that say nothing twice. Pure."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from alerting.clients import LONGEST_NAME, Client, linked
from alerting.foreign import cut, telegram
from alerting.minutes import PEOPLE, POINTS, flaw_lines, said_line
from processors.russian.dates import clock, length
from processors.russian.plural import DECISIONS, Forms, count
from schemas.minutes import OFFLINE, Action, MeetingMinutes, Minutes, Point

LONGEST_SUMMARY, LONGEST_ITEM, MOST_ITEMS, MOST_NAMES = 350, 160, 3, 5
"""What a meeting may take in the daily report; characters, and numbers of things."""

SHORTEST, SAME = 12, 48
"""Characters: of an item that a summary may tell, and of its beginning that must stand there."""

PROMISES: Forms = ("обещание", "обещания", "обещаний")

_Told = TypeVar("_Told", Point, Action)


def meeting_lines(event: MeetingMinutes, client: Client) -> list[str]:
    """The meeting in the daily report, 2–5 lines of Telegram's HTML; each far shorter than a message."""
    minutes = event.minutes
    when = ", ".join(part for part in (clock(event.ts), length(event.duration_ms)) if part)
    when = linked(when, client.meeting_at(event.recording_id))
    label = " (без модели)" if minutes.engine == OFFLINE else ""
    lines = [f"<b>{client.title()}</b>, {when}{_names(event.people)}{label}"]
    lines += (telegram(cut(flaw, LONGEST_ITEM)) for flaw in flaw_lines(event))
    lines.append(telegram(cut(minutes.summary, LONGEST_SUMMARY)) or "Краткого итога нет.")
    decisions, actions = _fresh(minutes.decisions, minutes), _fresh(minutes.actions, minutes)
    decided = (said_line(point, event, LONGEST_ITEM) for point in decisions[:MOST_ITEMS])
    promised = (said_line(action, event, LONGEST_ITEM) for action in actions[:MOST_ITEMS])
    if decisions:
        lines.append(f"Решили: {_listed(decided, len(decisions), DECISIONS)}")
    if actions:
        lines.append(f"Обещали: {_listed(promised, len(actions), PROMISES)}")
    if not minutes.decisions and not minutes.actions:
        lines.append("Решений и обещаний не найдено.")
    worries = _fresh([*minutes.conflicts, *minutes.pains], minutes)
    if worries or minutes.tone in ("напряжённый", "плохой"):
        said = (said_line(point, event, LONGEST_ITEM) for point in worries[:MOST_ITEMS])
        about = f"; что беспокоит: {_listed(said, len(worries), POINTS)}" if worries else ""
        lines.append(f"⚠️ Тон {minutes.tone}{about}")
    return lines


def actions_told(event: MeetingMinutes) -> list[Action]:
    """The promises that `meeting_lines` names, in the summary or in their line."""
    actions = event.minutes.actions
    fresh = _fresh(actions, event.minutes)
    return [action for action in actions if action not in fresh or action in fresh[:MOST_ITEMS]]


def _fresh(points: Sequence[_Told], minutes: Minutes) -> list[_Told]:
    """Those that the shown summary does not tell already."""
    summary = _compared(cut(minutes.summary, LONGEST_SUMMARY))
    return [point for point in points if len(point.text) < SHORTEST or _compared(point.text)[:SAME] not in summary]


def _compared(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter not in '«»„“"').replace("\u00a0", " ")


def _names(people: Sequence[str]) -> str:
    named = ", ".join(telegram(cut(name, LONGEST_NAME)) for name in people[:MOST_NAMES])
    more = len(people) - MOST_NAMES
    return (f": {named}" if named else "") + (f" и\u00a0ещё {count(more, PEOPLE)}" if more > 0 else "")


def _listed(said: Iterable[str], total: int, forms: Forms) -> str:
    """Items in one line of HTML, and how many more there are."""
    line = "; ".join(telegram(text.rstrip(".; ")) for text in said)
    return f"{line}; и\u00a0ещё {count(total - MOST_ITEMS, forms)}" if total > MOST_ITEMS else line
