"""`result.json` of Telegram Desktop, message by message, however long it is."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import ijson

from processors.russian.system import os_reason
from schemas.errors import ConfigError

CHUNK = 1 << 16
_CONTROL = re.compile(rb"(?<!\\)((?:\\\\)*)\\x([0-9A-Fa-f]{2})")
"""Control characters are written as `\\x1F`, which is no JSON (tdesktop `SerializeString`)."""
_CUT = re.compile(rb"\\+(?:x[0-9A-Fa-f]?)?\Z")
"""The end of a chunk that may be the beginning of one."""


class Repaired:
    """A file as `ijson` reads it, with `\\xNN` made JSON."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._rest = source, b""

    def read(self, size: int = CHUNK) -> bytes:
        """The next bytes; none only at the end."""
        if size == 0:
            return b""
        while chunk := self._source.read(max(size, CHUNK)):
            whole = self._rest + chunk
            cut = _CUT.search(whole)
            at = len(whole) if cut is None else cut.start()
            self._rest, whole = whole[at:], whole[:at]
            if whole:
                return _CONTROL.sub(rb"\1\\u00\2", whole) if b"\\x" in whole else whole
        rest, self._rest = self._rest, b""
        return rest


class Head(NamedTuple):
    """What a file says of a chat before its messages, as it stands there. `alone`: the file is of this chat only."""

    type: object
    id: object
    name: object
    alone: bool


class Exported(NamedTuple):
    """A message as the file has it, with the head of its chat."""

    chat: Head
    message: dict[str, Any]


class Export(NamedTuple):
    """A file of chats. `read` may be called again; `size` and `position` (bytes) are for a bar."""

    read: Callable[[], Iterator[tuple[int, Exported]]]
    size: int
    position: Callable[[], int]


def export_in(source: IO[bytes], file: Path) -> Export:
    """The chats of an open file, one chat or a full export. `read` raises `ConfigError`."""

    def read() -> Iterator[tuple[int, Exported]]:
        source.seek(0)
        return enumerate(_messages(Repaired(source), file))

    try:
        return Export(read, file.stat().st_size, source.tell)
    except OSError as error:
        raise ConfigError(f"{file}: {os_reason(error)}") from error


def _messages(source: Repaired, file: Path) -> Iterator[Exported]:
    found = False
    try:
        for found, exported in _walk(ijson.basic_parse(source, use_float=True)):  # noqa: B007 — asked after the loop
            if exported is not None:
                yield exported
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: это не JSON или файл обрезан ({error})") from error
    except OSError as error:
        raise ConfigError(f"{file}: {os_reason(error)}") from error
    if not found:
        raise ConfigError(
            f"{file}: здесь нет чатов. Нужен result.json из выгрузки Telegram Desktop в формате «JSON для машин»"
        )


def _walk(events: Iterator[tuple[str, Any]]) -> Iterator[tuple[bool, Exported | None]]:
    """Every message with its chat's head; first of each chat is nothing, to say that there is one.

    A list `messages` belongs to the object it stands in, at the top (one chat) or in `chats.list` and `left_chats.list`
    (all of them); what stands before it in that object is the head (tdesktop `writeDialogStart`). Nothing else is kept.
    """
    heads: list[dict[str, Any]] = []
    keys: list[str] = []
    for event, value in events:
        if event == "map_key":
            keys[-1] = value
        elif event == "start_map":
            heads.append({})
            keys.append("")
        elif event == "end_map":
            heads.pop()
            keys.pop()
        elif event == "start_array":
            if keys and keys[-1] == "messages" and "type" in heads[-1] and len(heads) in (1, 3):
                said = heads[-1]
                head = Head(said.get("type"), said.get("id"), said.get("name"), len(heads) == 1)
                yield True, None
                yield from ((True, Exported(head, message)) for message in _items(events))
        elif event != "end_array" and heads:
            heads[-1][keys[-1]] = value


def _items(events: Iterator[tuple[str, Any]]) -> Iterator[dict[str, Any]]:
    """The objects of the array that has just begun, until its end."""
    stack: list[Any] = []
    names: list[str] = []
    for event, value in events:
        if event == "map_key":
            names[-1] = value
            continue
        if event in ("end_map", "end_array"):
            if not stack:
                return
            done = stack.pop()
            names.pop()
            if stack:
                continue
            if isinstance(done, dict):
                yield done
            continue
        begun = event in ("start_map", "start_array")
        made: Any = {} if event == "start_map" else [] if event == "start_array" else value
        if stack:
            if isinstance(stack[-1], dict):
                stack[-1][names[-1]] = made
            else:
                stack[-1].append(made)
        if begun:
            stack.append(made)
            names.append("")
