"""The cookies: who is signed in, and which browser asked to be, by the bot or by a key."""

import hashlib
import secrets
from typing import Final

from aiohttp import web

SESSION: Final = "__Host-lp"
LOGIN: Final = "__Host-lp-login"
KEY: Final = "__Host-lp-key"
"""`__Host-`: the browser takes them only with Secure, for our own name and for every path. Chromium and Firefox take
that from http://localhost too, which counts as a safe origin."""
BYTES: Final = 32


def new_secret() -> str:
    """256 random bits, url-safe."""
    return secrets.token_urlsafe(BYTES)


def digest(secret: str) -> str:
    """What is kept of a secret: its SHA-256, 64 hex digits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def put(answer: web.StreamResponse, name: str, value: str, seconds: float) -> None:
    """Set a cookie for so long."""
    answer.set_cookie(name, value, max_age=int(seconds), path="/", secure=True, httponly=True, samesite="Lax")


def drop(answer: web.StreamResponse, name: str) -> None:
    """Take it back."""
    answer.del_cookie(name, path="/", secure=True, httponly=True, samesite="Lax")
