"""`leadpulse questions list|judge|cases`."""

import json
import stat
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from bench.answers import check_cases
from processors.answers.cases import Case
from schemas.answers import EXTRACT, Claim, Done, Found, Passage, Question, Words
from streams.cli import questions
from tests.unit.cli.conftest import Line, StoreApi

AT = 1_795_244_400_000
ID = "00000000000000ab"
TOLD = Passage("7", ID, 0, "message", AT, "мы уходим")
ONE = Question(
    ID, "7", AT, "Мария", "Уходит?", [Claim("чат, Анна", [1], "мы уходим")], [Words(1, TOLD)], Done(EXTRACT, 0.1)
)
JUDGED = msgspec.structs.replace(ONE, verdict="useful", judge="Олег", judged_at=AT)


@pytest.fixture(autouse=True)
def cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client has a name."""
    monkeypatch.setattr(questions, "cards_now", lambda _: SimpleNamespace(name=lambda _: "Ромашка"))


def test_list(line: Line, store: StoreApi) -> None:
    """The question with its number, who asked, the answer as it was told, and whose verdict; a merged lead is said."""
    path = "/api/leads/5/questions"
    store.answers[path] = {"lead_id": "7", "questions": [msgspec.to_builtins(one) for one in (JUDGED, ONE)]}
    result = line("questions", "list", "5")
    assert result.exit_code == 0, result.output
    told = result.stdout
    assert "Клиент 7 Ромашка" in told.replace("\u00a0", " ")
    assert f"{ID}  " in told and "Мария: Уходит?" in told
    assert "    чат, Анна: «мы уходим»" in told
    assert told.index("— полезно (Олег)") < told.index("— без оценки")
    assert "объединён с лидом 7" in result.stderr
    assert json.loads(line("questions", "list", "5", "--json").stdout) == store.answers[path]
    store.answers[path] = {"lead_id": "5", "questions": []}
    assert "ещё ничего не спрашивали" in line("questions", "list", "5").stdout


def test_judge(line: Line, store: StoreApi) -> None:
    """The word goes to the store, and `none` takes it back; what is no number or word is wrong usage."""
    path = f"/api/leads/7/questions/{ID}/verdict"
    store.answers[path] = msgspec.to_builtins(JUDGED)
    result = line("questions", "judge", "7", ID, "useful")
    assert (result.exit_code, result.stdout) == (0, "«Уходит?»: полезно\n")
    assert line("questions", "judge", "7", ID, "none", "--json").exit_code == 0
    assert [body for _, asked, body in store.asked if asked == path] == [{"verdict": "useful"}, {"verdict": ""}]
    assert line("questions", "judge", "7", "12", "useful").exit_code == 2
    assert line("questions", "judge", "7", ID, "fine").exit_code == 2


def test_cases_go_to_the_bench(line: Line, store: StoreApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Readable by the owner only, never over another file; the bench reads them and tells which does not hold."""
    figure = msgspec.structs.replace(JUDGED, claims=[], sources=[])
    store.answers["/api/sql"] = {"rows": [[msgspec.json.encode(one).decode()] for one in (JUDGED, figure)]}
    file = tmp_path / "cases.jsonl"
    result = line("questions", "cases", str(file))
    assert result.exit_code == 0, result.output
    assert "1\u00a0случай; без цитат, их не проверить: 1" in result.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert line("questions", "cases", str(file)).exit_code == 1

    def found(case: Case) -> Found:
        return Found("7", [TOLD], 1, AT, AT)

    assert check_cases(file, found) == []
    [failed] = check_cases(file, lambda case: Found("7", [], 1, AT, AT))
    assert failed.ask == "Уходит?"
    assert "cases that hold: 0 of 1" in capsys.readouterr().out
