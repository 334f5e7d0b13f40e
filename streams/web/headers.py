"""What every answer says to the browser, and whether a write comes from our own page."""

import hashlib
import hmac
from typing import Final

from aiohttp import web

LOADS: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, no inline script or style, in nobody's frame."""

SECURITY: Final = {
    "Content-Security-Policy": LOADS,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

FORM_TOKEN: Final = "form_token"
"""Field of a plain form, which cannot set a header."""


def protect(answer: web.StreamResponse) -> None:
    """Add the headers; pages with data are kept by nobody."""
    for name, value in SECURITY.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Cache-Control", "no-store")


def same_site(request: web.Request, public_url: str) -> bool:
    """Whether our own page sent it: the browser says so, or its `Origin` is ours (Safari before 16.4 only has that).

    `public_url` is empty where there is none; then the `Host` of the request is.
    """
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said == "same-origin"
    ours = public_url or f"http://{request.host}"
    return request.headers.get("Origin", "").lower() == ours.lower()


def form_token(cookie: str) -> str:
    """What a form of the holder of this cookie carries: nobody else can know it."""
    return hashlib.sha256(b"leadpulse-form\0" + cookie.encode("utf-8", "surrogateescape")).hexdigest()


def has_form_token(given: str, cookie: str) -> bool:
    """Constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), form_token(cookie).encode())
