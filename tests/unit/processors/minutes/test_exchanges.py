"""Short exchanges that decide, promise, or only seem to."""

import pytest

from processors.minutes import extract
from schemas.meetings import Utterance
from schemas.minutes import UNKNOWN, Conversation, Minutes
from tests.unit.processors.minutes.corpus import DECISIONS, PROMISES, exchanges
from tests.unit.processors.minutes.corpus_nothing import NOTHING

TUESDAY = 1_762_848_000_000
"""2025-11-11, 11:00 in Moscow."""


def minutes(*said: str | tuple[str, str], people: tuple[str, ...] = ()) -> Minutes:
    """Minutes of a few utterances, with their speakers or without, on Tuesday the 11th of November 2025."""
    utterances = []
    for number, one in enumerate(said):
        speaker, text = (None, one) if isinstance(one, str) else one
        utterances.append(Utterance(number * 5000, number * 5000 + 4000, text, speaker))
    return extract(Conversation(utterances, started_at=TUESDAY, people=list(people)))


def share(text: str, decisions: int, actions: int) -> tuple[float, list[list[str]]]:
    """The share of exchanges in which that was found (1: something), and the others."""
    all_of_them = exchanges(text)
    wrong = [
        said
        for said in all_of_them
        if (min(len((one := minutes(*said)).decisions), 1), min(len(one.actions), 1)) != (decisions, actions)
    ]
    return 1 - len(wrong) / len(all_of_them), wrong


@pytest.mark.parametrize(
    ("text", "decisions", "actions", "least"),
    [(PROMISES, 0, 1, 0.95), (DECISIONS, 1, 0, 0.85), (NOTHING, 0, 0, 0.95)],
    ids=["promises", "decisions", "nothing"],
)
def test_exchanges_are_told_apart(text: str, decisions: int, actions: int, least: float) -> None:
    """A promise is no decision, a decision no promise; negations, conditions, questions, the past are neither."""
    right, wrong = share(text, decisions, actions)
    assert right >= least, wrong


@pytest.mark.parametrize(
    ("said", "owner", "due"),
    [
        ([("Анна", "Я пришлю договор до пятницы.")], "Анна", "2025-11-14"),
        ([("Анна", "Мы подготовим акт к 25 ноября.")], "Анна", "2025-11-25"),
        (["пришлю договор завтра"], UNKNOWN, "2025-11-12"),
        (["меня зовут Сергей, я проверю остатки к обеду"], "Сергей", "2025-11-11"),
        (["это Анна, я отправлю счёт через два дня"], "Анна", "2025-11-13"),
        ([("Анна", "Сергей, пришлите, пожалуйста, акт."), ("Сергей", "Хорошо.")], "Сергей", UNKNOWN),
        ([("Анна", "Вы пришлёте акт?"), ("Сергей", "Да, пришлю завтра.")], "Сергей", "2025-11-12"),
        ([("Анна", "Пришлёте акт в четверг?"), ("Сергей", "Да, конечно.")], "Сергей", "2025-11-13"),
        ([("Анна", "Акт подготовит Марина, в среду.")], "Марина", "2025-11-12"),
        ([("Анна", "Наш юрист внесёт правки до конца недели.")], "юрист", "2025-11-14"),
        (["я скину прайс на следующей неделе"], UNKNOWN, "на следующей неделе"),
        (["к пятнице", "сделаю"], UNKNOWN, "2025-11-14"),
    ],
)
def test_owner_and_day(said: list[str | tuple[str, str]], owner: str, due: str) -> None:
    """The owner is who speaks, is called or is named, else unknown; the day is reckoned from the meeting's."""
    (action,) = minutes(*said).actions
    assert (action.owner, action.due) == (owner, due)


def test_without_a_date_days_stay_as_they_were_said() -> None:
    """Nobody knows when it was said, so "завтра" is no date."""
    conversation = Conversation([Utterance(0, 1, "Я пришлю договор завтра.")])
    assert extract(conversation).actions[0].due == "завтра"


def test_known_people_are_named_in_full() -> None:
    """A first name is shown as the person is known."""
    (action,) = minutes("марина подготовит акт", people=("Марина Белова",)).actions
    assert action.owner == "Марина Белова"


def test_an_answer_carries_the_request() -> None:
    """ "Да, сделаю" alone would say nothing."""
    (action,) = minutes(("Анна", "Инна, сделаешь выгрузку к среде?"), ("Инна", "Да, сделаю.")).actions
    assert action.quote == "Да, сделаю."
    assert "выгрузку" in action.text
    assert (action.owner, action.due, action.segment) == ("Инна", "2025-11-12", 1)


def test_a_refused_request_is_no_promise() -> None:
    """Nor is one that nobody answers, unless somebody is called by name."""
    assert minutes(("Анна", "Пришлите, пожалуйста, акт."), ("Сергей", "Нет, не могу.")).actions == []
    assert minutes(("Анна", "Вы пришлёте акт?"), ("Сергей", "Не знаю.")).actions == []


def test_two_things_are_two_promises_one_thing_is_one() -> None:
    """The same thing talked over is one promise, which learns its day."""
    two = minutes(("Анна", "Пришлю вам договор."), ("Сергей", "Ага."), ("Анна", "И прайс пришлю."))
    assert len(two.actions) == 2
    one = minutes(("Анна", "Привезём десять рулонов."), ("Сергей", "Когда?"), ("Анна", "Рулоны привезём в субботу."))
    assert [action.due for action in one.actions] == ["2025-11-15"]


def test_a_proposal_is_decided_where_it_is_taken() -> None:
    """The proposal is quoted, for "подойдёт" says nothing."""
    (decision,) = minutes("предлагаю короба менять раз в год", "подойдет").decisions
    assert decision.quote == "предлагаю короба менять раз в год"
    assert minutes("предлагаю короба менять раз в год", "не подойдет").decisions == []


def test_a_consent_to_a_promise_is_no_decision() -> None:
    """ "Договорились" after a promise only closes it."""
    found = minutes(("Анна", "Пришлю акт завтра."), ("Сергей", "Договорились."))
    assert (len(found.actions), found.decisions) == (1, [])
