"""What both SpeechKit engines share: the check of the settings, the connection with its threads, the report."""

import asyncio
import importlib.util
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.engine import metrics
from streams.settings.speech import SpeechKit
from streams.speech.faults import EngineError, EngineRefusal, ErrorKind

if TYPE_CHECKING:
    from streams.speech.yandex_api import SpeechApi


@dataclass(frozen=True, slots=True)
class SessionReport:
    """One session with the service, for metrics: a streaming call, or one asynchronous recognition.

    `outcome` is "done", "cancelled" or the kind of its error, `code` the service's own word for that. `billed_units` as
    the price list of the engine counts. `first_answer_s` is None where none came.
    """

    engine: str
    segment: int
    request_id: str
    outcome: str
    code: str
    sent_ms: int
    billed_units: int
    first_answer_s: float | None
    lasted_s: float
    warnings: int = 0


def outcome_of(failure: BaseException | None) -> tuple[str, str]:
    """A report's `outcome` and `code`. An end that is neither well nor an `EngineError` was a cancellation."""
    match failure:
        case None:
            return "done", ""
        case EngineError():
            return failure.kind, failure.code
        case _:
            return "cancelled", ""


def count_session(report: SessionReport) -> None:
    """Units are 15 s of a session in streaming, seconds in asynchronous recognition (docs: pricing.md)."""
    metrics.SPEECH_SESSIONS.labels(report.engine, report.outcome).inc()
    metrics.SPEECH_UNITS.labels(report.engine).inc(report.billed_units)
    metrics.SPEECH_WARNINGS.labels(report.engine).inc(report.warnings)
    if report.first_answer_s is not None:
        metrics.SPEECH_FIRST_EVENT.labels(report.engine).observe(report.first_answer_s)


class SpeechKitChannel:
    """The connection and a pool of `threads`, made at the first use and again after `close`."""

    def __init__(self, settings: SpeechKit, threads: int) -> None:
        self._settings, self._threads = settings, threads
        self._connecting = asyncio.Lock()
        self._api: SpeechApi | None = None
        self._pool: ThreadPoolExecutor | None = None

    @property
    def api(self) -> "SpeechApi | None":
        """As it is now; None before `connected`."""
        return self._api

    def check(self) -> None:
        """Raise `EngineRefusal` AUTH (no key, or two) or MODEL (the stubs are not installed)."""
        key, token = self._settings.api_key.get_secret_value(), self._settings.iam_token.get_secret_value()
        if not key and not token:
            raise EngineRefusal(ErrorKind.AUTH, "no SpeechKit key: set LEADPULSE_SPEECHKIT__API_KEY")
        if key and token:
            raise EngineRefusal(ErrorKind.AUTH, "SpeechKit: both api_key and iam_token are set, leave one")
        if not importlib.util.find_spec("grpc") or not importlib.util.find_spec("yandex"):
            raise EngineRefusal(ErrorKind.MODEL, "SpeechKit: the package yandexcloud is not installed")

    async def connected(self) -> "tuple[SpeechApi, ThreadPoolExecutor]":
        """Opens no connection yet: gRPC does at the first call. Raises as `check`."""
        async with self._connecting:
            if not self._api or not self._pool:
                self.check()
                self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="speechkit")
                self._api = await asyncio.get_running_loop().run_in_executor(self._pool, _connect, self._settings)
            return self._api, self._pool

    async def close(self) -> None:
        """Ends all calls and threads."""
        async with self._connecting:
            api, pool = self._api, self._pool
            self._api = self._pool = None
        if api:
            await asyncio.to_thread(api.close)
        if pool:
            await asyncio.to_thread(pool.shutdown)


def _connect(settings: SpeechKit) -> "SpeechApi":
    """Imports gRPC and the stubs (0.2 s), so it is for a thread."""
    from streams.speech.yandex_api import SpeechApi

    return SpeechApi(settings)
