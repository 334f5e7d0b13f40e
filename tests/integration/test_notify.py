"""`leadpulse worker notify` as a process, between the real broker and the fake Telegram."""

import asyncio
import json
import signal

import msgspec
from msgspec.structs import replace

from alerting.render import REPEATED
from schemas.failed import DeadLetter
from schemas.sources import RoomReport
from schemas.topics import DEAD_LETTERS, LEAD_ALERTS, RECORDINGS, REPORTS
from streams.engine.kafka import partition_of
from tests.fakes.telegram import Fault
from tests.installation import until
from tests.integration.notify_line import (
    CURATOR,
    OTHER,
    OTHERS_LEAD,
    SHARED,
    WAIT,
    Line,
    logs,
    ready,
)
from tests.ports import free_port
from tests.unit.alerting.alerts import pressed
from tests.unit.alerting.reports import REPORT


async def test_an_alert_is_one_message_all_its_life(line: Line) -> None:
    """Sent once though delivered twice; a press is answered and changes it; a broken record holds up nothing."""
    process = line.start()
    alert = line.alert()
    await line.installation.produce(LEAD_ALERTS, [("12345", b"{broken")])
    await line.publish(alert, alert)
    message = await line.shown(alert)
    assert message.chat == CURATOR
    assert "13\u00a0броней на 910\u00a0шт." in message.text

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
    """A message that Telegram will not have costs itself only."""
    line.start()
    line.telegram.faults.append(Fault("400", method="sendMessage", chat=OTHER))
    lost, good = line.alert(lead_id=OTHERS_LEAD), line.alert()
    await line.publish(lost, good)
    await line.shown(good)

    async def dead() -> bool:
        return await line.installation.count(DEAD_LETTERS) == 1

    await until(dead, WAIT, "dead letter")
    (record,) = await line.installation.read(DEAD_LETTERS)
    letter = msgspec.json.decode(record.value, type=DeadLetter)
    assert (letter.key, letter.error_class) == (lost.alert_id.encode(), "Refused")
    assert "can't parse entities" in letter.error


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


async def test_a_room_without_a_recording_is_one_message_to_ops(line: Line) -> None:
    """Told once, however often it is reported; the same message changes when the recording runs at last."""
    line.start()
    unrecorded = RoomReport("1", "unrecorded", REPORT.until, "lead-7-x", "m-7", "7", reason="resource-constraint")
    again, on = replace(unrecorded, id="2"), replace(unrecorded, id="3", happening="recording_on", reason="")
    quiet = replace(unrecorded, id="4", meeting_id="m-8", happening="recording_on")
    reports = [msgspec.json.encode(report) for report in (unrecorded, again, quiet)]
    await line.installation.produce(RECORDINGS, [("lead-7-x", report) for report in reports])
    await line.installation.settled("notify", RECORDINGS)
    await until(lambda: _told(line, "все Jibri заняты"), WAIT, "ops are told")
    await line.installation.produce(RECORDINGS, [("lead-7-x", msgspec.json.encode(on))])
    await until(lambda: _told(line, "записывается"), WAIT, "the message changes")
    assert len(line.telegram.messages) == 1


async def _told(line: Line, words: str) -> bool:
    return any(m.chat == SHARED and words in m.text for m in line.telegram.messages.values())


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
