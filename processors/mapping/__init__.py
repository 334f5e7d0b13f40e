"""A warehouse system's own words → canonical events, as its mapping file says. Pure; `docs/wms.md` has the format.

`load` reads a file, `read_body` what a system sent, `mapped` rows of any length. Nothing raises for the data's sake.
"""

from processors.mapping.items import Bad, Mapped, Memory, Passed, Seen, mapped
from processors.mapping.load import load
from processors.mapping.read import items_of, read_body, read_items
from processors.mapping.said import words
from processors.mapping.shape import SourceMapping, Table

__all__ = [
    "Bad",
    "Mapped",
    "Memory",
    "Passed",
    "Seen",
    "SourceMapping",
    "Table",
    "items_of",
    "load",
    "mapped",
    "read_body",
    "read_items",
    "words",
]
