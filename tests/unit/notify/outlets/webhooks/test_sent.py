"""Signed webhooks: each event arrives once, as it was made, at the address that was set; no secret gets out."""

import hashlib
import hmac
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ConfigError, Transient
from streams.engine.settle import Outcome
from streams.notify.outlets.webhooks import CONFIGURATION_WAIT, WebhookSender, signature
from streams.settings import Webhooks
from tests.fakes.n8n import FakeN8n, Fault
from tests.unit.notify.outlets.webhooks.deliveries import NOW, SECRET, Clock, batch, event


async def test_taken(n8n: FakeN8n, sender: WebhookSender) -> None:
    """Events arrive in their order, with the body as it was made and headers that the receiver's own check accepts."""
    body = b'{"id":"a", "event":"alert",  "text":"\xd0\xb0"}'
    raw = b'{"id":"a","event":"alert","ts":1,"body":' + body + b"}"
    assert await sender(batch(raw, event("b"))) == Outcome()
    headers, sent = n8n.requests[0]
    assert sent == body and not n8n.refused and n8n.events() == ["alert", "minutes"]
    assert headers["Content-Type"] == "application/json"
    assert {name: headers[f"X-Leadpulse-{name}"] for name in ("Event", "Delivery", "Timestamp")} == {
        "Event": "alert",
        "Delivery": "a",
        "Timestamp": str(int(NOW)),
    }
    assert sender.healthy


@given(st.text(), st.integers(0, 2**40), st.binary())
def test_signature_is_of_the_documented_recipe(secret: str, timestamp: int, body: bytes) -> None:
    """HMAC-SHA256 of `<timestamp>.<body>` in hex, whatever is signed."""
    signed = f"{timestamp}.".encode() + body
    assert signature(secret, str(timestamp), body) == "sha256=" + hmac.digest(secret.encode(), signed, "sha256").hex()
    assert hashlib.sha256().digest_size * 2 == len(signature(secret, str(timestamp), body)) - len("sha256=")


async def test_changed_body_or_other_key_is_refused(n8n: FakeN8n, clock: Clock) -> None:
    """What is signed with another key is not taken by the receiver; the sender waits for a person, and says so once."""
    stranger = WebhookSender(Webhooks(url=n8n.url, secret="other"), clock=clock)
    with pytest.raises(Transient) as fault:
        await stranger(batch(event("a")))
    assert fault.value.retry_after == CONFIGURATION_WAIT and n8n.refused == ["signature"] and not n8n.deliveries
    await stranger.close()


async def test_redirect_is_not_followed(n8n: FakeN8n, clock: Clock) -> None:
    """The words go to the address that was set, and to no other that the receiver names."""
    async with FakeN8n(SECRET, clock=clock) as other:
        n8n.faults.append(Fault("307", location=other.url))
        sender = WebhookSender(Webhooks(url=n8n.url, secret=SECRET), clock=clock)
        with pytest.raises(Transient, match="307"):
            await sender(batch(event("a")))
        await sender.close()
        assert other.calls == 0


async def test_no_secret_in_sight(n8n: FakeN8n, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the key nor the address (which may hold one) nor the words are in an error or in the log."""
    address = n8n.url + "?key=s3cr3t"
    sender = WebhookSender(Webhooks(url=address, secret=SECRET, timeout=2.0), clock=clock)
    said = []
    with caplog.at_level(logging.DEBUG):
        for kind in ("500", "401", "302", "drop", "hang"):
            n8n.faults.append(Fault(kind))
            with pytest.raises(Transient) as fault:
                await sender(batch(event("a")))
            said.append(str(fault.value))
        n8n.faults.append(Fault("400"))
        said += [why.reason for _, why in (await sender(batch(event("a")))).rejected]
    await n8n.stop()
    with pytest.raises(Transient) as fault:
        await sender(batch(event("a")))
    said.append(str(fault.value))
    said += [str(record.__dict__) for record in caplog.records if record.name.startswith("streams")]
    assert not [text for text in said if "s3cr3t" in text or SECRET in text or "Слова" in text or "127.0.0.1" in text]
    await sender.close()


@pytest.mark.parametrize("settings", [{"secret": ""}, {"url": "localhost:5678"}, {"url": "http://["}, {"url": ""}])
def test_settings_that_cannot_work(settings: dict[str, str]) -> None:
    """Without a key, or with an address that is none, it does not start."""
    with pytest.raises(ConfigError):
        WebhookSender(Webhooks(**{"url": "http://127.0.0.1:1", "secret": SECRET} | settings))
