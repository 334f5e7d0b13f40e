"""A store API that answers what a test tells it, and a command line whose settings point to it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from streams.cli import main
from tests.unit.cli.events import history, write

TOKEN = "store-token"


class StoreApi(ThreadingHTTPServer):
    """Answers by path; remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, str, Any]] = []


class _Answers(BaseHTTPRequestHandler):
    server: StoreApi

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.server.asked.append((self.command, self.path, json.loads(self.rfile.read(length) or b"null")))
        known = self.headers["Authorization"] == f"Bearer {TOKEN}"
        answer = self.server.answers.get(self.path.split("?")[0]) if known else {"error": "wrong token"}
        body = json.dumps(answer if answer is not None else {"error": "no such path"}).encode()
        self.send_response(401 if not known else 200 if answer is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 — http.server's name

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def store() -> Iterator[StoreApi]:
    """A running store API."""
    with StoreApi() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Line:
    """`leadpulse …` in this process, with an environment of its own."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ

    def __call__(self, *arguments: str, **environ: str) -> Result:
        return CliRunner().invoke(main, arguments, env=self.environ | environ, prog_name="leadpulse")


@pytest.fixture
def line(store: StoreApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    """The command line, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Line({"LEADPULSE_STORE__API_PORT": str(store.server_port), "LEADPULSE_STORE__API_TOKEN": TOKEN})


@pytest.fixture(autouse=True)
def _no_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` asks a Kafka that these tests have not: ten seconds of it are the same as a moment."""
    for module in ("check_kafka", "check_page"):
        monkeypatch.setattr(f"streams.cli.{module}.TIMEOUT", 0.2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two months, and a day of forty reservations."""
    return write(tmp_path / "events.jsonl", history())
