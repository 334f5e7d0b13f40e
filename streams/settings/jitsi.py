"""Settings of what is known about Jitsi's rooms."""

from pathlib import Path
from typing import Annotated

from streams.settings.section import LeadKey, Section, Shaped


class Jitsi(Section):
    """Комнаты Jitsi: какие номера в их названиях принадлежат лидам."""

    known_leads: tuple[LeadKey, ...] = ()
    """Номера всех лидов; дополняют `known_leads_file`. Список нужен, чтобы опечатка в названии комнаты не отдала
    встречу чужому клиенту: встреча с номером не из списка записывается без клиента, а ведущий читает подсказку. Лид,
    у которого есть карточка (из Битрикс24 или `leadpulse client set`), известен и без списка. Без списка номера не
    сверяются, кроме `pipeline.unknown_lead = "refuse"`: тогда лид без карточки не считается лидом."""
    known_leads_file: Path | None = None
    """Файл с номерами всех лидов, по одному в начале строки (годится и выгрузка CSV из CRM с номером в первом столбце).
    Изменённый файл перечитывается сам; заменяйте его целиком, а не дописывайте по частям."""

    url: Annotated[str, Shaped(r"(https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~/-]*)?)?", "https://имя узла Jitsi")] = ""
    """Где открываются комнаты, например `https://meet.example.ru`. Нужен помощнику для ссылок на встречу."""
    our_people: tuple[str, ...] = ()
    """Имена наших людей в комнатах, если они не такие, как в Битрикс24: «Анна, склад», «Переговорная». Имя и фамилия
    сотрудника портала или куратора известны и без списка; одно имя («Олег») — нет: так может называться и клиент, и
    страница спросит, кто это. Слова наших людей не поднимают тревог."""

    @property
    def lists_leads(self) -> bool:
        """Whether there is a list of leads."""
        return bool(self.known_leads) or self.known_leads_file is not None
