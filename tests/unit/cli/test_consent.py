"""`leadpulse consent`: who agreed to what, noted, shown and taken back."""

import json

import msgspec
import pytest

from schemas.privacy import Consent
from streams.cli import consent
from streams.engine import followed
from tests.unit.cli.conftest import Line
from tests.unit.cli.test_identity import Kafka, kafka

__all__ = ["kafka"]


@pytest.fixture(autouse=True)
def topic(kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    """The register's topic, empty."""
    kafka.topics["consents"] = []

    async def there(*_: object) -> None: ...

    monkeypatch.setattr(consent, "there", there)
    monkeypatch.setattr(followed, "Reader", kafka.reader)


def noted(kafka: Kafka) -> Consent:
    """The last record."""
    key, value = kafka.topics["consents"][-1]
    found = msgspec.json.decode(value or b"", type=Consent)
    assert key.decode() == found.person_id
    return found


def test_a_life_of_a_person_in_the_register(line: Line, kafka: Kafka) -> None:
    """Given with its terms, taken back on a day, objected, given anew: each record is whole, and the list tells what
    may be done now."""
    terms = ["--basis", "consent", "--document", "договор 17", "--scope", "record", "--scope", "transcript"]
    done = line(
        "consent", "give", "--name", "Ольга Рублёва", "--lead", "7", "--room", "Оля", "--on", "2026-01-02", *terms
    )
    assert done.exit_code == 0, done.output
    first = noted(kafka)
    assert (first.basis, first.document, first.given_on, first.leads) == ("consent", "договор 17", "2026-01-02", ["7"])
    assert (first.scope, first.rooms, bool(first.by), first.at > 0) == (["record", "transcript"], ["Оля"], True, True)
    assert "Можно: запись, расшифровка" in done.stdout
    person = ("--person", first.person_id)
    assert line("consent", "withdraw", *person, "--on", "2026-02-01", "--reason", "письмо").exit_code == 0
    assert (noted(kafka).withdrawn_on, noted(kafka).document) == ("2026-02-01", "договор 17")
    assert "Можно: ничего" in line("consent", "show", first.person_id).stdout
    [told] = json.loads(line("consent", "list", "--lead", "7", "--json").stdout)
    assert (told["state"], told["effect"]["llm_external"]) == ("objected", False)
    assert line("consent", "object", *person, "--mail", "olga@example.org").exit_code == 0
    assert noted(kafka).mails == ["olga@example.org"]
    assert line("consent", "give", *person, "--basis", "contract").exit_code == 0
    assert (noted(kafka).withdrawn_on, noted(kafka).objected_on, len(noted(kafka).scope)) == ("", "", 3)
    assert "есть основание" in line("consent", "list").stdout
    assert "никого нет" in line("consent", "list", "--lead", "8").stdout


def test_what_cannot_be_noted(line: Line, kafka: Kafka) -> None:
    """A person without a client, one that nobody knows, a wrong date, a lead that is none: nothing is written."""
    cases = [
        ("give", "--name", "Ольга", "--basis", "consent"),
        ("object", "--person", "0" * 16),
        ("withdraw", "--name", "Ольга", "--lead", "7", "--on", "вчера"),
        ("object", "--name", "Ольга", "--lead", "семь"),
    ]
    for case in cases:
        assert line("consent", *case).exit_code in (1, 2), case
    assert not kafka.topics.get("consents")
