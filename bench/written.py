"""The written calls (`tests/fixtures/calls`) and what a person would write down of them.

A call is a text: a few lines of head, then a line an utterance (`Имя: слова`, or `- слова` where nobody knows who
speaks), below it its labels:

    > обещание: owner | words its line must hold | ISO date, where one was named
    > решение: words · > конкурент: words · > риск: words · > цифра: words in this order
    > риск?: …        right if it is found, no miss if it is not
    > можно: kind     anything of this kind from this line is no false find
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from processors.days import zone
from processors.russian.words import plain
from schemas.meetings import Utterance
from schemas.minutes import Conversation

FOLDER = Path("tests/fixtures/calls")
KINDS = ("обещание", "решение", "конкурент", "риск", "цифра")
WORD_MS, PAUSE_MS = 400, 900


class Label(NamedTuple):
    """What a person found: the words that its line must hold, for a promise also who and when ("" for any time)."""

    kind: str
    segment: int
    words: tuple[str, ...]
    owner: str = ""
    due: str = ""
    optional: bool = False


class Call(NamedTuple):
    """A written call. `aside`: its misses are never looked at. `free`: kinds that are no false find there."""

    name: str
    aside: bool
    conversation: Conversation
    labels: list[Label]
    free: set[tuple[str, int]]


def read(path: Path) -> Call:
    """Raises ValueError for a label that names no known kind."""
    head: dict[str, str] = {}
    said: list[Utterance] = []
    labels: list[Label] = []
    free: set[tuple[str, int]] = set()
    lines = path.read_text(encoding="utf-8").splitlines()
    border = lines.index("")
    for line in lines[:border]:
        key, _, value = line.partition(": ")
        head[key] = value
    for line in filter(None, lines[border:]):
        if line.startswith("> "):
            label = _label(line[2:], len(said) - 1)
            if isinstance(label, Label):
                labels.append(label)
            else:
                free.add(label)
            continue
        speaker, text = (None, line[2:]) if line.startswith("- ") else line.split(": ", 1)
        start = said[-1].end_ms + PAUSE_MS if said else 0
        said.append(Utterance(start, start + WORD_MS * len(text.split()), text, speaker))
    started = datetime.fromisoformat(f"{head['день']}T11:00").replace(tzinfo=zone())
    people = list(dict.fromkeys(one.speaker for one in said if one.speaker))
    client = [name.strip() for name in head.get("клиент", "").split(",") if name.strip()]
    held = Conversation(
        said, started_at=int(started.timestamp() * 1000), duration_ms=said[-1].end_ms, people=people, client=client
    )
    return Call(path.stem, head.get("отложен") == "да", held, labels, free)


def _label(line: str, segment: int) -> Label | tuple[str, int]:
    kind, _, rest = line.partition(": ")
    if kind == "можно":
        return (rest.strip(), segment)
    optional, kind = kind.endswith("?"), kind.removesuffix("?")
    if kind not in KINDS:
        raise ValueError(f"no kind of label: {line}")
    if kind != "обещание":
        return Label(kind, segment, words_of(rest), optional=optional)
    owner, words, due, *_ = [*(part.strip() for part in rest.split("|")), "", ""]
    return Label(kind, segment, words_of(words), owner, due, optional)


def words_of(text: str) -> tuple[str, ...]:
    return tuple(plain(word.strip("«».,;:!?—")) for word in text.replace(",", " ").split())


def calls() -> list[Call]:
    """All of them, in the order of their names."""
    return [read(path) for path in sorted(FOLDER.glob("*.txt"))]
