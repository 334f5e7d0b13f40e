"""Payloads of every entrance, good ones between spoilt ones: each is answered, and what was taken can be used."""

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from pydantic import SecretStr

from processors.identity import Identities
from processors.normalize import NORMALIZERS, Options
from schemas.codec import Rejected
from schemas.types import Meta
from streams.settings import TelegramBot, WmsSource
from streams.settings.mappings import mapping_of
from tests.mutated import SPLICES, mutated, nasty, torn, update
from tests.unit.gateway.door import NOW, Door

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "deploy" / "mappings"
MAPPINGS = {file.stem: mapping_of(file) for file in sorted(SHIPPED.glob("*.yaml"))}
BOT, APP, WAREHOUSE, ROOM = "s3cret-of-the-b0t", "app-t0ken-of-the-p0rtal", "w4rehouse-t0ken", "r00m-t0ken"
SECRETS = (BOT, APP, WAREHOUSE, ROOM)
ANSWERS = {200, 400, 401, 413}
OPTIONS = Options(staff=frozenset({"7"}), curator_chats=frozenset({"500"}), mappings=MAPPINGS)

Sent = tuple[str, bytes, dict[str, str]]
Payload = Callable[[random.Random, int, bool], Sent]
"""Path, body and headers of payload number n, spoilt or good. The number stands in a good one, and nowhere else."""


def door() -> Door:
    """A gateway with every entrance open."""
    wms = {name: WmsSource(token=SecretStr(WAREHOUSE)) for name in (*MAPPINGS, "canonical")}
    bots = {"curator": TelegramBot(secret=SecretStr(BOT))}
    tokens = {"bitrix_token": SecretStr(APP), "jitsi_token": SecretStr(ROOM)}
    patient = {"max_body": 1 << 20, "max_items": 1000, "read_timeout": 10.0, "ack_timeout": 10.0}
    return Door(MAPPINGS, wms=wms, telegram=bots, **tokens, **patient)


def telegram(dice: random.Random, number: int, spoilt: bool) -> Sent:
    """An update of any kind."""
    body = update(dice, number) | {"mark": f"good-{number}"}
    if spoilt:
        body = mutated({**body, "mark": ""}, dice)
    sent = json.dumps(body).encode()
    return "/hooks/telegram/curator", _maybe_torn(sent, dice, spoilt), {"X_Telegram_Bot_Api_Secret_Token": BOT}


_EVENTS = (
    "ONCRMLEADUPDATE",
    "OnCrmDealAdd",
    "ONCRMCONTACTDELETE",
    "oncrmactivityadd",
    "ONVOXIMPLANTCALLEND",
    "ONTASKADD",
)
_ID = ("data[FIELDS][ID]", "DATA[fields][id]", "data[ID]", "data[FIELDS_AFTER][ID]", "data[CRM_ACTIVITY_ID]")


def bitrix(dice: random.Random, number: int, spoilt: bool) -> Sent:
    """A hook in one of the portal's shapes."""
    form: Any = {"event": dice.choice(_EVENTS), dice.choice(_ID): number + 1, "mark": f"good-{number}"}
    token = {dice.choice(("auth[application_token]", "AUTH[application_token]")): APP}
    if spoilt:
        form = mutated({**form, "mark": ""}, dice) if dice.random() < 0.7 else {"event": nasty(dice), "mark": ""}
        token = dice.choice((token, token, token, {}, {"auth[application_token]": "wr0ng"}))
    if dice.random() < 0.3:
        tree = form | {"auth": {"application_token": APP}} if token else form
        return "/hooks/bitrix", _maybe_torn(json.dumps(tree).encode(), dice, spoilt), {}
    if not isinstance(form, dict):
        form = {"event": str(form)}
    return "/hooks/bitrix", _maybe_torn(urlencode({**form, **token}).encode(), dice, spoilt), {}


def _sample(name: str) -> Any:
    if (file := SHIPPED / "samples" / f"{name}.json").exists():
        return json.loads(file.read_text())
    return None


_SAMPLES = {name: sample for name in MAPPINGS if (sample := _sample(name)) is not None}


def warehouse(dice: random.Random, number: int, spoilt: bool) -> Sent:
    """A body in the words of one of the shipped mappings."""
    name = dice.choice(sorted(_SAMPLES))
    body = _SAMPLES[name] | {"mark": f"good-{number}"}
    if spoilt:
        body = mutated({**body, "mark": ""}, dice)
    return f"/hooks/wms/{name}", _maybe_torn(json.dumps(body).encode(), dice, spoilt), _BEARER


_BEARER = {"Authorization": f"Bearer {WAREHOUSE}"}
CANONICAL = {
    "id": "R-1",
    "type": "reservation_created",
    "ts": NOW,
    "client": {"kind": "wms_customer", "value": "1066"},
    "doc": {"id": "R-1"},
    "lines": [{"sku": "A", "qty": 2}],
}


def canonical(dice: random.Random, number: int, spoilt: bool) -> Sent:
    """Events as we like them."""
    body = CANONICAL | {"mark": f"good-{number}"}
    sent = json.dumps(mutated({**body, "mark": ""}, dice) if spoilt else body).encode()
    return "/hooks/wms/canonical", _maybe_torn(sent, dice, spoilt), _BEARER


def jitsi(dice: random.Random, number: int, spoilt: bool) -> Sent:
    """Reports of rooms."""
    said = {"type": "room", "happening": "joined", "room": "lead-12345", "meeting_id": "m1", "lead_id": "12345"}
    report = {"id": f"good-{number}", "ts": NOW} | said
    tree = [mutated({**report, "id": "spoilt"}, dice)] if spoilt else [report]
    return "/hooks/jitsi", _maybe_torn(json.dumps(tree).encode(), dice, spoilt), {"Authorization": f"Bearer {ROOM}"}


ENTRANCES: dict[str, Payload] = {
    "telegram": telegram,
    "bitrix": bitrix,
    "warehouse": warehouse,
    "canonical": canonical,
    "jitsi": jitsi,
}


def _maybe_torn(body: bytes, dice: random.Random, spoilt: bool) -> bytes:
    if not spoilt or dice.random() < 0.7:
        return body
    return torn(body, dice) if dice.random() < 0.9 else body + dice.choice(SPLICES) * dice.choice((1, 9, 3000))


async def run(payloads: int, seed: int) -> Counter[str]:
    """So many, one in ten of them good. What was answered, by entrance and status."""
    dice, answered, good = random.Random(seed), Counter[str](), 0
    async with door() as opened:
        for number in range(payloads):
            name = dice.choice(sorted(ENTRANCES))
            spoilt = number % 10 != 0
            path, body, headers = ENTRANCES[name](dice, number, spoilt)
            opened.shelf.outputs.clear()
            status, answer = await opened.post(path, body, **headers)
            place = f"seed {seed}, number {number}, {name}: {status} {answer} for {body[:2000]!r}"
            assert status in ANSWERS, place
            answered[f"{name} {status}"] += 1
            assert bool(opened.shelf.outputs) or status != 200 or answer.get("accepted") == 0, place
            assert status == 200 or not opened.shelf.outputs, place
            if not spoilt:
                good += 1
                kept = b"".join(output.value or b"" for output in opened.shelf.outputs)
                assert status == 200, place
                assert f"good-{number}".encode() in kept, place
            for output in opened.shelf.outputs:
                _used(output.topic, output.value or b"", name, spoilt, place)
                assert not any(secret.encode() in (output.value or b"") for secret in SECRETS), place
    assert good == -(-payloads // 10)
    return answered


def _used(topic: str, value: bytes, name: str, spoilt: bool, place: str) -> None:
    """The normaliser reads it, or says why not; never raises. Of Telegram's whole updates it refuses none but buttons
    that are not ours."""
    found = NORMALIZERS[topic](Meta(topic, 0, 0, NOW), value, Identities(), OPTIONS)
    if isinstance(found, Rejected):
        assert found.reason, place
        assert spoilt or found.reason == "callback data is none of ours", (found, place)
        assert name == "telegram", (found, place)
    else:
        for event in found:
            msgspec.json.encode(event)
