"""`leadpulse transcribe FILE`, on sound made on the spot and the tiny model."""

import json
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from schemas.speech import TOY_MODEL
from tests.speech import quiet, say, write_mp4, write_wav
from tests.unit.cli.conftest import Line

SPOKEN = "у вас дорого, мы уходим"
WORDS = ["у", "вас", "дорого", "мы", "уходим"]

MODEL = Path("tests/fixtures/vosk-ru-tiny").absolute()

Pcm = np.ndarray[tuple[int], np.dtype[np.int16]]


@pytest.fixture
def line(line: Line) -> Line:
    """The command line, with the tiny model."""
    return Line(line.environ | {"LEADPULSE_SPEECH__VOSK_MODEL": str(MODEL)})


def sound() -> Pcm:
    """The sentence, and silence around it."""
    return np.concatenate([quiet(0.5), say(SPOKEN), quiet(0.5)])


def encoded(path: Path, codec: str, tracks: dict[str, Pcm], rate: int = 48_000) -> None:
    """A file of one audio stream for each (title, sound)."""
    with av.open(str(path), "w") as container:
        streams = []
        for title, pcm in tracks.items():
            stream = container.add_stream(codec, rate=rate)
            stream.layout = "mono"
            if title:
                stream.metadata["title"] = title
            streams.append((stream, pcm))
        for stream, pcm in streams:
            resampler = av.AudioResampler(
                format=stream.codec_context.format.name if stream.codec_context.format else "s16",
                layout="mono",
                rate=rate,
                frame_size=stream.codec_context.frame_size or None,
            )
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm[None]), format="s16", layout="mono")
            frame.sample_rate, frame.pts = 16_000, 0
            for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                container.mux(stream.encode(piece))
            container.mux(stream.encode(None))


def heard(text: str) -> list[str]:
    """The words of JSON output."""
    return [word["text"] for word in json.loads(text)["words"]]


Write = Callable[[Path], None]
FILES: dict[str, Write] = {
    "a.wav": lambda path: write_wav(path, sound()),
    "a.mp4": lambda path: write_mp4(path, sound()),
    "a.mkv": lambda path: encoded(path, "libopus", {"": sound()}),
    "a.webm": lambda path: encoded(path, "libopus", {"": sound()}),
    "a.ogg": lambda path: encoded(path, "libopus", {"": sound()}),
    "a.mp3": lambda path: encoded(path, "libmp3lame", {"": sound()}),
    "a.mka": lambda path: encoded(path, "flac", {"": sound()}),
}


@pytest.mark.parametrize("name", FILES)
def test_every_container_is_read(line: Line, tmp_path: Path, name: str) -> None:
    """Whatever the file, the same words; nothing but them on stdout."""
    FILES[name](tmp_path / name)
    result = line("transcribe", str(tmp_path / name), "--engine", "vosk", "--json")
    assert result.exit_code == 0, result.output
    assert heard(result.stdout) == WORDS
    assert json.loads(result.stdout)["flaws"] == [TOY_MODEL]


def test_json_is_for_programs(line: Line, tmp_path: Path) -> None:
    """Every part has a name, times are seconds, both texts agree, and `leadpulse minutes` reads it with its flaws."""
    write_wav(tmp_path / "a.wav", sound())
    result = line("transcribe", str(tmp_path / "a.wav"), "--engine", "vosk", "--json", "-o", str(tmp_path / "a.json"))
    assert TOY_MODEL[1:] in result.stderr
    written = json.loads((tmp_path / "a.json").read_text())
    assert set(written) == {"text", "utterances", "words", "engine", "model", "duration", "flaws", "parts"}
    assert [set(word) for word in written["words"]] == [{"text", "start", "end", "confidence", "speaker"}] * len(WORDS)
    assert all(set(said) == {"start", "end", "speaker", "text"} for said in written["utterances"])
    assert written["text"].split() == [word["text"] for word in written["words"]] == WORDS
    first, last = written["words"][0], written["words"][-1]
    assert 0.4 < first["start"] < first["end"] < last["end"] < written["duration"] < 10
    assert (written["engine"], written["model"], written["parts"][0]["engine"]) == ("vosk", "vosk-ru-tiny", "vosk")
    minutes = line("minutes", str(tmp_path / "a.json"), "--offline")
    assert f"⚠️ {TOY_MODEL[0].upper()}{TOY_MODEL[1:]}" in minutes.stdout


def test_each_track_is_a_speaker(line: Line, tmp_path: Path) -> None:
    """A track for each participant: words and lines carry the track's name, in order of time; a mute one is fine."""
    later = np.concatenate([quiet(len(sound()) / 16_000 + 1), say("это склад"), quiet(0.5)])
    encoded(tmp_path / "a.mka", "libopus", {"Анна": later, "Пётр": sound(), "Мик": quiet(2)})
    result = line("transcribe", str(tmp_path / "a.mka"), "--engine", "vosk", "--json")
    assert result.exit_code == 0, result.output
    words = json.loads(result.stdout)["words"]
    assert [(w["text"], w["speaker"]) for w in words] == [
        *((w, "Пётр") for w in WORDS),
        ("это", "Анна"),
        ("склад", "Анна"),
    ]
    assert [u["speaker"] for u in json.loads(result.stdout)["utterances"]] == ["Пётр", "Анна"]


def test_a_damaged_tail_is_told(line: Line, tmp_path: Path) -> None:
    """What can be read is written, the flaw goes to stderr, the JSON says so."""
    write_mp4(tmp_path / "a.mp4", np.concatenate([sound(), say("это склад"), quiet(5)]), movflags="faststart")
    whole = (tmp_path / "a.mp4").read_bytes()
    (tmp_path / "a.mp4").write_bytes(whole[: len(whole) * 2 // 3])
    result = line("transcribe", str(tmp_path / "a.mp4"), "--engine", "vosk", "--json")
    assert heard(result.stdout)[:4] == WORDS[:4]
    assert any(flaw.startswith("файл повреждён: ") for flaw in json.loads(result.stdout)["flaws"])
    assert "Файл повреждён" in result.stderr


def test_subtitles_to_a_file(line: Line, tmp_path: Path) -> None:
    """`--srt -o`: the file holds the captions, stdout nothing, and stderr shows the progress."""
    write_wav(tmp_path / "a.wav", sound())
    result = line("transcribe", str(tmp_path / "a.wav"), "--engine", "vosk", "--srt", "-o", str(tmp_path / "a.srt"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Распознаю" in result.stderr
    assert (tmp_path / "a.srt").read_text().startswith("1\n00:00:00,")
    assert "уходим" in (tmp_path / "a.srt").read_text()


def test_without_a_sound_or_an_engine_it_says_why(line: Line, tmp_path: Path) -> None:
    """No media, no key, no model: exit code 1 and one line."""
    (tmp_path / "a.mp4").write_bytes(b"no media")
    write_wav(tmp_path / "a.wav", sound())
    result = line("transcribe", str(tmp_path / "a.mp4"), "--engine", "vosk")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "moov" in result.stderr
    result = line("transcribe", str(tmp_path / "a.wav"), "--engine", "speechkit")
    assert result.exit_code == 1
    assert "speechkit.api_key" in result.stderr
    nowhere = str(tmp_path / "nowhere")
    result = line("transcribe", str(tmp_path / "a.wav"), "--engine", "vosk", LEADPULSE_SPEECH__VOSK_MODEL=nowhere)
    assert result.exit_code == 1
    assert "nowhere" in result.stderr
