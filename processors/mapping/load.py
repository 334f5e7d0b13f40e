"""The text of a mapping file → `SourceMapping`, or everything that is wrong with it."""

import re
from datetime import UTC, datetime, tzinfo
from functools import partial
from hashlib import blake2b
from typing import Any, Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jmespath
from jmespath.exceptions import JMESPathError

from processors.mapping.faults import Faults, check
from processors.mapping.shape import (
    Column,
    Field,
    Lines,
    Moment,
    Path,
    Place,
    Rule,
    SourceMapping,
    Table,
    folded,
)
from processors.mapping.values import Clock, text
from processors.mapping.yaml_file import Loc, Misread, read

MOST_CHARACTERS: Final = 200_000
"""Of a file; a long one has some thousands."""

TOP: Final = frozenset({"version", "about", "items", "when", "zone", "decimal", "group", "table", "events"})
"""Fields of the whole file; the others are of an event, and stand for those in `events` that do not say otherwise."""

TEXTS: Final = ("doc.number", "doc.status", "doc.url", "warehouse", "marketplace", "purpose")
FORMATS: Final = ("iso", "unix", "unix_ms")
DIRECTIVES: Final = frozenset("dmyYHMSfzIpj%")
"""Those that mean the same in every language."""
CYRILLIC: Final = "; имя с русскими буквами — column: имя, а внутри выражения — в двойных кавычках"
CUSTOMER: Final = "wms_customer"

_A_TIME: Final = datetime(2026, 11, 20, 13, 4, 5, tzinfo=UTC)


def load(source: str, name: str) -> SourceMapping | list[str]:
    """The mapping `name` (of the file, for people) in `source`; or its faults in Russian, each with line and place."""
    if len(source) > MOST_CHARACTERS:
        return [f"файл больше {MOST_CHARACTERS} знаков: это не разметка"]
    try:
        data, lines = read(source)
    except Misread as error:
        return [str(error)]
    faults = Faults(lines)
    check(data, faults)
    if told := faults.told():
        return told
    loading = _Loading(cast("dict[str, Any]", data), faults)
    mapping = loading.mapping(name, blake2b(source.encode(), digest_size=8).hexdigest())
    return faults.told() or mapping


class _Loading:
    """One file, whose shape is right: what is left are expressions, zones, formats, and what is not there at all."""

    def __init__(self, data: dict[str, Any], faults: Faults) -> None:
        self._data, self._faults = data, faults
        self._columns: set[str] = set()

    def mapping(self, name: str, digest: str) -> SourceMapping:
        data = self._data
        common = {key: value for key, value in data.items() if key not in TOP}
        if "events" in data:
            rules = [self._rule({**common, **own}, ("events", at), own) for at, own in enumerate(data["events"])]
        else:
            rules = [self._rule(common, (), common)]
        group = [self._field(field, ("group", at)) for at, field in enumerate(data.get("group", []))]
        table = {"fill_down": (), **data.get("table", {})}
        items, when = (self._path(data[key], (key,)) if key in data else None for key in ("items", "when"))
        return SourceMapping(
            name,
            digest,
            items,
            when,
            group,
            rules,
            data.get("decimal", ""),
            Table(**table, columns=frozenset(self._columns)),
        )

    def _rule(self, said: dict[str, Any], above: Loc, own: dict[str, Any]) -> Rule:
        """`said` is what holds for an event; `own` of it stands at `above`, the rest at the top of the file."""

        def at(*steps: str) -> Loc:
            return (*(above if steps[0] in own else ()), *steps)

        for name in ("type", "ts", "client", "doc"):
            if name not in said:
                self._faults.add(above, f"не указано «{name}»")
        if "lines" not in said and "qty" not in said:
            self._faults.add(above, "не указано ни «lines» (артикулы), ни «qty» (штуки)")
        client = said.get("client", {})
        flat = {**said, **{f"doc.{name}": field for name, field in said.get("doc", {}).items()}}
        ids = said.get("id", [])
        ids = ids if isinstance(ids, list) else [ids]
        optional = {name: self._field(said[name], at(name)) for name in ("qty", "complete", "backfill") if name in said}
        return Rule(
            when=self._path(said["when"], at("when")) if "when" in said else None,
            type=self._type(said.get("type", {"value": "skip"}), at("type")),
            ts=self._moment(said.get("ts", {"value": 0}), at("ts")),
            kind=self._field(client.get("kind", {"value": CUSTOMER}), at("client", "kind")),
            value=self._field(client.get("value", {"value": ""}), at("client", "value")),
            id=[None if field == {"event": "ts"} else self._field(field, at("id")) for field in ids],
            doc_id=self._field(flat.get("doc.id", {"value": ""}), at("doc", "id")),
            texts={name: self._field(flat[name], at(*name.split("."))) for name in TEXTS if name in flat},
            lines=self._lines(said["lines"], at("lines")) if "lines" in said else None,
            qty=optional.get("qty"),
            sign=said.get("sign", ""),
            complete=optional.get("complete"),
            backfill=optional.get("backfill"),
        )

    def _lines(self, said: dict[str, Any], loc: Loc) -> Lines:
        field = {name: self._field(said[name], (*loc, name)) for name in said if name not in ("path", "when")}
        paths = {name: self._path(said[name], (*loc, name)) for name in ("path", "when") if name in said}
        return Lines(
            paths.get("path"),
            paths.get("when"),
            field["sku"],
            field["qty"],
            field.get("barcode"),
            field.get("reserved"),
            field.get("available"),
        )

    def _type(self, said: str | dict[str, Any], loc: Loc) -> Field:
        field = self._field(said, loc)
        if isinstance(said, str) or ("value" not in said and "map" not in said):
            self._faults.add(loc, "нужно map (слово системы: наш тип) или value (всегда один тип)")
        return field

    def _field(self, said: str | dict[str, Any], loc: Loc) -> Field:
        if isinstance(said, str):
            return Field((self._path(said, loc),))
        given = [name for name in ("path", "column", "value") if name in said]
        if len(given) != 1:
            self._faults.add(
                loc, "нужно одно из трёх: path (выражение), column (столбец или имя) или value (само значение)"
            )
            return Field(())
        for name, needs in (("otherwise", "map"), ("default", "path"), ("map", "path")):
            if name in said and needs not in said and not (needs == "path" and "column" in said):
                self._faults.add((*loc, name), f"имеет смысл только вместе с {needs}")
        table = {folded(key): text(value) for key, value in said["map"].items()} if "map" in said else None
        otherwise = text(said["otherwise"]) if "otherwise" in said else None
        return Field(self._places(said, loc), said.get("value", said.get("default")), table, otherwise)

    def _places(self, said: dict[str, Any], loc: Loc) -> tuple[Place, ...]:
        columns = _listed(said.get("column", []))
        self._columns.update([] if "default" in said else columns)
        return (
            *(self._path(path, (*loc, "path")) for path in _listed(said.get("path", []))),
            *(Column(column) for column in columns),
        )

    def _path(self, expression: str, loc: Loc) -> Path:
        try:
            return Path(expression, jmespath.compile(expression))
        except (JMESPathError, RecursionError, ValueError) as error:
            place = getattr(error, "lex_position", None)
            where = f" у знака {place + 1}" if isinstance(place, int) else ""
            hint = "" if expression.isascii() else CYRILLIC
            self._faults.add(loc, f"выражение «{expression}» не читается{where}{hint}")
            return Path("@", jmespath.compile("@"))

    def _moment(self, said: str | dict[str, Any], loc: Loc) -> Moment:
        plain = said if isinstance(said, str) else {key: said[key] for key in said if key not in ("format", "zone")}
        formats = _listed("iso" if isinstance(said, str) else said.get("format", "iso"))
        clocks = [clock for one in formats if (clock := self._clock(one, (*loc, "format"))) is not None]
        own = "" if isinstance(said, str) else said.get("zone", "")
        zone = own or self._data.get("zone", "")
        return Moment(self._field(plain, loc), formats, clocks, self._zone(zone, (*loc, "zone") if own else ("zone",)))

    def _clock(self, form: str, loc: Loc) -> Clock | None:
        if form in ("unix", "unix_ms"):
            return None
        if form == "iso":
            return datetime.fromisoformat
        clock = partial(_parsed, form)
        try:
            right = (
                DIRECTIVES.issuperset(re.findall("%(.?)", form))
                and clock(_A_TIME.strftime(form)).date() == _A_TIME.date()
            )
        except (ValueError, re.error):  # the second where a directive stands twice
            right = False
        if not right:
            self._faults.add(
                loc,
                f"«{form}»: нужно {', '.join(FORMATS)} или вид времени с днём, месяцем и годом: "
                "%d.%m.%Y %H:%M:%S (день %d, месяц %m, год %Y или %y, час %H, минута %M, секунда %S, доли %f, пояс %z)",
            )
        return clock

    def _zone(self, name: str, loc: Loc) -> tzinfo | None:
        if not name:
            return None
        try:
            return _offset(name) or ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._faults.add(
                loc, f"часового пояса «{name}» нет: нужно, например, Europe/Moscow, Asia/Yekaterinburg или +05:00"
            )
            return None


def _parsed(form: str, value: str) -> datetime:
    return datetime.strptime(value, form)  # noqa: DTZ007 — without a zone in the format, the mapping's is put to it


def _offset(name: str) -> tzinfo | None:
    return datetime.strptime(name, "%z").tzinfo if name[0] in "+-" else None


def _listed(said: str | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else said
