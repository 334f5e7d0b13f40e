"""What makes a verb of a promise mean something else: it is denied, asked, only supposed, told of others, a habit."""

from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import INTERROGATIVES, Said
from processors.phrases.negation import negated

_DATA = vocabulary("guards")

NEAR_IF, IF_BEHIND = 16, 7
"""Words between "если" and the verb that hangs on it, before it and behind it."""

HABITS = _DATA.words("habits")
PAST_TIMES = _DATA.words("past_times")
SUBORDINATES = _DATA.words("subordinates")
REPORTS = _DATA.words("reports")
_OFFERS = _DATA.words("offers")
_SUPPOSED = _DATA.words("supposed")
_FOR_EXAMPLE = _DATA.words("for_example")
_ALL_ONE_CAN = _DATA.words("all_one_can")
_CAN = _DATA.words("can")


def meant(said: Said, at: int) -> bool:
    """Whether the verb at token `at` stands for itself: said of the future, by who says it, not in doubt."""
    return not (
        negated(said.words, said.clauses, at)
        or conditional(said, at)
        or asked(said, at)
        or _subordinate(said, at)
        or _told(said, at)
        or _usual(said, at)
        or not _SUPPOSED.isdisjoint(said.words[max(0, at - 3) : at])
        or _perhaps(said, at)
        or not _FOR_EXAMPLE.isdisjoint(said.words[max(0, at - 8) : at])
    )


def conditional(said: Said, at: int) -> bool:
    """Whether it hangs on an "если" or a "бы"; "если что" is no condition."""
    words = said.words
    if "бы" in words[max(0, at - 2) : at + 3] or "б" in words[max(0, at - 1) : at + 2]:
        return True
    sentence = said.sentence(at)
    for i in range(max(sentence.first, at - NEAR_IF), min(sentence.last, at + IF_BEHIND)):
        if words[i] not in ("если", "ежели") or words[i + 1 : i + 2] == ["что"]:
            continue
        if i < at or words[i + 1] in _OFFERS:  # "спрошу, если найдут" is a promise all the same
            return True
    return False


def asked(said: Said, at: int) -> bool:
    """Whether the sentence is a question, or a question word governs the verb, or "можно"."""
    if said.sentence(at).asks:
        return True
    clause = said.clause(at)
    before = said.words[max(clause.start, at - 4) : at]
    if not said.punctuated and before and before[0] in INTERROGATIVES - {"что", "как"}:
        return True
    return any(word in ("можно", "можем", "могу", "может", "ли") for word in said.words[max(0, at - 2) : at])


def _perhaps(said: Said, at: int) -> bool:
    """может быть, мы сами купим; решу потом; сделаем всё возможное: nothing that one could ask after."""
    sentence = said.sentence(at)
    before = said.words[max(sentence.first, at - 6) : at]
    behind = said.words[at + 1 : min(sentence.last, at + 3) + 1]
    return "может" in before or behind[:1] == ["потом"] or not _ALL_ONE_CAN.isdisjoint(behind)


def possible(said: Said, at: int) -> bool:
    """Whether an infinitive is only possible or wished for: "могу прислать"."""
    return not _CAN.isdisjoint(said.words[max(0, at - 4) : at])


def _subordinate(said: Said, at: int) -> bool:
    clause = said.clause(at)
    before = said.words[clause.start : at]
    if not SUBORDINATES.isdisjoint(before[:3]) and before[:1] != ["только"]:
        return "то" not in before and "тогда" not in before
    return False


def _told(said: Said, at: int) -> bool:
    """обещали, что пришлём; not "обещал к первому числу", which follows."""
    sentence = said.sentence(at)
    before = said.words[max(sentence.first, at - 9) : at]
    return not REPORTS.isdisjoint(before)


def _usual(said: Said, at: int) -> bool:
    clause = said.clause(at)
    begins = max(clause.start, at - 5)
    subjects = [i for i in range(begins + 1, at) if said.words[i] in ("я", "мы")]
    if subjects and not said.punctuated:  # обычно два дня | я вам сообщу
        begins = subjects[-1]
    words = said.words[begins : min(clause.stop, at + 5)]
    return not HABITS.isdisjoint(words) or not PAST_TIMES.isdisjoint(words)
