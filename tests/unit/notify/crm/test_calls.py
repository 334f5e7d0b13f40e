"""Words of telephone calls: the portal's own, else the record, each once, whatever happens in between."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from pydantic import SecretStr

from schemas.bitrix import Entity
from schemas.errors import Transient
from schemas.sources import Recording
from schemas.topics import BITRIX, RECORDINGS
from streams.engine.kafka import Output
from streams.notify.crm.calls import GIVE_UP_MS, PENDING_MS, Calls
from streams.notify.crm.records import Records
from streams.notify.crm.seen import Seen
from streams.notify.outlets.bitrix_client import BitrixApi
from streams.settings import Bitrix, Speech
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.bitrix_calls import TOKEN
from tests.fakes.bitrix_crm import Fault
from tests.unit.notify.crm.test_rounds import MINUTE, NOON, said_by

ENDED = "2026-11-21T11:59:00+03:00"
SOUND = b"ID3" + b"\x01" * 5000


class Line:
    """The seeker of words between a fake portal and a Kafka that is a list."""

    def __init__(self, fake: FakeBitrix, folder: Path, **settings: object) -> None:
        self.fake, self.folder, self.now = fake, folder, NOON
        self.sent: list[Output] = []
        self.away = False
        self._settings = settings
        self.start()

    def start(self) -> None:
        """After a kill: only the note and the files are left."""
        given = Bitrix.model_validate(
            {"webhook": SecretStr(self.fake.webhook), "burst": 10_000, "per_second": 10_000, **self._settings}
        )
        self.api, self.seen = BitrixApi(given), Seen(self.folder / "bitrix.sqlite")
        self.records = Records(given, Speech(recordings=self.folder / "recordings"))
        (self.folder / "recordings").mkdir(exist_ok=True)
        self.calls = Calls(given, self.api, self.seen, self.send, self.records, lambda: self.now)

    async def close(self) -> None:
        """End."""
        await self.api.close()
        await self.records.close()
        await self.seen.close()

    async def send(self, outputs: list[Output]) -> None:
        if self.away:
            raise Transient("killed")
        self.sent += outputs

    def owe(self, id_: int = 9, **fields: object) -> None:
        """An activity that is a call was told."""
        row = {
            "ID": str(id_),
            "TYPE_ID": "2",
            "OWNER_TYPE_ID": "1",
            "OWNER_ID": "12",
            "COMPLETED": "Y",
            "DIRECTION": "1",
        }
        self.calls.owe([row | {"START_TIME": ENDED, "END_TIME": ENDED} | fields])

    async def look(self, minutes: float = 0) -> list[Output]:
        """What comes of a look so much later."""
        self.now += round(minutes * MINUTE)
        before = len(self.sent)
        await self.calls.look()
        return self.sent[before:]

    def files(self) -> list[Path]:
        """What lies in the folder."""
        return [path for path in (self.folder / "recordings").rglob("*") if path.is_file()]


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    """One call that somebody answered is owed."""
    async with FakeBitrix(per_second=1e6, burst=10**6) as fake:
        made = Line(fake, tmp_path)
        made.owe()
        yield made
        await made.close()


def recording_of(output: Output) -> Recording:
    """What goes to transcription."""
    assert output.topic == RECORDINGS.name
    return msgspec.json.decode(output.value or b"", type=Recording)


async def test_the_portals_transcript_is_taken_when_it_is_ready(line: Line) -> None:
    """Asked with growing pauses; then never again, and its record is not fetched."""
    line.fake.telephony.call(9, RECORD_FILE_ID=77)
    assert await line.look() == []
    assert await line.look(0.5) == []
    assert line.fake.calls["batch:crm.activity.call.getTranscript"] == 1, "the pause is a minute"
    assert await line.look(1) == []
    assert line.fake.calls["batch:crm.activity.call.getTranscript"] == 2
    line.fake.telephony.transcripts[9] = "Мы уходим к другому оператору"
    assert await line.look(1) == []
    [output] = await line.look(1)
    said = said_by(output.value)
    assert output.topic == BITRIX.name
    assert isinstance(said, Entity)
    assert (said.kind, said.id) == ("call", "9")
    assert msgspec.json.decode(said.fields)["TRANSCRIPT"] == "Мы уходим к другому оператору"
    line.owe()  # the activity was touched: it is told again
    assert await line.look(600) == []
    assert line.fake.telephony.fetched == 0


async def test_without_a_transcript_the_record_is_heard_once(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    """Whole, for nobody else to read, by its talk's length; its address, which is a key, stands nowhere."""
    caplog.set_level(logging.DEBUG)
    line.fake.telephony.call(9, RECORD_FILE_ID=77)
    line.fake.telephony.files[77] = (SOUND, "audio/mpeg")
    found = [output for _ in range(6) for output in await line.look(4)]
    [recording] = [recording_of(output) for output in found]
    [path] = line.files()
    assert path.read_bytes() == SOUND
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.relative_to(line.records.root) == Path(recording.path)
    assert recording.path.startswith("bitrix/2026-11-21/9-")
    assert path.suffix == ".mp3"
    assert (recording.size, recording.duration_ms) == (len(SOUND), 95_000)
    assert recording.said_in is not None
    assert recording.said_in.source == "main"
    assert line.fake.telephony.fetched == 1
    logged = str([record.__dict__ for record in caplog.records if record.name.startswith("streams")])
    assert TOKEN not in logged
    assert line.fake.code not in logged


async def test_a_kill_fetches_nothing_twice(line: Line) -> None:
    """Killed between the file and Kafka's ack: the same recording, from the file that is there."""
    line.fake.telephony.call(9, RECORD_FILE_ID=77)
    line.fake.telephony.files[77] = (SOUND, "audio/mpeg")
    await line.look()
    line.away = True
    with pytest.raises(Transient):
        await line.look(20)
    await line.close()
    line.away = False
    line.start()
    [output] = await line.look(1)
    assert recording_of(output).size == len(SOUND)
    assert line.fake.telephony.fetched == 1
    line.owe()
    assert await line.look(600) == []


async def test_a_transcript_on_its_way_is_waited_for(line: Line) -> None:
    """As long as the portal says so, but not for ever."""
    line.fake.telephony.call(9, RECORD_FILE_ID=77, TRANSCRIPT_PENDING="Y")
    line.fake.telephony.files[77] = (SOUND, "audio/mpeg")
    for _ in range(4):
        assert await line.look(20) == []
    assert await line.look(PENDING_MS / MINUTE) != []


async def test_the_longest_talk_of_a_call_that_was_passed_on(line: Line) -> None:
    """One activity, several rows: what has a record goes before what has none."""
    line.fake.telephony.call(9, CALL_DURATION="400")
    line.fake.telephony.call(9, CALL_DURATION="200", RECORD_FILE_ID=77)
    line.fake.telephony.call(9, CALL_DURATION="5", RECORD_FILE_ID=78)
    line.fake.telephony.files |= {77: (SOUND, "audio/mpeg"), 78: (b"x", "audio/mpeg")}
    await line.look()
    [output] = await line.look(20)
    assert recording_of(output).duration_ms == 200_000


@pytest.mark.parametrize("row", [{"CALL_FAILED_CODE": "603-S"}, {"CALL_DURATION": "0"}])
async def test_what_nobody_answered_is_not_asked_about_again(line: Line, row: dict[str, str]) -> None:
    """It has no words."""
    line.fake.telephony.call(9, **row)
    assert await line.look() == []
    assert await line.look(60) == []
    assert line.fake.calls["batch:crm.activity.call.getTranscript"] == 1


async def test_a_record_that_never_comes_is_given_up(line: Line) -> None:
    """After a day of some thirty questions."""
    for _ in range(200):
        assert await line.look(30) == []
    assert 20 <= line.fake.calls["batch:crm.activity.call.getTranscript"] <= 40


async def test_a_page_instead_of_sound_and_a_lost_file(line: Line) -> None:
    """Of one call; the others get their words."""
    for id_, file in ((9, 1), (10, 2), (11, 3), (12, 4)):
        line.owe(id_)
        line.fake.telephony.call(id_, RECORD_FILE_ID=file)
    line.fake.telephony.files |= {1: (b"<html>", "text/html"), 2: None, 3: (SOUND, "audio/mpeg")}
    await line.look()
    assert [recording_of(output).path[18:20] for output in await line.look(20)] == ["11"]
    line.fake.telephony.files |= {1: (SOUND, "audio/mpeg")}
    assert [recording_of(output).path[18:20] for output in await line.look(90)] == ["9-"]


async def test_rights_that_the_webhook_lacks(line: Line) -> None:
    """Calls wait as if there were no record, the portal is well, and the transcripts that there are come."""
    line.fake.telephony.missing = {"voximplant.statistic.get", "disk.file.get"}
    line.owe(10)
    line.fake.telephony.transcripts[10] = "слова"
    assert len(await line.look()) == 1
    assert await line.look(30) == []
    assert line.api.fault == ""


@pytest.mark.parametrize("kind", ["503", "429", "500", "drop"])
async def test_a_portal_that_is_away_loses_no_call(line: Line, kind: str) -> None:
    """It is asked later."""
    line.fake.telephony.transcripts[9] = "слова"
    line.fake.faults.append(Fault(kind, times=9))
    with pytest.raises(Transient):
        await line.look()
    line.fake.faults.clear()
    line.api._blocked.clear()
    line.api._bucket._level = 0.0
    assert len(await line.look()) == 1


async def test_who_is_asked_about(tmp_path: Path) -> None:
    """Not what is old (a first load must not cost years of transcription), not done, or no call; nothing when off."""
    async with FakeBitrix(per_second=1e6, burst=10**6) as fake:
        line = Line(fake, tmp_path)
        line.owe(1, END_TIME="2026-11-17T10:00:00+03:00", START_TIME="2026-11-17T10:00:00+03:00")
        line.owe(2, COMPLETED="N")
        line.owe(3, TYPE_ID="4")
        line.owe(4, END_TIME=None, START_TIME=None)
        line.owe(5, PROVIDER_ID="SOME_TELEPHONY")
        assert [call.id for call in line.seen.calls(line.now + GIVE_UP_MS, 50)] == [5]
        await line.close()
        off = Line(fake, tmp_path, calls=False)
        off.owe(6)
        assert [call.id for call in off.seen.calls(off.now, 50)] == [5]
        await off.close()
