"""`leadpulse ask`: what is told of an answer, on a terminal and to a program."""

import json
from datetime import date
from types import SimpleNamespace

import msgspec
import pytest

from processors.answers.extract import NOTHING
from schemas.answers import Claim, Counted, Done, Figure, Found, Passage, Source, ToolCall, Words
from streams.cli import ask, reads
from tests.unit.cli.conftest import Line, StoreApi

AT = 1_795_244_400_000
SAID = Passage(
    "7", "a" * 16, 3, "said", AT, "мы не\x1b[2J довольны", "rec-1", "Анна", "client", "rec-1", 65_000, 9.0, 1.0
)

FIGURE = Figure("7", ToolCall("shipped"), 5.0, "pieces", 1, AT)


@pytest.fixture(autouse=True)
def cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """One client has a name."""
    for module in (ask, reads):
        monkeypatch.setattr(module, "cards_now", lambda _: SimpleNamespace(name=lambda _: "Ромашка"))


def found(*passages: Passage) -> object:
    """The store's answer."""
    return msgspec.to_builtins(Found("7", list(passages), 12, AT, AT, {"said": 12}))


def test_an_answer_on_a_terminal(line: Line, store: StoreApi) -> None:
    """The client, the words with their source and its place in the recording, nothing that a terminal would obey."""
    store.answers["/api/leads/7/passages"] = found(SAID)
    result = line("ask", "7", "Доволен", "ли", "клиент?")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Клиент 7 Ромашка\n")
    assert "«мы не" in result.stdout
    assert "\x1b" not in result.stdout
    assert "[1] запись rec-1, 01:05" in result.stdout
    assert result.stdout.endswith("Ответ собран без модели.\n")
    assert "Ищу в истории клиента…" in result.stderr


def test_each_source_that_a_claim_names_is_told() -> None:
    """What a model said in its own words stands on numbers, and below it is said what these are."""
    claims = [Claim("Клиент недоволен", [1], "не довольны"), Claim("Отгружено 5 шт.", [2])]
    sources: list[Source] = [Words(1, SAID), Counted(2, FIGURE, "Отгружено 5 шт."), Words(3, SAID)]
    lines = ask._lines(ask.Told("7", "?", claims, sources, 3, Done("glm", 0.1)), date(2026, 11, 29))
    assert "[1] встреча, Анна (клиент), 21 ноября в 10:00, запись rec-1, 01:05" in lines
    assert not [line for line in lines if line.startswith(("[2]", "[3]"))], "told already, and not named"


def test_an_answer_for_a_program(line: Line, store: StoreApi) -> None:
    """All sources, claims with their numbers, who answered."""
    store.answers["/api/leads/7/passages"] = found(SAID)
    told = json.loads(line("ask", "7", "Доволен ли клиент?", "--json").stdout)
    assert [source["passage"]["text"] for source in told["sources"]] == [SAID.text]
    assert told["claims"][0]["sources"] == [1]
    assert told["done"]["engine"] == "extract"


def test_what_is_not_there_is_an_answer(line: Line, store: StoreApi) -> None:
    """And no fault; a question about another client is one, in a line."""
    store.answers["/api/leads/7/passages"] = found()
    result = line("ask", "7", "Есть ли вертолёт?")
    assert (result.exit_code, NOTHING in result.stdout) == (0, True)
    refused = line("ask", "7", "Что писал клиент 8?")
    assert refused.exit_code == 1
    assert "о другом клиенте" in refused.stderr
