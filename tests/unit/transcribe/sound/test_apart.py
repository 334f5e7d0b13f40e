"""A function in a process of its own: its answer, its exceptions, its death."""

import asyncio
import ctypes
import resource
import signal
from pathlib import Path

import psutil
import pytest

from schemas.errors import RecordFault, Transient
from streams.transcribe.sound.apart import LONGEST_S, apart
from tests.fakes.decoder import crash, environment, fail, leave, say, sleep_with_pid


async def test_the_answer_comes_back() -> None:
    """Also where the function prints to the very pipe."""
    assert await apart(say, "слово") == {"said": "слово"}


async def test_an_exception_is_raised_here() -> None:
    """With what it knows."""
    with pytest.raises(Transient, match="full") as raised:
        await apart(fail)
    assert raised.value.retry_after == 7.0
    assert not raised.value.of_record


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
async def test_its_death_is_a_fault_of_the_record(number: signal.Signals) -> None:
    """Memory overwritten, killed for want of memory, an assertion of a library: this process goes on."""
    with pytest.raises(RecordFault, match=number.name):
        await apart(crash, number)


async def test_an_end_without_an_answer_is_one_too() -> None:
    """A library that ends the process as if all were well."""
    with pytest.raises(RecordFault, match="код 0"):
        await apart(leave)


async def test_it_does_not_run_for_ever() -> None:
    """A file that leads the decoder round in circles ends its process, and nobody waits for it."""
    soft, hard = await apart(resource.getrlimit, resource.RLIMIT_CPU)
    assert 0 < soft <= hard == LONGEST_S


async def test_it_knows_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that a file has taken over finds no key in its environment."""
    monkeypatch.setenv("LEADPULSE_TELEGRAM__TOKEN", "secret")
    assert "LEADPULSE_TELEGRAM__TOKEN" not in await apart(environment)


async def test_a_cancelled_call_ends_it(tmp_path: Path) -> None:
    """A job whose partition moved decodes no further."""
    file = tmp_path / "pid"
    task = asyncio.ensure_future(apart(sleep_with_pid, file))
    while not file.exists() or not file.read_text():
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.pid_exists(int(file.read_text()))


def test_this_process_can_be_told_of_its_parents_end() -> None:
    """Where the kernel has no such call, a killed worker would leave its decoder behind."""
    assert ctypes.CDLL(None).prctl(1, 0) == 0
