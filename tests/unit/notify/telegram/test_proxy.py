"""Telegram behind a proxy: alerts, and `leadpulse check`."""

import asyncio
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from schemas.errors import Transient
from streams.cli.check_telegram import telegram_faults
from streams.notify.telegram.bot_api import BotApi
from streams.settings import Settings, Telegram
from tests.fakes.proxy import FakeProxy
from tests.fakes.telegram import FakeTelegram

TOKEN = "123:secret"
LOGIN = ("ivan", "pa55")


def settings(telegram: FakeTelegram, proxy: str, **more: object) -> Telegram:
    """A bot by a name that only the proxy is asked for."""
    api = telegram.url.replace("127.0.0.1", "localhost")
    return Telegram(api=api, token=TOKEN, curator_chat=7, proxy=proxy, timeout=3.0, **more)


@pytest.mark.parametrize("scheme", ["socks5", "http"])
@pytest.mark.parametrize("login", [None, LOGIN])
async def test_everything_goes_through_the_proxy(scheme: str, login: tuple[str, str] | None) -> None:
    """The proxy hears the name of the Bot API and not an address: where it is throttled, its name may be too."""
    async with FakeTelegram(TOKEN, {7}) as telegram, FakeProxy(login) as proxy:
        bot = settings(telegram, proxy.url(scheme))
        api = BotApi(bot)
        await api.send(7, "тревога", ())
        assert await asyncio.to_thread(telegram_faults, Settings().model_copy(update={"telegram": bot})) == []
        await api.close()
        assert set(proxy.asked) == {f"localhost:{urlsplit(telegram.url).port}"}
        assert [message.text for message in telegram.messages.values()] == ["тревога"]


@pytest.mark.parametrize("scheme", ["socks5", "http"])
@pytest.mark.parametrize("trouble", ["away", "login", "target"])
async def test_a_proxy_that_does_not_help_leaves_no_doubt(scheme: str, trouble: str) -> None:
    """It is away, knows us not, or gets no further: nothing was sent, the message waits, the password is not shown."""
    async with FakeTelegram(TOKEN, {7}) as telegram, FakeProxy(LOGIN) as proxy:
        proxy.refuses = trouble == "target"
        url = f"{scheme}://ivan:pa55@127.0.0.1:9" if trouble == "away" else proxy.url(scheme)
        bot = settings(telegram, url.replace("pa55", "pa66") if trouble == "login" else url)
        api = BotApi(bot)
        with pytest.raises(Transient) as caught:
            await api.send(7, "тревога", ())
        faults = await asyncio.to_thread(telegram_faults, Settings().model_copy(update={"telegram": bot}))
        await api.close()
        assert type(caught.value) is Transient and not api.reachable
        assert "через прокси (telegram.proxy)" in faults[0]
        assert not any(word in f"{caught.value!r} {faults}" for word in ("pa55", "pa66", "secret"))
        assert not telegram.messages


@pytest.mark.parametrize(
    "proxy", ["proxy:1080", "ftp://proxy:1", "socks5://proxy", "socks5://a@b:1", "http://u:p@ss@h:1", "https://h:443"]
)
def test_a_wrong_address_is_told_at_start_without_its_password(proxy: str) -> None:
    """In words, before anything is sent."""
    with pytest.raises(ValidationError, match="socks5://узел:порт") as caught:
        Telegram(proxy=proxy)
    assert "p@ss" not in caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    "proxy", ["", "socks5://127.0.0.1:1080", "http://u:p%40ss@proxy.local:3128/", "socks4://[::1]:9"]
)
def test_right_addresses(proxy: str) -> None:
    """With a login or without, by name or number."""
    assert Telegram(proxy=proxy).proxy.get_secret_value() == proxy
