"""People's SQL on a ClickHouse server: as its reader, with limits that its profile holds."""

from pathlib import Path
from typing import Any

import clickhouse_connect
import pytest
from pydantic import ValidationError

from streams.settings import Store
from streams.store import clickhouse
from streams.store.database import Database
from streams.store.migrate import FOLDER

READER = Path(__file__).parents[3] / "deploy" / "clickhouse" / "reader.sql"


def statements() -> list[str]:
    """Of the file, without its comments, each on one line."""
    lines = [line for line in READER.read_text().splitlines() if not line.startswith("--")]
    return [" ".join(part.split()) for part in " ".join(lines).split(";") if part.strip()]


async def test_clickhouse_reads_the_statements(database: Database) -> None:
    """Its own parser takes each; users themselves are what chDB does not have."""
    made = [await database.read("SELECT formatQuerySingleLine({q:String})", {"q": text}) for text in statements()]
    kinds = [row[0][0].split(" ")[1] for row in made]
    assert {"SETTINGS", "ROLE", "USER", "QUOTA"} <= set(kinds)


def test_the_profile_holds_every_limit_of_ours() -> None:
    """What the client asks for is within the constraints, else the server refuses each query."""
    profile = next(text for text in statements() if "PROFILE" in text)
    limits = clickhouse.visitor_settings(Store(backend="clickhouse", reader_username="r"))
    for name, value in limits.items():
        if name.startswith("output_format"):
            continue
        at = f"'{value}' CONST" if isinstance(value, str) else f"{value} MIN 1 MAX"
        assert f"{name} = {at}" in profile, name
    assert "readonly = 2 CONST" in profile
    assert "readonly" not in limits


def test_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader where one is named, with its password; else the worker's own user, read-only by our settings."""
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(clickhouse_connect, "get_client", lambda **given: asked.append(given))
    server = {"backend": "clickhouse", "username": "worker", "password": "w"}
    clickhouse.open_visitor(Store.model_validate(server | {"reader_username": "reader", "reader_password": "r"}))
    clickhouse.open_visitor(Store.model_validate(server))
    clickhouse.open_writer(Store.model_validate(server | {"reader_username": "reader", "reader_password": "r"}))
    assert [(call["username"], call["password"]) for call in asked] == [
        ("reader", "r"),
        ("worker", "w"),
        ("worker", "w"),
    ]
    assert [call["settings"].get("readonly") for call in asked] == [None, 1, None]


def test_it_is_no_migration() -> None:
    """Where migrations are looked for it would be run by every start."""
    assert not READER.is_relative_to(FOLDER)


@pytest.mark.parametrize("name", ["default", "Default", "system", "information_schema"])
def test_the_engines_databases_are_not_ours(name: str) -> None:
    """In chDB's `default` any file of the machine is a table."""
    with pytest.raises(ValidationError, match="занято самим ClickHouse"):
        Store(database=name)
    assert Store(backend="clickhouse", database=name).database == name
