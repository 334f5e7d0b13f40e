"""What an external model sees instead of personal data: properties."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.pseudonyms import Pseudonyms
from processors.pseudonyms.masking import TOKEN

_DECLINED = """
Иван Ивана Ивану Иваном Иване
Анна Анны Анне Анну Анной Анною
Павел Павла Павлу Павлом Павле
Лев Льва Льву Львом Льве
Пётр Петра Петру Петром Петре
Игорь Игоря Игорю Игорем Игоре
Сергей Сергея Сергею Сергеем Сергее
Юрий Юрия Юрию Юрием Юрии
Мария Марии Марию Марией
Илья Ильи Илье Илью Ильёй
Наталья Натальи Наталье Наталью Натальей
Любовь Любови Любовью
Никита Никиты Никите Никиту Никитой
Зульфия Зульфии Зульфию Зульфиёй
Иванов Иванова Иванову Ивановым Иванове Ивановы Ивановых Ивановой
Кузьмина Кузьминой Кузьмину Кузьмины Кузьминых
Достоевский Достоевского Достоевскому Достоевским Достоевском Достоевская Достоевскую
Толстая Толстой Толстую Толстою
Белый Белого Белому Белым Белом
Коваль Коваля Ковалю Ковалем Ковале
Шевченко
Заяц Зайца Зайцу Зайцем Зайце
Боец Бойца Бойцу Бойцом Бойце
Петрович Петровича Петровичу Петровичем Петровиче
Сергеевна Сергеевны Сергеевне Сергеевну Сергеевной
Smith smith SMITH
"""
DECLINED: dict[str, list[str]] = {line.split()[0]: line.split() for line in _DECLINED.strip().splitlines()}
"""Names as a grammar declines them, written down here by hand."""
FORMS = [(name, form) for name, forms in DECLINED.items() for form in forms]
_WORDS = "и потом сказал что тариф 5 000 рублей на склад приехали коробки ; . — ли [1] завтра 12.05.2024"
WORDS = ["", "\n", *_WORDS.split()]

filler = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
separators = st.sampled_from(["", " ", "-", "  ", " - ", "\u00a0", "."])
cased = st.sampled_from([str, str.lower, str.upper, str.title])


def digits_of(text: str) -> str:
    return re.sub(r"\D", "", text)


@st.composite
def phones(draw: st.DrawFn) -> str:
    gap, area = draw(separators), draw(st.sampled_from(["916", "495", "812", "903", "343"]))
    a, b, c = (draw(st.from_regex(pattern, fullmatch=True)) for pattern in ("[0-9]{3}", "[0-9]{2}", "[0-9]{2}"))
    code = draw(st.sampled_from([area, f"({area})"]))
    return f"{draw(st.sampled_from(['+7', '8', '7', '+ 7']))}{gap}{code}{gap}{a}{gap}{b}{gap}{c}"


@st.composite
def inns(draw: st.DrawFn) -> str:
    """Ten digits whose last is the check digit."""
    head = draw(st.from_regex("[1-9][0-9]{3}[1-9][0-9]{2}12", fullmatch=True))
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return head + str(sum(int(d) * w for d, w in zip(head, weights, strict=True)) % 11 % 10)


mails = st.from_regex(r"[a-z]{2,8}(\.[a-z]{1,6})?@[a-z]{2,8}\.(ru|com)", fullmatch=True)
contracts = st.from_regex(r"[0-9]{2,4}/[0-9]{2}(-[А-Я])?", fullmatch=True)
cards = st.from_regex("[2-6][0-9]{3} [0-9]{4} [0-9]{4} [0-9]{4}", fullmatch=True)
houses = st.from_regex(r"[1-9][0-9]?(/[1-9])?", fullmatch=True)


@given(st.lists(st.tuples(st.sampled_from(FORMS), cased, filler), min_size=1, max_size=8), filler)
def test_no_listed_name_leaves(said: list[tuple[tuple[str, str], type[str], str]], start: str) -> None:
    """Whichever case a listed name stands in, and in whichever letters, none of its form is in the masked text."""
    text = start + " " + " ".join(f"{case(form)} {words}" for (_, form), case, words in said)
    pseudonyms = Pseudonyms([name for (name, _), _, _ in said])
    masked = pseudonyms.mask(text)
    left = set(re.findall(r"\w+", TOKEN.sub(" ", masked).lower()))
    assert not left & {form.lower() for (_, form), _, _ in said}
    assert pseudonyms.restore(masked) == text


@given(st.permutations(["Иванов", "Пётр", "Сергеевич"]), st.integers(0, 4))
def test_a_full_name_is_one_token(order: list[str], case: int) -> None:
    """Family name, name and patronymic in any order and case are one person, one token."""
    declined = {
        "Иванов": DECLINED["Иванов"],
        "Пётр": DECLINED["Пётр"],
        "Сергеевич": [f"Сергеевич{end}" for end in ("", "а", "у", "ем", "е")],
    }
    text = " ".join(declined[word][case] for word in order)
    assert Pseudonyms(["Иванов Пётр Сергеевич"]).mask(f"у {text} вопрос") == "у [ИМЯ_1] вопрос"


@given(phones(), inns(), mails, contracts, cards, houses, filler, filler)
def test_no_number_or_address_leaves(
    phone: str, inn: str, mail: str, contract: str, card: str, house: str, before: str, after: str
) -> None:
    """Phones in any spelling, INN, mails, contracts, cards and addresses: nothing of them is in the masked text."""
    secrets = f"{phone}, {inn}; {mail}, договор № {contract}, карта {card}, г. Тверь, ул. Мира, д. {house}"
    pseudonyms = Pseudonyms([])
    masked = pseudonyms.mask(f"{before} начало {secrets}, конец {after}")
    rest = TOKEN.sub("", masked)
    rest = rest[rest.index(" начало ") : rest.rindex(" конец ")].lower()
    assert not digits_of(rest)
    assert "@" not in rest
    assert "тверь" not in rest
    assert "мира" not in rest
    assert pseudonyms.restore(masked) == f"{before} начало {secrets}, конец {after}"


PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from([form for _, form in FORMS]),
    st.sampled_from(
        [
            "[ИМЯ_1]",
            "[имя_1б",
            "ТЕЛ_12",
            "[",
            "]",
            "_1",
            "ИМЯ",
            "ЗНАК_1]",
            "[ТЕЛ 1",
            "[ИМЯ-2]",
            "\\_1",
            "７",
            "пароль: ",
            "код ",
            "\0",
            "@",
            "№",
            "д.",
            "ул. ",
        ]
    ),
    phones(),
    mails,
    st.from_regex(r"[0-9 ,.-]{1,14}", fullmatch=True),
)


@settings(max_examples=400)
@given(st.lists(st.lists(PIECES, max_size=8).map("".join), max_size=3))
def test_restoring_undoes_masking(texts: list[str]) -> None:
    """For any texts of one request, tokens in them or not, what was masked comes back to the letter."""
    pseudonyms = Pseudonyms(DECLINED)
    masked = [pseudonyms.mask(text) for text in texts]
    assert [pseudonyms.restore(text) for text in masked] == texts


@given(st.lists(st.sampled_from([word for word in WORDS if word != "ли"]), max_size=30).map(" ".join))
def test_ordinary_words_stay(text: str) -> None:
    """What names nobody goes out as it is, whoever is on the list."""
    assert Pseudonyms(DECLINED).mask(text) == text
