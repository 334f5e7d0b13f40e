"""Files in messages: fetched while they can be, kept whole; what is not given costs nobody anything."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from processors.normalize.telegram_files import LARGEST
from schemas.errors import RecordFault, Transient
from schemas.sources import Recording
from schemas.types import Millis
from streams.clients.bot_calls import BotCalls
from streams.engine.process import Batch
from streams.notify.telegram import attachments
from streams.notify.telegram.attachments import Attachments
from streams.settings import Settings, Speech, Telegram
from tests.fakes.telegram import FakeTelegram, Fault

AT = 1_795_165_391
SOUND = b"OggS" + b"\x01" * 5000


class Record:
    """A record of `source.telegram`."""

    def __init__(self, value: bytes) -> None:
        self.value, self.key, self.offset, self.timestamp, self.headers = value, b"-5", 0, AT * 1000, ()


class House:
    """The fetcher between the fake and a folder."""

    def __init__(self, telegram: FakeTelegram, folder: Path, files: str = "voice") -> None:
        self.telegram, self.folder = telegram, folder
        self.now: Millis = AT * 1000 + 60_000
        bot = Telegram(api=telegram.url, token="1:fake", timeout=5.0, files=files)
        settings = Settings().model_copy(update={"telegram": bot, "speech": Speech(recordings=folder)})
        self.calls = BotCalls(bot)
        self.fetch = Attachments(self.calls, settings, lambda: self.now)

    async def take(self, kind: str = "message", number: int = 77, **content: Any) -> list[Recording]:
        """What comes of an update."""
        message = {"message_id": number, "date": AT, "chat": {"id": -5, "type": "group"}, "from": {"id": 9}} | content
        value = json.dumps({"source": "main", "payload": {"update_id": 1, kind: message}}).encode()
        return await self.read(value)

    async def read(self, value: bytes) -> list[Recording]:
        """What comes of a record."""
        outcome = await self.fetch(Batch("source.telegram", 0, 1, [Record(value)]))
        assert outcome.rejected == []
        return [msgspec.json.decode(output.value or b"", type=Recording) for output in outcome.outputs]

    def files(self) -> list[Path]:
        """What lies in the folder."""
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Voices only, as by default."""
    async with FakeTelegram() as telegram:
        house = House(telegram, tmp_path)
        yield house
        await house.calls.close()


async def test_a_voice_is_kept_and_goes_to_transcription(house: House) -> None:
    """Whole, under the day it was said; the recording says in which message; once more it is the same recording."""
    voice = house.telegram.files.put("f", SOUND) | {"duration": 3, "mime_type": "audio/ogg"}
    (recording,) = await house.take(voice=voice)
    (path,) = house.files()
    assert path.read_bytes() == SOUND
    assert path.relative_to(house.folder) == Path(recording.path) == Path("telegram/2026-11-20/uf.oga")
    assert (recording.size, recording.duration_ms, recording.started_at) == (len(SOUND), 3000, AT * 1000)
    assert recording.said_in is not None
    assert await house.take(voice=voice) == [recording]
    assert house.telegram.calls["getFile"] == 1
    (other,) = await house.take(number=78, voice=voice)  # forwarded: one file, two messages
    assert other.recording_id != recording.recording_id


async def test_what_is_no_voice_is_left_alone(house: House, tmp_path: Path) -> None:
    """By default only voices; an edit brings none; what cannot be read is somebody else's dead letter."""
    document = house.telegram.files.put("d", b"%PDF")
    assert await house.take(document=document) == []
    assert await house.take("edited_message", voice=house.telegram.files.put("f", SOUND)) == []
    for value in (b"", b"{}", b'{"source":"main","payload":"text"}', b'{"source":"m","payload":{"update_id":1}}'):
        assert await house.read(value) == []
    assert house.files() == []
    every = House(house.telegram, tmp_path / "all", files="all")
    (tmp_path / "all").mkdir()
    sizes = [house.telegram.files.put("small", b"s"), house.telegram.files.put("large", b"large")]
    assert await every.take(document=document) == []
    assert await every.take(photo=sizes) == []
    await every.calls.close()
    assert sorted(path.read_bytes() for path in every.files()) == [b"%PDF", b"large"]


async def test_too_large_gone_or_old_costs_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """20 MB by Telegram's word or by its refusal, a file it does not know, a month-old one: told, and gone on."""
    voice = house.telegram.files.put("f", SOUND)
    assert await house.take(voice=voice | {"file_size": LARGEST + 1}) == []
    assert await house.take(voice={"file_id": "unknown", "file_unique_id": "u"}) == []
    assert await house.take(voice=voice | {"file_unique_id": "../../etc/passwd"}) == []
    monkeypatch.setattr(attachments, "LARGEST", 100)
    assert await house.take(voice=voice | {"file_size": 50}) == []  # larger than was told
    house.now += attachments.OLDEST_MS
    assert await house.take(voice=voice) == []
    assert house.files() == []


async def test_faults_that_pass_are_waited_for(house: House, tmp_path: Path) -> None:
    """429, a broken connection, a dead link, a missing share: raised, nothing half is left, and then it comes."""
    voice = house.telegram.files.put("f", SOUND)
    for fault in (Fault("429"), Fault("drop"), Fault("500")):
        house.telegram.faults[:] = [fault]
        with pytest.raises(Transient):
            await house.take(voice=voice)
    house.telegram.files.gone.add("voice/f/1.oga")
    with pytest.raises(RecordFault):
        await house.take(voice=voice)
    away = House(house.telegram, tmp_path / "share")
    with pytest.raises(Transient, match=r"speech\.recordings"):
        await away.take(voice=voice)
    await away.calls.close()
    assert house.files() == []
    assert len(await house.take(voice=voice)) == 1


async def test_no_token_in_a_fault(house: House) -> None:
    """The link to a file holds the token."""
    house.telegram.files.gone.add("voice/f/1.oga")
    with pytest.raises(RecordFault) as caught:
        await asyncio.wait_for(house.take(voice=house.telegram.files.put("f", SOUND)), 60)
    assert "fake" not in f"{caught.value!r} {caught.value.__cause__!r}"
