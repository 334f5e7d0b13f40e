"""How a sender proves itself. Every comparison takes constant time.

A name that is not in the settings is checked against a secret nobody has, by the same way as a known one, so neither
the answer nor its time tells which names exist. An empty secret in the settings admits nobody.
"""

import hashlib
import hmac
import secrets

from pydantic import SecretStr

SIGNATURE = "X-Leadpulse-Signature"
"""`sha256=<hex of HMAC-SHA256 over the raw body>`."""

UNPROVEN = "unknown source, or wrong token, signature or address"
"""What is told to who has not proven himself: nothing of what was wrong."""

_NOBODY = secrets.token_bytes(32)


def is_secret(given: str, expected: SecretStr | None) -> bool:
    """Whether `given` is the secret itself (Telegram's `X-Telegram-Bot-Api-Secret-Token`)."""
    return hmac.compare_digest(_bytes(given), _key(expected))


def is_bearer(authorization: str, expected: SecretStr | None) -> bool:
    """Whether an `Authorization` header carries the token (RFC 6750; the scheme's case does not matter)."""
    scheme, _, token = authorization.partition(" ")
    same = is_secret(token.strip(), expected)
    return scheme.lower() == "bearer" and same


def is_signed(signature: str, body: bytes, key: SecretStr | None) -> bool:
    """Whether `signature` is the HMAC of exactly these bytes."""
    wanted = "sha256=" + hmac.new(_key(key), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(_bytes(signature.strip().lower()), wanted.encode())


def _key(expected: SecretStr | None) -> bytes:
    value = expected.get_secret_value() if expected is not None else ""
    return value.encode() or _NOBODY


def _bytes(header: str) -> bytes:
    return header.encode("utf-8", "surrogateescape")  # aiohttp decodes headers that way: any byte may come
