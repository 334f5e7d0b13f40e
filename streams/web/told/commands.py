"""Commands in words: where each stands, until when, who did what; made of the signed bytes by `processors.commands`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from processors.commands.shown import Shown
from processors.commands.words import STATES
from processors.russian.plural import DAYS, count
from schemas.commands import Command, Standing, State
from schemas.types import Millis
from streams.web.told.anchors import anchor
from streams.web.told.times import MINUTE_MS, when

HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
AROUND_MS: Final = MINUTE_MS
"""Behind the time of a proposal: the row that made somebody propose it is one of the first then."""
SHORT: Final = 240
"""Characters of a line of the queue; the card has all of it."""

SECTIONS: Final[Mapping[str, tuple[State, ...]]] = {
    "waiting": ("asking", "unknown"),
    "work": ("approved", "running"),
    "done": ("done",),
    "over": ("refused", "expired", "failed", "superseded", "rejected"),
}
"""What `?state=` may be."""
SECTION_WORDS: Final = {"waiting": "ждут", "work": "в работе", "done": "сделано", "over": "не сделано"}
HOW: Final = {"": "", "auto": "сама, без подписи", "button": "кнопкой", "passkey": "ключом устройства"}
REASONS: Final = (
    "не нужно",
    "неверно понято",
    "сделаю сам",
    "рано",
    "уже сделано",
    "не тому клиенту",
    "другое",
)
"""Of a refusal; the assistant learns from them."""
TONES: Final[Mapping[State, str]] = {
    "done": "good",
    "failed": "bad",
    "unknown": "bad",
    "rejected": "bad",
    "refused": "warn",
    "expired": "warn",
}


def left(until: Millis, now: Millis) -> str:
    """`до 16:50 (1 ч 48 мин)`; of what is over `срок вышел`."""
    if until <= now:
        return "срок вышел"
    minutes = (until - now) // MINUTE_MS
    if minutes < 60:
        rest = f"{max(1, minutes)}\u00a0мин"
    elif minutes < 24 * 60:
        rest = f"{minutes // 60}\u00a0ч" + (f"\u00a0{minutes % 60}\u00a0мин" if minutes % 60 else "")
    else:
        rest = count((until - now) // DAY_MS, DAYS)
    return f"до\u00a0{when(until, now)} ({rest})"


def stands(standing: Standing, now: Millis) -> str:
    """Where it stands, in a sentence: «отказано: Мария Иванова, 12:03. Рано»."""
    said = STATES[standing.state]
    by = ", ".join(filter(None, (standing.by, HOW[standing.how])))
    parts = [f"{said}: {by}, {when(standing.at, now)}" if by else f"{said}, {when(standing.at, now)}"]
    if standing.state == "approved" and standing.due_at > now:
        parts.append(f"начнётся {when(standing.due_at, now)}")
    parts += [standing.what] if standing.what else []
    parts += [standing.why] if standing.why else []
    return ". ".join(part[:1].upper() + part[1:] if number else part for number, part in enumerate(parts))


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command in a list. `text`: the first of what it says; `tone`: class of its state."""

    command_id: str
    title: str
    client: str
    lead: str
    text: str
    left: str
    state: str
    tone: str
    mine: bool
    confidence: int
    until: Millis
    proposer: str


def in_list(standing: Standing, command: Command, view: Shown | None, now: Millis, *, mine: bool) -> CommandLine:
    """A line of the queue. `mine`: the user may sign it."""
    full = [line.text for line in view.lines if line.full] if view else []
    words = (full or ([f"{line.label}: {line.text}" for line in view.lines] if view else []))[:1]
    return CommandLine(
        standing.command_id,
        standing.title or command.name,
        view.client if view else command.lead_id,
        command.lead_id,
        _short(" ".join("".join(words).split())),
        left(command.expires_at, now) if standing.state == "asking" else "",
        stands(standing, now),
        TONES.get(standing.state, ""),
        mine,
        command.confidence_percent,
        command.expires_at,
        view.proposer if view else command.proposer,
    )


def _short(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1].rstrip() + "…"


def occasion_link(command: Command) -> str:
    """Where its very occasion stands: in a time line that begins just behind it; empty where nowhere on the page."""
    card, trigger = f"/leads/{command.lead_id}", command.trigger
    there = f"{card}/timeline?before={command.proposed_at + AROUND_MS}"
    match trigger.kind:
        case "command":
            return f"/commands/{trigger.id}"
        case _ if not command.lead_id:
            return ""
        case "alert" | "silence":
            return f"{there}#{anchor('alert', trigger.id)}"
        case "event":
            return f"{there}#{anchor('event', trigger.id)}"
        case "promise":
            return f"{card}#{anchor('promise', trigger.id)}"
        case "meeting":
            return there
        case _:
            return ""
