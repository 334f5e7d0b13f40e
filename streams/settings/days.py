"""Settings of the calendar."""

from typing import Annotated, Final, Self
from zoneinfo import ZoneInfoNotFoundError

from pydantic import model_validator

from processors.days import HOME, calendar
from streams.settings.section import Section, Shaped

ZONE: Final = Shaped("[A-Za-z0-9_+/-]+", "часовой пояс, например Europe/Moscow")


class Days(Section):
    """Часы и дни: где кончается день клиента, когда ночь и какое время стоит в сообщениях."""

    zone: Annotated[str, ZONE] = HOME
    """Часовой пояс установки, имя из базы IANA, например `Asia/Vladivostok`. По нему делятся дни клиентов, считаются
    тихие часы и вечер, понимается время в настройках и порогах; он же в сообщениях, отчётах и файлах. Один на все
    процессы. После смены перезапустите их все, см. docs/alerts.md."""

    @model_validator(mode="after")
    def _zone_known(self) -> Self:
        try:
            calendar(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"zone: часового пояса {self.zone} нет; нужно, например, {HOME}") from error
        return self
