"""`speech-model list|get`: the Vosk models that are worth having, and how they get here."""

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from schemas.errors import ConfigError
from streams import settings
from streams.cli import model_fetch
from streams.settings import Settings
from streams.speech import vosk_model

MODELS = {
    "small-ru": ("vosk-model-small-ru-0.22", 45, "для проб и слабых машин; памяти 0,3 ГБ"),
    "ru": ("vosk-model-ru-0.42", 1800, "для работы: ошибок на треть меньше; на диске 3,5 ГБ, памяти до 10 ГБ"),
}
"""Short name to name, MB packed, and what it is good for (research/speech.md 4.6)."""


@dataclass(frozen=True, slots=True)
class State:
    """A model and whether it is here. `state`: absent, here, broken or used."""

    name: str
    model: str
    mb: int
    folder: str
    state: str


STATES = {"absent": "нет", "here": "скачана", "broken": "повреждена", "used": "используется"}


@click.group("speech-model")
def speech_model_command() -> None:
    """Модели Vosk для распознавания без облака."""


@speech_model_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def list_command(as_json: bool) -> None:
    """Показать модели и какие из них уже здесь. В сеть не ходит."""
    loaded = settings.load()
    states = [_state(loaded, short) for short in MODELS]
    if as_json:
        click.echo(json.dumps([asdict(state) for state in states], ensure_ascii=False))
        return
    for state in states:
        what = MODELS[state.name][2]
        click.echo(f"{state.name:9} {state.model:25} {state.mb:5} МБ  {STATES[state.state]:13} {what}")
    used = loaded.speech.vosk_model
    if vosk_model.is_toy(used):
        click.echo(f"Сейчас задана учебная модель {used}: речь людей она не распознаёт.")


@speech_model_command.command("get")
@click.argument("name", metavar="ИМЯ")
def get_command(name: str) -> None:
    """Скачать модель ИМЯ (small-ru или ru) в папку speech.models.

    Прерванное продолжается с того же места, контрольная сумма проверяется. Код выхода 1, если модели нет или её
    не удалось скачать.
    """
    loaded = settings.load()
    model = _model(name)
    folder = loaded.speech.models / model
    if vosk_model.faults(folder):
        _get(loaded, model)
    else:
        click.echo(f"Модель уже здесь: {folder}")
    if folder.resolve() != loaded.speech.vosk_model.resolve():
        click.echo(f'Чтобы она работала, впишите в leadpulse.toml, в раздел [speech]:\nvosk_model = "{folder}"')


def _get(loaded: Settings, model: str) -> None:
    source = model_fetch.source_of(loaded.speech.models_url, model)
    with click.progressbar(length=source.size, label=f"Скачиваю {model}", file=sys.stderr, width=30) as bar:
        folder = model_fetch.fetch(
            source, model, loaded.speech.models, lambda there, _all: bar.update(there - bar.pos), time.sleep
        )
    click.echo(f"Готово: {folder}")


def _model(name: str) -> str:
    """By its short or its full name. Raises `ConfigError`."""
    for short, (model, *_) in MODELS.items():
        if name in (short, model):
            return model
    raise ConfigError(f"модели «{name}» нет в списке; есть {', '.join(MODELS)}")


def _state(loaded: Settings, short: str) -> State:
    model, mb, _ = MODELS[short]
    folder = loaded.speech.models / model
    return State(short, model, mb, str(folder), _found(folder, loaded.speech.vosk_model))


def _found(folder: Path, used: Path) -> str:
    if not folder.exists():
        return "absent"
    if vosk_model.faults(folder):
        return "broken"
    return "used" if folder.resolve() == used.resolve() else "here"
