"""A promise as it is found, and the utterance in which it is looked for."""

from collections.abc import Sequence
from typing import NamedTuple

from processors.minutes.calendar import HOUR, UNRESOLVED
from processors.minutes.due import Due, nearest, resolve, times_in
from processors.minutes.people import People
from processors.minutes.stretch import stretch
from processors.minutes.words import Said
from schemas.minutes import UNKNOWN
from schemas.types import LocalDay

REACH = 12
"""Words between a verb and the time that belongs to it, where nothing is punctuated."""


class Promise(NamedTuple):
    """A promise: in which utterance, which words, the verb's token and infinitive, who, till when.

    `superseded`: another time was agreed on later, so the time among its words is over.
    `request`: it is a request that was granted, in the words of who asked.
    `about`: the stems of what is promised.
    """

    segment: int
    first: int
    last: int
    at: int
    key: str
    owner: str
    due: str
    light: bool = False
    superseded: bool = False
    request: bool = False
    about: frozenset[str] = frozenset()


class Background(NamedTuple):
    """What is known while a conversation is read: who may be named, the day it was held on."""

    names: People
    said_on: LocalDay | None

    def due(self, run: Sequence[Due], said: Said) -> str:
        """The day of a run of times, else its words, else `UNKNOWN`."""
        if not run:
            return UNKNOWN
        return resolve(run, self.said_on) or said.quote(run[0].first, run[-1].last).rstrip(".!?")


class Turn(NamedTuple):
    """An utterance that is looked through: the times it names, who speaks (`UNKNOWN` where nobody knows)."""

    background: Background
    conversation: Sequence[Said]
    said: Said
    times: Sequence[Due]
    myself: str

    def promise(self, at: int, key: str, owner: str) -> Promise:
        """A promise around the token `at`."""
        first, last = stretch(self.said, at, self.run(at))
        return Promise(self.said.segment, first, last, at, key, owner, self.background.due(self.run(at), self.said))

    def run(self, at: int) -> Sequence[Due]:
        """The times that belong to a verb."""
        sentence = self.said.sentence(at)
        return nearest(self.times, at, max(sentence.first, at - REACH), min(sentence.last, at + REACH))

    def dated(self, at: int) -> bool:
        """Whether a verb has a time that is known, of a day or within it."""
        return any(due.rule.rank < UNRESOLVED for due in self.run(at))

    def on_a_day(self, at: int) -> bool:
        """Whether it names more than an hour."""
        return any(due.rule.rank < HOUR for due in self.run(at))

    def begins(self, at: int) -> bool:
        """с понедельника, с первого декабря: from then on, not till then."""
        return any(due.first and self.said.words[due.first - 1] in ("с", "со") for due in self.run(at))

    def before(self) -> Sequence[Said]:
        """The two utterances before."""
        return self.conversation[max(0, self.said.segment - 2) : self.said.segment]


def hear(background: Background, conversation: Sequence[Said], segment: int) -> Turn:
    """An utterance to be looked through."""
    said = conversation[segment]
    myself = said.speaker or background.names.introduced(said) or UNKNOWN
    return Turn(background, conversation, said, times_in(said), myself)
