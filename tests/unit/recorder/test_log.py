"""The recorder's log lines keep the rules of the main installation's."""

import logging
import os

import pytest
from click.testing import CliRunner

from recorder.cli import main
from recorder.log import Line


def test_one_event_is_one_line() -> None:
    """A room's name with a line break, a traceback and an escape sequence stay in their line."""
    try:
        raise ValueError("a\nb \x1b[2J")
    except ValueError as error:
        exc = (ValueError, error, error.__traceback__)
        made = logging.makeLogRecord({"msg": "lost\n%s", "args": ("CRITICAL",), "room": "x\ny", "exc_info": exc})
    text = Line().format(made)
    assert len(text.splitlines()) == 1
    assert text.isprintable()
    assert r"lost\nCRITICAL room='x\ny'\nTraceback" in text


def test_the_time_has_its_zone() -> None:
    """The distance from UTC stands in it."""
    assert Line().format(logging.makeLogRecord({"msg": "x", "created": 0.0}))[23] in "+-"


def test_what_it_writes_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command takes the group's and others' rights away before it writes anything."""
    before = os.umask(0o022)
    try:
        monkeypatch.setenv("LEADPULSE_RECORDER__NONSENSE", "1")
        CliRunner().invoke(main, ["once"])
        assert os.umask(before) == 0o077
    finally:
        os.umask(before)
