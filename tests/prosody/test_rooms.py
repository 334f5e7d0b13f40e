"""Tests of the room names in a real Prosody: the table through Lua, and which rooms record themselves."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.prosody.conftest import INSISTENT, MAIN
from tests.prosody.focus import Focus
from tests.prosody.guest import join
from tests.prosody.server import Prosody

TABLES = json.loads((Path(__file__).parents[1] / "fixtures" / "rooms.json").read_text())


async def test_lua_reads_the_table_as_python_does(focus: Focus) -> None:
    """Every name of the table means in Lua what the table says (the Python side has its own test of it).

    `maybe` is the id that a name means if it is known to be a lead's; only the room asks that.
    """
    asked = [{"prefixes": table["prefixes"], "rooms": list(table["rooms"])} for table in TABLES]
    answers = json.loads(await focus.act(MAIN, "parse", json.dumps(asked)))
    found = [dict(zip(table["rooms"], answer, strict=True)) for table, answer in zip(TABLES, answers, strict=True)]
    wanted = [
        {name: [room[key] for key in ("kind", "id", "maybe") if key in room] for name, room in table["rooms"].items()}
        for table in TABLES
    ]
    assert found == wanted


@pytest.mark.parametrize(
    ("node", "lead_id"),
    [
        ("lead-100-x", "100"),
        ("Lead-109-MiXed", "109"),
        ("lead-112-%d0%bf%d1%80%d0%b8%d0%b2%d0%b5%d1%82", "112"),
        ("[acme]lead-888-kickoff", "888"),
        ("lead–113-x", "113"),
        ("lead-１１４", "114"),
        ("lead-00115", "00115"),
    ],
)
async def test_a_lead_room_records_itself(prosody: Prosody, focus: Focus, node: str, lead_id: str) -> None:
    """A prefixed room sends one start IQ with its lead id and the room's local part as it is."""
    jid = f"{node.lower().replace('１１４', '114')}@{MAIN}"
    conference = await focus.open(jid)
    async with join(prosody.port, f"{node}@{MAIN}"):
        start = await conference.started(1)
    assert start.metadata == {
        "lead_id": lead_id,
        "room": jid.partition("@")[0],
        "autostart": True,
        "share": True,
    }
    assert len(conference.starts) == 1


@pytest.mark.parametrize(
    "node",
    ["lead%20200", "lead_201", "l%d0%b5ad-202", "lеad-203", "lead-204abc", "lead--205", "[acme]lead_206"],
)
async def test_a_near_miss_is_recorded_without_a_lead(prosody: Prosody, focus: Focus, node: str) -> None:
    """A room that was meant for a lead is recorded without an id, and the chat says how to name it."""
    conference = await focus.open(f"{node}@{MAIN}")
    async with join(prosody.port, conference.room) as host:
        start = await conference.started(1)
        hint, consent = (await host.hears(2))[:2]
    assert start.metadata == {"room": node, "autostart": True, "share": True}
    assert "lead-12345" in hint
    assert "записывается" in consent


@pytest.mark.parametrize(
    "node",
    ["standup", "leads-12345", "lead-", "lead", "x-lead-12345", "lead-kickoff", "%d0%bb%d0%b8%d0%b4-12345", "12345"],
)
async def test_another_room_is_left_alone(prosody: Prosody, focus: Focus, node: str) -> None:
    """A room that only looks similar gets neither a recording nor a message."""
    conference = await focus.open(f"{node}@{MAIN}")
    async with join(prosody.port, conference.room) as host:
        conference.make_moderator(host.jid)
        await focus.act(MAIN, "parse", "[]")
        await host.act(MAIN, "parse", "[]")
        assert (conference.starts, host.chat) == ([], [])


async def test_several_prefixes(prosody: Prosody, focus: Focus, new_room: Callable[..., str]) -> None:
    """Each of the configured prefixes counts, in Cyrillic too, and the default one no longer; `share` is a setting."""
    for pattern in ("deal-{}", "лид-{}-тема"):
        conference = await focus.open(new_room(INSISTENT, pattern))
        async with join(prosody.port, conference.room):
            start = await conference.started(1)
        assert start.metadata["lead_id"] in conference.room
        assert start.metadata["share"] is False
    conference = await focus.open(new_room(INSISTENT))
    async with join(prosody.port, conference.room):
        await focus.act(INSISTENT, "parse", "[]")
        assert conference.starts == []


def test_every_setting_is_documented() -> None:
    """The table in prosody.md lists the settings that the module reads, and no other."""
    hooks = Path(__file__).parents[2] / "jibri-hooks"
    code = "".join(path.read_text() for path in (hooks / "mod_lead_autorecord").glob("*.lua"))
    read = set(re.findall(r'\b(?:number|text|yes)\("(\w+)"', code)) | set(re.findall(r'"lead_autorecord_(\w+)"', code))
    table = (hooks / "prosody.md").read_text().partition("## Настройки")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.M)) == read
