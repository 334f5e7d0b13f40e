"""A6 through real processes: `leadpulse mcp` and the dispatcher `actions` on Kafka, the protocol's own client."""

import json
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from schemas.cards import ClientCard
from schemas.codec import Codec
from schemas.mcp import McpToken
from schemas.people import WebUser
from schemas.sources import Identity
from schemas.topics import (
    AUDIT_ACCESS,
    CLIENTS,
    DAY_MS,
    IDENTITIES,
    MCP_TOKENS,
    OUT_TELEGRAM,
    WEB_USERS,
)
from streams.engine.cards import CARD
from streams.engine.clock import wall_clock
from streams.engine.identities import IDENTITY
from streams.engine.kafka import Output
from streams.engine.signing_keys import ensure
from streams.mcp.tokens import TOKEN, digest
from tests.installation import Installation, until
from tests.ports import free_port

USER: Codec[WebUser] = Codec(WebUser)
OWN, OTHER = "1001", "1002"


async def called(url: str, token: str, tool: str, **given: Any) -> dict[str, Any]:
    """What a tool answers."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        result = await client.call_tool(tool, given)
        assert not result.is_error
        found: dict[str, Any] = json.loads(result.content[0].text)  # type: ignore[union-attr]
        return found


async def status(url: str, token: str) -> int:
    """Of a bare request; 0 while nobody listens."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
    try:
        async with httpx2.AsyncClient(headers=headers) as http:
            return (await http.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})).status_code
    except httpx2.TransportError:
        return 0


async def test_a_program_of_a_curator(bootstrap: str, tmp_path: Path) -> None:
    """Its own client's command waits for a signature, another's client is refused, a revoked token opens nothing."""
    port, now, token = free_port(), wall_clock(), "of-a-curator"
    url = f"http://127.0.0.1:{port}/mcp"
    async with Installation(bootstrap, tmp_path, {"LEADPULSE_MCP__PORT": str(port)}) as home:
        await ensure(home.settings.kafka, home.settings.commands.keys, now)
        cards = [
            ClientCard(lead_id=OWN, source="hand", ts=1, name="Ромашка", responsible="Ольга Петрова"),
            ClientCard(lead_id=OTHER, source="hand", ts=1, name="Лютик", responsible="Пётр Другой"),
        ]
        await home.produce(CLIENTS, [(f"{card.lead_id}/hand", CARD.encode(card)) for card in cards])
        await home.produce(IDENTITIES, [("tg_chat:-1005", IDENTITY.encode(Identity("tg_chat", "-1005", OWN)))])
        user = WebUser(user_id="olga", name="Ольга Петрова", role="curator")
        await home.produce(WEB_USERS, [("olga", USER.encode(user))])
        given = McpToken(user_id="olga", made=now - 1, until=now + DAY_MS, propose=True)
        await home.produce(MCP_TOKENS, [(digest(token), TOKEN.encode(given))])
        home.worker("actions")
        process = home.start("streams.cli", "mcp")

        async def is_open() -> bool:
            return await status(url, token) == 200

        await until(is_open, 20, "the door is open")
        assert await status(url, "another") == 401
        reply = {"name": "telegram.reply", "params": {"text": "Акт отправим завтра"}, "why": "обещали"}
        refused = await called(url, token, "propose_command", lead=OTHER, **reply)
        assert refused == {"refused": "Такого клиента нет среди ваших."}
        made = await called(url, token, "propose_command", lead=OWN, **reply)
        found = made

        async def is_judged() -> bool:
            nonlocal found
            found = await called(url, token, "command_status", lead=OWN, command_id=made["command_id"])
            return "ещё не рассмотрели" not in found["state"]

        await until(is_judged, 20, "the dispatcher has judged it")
        assert found["state"] == "ждёт подписи", found
        assert await home.count(OUT_TELEGRAM) == 0
        assert await home.count(AUDIT_ACCESS) >= 3
        await home.outputs.send([Output(MCP_TOKENS.name, digest(token).encode(), None)])

        async def is_closed() -> bool:
            return await status(url, token) == 401

        await until(is_closed, 20, "a revoked token opens nothing")
        assert home.end(process, 15) == 0
    logs = "".join(log.read_text() for log in tmp_path.glob("*.log"))
    assert token not in logs and "Traceback" not in logs
