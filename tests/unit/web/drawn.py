"""How large the worker `web` is: all its modules, tables of three hundred clients, the log of commands folded and their
states beside it, all templates compiled.

A process without the store: what `bench.page` starts and asks.
"""

import asyncio
import re
import sys
from pathlib import Path

from processors.cards import Cards
from schemas.cards import ClientCard
from schemas.codec import Rejected
from schemas.command_codecs import STANDING
from schemas.commands import CommandId, Standing
from schemas.topics import DAY_MS
from streams.asking import Desk, answer
from streams.settings import Settings
from streams.web.askings import Askings
from streams.web.assets import Assets
from streams.web.pages import FOLDER, Pages
from streams.web.worker import build
from tests.fakes.glm import FakeGlm
from tests.fakes.history import FakeHistory
from tests.unit.asking.claims import DELAY, HONEST, LEAD, NOW, RIVAL, claims, passage, told
from tests.unit.llm.stand_ins import Sky, model, opened
from tests.unit.processors.commands.office import CHATS, Office
from tests.unit.processors.commands.office import LEAD as OFFICE_LEAD

CLIENTS = 300
COMMANDS, SIGNED = 1350, 2
"""Of ninety days, fifteen a day, of which the desk keeps those of the last; every second one is signed with a device's
key and carried out."""


class Counted:
    """A log of which only the length is kept: the page keeps no records."""

    def __init__(self) -> None:
        self._length = 0

    def append(self, _: object) -> None:
        self._length += 1

    def __len__(self) -> int:
        return self._length


def commands() -> dict[CommandId, Standing | Rejected]:
    """As the page holds them: a desk that has folded the log, and what `command.state` says of each."""
    office = Office()
    office.log = Counted()  # type: ignore[assignment]
    for number in range(COMMANDS):
        id_ = office.propose(
            "telegram.reply", {"text": f"Ответ {number}. " + "слово " * 40, "chat_id": CHATS[OFFICE_LEAD]}
        )
        if number % SIGNED == 0:
            office.approve(id_)
            office.done(id_)
        office.changes.clear()
        office.wait(90 * DAY_MS // COMMANDS)
    return {id_: STANDING.decode(STANDING.encode(one)) for id_, one in office.desk.standings.items()}


async def asked() -> str:
    """Who answered a question that is asked as the page asks it."""
    history = FakeHistory([passage(1, DELAY), passage(2, RIVAL)])
    question = "Почему клиент недоволен приёмкой?"
    async with (
        FakeGlm(lambda _: claims(HONEST)) as glm,
        opened(Sky(), {"glm": model(glm)}) as gateway,
    ):
        askings = Askings(lambda: NOW)
        desk = Desk(history, gateway, clock=lambda: NOW)
        id_ = askings.start("u1", LEAD, question, answer(desk, LEAD, question))
        asking = askings.find(id_, "u1", LEAD)
        if asking.work is not None:
            await asking.work
    _, done = told(asking.stages)
    return done.engine


def drawn(with_a_question: bool = False) -> None:
    """Print the process's size, MB: its largest one (`ru_maxrss`) would be that of who started it. One question is
    answered by a model, whose endpoint stands in the same process, or none."""
    worker, pages, cards = build(Settings()), Pages(Assets()), Cards()
    for number in range(CLIENTS):
        cards.apply(f"{number}/b", ClientCard(lead_id=str(number), source="b", ts=1, name=f"Клиент {number}"))
    standings = commands()
    for path in FOLDER.glob("*.html"):
        pages._environment.get_template(path.name)
    if with_a_question and asyncio.run(asked()) != "glm":
        raise RuntimeError("no model answered")
    if worker.name == "web" and len(cards.leads()) == CLIENTS and standings:
        size = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
        sys.stdout.write(f"{int(size[1]) / 1024 if size else 0}\n")
