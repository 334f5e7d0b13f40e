"""`make audit`: its exit code says whether a vulnerability was found, and a source that knows nothing is no source."""

import json
from pathlib import Path

import pytest

from tools.audit import main, verdict

SOUND = {"name": "msgspec", "version": "1", "vulns": []}
WEAK = {"name": "aiohttp", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
UNKNOWN = {"name": "vosk", "skip_reason": "Dependency not found"}


def test_a_vulnerability_is_named_and_fails() -> None:
    """One weak package among sound ones gives 1 and its line."""
    code, lines = verdict([SOUND, WEAK]) or (0, [])
    assert code == 1
    assert lines[0].startswith("aiohttp 2: PYSEC-1") and "1 vulnerable" in lines[-1]


def test_what_is_not_known_is_told() -> None:
    """A package that the source does not know is named, and fails nothing."""
    assert verdict([SOUND, UNKNOWN]) == (
        0,
        ["audit: nothing is known about vosk", "audit: 1 packages asked for, 0 vulnerable"],
    )


def test_a_mirror_without_advisories_is_no_source() -> None:
    """A source that knows not one package must not read as a clean bill."""
    assert verdict([UNKNOWN]) is None


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (json.dumps({"dependencies": [UNKNOWN]}), 0, "no source of advisories can be reached"),
        ("ConnectionError: no route", 0, "no source of advisories can be reached"),
        (json.dumps({"dependencies": [WEAK]}), 1, "PYSEC-1"),
    ],
)
def test_one_line_when_nobody_answers(
    said: str, code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever pip-audit prints, the exit code says what was found."""
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\nexit 1\n")
    program.chmod(0o755)
    assert main(str(program)) == code
    out = capsys.readouterr().out
    assert words in out
    assert len(out.splitlines()) == 1 + code
