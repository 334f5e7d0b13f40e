"""The asynchronous side of the fake SpeechKit: files in, operations, results that can be deleted."""

import io
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av
import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from google.rpc import status_pb2  # type: ignore[import-untyped]
from yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from yandex.cloud.ai.stt.v3 import stt_service_pb2_grpc as service
from yandex.cloud.operation import operation_pb2, operation_service_pb2_grpc

from tests.fakes.speechkit_behaviour import Refusal
from tests.fakes.speechkit_voice import Dictation, status
from tests.tones import RATE

if TYPE_CHECKING:
    from tests.fakes.speechkit import FakeSpeechKit

LARGEST = 60_000_000
LONGEST_MS = 4 * 3600 * 1000


@dataclass
class Work:
    """One operation."""

    answers: list[Any]
    received_ms: int
    size: int
    format: str
    asked: int = 0
    read: int = 0
    deleted: bool = False
    cancelled: bool = False


class AsyncSide(service.AsyncRecognizerServicer, operation_service_pb2_grpc.OperationServiceServicer):
    """`work` by operation id; `storage` is the bucket: address to raw PCM; `polled_at` in seconds, monotonic."""

    def __init__(self, front: "FakeSpeechKit") -> None:
        self._front = front
        self._lock = threading.Lock()
        self.work: dict[str, Work] = {}
        self.storage: dict[str, bytes] = {}
        self.polled_at: list[float] = []

    def join(self, server: Any) -> None:
        service.add_AsyncRecognizerServicer_to_server(self, server)
        operation_service_pb2_grpc.add_OperationServiceServicer_to_server(self, server)

    def RecognizeFile(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's
        self._admit(context)
        fault = self._front.behaviour.faults.popleft() if self._front.behaviour.faults else self._front.behaviour.always
        if fault:
            context.abort(getattr(grpc.StatusCode, fault.code), fault.details)
        if len(request.content) > LARGEST:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "content is larger than 60 MB")
        if request.uri and request.uri not in self.storage:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "nothing at this uri")
        sound = request.recognition_model.audio_format
        content = request.content or self.storage[request.uri]
        pcm = _decoded(content) if sound.WhichOneof("AudioFormat") == "container_audio" else content
        voice = Dictation(self._front.behaviour, "")
        step = RATE * 2 * 2 // 5
        answers = [answer for at in range(0, len(pcm), step) for answer in voice.hear(pcm[at : at + step])]
        answers = [*answers, *voice.end(), voice.message(status_code=status(pb.CLOSED))]
        answers = [answer for answer in answers if answer.WhichOneof("Event") != "partial"]
        if voice.received_ms > LONGEST_MS:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "longer than 4 h")
        name = uuid.uuid4().hex
        self.work[name] = Work(answers, voice.received_ms, len(content), sound.WhichOneof("AudioFormat"))
        return operation_pb2.Operation(id=name)

    def Get(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's
        self._admit(context)
        work = self._work(request.operation_id, context)
        with self._lock:
            self.polled_at.append(time.monotonic())
            work.asked += 1
        done = work.asked >= self._front.behaviour.polls
        code = self._front.behaviour.operation_error
        error = status_pb2.Status(code=code, message="told to") if done and code else None
        return operation_pb2.Operation(id=request.operation_id, done=done, error=error)

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's
        self._admit(context)
        self._work(request.operation_id, context).cancelled = True
        return operation_pb2.Operation(id=request.operation_id, done=True)

    def GetRecognition(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802 - gRPC's
        self._admit(context)
        work = self._work(request.operation_id, context)
        if work.asked < self._front.behaviour.polls:
            context.abort(grpc.StatusCode.NOT_FOUND, "not ready")
        work.read += 1
        whole = work.read > self._front.behaviour.cut_readings
        yield from work.answers if whole else work.answers[: len(work.answers) // 2]

    def DeleteRecognition(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's
        self._admit(context)
        self._work(request.operation_id, context).deleted = True
        return empty_pb2.Empty()

    def _admit(self, context: Any) -> None:
        try:
            self._front.admit(context)
        except Refusal as refusal:
            context.abort(refusal.code, refusal.details)

    def _work(self, name: str, context: Any) -> Work:
        if name not in self.work or self.work[name].deleted:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such operation")
        return self.work[name]


def _decoded(content: bytes) -> bytes:
    with av.open(io.BytesIO(content)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
        return b"".join(bytes(frame.planes[0])[: frame.samples * 2] for frame in frames)
