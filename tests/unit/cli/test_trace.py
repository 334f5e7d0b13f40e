"""`leadpulse trace`: a line a step, branches named, and what the line says where nothing is found."""

import json
from types import SimpleNamespace

import msgspec
import pytest

from schemas.traces import Standing, Step, Trace
from streams.cli import trace as command
from tests.unit.cli.conftest import Line, StoreApi

AT = 1_795_244_400_010
STEPS = [
    Step(stage="received", at=AT, name="source.wms/3/41"),
    Step(stage="parsed", at=AT + 3, what="reservation", name="0" * 16, after=0, ms=3),
    Step(stage="signal", at=AT + 14, what="reservation_spike", name="1" * 16, after=1, ms=11),
    Step(stage="delivery", at=AT + 134, what="telegram", message="-100/881", after=2, ms=120),
    Step(stage="stored", at=AT + 1900, what="reservation", name="0" * 16, after=1, ms=1897),
]


@pytest.fixture(autouse=True)
def cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client has a name."""
    monkeypatch.setattr(command, "cards_now", lambda _: SimpleNamespace(name=lambda _: "Ромашка\x1b[2J"))


def test_the_way_of_an_event(line: Line, store: StoreApi) -> None:
    """Times with milliseconds, what passed, and behind which step a branch stands; `--json` is the store's answer."""
    trace = Trace(asked="R-1", stands=Standing(state="done", stage="delivery"), leads=["7"], steps=STEPS)
    store.answers["/api/trace"] = msgspec.to_builtins(trace)
    told = line("trace", "-5/7 &x")
    assert told.exit_code == 0
    assert store.asked[-1][1] == "/api/trace?id=-5%2F7%20%26x"
    lines = [" ".join(row.replace("\u00a0", " ").split()) for row in told.stdout.splitlines()]
    assert lines[0] == "Клиент 7 Ромашка\N{REPLACEMENT CHARACTER}[2J"
    assert lines[1] == "21.11.2026"
    assert lines[4:] == [
        "1 10:00:00,010 принято: запись source.wms/3/41",
        "2 10:00:00,013 +3 мс разобрано: бронь",
        "3 10:00:00,024 +11 мс сигнал: резкий рост броней",
        "4 10:00:00,144 +120 мс доставлено: Telegram, сообщение 881 в чате -100",
        "5 10:00:01,910 +1,9 с после шага 2 в истории клиента: бронь",
        "Сейчас: доставлено.",
    ]
    assert msgspec.json.decode(line("trace", "R-1", "--json").stdout, type=Trace) == trace


def test_nothing_is_found(line: Line, store: StoreApi) -> None:
    """Said, with what may be asked for; a program sees it by the code."""
    store.answers["/api/trace"] = msgspec.to_builtins(Trace(asked="x", stands=Standing(state="unknown")))
    told = line("trace", "x")
    assert told.exit_code == 1
    assert told.stdout.startswith("Сейчас: ничего не найдено.")
    assert json.loads(line("trace", "x", "--json").stdout)["stands"]["state"] == "unknown"
