"""Settings of inbound HTTP."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, model_validator

from schemas.topics import ENVELOPE, WMS
from streams.settings.section import Networks, Section, Shaped

PathSecret = Annotated[SecretStr, Shaped("[A-Za-z0-9_-]{16,128}", "от 16 до 128 латинских букв, цифр, знаков _ и -")]
"""Part of a URL, as hard to guess as a token."""


class WmsSource(Section):
    """Как система склада доказывает, что это она: токеном или подписью."""

    token: SecretStr | None = None
    """Токен: система присылает `Authorization: Bearer <токен>` на адрес `/hooks/wms/<имя>`."""
    hmac_secret: SecretStr | None = None
    """Ключ подписи: система присылает `X-Leadpulse-Signature: sha256=<HMAC-SHA256 тела, шестнадцатерично>`.
    Подпись проверяется только по всему телу, а тела незнакомцев не читаются: без `token` нужен ещё `path_secret`."""
    path_secret: PathSecret | None = None
    """Последняя часть адреса `/hooks/wms/<имя>/<path_secret>` для системы, которая подписывает тело."""


class TelegramBot(Section):
    """Как Telegram доказывает, что обновление от него."""

    secret: Annotated[SecretStr, Shaped("[A-Za-z0-9_-]{1,256}", "от 1 до 256 латинских букв, цифр, знаков _ и -")]
    """То же слово, что `secret_token` в setWebhook: Telegram присылает его в `X-Telegram-Bot-Api-Secret-Token`."""


class Gateway(Section):
    """Входящий HTTP: сюда присылают события Telegram, склад и Jitsi."""

    host: str = "127.0.0.1"
    """Адрес, на котором слушать."""
    port: int = Field(8080, ge=0, le=65535)
    """Порт, на котором слушать."""
    max_body: int = Field(1 << 20, ge=1024, le=WMS.max_bytes - ENVELOPE)
    """Наибольшее тело запроса в байтах; на большее ответ 413."""
    max_items: int = Field(1000, ge=1)
    """Наибольшее число событий склада в одном запросе."""
    ack_timeout: float = Field(10.0, gt=0)
    """Сколько секунд ждать Kafka, прежде чем ответить 503."""
    read_timeout: float = Field(10.0, gt=0)
    """За сколько секунд отправитель должен прислать всё тело; иначе ответ 408."""
    max_in_work: int = Field(1024, ge=2)
    """Сколько запросов одновременно ждут Kafka; на лишний ответ 429. Один источник может занять половину этих мест
    телами, которые ещё не пришли целиком."""
    max_waiting_bytes: int = Field(64 << 20, ge=1024)
    """Сколько байт вместе занимают запросы, которые ждут Kafka; на лишний ответ 429."""
    unproven_in_work: int = Field(32, ge=1)
    """Сколько тел одновременно может слать система, которую узнают только по подписи тела (`hmac_secret`); на лишнее
    ответ 429."""
    unproven_timeout: float = Field(5.0, gt=0)
    """За сколько секунд должно прийти такое тело; иначе ответ 408."""
    max_connections: int = Field(4000, ge=1)
    """Сколько соединений держать открытыми; при нехватке закрываются те, что молчат дольше всех."""
    trusted_proxies: Networks = ()
    """Обратный прокси перед шлюзом: только от этих адресов шлюз верит заголовку `X-Forwarded-For`. Если Caddy стоит на
    этой же машине — `["127.0.0.1"]`. Нужно для `only_from`."""
    only_from: dict[str, Networks] = Field({})
    """С каких адресов принимать: вход (`wms/<имя>`, `telegram/<имя>`, `bitrix`, `jitsi`, `live`) и его адреса или сети,
    например `{"telegram/main" = ["149.154.160.0/20", "91.108.4.0/22"]}`; остальным ответ 401. Вход, которого здесь
    нет, принимает отовсюду. Токен или подпись нужны всегда."""
    wms: dict[str, WmsSource] = Field({})
    """Системы склада по имени из адреса `/hooks/wms/<имя>`."""
    telegram: dict[str, TelegramBot] = Field({})
    """Боты по имени из адреса `/hooks/telegram/<имя>`."""
    bitrix_token: SecretStr | None = None
    """Токен приложения (`application_token`), который Битрикс24 показывает у исходящего вебхука на `/hooks/bitrix`; без
    него этот вход никого не впускает."""
    jitsi_token: SecretStr | None = None
    """Токен модуля Prosody для `/hooks/jitsi`; без него этот вход никого не впускает."""

    live_token: SecretStr | None = None
    """Токен видеомоста Jitsi для `/live/…`: по нему звук каждого участника приходит, пока встреча идёт. Его же впишите
    в `http-headers` у Jicofo. Без токена этого входа нет, и встречи распознаются по записи Jibri, как раньше."""
    live_captions: bool = False
    """Показывать распознанные слова в самой комнате: кто включил субтитры, видит фразу через одну–две секунды. В Jitsi
    для этого нужно `config.transcription.enabled`."""
    live_connections: int = Field(200, ge=1)
    """Сколько мостов может быть подключено сразу; обычно на встречу приходится один. Лишнему ответ 429."""
    live_spool: Path = Path("var/live.spool")
    """Файл для звука, который не взяла Kafka: минуту он ждёт в памяти, потом здесь. Нужен локальный диск."""
    live_spool_bytes: int = Field(512 << 20, ge=0)
    """Сколько байт может занять этот файл; больше — пропадает самое старое, и это отмечается как пробел. Минута речи
    одного участника — около 250 КБ."""

    @model_validator(mode="after")
    def _guarded_entrances_exist(self) -> "Gateway":
        named = [f"wms/{name}" for name in self.wms] + [f"telegram/{name}" for name in self.telegram]
        known = {"bitrix", "jitsi", "live", *named}
        unknown = sorted(self.only_from.keys() - known)
        if unknown:  # a typing error would leave open what was to be closed
            raise ValueError(f"only_from: нет входа {', '.join(unknown)}; есть {', '.join(sorted(known))}")
        return self
