"""Messages of a day as a file for people (CSV) or programs (JSON lines). Pure."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from processors.days import local_time
from processors.russian.called import CONTENTS
from processors.russian.dates import whose_clock
from schemas.exports import DayMessage
from schemas.types import LeadId, Millis

Format = Literal["csv", "jsonl"]

BOM: Final = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of Windows."""
DELIMITER: Final = ";"
"""What Excel with Russian settings expects."""

HEAD: Final = (
    *("Время ({clock})", "Лид", "Клиент", "Чат", "Номер сообщения", "Кто", "Автор", "Номер автора", "Текст", "Вид"),
    *("Ответ на", "Изменено ({clock})", "Удалено"),
)
_SIDES: Final = {"client": "клиент", "staff": "мы"}
_NUMBER: Final = re.compile(r"-?[0-9]+\Z")
_FORMULA: Final = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]|[\t\r\n]")
"""How a cell begins that a table processor runs, also after a blank and in wide letters (owasp.org, CSV Injection)."""
_ENCODE = msgspec.json.Encoder().encode


def defused(cell: str) -> str:
    """The cell, with an apostrophe before what would be run as a formula. A number is none."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.match(cell) else cell


Names = Callable[[LeadId], str]
"""What a client is called; empty where no source has told it."""


def day_file(messages: Iterable[DayMessage], format_: Format, names: Names, *, bom: bool = True) -> bytes:
    """The whole file, UTF-8. `bom` is for CSV only: no reader of JSON lines wants one."""
    if format_ == "jsonl":
        return b"".join(_line(message, names) for message in messages)
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=DELIMITER, lineterminator="\r\n")
    table.writerow([cell.format(clock=whose_clock()) for cell in HEAD])
    table.writerows([defused(cell) for cell in _cells(message, names)] for message in whole(messages))
    return ((BOM if bom else "") + out.getvalue()).encode(errors="replace")


def whole(messages: Iterable[DayMessage]) -> list[DayMessage]:
    """Albums as one message each, as people see them: all words, and how many of which kind (`фото ×3`). It stands
    where its first part does; it was withdrawn when all of it was."""
    found: dict[tuple[str, ...], list[DayMessage]] = {}
    for message in messages:
        key = (message.lead_id, message.chat_id, message.author_id, message.album or f"/{message.message_id}")
        found.setdefault(key, []).append(message)
    return [parts[0] if len(parts) == 1 else _album(parts) for parts in found.values()]


def _album(parts: Sequence[DayMessage]) -> DayMessage:
    kinds = Counter(_kind(part.content) for part in parts)
    return replace(
        parts[0],
        text="\n".join(part.text for part in parts if part.text),
        content=", ".join(f"{kind} ×{number}" if number > 1 else kind for kind, number in kinds.items()),
        edited_at=max(part.edited_at for part in parts),
        deleted=all(part.deleted for part in parts),
    )


def _line(message: DayMessage, names: Names) -> bytes:
    told = {"time": local_time(message.ts).isoformat(), "client_name": names(message.lead_id)}
    return _ENCODE(told | msgspec.to_builtins(message)) + b"\n"


def _cells(message: DayMessage, names: Names) -> tuple[str, ...]:
    return (
        _clock(message.ts),
        message.lead_id,
        names(message.lead_id),
        message.chat_id,
        message.message_id,
        _SIDES.get(message.side, message.side),
        message.author,
        message.author_id,
        message.text,
        _kind(message.content),
        message.reply_to,
        _clock(message.edited_at) if message.edited_at else "",
        "да" if message.deleted else "",
    )


def _kind(content: str) -> str:
    """In words; an album's are already."""
    return CONTENTS.get(content, content)


def _clock(ts: Millis) -> str:
    return f"{local_time(ts):%d.%m.%Y %H:%M:%S}"
