"""What a request to the read API is answered with."""

from typing import Any

import msgspec
from aiohttp import web


def as_json(value: Any) -> web.Response:
    """Structs, dicts and lists as JSON."""
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
