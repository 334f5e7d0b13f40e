"""What the tests of `notify` share: broker, fake Telegram, worker processes between them, and questions to all."""

import asyncio
import json
import signal
from pathlib import Path

import aiohttp
import msgspec
from msgspec.structs import replace

from alerting.outbox import Item
from schemas.alerts import Alert
from schemas.topics import LEAD_ALERTS, OUTBOX, REPORTS
from tests.fakes.telegram import FakeTelegram, Message
from tests.installation import Installation, Started, until
from tests.unit.alerting.alerts import LEAVING, SPIKE

CURATOR, OTHER, SHARED, GONE = 7, 8, -5, 99
OTHERS_LEAD, GONES_LEAD = "888", "999"
TOKEN = "123:secret"
CALL_SECONDS = 3.0
WAIT = 30.0


def logs(folder: Path) -> str:
    """What all workers of a test have logged."""
    return "".join(path.read_text() for path in folder.glob("notify-*.log"))


async def ready(port: int) -> bool:
    """Whether the worker with this health port says so."""
    try:
        async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


class Line:
    """The broker, the fake, and notify workers between them."""

    def __init__(self, installation: Installation, telegram: FakeTelegram) -> None:
        self.installation, self.telegram = installation, telegram
        self._made = 0
        self.environ = {
            "LEADPULSE_TELEGRAM__API": telegram.url,
            "LEADPULSE_TELEGRAM__TOKEN": TOKEN,
            "LEADPULSE_TELEGRAM__CURATOR_CHAT": str(CURATOR),
            "LEADPULSE_TELEGRAM__REPORT_CHAT": str(SHARED),
            "LEADPULSE_TELEGRAM__CURATORS": json.dumps({OTHERS_LEAD: OTHER, GONES_LEAD: GONE}),
            "LEADPULSE_TELEGRAM__TIMEOUT": str(CALL_SECONDS),
        }

    def start(self, **environ: str) -> Started:
        """One notify worker."""
        return self.installation.worker("notify", self.environ | environ)

    def alert(self, alert: Alert = SPIKE, lead_id: str = "12345") -> Alert:
        """The alert with an id of its own, as it rings."""
        self._made += 1
        return replace(alert, alert_id=f"{self._made:016x}", lead_id=lead_id, rings=True, rung=1)

    async def publish(self, *alerts: Alert) -> None:
        """What the pipeline would."""
        records = [(alert.lead_id, msgspec.json.encode(alert)) for alert in alerts]
        await self.installation.produce(LEAD_ALERTS, records)

    def about(self, alert: Alert) -> list[Message]:
        """Messages that carry a button of this alert, now or before an edit."""
        messages = self.telegram.messages.values()
        return [m for m in messages if any(alert.alert_id in b.get("callback_data", "") for b in m.buttons)]

    async def shown(self, alert: Alert, timeout: float = WAIT) -> Message:
        """The alert's first message, once it is there."""

        async def there() -> bool:
            return bool(self.about(alert))

        await until(there, timeout, f"alert {alert.alert_id} is shown", pause=0.05)
        return self.about(alert)[0]

    async def reads(self, message: Message, text: str) -> None:
        """Wait until a message has this text in it."""

        async def there() -> bool:
            return text in message.text

        await until(there, WAIT, f"message reads {text!r}", pause=0.05)

    async def end(self, process: Started, number: int = signal.SIGTERM) -> int:
        """End a worker while the fake, which lives in this loop, goes on answering."""
        return await asyncio.to_thread(self.installation.end, process, number)

    async def outbox(self, alert: Alert) -> Item:
        """What the outbox in Kafka says of an alert."""
        records = await self.installation.read(OUTBOX)
        return msgspec.json.decode([r.value for r in records if r.key == alert.alert_id.encode()][-1], type=Item)

    async def quiet(self) -> None:
        """Everything published before is settled and sent: a later alert of each kind of chat has come through."""
        await self.installation.settled("notify", LEAD_ALERTS)
        await self.installation.settled("notify", REPORTS)
        await self.shown(await self.sent_alert())

    async def sent_alert(self) -> Alert:
        """An alert of no further interest."""
        alert = self.alert(LEAVING)
        await self.publish(alert)
        return alert
