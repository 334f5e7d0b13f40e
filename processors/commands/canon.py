"""The bytes that are signed, and their digests. Pure.

Canonical JSON: sorted keys, no spaces, UTF-8, text in NFC, whole numbers only. Who verifies takes the bytes that came,
never bytes that he has made anew.
"""

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Final

import msgspec

from schemas.codec import Rejected
from schemas.commands import Command, CommandId, Digest, Param

DOMAIN: Final = b"leadpulse-command-v1\0"
DEFINITION: Final = b"leadpulse-definition-v1\0"
LONGEST: Final = 16_384
"""Bytes of a body."""

_COMMAND: Final = msgspec.json.Decoder(Command)


def canonical(value: object) -> bytes:
    """Of str, int, bool, None, lists, dicts with text keys, and structs of them. Raises `ValueError` for a float, text
    that is not UTF-8 or two keys that are one in NFC."""
    return msgspec.json.encode(_plain(msgspec.to_builtins(value)), order="sorted")


def _plain(value: object) -> object:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case bool() | int() | None:
            return value
        case list():
            return [_plain(one) for one in value]
        case dict():
            made = {_plain(key): _plain(one) for key, one in value.items()}
            if len(made) != len(value) or not all(isinstance(key, str) for key in made):
                raise ValueError("keys are texts, each once")
            return made
        case _:
            raise ValueError(f"{type(value).__name__} has no canonical form")


def digest(body: bytes) -> Digest:
    """Of a command's signed bytes."""
    return hashlib.sha256(DOMAIN + body).hexdigest()


def definition_digest(text: str) -> Digest:
    """Of a definition's YAML, exactly as it was shown to the administrator."""
    return hashlib.sha256(DEFINITION + text.encode()).hexdigest()


def command_id(name: str, lead_id: str, trigger_id: str, params: Mapping[str, Param]) -> CommandId:
    """The same wish on the same occasion is the same command."""
    return hashlib.sha256(DOMAIN + canonical([name, lead_id, trigger_id, dict(params)])).hexdigest()[:16]


def encoded(command: Command) -> bytes:
    """The bytes to sign. Raises `ValueError` as `canonical`."""
    return canonical(command)


def read(body: str) -> Command | Rejected:
    """The command of signed bytes; `Rejected` for what is no command, or not in canonical form. Never raises."""
    raw = body.encode(errors="surrogatepass")
    if len(raw) > LONGEST:
        return Rejected("body is too long")
    try:
        command = _COMMAND.decode(raw)
        if encoded(command) != raw:
            return Rejected("body is not in canonical form")
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        return Rejected(str(error), type(error).__name__)
    return command
