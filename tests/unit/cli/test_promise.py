"""`leadpulse promise list|mark`."""

from types import SimpleNamespace

import pytest

from streams.cli import promise
from tests.unit.cli.conftest import Line, StoreApi
from tests.unit.cli.test_look import cells

AT = 1_795_244_400_000
ID = "00000000000000ab"
ONE = {
    "promise": ID,
    "lead_id": "7",
    "talk": "r1",
    "kind": "meeting",
    "number": 1,
    "day": "",
    "ts": AT,
    "owner": "Анна",
    "text": "прислать счёт",
}


@pytest.fixture(autouse=True)
def cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client has a name."""
    monkeypatch.setattr(promise, "cards_now", lambda _: SimpleNamespace(name=lambda _: "Ромашка"))


def test_list(line: Line, store: StoreApi) -> None:
    """A line a promise: its number, day, whose, and its state with who said so; of one client, or of all."""
    kept = ONE | {"owner": "", "due": "", "state": "kept", "marked_at": AT, "marked_by": "Мария"}
    late = ONE | {"due": "2026-11-20", "state": "past"}
    store.answers["/api/leads/7/promises"] = {"lead_id": "7", "promises": [late, kept]}
    rows = [cells(row.replace("\u00a0", " ")) for row in line("promise", "list", "7").stdout.splitlines()[2:]]
    assert rows == [
        [ID, "20 ноября", "7 Ромашка", "Анна", "срок прошёл", "прислать счёт"],
        [ID, "—", "7 Ромашка", "—", "выполнено (Мария, 21.11.2026)", "прислать счёт"],
    ]
    store.answers["/api/promises"] = {"promises": []}
    assert line("promise", "list", "--overdue").stdout == "Таких обещаний нет.\n"
    assert store.asked[-1][1] == "/api/promises?limit=50&state=past"
    assert line("promise", "list", "--overdue", "--state", "kept").exit_code == 2


def test_mark(line: Line, store: StoreApi) -> None:
    """The word goes to the store; who says it, the store knows by the token."""
    store.answers["/api/leads/7/promises"] = ONE | {"mark": "broken"}
    assert line("promise", "mark", "7", ID, "broken", "--note", "забыли").stdout == (
        "Записано: «прислать счёт» — не выполнено.\n"
    )
    said = {"promise": ID, "mark": "broken", "note": "забыли"}
    assert store.asked[-1] == ("POST", "/api/leads/7/promises", said)
    for wrong in (("7", "ab", "kept"), ("7", ID, "done"), ("x", ID, "kept")):
        assert line("promise", "mark", *wrong).exit_code == 2
