"""`leadpulse check` looks at the second way."""

import asyncio

from streams.cli.check_outlets import mail_faults
from streams.settings import Mail, Settings
from tests.fakes.smtp import FakeSmtp

LOGIN = ("robot", "pa55word")


async def faults(mail: Mail) -> list[str]:
    """What it says."""
    return await asyncio.to_thread(mail_faults, Settings().model_copy(update={"mail": mail}))


async def test_it_logs_in_and_sends_nothing() -> None:
    """Nothing to say where mail is off or works; a server without a login is a house's own."""
    async with FakeSmtp() as smtp:
        assert await faults(Mail()) == []
        assert await faults(smtp.settings(head="head@x.ru")) == []
        assert smtp.letters == []


async def test_what_would_keep_letters_back_is_told() -> None:
    """Nobody to write to, a password that is wrong or goes in the open, no encryption where it is asked for, nobody
    there; and no secret is shown."""
    async with FakeSmtp(LOGIN) as smtp:
        (open_password,) = await faults(smtp.settings(head="head@x.ru"))
        assert "без шифрования" in open_password
        told = await faults(smtp.settings(password="pa66word"))
        assert ["не указан ни один адрес" in fault for fault in told] == [True, False, False]
        assert "535" in told[-1] and f"127.0.0.1:{smtp.port}" in told[-1]
        (plain,) = await faults(smtp.settings(head="head@x.ru", security="starttls"))
        assert "раздел [mail]" in plain
        settings = smtp.settings(head="head@x.ru", username="", sender="")
        assert any("mail.sender" in fault for fault in await faults(settings))
    (away,) = await faults(smtp.settings(head="head@x.ru", username=""))
    assert "не отвечает" in away
    assert not any("pa55" in fault or "pa66" in fault for fault in [*told, away, plain])
