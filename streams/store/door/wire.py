"""What goes over the wire: formats, the hello, errors in front of an answer and in the middle of one."""

import re
import struct
import zlib

TEXTS = "text/plain; charset=UTF-8"
BYTES = "application/octet-stream"

STREAMED = frozenset({"Native", "RowBinary", "JSONEachRow", "JSONCompactEachRow", "TabSeparated", "TSV", "CSV"})
"""chDB's stream begins a format anew in each piece: only these may be joined. An empty answer of theirs is nothing."""

WHOLE = frozenset(
    {
        *("RowBinaryWithNames", "RowBinaryWithNamesAndTypes", "JSON", "JSONCompact", "JSONStrings"),
        *("JSONCompactStrings", "JSONCompactEachRowWithNames", "JSONCompactEachRowWithNamesAndTypes", "JSONColumns"),
        *("TabSeparatedWithNames", "TSVWithNames", "TabSeparatedWithNamesAndTypes", "TSVWithNamesAndTypes"),
        *("TabSeparatedRaw", "TSVRaw", "CSVWithNames", "CSVWithNamesAndTypes", "Values", "Vertical", "Markdown", "XML"),
        *("Pretty", "PrettyCompact", "PrettyCompactMonoBlock", "PrettySpace", "PrettyNoEscapes", "Null"),
        *("Arrow", "ArrowStream", "Parquet"),
    }
)
"""Made whole, then sent. Formats that read a schema from a file (Protobuf, CapnProto, Template …) are not here."""

FORMATS = {name.lower(): name for name in STREAMED | WHOLE}

HELLO = "SELECT displayName(), version(), revision(), timezone()"
"""What clickhouse-go asks on each new connection, to the letter."""

STATUS = {
    **dict.fromkeys((6, 27, 36, 38, 41, 43, 53, 62, 69, 70, 72, 115, 184, 386), 400),
    **dict.fromkeys((46, 47, 60, 81), 404),
    **dict.fromkeys((164, 192, 193, 497, 516), 403),
    159: 408,
    202: 503,
    194: 401,
    209: 503,
    48: 501,
}
"""HTTP status of ClickHouse's error codes (its `HTTPHandler`); 500 for the rest."""

LONGEST_FAULT = 8000
"""Characters of an error in the middle of an answer: clients look for it in the last 16 kB."""

_CODE = re.compile(r"Code:\s*(\d+)")


class Fault(Exception):
    """What a client is told: `text` as ClickHouse words it, `code` one of its codes."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text

    @classmethod
    def ours(cls, code: int, name: str, text: str) -> "Fault":
        """One of our own."""
        return cls(code, f"Code: {code}. DB::Exception: {text} ({name})")

    @classmethod
    def of_engine(cls, said: str) -> "Fault":
        """What chDB raised: its code stands in the text."""
        text = said.removeprefix("Streaming query failed: ").strip()
        found = _CODE.search(text)
        return cls(int(found[1]), text) if found else cls.ours(1001, "STD_EXCEPTION", text)


def hello(version: str, timezone: str) -> bytes:
    """A Native block of 4 columns, as revision 54460 writes it, that says `revision()` is 0. clickhouse-go reads this
    one answer by its own revision and all later ones by what it is told here: told 0, it reads chDB's bytes as they
    are."""
    values = (
        ("displayName()", "String", _text("leadpulse")),
        ("version()", "String", _text(version)),
        ("revision()", "UInt32", struct.pack("<I", 0)),
        ("timezone()", "String", _text(timezone)),
    )
    columns = b"".join(_text(name) + _text(kind) + b"\x00" + value for name, kind, value in values)
    return b"\x01\x00\x02\xff\xff\xff\xff\x00\x04\x01" + columns  # block info, 4 columns, 1 row


def _text(value: str) -> bytes:
    said = value.encode()
    assert len(said) < 128  # longer ones have two bytes of length
    return bytes([len(said)]) + said


def broken_off(text: str, tag: str) -> bytes:
    """An error after the first byte was sent; `tag` is that of the header `X-ClickHouse-Exception-Tag`."""
    said = text[:LONGEST_FAULT].encode() + b"\n"
    mark = f"\r\n__exception__\r\n{tag}\r\n".encode()
    return mark + said + f"{len(said)} {tag}\r\n__exception__\r\n".encode()


class Packer:
    """gzip piece by piece, or nothing. Each piece is flushed: a client draws rows as they come."""

    def __init__(self, gzip: bool) -> None:
        self._packer = zlib.compressobj(1, wbits=31) if gzip else None

    def add(self, piece: bytes) -> bytes:
        """What to send of it."""
        if self._packer is None:
            return piece
        return self._packer.compress(piece) + self._packer.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        """What to send last."""
        return b"" if self._packer is None else self._packer.flush()
