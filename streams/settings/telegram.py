"""Settings of the bot that talks to people."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from streams.settings.section import LeadKey, Section, Shaped

ProxyUrl = Annotated[
    SecretStr,
    Shaped(
        r"|(socks5|socks4|http)://([^\s/@:]+:[^\s/@]*@)?([\w.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}/?",
        "адрес вида socks5://узел:порт или http://пользователь:пароль@узел:порт; "
        "знаки / @ : в имени и пароле пишутся как %2F %40 %3A",
    ),
]


class Telegram(Section):
    """Бот, который пишет кураторам."""

    api: str = "https://api.telegram.org"
    """Адрес Bot API."""
    token: SecretStr = SecretStr("")
    """Токен бота; без него ничего не отправляется, а тревоги ждут в Kafka."""
    updates: Literal["webhook", "poll"] = "webhook"
    """Как приходят сообщения чатов: `poll` — шлюз сам спрашивает Telegram, внешний адрес не нужен; `webhook` — Telegram
    присылает их на `/hooks/telegram/<имя>` из раздела `[gateway.telegram.<имя>]`."""
    bot: Annotated[str, Shaped("[A-Za-z0-9_-]{1,40}", "от 1 до 40 латинских букв, цифр, знаков _ и -")] = "main"
    """Имя бота в истории при `updates = "poll"`. Переходите с вебхука — возьмите то же имя, что в его адресе."""
    files: Literal["all", "voice", "none"] = "voice"
    """Какие вложения до 20 МБ сохранять в папку `telegram` внутри `speech.recordings`: `voice` — голосовые и
    видеосообщения, они распознаются, и слова становятся текстом сообщения; `all` — ещё фото и документы; `none`."""
    proxy: ProxyUrl = SecretStr("")
    """Прокси, через который доступен Telegram: `socks5://пользователь:пароль@узел:порт`, `socks4://…` или `http://…`
    (CONNECT); имя Bot API узнаёт сам прокси. Пусто — напрямую."""
    curator_chat: int = 0
    """Чат кураторов: сюда идут тревоги по клиентам, которых нет в `curators`."""
    curators: dict[LeadKey, int] = Field({})
    """Номер лида и чат его куратора. Чат с одним человеком — это и его номер: он может нажимать кнопки."""
    head_chat: int = 0
    """Чат руководителя кураторов: сюда идут срочные тревоги, на которые сутки никто не ответил; если 0, то
    `report_chat`. Личный чат — это и номер руководителя: он может нажимать кнопки."""
    report_chat: int = 0
    """Общий чат ежедневного отчёта; если 0, то `curator_chat`."""
    ops_chat: int = 0
    """Чат тех, кто следит за установкой; если 0, то `report_chat`."""
    staff: list[int] = Field([])
    """Номера сотрудников в Telegram: их слова не поднимают тревогу. Кнопки нажимают только они и те, чей личный чат
    указан в `curators`, `curator_chat` или `head_chat`."""
    timeout: float = Field(15.0, gt=0)
    """Секунд на один запрос."""
    per_second: float = Field(25.0, gt=0)
    """Запросов в секунду по всем чатам (Telegram разрешает около 30)."""
    per_chat_second: float = Field(1.0, gt=0)
    """Сообщений в секунду в один личный чат."""
    per_group_minute: float = Field(18.0, gt=0)
    """Сообщений в минуту в одну группу (Telegram разрешает 20)."""

    def ours(self) -> set[int]:
        """Chats in which our own people read alerts: their words are no client's, and who is alone in one may press."""
        return {self.curator_chat, self.head_chat, *self.curators.values()} - {0}

    def chats(self) -> set[int]:
        """Every chat that is written to."""
        return {*self.ours(), self.report_chat, self.ops_chat} - {0}

    def chat_of(self, to: str) -> int:
        """The chat of a receiver (as `alerting.outbox.Item.to`); 0 where the settings name none."""
        match to.partition(":"):
            case ("report", _, _):
                return self.report_chat or self.curator_chat
            case ("ops", _, _):
                return self.ops_chat or self.report_chat or self.curator_chat
            case ("shared", _, _):
                return self.curator_chat or self.report_chat
            case ("head", _, _):
                return self.head_chat or self.report_chat or self.curator_chat
            case ("chat", _, chat):
                return int(chat)
            case (_, _, lead):
                return self.curators.get(lead, self.curator_chat)
