"""`leadpulse curator`: who is invited, known and removed."""

import json
import re

import msgspec
import pytest

from processors.curators import digest
from schemas.cards import ClientCard
from schemas.sources import Identity
from streams.cli import curator
from tests.unit.cli.conftest import Line
from tests.unit.cli.test_identity import Kafka, kafka

__all__ = ["kafka"]


def test_a_code_is_shown_once_and_stands_nowhere(line: Line, kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the topic is its digest with the name; how many clients the name has is told, and a name of none warns."""

    async def read(_: object) -> object:
        return kafka.cards

    monkeypatch.setattr(curator, "read", read)
    kafka.cards.apply("5/b", ClientCard(lead_id="5", source="b", ts=1, responsible="Ольга Петрова"))
    done = line("curator", "invite", "ольга  петрова")
    assert done.exit_code == 0, done.output
    [code] = re.findall(r"/start ([a-z0-9]{16})\n", done.stdout)
    assert "Клиентов по карточкам: 1" in done.stdout
    key, value = kafka.topics["identities"][-1]
    assert key.decode() == f"curator_code:{digest(code)}"
    assert code.encode() not in (value or b"")
    assert "Есть: Ольга Петрова" in line("curator", "invite", "Анна").stderr
    told = Identity("curator", "700", name="Ольга Петрова")
    kafka.topics["identities"].append((b"curator:700", msgspec.json.encode(told)))
    assert json.loads(line("curator", "list", "--json").stdout) == [
        {"chat": "700", "name": "Ольга Петрова", "clients": 1}
    ]
    assert line("curator", "remove", "Ольга Петрова").exit_code == 0
    assert kafka.topics["identities"][-1] == (b"curator:700", None)
    assert line("curator", "remove", "Ольга Петрова").exit_code == 1
