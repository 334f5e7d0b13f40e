"""`leadpulse worker notify` as a process, between the real broker and the fake Telegram."""

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest_asyncio
from msgspec.structs import replace

from alerting.outbox import Item
from alerting.render import REPEATED
from schemas.alerts import Alert
from schemas.sources import DeadLetter
from schemas.topics import DEAD_LETTERS, LEAD_ALERTS, OUTBOX, REPORTS
from streams.kafka import partition_of
from tests.fakes.telegram import FakeTelegram, Fault, Message
from tests.installation import Installation, free_port, until
from tests.unit.alerting.alerts import LEAVING, REPORT, SPIKE, pressed

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

    def start(self, **environ: str) -> subprocess.Popen[bytes]:
        """One notify worker."""
        return self.installation.worker("notify", self.environ | environ)

    def alert(self, alert: Alert = SPIKE, lead_id: str = "12345") -> Alert:
        """The alert with an id of its own."""
        self._made += 1
        return replace(alert, alert_id=f"{self._made:016x}", lead_id=lead_id)

    async def publish(self, *alerts: Alert) -> None:
        """What the pipeline would."""
        records = [(alert.lead_id, msgspec.json.encode(alert)) for alert in alerts]
        await self.installation.produce(LEAD_ALERTS, records)

    def about(self, alert: Alert) -> list[Message]:
        """Messages that carry a button of this alert, now or before an edit."""
        messages = self.telegram.messages.values()
        return [m for m in messages if any(alert.alert_id in b["callback_data"] for b in m.buttons)]

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

    async def end(self, process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
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


@pytest_asyncio.fixture
async def line(bootstrap: str, tmp_path: Path) -> AsyncIterator[Line]:
    """Fresh topics, a fresh fake, no worker yet."""
    async with (
        FakeTelegram(TOKEN, {CURATOR, OTHER, SHARED}) as telegram,
        Installation(bootstrap, tmp_path) as installation,
    ):
        yield Line(installation, telegram)
    assert "secret" not in logs(tmp_path)


async def test_an_alert_is_one_message_all_its_life(line: Line) -> None:
    """Sent once though delivered twice; a press is answered and changes it; a broken record holds up nothing."""
    process = line.start()
    alert = line.alert()
    await line.installation.produce(LEAD_ALERTS, [("12345", b"{broken")])
    await line.publish(alert, alert)
    message = await line.shown(alert)
    assert message.chat == CURATOR
    assert "13\u00a0броней за день при обычных 4" in message.text

    query = line.telegram.press(message.message_id, "Принято", {"id": 9, "name": "Анна"})
    seen = pressed(alert, "seen", "acknowledged")
    assert seen.press is not None
    await line.publish(alert, replace(seen, press=replace(seen.press, callback_id=query)))
    await line.reads(message, "Принято: Анна")
    assert message.buttons[0]["text"] == "Отложить на день"
    old = replace(pressed(seen, "confirmed", "acknowledged", verdict="confirmed"), press=seen.press)
    await line.publish(old)  # its callback id is unknown to Telegram: best effort
    await line.reads(message, "Риск подтверждён")
    await line.quiet()

    assert len(line.about(alert)) == 1
    assert [answer["id"] for answer in line.telegram.answers] == [query]
    assert await line.installation.count(DEAD_LETTERS) == 1
    assert await line.end(process) == 0


async def test_trouble_ends_in_one_message_and_holds_up_no_other_chat(line: Line) -> None:
    """429 then 500 then success is one message; meanwhile, and before, the other chat got its alert."""
    line.telegram.faults += [Fault("429", chat=CURATOR, retry_after=2), Fault("500", chat=CURATOR)]
    line.start()
    late, prompt = line.alert(), line.alert(lead_id=OTHERS_LEAD)
    await line.publish(late)
    await line.publish(prompt)
    assert (await line.shown(prompt)).chat == OTHER
    assert not line.about(late)
    await line.shown(late)
    await line.quiet()
    assert len(line.about(late)) == len(line.about(prompt)) == 1


async def test_refused_for_good_is_a_dead_letter(line: Line) -> None:
    """A chat that is gone costs its own message only, and operations hear of it."""
    line.start()
    lost, good = line.alert(lead_id=GONES_LEAD), line.alert()
    await line.publish(lost, good)
    await line.shown(good)

    async def dead() -> bool:
        return await line.installation.count(DEAD_LETTERS) == 1

    await until(dead, WAIT, "dead letter")
    (record,) = await line.installation.read(DEAD_LETTERS)
    letter = msgspec.json.decode(record.value, type=DeadLetter)
    assert (letter.key, letter.error_class) == (lost.alert_id.encode(), "Refused")
    assert "chat not found" in letter.error


async def test_a_report_is_sent_once(line: Line) -> None:
    """The same report id again, even with other figures, is no second message."""
    line.start()
    first, again = (msgspec.json.encode(replace(REPORT, meetings=n)) for n in (3, 4))
    await line.installation.produce(REPORTS, [(REPORT.report_id, first)])
    await line.installation.produce(REPORTS, [(REPORT.report_id, again)])
    await line.quiet()

    async def there() -> bool:
        return any(m.chat == SHARED for m in line.telegram.messages.values())

    await until(there, WAIT, "report is sent")
    (report,) = (m for m in line.telegram.messages.values() if m.chat == SHARED)
    assert report.text.startswith("Отчёт за 21\u00a0ноября")
    assert "3\u00a0встречи" in report.text


async def test_killed_worker_repeats_only_what_is_in_doubt(line: Line) -> None:
    """SIGKILL: what was sent stays one; what was cut off in mid-call comes again, marked; what waited comes once."""
    first = line.start()
    sent, waiting, cut_off = line.alert(), line.alert(lead_id=OTHERS_LEAD), line.alert()
    await line.publish(sent)
    await line.shown(sent)
    line.telegram.faults += [
        Fault("429", chat=OTHER, retry_after=60),
        Fault("hang_after", chat=CURATOR),
    ]
    await line.publish(waiting, cut_off)
    await line.shown(cut_off)

    async def limited() -> bool:
        return line.telegram.faults[0].times == 0

    await until(limited, WAIT, "other chat is limited", pause=0.05)
    await line.end(first, signal.SIGKILL)

    line.start()
    await line.shown(waiting)

    async def repeated() -> bool:
        return len(line.about(cut_off)) == 2

    await until(repeated, WAIT, "the alert in doubt is repeated")
    await line.quiet()
    assert len(line.about(sent)) == len(line.about(waiting)) == 1
    assert [m.text.startswith(REPEATED) for m in line.about(cut_off)] == [False, True]


async def test_a_stopped_worker_ends_its_call(line: Line) -> None:
    """SIGTERM in mid-call: the call comes to its end, the outbox has it, the next worker repeats nothing."""
    first = line.start()
    line.telegram.faults.append(Fault("hold", chat=CURATOR))
    alert = line.alert()
    await line.publish(alert)
    await line.shown(alert)
    ending = asyncio.create_task(line.end(first))

    async def stopping() -> bool:
        return "stopping" in logs(line.installation.folder)

    await until(stopping, WAIT, "worker is stopping", pause=0.05)
    line.telegram.released.set()
    assert await ending == 0
    assert (await line.outbox(alert)).sent == 1
    line.start()
    await line.quiet()
    assert len(line.about(alert)) == 1


async def test_a_second_worker_repeats_nothing_that_the_first_is_sending(line: Line) -> None:
    """Partitions move while every one of them has a call in work: the new owner waits for the end of those calls."""
    leads = {partition_of(LEAD_ALERTS.name, str(n).encode()): str(n) for n in range(1, 200)}
    assert len(leads) == LEAD_ALERTS.partitions
    chats = {lead: 1000 + int(lead) for lead in leads.values()}
    line.telegram.chats |= set(chats.values())
    line.telegram.faults += [Fault("hold", chat=chat) for chat in chats.values()]
    line.environ["LEADPULSE_TELEGRAM__CURATORS"] = json.dumps(chats)
    line.start(LEADPULSE_TELEGRAM__TIMEOUT="60")
    held = [line.alert(lead_id=lead) for lead in chats]
    await line.publish(*held)
    for alert in held:
        await line.shown(alert)
    port = free_port()
    line.start(LEADPULSE_METRICS__NOTIFY=str(port))

    async def joined() -> bool:
        return await ready(port)

    await until(joined, WAIT, "second worker has partitions", pause=0.05)
    line.telegram.released.set()

    async def looked_up() -> bool:
        return "calls of a former owner looked up calls=1 in_doubt=0" in logs(line.installation.folder)

    await until(looked_up, WAIT, "the second worker has looked how those calls ended")
    more = [line.alert(lead_id=lead) for lead in chats]
    await line.publish(*more)
    for alert in more:
        await line.shown(alert)
    assert [len(line.about(alert)) for alert in held] == [1] * len(held)


async def test_without_a_token_alerts_wait(line: Line) -> None:
    """Nothing is sent and nothing is lost: a worker with the token sends what waited."""
    first = line.start(LEADPULSE_TELEGRAM__TOKEN="")
    alert = line.alert()
    await line.publish(alert)
    await line.installation.settled("notify", LEAD_ALERTS)
    assert await line.end(first) == 0
    assert not line.telegram.calls
    line.start()
    await line.shown(alert)
    await line.quiet()
    assert len(line.about(alert)) == 1
