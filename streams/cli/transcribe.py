"""`transcribe FILE`: one file by hand, by the same code as the worker, without Kafka."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from schemas.errors import ConfigError, Terminal
from schemas.speech import TOY_MODEL
from streams import settings
from streams.settings import Settings
from streams.speech.faults import EngineError
from streams.speech.vosk_model import is_toy
from streams.transcribe import captions
from streams.transcribe.engines.fallback import Course, Lineup, NoMemory
from streams.transcribe.engines.lineup import lineup
from streams.transcribe.job import TranscribedAudio, transcribe_on

ENGINES: dict[str, list[str]] = {
    "vosk": ["vosk"],
    "speechkit": ["speechkit_stream"],
    "speechkit-async": ["speechkit_async"],
}
"""Name on the command line to `speech.engines`; without one the settings decide."""


@click.command("transcribe")
@click.argument("file", metavar="ФАЙЛ", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--engine", type=click.Choice(list(ENGINES)), help="Только этот движок; иначе порядок из настроек.")
@click.option("--json", "form", flag_value="json", help="Для программы: текст, фразы, слова, времена, недостатки.")
@click.option("--srt", "form", flag_value="srt", help="Субтитры SubRip.")
@click.option("--vtt", "form", flag_value="vtt", help="Субтитры WebVTT.")
@click.option("--txt", "form", flag_value="txt", default=True, help="Текст со временем каждой фразы (по умолчанию).")
@click.option("--output", "-o", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Куда записать.")
def transcribe_command(file: Path, engine: str | None, form: str, output: Path | None) -> None:
    """Распознать один файл: mp4, mkv, webm, ogg, mp3, wav, mka.

    Дорожки и каналы с разными людьми распознаются отдельно; название дорожки — имя говорящего. Ход работы виден в
    stderr. Код выхода 1, если звука нет или ни один движок не справился.
    """
    loaded = _with_engines(settings.load(), ENGINES.get(engine or ""))
    heard = asyncio.run(_transcribe(file, loaded))
    flaws = _flaws(heard, toy=is_toy(loaded.speech.vosk_model))
    text = captions.Text(
        words=heard.words,
        duration_ms=heard.duration_ms,
        engine=heard.engine,
        model=heard.model,
        utterances=heard.utterances,
        segments=heard.notes,
        failed_segments=heard.failed_segments,
        flaws=flaws,
    )
    written = captions.FORMATS[form](text)
    if output:
        output.write_text(written)
    else:
        click.echo(written, nl=False)
    units = sum(note.billed_units for note in heard.notes)
    for remark in [*flaws, *([f"оплачиваемых единиц: {units}"] if units else [])]:
        click.echo(remark[0].upper() + remark[1:], err=True)


async def _transcribe(file: Path, loaded: Settings) -> TranscribedAudio:
    engines = lineup(loaded)
    _check(engines)
    folder = Path(tempfile.mkdtemp(prefix="leadpulse-transcribe-"))
    try:
        with click.progressbar(length=0, label="Распознаю", file=sys.stderr, width=30, show_pos=True) as bar:

            def show(done: int, count: int) -> None:
                bar.length = count
                bar.update(done - bar.pos)

            return await transcribe_on(
                file, lambda parts: Course(engines, parts, NoMemory()), loaded.speech, folder, show
            )
    except EngineError as error:
        raise Terminal(f"распознать не удалось: {error}") from error
    finally:
        for guarded in engines.engines:
            await guarded.engine.close()
        shutil.rmtree(folder, ignore_errors=True)


def _with_engines(loaded: Settings, names: Sequence[str] | None) -> Settings:
    """A person waits, so nothing waits for an engine that is away."""
    changes: dict[str, object] = {"fallback": "immediate"} | ({"engines": list(names)} if names else {})
    return loaded.model_copy(update={"speech": loaded.speech.model_copy(update=changes)})


def _check(engines: Lineup) -> None:
    """Raise `ConfigError` where none of the engines can work; it says why for each."""
    faults = []
    for guarded in engines.engines:
        try:
            guarded.engine.check()
        except EngineError as error:
            faults.append(f"{guarded.name}: {error}")
    if len(faults) == len(engines.engines):
        raise ConfigError("; ".join(faults))


def _flaws(heard: TranscribedAudio, *, toy: bool) -> list[str]:
    """What a person should know of the result: what is wrong with the file, the words that are missing or no words."""
    flaws = [TOY_MODEL] if toy and any(note.engine == "vosk" for note in heard.notes) else []
    if heard.flaw:
        flaws.append(f"файл повреждён: {heard.flaw}" if heard.segments else heard.flaw)
    if heard.failed_segments:
        spans = ", ".join(f"с {start / 1000:.0f} по {end / 1000:.0f} с" for start, end in heard.failed_segments)
        flaws.append(f"не распознано {spans}")
    return flaws
