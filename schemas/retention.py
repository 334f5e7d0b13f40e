"""Kinds of data whose time is a setting (`streams.settings.retention`): the topics and tables of each."""

from typing import NamedTuple

from schemas import topics
from schemas.topics import TopicSpec


class Kind(NamedTuple):
    """`setting`: the field of the section; `words`: what it is, in Russian. A topic is in one kind at most, so is a
    table. `columns`: table and column, of columns that are emptied earlier than their rows go."""

    setting: str
    words: str
    topics: tuple[TopicSpec, ...] = ()
    tables: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()


KINDS: tuple[Kind, ...] = (
    Kind("telegram", "сообщения Telegram, как пришли", (topics.TELEGRAM,)),
    Kind("bitrix", "события Битрикс24, как пришли", (topics.BITRIX,)),
    Kind("wms", "события склада, как пришли", (topics.WMS,)),
    Kind("meetings", "сведения о встречах и расшифровки, как пришли", (topics.RECORDINGS, topics.TRANSCRIPTS)),
    Kind(
        "work",
        "что процессы передают друг другу",
        (
            topics.PARKED,
            topics.RELEASES,
            topics.LEAD_EVENTS,
            topics.LEAD_SIGNALS,
            topics.LEAD_ALERTS,
            topics.LEAD_SCORES,
            topics.FLEET_ALERTS,
            topics.MINUTES_REQUESTS,
            topics.OUT_FILES,
            topics.OUT_BITRIX,
            topics.OUT_NOTEBOOK,
            topics.OUT_WEBHOOKS,
            topics.OUT_SETTLED,
            topics.REPORTS,
            topics.OPS_NOTICES,
            topics.ASSISTANT_ASKED,
            topics.ASSISTANT_SAID,
            topics.OUT_TELEGRAM,
            topics.OUT_PORTAL,
            topics.OUT_HTTP,
        ),
    ),
    Kind(
        "history",
        "история клиентов: события, слова, сигналы, обещания, оценки",
        tables=(
            "events",
            "transcripts",
            "said",
            "passages",
            "signals",
            "scores",
            "promised",
            "promise_marks",
            "unassigned",
            "outbox",
            "handovers",
            "stt_jobs",
        ),
    ),
    Kind("questions", "вопросы о клиентах и ответы", (topics.QUESTIONS,), ("questions",)),
    Kind("commands", "команды помощника: что предложено, кто подписал, что вышло", tables=("command_events",)),
    Kind("assistant", "разговоры с помощником", tables=("assistant_lines",)),
    Kind("access", "журнал доступа", (topics.AUDIT_ACCESS,), ("access_log",)),
    Kind("dead_letters", "негодные записи целиком", (topics.DEAD_LETTERS,)),
    Kind("failures", "список негодных записей: откуда, когда, почему", tables=("failures", "failure_answers")),
    Kind("failure_payload", "содержание негодных записей в этом списке", columns=(("failures", "payload"),)),
)
