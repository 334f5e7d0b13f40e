"""Words that say nothing of what a talk is about."""

from processors.minutes.vocabulary import vocabulary

_DATA = vocabulary("stop_words")


STOP_WORDS = _DATA.words("stop_words")
