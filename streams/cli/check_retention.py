"""What `check` says of the time that data are kept."""

from streams.cli.kept_page import span
from streams.settings import Settings


def retention_notes(loaded: Settings) -> list[str]:
    """What goes by itself, and what stays until a person deletes it."""
    times, days = loaded.retention, loaded.speech.recordings_days
    stays = "протоколы, выгрузки, карточки и тревоги — без срока, пока клиента не удалят (docs/privacy.md)"
    told = (
        f"история клиентов хранится {span(times.history)}, журнал доступа — {span(times.access)} (раздел [retention]); "
    )
    if not days:
        return [f"{told}записи встреч, {stays}"]
    return [
        f"{told}{stays}",
        f"файлы записей встреч хранятся {span(days)} (speech.recordings_days), потом удаляются сами, слова встреч "
        "остаются; чьи не удаляются — leadpulse hold list",
    ]
