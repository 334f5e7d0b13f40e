"""`streams.cli`: the group, its exit codes, its speed."""

import subprocess
import sys

import click
import pytest

from streams.cli import COMMANDS, main
from tests.unit.cli.conftest import Line

HEAVY = ("asyncio", "aiohttp", "aiokafka", "faust", "pydantic", "msgspec", "numpy")


def test_help_imports_nothing_heavy() -> None:
    """`--help` answers at once because no command is imported for it."""
    code = (
        "import sys; from streams.cli import main; main(['--help'], standalone_mode=False);"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_exists(name: str) -> None:
    """The table names a real command, and that has a help text."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    assert command.help


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("worker",),
        ("worker", "cook"),
        ("history",),
        ("history", "12a"),
        ("history", "1" * 13),
        ("report", "--day", "вчера"),
    ],
)
def test_wrong_usage_is_2(line: Line, arguments: tuple[str, ...]) -> None:
    """Unknown commands, missing and malformed arguments."""
    assert line(*arguments).exit_code == 2


def test_wrong_settings_are_one_message_and_1(line: Line) -> None:
    """All faults of the settings at once, no traceback, no value."""
    result = line("worker", "gateway", LEADPULSE_GATEWAY__PORT="secret-by-mistake", LEADPULSE_KAFKA__REPLICATION="9")
    assert result.exit_code == 1
    assert "gateway.port" in result.stderr
    assert "kafka.replication" in result.stderr
    assert "Traceback" not in result.stderr
    assert "secret-by-mistake" not in result.output
