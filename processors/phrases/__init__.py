"""Phrases that mean something for a client's future, found in what he says. `LEAVING` is the list for leaving.

`data/*.toml` are the lists, `lists` reads them, `matcher` finds them, `spelling` compares words, `negation` tells
"уходим" from "не уходим", `hedges` "уйдём" from "может быть, уйдём".
"""

from processors.phrases.lists import phrases, words
from processors.phrases.matcher import AT_ONCE, MAY_BE, Match, Phrases, rank
from processors.phrases.pattern import Phrase, Topic

__all__ = ["AT_ONCE", "LEAVING", "MAY_BE", "Match", "Phrase", "Phrases", "Topic", "rank"]

LEAVING = Phrases(phrases("leaving", words()))
