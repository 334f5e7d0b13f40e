"""`leadpulse worker gateway` says which leads are known, by a file that changes while it runs and by clients' cards."""

import json
from pathlib import Path
from typing import Any

import msgspec

from schemas.cards import ClientCard
from schemas.topics import CLIENTS, OPS_NOTICES
from tests.installation import Installation, until
from tests.integration.gateway_line import started


async def test_a_list_that_changes_is_read_again(bootstrap: str, tmp_path: Path) -> None:
    """No file: nobody can say, ops are told, and the gateway is ready all the same; then the file comes, and grows."""
    file = tmp_path / "leads.csv"
    token = {"Authorization": "Bearer room"}
    environ = {"LEADPULSE_JITSI__KNOWN_LEADS_FILE": str(file), "LEADPULSE_GATEWAY__JITSI_TOKEN": "room"}
    async with Installation(bootstrap, tmp_path) as installation, started(installation, **environ) as gateway:

        async def answer(lead: str) -> Any:
            body = json.dumps({"lead_id": lead}).encode()
            status, said = await gateway.post("/hooks/jitsi/lead", body, token)
            assert status == 200
            return said["known"]

        async def grown() -> bool:
            return bool(await answer("678"))

        async def come() -> bool:
            return await answer("678") is False

        async def told() -> bool:
            notices = [record.value for record in await installation.read(OPS_NOTICES)]
            return any(b"lead_list" in notice and str(file).encode() in notice for notice in notices)

        await until(gateway.ready, 20, "gateway is ready")
        await until(told, 20, "ops are told")
        assert await answer("12345") is None
        file.write_text("ID;Название\n12345;Ромашка\n")
        await until(come, 20, "the list")
        assert await answer("12345") is True
        file.write_text("ID;Название\n12345;Ромашка\n678;Лютик\n")
        await until(grown, 20, "the longer list")
        assert (await gateway.post("/hooks/jitsi/lead", b"{}", {}))[0] == 401

        async def carded() -> bool:
            return bool(await answer("9"))

        assert await answer("9") is False
        card = msgspec.json.encode(ClientCard(lead_id="9", source="bitrix", ts=1, name="Лютик"))
        await installation.produce(CLIENTS, [("9/bitrix", card)])
        await until(carded, 20, "a card makes a lead known")
    assert "Ромашка" not in (tmp_path / "gateway-0.log").read_text()
