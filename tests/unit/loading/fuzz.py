"""Files that people load, spoilt: an export of Telegram, tables, workbooks, mappings. Told in a line, never a fault of
ours; what is good beside the bad is read.
"""

import csv
import io
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from processors.identity import Identities
from processors.mapping import SourceMapping, items_of, load, read_items
from processors.normalize.contract import Options
from processors.normalize.telegram import normalize
from processors.telegram_export import chat_of
from schemas.codec import Rejected
from schemas.errors import ConfigError
from schemas.types import Meta
from streams.cli.exported_file import told_export
from streams.cli.mapped_file import told
from streams.loading import Reading, export_in, items_in, survey
from streams.loading import telegram as exports
from streams.settings.mappings import mapping_of
from tests.exports import BASE, chat, said, written
from tests.mutated import mutated, nasty, torn
from tests.unit.tables import books

SHIPPED = Path(__file__).parents[3] / "deploy" / "mappings"
NOW = 1_795_300_000_000
LONGEST_S = 30.0
"""For one small file; a busy machine may be slow, and who is stuck takes minutes."""
GOOD_ID = 777

MESSAGES: list[dict[str, Any]] = [
    said(1, "привет"),
    said(2, "фото", photo="photos/1.jpg", width=10, height=10, edited_unixtime=str(BASE + 9)),
    said(3, "", media_type="voice_message", file="v.ogg", duration_seconds=4, mime_type="audio/ogg"),
    said(4, [{"type": "link", "text": "https://x"}, " и ещё"], reply_to_message_id=1, forwarded_from="Анна"),
    said(5, "", poll={"question": "?", "closed": False, "total_voters": 0, "answers": [{"text": "да", "voters": 0}]}),
    said(6, "", contact_information={"first_name": "А", "last_name": "", "phone_number": "+7912"}, who=9),
    {"id": 7, "type": "service", "date": "2026-11-20T12:00:00", "date_unixtime": str(BASE), "action": "pin_message"},
]


def telegram(dice: random.Random, folder: Path) -> str:
    """Some messages of a chat are spoilt, one is good."""
    spoilt = [mutated(dice.choice(MESSAGES), dice, 3) for _ in range(dice.randint(0, 4))]
    messages = [*spoilt, said(GOOD_ID, "цел")]
    dice.shuffle(messages)
    kind = dice.choice(("private_supergroup", "private_group", "personal_chat"))
    file = written(folder / "result.json", chat(5, messages, kind), full=dice.random() < 0.5)
    broken = dice.random() < 0.3
    if broken:
        file.write_bytes(torn(file.read_bytes(), dice))
    reading = Reading(lambda head: chat_of(head.type, head.id, head.name), lambda _: {}, frozenset({9}), NOW)
    with file.open("rb") as source:
        try:
            found = exports.survey(export_in(source, file), reading, 100)
            source.seek(0)
            made = list(exports.records(export_in(source, file), reading, exports.ExportSurvey()))
        except ConfigError as error:  # the parser knows no number of more than 64 bits, and Telegram neither
            assert broken or "overflow" in str(error), error
            return "refused"
    for record in made:
        normalize(Meta(record.topic, 0, 0, NOW), record.value or b"", Identities(), Options())
    assert told_export(found, None, everything=True)
    if not broken:
        texts = [part.get("text") for sent in found.first for part in sent.values() if isinstance(part, dict)]
        assert "цел" in texts, file.read_text()
    return "faults" if found.bad else "read"


def _table(name: str) -> tuple[SourceMapping, list[list[str]], str]:
    mapping = mapping_of(SHIPPED / f"{name}.yaml")
    encoding = "cp1251" if name == "1c" else "utf-8"
    text = (SHIPPED / "samples" / f"{name}.csv").read_text(encoding=encoding)
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if name == "1c" else ","))
    return mapping, rows, encoding


TABLES = {name: _table(name) for name in ("1c", "table")}
GOOD_ROW = ["R-good", "shipment", "2026-11-20 12:00:00", "1066", "A-1", "10", "", "MSK-1", "wb", "FBO"]


def tables(dice: random.Random, folder: Path) -> str:
    """A CSV or a workbook with some cells that nobody meant; in the simple table also a row that is good."""
    name = dice.choice(sorted(TABLES))
    mapping, rows, encoding = TABLES[name]
    cells: list[list[Any]] = [list(row) for row in rows]
    for _ in range(dice.randint(1, 6)):
        row = dice.choice(cells)
        if row:
            row[dice.randrange(len(row))] = _cell(dice)
    if dice.random() < 0.3:
        cells.insert(dice.randrange(len(cells)), [_cell(dice) for _ in range(dice.randint(0, 15))])
    head_is_whole = name == "table" and cells[0] == rows[0]
    if name == "table":
        cells.append(list(GOOD_ROW))
    broken = dice.random() < 0.3
    file = _workbook(folder, cells) if dice.random() < 0.3 else _csv(folder, cells, encoding, dice)
    if broken:
        file.write_bytes(torn(file.read_bytes(), dice))
    try:
        with items_in(file, mapping) as items:
            found = survey(items, mapping, NOW, 1000)
    except ConfigError as error:
        assert broken or not head_is_whole, error
        return "refused"
    assert told(found, "строка", everything=True)
    if head_is_whole and not broken:
        assert "R-good" in {event.doc.id for event in found.first}, found.faults
    return "faults" if found.bad else "read"


def _cell(dice: random.Random) -> str:
    value = nasty(dice)
    return value if isinstance(value, str) else json.dumps(value)[:200]


def _csv(folder: Path, cells: list[list[Any]], encoding: str, dice: random.Random) -> Path:
    out = io.StringIO()
    csv.writer(out, delimiter=";" if encoding == "cp1251" else dice.choice(",;\t")).writerows(cells)
    file = folder / "rows.csv"
    file.write_bytes(out.getvalue().encode(dice.choice((encoding, "utf-8-sig", "utf-8")), "replace"))
    return file


def _workbook(folder: Path, cells: list[list[Any]]) -> Path:
    plain = [["".join(one for one in str(cell) if one.isprintable()) or None for cell in row[:20]] for row in cells]
    return books.write(folder / "rows.xlsx", plain)


TREES = {file.stem: yaml.safe_load(file.read_text()) for file in sorted(SHIPPED.glob("*.yaml"))}
BODIES = {name: (SHIPPED / "samples" / f"{name}.json").read_bytes() for name in ("moysklad", "skladbot")}


def mappings(dice: random.Random, folder: Path) -> str:
    """A mapping that is spoilt has its faults told; where it has none, it reads any body."""
    name = dice.choice(sorted(TREES))
    tree = mutated(TREES[name], dice, 3)
    text = json.dumps(tree, ensure_ascii=False) if dice.random() < 0.5 else _yaml(tree)
    if dice.random() < 0.4:
        text = torn(text.encode(), dice).decode(errors="replace")
    found = load(text, f"{name}.yaml")
    if isinstance(found, list):
        assert found
        assert all(found)
        return "refused"
    for body in BODIES.values():
        items = items_of(found, body)
        if not isinstance(items, Rejected):
            read_items(found, items, NOW)
    return "read"


def _yaml(tree: Any) -> str:
    try:
        return yaml.safe_dump(tree, allow_unicode=True)
    except RecursionError:  # deeper than it can write
        return json.dumps(tree)


FILES: dict[str, Callable[[random.Random, Path], str]] = {"telegram": telegram, "tables": tables, "mappings": mappings}


def run(files: int, seed: int, folder: Path) -> Counter[str]:
    """So many files. What became of them, by kind."""
    dice, came = random.Random(seed), Counter[str]()
    for number in range(files):
        kind = dice.choice(sorted(FILES))
        began = time.monotonic()
        try:
            came[f"{kind} {FILES[kind](dice, folder)}"] += 1
        except Exception as error:
            error.add_note(f"seed {seed}, number {number}: {kind}")
            raise
        assert time.monotonic() - began < LONGEST_S, f"seed {seed}, number {number}: {kind} takes too long"
    return came
