"""What the sessions of one segment have brought so far: each word once, in order, with its readable text. Pure.

Finals of one session never repeat each other, so all of their words count, whatever the cursors say: finals may still
be on their way. A session that goes on after another begins where the words of the former end. Where no pause is known
there it begins some words before, and leaves out those that are known: the times of neighbours may overlap. Finals
without word times have no place to go on from: where the session breaks behind them they are heard again.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from schemas.events import Utterance
from schemas.sources import Word
from streams.speech.speechkit_answers import Answer, EndOfUtterance, Final, Partial, Refinement, Warned
from streams.speech.spoken import Spoken, Timed, placed, same_word, timed_words
from streams.transcribe.sound.audio import Segment

TAIL_MS = 1000
"""Sound at the end of a session that ended well and need not have been looked at: the planner leaves 0.3 s of silence
there."""
LEAST_MS = 100
"""Less sound than this is no word."""
LAP_MS = 500
"""So much the times of two words may overlap: some hundred ms were seen."""


class Said(NamedTuple):
    """An utterance with the words it was made of. `text` is the readable one where that came, else the raw one."""

    words: tuple[Word, ...]
    text: str


def utterances(said: Sequence[Said]) -> tuple[Utterance, ...]:
    """The readable text of each, from its first word to its last."""
    return tuple(Utterance(one.words[0].start_ms, max(word.end_ms for word in one.words), one.text) for one in said)


def _exact(spoken: Sequence[Spoken]) -> list[Timed]:
    """The last words, as far back as the service told the time of each."""
    last = takewhile(lambda final: final.exact, reversed(spoken))
    return [word for final in reversed(list(last)) for word in final.timed or ()]


class Hearing:
    """Mutable: gathers the answers of one segment's sessions, one session after the other.

    Confidence is 1.0: the proto says "currently not used" of SpeechKit's. `repeats` counts words that were left out.
    """

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._spoken: list[Spoken] = []
        self._readable: list[str] = []  # of those of former sessions
        self._refinements: list[tuple[Refinement, int]] = []  # and how many finals were there by then
        self._known: list[Timed] = []  # of those, what this one hears again
        self._base_ms = self._processed_ms = self._received_ms = segment.send_start_ms
        self._pause_ms = segment.send_start_ms
        self._open = False
        self.warnings = self.repeats = 0

    def begin(self) -> int:
        """A new session hears from the returned ms on."""
        base_ms, settled = self.reached_ms, self._settled
        self._readable = self._texts()[:settled]
        del self._spoken[settled:]
        self._refinements = []
        self._known = [word for word in _exact(self._spoken) if word[2] > base_ms]
        self._base_ms = self._processed_ms = self._received_ms = self._pause_ms = base_ms
        self._open = False
        return base_ms

    @property
    def progress(self) -> int:
        """Words that need not be heard again, should the session break here."""
        return sum(len(spoken.words) for spoken in self._spoken[: self._settled])

    @property
    def reached_ms(self) -> int:
        """From here on (ms of the recording) a session that follows has to hear."""
        settled = self._spoken[: self._settled]
        end_ms = max((spoken.end_ms for spoken in settled), default=self._segment.send_start_ms)
        if self._pause_ms < end_ms:  # no pause is known behind it
            last = (start for _, start, end in _exact(settled) if end > end_ms - LAP_MS)
            end_ms = min(last, default=end_ms)
        sent_ms = self._received_ms if self._received_ms > self._base_ms else self._segment.send_end_ms
        return min(max(end_ms, self._base_ms), sent_ms)

    @property
    def _settled(self) -> int:
        """So many finals stay when the session breaks."""
        count = len(self._spoken)
        while count > len(self._readable):
            last = self._spoken[count - 1]
            if last.exact or (last.timed and last.end_ms <= self._pause_ms):
                break
            count -= 1
        return count

    @property
    def over(self) -> bool:
        """Whether there is no sound left that a next session could hear."""
        return self._segment.send_end_ms - self.reached_ms < LEAST_MS

    @property
    def complete(self) -> bool:
        """Of a session that ended well: whether nothing can be missing. It had all the sound, or does not tell; it
        looked at it to the end, and no word is open."""
        looked_ms = max(self._processed_ms, *(spoken.end_ms for spoken in self._spoken), 0)
        cut_off = self._base_ms < self._received_ms < self._segment.send_end_ms - LEAST_MS
        return not self._open and not cut_off and looked_ms >= self._segment.send_end_ms - TAIL_MS

    @property
    def quiet(self) -> bool:
        """Whether no word is open."""
        return not self._open

    @property
    def readable(self) -> bool:
        """Whether any readable text came (or none was needed)."""
        return not self._spoken or any(self._texts())

    def take(self, answer: Answer) -> None:
        """In the order they come."""
        match answer.event:
            case Final() as final:
                self._open = False
                self._keep(final, self._base_ms + answer.final_ms)
            case Refinement() as refinement:
                self._refinements.append((refinement, len(self._spoken)))
            case EndOfUtterance(time_ms):
                self._open = False
                self._pause_ms = max(self._pause_ms, self._base_ms + time_ms)
            case Partial(speech):
                self._open = speech
            case Warned():
                self.warnings += 1
        self._processed_ms = max(self._processed_ms, self._base_ms + max(answer.processed_ms, answer.final_ms))
        self._received_ms = max(self._received_ms, self._base_ms + answer.received_ms)

    def words(self) -> tuple[Word, ...]:
        """All that was heard, also beyond a hard cut."""
        return tuple(word for said in self.said() for word in said.words)

    def said(self) -> list[Said]:
        """All that was heard, in order: no word starts before the former one, none lies outside the segment."""
        said = []
        at_ms, last_ms = self._segment.send_start_ms, self._segment.send_end_ms
        places = placed(self._spoken, at_ms, last_ms)
        for spoken, readable, timed in zip(self._spoken, self._texts(), places, strict=True):
            words = []
            for text, start, end in timed:
                at_ms = min(max(start, at_ms), last_ms - 1)  # before the end, so that the segment owns it
                words.append(Word(text, at_ms, min(max(end, at_ms), last_ms), 1.0))
            raw = spoken.text if spoken.whole and spoken.text else " ".join(spoken.words)
            said.append(Said(tuple(words), readable if spoken.whole and readable else raw))
        return said

    def _keep(self, final: Final, upto_ms: int) -> None:
        words = tuple(text for text, _, _ in final.words) or tuple(final.text.split())
        if not words:
            return
        exact = any(end for _, _, end in final.words)
        timed = timed_words(final, words, self._base_ms, exact=exact)
        new = tuple(self._new(timed if exact and timed else [(word, 0, 0) for word in words]))
        self.repeats += len(words) - len(new)
        if not new:
            return
        kept = None if timed is None else tuple(timed[at] for at in new)
        left = tuple(words[at] for at in new)
        self._spoken.append(Spoken(final.index, final.text, left, kept, exact, upto_ms, whole=len(new) == len(words)))

    def _new(self, words: Sequence[Timed]) -> Iterator[int]:
        """Places of those that are not known from a former session, whose last words this one hears first.

        Without word times a known word is told by its text alone, as long as nothing new came.
        """
        for at, word in enumerate(words):
            whole_ms = 0 if word[2] else self._base_ms  # one that was cut in two has no text to go by
            alike = (n for n, known in enumerate(self._known) if known[1] >= whole_ms and same_word(word, known))
            same = next(alike, None)
            if same is not None:
                del self._known[: same + 1]
                continue
            self._known = [known for known in self._known if word[2] and known[2] > word[1]]
            yield at

    def _texts(self) -> list[str]:
        """The readable text of each final, empty where none came.

        Of finals that came together all may have the index of the last one: the one before it has the index before it.
        """
        came: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for refinement, known in self._refinements:
            came[refinement.index].append((refinement.text.strip(), known))
        texts: list[str] = []
        below: int | None = None
        for at in range(len(self._spoken) - 1, len(self._readable) - 1, -1):
            index = self._spoken[at].index
            below = index if below is None else min(index, below - 1)
            after = [text for text, known in came[below] if known > at]  # a refinement comes after its final
            texts.append(after[-1] if after else "")
        return self._readable[: len(self._spoken)] + texts[::-1]
