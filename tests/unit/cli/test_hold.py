"""`leadpulse hold`: a client who is held is not erased, at no step before the work; nor is a hold put too late."""

import json

import msgspec
import pytest
from msgspec.structs import replace

from processors.privacy.erasing import begun, confirmed
from schemas.erasures import Erasure, Hold
from streams.cli import erase, hold
from streams.engine import followed
from tests.unit.cli.conftest import Line
from tests.unit.cli.test_identity import Kafka, kafka

__all__ = ["kafka"]

ASKED = Erasure(erasure_id="0" * 16, lead_id="7", reason="заявление", requested_by="Ольга", requested_at=1)
CONFIRMED = confirmed(replace(ASKED, erasure_id="1" * 16), "Глеб", 2)
HELD = ("hold", "put", "7", "--reason", "дело А40-1", "--until", "2100-06-30", "--by", "Глеб")


@pytest.fixture(autouse=True)
def topic(kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    """The topic with two requests: one that waits for a second person, one that is confirmed."""
    kafka.topics["erasures"] = []
    note(kafka, ASKED)
    note(kafka, CONFIRMED)

    async def there(*_: object) -> None: ...

    monkeypatch.setattr(hold, "there", there)
    monkeypatch.setattr(erase, "there", there)
    monkeypatch.setattr(followed, "Reader", kafka.reader)


def note(kafka: Kafka, one: Erasure) -> None:
    kafka.topics["erasures"].append((one.erasure_id.encode(), msgspec.json.encode(one)))


STEPS = [
    ("erase", "request", "7", "--reason", "заявление"),
    ("erase", "confirm", ASKED.erasure_id, "--by", "Анна"),
    ("erase", "run", CONFIRMED.erasure_id),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[1])
def test_nobody_erases_a_client_who_is_held(line: Line, kafka: Kafka, step: tuple[str, ...]) -> None:
    """Refused with who, why and until when; nothing is written."""
    assert line(*HELD).exit_code == 0
    before = list(kafka.topics["erasures"])
    done = line(*step)
    assert done.exit_code == 1
    for word in ("30.06.2100", "дело А40-1", "Глеб", "leadpulse hold end 7"):
        assert word in done.stderr
    assert kafka.topics["erasures"] == before


def test_a_lifted_hold_lets_go(line: Line, kafka: Kafka) -> None:
    """The record stays, with who lifted it; another client was never held."""
    line(*HELD)
    other = line("erase", "request", "77", "--reason", "заявление")
    assert other.exit_code == 0, other.output
    assert "снят" in line("hold", "end", "7", "--by", "Анна").stdout
    key, value = kafka.topics["erasures"][-1]
    last = msgspec.json.decode(value or b"", type=Hold)
    assert (key, last.reason, last.by, last.ended_by) == (b"hold/7", "дело А40-1", "Глеб", "Анна")
    assert line("erase", "confirm", ASKED.erasure_id, "--by", "Анна").exit_code == 0
    assert line("hold", "end", "7").exit_code == 1
    [told] = json.loads(line("hold", "list", "--json").stdout)
    assert (told["lead_id"], told["standing"], told["until"]) == ("7", False, "2100-06-30")
    assert "снят: Анна" in line("hold", "list").stdout


def test_what_cannot_be_held(line: Line, kafka: Kafka) -> None:
    """A day that is over, no reason, no day, a client whose erasure has begun: nothing is written."""
    note(kafka, begun(replace(CONFIRMED, lead_id="9"), "Анна", 3, [], []))
    before = list(kafka.topics["erasures"])
    cases = [
        ("hold", "put", "7", "--reason", "дело", "--until", "2020-01-01"),
        ("hold", "put", "7", "--reason", " ", "--until", "2100-01-01"),
        ("hold", "put", "7", "--reason", "дело", "--until", "скоро"),
        ("hold", "put", "9", "--reason", "дело", "--until", "2100-01-01"),
    ]
    for case in cases:
        assert line(*case).exit_code != 0, case
    assert kafka.topics["erasures"] == before
    assert line("hold", "list").stdout.strip() == "Запретов нет."
