"""A meeting that goes on, in words: the latest turn first, for that is what one looks at."""

from dataclasses import dataclass

from processors.russian.dates import clock
from schemas.talks import Talk


@dataclass(frozen=True, slots=True)
class TurnShown:
    """One turn."""

    at: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class TalkShown:
    """`state`: whether it goes on, and since when. No turns: nothing was heard."""

    state: str
    room: str
    running: bool
    turns: list[TurnShown]


def shown(talk: Talk) -> TalkShown:
    """The talk as people read it."""
    turns = [TurnShown(clock(turn.start_ms), turn.name or "Кто-то", turn.text) for turn in reversed(talk.turns)]
    return TalkShown(_state(talk), talk.room, talk.running, turns)


def _state(talk: Talk) -> str:
    if not talk.turns:
        return "Сейчас встречи нет, или на ней ещё ничего не сказали."
    if not talk.running:
        return f"Встреча закончилась. Последнее, что слышно, сказано в {clock(talk.turns[-1].end_ms)}."
    return f"Встреча идёт. Первые слова прозвучали в {clock(talk.since)}."
