"""Settings of the transfer of words abroad."""

from datetime import date
from typing import Self

from pydantic import model_validator

from processors.privacy.transfer import Notification
from streams.settings.section import Section


class Transfer(Section):
    """Передача слов внешней модели за рубеж. Пока не указаны обе даты, ни одна модель за рубежом не получает ни слова:
    протоколы составляют правила. Модели в России (`country = "RU"`) и своей (`external = false`) это не касается."""

    notified_on: date | None = None
    """День, когда в Роскомнадзор подано уведомление о трансграничной передаче, например `2026-11-02`."""
    allowed_from: date | None = None
    """С какого дня передавать можно. Для стран не из списка Роскомнадзора это не раньше, чем через 10 рабочих дней
    после уведомления; решает ваш юрист."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.notified_on and self.allowed_from and self.allowed_from < self.notified_on:
            raise ValueError("allowed_from: раньше, чем notified_on; передавать можно только после уведомления")
        return self

    @property
    def notification(self) -> Notification:
        """The dates for the rule."""
        return Notification(self.notified_on, self.allowed_from)
