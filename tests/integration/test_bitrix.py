"""Bitrix24 on real Kafka: the portal is read, a hook is obeyed, a kill loses nothing and tells nothing twice."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from schemas import codec, events
from schemas.cards import ClientCard
from schemas.codec import Rejected
from schemas.events import CallTranscribed, CrmChanged, Note
from schemas.sources import Identity
from schemas.topics import BITRIX, CLIENTS, IDENTITIES, LEAD_EVENTS
from tests.fakes.bitrix import FakeBitrix
from tests.installation import Installation, until
from tests.integration.gateway_line import started

TOKEN = "app-t0ken"
AT = "2026-11-20T10:00:00+03:00"
LATER = "2026-11-20T11:00:00+03:00"
LEADS = 230


def hook(event: str, id_: int) -> bytes:
    """As the portal posts it."""
    return urlencode({"event": event, "data[FIELDS][ID]": id_, "auth[application_token]": TOKEN}).encode()


async def told(installation: Installation) -> list[events.Event]:
    """All lead events so far."""
    found = [codec.decode(record.value) for record in await installation.read(LEAD_EVENTS)]
    return [event for event in found if not isinstance(event, Rejected)]


async def test_a_portal_comes_in_whole(bootstrap: str, tmp_path: Path) -> None:
    """`notify` is killed in the first load; then a hook changes a lead, and another tells of a comment."""
    async with FakeBitrix({"1"}, per_second=1e6, burst=10**6) as fake:
        fake.crm.users = {
            7: {"NAME": "Анна", "LAST_NAME": "Кузнецова", "USER_TYPE": "employee", "WORK_PHONE": "89160000001"}
        }
        fake.crm.put("company", 5, AT, title="ООО Ромашка", fm=[{"typeId": "PHONE", "value": "8 912 345-67-89"}])
        for n in range(1, LEADS + 1):
            fake.crm.put("lead", n, AT, title=f"Лид {n}", companyId=5 if n == 1 else 0)
        fake.crm.put("deal", 1, AT, title="Фулфилмент", leadId=1)
        mail = [{"typeId": "EMAIL", "value": "petr@romashka.example"}]
        fake.crm.put("lead", 4, AT, fm=mail)
        fake.crm.put("lead", 900, AT, title="Снова Ромашка", fm=mail)
        fake.crm.act(9, AT, TYPE_ID="2", OWNER_TYPE_ID="2", OWNER_ID="1", COMPLETED="Y", START_TIME=AT, DIRECTION="1")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        fake.crm.act(10, now, TYPE_ID="2", OWNER_TYPE_ID="1", OWNER_ID="2", COMPLETED="Y", START_TIME=now)
        fake.telephony.transcripts[10] = "Когда будет отгрузка?"
        fake.slowness = 0.3
        environ = {
            "LEADPULSE_BITRIX__WEBHOOK": fake.webhook,
            "LEADPULSE_BITRIX__READ": "true",
            "LEADPULSE_BITRIX__READ_EVERY": "5",
            "LEADPULSE_BITRIX__SWEEP_AT": "23:59",
            "LEADPULSE_GATEWAY__BITRIX_TOKEN": TOKEN,
        }
        async with Installation(bootstrap, tmp_path, environ) as installation, started(installation) as gateway:
            installation.worker("pipeline")
            notify = installation.worker("notify")

            async def some() -> bool:
                return await installation.count(BITRIX) >= 50

            async def all_of_it() -> bool:
                kinds = Counter(event.entity for event in await told(installation) if isinstance(event, CrmChanged))
                calls = sum(isinstance(event, events.Call) for event in await told(installation))
                return kinds["lead"] > LEADS and kinds["deal"] >= 1 and kinds["company"] >= 1 and calls >= 1

            await until(some, 60, "the first page")
            installation.end(notify)
            fake.slowness = 0.0
            installation.worker("notify")
            await until(all_of_it, 90, "all of the portal")

            fake.crm.put("lead", 3, LATER, stageId="WON")
            comment = fake.say("1", "клиент недоволен сроками")
            await until(gateway.ready, 30, "gateway is ready")
            for _ in range(3):
                assert (await gateway.post("/hooks/bitrix", hook("ONCRMLEADUPDATE", 3), {}))[0] == 200
            body = urlencode({"event": "OnCrmTimelineCommentAdd", "data[ID]": 1, "auth[application_token]": TOKEN})
            assert (await gateway.post("/hooks/bitrix", body.encode(), {}))[0] == 200

            async def obeyed() -> bool:
                found = await told(installation)
                won = any(isinstance(event, CrmChanged) and event.fields.get("stageId") == "WON" for event in found)
                heard = [event.text for event in found if isinstance(event, CallTranscribed)]
                noted = any(isinstance(event, Note) and event.text == comment.text for event in found)
                return won and noted and heard == ["Когда будет отгрузка?"]

            await until(obeyed, 60, "both hooks, and the words of the call")
            ids = Counter(event.event_id for event in await told(installation))
            assert sum(times - 1 for times in ids.values()) <= 50  # the page that the kill met may come again
            leads = {event.lead_id for event in await told(installation)}
            assert leads == {str(n) for n in range(1, LEADS + 1)}
            cards = {record.key: record.value for record in await installation.read(CLIENTS)}
            card = msgspec.json.decode(cards[b"1/bitrix"] or b"", type=ClientCard)
            assert (card.name, card.responsible) == ("ООО Ромашка", "Анна Кузнецова")
            links = {record.key: record.value for record in await installation.read(IDENTITIES)}
            assert msgspec.json.decode(links[b"lead:900"] or b"", type=Identity).lead_id == "4"
            user = msgspec.json.decode(links[b"b24_user:7"] or b"", type=Identity)
            assert (user.name, user.ours) == ("Анна Кузнецова", ["phone:+79160000001"])
            for key in (b"phone:+79123456789", b"b24_deal:1", b"b24_company:5"):
                assert msgspec.json.decode(links[key] or b"", type=Identity).lead_id == "1"
    logs = "".join(path.read_text() for path in tmp_path.glob("*.log"))
    assert TOKEN not in logs
    assert fake.code not in logs
