"""The Bitrix24 client against the fake portal: limits, what each failure means, and no secret in any error."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from schemas.errors import LeadpulseError, Transient
from streams.engine.remote import Uncertain
from streams.notify.outlets.bitrix_client import DENIED_WAIT, BitrixApi, BitrixRefused
from streams.notify.outlets.bitrix_limits import BLOCKED_WAIT, LONGEST_BLOCK, Bucket
from streams.settings import Bitrix
from tests.fakes.bitrix import PORTAL, FakeBitrix
from tests.fakes.bitrix_crm import Fault

LEAD = "12345"
LIST = "crm.timeline.comment.list"
ADDED = {"fields": {"ENTITY_ID": 12345, "ENTITY_TYPE": "lead", "COMMENT": "слово"}}
OF_LEAD = {"filter": {"ENTITY_ID": 12345, "ENTITY_TYPE": "lead"}, "order": {"ID": "ASC"}}


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Pass at once."""
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    """One time for both sides."""
    return Clock()


@pytest_asyncio.fixture
async def bitrix(clock: Clock) -> AsyncIterator[FakeBitrix]:
    """A portal with one lead, and the limits of most tariffs."""
    async with FakeBitrix({LEAD}, clock=clock) as running:
        yield running


@pytest_asyncio.fixture
async def api(bitrix: FakeBitrix, clock: Clock) -> AsyncIterator[BitrixApi]:
    """The client, with a short patience."""
    client = BitrixApi(Bitrix(webhook=SecretStr(bitrix.webhook), timeout=2.0), clock=clock, sleep=clock.sleep)
    yield client
    await client.close()


async def comment_ids(api: BitrixApi) -> list[int]:
    """All comments of the lead as the client reads them."""
    return [int(row["ID"]) async for row in api.rows(LIST, OF_LEAD)]


@pytest.mark.parametrize("many", [0, 1, 50, 51, 120])
async def test_rows_of_all_pages(bitrix: FakeBitrix, api: BitrixApi, many: int) -> None:
    """Pages of 50 come as one list, each row once and in order."""
    for n in range(many):
        bitrix.say(LEAD, f"слово {n}")
    assert await comment_ids(api) == list(range(1, many + 1))
    assert bitrix.calls[LIST] == max(1, -(-many // 50))


async def test_rows_that_vanish_meanwhile_are_noticed(bitrix: FakeBitrix, api: BitrixApi) -> None:
    """When a comment is deleted between two pages, a row would be skipped: the list is read anew."""
    for n in range(60):
        bitrix.say(LEAD, f"слово {n}")
    with pytest.raises(Transient, match="changed"):
        async for row in api.rows(LIST, OF_LEAD):
            if row["ID"] == "50":
                del bitrix.comments[1]


async def test_limit_is_kept(bitrix: FakeBitrix, api: BitrixApi, clock: Clock) -> None:
    """Seventy calls in a row: fifty at once, then two a second; the portal never has to say no."""
    for _ in range(70):
        await api.call(LIST, OF_LEAD)
    assert clock.now == pytest.approx(100 + 20 / 2)
    assert clock.slept[0] == pytest.approx(0.5)
    assert bitrix.calls[LIST] == 70


async def test_one_call_at_a_time(bitrix: FakeBitrix, api: BitrixApi) -> None:
    """Whoever calls at once with others waits for them."""
    bitrix.slowness = 0.01
    await asyncio.gather(*(api.call(LIST, OF_LEAD) for _ in range(10)))
    assert (bitrix.most_in_flight, bitrix.calls[LIST]) == (1, 10)


async def test_bucket_that_others_have_filled(bitrix: FakeBitrix, api: BitrixApi, clock: Clock) -> None:
    """503 QUERY_LIMIT_EXCEEDED: surely not done, so the same call is made again after a pause, within bounds."""
    bitrix.faults.append(Fault("503", times=2))
    assert await comment_ids(api) == []
    assert clock.slept == [pytest.approx(0.5)] * 2
    bitrix.faults.append(Fault("503", times=99))
    with pytest.raises(Transient, match="QUERY_LIMIT_EXCEEDED"):
        await comment_ids(api)
    assert bitrix.calls[LIST] == 3 + 4


async def test_blocked_method_is_left_alone_until_its_time(bitrix: FakeBitrix, api: BitrixApi, clock: Clock) -> None:
    """429 OPERATION_TIME_LIMIT names the end by the portal's clock; until then the method is not called, others are."""
    bitrix.faults.append(Fault("429", LIST, reset=42))
    for _ in range(2):
        with pytest.raises(Transient, match="OPERATION_TIME_LIMIT") as caught:
            await comment_ids(api)
        assert caught.value.retry_after == pytest.approx(42, abs=1)
    assert bitrix.calls[LIST] == 1
    await api.call("crm.timeline.comment.add", ADDED)
    clock.now += 43
    assert await comment_ids(api) == [1]


async def test_block_without_an_end(bitrix: FakeBitrix, api: BitrixApi) -> None:
    """Without a time in it: that of the last good answer, or a minute where there was none."""
    bitrix.faults.append(Fault("429"))
    with pytest.raises(Transient) as first:
        await api.call(LIST, OF_LEAD)
    assert first.value.retry_after == pytest.approx(BLOCKED_WAIT)
    update = "crm.timeline.comment.update"
    bitrix.say(LEAD, "слово")
    await api.call(update, {"id": 1, "fields": {"COMMENT": "другое"}})
    bitrix.faults.append(Fault("429"))
    with pytest.raises(Transient) as second:
        await api.call(update, {"id": 1, "fields": {"COMMENT": "третье"}})
    assert second.value.retry_after == pytest.approx(LONGEST_BLOCK, abs=2)


@pytest.mark.parametrize(
    ("kind", "error", "retry_after", "done"),
    [
        *((kind, Transient, LONGEST_BLOCK if kind == "overload" else DENIED_WAIT, 0) for kind in PORTAL),
        ("500", Uncertain, None, 0),
        ("502", Uncertain, None, 0),
        ("drop", Uncertain, None, 0),
        ("hang", Uncertain, None, 0),
        ("500_after", Uncertain, None, 1),
        ("drop_after", Uncertain, None, 1),
        ("hang_after", Uncertain, None, 1),
    ],
)
async def test_meaning_of_a_failure(
    bitrix: FakeBitrix,
    api: BitrixApi,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    error: type[LeadpulseError],
    retry_after: float | None,
    done: int,
) -> None:
    """A fault of the webhook, or nobody knows; the code is in no error and no log, even if the portal repeats it."""
    caplog.set_level(logging.DEBUG)
    bitrix.faults.append(Fault(kind))
    with pytest.raises(LeadpulseError) as caught:
        await api.call("crm.timeline.comment.add", ADDED)
    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after", None) == retry_after
    assert not api.reachable
    assert len(bitrix.comments) == done
    assert bitrix.code not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"
    await api.call(LIST, OF_LEAD)
    assert api.reachable


async def test_a_methods_own_error_is_for_good(bitrix: FakeBitrix, api: BitrixApi) -> None:
    """It carries Bitrix's code, empty where Bitrix gives none; the portal itself is well."""
    with pytest.raises(BitrixRefused) as caught:
        await api.call("crm.timeline.comment.add", {"FIELDS": {}})
    assert caught.value.code == "100"
    with pytest.raises(BitrixRefused, match="Access denied") as caught:
        await api.call(LIST, {"filter": {"ENTITY_ID": 1, "ENTITY_TYPE": "lead"}})
    assert caught.value.code == ""
    assert api.reachable


async def test_wrong_code_or_address_gives_nothing_up(bitrix: FakeBitrix) -> None:
    """A person has to change the settings; a redirect is not followed with the secret in the address."""
    for webhook in (f"{bitrix.url}/rest/1/wrongc0de/", f"{bitrix.url}/wr0ng", "http://127.0.0.1:9/rest/1/wrongc0de"):
        client = BitrixApi(Bitrix(webhook=SecretStr(webhook)))
        with pytest.raises(Transient) as caught:
            await client.call(LIST, OF_LEAD)
        await client.close()
        assert type(caught.value) is Transient
        assert not client.reachable
        assert "c0de" not in repr(caught.value)


@given(
    st.lists(st.floats(0, 3, allow_nan=False), max_size=80),
    st.floats(0.5, 5),
    st.integers(1, 20),
)
def test_our_bucket_never_overflows_theirs(pauses: list[float], per_second: float, burst: int) -> None:
    """Whatever the pauses between calls: after our wait the portal's own count never exceeds its brim."""
    clock = Clock()
    bucket, level, at = Bucket(per_second, burst, clock), 0.0, clock.now
    for pause in pauses:
        clock.now += pause
        clock.now += bucket.wait()
        bucket.take()
        level, at = max(0.0, level - (clock.now - at) * per_second) + 1, clock.now
        assert level <= burst + 1e-6
