"""Settings of warehouse systems, whichever way their data come."""

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, model_validator

from streams.settings.gateway import PathSecret
from streams.settings.section import Section, Shaped

Address = Annotated[str, Shaped(r"https?://[^/\s]+(/\S*)?", "адрес вида https://узел/путь")]


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


class WmsPoll(Section):
    """Система склада, которую шлюз спрашивает сам: JSON по HTTP. Если шлюзов несколько, задайте у одного."""

    urls: tuple[Address, ...] = ()
    """Что спрашивать, по порядку; разметка у всех одна. В адресе и теле подставляются `{since}` и `{until}` (с какого
    времени и до какого), `{page}`, `{offset}` и `{limit}`."""
    stock_urls: tuple[Address, ...] = ()
    """Отчёты об остатках и резервах, которые спрашиваются после документов; из них получаются события `stock_snapshot`.
    Из двух отчётов подряд узнаётся то, чего не объясняют документы: изменения броней и корректировки остатка."""
    differences: Literal["reserve", "all"] = "all"
    """Что узнавать из `stock_urls`: только изменения броней (`reserve`), если приход и отгрузки система сообщает сама,
    а не документами из `urls`; или и остатка (`all`)."""
    body: str = ""
    """Тело запроса, обычно JSON; с ним запрос становится POST."""
    authorization: SecretStr | None = None
    """Заголовок `Authorization` целиком, например `Bearer …`."""
    headers: dict[str, str] = Field({})
    """Остальные заголовки, без секретов."""
    time_format: str = "%Y-%m-%d %H:%M:%S"
    """Вид времени в `{since}` и `{until}`."""
    zone: Annotated[str, Shaped("[A-Za-z0-9_+/-]+", "часовой пояс, например Europe/Moscow")] = "Europe/Moscow"
    """Часовой пояс этого времени."""
    page_size: int = Field(0, ge=0)
    """Сколько записей на странице: спрашиваются страницы, пока они полные. 0 — всё приходит одним ответом."""
    first_page: int = Field(1, ge=0)
    """Номер первой страницы."""
    per_second: float = Field(3.0, gt=0)
    """Сколько запросов в секунду, не больше: у МоегоСклада 45 единиц за 3 секунды, а запрос стоит до 5."""
    every: float = Field(300.0, ge=1)
    """Сколько секунд между опросами."""
    webhook_secret: PathSecret | None = None
    """Последняя часть адреса `/hooks/polls/<имя>/<webhook_secret>`: туда система присылает вебхук о том, что что-то
    изменилось, и шлюз сразу спрашивает документы. Из самого вебхука ничего не берётся."""
    overlap: float = Field(600.0, ge=0)
    """На сколько секунд раньше прочитанного спрашивать снова: документы появляются с опозданием."""
    first_days: float = Field(1.0, ge=0, le=1095)
    """За сколько дней спросить в первый раз."""
    timeout: float = Field(30.0, gt=0)
    """Секунд на один запрос."""

    @model_validator(mode="after")
    def _something_asked(self) -> Self:
        if not self.urls and not self.stock_urls:
            raise ValueError("urls: нужен хотя бы один адрес, здесь или в stock_urls")
        return self

    @model_validator(mode="after")
    def _zone_known(self) -> Self:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"zone: часового пояса {self.zone} нет; нужно, например, Europe/Moscow") from error
        return self


class Wms(Section):
    """Склад: как понимать слова каждой системы."""

    mappings: Path | None = None
    """Папка с разметками: файл `<имя>.yaml` переводит то, что присылает система `gateway.wms.<имя>`, в события склада;
    система без разметки присылает готовые события. Как составить и проверить разметку, сказано в docs/wms.md. После
    правки перезапустите процессы gateway и pipeline."""
    folders: dict[str, WmsFolder] = Field({})
    """Папки с выгрузками по имени системы; её разметка — `<имя>.yaml` в папке `mappings`."""
    polls: dict[str, WmsPoll] = Field({})
    """Системы, которые спрашивает шлюз, по имени; разметка — `<имя>.yaml` в папке `mappings`."""
