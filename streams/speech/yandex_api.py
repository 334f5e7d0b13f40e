"""The only module that imports gRPC and `yandex.*` stubs (package `speechkit.stt.v3`): messages in, our own values out.

Import it late: the service runs without the cloud extra. Only the stubs are used; the SDK package knows no API keys.
The synchronous stubs, because `grpc.aio` hides the server's status when a call ends while it writes (grpc#36066).
"""

from collections.abc import Callable, Iterator
from typing import Any

import grpc  # type: ignore[import-untyped]
from yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from yandex.cloud.ai.stt.v3 import stt_service_pb2 as service_pb
from yandex.cloud.ai.stt.v3 import stt_service_pb2_grpc as service
from yandex.cloud.operation import operation_service_pb2, operation_service_pb2_grpc

from streams.settings.speech import SpeechKit
from streams.speech.faults import EngineError
from streams.speech.speechkit_answers import (
    Answer,
    Closed,
    EndOfUtterance,
    Event,
    Final,
    Partial,
    Refinement,
    Warned,
)
from streams.speech.speechkit_errors import error_of

OPTIONS = (
    ("grpc.max_receive_message_length", 16 << 20),  # 4 MB would end a long session with many alternatives
    ("grpc.enable_retries", 0),  # a retry is paid: only our own, from where recognition was
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 10_000),  # the default of 2 min would outlast the outage
)
RATE = 16_000
"""Samples a second of all sound that is sent: mono, s16le."""
UNARY_S = 60.0
"""Seconds for a question about an operation."""
UPLOAD_S = 600.0
"""Seconds for 60 MB: 0.8 Mbit/s."""


class Call:
    """A running call. `cancel` is safe from any thread, and again."""

    def __init__(self, call: Any, request_id: str) -> None:
        self._call = call
        self._request_id = request_id
        self.cancel: Callable[[], object] = call.cancel

    def answers(self) -> Iterator[Answer]:
        """Blocks. Raises `EngineError`."""
        try:
            for response in self._call:
                yield _answer(response)
        except grpc.RpcError as error:
            raise _translated(error, self._request_id) from None  # gRPC's text shows the peer and the whole call

    def server_ids(self) -> dict[str, str]:
        """The service's own ids of the call, for its support. Only after the first answer: before it this blocks."""
        names = ("x-request-id", "x-server-trace-id")
        return {str(key): str(value) for key, value in self._call.initial_metadata() or () if key in names}


class SpeechApi:
    """Both recognisers and the operations, over one connection each. Nothing is sent before the first call."""

    def __init__(self, settings: SpeechKit) -> None:
        self._settings = settings
        self._channels = [_channel(address, settings) for address in (settings.endpoint, settings.operation_endpoint)]
        self._recognizer = service.RecognizerStub(self._channels[0])
        self._async = service.AsyncRecognizerStub(self._channels[0])
        self._operations = operation_service_pb2_grpc.OperationServiceStub(self._channels[1])

    def close(self) -> None:
        """Ends every call."""
        for channel in self._channels:
            channel.close()

    def stream(self, requests: Iterator[Any], request_id: str, timeout_s: float) -> Call:
        """Opens a session; `requests` are `options()` and then `chunk`s, taken in a thread of gRPC."""
        call = self._recognizer.RecognizeStreaming(requests, metadata=self._metadata(request_id), timeout=timeout_s)
        return Call(call, request_id)

    def options(self) -> Any:
        """The first message of a session; billing starts with it."""
        eou = pb.DefaultEouClassifier(
            type=pb.DefaultEouClassifier.DEFAULT, max_pause_between_words_hint_ms=self._settings.pause_ms
        )
        return pb.StreamingRequest(
            session_options=pb.StreamingOptions(
                recognition_model=self._model(self._settings.model, _PCM),
                eou_classifier=pb.EouClassifierOptions(default_classifier=eou),
            )
        )

    def open_options(self) -> Any:
        """The same of a session whose utterances are over where `end_of_utterance` says so."""
        return pb.StreamingRequest(
            session_options=pb.StreamingOptions(
                recognition_model=self._model(self._settings.model, _PCM, "real_time"),
                eou_classifier=pb.EouClassifierOptions(external_classifier=pb.ExternalEouClassifier()),
            )
        )

    def recognize_file(self, content: bytes, opus: bool, request_id: str) -> Any:
        """Starts asynchronous recognition of inline sound. A future of the operation's id, as all below."""
        sound = _OPUS if opus else _PCM
        request = pb.RecognizeFileRequest(
            content=content, recognition_model=self._model(self._settings.async_model, sound)
        )
        return self._ask(self._async.RecognizeFile, request, request_id, UPLOAD_S)

    def recognize_uri(self, uri: str, request_id: str) -> Any:
        """The same of raw sound in Object Storage."""
        request = pb.RecognizeFileRequest(uri=uri, recognition_model=self._model(self._settings.async_model, _PCM))
        return self._ask(self._async.RecognizeFile, request, request_id, UNARY_S)

    def operation(self, operation_id: str, request_id: str) -> Any:
        request = operation_service_pb2.GetOperationRequest(operation_id=operation_id)
        return self._ask(self._operations.Get, request, request_id, UNARY_S)

    def recognition(self, operation_id: str, request_id: str) -> Call:
        request = service_pb.GetRecognitionRequest(operation_id=operation_id)
        call = self._async.GetRecognition(request, metadata=self._metadata(request_id), timeout=UPLOAD_S)
        return Call(call, request_id)

    def delete_recognition(self, operation_id: str, request_id: str) -> Any:
        request = pb.DeleteRecognitionRequest(operation_id=operation_id)
        return self._ask(self._async.DeleteRecognition, request, request_id, UNARY_S)

    def _ask(self, method: Any, request: Any, request_id: str, timeout_s: float) -> Any:
        return method.future(request, metadata=self._metadata(request_id), timeout=timeout_s)

    def _metadata(self, request_id: str) -> tuple[tuple[str, str], ...]:
        """Never `x-data-logging-enabled`: Yandex would keep the meeting's sound."""
        key = self._settings.api_key.get_secret_value()
        token = f"Api-Key {key}" if key else f"Bearer {self._settings.iam_token.get_secret_value()}"
        folder = (("x-folder-id", self._settings.folder),) if self._settings.folder else ()
        return (("authorization", token), ("x-client-request-id", request_id), *folder)

    def _model(self, model: str, sound: Any, processing: str = "") -> Any:
        readable = self._settings.literature_text
        processing = (processing or self._settings.processing).upper()
        return pb.RecognitionModelOptions(
            model=model,
            audio_format=sound,
            text_normalization=pb.TextNormalizationOptions(
                text_normalization=pb.TextNormalizationOptions.TEXT_NORMALIZATION_ENABLED
                if readable
                else pb.TextNormalizationOptions.TEXT_NORMALIZATION_DISABLED,
                literature_text=readable,  # acts only with normalization
                profanity_filter=self._settings.profanity_filter,
            ),
            language_restriction=pb.LanguageRestrictionOptions(
                restriction_type=pb.LanguageRestrictionOptions.WHITELIST, language_code=self._settings.languages
            ),
            audio_processing_type=pb.RecognitionModelOptions.AudioProcessingType.Value(processing),
        )


_PCM = pb.AudioFormatOptions(
    raw_audio=pb.RawAudio(audio_encoding=pb.RawAudio.LINEAR16_PCM, sample_rate_hertz=RATE, audio_channel_count=1)
)
_OPUS = pb.AudioFormatOptions(container_audio=pb.ContainerAudio(container_audio_type=pb.ContainerAudio.OGG_OPUS))


def chunk(pcm: bytes) -> Any:
    """The message with a piece of sound."""
    return pb.StreamingRequest(chunk=pb.AudioChunk(data=pcm))


def silence(ms: int) -> Any:
    """The message that says how long nothing was said."""
    return pb.StreamingRequest(silence_chunk=pb.SilenceChunk(duration_ms=ms))


def end_of_utterance() -> Any:
    """The message after which the service tells its last words."""
    return pb.StreamingRequest(eou=pb.Eou())


def settled(future: Any, request_id: str) -> Any:
    """The answer to a question. Blocks; cancel the future from another thread. Raises `EngineError`."""
    try:
        return future.result()
    except grpc.FutureCancelledError:
        raise error_of("CANCELLED", "by us", request_id) from None
    except grpc.RpcError as error:
        raise _translated(error, request_id) from None


def failure_of(operation: Any, request_id: str) -> EngineError | None:
    """Why an operation that is done failed; None if it did not."""
    if not operation.HasField("error"):
        return None
    codes = {code.value[0]: code.name for code in grpc.StatusCode}
    return error_of(codes.get(operation.error.code, "UNKNOWN"), operation.error.message, request_id)


def _channel(address: str, settings: SpeechKit) -> Any:
    if settings.plaintext:
        return grpc.insecure_channel(address, options=OPTIONS)
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(), options=OPTIONS)


def _translated(error: Any, request_id: str) -> EngineError:
    return error_of(error.code().name, error.details() or "", request_id)


def _answer(response: Any) -> Answer:
    cursors = response.audio_cursors
    processed_ms = max(cursors.partial_time_ms, cursors.eou_time_ms)
    return Answer(cursors.final_time_ms, processed_ms, cursors.received_data_ms, _event(response))


def _event(response: Any) -> Event | None:
    match response.WhichOneof("Event"):
        case "partial":
            return Partial(any(alternative.text for alternative in response.partial.alternatives))
        case "final":
            return _final(response.audio_cursors.final_index, response.final.alternatives)
        case "final_refinement" if response.final_refinement.normalized_text.alternatives:
            best = response.final_refinement.normalized_text.alternatives[0]
            return Refinement(response.final_refinement.final_index, best.text)
        case "eou_update":
            return EndOfUtterance(response.eou_update.time_ms)
        case "status_code":
            status = response.status_code
            if status.code_type == pb.CLOSED:
                return Closed(status.message)
            return Warned(status.message) if status.code_type == pb.WARNING else None
        case _:
            return None


def _final(index: int, alternatives: Any) -> Final:
    """Also one without alternatives: it ends what the partials showed."""
    if not alternatives:
        return Final(index)
    best = alternatives[0]
    words = tuple((word.text, word.start_time_ms, word.end_time_ms) for word in best.words)
    return Final(index, best.text, words, best.start_time_ms, best.end_time_ms)
