"""What a transcript looks like to a player and to a person."""

import re

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import Utterance
from schemas.sources import Word
from schemas.transcription import SpokenUtterance, SpokenWord, Transcription
from streams.transcribe import captions
from streams.transcribe.captions import LINE, LINES, LONGEST_MS, Text, json, srt, txt, vtt

SAID = [
    Utterance(1_500, 4_000, "Здравствуйте, коллеги."),
    Utterance(3_600_500, 3_602_000, "Мы <уходим> & всё.", "Пётр"),
]
TEXT = Text([], 3_700_000, "vosk", "m", utterances=SAID, failed_segments=[(60_000, 125_500)])

utterances = st.lists(
    st.builds(
        lambda start, length, words: Utterance(start, start + length, " ".join(words)),
        st.integers(0, 5_000_000),
        st.integers(1, 120_000),
        st.lists(st.text("абвгдежз", min_size=1, max_size=20), min_size=1, max_size=80),
    ),
    max_size=8,
).map(lambda said: sorted(said, key=lambda u: u.start_ms))


def test_srt() -> None:
    """Numbers, times with commas, the speaker before his words."""
    assert srt(TEXT) == (
        "1\n00:00:01,500 --> 00:00:04,000\nЗдравствуйте, коллеги.\n\n"
        "2\n01:00:00,500 --> 01:00:02,000\nПётр: Мы <уходим> & всё.\n"
    )


def test_vtt() -> None:
    """The header, times with points, voice tags, and marks that a player would read as tags."""
    assert vtt(TEXT) == (
        "WEBVTT\n\n00:00:01.500 --> 00:00:04.000\nЗдравствуйте, коллеги.\n\n"
        "01:00:00.500 --> 01:00:02.000\n<v Пётр>Мы &lt;уходим&gt; &amp; всё.\n"
    )


def test_txt_tells_the_gaps() -> None:
    """A line each, in order, and what nobody could hear stands at its place."""
    assert txt(TEXT) == (
        "[00:00:01] Здравствуйте, коллеги.\n"
        "[00:01:00] [не распознано до 00:02:05]\n"
        "[01:00:00] Пётр: Мы <уходим> & всё.\n"
    )


def test_without_readable_text_pauses_make_the_lines() -> None:
    """Words of an engine without punctuation."""
    words = [Word("мы", 0, 200, 1.0), Word("уходим", 250, 600, 1.0), Word("да", 3000, 3200, 1.0)]
    assert txt(Text(words, 4000, "vosk", "m")) == "[00:00:00] мы уходим\n[00:00:03] да\n"


def test_json_is_the_whole() -> None:
    """Everything by name, times in seconds; words alone are read between their pauses."""
    written = msgspec.json.decode(json(TEXT), type=Transcription)
    assert written.text == "Здравствуйте, коллеги.\nПётр: Мы <уходим> & всё."
    assert written.utterances[1] == SpokenUtterance(3600.5, 3602.0, "Пётр", "Мы <уходим> & всё.")
    assert (written.duration, written.engine, written.flaws) == (3700.0, "vosk", [])
    words = Text([Word("да", 1500, 1650, 0.9, "Анна")], 2000, "vosk", "m", flaws=["шум"])
    alone = msgspec.json.decode(json(words), type=Transcription)
    assert alone.words == [SpokenWord("да", 1.5, 1.65, 0.9, "Анна")]
    assert ([one.text for one in alone.utterances], alone.flaws) == (["да"], ["шум"])


def test_nothing_said() -> None:
    """A silent room is an empty file of its kind."""
    empty = Text([], 1000, "vosk", "m")
    assert (srt(empty), vtt(empty), txt(empty)) == ("", "WEBVTT\n", "")


@given(utterances)
def test_captions_fit_a_screen(said: list[Utterance]) -> None:
    """No word lost, lines and durations within the rules, times never go back, one caption at a time."""
    text = Text([], 6_000_000, "e", "m", utterances=said)
    cues = re.findall(r"(\S+) --> (\S+)\n((?:.+\n)+)", vtt(text))
    assert " ".join(" ".join(body.split()) for _, _, body in cues) == " ".join(u.text for u in said)
    last = 0
    for start, end, body in cues:
        lines = body.splitlines()
        assert len(lines) <= LINES
        assert max(map(len, lines)) <= LINE
        assert last <= _ms(start) < _ms(end)
        assert _ms(end) - _ms(start) <= LONGEST_MS
        last = _ms(end)


def _ms(time: str) -> int:
    hours, minutes, seconds = time.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)


def test_every_format_has_its_switch() -> None:
    """The table of the command line."""
    assert set(captions.FORMATS) == {"json", "srt", "vtt", "txt"}
