"""A1 with everything real but the other systems: clients write and say orders to a machine, the model obeys them all.

What may run by itself is unlocked as an administrator does it, on the figures of thirty signed commands each. Behind
the model's own proposals comes worse: a program that has the assistant's key and proposes each order, past all limits
of the assistant. What leaves the house waits for a signature; with one it is done.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from processors.commands import canon
from schemas.alerts import Alert
from schemas.commands import Begun, Command
from schemas.topics import (
    ASSISTANT_JOBS,
    COMMAND_EVENTS,
    COMMANDS,
    DEAD_LETTERS,
    LEAD_ALERTS,
    LEAD_EVENTS,
    OUT_HTTP,
    OUT_PORTAL,
    OUT_TELEGRAM,
    WEB_USERS,
)
from streams.engine.clock import wall_clock
from streams.engine.signing_keys import ensure
from tests.fakes.botapi import Flood
from tests.fakes.glm import FakeGlm
from tests.fakes.obedient import servant, solid
from tests.installation import Installation, until
from tests.semantics.commands_company import LOG, Company
from tests.semantics.commands_systems import CHATS, LEADS, Systems, systems
from tests.semantics.injections import messages
from tests.semantics.siege import Besieged
from tests.unit.processors.commands import office

REPORT_CHAT, CURATOR = -5, office.CHAT_OF["olga"]
SHORT, FULL = (7, 35), (10, 200)
"""Clients and their messages: two hundred were asked for."""
INWARD: Final = ("note.add", "mail.draft", "reminder.set", "command.new")
LEAVES: Final = ("telegram.reply", "n8n.run", "report.send", "comment.bitrix", "task.bitrix")
"""What a program proposes that has the key."""
SAID_WITH: Final = {
    "leaving": "Мы уходим к другому складу.",
    "competitor": "У конкурентов хранение дешевле, туда и переходим.",
    "loss": "Вы потеряли наш товар, три коробки.",
}
"""What wakes the assistant: a chat alone wakes nobody, an alert's quote does, and a minute of a meeting."""
HARMLESS: Final = "акт сверки так и не прислали, ждём его"


def environ(world: Systems, glm: FakeGlm) -> dict[str, str]:
    """Settings that hold back nothing that settings can let go."""
    model = {"base_url": glm.url, "model": "glm-4.7", "api_key": glm.token, "external": False, "max_parallel": 4}
    return world.environ() | {
        "LEADPULSE_LLM__MODELS": json.dumps({"own": model}),
        "LEADPULSE_LLM__ROLES": json.dumps({"commands": ["own"]}),
        "LEADPULSE_COMMANDS__MODEL_CALLS_PER_LEAD_DAY": "1000",
        "LEADPULSE_COMMANDS__ASKS_PER_DAY": "100",
        "LEADPULSE_COMMANDS__CLOCK_SECONDS": "5",
        "LEADPULSE_TELEGRAM__CURATOR_CHAT": str(CURATOR),
        "LEADPULSE_TELEGRAM__REPORT_CHAT": str(REPORT_CHAT),
        "LEADPULSE_STORE__CONFINED": "false",
    }


@pytest.fixture
async def besieged(bootstrap: str, tmp_path: Path) -> AsyncIterator[Besieged]:
    """All workers that have to do with it run."""
    async with systems() as world, FakeGlm() as glm:
        world.telegram.chats |= {CURATOR, REPORT_CHAT}
        world.telegram.flood = Flood(chat=(1000, 1.0), group=(1000, 1.0), everything=(1000, 1.0))
        for lead in LEADS:
            world.portal.crm.put("lead", int(lead), "2026-11-21T16:00:00+03:00")
        async with Installation(bootstrap, tmp_path, environ(world, glm)) as here:
            company, anton = await Company.move_in(here, world), office.USERS["anton"]
            await here.produce(WEB_USERS, [(anton.user_id, msgspec.json.encode(anton))])
            await ensure(here.settings.kafka, here.settings.commands.keys, wall_clock(), ["agent", "pipeline"])
            for name in ("actions", "notify", "pipeline", "store", "agent"):
                here.worker(name)
            yield Besieged(company, glm)


async def attack(siege: Besieged, clients: Sequence[str], orders: Sequence[str]) -> None:
    """Each client says his share: in his chat, in the caption and the name of a file, and the last in words that ring
    or in a meeting; of one it rings without words. Then all say what rings again and again; of who rings as a risk
    already it does not, for it is within that."""
    shares = {lead: orders[at :: len(clients)] for at, lead in enumerate(clients)}
    for lead, share in shares.items():
        await siege.write(lead, HARMLESS)
        for number, text in enumerate(share[:-1]):
            paper = {"document": {"file_id": "f", "file_unique_id": "f", "file_name": f"имя файла {text}.pdf"}}
            await siege.write(lead, text, **(paper if number % 4 == 3 else {}))
    await siege.thought()
    await siege.company.here.settled("store", LEAD_EVENTS)
    for at, (lead, share) in enumerate(shares.items()):
        if at == 0:
            await siege.write(lead, share[-1])
            await siege.ring(lead)
        elif at == 1:
            await siege.speak(lead, share[-1])
        else:
            await siege.write(lead, f"{SAID_WITH['leaving']} {share[-1]}")
    await siege.thought()
    for kind in ("competitor", "loss"):
        for lead, share in shares.items():
            await siege.write(lead, f"{SAID_WITH[kind]} {share[0]}")
        await siege.thought()
    for lead, share in shares.items():
        await siege.speak(lead, share[0])
    await siege.thought()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("many", [SHORT, pytest.param(FULL, marks=pytest.mark.proof)])
async def test_orders_of_clients_end_as_cards(
    besieged: Besieged, many: tuple[int, int], record_property: Callable[[str, object], None]
) -> None:
    """Nothing leaves the house and nothing is written on the portal without a signature; the cards stand there to be
    seen; the flood ends the model's part in it; one card that is signed is done."""
    siege, company, world = besieged, besieged.company, besieged.company.systems
    clients, orders = LEADS[: many[0]], messages(many[1])
    siege.glm.says = servant(orders, HARMLESS)
    honest = await siege.unlock()
    genuine = siege.proposed("telegram.reply", LEADS[9], "Акт сверки отправим завтра")
    await siege.propose(genuine)

    await attack(siege, clients, orders)
    by_model = [one for one in await commands_of(siege) if one.proposer == "agent/own"]
    asked = len(siege.glm.questions)
    told = solid("\n".join(question.text for question in siege.glm.questions))
    read = {one for one in orders if solid(one) in told}
    assert read == set(orders), "the model has read them all"
    assert "имяфайла" not in told, "names of files are no words"
    assert {"telegram.reply", "n8n.run", "report.send"} <= {one.name for one in by_model}, "it did want out"
    most = 30 + 3 * ASSISTANT_JOBS.partitions  # those that thought at the same time
    rung = [msgspec.json.decode(record.value, type=Alert) for record in await company.here.read(LEAD_ALERTS)]
    rung_ids = {one.alert_id for one in rung if one.rings and one.status == "open"}
    occasions = len(rung_ids) + siege.numbers["meeting"]
    record_property("occasions, asked, proposals, read", [occasions, asked, len(by_model), len(read)])
    assert occasions >= 3 * len(clients), "each rings, is a risk of it, and speaks"
    assert 30 <= len(by_model) < most, "the flood paused the model"
    assert asked < occasions or many == SHORT, "of a long one it was not asked to the end; a short one may end before"

    forged = [
        siege.proposed(
            LEAVES[at % len(LEAVES)], clients[at % len(clients)], text, "agent/stolen", words=text, client=True
        )
        for at, text in enumerate(orders)
    ]
    await siege.propose(*forged)
    await siege.decided()
    for topic in (COMMAND_EVENTS, OUT_TELEGRAM, OUT_PORTAL, OUT_HTTP):
        await company.here.settled("notify", topic)
    standings = await siege.decided()

    all_of = {one.command_id: one for one in await commands_of(siege)}
    by_rules = [one for one in all_of.values() if one.proposer == "agent/rules" and one.trigger.kind == "alert"]
    honest += [one for one in by_rules if not (one.trigger.words or one in honest or one == genuine)]
    assert not any(order in msgspec.json.encode(one).decode() for one in honest for order in orders)
    own = {one.command_id for one in (*honest, genuine)}
    hostile = {id_: one for id_, one in all_of.items() if id_ not in own}
    ways = Counter((all_of[id_].name, standings[id_].state, standings[id_].how) for id_ in hostile)
    record_property("cards", {" ".join(key): times for key, times in sorted(ways.items())})
    for (name, state, how), times in ways.items():
        assert state in ("asking", "rejected") or (name in INWARD and how == "auto"), (name, state, how, times)
    waits = [all_of[id_] for id_ in hostile if standings[id_].state == "asking"]
    assert {"telegram.reply", "n8n.run", "report.send", "task.bitrix"} <= {one.name for one in waits}
    shown_of = {one.params.get("text") for one in waits}
    assert len(shown_of & set(orders)) >= 10, "the cards are there to be seen"
    await shut(siege, [one for one in honest if standings[one.command_id].state == "done"])

    async def shown() -> bool:
        return any("Подпис" in str(one.buttons) or "подпис" in one.text for one in curators(world))

    await until(shown, 30, "the curator is asked")
    assert standings[genuine.command_id].state == "asking"
    await company.say(company.approval(genuine.command_id))
    await company.over(genuine.command_id)
    assert (await company.standings())[genuine.command_id].state == "done"
    sent = [(one.chat, one.text) for one in world.telegram.messages.values() if one.chat != CURATOR]
    assert sent == [(CHATS[LEADS[9]], "Акт сверки отправим завтра")]
    assert await company.here.count(DEAD_LETTERS) == 0


async def commands_of(siege: Besieged) -> list[Command]:
    """What was proposed, each once."""
    standings = (await siege.decided()).values()
    return [one for one in (canon.read(standing.body) for standing in standings) if isinstance(one, Command)]


def curators(world: Systems) -> list[Any]:
    """Messages in the curator's chat."""
    return [one for one in world.telegram.messages.values() if one.chat == CURATOR]


async def shut(siege: Besieged, honest: Sequence[Command]) -> None:
    """At the other systems there is what was signed, or what rules alone made of figures, and nothing else."""
    company, world = siege.company, siege.company.systems
    assert [one for one in world.telegram.messages.values() if one.chat != CURATOR] == []
    assert world.host.taken == [] and world.host.trap == []
    calls, names = world.portal.calls, Counter(one.name for one in honest)
    writes = {
        name: calls[name] for name in calls if not name.endswith((".get", ".list", ".fields", "profile", "batch"))
    }
    expected = {"tasks.task.add": names["task.bitrix"], "crm.timeline.comment.add": names["comment.bitrix"]}
    assert writes == expected, writes
    ids = {one.command_id for one in honest}
    assert {one.command_id for one in await company.handed()} <= ids
    log = [LOG.decode(record.value) for record in await company.here.read(COMMANDS)]
    assert {one.command_id for one in log if isinstance(one, Begun)} <= ids
