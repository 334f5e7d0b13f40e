"""Comments in the timeline against the fake portal: one for each recording, whatever happens on the way."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from pydantic import SecretStr

from alerting.clients import Client
from schemas.comments import is_own_comment, mark_line
from schemas.errors import RecordFault, Transient
from schemas.outlets import Forget
from streams.notify.outlets.bitrix import DOUBT_SECONDS, BitrixComments
from streams.notify.outlets.bitrix_client import BitrixApi
from streams.settings import Bitrix
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.bitrix_crm import Fault
from tests.unit.engine.stand_ins import Broker, Stream, settler
from tests.unit.notify.outlets.copies import batch, copy, meeting

LEAD = "12345"
ADD, UPDATE, LIST = (f"crm.timeline.comment.{verb}" for verb in ("add", "update", "list"))


@pytest_asyncio.fixture
async def bitrix() -> AsyncIterator[FakeBitrix]:
    """A portal with two leads and high limits."""
    async with FakeBitrix({LEAD, "777"}, burst=1000) as running:
        yield running


@pytest_asyncio.fixture
async def comments(bitrix: FakeBitrix) -> AsyncIterator[BitrixComments]:
    """The outlet, with a short patience."""
    async for outlet in outlets(bitrix):
        yield outlet


async def outlets(bitrix: FakeBitrix) -> AsyncIterator[BitrixComments]:
    """A process of its own each."""
    api = BitrixApi(Bitrix(webhook=SecretStr(bitrix.webhook), timeout=1.0, per_second=1000, burst=1000))
    yield BitrixComments(api, lambda lead_id: Client(lead_id, meeting=f"https://portal/{lead_id}/{{recording_id}}"))
    await api.close()


async def test_one_comment_for_each_recording(bitrix: FakeBitrix, comments: BitrixComments) -> None:
    """Two meetings of a lead are two comments beside a person's, with the link and the mark; again adds nothing."""
    bitrix.say(LEAD, "созвонились")
    for _ in range(2):
        await comments(batch(copy(meeting("a")), copy(meeting("b"))))
    assert [is_own_comment(comment.text) for comment in bitrix.of(LEAD)] == [None, "a", "b"]
    assert "[url=https://portal/12345/b]" in bitrix.of(LEAD)[2].text
    assert (bitrix.calls[ADD], bitrix.calls[UPDATE]) == (2, 0)


@pytest.mark.parametrize(("recordings", "left"), [([], [None]), (["b", "x"], [None, "a"])])
async def test_who_is_erased_has_no_comment(
    bitrix: FakeBitrix, comments: BitrixComments, recordings: list[str], left: list[str | None]
) -> None:
    """Of all his meetings, or of those where one person was; a person's comment and another client's stay; again is
    nothing more."""
    bitrix.say(LEAD, "созвонились")
    other = meeting("b", lead_id="777")
    await comments(batch(copy(meeting("a")), copy(meeting("b")), copy(other)))
    for first in (3, 4):
        wanted = Forget(forget_id="e" * 16, lead_id=LEAD, recordings=recordings)
        outcome = await comments(batch(msgspec.json.encode(wanted), first=first))
        assert outcome.rejected == []
        assert [is_own_comment(comment.text) for comment in bitrix.of(LEAD)] == left
    assert len(bitrix.of("777")) == 1


async def test_later_version_changes_the_comment(bitrix: FakeBitrix, comments: BitrixComments) -> None:
    """Version 2 replaces the text of 1 in place; 1 that comes late changes nothing."""
    for version in (1, 2, 2, 1):
        await comments(batch(copy(meeting(version=version)), first=version))
    (comment,) = bitrix.of(LEAD)
    assert comment.text.endswith(mark_line("rec-1", 2))
    assert comment.versions == 2


async def test_comment_beyond_the_first_page_is_found(bitrix: FakeBitrix, comments: BitrixComments) -> None:
    """Ours is the 131st of a lead's comments, and Windows line ends and spaces were put after it."""
    for n in range(130):
        bitrix.say(LEAD, f"слово {n}")
    await comments(batch(copy(meeting())))
    bitrix.of(LEAD)[-1].text = bitrix.of(LEAD)[-1].text.replace("\n", "\r\n") + "\r\n \n"
    await comments(batch(copy(meeting()), first=1))
    assert bitrix.calls[ADD] == 1


async def test_a_persons_quote_of_our_comment_is_left_alone(bitrix: FakeBitrix, comments: BitrixComments) -> None:
    """Neither a quote nor a later whole copy is taken for ours."""
    await comments(batch(copy(meeting())))
    ours = bitrix.of(LEAD)[0].text
    quoted = [bitrix.say(LEAD, f"[quote]{ours}[/quote]"), bitrix.say(LEAD, f"{ours}\nспасибо"), bitrix.say(LEAD, ours)]
    await comments(batch(copy(meeting(version=2)), first=1))
    assert bitrix.of(LEAD)[0].versions == 2
    assert [comment.versions for comment in quoted] == [1, 1, 1]


@pytest.mark.parametrize("kind", ["500_after", "drop_after", "hang_after"])
async def test_answer_lost_after_the_comment_was_made(bitrix: FakeBitrix, comments: BitrixComments, kind: str) -> None:
    """Nobody knows whether it is there: after a pause the timeline is searched, and there is one; a new process too."""
    bitrix.faults.append(Fault(kind, ADD))
    with pytest.raises(Transient) as caught:
        await comments(batch(copy(meeting())))
    assert type(caught.value) is RecordFault
    assert caught.value.retry_after == DOUBT_SECONDS
    async for restarted in outlets(bitrix):
        assert (await restarted(batch(copy(meeting())))).rejected == []
    await comments(batch(copy(meeting())))
    assert len(bitrix.of(LEAD)) == bitrix.calls[ADD] == 1


@pytest.mark.parametrize("kind", ["500", "502", "drop", "hang", "503"])
@pytest.mark.parametrize("method", [LIST, ADD, UPDATE])
async def test_passing_fault_ends_in_the_right_comment(
    bitrix: FakeBitrix, comments: BitrixComments, kind: str, method: str
) -> None:
    """Wherever it strikes, the same batch again brings every comment to its version once."""
    await comments(batch(copy(meeting("a"))))
    bitrix.faults.append(Fault(kind, method, times=4))
    both = batch(copy(meeting("a", 2)), copy(meeting("b")), first=1)
    failures = 0
    for _ in range(6):
        try:
            await comments(both)
        except Transient:
            failures += 1
        else:
            break
    assert failures == (1 if kind == "503" else 4)
    assert [comment.text.splitlines()[-1] for comment in bitrix.of(LEAD)] == [mark_line("a", 2), mark_line("b", 1)]


async def test_repeated_batch_does_not_ask_for_what_is_done(bitrix: FakeBitrix, comments: BitrixComments) -> None:
    """A fault at the last record costs no calls for those before it; a later batch starts afresh."""
    await comments(batch(copy(meeting("z"))))
    bitrix.faults.append(Fault("500", UPDATE, times=3))
    last_fails = batch(copy(meeting("a")), copy(meeting("b")), copy(meeting("z", 2)), first=1)
    for _ in range(3):
        with pytest.raises(Transient):
            await comments(last_fails)
    await comments(last_fails)
    assert bitrix.calls[LIST] == 1 + 2 + 4
    del bitrix.comments[2]
    await comments(last_fails)
    assert bitrix.calls[LIST] == 1 + 2 + 4 + 3


async def test_unknown_or_hidden_lead_is_a_dead_letter(bitrix: FakeBitrix, comments: BitrixComments) -> None:
    """Through settle: the reason is in the dead letter, the neighbours get their comments, the batch is acked."""
    bitrix.leads.add("8")
    bitrix.denied.add("8")
    values = [
        copy(meeting("a")),
        copy(meeting("b", lead_id="404")),
        b"{",
        copy(meeting("c", lead_id="8")),
        copy(meeting("d", lead_id="777")),
    ]
    broker, stream = Broker(), Stream(range(5))
    for (event,) in zip(stream._events, strict=False):
        for record, value in zip(event.value, values, strict=True):
            record.value = value
    await settler(comments, broker).run(stream)
    assert [(letter.offset, letter.error_class) for letter in broker.letters] == [
        (1, "BitrixRefused"),
        (2, "DecodeError"),
        (3, "BitrixRefused"),
    ]
    assert "Access denied" in broker.letters[2].error
    assert bitrix.code not in str(broker.letters)
    assert [len(bitrix.of(lead)) for lead in (LEAD, "777", "8")] == [1, 1, 0]
    assert stream.acked == [4]


async def test_refused_webhook_makes_no_dead_letters(bitrix: FakeBitrix, comments: BitrixComments) -> None:
    """A key that was withdrawn is a fault of the settings: the minutes wait for it."""
    bitrix.code = "another"
    with pytest.raises(Transient):
        await comments(batch(copy(meeting())))
