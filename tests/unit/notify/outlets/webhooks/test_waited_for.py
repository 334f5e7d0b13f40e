"""A receiver of webhooks that is late, busy or away: the event waits, and arrives."""

import logging
from email.utils import formatdate

import pytest

from schemas.errors import Transient
from streams.engine.settle import Outcome
from streams.notify.outlets.webhooks import CONFIGURATION_WAIT, WebhookSender
from tests.fakes.n8n import FakeN8n, Fault
from tests.unit.notify.outlets.webhooks.deliveries import HOURS, NOW, batch, event


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


async def test_away_and_back(n8n: FakeN8n, sender: WebhookSender) -> None:
    """The receiver is stopped and started: the event waits and arrives."""
    await n8n.stop()
    with pytest.raises(Transient):
        await sender(batch(event("a")))
    await n8n.start()
    await sender(batch(event("a")))
    assert list(n8n.deliveries) == ["a"]
