"""Signed webhooks: each event is taken once, or waited for, or a dead letter with the reason; no secret gets out."""

import hashlib
import hmac
import logging
from collections.abc import AsyncIterator
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ConfigError, Transient
from schemas.outlets import Webhook
from streams.engine.settle import Batch, Outcome
from streams.notify.outlets.webhooks import CONFIGURATION_WAIT, WebhookSender, signature
from streams.settings import Webhooks
from tests.fakes.n8n import FakeN8n, Fault
from tests.unit.engine.stand_ins import Broker, Stream, settler

SECRET = "клю4 key"
NOW = 1_795_266_000.25
HOURS = 2.0


class Clock:
    """Seconds since 1970, as they are set."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """One for both sides."""
    return Clock()


@pytest_asyncio.fixture
async def n8n(clock: Clock) -> AsyncIterator[FakeN8n]:
    """The receiver."""
    async with FakeN8n(SECRET, clock=clock) as running:
        yield running


@pytest_asyncio.fixture
async def sender(n8n: FakeN8n, clock: Clock) -> AsyncIterator[WebhookSender]:
    """The outlet, with a short patience."""
    outlet = WebhookSender(Webhooks(url=n8n.url, secret=SECRET, timeout=2.0, give_up_hours=HOURS), clock=clock)
    yield outlet
    await outlet.close()


def event(id_: str, kind: Any = "minutes", text: str = "Слова клиента") -> bytes:
    """An event as it stands on `out.webhooks`."""
    body = msgspec.json.encode({"id": id_, "event": kind, "text": text})
    return msgspec.json.encode(Webhook(id_, kind, 1000, msgspec.Raw(body), "12345"))


def batch(*values: bytes, first: int = 0, age: float = 0.0) -> Batch:
    """Records of partition 0 that the broker got `age` seconds ago."""
    at = int((NOW - age) * 1000)
    records: Any = [SimpleNamespace(offset=first + n, value=value, timestamp=at) for n, value in enumerate(values)]
    return Batch("out.webhooks", 0, 1, records)


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


@pytest.mark.parametrize(
    ("kind", "retry_after", "pause"),
    [
        ("429", "7", 7.0),
        ("503", "7", 7.0),
        ("429", "", None),
        ("429", "0", 0.0),
        ("429", "soon", None),
        ("429", "-3", None),
        ("503", "999999", HOURS * 3600),
        ("408", "", None),
        ("425", "", None),
        ("502", "", None),
        ("599", "", None),
        ("drop", "", None),
        ("drop_after", "", None),
        ("hang", "", None),
        ("401", "", CONFIGURATION_WAIT),
        ("404", "", CONFIGURATION_WAIT),
        ("302", "", CONFIGURATION_WAIT),
    ],
)
async def test_waited_for(
    n8n: FakeN8n, sender: WebhookSender, kind: str, retry_after: str, pause: float | None
) -> None:
    """What may pass is waited for, as long as the receiver says and the event lives; then it arrives."""
    n8n.faults.append(Fault(kind, retry_after=retry_after))
    with pytest.raises(Transient) as fault:
        await sender(batch(event("a")))
    assert fault.value.retry_after == pause
    assert not sender.healthy
    assert await sender(batch(event("a"))) == Outcome()
    assert n8n.events() == ["minutes"]


async def test_retry_after_as_a_date(n8n: FakeN8n, sender: WebhookSender) -> None:
    """The other form of Retry-After; a date that is over means now."""
    for date, pause in ((int(NOW) + 90, 89.75), (int(NOW) - 90, 0.0)):
        n8n.faults.append(Fault("503", retry_after=formatdate(date, usegmt=True)))
        with pytest.raises(Transient) as fault:
            await sender(batch(event("a")))
        assert fault.value.retry_after == pause


async def test_slow_answer(n8n: FakeN8n, sender: WebhookSender) -> None:
    """An event that was taken, but answered too late, comes again with the same id: the receiver counts it once."""
    n8n.faults.append(Fault("slow", seconds=4.0))
    with pytest.raises(Transient):
        await sender(batch(event("a")))
    await sender(batch(event("a")))
    assert list(n8n.deliveries) == ["a"] and n8n.times["a"] == 2


@pytest.mark.parametrize(
    ("kind", "reason"), [("400", "400 Bad Request"), ("410", "410 Gone"), ("422", "422"), ("499", "499")]
)
async def test_refused(n8n: FakeN8n, sender: WebhookSender, kind: str, reason: str) -> None:
    """What the receiver will never take is a dead letter with the status, without its words; the others arrive."""
    n8n.faults.append(Fault(kind, event="alert"))
    outcome = await sender(batch(event("a"), event("b", "alert"), b"[]", event("c")))
    assert [(record.offset, why.error_class) for record, why in outcome.rejected] == [
        (1, "Refused"),
        (2, "ValidationError"),
    ]
    assert reason in outcome.rejected[0][1].reason and "words" not in outcome.rejected[0][1].reason
    assert list(n8n.deliveries) == ["a", "c"]


async def test_not_sent_again_with_the_batch(n8n: FakeN8n, sender: WebhookSender) -> None:
    """When one event is waited for, those before it in the batch stay sent, and what was rejected stays rejected."""
    n8n.faults += [Fault("400", event="alert"), Fault("500", event="report", times=3)]
    records = batch(event("a"), event("b", "alert"), event("c", "report"), event("d"))
    for _ in range(3):
        with pytest.raises(Transient):
            await sender(records)
    outcome = await sender(records)
    assert [record.offset for record, _ in outcome.rejected] == [1]
    assert n8n.times == {"a": 1, "c": 1, "d": 1} and n8n.calls == 1 + 1 + 4 + 1
    n8n.faults.clear()
    for _ in range(2):  # a batch that comes again when it was done is another matter: it was not acked
        assert await sender(batch(event("e"), first=4)) == Outcome()
    assert n8n.times["e"] == 2


@pytest.mark.parametrize("kind", ["503", "404", "hang"])
async def test_given_up(n8n: FakeN8n, sender: WebhookSender, clock: Clock, kind: str) -> None:
    """An event that is too old and still not taken is a dead letter; one that is taken is not, however old."""
    n8n.faults.append(Fault(kind, event="alert", times=2))
    records = batch(event("a", "alert"), event("b"), age=HOURS * 3600 - 1)
    with pytest.raises(Transient) as fault:
        await sender(records)
    assert (fault.value.retry_after or 0) <= 1
    clock.now += 1
    outcome = await sender(records)
    assert [(record.offset, why.error_class) for record, why in outcome.rejected] == [(0, "GivenUp")]
    assert "2 h" in outcome.rejected[0][1].reason
    assert list(n8n.deliveries) == ["b"]


async def test_inactive_workflow_costs_nothing(
    n8n: FakeN8n, sender: WebhookSender, caplog: pytest.LogCaptureFixture
) -> None:
    """The workflow is switched off for a while: one error in the log, and everything arrives afterwards."""
    n8n.active = False
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            with pytest.raises(Transient):
                await sender(batch(event("a"), event("b")))
    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(told) == 1
    n8n.active = True
    await sender(batch(event("a"), event("b")))
    assert list(n8n.deliveries) == ["a", "b"]


async def test_redirect_is_not_followed(n8n: FakeN8n, clock: Clock) -> None:
    """The words go to the address that was set, and to no other that the receiver names."""
    async with FakeN8n(SECRET, clock=clock) as other:
        n8n.faults.append(Fault("307", location=other.url))
        sender = WebhookSender(Webhooks(url=n8n.url, secret=SECRET), clock=clock)
        with pytest.raises(Transient, match="307"):
            await sender(batch(event("a")))
        await sender.close()
        assert other.calls == 0


async def test_away_and_back(n8n: FakeN8n, sender: WebhookSender) -> None:
    """The receiver is stopped and started: the event waits and arrives."""
    await n8n.stop()
    with pytest.raises(Transient):
        await sender(batch(event("a")))
    await n8n.start()
    await sender(batch(event("a")))
    assert list(n8n.deliveries) == ["a"]


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


async def test_one_event_that_the_receiver_stumbles_over_holds_up_nobody(n8n: FakeN8n, sender: WebhookSender) -> None:
    """500 is about this event: after its attempts it is a dead letter, and no other is sent twice for it."""
    n8n.faults.append(Fault("500", event="alert", times=100))
    broker = Broker()
    values = [event("a"), event("b"), event("c", "alert"), event("d")]
    await settler(sender, broker).run(Stream(range(4), values=values))
    assert [(letter.offset, letter.error_class) for letter in broker.letters] == [(2, "RecordFault")]
    assert n8n.events() == ["minutes"] * 3
