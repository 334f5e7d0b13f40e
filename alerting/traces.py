"""A trace in the words of a person (`leadpulse trace`, the page «Поток»). Pure."""

from collections.abc import Mapping
from typing import Final

from alerting.texts import TEXTS
from processors.days import local_time
from processors.russian.called import EVENT_KINDS
from processors.russian.dates import length
from processors.russian.plural import RECORDS, choose, decimal, whole
from schemas.traces import Standing, Step, Trace
from schemas.types import Millis

OUTLETS: Final[Mapping[str, str]] = {
    "telegram": "Telegram",
    "mail": "почта",
    "files": "папка протоколов",
    "bitrix": "Битрикс24",
    "notebook": "Open Notebook",
    "webhooks": "n8n",
}
"""Where things go, by their name in `deliveries`."""
_AWAITED: Final[Mapping[str, str]] = {"mail": "почту", "files": "папку протоколов"}
"""The same behind «ждёт», where that is another form."""

SILENT: Final[Mapping[str, str]] = {
    "night": "ночью не оповещаем",
    "shadow": "первые дни источника только считаем",
    "muted": "просили не оповещать об этом клиенте",
    "left": "клиент ушёл",
    "budget": "оповещений на этой неделе уже достаточно",
    "grouped": "так сразу у многих клиентов, об этом одно сообщение",
    "within": "об этом говорит другая тревога",
    "cooling": "об этом недавно оповещали",
    "info": "только для карточки клиента",
    "doubted": "такие тревоги часто называли ложными",
    "gathering": "сначала смотрим, не у многих ли так",
}
"""Why an alert is without a call, by `schemas.alerts.Held`."""

RULES: Final[Mapping[str, str]] = {rule: text.title for rule, text in TEXTS.items()}

STATUSES: Final[Mapping[str, str]] = {
    "open": "открыта",
    "acknowledged": "принята",
    "snoozed": "отложена",
    "resolved": "закрыта",
}


def clock_ms(at: Millis) -> str:
    """`10:00:00,013`; a dash where nobody knows."""
    return f"{local_time(at):%H:%M:%S},{at % 1000:03}" if at else "—"


def elapsed(ms: int) -> str:
    """`3 мс`, `1,5 с`, `4 мин`, `1 ч 20 мин`."""
    if ms < 1000:
        return f"{ms}\u00a0мс"
    if ms < 60_000:
        return f"{decimal(ms / 1000)}\u00a0с"
    return length(ms)


def step_told(step: Step, now: Millis) -> str:
    """What happened, in one line."""
    match step.stage:
        case "received":
            return f"принято: запись {step.name}"
        case "parsed":
            return f"разобрано: {EVENT_KINDS.get(step.what, step.what)}"
        case "stored":
            return f"в истории клиента: {EVENT_KINDS.get(step.what, step.what)}"
        case "unassigned":
            return f"чей это клиент, неизвестно ({step.detail})"
        case "dead":
            done = "; человек её вернул или закрыл" if step.state == "done" else ""
            return f"негодная запись ({step.what}): {step.detail}{done}"
        case "signal":
            return f"сигнал: {_rule(step)}"
        case "alert":
            how = SILENT.get(step.detail, "") or (STATUSES.get(step.detail, "") if step.version > 1 else "")
            return f"тревога: {_rule(step)}" + (f" ({how})" if how else "")
        case "delivery":
            return _delivery_told(step, now)


def _rule(step: Step) -> str:
    return RULES.get(step.what, step.what)


def _delivery_told(step: Step, now: Millis) -> str:
    where = OUTLETS.get(step.what, step.what)
    match step.state:
        case "done":
            chat, _, number = step.message.partition("/")
            return f"доставлено: {where}" + (f", сообщение {number} в чате {chat}" if number else "")
        case "failed":
            return f"не принято ({where}): {step.detail or 'причина не записана'}"
        case _:
            return waiting_told(step.what, step.detail, step.retry_at, now)


def waiting_told(outlet: str, detail: str, retry_at: Millis, now: Millis) -> str:
    """`ждёт Telegram: 429, ещё 12 с`."""
    where = _AWAITED.get(outlet) or OUTLETS.get(outlet, outlet)
    why = f": {detail}" if detail else ""
    left = f", ещё\u00a0{elapsed(retry_at - now)}" if retry_at > now else ""
    return f"ждёт {where}{why}{left}"


def standing_told(trace: Trace, now: Millis) -> str:
    """Where it stands now and, where a person has to do something, what."""
    stands = trace.stands
    match stands.state:
        case "unknown":
            return (
                "ничего не найдено. Подойдут номер события или тревоги, место записи (тема/раздел/место), "
                "чат/сообщение, номер записи встречи, документ склада."
            )
        case "nothing":
            return "прочитано; в историю клиента из этого ничего не идёт."
        case "unassigned":
            return (
                "ждёт человека: чей это клиент, неизвестно. Привязать: раздел «Разобрать» или leadpulse identity link."
            )
        case "failed" if stands.stage == "dead":
            return (
                f"не обработано ({stands.worker}): {stands.detail}. "
                "Вернуть в работу: «Негодные записи» в разделе «Поток» или leadpulse dlq replay."
            )
        case "failed":
            return f"не принято ({OUTLETS.get(stands.worker, stands.worker)}): {stands.detail}."
        case "waiting":
            return _waiting(stands, now)
        case "done":
            return DONE[stands.stage]


DONE: Final[Mapping[str, str]] = {
    "received": "прочитано.",
    "dead": "негодная запись закрыта человеком.",
    "unassigned": "клиент найден.",
    "parsed": "записано в историю клиента; признаков риска не найдено.",
    "stored": "записано в историю клиента; признаков риска не найдено.",
    "signal": "сигнал учтён в риске клиента, тревоги по нему нет.",
    "alert": "тревога учтена, сообщения по ней не нужно.",
    "delivery": "доставлено.",
}


def _waiting(stands: Standing, now: Millis) -> str:
    behind = f": перед ней {whole(stands.behind)}\u00a0{choose(stands.behind, RECORDS)}" if stands.behind > 1 else ""
    match stands.worker:
        case "pipeline":
            return f"ждёт разбора (процесс pipeline){behind}."
        case "store":
            return f"разобрано, сейчас появится в истории (процесс store){behind}."
        case "notify":
            return "тревога ждёт отправки (процесс notify)."
        case outlet:
            return waiting_told(outlet, stands.detail, stands.retry_at, now) + "."
