"""Phrases that mean something for a client's future, found in what he says. `LEAVING` is the list for leaving.

`matcher` finds them, `spelling` compares words, `negation` tells "уходим" from "не уходим", `leaving` is the list.
"""

from processors.phrases.leaving import LEAVING
from processors.phrases.matcher import Match, Phrases
from processors.phrases.pattern import Phrase

__all__ = ["LEAVING", "Match", "Phrase", "Phrases"]
