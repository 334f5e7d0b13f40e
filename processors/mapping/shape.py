"""A mapping that was read and compiled: where each field of a canonical event stands, and how it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from processors.mapping.values import Clock, Decimal, Sign, Unfit, moment, shown, text
from schemas.types import Millis

SKIP: Final = "skip"
"""In the map of `type`: what has this value is no event."""


@dataclass(frozen=True, slots=True)
class Path:
    """A JMESPath expression."""

    text: str
    compiled: ParsedResult

    def find(self, item: object) -> object:
        """The value there; None where there is none. Raises `Unfit` where a function does not take what it finds."""
        try:
            return self.compiled.search(item)
        except (JMESPathError, TypeError, ValueError, ArithmeticError, RecursionError, AttributeError) as error:
            raise Unfit(f"выражение {self.text} не подходит к этим данным ({type(error).__name__})") from error


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table by its head, or a key of an object by its name, whatever letters it has."""

    text: str

    def find(self, item: object) -> object:
        """The value there; None where there is none."""
        return item.get(self.text) if isinstance(item, dict) else None


Place = Path | Column


@dataclass(frozen=True, slots=True)
class Field:
    """Where a value stands: the first of `places` that has one, else `default`. `table` translates it; what is not in
    the table is `otherwise`, and stays as it is where that is None.
    """

    places: Sequence[Place]
    default: object = None
    table: Mapping[str, str] | None = None
    otherwise: str | None = None

    def find(self, item: object) -> object:
        """The value, None where there is none. Raises `Unfit`."""
        value = self.default
        for place in self.places:
            found = place.find(item)
            if found is not None and not (isinstance(found, str) and not found.strip()):
                value = found
                break
        if value is None or self.table is None:
            return value
        known = self.table.get(folded(text(value)))
        return known if known is not None else value if self.otherwise is None else self.otherwise

    @property
    def where(self) -> str:
        """For a fault: the places in words."""
        return ", ".join(place.text for place in self.places) or shown(self.default)


def folded(value: str) -> str:
    """A value as the table of a map knows it: neither case nor spaces tell it apart."""
    return " ".join(value.casefold().split())


@dataclass(frozen=True, slots=True)
class Moment:
    """A time. `formats` in the words of the mapping."""

    field: Field
    formats: Sequence[str]
    clocks: Sequence[Clock]
    zone: tzinfo | None

    def read(self, value: object) -> Millis:
        """ms UTC. Raises `Unfit`."""
        return moment(value, self.formats, self.clocks, self.zone)


@dataclass(frozen=True, slots=True)
class Lines:
    """The articles of a document: one for each item under `items`; None: the item is itself a line."""

    items: Path | None
    when: Path | None
    sku: Field
    qty: Field
    barcode: Field | None
    reserved: Field | None
    available: Field | None


@dataclass(frozen=True, slots=True)
class Rule:
    """What an item says, where `when` holds. `texts` are the optional fields of a canonical event that are words,
    by their names in the contract (`doc.number`). A part of `id` that is None is the event's time: written otherwise
    in a sheet than in a text, it is the same moment."""

    when: Path | None
    type: Field
    ts: Moment
    kind: Field
    value: Field
    id: Sequence[Field | None]
    doc_id: Field
    texts: Mapping[str, Field]
    lines: Lines | None
    qty: Field | None
    sign: Sign
    complete: Field | None
    backfill: Field | None


@dataclass(frozen=True, slots=True)
class Table:
    """How a CSV or XLSX file is read. Empty: found out."""

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    fill_down: Sequence[str] = ()
    columns: frozenset[str] = frozenset()
    """Every column that the mapping names and has no default for: the head is the row that has them."""


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """The whole file. `digest` is of its text. Items for which `when` does not hold are no events of any rule."""

    name: str
    digest: str
    items: Path | None
    when: Path | None
    group: Sequence[Field]
    rules: Sequence[Rule]
    decimal: Decimal
    table: Table
