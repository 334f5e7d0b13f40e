"""/healthz, /readyz and /metrics over real HTTP."""

from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from recorder.health import METRICS, STALE_S, Health, HealthServer


@pytest.fixture
def health() -> Health:
    return Health(clock=lambda: 100.0, beat=100.0)


@pytest.fixture
def server(health: Health) -> Iterator[HealthServer]:
    running = HealthServer(health, "127.0.0.1", 0)
    running.start()
    yield running
    running.stop()


def get(server: HealthServer, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_alive(server: HealthServer, health: Health) -> None:
    """A loop that stopped to beat is not alive."""
    assert get(server, "/healthz")[0] == 200
    health.beat -= STALE_S
    assert get(server, "/healthz")[0] == 503


def test_ready(server: HealthServer, health: Health) -> None:
    """A fault makes it unready and is told in words."""
    assert get(server, "/readyz") == (200, "ready\n")
    health.faults["kafka"] = "away"
    assert get(server, "/readyz") == (503, "kafka: away\n")


def test_metrics(server: HealthServer, health: Health) -> None:
    """Prometheus text with each status, also those that were never seen."""
    health.published["damaged"] = 2
    health.pending = 3
    health.peaks = {"deliver": 1 << 20}
    code, text = get(server, "/metrics")
    assert code == 200
    assert 'leadpulse_recorder_published_total{status="damaged"} 2\n' in text
    assert 'leadpulse_recorder_published_total{status="ok"} 0\n' in text
    assert "\nleadpulse_recorder_pending 3\n" in text
    assert "\nleadpulse_recorder_resumed_bytes_total 0\n" in text
    assert 'leadpulse_recorder_child_peak_bytes{kind="deliver"} 1048576\n' in text
    assert text.count("# TYPE") == len(METRICS) + 2


def test_unknown_path(server: HealthServer) -> None:
    """Anything else is 404."""
    assert get(server, "/")[0] == 404
