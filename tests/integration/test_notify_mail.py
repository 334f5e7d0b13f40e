"""Telegram away and back, with mail beside it: `leadpulse worker notify` between the real broker and both servers."""

import signal

from schemas.codec import decode
from schemas.events import AlertMailed
from schemas.topics import DEAD_LETTERS, LEAD_EVENTS
from tests.fakes.smtp import FakeSmtp
from tests.fakes.telegram import Fault
from tests.installation import until
from tests.integration.notify_line import CURATOR, OTHERS_LEAD, WAIT, Line


async def test_telegram_away_and_back(line: Line) -> None:
    """Each alert is one letter, through a kill and a restart; then one message in Telegram, and no further letter."""
    async with FakeSmtp(("robot", "pa55word")) as smtp:
        mail = smtp.settings()
        line.environ |= {
            "LEADPULSE_MAIL__SERVER": mail.server,
            "LEADPULSE_MAIL__PORT": str(mail.port),
            "LEADPULSE_MAIL__SECURITY": "none",
            "LEADPULSE_MAIL__USERNAME": "robot",
            "LEADPULSE_MAIL__PASSWORD": "pa55word",
            "LEADPULSE_MAIL__SENDER": "leadpulse@x.ru",
            "LEADPULSE_MAIL__HEAD": "head@x.ru",
            "LEADPULSE_MAIL__CHATS": f'{{"{CURATOR}": "anna@x.ru"}}',
            "LEADPULSE_MAIL__AFTER_MINUTES": "0.02",
        }
        line.telegram.faults.append(Fault("500", times=10**6))
        process = line.start()
        first, other = line.alert(), line.alert(lead_id=OTHERS_LEAD)
        await line.publish(first, other)

        async def mailed(count: int) -> bool:
            return len(smtp.to) >= count

        await until(lambda: mailed(2), WAIT, "two letters")
        assert sorted(smtp.to) == ["anna@x.ru", "head@x.ru"]

        async def marked() -> bool:
            return (await line.outbox(first)).mailed == 1 == (await line.outbox(other)).mailed

        await until(marked, WAIT, "the outbox knows of the letters")
        await line.end(process, signal.SIGKILL)
        line.start()
        third = line.alert()
        await line.publish(third)
        await until(lambda: mailed(3), WAIT, "the third letter, by the next process")
        line.telegram.faults.clear()
        for alert in (first, other, third):
            await line.shown(alert)
        await line.quiet()
        assert [len(line.about(alert)) for alert in (first, other, third)] == [1, 1, 1]
        assert len(smtp.to) == 3
        events = [decode(record.value) for record in await line.installation.read(LEAD_EVENTS)]
        assert {event.alert_id for event in events if isinstance(event, AlertMailed)} == {
            alert.alert_id for alert in (first, other, third)
        }
        assert await line.installation.count(DEAD_LETTERS) == 0
