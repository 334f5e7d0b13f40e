"""`leadpulse check` looks at Telegram."""

import asyncio

from streams.cli.check_telegram import telegram_faults, telegram_warnings
from streams.settings import Gateway, Settings, Site, Telegram, TelegramBot
from tests.fakes.telegram import FakeTelegram

TOKEN = "1:secret"
BOTS = {"main": TelegramBot(secret="word")}


def settings(api: str, gateway: Gateway | None = None, **telegram: object) -> Settings:
    """Settings of a bot."""
    bot = Telegram(**({"api": api, "token": TOKEN} | telegram))
    return Settings().model_copy(update={"telegram": bot, "gateway": gateway or Gateway(telegram=BOTS)})


async def test_every_chat_of_the_settings_is_looked_at() -> None:
    """A chat that the bot is not in is named with its setting."""
    async with FakeTelegram(TOKEN, {5, -7}) as telegram:
        good = settings(telegram.url, curator_chat=5, report_chat=-7, staff=[1])
        assert await asyncio.to_thread(telegram_faults, good) == []
        bad = settings(telegram.url, curator_chat=5, ops_chat=-8, curators={"123": 6})
        faults = await asyncio.to_thread(telegram_faults, bad)
        assert [fault.split(":")[0] for fault in faults] == [
            "бот не может писать в чат 6 (telegram.curators.123)",
            "бот не может писать в чат -8 (telegram.ops_chat)",
        ]
        assert "chat not found" in faults[0]


async def test_a_wrong_token_is_told_and_not_shown() -> None:
    """Once, not for every chat."""
    async with FakeTelegram(TOKEN, {5}) as telegram:
        wrong = settings(telegram.url, token="1:other", curator_chat=5)
        assert await asyncio.to_thread(telegram_faults, wrong) == [
            "Telegram не принимает токен бота (telegram.token): ответ 401"
        ]


async def test_who_cannot_reach_telegram_is_told_of_the_proxy() -> None:
    """The first thing that a newcomer in Russia meets."""
    (fault,) = await asyncio.to_thread(telegram_faults, settings("http://127.0.0.1:9", curator_chat=5))
    assert fault.startswith("Telegram не отвечает по адресу http://127.0.0.1:9") and fault.endswith("telegram.proxy")


async def test_who_may_press_and_how_messages_come_in() -> None:
    """No staff, no webhook, no entrance: each works, but hardly as it is meant."""
    async with FakeTelegram(TOKEN, {5, -7}) as telegram:
        nobody, webhook = await asyncio.to_thread(telegram_warnings, settings(telegram.url, curator_chat=-7))
        assert "не сможет нажать никто" in nobody
        assert "setWebhook" in webhook
        private = await asyncio.to_thread(telegram_warnings, settings(telegram.url, curators={"1": 5}))
        assert "только кураторы с личным чатом" in private[0]
        telegram.updates.webhook = "https://example.com/hooks/telegram/main", "word"
        assert await asyncio.to_thread(telegram_warnings, settings(telegram.url, staff=[1])) == []
        moved = settings(telegram.url, staff=[1]).model_copy(update={"site": Site(public_url="https://example.com.ru")})
        (elsewhere,) = await asyncio.to_thread(telegram_warnings, moved)
        assert "на https://example.com/hooks/telegram/main, а site.public_url — https://example.com.ru" in elsewhere
        telegram.updates.allowed = ["message", "edited_message", "callback_query", "business_message"]
        (asked,) = await asyncio.to_thread(telegram_warnings, settings(telegram.url, staff=[1]))
        assert "edited_business_message, deleted_business_messages" in asked
        telegram.updates.allowed = []
        (closed,) = await asyncio.to_thread(telegram_warnings, settings(telegram.url, Gateway(), staff=[1]))
        assert "[gateway.telegram.<имя>]" in closed


async def test_a_bot_that_is_asked_has_no_webhook() -> None:
    """Long poll: a webhook takes all updates; many that wait say that nobody reads."""
    async with FakeTelegram(TOKEN, {5}) as telegram:
        polled = settings(telegram.url, Gateway(), curator_chat=5, staff=[1], updates="poll")
        assert await asyncio.to_thread(telegram_warnings, polled) == []
        telegram.updates.webhook = "https://example.com/hook", "word"
        (hooked,) = await asyncio.to_thread(telegram_warnings, polled)
        assert "https://example.com/hook" in hooked and "deleteWebhook" in hooked
        telegram.updates.webhook = None
        for _ in range(1001):
            telegram.updates.put("message", {})
        (waiting,) = await asyncio.to_thread(telegram_warnings, polled)
        assert "непрочитанных обновлений: 1001" in waiting
