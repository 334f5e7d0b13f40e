"""Settings of the second way to people: mail."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from streams.settings.section import Section, Shaped

Address = Annotated[str, Shaped(r"|[^\s@<>,;]+@[^\s@<>,;]+", "адрес вида имя@узел")]


class Mail(Section):
    """Почта: сюда приходит то, что Telegram не доставил вовремя. Без `server` почты нет."""

    server: str = ""
    """Узел SMTP, например `smtp.yandex.ru`."""
    port: int = Field(587, ge=1, le=65535)
    """Порт: обычно 587 (`starttls`), 465 (`tls`) или 25 (`none`)."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """Шифрование: `starttls` — включается после соединения, `tls` — с самого начала, `none` — без него, только для
    своей сети."""
    username: str = ""
    """Имя для входа; пусто — без входа."""
    password: SecretStr = SecretStr("")
    """Пароль для входа; у Яндекса и Mail.ru — пароль приложения."""
    sender: Address = ""
    """От кого письма; если пусто, то `username`."""
    chats: dict[int, Address] = Field({})
    """Номер чата Telegram и адрес того, кто его читает: `333 = "anna@example.ru"`."""
    head: Address = ""
    """Адрес руководителя: сюда идут тревоги и отчёты чатов, для которых нет адреса в `chats`."""
    ops: Address = ""
    """Адрес тех, кто следит за установкой: сюда идут сообщения чата эксплуатации; пусто — не идут."""
    after_minutes: float = Field(5.0, gt=0)
    """Сколько минут сообщение ждёт Telegram, прежде чем уйти и почтой."""
    timeout: float = Field(30.0, gt=0)
    """Секунд на одно письмо."""

    @property
    def enabled(self) -> bool:
        """Whether it is set up."""
        return bool(self.server)

    def address(self, to: str, chat: int) -> str:
        """Who gets what is for `to` (as `alerting.outbox.Item.to`) in `chat`; empty where nobody does."""
        return self.chats.get(chat) or (self.ops if to == "ops" else self.head)
