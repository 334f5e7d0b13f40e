"""`docs/settings.md` from the docstrings of the settings: `python -m streams.settings.manual [--check]`."""

import json
import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from streams.settings import Settings
from streams.settings.faults import variable
from streams.settings.shape import shape
from streams.settings.sources import is_secret

PAGE = Path("docs/settings.md")
HEAD = """# Настройки

Настройки читаются из файла `leadpulse.toml` в рабочей папке и из переменных окружения `LEADPULSE_РАЗДЕЛ__ИМЯ`;
переменная важнее файла. Список или таблица в переменной пишутся как JSON: `LEADPULSE_TELEGRAM__STAFF='[111, 222]'`.

Секрет лучше хранить в отдельном файле, доступном только владельцу: `token_file = "secrets/telegram-token"` в
`leadpulse.toml` или переменная с `_FILE` на конце, `LEADPULSE_TELEGRAM__TOKEN_FILE=/run/secrets/telegram-token`.

Опечатка в имени — ошибка, а не молчание. `leadpulse check` называет все ошибки сразу, `leadpulse init` составляет
файл по вопросам и проверяет каждый ответ.

Эта страница составлена из описаний в `streams/settings/`: `python -m streams.settings.manual`.
"""


def page() -> str:
    """The whole page. Raises `ValueError` for a setting without description."""
    return HEAD + "".join(
        part for name, field in Settings.model_fields.items() for part in _section((name,), _section_of(field))
    )


def _section_of(field: FieldInfo) -> type[BaseModel]:
    kind = field.annotation
    assert isinstance(kind, type) and issubclass(kind, BaseModel)
    return kind


def _section(above: tuple[str, ...], kind: type[BaseModel]) -> Iterator[str]:
    yield f"\n{'#' * min(len(above) + 1, 3)} [{'.'.join(above)}]\n\n{cleandoc(kind.__doc__ or '')}\n\n"
    yield "| Имя | Что значит | Значение | По умолчанию |\n|---|---|---|---|\n"
    below: list[str] = []
    for name, field in kind.model_fields.items():
        if not field.description:
            raise ValueError(f"{'.'.join((*above, name))}: a setting without a docstring")
        yield _row(name, field)
        inner = get_args(field.annotation)[-1:] if get_origin(field.annotation) is dict else ()
        if inner and isinstance(inner[0], type) and issubclass(inner[0], BaseModel):
            below += _section((*above, name, "<имя>"), inner[0])
    yield f"\nПеременные: `{variable('.'.join(above))}__ИМЯ`" + _secrets(above, kind) + "\n"
    yield from below


def _secrets(above: tuple[str, ...], kind: type[BaseModel]) -> str:
    found = [name for name, field in kind.model_fields.items() if is_secret(field)]
    if not found:
        return "."
    files = ", ".join(f"`{name}_file`" for name in found)
    return f", например `{variable('.'.join((*above, found[0])))}_FILE`. Секреты из файла: {files}."


def _row(name: str, field: FieldInfo) -> str:
    meaning = " ".join((field.description or "").split())
    cells = (f"`{name}`", meaning, shape(field.annotation, field.metadata), _default(field))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "обязательно"
    value: Any = field.get_default(call_default_factory=True)
    if value is None or value in ("", (), [], {}) or isinstance(value, SecretStr):
        return "пусто"
    if isinstance(value, tuple):
        value = list(value)
    return f"`{json.dumps(value, ensure_ascii=False, default=str)}`"


def main(arguments: list[str]) -> int:
    """Write the page; with `--check` only say whether it is as it must be."""
    wanted = page()
    if arguments == ["--check"]:
        if PAGE.is_file() and PAGE.read_text() == wanted:
            return 0
        sys.stderr.write(f"{PAGE} is not what the settings' docstrings give: python -m {__spec__.name}\n")
        return 1
    PAGE.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
