"""Things as they should be, and the same with something wrong in them, by a seed: for entrances that must bear it."""

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

API = Path(__file__).parent / "data" / "bot_api.json"
"""All that an update of the Bot API may hold (`tools/bot_api.py`)."""
NASTY: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, -0.0, 1e300, 1 << 31, 1 << 53, 1 << 63, 1 << 70, -(1 << 63) - 1, 10**30),
    *("", " ", "0", "-1", "12345", "1234567890123", "0x1f", "１２", "Иванов", "\x00", "\x1f\x7f", "\u202e", "😀" * 40),
    *("=1+1", "';--", "<b>", "{{x}}", "%s%n", "../../etc/passwd", "2026-11-20", "31.02.2026", "9999-12-31T23:59:59Z"),
    *(
        "9" * 400,
        "9" * 5000,
        "x" * 5000,
        [],
        {},
        [[]],
        [None],
        {"": None},
        [{}],
        {"id": {"id": []}},
        [1, "a", None, {"b": 2}],
    ),
)
SPLICES = (b"\x00", b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\\x1f", b'"', b"{", b"]", b",", b"\n", b"\r", b";", b"\t")


def nasty(dice: random.Random) -> Any:
    """A value that nobody meant; now and then deep."""
    if dice.random() < 0.03:
        value: Any = 1
        for _ in range(dice.choice((20, 99, 101, 400))):
            value = {"a": value} if dice.random() < 0.5 else [value]
        return value
    return _copy(dice.choice(NASTY))  # its own: what stands in two places could come to hold itself


def mutated(tree: Any, dice: random.Random, faults: int = 2) -> Any:
    """A copy of a JSON tree with up to so many faults: a value replaced, gone, doubled, or under another name."""
    copy = _copy(tree)
    for _ in range(dice.randint(1, faults)):
        places = list(_places(copy))
        if not places:
            return nasty(dice)
        inside, key = dice.choice(places)
        match dice.randrange(6):
            case 0:
                del inside[key]
            case 1 if isinstance(inside, list):
                inside.insert(key, _copy(inside[key]))
            case 1:
                inside[str(key).swapcase()] = _copy(inside[key])
            case 2:
                inside[key] = str(inside[key])
            case _:
                inside[key] = nasty(dice)
    return copy


def _copy(tree: Any) -> Any:
    return json.loads(json.dumps(tree))


def _places(tree: Any) -> Any:
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield tree, key
        yield from _places(tree[key])


def torn(body: bytes, dice: random.Random) -> bytes:
    """Bytes cut, spliced or turned over."""
    at = dice.randint(0, len(body))
    match dice.randrange(4):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + dice.choice(SPLICES) + body[at:]
        case 2:
            return body[:at] + body[at + dice.randint(1, 9) :]
        case _:
            return body[:at] + dice.randbytes(dice.randint(1, 4)) + body[at + 1 :]


@cache
def api() -> dict[str, dict[str, str]]:
    """Types of the Bot API by name."""
    found: dict[str, dict[str, str]] = json.loads(API.read_text())
    return found


def update(dice: random.Random, number: int, kind: str = "") -> dict[str, Any]:
    """An update of any kind, whole by the types of the Bot API, with some of what may be in it."""
    kinds = {name.rstrip("?"): said for name, said in api()["Update"].items() if name != "update_id"}
    chosen = kind or dice.choice(sorted(kinds))
    return {"update_id": number, chosen: _made(kinds[chosen], dice, 0)}


def _made(said: str, dice: random.Random, depth: int) -> Any:
    said = dice.choice(said.split("|")) if not said.startswith("[") else said
    if said.startswith("["):
        return [_made(said[1:], dice, depth + 1) for _ in range(dice.randint(0, 2 if depth < 4 else 0))]
    if said.startswith("="):
        return int(said[1:]) if said[1:].isdigit() else said[1:]
    match said:
        case "int":
            return dice.choice((0, 1, -1, 7, -1001234567890, 500, 1 << 40, dice.randrange(1 << 31)))
        case "time":
            return 1_795_000_000 + dice.randrange(300_000)
        case "float":
            return dice.random()
        case "bool":
            return dice.random() < 0.5
        case kind if kind in api():
            fields = {name: one for name, one in api()[kind].items() if not name.endswith("?")}
            may = sorted(name for name in api()[kind] if name.endswith("?"))
            for name in dice.sample(may, min(len(may), dice.randint(0, 5))) if depth < 4 else ():
                fields[name] = api()[kind][name]
            return {name.rstrip("?"): _made(one, dice, depth + 1) for name, one in fields.items()}
    return dice.choice(("x", "привет", "мы уходим", "", "AgACAgIAAx", "private", "supergroup", "lead:12345"))
