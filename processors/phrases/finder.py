"""What a client says, found by the lists of phrases and by the classifier together.

A list knows what is named, so it alone makes anything critical. The classifier understands what is said in other words:
at once from odds of `SURE` on, doubtful from `MAY_MEAN` on. What a list has found in a passage that as a whole is about
something else (odds below `OTHERWISE`) is only doubtful, and so is what a list doubts, whatever the other words say.
"""

from collections.abc import Sequence
from typing import Final

from processors.phrases.classifier import Classifier, Odds
from processors.phrases.hedges import hedged
from processors.phrases.matcher import AT_ONCE, Match, Phrases, rank
from processors.phrases.passages import LONGEST, passages
from processors.phrases.pattern import Phrase, Strength, Topic
from processors.phrases.split import LONGEST_TEXT, WORD, Split, split

SURE: Final[dict[Strength, float]] = {"warning": 2.3, "info": 0.5}
"""By what it is worth: 10 to 1 for a ring, 5 to 3 for a note. (All odds are logarithms.)"""
MAY_MEAN: Final = 0.5
OTHERWISE: Final = -4.0
"""1 to 55."""

POINTS: Final = 5.0
"""Of a score, for each unit of the odds above `SURE`."""

DOUBTFUL: Final = 84.0
"""The most that a doubtful match has."""
MOST: Final = 99.0
"""And one that is only understood."""

WORTH: Final[dict[Topic, Strength]] = {
    "leaving": "warning",
    "competitor": "warning",
    "complaint": "info",
    "loss": "warning",
    "legal": "warning",
    "payment": "info",
}
"""What is only understood, and not named by any list, is nothing critical, and a quarrel about a bill is a note."""

UNDERSTOOD: Final = {topic: Phrase("", topic, "по смыслу", (), strength=strength) for topic, strength in WORTH.items()}


class Finder:
    """`lists` decide which topics are looked for."""

    def __init__(self, lists: Phrases, classifier: Classifier) -> None:
        self._lists, self._classifier = lists, classifier
        self._topics: frozenset[Topic] = frozenset(phrase.topic for phrase in lists.phrases)

    def find(self, text: str) -> list[Match]:
        """What is said at once: the best first. Never raises."""
        return [match for match in self.all(text) if match.score >= AT_ONCE]

    def doubtful(self, text: str) -> list[Match]:
        """What may be meant (70..85), of topics that `find` does not find here; the best first. Never raises."""
        found = self.all(text)
        sure = {match.phrase.topic for match in found if match.score >= AT_ONCE}
        return [match for match in found if match.phrase.topic not in sure]

    def all(self, text: str) -> list[Match]:
        """Both."""
        tokens = WORD.findall(text, 0, LONGEST_TEXT)
        listed = self._lists.among(tokens, text)
        if not listed and len(tokens) <= LONGEST and not self._classifier.reaches(MAY_MEAN, tokens):
            return []  # most of what people say
        words = split(text)
        judged = [(each, self._classifier.odds(words.words[each.start : each.stop])) for each in passages(words)]
        found = [_in_its_passage(match, words, judged) for match in listed]
        for topic in self._topics:
            named = max((match.score for match in listed if match.phrase.topic == topic), default=0.0)
            passage, odds = max(judged, key=lambda one: one[1][topic])
            if odds[topic] >= MAY_MEAN and named < AT_ONCE:  # what a list doubts is no surer for the words around it
                over = odds[topic] - SURE[WORTH[topic]]
                score = DOUBTFUL if named or over < 0 else min(AT_ONCE + POINTS * over, MOST)
                found.append(self._understood(topic, score, text, words, passage))
        return sorted(found, key=rank)

    def _understood(self, topic: Topic, score: float, text: str, words: Split, passage: range) -> Match:
        start, end = words.spans[passage.start][0], words.spans[passage.stop - 1][1]
        heaviest = max(passage, key=lambda at: self._classifier.weight(words.words[at], topic))
        return Match(UNDERSTOOD[topic], score, text[start:end], start, end, hedged(words, heaviest))


def _in_its_passage(match: Match, words: Split, judged: Sequence[tuple[range, Odds]]) -> Match:
    """The match, doubtful where the words around it say that it is about something else."""
    topic = match.phrase.topic
    if match.phrase.strength == "info":
        return match  # no more than a note, and "у вас дорого" has few words that could speak for it
    around = [
        odds[topic]
        for passage, odds in judged
        if words.spans[passage.start][0] < match.end and match.start < words.spans[passage.stop - 1][1]
    ]
    return match if max(around) >= OTHERWISE else match._replace(score=min(match.score, DOUBTFUL))
