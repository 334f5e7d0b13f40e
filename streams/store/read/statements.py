"""What somebody else's query may be: one SELECT, EXPLAIN of one, or a look at a table of ours.

Here it is told by its text alone; what a SELECT names is looked at in `guard`, in ClickHouse's own tree.
"""

import re
from typing import NamedTuple

from schemas.errors import Refused

LONGEST_QUERY = 64 << 10
"""Characters."""

_FORBIDDEN = re.compile("OUTFILE|INFILE", re.IGNORECASE)
"""Written by a server's own process, past every right. Looked for anywhere: no escape can spell a keyword otherwise."""

_SELECT = re.compile(r"(\s|/\*.*?\*/|--[^\n]*\n)*(SELECT|WITH|FROM|\()", re.IGNORECASE | re.DOTALL)
"""Programs put a comment of their own in front."""
_EXPLAIN = re.compile(
    r"""\s*EXPLAIN\s+((SYNTAX|QUERY\s+TREE|PLAN|PIPELINE|ESTIMATE)\s+)?
    (\w+\s*=\s*[01]\s*(,\s*\w+\s*=\s*[01]\s*)*)?(?=SELECT|WITH|FROM|\()""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOK = re.compile(
    r"\s*(SHOW\s+CREATE(\s+TABLE|\s+VIEW)?|DESC(RIBE)?(\s+TABLE)?|EXISTS(\s+TABLE|\s+VIEW)?)\s+(?P<table>[\w.`\"]+)\s*",
    re.IGNORECASE,
)
_TABLES = re.compile(r"\s*SHOW\s+TABLES(\s+(FROM|IN)\s+(?P<database>[\w`\"]+))?\s*", re.IGNORECASE)
_DATABASES = re.compile(r"\s*SHOW\s+DATABASES\s*", re.IGNORECASE)


class Statement(NamedTuple):
    """`text` as it will be run; `select` is the query in it that has to be checked, `table` or `database` what it
    looks at."""

    text: str
    select: str | None = None
    table: str | None = None
    database: str | None = None


def parse(query: str) -> Statement:
    """Raises `Refused`."""
    text = query.strip().removesuffix(";").rstrip()
    if len(text) > LONGEST_QUERY:
        raise Refused(f"the query is longer than {LONGEST_QUERY} characters")
    if "\0" in text or not _is_text(text):
        raise Refused("the query has a zero byte, or half of a surrogate pair")
    word = _FORBIDDEN.search(text)
    if word is not None:
        raise Refused(f"the word {word[0]} is not allowed in a query here")
    if ";" in text:
        raise Refused(r"one statement at a time, and no semicolon inside of it: write '\x3b' for one in a text")
    if _SELECT.match(text):
        return Statement(text, select=text)
    explain = _EXPLAIN.match(text)
    if explain is not None:
        return Statement(text, select=text[explain.end() :])
    look = _LOOK.fullmatch(text)
    if look is not None:
        return Statement(text, table=_bare(look["table"]))
    tables = _TABLES.fullmatch(text)
    if tables is not None:
        return Statement(text, database=tables["database"] and _bare(tables["database"]))
    if _DATABASES.fullmatch(text):
        return Statement(text)
    raise Refused(
        "only SELECT, EXPLAIN of one, SHOW TABLES, SHOW DATABASES, SHOW CREATE, DESCRIBE, EXISTS TABLE are allowed here"
    )


def _bare(name: str) -> str:
    return re.sub('[`"]', "", name)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
