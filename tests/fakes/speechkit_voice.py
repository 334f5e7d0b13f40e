"""What the fake SpeechKit hears and says of it: tones in (`tests.tones`), messages of API v3 out."""

import uuid
from collections.abc import Iterator
from typing import Any

from yandex.cloud.ai.stt.v3 import stt_pb2 as pb

from tests.fakes.speechkit_behaviour import Behaviour
from tests.tones import RATE, Ear

LONGEST_UTTERANCE_MS = 20_000
Heard = tuple[str, int, int]


class Dictation:
    """One session's recognition: partials, at pauses (or after 20 s) final, refinement and end of utterance."""

    def __init__(self, behaviour: Behaviour, request_id: str, told: bool = False) -> None:
        """`told`: the client says when an utterance is over."""
        self._utterances = behaviour.utterances if told else "pauses"
        self._ear = Ear()
        self._pause_ms, self._manner = behaviour.pause_ms, behaviour.manner
        self._ids = pb.SessionUuid(uuid=str(uuid.uuid4()), user_request_id=request_id)
        self._open: list[Heard] = []
        self._held: list[list[dict[str, Any]]] = []
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
        yield self.message(partial=self._update(self._open))
        while 0 < self._manner.words_a_final < len(self._open):
            yield from self._commit(self._manner.words_a_final, self._ear.heard_ms, pause=False)
        silent_ms = 0 if self._ear.in_word else self._ear.heard_ms - self._open[-1][2]
        if silent_ms >= self._pause_ms and self._utterances == "pauses":
            yield from self._commit(len(self._open), self._ear.heard_ms)
        elif self._ear.heard_ms - self._open[0][1] >= LONGEST_UTTERANCE_MS:
            yield from self._commit(len(self._open), self._open[-1][2], pause=False)

    def over(self) -> Iterator[Any]:
        """The client says that an utterance is."""
        self._open += self._ear.end()
        if self._open and self._utterances != "pauses":
            yield from self._commit(len(self._open), self.received_ms)
        elif self._utterances == "told":
            yield self.message(eou_update=pb.EouUpdate(time_ms=self.received_ms))

    def end(self) -> Iterator[Any]:
        """The client sends no more."""
        self._open += self._ear.end()
        if self._open:
            yield from self._commit(len(self._open), self.received_ms)
        yield from self._release()

    def message(self, **event: Any) -> Any:
        """A response with the cursors of now."""
        return pb.StreamingResponse(session_uuid=self._ids, audio_cursors=self._cursors(), channel_tag="0", **event)

    def _cursors(self) -> Any:
        told = self._manner.cursors
        if told == "none":
            return pb.AudioCursors()
        return pb.AudioCursors(
            received_data_ms=self.received_ms if told == "now" else self._final_ms,
            partial_time_ms=self._ear.heard_ms if told == "now" else self._final_ms,
            final_time_ms=self._final_ms,
            final_index=max(0, self._index),
            eou_time_ms=self._eou_ms,
        )

    def _commit(self, count: int, upto_ms: int, *, pause: bool = True) -> Iterator[Any]:
        self._final_ms = upto_ms
        self._eou_ms = upto_ms if pause else self._eou_ms
        self._index += 1
        words, self._open = self._open[:count], self._open[count:]
        self._held.append(self._told(words) + [{"eou_update": pb.EouUpdate(time_ms=upto_ms)}] * pause)
        if len(self._held) >= self._manner.together:
            yield from self._release()

    def _told(self, words: list[Heard]) -> list[dict[str, Any]]:
        """Final and refinement."""
        if {text for text, _, _ in words} <= self._manner.taken_back:
            return [{"final": pb.AlternativeUpdate()}]
        self.words += [text for text, _, _ in words]
        readable = " ".join(text for text, _, _ in words).capitalize() + "."
        update = pb.AlternativeUpdate(alternatives=[pb.Alternative(text=readable)])
        refinement = pb.FinalRefinement(final_index=self._index, normalized_text=update)
        return [{"final": self._update(words)}, {"final_refinement": refinement}]

    def _release(self) -> Iterator[Any]:
        """What was held, first all finals. The cursors are those of now."""
        held, self._held = self._held, []
        events = [event for told in held for event in told]
        for event in sorted(events, key=lambda event: "final" not in event):
            yield self.message(**event)

    def _update(self, words: list[Heard]) -> Any:
        times = self._manner.times
        timed = [(text, start, end + self._manner.stretch_ms) for text, start, end in words]
        listed = [pb.Word(text=text, start_time_ms=start, end_time_ms=end) for text, start, end in timed]
        span: dict[str, Any] = {} if times == "none" else {"start_time_ms": timed[0][1], "end_time_ms": timed[-1][2]}
        text = " ".join(text for text, _, _ in timed)
        return pb.AlternativeUpdate(
            alternatives=[pb.Alternative(words=listed if times == "words" else [], text=text, **span)]
        )


def status(kind: Any, message: str = "") -> Any:
    return pb.StatusCode(code_type=kind, message=message)
