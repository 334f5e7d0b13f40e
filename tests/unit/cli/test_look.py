"""`leadpulse search`, `alerts`, `figures`, and how tables look on a terminal."""

import json
import re
from types import SimpleNamespace

import msgspec
import pytest
from msgspec.structs import replace

from streams.cli import look, reads
from streams.cli import table as tables
from streams.cli.table import table
from tests.ports import free_port
from tests.unit.alerting.alerts import SPIKE
from tests.unit.cli.conftest import Line, StoreApi

AT = 1_795_244_400_000
SAID = {"ts": AT, "lead_id": "7", "source": "telegram", "kind": "message", "id": "a", "speaker": "Анна"}
MAILED = {"ts": AT, "lead_id": "8", "source": "mail", "kind": "mail", "id": "b", "speaker": ""}
FOUND = [SAID | {"text": "мы\nуходим"}, MAILED | {"text": "Привет\x1b[2J\u202e"}]


@pytest.fixture(autouse=True)
def cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """One client has a name."""
    known = SimpleNamespace(name=lambda lead: "Ромашка" if lead == "7" else "")
    for module in (look, reads):
        monkeypatch.setattr(module, "cards_now", lambda _: known)


def cells(row: str) -> list[str]:
    """A line of a table."""
    return re.split(" {2,}", row)


def test_search(line: Line, store: StoreApi) -> None:
    """Names beside numbers, a line each, nothing that a terminal would obey; days are Moscow's, the last one too."""
    store.answers["/api/search"] = {"found": FOUND, "next": "5-b"}
    result = line("search", "мы", "уходим", "--since", "2026-11-21", "--until", "2026-11-21", "--source", "mail")
    assert [cells(row) for row in result.stdout.splitlines()][2:] == [
        ["21.11.2026 10:00:00", "7 Ромашка", "сообщение", "Анна: мы уходим"],
        ["21.11.2026 10:00:00", "8", "письмо", "Привет\N{REPLACEMENT CHARACTER}[2J"],
    ]
    assert result.stderr == "дальше: --before 5-b\n"
    (_, path, _) = store.asked[-1]
    assert f"since={AT - 10 * 3_600_000}&until={AT + 14 * 3_600_000}" in path
    assert json.loads(line("search", "мы", "--json").stdout)["found"] == FOUND
    store.answers["/api/search"] = {"found": [], "next": None}
    assert line("search", "мы").stdout == "Ничего не найдено.\n"


def test_alerts(line: Line, store: StoreApi) -> None:
    """Who, how urgent, what, and whether anybody was rung."""
    store.answers["/api/alerts"] = {"alerts": msgspec.to_builtins([replace(SPIKE, lead_id="7", rung=1)])}
    last = cells(line("alerts", "--status", "open").stdout.splitlines()[-1].replace("\u00a0", " "))
    assert (last[1], last[-1]) == ("7 Ромашка", "оповещали 1 раз")
    assert store.asked[-1][1] == "/api/alerts?limit=50&status=open"
    store.answers["/api/alerts"] = {"alerts": []}
    assert line("alerts").stdout == "Тревог нет.\n"
    assert line("alerts", "--status", "open").stdout == "Тревог в состоянии «открыта» нет.\n"


def test_figures(line: Line, store: StoreApi) -> None:
    """A day a line, both sides of a kind together; a client is named."""
    of = {"day": "2026-11-21", "qty": 0, "leads": 1}
    kinds = [("message", "client", 2), ("message", "team", 3), ("tick", "", 9), ("return", "created", 1)]
    store.answers["/api/figures"] = {"figures": [of | {"kind": k, "action": a, "events": n} for k, a, n in kinds]}
    head, _, _, day = line("figures", "--lead", "7", "--since", "2026-11-21").stdout.splitlines()
    assert head == "Клиент 7 Ромашка"
    assert cells(day) == ["21.11.2026", "5", *"·······", "1"]
    assert store.asked[-1][1] == "/api/figures?lead=7&since=2026-11-21"
    store.answers["/api/figures"] = {"figures": []}
    assert line("figures").stdout == "За эти дни ничего не было.\n"


@pytest.mark.parametrize(
    "command", [("search", "а"), ("alerts",), ("figures",), ("history", "7"), ("signals", "7"), ("sources",)]
)
def test_without_a_store_one_sentence_says_what_to_start(line: Line, command: tuple[str, ...]) -> None:
    """Exit code 1 and one line; wrong usage is 2."""
    told = line(*command, LEADPULSE_STORE__API_PORT=str(free_port()))
    assert told.exit_code == 1
    (sentence,) = told.stderr.splitlines()
    assert "leadpulse up" in sentence
    assert line(command[0], "--limit", "x").exit_code == 2


def test_history_is_read_page_by_page(line: Line, store: StoreApi) -> None:
    """The client is named; the end of a page says how to go on."""
    event = {"ts": AT, "source": "telegram", "kind": "message", "payload": {"text": "мы уходим"}}
    store.answers["/api/leads/7/history"] = {"events": [event], "next": "5-b"}
    result = line("history", "7", "--limit", "1", "--before", "9-a")
    assert result.stdout.splitlines()[0] == "Клиент 7 Ромашка"
    assert result.stderr == "дальше: --before 5-b\n"
    assert store.asked[-1][1] == "/api/leads/7/history?limit=1&before=9-a"


def test_a_table_is_as_wide_as_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last column gives way, a file has all of it; a very narrow terminal still shows some of it."""
    rows = [("a", "x" * 300)]
    assert max(map(len, table(("Один", "Два"), rows, 80).splitlines())) == 80
    assert table(("Один", "Два"), rows, 80).splitlines()[2].endswith("x…")
    assert len(table(("Один", "Два"), rows, 3).splitlines()[2]) == 4 + 2 + 20
    assert "x" * 300 in table(("Один", "Два"), rows)
    monkeypatch.setattr(tables, "terminal_width", lambda: 40)
    assert max(map(len, table(("Один", "Два"), rows).splitlines())) == 40
