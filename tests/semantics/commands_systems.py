"""Other systems that commands go to: Telegram, the portal and a host of workflows, all fakes that count."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from tests.fakes.bitrix import FakeBitrix
from tests.fakes.outward import FakeHost
from tests.fakes.telegram import FakeTelegram

LEADS: Final = [str(4000 + number) for number in range(20)]
CHATS: Final = {lead: -100_000 - int(lead) for lead in LEADS}
FLOW: Final = "счета"


@dataclass(frozen=True)
class Systems:
    """Where commands go."""

    telegram: FakeTelegram
    portal: FakeBitrix
    host: FakeHost

    def environ(self) -> dict[str, str]:
        """Settings of an installation that is connected to all of them, at noon wherever it is."""
        hour = 12 - time.gmtime().tm_hour
        return {
            "LEADPULSE_DAYS__ZONE": f"Etc/GMT{-hour:+d}" if hour else "Etc/UTC",
            "LEADPULSE_WEB__PORT": "8082",  # the devices' keys are bound to it; nobody listens there
            "LEADPULSE_COMMANDS__CLOCK_SECONDS": "1",
            "LEADPULSE_COMMANDS__WORKFLOWS": f'{{"{FLOW}": "{self.host.url}/flow"}}',
            "LEADPULSE_COMMANDS__HOSTS": f'["127.0.0.1:{self.host.port}"]',
            "LEADPULSE_COMMANDS__TIMEOUT": "3",
            "LEADPULSE_BITRIX__WEBHOOK": self.portal.webhook,
            "LEADPULSE_BITRIX__PER_SECOND": "500",
            "LEADPULSE_BITRIX__BURST": "500",
            "LEADPULSE_BITRIX__TIMEOUT": "3",
            "LEADPULSE_TELEGRAM__API": self.telegram.url,
            "LEADPULSE_TELEGRAM__TOKEN": self.telegram.token,
            "LEADPULSE_TELEGRAM__TIMEOUT": "2",
        }


@asynccontextmanager
async def systems() -> AsyncIterator[Systems]:
    """All of them, running."""
    async with AsyncExitStack() as stack:
        yield Systems(
            await stack.enter_async_context(FakeTelegram(chats=set(CHATS.values()))),
            await stack.enter_async_context(FakeBitrix(set(LEADS), per_second=500, burst=500)),
            await stack.enter_async_context(FakeHost()),
        )
