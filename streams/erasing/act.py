"""The act of an erasure as JSON, signed: who holds the public key can tell that nobody has changed it."""

import base64
import os
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from alerting.erasure import act_page
from processors.privacy import erasing
from processors.russian.system import os_reason
from schemas.erasures import Erasure
from schemas.errors import ConfigError
from schemas.topics import TopicSpec
from streams.engine.files import write_whole

DOMAIN = b"leadpulse-erasure-act-v1\0"
KEY = "key.pem"
"""In the folder of acts, for its owner only; made with the first act."""


class Signed(msgspec.Struct, frozen=True):
    """`act` is the erasure as it ended and the topics with the day by which words are gone, as canonical JSON text;
    `signature` (Ed25519 over `DOMAIN` and that text) and `public_key` are base64."""

    act: str
    public_key: str
    signature: str


def signed(folder: Path, one: Erasure, until: Sequence[tuple[str, date]]) -> Signed:
    """By the key of the folder, which is made if it is not there. Raises `ConfigError`."""
    told = msgspec.to_builtins(one) | {"topics_until": {topic: str(day) for topic, day in until}}
    text = msgspec.json.encode(told, order="sorted").decode()
    key = _key(folder)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = key.sign(DOMAIN + text.encode())
    return Signed(text, base64.b64encode(public).decode(), base64.b64encode(signature).decode())


def written(folder: Path, one: Erasure, topics: Iterable[TopicSpec]) -> Path:
    """The act as a page, and signed as JSON beside it; the page. Raises `ConfigError`."""
    until = erasing.ends(one.ended_at, topics)
    made = signed(folder, one, until)
    page = folder / f"{one.erasure_id}.html"
    try:
        write_whole(folder / f"{one.erasure_id}.json", msgspec.json.encode(made))
        write_whole(page, act_page(one, until, made.public_key).encode())
    except OSError as error:
        raise ConfigError(f"{folder}: {os_reason(error)}") from error
    return page


def verified(made: Signed) -> None:
    """Raises `cryptography.exceptions.InvalidSignature`."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(made.public_key))
    key.verify(base64.b64decode(made.signature), DOMAIN + made.act.encode())


def _key(folder: Path) -> Ed25519PrivateKey:
    path = folder / KEY
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(pem)
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: ключ подписи не читается") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{path}: это не ключ Ed25519")
    return key
