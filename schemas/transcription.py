"""What `leadpulse transcribe --json` writes, for programs and for `leadpulse minutes`. Times in seconds."""

import msgspec


class SpokenWord(msgspec.Struct, frozen=True):
    """`confidence` 0..1, 1 where the engine gives none. `speaker` is the name of the track, None where there is one."""

    text: str
    start: float
    end: float
    confidence: float
    speaker: str | None


class SpokenUtterance(msgspec.Struct, frozen=True):
    """A stretch of speech, as it is to be read."""

    start: float
    end: float
    speaker: str | None
    text: str


class Part(msgspec.Struct, frozen=True):
    """Which engine did which stretch of a track, and what it cost in its own units."""

    start: float
    end: float
    engine: str
    model: str
    track: str
    units: int


class Transcription(msgspec.Struct, frozen=True):
    """`text`: a line an utterance, with the speaker where there are several. `engine` and `model` did most of it.

    `flaws`: what is wrong with the recording or the words, in Russian; empty where nothing is.
    """

    text: str
    utterances: list[SpokenUtterance]
    words: list[SpokenWord]
    engine: str
    model: str
    duration: float
    flaws: list[str]
    parts: list[Part]
