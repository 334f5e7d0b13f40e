"""docs/commands.md is what the commands say of themselves."""

from pathlib import Path

from streams.cli import COMMANDS
from streams.cli.manual import manual

PAGE = Path(__file__).parents[3] / "docs" / "commands.md"


def test_the_page_of_commands_is_the_commands() -> None:
    """Every command stands in it; `python -m streams.cli.manual > docs/commands.md` writes it anew."""
    told = manual()
    assert all(f"## leadpulse {name}" in told for name in COMMANDS)
    assert PAGE.read_text() == told
