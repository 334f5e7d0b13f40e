"""On the real broker: words of clients go through all workers in a hundred broken and good forms: no log has them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from msgspec.structs import replace

from schemas.alerts import Evidence
from schemas.topics import (
    CLIENTS,
    DEAD_LETTERS,
    IDENTITIES,
    LEAD_ALERTS,
    LEAD_EVENTS,
    LEAD_STATE,
    LEAD_UNASSIGNED,
    MINUTES_REQUESTS,
    OUTBOX,
    RECORDINGS,
    TOPICS,
    TRANSCRIPTS,
    TopicSpec,
)
from tests.fakes.telegram import Fault
from tests.installation import until
from tests.integration.notify_line import CURATOR, WAIT, Line
from tests.ports import free_port
from tests.unit.alerting.alerts import LEAVING

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
NAME, PHONE, MAIL, WORDS = "Сидоренков", "+7 916 555-44-33", "sidorenkov@yandex.ru", "разгромили мой паллет"
PLANTED = f"{NAME} Лев, {PHONE}, {MAIL}: {WORDS}"
KEPT = ("Сидоренков", "sidorenkov", "555-44-33", "5554433", "разгромил", "паллет")
"""No log may have any of these."""
FIRST = (LEAD_STATE, DEAD_LETTERS)
"""What other workers write there is broken enough."""


def broken(example: Any) -> Iterator[Any]:
    """The record with one value after another replaced by a client's words."""
    places = example.items() if isinstance(example, dict) else enumerate(example)
    for key, value in list(places):
        if isinstance(value, dict | list):
            for inner in broken(value):
                yield _with(example, key, inner)
        else:
            yield _with(example, key, PLANTED)


def _with(example: Any, key: Any, value: Any) -> Any:
    other = example.copy()
    other[key] = value
    return other


def records(topic: TopicSpec) -> Iterator[tuple[str, bytes]]:
    """No JSON at all, JSON of nothing known, and every example of the topic spoilt in every place."""
    yield "12345", PLANTED.encode()
    yield "12345", json.dumps(PLANTED).encode()
    yield "12345", json.dumps({"type": PLANTED, "kind": PLANTED, "v": PLANTED, PLANTED: 1}).encode()
    yield PLANTED, b'{"'
    for path in sorted((EXAMPLES / topic.name).glob("*.json")):
        for spoilt in broken(json.loads(path.read_text())):
            yield "12345", json.dumps(spoilt, ensure_ascii=False).encode()


async def test_no_log_has_a_clients_words(line: Line, tmp_path: Path) -> None:
    """Over the doors, on every topic, in a message that Telegram refuses, and in what people ask the store."""
    port = free_port()
    line.environ |= {
        "LEADPULSE_GATEWAY__PORT": str(port),
        "LEADPULSE_GATEWAY__WMS": json.dumps({"test": {"token": "t" * 24}}),
        "LEADPULSE_PIPELINE__ATTEMPTS": "1",
        "LEADPULSE_PIPELINE__DEAD_LETTER_RUN": "1000000",
    }
    here = line.installation
    line.telegram.faults.append(Fault("400", method="sendMessage", chat=CURATOR))
    for topic in TOPICS:
        if topic not in FIRST:
            await here.produce(topic, records(topic))
    for name in ("gateway", "pipeline", "store", "minutes", "transcribe", "notify"):
        here.worker(name, line.environ)
    await _asks(here.environ, port)
    evidence = [Evidence("00" * 8, 1_795_244_400_000, "message", PLANTED, who=NAME)]
    await line.publish(replace(line.alert(LEAVING), evidence=evidence))

    async def refused() -> bool:
        letters = [msgspec.json.decode(record.value) for record in await here.read(DEAD_LETTERS)]
        return any(letter["topic"] == OUTBOX.name for letter in letters)

    await until(refused, WAIT, "Telegram refuses the message")
    for worker, topics in READ.items():
        for topic in topics:
            await here.settled(worker, topic)
    letters = [msgspec.json.decode(record.value) for record in await here.read(DEAD_LETTERS)]
    assert len({letter["topic"] for letter in letters}) > 8
    logs = {path.name: path.read_text() for path in tmp_path.glob("*.log")}
    assert len(logs) == 6
    assert sum(text.count("dead letter") for text in logs.values()) > 8
    leaks = [
        (name, row) for name, text in logs.items() for row in text.splitlines() if any(word in row for word in KEPT)
    ]
    assert leaks == []


READ: dict[str, tuple[TopicSpec, ...]] = {
    "pipeline": (IDENTITIES, LEAD_EVENTS, TRANSCRIPTS, RECORDINGS),
    "store": (LEAD_EVENTS, LEAD_ALERTS, LEAD_UNASSIGNED, CLIENTS, DEAD_LETTERS, OUTBOX, IDENTITIES, TRANSCRIPTS),
    "minutes": (MINUTES_REQUESTS,),
    "notify": (LEAD_ALERTS,),
}


async def _asks(environ: dict[str, str], port: int) -> None:
    """The entrances and the store's API, once each of them answers."""
    door, api = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{environ['LEADPULSE_STORE__API_PORT']}"
    token = Path(environ["LEADPULSE_STORE__API_TOKEN_FILE"])

    async def answered(path: str, body: bytes, secret: str) -> bool:
        try:
            async with aiohttp.ClientSession() as session:
                headers = {"Authorization": f"Bearer {secret}"}
                async with session.post(path, data=body, headers=headers) as answer:
                    return 400 <= answer.status < 500
        except aiohttp.ClientConnectionError:
            return False

    for body in (PLANTED.encode(), json.dumps({"type": PLANTED, "id": PLANTED}).encode()):
        await until(lambda body=body: answered(f"{door}/hooks/wms/test", body, "t" * 24), 60, "the gateway answers")  # type: ignore[misc]
    await until(lambda: _exists(token), 60, "the store's token")
    for query in (f"SELECT '{PLANTED}'::Int32", f"SELECT {NAME} FROM events", f"SELECT throwIf(1, '{PLANTED}')"):
        body = json.dumps({"query": query}).encode()
        await until(lambda body=body: answered(f"{api}/api/sql", body, token.read_text().strip()), 60, "the store")  # type: ignore[misc]


async def _exists(path: Path) -> bool:
    return path.exists()
