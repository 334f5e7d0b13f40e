"""What can be switched on the fake SpeechKit, and what it tells of its sessions."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

import grpc  # type: ignore[import-untyped]
from yandex.cloud.ai.stt.v3 import stt_pb2 as pb

KEY = "AQVN-fake-key"
MODELS = ("general", "general:rc", "general:deprecated", "deferred-general")


@dataclass(frozen=True)
class Fault:
    """Trouble of one session. `reject`: `code` at once; `fail`: `code` when `at_ms` of sound are in; `hang`: not a word
    from `at_ms` on; `cut`: ends well at `at_ms`; `truncate`: takes all, but its finals stop at `at_ms`."""

    kind: Literal["reject", "fail", "hang", "cut", "truncate"]
    at_ms: int = 0
    code: str = "UNAVAILABLE"
    details: str = "told to"


@dataclass(frozen=True)
class Manner:
    """How the service puts what it heard into messages. What the protocol leaves open, and others' servers do."""

    together: int = 1
    """So many finals come at once (a busy server, `full_data`, `GetRecognition`): all cursors are the state of the
    server then, behind the last of them, and so is `final_index`."""
    words_a_final: int = 0
    """A final after so many words, in the midst of speech; 0: at pauses."""
    stretch_ms: int = 0
    """Word times end so much later than the word: they touch or overlap the next one's."""
    times: Literal["words", "final", "none"] = "words"
    """Which times a final tells: of each word, of the whole, or none at all."""
    cursors: Literal["now", "final", "none"] = "now"
    """How far the server says it is: to the sound of this moment, to the last final, or nothing at all."""
    taken_back: frozenset[str] = frozenset()
    """Words that partials show and that are noise after all: an utterance of them ends by a final without alternatives.
    """


@dataclass
class Behaviour:
    """What may be switched, at any time. Seconds are of the wall, ms of the sound."""

    keys: list[str] = field(default_factory=lambda: [KEY])
    tokens: list[str] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    """One for each next session."""
    always: Fault | None = None
    share: float = 0.0
    """Of sessions that get a fault, of each kind in turn, by `seed` at any place of their first 100 s."""
    seed: int = 1
    parallel: int = 1000
    """Sessions at once; one more is refused with RESOURCE_EXHAUSTED."""
    session_ms: int = 300_000
    session_bytes: int = 10_000_000
    idle_s: float = 5.0
    status_s: float = 1.0
    """Distance of signs of life."""
    pause_ms: int = 300
    """Silence that ends an utterance."""
    warn_pace: float = 0.0
    """WARNING once for sound that comes so much faster than real time; 0 never does."""
    polls: int = 2
    """Questions until an asynchronous operation is done."""
    manner: Manner = Manner()
    cut_readings: int = 0
    """So many readings of a result end well in its middle."""
    utterances: Literal["told", "spoken", "pauses"] = "told"
    """Where the client says when one is over: each has its end, or only those with words, or the service goes by pauses
    all the same."""
    operation_error: int = 0
    """gRPC code number by which every operation fails."""


@dataclass
class SessionRecord:
    """One session as the fake saw it. `received_ms` with silence that is told as a number (`silences`: how often),
    `sound_ms` without. `digest` is of its first second of sound: the same for the same segment sent
    again from its start."""

    request_id: str
    metadata: dict[str, str]
    fault: Fault | None
    received_ms: int = 0
    words: int = 0
    outcome: str = "open"
    digest: str = ""
    sound_ms: int = 0
    silences: int = 0


class Refusal(Exception):
    def __init__(self, code: str, details: str) -> None:
        self.code, self.details = getattr(grpc.StatusCode, code), details


def check_options(first: Any) -> None:
    """What the service refuses in `session_options`. Raises `Refusal`."""
    if first is None or first.WhichOneof("Event") != "session_options":
        raise Refusal("INVALID_ARGUMENT", "session_options must be sent first")
    model = first.session_options.recognition_model
    sound = model.audio_format.raw_audio
    if (sound.audio_encoding, sound.sample_rate_hertz, sound.audio_channel_count) != (
        pb.RawAudio.LINEAR16_PCM,
        16_000,
        1,
    ):
        raise Refusal("INVALID_ARGUMENT", "the fake takes 16 kHz mono PCM")
    if model.model not in MODELS:
        raise Refusal("INVALID_ARGUMENT", f"unknown model {model.model}")
