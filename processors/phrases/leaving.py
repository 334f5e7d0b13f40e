"""What clients say when they leave. Notation: `pattern`. A verb stands here with both aspects: their stems differ."""

from processors.phrases.matcher import Phrases
from processors.phrases.pattern import parse
from processors.russian.stems import stem
from processors.russian.words import word_list

TOPIC = "leaving"

_GO = "*уходим|уйдем|уходить|уйти|ухожу|уйду"
_MOVE = "*переходим|перейдем|переходить|перейти|переезжаем|переедем|переезжать|переехать|перехожу"
_TAKE = "*забираем|забирать|забрать|заберем|вывозим|вывозить|вывезти|вывезем"
_END = "*расторгаем|расторгать|расторгнуть|расторгнем|расторгли|расторгните|расторгнут|расторжение"
_BREAK = "*разрываем|разорвать|прекращаем|прекращать|прекратить|прекратим|закрываем|закрыть"
_FIND = "*нашли|нашел|нашла|найти|найдем|подобрали|выбрали|подписались|подписали|заключили"
_SEEK = "*ищем|ищу|искать|поискать|подыскиваем|присматриваем|присматриваемся|рассматриваем"
_CHANGE = "*меняем|менять|сменить|сменим|поменять|поменяем"
_CARRY = "*переводим|перевести|перевозим|перевезти|перевезем|переносим|перенести|перенесем"

_OTHER = "другой|другому|новый|иной"
_RIVAL = "конкурент|конкуренты"
_PROVIDER = "склад|оператор|фулфилмент|фулфилменту|компания|подрядчик|партнер|исполнитель"
_ALL = "весь|всего|все|всю|целиком|полностью"
_GOODS = "товар|остаток|остатки|продукция|сток|груз"
_TIES = "договор|контракт|соглашение"

_PAUSE = "обед обеда перерыв перекур отпуск каникулы выходные офис линия тема вопрос звонок созвон домой спать пораньше"
_FIGURES = "минус ноль плюс продажа онлайн час пять шесть семь восемь"
_MARKETS = "озон озона ozon вайлдберриз wildberries вб wb яндекс маркет маркетплейс маркетплейса"
_THIRD = "водитель перевозчик сотрудник поставщик арендодатель блогер типография курьер"
_ELSEWHERE = "отгрузка отгрузки поставка поставки приемка приемки поставщик фабрика производство таможня"


def _stems(*lists: str) -> frozenset[str]:
    return frozenset(map(stem, word_list(" ".join(lists))))


_BREAKS = _stems(_PAUSE, _FIGURES)
_OTHERS_TIES = _stems(_MARKETS, _THIRD)
_SUPPLY = _stems(_MARKETS, _ELSEWHERE)

PHRASES = (
    parse(f"мы|я|нам {_GO}", TOPIC, _BREAKS),
    parse("мы_*ушли", TOPIC, _BREAKS),
    parse(f"{_GO} от_вас", TOPIC),
    parse(f"{_GO}|ушли {_RIVAL}", TOPIC, _BREAKS),
    parse(f"{_GO}|ушли {_OTHER}_{_PROVIDER}", TOPIC, _SUPPLY),
    parse(f"{_MOVE}|перешли {_OTHER}_{_PROVIDER}", TOPIC, _SUPPLY),
    parse(f"{_MOVE}|перешли к_{_RIVAL}", TOPIC),
    parse("мы *съезжаем|съедем|съехать|съезжать", TOPIC, _BREAKS),
    parse(f"{_END}|расторжения|расторжении|расторжению {_TIES}", TOPIC, _OTHERS_TIES),
    parse(f"{_BREAK} работу с_вами", TOPIC),
    parse(f"{_BREAK} {_TIES}|сотрудничество|отношения", TOPIC, _OTHERS_TIES),
    parse(f"не_продлеваем|продлевать|продлим|продлить *{_TIES}", TOPIC, _OTHERS_TIES),
    parse("*отказываемся|отказаться|отказываюсь от_ваших_услуг", TOPIC),
    parse(f"{_FIND} {_OTHER}_{_PROVIDER}", TOPIC, _SUPPLY),
    parse(f"{_SEEK} {_OTHER}_{_PROVIDER}", TOPIC, _SUPPLY),
    parse(f"{_CHANGE} {_PROVIDER}", TOPIC, _SUPPLY | {"на"}),  # "меняем склад на Коледино" is a supply's address
    parse(f"{_CHANGE} {_PROVIDER} на_другой", TOPIC, _SUPPLY),
    parse(f"{_TAKE} {_ALL}_{_GOODS}", TOPIC, _SUPPLY),
    parse(f"{_TAKE} {_GOODS}_полностью|целиком", TOPIC, _SUPPLY),
    parse(f"{_CARRY} {_ALL}_{_GOODS} {_OTHER}_{_PROVIDER}|конкуренту", TOPIC, _SUPPLY),
    parse("больше не_будем|хотим|хочу|буду|готовы|можем *работать|сотрудничать", TOPIC, _OTHERS_TIES),
    parse("не_*работаем|работаю|сотрудничаем с_вами", TOPIC, _OTHERS_TIES),
    parse("не_будем|хотим|хочу|буду|готовы|можем *работать|сотрудничать с_вами", TOPIC, _OTHERS_TIES),
)
"""Few enough that a head of curators can read them through."""

LEAVING = Phrases(PHRASES)
