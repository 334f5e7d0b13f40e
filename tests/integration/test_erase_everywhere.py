"""P1 whole: unique words in every source, all workers at work and their outlets; the client is erased with SIGKILL in
the middle of the act. Then no table, topic that is kept, file or log has a word of his, and nothing brings him back."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from schemas.codec import Rejected
from schemas.erasures import STEPS
from schemas.topics import (
    BITRIX,
    DEAD_LETTERS,
    ERASURES,
    FOREVER,
    LEAD_UNASSIGNED,
    RECORDINGS,
    TELEGRAM,
    TOPICS,
    TRANSCRIPTS,
    WMS,
    TopicSpec,
)
from streams.cli.run import WORKERS
from streams.engine.clock import wall_clock
from streams.engine.erasures import ERASURE
from streams.erasing.act import Signed, verified
from tests import living
from tests.fakes import n8n
from tests.fakes.telegram import FakeTelegram
from tests.installation import Installation, until
from tests.integration.everywhere import CHAT, LEAD, OTHER, OTHERS_CHAT, OTHERS_WORD, WORD, message, of_sources, planted
from tests.semantics.erasing import leadpulse, rows, standing

CURATORS, REPORTS_CHAT = -100600, -100700

KILLED = ("tables", "transcripts", "messages", "waiting", "links", "files", "outlets")
"""Steps before which the command may be killed."""


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """All workers, with a fake Telegram and webhooks; the store as in production, confined."""
    (tmp_path / "storage").mkdir()
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(FakeTelegram(chats={CURATORS, REPORTS_CHAT}))
        hooks = await stack.enter_async_context(n8n.FakeN8n("key"))
        environ = {
            "LEADPULSE_SPEECH__RECORDINGS": str(tmp_path / "storage"),
            "LEADPULSE_SPEECH__SPOOL": str(tmp_path / "spool"),
            "LEADPULSE_TELEGRAM__API": telegram.url,
            "LEADPULSE_TELEGRAM__TOKEN": telegram.token,
            "LEADPULSE_TELEGRAM__CURATOR_CHAT": str(CURATORS),
            "LEADPULSE_TELEGRAM__REPORT_CHAT": str(REPORTS_CHAT),
            "LEADPULSE_TELEGRAM__UPDATES": "poll",
            "LEADPULSE_WEBHOOKS__URL": hooks.url,
            "LEADPULSE_WEBHOOKS__SECRET": hooks.secret,
        }
        installation = await stack.enter_async_context(Installation(bootstrap, tmp_path, environ))
        for name in WORKERS:
            installation.worker(name)
        yield installation


@pytest.mark.parametrize("kills", [1, pytest.param(len(KILLED), marks=pytest.mark.proof)])
async def test_nothing_is_left(here: Installation, kills: int, record_property: Callable[[str, object], None]) -> None:
    """Everywhere of two clients; one is erased, by a command that is killed before it is done and given again."""
    record_property("kills", kills)

    async def up() -> bool:
        return (await leadpulse(here, "sql", "SELECT 1")).exit_code == 0

    await planted(here, LEAD, CHAT, WORD)
    await planted(here, OTHER, OTHERS_CHAT, OTHERS_WORD)

    async def stored() -> bool:
        tables = [await rows(here, word) for word in (WORD, OTHERS_WORD)]
        wanted = {"events", "said", "passages", "transcripts", "cards", "alerts", "signals", "unassigned", "consents"}
        wanted |= {"command_events", "assistant_lines"}
        return all(wanted <= each.keys() for each in tables)

    await until(up, 60, "the store answers", pause=1.0)
    await until(stored, 120, "both are in the tables, with alerts", pause=1.0)

    async def told() -> bool:
        kept = await standing(here, WORD)
        files = list((here.folder / "exports" / LEAD).glob("*.md"))
        return bool(kept) and bool(files) and await here.count(DEAD_LETTERS) >= 2

    await until(told, 90, "it is told in Telegram, minutes are in a file, the broken one lies with the dead", pause=1.0)
    asked = await leadpulse(here, "ask", LEAD, f"что сказал {WORD} о складе?")
    assert asked.exit_code == 0, asked.output
    assert (await leadpulse(here, "report", "--send")).exit_code == 0

    async def asked_and_reported() -> bool:
        return {"questions", "reports"} <= (await rows(here, WORD)).keys()

    await until(asked_and_reported, 60, "the question and the report are stored", pause=1.0)
    others = await rows(here, OTHERS_WORD)

    request = await leadpulse(here, "erase", "request", LEAD, "--reason", "заявление", "--by", "Ольга")
    assert request.exit_code == 0, request.output + repr(request.exception)
    number = request.stdout.split()[1].rstrip(".")
    assert (await leadpulse(here, "erase", "confirm", number, "--by", "Глеб")).exit_code == 0
    dice = random.Random(kills)
    for step in sorted(dice.sample(KILLED, kills), key=STEPS.index):
        await killed_before(here, number, step)
    acts = here.folder / "acts"
    done = await leadpulse(here, "erase", "run", number, "--act", str(acts), "--by", "Анна")
    assert done.exit_code == 0, done.output + repr(done.exception)

    made = msgspec.json.decode((acts / f"{number}.json").read_bytes(), type=Signed)
    verified(made)
    until_days = json.loads(made.act)["topics_until"]
    await nothing_is_left(here, until_days)
    letters = await here.count(DEAD_LETTERS)
    for topic, key, value in of_sources(LEAD, CHAT, WORD, wall_clock() - 600_000):
        await here.produce(topic, [(key, value)])
    await here.produce(TELEGRAM, [(CHAT, message(int(LEAD), CHAT, WORD, "есть вопрос", wall_clock() - 600_000))])
    await here.produce(TELEGRAM, [(OTHERS_CHAT, message(9, OTHERS_CHAT, OTHERS_WORD, "всё хорошо", wall_clock()))])

    async def came() -> bool:
        return (await rows(here, OTHERS_WORD))["events"] > others["events"]

    await until(came, 60, "the other's next message is stored", pause=1.0)
    for topic in (TELEGRAM, BITRIX, WMS, RECORDINGS, TRANSCRIPTS):
        await here.settled("pipeline", topic)
    assert await here.count(DEAD_LETTERS) > letters, "the broken one lies with the dead again, without his words"
    await here.settled("store", DEAD_LETTERS)
    await nothing_is_left(here, until_days)
    now = await rows(here, OTHERS_WORD)
    assert all(now[table] >= others[table] for table in others if table != "reports")


async def killed_before(here: Installation, number: str, step: str) -> None:
    """Start the work, and end it with SIGKILL once all steps before `step` are kept."""
    acts = str(here.folder / "acts")
    process = here.start("streams.cli", "erase", "run", number, "--act", acts, "--by", "Anna")
    wanted = set(STEPS[: STEPS.index(step)])

    async def there() -> bool:
        found = [ERASURE.decode(record.value) for record in await here.read(ERASURES) if record.key == number.encode()]
        last = found[-1]
        assert not isinstance(last, Rejected)
        return wanted <= {one.step for one in last.done}

    await until(there, 60, f"all is done before {step}", pause=0.05)
    await asyncio.to_thread(here.end, process)


async def nothing_is_left(here: Installation, until_days: dict[str, str]) -> None:
    """In tables, dead letters' list included; in topics but those whose end the act names; in files and logs."""
    assert await rows(here, WORD) == {}
    query = f"SELECT count() FROM failures WHERE position(payload, '{WORD}') > 0 OR position(error, '{WORD}') > 0"
    done = await leadpulse(here, "sql", query, "--json")
    letters = json.loads(done.stdout)["rows"]
    assert letters == [[0]], letters
    assert await standing(here, WORD) == {}
    assert await standing(here, CHAT) == {}
    holding = {topic.name for topic in TOPICS if await holds(here, topic, WORD)}
    assert holding <= until_days.keys(), holding - until_days.keys()
    assert LEAD_UNASSIGNED.name not in holding
    assert all(topic.retention_ms != FOREVER or topic.cleanup == "compact" for topic in TOPICS if topic.name in holding)
    files = [path for path in living.files(here.folder) if "chdb" not in path.parts]
    said = [str(path) for path in files if WORD.encode() in path.read_bytes() or WORD in path.name]
    assert said == []


async def holds(here: Installation, topic: TopicSpec, word: str) -> bool:
    """Whether a topic has the word in any record, from its first offset."""
    return any(word.encode() in (record.value or b"") + (record.key or b"") for record in await here.read(topic))
