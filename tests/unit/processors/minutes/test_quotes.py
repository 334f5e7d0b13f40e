"""What of a model's minutes may be believed."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from processors.minutes.harmless import harmless, uncut
from processors.minutes.quotes import ITEMS, verified
from schemas.meetings import Utterance
from schemas.minutes import UNKNOWN, Action, Fact, Minutes, Point, Topic

SAID = (
    ("Анна Ковалёва", "Добрый день, Иван! Обсудим тариф?"),
    ("Иван Петров", "ну мы договорились на скидку пять процентов с первого числа"),
    ("Анна Ковалёва", "Я пришлю расчёт до пятницы, хорошо?"),
    ("Иван Петров", "нам очень не нравится что короба мнут. И ещё: недостача 12 штук!"),
    ("Иван Петров", "вот таблица https://docs.example/x?id=5 её заполните до среды"),
)
UTTERANCES = [Utterance(n * 1000, n * 1000 + 900, words, who) for n, (who, words) in enumerate(SAID)]
FRIDAY, SAID_ON = "2026-11-27", date(2026, 11, 24)


def points(*claims: tuple[str, int], text: str = "") -> list[Point]:
    """What is left of claims: (quote, segment)."""
    minutes = Minutes("Обсудили тариф.", "glm", decisions=[Point(text, quote, segment) for quote, segment in claims])
    return verified(minutes, UTTERANCES).decisions


def action(owner: str = UNKNOWN, due: str = UNKNOWN, said_on: date | None = None) -> Action:
    """What is left of a promise."""
    claimed = Action("прислать расчёт", owner, due, "пришлю расчёт до пятницы", 2)
    (kept,) = verified(Minutes("", "glm", actions=[claimed]), UTTERANCES, ["Олег Сидоров"], said_on).actions
    return kept


@pytest.mark.parametrize(
    ("quote", "segment", "verbatim", "found_in"),
    [
        ("договорились на скидку пять процентов", 1, "договорились на скидку пять процентов", 1),
        ("Договорились, на скидку пять процентов!", 1, "договорились на скидку пять процентов", 1),
        ("пришлю расчет до пятницы", 2, "пришлю расчёт до пятницы", 2),
        ("договорилис на скидку пять процентов", 1, "договорились на скидку пять процентов", 1),
        ("недостача 12 штук", 0, "недостача 12 штук", 3),
        ("мнут и еще недостача", 99, "мнут. И ещё: недостача", 3),
        ("Обсудим тариф", -5, "Обсудим тариф", 0),
        ("вот таблица https://docs.example/x?id=5 её заполните до среды", 4, "её заполните до среды", 4),
    ],
)
def test_quotes_are_verbatim(quote: str, segment: int, verbatim: str, found_in: int) -> None:
    """A quote is replaced by the words as they stand, its segment by where they do; it is cut at a link."""
    (point,) = points((quote, segment))
    assert (point.quote, point.segment) == (verbatim, found_in)
    assert verbatim in UTTERANCES[found_in].text


@pytest.mark.parametrize(
    "quote",
    [
        "мы расторгаем договор с первого числа",
        "договорились на скидку шесть процентов с первого числа",
        "нам очень нравится что короба мнут",
        "недостача 13 штук",
        "да",
        "",
        "…",
        "https://docs.example/x?id=5",
    ],
)
def test_what_was_not_said_is_dropped(quote: str) -> None:
    """Invented words, another number, a lost "не", too little to prove anything: no item."""
    assert points((quote, 1)) == []


def test_text_that_has_nothing_of_what_was_said() -> None:
    """Such a text is replaced by the quote; a paraphrase with a word in common stays."""
    assert points(("короба мнут", 3), text="Директор мошенник")[0].text == "короба мнут"
    assert points(("короба мнут", 3), text="Мнутся короба у клиента")[0].text == "Мнутся короба у клиента"


def test_a_looping_model() -> None:
    """The same item again is one, and there is an end to different ones."""
    assert len(points(*[("короба мнут", 3)] * 500, ("недостача 12 штук", 3))) == 2
    many = [Utterance(n, n + 1, f"обещание под номером {n:05}") for n in range(100)]
    claimed = [Point("", utterance.text, n) for n, utterance in enumerate(many)]
    assert len(verified(Minutes("", "glm", pains=claimed), many).pains) == ITEMS


@pytest.mark.parametrize(
    ("owner", "kept"),
    [
        ("Анна Ковалёва", "Анна Ковалёва"),
        ("Анна", "Анна"),
        ("Ивану", "Ивану"),
        ("Олег Сидоров", "Олег Сидоров"),
        ("Аркадий Подставной", UNKNOWN),
        ("Анна Подставная", UNKNOWN),
        ("<b>Анна</b>", "Анна"),
        ("", UNKNOWN),
    ],
)
def test_owners_are_known(owner: str, kept: str) -> None:
    """A speaker, a person of the meeting or somebody who was named; anyone else is nobody."""
    assert action(owner).owner == kept


@pytest.mark.parametrize(
    ("due", "said_on", "kept"),
    [
        (FRIDAY, SAID_ON, FRIDAY),
        ("до пятницы", SAID_ON, FRIDAY),
        ("до пятницы", None, "до пятницы"),
        (FRIDAY, None, "до пятницы"),
        ("2031-01-01", SAID_ON, FRIDAY),
        ("до субботы", SAID_ON, UNKNOWN),
        ("2026-13-45", SAID_ON, UNKNOWN),
        ("когда-нибудь", None, UNKNOWN),
        (UNKNOWN, SAID_ON, UNKNOWN),
    ],
)
def test_dates_were_named(due: str, said_on: date | None, kept: str) -> None:
    """A day stands only where words near the quote name it; else what was said of the time, or nothing."""
    assert action(due=due, said_on=said_on).due == kept


def test_no_date_where_none_was_named() -> None:
    """A day beside a quote without any word of time is unknown."""
    claimed = Action("мять короба", UNKNOWN, FRIDAY, "короба мнут", 0)
    only = [Utterance(0, 1, "нам очень не нравится что короба мнут")]
    assert verified(Minutes("", "glm", actions=[claimed]), only, (), SAID_ON).actions[0].due == UNKNOWN


def test_summary() -> None:
    """Sentences that an item says stay, without links, as do those that only name what was spoken of; others go, and
    nothing left is said as such."""
    summary = "Скидка 5 % (https://evil.ru/a). Обсудили тариф. Директор уволился вчера. <i>Короба</i> мнут!"
    decisions, pains = [Point("", "договорились на скидку пять процентов", 1)], [Point("", "короба мнут", 3)]
    checked = verified(Minutes(summary, "glm", decisions=decisions, pains=pains), UTTERANCES)
    assert checked.summary == "Скидка 5 % ( Обсудили тариф. Короба мнут!"
    assert verified(Minutes(summary, "glm", pains=pains), UTTERANCES).summary == "Обсудили тариф. Короба мнут!"
    assert verified(Minutes("Директор уволился.", "glm"), UTTERANCES).summary == UNKNOWN


def test_topics() -> None:
    """Times are within the conversation, titles have a word of it."""
    topics = [Topic("Скидка и **тариф**", 9_000_000, -5), Topic("Полёт на Марс", 0, 900)]
    assert verified(Minutes("", "glm", topics=topics), UTTERANCES).topics == [Topic("Скидка и тариф", 0, 4900)]


def test_the_rest_is_kept() -> None:
    """Engine, version, tone and the kind of a fact are not the business of this check."""
    minutes = Minutes("", "glm", 3, facts=[Fact("since", "x", "с первого числа", 1)], tone="плохой")
    kept = verified(minutes, UTTERANCES)
    assert (kept.engine, kept.version, kept.tone) == ("glm", 3, "плохой")
    assert kept.facts == [Fact("since", "с первого числа", "с первого числа", 1)]


def test_nothing_was_said() -> None:
    """Without a conversation nothing stands."""
    minutes = Minutes("Всё обсудили.", "glm", topics=[Topic("Всё", 0, 1)], pains=[Point("Боль", "больно нам", 0)])
    assert verified(minutes, []) == Minutes(UNKNOWN, "glm")


WORDS = st.sampled_from(
    [
        "мы",
        "не",
        "пришлём",
        "12",
        "расчёт,",
        "завтра!",
        "тариф",
        "(",
        "https://x.ru/a",
        "<b>",
        "\u200b",
        "Анна",
        "—",
        "короба",
        "без",
        "5",
        "%",
    ]
)
phrases = st.lists(WORDS, max_size=12).map(" ".join)


@example(["мы \u200b мы мы"], [("мы мы мы", 0)], "")
@given(st.lists(phrases, max_size=5), st.lists(st.tuples(phrases | st.text(), st.integers(-3, 9)), max_size=5), phrases)
def test_whatever_a_model_says(said: list[str], claims: list[tuple[str, int]], text: str) -> None:
    """Never an error; each quote that is kept is verbatim in its utterance and has no link; again changes nothing."""
    utterances = [Utterance(n, n + 1, words, "Анна") for n, words in enumerate(said)]
    actions = [Action(text, text, text, quote, segment) for quote, segment in claims]
    kept = verified(Minutes(text, "glm", actions=actions), utterances, (), SAID_ON)
    for item in kept.actions:
        assert item.quote in utterances[item.segment].text
        assert not {"https:", "<b", "\u200b"} & {mark for mark in ("https:", "<b", "\u200b") if mark in item.quote}
    assert verified(kept, utterances, (), SAID_ON).actions == kept.actions


@given(st.lists(phrases, min_size=1, max_size=5), st.data())
def test_true_quotes_are_found(said: list[str], data: st.DataObject) -> None:
    """Any plain stretch of words is found where it was said."""
    segment = data.draw(st.integers(0, len(said) - 1))
    words = [word for word in said[segment].split() if word.isalpha()]
    quote = " ".join(words)
    utterances = [Utterance(n, n + 1, " ".join(w for w in line.split() if w.isalpha())) for n, line in enumerate(said)]
    kept = verified(Minutes("", "glm", pains=[Point("", quote, segment)]), utterances).pains
    assert [item.quote for item in kept] == [quote] * (len(quote) >= 5)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("см. https://evil.ru/a?b=c тут", "см. тут"),
        ("[нажми](https://evil.ru) сюда", "нажми сюда"),
        ("![x](http://a.b/c.png)итог", "xитог"),
        ("<script>alert(1)</script>итог", "alert(1) итог"),
        ("<<b>script>итог", "< script>итог"),
        ("работаем с ozon.ru и t.me/evil", "работаем с ozon и"),
        ("а\u200bб\u202eв", "абв"),
        ("цена 5.5 руб. и т.д., отчёт.xlsx < 10 > 3", "цена 5.5 руб. и т.д., отчёт.xlsx < 10 > 3"),
        ("две\nстроки\tтут", "две строки тут"),
        ("javascript:alert(1) да", "да"),
        ("десять слов", "десять"),
    ],
)
def test_harmless(text: str, plain: str) -> None:
    """Links, mark-up and the invisible go, ordinary points and signs stay, and the end is cut at a word."""
    assert harmless(text, 9 if text == "десять слов" else 100) == plain


@given(
    st.lists(st.sampled_from(["<", ">", "b", "[", "](", ")", "http://", "x.ru/", " ", "\u200b", "!", "a"])).map("".join)
)
def test_harmless_is_final(text: str) -> None:
    """Taking one thing out puts nothing else together."""
    assert harmless(harmless(text, 500), 500) == harmless(text, 500)
    assert uncut(text) in text
