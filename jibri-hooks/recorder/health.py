"""/healthz, /readyz and /metrics from a thread of their own, so that they answer while the loop works."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

STALE_S = 30.0
"""The loop beats every second; after so many seconds of silence it hangs."""


@dataclass(slots=True)
class Health:
    """What the agent is doing; written by its loop, read by the server's threads. The one mutable thing here."""

    clock: Callable[[], float] = monotonic
    beat: float = 0.0
    faults: dict[str, str] = field(default_factory=dict)
    pending: int = 0
    published: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    retries: int = 0
    swept: int = 0
    copied_bytes: int = 0
    last_published_ms: int = 0

    def alive(self) -> bool:
        """Whether the loop beats."""
        return self.clock() - self.beat < STALE_S

    def metrics(self) -> str:
        """Prometheus text. The only list of this agent's metric names."""
        lines = [
            *_metric("pending", "gauge", "Markers that wait", self.pending),
            *_metric("failed_total", "counter", "Markers given up, with a dead letter each", self.failed),
            *_metric("retries_total", "counter", "Attempts that ended in a passing fault", self.retries),
            *_metric("swept_total", "counter", "Directories found without a marker", self.swept),
            *_metric("copied_bytes_total", "counter", "Bytes on the shared storage, verified", self.copied_bytes),
            *_metric("last_published_ms", "gauge", "Time of the last acknowledgement, ms UTC", self.last_published_ms),
            "# HELP leadpulse_recorder_published_total Recordings acknowledged by the broker",
            "# TYPE leadpulse_recorder_published_total counter",
        ]
        for status in ("ok", "damaged", "empty", "too_short"):
            lines.append(f'leadpulse_recorder_published_total{{status="{status}"}} {self.published[status]}')
        return "\n".join(lines) + "\n"


def _metric(name: str, kind: str, text: str, value: int) -> tuple[str, str, str]:
    name = f"leadpulse_recorder_{name}"
    return f"# HELP {name} {text}", f"# TYPE {name} {kind}", f"{name} {value}"


class HealthServer:
    """HTTP on `host:port` from `start` to `stop`; `port` is the real one when 0 was asked for."""

    def __init__(self, health: Health, host: str, port: int) -> None:
        self._server = ThreadingHTTPServer((host, port), _handler(health))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)
        self.port = int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(health: Health) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            code, text = _answer(health, self.path)
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: probes come every few seconds."""

    return Handler


def _answer(health: Health, path: str) -> tuple[int, str]:
    match path:
        case "/healthz":
            return (200, "alive\n") if health.alive() else (503, "the loop does not beat\n")
        case "/readyz":
            faults = sorted(health.faults.items())
            return (503, "".join(f"{name}: {fault}\n" for name, fault in faults)) if faults else (200, "ready\n")
        case "/metrics":
            return 200, health.metrics()
        case _:
            return 404, "there are /healthz, /readyz and /metrics\n"
