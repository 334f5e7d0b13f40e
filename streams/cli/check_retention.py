"""What `check` says of the time that data are kept."""

from streams.cli.kept_page import span
from streams.settings import Settings


def retention_notes(loaded: Settings) -> list[str]:
    """One line: what goes by itself, and what stays until a person deletes it."""
    times = loaded.retention
    return [
        f"история клиентов хранится {span(times.history)}, журнал доступа — {span(times.access)} (раздел [retention]); "
        "записи встреч, протоколы, выгрузки, карточки и тревоги — без срока, пока клиента не удалят (docs/privacy.md)"
    ]
