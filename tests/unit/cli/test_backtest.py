"""`leadpulse backtest`: the wire, its words, what it says of bad files. The fold is the live one."""

import gzip
import json
import os
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alerting.rehearsal import with_hours
from processors.days import HOME
from processors.lead import step
from processors.state import LeadState
from schemas.codec import encode, event_id
from schemas.events import Event, Reservation, Tick
from schemas.topics import DAY_MS
from schemas.types import Meta
from streams.cli.events_file import _HEAD, BadLines, _Head, chunks, events, opened, survey
from tests.unit.cli.conftest import Line
from tests.zones import VLADIVOSTOK, living_in

START = 1_764_547_200_000
"""1 December 2025, 03:00 in Moscow."""
HOUR = 3_600_000


def reservation(lead: str, day: int, number: int = 0, qty: int = 10) -> Event:
    """One of the day, from noon on, a minute apart."""
    ts = START + day * DAY_MS + 9 * HOUR + number * 60_000
    name = f"R-{lead}-{day}-{number}"
    return Reservation(
        event_id=event_id("wms", name), lead_id=lead, ts=ts, source="wms", doc=name, qty=qty, action="created"
    )


def history(days: int = 60) -> list[Event]:
    """Two clients with two reservations a day; on the last day one of them reserves forty times."""
    events = [reservation(lead, day, number) for day in range(days) for number in range(2) for lead in ("7", "8")]
    return events + [reservation("7", days, number, 100) for number in range(40)]


def write(path: Path, events: list[Event], *more: str) -> Path:
    """A file of events, and other lines after them."""
    path.write_bytes(b"".join(encode(event) + b"\n" for event in events) + "".join(f"{m}\n" for m in more).encode())
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two months, and a day of forty reservations."""
    return write(tmp_path / "events.jsonl", history())


def test_the_wire(line: Line, file: Path) -> None:
    """Signals and states of alerts, a line each, with what the ruler reads; only an alert rings."""
    told = [json.loads(text) for text in line("backtest", str(file), "--json").stdout.splitlines()]
    signals, alerts = [t for t in told if t["status"] is None], [t for t in told if t["status"]]
    assert {(t["lead_id"], t["rule"]) for t in told if t["severity"] != "info"} == {("7", "reservation_spike")}
    assert signals
    assert not any(signal["rings"] for signal in signals)
    first = alerts[0]
    assert (first["status"], first["rings"], first["version"]) == ("open", True, 1)
    assert first["signal_id"] == signals[0]["signal_id"]
    assert START + 60 * DAY_MS < first["ts"] < START + 61 * DAY_MS
    assert first["score"] > 0


def test_days_are_those_of_the_installation(line: Line, tmp_path: Path) -> None:
    """Forty orders at 20:00 UTC are of that day in Moscow and of the next in Vladivostok, as the fold there says."""
    evening = 17 * HOUR - 9 * HOUR  # from noon in Moscow to 20:00 UTC
    late = [replace(event, ts=event.ts + evening) for event in history()]
    days = {}
    for zone in (HOME, VLADIVOSTOK):
        with living_in(HOME):
            shown = line("backtest", str(write(tmp_path / "e.jsonl", late)), "--json", LEADPULSE_DAYS__ZONE=zone)
        told = [json.loads(text) for text in shown.stdout.splitlines()]
        days[zone] = {one["figures"]["day"] for one in told if one["rule"] == "reservation_spike" and one["figures"]}
    with living_in(VLADIVOSTOK):
        state = LeadState()
        step(state, late[-1], Meta("lead.events", 0, 0, late[-1].ts))
        assert days[VLADIVOSTOK] == set(state.days)
    assert days[VLADIVOSTOK] == {day + 1 for day in days[HOME]}


def test_the_table_is_for_a_person(line: Line, file: Path) -> None:
    """Without --json: clients, time, and a row a rule."""
    shown = line("backtest", str(file)).stdout.replace("\u00a0", " ")
    assert shown.startswith("2 клиента, с 01.12.2025")
    assert "резкий рост броней  1" in shown
    assert "{" not in shown


def test_labels_say_what_it_was_worth(line: Line, file: Path, tmp_path: Path) -> None:
    """The client left ten days after the alert: right, found, ten days ahead; one who left unseen halves the recall."""
    labels = tmp_path / "left.csv"
    labels.write_text("lead,left\n7,2026-02-09\n8,2026-02-09\n")
    *_, last = line("backtest", str(file), "--json", "--labels", str(labels)).stdout.splitlines()
    spike, everything = json.loads(last)["summary"]
    assert (spike["rule"], spike["precision"], spike["recall"], spike["lead_days"]) == ("reservation_spike", 1, 0.5, 10)
    assert (everything["rule"], everything["found"], everything["in_time"]) == ("all", 1, 1)
    shown = line("backtest", str(file), "--labels", str(labels)).stdout
    assert "100 %" in shown
    assert "50 %" in shown


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
        played = [event for _, event in events(chunks(source, end), BadLines())]
    assert len(played) == len(history())
    assert "9" not in {event.lead_id for event in played}


def test_what_is_no_event_is_no_time(line: Line, file: Path, tmp_path: Path) -> None:
    """Lines without a time, or with one that cannot be, count neither for the span nor for the curator's week."""
    clean = line("backtest", str(file)).stdout
    for bad in ("{}", '{"type":"tick","ts":176000000000000000}', '{"type":"tick","ts":-99999999999999999}'):
        shown = line("backtest", str(write(tmp_path / "bad.jsonl", history(), bad)))
        assert shown.stdout == clean
        assert "1\u00a0негодная строка" in shown.stderr


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


def test_an_event_of_a_wrong_year_takes_no_years() -> None:
    """Hours are made for a pause of 400 days at most, and what comes after it is played."""
    ticked = [ts for ts in _hours([reservation("7", 0), reservation("7", 10_000)]) if ts > START + DAY_MS]
    assert len(ticked) == 400 * 24 + 1
    assert len(_hours([reservation("7", 0), reservation("7", 300)])) == 300 * 24 + 1


def _hours(events: list[Event]) -> list[int]:
    """The hours that a rehearsal makes."""
    made = with_hours((event.ts, event) for event in events)
    return [ts for ts, event in made if isinstance(event, Tick)]


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


@pytest.mark.parametrize("text", ["[spike]\nwarning = 'much'\n", "[spike\n", "[spyke]\nwarning = 1\n"])
def test_settings_that_are_none_are_one_line(line: Line, file: Path, tmp_path: Path, text: str) -> None:
    """A wrong type, broken TOML, a name that nobody reads."""
    (tmp_path / "rules.toml").write_text(text)
    result = line("backtest", str(file), "--settings", str(tmp_path / "rules.toml"))
    assert result.exit_code == 1
    assert "rules.toml: " in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_row_of_labels_that_is_none_is_named(line: Line, file: Path, tmp_path: Path) -> None:
    """Which row it is, and what belongs there; Excel's semicolons and mark are borne."""
    labels = tmp_path / "left.csv"
    for encoding in ("utf-8-sig", "cp1251"):
        labels.write_text("лид;ушёл\n7;2026-02-09\n8;вчера\n", encoding=encoding)
        result = line("backtest", str(file), "--labels", str(labels))
        assert "строка 3: нужны номер лида и день ухода" in result.stderr


def test_a_file_out_of_order_is_told(line: Line, tmp_path: Path) -> None:
    """Sorted by client instead of time, no hour is right: the person must know."""
    file = write(tmp_path / "events.jsonl", sorted(history(), key=lambda event: event.lead_id))
    assert "не по времени" in line("backtest", str(file)).stderr


def test_hours_are_made_where_the_file_has_none(line: Line, tmp_path: Path) -> None:
    """An alert that nobody touches is over after its time only because hours pass; the file's own hours do the same."""
    end = reservation("8", 100)
    bare = line("backtest", str(write(tmp_path / "a.jsonl", [*history(), end])), "--json").stdout
    ticks: list[Event] = [
        Tick(event_id=event_id("tick", hour), ts=START + hour * HOUR) for hour in range(100 * 24 + 10)
    ]
    events = sorted([*history(), end, *ticks], key=lambda event: (event.ts, event.lead_id))
    own = line("backtest", str(write(tmp_path / "b.jsonl", events)), "--json").stdout
    assert own == bare
    assert [t["status"] for t in map(json.loads, bare.splitlines()) if t["status"]][-1] == "resolved"


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
    assert (found.since, found.until) == (
        min((ts for _, ts in lines), default=1 << 62),
        max((ts for _, ts in lines), default=0),
    )


def test_a_bad_line_has_its_number_in_the_file() -> None:
    """In whatever piece of it the line stands."""
    good, bad = encode(reservation("7", 0)) + b"\n", BadLines()
    assert len(list(events([good * 3, good, b"{}\n" + good], bad))) == 5
    assert [number for number, _ in bad.first] == [5]
