"""What became of a thing that an outlet was given: told once it is settled, while it waits, and never in its way."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from schemas.codec import Rejected
from schemas.errors import NotYet, Transient
from schemas.outlets import Forget, Handover, Webhook, forgotten
from streams.engine.kafka import Output
from streams.engine.process import Batch, Outcome
from streams.notify.outlets.settled import LONGEST_ERROR, Settled, of_copy, of_webhook
from tests.unit.notify.outlets.copies import batch, copy, meeting

NOW = 1_795_266_000_000
OWN = Output("x", None, b"own")


class Outlet:
    """An outlet that does what it is told to, in turn; then it takes all."""

    def __init__(self, *answers: Exception | Outcome) -> None:
        self.answers = list(answers)

    async def __call__(self, given: Batch) -> Outcome:
        answer = self.answers.pop(0) if self.answers else Outcome(outputs=[OWN])
        if isinstance(answer, Exception):
            raise answer
        return answer


class Sent(list[Output]):
    """A producer; `away` raises."""

    away = False

    async def __call__(self, outputs: Iterable[Output]) -> None:
        if self.away:
            raise Transient("Kafka is away")
        self.extend(outputs)


def told(outputs: Iterable[Output]) -> list[Handover]:
    """What stands on `out.settled`."""
    return [msgspec.json.decode(one.value or b"", type=Handover) for one in outputs if one.topic == "out.settled"]


def settled(outlet: Any, sent: Any, about: Any = of_copy) -> Settled:
    """With a clock that stands."""
    return Settled("bitrix", outlet, about, sent, lambda: NOW)


async def test_what_is_delivered_is_told_behind_the_outlets_own_outputs() -> None:
    """With the recording, its version, the lead, the trace, and where the record stands."""
    event = meeting("rec-7", version=3, origin="source.transcripts/1/5")
    outcome = await settled(Outlet(), Sent())(batch(copy(event), topic="out.bitrix", first=4))
    assert outcome.outputs[0] == OWN
    [one] = told(outcome.outputs)
    assert one == Handover(
        outlet="bitrix",
        place="out.bitrix/0/4",
        key="rec-7",
        version=3,
        outcome="delivered",
        given_at=1000,
        at=NOW,
        lead_id="12345",
        origin="source.transcripts/1/5",
    )
    assert outcome.outputs[1].key == b"bitrix/rec-7"


async def test_what_is_refused_is_told_with_its_reason() -> None:
    """Only of the record that was; one that nobody can read is a dead letter and nothing else."""
    given = batch(copy(meeting("a")), copy(meeting("b")), b"{")
    rejected = [(given.records[0], Rejected("no such lead" * 100, "Refused")), (given.records[2], Rejected("?", "E"))]
    outcome = await settled(Outlet(Outcome(rejected=rejected)), Sent())(given)
    assert [(one.key, one.outcome, one.error) for one in told(outcome.outputs)] == [
        ("a", "refused", ("no such lead" * 100)[:LONGEST_ERROR]),
        ("b", "delivered", ""),
    ]
    assert outcome.rejected == rejected


async def test_waiting_is_told_when_it_begins_changes_or_has_a_time() -> None:
    """Three tries at one fault are told once; another reason, and each named time, are told; then it is delivered."""
    sent = Sent()
    process = settled(
        Outlet(*[Transient("503")] * 3, Transient("429", retry_after=12.0), Transient("429", retry_after=6.0)), sent
    )
    given = batch(copy(meeting()), topic="out.bitrix")
    for _ in range(5):
        with pytest.raises(Transient):
            await process(given)
    assert [(one.outcome, one.error, one.tries, one.retry_at) for one in told(sent)] == [
        ("waiting", "503", 1, 0),
        ("waiting", "429", 4, NOW + 12_000),
        ("waiting", "429", 5, NOW + 6_000),
    ]
    [one] = told((await process(given)).outputs)
    assert (one.outcome, one.tries, one.error) == ("delivered", 6, "")
    await process(batch(copy(meeting("next")), first=1))
    assert process._tries.keys() == {(0, 1)} and not process._waits, "nothing is remembered of what is settled"


async def test_not_yet_is_no_fault() -> None:
    """What waits for its time is not told as waiting for the other side."""
    sent = Sent()
    with pytest.raises(NotYet):
        await settled(Outlet(NotYet("later")), sent)(batch(copy(meeting())))
    assert not sent


async def test_telling_is_in_nobodys_way() -> None:
    """Kafka away while the outlet waits: the outlet's fault is what is raised."""
    sent = Sent()
    sent.away = True
    with pytest.raises(Transient, match="503"):
        await settled(Outlet(Transient("503")), sent)(batch(copy(meeting())))


async def test_webhooks_are_named_by_their_id() -> None:
    """And carry their lead and trace."""
    hook = Webhook("aa", "alert", NOW, msgspec.Raw(b"{}"), "7", "source.wms/0/1")
    outcome = await settled(Outlet(), Sent(), of_webhook)(batch(msgspec.json.encode(hook), topic="out.webhooks"))
    [one] = told(outcome.outputs)
    assert (one.key, one.version, one.lead_id, one.origin) == ("aa", 1, "7", "source.wms/0/1")


async def test_what_is_forgotten_names_nobody() -> None:
    """By the number of the erasure: a lead that is erased must not come back with the answer."""
    wanted = msgspec.json.encode(Forget(forget_id="e" * 16, lead_id="12345", recordings=["r"]))
    outcome = await settled(Outlet(), Sent())(batch(wanted, topic="out.bitrix"))
    [one] = told(outcome.outputs)
    assert (one.key, one.outcome, one.lead_id) == (forgotten("e" * 16), "delivered", "")
