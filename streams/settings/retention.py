"""Settings of how long data are kept."""

from dataclasses import replace
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from schemas.retention import KINDS
from schemas.topics import DAY_MS, TOPICS, TopicSpec
from streams.settings.section import Section

MOST_DAYS: Final = 3650
Passing = Annotated[int, Field(ge=7, le=MOST_DAYS)]
"""Days on a topic that a worker reads: it may stand still over long holidays and must lose nothing."""
Lasting = Annotated[int, Field(ge=365, le=MOST_DAYS)]
"""Days of what is compared with a year before, or must answer for a year."""


class Retention(Section):
    """Сколько дней хранится каждый вид данных; 365 дней — календарный год. Сроки тем Kafka меняет `leadpulse topics
    apply` (`leadpulse up` — сам), сроки таблиц — процесс store при запуске. **Более короткий срок удаляет старое сразу
    и насовсем.** Что хранится без срока и где — в [privacy.md](privacy.md#что-хранится-где-и-как-долго)."""

    telegram: Passing = 30
    """Сообщения Telegram, как пришли (тема `source.telegram`). Из них история собирается заново, если что-то пошло
    не так; сама история хранится дольше."""
    bitrix: Passing = 30
    """События Битрикс24, как пришли (`source.bitrix`)."""
    wms: Passing = 30
    """События склада, как пришли (`source.wms`)."""
    meetings: Passing = 30
    """Сведения о встречах и расшифровки, как пришли (`source.recordings`, `source.transcripts`). Файлов записей это не
    касается."""
    work: Passing = 30
    """Что процессы передают друг другу: события клиентов, сигналы, тревоги, протоколы, отчёты. Если процесс стоит
    дольше, он пропустит то, что уже удалено."""
    history: Lasting = 1095
    """История клиентов в хранилище: события, расшифровки, сигналы, обещания, оценки. Что при загрузке уже старше этого
    срока, удалится само."""
    questions: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 365
    """Вопросы о клиентах и ответы на них."""
    commands: Lasting = 1095
    """Команды помощника: что предложено, кто подписал или отказал, что вышло."""
    assistant: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 365
    """Разговоры с помощником: что ему сказали и что он ответил."""
    access: Lasting = 1095
    """Журнал доступа: кто и что открывал."""
    dead_letters: Passing = 30
    """Негодные записи целиком (`dead.letters`). Пока они там, их можно исправить и повторить."""
    failures: Annotated[int, Field(ge=7, le=MOST_DAYS)] = 90
    """Список негодных записей в хранилище: откуда, когда, почему."""
    failure_payload: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 14
    """Содержание негодных записей в этом списке: в нём бывают слова и имена. Не больше, чем `failures`."""

    @model_validator(mode="after")
    def _payload_is_of_a_row(self) -> Self:
        if self.failure_payload > self.failures:
            raise ValueError("failure_payload: больше, чем failures; содержание не хранится дольше самой строки")
        return self

    def days(self, setting: str) -> int:
        """Of a kind of `schemas.retention.KINDS`."""
        days: int = getattr(self, setting)
        return days

    def topics(self) -> tuple[TopicSpec, ...]:
        """All topics, as these settings want them."""
        kept = {topic.name: self.days(kind.setting) * DAY_MS for kind in KINDS for topic in kind.topics}
        return tuple(replace(topic, retention_ms=kept.get(topic.name, topic.retention_ms)) for topic in TOPICS)
