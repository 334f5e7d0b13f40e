"""What a client complains of, quarrels about, compares us with, and tells of himself."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from processors.minutes.readable import line, sentence_quote
from processors.minutes.vocabulary import any_of
from processors.minutes.words import Said, Sentence
from processors.phrases import LEAVING
from schemas.minutes import Fact, Point

MOST = 15
"""Points of a kind."""

_PAINS = any_of(
    r"проблем\w* / бед[аы] / жалу\w+ / жалоб\w* / потеря\w+ / пропа[лд]\w* / разби\w+ / побил\w* / бо[йя] / "
    r"брак\w* / бракован\w* / штраф\w* / просроч\w+ / недостач\w* / недовлож\w* / пересорт\w* / задерж\w+ / "
    r"опозда\w+ / сломал\w* / протекл\w* / списали / списыва\w+ на / не успева\w+ / не работа(?:ет|ют|ло) / отвал\w+ / "
    r"тормоз\w+ / висел\w* / завис(?:ло|ла|ли|ает|ают)? / мят\w+ / испор\w+ / пахн\w+ / перепута\w+ / ошиб\w+ / "
    r"накосячил\w* / "
    r"боль / боли[тм] / беспоко\w+ / кошмар\w* / бардак\w* / мучени\w+ / устал\w* / вымотан\w* / рейтинг упал / "
    r"рейтинг пада\w+ / теряем / негде / простаива\w+ / заблокировал\w* / отказ\w* в приемке / слишком дорого / "
    r"дороговато / слишком долго / не хватает / неудобно / никто не"
)
_NO_PAIN = any_of(
    r"без проблем / нет проблем / не проблема / жалоб нет / ошибок нет / проблем нет / не беспоко\w+ / "
    r"никаких проблем / не жалу\w+ / (?:просрочек|потерь|брака|штрафов|возвратов|задержек) нет"
)
_CONFLICTS = any_of(
    r"претензи\w+ / недоволь\w+ / недоволен / возмущ\w+ / возмутительн\w+ / безобрази\w+ / засуд\w+ / в суд / "
    r"судиться / обман\w+ / вр[её]т\w* / врете / грубит\w* / грубил\w* / хам\w+ / хамств\w* / неприемлем\w* / "
    r"не согласен / не согласна / не согласны / не подписывал\w* / не устраивает / не наша проблема / "
    r"кто виноват / по вашей вине / ваша вина / третий раз / сколько можно / надоел\w* / достал[оаи] / долг / "
    r"долга / не заплат\w+ / неустойк\w* / обещали и не / обещали а / никто не переставил / никто не ответил / "
    r"расторг\w+ / ругаться / спорн\w+"
)
_RIVALS = any_of(
    r"конкурент\w* / друг\w+ (?:склад\w*|фулфилмент\w*|оператор\w*|подрядчик\w*) / "
    r"друг(?:их|ие) (?:смотр\w+|предлага\w+) / смотр\w+ других / соседи предлагают / нам предлагают / "
    r"мне предлагают / сделали предложение / нам сделали / предложение в / запросили коммерческ\w+ / "
    r"вариантов на рынке / прошл\w+ (?:складе?|фулфилменте|операторе) / старом складе / "
    r"предыдущ\w+ (?:складе?|партнер\w*|оператор\w*|подрядчик\w*) / переманива\w+"
)
_SELLS = any_of(
    r"мы / я )?(?:продаем / продаю / торгуем / торгую / производим / шьем / выпускаем / импортируем / "
    r"занимаемся / варим / наш бренд / ассортимент / наш товар / новая линейка / "
    r"у нас (?:новая линейка|бренд|магазин)"
)
_WHERE = any_of(
    r"озон\w* / ozon / вайлдбер\w* / wildberries / вб / wb / яндекс\w* / мегамаркет\w* / ламод\w* / lamoda / "
    r"авито / ярмарк\w+ мастеров / сво[йе]м? сайт\w* / маркетплейс\w* / алиэкспресс\w*"
)
_SELLING = re.compile(r"\b(?:торгу\w+|прода[ею]\w*|выходим|стоим|сидим|магазин\w*|представлены|размещ\w+|открыва\w+)\b")
_NOT_SELLING = any_of("не торгу\\w+ / не прода\\w+ / не занимаемся")
_SINCE = any_of(
    r"с \w+(?: \w+)? года / на рынке (?:уже )?(?:\w+ )?(?:лет|года?|с) / магазину (?:\w+ )?(?:лет|года?) / "
    r"работаем с вами (?:уже )?(?:с|\w+ (?:лет|года?|месяц\w*)) / "
    r"уже (?:\w+ )?(?:лет|года|месяцев) (?:с вами|у вас|работаем)"
)


class Remarks(NamedTuple):
    """All of them, in the order they were said."""

    pains: list[Point]
    conflicts: list[Point]
    competitors: list[Point]
    facts: list[Fact]
    leaving: list[Point]


def find(conversation: Sequence[Said], client: Sequence[str]) -> Remarks:
    """`client`: the names of the client's people; nobody else known by name complains or tells of himself."""
    found = Remarks([], [], [], [], [])
    quoted: set[str] = set()
    for said in conversation:
        if client and said.speaker is not None and said.speaker not in client:
            continue
        for match in LEAVING.find(said.text)[:1]:
            quote = match.quote
            found.leaving.append(Point(line(quote), quote, said.segment))
            found.conflicts.append(Point(line(quote), quote, said.segment))
            if "конкурент" in match.phrase.text or "другой" in match.phrase.text:
                found.competitors.append(Point(line(quote), quote, said.segment))
        for pattern, points in ((_PAINS, found.pains), (_CONFLICTS, found.conflicts), (_RIVALS, found.competitors)):
            if len(points) < MOST and (not points or points[-1].segment != said.segment):
                points.extend(point for point in _matching(said, pattern) if point.quote not in quoted)
                quoted.update(point.quote for point in points[-1:])
        if len(found.facts) < MOST:
            found.facts.extend(_facts(said))
    return found


def _matching(said: Said, pattern: re.Pattern[str]) -> Iterator[Point]:
    """The first sentence of an utterance that matches, questions aside."""
    for sentence in said.sentences:
        words = said.words[sentence.first : sentence.last + 1]
        text = " ".join(words)
        match = pattern.search(text)
        if match is None or sentence.asks or _NO_PAIN.search(text) or len(words) < 2:
            continue
        quote = sentence_quote(said, sentence, sentence.first + text[: match.start()].count(" "))
        yield Point(line(quote), quote, said.segment)
        return


def _facts(said: Said) -> Iterator[Fact]:
    for sentence in said.sentences:
        text = " ".join(said.words[sentence.first : sentence.last + 1])
        if sentence.asks:
            continue
        sells = _SELLS.search(text)
        if _NOT_SELLING.search(text) is not None:
            continue
        if sells is not None and text.count(" ") >= 2:
            yield _fact("sells", said, sentence)
        if _WHERE.search(text) is not None and (sells is not None or _SELLING.search(text) is not None):
            yield _fact("where", said, sentence)
        if _SINCE.search(text) is not None:
            yield _fact("since", said, sentence)


def _fact(field: Literal["sells", "where", "since"], said: Said, sentence: Sentence) -> Fact:
    quote = sentence_quote(said, sentence, sentence.first)
    return Fact(field, line(quote), quote, said.segment)
