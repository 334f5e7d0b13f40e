"""A Vosk model from its address into a folder: resumed where it was broken off, checked, unpacked whole or not at all.

The address has `NAME.zip` and `model-list.json`, in which each has its `size` and `md5` (or `sha256`, if a mirror says
so), as alphacephei.com/vosk/models has them.
"""

import hashlib
import http.client
import json
import shutil
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from processors.russian.system import os_reason
from schemas.errors import ConfigError, Terminal, Transient
from streams.engine.retry import Attempts, Policy
from streams.speech import vosk_model

TIMEOUT_S = 30.0
"""Without a byte for so long the connection is given up, and tried again."""
PIECE = 1 << 18
AGAIN = Policy(first=1.0, longest=30.0, attempts=6)
"""Between attempts that bring nothing new; one that does starts the count again."""

Progress = Callable[[int, int], None]
"""Called with (bytes there, bytes in all)."""


class Source(NamedTuple):
    """An archive as the list has it. `digest` in hex, by the algorithm of `kind`."""

    url: str
    size: int
    kind: str
    digest: str


def source_of(base: str, name: str) -> Source:
    """What the list at the address says of a model. Raises `ConfigError`, `Transient`."""
    if not base:
        raise ConfigError("speech.models_url пуст: неоткуда взять модель. Скачайте её сами и укажите speech.vosk_model")
    listed = _listed(base)
    found = next((one for one in listed if isinstance(one, dict) and one.get("name") == name), None)
    if found is None:
        raise ConfigError(f"{base}: модели {name} в списке нет (speech.models_url)")
    kind = next((kind for kind in ("sha256", "md5") if isinstance(found.get(kind), str)), None)
    if kind is None or not isinstance(found.get("size"), int):
        raise ConfigError(f"{base}: у модели {name} в списке нет размера или контрольной суммы")
    return Source(f"{base}{name}.zip", found["size"], kind, found[kind].lower())


def fetch(source: Source, name: str, into: Path, progress: Progress, pause: Callable[[float], None]) -> Path:
    """The folder of the model in `into`. What was loaded of it before is not loaded again. Blocking.

    Raises `Terminal` (no room, a checksum or an archive that is wrong), `Transient` (the address does not answer).
    """
    try:
        into.mkdir(parents=True, exist_ok=True)
        part = into / f".{name}.zip.part"
        _load(source, part, progress, pause)
        _check(source, part)
        folder = _unpack(part, name, into)
        part.unlink()
    except OSError as error:
        raise Terminal(f"{into}: {os_reason(error)}") from error
    return folder


def _listed(base: str) -> list[Any]:
    try:
        with urllib.request.urlopen(f"{base}model-list.json", timeout=TIMEOUT_S) as answer:
            listed = json.load(answer)
    except (OSError, http.client.HTTPException) as error:
        raise Transient(f"{base}: {_why(error)} (speech.models_url)") from error
    except ValueError:
        listed = None
    if not isinstance(listed, list):
        raise ConfigError(f"{base}: там нет списка моделей model-list.json (speech.models_url)")
    return listed


def _load(source: Source, part: Path, progress: Progress, pause: Callable[[float], None]) -> None:
    """All bytes of the archive into `part`. Raises `ConfigError`, `Transient`, `OSError` of the file."""
    attempts = Attempts(AGAIN)
    part.touch()
    while (there := part.stat().st_size) != source.size:
        if there > source.size:  # of another archive
            part.write_bytes(b"")
            continue
        progress(there, source.size)
        fault = _load_some(source, part, there, progress)
        if part.stat().st_size > there:
            attempts.well()
        else:
            told = Transient(f"{source.url}: {fault}; скачанное сохранено, повторите команду позже")
            pause(attempts.next_pause(told))
    progress(source.size, source.size)


def _load_some(source: Source, part: Path, there: int, progress: Progress) -> str:
    """What comes until the line breaks; why it did. Raises `ConfigError` where there is no such file."""
    request = urllib.request.Request(source.url)
    if there:
        request.add_header("Range", f"bytes={there}-")
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code in (404, 410):
            error.close()
            raise ConfigError(f"{source.url}: такого архива там нет (speech.models_url)") from error
        return _why(error)
    except (OSError, http.client.HTTPException) as error:
        return _why(error)
    with answer, part.open("ab") as file:
        if answer.status != 206:  # it begins at the start
            file.truncate(0)
            there = 0
        while there < source.size:
            try:
                piece = answer.read(min(PIECE, source.size - there))
            except (OSError, http.client.HTTPException) as error:
                return _why(error)
            if not piece:
                break
            there += file.write(piece)
            progress(there, source.size)
    return "соединение оборвалось"


def _check(source: Source, part: Path) -> None:
    """Raise `Terminal` where the bytes are others than the list says."""
    with part.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.new(source.kind, usedforsecurity=False)).hexdigest()
    if found != source.digest:
        part.unlink()
        raise Terminal(f"{source.url}: контрольная сумма ({source.kind}) не та, скачанное удалено; начните заново")


def _unpack(archive: Path, name: str, into: Path) -> Path:
    """The model's folder, once it is whole. Raises `Terminal`."""
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=into) as staging:
        try:
            with zipfile.ZipFile(archive) as packed:
                _allow(packed, into)
                packed.extractall(staging)
        except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
            raise Terminal(f"{archive}: архив испорчен ({error})") from error
        unpacked = Path(staging) / name
        if faults := vosk_model.faults(unpacked):
            raise Terminal(f"в архиве {name} не модель Vosk: {'; '.join(faults)}")
        folder = into / name
        if folder.exists():
            shutil.rmtree(folder)
        unpacked.rename(folder)
    return folder


def _allow(packed: zipfile.ZipFile, into: Path) -> None:
    """Raise `Terminal` for an archive that reaches outside, or for which there is no room."""
    for entry in packed.infolist():
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts:
            raise Terminal(f"архив указывает за пределы папки: {entry.filename}")
    wanted, free = sum(entry.file_size for entry in packed.infolist()), shutil.disk_usage(into).free
    if wanted > free:
        raise Terminal(f"{into}: мало места, нужно {wanted >> 20} МБ, свободно {free >> 20} МБ")


def _why(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return f"ответ {error.code}"
    return os_reason(error) if isinstance(error, OSError) else "соединение оборвалось"
