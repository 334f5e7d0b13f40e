"""The endpoints of the read API about clients: the list, and one of them. See `endpoints`."""

from processors.pages import Card, CardPage, Daily, ListPage, Meeting, Sound, TimeLine
from processors.profile import Profile
from schemas import answers
from schemas.answers import VERDICTS, Figure, Question
from schemas.bot import LeadRisk
from schemas.lists import Promises, Questions
from schemas.minutes import ProfileCorrected
from schemas.outcomes import ClientOutcome
from schemas.promises import MARKS, PromiseMarked
from schemas.stored import History, People, Scores, Signals, Transcripts
from schemas.talks import Talk
from streams.store.read.outcomes import OfLead
from streams.store.read.parameters import (
    ANSWERED,
    CALL,
    CORRECTING,
    CURSOR,
    DAY,
    LEADS,
    LEVEL,
    LIMIT,
    OUTCOME,
    PAGE,
    PROMISES,
    SORT,
    SPAN,
    TEXT,
    TIME,
    Endpoint,
)
from streams.store.read.rows_of import RowsOf

OF_LEADS = (
    Endpoint(
        "get", "/api/leads/{lead}/history", "История клиента из всех источников, сначала новое.", PAGE, answer=History
    ),
    Endpoint(
        "get", "/api/leads/{lead}/signals", "Сигналы риска и тревоги по клиенту.", {"limit": LIMIT}, answer=Signals
    ),
    Endpoint(
        "get",
        "/api/leads/{lead}/scores",
        "Оценки риска, сначала новые.",
        {"limit": LIMIT, "before": TIME},
        answer=Scores,
    ),
    Endpoint(
        "get", "/api/leads/{lead}/transcripts", "Последние расшифровки встреч.", {"limit": LIMIT}, answer=Transcripts
    ),
    Endpoint(
        "get",
        "/api/leads/{lead}/people",
        "Имена в истории; кто был в комнате; новейшая версия расшифровки.",
        {"room": TEXT, "recording": TEXT, **SPAN},
        answer=People,
    ),
    Endpoint("get", "/api/leads/{lead}/profile", "Карточка клиента.", answer=Profile),
    Endpoint(
        "post",
        "/api/leads/{lead}/profile",
        "Поправить карточку: поле целиком или одну запись (replace, hide, restore, add).",
        {},
        {
            "field": TEXT,
            "text": TEXT,
            "action": CORRECTING,
            "entry_id": TEXT,
        },
        ("field",),
        answer=ProfileCorrected,
    ),
    Endpoint(
        "get",
        "/api/leads/{lead}/promises",
        "Обещания в разговорах с клиентом и что с ними стало.",
        PROMISES,
        answer=Promises,
    ),
    Endpoint(
        "post",
        "/api/leads/{lead}/promises",
        "Отметить, что стало с обещанием.",
        {},
        {"promise": TEXT, "mark": {"type": "string", "enum": list(MARKS)}, "note": TEXT},
        ("promise", "mark"),
        answer=PromiseMarked,
    ),
    Endpoint(
        "get",
        "/api/leads/{lead}/outcome",
        "Что стало с клиентом: сказанное людьми, и подсказка из Битрикс24.",
        answer=OfLead,
    ),
    Endpoint(
        "post",
        "/api/leads/{lead}/outcome",
        "Сказать, что стало с клиентом: ушёл, остаётся, вернулся. Об ушедшем не оповещают.",
        {},
        {"outcome": OUTCOME, "since": DAY, "reason": TEXT},
        ("outcome",),
        answer=ClientOutcome,
    ),
    Endpoint("get", "/api/leads/{lead}/risk", "Риск и открытые тревоги клиента.", answer=LeadRisk),
    Endpoint("get", "/api/leads/{lead}/rows", "Сколько строк о клиенте в каждой таблице.", answer=RowsOf),
    Endpoint(
        "post",
        "/api/leads/{lead}/rows",
        "В скольких строках каждой таблицы есть один человек клиента; он узнаётся по отпечаткам.",
        {},
        {"denied": {"type": "array", "items": TEXT}},
        ("denied",),
        answer=RowsOf,
    ),
    Endpoint(
        "get",
        "/api/leads",
        "Список клиентов, сначала те, кому люди нужнее; `curator` можно повторять.",
        {"q": TEXT, "risk": LEVEL, "curator": TEXT, "sort": SORT, "cursor": CURSOR, "among": LEADS},
        answer=ListPage,
    ),
    Endpoint(
        "get", "/api/leads/{lead}/card", "Карточка для страницы: факты, риск, тревоги, заметки, обещания.", answer=Card
    ),
    Endpoint(
        "get",
        "/api/leads/{lead}/page",
        "Карточка, цифры по дням и начало истории за один раз.",
        {"days": {"type": "integer", "minimum": 1, "maximum": 100}},
        answer=CardPage,
    ),
    Endpoint(
        "get",
        "/api/leads/{lead}/timeline",
        "История из всех источников, сначала новое; `kinds` — группы через запятую; с `q` — поиск по словам.",
        {"kinds": TEXT, "q": TEXT, "since": TIME, "before": CURSOR},
        answer=TimeLine,
    ),
    Endpoint(
        "get",
        "/api/leads/{lead}/daily",
        "Цифры по дням рядом с обычными.",
        {"days": {"type": "integer", "minimum": 1, "maximum": 100}},
        answer=Daily,
    ),
    Endpoint(
        "get",
        "/api/leads/{lead}/meetings/{recording}",
        "Встреча: слова, протокол, кто сколько говорил.",
        answer=Meeting,
    ),
    Endpoint("get", "/api/leads/{lead}/talk", "Что сказано на встрече, которая идёт сейчас.", answer=Talk),
    Endpoint("get", "/api/leads/{lead}/meetings/{recording}/sound", "Где лежит запись встречи.", answer=Sound),
    Endpoint(
        "get",
        "/api/leads/{lead}/passages",
        "Места истории клиента, которые отвечают на вопрос, сначала лучшие.",
        {"q": TEXT, "since": DAY, "until": DAY},
        needs=("q",),
        answer=answers.Found,
    ),
    Endpoint(
        "get", "/api/leads/{lead}/tools/{tool}", "Цифра о клиенте с тем, что обычно для него.", CALL, answer=Figure
    ),
    Endpoint(
        "get",
        "/api/leads/{lead}/questions",
        "Что спрашивали о клиенте, с ответами.",
        {"limit": LIMIT},
        answer=Questions,
    ),
    Endpoint(
        "post",
        "/api/leads/{lead}/questions",
        "Сохранить вопрос с ответом.",
        {},
        ANSWERED,
        tuple(ANSWERED),
        answer=Question,
    ),
    Endpoint(
        "post",
        "/api/leads/{lead}/questions/{question}/verdict",
        "Сказать, полезен ли ответ; пусто — взять слово назад.",
        {},
        {"verdict": {"type": "string", "enum": list(VERDICTS)}},
        ("verdict",),
        answer=Question,
    ),
)
