"""`leadpulse up` after its broker ended by itself."""

import asyncio
import io
import logging
from pathlib import Path

import pytest

from streams.embedded import up
from streams.embedded.console import Console
from streams.settings import Broker, Log, Settings


class Ending:
    """A broker that ended, and works for good once it is started again."""

    def __init__(self) -> None:
        self.started = asyncio.Event()

    async def ended(self) -> int:
        if self.started.is_set():
            await asyncio.Event().wait()
        return 1

    async def start(self) -> None:
        self.started.set()


async def test_why_kafka_cannot_start_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Of a full disk Kafka says only that it ended: its folder is looked at first and named, and tried again later."""
    monkeypatch.setattr(up, "FIRST_PAUSE", 0.01)
    caplog.set_level(logging.INFO, "leadpulse.up")
    folder, broker = tmp_path / "kafka", Ending()
    folder.write_text("")
    here = up.Up(Settings(broker=Broker(folder=folder)), Console(Log(), io.StringIO()), 0)
    keeping = asyncio.ensure_future(here._keep_broker(broker))  # type: ignore[arg-type]  # a stand-in
    try:
        async with asyncio.timeout(30):
            while "не запускается" not in caplog.text:
                await asyncio.sleep(0.01)
            assert f"Kafka не запускается: нельзя писать в папку {folder} (broker.folder): это не папка" in caplog.text
            assert not broker.started.is_set()
            folder.unlink()
            await broker.started.wait()
    finally:
        keeping.cancel()
