"""A command's whole way over real Kafka, real workers and fakes that count; two processes; a broker that goes away."""

import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from schemas.codec import EVENT
from schemas.command_changed import CommandChanged
from schemas.topics import COMMANDS, LEAD_EVENTS
from streams.embedded.broker import Broker
from streams.embedded.jars import fetch
from tests.installation import Installation, until
from tests.semantics.commands_company import OUTWARD, Company
from tests.semantics.commands_systems import LEADS, systems

ANY_PORT = {"LEADPULSE_METRICS__ACTIONS": "0"}


@pytest.fixture
async def mortal(tmp_path: Path, free_ports: Callable[[], tuple[int, int]]) -> AsyncIterator[Broker]:
    """A broker of its own: the session's is not for killing."""
    port, controller_port = free_ports()
    async with Broker(tmp_path / "kafka", port, controller_port, 384, await fetch(), tmp_path / "broker.log") as broker:
        yield broker


@pytest.mark.timeout(600)
async def test_the_way_of_commands(mortal: Broker, tmp_path: Path) -> None:
    """Proposed, asked, signed, done: once at the other systems, exactly the signed text, and in the client's history.
    So it is with two processes of `actions` of which one ends, and behind a broker that was killed."""
    async with systems() as world, Installation(mortal.bootstrap, tmp_path, world.environ()) as here:
        company = await Company.move_in(here, world)
        here.worker("notify")
        first = here.worker("actions", ANY_PORT)
        ids = [await company.propose(kind, lead) for kind, lead in zip((*OUTWARD, "note"), LEADS, strict=False)]
        late = await company.propose("message", LEADS[9])
        await _asked(company, [*ids, late])
        await company.say(*(company.approval(id_) for id_ in ids))
        await company.over(*ids)
        standings = await company.standings()
        assert {standings[id_].state for id_ in ids} == {"done"} and standings[late].state == "asking"
        assert company.effects() == dict.fromkeys(ids[:3], 1)
        message = next(iter(world.telegram.messages.values()))
        assert (message.chat, message.text) == (int(company.commands[ids[0]].params["chat_id"]), "текст 0001")
        history = [
            EVENT.decode(record.value) for record in await here.read(LEAD_EVENTS) if record.key == LEADS[0].encode()
        ]
        states = [event.state for event in history if isinstance(event, CommandChanged)]
        assert states == ["asking", "approved", "running", "done"]

        second = here.worker("actions", ANY_PORT)
        await until(lambda: _members(here, 2), 60, "both are in the group")
        await company.say(company.approval(late))
        await company.over(late)
        here.end(first, signal.SIGTERM)
        again = [await company.propose(kind, lead) for kind, lead in zip(OUTWARD, LEADS[10:], strict=False)]
        await _asked(company, again)

        mortal.kill()
        await mortal.start()
        await company.say(*(company.approval(id_) for id_ in again))
        await company.over()
        assert company.effects() == dict.fromkeys([*ids[:3], late, *again], 1)
        assert second.poll() is None
        await here.settled("actions", COMMANDS)
        assert await company.standings() == await company.oracle()


async def _members(here: Installation, many: int) -> bool:
    group = f"{here.prefix}leadpulse-actions"
    [answer] = await here._ask(lambda admin, _: admin.describe_consumer_groups([group]))
    [(_, _, state, _, _, members, *_)] = answer.groups
    return state == "Stable" and len(members) == many


async def _asked(company: Company, ids: list[str]) -> None:
    async def all_asked() -> bool:
        standings = await company.standings()
        return all(id_ in standings for id_ in ids)

    await until(all_asked, 60, "the proposals are asked about", pause=0.05)
