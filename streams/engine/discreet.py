"""What a log line may say: nothing that may be a name, a phone, a mail or words of a client.

An allow list, of fields and of shapes. What is ours by its field (`IDS`: counts, ids, places, names of settings) is
said as it is. A text (`TEXTS`: the fault of a library, what a remote side answered) and every message is said without
what it quotes, unless that is one plain word such as a topic or a field, and without addresses and numbers of people.
Any other field is not said at all: who logs a new one puts it on one of the lists.
"""

import re
import traceback
from collections.abc import Iterator

_OURS = """
at attempt audio_s backend batches bootstrap bot calls chat child_pid chunks clients code commands comments connection
days dropped duration_ms end engine erasure events files first folder from_version gaps group id in_doubt kind landlock
last_day lead leads links marked meeting message_id migrated model now offset operation origin outcome outlet partition
partitions parts pid poor port published_again recognition recording recordings repeated report request retry_after
rows rule seconds segment segments sent sent_ms session setting shares source table ticks timeout topic topics tracks
units until up_to_id version what words written_over
"""
IDS = frozenset(_OURS.split())
"""Fields whose values are made by us, or named in our settings: counts, times, ids, topics, kinds."""

WORDS = frozenset({"call", "key"})
"""Ids of which a part is somebody else's: said where they are one plain word."""

TEXTS = frozenset({"detail", "error", "how", "missing", "since", "stderr", "subject", "why"})
"""Fields with a text that may quote what somebody sent."""

GONE = "…"

_OPENS = re.compile(r"[«“„\"`]|(?:(?<!\w)|(?<=\b[bfru]))'")
_CLOSES = {"«": "»", "“": "”", "„": "“”", '"': '"', "`": "`", "'": "'"}
_PLAIN_WORD = re.compile(r"[\w.$\[\]/:*<>=-]{1,100}", re.ASCII)
_PERSON = re.compile(
    r"[^\s@<>'\"«»,;:()]+@[^\s@<>'\"«»,;:()]+|(?<![\w@/.])@\w+|"  # a mail, a name in a messenger
    r"(?<![\w.-])(?:\+\d|[78](?=[\s(-]?\(?\d{3}))(?:[\s()-]{0,2}\d){9,13}(?![\w.])|(?<![\w.-])[789]\d{9,10}(?![\w.])"
)
_ENGINE = re.compile(r"(DB::Exception: [^.:,'\"`(]*).*", re.DOTALL)
"""ClickHouse quotes rows and statements without quotation marks."""


def text(said: str) -> str:
    """`said` without what may be a person's."""
    return _PERSON.sub(GONE, "".join(_unquoted(_ENGINE.sub(rf"\1{GONE}", said))))


def _unquoted(said: str) -> Iterator[str]:
    """In pieces. What is quoted may hold the same marks itself, or be cut off: it goes up to the last one."""
    at = 0
    while opens := _OPENS.search(said, at):
        closes = _CLOSES[opens[0]]
        word = _PLAIN_WORD.match(said, opens.end())
        if word and said[word.end() : word.end() + 1] in {*closes}:
            yield said[at : word.end() + 1]
            at = word.end() + 1
        else:
            last = _last(said, closes, opens.end())
            yield said[at : opens.end()] + GONE
            at = last if last >= 0 else len(said)
            yield said[at : at + 1]
            at += 1
    yield said[at:]


def field(name: str, value: object) -> object:
    """What is said of a field of a line."""
    if name in IDS or value is None or isinstance(value, bool | int | float):
        return value
    if name in WORDS:
        return value if _PLAIN_WORD.fullmatch(str(value)) and not _PERSON.search(str(value)) else GONE
    return text(str(value)) if name in TEXTS else GONE


def _last(said: str, marks: str, since: int) -> int:
    """Where the last of the marks stands that no backslash escapes, as Python quotes; -1 where there is none."""
    found = [mark.end() - 1 for mark in re.finditer(rf"(?<!\\)(?:\\\\)*[{marks}]", said[since:])]
    return since + found[-1] if found else -1


def trace(error: BaseException | None) -> str:
    """A traceback: the places in the code, and each fault's own words as `text` has them."""
    return "Traceback (most recent call last):\n" + "\nand because of it:\n".join(_faults(error))


def _faults(error: BaseException | None) -> Iterator[str]:
    """The first one first."""
    if error is None:
        return
    yield from _faults(error.__cause__ or (None if error.__suppress_context__ else error.__context__))
    places = "".join(traceback.format_tb(error.__traceback__))
    yield f"{places}{type(error).__name__}: {text(str(error))}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _faults(one)
