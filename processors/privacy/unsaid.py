"""Which commands, and lines of the assistant, quote words that were deleted. Pure.

A command names the words that it rests on: as its occasion (an event, a promise, a minute of a meeting), or first
among its evidence, where the occasion is an alert that quotes them. What a model or a person wrote is known by the
words alone, as with an erased person (`processors.privacy.parting`): between quotes, or in a line behind who said them.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec

from processors.assistant.window import MINUTE_MS
from processors.privacy.quotations import is_quoted, pieces_of
from processors.privacy.register import folded
from processors.promises import promise_id, talk_of
from schemas.commands import Command
from schemas.events import Event, MeetingMinutes, MeetingSaid

_SAID = ("text", "quote")


class Gone:
    """What was deleted: `names` of it by which a command calls its occasion, and its words."""

    def __init__(self, names: Collection[str], words: Iterable[str] = ()) -> None:
        self.names = frozenset(names)
        self._said = "\n".join(map(folded, words))

    def says(self, text: str) -> bool:
        """Whether a text quotes these words."""
        return bool(self._said) and any(is_quoted(piece, self._said) for piece in pieces_of(text))

    def is_quoted_in(self, command: Command) -> bool:
        """Whether a command does. One that only rests on them, and quotes somebody else or nobody, does not."""
        trigger = command.trigger
        if trigger.id in self.names or (trigger.words and command.evidence[:1] and command.evidence[0] in self.names):
            return True
        return any(map(self.says, (trigger.words, command.why, *map(str, command.params.values()))))


def gone_with(events: Collection[Event], left: Collection[MeetingMinutes]) -> Gone:
    """What goes with these events; promises and words that minutes which are `left` have, too, stay."""
    names = promises_of(event for event in events if isinstance(event, MeetingMinutes)) - promises_of(left)
    for event in events:
        names.add(event.event_id)
        if isinstance(event, MeetingSaid):
            names.add(f"{event.meeting_id}/{event.start_ms // MINUTE_MS}")
    words = {word for event in events for word in _words(msgspec.to_builtins(event))}
    return Gone(names, words - {word for event in left for word in _words(msgspec.to_builtins(event))})


def promises_of(minutes: Iterable[MeetingMinutes]) -> set[str]:
    """Ids of their promises."""
    return {promise_id(talk_of(event), action.text) for event in minutes for action in event.minutes.actions}


def _words(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for name, one in value.items():
                if name in _SAID and isinstance(one, str):
                    yield one
                else:
                    yield from _words(one)
        case list() | tuple():
            for one in value:
                yield from _words(one)
