"""What `check` says of Telegram: the bot, its chats, who may press buttons, how its updates come in."""

from collections.abc import Iterator, Mapping
from typing import Any

from processors.normalize.telegram_update import ALLOWED_UPDATES
from processors.russian.plural import whole
from schemas.errors import Refused, Transient
from streams.cli.bot import Api, ask
from streams.settings import Settings

MANY_WAITING = 1000
"""Updates that Telegram keeps for us: the gateway reads a hundred in a second."""
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
    if not token:
        return warnings
    try:
        hook = ask(Api.of(telegram), token, "getWebhookInfo")
    except (Refused, Transient):
        return warnings  # told as a fault
    return warnings + (_polled(hook) if telegram.updates == "poll" else _hooked(loaded, hook))


def _polled(hook: Mapping[str, object]) -> list[str]:
    """The gateway asks for updates."""
    if hook.get("url"):
        return [
            f'у бота задан вебхук {hook["url"]}, а telegram.updates = "poll": сообщения уходят туда. '
            'Снимите его (deleteWebhook) или задайте updates = "webhook"'
        ]
    waiting = hook.get("pending_update_count", 0)
    if isinstance(waiting, int) and waiting > MANY_WAITING:
        return [
            f"в Telegram непрочитанных обновлений: {whole(waiting)}; шлюз не работает или не успевает, "
            "а хранятся они 24 часа"
        ]
    return []


def _hooked(loaded: Settings, hook: Mapping[str, Any]) -> list[str]:
    """Telegram sends updates."""
    warnings = []
    if loaded.gateway.telegram:
        if not hook.get("url"):
            warnings.append("боту не задан вебхук (setWebhook): сообщения из чатов не приходят; см. docs/connect.md")
        elif (ours := loaded.site.public_url) and not str(hook["url"]).startswith(f"{ours}/"):
            warnings.append(
                f"вебхук бота ведёт на {hook['url']}, а site.public_url — {ours}: вызовите setWebhook снова"
            )
        elif hook.get("last_error_message"):
            warnings.append(f"Telegram не может доставить сообщения по вебхуку: {hook['last_error_message']}")
        asked = hook.get("allowed_updates")
        if asked and (missing := [kind for kind in ALLOWED_UPDATES if kind not in asked]):
            warnings.append(
                f"вебхук не просит {', '.join(missing)} (allowed_updates): это не приходит; docs/connect.md"
            )
    else:
        warnings.append(
            "нет раздела [gateway.telegram.<имя>]: сообщения из чатов не принимаются, только отправляются; задайте "
            'telegram.updates = "poll" или вебхук: docs/connect.md'
        )
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
