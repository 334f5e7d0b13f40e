"""SIGKILL of `actions` at chance points while commands are signed: each effect once or `unknown`, never twice (A3).

Behind it the log is read again from its beginning, without `command.state`: the same states, no call (A4).
"""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.codec import EVENT
from schemas.command_changed import CommandChanged
from schemas.events import Note
from schemas.topics import COMMAND_EVENTS, COMMAND_STATE, COMMANDS, LEAD_EVENTS
from streams.engine.topics import apply
from tests.installation import Installation, until
from tests.semantics.commands_company import OUTWARD, Company, Kind
from tests.semantics.commands_systems import LEADS, systems

SHORT, FULL = 2, 25
"""Kills; twenty-five were asked for."""
KINDS: tuple[Kind, ...] = (*OUTWARD, "note")


@pytest.fixture
async def company(bootstrap: str, tmp_path: Path) -> AsyncIterator[Company]:
    """A fresh installation, connected to systems that count."""
    async with systems() as world, Installation(bootstrap, tmp_path, world.environ()) as here:
        yield await Company.move_in(here, world)


async def cut(company: Company, kind: str, dice: random.Random) -> None:
    """Return at a point where it hurts: the answers stand in the log; or what follows from them begins to come out."""
    if kind == "log":
        await asyncio.sleep(dice.uniform(0, 0.03))
        return
    before = await company.here.count(COMMAND_EVENTS)

    async def coming_out() -> bool:
        return await company.here.count(COMMAND_EVENTS) > before

    await until(coming_out, 30, "changes are told", pause=0.002)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [SHORT, pytest.param(FULL, marks=pytest.mark.proof)])
async def test_killed(company: Company, kills: int, record_property: Callable[[str, object], None]) -> None:
    """Of every kind of command one a kill is signed just before it; all come to an end, none is done twice."""
    record_property("kills", kills)
    dice, here = random.Random(16), company.here
    notify, actions = here.worker("notify"), here.worker("actions")
    for number in range(kills):
        leads = [LEADS[(number + step) % len(LEADS)] for step in range(len(KINDS))]
        ids = [await company.propose(kind, lead) for kind, lead in zip(KINDS, leads, strict=True)]
        await _asked(company, ids)
        answers = [company.approval(id_) for id_ in ids]
        cutting = asyncio.ensure_future(cut(company, ("out", "log", "out")[number % 3], dice))
        await asyncio.sleep(0.05)
        await company.say(*answers)
        await cutting
        here.end(actions, signal.SIGKILL)
        actions = here.worker("actions")
    await company.over(timeout=90)
    await here.settled("actions", COMMANDS)

    standings, effects = await company.standings(), company.effects()
    states = {standings[id_].state for id_ in company.commands}
    assert states <= {"done", "unknown"}, states
    assert max(effects.values()) == 1
    outward = {id_ for id_, one in company.commands.items() if one.name != "note.add"}
    assert {id_ for id_ in outward if standings[id_].state == "done"} <= effects.keys() <= outward
    assert standings == await company.oracle()
    await _told(company)
    record_property("done", sum(one.state == "done" for one in standings.values()))
    record_property("unknown", sum(one.state == "unknown" for one in standings.values()))
    record_property("handed", len(await company.handed()))

    here.end(actions, signal.SIGTERM)
    await _from_zero(here)
    here.worker("actions")
    await here.settled("actions", COMMANDS)
    await company.over()
    await asyncio.sleep(1)
    assert await company.standings() == standings
    assert company.effects() == effects and notify.poll() is None
    await _told(company)


async def _asked(company: Company, ids: list[str]) -> None:
    async def all_asked() -> bool:
        standings = await company.standings()
        return all(id_ in standings for id_ in ids)

    await until(all_asked, 60, "the proposals are asked about", pause=0.05)


async def _told(company: Company) -> None:
    """Every change of every command, each the same however often it was told, also in the client's history."""
    changes = {one.change_id: one for one in await company.changes()}
    assert all(changes[one.change_id] == one for one in await company.changes())
    standings = await company.standings()
    numbers = {(one.command_id, one.standing.number) for one in changes.values()}
    wanted = {(id_, number) for id_, one in standings.items() for number in range(1, one.number + 1)}
    assert numbers == wanted
    events = [EVENT.decode(record.value) for record in await company.here.read(LEAD_EVENTS)]
    by_id = {one.event_id: one for one in events if isinstance(one, CommandChanged | Note)}
    assert all(by_id[one.event_id] == one for one in events if isinstance(one, CommandChanged | Note))
    history = {(one.command_id, one.state) for one in by_id.values() if isinstance(one, CommandChanged)}
    assert history == {(one.command_id, one.standing.state) for one in changes.values()}
    notes = [one for one in by_id.values() if isinstance(one, Note)]
    assert len(notes) == sum(one.name == "note.add" for one in company.commands.values())


async def _from_zero(here: Installation) -> None:
    """`command.state` is empty, the group begins with the first record."""
    name, group = here.prefix + COMMAND_STATE.name, f"{here.prefix}leadpulse-actions"
    await here._ask(lambda admin, _: admin.delete_topics([name]))

    async def gone() -> bool:
        return name not in await here._ask(lambda admin, _: admin.list_topics())

    await until(gone, 30, "the topic is deleted")
    await apply(here.settings.kafka)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=here.settings.kafka.bootstrap, group_id=group, enable_auto_commit=False
    )
    await consumer.start()
    place = TopicPartition(here.prefix + COMMANDS.name, 0)
    consumer.assign([place])
    await consumer.commit({place: 0})
    await consumer.stop()
