"""Settings of the page for people."""

from typing import Annotated

from pydantic import Field

from streams.settings.section import Networks, Section, Shaped


class Web(Section):
    """Страница для сотрудников: карточки клиентов, история, тревоги. Адрес снаружи — `site.public_url`."""

    host: str = "127.0.0.1"
    """Адрес, на котором слушать; снаружи страницу открывает Caddy, см. install.md."""
    port: int = Field(8082, ge=0, le=65535)
    """Порт, на котором слушать."""
    bot: Annotated[str, Shaped(r"([A-Za-z0-9_]{5,32})?", "имя бота без @, например my_leadpulse_bot")] = ""
    """Имя бота в Telegram, без `@`: на него ведёт ссылка для входа. Если пусто, через бота не входят: остаются ключ
    устройства и разовая ссылка (`leadpulse web link`)."""
    trusted_proxies: Networks = ()
    """Обратный прокси перед страницей: только от этих адресов страница верит заголовку `X-Forwarded-For`. Если Caddy
    стоит на этой же машине — `["127.0.0.1"]`. Нужно, чтобы предел попыток входа считался по адресу человека."""
    idle_hours: float = Field(12.0, gt=0, le=168)
    """Сколько часов без единого действия, после которых надо войти снова."""
    longest_days: float = Field(14.0, gt=0, le=30)
    """Сколько дней длится вход, даже если человек работает каждый день."""
    logins_per_minute: int = Field(10, ge=1, le=1000)
    """Сколько попыток входа в минуту принимать с одного адреса; на лишние ответ 429."""
    store_seconds: float = Field(3.0, gt=0, le=60)
    """Сколько секунд ждать хранилище; потом страница говорит, что оно занято."""
    ack_seconds: float = Field(5.0, gt=0, le=60)
    """Сколько секунд ждать Kafka, пока записывается, кто что открыл; потом ответ 503 без данных."""
