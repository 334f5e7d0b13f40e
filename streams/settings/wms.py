"""Settings of warehouse systems, whichever way their data come."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from streams.settings.section import Section


class WmsFolder(Section):
    """Папка, в которую система склада кладёт выгрузки CSV или XLSX; каждый новый файл загружается сам."""

    path: Path
    """Где папка. Файлы в ней не меняются и не удаляются."""
    every: float = Field(60.0, ge=1)
    """Сколько секунд между взглядами в папку."""
    still: float = Field(10.0, ge=0)
    """Сколько секунд файл не должен меняться, чтобы считаться записанным целиком."""
    differences: Literal["", "reserve", "all"] = ""
    """Для систем, которые сообщают только остатки: из двух снимков подряд получаются изменения броней (`reserve`), а с
    `all` — ещё и корректировки остатка, если прихода и отгрузок система не сообщает. Только у одного шлюза."""


class Wms(Section):
    """Склад: как понимать слова каждой системы."""

    mappings: Path | None = None
    """Папка с разметками: файл `<имя>.yaml` переводит то, что присылает система `gateway.wms.<имя>`, в события склада;
    система без разметки присылает готовые события. Как составить и проверить разметку, сказано в docs/wms.md. После
    правки перезапустите процессы gateway и pipeline."""
    folders: dict[str, WmsFolder] = Field({})
    """Папки с выгрузками по имени системы; её разметка — `<имя>.yaml` в папке `mappings`."""
