"""Sources in words: what they are called, and how it stands with one. Pure; no markup."""

from collections.abc import Iterable, Iterator
from typing import Final

from processors.days import DAY_MS
from processors.russian.dates import length, moment
from processors.russian.plural import RECORDS, TIMES, count
from schemas.rounds import SourceHealth, SourceState
from schemas.types import Millis

NAMES: Final = {
    "jibri": "записи встреч",
    "jitsi": "комнаты Jitsi",
    "live": "слова на встречах",
    "telegram:export": "импорт Telegram",
}
KINDS: Final = {"telegram": "Telegram", "bitrix": "Битрикс24", "wms": "склад"}
USUAL: Final = "main"
"""What an only bot or portal is called: nobody needs to read it."""

MANY_WAITING: Final = 1000
"""Seconds of work: less is always on its way somewhere."""
KEPT_MS: Final = DAY_MS
"""So long Telegram keeps what nobody reads (core.telegram.org/bots/api#getting-updates)."""

WRONG: Final[dict[SourceState, str]] = {
    "silent": "нет данных дольше обычного,",
    "failing": "не читается",
    "unread": "никто не опрашивает",
    "left": "давно ничего не приходит",
}
TO_DO: Final[dict[SourceState, str]] = {
    "silent": "проверьте, что отправитель работает и шлёт на адрес шлюза",
    "failing": "исправьте причину; пропущенное прочитается само",
    "unread": "проверьте, что работает процесс gateway (для Битрикс24 — notify) и что опрос не выключен в настройках",
}


def named(source: str) -> str:
    """What people call a source of events: `Telegram`, `склад demo`."""
    kind, _, name = source.partition(":")
    if source in NAMES or kind not in KINDS:
        return NAMES.get(source, source)
    return KINDS[kind] if name == USUAL and kind != "wms" else f"{KINDS[kind]} {name}"


def kind_of(source: str) -> str:
    """`wms` of `wms:demo`: sources of a kind share a topic."""
    return source.partition(":")[0]


def silence_told(state: SourceState, since: Millis) -> str:
    """Why ops are told: `нет данных дольше обычного, с 21 ноября в 14:05`."""
    return f"{WRONG[state]} с {moment(since)}" if since else WRONG[state].rstrip(",")


def trouble_told(health: SourceHealth) -> str:
    """What is wrong with a source; nothing when all is well or nobody waits for it."""
    match health.state:
        case "silent" | "unread":
            return silence_told(health.state, health.since)
        case "failing":
            return f"{silence_told(health.state, health.since)}: {health.error}"
        case _:
            return ""


def losses_told(health: SourceHealth) -> str:
    """What was missing in the report's time: a break in reading, records that could not be used."""
    said = []
    if health.gap_ms:
        lost = health.source.startswith("telegram:") and health.gap_ms > KEPT_MS
        said.append(
            f"перерыв в чтении {length(health.gap_ms)}, "
            + ("сообщения старше суток потеряны" if lost else "пропущенное прочитано")
        )
    if health.rejected:
        said.append(f"не удалось разобрать: {count(health.rejected, RECORDS)}")
    return "; ".join(said)


def backlogs_told(sources: Iterable[SourceHealth]) -> Iterator[tuple[str, int]]:
    """Kinds of sources with more records unread than are always on their way, once each."""
    waiting = {KINDS.get(kind_of(one.source), named(one.source)): one.backlog for one in sources}
    return ((kind, number) for kind, number in waiting.items() if number >= MANY_WAITING)


def health_told(health: SourceHealth) -> str:
    """All of it in one line, for a terminal."""
    states: dict[SourceState, str] = {"well": "всё в порядке", "new": "ритм ещё не известен"}
    said = [trouble_told(health) or states.get(health.state) or WRONG[health.state]]
    if health.last_arrival:
        said.append(f"последние данные {moment(health.last_arrival)}")
    if health.last_round:
        said.append(f"удачный опрос {moment(health.last_round)}")
    if health.due_at and health.state == "well":
        said.append(f"ждём до {moment(health.due_at)}")
    said.append(f"за сутки: {count(health.events, RECORDS)}")
    if health.lag_ms:
        said.append(f"задержка {length(health.lag_ms)}")
    if health.failed_rounds:
        said.append(f"неудачных опросов: {count(health.failed_rounds, TIMES)}")
    if losses := losses_told(health):
        said.append(losses)
    if health.backlog:
        said.append(f"ждут разбора: {count(health.backlog, RECORDS)}")
    if health.history:
        said.append(f"из импорта: {count(health.history, RECORDS)}")
    return f"{named(health.source)}: {'; '.join(said)}"
