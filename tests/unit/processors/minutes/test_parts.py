"""Numbers, names, questions, complaints, facts, tone, topics: each by a few examples."""

import pytest

from processors.minutes import extract
from processors.minutes.people import People
from processors.minutes.verbs import Person, misheard, misspelt, verb
from processors.minutes.words import Said, read
from processors.russian.numerals import numbers
from schemas.meetings import Utterance
from schemas.minutes import Conversation, Minutes


def minutes(*said: str, client: tuple[str, ...] = ()) -> Minutes:
    """Minutes of a few utterances; those of the client begin with "К:", of ours with "С:"."""
    utterances = []
    for number, text in enumerate(said):
        speaker = {"К:": "Клиент", "С:": "Сотрудник"}.get(text[:2])
        words = text[2:].strip() if speaker else text
        utterances.append(Utterance(number * 5000, number * 5000 + 4000, words, speaker))
    return extract(Conversation(utterances, client=list(client)))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("двадцать пятого", [25]),
        ("тысяча восемьсот штук", [1800]),
        ("сорок два сорок три", [42, 43]),
        ("три тысячи двести", [3200]),
        ("12 000 рублей", [12_000]),
        ("2,5 тысячи", [2500]),
        ("артикул сто два", [102]),
        ("ноль", [0]),
        ("без чисел", []),
    ],
)
def test_numbers_are_read(text: str, values: list[float]) -> None:
    """In words, in digits, and mixed."""
    assert [number.value for number in numbers(text.split())] == values


@pytest.mark.parametrize(
    ("word", "key", "person"),
    [
        ("пришлю", "прислать", Person.I),
        ("подготовим", "подготовить", Person.WE),
        ("пришлите", "прислать", Person.ASKED),
        ("пришлете", "прислать", Person.YOU),
        ("свяжется", "связаться", Person.HE),
        ("отсортируем", "отсортировать", Person.WE),
    ],
)
def test_verbs_are_known_in_their_forms(word: str, key: str, person: Person) -> None:
    """Who does it is seen by the ending."""
    form = verb(word)
    assert form is not None and (form.key, form.person, form.done) == (key, person, True)


def test_misheard_verbs_are_recognised() -> None:
    """By their stem behind a pronoun, by one wrong letter anywhere; nouns and the past are not."""
    assert misspelt("прешлю") == verb("пришлю")
    assert misheard("отправлу") is not None
    for word in ("разбору", "проверили", "поставку", "проблем", "упаковку", "сумму", "первым"):
        assert misspelt(word) is None
        assert verb(word) is None


def test_names_are_told_from_words() -> None:
    """In any case of the known ones; a word that is a name only by its capital needs it."""
    names = People(["Вера Павлова"])
    said = Said(0, Utterance(0, 1, "скажите вере и марине что роман длинный а Роман нет"))
    named = {said.words[at] for at in range(len(said.words)) if names.named(said, at)}
    assert {"марине", "роман"} <= named
    assert names.nominative(said, said.words.index("роман")) is None
    assert People(["Вера Павлова"]).introduced(read([Utterance(0, 1, "меня зовут вера")])[0]) == "Вера Павлова"


def test_prices_are_tariffs_and_numbers() -> None:
    """A price of a service is a tariff, a quantity a number; nothing is in both lists."""
    found = minutes("Сборка стоит сорок четыре рубля за заказ.", "Привезём восемь паллет.")
    assert [point.segment for point in found.tariffs] == [0]
    assert [point.segment for point in found.numbers] == [1]
    assert found.tariffs[0].text == "Сборка стоит 44\u00a0₽ за заказ"


def test_a_question_nobody_can_answer_stays_open() -> None:
    """An answered one does not."""
    found = minutes(
        "А сколько стоит хранение летом?", "Не знаю, надо уточнить.", "А сколько паллет вы везёте?", "Восемь."
    )
    assert [point.segment for point in found.open_questions] == [0]


def test_only_the_client_complains_and_tells_of_himself() -> None:
    """Our own words are no pains of his."""
    found = minutes(
        "К: Мы продаём чай на Озоне с 2021 года.",
        "К: У нас опять потеряли коробку, это кошмар.",
        "С: У нас проблема со сканером.",
        client=("Клиент",),
    )
    assert [point.segment for point in found.pains] == [1]
    assert {fact.field for fact in found.facts} == {"sells", "where", "since"}


def test_leaving_is_a_conflict_and_the_main_risk() -> None:
    """It is found by the list of leaving phrases, and leads the summary."""
    found = minutes("К: Ваш конкурент дешевле, мы уходим.", client=("Клиент",))
    assert found.conflicts and found.competitors
    assert found.summary.startswith("Клиент говорит об уходе: «Ваш конкурент дешевле, мы уходим».")
    assert found.tone in ("напряжённый", "плохой")


@pytest.mark.parametrize(
    ("said", "tone"),
    [
        (("К: Всё отлично, спасибо, очень довольны, супер, прекрасно!",), "хороший"),
        (("К: Привезём товар.", "С: Хорошо."), "ровный"),
        (("К: Опять штраф и брак, очень долго, мы недовольны.",), "напряжённый"),
        (("К: Это кошмар, безобразие, обман и хамство, пишем претензию, позор!",), "плохой"),
    ],
)
def test_tone(said: tuple[str, ...], tone: str) -> None:
    """By kind and hard words of the client."""
    assert minutes(*said, client=("Клиент",)).tone == tone


def test_topics_change_where_the_words_do() -> None:
    """Two subjects, two stretches, each called by its own words."""
    parcels = "Возвраты приходят мятые, упаковка возвратов рвётся, коробка и плёнка для возвратов нужны."
    people = "Отпуск сотрудников, график смены, премия и зарплата сотрудников, отпуск начальника смены."
    found = minutes(*[parcels] * 12, *[people] * 12)
    assert len(found.topics) == 2
    assert "возвраты" in found.topics[0].title.lower()
    assert "отпуск" in found.topics[1].title.lower()
    assert abs(found.topics[1].start_ms - 60_000) <= 10_000


def test_how_things_will_be_is_a_decision() -> None:
    """What was agreed upon and nobody in particular takes on is no promise; with a person in it, it is one."""
    found = extract(Conversation([Utterance(0, 3000, "договорились, приёмка будет за один день", "Анна")]))
    assert ([point.segment for point in found.decisions], found.actions) == ([0], [])
    found = extract(Conversation([Utterance(0, 3000, "договорились, я пришлю договор в пятницу", "Анна")]))
    assert [action.owner for action in found.actions] == ["Анна"]


def test_a_stock_count_is_no_worry() -> None:
    """What is counted differs by a piece or two, and nobody complains of it."""
    rows = ("К: Артикул 152 чехол синий по системе 289 по факту 288", "К: Стекло красное по системе 90 по факту 88")
    found = minutes(*rows, client=("Клиент",))
    assert (found.pains, found.conflicts) == ([], [])
    lost = minutes("К: Вы опять потеряли наш товар, двадцать штук.", client=("Клиент",))
    assert [point.segment for point in lost.pains] == [0]
