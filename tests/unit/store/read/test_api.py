"""The read API over real HTTP and chDB: the token, the answers, and reasons for refusals."""

import asyncio
import gzip
import stat
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr, ValidationError

from schemas import events as ev
from schemas.errors import ConfigError
from streams.settings import Store
from streams.store.database import Database
from streams.store.read import requests
from streams.store.read.tokens import api_token
from tests.unit.store.api_line import answer, running, serving
from tests.unit.store.records import NOW
from tests.unit.store.samples import ALL_EVENTS, LEAD


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic x", "Bearer ключ"])
async def test_without_the_token_nothing(shared_api: aiohttp.ClientSession, header: str | None) -> None:
    """Every path says 401 with a reason, also one that does not exist."""
    headers = {} if header is None else {"Authorization": header}
    for path in ("/api/status", "/api/sql", "/nothing"):
        async with aiohttp.ClientSession(shared_api._base_url, headers=headers) as stranger:
            status, told = await answer(stranger, path)
            assert status == 401
            assert "Authorization" in str(told["error"])


async def test_history(shared_api: aiohttp.ClientSession) -> None:
    """All of a lead's events page by page, newest first, without gaps or repetitions, payloads as JSON."""
    seen: list[str] = []
    path = f"/api/leads/{LEAD}/history?limit=7"
    following = path
    while following:
        _, told = await answer(shared_api, following)
        assert isinstance(told["events"], list)
        seen += [event["kind"] for event in told["events"]]
        assert all(event["payload"]["event_id"] == event["event_id"] for event in told["events"])
        following = f"{path}&before={told['next']}" if told["next"] else ""
    lead_events = [
        str(e.__struct_config__.tag)
        for e in ALL_EVENTS
        if not isinstance(e, ev.Tick | ev.Fleet | ev.Baseline | ev.MeetingSaid)  # the last has its transcript
    ]
    assert sorted(seen) == sorted(lead_events)
    _, told = await answer(shared_api, f"/api/leads/{LEAD}/history?before={NOW - 5000}")
    assert told["events"] == []


async def test_the_rest_answers(api: aiohttp.ClientSession) -> None:
    """Transcripts, signals, alerts, status, sql and reports in their forms."""
    _, told = await answer(api, f"/api/leads/{LEAD}/transcripts")
    assert [u["text"] for u in told["transcripts"][0]["utterances"]] == ["добрый день", "да"]
    assert await answer(api, "/api/leads/77/signals") == (200, {"lead_id": "77", "signals": [], "alerts": []})
    assert await answer(api, "/api/leads/77/scores?before=5") == (200, {"lead_id": "77", "scores": []})
    assert await answer(api, "/api/alerts?status=open") == (200, {"alerts": []})
    status, told = await answer(api, "/api/sql", json={"query": "SELECT count() AS n FROM events"})
    assert (status, told["columns"], told["rows"]) == (200, ["n"], [[len(ALL_EVENTS)]])
    _, told = await answer(api, "/api/status")
    assert told["rows"]["events"] == len(ALL_EVENTS)
    assert told["lag"] == {"lead.events": 3}
    assert [source["source"] for source in told["sources"]] == ["test"]
    _, told = await answer(api, "/api/reports", json={})
    assert told["report_id"] == "2026-11-21T10:30:00"
    _, told = await answer(api, "/api/reports?day=2026-11-20")
    assert told["report_id"] == "2026-11-20@2026-11-21T10:30:00"


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/api/leads/abc/history", 400, "digits"),
        ("/api/leads/1/history?limit=0", 400, "limit"),
        ("/api/leads/1/history?limit=x", 400, "limit"),
        ("/api/leads/1/history?before=x", 400, "before"),
        ("/api/alerts?status=bad", 400, "status"),
        ("/api/reports?day=1", 400, "day"),
        ("/api/leads/1/history?limit=" + "9" * 5000, 400, "limit"),
        ("/api/leads/1/history?limit=-1", 400, "limit"),
        ("/api/leads/1/history?before=99999999999999999999", 400, "before"),
        ("/api/leads/1/history?before=1-zz", 400, "before"),
        ("/api/leads/1/people?room=%00&since=1", 400, "room"),
        ("/api/leads/1/people?since=" + "9" * 14, 400, "since"),
        ("/api/recordings/%1B[2J", 400, "recording"),
        ("/api/reports?day=2027-01-01", 400, "begins"),
        ("/api/reports?day=0001-01-01", 400, "2020"),
        ("/api/reports?day=1900-01-01", 400, "2020"),
        ("/api/reports?day=9999-12-31", 400, "begins"),
        ("/api/reports?day=2026-W01-1", 400, "day"),
        ("/api/%F0%9F", 404, "/api/%F0%9F"),
        ("/api/nothing", 404, "/api/nothing"),
    ],
)
async def test_bad_requests(shared_api: aiohttp.ClientSession, path: str, status: int, word: str) -> None:
    """A wrong request gets a status and a reason in plain words."""
    got, told = await answer(shared_api, path)
    assert got == status
    assert word in str(told["error"])


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"{",
            b"[]",
            b'{"query": 1}',
            b"\xff",
            b'{"query": "DROP TABLE events"}',
            b'{"query": "SELECT \\u0000"}',
        ),
        *(b'{"query": "SELECT \'\\ud800\'"}', b'{"query": "EXPLAIN AST SELECT 1"}', b'{"query": "SELECT hostName()"}'),
    ],
)
async def test_bad_queries(shared_api: aiohttp.ClientSession, body: bytes) -> None:
    """A body that is no query, or a query that is no reading, is 400; too large a one is 413."""
    status, told = await answer(shared_api, "/api/sql", data=body)
    assert (status, bool(told["error"])) == (400, True)
    assert (await answer(shared_api, "/api/sql", data=b"x" * (1 << 20)))[0] == 413


async def raw(api: aiohttp.ClientSession, head: bytes, body: bytes = b"") -> int:
    """The status of a request that no client library would send."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api._base_url.port)  # type: ignore[union-attr]
    writer.write(head + b"\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    async with asyncio.timeout(120):
        status = int((await reader.readline()).split()[1])
    writer.close()
    return status


async def test_bytes_that_are_no_text(api: aiohttp.ClientSession) -> None:
    """A header in another encoding is a wrong token; a body that is not packed as it says is a bad request."""
    assert await raw(api, b"GET /api/status HTTP/1.1\r\nAuthorization: Bearer \xff\xfe") == 401
    token = api.headers["Authorization"].encode()
    packed = b"POST /api/sql HTTP/1.1\r\nContent-Encoding: gzip\r\nAuthorization: " + token
    assert await raw(api, packed, b"no gzip at all") == 400
    bomb = gzip.compress(b" " * (64 << 20))
    assert await raw(api, packed, bomb) == 413


async def test_a_body_that_does_not_come(api: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has a token gets 408; who has none is answered before anything of his body is read."""
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.2)
    port = api._base_url.port  # type: ignore[union-attr]
    for token, status in ((api.headers["Authorization"], b"408"), ("Bearer wrong", b"401")):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"POST /api/sql HTTP/1.1\r\nAuthorization: {token}\r\nHost: x\r\nContent-Length: 9\r\n\r\n".encode()
        )
        async with asyncio.timeout(120):
            assert (await reader.readline()).split()[1] == status
        writer.close()


async def test_who_hangs_up_ends_his_query(api: aiohttp.ClientSession, database: Database) -> None:
    """The engine does not work on for nobody; and a third query beside two is told to come again."""
    heavy = {"query": "SELECT count() FROM numbers(100000000000) WHERE cityHash64(number) = 1"}
    asked = [asyncio.ensure_future(answer(api, "/api/sql", json=heavy)) for _ in range(2)]
    await running(database, 2)
    async with api.post("/api/sql", json={"query": "SELECT 1"}) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "2")
    assert (await answer(api, f"/api/leads/{LEAD}/history"))[0] == 200
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    await running(database, 0)  # gives up long before their time is over
    assert (await answer(api, "/api/sql", json={"query": "SELECT 1"}))[0] == 200


async def test_a_correction_is_signed_by_the_token(store: Store, database: Database, tmp_path: Path) -> None:
    """The name that belongs to the token, whatever the body says; each token opens, another does not."""
    tokens = {"Мария": "m" * 20, "Пётр": "p" * 20}
    named = Store.model_validate(store.model_dump() | {"api_tokens": tokens, "api_token_file": tmp_path / "token"})
    async with serving(named, database) as port:
        url = f"http://127.0.0.1:{port}/api/leads/{LEAD}/profile"
        made = api_token(named)
        for token, name in (("m" * 20, "Мария"), ("p" * 20, "Пётр"), (made, "оператор"), ("x" * 20, None)):
            async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
                body = {"field": "sells", "text": "обувь", "author": "Кто-то"}
                status, told = await answer(session, url, json=body)
                assert (status, told.get("author")) == ((200, name) if name else (401, None))


def test_names_and_tokens_are_checked() -> None:
    """A short token, and a name that is another's, are faults of the settings."""
    for tokens in ({"Анна": "short"}, {"оператор": "x" * 20}, {"": "x" * 20}, {"a\nb": "x" * 20}, {"Анна": "я" * 20}):
        with pytest.raises(ValidationError):
            Store.model_validate({"api_tokens": tokens})


async def test_503_until_clickhouse_is_open(store: Store, tmp_path: Path) -> None:
    """The API listens from the start; asked too early, it says so."""
    given = store.model_copy(update={"api_token_file": tmp_path / "token"})
    async with serving(given, Database(given)) as port:
        headers = {"Authorization": f"Bearer {api_token(given)}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            status, told = await answer(session, f"http://127.0.0.1:{port}/api/alerts")
            assert (status, "not open" in str(told["error"])) == (503, True)


def test_the_token_is_made_once_and_private(tmp_path: Path) -> None:
    """Made at the first start, kept for the owner only, read again later; a given one wins; an empty file is none."""
    store = Store(api_token_file=tmp_path / "deep" / "token")
    token = api_token(store)
    assert len(token) >= 32
    assert api_token(store) == token
    assert stat.S_IMODE(store.api_token_file.stat().st_mode) == 0o600
    store.api_token_file.write_text("")
    assert api_token(store) not in ("", token)
    assert api_token(Store.model_validate({"api_token": "given", "api_token_file": tmp_path / "x"})) == "given"
    with pytest.raises(ConfigError, match="не сохраняется"):
        api_token(Store(api_token_file=Path("/proc/no/token")))


async def test_a_backup_is_for_the_holder_of_the_installation(store: Store, database: Database, tmp_path: Path) -> None:
    """A person's own token reads answers, not everything at once; a table that is not there has no rows."""
    tokens = {"Мария": SecretStr("maria-has-a-token")}
    kept = store.model_copy(update={"api_token_file": tmp_path / "token", "api_tokens": tokens})
    async with serving(kept, database) as port, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        for token, expected in (("maria-has-a-token", 400), (kept.api_token_file.read_text().strip(), 200)):
            async with session.get("/api/backup", headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status == expected
            async with session.get("/api/backup/events", headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status == expected
            async with session.get("/api/backup/nothing", headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status == 400
