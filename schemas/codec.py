"""Bytes to values and back. Decoding never raises: what cannot be read is the value `Rejected`."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar, cast

import msgspec

from schemas.events import Event
from schemas.minutes import MinutesRequest
from schemas.types import EventId

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a record cannot be used. It goes to `dead.letters`, never into a retry."""

    reason: str
    error_class: str = "ValidationError"


class _Coding(Generic[T]):
    """One type, in one form. Decoders are made once: making one costs more than a thousand decodings."""

    _decoder: msgspec.json.Decoder[T] | msgspec.msgpack.Decoder[T]
    _encoder: msgspec.json.Encoder | msgspec.msgpack.Encoder

    def decode(self, data: bytes | None) -> T | Rejected:
        """The value in `data`, or why there is none. Never raises."""
        if data is None:
            return Rejected("record has no value", "EmptyRecord")
        try:
            return self._decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return Rejected(str(error), type(error).__name__)

    def encode(self, value: T) -> bytes:
        """Compact."""
        return self._encoder.encode(value)


class Codec(_Coding[T]):
    """JSON codec of one type."""

    _decoder: msgspec.json.Decoder[T]

    def __init__(self, type_: object) -> None:
        self._decoder, self._encoder = msgspec.json.Decoder(type_), msgspec.json.Encoder()

    def decode_lines(self, data: bytes) -> Sequence[T]:
        """The values of many lines (JSONL) at once; none when any of them has none: ask each by itself (`decode`)."""
        try:
            return self._decoder.decode_lines(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ()


class Packed(_Coding[T]):
    """MessagePack codec of one type: for bytes, which JSON makes a third larger."""

    def __init__(self, type_: object) -> None:
        self._decoder, self._encoder = msgspec.msgpack.Decoder(type_), msgspec.msgpack.Encoder()


EVENT: Codec[Event] = Codec(Event)
MINUTES_REQUEST: Codec[MinutesRequest] = Codec(MinutesRequest)


def decode(data: bytes | None) -> Event | Rejected:
    """A `lead.events` record. Never raises."""
    return EVENT.decode(data)


def encode(event: Event) -> bytes:
    """An event as it stands on `lead.events`."""
    return EVENT.encode(event)


def event_id(source: str, *parts: str | int) -> EventId:
    """The deterministic id of what `source` calls `parts` (its own id, and the version where it has one)."""
    text = "\x1f".join([source, *map(str, parts)])
    return blake2b(text.encode(), digest_size=8).hexdigest()


def to_builtins(value: object) -> dict[str, object]:
    """A struct as a plain dict, for templates and HTTP answers."""
    return cast("dict[str, object]", msgspec.to_builtins(value))
