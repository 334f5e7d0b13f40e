"""Keys that our processes sign with, proposals, what people answer and what became of calls: the private part in a file
of this machine, the public one on `command.defs`.

A file is `NAME.key` in the folder `commands.keys`, for its owner only: 32 bytes, base64url without padding (RFC 8032).
The id of a key follows from its public part, so nobody can register another's id.
"""

import base64
import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, get_args

from aiokafka import ConsumerRecord
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from msgspec.structs import replace

from processors.russian.system import os_reason
from schemas.command_codecs import DEFINITION
from schemas.command_defs import Signer, SigningKey
from schemas.errors import ConfigError
from schemas.topics import COMMAND_DEFS, DAY_MS
from schemas.types import Millis
from streams.engine.followed import read_through
from streams.engine.kafka import Output, Outputs
from streams.settings import Kafka

EVERY: Final[tuple[Signer, ...]] = get_args(Signer)


OVERLAP_MS: Final = 7 * DAY_MS
"""So long the former key counts beside a new one: a process that has it still may be on another machine."""
SKEW_MS: Final = 60_000
"""A key counts from a minute before it was made: the broker's clock says when a proposal came, not ours."""
OTHERS: Final = 0o007
"""Rights of those who are neither the owner nor of his group, which a mounted secret may belong to."""
SEED: Final = 32


@dataclass(frozen=True, slots=True)
class SigningKeyPair:
    """`private`, `public`: Ed25519, base64url without padding."""

    who: Signer
    key_id: str
    public: str
    private: str = field(repr=False)


def file_of(folder: Path, who: Signer) -> Path:
    """Where the private part is."""
    return folder / f"{who}.key"


def load_key(folder: Path, who: Signer) -> SigningKeyPair:
    """The key as it is now: read it anew for each signature, so that a new one counts at once (0.1 ms).

    Raises `ConfigError`, in words for `/readyz`, when there is none or it is no secret.
    """
    path = file_of(folder, who)
    try:
        if path.stat().st_mode & OTHERS:
            raise ConfigError(
                f"{path}: ключ подписи могут читать посторонние; chmod 600, а лучше leadpulse keys new {who}"
            )
        return _pair(who, path.read_text().strip())
    except FileNotFoundError as error:
        raise ConfigError(f"нет ключа подписи {path}: leadpulse keys new {who}") from error
    except OSError as error:
        raise ConfigError(f"{path}: {os_reason(error)}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: это не ключ подписи; новый: leadpulse keys new {who}") from error


def usable_key(folder: Path, who: Signer, known: Mapping[str, SigningKey], at: Millis) -> SigningKeyPair:
    """As `load_key`; raises `ConfigError`, too, where others would not believe what it signs. `known`: the keys of
    `command.defs`."""
    key = load_key(folder, who)
    public = known.get(key.key_id)
    if public is None or public.who != who:
        raise ConfigError(f"ключ подписи {key.key_id} никому не объявлен: leadpulse keys new {who}")
    if public.revoked_at or (public.until and public.until < at):
        state = "отозван" if public.revoked_at else "заменён другим, и его срок вышел"
        raise ConfigError(f"ключ подписи {key.key_id} {state}: нужен новый, leadpulse keys new {who}")
    return key


def unusable(folder: Path, who: Signer, known: Mapping[str, SigningKey], at: Millis) -> str:
    """Why `usable_key` gives none, for `/readyz`; nothing when all is well."""
    try:
        usable_key(folder, who, known, at)
    except ConfigError as error:
        return str(error)
    return ""


def made_key(folder: Path, who: Signer) -> SigningKeyPair:
    """The key of the folder, made if there is none: of two at once one wins. Raises `ConfigError`."""
    path = file_of(folder, who)
    if not path.exists():
        draft = _draft(folder, who, _new())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return load_key(folder, who)


async def ensure(kafka: Kafka, folder: Path, at: Millis, whose: Iterable[Signer] = EVERY) -> None:
    """Have keys and have them known, as an installation on one machine needs it: what is there stays.

    A key that was revoked is not declared again. Raises `ConfigError`, `Transient`.
    """
    keys = [made_key(folder, who) for who in whose]
    known = await known_keys(kafka)
    await _write(kafka, [change for key in keys if key.key_id not in known for change in declared(key, known, at)])


async def renew(kafka: Kafka, folder: Path, who: Signer, at: Millis) -> tuple[SigningKeyPair, list[SigningKey]]:
    """A new key instead of the folder's; the former ones count for `OVERLAP_MS` more. Gives it and them.

    It is declared before its file is there: killed in between, there is a key that nobody has. Raises `ConfigError`,
    `Transient`.
    """
    private = _new()
    key, known = _pair(who, private), await known_keys(kafka)
    changes = declared(key, known, at)
    draft = _draft(folder, who, private)
    try:
        await _write(kafka, changes[:1])
        draft.replace(file_of(folder, who))
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    await _write(kafka, changes[1:])
    return key, changes[1:]


async def revoke(kafka: Kafka, key: SigningKey, at: Millis) -> None:
    """From now on it counts for nothing. Raises `Transient`."""
    await _write(kafka, [replace(key, revoked_at=at)])


def declared(key: SigningKeyPair, known: Mapping[str, SigningKey], at: Millis) -> list[SigningKey]:
    """What makes `key` the one of its `who`: it first, then the former ones with the end of their time."""
    former = [
        replace(other, until=at + OVERLAP_MS)
        for other in known.values()
        if other.who == key.who and other.key_id != key.key_id and not (other.until or other.revoked_at)
    ]
    return [SigningKey(key_id=key.key_id, who=key.who, public=key.public, since=at - SKEW_MS), *former]


async def known_keys(kafka: Kafka) -> dict[str, SigningKey]:
    """The keys that stand on `command.defs`. Raises `Transient`."""
    known: dict[str, SigningKey] = {}

    def put(record: ConsumerRecord) -> None:
        value = None if record.value is None else DEFINITION.decode(record.value)
        if isinstance(value, SigningKey):
            known[value.key_id] = value

    await read_through(kafka, COMMAND_DEFS, put)
    return known


def key_id(public: bytes) -> str:
    """Of a public part (32 bytes)."""
    return hashlib.sha256(public).hexdigest()[:16]


def _new() -> str:
    private = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return _text(private)


def _pair(who: Signer, private: str) -> SigningKeyPair:
    """Raises `ValueError`."""
    seed = base64.urlsafe_b64decode(private + "=" * (-len(private) % 4))
    if len(seed) != SEED:
        raise ValueError("not 32 bytes")
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return SigningKeyPair(who, key_id(public), _text(public), private)


def _draft(folder: Path, who: Signer, private: str) -> Path:
    draft = folder / f".{who}-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(private)
    except OSError as error:
        raise ConfigError(f"{folder} (commands.keys): {os_reason(error)}") from error
    return draft


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def _write(kafka: Kafka, keys: list[SigningKey]) -> None:
    outputs = Outputs(kafka)
    try:
        await outputs.send(
            Output(COMMAND_DEFS.name, f"key/{key.key_id}".encode(), DEFINITION.encode(key)) for key in keys
        )
    finally:
        await outputs.stop()
