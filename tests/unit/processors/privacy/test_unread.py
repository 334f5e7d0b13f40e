"""A record that nobody can read names who was erased, or it does not."""

import json

import pytest
from msgspec.structs import replace

from processors.privacy.erasing import Denied, begun
from processors.privacy.unread import names_denied
from schemas.erasures import Erasure, Standing
from schemas.privacy import Consent

ASKED = Erasure(erasure_id="e" * 16, lead_id="1001", reason="r", requested_by="a", requested_at=1, confirmed_at=2)
REFS = ["tg_chat:-1000000001001", "phone:+79161234567", "email:olga@romashka.ru", "wms_customer:ООО Ромашка"]
OLGA = Consent(person_id="a" * 16, name="Ольга Рублёва", leads=["1002"], at=1, by="x", telegram=[7712345])


@pytest.fixture(scope="module")
def denied() -> Denied:
    """A client, and one person of another."""
    table = Denied()
    table.apply(begun(ASKED, "c", 3, refs=REFS))
    of_person = replace(ASKED, erasure_id="f" * 16, lead_id="1002", person=OLGA.person_id)
    table.apply(begun(of_person, "c", 3, standing=Standing(person=OLGA)))
    return table


@pytest.mark.parametrize(
    "payload",
    [
        '{"chat": {"id": -1000000001001}, "date": "когда-то"}',
        '{"chat_id": "-1000000001001", ',
        '{"from": "+7 (916) 123-45-67"}',
        '{"from": "Olga@romashka.ru"}',
        "кому: olga@romashka.ru",
        '{"customer": "ООО Ромашка", "qty": "много"}',
        json.dumps({"customer": "ООО Ромашка"}),
        '{"lead_id": "1001", "ts": []}',
        '{"room": "lead-1001-kickoff"',
        '{"text": "Ольге Рублёвой передали"}',
        json.dumps({"text": "от Ольги Рублёвой"}),
        '{"from": {"id": 7712345}}',
    ],
)
def test_his(denied: Denied, payload: str) -> None:
    """By any name, in any spelling, in JSON that is cut off or none at all."""
    assert names_denied(payload.encode(), denied)
    assert not names_denied(payload.encode(), Denied())


@pytest.mark.parametrize(
    "payload",
    [
        '{"chat": {"id": -1000000001002}}',
        '{"lead_id": "10011", "qty": 1001}',
        '{"room": "lead-1002-kickoff"}',
        '{"from": "+7 (916) 123-45-68", "text": "Ольга придёт"}',
        "\\ud83d \\uzzzz",
        "",
    ],
)
def test_others(denied: Denied, payload: str) -> None:
    """What only looks like it, and what is no text at all."""
    assert not names_denied(payload.encode(), denied)
    assert not names_denied(bytes(range(128, 256)), denied)
