"""An erasure takes commands about a client, and what the assistant remembers of him, off their topics."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from pydantic import SecretStr

from processors.commands import canon
from schemas.assistant import Remembered
from schemas.commands import Command, Standing, Trigger
from schemas.erasures import Erasure
from schemas.outlets import forgotten
from schemas.topics import ASSISTANT_MEMORY, COMMAND_STATE, OUT_BITRIX, OUT_NOTEBOOK, OUT_SETTLED
from streams.engine.kafka import partition_of
from streams.erasing import outlets
from streams.erasing.places import Places
from streams.erasing.steps import Eraser
from streams.settings import Bitrix
from tests.installation import Installation

LEAD, OTHER = "1001", "1002"


def refused(lead: str, words: str = "") -> Standing:
    """A command as it stands; `words` of the client are why."""
    params = {"text": f"акт для {lead}"}
    command = Command(
        command_id=canon.command_id("note.add", lead, "1", params),
        name="note.add",
        version=1,
        lead_id=lead,
        params=dict(params),
        trigger=Trigger(kind="event", id="1", words=words, client=bool(words)),
        confidence_percent=82,
        proposed_at=1,
        expires_at=2,
        proposer="agent/rules",
    )
    body = canon.encoded(command)
    return Standing(command_id=command.command_id, body=body.decode(), digest=canon.digest(body), state="refused", at=1)


async def test_another_clients_stay(bootstrap: str, tmp_path: Path) -> None:
    """His go, a wish that names his number too; a repeat finds nothing."""
    async with Installation(bootstrap, tmp_path) as here:
        for lead in (LEAD, OTHER):
            standing = refused(lead)
            kept = Remembered(memory_id="1", about=f"lead/{lead}", kind="refusal", text="рано", at=1)
            wish = Remembered(memory_id=lead, about="who/web/x", kind="wish", text=f"не трогай {lead}", at=1)
            await here.produce(COMMAND_STATE, [(standing.command_id, msgspec.json.encode(standing))])
            memories = [(f"{one.about}/{one.memory_id}", msgspec.json.encode(one)) for one in (kept, wish)]
            await here.produce(ASSISTANT_MEMORY, memories)
        one = Erasure(
            erasure_id="e" * 16, lead_id=LEAD, reason="заявление", requested_by="Ольга", requested_at=1, started_at=2
        )
        eraser, places = Eraser(here.settings), Places(here.settings)
        assert (await eraser.messages(one), await eraser.messages(one)) == (3, 0)
        assert set(await places.standing(COMMAND_STATE)) == {refused(OTHER).command_id}
        assert set(await places.standing(ASSISTANT_MEMORY)) == {f"lead/{OTHER}/1", f"who/web/x/{OTHER}"}


async def test_other_systems_are_told_and_waited_for(
    bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind all copies of the client, in their partition; who is not set up or does not answer is a person's."""
    one = Erasure(erasure_id="e" * 16, lead_id=LEAD, reason="r", requested_by="a", requested_at=1, started_at=2)
    portal = Bitrix(webhook=SecretStr("http://127.0.0.1:9/rest/1/code/"))
    async with Installation(bootstrap, tmp_path) as here:
        eraser = Eraser(here.settings.model_copy(update={"bitrix": portal}))
        answer = {"outlet": "bitrix", "place": "out.bitrix/0/0", "key": forgotten(one.erasure_id), "version": 1}
        answer |= {"outcome": "delivered", "given_at": 1, "at": 1}
        earlier = [("x", msgspec.json.encode(answer | {"outcome": "refused"}))]
        await here.produce(OUT_SETTLED, earlier)

        async def notify() -> None:
            while not await here.count(OUT_BITRIX):
                await asyncio.sleep(0.1)
            waits = answer | {"outcome": "waiting"}
            await here.produce(OUT_SETTLED, [("x", msgspec.json.encode(value)) for value in (waits, answer)])

        done, _ = await asyncio.gather(eraser.outlets(one), notify())
        assert (done, eraser.by_hand) == (1, ["notebook/off"])
        for topic in (OUT_BITRIX, OUT_NOTEBOOK):
            [record] = await here.read(topic)
            assert record.partition == partition_of(topic.name, LEAD.encode())
            assert msgspec.json.decode(record.value) == {"forget_id": one.erasure_id, "lead_id": LEAD}
        monkeypatch.setattr(outlets, "PATIENCE_S", 0.0)
        assert (await eraser.outlets(one), eraser.by_hand) == (0, ["bitrix/waits", "notebook/off"])
