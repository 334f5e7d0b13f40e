"""Settings of the outlets. An outlet without its address is off."""

from pathlib import Path

from pydantic import Field, SecretStr

from streams.settings.section import Section, TimeOfDay


class Minutes(Section):
    """Протоколы встреч и что получают их читатели."""

    exports: Path = Path("exports/minutes")
    """Папка, в которой лежат `<лид>/<дата>.md`."""
    link: str = ""
    """Ссылка на встречу для читателей, с `{lead_id}` и `{recording_id}` внутри: она стоит у встречи в отчёте и у слов
    со встречи в тревоге. Если пусто — на страницу встречи (`site.public_url`). Номер клиента ведёт на его карточку там
    же, а без `site.public_url` — в Битрикс24 (`bitrix.portal`)."""
    chat_at: TimeOfDay = "19:45"
    """Местное время (`days.zone`), когда подводятся итоги переписки, писем и звонков за день; на несколько минут
    раньше отчёта."""


class Bitrix(Section):
    """Битрикс24 через входящий вебхук: комментарий с итогом встречи в карточке лида и чтение CRM."""

    webhook: SecretStr = SecretStr("")
    """Адрес вебхука `https://<портал>/rest/<пользователь>/<код>/`; код в нём секретный."""
    portal: str = ""
    """Адрес портала `https://<портал>`, для ссылок на карточки."""
    timeout: float = Field(60.0, gt=0)
    """Секунд на один запрос."""
    per_second: float = Field(2.0, gt=0)
    """Сколько запросов в секунду разрешает портал (на тарифе «Энтерпрайз» 5)."""
    burst: int = Field(50, ge=1)
    """Сколько запросов он принимает сразу (на тарифе «Энтерпрайз» 250)."""
    read: bool = False
    """Читать лиды, сделки, контакты, компании, дела и комментарии. Первый раз читается всё, потом только новое. Читает
    процесс notify; если их несколько, включите у одного."""
    read_every: float = Field(300.0, ge=1)
    """Сколько секунд между сверками: что изменилось, а вебхук об этом не пришёл."""
    read_overlap: float = Field(600.0, ge=0)
    """На сколько секунд раньше прочитанного спрашивать снова: часы портала и наши расходятся."""
    sweep_at: TimeOfDay = "03:30"
    """Местное время (`days.zone`) ночной сверки: каких объектов в портале больше нет и какие пропущены."""
    doubles: bool = True
    """Объединять лиды одного клиента по точному телефону, почте, компании или контакту: он остаётся под номером
    старшего лида. Сомнительное решает человек (`leadpulse identity suggest`)."""
    calls: bool = True
    """Слова телефонных звонков: готовая расшифровка портала, а без неё запись звонка идёт в распознавание речи. Нужны
    права `telephony` и `disk`."""
    calls_days: float = Field(3.0, gt=0, le=60)
    """Звонки старше стольких дней не распознаются: первая загрузка не должна стоить распознавания за годы."""
    calls_wait: float = Field(900.0, ge=0)
    """Сколько секунд после звонка ждать расшифровки портала, прежде чем распознавать запись самим."""
    record_hosts: list[str] = Field([])
    """Домены АТС, с которых разрешено скачивать записи, кроме самого портала, `bitrix24.ru`, `bitrix24.com` и
    `voximplant.com`; вместе с поддоменами."""
    telegram_field: str = Field("", pattern=r"\A(?:[A-Z][A-Z0-9_]{0,60})?\z")
    """Поле сотрудника с номером его аккаунта в Telegram, например `UF_USR_1764412800000`; нужно право
    `user.userfield`. Пусто — сотрудник пересылает боту свою карточку контакта."""

    @property
    def enabled(self) -> bool:
        """Whether it is set up."""
        return len(self.webhook) > 0  # its value is not given to every worker that asks this


class Notebook(Section):
    """Open Notebook: блокнот на каждого клиента."""

    url: str = ""
    """Адрес, например `http://127.0.0.1:5055`; пусто — не используется."""
    password: SecretStr = SecretStr("")
    """Его пароль, OPEN_NOTEBOOK_PASSWORD."""
    embed: bool = False
    """Разрешить ему индексировать тексты: тогда их получает тот, кто держит его модель, возможно вне компании."""
    timeout: float = Field(60.0, gt=0)
    """Секунд на один запрос."""

    @property
    def enabled(self) -> bool:
        """Whether it is set up."""
        return bool(self.url)


class Webhooks(Section):
    """Подписанные события для n8n."""

    url: str = ""
    """Куда отправлять события; пусто — не отправляются."""
    secret: SecretStr = SecretStr("")
    """Ключ подписи `X-Leadpulse-Signature: sha256=<HMAC-SHA256 времени, точки и тела, шестнадцатерично>`."""
    timeout: float = Field(15.0, gt=0)
    """Секунд на один запрос."""
    give_up_hours: float = Field(24.0, gt=0)
    """Через сколько часов событие, которое никто не принял, становится негодной записью."""

    @property
    def enabled(self) -> bool:
        """Whether it is set up."""
        return bool(self.url)
