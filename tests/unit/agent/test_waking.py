"""What wakes the assistant: alerts, strangers, results of its own commands; each through its process, without Kafka."""

import dataclasses
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from processors.commands import signing
from processors.privacy.erasing import Denied
from schemas.codec import event_id
from schemas.commands import CommandChange, Proposal, Trigger
from schemas.erasures import Unsaid
from schemas.errors import NotYet
from schemas.events import CommandChanged, Tick
from schemas.sources import ClientRef, Unassigned
from schemas.topics import ASSISTANT_JOBS, ASSISTANT_MEMORY, ASSISTANT_SAID, COMMANDS
from streams.agent.hourly import Hourly
from streams.engine.kafka import Output
from tests.unit.agent.desk_of import Assistant, commands, sent
from tests.unit.processors.assistant.commands import alert, changed, command
from tests.unit.processors.assistant.people import DAY, NOW
from tests.unit.processors.assistant.test_window import turn


async def test_an_alert_becomes_a_signed_proposal(tmp_path: Path) -> None:
    """Its signature counts, it may be signed, and the same alert again is nothing new."""
    here = Assistant(tmp_path)
    outcome = await here.waking.alerts(here.batch("lead.alerts", alert()))
    [proposal] = sent(outcome.outputs, COMMANDS.name)
    assert isinstance(proposal, Proposal)
    opened = signing.opened(proposal, here.office.world.definitions.catalogue.keys, NOW)
    assert getattr(opened, "name", opened) == "task.bitrix"
    assert (await here.waking.alerts(here.batch("lead.alerts", alert()))).outputs == []


async def test_after_a_kill_it_is_the_same_record(tmp_path: Path) -> None:
    """Another process, the same alert: byte for byte, so the desk folds it."""
    first, other = Assistant(tmp_path), Assistant(tmp_path)
    outputs = [(await here.waking.alerts(here.batch("lead.alerts", alert()))).outputs for here in (first, other)]
    assert outputs[0] == outputs[1] != []


async def test_what_does_not_ring_or_is_old_wakes_nobody(tmp_path: Path) -> None:
    """States of an alert, closed ones, and all that an outage or the first start brings."""
    here = Assistant(tmp_path)
    for one in (alert(rings=False), alert(status="resolved"), alert("tone")):
        assert (await here.waking.alerts(here.batch("lead.alerts", one))).outputs == []
    old = here.batch("lead.alerts", alert())
    here.now += 2 * DAY
    assert (await here.waking.alerts(old)).outputs == []


async def test_without_a_key_it_waits(tmp_path: Path) -> None:
    """Nothing is proposed, nothing is lost, and `/readyz` says what is missing."""
    here = Assistant(tmp_path, key=False)
    with pytest.raises(NotYet, match="ключ"):
        await here.waking.alerts(here.batch("lead.alerts", alert()))
    assert "нет ключа" in str(here.proposer.ready())
    assert Assistant(tmp_path).proposer.ready() is True


async def test_a_stranger_who_writes_four_times(tmp_path: Path) -> None:
    """Once, to who links, by the title of his chat."""
    here = Assistant(tmp_path)
    said = msgspec.Raw(b'{"source":"bot","payload":{"message":{"chat":{"id":-5,"title":"Pledy"},"text":"hi"}}}')
    events = [
        Unassigned(f"{n:016x}", NOW, "telegram:bot", ClientRef("tg_chat", "-5"), "source.telegram", said)
        for n in range(6)
    ]
    outcome = await here.waking.strangers(here.batch("lead.unassigned", *events))
    [made] = commands(outcome.outputs)
    assert (made.name, made.lead_id, made.asked_by) == ("reminder.set", "", "tg:22")
    assert "Разобрать входящие: «Pledy», уже 4" in str(made.params["text"])


def change(state: str, **more: object) -> CommandChange:
    """Of a command of its own."""
    return changed(command(**more), state, "рано, уже звонили")  # type: ignore[arg-type]


async def test_a_refusal_is_remembered_and_changes_what_comes_next(tmp_path: Path) -> None:
    """At once, in this process; on the topic for all others. What is proposed next is another command and says why."""
    here = Assistant(tmp_path)
    outcome = await here.waking.changes(here.batch("command.events", change("refused")))
    [kept] = sent(outcome.outputs, ASSISTANT_MEMORY.name)
    assert (kept.kind, kept.about, kept.text) == ("refusal", "lead/1003", "рано, уже звонили")
    next_alert = alert(alert_id="00000000000000a2")
    [made] = commands((await here.waking.alerts(here.batch("lead.alerts", next_alert))).outputs)
    assert made.name == "reminder.set"
    assert "рано, уже звонили" in made.why


async def test_nothing_is_remembered_of_who_is_denied(tmp_path: Path) -> None:
    """Of a command that quotes deleted words, or is an erased client's, though its record comes only now."""
    here = Assistant(tmp_path)
    refused = change("refused")
    denied = Denied()
    denied.unsay(Unsaid(command_id=refused.command_id, at=NOW))
    here.waking._office = dataclasses.replace(here.office, denied=denied.command)
    assert (await here.waking.changes(here.batch("command.events", refused))).outputs == []
    assert here.office.memory.memory.of("lead/1003") == []


async def test_who_asked_is_told_how_it_ended(tmp_path: Path) -> None:
    """On the page everything, in Telegram what its buttons do not tell; of what nobody asked for nobody is told."""
    here = Assistant(tmp_path)
    asked = Trigger(kind="asked", id="x")
    page = change("done", asked_by="ivanova", trigger=asked)
    bot = change("done", asked_by="tg:11", trigger=asked)
    bad = change("rejected", asked_by="tg:11", trigger=asked)
    outcome = await here.waking.changes(here.batch("command.events", page, bot, bad, change("done")))
    assert [(one.to, one.chat_id) for one in sent(outcome.outputs, ASSISTANT_SAID.name)] == [
        ("web/ivanova", 0),
        ("tg:11", 11),
    ]


async def test_time_is_noted_and_the_rest_passed_over(tmp_path: Path) -> None:
    """A tick wakes the hourly look; broken records of its business are dead letters, others are not even read."""
    here = Assistant(tmp_path)
    tick = Tick(event_id=event_id("tick", 1), ts=NOW + 5)
    outcome = await here.waking.events(here.batch("lead.events", tick))
    assert (outcome.outputs, here.waking.ticked) == ([], NOW + 5)


async def test_promises_of_tomorrow(tmp_path: Path) -> None:
    """Asked of the store, proposed once, whatever it is asked again."""
    here = Assistant(tmp_path)
    promise = {
        "promise": "00000000000000b1",
        "lead_id": "1003",
        "talk": "rec",
        "kind": "meeting",
        "ts": NOW,
        "number": 0,
        "owner": "Иванова",
        "text": "при\u200bшлю \u202eакт",  # signs that nobody sees hide nobody
        "due": "завтра",
        "day": "2026-11-25",
        "state": "open",
    }
    name = "Пледы\u200e & Ko\u202e"
    waiting = {"kind": "tg_chat", "value": "-5", "name": name, "events": 9, "first": NOW, "last": NOW}
    here.store.answers = {"/api/promises": {"promises": [promise]}, "/api/inbox": {"waiting": [waiting]}}
    gathered: list[Output] = []

    class Outputs:
        async def send(self, outputs: list[Output]) -> None:
            gathered.extend(outputs)

    hourly = Hourly(here.office, here.proposer, Outputs(), lambda: 0, lambda: here.now)  # type: ignore[arg-type]
    await hourly.look()
    await hourly.look()
    assert [(one.name, one.lead_id, one.trigger.kind) for one in commands(gathered)] == [
        ("reminder.set", "1003", "promise"),
        ("reminder.set", "", "unassigned"),
    ]


async def test_nothing_goes_to_a_model_that_is_not_there(tmp_path: Path) -> None:
    """Rules alone."""
    here = Assistant(tmp_path)
    outcome = await here.waking.alerts(here.batch("lead.alerts", alert(), replace(alert("tone"), alert_id="b" * 16)))
    assert sent(outcome.outputs, ASSISTANT_JOBS.name) == []


class Models:
    """One may be asked of everybody."""

    def usable(self, lead_id: str, role: str) -> bool:
        return True


async def test_a_minute_of_a_meeting_goes_to_a_model(tmp_path: Path) -> None:
    """When it is over and something was promised in it; small talk does not, nor does a meeting of long ago."""
    here = Assistant(tmp_path, Models())
    turns = [turn(1, "пришлите акт сверки до пятницы"), turn(9, "пришлю акт сверки завтра", "Олег", ours=True)]
    here.now = turns[-1].end_ms + 60_000
    assert (await here.waking.events(here.batch("lead.events", *turns))).outputs == []
    outcome = await here.waking.events(here.batch("lead.events", turn(65, "ясно"), turn(130, "до свидания")))
    [job] = sent(outcome.outputs, ASSISTANT_JOBS.name)
    assert (job.lead_id, job.trigger.kind, job.trigger.client) == ("1003", "meeting", True)
    assert "акт сверки" in job.trigger.words


async def test_a_command_that_failed_is_thought_about_once(tmp_path: Path) -> None:
    """Its own; what came of such a thought is not thought about again."""
    here = Assistant(tmp_path, Models())
    own, again = command(), command(trigger=Trigger(kind="command", id="x"), command_id="3" * 16)
    for one in (own, again):
        here.office.standings.standings[one.command_id] = changed(one, "failed").standing
    events = [
        CommandChanged(
            event_id=event_id("c", one.command_id),
            lead_id="1003",
            ts=NOW,
            source="command",
            command_id=one.command_id,
            name=one.name,
            title="Поставить задачу",
            state="failed",
            why="портал отказал",
        )
        for one in (own, again, command(command_id="4" * 16))
    ]
    [job] = sent((await here.waking.events(here.batch("lead.events", *events))).outputs, ASSISTANT_JOBS.name)
    assert (job.trigger.kind, job.trigger.id, job.trigger.words) == ("command", own.command_id, "портал отказал")


async def test_an_alert_goes_to_a_model_beside_the_rules(tmp_path: Path) -> None:
    """Once, with its words; also one for which there is no rule."""
    here = Assistant(tmp_path, Models())
    outcome = await here.waking.alerts(here.batch("lead.alerts", alert(), replace(alert("tone"), alert_id="b" * 16)))
    assert [job.trigger.id for job in sent(outcome.outputs, ASSISTANT_JOBS.name)] == ["00000000000000a1", "b" * 16]
    assert len(commands(outcome.outputs)) == 1
