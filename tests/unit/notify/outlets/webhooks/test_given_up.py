"""Webhooks that nobody takes, or takes in time, are dead letters with the reason, and hold up no other."""

import pytest

from schemas.errors import Transient
from streams.engine.settle import Outcome
from streams.notify.outlets.webhooks import WebhookSender
from tests.fakes.n8n import FakeN8n, Fault
from tests.unit.engine.stand_ins import Broker, Stream, settler
from tests.unit.notify.outlets.webhooks.deliveries import HOURS, Clock, batch, event


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


async def test_one_event_that_the_receiver_stumbles_over_holds_up_nobody(n8n: FakeN8n, sender: WebhookSender) -> None:
    """500 is about this event: after its attempts it is a dead letter, and no other is sent twice for it."""
    n8n.faults.append(Fault("500", event="alert", times=100))
    broker = Broker()
    values = [event("a"), event("b"), event("c", "alert"), event("d")]
    await settler(sender, broker).run(Stream(range(4), values=values))
    assert [(letter.offset, letter.error_class) for letter in broker.letters] == [(2, "RecordFault")]
    assert n8n.events() == ["minutes"] * 3
