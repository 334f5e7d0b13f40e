"""What the sessions of a segment bring, as a server may put it: each word once, in order, both texts the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.speech.speechkit_answers import Answer, EndOfUtterance, Event, Final, Partial, Refinement
from streams.transcribe.engines.hearing import Hearing, utterances
from streams.transcribe.sound.audio import Segment

START_MS = 7_000
Spoken = tuple[str, int, int]


@st.composite
def talks(draw: st.DrawFn) -> list[Spoken]:
    """Words whose told times may touch or overlap by 300 ms, with few texts, so that the same one comes twice."""
    words: list[Spoken] = []
    at = draw(st.integers(0, 2000))
    for _ in range(draw(st.integers(0, 14))):
        length = draw(st.integers(120, 700))
        if words:
            lap = min(length, words[-1][2] - words[-1][1]) // 2 - 1
            at = max(words[-1][2] + draw(st.sampled_from([0, -min(lap, 300), 20, 60, 900, 3000])), words[-1][1])
        words.append((draw(st.sampled_from(["да", "нет", "короба", "Ну"])), at, at + length))
        at += length
    return words


@dataclass
class Server:
    """Any that keeps the protocol: finals in order and apart, cursors anywhere up to what it received."""

    said: list[Spoken]
    length_ms: int
    data: st.DataObject

    def session(self, base_ms: int) -> Iterator[Answer]:
        """All messages of a session that hears from `base_ms` on, to its good end."""
        self.received = self.length_ms - base_ms
        heard = [(text, max(0, a - base_ms), b - base_ms) for text, a, b in self.said if a + b >= 2 * base_ms]
        finals: list[tuple[int, list[Spoken]]] = []
        while heard:
            count = self.data.draw(st.integers(1, 4))
            finals.append((len(finals), heard[:count]))
            heard = heard[count:]
        nexts = [words[0][1] for _, words in finals[1:]] + [self.received]
        while finals:
            count = self.data.draw(st.integers(1, len(finals)))
            yield self.message(Partial(speech=True))
            group, finals = finals[:count], finals[count:]
            for _, words in group:
                yield self.message(self.final(group[-1][0], words))
            for index, words in group:
                yield self.message(Refinement(index, readable(words)))
            pause_from, pause_to = group[-1][1][-1][2], nexts[group[-1][0]]
            if pause_to - pause_from > 500:
                yield self.message(EndOfUtterance(self.data.draw(st.integers(pause_from, pause_to))))
        yield Answer(0, self.received, self.received, None)

    def message(self, event: Event) -> Answer:
        return Answer(self.data.draw(st.integers(0, self.received)), 0, self.received, event)

    def final(self, index: int, words: list[Spoken]) -> Event:
        text = " ".join(text for text, _, _ in words)
        match self.data.draw(st.sampled_from(["words", "words", "words", "span", "none"])):
            case "words":
                return Final(index, text, tuple(words), words[0][1], words[-1][2])
            case "span":
                return Final(index, text, (), words[0][1], words[-1][2])
            case _:
                return Final(index, text, tuple((text, 0, 0) for text, _, _ in words))


def readable(words: list[Spoken]) -> str:
    return " ".join(text for text, _, _ in words).capitalize() + "."


@settings(max_examples=150, deadline=None)
@given(st.data(), talks(), st.integers(0, 3000))
def test_each_word_once(data: st.DataObject, words: list[Spoken], tail_ms: int) -> None:
    """Any grouping, any cursor up to what was received, any break: each word once, in order, in both texts."""
    each_word_once(data, words, tail_ms)


def each_word_once(data: st.DataObject, words: list[Spoken], tail_ms: int) -> None:
    """A segment of these words and so much silence, in sessions that break anywhere."""
    length_ms = (words[-1][2] if words else 0) + tail_ms
    segment = Segment(0, START_MS, START_MS + length_ms, START_MS, START_MS + length_ms)
    server, hearing = Server(words, length_ms, data), Hearing(segment)
    breaks = data.draw(st.lists(st.integers(0, 12), max_size=4))
    for stays in [*breaks, 10_000]:
        base_ms = hearing.begin()
        for number, answer in enumerate(server.session(base_ms - START_MS)):
            if number >= stays:
                break
            hearing.take(answer)
        else:
            if hearing.complete:
                break
    assert hearing.complete
    said = hearing.said()
    texts = [text for text, _, _ in words]
    assert [word.text for word in hearing.words()] == texts
    assert [text for one in said for text in plain(one.text)] == [text.lower() for text in texts]
    for one, other in pairwise(hearing.words()):
        assert one.start_ms <= other.start_ms
    assert all(segment.owns(word) and word.start_ms <= word.end_ms for word in hearing.words())
    assert all(one.start_ms <= one.end_ms for one in utterances(said))


def plain(text: str) -> list[str]:
    return text.lower().rstrip(".").split()


def told(hearing: Hearing, *events: Event, received_ms: int = 10_000, final_ms: int = 0) -> Hearing:
    for event in events:
        hearing.take(Answer(final_ms, 0, received_ms, event))
    return hearing


def ten_seconds() -> Hearing:
    return Hearing(Segment(0, 0, 10_000, 0, 10_000))


def test_a_repeat_is_counted() -> None:
    """A word that a resumed session hears again at its place is left out, one elsewhere is not; both are told."""
    hearing = told(ten_seconds(), Final(0, "Ну да", (("Ну", 0, 300), ("да", 1000, 1300))), received_ms=2000)
    assert hearing.begin() == 1000  # no pause is known behind it
    told(hearing, Final(0, "Да, да нет", (("Да,", 0, 290), ("да", 350, 600), ("нет", 700, 900))))
    assert [word.text for word in hearing.words()] == ["Ну", "да", "да", "нет"]
    assert [one.text for one in hearing.said()] == ["Ну да", "да нет"]
    assert hearing.repeats == 1


def test_a_known_pause_is_where_the_next_session_begins() -> None:
    """Nothing is heard twice where the service said that the utterance was over."""
    hearing = told(ten_seconds(), Final(0, "да", (("да", 1000, 1300),)), EndOfUtterance(2300), received_ms=2400)
    assert hearing.begin() == 1300


def test_an_open_word_is_not_the_end() -> None:
    """However near the end: a session with an open word is not complete; an empty final, or the end of the utterance,
    says that it was none."""
    hearing = told(ten_seconds(), Final(0, "да", (("да", 9000, 9300),)), Partial(speech=True), final_ms=9900)
    assert not hearing.complete
    assert not hearing.quiet
    assert told(hearing, Final(1), final_ms=9900).complete
    assert not told(hearing, Partial(speech=True)).complete
    assert told(hearing, EndOfUtterance(9800)).complete


def test_an_early_end_is_not_the_end() -> None:
    """A stream that ends well 0.6 s before its sound may lack a word."""
    assert not told(ten_seconds(), None, received_ms=9400, final_ms=9400).complete  # type: ignore[arg-type]
    assert told(ten_seconds(), None, received_ms=10_000, final_ms=9400).complete  # type: ignore[arg-type]


def test_a_refinement_is_never_another_finals() -> None:
    """Where a server counts its finals in another way, the raw text stands."""
    hearing = told(
        ten_seconds(),
        Final(0, "раз", (("раз", 0, 300),)),
        Refinement(0, "Раз."),
        Final(0, "два", (("два", 400, 700),)),
        Final(5, "три", (("три", 800, 900),)),
        Refinement(9, "Девять."),
        Refinement(5, "Три."),
    )
    assert [one.text for one in hearing.said()] == ["раз", "два", "Три."]
