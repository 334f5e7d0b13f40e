"""An objection that comes when the tracks' file is made: the objector's go, the others are a recording of their own."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from processors.privacy.objections import objection_to
from processors.tracks.entry import entry_id
from schemas.meetings import OTHERS_KEPT
from schemas.sources import Recording, RoomReport, Transcript
from schemas.topics import RECORDINGS, TRANSCRIPTS
from streams.engine.deleting import delete_files
from streams.engine.kafka import Output
from streams.transcribe import refusals
from tests.unit.engine.test_cutting import packets
from tests.unit.tracks.test_file import loud, made, meeting
from tests.unit.transcribe.test_awaited import EVERY, RECORD, TRANSCRIPT
from tests.unit.transcribe.test_refusals import Bench
from tests.unit.transcribe.test_refusals import together as together

OBJECTION = RoomReport("o", "objected", 500, "lead-7", "m1", "7", "b", "Борис", "", since=1)
REST = entry_id("m1", ["b"])


class House(Bench):
    """With a file of Anna's and Boris' tracks that is transcribed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        arranged, file = made(folder / "m", meeting())
        (self.folder / "7").mkdir()
        self.path = file.rename(self.folder / "7" / f"{entry_id('m1')}.mka")
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        size = self.path.stat().st_size
        times = (arranged.started_at + 10_500, 10_500, arranged.started_at)
        name = self.path.name
        begun = Recording(entry_id("m1"), "", name, f"7/{name}", size, digest, "lead-7", *times, "ok", "7")
        self.recording = replace(begun, participants=["Анна", "Борис"], meeting_id="m1", occupants=arranged.occupants)

    @property
    def rest(self) -> Path:
        return self.path.with_name(f"{REST}.mka")

    def others(self) -> list[Recording]:
        """Recordings that were told of."""
        found = [RECORD.decode(output.value) for output in self.topic.sent if output.topic == RECORDINGS.name]
        return [one for one in found if isinstance(one, Recording)]

    async def transcribed(self) -> None:
        outcome = await self.given(self.recording)
        assert [output.topic for output in outcome.outputs] == [TRANSCRIPTS.name]
        await self.topic.send(outcome.state)


async def test_only_the_objectors_own_goes(tmp_path: Path) -> None:
    """The others' packets are the same bytes; the former recording is deleted and told as such; the new one is
    transcribed, and the same objection does not concern it; a second look does nothing."""
    house = House(tmp_path)
    await house.transcribed()
    before, hers = loud(house.path), packets(house.path, "Анна")
    house.said.append(OBJECTION)
    assert (await house.refusals.look(), await house.refusals.look()) == ([entry_id("m1")], [])
    assert loud(house.rest) == {"Анна": before["Анна"]} and packets(house.rest, "Анна") == hers
    assert list(house.path.parent.iterdir()) == [house.rest]
    [told] = house.others()
    assert (told.recording_id, told.participants, told.left_out) == (REST, ["Анна"], ["b"])
    assert (told.path, told.meeting_id, told.occupants) == (f"7/{house.rest.name}", "m1", [["a"]])
    assert told.sha256 == hashlib.sha256(house.rest.read_bytes()).hexdigest() and told.size == house.rest.stat().st_size
    assert objection_to(told, house.said) is None
    [output] = (await house.given(told)).outputs
    transcript = TRANSCRIPT.decode(output.value)
    assert isinstance(transcript, Transcript) and {word.speaker for word in transcript.words} == {"Анна"}
    [deleted] = house.told()
    assert (deleted.recording_id, deleted.reason) == (entry_id("m1"), OTHERS_KEPT)


@pytest.mark.parametrize("at", ["copied", "told of", "deleted", "reported"])
async def test_killed_anywhere_it_comes_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Between any two steps: one new recording with the same file, nothing of the former left."""
    house = House(tmp_path)
    await house.transcribed()
    house.said.append(OBJECTION)
    sent = house.topic.send

    async def send(outputs: list[Output]) -> None:
        values = [RECORD.decode(one.value) for one in outputs if one.topic == RECORDINGS.name and one.value]
        if at == "copied" and any(isinstance(one, Recording) for one in values):
            raise asyncio.CancelledError
        await sent(outputs)
        if at == "reported" and any(isinstance(one, RoomReport) for one in values):
            raise asyncio.CancelledError

    def delete(*given: Any) -> int:
        found = 0 if at == "told of" else delete_files(*given)
        if at in ("told of", "deleted"):
            raise asyncio.CancelledError
        return found

    with monkeypatch.context() as patch:
        patch.setattr(refusals, "delete_files", delete)
        patch.setattr(house.refusals, "_send", send)
        with pytest.raises(asyncio.CancelledError):
            await house.refusals.look()
    house.start()
    assert await house.refusals.look() == [entry_id("m1")]
    assert list(house.path.parent.iterdir()) == [house.rest] and list(loud(house.rest)) == ["Анна"]
    assert {RECORD.encode(one) for one in house.others()} == {RECORD.encode(house.others()[0])}
    assert {report.reason for report in house.told()} == {OTHERS_KEPT} and {one.id for one in house.told()} != set()
    assert [mark.deleted_at > 0 for mark in await house.topic.seen().refused(EVERY)] == [True]


@pytest.mark.parametrize("unknown", ["nobody", "no track", "of before", "made anew", "alone"])
async def test_where_it_is_not_known_whose_it_is_all_goes(tmp_path: Path, unknown: str) -> None:
    """Nobody said who; he has no track; a file of before tracks had their owners, or another one by now; nobody else in
    it: as a mixed recording."""
    house, said = House(tmp_path), OBJECTION
    match unknown:
        case "nobody":
            said = replace(OBJECTION, participant="", name="")
        case "no track":
            said = replace(OBJECTION, participant="zz")
        case "of before":
            house.recording = replace(house.recording, occupants=[])
        case "alone":
            house.recording = replace(house.recording, occupants=[["b"], ["b"]])
    await house.transcribed()
    if unknown == "made anew":
        house.path.write_bytes(house.path.read_bytes() + b"\0")
    house.said.append(said)
    assert await house.refusals.look() == [entry_id("m1")]
    assert list(house.path.parent.iterdir()) == [] and house.others() == []
    assert [report.reason for report in house.told()] == [""]


async def test_another_objects_to_what_is_left(tmp_path: Path) -> None:
    """It goes, too: nobody else is in it."""
    house = House(tmp_path)
    await house.transcribed()
    house.said.append(OBJECTION)
    await house.refusals.look()
    [told] = house.others()
    await house.topic.send((await house.given(told)).state)
    house.said.append(replace(OBJECTION, id="o2", participant="a", name="Анна"))
    assert await house.refusals.look() == [REST]
    assert list(house.path.parent.iterdir()) == []
