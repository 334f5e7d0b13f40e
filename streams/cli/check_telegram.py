"""What `check` says of Telegram: the bot, its chats, who may press buttons, how its updates come in."""

from collections.abc import Iterator

from processors.normalize.telegram_update import ALLOWED_UPDATES
from schemas.errors import Refused, Transient
from streams.cli.bot import Api, ask
from streams.settings import Settings

MOST_CHATS = 20
"""Chats that are asked for: more would run into the limits of the API."""


def telegram_faults(loaded: Settings) -> list[str]:
    """The bot's token works, there is a chat to write to, and the bot is in every chat of the settings."""
    telegram = loaded.telegram
    faults = [] if telegram.curator_chat or telegram.curators else ["не указан чат кураторов: telegram.curator_chat"]
    token = telegram.token.get_secret_value()
    if not token:
        return [*faults, "нет токена бота (telegram.token): тревоги ждут в Kafka и никому не приходят"]
    try:
        ask(Api.of(telegram), token, "getMe")
    except (Refused, Transient) as error:
        return [*faults, str(error)]
    return faults + list(_closed(loaded, token))


def telegram_warnings(loaded: Settings) -> list[str]:
    """What works, but not as one may expect."""
    telegram = loaded.telegram
    warnings = []
    if not telegram.staff:
        who = "могут нажать только кураторы с личным чатом" if _private(loaded) else "не сможет нажать никто"
        warnings.append(f"telegram.staff пуст: кнопки под тревогой {who}; слова сотрудников считаются словами клиента")
    token = telegram.token.get_secret_value()
    if token and loaded.gateway.telegram:
        try:
            hook = ask(Api.of(telegram), token, "getWebhookInfo")
        except (Refused, Transient):
            return warnings  # told as a fault
        if not hook.get("url"):
            warnings.append("боту не задан вебхук (setWebhook): сообщения из чатов не приходят; см. docs/connect.md")
        elif hook.get("last_error_message"):
            warnings.append(f"Telegram не может доставить сообщения по вебхуку: {hook['last_error_message']}")
        asked = hook.get("allowed_updates")
        if asked and (missing := [kind for kind in ALLOWED_UPDATES if kind not in asked]):
            warnings.append(
                f"вебхук не просит {', '.join(missing)} (allowed_updates): это не приходит; docs/connect.md"
            )
    elif token:
        warnings.append("нет раздела [gateway.telegram.<имя>]: сообщения из чатов не принимаются, только отправляются")
    return warnings


def chats(loaded: Settings) -> dict[int, str]:
    """Chats of the settings to the name of the setting."""
    telegram = loaded.telegram
    found = {chat: f"telegram.curators.{lead}" for lead, chat in telegram.curators.items()}
    for name in ("ops_chat", "report_chat", "head_chat", "curator_chat"):
        found[getattr(telegram, name)] = f"telegram.{name}"
    found.pop(0, None)
    return found


def _closed(loaded: Settings, token: str) -> Iterator[str]:
    for chat, setting in list(chats(loaded).items())[:MOST_CHATS]:
        try:
            ask(Api.of(loaded.telegram), token, "getChat", chat_id=chat)
        except Refused as error:
            yield f"бот не может писать в чат {chat} ({setting}): {error}; добавьте бота в чат или исправьте номер"
        except Transient as error:
            yield str(error)
            return


def _private(loaded: Settings) -> bool:
    return any(
        chat > 0
        for chat in (loaded.telegram.curator_chat, loaded.telegram.head_chat, *loaded.telegram.curators.values())
    )
