"""`leadpulse dlq`: what it says, and what it refuses to do without being told exactly."""

import json
from collections.abc import AsyncIterator, Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from msgspec.structs import replace

from schemas.failed import DeadLetter
from schemas.topics import WMS, TopicSpec
from streams.cli import dlq
from streams.cli.who import who
from streams.engine import dealing
from streams.engine.kafka import Output, _measure
from streams.engine.letters import letter_output
from tests.unit.cli.conftest import Line

TEN = 1_795_244_400_000
BAD = DeadLetter(
    "source.wms", 1, 7, TEN, "pipeline.source.wms", "ValidationError", "нет qty", '{"id":"Я"}'.encode(), b"k"
)
SPOOL = DeadLetter("spool", 0, 0, TEN + 60_000, "recorder", "DeadMarker", "no such directory", b"marker")


class Topic:
    """`dead.letters` and all other topics in a list, and all that reads and writes them."""

    def __init__(self, *letters: DeadLetter) -> None:
        self.sent = [letter_output(letter) for letter in letters]
        self.measured = False

    def reader(self, _kafka: object, topic: TopicSpec) -> Any:
        """A `Reader`."""

        async def read(_partitions: Iterable[int], since: int = 0) -> AsyncIterator[Any]:
            for offset, output in enumerate(o for o in list(self.sent) if o.topic == topic.name):
                if offset >= since:
                    yield SimpleNamespace(value=output.value, offset=offset, timestamp=TEN, headers=output.headers)

        return SimpleNamespace(read=read)

    async def send(self, outputs: Iterable[Output]) -> None:
        outputs = list(outputs)
        if self.measured:
            list(map(_measure, outputs))
        self.sent += outputs

    async def ask(self, tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {tp: sum(output.topic == tp.topic for output in self.sent) for tp in tps}

    async def stop(self) -> None: ...


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    """Two letters."""
    topic = Topic(BAD, SPOOL)

    async def ready(*_: object) -> None: ...

    for module in (dlq, dealing):
        monkeypatch.setattr(module, "Reader", topic.reader)
    for name in ("Outputs", "Ends"):
        monkeypatch.setattr(dealing, name, lambda _: topic)
    monkeypatch.setattr(dlq, "there", ready)
    return topic


@pytest.mark.usefixtures("topic")
def test_list_is_a_table(line: Line) -> None:
    """Number, Moscow time, topic, error, reason; as JSON with all fields."""
    rows = line("dlq", "list").stdout.splitlines()
    assert rows[2].split() == ["0", "21.11.2026", "10:00:00", "source.wms", "ValidationError", "1", "нет", "qty"]
    *_, more = line("dlq", "list", "--limit", "1").stdout.replace("\u00a0", " ").splitlines()
    assert more.startswith("и ещё 1 негодная запись:")
    listed = json.loads(line("dlq", "list", "--json", "--topic", "spool").stdout)
    assert [(letter["number"], letter["bytes"]) for letter in listed] == [(1, 6)]


@pytest.mark.usefixtures("topic")
def test_show_has_the_record_itself_when_asked(line: Line) -> None:
    """All that is known; a person's words only with `--words`, in the answer for programs, too."""
    shown = line("dlq", "show", "0").stdout
    assert "source.wms, раздел 1, место 7" in shown
    assert '"id": "‹1' in shown
    assert "Я" not in shown
    assert '"id": "Я"' in line("dlq", "show", "0", "--words").stdout
    assert "Я" not in json.loads(line("dlq", "show", "0", "--json").stdout)["payload"]
    assert json.loads(line("dlq", "show", "0", "--json", "--words").stdout)["payload"] == '{"id":"Я"}'
    assert line("dlq", "show", "5").exit_code == 1


def test_replay_sends_and_closes(line: Line, topic: Topic) -> None:
    """The record goes back first, then the letter is closed; a second replay finds nothing and says who did it."""
    done = line("dlq", "replay", "0")
    assert (done.exit_code, done.stdout.replace("\u00a0", " ")) == (0, "Возвращено: 1 негодная запись\n")
    back, told = topic.sent[-2:]
    assert (back.topic, back.value, back.partition, told.topic) == ("source.wms", BAD.payload, 1, "dead.letters")
    assert line("dlq", "replay", "0").exit_code == 1
    assert f"уже возвращена в работу ({who()}, " in line("dlq", "show", "0").stderr
    (closed,) = json.loads(line("dlq", "list", "--closed", "--json").stdout)
    assert (closed["number"], closed["answer"]["how"], closed["answer"]["by"]) == (0, "replayed", who())
    assert "возвращена" in line("dlq", "list", "--closed").stdout


def test_what_cannot_be_replayed_stays_open_and_is_told(line: Line, topic: Topic) -> None:
    """The others go on, also behind one that its topic does not take; the exit code says that something is left."""
    huge = b"x" * (WMS.max_bytes + 1)
    topic.sent.insert(0, letter_output(replace(BAD, offset=6, payload=huge)))
    topic.measured = True
    done = line("dlq", "replay", "--all", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["done"] == [1]
    assert "spool" in json.loads(done.stdout)["refused"]["2"]
    assert "source.wms" in json.loads(done.stdout)["refused"]["0"]
    assert line("dlq", "drop", "0", "2", "--yes").exit_code == 0
    assert line("dlq", "list").stdout == "Негодных записей нет.\n"


def test_drop_asks(line: Line, topic: Topic) -> None:
    """Nothing is closed unasked: a program says `--yes`, else it is wrong usage and says how many it would be."""
    asked = line("dlq", "drop", "--all")
    assert asked.exit_code == 2
    assert "к закрытию — 2 негодные записи" in asked.stderr.replace("\u00a0", " ")
    assert len(topic.sent) == 2


@pytest.mark.usefixtures("topic")
def test_an_unknown_topic_is_wrong_usage(line: Line) -> None:
    """A slip is not answered with `there is nothing`."""
    for command in ("list", "replay", "drop"):
        told = line("dlq", command, "--topic", "sourse.wms")
        assert told.exit_code == 2
        assert "source.wms" in told.stderr


@pytest.mark.usefixtures("topic")
@pytest.mark.parametrize("arguments", [("replay",), ("drop",), ("replay", "--since", "вчера"), ("replay", "x")])
def test_nothing_is_done_without_being_told_what(line: Line, arguments: tuple[str, ...]) -> None:
    """Wrong usage is 2, and nothing was sent."""
    assert line("dlq", *arguments).exit_code == 2
