"""Tasks and comments on the fake portal: made once, found by their mark."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from pydantic import SecretStr

from schemas.commands import Handed
from schemas.comments import is_own_comment
from streams.engine.remote import Uncertain
from streams.engine.retry import World
from streams.notify.handed import portal as module
from streams.notify.handed.calls import Calls
from streams.notify.handed.portal import Portal
from streams.notify.outlets.bitrix_client import BitrixApi
from streams.settings import Bitrix
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.bitrix_crm import Fault
from tests.unit.notify.handed.memory import ID, Kafka, handed

LEAD = "1003"


@pytest_asyncio.fixture
async def bitrix() -> AsyncIterator[FakeBitrix]:
    """A portal with one lead, whose responsible is user 7."""
    async with FakeBitrix(leads={LEAD}, per_second=1e3, burst=10**6) as running:
        running.crm.put("lead", int(LEAD), "2026-11-21T16:00:00+03:00")
        yield running


class House:
    """A process of notify, and the log."""

    def __init__(self, bitrix: FakeBitrix) -> None:
        settings = Bitrix(webhook=SecretStr(bitrix.webhook), timeout=1.0, per_second=1e3, burst=10**6)
        self.kafka, self.api = Kafka(), BitrixApi(settings)
        self.portal = Portal(
            self.api, lambda task: f"https://portal/{task}", World(sleep=asyncio.sleep, clock=lambda: 0.0)
        )

    async def does(self, work: Handed) -> tuple[str, str]:
        """What becomes of it."""
        calls = Calls(self.kafka.process(), {"bitrix.call": self.portal}, lambda: self.kafka.now, 1.0, self.kafka.world)
        await calls.settle(work)
        return self.kafka.results()[-1]


@pytest_asyncio.fixture
async def house(bitrix: FakeBitrix, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Nothing has to be waited for."""
    monkeypatch.setattr(module, "DOUBT_SECONDS", 0.0)
    house = House(bitrix)
    yield house
    await house.api.close()


def work(method: str, **fields: object) -> Handed:
    """What the desk hands over."""
    return handed(
        "bitrix.call", method=method, fields={name: msgspec.Raw(msgspec.json.encode(v)) for name, v in fields.items()}
    )


TASK = work(
    "tasks.task.add", TITLE="Позвонить", DESCRIPTION="Спросить о\nпоставках", RESPONSIBLE_ID=1, UF_CRM_TASK=["L_1003"]
)
COMMENT = work("crm.timeline.comment.add", ENTITY_ID=1003, ENTITY_TYPE="lead", COMMENT="Договорились на завтра")


async def test_a_task_is_made_with_the_command_in_its_last_line(bitrix: FakeBitrix, house: House) -> None:
    """Where it stands is said, with its address."""
    assert await house.does(TASK) == ("done", "задача 71, https://portal/71")
    [task] = bitrix.tasks.tasks.values()
    assert task["DESCRIPTION"] == f"Спросить о\nпоставках\n\nleadpulse:command-{ID}:v1"
    assert (task["TITLE"], task["RESPONSIBLE_ID"], task["UF_CRM_TASK"]) == ("Позвонить", 1, ["L_1003"])


async def test_a_task_for_nobody_is_of_who_is_responsible_for_the_lead(bitrix: FakeBitrix, house: House) -> None:
    """Where the portal names nobody, it says so and makes none."""
    alone = work("tasks.task.add", TITLE="Позвонить")
    assert (await house.does(alone))[0] == "done"
    [task] = bitrix.tasks.tasks.values()
    assert task["RESPONSIBLE_ID"] == 7
    bitrix.crm.items["lead"].clear()
    outcome, why = await house.does(msgspec.structs.replace(alone, command_id="b" * 16))
    assert (outcome, bitrix.calls["tasks.task.add"]) == ("failed", 1), why


async def test_a_comment_of_a_command_is_ours_to_who_reads_the_portal(bitrix: FakeBitrix, house: House) -> None:
    """It does not come back as a person's."""
    assert await house.does(COMMENT) == ("done", "комментарий 1 в карточке лида")
    [comment] = bitrix.of(LEAD)
    assert comment.text.startswith("Договорились на завтра\n")
    assert is_own_comment(comment.text) is not None


@pytest.mark.parametrize("filters", [True, False])
@pytest.mark.parametrize("kind", ["drop_after", "500_after", "hang_after"])
async def test_what_was_done_without_an_answer_is_found(
    bitrix: FakeBitrix, house: House, kind: str, filters: bool
) -> None:
    """By its mark, among others and whether or not the portal looks at the binding."""
    bitrix.tasks.filters_crm = filters
    decoy = f"про leadpulse:command-{ID}:v1 говорили"
    for number in range(60):  # newer than ours, so it stands on the second page
        bitrix.tasks.say(ID=1000 + number, TITLE=str(number), DESCRIPTION=decoy, UF_CRM_TASK=["L_1003"])
    bitrix.faults.append(Fault(kind, "tasks.task.add"))
    assert await house.does(TASK) == ("done", "задача 131, https://portal/131")
    bitrix.say(LEAD, f"человек повторил: leadpulse:command-{ID}:v1 и добавил")
    house.kafka.records.clear()
    bitrix.faults.append(Fault(kind, "comment.add"))
    assert await house.does(msgspec.structs.replace(COMMENT, command_id="b" * 16)) == (
        "done",
        "комментарий 2 в карточке лида",
    )
    assert (bitrix.calls["tasks.task.add"], bitrix.calls["crm.timeline.comment.add"]) == (1, 1)


@pytest.mark.parametrize("work", [TASK, COMMENT])
async def test_what_was_not_done_is_left_to_a_person(bitrix: FakeBitrix, house: House, work: Handed) -> None:
    """Not found is no leave to do it again: the portal may be slow."""
    bitrix.faults.append(Fault("drop", work.method))
    outcome, _ = await house.does(work)
    assert (outcome, bitrix.calls[work.method]) == ("unknown", 1)


@pytest.mark.parametrize("answers", [True, False])
async def test_a_change_of_a_task_is_found_by_how_the_task_reads(
    bitrix: FakeBitrix, house: House, answers: bool
) -> None:
    """Whatever a change answers with."""
    bitrix.tasks.answers_task = answers
    id_ = bitrix.tasks.say(TITLE="Позвонить", RESPONSIBLE_ID=1)
    change = work("tasks.task.update", taskId=id_, RESPONSIBLE_ID=7, TITLE="Написать")
    assert await house.does(change) == ("done", f"задача {id_}, https://portal/{id_}")
    bitrix.faults.append(Fault("drop_after", "update"))
    assert (await house.does(msgspec.structs.replace(change, command_id="b" * 16)))[0] == "done"
    bitrix.faults.append(Fault("drop", "update"))
    other = work("tasks.task.update", taskId=id_, RESPONSIBLE_ID=1)
    assert (await house.does(msgspec.structs.replace(other, command_id="c" * 16)))[0] == "unknown"
    assert bitrix.calls["tasks.task.update"] == 3


async def test_a_refusal_is_said_in_the_portals_words(bitrix: FakeBitrix, house: House) -> None:
    """Without its markup, and without the webhook's code."""
    outcome, why = await house.does(work("tasks.task.add", TITLE="", RESPONSIBLE_ID=1))
    assert (outcome, why) == ("failed", "портал отказал: tasks.task.add: 400 ERROR_CORE Не указано название задачи")
    denied = work("crm.timeline.comment.add", ENTITY_ID=5, ENTITY_TYPE="lead", COMMENT="x")
    outcome, why = await house.does(msgspec.structs.replace(denied, command_id="b" * 16))
    assert outcome == "failed" and bitrix.code not in why


async def test_a_limit_is_waited_for(bitrix: FakeBitrix, house: House) -> None:
    """It surely did nothing."""
    bitrix.faults.append(Fault("429", "task.add", reset=5))
    assert (await house.does(TASK))[0] == "done"
    assert len(bitrix.tasks.tasks) == 1 and len(house.kafka.begun()) == 1


@pytest.mark.parametrize("method", ["crm.lead.delete", "user.add", "batch", ""])
async def test_other_methods_are_not_called(bitrix: FakeBitrix, house: House, method: str) -> None:
    """Whatever a definition says."""
    outcome, _ = await house.does(work(method, ID=1003))
    assert (outcome, bitrix.calls.total()) == ("failed", 0)


class Lying:
    """A portal whose first answer is lost or strange, and that says `then` to all that is asked after it."""

    has_webhook = True

    def __init__(self, first: object, then: object) -> None:
        self.answers = [first]
        self.then = then

    async def call(self, _method: str, _params: object) -> object:
        """As `BitrixApi.call`."""
        answer = self.answers.pop() if self.answers else self.then
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("task", "first", "then"),
    [
        (TASK, Uncertain("x"), {"tasks": None}),
        (TASK, Uncertain("x"), {"tasks": 5}),
        (TASK, Uncertain("x"), []),
        (work("tasks.task.update", taskId="5", TITLE="x"), Uncertain("x"), {"task": None}),
        (work("tasks.task.update", taskId="5", TITLE="x"), Uncertain("x"), {"task": []}),
        (TASK, None, []),
        (TASK, {"task": {"id": None}}, []),
    ],
)
async def test_a_portal_that_answers_nonsense(
    task: Handed, first: object, then: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops nobody behind it, and nothing is called done that has no number: a person looks."""
    monkeypatch.setattr(module, "DOUBT_SECONDS", 0.0)
    kafka = Kafka()
    portal = Portal(Lying(first, then), world=kafka.world)  # type: ignore[arg-type]
    calls = Calls(kafka.process(), {"bitrix.call": portal}, lambda: kafka.now, 1.0, kafka.world)
    await calls.settle(task)
    assert [outcome for outcome, _ in kafka.results()] == ["unknown"]


async def test_a_smile_does_not_cut_the_text(bitrix: FakeBitrix, house: House) -> None:
    """Portals whose database knows three bytes a sign end a text at it, and lose the mark by which a task is found."""
    await house.does(work("tasks.task.add", TITLE="Звонок 📞", DESCRIPTION="Хорошо 😀, завтра", RESPONSIBLE_ID=1))
    [task] = bitrix.tasks.tasks.values()
    assert task["TITLE"] == "Звонок " and task["DESCRIPTION"].startswith("Хорошо , завтра")
