"""/healthz, /readyz and /metrics from a thread of their own, so that they answer while the loop works."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

STOP_POLL_S = 0.1
STALE_S = 30.0
"""The loop beats every second; after so many seconds of silence it hangs."""

STATUSES = dict.fromkeys(("ok", "damaged", "empty", "too_short"), 0)
METRICS = (
    ("pending", "gauge", "Markers that wait"),
    ("failed", "counter", "Markers given up, with a dead letter each"),
    ("retries", "counter", "Attempts that ended in a passing fault"),
    ("swept", "counter", "Directories found without a marker"),
    ("copied_bytes", "counter", "Bytes on the shared storage, verified"),
    ("resumed_bytes", "counter", "Bytes that an interrupted copy had left and that were not written again"),
    ("repaired", "counter", "Damaged files that became readable"),
    ("sound_failed", "counter", "Recordings whose sound could not be extracted"),
    ("unreadable", "gauge", "Markers and directories that cannot be read"),
    ("crashes", "counter", "Child processes that died or stood still"),
    ("hung", "gauge", "Child processes that hang in the kernel"),
    ("disposed", "counter", "Local files deleted or put into quarantine"),
    ("purged", "counter", "Folders deleted from quarantine"),
    ("kafka_failures", "counter", "Attempts to publish that failed"),
    ("unacknowledged", "gauge", "Records that the broker has refused so far"),
    ("source_free", "gauge", "Bytes free on the recordings' disk"),
    ("target_free", "gauge", "Bytes free on the target after the last copy"),
    ("last_published_ms", "gauge", "Time of the last acknowledgement, ms UTC"),
)
"""Fields of `Health`; with `published` and `peaks` the only list of this agent's metrics."""


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
    resumed_bytes: int = 0
    repaired: int = 0
    sound_failed: int = 0
    unreadable: int = 0
    crashes: int = 0
    hung: int = 0
    disposed: int = 0
    purged: int = 0
    kafka_failures: int = 0
    unacknowledged: int = 0
    source_free: int = 0
    target_free: int = 0
    peaks: dict[str, int] = field(default_factory=dict)
    last_published_ms: int = 0

    def alive(self) -> bool:
        """Whether the loop beats."""
        return self.clock() - self.beat < STALE_S

    def metrics(self) -> str:
        """Prometheus text."""
        lines = [line for name, kind, text in METRICS for line in _metric(self, name, kind, text)]
        for name, label, kind, text, values in (
            ("published", "status", "counter", "Recordings acknowledged by the broker", STATUSES | self.published),
            ("child_peak_bytes", "kind", "gauge", "Most memory of a child process", self.peaks),
        ):
            full = _full_name(name, kind)
            lines += [f"# HELP {full} {text}", f"# TYPE {full} {kind}"]
            lines += [f'{full}{{{label}="{value}"}} {count}' for value, count in values.items()]
        return "\n".join(lines) + "\n"


def _metric(health: Health, name: str, kind: str, text: str) -> tuple[str, str, str]:
    full = _full_name(name, kind)
    return f"# HELP {full} {text}", f"# TYPE {full} {kind}", f"{full} {getattr(health, name)}"


def _full_name(name: str, kind: str) -> str:
    return f"leadpulse_recorder_{name}" + ("_total" if kind == "counter" else "")


class HealthServer:
    """HTTP on `host:port` from `start` to `stop`; `port` is the real one when 0 was asked for."""

    def __init__(self, health: Health, host: str, port: int) -> None:
        self._server = ThreadingHTTPServer((host, port), _handler(health))
        self._server.daemon_threads = True
        serve = partial(self._server.serve_forever, poll_interval=STOP_POLL_S)
        self._thread = threading.Thread(target=serve, name="health", daemon=True)
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
