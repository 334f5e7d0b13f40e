"""`leadpulse client outcome|outcomes`."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from streams.cli import outcome
from streams.cli.events_file import labels_of
from tests.unit.cli.conftest import Line, StoreApi
from tests.unit.cli.test_look import cells

AT = 1_795_244_400_000
LEFT = {"lead_id": "7", "outcome": "left", "since": "2026-11-01", "author": "Мария", "ts": AT, "reason": "свой склад"}
BACK = LEFT | {"outcome": "returned", "since": "2026-11-20", "reason": "", "ts": AT + 1}


@pytest.fixture(autouse=True)
def cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client has a name."""
    monkeypatch.setattr(outcome, "cards_now", lambda _: SimpleNamespace(name=lambda _: "Ромашка"))


def test_say(line: Line, store: StoreApi) -> None:
    """The word goes to the store with its day; it says what follows of it."""
    store.answers["/api/leads/7/outcome"] = LEFT
    told = line("client", "outcome", "7", "left", "--since", "2026-11-01", "--reason", "свой склад").stdout
    assert told.replace("\u00a0", " ") == "Записано: клиент 7 ушёл с 1 ноября. О нём больше не оповещают.\n"
    assert store.asked[-1][2] == {"outcome": "left", "since": "2026-11-01", "reason": "свой склад"}
    assert line("client", "outcome", "7", "--reason", "х").exit_code == 2
    assert line("client", "outcome", "7", "dead").exit_code == 2


def test_show(line: Line, store: StoreApi) -> None:
    """All that was said, and what the portal hints at."""
    hint = {"lead_id": "7", "entity": "deal", "entity_id": "31", "stage": "LOSE", "ts": AT}
    store.answers["/api/leads/7/outcome"] = {"lead_id": "7", "said": [LEFT], "hint": hint}
    first, *_, row, last = line("client", "outcome", "7").stdout.replace("\u00a0", " ").splitlines()
    assert first == "Клиент 7 Ромашка"
    assert cells(row) == ["ушёл", "1 ноября", "21.11.2026 10:00:00", "Мария", "свой склад"]
    assert last == "В Битрикс24 неудачно закрыто: сделка 31, 21.11.2026. Ушёл ли клиент?"
    store.answers["/api/leads/7/outcome"] = {"lead_id": "7", "said": [], "hint": None}
    assert line("client", "outcome", "7").stdout.splitlines()[-1] == "Что с ним стало, никто не записал."


def test_labels_are_what_backtest_reads(line: Line, store: StoreApi, tmp_path: Path) -> None:
    """Who left, though he returned; the table tells the last word."""
    store.answers["/api/outcomes"] = {"outcomes": [LEFT, LEFT | {"lead_id": "8", "since": "2026-10-31"}, BACK]}
    text = line("client", "outcomes", "--csv").stdout
    assert text == "lead,left\n8,2026-10-31\n7,2026-11-01\n"
    (tmp_path / "labels.csv").write_text(text)
    assert labels_of(tmp_path / "labels.csv").keys() == {"7", "8"}
    rows = [cells(row)[:2] for row in line("client", "outcomes").stdout.splitlines()[2:]]
    assert rows == [["7 Ромашка", "вернулся"], ["8 Ромашка", "ушёл"]]
    assert line("client", "outcomes", "--csv", "--json").exit_code == 2
