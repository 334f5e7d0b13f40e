"""When people will talk again: созвонимся в пятницу в три."""

from collections.abc import Sequence

from processors.minutes.due import nearest, resolve, times_in
from processors.minutes.promise import Background
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said
from processors.russian.grammar import reading

_DATA = vocabulary("next_talk")

REACH = 6
"""Words between the talk and its time."""

LAST = 4
"""Utterances at the end in which "до пятницы" says when people talk again."""

_TALKS = _DATA.words("talks")


def find(background: Background, conversation: Sequence[Said]) -> str:
    """The ISO date of the next talk as it was said last, "" where nobody named one or its day is unknown."""
    found = ""
    for said in conversation:
        named = times_in(said)
        for at, word in enumerate(said.words):
            sentence = said.sentence(at)
            words = said.words[sentence.first : sentence.last + 1]
            farewell = word == "до" and len(words) <= 3 and said.segment >= len(conversation) - LAST
            if not farewell and (word not in _TALKS or any(reading(one).past for one in words) or "не" in words):
                continue
            reach = 2 if farewell else REACH
            run = nearest(named, at, max(sentence.first, at - reach), min(sentence.last, at + reach))
            found = resolve(run, background.said_on) or found
    return found
