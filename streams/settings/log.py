"""Settings of the log."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from streams.settings.section import Section


class Log(Section):
    """Журнал команды `leadpulse up`. Процесс, запущенный отдельно, пишет только в свой вывод."""

    format: Literal["text", "json"] = "text"
    """Вид строк: `text` — для людей, `json` — по одному объекту на строку, для систем сбора журналов; действует на все
    процессы."""
    file: Path | None = None
    """Файл, в который пишется всё то же, что и на экран; если не указан, файла нет."""
    max_mb: int = Field(50, ge=1, le=10_000)
    """При таком размере, МБ, файл откладывается и начинается новый."""
    keep: int = Field(5, ge=1, le=1000)
    """Сколько отложенных файлов хранить: `.1` у имени — самый новый."""
