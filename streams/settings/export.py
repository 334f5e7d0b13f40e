"""Settings of the files that are written of chats."""

from pathlib import Path
from typing import Literal

from streams.settings.section import Section, TimeOfDay


class Export(Section):
    """Переписка файлами: каждую ночь, на каждого клиента и местный день."""

    nightly: bool = True
    """Писать файлы каждую ночь; вручную — `leadpulse export telegram`."""
    folder: Path = Path("exports")
    """Папка, в которой лежат `telegram/<день>/<лид>.<формат>`; файлы доступны только
    владельцу. Пишет их процесс store."""
    at: TimeOfDay = "01:30"
    """Местное время (`days.zone`), когда пишутся файлы за прошедший день."""
    format: Literal["csv", "jsonl"] = "csv"
    """`csv` — таблица для Excel (разделитель «;»), `jsonl` — по сообщению в строке для программ."""
    bom: bool = True
    """Ставить в начало CSV знак UTF-8: без него Excel показывает русские буквы знаками."""

    @property
    def telegram(self) -> Path:
        """Where the chats of Telegram lie."""
        return self.folder / "telegram"
