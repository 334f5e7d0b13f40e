"""`leadpulse dlq`: what it says, and what it refuses to do without being told exactly."""

import json
from collections.abc import AsyncIterator, Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.failed import DeadLetter
from streams.cli import dlq
from streams.engine.kafka import Output
from streams.engine.letters import letter_output
from tests.unit.cli.conftest import Line

TEN = 1_795_244_400_000
BAD = DeadLetter(
    "source.wms", 1, 7, TEN, "pipeline.source.wms", "ValidationError", "нет qty", '{"id":"Я"}'.encode(), b"k"
)
SPOOL = DeadLetter("spool", 0, 0, TEN + 60_000, "recorder", "DeadMarker", "no such directory", b"marker")


class Topic:
    """`dead.letters` and all other topics in a list."""

    def __init__(self, *letters: DeadLetter) -> None:
        self.sent = [letter_output(letter) for letter in letters]

    async def read(self, _partitions: Iterable[int]) -> AsyncIterator[Any]:
        for offset, output in enumerate(o for o in self.sent if o.topic == "dead.letters"):
            yield SimpleNamespace(value=output.value, offset=offset)

    async def send(self, outputs: list[Output]) -> None:
        self.sent += outputs

    async def stop(self) -> None: ...


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    """Two letters."""
    topic = Topic(BAD, SPOOL)
    monkeypatch.setattr(dlq, "Reader", lambda *_: topic)
    monkeypatch.setattr(dlq, "Outputs", lambda _: topic)
    return topic


@pytest.mark.usefixtures("topic")
def test_list_is_a_table(line: Line) -> None:
    """Number, Moscow time, topic, error, reason; as JSON with all fields."""
    rows = line("dlq", "list").stdout.splitlines()
    assert rows[2].split() == ["0", "21.11.2026", "10:00:00", "source.wms", "ValidationError", "нет", "qty"]
    *_, more = line("dlq", "list", "--limit", "1").stdout.replace("\u00a0", " ").splitlines()
    assert more.startswith("и ещё 1 письмо:")
    listed = json.loads(line("dlq", "list", "--json", "--topic", "spool").stdout)
    assert [(letter["number"], letter["bytes"]) for letter in listed] == [(1, 6)]


@pytest.mark.usefixtures("topic")
def test_show_has_the_record_itself(line: Line) -> None:
    """All that is known, and the words as they came."""
    shown = line("dlq", "show", "0").stdout
    assert "source.wms, раздел 1, место 7" in shown
    assert '{"id":"Я"}' in shown
    assert line("dlq", "show", "5").exit_code == 1


def test_replay_sends_and_closes(line: Line, topic: Topic) -> None:
    """The record goes back first, then the letter is closed; a second replay finds nothing."""
    done = line("dlq", "replay", "0")
    assert (done.exit_code, done.stdout.replace("\u00a0", " ")) == (0, "Возвращено: 1 письмо\n")
    back, told = topic.sent[-2:]
    assert (back.topic, back.value, back.partition, told.topic) == ("source.wms", BAD.payload, 1, "dead.letters")
    assert line("dlq", "replay", "0").exit_code == 1


def test_what_cannot_be_replayed_stays_open_and_is_told(line: Line, topic: Topic) -> None:
    """The others go on; the exit code says that something is left."""
    done = line("dlq", "replay", "--all", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["done"] == [0]
    assert "spool" in json.loads(done.stdout)["refused"]["1"]
    assert line("dlq", "drop", "1").exit_code == 0
    assert line("dlq", "list").stdout == "Негодных записей нет.\n"
    assert len(topic.sent) == 2 + 2 + 1


@pytest.mark.usefixtures("topic")
@pytest.mark.parametrize("arguments", [("replay",), ("drop",), ("replay", "--since", "вчера"), ("replay", "x")])
def test_nothing_is_done_without_being_told_what(line: Line, arguments: tuple[str, ...]) -> None:
    """Wrong usage is 2, and nothing was sent."""
    assert line("dlq", *arguments).exit_code == 2
