"""What an external model sees instead of personal data: examples."""

import pytest

from processors.pseudonyms import Pseudonyms
from processors.pseudonyms.masking import TOKEN

PEOPLE = ["Иванов Иван Петрович", "Анна Сергеевна Ковалёва", "Лев Павлов", "Илья Достоевский", "Мария Коваленко"]


@pytest.mark.parametrize(
    "text",
    [
        "звоните +7 (916) 123-45-67",
        "тел. 89161234567",
        "8 916 123 45 67 это мой номер",
        "8-916-123-45-67",
        "916 123-45-67",
        "8 9 1 6 1 2 3 4 5 6 7",
        "+375 29 123-45-67",
        "(495) 123-45-67",
        "мой номер восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь",
        "плюс семь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь",
        "восемь девять один шесть один два три четыре пять шесть семь",
        "телефон 123 сорок пять шестьдесят семь",
        "пишите ivan.petrov+wb@mail.ru",
        "почта director@склад.рф",
        "иванов собака мейл точка ру",
        "мой ник @ivan_petrov",
        "t.me/ivanpetrov",
        "https://lk.example.ru/client?id=77123",
        "ИНН 7707083893",
        "инн: 77 07 08 38 93",
        "7707083893",
        "500100732259",
        "КПП 770701001",
        "ОГРН 1027700132195",
        "1027700132195",
        "инн семь семь ноль семь ноль восемь три восемь девять три",
        "договор № 12/34-А",
        "по договору 55-ФФ/7",
        "Договор оказания услуг №77",
        "договор номер двенадцать дробь тридцать четыре",
        "карта 4276 3800 1234 5678",
        "4111111111111111",
        "р/с 40702810900000012345",
        "паспорт серия 45 10 номер 123456",
        "4510 123456",
        "СНИЛС 112-233-445 95",
        "г. Москва, ул. Ленина, д. 5, корп. 2, кв. 17",
        "142100, Московская область, г. Подольск, Варшавское шоссе, дом 12/3, офис 4",
        "улица ленина дом пять квартира десять",
    ],
)
def test_leaves_no_digit_and_no_address(text: str) -> None:
    """Every form of a number, an account or an address is one token, and comes back to the letter."""
    pseudonyms = Pseudonyms([])
    masked = pseudonyms.mask(text)
    rest = TOKEN.sub("", masked).lower()
    assert not any(letter.isdigit() for letter in rest)
    assert not any(part in rest for part in ("ленина", "подольск", "шестнадцать", "ноль", "тридцать", "petrov", "@"))
    assert TOKEN.search(masked)
    assert pseudonyms.restore(masked) == text


@pytest.mark.parametrize(
    "text",
    [
        "тариф 5 000 рублей за паллету, итого 1 250 000 ₽",
        "было 3 поставки, 8 800 коробок и 900 штук",
        "12.05.2024 и 2024-05-12, с 10 до 18, в 10:30",
        "артикул 123456789, WB-12345678, штрихкод 4601234567893",
        "по складам 8 10 20 30 40 50 штук",
        "восемь тысяч девятьсот рублей, сто двадцать три тысячи, двести или триста четыреста",
        "один два три четыре пять",
        "на улице холодно, площадь склада 500 м",
        "договор 2024 года, договор от 12.05.2024, основной договор",
        "в 2025 г. Москва выросла на 15 %",
        "марка, левая сторона, рублей, король, вектор, ли",
    ],
)
def test_leaves_ordinary_words_alone(text: str) -> None:
    """Prices, quantities, dates, articles and words that look like names are no personal data."""
    assert Pseudonyms([*PEOPLE, "Рублёв Марк Львович", "Виктор Королёв", "Ли Ян"]).mask(text) == text.replace(
        "марка",
        "[ИМЯ_1]",  # a genitive of Марк: nobody can tell
    )


def test_one_person_is_one_number() -> None:
    """Cases, initials, short names and parts of a name are forms of one token; others have other numbers."""
    masked = Pseudonyms(PEOPLE).mask("Иванову Ивану Петровичу и Иванов И.П. и ваня; Анной Сергеевной, Ань; Ильёй")
    assert masked == "[ИМЯ_1] и [ИМЯ_1б] и [ИМЯ_1в]; [ИМЯ_2], [ИМЯ_2б]; [ИМЯ_3]"


def test_namesakes_are_nobody_in_particular() -> None:
    """A first name that two people share is neither of them, their surnames still tell them apart."""
    masked = Pseudonyms(["Иван Сидоров", "Иван Козлов"]).mask("Иван Сидоров, Ивана Козлова, Иваном")
    assert masked == "[ИМЯ_1], [ИМЯ_2], [ИМЯ_3]"


def test_one_number_in_two_spellings() -> None:
    """A phone keeps its number however it is written."""
    assert Pseudonyms([]).mask("89161234567 или +7 916 123-45-67, 8 495 123-45-67") == "[ТЕЛ_1] или [ТЕЛ_1б], [ТЕЛ_2]"


def test_people_on_no_list() -> None:
    """A patronymic gives away who is on no list; behind a known first name it needs no capital."""
    pseudonyms = Pseudonyms(["Мария"])
    assert pseudonyms.mask("Олегу Игоревичу Смирнову и мария петровна") == "[ИМЯ_1] и [ИМЯ_2]"


def test_words_of_a_display_name_that_name_nobody() -> None:
    """What people are (склад, менеджер) stays readable when it is part of their name in the meeting."""
    assert Pseudonyms(["Склад Юг, Ольга (менеджер)"]).mask("менеджер на складе, Ольге") == "менеджер на складе, [ИМЯ_1]"


def test_short_names_that_are_other_words() -> None:
    """Forms that are common words (машину, любой, поле, люди) are names only where they have a capital."""
    pseudonyms = Pseudonyms(["Мария", "Любовь", "Полина", "Людмила", "Светлана"])
    text = "машину подали, любой короб, поле пустое, люди и свет"
    assert pseudonyms.mask(text) == text
    assert pseudonyms.mask("с Любой и Машей") == "с [ИМЯ_1] и [ИМЯ_2]"


def test_disguised_names() -> None:
    """Invisible characters, accents and Latin letters in a Cyrillic word hide nobody, nor does a misspelling."""
    masked = Pseudonyms(PEOPLE).mask("Ив\u200bан, Ива\u0301н, Ивaн, ИВАН, Досстоевский")
    assert masked == "[ИМЯ_1], [ИМЯ_1б], [ИМЯ_1в], [ИМЯ_1г], [ИМЯ_2]"


def test_text_that_looks_like_a_token() -> None:
    """It becomes a token itself, so it neither changes nor borrows a person."""
    pseudonyms = Pseudonyms(PEOPLE)
    text = "Иван написал [ИМЯ_1], имя_1б и [[ТЕЛ_1]]"
    masked = pseudonyms.mask(text)
    assert masked == "[ИМЯ_1] написал [ЗНАК_1], [ЗНАК_2] и [[ЗНАК_3]]"
    assert pseudonyms.restore(masked) == text


def test_tokens_as_a_model_returns_them() -> None:
    """Small letters and a lost bracket are forgiven, an unknown form is the first one, an unknown token stays."""
    pseudonyms = Pseudonyms(PEOPLE)
    pseudonyms.mask("Анне")
    assert pseudonyms.restore("[имя_1], ИМЯ_1, [ИМЯ_1ю], [ИМЯ_9], [ТЕЛ_1]") == "Анне, Анне, Анне, [ИМЯ_9], [ТЕЛ_1]"
    assert pseudonyms.restore("[ИМЯ 1], [ имя-1 ], ИМЯ\\_1, имя 1") == "Анне, Анне, Анне, имя 1"


def test_an_unlisted_person_is_one_number() -> None:
    """Cases of one name are forms of one token, another name is another."""
    masked = Pseudonyms([]).mask("спросите Скворцова, передайте Скворцову и гульнаре, гульнара ждёт")
    assert masked == "спросите [ИМЯ_1], передайте [ИМЯ_1б] и [ИМЯ_2], [ИМЯ_2б] ждёт"


def test_one_phone_in_three_scripts() -> None:
    """Full width, underscores and plain digits are one number, and each comes back as it stood."""
    pseudonyms = Pseudonyms([])
    text = "８９１６１２３４５６７, 8_916_123_45_67 или +7 916 123-45-67"
    masked = pseudonyms.mask(text)
    assert masked == "[ТЕЛ_1], [ТЕЛ_1б] или [ТЕЛ_1в]"
    assert pseudonyms.restore(masked) == text


def test_requests_have_nothing_in_common() -> None:
    """Numbers begin anew with each request, so they follow nobody from one to the next."""
    assert Pseudonyms(PEOPLE).mask("Мария") == Pseudonyms(PEOPLE).mask("Лев") == "[ИМЯ_1]"


def test_more_forms_than_letters() -> None:
    """A value in more spellings than the alphabet has letters is still restored exactly."""
    pseudonyms = Pseudonyms([])
    number = "89161234567"
    written = ", ".join(number[:at] + " " + number[at:] for at in range(4, 11)) + ", "
    written += ", ".join(f"+7{dash}916{dash}123{other}45-67" for dash in " -.–—/" for other in " -.–—/")
    masked = pseudonyms.mask(written)
    assert not any(digit in TOKEN.sub("", masked) for digit in "0123456789")
    assert pseudonyms.restore(masked) == written
