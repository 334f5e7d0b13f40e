"""What the assistant remembers: results, refusals with their reasons, corrections, wishes; and what follows. Pure.

A refused proposal is not made again for a week for the same client, unless what calls for it is graver. Whatever else
is remembered is told to the model, and shown to people, who may change or forget it.
"""

import re
from collections.abc import Iterable
from typing import Final

from processors.assistant.tokens import tokens
from processors.commands.canon import read
from processors.commands.schedule import moment_of
from processors.days import DAY_MS
from processors.russian.dates import date, moment
from schemas.assistant import Remembered
from schemas.codec import Rejected
from schemas.commands import Command, CommandChange, Param, Standing
from schemas.types import LeadId, Millis

REFUSED_MS: Final = 7 * DAY_MS
KEPT_MS: Final = 180 * DAY_MS
"""Results and corrections older than that are forgotten; wishes and reasons stay until somebody takes them back."""
MOST_TOLD: Final = 12
"""Lines of a client, and of a person, that a model is told."""
LONGEST: Final = 300

_WEEKEND: Final = re.compile(r"выходн|суббот|воскресен")
_NOT: Final = re.compile(
    r"(?<!\S)не (?:ставь|ставьте|напоминай|напоминайте|назначай|назначайте|делай|делайте|беспокой)"
)


_LABELS: Final = {
    "text": "текст",
    "title": "задача",
    "subject": "тема",
    "deadline": "срок",
    "at": "время",
    "days": "на сколько дней",
    "was": "прежний текст",
    "field": "раздел",
    "action": "что сделать",
    "wish": "что должна делать",
}
"""What people call params of the built-in commands."""
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


class Memory:
    """The topic `assistant.memory` as a table. Mutable: it changes as the topic is followed."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Remembered]] = {}

    def take(self, key: str, value: Remembered | None) -> None:
        """A record by its key, `about/memory_id`; None forgets it."""
        about, _, memory_id = key.rpartition("/")
        if value is not None:
            self._known.setdefault(about, {})[memory_id] = value
        elif self._known.get(about, {}).pop(memory_id, None) is not None and not self._known[about]:
            del self._known[about]

    def of(self, about: str) -> list[Remembered]:
        """All of it, the newest first."""
        return sorted(self._known.get(about, {}).values(), key=lambda one: (-one.at, one.memory_id))

    def refusal(self, lead: LeadId | str, name: str, now: Millis, gravity: int) -> Remembered | None:
        """Why it is not proposed now; None where nothing is against it."""
        refused = (one for one in self.of(f"lead/{lead}") if one.kind == "refusal" and one.command == name)
        return next((one for one in refused if now - one.at < REFUSED_MS and one.gravity >= gravity), None)

    def spares_weekends(self, whose: Iterable[str]) -> bool:
        """Whether one of these (`lead/ID`, `who/WHO`) said that nothing is to fall on a weekend."""
        return any(one.kind == "wish" and is_about_weekends(one.text) for about in whose for one in self.of(about))

    def told(self, lead: LeadId | str, whose: Iterable[str] = ()) -> list[str]:
        """For a model, a line each: of the client, then of the persons."""
        lines: list[str] = []
        for about in ([f"lead/{lead}"] if lead else []) + list(whose):
            lines += [sentence(one) for one in self.of(about)[:MOST_TOLD]]
        return lines

    def stale(self, now: Millis) -> list[str]:
        """Keys of what is old enough to be forgotten."""
        return [
            key_of(one)
            for known in self._known.values()
            for one in known.values()
            if one.kind in ("result", "correction") and now - one.at > KEPT_MS
        ]


def key_of(one: Remembered) -> str:
    """Its key on the topic."""
    return f"{one.about}/{one.memory_id}"


def is_about_weekends(text: str) -> bool:
    """Whether it says that nothing is to fall on a weekend."""
    plain = " ".join(token.word for token in tokens(text))
    return bool(_WEEKEND.search(plain) and _NOT.search(plain))


def sentence(one: Remembered) -> str:
    """As it is told: when, who, what."""
    who = f", {one.by}" if one.by else ""
    match one.kind:
        case "refusal":
            reason = f": «{one.text}»" if one.text else ", без причины"
            return f"{date(one.at)}{who}: отказ от команды {one.command}{reason}"
        case "wish":
            return f"{date(one.at)}{who}: просьба «{one.text}»"
        case "correction":
            return f"{date(one.at)}{who}: исправлено, {one.text}"
    return f"{date(one.at)}{who}: команда {one.command}, {one.text}"


def remembered(change: CommandChange, former: Standing | None) -> Remembered | None:
    """What a change of a command teaches; None where it teaches nothing. `former`: how what it replaces stood."""
    standing, command = change.standing, read(change.standing.body)
    if isinstance(command, Rejected):
        return None
    about = f"lead/{command.lead_id}" if command.lead_id else f"who/{_who(command.asked_by)}"
    if about == "who/":
        return None
    if not change.before and command.supersedes and former is not None:
        old = read(former.body)
        text = "" if isinstance(old, Rejected) else _differs(old, command)
        return _made(change, about, "correction", text, command.trigger.gravity) if text else None
    match standing.state:
        case "refused" if command.trigger.kind != "asked":
            return _made(change, about, "refusal", standing.why, command.trigger.gravity)
        case "done":
            return _made(change, about, "result", "выполнена")
        case "failed" | "unknown":
            ended = "не выполнена" if standing.state == "failed" else "неизвестно, выполнена ли"
            return _made(change, about, "result", f"{ended}: {standing.why}" if standing.why else ended)
    return None


def wish(text: str, about: str, by: str, memory_id: str, at: Millis) -> Remembered:
    """What a person wants from now on."""
    return Remembered(memory_id=memory_id, about=about, kind="wish", text=text[:LONGEST], at=at, by=by)


def _made(change: CommandChange, about: str, kind: str, text: str, gravity: int = 0) -> Remembered:
    return Remembered(
        memory_id=f"{change.command_id}-{kind}",
        about=about,
        kind=kind,  # type: ignore[arg-type]  # one of the four
        text=text[:LONGEST],
        at=change.at,
        by=change.standing.by,
        command=change.name,
        command_id=change.command_id,
        gravity=gravity,
    )


def _differs(old: Command, new: Command) -> str:
    """`текст: было «…», стало «…»` of each param that a person changed."""
    changed = [name for name in new.params if old.params.get(name) != new.params[name]]
    parts = (
        f"{_LABELS.get(name, name)}: было «{_value(old.params.get(name, ''))}», стало «{_value(new.params[name])}»"
        for name in changed
    )
    return "; ".join(parts)


def _value(param: Param) -> str:
    text = str(param)
    at = moment_of(text) if _TIME.fullmatch(text) else None
    return moment(at) if at is not None else text[:80]


def _who(asked_by: str) -> str:
    return asked_by if asked_by.startswith("tg:") or not asked_by else f"web/{asked_by}"
