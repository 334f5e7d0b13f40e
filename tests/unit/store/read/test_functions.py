"""What stands on the list works: each function is let through and computed by the pinned chDB."""

from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import ClickHouseError

from streams.store.database import Database
from streams.store.read import guard
from streams.store.read.sql import asking
from streams.store.read.vetting import catalogue, tree

GIVEN = {
    "n": "1",
    "m": "2.5",
    "s": "'a'",
    "t": "'ab c'",
    "d": "today()",
    "w": "now()",
    "x": "now64(3)",
    "a": "[1, 2]",
    "b": "['a', 'b']",
    "l": "x -> x",
    "g": "x -> x > 0",
    "p": "map('a', 1)",
    "u": "(1, 2)",
    "k": "(k, v) -> v > 0",
    "h": "(k, v) -> (k, v)",
    "j": """'{"a": 1}'""",
    "J": "'$.a'",
    "y": "'day'",
    "z": "'2026-01-02 03:04:05'",
    "i": "INTERVAL 1 DAY",
    "T": "'Int64'",
    "U": "'UTC'",
    "A": "[[1, 2]]",
    "D": "'%Y-%m-%d'",
    "c": "toDecimal32(1, 2)",
    "I": "(INTERVAL 1 DAY, INTERVAL 1 HOUR)",
    "q": "'(a)'",
    "B": "'YQ=='",
    "S": "'5 min'",
    "R": "'1 KiB'",
    "o": "'00000000-0000-0000-0000-000000000000'",
    "f": "[1., 2., 3., 4., 5.]",
    "e": "toIntervalHour(1)",
}
"""Values by a letter."""

FORMS = [
    *("", "n", "s", "w", "a", "b", "d", "u", "j", "x", "p", "z", "c", "f", "B", "S", "R", "o", "nn", "ss", "wn", "aa"),
    *("an", "na", "sn", "ns", "la", "ga", "ps", "uu", "js", "jJ", "kp", "hp", "wi", "pn", "sq", "cc", "cn", "ie", "Ii"),
    *("nU", "zD", "zU", "sT", "jsT", "bb", "sb", "wD", "wU", "bs", "xn", "wy", "yw", "dn", "ua", "As", "ba", "sss"),
    *("snn", "nnn", "yww", "aan", "ssn", "mmm", "tsb", "tst", "wwi", "wii", "naas", "nnnn", "ssnn", "nabn", "mmnn"),
    *("nnnnn", "nnnnnn", "nT", "pp", "ny", "jT", "wee", "tt"),
]

SPECIAL = {
    "exists": "SELECT exists(SELECT 1)",
    "grouping": "SELECT grouping(number) FROM numbers(1) GROUP BY number",
    "arraytranspose": "SELECT arrayTranspose([[1, 2], [3, 4]])",
    "flattentuple": "SELECT flattenTuple(CAST((1, (2, 3)) AS Tuple(a UInt8, b Tuple(c UInt8, d UInt8))))",
    "timediff": "SELECT timeDiff(now(), now())",
    "tomodifiedjulianday": "SELECT toModifiedJulianDay('2026-01-02')",
    "transform": "SELECT transform(1, [1, 2], [3, 4], 0)",
    "timeslots": "SELECT timeSlots(now(), toUInt32(600))",
}
"""What cannot be called with plain values."""


@pytest.mark.proof
async def test_every_allowed_function_works(database: Database) -> None:
    """By some values of some kinds, as somebody would call it; spelled as the engine has it."""

    def left_over(client: Any) -> list[str]:
        there = catalogue(asking(client), database_name)
        names = client.query("SELECT lower(name), name FROM system.functions").result_rows
        spelled = dict(names)
        return [name for name in sorted(guard._lists()[0]) if not works(client, there, spelled.get(name, name))]

    [(database_name,)] = await database.read("SELECT currentDatabase()")
    left = await database.borrow(left_over)
    assert not left, " ".join(left)


def works(client: Any, there: guard.Catalogue, name: str) -> bool:
    """Whether one of the forms is let through and answered."""
    calls = [f"SELECT `{name}`({', '.join(GIVEN[letter] for letter in form)})" for form in FORMS]
    special = SPECIAL.get(name.lower())
    for query in [special] if special else calls:
        try:
            guard.check(tree(asking(client), query, ""), there)
            client.query(query)
        except ClickHouseError:
            continue
        return True
    return False
