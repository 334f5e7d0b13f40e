"""docs/commands.md: every command with its arguments and options, as `--help` tells them.

`python -m streams.cli.manual` prints it.
"""

import sys
from collections.abc import Iterator

import click

from streams.cli import COMMANDS, main

HEAD = """# Команды

Эта страница сделана из самих команд (`python -m streams.cli.manual > docs/commands.md`). То же говорит
`leadpulse КОМАНДА --help`.

Код выхода: 0 — сделано, 1 — не вышло (причина одной строкой в stderr), 2 — команда написана неверно. Ответ для
программы — `--json`.
"""


def manual() -> str:
    """The whole page."""
    context = click.Context(main, info_name="leadpulse")
    parts = [HEAD]
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        parts += _told(command, f"leadpulse {name}")
    return "\n".join(parts)


def _told(command: click.Command, name: str) -> Iterator[str]:
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    arguments = [one.metavar or one.name or "" for one in command.params if isinstance(one, click.Argument)]
    if isinstance(command, click.Group):
        yield f"## {name}\n\n{_text(command)}\n"
        for inner in command.commands.values():
            yield from _told(inner, f"{name} {inner.name}")
        return
    yield f"{'###' if name.count(' ') > 1 else '##'} {' '.join([name, *arguments])}\n\n{_text(command)}\n"
    if options:
        yield "| Ключ | Что значит |\n|---|---|"
        for one in options:
            names = ", ".join(f"`{part}`" for part in (*one.opts, *one.secondary_opts))
            yield f"| {names} | {' '.join((one.help or '').split()).replace('|', chr(92) + '|')} |"
        yield ""


def _text(command: click.Command) -> str:
    paragraphs = (command.help or "").replace("\b", "").split("\n\n")
    return "\n\n".join(" ".join(one.split()) for one in paragraphs)


if __name__ == "__main__":
    sys.stdout.write(manual())
