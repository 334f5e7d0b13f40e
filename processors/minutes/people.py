"""Who is called by name: the people that are known, and the usual Russian first names in any case."""

from collections.abc import Iterable, Sequence

from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said
from processors.russian.first_names import FIRST_NAMES
from processors.russian.stems import stem
from processors.russian.words import plain

_DATA = vocabulary("people")

AMBIGUOUS = _DATA.words("ambiguous")

SHORTEST_STEM = 4
"""лен- may be flax, кол- a stake."""

ROLES = _DATA.words("roles")

_INTRODUCTIONS = (("меня", "зовут"), ("мое", "имя"), ("говорит",), ("на", "связи"))


class People:
    """People to look up. Known people are shown as they are written, others with a capital."""

    def __init__(self, people: Iterable[str]) -> None:
        self._shown: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        for name in FIRST_NAMES:
            self._shown[name] = name.capitalize()
            if name not in AMBIGUOUS:
                self._stems.setdefault(stem(name), name.capitalize())
        self._ambiguous = set(AMBIGUOUS)
        for person in people:
            parts = plain(person).split()
            for part in parts[:2]:
                if len(part) > 1 and (part is parts[0] or part in self._shown):
                    self._ambiguous.discard(part)
                    self._shown[part] = self._stems[stem(part)] = person

    def nominative(self, said: Said, at: int) -> str | None:
        """The person whom token `at` names as a subject or calls ("Марина", "Марин"), as shown."""
        word = said.words[at]
        shown = self._shown.get(word)
        if shown is None or (word in self._ambiguous and not self._capital(said, at)):
            return None
        return shown

    def named(self, said: Said, at: int) -> str | None:
        """The person whom token `at` names in any case ("Марине"), as shown."""
        return self.nominative(said, at) or (
            self._stems.get(said.stems[at]) if len(said.stems[at]) >= SHORTEST_STEM else None
        )

    def introduced(self, said: Said) -> str | None:
        """Who says in the utterance who he is: "меня зовут Сергей", "это Анна", "я Виктор"."""
        words = said.words
        for at in range(1, len(words)):
            person = self.nominative(said, at)
            if person is None:
                continue
            before = words[max(0, at - 2) : at]
            if before[-1] in ("я", "это") and (before[-1] == "я" or at <= 4):
                return person
            if any(tuple(before[-len(head) :]) == head for head in _INTRODUCTIONS):
                return person
        return None

    @staticmethod
    def _capital(said: Said, at: int) -> bool:
        return said.text[said.tokens[at].start].isupper() and at != 0


def last_named(names: People, before: Sequence[Said]) -> str | None:
    """The person who was named last in some utterances, whom "он" or "она" may mean."""
    for said in reversed(before):
        for at in range(len(said.words) - 1, -1, -1):
            person = names.named(said, at)
            if person is not None:
                return person
    return None
