"""`leadpulse export client|person`: one archive with everything, and a line in the access log before it."""

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from processors.cards import Cards
from processors.identity import Identities
from processors.privacy.register import Register
from schemas.cards import ClientCard
from schemas.errors import Transient
from schemas.privacy import Consent
from schemas.sources import Identity
from streams.cli import dossier
from streams.settings import Kafka
from tests.unit.cli.conftest import Line, StoreApi

PERSON = "00000000000000aa"
EVENTS = [
    {"author": {"id": "111", "name": "Ольга"}, "text": "где товар"},
    {"author": {"id": "5", "name": "Иван"}, "text": "секрет Ивана"},
    {"recording_id": "r", "path": "7/s/m.mp4", "participants": ["Иван"]},
    {"recording_id": "q", "path": "../../etc/passwd", "participants": []},
]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch, store: StoreApi) -> list[tuple[str, str]]:
    """What was written to the access log; a client with a history of two pages, and somebody in the register."""
    lines: list[tuple[str, str]] = []
    register, cards = Register(), Cards()
    register.apply(PERSON, Consent(person_id=PERSON, name="Ольга Рублёва", leads=["7"], at=1, by="x", telegram=[111]))
    cards.apply("7/b", ClientCard(lead_id="7", source="b", ts=1, name="Ромашка"))

    async def known(_: object) -> dossier._Known:
        return dossier._Known({"7": [{"kind": "tg_chat", "value": "-1"}]}, register, cards)

    async def log(_kafka: object, lead: str, about: str) -> None:
        lines.append((lead, about))

    monkeypatch.setattr(dossier, "_known", known)
    monkeypatch.setattr(dossier, "_log", log)
    events = [
        {"ts": 1_795_244_400_000 + n, "event_id": str(n), "kind": "message", "source": "telegram", "payload": payload}
        for n, payload in enumerate(EVENTS)
    ]
    store.answers["/api/leads/7/history"] = {"events": events, "next": None}
    for path in ("profile", "signals", "scores"):
        store.answers[f"/api/leads/7/{path}"] = {path: "есть"}
    return lines


def opened(path: Path) -> dict[str, Any]:
    """Names to what is in them; JSON as values."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {
            name: json.loads(archive.read(name)) if name.endswith(".json") else archive.read(name)
            for name in archive.namelist()
        }


def test_a_client(line: Line, logged: list[tuple[str, str]], tmp_path: Path) -> None:
    """The history, what the store tells besides, links, consents, the recording; a file that is missing or leads out of
    the folder is named, not taken. Only the owner may read the archive."""
    recording = tmp_path / "recordings" / "7" / "s" / "m.mp4"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(b"sound")
    done = line("export", "client", "7", "--to", "all.zip", LEADPULSE_SPEECH__RECORDINGS=str(tmp_path / "recordings"))
    assert done.exit_code == 0, done.output
    found = opened(tmp_path / "all.zip")
    assert found["media/7/s/m.mp4"] == b"sound"
    assert len(found["history.json"]) == 4
    assert found["card.json"] == {"profile": "есть"}
    assert found["links.json"] == [{"kind": "tg_chat", "value": "-1"}]
    assert [one["name"] for one in found["consents.json"]] == ["Ольга Рублёва"]
    page = found["index.html"].decode()
    assert "Всё о клиенте 7 (Ромашка)" in page
    assert "../../etc/passwd: файла нет на месте" in page
    assert logged == [("7", "client")]
    assert stat.S_IMODE((tmp_path / "all.zip").stat().st_mode) == 0o600


def test_a_person(line: Line, logged: list[tuple[str, str]], tmp_path: Path) -> None:
    """His words and nobody else's, no recording; logged for each of his clients."""
    assert line("export", "person", PERSON, "--to", "olga.zip").exit_code == 0
    found = opened(tmp_path / "olga.zip")
    assert [event["payload"]["text"] for event in found["history.json"]] == ["где товар"]
    assert b"\xd1\x81\xd0\xb5\xd0\xba\xd1\x80\xd0\xb5\xd1\x82" not in found["index.html"]
    assert sorted(found) == ["consent.json", "history.json", "index.html"]
    assert logged == [("7", PERSON)]
    assert line("export", "person", "0" * 16, "--to", "x.zip").exit_code == 1
    assert not (tmp_path / "x.zip").exists()


def test_nothing_goes_out_that_is_not_logged(
    line: Line, logged: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Kafka does not confirm the line: no archive, no question to the store."""

    async def away(*_: object) -> None:
        raise Transient("Kafka не подтвердила")

    monkeypatch.setattr(dossier, "_log", away)
    assert line("export", "client", "7", "--to", "all.zip").exit_code == 1
    assert not (tmp_path / "all.zip").exists()
    assert logged == []


async def test_links_and_answers_about_meetings_are_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """By client: whose the chat is, and who in his meetings is who; what was taken back is nobody's."""
    table, link = Identities(), Identity("tg_chat", "-1", "7")
    answer = Identity("participant", "7/Аня", name="Анна Петрова", side="client")
    table.apply("participant:7/аня", answer)
    ended = Identity("tg_chat", "-2", refused=True)

    async def nothing(*_: object) -> None:
        return None

    async def linked(_: object) -> object:
        return {"tg_chat:-1": link, "tg_chat:-2": ended}, table

    monkeypatch.setattr(dossier, "linked", linked)
    for name in ("there", "read_register", "read"):
        monkeypatch.setattr(dossier, name, nothing)
    known = await dossier._known(Kafka())
    assert known.links == {"7": [msgspec.to_builtins(link), msgspec.to_builtins(answer)]}
