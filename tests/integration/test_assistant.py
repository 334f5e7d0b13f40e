"""The assistant and the dispatcher as processes on the real broker: from an alert or a line to what stands."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import TypeVar

import msgspec
import pytest_asyncio
from msgspec.structs import replace

from processors.commands.attesting import attested
from processors.commands.canon import read
from schemas.assistant import AssistantAsked, AssistantSaid, Remembered
from schemas.cards import ClientCard
from schemas.commands import Command, Proposal, Refusal, Standing
from schemas.erasures import Erasure
from schemas.people import WebUser
from schemas.topics import (
    ASSISTANT_ASKED,
    ASSISTANT_MEMORY,
    ASSISTANT_SAID,
    CLIENTS,
    COMMAND_STATE,
    COMMANDS,
    LEAD_ALERTS,
    WEB_USERS,
    TopicSpec,
)
from streams.engine.clock import wall_clock
from streams.engine.signing_keys import ensure, load_key
from streams.erasing.places import Places
from streams.erasing.steps import Eraser
from tests.installation import Installation, until
from tests.unit.processors.assistant.commands import alert

S = TypeVar("S")
USER = WebUser(user_id="ivanova", name="Иванова", role="curator", telegram_id=11)
NAMES = {"1003": "ООО «Ромашка»", "501": "ООО Вега", "502": "ИП Вега"}


@pytest_asyncio.fixture
async def home(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """Clients of Ivanova's, a portal, a key that is declared; no worker yet."""
    environ = {
        "LEADPULSE_COMMANDS__KEYS": str(tmp_path / "keys"),
        "LEADPULSE_BITRIX__WEBHOOK": "https://b24.example.ru/rest/1/secret/",
    }
    async with Installation(bootstrap, tmp_path, environ) as installation:
        await ensure(installation.settings.kafka, tmp_path / "keys", wall_clock(), ["agent", "web"])
        cards = [
            ClientCard(lead_id=lead, source="hand", ts=wall_clock(), name=name, responsible="Иванова")
            for lead, name in NAMES.items()
        ]
        await installation.produce(CLIENTS, [(f"{card.lead_id}/hand", msgspec.json.encode(card)) for card in cards])
        await installation.produce(WEB_USERS, [("ivanova", msgspec.json.encode(USER))])
        yield installation


async def ring(home: Installation, number: int, lead: str = "1003") -> None:
    """An alert about a client who speaks of leaving."""
    one = replace(alert(), alert_id=f"{number:016x}", lead_id=lead, opened_at=wall_clock(), updated_at=wall_clock())
    await home.produce(LEAD_ALERTS, [(lead, msgspec.json.encode(one))])


async def say(home: Installation, asked_id: str, text: str, **more: object) -> None:
    """A line of Ivanova's on the page."""
    common = {"asked_id": asked_id, "who": "web/ivanova", "name": "Иванова", "via": "page", "at": wall_clock()}
    line = AssistantAsked(text=text, **(common | more))  # type: ignore[arg-type]
    await home.produce(ASSISTANT_ASKED, [(line.who, msgspec.json.encode(line))])


async def values(home: Installation, topic: TopicSpec, kind: type[S]) -> list[S]:
    """What can be read as such on a topic."""
    found: list[S] = []
    for record in await home.read(topic):
        try:
            found.append(msgspec.json.decode(record.value or b"null", type=kind))
        except msgspec.ValidationError:
            continue
    return found


async def proposed(home: Installation) -> list[Command]:
    """Commands that were proposed, in order, each as often as it was."""
    read_ones = [read(one.body) for one in await values(home, COMMANDS, Proposal)]
    return [one for one in read_ones if isinstance(one, Command)]


async def stands(home: Installation, command_id: str) -> Standing | None:
    """How a command stands."""
    found = [one for one in await values(home, COMMAND_STATE, Standing) if one.command_id == command_id]
    return found[-1] if found else None


async def coming(home: Installation, many: int, seconds: float = 40.0) -> list[Command]:
    """So many proposals of different commands."""

    async def there() -> bool:
        return len({one.command_id for one in await proposed(home)}) >= many

    await until(there, seconds, f"{many} proposals")
    return await proposed(home)


async def test_from_an_alert_to_a_refusal_that_is_learnt(home: Installation, tmp_path: Path) -> None:
    """An alert is proposed as a task and asked about; the curator refuses and says why; the next alert's proposal is
    another and repeats the reason. Beside it, a line is proposed, and one that may mean two is asked about first."""
    home.worker("agent")
    home.worker("actions")
    await ring(home, 1)
    [task] = await coming(home, 1)
    assert (task.name, task.lead_id, task.trigger.words) == ("task.bitrix", "1003", "мы уходим к другому складу")

    async def asked_about() -> bool:
        found = await stands(home, task.command_id)
        return found is not None and found.state == "asking"

    await until(asked_about, 30, "the dispatcher asks")
    standing = await stands(home, task.command_id)
    assert standing is not None
    no = Refusal(
        digest=standing.digest, at=wall_clock(), command_id=task.command_id, user_id="ivanova", reason="уже звонили"
    )
    page = load_key(tmp_path / "keys", "web")
    said = attested(no, page.key_id, page.private)
    await home.produce(COMMANDS, [(task.command_id, msgspec.json.encode(said))])

    async def learnt() -> bool:
        return any(one.kind == "refusal" for one in await values(home, ASSISTANT_MEMORY, Remembered))

    await until(learnt, 30, "the refusal is remembered")
    await ring(home, 2)
    other = (await coming(home, 2))[-1]
    assert other.name == "reminder.set"
    assert "уже звонили" in other.why

    await say(home, "a1", "поставь Ромашке задачу позвонить завтра")
    assert (await coming(home, 3))[-1].params["title"] == "Позвонить"
    await say(home, "a2", "поставь Веге задачу сверить остатки")

    async def question() -> bool:
        return any(one.of == "a2" and one.question for one in await values(home, ASSISTANT_SAID, AssistantSaid))

    await until(question, 30, "whose Вега is asked")
    [asks] = [one for one in await values(home, ASSISTANT_SAID, AssistantSaid) if one.of == "a2"]
    await say(home, "a3", "", answers=asks.said_id, choice=1)
    last = (await coming(home, 4))[-1]
    assert (last.lead_id, last.params["title"], last.asked_by) == ("502", "Сверить остатки", "ivanova")


async def test_kills_propose_nothing_twice(home: Installation) -> None:
    """Killed again and again in the middle of alerts and lines: each is proposed, all repeats are the same bytes, and
    nobody is answered twice in two ways."""
    dice, alerts, lines = Random(7), 18, 6
    process = home.worker("agent")
    await coming_ready(home)
    for number in range(alerts):
        await ring(home, number, lead=["1003", "501", "502"][number % 3])
        if number < lines:
            await say(home, f"a{number}", f"поставь 1003 задачу дело {number} завтра")
        if number % 6 == 5:
            await asyncio.sleep(dice.random() * 0.3)
            home.end(process, signal.SIGKILL)
            process = home.worker("agent")
    await coming(home, 1 + alerts + lines, 90)
    await home.settled("agent", ASSISTANT_ASKED)
    await home.settled("agent", LEAD_ALERTS)
    bodies: dict[str, set[bytes]] = {}
    for one in await proposed(home):
        bodies.setdefault(one.command_id, set()).add(msgspec.json.encode(one))
    assert len(bodies) == 1 + alerts + lines
    assert all(len(same) == 1 for same in bodies.values())
    answers = {(one.of, one.text, one.command_id) for one in await values(home, ASSISTANT_SAID, AssistantSaid)}
    assert len(answers) == lines


async def coming_ready(home: Installation) -> None:
    """The first proposal shows that all tables are read."""
    await ring(home, 1000)
    await coming(home, 1, 60)


async def test_an_erased_client_is_forgotten(home: Installation) -> None:
    """What is remembered of him goes, and a wish that names his number; others' memories stay."""
    kept = {
        "lead/1003/m1": Remembered(memory_id="m1", about="lead/1003", kind="refusal", text="рано", at=1),
        "who/web/i/m2": Remembered(memory_id="m2", about="who/web/i", kind="wish", text="о 1003 не напоминай", at=1),
        "who/web/i/m3": Remembered(memory_id="m3", about="who/web/i", kind="wish", text="не ставь на 10033", at=1),
        "lead/501/m4": Remembered(memory_id="m4", about="lead/501", kind="result", text="выполнена", at=1),
    }
    await home.produce(ASSISTANT_MEMORY, [(key, msgspec.json.encode(one)) for key, one in kept.items()])
    erasure = Erasure(
        erasure_id="0" * 16, lead_id="1003", reason="просьба", requested_by="Петров", requested_at=1, started_at=1
    )
    assert await Eraser(home.settings).messages(erasure) == 2
    assert set(await Places(home.settings).standing(ASSISTANT_MEMORY)) == {"who/web/i/m3", "lead/501/m4"}
