"""A SpeechKit that keeps its documented contract (research/speech.md 1, 2) and hears tones (`tests.tones`).

with FakeSpeechKit() as fake: SpeechKit(**fake.settings(), …)      in this process, in threads of gRPC
python -m tests.fakes.speechkit [JSON of Behaviour]                in its own: says {"port"} and, when its input
                                                                   ends, a summary
"""

import hashlib
import json
import queue
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from random import Random
from typing import Any, Self

import grpc  # type: ignore[import-untyped]
from yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from yandex.cloud.ai.stt.v3 import stt_service_pb2_grpc as service

from tests.fakes.speechkit_async import AsyncSide
from tests.fakes.speechkit_behaviour import KEY, Behaviour, Fault, Manner, Refusal, SessionRecord, check_options
from tests.fakes.speechkit_voice import Dictation, status

__all__ = ["KEY", "Behaviour", "FakeSpeechKit", "Fault", "Manner", "Refusal", "SessionRecord"]


class FakeSpeechKit(service.RecognizerServicer):
    """`behaviour` may be changed while it runs; `sessions` tells all that began."""

    def __init__(self, behaviour: Behaviour | None = None, port: int = 0) -> None:
        self.behaviour = behaviour or Behaviour()
        self.sessions: list[SessionRecord] = []
        self.most_at_once = 0
        self._open: set[int] = set()
        self._chances = 0
        self._lock = threading.Lock()
        self._dice = Random(self.behaviour.seed)
        self.files = AsyncSide(self)
        self._server = grpc.server(
            ThreadPoolExecutor(64, thread_name_prefix="fake-speechkit"),
            options=(("grpc.max_receive_message_length", 64 << 20), ("grpc.so_reuseport", 0)),
        )
        service.add_RecognizerServicer_to_server(self, self._server)
        self.files.join(self._server)
        self.port = int(self._server.add_insecure_port(f"127.0.0.1:{port}"))

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(0).wait()

    def settings(self) -> dict[str, Any]:
        """For `SpeechKit(**…)`: where it is, and a key it takes."""
        address = f"127.0.0.1:{self.port}"
        return {"endpoint": address, "operation_endpoint": address, "plaintext": True, "api_key": KEY}

    def summary(self) -> dict[str, Any]:
        with self._lock:
            outcomes = [record.outcome for record in self.sessions]
            return {
                "sessions": len(outcomes),
                "faults": sum(record.fault is not None for record in self.sessions),
                "most_at_once": self.most_at_once,
                "outcomes": {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
            }

    def admit(self, context: Any) -> dict[str, str]:
        """The metadata of a call that may come in. Raises `Refusal`."""
        metadata = {str(key): str(value) for key, value in context.invocation_metadata()}
        scheme, _, secret = metadata.get("authorization", "").partition(" ")
        if secret not in {"Api-Key": self.behaviour.keys, "Bearer": self.behaviour.tokens}.get(scheme, []):
            raise Refusal("UNAUTHENTICATED", "The key is unknown")
        context.send_initial_metadata((("x-request-id", str(uuid.uuid4())), ("x-server-trace-id", "fake")))
        return metadata

    def RecognizeStreaming(self, request_iterator: Iterator[Any], context: Any) -> Iterator[Any]:  # noqa: N802 - gRPC's
        record = SessionRecord("", {}, None)
        with self._lock:
            self._open.add(id(record))
            self.sessions.append(record)
            self.most_at_once = max(self.most_at_once, len(self._open))
        try:
            record.metadata = self.admit(context)
            record.request_id = record.metadata.get("x-client-request-id", "")
            if len(self._open) > self.behaviour.parallel:
                raise Refusal("RESOURCE_EXHAUSTED", "Too many sessions")
            record.fault = self._trouble()
            yield from self._session(_Inbox(request_iterator, context), record)
            record.outcome = "ended"
        except Refusal as refusal:
            record.outcome = refusal.code.name
            context.abort(refusal.code, refusal.details)
        finally:
            if record.outcome == "open":
                record.outcome = "left"
            self._open.discard(id(record))

    def _session(self, inbox: "_Inbox", record: SessionRecord) -> Iterator[Any]:
        fault = record.fault
        if fault and fault.kind == "reject":
            raise Refusal(fault.code, fault.details)
        first = inbox.next(self.behaviour.idle_s)
        check_options(first)
        began = last_status = time.monotonic()
        told = first.session_options.eou_classifier.WhichOneof("Classifier") == "external_classifier"
        voice = Dictation(self.behaviour, record.request_id, told)
        yield voice.message(status_code=status(pb.WORKING))
        warned = not self.behaviour.warn_pace
        while (request := inbox.next(self.behaviour.idle_s)) is not None:
            if request.WhichOneof("Event") == "session_options":
                raise Refusal("INVALID_ARGUMENT", "session_options must be sent once")
            if request.WhichOneof("Event") == "eou":
                yield from voice.over()
                continue
            answers = list(voice.hear(request.chunk.data or bytes(32 * request.silence_chunk.duration_ms)))
            record.received_ms = voice.received_ms
            record.sound_ms += len(request.chunk.data) // 32
            record.silences += request.WhichOneof("Event") == "silence_chunk"
            if voice.received <= 32_000:
                sound = record.digest.encode() + request.chunk.data
                record.digest = hashlib.blake2b(sound, digest_size=8).hexdigest()
            if voice.received_ms > self.behaviour.session_ms:
                raise Refusal("OUT_OF_RANGE", "Exceeded maximum allowed stream duration")
            if voice.received > self.behaviour.session_bytes:
                raise Refusal("OUT_OF_RANGE", "Exceeded maximum allowed stream size")
            if fault and voice.received_ms >= fault.at_ms:
                match fault.kind:
                    case "fail":
                        raise Refusal(fault.code, fault.details)
                    case "hang":
                        inbox.hang()
                        return
                    case "cut":
                        return
                    case "truncate":
                        answers = [answer for answer in answers if answer.WhichOneof("Event") == "partial"]
            yield from answers
            record.words = len(voice.words)
            now = time.monotonic()
            if not warned and voice.received_ms > 2000 + (now - began) * 1000 * self.behaviour.warn_pace:
                warned = True
                yield voice.message(status_code=status(pb.WARNING, "speech is sent not in real time"))
            if now - last_status >= self.behaviour.status_s:
                last_status = now
                yield voice.message(status_code=status(pb.WORKING))
        if fault and fault.kind == "truncate" and voice.received_ms >= fault.at_ms:
            return
        yield from voice.end()
        record.words = len(voice.words)
        self._open.discard(id(record))  # whoever reads this begins the next one before gRPC comes back here
        yield voice.message(status_code=status(pb.CLOSED))

    def _trouble(self) -> Fault | None:
        with self._lock:
            if self.behaviour.faults:
                return self.behaviour.faults.popleft()
            if self._dice.random() >= self.behaviour.share:
                return self.behaviour.always
            kinds = (
                Fault("hang"),
                Fault("fail", code="UNAVAILABLE"),
                Fault("fail", code="INTERNAL"),
                Fault("reject", code="RESOURCE_EXHAUSTED"),
                Fault("cut"),
                Fault("truncate"),
            )
            chosen = kinds[self._chances % len(kinds)]  # in turn, so that some faults more than kinds show each
            self._chances += 1
            return Fault(chosen.kind, self._dice.randrange(0, 100_000), chosen.code, "by chance")


class _Inbox:
    """The client's messages with a time limit; read in a thread of its own, since gRPC's iterator has none."""

    def __init__(self, requests: Iterator[Any], context: Any) -> None:
        self._context = context
        self._queue: queue.Queue[Any] = queue.Queue(64)
        threading.Thread(target=self._read, args=(requests,), daemon=True).start()

    def next(self, idle_s: float) -> Any:
        """The next message, None at the end. Raises `Refusal` after `idle_s` without one."""
        try:
            return self._queue.get(timeout=idle_s)
        except queue.Empty:
            raise Refusal("DEADLINE_EXCEEDED", "No audio for too long") from None

    def hang(self) -> None:
        """Read on and say nothing until the client leaves."""
        while self._context.is_active():
            try:
                self._queue.get(timeout=0.05)
            except queue.Empty:
                continue

    def _read(self, requests: Iterator[Any]) -> None:
        try:
            for request in requests:
                self._put(request)
        except Exception:  # noqa: BLE001 - gRPC raises bare Exception where the call is over
            pass
        self._put(None)

    def _put(self, request: Any) -> None:
        while self._context.is_active():
            try:
                self._queue.put(request, timeout=0.2)
            except queue.Full:
                continue
            return


def main() -> None:
    wanted = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    port = int(wanted.pop("port", 0))
    wanted["faults"] = deque(Fault(**fault) for fault in wanted.get("faults", ()))
    with FakeSpeechKit(Behaviour(**wanted), port) as fake:
        _say({"port": fake.port})
        sys.stdin.read()
        _say({**fake.summary(), "list": [asdict(record) for record in fake.sessions]})


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
