"""Phrases that mean something for a client's future, found in what he says.

`data/*.toml` are the lists, `lists` reads them, `matcher` finds them, `spelling` compares words, `negation` tells
"уходим" from "не уходим", `hedges` "уйдём" from "может быть, уйдём". `LEAVING` are those of leaving, `SAID` all.
"""

from typing import get_args

from processors.phrases.lists import phrases, words
from processors.phrases.matcher import AT_ONCE, MAY_BE, Match, Phrases, rank
from processors.phrases.pattern import Phrase, Strength, Topic

__all__ = ["AT_ONCE", "LEAVING", "MAY_BE", "SAID", "TOPICS", "Match", "Phrase", "Phrases", "Strength", "Topic", "rank"]

TOPICS: tuple[Topic, ...] = get_args(Topic)

_WORDS = words()
SAID = Phrases(phrase for topic in TOPICS for phrase in phrases(topic, _WORDS))
LEAVING = Phrases(phrase for phrase in SAID.phrases if phrase.topic == "leaving")
