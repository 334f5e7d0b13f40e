"""`check` compares the recorder agent's own target with `speech.recordings`, by what the agent has told."""

import asyncio
from pathlib import Path

import msgspec

from schemas.codec import Codec
from schemas.sources import FromJitsi, Inbound, Recording
from schemas.topics import RECORDINGS
from streams.cli import check_recordings
from streams.engine.kafka import Output, Outputs
from streams.settings import Kafka, Settings, Speech
from tests.integration.recorder_host import Host
from tests.unit.recorder.clips import write_session


async def test_the_agents_target_and_our_folder(tmp_path: Path, bootstrap: str) -> None:
    """The same storage is no fault; another folder is one, with both settings, the file and the host; one file that
    has gone is a warning; with nothing told, or Kafka away, nothing is said."""
    host = Host(tmp_path, bootstrap)
    other = tmp_path / "other"
    other.mkdir()

    async def found(folder: Path, address: str = bootstrap) -> tuple[list[str], list[str]]:
        kafka = Kafka(bootstrap=address, prefix=host.prefix)
        loaded = Settings().model_copy(update={"kafka": kafka, "speech": Speech(recordings=folder)})
        faults = await asyncio.to_thread(check_recordings.faults, loaded)
        return faults, await asyncio.to_thread(check_recordings.warnings, loaded)

    assert await found(other) == ([], [])  # there is no such topic yet
    await host.create_topics()
    assert await found(other) == ([], [])
    async with host.running():
        await host.finalize(write_session(host.recordings, "a"))
        await host.recordings_told(1)
        await host.finalize(write_session(host.recordings, "b"))
        told = await host.recordings_told(2)
    assert await found(host.share) == ([], [])
    await voice(Kafka(bootstrap=bootstrap, prefix=host.prefix), other)  # ours lies there, and says nothing of theirs
    [fault], warnings = await found(other)
    assert fault == (
        f"speech.recordings: в {other} нет файлов, о которых сообщил агент записи, последний — {told[1].path} (узел "
        "jibri-1); папка LEADPULSE_RECORDER__TARGET на узле Jibri и speech.recordings должны быть одним хранилищем"
    )
    assert warnings == []
    (host.share / told[0].path).write_bytes(b"cut")
    faults, [warning] = await found(host.share)
    assert faults == []
    assert "1\u00a0запись из последних 2; последняя — " + told[0].path in warning
    assert await found(other, "127.0.0.1:1") == ([], [])


async def voice(kafka: Kafka, folder: Path) -> None:
    """A voice message that our own bot fetched into `folder`."""
    (folder / "v.oga").write_bytes(b"OggS")
    said_in = Inbound("main", msgspec.Raw(b"{}"))
    recording = Recording("v", "v", "v.oga", "v.oga", 4, "", "", 1, 1, 1, "ok", said_in=said_in)
    outputs = Outputs(kafka)
    await outputs.send([Output(RECORDINGS.name, b"v", Codec[FromJitsi](FromJitsi).encode(recording), partition=0)])
    await outputs.stop()
