"""What the fake SpeechKit hears and says of it: tones in (`tests.tones`), messages of API v3 out."""

from collections.abc import Iterator
from typing import Any

from yandex.cloud.ai.stt.v3 import stt_pb2 as pb

from tests.tones import RATE, Ear

LONGEST_UTTERANCE_MS = 20_000
Heard = tuple[str, int, int]


class Dictation:
    """One session's recognition: partials, at pauses (or after 20 s) final, refinement and end of utterance."""

    def __init__(self, pause_ms: int, request_id: str, session_id: str) -> None:
        self._ear = Ear()
        self._pause_ms = pause_ms
        self._ids = pb.SessionUuid(uuid=session_id, user_request_id=request_id)
        self._open: list[Heard] = []
        self._index = -1
        self._final_ms = self._eou_ms = 0
        self.received = 0
        self.words: list[str] = []

    @property
    def received_ms(self) -> int:
        return self.received * 1000 // (RATE * 2)

    def hear(self, pcm: bytes) -> Iterator[Any]:
        self.received += len(pcm)
        self._open += self._ear.take(pcm)
        if not self._open:
            return
        yield self.message(partial=_update(self._open))
        silent_ms = 0 if self._ear.in_word else self._ear.heard_ms - self._open[-1][2]
        if silent_ms >= self._pause_ms:
            yield from self._commit(self._ear.heard_ms)
        elif self._ear.heard_ms - self._open[0][1] >= LONGEST_UTTERANCE_MS:
            yield from self._commit(self._open[-1][2])

    def end(self) -> Iterator[Any]:
        """The client sends no more."""
        self._open += self._ear.end()
        if self._open:
            yield from self._commit(self.received_ms)

    def message(self, **event: Any) -> Any:
        """A response with the cursors of now."""
        return pb.StreamingResponse(
            session_uuid=self._ids,
            audio_cursors=pb.AudioCursors(
                received_data_ms=self.received_ms,
                partial_time_ms=self._ear.heard_ms,
                final_time_ms=self._final_ms,
                final_index=max(0, self._index),
                eou_time_ms=self._eou_ms,
            ),
            channel_tag="0",
            **event,
        )

    def _commit(self, upto_ms: int) -> Iterator[Any]:
        self._final_ms = upto_ms
        self._index += 1
        words, self._open = self._open, []
        self.words += [text for text, _, _ in words]
        yield self.message(final=_update(words))
        readable = " ".join(text for text, _, _ in words).capitalize() + "."
        yield self.message(
            final_refinement=pb.FinalRefinement(
                final_index=self._index,
                normalized_text=pb.AlternativeUpdate(alternatives=[pb.Alternative(text=readable)]),
            )
        )
        self._eou_ms = upto_ms
        yield self.message(eou_update=pb.EouUpdate(time_ms=upto_ms))


def status(kind: Any, message: str = "") -> Any:
    return pb.StatusCode(code_type=kind, message=message)


def _update(words: list[Heard]) -> Any:
    return pb.AlternativeUpdate(
        alternatives=[
            pb.Alternative(
                words=[pb.Word(text=text, start_time_ms=start, end_time_ms=end) for text, start, end in words],
                text=" ".join(text for text, _, _ in words),
                start_time_ms=words[0][1],
                end_time_ms=words[-1][2],
            )
        ]
    )
