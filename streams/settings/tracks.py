"""Settings of the worker that makes a file of each meeting's participants."""

from pathlib import Path

from pydantic import Field

from streams.settings.section import Section


class Tracks(Section):
    """Дорожки участников: из звука, который мост отдаёт во время встречи, после её конца собирается файл, где
    у каждого своя дорожка с его именем. Файл кладётся в `speech.recordings`."""

    spool: Path = Path("var/tracks")
    """Папка для звука встречи, пока собирается её файл: до 12 МБ на час речи одного участника. На диске этой машины."""
    quiet_minutes: float = Field(30.0, ge=1)
    """Через сколько минут без единой записи о встрече считать, что она кончилась, если о конце не сообщили ни мост, ни
    комната. Заговорят снова — файл соберётся заново, целиком."""
