"""Whether the words around a phrase turn it round: "не уходим", "не собираемся уходить", "уходим на обед"."""

from collections.abc import Iterable, Sequence

from processors.russian.stems import stem
from processors.russian.words import word_list

FAR = 4
"""Words before or after an anchor that may still govern it."""

INFINITIVE = ("ть", "ти", "чь", "ться", "тись")

NEVER = frozenset(word_list("никуда никогда незачем зачем нельзя передумали передумал передумала раздумали раздумал"))

NOT_DENIED = frozenset(word_list("потому исключаю исключаем исключено"))
"""Before "что" they deny nothing: не исключаю, что сменим склад; не успеваете, потому что уходим."""

FILLERS = frozenset(word_list("пока сейчас точно еще уже больше же бы нам мы"))
"""May stand between "не" and its verb: не сейчас уходим, не хотели бы."""

MODALS = frozenset(
    map(
        stem,
        word_list(
            "собираемся собираюсь собирается собирались хотим хотели хочу хотел хотела хотелось хочет хочется "
            "будем буду будет планируем планирую планирует планировали думаем думаю думали намерены готовы готов "
            "готова нужно надо стоит можем могу может станем стали стал решили решил решаем просим просили просил "
            "приходится придется"
        ),
    )
)
"""Words that govern an infinitive: the nearest one says whether it is meant."""

SUBJECT_WITHIN = 6
"""Words between who does something and his verb."""

OURS = frozenset(word_list("мы я нам нас мне мой наш наши"))

OURS_ENDINGS = ("ем", "им", "емся", "имся", "аю", "яю", "юсь", "ую", "жу", "усь", "иду", "йду", "еду")
"""Of verbs in the first person; a noun with such an ending is no anchor."""

YOU_WANT = frozenset(word_list("хотите можете собираетесь планируете будете думаете решили"))
"""With "вы" they govern an infinitive: вы хотите расторгнуть договор?"""

STRANGERS = frozenset(
    word_list(
        "озон ozon вб wb вайлдберриз маркетплейс поставщик поставщики водитель курьер транспортная банк перевозчик "
        "яндекс"
    )
)
"""Who is neither us nor our warehouse: what they lose or send is no complaint of us."""

OTHERS = STRANGERS | frozenset(
    word_list(
        "вы они он она знакомые знакомый друзья друг соседи сосед ребята клиенты покупатели покупатель конкуренты "
        "конкурент партнеры партнер сотрудник сотрудники менеджер водители многие некоторые кто люди селлеры бухгалтер "
        "блогер"
    )
)
"""Who does not leave us when he leaves, in the nominative. Not "клиент": our people say of him what he said."""

PREPOSITIONS = frozenset(word_list("на в во с со из по от до к ко у для"))

ADVERBS = frozenset(word_list("домой спать пораньше"))
"""Harmless without a preposition."""


def negated(words: Sequence[str], clauses: Sequence[int], anchor: int) -> bool:
    """Whether the anchor (index of a plain word) is denied. `clauses` numbers the clause of each word."""
    clause = clauses[anchor]
    before = [i for i in range(anchor - 1, max(-1, anchor - 1 - FAR), -1) if clauses[i] == clause]
    after = [i for i in range(anchor + 1, min(len(words), anchor + 1 + FAR)) if clauses[i] == clause]
    if any(words[i] in NEVER for i in (*before, *after[:2])) or _denied(words, anchor):
        return True
    if not words[anchor].endswith(INFINITIVE):
        return _only_quoted(words, before)
    governor = _modal(words, before)
    if governor is None:
        governor = _modal(words, after)
    return governor is not None and _denied(words, governor)


def benign(words: Sequence[str], clauses: Sequence[int], first: int, last: int, unless: frozenset[str]) -> bool:
    """Whether a word of `unless` (stems, and forms as `=form`) makes the phrase at `first`..`last` harmless.

    Adverbs do so alone (уходим домой), others within (закрываем рекламный кабинет), right after (склад отгрузки; свой
    склад мы закрыли), or behind a preposition (уходим на обед).
    """
    behind = last + 1 + (not OURS.isdisjoint(words[last + 1 : last + 2]))
    for i in range(max(0, first - FAR), min(len(words), last + 1 + FAR)):
        if clauses[i] not in (clauses[first], clauses[last]):
            continue
        if not spoils(words[i : i + 1], unless):
            continue
        if words[i] in ADVERBS or first < i <= behind or not PREPOSITIONS.isdisjoint(words[max(0, i - 2) : i]):
            return True
    return False


def spoils(words: Sequence[str], unless: frozenset[str]) -> bool:
    """Whether one of the words is in `unless`, by its stem or as a form."""
    return any(stem(word) in unless or f"={word}" in unless for word in words)


def done_by_others(words: Sequence[str], clauses: Sequence[int], anchor: int, own: int, others: frozenset[str]) -> bool:
    """Whether the subject before a verb is one of `others`: "соседи нашли другой склад".

    "Вы" rules a past tense, or what you want. A verb that says "я" or "мы" itself is ours. What the phrase holds itself
    (from `own` on) is as it should be.
    """
    word = words[anchor]
    if word.endswith(OURS_ENDINGS):
        return False
    for i in range(own - 1, max(-1, anchor - 1 - SUBJECT_WITHIN), -1):
        if clauses[i] != clauses[anchor] or words[i] in OURS:
            return False
        if words[i] in others:
            return words[i] != "вы" or word.endswith("ли") or not YOU_WANT.isdisjoint(words[i:anchor])
    return False


def _denied(words: Sequence[str], verb: int) -> bool:
    """Whether "не" stands before the verb, fillers aside."""
    for i in range(verb - 1, max(-1, verb - 1 - FAR), -1):
        if words[i] == "не":
            return True
        if words[i] not in FILLERS:
            return False
    return False


def _only_quoted(words: Sequence[str], before: Sequence[int]) -> bool:
    """не значит, что уходим."""
    that = next((i for i in before if words[i] == "что"), None)
    return that is not None and words[that - 1] not in NOT_DENIED and "не" in words[max(0, that - 3) : that]


def _modal(words: Sequence[str], indices: Iterable[int]) -> int | None:
    return next((i for i in indices if stem(words[i]) in MODALS), None)
