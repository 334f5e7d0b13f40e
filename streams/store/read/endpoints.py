"""The read API's endpoints: what each is asked and what it answers. `openapi` makes a document of them."""

from processors.pages import Inbox, Living
from schemas.bot import Risks
from schemas.exports import DayMessage
from schemas.lists import AccessLines, AllPromises, Figures, FoundPage
from schemas.minutes import MeetingRequest
from schemas.reports import DailyReport
from schemas.stored import Alerts, BackupContents, RaisedPage, ReplayPage, Sources, StoreStatus
from schemas.told_commands import CommandHistory, Lines, ToldCommands
from schemas.traces import Trace
from schemas.traffic import FlowFigures
from streams.store.read.lead_endpoints import OF_LEADS
from streams.store.read.outcomes import OfAll
from streams.store.read.parameters import (
    COMMAND_STATE,
    CURSOR,
    DAY,
    DOCUMENT,
    HITS,
    LEAD,
    LEADS,
    LIMIT,
    ORDER,
    OUTCOME,
    PIECES,
    PROMISES,
    SPAN,
    STATUS,
    TEXT,
    TIME,
    Endpoint,
)
from streams.store.read.sql import Answer

ENDPOINTS = (
    *OF_LEADS,
    Endpoint("get", "/api/promises", "Обещания по всем клиентам, сначала поздний срок.", PROMISES, answer=AllPromises),
    Endpoint(
        "get", "/api/outcomes", "Что сказано обо всех клиентах, сначала старое.", {"outcome": OUTCOME}, answer=OfAll
    ),
    Endpoint(
        "get", "/api/alerts/living", "Тревоги, которые не закрыты, сначала срочные.", {"among": LEADS}, answer=Living
    ),
    Endpoint("get", "/api/inbox", "Кто ждёт привязки к клиенту и на кого похож.", answer=Inbox),
    Endpoint(
        "get",
        "/api/access",
        "Журнал доступа, сначала новое: кто из сотрудников что открывал.",
        {"user": TEXT, "lead": LEAD, **SPAN, "limit": LIMIT},
        answer=AccessLines,
    ),
    Endpoint(
        "get",
        "/api/commands",
        "Команды помощника, сначала те, что изменились последними.",
        {"state": COMMAND_STATE, "lead": LEAD, "limit": LIMIT},
        answer=ToldCommands,
    ),
    Endpoint("get", "/api/commands/{command}", "Что было с одной командой, сначала старое.", answer=CommandHistory),
    Endpoint(
        "get",
        "/api/assistant/lines",
        "Разговоры с помощником, сначала новое; `person` — `web/НОМЕР` или `tg:НОМЕР`.",
        {"person": TEXT, "lead": LEAD, "before": TIME, "limit": LIMIT},
        answer=Lines,
    ),
    Endpoint("get", "/api/recordings/{recording}", "Расшифровка одной записи.", answer=MeetingRequest),
    Endpoint(
        "get",
        "/api/search",
        "Поиск по словам клиентов, встречам и протоколам: слова в любой форме, фраза в кавычках.",
        {"q": TEXT, "lead": LEAD, "among": LEADS, "source": TEXT, **SPAN, "limit": HITS, "before": CURSOR},
        needs=("q",),
        answer=FoundPage,
    ),
    Endpoint(
        "get",
        "/api/figures",
        "Сколько чего было по дням.",
        {"since": DAY, "until": DAY, "lead": LEAD},
        answer=Figures,
    ),
    Endpoint("get", "/api/alerts", "Тревоги в последнем состоянии.", {"status": STATUS, "limit": LIMIT}, answer=Alerts),
    Endpoint(
        "get",
        "/api/alerts/raised",
        "Что звонило за это время, сначала старое.",
        {**SPAN, "lead": LEAD, "after": CURSOR, "limit": LIMIT},
        answer=RaisedPage,
    ),
    Endpoint(
        "get",
        "/api/events",
        "События всех клиентов, сначала старые.",
        {**SPAN, "order": ORDER, "after": CURSOR, "limit": LIMIT},
        answer=ReplayPage,
    ),
    Endpoint("get", "/api/risks/top", "У кого риск больше всего.", answer=Risks),
    Endpoint("get", "/api/risks/silent", "Кто замолчал.", answer=Risks),
    Endpoint("get", "/api/status", "Сколько строк, последние события, отставание.", answer=StoreStatus),
    Endpoint("get", "/api/sources", "Состояние источников.", answer=Sources),
    Endpoint("post", "/api/sql", "Запрос SQL на чтение.", {}, {"query": TEXT}, ("query",), answer=Answer),
    Endpoint(
        "get",
        "/api/exports/telegram",
        "Переписка за день.",
        {"day": DAY, "lead": LEAD},
        needs=("day",),
        answer=list[DayMessage],
    ),
    Endpoint("get", "/api/backup", "Что войдёт в копию хранилища; только с токеном установки.", answer=BackupContents),
    Endpoint(
        "get", "/api/backup/{table}", "Строки одной таблицы для копии; только с токеном установки.", answer=PIECES
    ),
    Endpoint("get", "/api/reports", "Отчёт за день.", {"day": DAY}, answer=DailyReport),
    Endpoint("post", "/api/reports", "Отправить отчёт за день.", {}, {"day": DAY}, answer=DailyReport),
    Endpoint(
        "get",
        "/api/trace",
        "Где это сейчас: по номеру события или тревоги, месту записи, чату и сообщению, записи встречи, документу.",
        {"id": TEXT},
        needs=("id",),
        answer=Trace,
    ),
    Endpoint(
        "get",
        "/api/flow",
        "Сколько прошло за каждую минуту, сколько обычно в этот час, что стоит; без `since` — за последний час.",
        {"since": TIME},
        answer=FlowFigures,
    ),
    Endpoint("get", "/api/openapi.json", "Этот документ.", answer=DOCUMENT),
)
"""All of them."""
