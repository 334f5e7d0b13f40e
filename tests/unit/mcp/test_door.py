"""A6: what a program of one of our people may, over HTTP with the protocol's own client."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from schemas.topics import DAY_MS
from streams.mcp.telling import LONGEST, clock, masked, told
from tests.unit.mcp.conftest import Door, answered
from tests.unit.web.company_clients import CALM, LEAVES

TOOLS = {
    "find_client",
    "client_card",
    "history",
    "search",
    "figures",
    "ask",
    "list_commands",
    "propose_command",
    "command_status",
}


async def test_tools_read_and_propose_and_nothing_else(door: Door) -> None:
    """No tool that carries out, none that takes SQL or gives sound; all but the first take a client."""
    async with door.client(door.token()) as client:
        tools = (await client.list_tools()).tools
    assert {tool.name for tool in tools} == TOOLS
    for tool in tools:
        assert ("lead" in tool.input_schema["required"]) is (tool.name != "find_client")
        assert not {"sql", "execute", "run", "approve", "url"} & set(tool.input_schema["properties"])
        assert tool.description and tool.annotations and tool.annotations.destructive_hint is not True


async def test_a_door_without_a_token_is_closed(door: Door) -> None:
    """None, a wrong one, an expired one, a revoked one, of one who was disabled or whose role changed since: 401."""
    token = door.token()
    assert await door.status(token) == 200
    assert await door.status("") == 401 and await door.status("another") == 401
    assert await door.status(door.token(text="old", until=door.page.now)) == 401
    assert await door.status(door.token(text="long", until=door.page.now + 31 * DAY_MS)) == 401
    user = door.house.users["ucurator"]
    door.house.users["ucurator"] = replace(user, sessions_from=door.page.now)
    assert await door.status(token) == 401
    door.house.users["ucurator"] = replace(user, disabled=True)
    assert await door.status(token) == 401
    door.house.users["ucurator"] = user
    assert await door.status(token) == 200
    door.house.tokens.clear()
    assert await door.status(token) == 401


async def test_a_browser_of_another_site_is_refused(door: Door) -> None:
    """A foreign origin, a foreign name of the host (DNS rebinding)."""
    token = door.token()
    assert await door.status(token, Origin="https://evil.example") == 403
    assert await door.status(token, Host="evil.example") == 421


async def test_another_curators_client_is_refused_as_a_result(door: Door) -> None:
    """Every tool; the refusal tells nothing of him, and the access log has it; one who is not there is no other."""
    tools: dict[str, dict[str, Any]] = {
        "client_card": {},
        "history": {},
        "search": {"query": "приёмка"},
        "figures": {},
        "ask": {"question": "Что с приёмкой?"},
        "list_commands": {},
        "command_status": {"command_id": "0" * 16},
        "propose_command": {"name": "note.add", "params": {"text": "x"}, "why": "y"},
    }
    assert tools.keys() == TOOLS - {"find_client"}
    async with door.client(door.token(propose=True)) as client:
        for tool, given in tools.items():
            door.house.calls.clear()
            for lead in (CALM, "99999", "1' OR 1", "", "../1001"):
                answer = await answered(client, tool, lead=lead, **given)
                assert answer == {"refused": "Такого клиента нет среди ваших."}
    assert {line.action for line in door.log()} == {"refused"} and len(door.log()) == 40
    assert not [output for output in door.sent if output.topic == "commands"]


async def test_own_clients_are_found_and_read(door: Door) -> None:
    """In the page's words, marked as others' words, each look in the access log before the answer."""
    token = door.token()
    async with door.client(token) as client:
        found = await answered(client, "find_client", query="")
        assert {row["curator"] for row in found["rows"]} == {"Ольга Петрова"}
        card = await answered(client, "client_card", lead=LEAVES)
        assert card["untrusted"] is True and card["client"] == "ООО «Тёплые пледы»"
        assert any(row["kind"] == "обещание" for row in card["rows"])
        history = await answered(client, "history", lead=LEAVES, kinds="chat")
        assert history["rows"] and {row["kind"] for row in history["rows"]} <= {"чат", "итоги переписки"}
        words = await answered(client, "search", lead=LEAVES, query="приёмка")
        assert any("приёмк" in row["text"].lower() for row in words["rows"])
        figures = await answered(client, "figures", lead=LEAVES, days=7)
        assert {len(row["by_day"].split()) for row in figures["rows"]} == {7}
        answer = await answered(client, "ask", lead=LEAVES, question="Что говорили о приёмке?")
        assert any(row.get("quote") or row.get("source") for row in answer["rows"])
        assert "без модели" in answer["made"]
    assert [line.action for line in door.log()] == ["search", "view", "view", "search", "view", "ask"]
    assert all(line.user == "ucurator" and line.object.startswith("mcp ") for line in door.log())


async def test_the_whole_history_is_read_page_by_page(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit into an answer begins the next one: nothing is left out between them, nothing comes twice."""
    monkeypatch.setattr("streams.mcp.telling.LONGEST", 3000)
    times: list[str] = []
    async with door.client(door.token()) as client:
        page = await answered(client, "history", lead=LEAVES)
        assert page["left_out"]
        for _ in range(20):
            times += [row["time"] for row in page["rows"]]
            if "next" not in page:
                break
            page = await answered(client, "history", lead=LEAVES, before=page["next"])
    whole = await door.house.store.get(f"/api/leads/{LEAVES}/timeline", "x", {})
    rows = list(whole["rows"])
    while whole.get("next"):
        whole = await door.house.store.get(f"/api/leads/{LEAVES}/timeline", "x", {"before": whole["next"]})
        rows += whole["rows"]
    assert times == [clock(row["ts"]) for row in rows]


async def test_an_external_model_reads_no_names_and_no_phones(door: Door) -> None:
    """Tokens stand in their place; words of ours stay."""
    plain, hidden = door.token("head"), door.token("head", text="external", external=True)
    card = json.dumps(await door.call(plain, "client_card", lead=LEAVES), ensure_ascii=False)
    masked_card = json.dumps(await door.call(hidden, "client_card", lead=LEAVES), ensure_ascii=False)
    assert "+7916555" in card and "Петрова" in card
    assert "+7916555" not in masked_card and "Петров" not in masked_card and "example.ru" not in masked_card
    history = json.dumps(await door.call(hidden, "history", lead=LEAVES), ensure_ascii=False)
    assert "Лебедев" not in history and "Петров" not in history


async def test_bad_questions_are_answered(door: Door) -> None:
    """Not with an exception: the program reads why."""
    token = door.token()
    refused = [
        await door.call(token, "ask", lead=LEAVES, question=""),
        await door.call(token, "ask", lead=LEAVES, question="о клиенте 1002: что с приёмкой?"),
        await door.call(token, "search", lead=LEAVES, query=" "),
        await door.call(token, "figures", lead=LEAVES, days=0),
        await door.call(token, "history", lead=LEAVES, kinds="sql"),
        await door.call(token, "propose_command", lead=LEAVES, name="note.add", params={"text": "x"}, why="y"),
    ]
    assert all(set(answer) == {"refused"} for answer in refused)
    assert "только читает" in refused[-1]["refused"]


async def test_too_many_calls_wait(door: Door) -> None:
    """A program in a loop."""
    token = door.token()
    async with door.client(token) as client:
        answers = [await answered(client, "find_client", query="x") for _ in range(31)]
    assert "refused" not in answers[29] and "подождите" in answers[30]["refused"]


def test_an_answer_has_a_limit() -> None:
    """Rows that do not fit are counted; one text is cut; no head is too long."""
    answer = told({"lead": "1", "name": "я" * 5000}, [{"text": "ы" * 5000, "n": n} for n in range(100)])
    assert len(answer) <= LONGEST
    found = json.loads(answer)
    assert len(found["rows"]) + found["left_out"] == 100
    assert len(found["rows"][0]["text"]) == 600 and len(found["name"]) == 300


def test_what_is_ours_is_not_masked() -> None:
    """Numbers of clients and commands, times and states."""
    row = {"lead": "1", "lead_id": "2", "command_id": "3", "time": "4", "text": "5", "params": {"text": "6"}, "n": 7}
    changed = masked([row], lambda text: "*")
    assert changed == [row | {"lead": "*", "text": "*", "params": {"text": "*"}}]
