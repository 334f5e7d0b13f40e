"""Whether something is said under a condition, or as a thought: "если не решите, уйдём", "думаем сменить склад"."""

from processors.phrases.split import Split
from processors.russian.words import word_list

CONDITION_WITHIN = 14
"""Words between a condition and what hangs on it: "если до пятницы не … (десять слов) …, расторгаем"."""

THOUGHT_WITHIN = 4
"""Words between "думаем" and what is thought of."""

CONDITIONS = frozenset(word_list("если ежели иначе либо"))
"""In the same sentence."""

OR_ELSE = ("а", "то")
"""Two words that stand together: решите, а то уйдём."""

STILL = frozenset(word_list("еще"))
"""еще одна пересортица и уходим: with "один" behind it."""

THOUGHTS = frozenset(
    word_list(
        "может возможно наверное наверно вероятно похоже видимо думаем думаю думали подумываем подумываю задумались "
        "задумываемся размышляем рассматриваем рассматриваю присматриваемся присматриваюсь прикидываем обсуждаем "
        "хотелось склоняемся взвешиваем"
    )
)


def hedged(words: Split, anchor: int) -> bool:
    """Whether the anchor (index of a word) is only thought of, or hangs on a condition."""
    low, high = max(0, anchor - CONDITION_WITHIN), min(len(words.words), anchor + 1 + CONDITION_WITHIN)
    here = [i for i in range(low, high) if words.sentences[i] == words.sentences[anchor]]
    for i in here:
        word = words.words[i]
        before = words.words[i + 1] if i + 1 < len(words.words) else ""
        if word in CONDITIONS or (word == OR_ELSE[0] and before == OR_ELSE[1]):
            return True
        if word in STILL and before.startswith("од"):
            return True
        if word in THOUGHTS and abs(anchor - i) <= THOUGHT_WITHIN:
            return True
    return False
