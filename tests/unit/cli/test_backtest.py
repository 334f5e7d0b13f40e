"""`leadpulse backtest`: the wire, its words, its settings and labels. The fold is the live one."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from alerting.rehearsal import with_hours
from processors.days import HOME
from processors.lead import step
from processors.state import LeadState
from schemas.codec import event_id
from schemas.events import Event, Tick
from schemas.topics import DAY_MS
from schemas.types import Meta
from tests.unit.cli.conftest import Line
from tests.unit.cli.events import HOUR, START, history, reservation, write
from tests.zones import VLADIVOSTOK, living_in


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
        assert days[VLADIVOSTOK] == set(state.days.told())
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


def test_an_event_of_a_wrong_year_takes_no_years() -> None:
    """Hours are made for a pause of 400 days at most, and what comes after it is played."""
    ticked = [ts for ts in _hours([reservation("7", 0), reservation("7", 10_000)]) if ts > START + DAY_MS]
    assert len(ticked) == 400 * 24 + 1
    assert len(_hours([reservation("7", 0), reservation("7", 300)])) == 300 * 24 + 1


def _hours(events: list[Event]) -> list[int]:
    """The hours that a rehearsal makes."""
    made = with_hours((event.ts, event) for event in events)
    return [ts for ts, event in made if isinstance(event, Tick)]


def test_a_strange_order_of_thresholds_is_told(line: Line, file: Path, tmp_path: Path) -> None:
    """They are played as they are, and the answer stays what a program reads."""
    (tmp_path / "rules.toml").write_text("[spike]\nwarning = 1.5\n")
    result = line("backtest", str(file), "--settings", str(tmp_path / "rules.toml"), "--json")
    assert result.stderr == "Пороги стоят в странном порядке: spike.clear = 2 больше, чем spike.warning = 1,5.\n"
    assert result.exit_code == 0
    assert all(json.loads(text) for text in result.stdout.splitlines())


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


def test_days_of_labels_may_be_written_as_excel_writes_them(line: Line, file: Path, tmp_path: Path) -> None:
    """09.02.2026 is the same day as 2026-02-09."""
    labels = tmp_path / "left.csv"
    shown = []
    for day in ("2026-02-09", "09.02.2026"):
        labels.write_text(f"7;{day}\n")
        shown.append(line("backtest", str(file), "--labels", str(labels)).stdout)
    assert shown[0] == shown[1]
    assert "100 %" in shown[0]


def test_a_lead_with_two_days_is_told(line: Line, file: Path, tmp_path: Path) -> None:
    """Which of them is meant nobody knows; the same day twice is none."""
    labels = tmp_path / "left.csv"
    labels.write_text("7,2026-02-09\n7,2026-02-09\n")
    assert line("backtest", str(file), "--labels", str(labels)).exit_code == 0
    labels.write_text("7,2026-02-09\n7,2026-01-01\n")
    result = line("backtest", str(file), "--labels", str(labels))
    assert result.exit_code == 1
    assert "строка 2: лид 7 уже назван с другим днём" in result.stderr


def test_who_left_and_is_not_in_the_file_is_named(line: Line, file: Path, tmp_path: Path) -> None:
    """Else a recall of nothing would be blamed on the signals; eleven are ten and one more."""
    labels = tmp_path / "left.csv"
    labels.write_text("".join(f"{lead},2026-02-09\n" for lead in ("7", *range(900, 911))))
    result = line("backtest", str(file), "--labels", str(labels))
    assert result.exit_code == 0
    assert "в файле нет: 900, 901, " in result.stderr
    assert "и ещё 1 (11 из 12)" in result.stderr
    labels.write_text("7,2026-02-09\n")
    assert line("backtest", str(file), "--labels", str(labels)).stderr == ""


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
