"""Settings of warehouse systems, whichever way their data come."""

from pathlib import Path

from streams.settings.section import Section


class Wms(Section):
    """Склад: как понимать слова каждой системы."""

    mappings: Path | None = None
    """Папка с разметками: файл `<имя>.yaml` переводит то, что присылает система `gateway.wms.<имя>`, в события склада;
    система без разметки присылает готовые события. Как составить и проверить разметку, сказано в docs/wms.md. После
    правки перезапустите процессы gateway и pipeline."""
