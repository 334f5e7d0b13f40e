"""W9: a chat is linked and taken back on the page, on real Kafka with `pipeline` and `store`."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio

from processors.candidates import Candidate
from processors.pages import Inbox, Meeting, Unknown
from processors.participants import Participant
from schemas.meetings import Utterance
from schemas.sources import Identity, Recording, Transcript
from schemas.topics import IDENTITIES, TELEGRAM, TRANSCRIPTS
from streams.engine.identities import KNOWN
from streams.engine.kafka import Output
from tests.installation import Installation
from tests.integration.test_store import QUICK, becomes
from tests.semantics.test_relink import update
from tests.unit.web.page import NOW, OWN, Page, page

CHAT = -1001
FORM = {"kind": "tg_chat", "value": str(CHAT)}
STANDS = f"SELECT count() FROM events FINAL WHERE kind = 'message' AND lead_id = '{OWN}'"
WAITS = "SELECT count() FROM unassigned FINAL WHERE client_kind = 'tg_chat'"


@pytest_asyncio.fixture
async def home(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """Topics and folders of one test."""
    async with Installation(bootstrap, tmp_path, QUICK) as installation:
        yield installation


CONTACT = Candidate("b24_contact:7", "Анна Петрова", "client")
MEETING = Meeting(OWN, "r1", "", NOW, 1000, participants=[Participant("Аня", "unsure", "first", [CONTACT])])
TALK = Recording("r2", "s", "f", "f", 1, "0" * 64, f"lead-{OWN}", NOW + 1000, 1000, NOW, "ok", OWN)
TRANSCRIPT = Transcript(TALK, 1, "vosk", "m", [], utterances=[Utterance(0, 900, "добрый день", "Аня")])


async def test_what_waited_comes_once_and_leaves_whole(home: Installation) -> None:
    """Linked: all that waited is in the client's history, each once. Taken back: nothing is left of it there, and it
    waits again. The records say who did it: the session's user. Told who «Аня» is, the next meeting knows her."""
    home.worker("store")
    home.worker("pipeline")
    texts = ["добрый день", "когда заберёте?", "ждём ответа"]
    await home.produce(TELEGRAM, [(str(CHAT), update(CHAT, n, text)) for n, text in enumerate(texts)])
    await becomes(home, WAITS, 3)

    async def to_kafka(outputs: list[Output]) -> None:
        await home.outputs.send([output for output in outputs if output.topic == IDENTITIES.name])

    async with page(landed=to_kafka) as here:
        waiting = Unknown(FORM["kind"], FORM["value"], "", 3, 1, 3)
        here.store.answers["/api/inbox"] = msgspec.to_builtins(Inbox([waiting]))
        assert (await here.post("/inbox", "curator", {**FORM, "do": "link", "lead": OWN})).status == 303
        await becomes(home, STANDS, 3)
        follow(here)
        assert (await here.post("/inbox", "curator", {**FORM, "do": "undo"})).status == 303
        await becomes(home, STANDS, 0)
        follow(here)
        assert here.office.identities.identities.names(OWN) == [f"lead:{OWN}"]
        records = [msgspec.json.decode(one.value or b"", type=Identity) for one in links(here)]
        assert [one.confirmed_by for one in records] == ["Ольга Петрова"] * 2
        assert [one.refused for one in records] == [False, True]
        here.store.answers[f"/api/leads/{OWN}/meetings/r1"] = msgspec.to_builtins(MEETING)
        answer = {"recording": "r1", "name": "Аня", "do": "yes", "person": "b24_contact:7", "from": "inbox"}
        assert (await here.post(f"/leads/{OWN}/participants", "curator", answer)).status == 303
        known = ((KNOWN, b"%d" % len(links(here))),)  # read with a table that holds the answer
        spoken = msgspec.json.encode(TRANSCRIPT)
        await home.outputs.send([Output(TRANSCRIPTS.name, b"r2", spoken, headers=known)])
        await becomes(home, "SELECT count() FROM transcripts_current WHERE speaker = 'Анна Петрова'", 1)


def links(here: Page) -> list[Output]:
    """What the page wrote on `identities`."""
    return [output for output in here.sent if output.topic == IDENTITIES.name]


def follow(here: Page) -> None:
    """Its table takes its own records, as the worker's does from the topic."""
    for output in links(here):
        identity = msgspec.json.decode(output.value or b"", type=Identity)
        here.office.identities.identities.apply((output.key or b"").decode(), identity)
