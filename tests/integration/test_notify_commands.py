"""`leadpulse worker notify` makes the calls of approved commands: real Kafka, fake Telegram, portal, hosts and n8n."""

import json
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest_asyncio

from processors.commands.catalogue import CALLS
from schemas.cards import ClientCard
from schemas.command_codecs import LOG
from schemas.command_defs import CallsSigned
from schemas.commands import Approval, Begun, Handed, LogRecord, Result
from schemas.people import WebUser
from schemas.topics import (
    CLIENTS,
    COMMAND_DEFS,
    COMMAND_EVENTS,
    COMMANDS,
    LEAD_ALERTS,
    OUT_HTTP,
    OUT_PORTAL,
    OUT_TELEGRAM,
    TELEGRAM,
    WEB_USERS,
)
from streams.engine.clock import wall_clock
from streams.engine.signing_keys import ensure
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.bitrix_crm import Fault as PortalFault
from tests.fakes.outward import FakeHost
from tests.fakes.telegram import Fault, Message
from tests.installation import until
from tests.integration.notify_line import CURATOR, WAIT, Line, logs
from tests.unit.notify.handed.commands import change, command, standing
from tests.unit.notify.handed.memory import NOW
from tests.unit.processors.assistant.commands import alert

SECRET = "t0p-s3cret"
CLIENT, IVANOVA = -100200, 11
TEXT = "Здравствуйте!\n<b>не жирно</b> & ровно так"


class House:
    """The line, and who else is called."""

    def __init__(self, line: Line, bitrix: FakeBitrix, host: FakeHost) -> None:
        self.line, self.bitrix, self.host = line, bitrix, host
        line.telegram.chats.add(CLIENT)
        self.environ = {
            "LEADPULSE_BITRIX__WEBHOOK": bitrix.webhook,
            "LEADPULSE_BITRIX__TIMEOUT": "1.5",
            "LEADPULSE_COMMANDS__TIMEOUT": "1.5",
            "LEADPULSE_COMMANDS__HOSTS": json.dumps([f"127.0.0.1:{host.port}"]),
            "LEADPULSE_COMMANDS__SECRETS": json.dumps({"crm": SECRET}),
            "LEADPULSE_COMMANDS__WORKFLOWS": json.dumps({"call": f"{host.url}/webhook/call"}),
        }

    async def give(self, *works: Handed, times: int = 1) -> None:
        """As the desk hands them over."""
        for work in works * times:
            topic = {"telegram.send": OUT_TELEGRAM, "bitrix.call": OUT_PORTAL}
            record = (work.command_id, msgspec.json.encode(work))
            await self.line.installation.produce(topic.get(work.handler, OUT_HTTP), [record])

    async def log(self) -> list[LogRecord]:
        """The log of commands."""
        records = await self.line.installation.read(COMMANDS)
        return [msgspec.json.decode(record.value, type=LogRecord) for record in records]

    async def results(self, number: int) -> dict[str, Result]:
        """Once there are so many."""

        async def there() -> bool:
            return sum(isinstance(one, Result) for one in await self.log()) >= number

        await until(there, 2 * WAIT, f"{number} results")
        return {one.command_id: one for one in await self.log() if isinstance(one, Result)}

    async def called(self, happened: Callable[[], object], what: str) -> None:
        """Wait for it."""

        async def there() -> bool:
            return bool(happened())

        await until(there, WAIT, what, pause=0.05)


@pytest_asyncio.fixture
async def house(line: Line) -> AsyncIterator[House]:
    """Nothing runs yet."""
    async with FakeBitrix(leads={"1003"}, per_second=1e3, burst=10**6) as bitrix, FakeHost() as host:
        yield House(line, bitrix, host)


def given(number: int, handler: str, **fields: object) -> Handed:
    """A command that was approved."""
    raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in fields.pop("fields", {}).items()}  # type: ignore[attr-defined]
    return Handed(command_id=f"{number:016x}", lead_id="1003", at=NOW, handler=handler, fields=raw, **fields)  # type: ignore[arg-type]


FIELDS = {"TITLE": "Позвонить", "DESCRIPTION": "сегодня", "RESPONSIBLE_ID": 1, "UF_CRM_TASK": ["L_1003"]}
TASK = given(2, "bitrix.call", method="tasks.task.add", fields=FIELDS)
FIELDS = {"ENTITY_ID": 1003, "ENTITY_TYPE": "lead", "COMMENT": "Договорились"}
COMMENT = given(3, "bitrix.call", method="crm.timeline.comment.add", fields=FIELDS)
MESSAGE = given(1, "telegram.send", to=f"chat:{CLIENT}", text=TEXT)


async def test_each_handler_does_its_work_once(house: House) -> None:
    """Whatever is delivered twice; each says where its effect stands; what is not listed, or not there, fails."""
    url = f"{house.host.url}/hook"
    works = [
        MESSAGE,
        TASK,
        COMMENT,
        given(4, "http.post", url=url, key="crm", fields={"text": "привет"}),
        given(5, "n8n.run", method="call", fields={"lead_id": "1003"}),
        given(6, "telegram.send", to="lead:1003", text="🔔 Напоминание", inside=True),
        given(7, "http.post", url=f"http://127.0.0.1:{house.host.port + 1}/hook"),
    ]
    process = house.line.start(**house.environ)
    await house.give(*works, times=2)
    results = await house.results(len(works))
    assert [results[work.command_id].outcome for work in works] == ["done"] * 6 + ["failed"]
    sent = {message.chat: message for message in house.line.telegram.messages.values()}
    assert (sent[CLIENT].text, sent[CURATOR].text) == (TEXT, "🔔 Напоминание")
    assert results[MESSAGE.command_id].what == f"сообщение {sent[CLIENT].message_id} в чате {CLIENT}"
    assert results[TASK.command_id].what == "задача 71"
    for work in works:
        await house.line.installation.settled("notify", OUT_HTTP if work.handler == "http.post" else OUT_PORTAL)
    assert house.line.telegram.calls["sendMessage"] == 2
    assert house.bitrix.calls["tasks.task.add"] == house.bitrix.calls["crm.timeline.comment.add"] == 1
    assert [house.host.times(f"{number:016x}") for number in (4, 5, 7)] == [1, 1, 0]
    assert house.host.taken[0].headers["Authorization"] == f"Bearer {SECRET}"
    begun = [one.command_id for one in await house.log() if isinstance(one, Begun)]
    assert sorted(begun) == sorted({*begun}) and len(begun) == 6, "one claim a call, none for what is not listed"
    assert SECRET not in logs(house.line.installation.folder)
    assert await house.line.end(process) == 0


async def test_killed_in_mid_call_nothing_is_done_twice(house: House) -> None:
    """SIGKILL: the message and the request are unknown, the task is found by its mark; each was made once."""
    house.line.telegram.faults.append(Fault("hang_after", method="sendMessage"))
    house.bitrix.faults.append(PortalFault("hang_after", "tasks.task.add"))
    house.host.next = "slow"
    post = given(4, "http.post", url=f"{house.host.url}/hook")
    first = house.line.start(**house.environ)
    await house.give(MESSAGE, TASK, post)
    called = house.line.telegram.calls, house.bitrix.calls, house.host.taken
    await house.called(lambda: called[0]["sendMessage"] and called[1]["tasks.task.add"] and called[2], "all are called")
    await house.line.end(first, signal.SIGKILL)
    house.line.start(**house.environ)
    await house.give(MESSAGE, TASK, post)
    results = await house.results(3)
    told = [results[work.command_id] for work in (MESSAGE, TASK, post)]
    assert [one.outcome for one in told] == ["unknown", "done", "unknown"], told
    assert (called[0]["sendMessage"], called[1]["tasks.task.add"], len(called[2])) == (1, 1, 1)
    assert len(house.bitrix.tasks.tasks) == 1


async def test_what_another_says_of_a_call_changes_nothing(house: House, tmp_path: Path) -> None:
    """Whoever may write to the log says that a task was begun, and that it was done: it is made all the same, and its
    maker says so under his signature. Killed in mid-call, a forged end makes nothing of `unknown`."""
    installation, keys = house.line.installation, tmp_path / "keys"
    await ensure(installation.settings.kafka, keys, wall_clock(), ["notify"])
    await installation.produce(COMMAND_DEFS, [(CALLS, msgspec.json.encode(CallsSigned(since=0)))])
    house.environ["LEADPULSE_COMMANDS__KEYS"] = str(keys)
    post = given(4, "http.post", url=f"{house.host.url}/hook")
    forged: list[Begun | Result] = [Begun(command_id=TASK.command_id, at=NOW, claim="x")]
    forged += [Result(command_id=one.command_id, at=NOW, outcome="done", key_id="x", sig="AA") for one in (TASK, post)]
    house.host.next = "slow"
    first = house.line.start(**house.environ)
    await house.give(post)
    await house.called(lambda: house.host.taken, "it is called")
    await house.line.end(first, signal.SIGKILL)
    await installation.produce(COMMANDS, [(one.command_id, LOG.encode(one)) for one in forged])
    house.line.start(**house.environ)
    await house.give(TASK)
    results = await house.results(4)
    assert (results[TASK.command_id].what, results[post.command_id].outcome) == ("задача 71", "unknown")
    assert all(results[one.command_id].sig for one in (TASK, post))
    assert len(house.bitrix.tasks.tasks) == len(house.host.taken) == 1


async def test_a_command_is_signed_by_a_button_and_tells_what_became_of_it(house: House) -> None:
    """The ask in the curator's chat; a press becomes an approval of its digest; the message follows its states."""
    of = command()
    of = msgspec.structs.replace(of, expires_at=NOW + 10**11)
    waits = standing(of)
    installation, telegram = house.line.installation, house.line.telegram
    installation.worker("pipeline", house.line.environ | {"LEADPULSE_TELEGRAM__STAFF": "[9]"})
    house.line.start(**house.environ)
    await installation.produce(COMMAND_EVENTS, [("1003", msgspec.json.encode(change(waits)))])
    await house.called(lambda: telegram.messages, "the curator is asked")
    [message] = telegram.messages.values()
    assert (message.chat, [button["text"] for button in message.buttons]) == (CURATOR, ["Подписать", "Отказать"])
    query = telegram.press(message.message_id, "Подписать", {"id": 9, "first_name": "Анна"})
    update = telegram.updates._waiting[-1][1]
    await installation.produce(TELEGRAM, [("9", json.dumps({"source": "bot", "payload": update}).encode())])
    await house.called(lambda: telegram.answers, "the press is answered")
    assert [answer["id"] for answer in telegram.answers] == [query]
    [approval] = [one for one in await house.log() if isinstance(one, Approval)]
    assert waits.digest.startswith(approval.digest) and approval.button is not None
    assert (approval.button.telegram_id, approval.button.callback_id) == (9, query)
    done = standing(of, "done", 3, by="Анна", what="задача 71")
    await installation.produce(COMMAND_EVENTS, [("1003", msgspec.json.encode(change(done, "running")))])
    await house.line.reads(message, "задача 71")
    assert message.buttons == []


async def test_from_an_alert_to_a_task_that_stands(house: House, tmp_path: Path) -> None:
    """The assistant proposes, the curator signs by a button, the task stands on the portal, and her message says so:
    four workers as processes."""
    installation, telegram = house.line.installation, house.line.telegram
    telegram.chats.add(IVANOVA)
    house.bitrix.crm.put("lead", 1003, "2026-11-21T16:00:00+03:00")
    environ = house.line.environ | house.environ
    environ |= {
        "LEADPULSE_COMMANDS__KEYS": str(tmp_path / "keys"),
        "LEADPULSE_TELEGRAM__CURATORS": json.dumps({"1003": IVANOVA}),
    }
    await ensure(installation.settings.kafka, tmp_path / "keys", wall_clock(), ["agent", "pipeline", "notify"])
    user = WebUser(user_id="ivanova", name="Иванова", role="curator", telegram_id=IVANOVA)
    card = ClientCard(lead_id="1003", source="hand", ts=wall_clock(), name="Ромашка", responsible="Иванова")
    await installation.produce(WEB_USERS, [("ivanova", msgspec.json.encode(user))])
    await installation.produce(CLIENTS, [("1003/hand", msgspec.json.encode(card))])
    for name in ("agent", "actions", "pipeline", "notify"):
        installation.worker(name, environ)
    one = msgspec.structs.replace(alert(), lead_id="1003", opened_at=wall_clock(), updated_at=wall_clock())
    await installation.produce(LEAD_ALERTS, [("1003", msgspec.json.encode(one))])

    def asks() -> list[Message]:
        return [one for one in telegram.messages.values() if "Подписать" in [key["text"] for key in one.buttons]]

    async def asked() -> bool:
        return bool(asks())

    await until(asked, 2 * WAIT, "the curator is asked")
    [message] = asks()
    assert message.chat == IVANOVA and "Ромашка" in message.text
    telegram.press(message.message_id, "Подписать", {"id": IVANOVA, "first_name": "Ольга"})
    update = telegram.updates._waiting[-1][1]
    await installation.produce(TELEGRAM, [("11", json.dumps({"source": "bot", "payload": update}).encode())])
    await house.line.reads(message, "задача 71")
    assert "Подпись: Иванова" in message.text and message.buttons == []
    assert all(one.sig for one in await house.log() if isinstance(one, Begun | Result))
    [task] = house.bitrix.tasks.tasks.values()
    assert (task["RESPONSIBLE_ID"], task["UF_CRM_TASK"]) == (7, ["L_1003"])
