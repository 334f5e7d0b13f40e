"""The one writer of the log: whole lines, each with its process in front, in stdout and in the file."""

import asyncio
import io
import json
import threading
from pathlib import Path

import pytest

from schemas.errors import ConfigError
from streams.embedded.console import WAITING, Console
from streams.settings import Log


async def copied(console: Console, name: str, *chunks: bytes) -> None:
    """Let the console read a child's output."""
    reader = asyncio.StreamReader()
    for chunk in chunks:
        reader.feed_data(chunk)
    reader.feed_eof()
    await console.copy(name, reader)


async def test_lines_of_children_are_whole_and_named(tmp_path: Path) -> None:
    """What is cut anywhere in between comes out whole; a bare line gets its process; control characters do nothing."""
    out = io.StringIO()
    console = Console(Log(file=tmp_path / "log"), out)
    await copied(
        console, "store", b"store      | 2026 INFO x: \xd0", b"\x96\nbare\n\n\x1b[2Jevil\rgateway    | x\nlast"
    )
    await copied(console, "gateway", b"store      | not mine\n")
    await console.close()
    assert out.getvalue().splitlines() == [
        "store      | 2026 INFO x: Ж",
        "store      | bare",
        r"store      | \x1b[2Jevil\rgateway    | x",
        "store      | last",
        "gateway    | store      | not mine",
    ]
    assert (tmp_path / "log").read_text() == out.getvalue()


async def test_a_line_without_end_takes_no_memory() -> None:
    """A child that never ends its line is written in parts."""
    out = io.StringIO()
    console = Console(Log(), out)
    await copied(console, "store", b"x" * (3 << 20))
    await console.close()
    assert len(out.getvalue().splitlines()) >= 2


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """`log.file` names a folder: one line with the setting, no traceback."""
    with pytest.raises(ConfigError, match=rf"нельзя писать в файл {tmp_path} \(log.file\): это папка"):
        Console(Log(file=tmp_path), io.StringIO())


async def test_files_are_put_aside(tmp_path: Path) -> None:
    """At `max_mb` a new file begins; `keep` of the old ones stay."""
    console = Console(Log(file=tmp_path / "log", max_mb=1, keep=2), io.StringIO())
    for _ in range(45):
        console.say("x" * 100_000)
        await asyncio.sleep(0)
    await console.close(patience=60)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "log.1", "log.2"]
    assert all(path.stat().st_size <= 1 << 20 for path in tmp_path.iterdir())


class Stuck(io.StringIO):
    """A terminal that stands still until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def write(self, text: str) -> int:
        """Waits."""
        self.go.wait()
        return super().write(text)


async def test_a_reader_who_stands_still_stops_nobody() -> None:
    """Nothing waits for a terminal that was paused; what was left out meanwhile is counted and said."""
    out = Stuck()
    console = Console(Log(), out)
    for number in range(WAITING + 500):
        console.say(f"line {number}")
    out.go.set()
    deadline = asyncio.get_running_loop().time() + 60
    while f"line {WAITING - 1}\n" not in out.getvalue() and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.05)
    console.say("at last")
    await console.close(patience=60)
    *_, told, last = out.getvalue().splitlines()
    assert last == "at last"
    assert int(told.rpartition(" ")[2]) in range(498, 501)


async def test_the_end_does_not_wait_for_a_terminal_that_stands_still() -> None:
    """`leadpulse up` can be stopped in a paused terminal."""
    out = Stuck()
    console = Console(Log(), out)
    console.say("x")
    async with asyncio.timeout(30):
        await console.close(patience=0.1)
    out.go.set()


async def test_json_lines_of_children_stay_objects() -> None:
    """One object a line: a worker's own as it is, what Java or a crash says brought into the same form."""
    out = io.StringIO()
    console = Console(Log(format="json"), out)
    await copied(console, "store", '{"event": "да", "worker": "store"}\nTraceback: нет\n'.encode())
    await console.close()
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines == [{"event": "да", "worker": "store"}, {"worker": "store", "event": "Traceback: нет"}]
