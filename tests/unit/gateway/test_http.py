"""`streams.gateway.http`: limits and answers that all entrances share."""

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator

import pytest

from schemas.errors import Transient
from streams.engine import metrics
from tests.unit.gateway.door import SETTINGS, Door
from tests.unit.gateway.strangers import Slow, with_the_right_token
from tests.unit.gateway.test_wms import event


async def test_unknown_path_and_method_are_answered_in_json() -> None:
    """404 and 405 have a reason; 405 names what is allowed."""
    async with Door() as door:
        assert (await door.post("/hooks/other/main", b""))[0] == 404
        async with door.client.get("/hooks/wms/main") as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "POST")
            assert "error" in await answer.json()


async def test_a_declared_length_above_the_limit_is_refused_unread() -> None:
    """413 comes before the body is sent."""
    async with Door() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(b"POST /hooks/wms/main HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer right\r\n")
        writer.write(b"Content-Length: 999999999\r\n\r\n")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 120)
        writer.close()
        assert head.startswith(b"HTTP/1.1 413")
        assert b"connection: close" in head.lower()


async def test_a_body_that_grows_above_the_limit_is_cut() -> None:
    """Without a declared length the limit holds while reading."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 1024

    async with Door() as door:
        status, answer = await door.wms(endless())
        assert (status, answer["error"]) == (413, f"the body is larger than {SETTINGS.max_body} bytes")


async def test_a_slow_body_is_given_up() -> None:
    """A sender that stops in the middle gets 408 and frees its place."""
    async with Door() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(b"POST /hooks/wms/main HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer right\r\n")
        writer.write(b"Content-Length: 100\r\n\r\n{")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 120)
        writer.close()
        assert head.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_compressed_bodies_are_refused(encoding: str) -> None:
    """A signature covers the bytes that were sent, and a small body must not unpack into a large one."""
    async with Door() as door:
        body = gzip.compress(event())
        status, answer = await door.post(
            "/hooks/wms/main", body, Authorization="Bearer right", Content_Encoding=encoding
        )
        assert (status, answer) == (415, {"error": "compressed bodies are not accepted"})


async def test_no_ack_is_503_with_retry_after() -> None:
    """A passing fault and a broker that does not answer in time look the same to the sender."""
    async with Door() as door:
        door.shelf.fault = Transient("away")
        async with door.client.post(
            "/hooks/wms/main", data=event(), headers={"Authorization": "Bearer right"}
        ) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        door.shelf.fault = None
        door.shelf.gate.clear()
        assert (await door.wms(event()))[0] == 503


async def test_a_bug_is_500_and_its_log_line_tells_no_payload(caplog: pytest.LogCaptureFixture) -> None:
    """The answer and the log name the place, not the data in the exception's text."""
    async with Door() as door:
        door.shelf.fault = ValueError("Иванов")
        with caplog.at_level(logging.DEBUG):
            assert await door.wms(event()) == (500, {"error": "internal error"})
        (record,) = [r for r in caplog.records if r.name == "streams.gateway.http"]
        assert record.__dict__["error"] == "ValueError"
        assert "door.py" in record.__dict__["at"]
        assert "Иванов" not in caplog.text + str(record.__dict__)


async def test_requests_are_counted_by_entrance_and_status() -> None:
    """The label is the entrance, never the path: anybody could fill the memory with paths."""
    count = metrics.REQUESTS.labels("wms", "401")
    before = count._value.get()
    async with Door() as door:
        await door.post("/hooks/wms/whoever", b"")
    assert count._value.get() == before + 1


async def test_a_full_house_refuses_before_it_reads() -> None:
    """429 while too many wait and 503 while Kafka is away, both with `Retry-After` and without a look at the body."""
    async with Door(read_timeout=60.0, ack_timeout=60.0, max_in_work=2) as door:
        door.shelf.gate.clear()
        waiting = [asyncio.ensure_future(door.wms(event())) for _ in range(2)]
        async with asyncio.timeout(5):
            while door.shelf.asked < 2:
                await asyncio.sleep(0.005)
        for opened, status in ((True, 429), (False, 503)):
            door.intake.open = opened
            async with Slow(door.port, with_the_right_token("both")) as slow:
                assert await slow.status() == status
        door.intake.open = True
        door.shelf.gate.set()
        assert [status for status, _ in await asyncio.gather(*waiting)] == [200, 200]
