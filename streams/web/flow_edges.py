"""The way of an event as boxes and arrows: what makes a box, and what goes from one to another. Pure.

Arrows are not written down here: they follow from `schemas.flows`, which a test compares with what the workers really
consume and send. A worker that does two things (`pipeline` reads records, and finds signals) is two boxes.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from schemas import topics
from schemas.flows import FLOWS
from schemas.topics import TopicSpec


class Node(NamedTuple):
    """A box. `column` from the left, `lane` from the top. It is a worker's, or holds topics. `advice`: what a person
    does where it stands still."""

    id: str
    title: str
    column: int
    lane: int
    about: str
    advice: str
    worker: str = ""
    topics: tuple[TopicSpec, ...] = ()


class Edge(NamedTuple):
    """From a box to another, by this topic."""

    start: str
    end: str
    topic: TopicSpec


_LOOK = "Посмотрите, запущен ли процесс ({}), и его журнал: там причина. /readyz процесса говорит, чего он ждёт."
_READ = "Записи ждут того, кто их читает: смотрите, не стоит ли тот, кто назван в строке «Куда»."

NODES: Final = (
    Node(
        "gateway", "Вход", 0, 1, "Принимает события склада, Telegram и Битрикс24.", _LOOK.format("gateway"), "gateway"
    ),
    Node(
        "recorder",
        "Jibri",
        0,
        3,
        "Кладёт записи встреч на общий диск.",
        "Проверьте службу leadpulse-recorder на сервере Jibri.",
        "recorder",
    ),
    Node("telegram", "Telegram", 1, 0, "Сообщения и нажатия кнопок.", _READ, topics=(topics.TELEGRAM,)),
    Node("bitrix", "Битрикс24", 1, 1, "Лиды, сделки, звонки, письма.", _READ, topics=(topics.BITRIX,)),
    Node("wms", "Склад", 1, 2, "Брони, отгрузки, остатки.", _READ, topics=(topics.WMS,)),
    Node("recordings", "Записи встреч", 1, 3, "Записи встреч и события комнат.", _READ, topics=(topics.RECORDINGS,)),
    Node(
        "parse",
        "Разбор",
        2,
        1,
        "Превращает записи источников в события клиентов.",
        _LOOK.format("pipeline"),
        "pipeline",
    ),
    Node("transcribe", "Распознавание", 2, 3, "Расшифровывает встречи.", _LOOK.format("transcribe"), "transcribe"),
    Node(
        "parked",
        "Отложено",
        3,
        0,
        "Записи источника, от которого пришло слишком много негодных.",
        "Исправьте источник и верните записи: leadpulse dlq release.",
        topics=(topics.PARKED, topics.RELEASES),
    ),
    Node("events", "История", 3, 1, "События клиентов по порядку.", _READ, topics=(topics.LEAD_EVENTS,)),
    Node(
        "unassigned",
        "Без клиента",
        3,
        2,
        "События, чей клиент неизвестен.",
        "Привяжите их: раздел «Разобрать» или leadpulse identity link.",
        topics=(topics.LEAD_UNASSIGNED,),
    ),
    Node("transcripts", "Расшифровки", 3, 3, "Слова встреч.", _READ, topics=(topics.TRANSCRIPTS,)),
    Node(
        "signals", "Сигналы", 4, 1, "Ищет признаки ухода и решает, о чём звонить.", _LOOK.format("pipeline"), "pipeline"
    ),
    Node(
        "requests",
        "К протоколу",
        3,
        4,
        "Встречи и переписка, из которых делают протоколы.",
        _READ,
        topics=(topics.MINUTES_REQUESTS,),
    ),
    Node(
        "minutes", "Протоколы", 4, 4, "Делает протоколы встреч и итоги переписки.", _LOOK.format("minutes"), "minutes"
    ),
    Node("store", "Хранилище", 6, 2, "Складывает всё в ClickHouse; отчёты и поиск.", _LOOK.format("store"), "store"),
    Node(
        "findings",
        "Риск",
        5,
        0,
        "Сигналы и оценки риска.",
        _READ,
        topics=(topics.LEAD_SIGNALS, topics.LEAD_SCORES),
    ),
    Node(
        "alerts",
        "Тревоги",
        5,
        1,
        "О чём узнают кураторы и руководитель.",
        _READ,
        topics=(topics.LEAD_ALERTS, topics.FLEET_ALERTS),
    ),
    Node("reports", "Отчёты", 5, 2, "Ежедневные отчёты.", _READ, topics=(topics.REPORTS,)),
    Node(
        "out",
        "Наружу",
        5,
        4,
        "Протоколы и события для папки, Битрикс24, Open Notebook, n8n.",
        _READ,
        topics=(topics.OUT_FILES, topics.OUT_BITRIX, topics.OUT_NOTEBOOK, topics.OUT_WEBHOOKS),
    ),
    Node("notify", "Доставка", 6, 1, "Отправляет людям и в другие системы.", _LOOK.format("notify"), "notify"),
    Node(
        "outbox",
        "Сообщения",
        7,
        1,
        "Что отправлено в Telegram и что ждёт.",
        "Доступен ли Telegram: leadpulse check.",
        topics=(topics.OUTBOX,),
    ),
    Node(
        "settled",
        "Отдано",
        7,
        2,
        "Что стало с отданным в папку, Битрикс24, Open Notebook и n8n.",
        _READ,
        topics=(topics.OUT_SETTLED,),
    ),
    Node(
        "dead",
        "Негодные",
        2,
        5,
        "Записи, с которыми не справились.",
        "Откройте «Негодные записи»: причина и кнопка «Вернуть».",
        topics=(topics.DEAD_LETTERS,),
    ),
    Node(
        "books",
        "Справочники",
        1,
        5,
        "Кто есть кто: привязки, карточки, согласия; кого удалили.",
        _READ,
        topics=(topics.IDENTITIES, topics.CLIENTS, topics.CONSENTS, topics.OBJECTIONS, topics.ERASURES),
    ),
    Node("state", "Состояние", 4, 5, "Что расчёт помнит о каждом клиенте.", _READ, topics=(topics.LEAD_STATE,)),
    Node("web", "Страница", 6, 5, "Эта страница.", _LOOK.format("web"), "web"),
    Node(
        "people",
        "Люди",
        7,
        5,
        "Входы, права и журнал доступа.",
        _READ,
        topics=(topics.WEB_USERS, topics.WEB_SESSIONS, topics.WEB_LOGINS, topics.AUDIT_ACCESS),
    ),
    Node(
        "service",
        "Служебное",
        5,
        5,
        "Ответы боту, сообщения эксплуатации, опросы источников, куски расшифровок, модели, вопросы.",
        _READ,
        topics=(
            topics.BOT_COMMANDS,
            topics.OPS_NOTICES,
            topics.SOURCE_ROUNDS,
            topics.PROBE,
            topics.SEGMENTS,
            topics.LLM_CALLS,
            topics.QUESTIONS,
        ),
    ),
)
"""Every topic has its box. The last line of lanes holds what everybody uses: it has no arrows."""

BY_ID: Final[Mapping[str, Node]] = {node.id: node for node in NODES}
OF_TOPIC: Final[Mapping[str, Node]] = {topic.name: node for node in NODES for topic in node.topics}
ASIDE: Final = frozenset({"dead", "books", "state", "web", "people", "service"})
"""Boxes without arrows."""

_FOLDED: Final = frozenset({topics.LEAD_EVENTS, topics.LEAD_STATE})
_FOUND: Final = frozenset(
    {topics.LEAD_STATE, topics.LEAD_SIGNALS, topics.LEAD_ALERTS, topics.LEAD_SCORES, topics.FLEET_ALERTS}
)
"""What `pipeline` reads and writes as the fold; all else it reads and writes as the parser."""


def reader_of(worker: str, topic: TopicSpec) -> str:
    """The box of a worker that reads this topic; empty for people's commands."""
    if worker == "pipeline":
        return "signals" if topic in _FOLDED else "parse"
    return worker if worker in BY_ID else ""


def writer_of(worker: str, topic: TopicSpec) -> str:
    """The box of a worker that writes this topic."""
    if worker == "pipeline":
        return "signals" if topic in _FOUND else "parse"
    return worker if worker in BY_ID else ""


def _edges() -> Iterator[Edge]:
    for flow in FLOWS:
        box = OF_TOPIC.get(flow.topic.name, BY_ID["service"]).id
        yield from (Edge(writer_of(name, flow.topic), box, flow.topic) for name in flow.writers)
        yield from (Edge(box, reader_of(name, flow.topic), flow.topic) for name in flow.readers)


EDGES: Final = tuple(edge for edge in _edges() if edge.start and edge.end)


def drawn() -> list[tuple[str, str]]:
    """Arrows of the picture: one between two boxes, none from or to what stands aside."""
    pairs = dict.fromkeys((edge.start, edge.end) for edge in EDGES)
    return [pair for pair in pairs if not ASIDE & set(pair)]
