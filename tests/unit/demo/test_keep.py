"""What `make demo KEEP=1` tells a person to try can be tried."""

import shlex
from pathlib import Path

from click.testing import CliRunner

from demo.keep import commands, lines
from streams.cli import main
from streams.settings import Settings, Store

ROOT = Path("/somewhere")
SETTINGS = Settings(store=Store(api_token_file=ROOT / "var" / "demo" / "api-token"))


def test_addresses_and_the_tokens_path_are_told() -> None:
    """Where events go in, where questions are answered and with which token."""
    told = "\n".join(lines(SETTINGS, ROOT))
    for word in ("http://127.0.0.1:8080", "http://127.0.0.1:8081", "var/demo/api-token", "127.0.0.1:19092", "Ctrl-C"):
        assert word in told
    assert str(ROOT) not in told


def test_three_commands_that_exist() -> None:
    """Each line is a call of `leadpulse` that click understands, with the token of the demo."""
    found = commands(SETTINGS, ROOT)
    assert len(found) == 3
    for line in found:
        token, program, *arguments = shlex.split(line)
        assert token == "LEADPULSE_STORE__API_TOKEN_FILE=var/demo/api-token"
        assert program == ".venv/bin/leadpulse"
        context = main.make_context("leadpulse", list(arguments))
        name, command, rest = main.resolve_command(context, list(arguments))
        assert name == arguments[0] and command is not None
        command.make_context(name, rest, parent=context)
        assert CliRunner().invoke(command, ["--help"]).exit_code == 0
