"""`streams.cli.reads` and `streams.clients.store`."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from processors.cards import Cards
from streams.cli import reads
from tests.ports import free_port
from tests.unit.alerting.alerts import SPIKE
from tests.unit.alerting.reports import FULL_REPORT
from tests.unit.cli.conftest import TOKEN, Line, StoreApi


@pytest.fixture(autouse=True)
def cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's name is known; Kafka is not asked."""
    monkeypatch.setattr(reads, "cards_now", lambda _: Cards())


EVENTS = [
    {"ts": 1_795_244_400_000, "source": "wms:main", "kind": "reservation", "payload": {"qty": 10, "doc": "R-1"}},
    {"ts": 1_795_248_000_000, "source": "telegram", "kind": "message", "payload": '{"text": "мы уходим\\nзавтра"}'},
]


def test_history_is_a_table_in_moscow_time(line: Line, store: StoreApi) -> None:
    """A line an event, Russian words, UTC + 3 h, one line even for a text of two."""
    store.answers["/api/leads/123/history"] = {"events": EVENTS}
    result = line("history", "123", "--limit", "7")
    assert result.exit_code == 0
    assert store.asked == [("GET", "/api/leads/123/history?limit=7", None)]
    assert [re.split(" {2,}", row) for row in result.stdout.splitlines()][3:] == [
        ["21.11.2026 10:00:00", "wms:main", "бронь", "10 шт., документ R-1"],
        ["21.11.2026 11:00:00", "telegram", "сообщение", "мы уходим завтра"],
    ]


@pytest.mark.parametrize("command", ["history", "signals"])
def test_of_an_old_number_it_says_whose_the_answer_is(line: Line, store: StoreApi, command: str) -> None:
    """Of a lead that was merged the store tells the client: named on stderr, and in the head; his own number says
    nothing."""
    found = {"lead_id": "9", "events": EVENTS, "signals": [], "alerts": [msgspec.to_builtins(SPIKE)]}
    store.answers |= {f"/api/leads/{lead}/{command}": found for lead in ("7", "9")}
    old, own = line(command, "7"), line(command, "9")
    assert old.stderr == "Лид 7 объединён с лидом 9: дальше — о нём.\n"
    assert old.stdout == own.stdout
    assert old.stdout.startswith("Клиент 9\n")
    assert own.stderr == ""


def test_signals_tell_value_and_own_normal(line: Line, store: StoreApi) -> None:
    """Rule and severity in words, the evidence's text."""
    store.answers["/api/leads/5/signals"] = {
        "signals": [
            {
                "ts": 1_795_244_400_000,
                "rule": "leaving_phrase",
                "severity": "critical",
                "value": 1.0,
                "unit": "pieces",
                "baseline": 0.0,
                "evidence": [{"event_id": "e", "ts": 1, "kind": "message", "text": "мы уходим"}],
            }
        ]
    }
    last = line("signals", "5").stdout.splitlines()[-1]
    assert last.split() == [
        "21.11.2026",
        "10:00:00",
        "говорит",
        "об",
        "уходе",
        "срочно",
        "1",
        "шт.",
        "0",
        "мы",
        "уходим",
    ]


def test_signals_tell_why_nobody_was_rung(line: Line, store: StoreApi) -> None:
    """Each alert of the client: how often it rang, or the reason that it did not."""
    silent = replace(SPIKE, held="budget", escalated=True)
    rung = replace(SPIKE, rung=2, status="resolved", severity="warning")
    store.answers["/api/leads/5/signals"] = {"signals": [], "alerts": msgspec.to_builtins([silent, rung])}
    lines = line("signals", "5").stdout.splitlines()
    assert "без оповещения: у куратора за неделю уже много оповещений; передано руководителю" in lines[-2]
    assert lines[-1].split()[-5:] == ["внимание", "закрыта", "оповещали", "2", "раза"]


def test_nothing_found_is_said(line: Line, store: StoreApi) -> None:
    """An empty answer is a sentence, not an empty table."""
    store.answers |= {"/api/leads/5/signals": {"signals": []}, "/api/leads/5/history": {"events": []}}
    assert line("signals", "5").stdout == "По лиду 5 сигналов нет.\n"
    assert line("history", "5").stdout == "По лиду 5 событий нет.\n"


def test_json_is_the_stores_own_answer(line: Line, store: StoreApi) -> None:
    """For programs nothing is renamed or rounded."""
    store.answers |= {"/api/leads/5/history": {"events": EVENTS}, "/api/sql": {"columns": ["n"], "rows": [[1]]}}
    assert json.loads(line("history", "5", "--json").stdout) == {"events": EVENTS}
    assert json.loads(line("sql", "SELECT 1", "--json").stdout) == {"columns": ["n"], "rows": [[1]]}


def test_sql_is_a_table(line: Line, store: StoreApi) -> None:
    """The query goes as it is; an answer without rows still has its head."""
    store.answers["/api/sql"] = {"columns": ["kind", "n"], "rows": [["message", 12], [None, 3]]}
    assert line("sql", "SELECT kind, count()").stdout.split() == ["kind", "n", "───────", "──", "message", "12", "3"]
    assert store.asked == [("POST", "/api/sql", {"query": "SELECT kind, count()"})]
    store.answers["/api/sql"] = {"columns": ["kind"], "rows": []}
    assert line("sql", "SELECT 1").stdout.split() == ["kind", "────"]


def test_report_is_shown(line: Line, store: StoreApi) -> None:
    """`report --day` reads; the text is what Telegram would show, without tags."""
    store.answers["/api/reports"] = msgspec.to_builtins(FULL_REPORT)
    shown = line("report", "--day", "2026-11-21").stdout
    assert "Отчёт за 21\u00a0ноября" in shown
    assert "Иван <b>" in shown
    assert "</b>" not in shown
    assert store.asked == [("GET", "/api/reports?day=2026-11-21", None)]


def test_report_is_sent(line: Line, store: StoreApi) -> None:
    """`report --send` posts and tells on stderr what day's report goes out; `--json` gives the figures."""
    store.answers["/api/reports"] = msgspec.to_builtins(FULL_REPORT)
    told = line("report", "--send").stderr.replace("\u00a0", " ")
    assert told.endswith("Отчёт за 21 ноября передан на отправку в общий чат и кураторам.\n")
    assert store.asked == [("POST", "/api/reports", {"day": ""})]
    assert json.loads(line("report", "--json").stdout)["minutes"][0]["lead_id"] == "12345"


def test_a_refusal_is_one_line_and_1(line: Line) -> None:
    """The store's own reason; the token is not told."""
    result = line("sql", "SELECT 1", LEADPULSE_STORE__API_TOKEN="not-the-token")
    assert (result.exit_code, result.stderr) == (1, "Ошибка: хранилище отказало (401): wrong token\n")


def test_a_store_that_is_away_is_one_line_and_1(line: Line) -> None:
    """It names the address and what to start."""
    port = free_port()
    result = line("history", "5", LEADPULSE_STORE__API_PORT=str(port))
    assert result.exit_code == 1
    assert f"http://127.0.0.1:{port}: " in result.stderr
    assert "leadpulse worker store" in result.stderr
    assert TOKEN not in result.output


def test_the_token_may_stand_in_the_stores_file(line: Line, store: StoreApi, tmp_path: Path) -> None:
    """Without a token in the settings the file is read; without both the fault is named."""
    store.answers["/api/leads/5/history"] = {"events": []}
    file = tmp_path / "token"
    environ = {"LEADPULSE_STORE__API_TOKEN": "", "LEADPULSE_STORE__API_TOKEN_FILE": str(file)}
    result = line("history", "5", **environ)
    assert result.exit_code == 1
    assert str(file) in result.stderr
    file.write_text(TOKEN + "\n")
    assert line("history", "5", **environ).exit_code == 0
