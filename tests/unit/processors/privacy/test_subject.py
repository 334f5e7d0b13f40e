"""Of a client's history only what is about one person."""

from typing import Any

import pytest

from processors.privacy.subject import part_of
from schemas.privacy import Consent

OLGA = Consent(
    person_id="0" * 16,
    name="Ольга Рублёва",
    leads=["7"],
    at=1,
    by="x",
    telegram=[111],
    rooms=["Оля (склад)"],
    phones=["+7 912 345-67-89"],
    mails=["Olga@Shop.ru"],
)


def event(**payload: Any) -> dict[str, Any]:
    return {"ts": 1, "event_id": "a", "kind": "k", "source": "s", "payload": payload}


@pytest.mark.parametrize(
    "payload",
    [
        {"author": {"id": "111", "name": "olya"}, "text": "привет"},
        {"author": {"id": "5", "name": "ольга  РУБЛЕВА"}, "text": "привет"},
        {"happening": "joined", "name": "Оля (склад)"},
        {"participants": ["Иван", "Ольга Рублёва"], "recording_id": "r"},
        {"subject": "Договор", "text": "пишите на olga@shop.ru"},
        {"phone": "8 (912) 345-67-89", "duration_ms": 5},
    ],
)
def test_what_is_hers(payload: dict[str, Any]) -> None:
    """By her account, her name however it is written, the rooms' name, her telephone and mail; all of the event."""
    assert part_of(event(**payload), OLGA) == event(**payload)


@pytest.mark.parametrize(
    "payload",
    [
        {"author": {"id": "112", "name": "Ольга"}, "text": "привет"},
        {"text": "Ольга Рублёвакова звонила"},
        {"utterances": [{"speaker": "Иван", "text": "Ольга Рублёва обещала"}]},
        {"participants": ["Иван"]},
        {"qty": 9123456789, "doc": "17"},
        {"minutes": {"summary": "Иван обещал", "actions": [{"text": "пришлёт", "owner": "Иван"}]}, "people": ["Иван"]},
    ],
)
def test_what_is_others(payload: dict[str, Any]) -> None:
    """A namesake, another word, others' words about her in a meeting: theirs."""
    assert part_of(event(**payload), OLGA) is None


def test_of_a_meeting_only_her_part() -> None:
    """Her utterances, the items that name her; nobody else's words, nor a summary that is not about her."""
    said = [{"speaker": "Иван", "text": "секрет Ивана"}, {"speaker": "Ольга Рублёва", "text": "да"}]
    assert part_of(event(utterances=said), OLGA) == event(utterances=said[1:])
    actions = [{"text": "пришлёт", "owner": "Ольга Рублёва"}, {"text": "секрет", "owner": "Иван"}]
    minutes = {"summary": "секрет", "engine": "glm", "actions": actions, "pains": [], "version": 1}
    found = part_of(event(minutes=minutes, people=["Иван", "Ольга Рублёва"]), OLGA)
    assert found is not None
    assert found["payload"] == {"minutes": {"actions": actions[:1], "pains": []}, "people": ["Ольга Рублёва"]}
