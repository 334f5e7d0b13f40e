"""One item of somebody's data → a canonical event in the making, with all that is wrong with it."""

from collections.abc import Callable
from typing import Final, TypeVar, get_args

from processors.mapping.shape import SKIP, Field, Lines, Path, Rule
from processors.mapping.values import Decimal, Unfit, flag, pieces, shown, text
from processors.wms_event import Fault
from schemas.sources import ClientRef
from schemas.types import Pieces
from schemas.wms import WmsDoc, WmsLine, WmsPayload, WmsType

MOST_LINES: Final = 10_000
"""Articles of one document: some hundred bytes each, so that the event stays well below what a topic takes."""

TYPES: Final[dict[str, WmsType]] = {name: name for name in get_args(WmsType)}

T = TypeVar("T")


class Draft:
    """An event of `rule`, begun by the item at `place`. Rows of the same document may add their lines."""

    def __init__(self, rule: Rule, place: int, item: object, decimal: Decimal) -> None:
        self.place, self.faults = place, list[tuple[int, Fault]]()
        self._rule, self._item, self._decimal = rule, item, decimal
        self._lines: list[WmsLine] = []
        self.skipped = False
        self.type = self._type()
        kind = self._need("client.kind", rule.kind, text, item)
        self.client = ClientRef(kind or "", self._need("client.value", rule.value, text, item) or "")

    def _type(self) -> WmsType | None:
        found = self._need("type", self._rule.type, text, self._item)
        self.skipped = found == SKIP
        if found is None or self.skipped:
            return None
        known = TYPES.get(found)
        if known is None:
            names = ", ".join(sorted(self._rule.type.table or ()))
            self._fault("type", f"значения {shown(found)} нет в map; там есть: {names}")
        return known

    def key(self, group: tuple[str, ...]) -> tuple[str, ...]:
        """Rows with the same key are one document."""
        return (*group, self.type or "", self.client.kind, self.client.value)

    def add_lines(self, place: int, item: object) -> None:
        """The lines that an item has."""
        lines = self._rule.lines
        if lines is None:
            return
        for part in self._parts(lines, item, place):
            if len(self._lines) >= MOST_LINES:
                self._fault("lines", f"в одном документе больше {MOST_LINES} артикулов", place)
                return
            self._lines.append(self._line(lines, part, place))

    def payload(self) -> WmsPayload | None:
        """The event; None when `faults` say why there is none."""
        rule, item = self._rule, self._item
        ts = self._need("ts", rule.ts.field, rule.ts.read, item)
        qty = self._maybe("qty", rule.qty, self._pieces, item)
        doc_id = self._need("doc.id", rule.doc_id, text, item)
        texts = {name: self._maybe(name, field, text, item) or "" for name, field in rule.texts.items()}
        parts = [str(ts) if field is None else self._need("id", field, text, item) or "" for field in rule.id]
        complete = self._maybe("complete", rule.complete, flag, item)
        backfill = self._maybe("backfill", rule.backfill, flag, item)
        if self.faults or self.type is None or ts is None:
            return None
        return WmsPayload(
            id="/".join([*parts, self.type]) if parts else "",
            type=self.type,
            ts=ts,
            client=self.client,
            doc=WmsDoc(doc_id or "", *(texts.get(f"doc.{name}", "") for name in ("number", "status", "url"))),
            lines=self._lines,
            qty=qty,
            warehouse=texts.get("warehouse", ""),
            marketplace=texts.get("marketplace", ""),
            purpose=texts.get("purpose", ""),
            complete=bool(complete),
            backfill=bool(backfill),
        )

    def _parts(self, lines: Lines, item: object, place: int) -> list[object]:
        try:
            found = item if lines.items is None else lines.items.find(item)
            if not isinstance(found, list | dict | None):
                raise Unfit(f"нужен список артикулов, а здесь {shown(found)}")
            parts = found if isinstance(found, list) else [] if found is None else [found]
            return [part for part in parts if holds(lines.when, part)]
        except Unfit as error:
            self._fault("lines", str(error), place)
            return []

    def _line(self, lines: Lines, part: object, place: int) -> WmsLine:
        at = f"lines[{len(self._lines)}]"
        sku = self._need(f"{at}.sku", lines.sku, text, part, place)
        qty = self._need(f"{at}.qty", lines.qty, self._pieces, part, place)
        barcode = self._maybe(f"{at}.barcode", lines.barcode, text, part, place)
        reserved = self._maybe(f"{at}.reserved", lines.reserved, self._unsigned, part, place)
        available = self._maybe(f"{at}.available", lines.available, self._unsigned, part, place)
        return WmsLine(sku or "", qty or 0, barcode, reserved, available)

    def _pieces(self, value: object) -> Pieces:
        return pieces(value, self._decimal, self._rule.sign)

    def _unsigned(self, value: object) -> Pieces:
        return pieces(value, self._decimal, "")

    def _need(
        self, name: str, field: Field, read: Callable[[object], T], item: object, place: int | None = None
    ) -> T | None:
        """As `_maybe`; that nothing is there is a fault."""
        faults = len(self.faults)
        value = self._maybe(name, field, read, item, place)
        if value is None and len(self.faults) == faults:
            self._fault(name, f"нет значения ({field.where})", place)
        return value

    def _maybe(
        self, name: str, field: Field | None, read: Callable[[object], T], item: object, place: int | None = None
    ) -> T | None:
        """What stands in a field, None where nothing does or it is a fault, which is added."""
        try:
            found = None if field is None else field.find(item)
            return None if found is None else read(found)
        except Unfit as error:
            self._fault(name, str(error), place)
            return None

    def _fault(self, name: str, words: str, place: int | None = None) -> None:
        self.faults.append((self.place if place is None else place, Fault(name, words)))


def holds(when: Path | None, item: object) -> bool:
    """Whether a condition holds: neither false, nor empty, nor nothing. Raises `Unfit`."""
    return when is None or when.find(item) not in (None, False, "", [], {})
