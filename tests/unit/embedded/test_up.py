"""`leadpulse up` after its broker ended by itself."""

import asyncio
import io
import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from streams.embedded import up
from streams.embedded.console import Console
from streams.embedded.ground import ports
from streams.settings import Broker, Commands, Gateway, Log, Settings, Web


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


def test_what_nobody_wants_is_not_started() -> None:
    """Every other worker is; a port that only the page would take is not asked for."""
    bridge = Gateway(live_token=SecretStr("t"))
    assert up.workers_of(Settings(gateway=bridge)) == up.WORKERS
    assert set(up.WORKERS) - set(up.workers_of(Settings())) == {"tracks", "live"}
    off = Settings(web=Web(enabled=False), gateway=bridge)
    assert set(up.WORKERS) - set(up.workers_of(off)) == {"web"}
    alone = Settings(commands=Commands(enabled=False), gateway=bridge)
    assert set(up.WORKERS) - set(up.workers_of(alone)) == {"agent", "actions"}
    assert "web.port" not in {setting for _, _, setting in ports(off, up.workers_of(off))}
    assert "web.port" in {setting for _, _, setting in ports(Settings(), up.workers_of(Settings()))}
