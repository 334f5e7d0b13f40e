"""The histories in which answers are looked for: four clients, some 1 500 passages each, made of what the tests hold of
the trade (meetings, calls, ordinary lines, phrases that only sound like trouble) and of `answers.toml`.

Lines that really tell of leaving, losses or complaints are left out: each question has one true passage.
"""

import csv
import json
import re
import tomllib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import msgspec

from schemas import events as ev
from schemas.codec import event_id
from schemas.types import LeadId, Millis

HERE = Path(__file__)
_TESTS = HERE.parents[1] / "tests"
_PHRASES = _TESTS / "unit" / "processors" / "phrases"
LEADS: tuple[LeadId, ...] = ("41001", "41002", "41003", "41004")
NOW: Millis = 1_795_900_000_000
DAY_MS = 86_400_000
ORDINARY = 500
"""Lines a client of the templates of `ordinary.toml`."""
YEAR_MS = 365 * DAY_MS

_SLOT = re.compile(r"\{(\w+)\}")
_SLOTS = {
    "warehouse": ["Коледино", "Подольск", "Хоругвино", "Казань", "Невинномысск"],
    "brand": ["Озон", "Вайлдберриз", "Яндекс Маркет", "Мегамаркет"],
    "month": ["январе", "марте", "мае", "июле", "сентябре", "октябре"],
    "weekday": ["в понедельник", "во вторник", "в среду", "в четверг", "в пятницу"],
    "weekday2": ["в субботу", "в понедельник", "во вторник"],
    "start": ["Подтвердите", "Прошу принять", "Отгрузили", "Поставьте в план", "Проверьте"],
    "said": ["двенадцать", "тридцать", "сорок пять", "сто двадцать", "девять"],
    "said2": ["три", "семь", "двадцать", "пятнадцать", "две"],
}


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question with its true passage, as `answers.toml` has them. `aside`: the thesaurus was never tuned on it."""

    lead: LeadId
    way: str
    ask: str
    kind: str
    days: int
    text: str
    aside: bool = False


class _File(msgspec.Struct, frozen=True):
    question: list[Asked]


def questions() -> list[Asked]:
    """All forty."""
    return msgspec.convert(tomllib.loads(HERE.with_name("answers.toml").read_text(encoding="utf-8")), _File).question


def histories() -> Iterator[ev.Event]:
    """Everything that the four clients said, and was said to them."""
    random = Random(7)
    for number, line in enumerate(_lines(random)):
        yield _event(_of(line), "message" if number % 5 else "mail", line, random.randrange(YEAR_MS), number)
    yield from _meetings(random)
    for number, asked in enumerate(questions()):
        yield _event(asked.lead, asked.kind, asked.text, asked.days * DAY_MS, 1_000_000 + number)


def _of(text: str) -> LeadId:
    return LEADS[crc32(text.encode()) % len(LEADS)]


def _lines(random: Random) -> Iterator[str]:
    """Chatter and what only sounds like trouble, each line once; then lines of the templates."""
    found = (_PHRASES / "chatter.txt").read_text(encoding="utf-8").splitlines()
    found += (_PHRASES / "harmless.txt").read_text(encoding="utf-8").splitlines()
    with (_PHRASES / "rounds.tsv").open(encoding="utf-8") as file:
        found += [row["text"] for row in csv.DictReader(file, delimiter="\t") if row["label"] == "0"]
    with (_PHRASES / "leaving.tsv").open(encoding="utf-8") as file:
        found += [row["text"] for row in csv.DictReader(file, delimiter="\t") if row["label"] == "0"]
    yield from dict.fromkeys(line for line in found if line.strip())
    templates = tomllib.loads((_TESTS / "data" / "ordinary.toml").read_text(encoding="utf-8"))["templates"]
    yield from islice((_filled(random.choice(templates), random) for _ in iter(int, 1)), ORDINARY * len(LEADS))


def _filled(template: str, random: Random) -> str:
    def value(slot: re.Match[str]) -> str:
        known = _SLOTS.get(slot[1].rstrip("2") if slot[1] not in _SLOTS else slot[1])
        return random.choice(known) if known else str(random.randrange(2, 900))

    return _SLOT.sub(value, template)


def _meetings(random: Random) -> Iterator[ev.Event]:
    """A whole meeting is one client's."""
    files = sorted((_TESTS / "fixtures" / "meetings").glob("[0-9][0-9].json"))
    for number, path in enumerate(files):
        said = json.loads(path.read_text(encoding="utf-8"))["utterances"]
        utterances = [
            ev.Utterance(at * 5000, at * 5000 + 4000, one["text"], one.get("speaker")) for at, one in enumerate(said)
        ]
        words = sum(len(one.text.split()) for one in utterances)
        yield ev.MeetingTranscribed(
            event_id=event_id("bench", path.name),
            lead_id=LEADS[number % len(LEADS)],
            ts=NOW - random.randrange(YEAR_MS),
            source="transcribe",
            recording_id=f"rec-{number}",
            version=1,
            engine="vosk",
            duration_ms=len(utterances) * 5000,
            words=words,
            utterances=utterances,
        )


def _event(lead: LeadId, kind: str, text: str, age: int, number: int) -> ev.Event:
    common: dict[str, Any] = {
        "event_id": event_id("bench", number, text),
        "lead_id": lead,
        "ts": NOW - age,
        "source": "bench",
    }
    match kind:
        case "mail":
            return ev.Mail(**common, mail_id=f"m{number}", direction="in", subject="", text=text)
        case "note":
            return ev.Note(**common, note_id=f"n{number}", author=ev.Author("9", "Мария", client=False), text=text)
        case "crm":
            fields = {"STAGE_ID": "NEW", "COMMENTS": text}
            return ev.CrmChanged(**common, entity="lead", entity_id=lead, change="updated", fields=fields)
        case "said":
            said = [ev.Utterance(1000, 4000, text, "Гость")]
            meeting: dict[str, Any] = {
                "recording_id": f"rec-q{number}",
                "version": 1,
                "engine": "vosk",
                "duration_ms": 5000,
                "words": 9,
            }
            return ev.MeetingTranscribed(**common, **meeting, utterances=said)
        case _:
            author = ev.Author("7", "Анна", client=number % 3 != 0)
            return ev.Message(**common, chat_id=f"-{lead}", message_id=str(number), author=author, text=text)
