"""Names of people in the forms that a Russian text gives them.

Forms are made of the listed name by its declension, not by cutting the text's words: the stem of "Рублёв" is that of
"рублей", and half of a price list would be a person.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from processors.russian.words import word_list

_IGNORED = "\u00ad\u0301\u200b-\u200f\u2060\ufeff"
WORD = re.compile(rf"[^\W\d_](?:[{_IGNORED}\u0306\u0308]*[^\W\d_])*[\u0306\u0308]?")
"""A word, also with soft hyphens, accents and characters of no width in it."""
_INVISIBLE = re.compile(f"[{_IGNORED}]")
_LOOKALIKES = str.maketrans("aeopcyxkmtbh", "аеорсухкмтвн")

NOT_NAMES = frozenset(
    word_list(
        "ооо оао пао зао ип ао тоо ltd llc inc фирма компания склад складе менеджер куратор клиент гость директор "
        "бухгалтер бухгалтерия отдел логист логистика логистики руководитель продажи продажам заказчик оператор "
        "администратор админ офис магазин группа команда поддержка фулфилмент маркетплейс озон ozon вайлдберриз "
        "wildberries wb яндекс маркет сбер мегамаркет зам генеральный коммерческий главный старший и от из по на не "
        "the of iphone ipad android user guest host client manager участник собственник владелец бот bot"
    )
)
"""Words of display names that name nobody; hidden, they would take the sense out of a whole transcript."""

_SURNAME = re.compile(r"(?<=\w{4})(?<=ов|ев|ин|ын)а?\Z")
_ADJECTIVE = re.compile(r"(?:ый|ий|ой|ая|яя)\Z")
_FLEETING = re.compile(r"[ео](?=[лкцв]\Z)")

_SURNAME_ENDS = ("", *word_list("а у ым ом е ой ою ы ых ыми"))
_ADJECTIVE_ENDS = word_list("ый ий ой ого его ому ему ым им ом ем ая яя ую юю ою ей ые ие ых их ыми ими")
_CONSONANT_ENDS = ("", *word_list("а у ом е"))
_HUSHING_ENDS = ("", *word_list("а у ом ем е и"))
_FLEETING_ENDS = word_list("а у ом ем е")
_A_ENDS = ("", *word_list("а ы е у ой ою ин ина ину ино ины иной"))
_HUSHING_A_ENDS = ("", *word_list("а и е у ой ою ей ею ин ина ину ино ины иной"))
_YA_ENDS = word_list("я ь и е ю ей ею ин ина ину ино ины иной")
_SHORT_ENDS = word_list("й я ю ем е и")
_SOFT_ENDS = word_list("ь я ю ем е и ью")
_O_ENDS = word_list("о а и е у ой ом ы")
_HUSHING = "гкхжчшщц"
"""Letters after which other vowels are written: Ольги, Машей, Ильичом."""

CAPITALISED = frozenset(
    word_list(
        "машин машина машину машины машиной машино любой поле поля полю полей ленина ленину лен свет вер слав лид мил "
        "роз ром май раис кости костей сани саней"
    )
)
"""Forms of names that are other words too, and common ones: names only where they have a capital."""

_CALLED = """
александр саша саня шура сашка; александра саша шура; алексей леша алеша леха; анастасия настя; андрей андрюха;
анна аня анюта нюра; антон антоха; валентин валя; валентина валя; валерий валера; валерия лера; василий вася;
виктор витя; виктория вика; владимир вова володя; владислав влад владик; вячеслав слава; галина галя; георгий гоша жора;
григорий гриша; дарья даша; дмитрий дима митя; евгений женя жека; евгения женя; екатерина катя; елена лена;
елизавета лиза; иван ваня; илья илюха илюша; ирина ира; константин костя; ксения ксюша; лариса лара; людмила люда;
любовь люба; максим макс; маргарита рита; мария маша; михаил миша; надежда надя; наталья наташа; наталия наташа;
николай коля; олег олежа; ольга оля; павел паша; петр петя; полина поля; роман рома; светлана света; сергей сережа
серега; софья соня; станислав стас; степан степа; татьяна таня; тимофей тима; федор федя; юлия юля; юрий юра; яна яночка
"""
"""What people are called who are listed by their full name."""
SHORT_NAMES = {line.split()[0]: line.split()[1:] for line in _CALLED.replace("\n", " ").split(";")}

FULL_NAMES = {short: full for full, called in reversed(SHORT_NAMES.items()) for short in called}
"""A short name and the full one; of two with one letter more the man's, which is the first listed."""


def canonical(word: str) -> str:
    """Lower case, ё as е, nothing invisible, Latin look-alikes in a Cyrillic word as Cyrillic."""
    bare = unicodedata.normalize("NFC", _INVISIBLE.sub("", word)).lower().replace("ё", "е")
    return bare.translate(_LOOKALIKES) if re.search("[а-я]", bare) else bare


def name_words(name: str) -> list[str]:
    """The words of a name that name somebody, as `canonical` writes them."""
    words = [canonical(word) for word in WORD.findall(name)]
    return [word for word in words if len(word) > 1 and word not in NOT_NAMES]


def forms(word: str) -> frozenset[str]:
    """All forms of a name word (as `canonical` writes it), short names and their forms too."""
    return frozenset(form for base in (word, *SHORT_NAMES.get(word, ())) for form in _declined(base))


@lru_cache(4096)
def _declined(word: str) -> frozenset[str]:
    if len(word) <= 2 or not re.fullmatch("[а-я]+", word):
        return frozenset({word})
    made = {word, *_patronymic(word), *_by_ending(word)}
    return frozenset(form for form in made if len(form) > 2 or form == word)


def _by_ending(word: str) -> Iterator[str]:
    if _SURNAME.search(word):
        yield from _with(_SURNAME.sub("", word), _SURNAME_ENDS)
    if _ADJECTIVE.search(word):
        yield from _with(word[:-2], _ADJECTIVE_ENDS)
    trunk = word[:-1]
    match word[-1]:
        case "й":
            yield from _with(trunk, _SHORT_ENDS)
        case "ь":
            yield from _with(trunk, _SOFT_ENDS)
        case "а":
            yield from _with(trunk, _HUSHING_A_ENDS if trunk[-1] in _HUSHING else _A_ENDS)
        case "я":
            yield from _with(trunk, _YA_ENDS)
        case "о":
            yield from _with(trunk, _O_ENDS)
        case "е" | "и" | "у" | "ю" | "э" | "ы":
            return
        case _ if not _SURNAME.search(word):
            yield from _with(word, _HUSHING_ENDS if word[-1] in _HUSHING else _CONSONANT_ENDS)
            yield from _fleeting(word)


def _fleeting(word: str) -> Iterator[str]:
    """Павел, Павла; Лев, Льва; Заяц and Боец keep their own (Зайца, Бойца)."""
    if word == "лев":
        yield from _with("льв", _FLEETING_ENDS)
    elif word.endswith("яц"):
        yield from _with(word[:-2] + "йц", _FLEETING_ENDS)
    elif _FLEETING.search(word):
        soft = "й" if word[-3] in "аоуыэяюие" else ""
        yield from _with(_FLEETING.sub(soft, word), _FLEETING_ENDS)


def _patronymic(word: str) -> Iterator[str]:
    """As it is spoken: Иванович, Иваныч; Сергеевич, Сергеич; Ивановна, Иванна."""
    for written, spoken in (("ович", "ыч"), ("евич", "ич"), ("овна", "на")):
        if word.endswith(written) and len(word) > 6:
            yield from _by_ending(word.removesuffix(written) + spoken)


def _with(trunk: str, ends: Iterable[str]) -> Iterator[str]:
    return (trunk + end for end in ends)
