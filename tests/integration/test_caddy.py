"""One name outside: the real Caddy of this machine in front of a real gateway, with its own authority."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest_asyncio
from aiohttp import web

from schemas.sources import RoomReport
from schemas.topics import BITRIX, RECORDINGS, TELEGRAM, WMS
from streams.cli.check_site import site_faults
from streams.engine.clock import wall_clock
from streams.settings import Settings, Site
from tests.caddy import Caddy
from tests.installation import Installation, until
from tests.ports import free_port

FAR = "10.9.9.9"
KEY, ADDRESS, TOKEN = "signing-key", "an-address-that-nobody-guesses", "right-token"
EVENT = {
    "type": "reservation_created",
    "ts": "2026-11-20T12:03:11+03:00",
    "client": {"kind": "wms_customer", "value": "1066"},
    "doc": {"id": "R-1"},
    "lines": [{"sku": "A", "qty": 10}],
}


class Front:
    """A gateway behind Caddy, and a stranger's server in the place of Grafana and the page."""

    def __init__(self, installation: Installation, caddy: Caddy, client: aiohttp.ClientSession, stranger: str) -> None:
        self.installation, self.caddy, self.client, self.stranger = installation, caddy, client, stranger

    async def post(self, path: str, body: bytes, **headers: str) -> int:
        """Status of the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.post(path, data=body, headers=named) as answer:
            return answer.status

    async def slowly(self, body: bytes, seconds: float) -> int:
        """The same to the warehouse's entrance, by a sender who takes his time."""

        async def parts() -> AsyncIterator[bytes]:
            yield body[:5]
            await asyncio.sleep(seconds)
            yield body[5:]

        length = {"Authorization": f"Bearer {TOKEN}", "Content-Length": str(len(body))}
        async with self.client.post("/hooks/wms/main", data=parts(), headers=length) as answer:
            return answer.status

    def faults(self, ca_file: Path | None) -> list[str]:
        """What `leadpulse check` says of the name."""
        return site_faults(Settings(site=Site(public_url=self.caddy.url, ca_file=ca_file)))


@pytest_asyncio.fixture
async def front(bootstrap: str, tmp_path: Path) -> AsyncIterator[Front]:
    """All of it, ready."""
    gateway, other = free_port(), free_port()
    environ = {
        "LEADPULSE_GATEWAY__PORT": str(gateway),
        "LEADPULSE_GATEWAY__READ_TIMEOUT": "1",
        "LEADPULSE_GATEWAY__BITRIX_TOKEN": TOKEN,
        "LEADPULSE_GATEWAY__LIVE_TOKEN": TOKEN,
        "LEADPULSE_GATEWAY__TELEGRAM": json.dumps({"main": {"secret": TOKEN}, "away": {"secret": TOKEN}}),
        "LEADPULSE_GATEWAY__WMS": json.dumps(
            {"main": {"token": TOKEN}, "signed": {"hmac_secret": KEY, "path_secret": ADDRESS}}
        ),
        "LEADPULSE_GATEWAY__TRUSTED_PROXIES": json.dumps(["127.0.0.1"]),
        "LEADPULSE_GATEWAY__ONLY_FROM": json.dumps({"telegram/main": ["127.0.0.1", "::1"], "telegram/away": [FAR]}),
    }
    here = dict.fromkeys(("grafana", "web"), f"127.0.0.1:{other}")
    async with (
        Installation(bootstrap, tmp_path / "installation", environ) as installation,
        Caddy(tmp_path, gateway=f"127.0.0.1:{gateway}", **here) as caddy,
        aiohttp.ClientSession(caddy.url, connector=aiohttp.TCPConnector(ssl=caddy.trust())) as client,
    ):
        runner = web.AppRunner(_others())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", other).start()
        installation.worker("gateway")
        one = Front(installation, caddy, client, here["web"])

        async def open_for_all() -> bool:
            return await one.post("/hooks/wms/main", b"[]", Authorization=f"Bearer {TOKEN}") == 200

        await until(open_for_all, 60, "the gateway takes what comes through Caddy")
        yield one
        await runner.cleanup()


def _others() -> web.Application:
    async def page(request: web.Request) -> web.Response:
        return web.json_response({"path": request.path, "from": request.headers["X-Forwarded-For"]})

    app = web.Application()
    app.router.add_get("/{any:.*}", page)
    return app


async def test_one_name_for_all(front: Front) -> None:
    """Signed hooks come to their topics, slow ones too; each path to who serves it; nobody names another's address."""
    signed = json.dumps(EVENT | {"id": "signed"}).encode()
    signature = "sha256=" + hmac.new(KEY.encode(), signed, hashlib.sha256).hexdigest()
    path = f"/hooks/wms/signed/{ADDRESS}"
    assert await front.post(path, signed, X_Leadpulse_Signature=signature) == 200
    assert await front.post(path, signed + b" ", X_Leadpulse_Signature=signature) == 401
    assert await front.slowly(json.dumps(EVENT | {"id": "slow"}).encode(), 2.5) == 200  # longer than the gateway waits
    update = json.dumps({"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": -1}, "text": "Да"}})
    secret = {"X_Telegram_Bot_Api_Secret_Token": TOKEN}
    assert await front.post("/hooks/telegram/main", update.encode(), **secret) == 200
    assert await front.post("/hooks/telegram/main", update.encode()) == 401
    assert await front.post("/hooks/telegram/away", update.encode(), **secret, X_Forwarded_For=FAR) == 401
    form = f"event=ONCRMLEADADD&data[FIELDS][ID]=7&ts=1795300000&auth[application_token]={TOKEN}"
    kind = {"Content_Type": "application/x-www-form-urlencoded"}
    assert await front.post("/hooks/bitrix", form.encode(), **kind) == 200
    assert await front.post("/hooks/bitrix", form.replace(TOKEN, "wrong").encode(), **kind) == 401

    counts = {topic.name: len(await front.installation.read(topic)) for topic in (WMS, TELEGRAM, BITRIX)}
    assert counts == {WMS.name: 2, TELEGRAM.name: 1, BITRIX.name: 1}

    for where in ("/grafana/api/health", "/", "/leads/7"):
        async with front.client.get(where, headers={"X-Forwarded-For": FAR}) as answer:
            said = await answer.json()
            assert said["path"] == where and FAR not in said["from"]
            assert answer.headers["Strict-Transport-Security"] and "Server" not in answer.headers
    meeting = RoomReport("r", "meeting_started", wall_clock(), "lead-7", "m-1")
    await front.installation.produce(RECORDINGS, [(meeting.room, msgspec.json.encode(meeting))])
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    async with front.client.ws_connect("/live/room?meeting=m-1", headers=bearer) as socket:
        for number in range(2):
            await socket.send_str(f'{{"event":"ping","id":{number}}}')
            assert await socket.receive_json(timeout=60) == {"event": "pong", "id": number}
            await asyncio.sleep(12 * (1 - number))  # longer than Caddy waits for a head or a body

    assert await asyncio.to_thread(front.faults, front.caddy.ca_file) == []
    [fault] = await asyncio.to_thread(front.faults, None)
    assert "сертификат не принят" in fault and "site.ca_file" in fault


async def test_a_gateway_that_is_away(front: Front, tmp_path: Path) -> None:
    """The sender gets 502 and comes again; the check says who does not answer, or who answers in its place; no address
    of a hook is in the log."""
    for process in front.installation._processes:
        front.installation.end(process)
    async with front.client.post(
        f"/hooks/wms/signed/{ADDRESS}", data=b"{}", headers={"Authorization": TOKEN}
    ) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (502, "5")
        assert "попробуйте" in await answer.text()
    [fault] = await asyncio.to_thread(front.faults, front.caddy.ca_file)
    assert "прокси отвечает, а шлюз за ним — нет" in fault
    async with Caddy(tmp_path / "other", gateway=front.stranger) as other:
        site = Settings(site=Site(public_url=other.url, ca_file=other.ca_file))
        [fault] = await asyncio.to_thread(site_faults, site)
        assert "отвечает не шлюз Leadpulse (код 405)" in fault
    log = front.caddy.log.read_text()
    assert '"status":502' in log
    assert ADDRESS not in log and TOKEN not in log
