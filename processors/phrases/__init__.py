"""What means something for a client's future, found in what he says.

`data/*.toml` are the lists of phrases, `lists` reads them, `matcher` finds them, `spelling` compares words, `negation`
tells "уходим" from "не уходим", `hedges` "уйдём" from "может быть, уйдём". `classifier` understands what is said in
other words, and `finder` joins both: `LEAVING` looks for what is said of leaving, `SAID` for all topics.
"""

from typing import get_args

from processors.phrases.classifier import Classifier
from processors.phrases.finder import Finder
from processors.phrases.lists import phrases, words
from processors.phrases.matcher import AT_ONCE, MAY_BE, Match, Phrases, rank
from processors.phrases.pattern import Phrase, Strength, Topic

__all__ = [
    "AT_ONCE",
    "LEAVING",
    "LISTS",
    "MAY_BE",
    "SAID",
    "TOPICS",
    "Finder",
    "Match",
    "Phrase",
    "Phrases",
    "Strength",
    "Topic",
    "rank",
]

TOPICS: tuple[Topic, ...] = get_args(Topic)

_WORDS = words()
_CLASSIFIER = Classifier()
LISTS = Phrases(phrase for topic in TOPICS for phrase in phrases(topic, _WORDS))
SAID = Finder(LISTS, _CLASSIFIER)
LEAVING = Finder(Phrases(phrase for phrase in LISTS.phrases if phrase.topic == "leaving"), _CLASSIFIER)
