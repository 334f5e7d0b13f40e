"""Settings that every worker has: batches, health pages."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from streams.settings.section import Section


class Pipeline(Section):
    """Разбор событий и расчёт по каждому клиенту."""

    room_prefixes: tuple[str, ...] = ("lead-",)
    """Комната Jitsi с таким началом имени принадлежит лиду, чей номер стоит дальше; тот же список у Prosody и Jibri."""

    unknown_lead: Literal["accept", "ask", "refuse"] = "ask"
    """Что делать, когда привязывают к лиду, о котором не знает ни один источник — у него нет карточки, и его нет в
    `jitsi.known_leads` и `jitsi.known_leads_file`: `accept` — привязать молча, `ask` —
    команда переспросит, бот привяжет и попросит проверить номер, `refuse` — отказать."""
    rules: Path | None = None
    """Файл TOML с порогами сигналов, весом в оценке риска и правилами тревог (тихие часы, первые дни источника, предел
    оповещений): только то, что отличается от встроенного `processors/rules/rules.toml`. Проверить его на прошлом:
    `leadpulse backtest --settings ФАЙЛ`."""
    max_batch: int = Field(4000, ge=1, le=50_000)
    """Сколько записей одного раздела обрабатывать за раз."""
    dead_letter_run: int = Field(1000, ge=1)
    """После стольких негодных записей подряд источник приостанавливается."""
    dead_letter_ratio: float = Field(0.5, gt=0, le=1)
    """Доля негодных среди последних `dead_letter_window` записей, после которой источник приостанавливается."""
    dead_letter_window: int = Field(10_000, ge=10)
    """По скольким записям источника считается доля."""
    parking_minutes: float = Field(60.0, ge=0)
    """На сколько минут приостанавливается источник, который шлёт почти одни негодные записи: его записи ждут
    непрочитанными и потом возвращаются сами; 0 — не приостанавливать, только сообщать."""
    attempts: int = Field(5, ge=1)
    """Сколько раз пробовать запись, которая не удаётся, хотя другие удаются; потом она становится негодной."""
    watchdog_seconds: float = Field(45.0, gt=0)
    """Сколько секунд записи могут ждать, пока ничего не обрабатывается и не подтверждается; потом процесс завершается
    с кодом 70."""


class Metrics(Section):
    """Страницы состояния процессов: /healthz, /readyz, /metrics."""

    host: str = "127.0.0.1"
    """Адрес, на котором слушать."""
    gateway: int = Field(9101, ge=0, le=65535)
    """Порт процесса gateway."""
    pipeline: int = Field(9102, ge=0, le=65535)
    """Порт процесса pipeline."""
    transcribe: int = Field(9103, ge=0, le=65535)
    """Порт процесса transcribe."""
    store: int = Field(9104, ge=0, le=65535)
    """Порт процесса store."""
    notify: int = Field(9105, ge=0, le=65535)
    """Порт процесса notify."""
    recorder: int = Field(9106, ge=0, le=65535)
    """Порт агента записи на узле Jibri."""
    minutes: int = Field(9107, ge=0, le=65535)
    """Порт процесса minutes."""
    web: int = Field(9108, ge=0, le=65535)
    """Порт процесса web."""
    tracks: int = Field(9109, ge=0, le=65535)
    """Порт процесса tracks."""
    live: int = Field(9110, ge=0, le=65535)
    """Порт процесса live."""
    agent: int = Field(9111, ge=0, le=65535)
    """Порт процесса agent."""
    actions: int = Field(9112, ge=0, le=65535)
    """Порт процесса actions."""
    free_mb: int = Field(512, ge=0)
    """Сколько МБ должно быть свободно на дисках, куда пишут процессы; меньше — /readyz отвечает 503, а чат эксплуатации
    получает предупреждение. 0 — не проверять."""
