"""Is an answer right? Asked of whoever knows: Telegram, the portal, SpeechKit. Words are Russian, without secrets."""

import asyncio
import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pydantic import SecretStr, ValidationError

from processors.normalize.telegram_update import ALLOWED_UPDATES
from schemas.errors import LeadpulseError, Refused, Transient
from streams.cli import check_machine, check_speech
from streams.cli.bot import Api, ask
from streams.cli.check_speech import speechkit_faults
from streams.settings import Bitrix, Settings, Site, Speech, SpeechKit, Web
from streams.speech import vosk_model

TIMEOUT = 15.0
"""Seconds for one answer of the portal."""


MOST_UPDATES = 100
"""Of one answer."""


class Heard(NamedTuple):
    """A message that somebody wrote to the bot."""

    chat: int
    title: str
    user: int
    name: str


def bot_name(api: Api, token: str) -> str:
    """The bot's name. Raises `Refused`, `Transient`."""
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
        raise Refused("токен выглядит как 123456789:AAE…, его даёт @BotFather")
    return "@" + str(ask(api, token, "getMe").get("username", ""))


def chat_title(api: Api, token: str, chat: int) -> str:
    """What the chat is called; the bot can write there. Raises `Refused`, `Transient`."""
    try:
        found = ask(api, token, "getChat", chat_id=chat)
    except Refused as error:
        raise Refused(f"бот не видит чат {chat} ({error}): добавьте бота в чат") from None
    return _title(found)


def has_webhook(api: Api, token: str) -> bool:
    """Whether the bot's updates are sent somewhere. Raises `Refused`, `Transient`."""
    return bool(ask(api, token, "getWebhookInfo").get("url"))


def last_heard(api: Api, token: str) -> Heard | None:
    """The newest message to the bot, None while there is none. Raises `Refused` where a webhook takes them.

    No offset is said: it would have Telegram forget what nobody has read yet.
    """
    if has_webhook(api, token):
        raise Refused("у бота уже есть вебхук, сообщения уходят туда: введите номер чата сами")
    updates = ask(api, token, "getUpdates", limit=MOST_UPDATES, allowed_updates=list(ALLOWED_UPDATES))
    if len(updates) == MOST_UPDATES:
        raise Refused("у бота накопилось много непрочитанного, последнего не видно: введите номер чата сами")
    for update in reversed(updates):
        message = update.get("message") or {}
        chat, user = message.get("chat"), message.get("from")
        if chat and user and not user.get("is_bot"):
            name = f"{user.get('first_name', '')} {user.get('last_name', '')}".strip()
            return Heard(int(chat["id"]), _title(chat), int(user["id"]), name)
    return None


def recordings_faults(folder: str) -> list[str]:
    """What is wrong with the folder of recordings."""
    return check_machine.recordings_faults(Settings(speech=Speech(recordings=Path(folder))))


def model_faults(folder: str) -> list[str]:
    """What is wrong with the folder of the Vosk model; also that it is the one of the tests."""
    return vosk_model.faults(Path(folder)) or check_speech.toy_words(Path(folder))


def bitrix_user(webhook: str) -> str:
    """Whose webhook it is; it may work with leads. Raises `Refused`, `Transient`."""
    if not re.fullmatch(r"https?://[^/\s]+/rest/\d+/[A-Za-z0-9]+/?", webhook):
        raise Refused("адрес вебхука выглядит как https://portal.bitrix24.ru/rest/1/код/")
    from streams.notify.outlets.bitrix_client import BitrixApi

    async def look() -> str:
        api = BitrixApi(Bitrix(webhook=SecretStr(webhook)))
        try:
            async with asyncio.timeout(TIMEOUT):
                user = await api.call("profile", {})
                await api.call("crm.timeline.comment.fields", {})
        except TimeoutError:
            raise Transient(f"Битрикс24 не отвечает за {TIMEOUT:g} с") from None
        finally:
            await api.close()
        return f"{user.get('NAME', '')} {user.get('LAST_NAME', '')}".strip() or f"пользователь {user.get('ID', '')}"

    try:
        return asyncio.run(look())
    except LeadpulseError as error:
        raise Refused(f"Битрикс24 не принимает вебхук или у него нет права crm ({error})") from None


def speechkit_key(loaded: Settings, key: str) -> None:
    """SpeechKit takes the key, and it has the role; nothing is billed. Raises `Refused`."""
    try:
        kit = SpeechKit(**{**loaded.speechkit.model_dump(), "api_key": SecretStr(key)})
    except ValidationError as error:
        raise Refused("; ".join(str(fault["ctx"]["error"]) for fault in error.errors() if "ctx" in fault)) from None
    faults = speechkit_faults(loaded.model_copy(update={"speechkit": kit}))
    if faults:
        raise Refused("; ".join(faults))


def wms_name(name: str) -> None:
    """It stands in an address and in TOML. Raises `Refused`."""
    if not re.fullmatch(r"[a-z0-9_-]{1,40}", name):
        raise Refused(f"имя «{name}»: нужны строчные латинские буквы, цифры, _ или -")


def public_url(url: str) -> None:
    """A name with HTTPS, or none. Raises `Refused`."""
    try:
        Site(public_url=url)
    except ValidationError as error:
        raise Refused("; ".join(str(fault["ctx"]["error"]) for fault in error.errors())) from None


def bot_login(name: str) -> None:
    """A name that a bot can have. Raises `Refused`."""
    _setting(bot=name)


def admin_name(name: str) -> None:
    """A name of a person. Raises `Refused`."""
    _setting(first_admin=name)


def _setting(**value: str) -> None:
    try:
        Web(**value)
    except ValidationError as error:
        raise Refused("; ".join(str(fault["ctx"]["error"]) for fault in error.errors())) from None


def day(said: str) -> None:
    """A date of the calendar. Raises `Refused`."""
    try:
        date.fromisoformat(said)
    except ValueError:
        raise Refused("нужна дата вида 2026-11-02") from None


def day_after(notified_on: str, said: str) -> None:
    """A date that is not before the notification. Raises `Refused`."""
    day(said)
    if date.fromisoformat(said) < date.fromisoformat(notified_on):
        raise Refused(f"передавать можно только после уведомления ({notified_on})")


def secret_in(file: Path) -> str:
    """The one line of a file. Raises `Refused`."""
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        raise Refused(f"файла {file} нет") from None
    except (OSError, ValueError):
        raise Refused(f"файл {file} не читается") from None


def _title(chat: dict[str, object]) -> str:
    return str(chat.get("title") or chat.get("first_name") or chat.get("id"))
