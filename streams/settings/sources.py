"""Where settings are read: the environment over the TOML file. A secret also from the file that `NAME_file` names.

A value that cannot be read is put in as `Unreadable`: it fits no field, so it is told with all the other faults.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from processors.russian.system import os_reason

OF_OTHERS = frozenset({"LEADPULSE_CACHE", "LEADPULSE_SPOOL", "LEADPULSE_GOLDEN", "LEADPULSE_PROOF"})
"""Names that setup, the recorder's hook and the tests read; `LEADPULSE_RECORDER__…` is the recorder agent's."""


class Unreadable:
    """In place of a value; `words` say in Russian why there is none. `key`: the setting at fault is that one beside."""

    def __init__(self, words: str, key: str = "") -> None:
        self.words, self.key = words, key


class Environment(EnvSettingsSource):
    """`LEADPULSE_SECTION__KEY`; a list or table there is JSON."""

    def __call__(self) -> dict[str, Any]:
        """The values."""
        return _mapping(secrets_read(self.settings_cls, super().__call__()))

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """As the library, but a fault does not hide the others."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:  # its text would show a part of the value
            return Unreadable('нужен JSON, например ["а", "б"] или {"имя": 1}')


class TomlFile(TomlConfigSettingsSource):
    """`leadpulse.toml`."""

    def __call__(self) -> dict[str, Any]:
        """The values."""
        return _mapping(secrets_read(self.settings_cls, super().__call__()))


def secrets_read(kind: object, given: object) -> object:
    """`given` for a section of type `kind`, with every `NAME_file` of a secret replaced by the text in that file."""
    if not isinstance(given, Mapping):
        return given
    if get_origin(kind) is dict:
        return {key: secrets_read(get_args(kind)[-1], value) for key, value in given.items()}
    fields = kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else {}
    found: dict[str, object] = {}
    for key, value in given.items():
        name = key.removesuffix("_file") if isinstance(key, str) else key
        if key in fields or name not in fields or not is_secret(fields[name]):
            found[key] = secrets_read(fields[key].annotation, value) if key in fields else value
        elif name in given:
            found[name] = Unreadable(f"указано вместе с {name}: оставьте одно", key)
        else:
            text = _text_of(value, key)
            found[name] = _table_of(text, key) if get_origin(fields[name].annotation) is dict else text
    return found


def is_secret(field: FieldInfo) -> bool:
    """Whether a field may come from a file of its own."""
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


def _text_of(path: object, key: str) -> object:
    """The path is not told: who takes `token_file` for `token` writes the secret there."""
    if not isinstance(path, str):
        return Unreadable("нужно: путь к файлу с секретом", key)
    try:
        return Path(path).read_text().strip()
    except FileNotFoundError:
        return Unreadable("такого файла нет", key)
    except PermissionError:
        return Unreadable("нет права читать этот файл", key)
    except OSError as error:
        return Unreadable(f"файл не читается: {os_reason(error)}", key)
    except ValueError:  # its text would show a part of the secret
        return Unreadable("в файле не текст в UTF-8", key)


def _table_of(text: object, key: str) -> object:
    """Secrets by name, in JSON; of a fault nothing is shown."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return Unreadable('в файле нужен JSON: {"имя": "секрет"}', key)


def _mapping(value: object) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value
