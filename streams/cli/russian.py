"""Click's own words in Russian: it asks gettext for them, and has no catalogue of its own for any language."""

from importlib import import_module
from typing import Final

_MODULES: Final = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")

WORDS: Final = {
    "Usage:": "Как вызвать:",
    "Options": "Ключи",
    "Commands": "Команды",
    "Aborted!": "Прервано, ничего не сделано.",
    "Error: {message}": "Ошибка: {message}",
    "Error: {e.message}": "Ошибка: {e.message}",
    "Error: The value you entered was invalid.": "Ошибка: такое значение не подходит.",
    "Error: The two entered values do not match.": "Ошибка: введено два разных значения.",
    "Error: invalid input": "Ошибка: ответьте y (да) или n (нет)",
    "Try '{command} {option}' for help.": "Справка: {command} {option}",
    "Show this message and exit.": "Показать эту справку.",
    "Show the version and exit.": "Показать версию.",
    "%(prog)s, version %(version)s": "%(prog)s, версия %(version)s",
    "default: {default}": "без него: {default}",
    "env var: {var}": "переменная: {var}",
    "required": "обязателен",
    "(dynamic)": "(зависит от системы)",
    "Argument": "Аргумент",
    "Option": "Ключ",
    "Parameter": "Параметр",
    "Missing argument": "Не указан аргумент",
    "Missing option": "Не указан ключ",
    "Missing parameter": "Не указан параметр",
    "Missing parameter: {param_name}": "Не указан параметр: {param_name}",
    "Missing {param_type}": "Не указано: {param_type}",
    "Missing command.": "Не указана команда.",
    "Choose from:\n\t{choices}": "Можно:\n\t{choices}",
    "No such command {name!r}.": "Нет команды {name!r}.",
    "No such option: {name}": "Нет ключа {name}.",
    "Did you mean {possibility}?": "Может быть, {possibility}?",
    "(Possible options: {possibilities})": "(Может быть: {possibilities})",
    "Option {name!r} does not take a value.": "У ключа {name!r} не бывает значения.",
    "Option {name!r} requires an argument.": "Ключу {name!r} нужно значение.",
    "Option {name!r} requires {nargs} arguments.": "Ключу {name!r} нужно значений: {nargs}.",
    "Argument {name!r} takes {nargs} values.": "Аргументу {name!r} нужно значений: {nargs}.",
    "Got unexpected extra argument ({args})": "Лишнее слово: {args}",
    "Got unexpected extra arguments ({args})": "Лишние слова: {args}",
    "Takes {nargs} values but 1 was given.": "Нужно значений: {nargs}, а дано одно.",
    "Takes {nargs} values but {len} were given.": "Нужно значений: {nargs}, а дано {len}.",
    "{len_type} values are required, but {len_value} was given.": "Нужно значений: {len_type}, а дано {len_value}.",
    "{len_type} values are required, but {len_value} were given.": "Нужно значений: {len_type}, а дано {len_value}.",
    "Value must be an iterable.": "Нужен список значений.",
    "Invalid value: {message}": "Не подходит: {message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} не подходит: {message}",
    "{value!r} is not {choice}.": "{value!r}; можно только {choice}.",
    "{value!r} is not one of {choices}.": "{value!r}; можно {choices}.",
    "{value!r} is not a valid {number_type}.": "{value!r} — не число.",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value!r}; можно {states}.",
    "{value!r} is not a valid UUID.": "{value!r} — не UUID.",
    "{value} is not in the range {range}.": "{value}; можно {range}.",
    "{value!r} does not match the format {format}.": "{value!r}; дата пишется так: {format} (год-месяц-день).",
    "{value!r} does not match the formats {formats}.": "{value!r}; дата пишется так: {formats} (год-месяц-день).",
    "file": "Файл",
    "directory": "Папка",
    "path": "Путь",
    "Could not open file {filename!r}: {message}": "Не открывается файл {filename!r}: {message}",
    "unknown error": "причина неизвестна",
    "{name} {filename!r} does not exist.": "{name} {filename!r} не существует.",
    "{name} {filename!r} is a directory.": "{name} {filename!r} — папка, а нужен файл.",
    "{name} {filename!r} is a file.": "{name} {filename!r} — файл, а нужна папка.",
    "{name} {filename!r} is not executable.": "{name} {filename!r} нельзя запустить.",
    "{name} {filename!r} is not readable.": "{name} {filename!r} нельзя прочитать.",
    "{name} {filename!r} is not writable.": "{name} {filename!r} нельзя записать.",
    "Repeat for confirmation": "Ещё раз",
    "Press any key to continue...": "Нажмите любую клавишу…",
}
"""Of all that a person may meet; of what is for programmers (deprecations, an editor) nothing."""


def speak_russian() -> None:
    """From now on, in this process; what is not in the list stays as click has it."""
    for name in _MODULES:
        module = import_module(f"click.{name}")
        for asked, found in (("_", _one), ("ngettext", _counted)):
            if hasattr(module, asked):
                setattr(module, asked, found)


def _one(words: str) -> str:
    return WORDS.get(words, words)


def _counted(one: str, many: str, number: int) -> str:
    return _one(one if number == 1 else many)
