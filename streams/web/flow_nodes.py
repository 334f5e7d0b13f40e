"""Boxes of the way of an event: those of workers, and what a box is. Pure."""

from typing import Final, NamedTuple

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


_LOOK = "Посмотрите, запущен ли процесс ({}), и его журнал: там причина. /readyz процесса говорит, чего он ждёт."

WORKERS: Final = (
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
    Node(
        "parse",
        "Разбор",
        2,
        1,
        "Превращает записи источников в события клиентов.",
        _LOOK.format("pipeline"),
        "pipeline",
    ),
    Node("tracks", "Дорожки", 2, 4, "Собирает звук участников встречи в файл.", _LOOK.format("tracks"), "tracks"),
    Node("live", "Слова встречи", 2, 5, "Распознаёт, что говорят, пока встреча идёт.", _LOOK.format("live"), "live"),
    Node("transcribe", "Распознавание", 2, 3, "Расшифровывает встречи.", _LOOK.format("transcribe"), "transcribe"),
    Node(
        "signals",
        "Сигналы",
        4,
        1,
        "Ищет признаки ухода и решает, о чём оповестить.",
        _LOOK.format("pipeline"),
        "pipeline",
    ),
    Node(
        "minutes", "Протоколы", 4, 4, "Делает протоколы встреч и итоги переписки.", _LOOK.format("minutes"), "minutes"
    ),
    Node("agent", "Помощник", 4, 2, "Предлагает команды по событиям и отвечает людям.", _LOOK.format("agent"), "agent"),
    Node(
        "actions",
        "Решения",
        6,
        3,
        "Решает, что стало с командой: подписи, права, сроки, пределы.",
        _LOOK.format("actions"),
        "actions",
    ),
    Node("store", "Хранилище", 6, 2, "Складывает всё в ClickHouse; отчёты и поиск.", _LOOK.format("store"), "store"),
    Node("notify", "Доставка", 6, 1, "Отправляет людям и в другие системы.", _LOOK.format("notify"), "notify"),
    Node("web", "Страница", 6, 5, "Эта страница.", _LOOK.format("web"), "web"),
)
