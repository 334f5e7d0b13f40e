"""Settings of what is known about Jitsi's rooms."""

from pathlib import Path

from streams.settings.section import LeadKey, Section


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

    @property
    def lists_leads(self) -> bool:
        """Whether there is a list of leads."""
        return bool(self.known_leads) or self.known_leads_file is not None
