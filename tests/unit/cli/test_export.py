"""`leadpulse export telegram`: a day from the store, on the screen or as files."""

from pathlib import Path

import msgspec
import pytest

from processors.cards import Cards
from schemas.cards import ClientCard
from schemas.exports import DayMessage
from tests.unit.cli.conftest import Line, StoreApi

ONE = DayMessage("12345", 1_795_165_391_000, "-1001", "57", "501", "Пётр", "client", "=1")


@pytest.fixture(autouse=True)
def day(store: StoreApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clients wrote; one has a name."""
    cards = Cards()
    cards.apply("7/hand", ClientCard(lead_id="7", source="hand", ts=1, name="Чайная лавка"))
    monkeypatch.setattr("streams.cli.export.cards_now", lambda _: cards)
    other = msgspec.structs.replace(ONE, lead_id="7", text="привет")
    store.answers["/api/exports/telegram"] = msgspec.to_builtins([ONE, other])


def test_a_day_on_the_screen(line: Line, store: StoreApi) -> None:
    """As a table or as lines; the count goes to stderr, so that a file of it is whole."""
    shown = line("export", "telegram", "--day", "2026-11-20", "--lead", "12345")
    assert shown.exit_code == 0, shown.stderr
    assert ";'=1;" in shown.stdout
    assert ";7;Чайная лавка;" in shown.stdout
    assert store.asked[-1][1] == "/api/exports/telegram?day=2026-11-20&lead=12345"
    assert "Всего: 2 сообщения" in shown.stderr.replace("\u00a0", " ")
    lines = line("export", "telegram", "--day", "2026-11-20", "--format", "jsonl").stdout.splitlines()
    assert [msgspec.json.decode(one)["text"] for one in lines] == ["=1", "привет"]


def test_a_day_as_files(line: Line, tmp_path: Path) -> None:
    """One a client, for their owner only, and the same again."""
    for _ in range(2):
        shown = line("export", "telegram", "--day", "2026-11-20", "--to", "out")
        assert shown.stdout.replace("\u00a0", " ") == "Записано: 2 файла, 2 сообщения.\n"
    files = sorted((tmp_path / "out").rglob("*.*"))
    assert [file.name for file in files] == ["12345.csv", "7.csv"]
    assert files[0].parent.name == "2026-11-20"
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert line("export", "telegram", "--day", "2026-11-20", "--lead", "x").exit_code == 2
    (tmp_path / "out" / "2026-11-20" / "7.csv.new").mkdir()
    shown = line("export", "telegram", "--day", "2026-11-20", "--to", "out")
    assert (shown.exit_code, shown.stderr.count("\n")) == (1, 1)
