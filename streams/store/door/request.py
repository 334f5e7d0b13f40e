"""A request as a value: the statement, its format, its settings. What is not on a list is refused."""

import asyncio
import re
from typing import NamedTuple

from aiohttp import web

from schemas.errors import Refused
from streams.store.door.wire import FORMATS, Fault
from streams.store.read.requests import BODY_SECONDS
from streams.store.read.statements import Statement, parse

OURS = frozenset({"", "default", "__default__"})
"""Clients that were told no database say one of these."""

TRANSPORT = frozenset(
    {
        *("query", "database", "query_id", "session_id", "session_timeout", "session_check", "wait_end_of_query"),
        *("user", "password", "buffer_size", "compress", "decompress", "quota_key", "role", "enable_http_compression"),
        *("default_format", "client_protocol_version", "send_progress_in_http_headers", "log_comment", "readonly"),
        *("http_headers_progress_interval_ms", "cancel_http_readonly_queries_on_client_close"),
        "http_write_exception_in_output_format",
    }
)
"""Parameters that are no settings, or change nothing here."""

CAPPED = frozenset({"max_execution_time", "max_memory_usage", "max_result_rows", "max_result_bytes", "max_threads"})
"""May be asked for in whole numbers; less than our limit holds, more does not."""

_FREE = re.compile(
    r"final|limit|offset|max_block_size|join_use_nulls|session_timezone|result_overflow_mode|use_uncompressed_cache|"
    r"compile_(expressions|aggregate_expressions|sort_description)|"
    r"prefer_column_name_to_alias|cast_string_to_dynamic_use_inference|date_time_(input|output)_format|date_time_output_format_\w+|"
    r"output_format_(json|csv|tsv|arrow|parquet|pretty|native|decimal|float|binary|markdown|values|write)_\w+"
)
"""Settings that change how an answer looks, or is worked out. Not every `output_format_…`: `output_format_schema`
writes a file."""

_VALUE = re.compile(r"[\w.:/+-]{0,64}", re.ASCII)

_STRING = r"'(?:[^'\\]|\\.|'')*'"
_FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*\Z", re.IGNORECASE)
_SETTINGS = re.compile(r"\bSETTINGS\b", re.IGNORECASE)
_PAIR = re.compile(rf"\s*(\w+)\s*=\s*(\{{(?:[^'}}]|{_STRING})*\}}|{_STRING}|[\w.+-]+)\s*(?:,|\Z)", re.DOTALL)
_FILTERS = re.compile(rf"\{{\s*(?:({_STRING})\s*:\s*({_STRING})\s*(?:,\s*|(?=\}})))*\}}", re.DOTALL)
_FILTER = re.compile(rf"({_STRING})\s*:\s*({_STRING})", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}

MOST_CLAUSES = 4
"""Places of the word SETTINGS that are looked at, from the end."""


class Asked(NamedTuple):
    """`settings` are free ones, `caps` those with a limit of ours, `filters` an expression for each table (Grafana's
    ad-hoc filters), `parameters` the values of `{name:Type}`. `said` is the statement as it came."""

    said: str
    statement: Statement
    form: str
    settings: dict[str, str]
    caps: dict[str, int]
    filters: dict[str, str]
    parameters: dict[str, str]


async def text_of(request: web.Request) -> str:
    """The statement: the parameter `query`, then the body. Raises `Fault`, and aiohttp's faults of a body."""
    if request.content_type == "multipart/form-data":
        raise Fault.ours(48, "NOT_IMPLEMENTED", "external data and forms are not taken here")
    body = await _body(request)
    query = request.query.get("query", "")
    try:
        return f"{query}\n{body.decode()}".strip().removesuffix(";").rstrip()
    except UnicodeDecodeError:
        raise Fault.ours(62, "SYNTAX_ERROR", "the statement is no UTF-8") from None


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None


def read(request: web.Request, said: str, database: str) -> Asked:
    """Everything else that a request says. Raises `Fault`."""
    named = request.query.get("database") or request.headers.get("X-ClickHouse-Database", "")
    if named not in OURS and named != database:
        raise Fault.ours(81, "UNKNOWN_DATABASE", f"Database {named} does not exist; here is `{database}`")
    text, form, wishes = _without_tail(said)
    form = form or request.query.get("default_format") or request.headers.get("X-ClickHouse-Format") or "TabSeparated"
    if form.lower() not in FORMATS:
        raise Fault.ours(73, "UNKNOWN_FORMAT", f"the format {form} is not here")
    given = {name: value for name, value in request.query.items() if not name.startswith("param_")}
    wishes = {name: value for name, value in given.items() if name not in TRANSPORT} | wishes
    filters = _filters(wishes.pop("additional_table_filters", "{}"))
    caps = {name: _number(name, wishes.pop(name)) for name in CAPPED & wishes.keys()}
    for name, value in wishes.items():
        if not _FREE.fullmatch(name) or not _VALUE.fullmatch(value):
            raise Fault.ours(164, "READONLY", f"Cannot modify '{name}' setting in readonly mode")
    try:
        statement = parse(text)
    except Refused as refused:
        raise Fault.ours(164, "READONLY", f"this door is for reading: {refused}") from None
    parameters = {name[6:]: value for name, value in request.query.items() if name.startswith("param_")}
    return Asked(said, statement, FORMATS[form.lower()], wishes, caps, filters, parameters)


def _without_tail(said: str) -> tuple[str, str, dict[str, str]]:
    """The statement without SETTINGS and FORMAT at its end, in either order: the format, the settings. `readonly` would
    refuse any SETTINGS. What is no such clause stays where it is, and is refused by the guard."""
    text, form, wishes = said, "", dict[str, str]()
    for _ in range(2):
        named = _FORMAT.search(text)
        if named is not None:
            text, form = text[: named.start()].rstrip(), named[1]
        text, more = _without_settings(text)
        wishes |= more
    return text, form, wishes


def _without_settings(text: str) -> tuple[str, dict[str, str]]:
    for word in reversed(list(_SETTINGS.finditer(text))[-MOST_CLAUSES:]):
        at, wishes = word.end(), dict[str, str]()
        while at < len(text) and (pair := _PAIR.match(text, at)) is not None:
            value = pair[2]
            wishes[pair[1]] = _unquoted(value) if value.startswith("'") else value
            at = pair.end()
        if wishes and at == len(text):
            return text[: word.start()].rstrip(), wishes
    return text, {}


def _filters(value: str) -> dict[str, str]:
    """`{'table' : 'expression', …}`. Raises `Fault`."""
    if not _FILTERS.fullmatch(value.strip()):
        raise Fault.ours(62, "SYNTAX_ERROR", "additional_table_filters is {'table' : 'expression', …}")
    return {_unquoted(table): _unquoted(filter_) for table, filter_ in _FILTER.findall(value)}


def _number(name: str, value: str) -> int:
    """In whole numbers; 0 is "no limit", and ours holds. Raises `Fault`."""
    try:
        return max(0, int(float(value)))
    except (ValueError, OverflowError):
        raise Fault.ours(72, "CANNOT_PARSE_NUMBER", f"the setting {name} is a number") from None


def _unquoted(literal: str) -> str:
    return _ESCAPE.sub(lambda found: "'" if found[1] is None else _ESCAPES.get(found[1], found[1]), literal[1:-1])


def quoted(value: str, mark: str = "'") -> str:
    """A literal of ClickHouse, or with a backtick a name."""
    return mark + value.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark
