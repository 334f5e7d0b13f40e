"""A file of events as `leadpulse backtest` reads it: line by line, in pieces, and what it says of bad ones."""

import gzip
import os
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import encode
from schemas.topics import DAY_MS
from streams.cli.events_file import _HEAD, Played, _Head, chunks, events, opened, survey
from tests.unit.cli.conftest import Line
from tests.unit.cli.events import history, reservation, write


def test_bad_lines_are_named_and_the_rest_goes_on(line: Line, tmp_path: Path) -> None:
    """The exit code says it; every line before and after is played."""
    file = write(tmp_path / "events.jsonl", history()[:-40], "{broken", "", '{"type":"unknown"}')
    with file.open("ab") as more:
        more.writelines(encode(event) + b"\n" for event in history()[-40:])
    result = line("backtest", str(file), "--json")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == len(
        line("backtest", str(write(file, history())), "--json").stdout.splitlines()
    )
    assert "2\u00a0негодные строки" in result.stderr
    assert "строка 241: " in result.stderr
    assert "строка 243: " in result.stderr


def test_two_events_of_one_line_are_a_bad_line(line: Line, tmp_path: Path) -> None:
    """Also where an empty line beside them makes lines and events as many: a chunk is decoded at once, not blindly."""
    first, second = (encode(reservation("7", 61, number)).decode() for number in range(2))
    file = write(tmp_path / "events.jsonl", history(), "", f"{first} {second}")
    result = line("backtest", str(file))
    assert result.stdout == line("backtest", str(write(tmp_path / "clean.jsonl", history()))).stdout
    assert "1\u00a0негодная строка" in result.stderr
    assert "строка 282: " in result.stderr


@pytest.mark.parametrize("broken", ['"lines":[\n{"sku":"1","qty":1}]}', '"lines":[{"sku":"1","qty":1}\n]}'])
def test_an_event_over_two_lines_is_two_bad_lines(line: Line, tmp_path: Path, broken: str) -> None:
    """Also beside two events of one line, which make lines and events as many, wherever it is broken."""
    first, second = (encode(reservation("7", 61, number)).decode() for number in range(2))
    file = write(tmp_path / "events.jsonl", history(), f"{first} {second}", f"{first.removesuffix('}')},{broken}")
    assert "3\u00a0негодные строки" in line("backtest", str(file)).stderr


def test_chunks_are_lines(line: Line, file: Path) -> None:
    """The answer is the same for a file read in pieces of 1 kB; and for one whose last line has no end."""
    whole = line("backtest", str(file), "--json").stdout
    with patch("streams.cli.events_file.CHUNK", 1_000):
        assert line("backtest", str(file), "--json").stdout == whole
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    assert line("backtest", str(file), "--json").stdout == whole


def test_lines_that_are_added_meanwhile_are_no_part(file: Path) -> None:
    """The answer is of what was surveyed: a lead that came later has no desk."""
    with opened(file) as source:
        survey(chunks(source))
        end = source.tell()
        with file.open("ab") as writer:
            writer.write(encode(reservation("9", 61)) + b"\n")
        played = [event for _, event in events(chunks(source, end), Played())]
    assert len(played) == len(history())
    assert "9" not in {event.lead_id for event in played}


def test_what_is_no_event_is_no_time(line: Line, file: Path, tmp_path: Path) -> None:
    """Lines without a time, or with one that cannot be, count neither for the span nor for the curator's week."""
    clean = line("backtest", str(file)).stdout
    for bad in (
        "{}",
        '{"type":"tick","ts":176000000000000000}',
        '{"type":"tick","ts":-99999999999999999}',
        '{"type":"nothing","ts":1}',
        '{"type":"reservation","ts":4000000000000,"lead_id":"7"}',
        '{"type":"reservation","ts":1764547200000,"lead_id":"%s"}' % ("9" * 200),
        '{"type":"reservation","ts":1764547200000,"lead_id":"１２"}',
    ):
        shown = line("backtest", str(write(tmp_path / "bad.jsonl", history(), bad)))
        assert shown.stdout == clean
        assert "пропущена 1\u00a0негодная строка" in shown.stderr


def test_a_mark_before_the_first_line_and_cr_are_borne(line: Line, file: Path, tmp_path: Path) -> None:
    """As Windows writes it."""
    other = tmp_path / "windows.jsonl"
    other.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    result = line("backtest", str(other))
    assert (result.exit_code, result.stdout) == (0, line("backtest", str(file)).stdout)


def test_what_is_no_plain_file_is_told(line: Line, file: Path, tmp_path: Path) -> None:
    """A packed one, and a pipe: in a line that says what to do."""
    packed, pipe = tmp_path / "events.jsonl.gz", tmp_path / "pipe"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert "распакуйте" in line("backtest", str(packed)).stderr
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR)  # somebody writes, so that nobody waits
    try:
        assert "нужен обычный файл" in line("backtest", str(pipe)).stderr
    finally:
        os.close(end)


def test_many_bad_lines_are_counted(line: Line, tmp_path: Path) -> None:
    """A file of something else is told in one line."""
    result = line("backtest", str(write(tmp_path / "events.jsonl", [], *["nothing"] * 1000)))
    assert result.exit_code == 1
    assert "и ещё 990" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [("none.jsonl",), ("{file}", "--settings", "none.toml"), ("{file}", "--labels", ".")]
)
def test_a_file_that_cannot_be_read_is_one_line(line: Line, file: Path, arguments: tuple[str, ...]) -> None:
    """Which file, and why, in Russian."""
    result = line("backtest", *(argument.format(file=file) for argument in arguments))
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "такого файла или папки нет" in result.stderr or "это папка" in result.stderr


def test_a_file_out_of_order_is_told(line: Line, tmp_path: Path) -> None:
    """Sorted by client instead of time, no hour is right: the person must know."""
    file = write(tmp_path / "events.jsonl", sorted(history(), key=lambda event: event.lead_id))
    assert "не по времени" in line("backtest", str(file)).stderr


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(("7", "8", "x", "")), st.integers(0, 5 * DAY_MS)), max_size=6), max_size=5
    ),
    st.booleans(),
)
def test_a_survey_goes_line_by_line(pieces: list[list[tuple[str, int]]], ticked: bool) -> None:
    """In pieces as whole: who is in the file, from when to when, and how many lines stand a day behind a later one."""
    lines = [line for piece in pieces for line in piece]
    kind = "tick" if ticked else "reservation"
    texts = (b"".join(_HEAD.encode(_Head(kind, ts, lead)) + b"\n" for lead, ts in piece) for piece in pieces)
    found = survey(texts)
    behind = sum(ts < max((before for _, before in lines[:n]), default=0) - DAY_MS for n, (_, ts) in enumerate(lines))
    assert (found.leads, found.disorder) == ({lead for lead, _ in lines if lead.isdecimal()}, behind)
    assert found.ticked == (ticked and bool(lines))


def test_the_time_of_a_file_is_that_of_its_events() -> None:
    """From the first to the last in time, in whatever piece they stand."""
    pieces = [b"".join(encode(reservation("7", day)) + b"\n" for day in days) for days in ([3, 1], [2], [5, 4])]
    played = Played()
    times = [ts for ts, _ in events([*pieces, b"{}\n"], played)]
    assert (played.since, played.until, played.count) == (min(times), max(times), 1)


def test_a_bad_line_has_its_number_in_the_file() -> None:
    """In whatever piece of it the line stands."""
    good, bad = encode(reservation("7", 0)) + b"\n", Played()
    assert len(list(events([good * 3, good, b"{}\n" + good], bad))) == 5
    assert [number for number, _ in bad.first] == [5]
