"""Static files: each under a name that holds its digest, so that a browser keeps it for ever and never an old one."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aiohttp import web

FOLDER: Final = Path(__file__).parent / "static"
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""Allow list: what is no such file is not served (`vendor.lock`)."""
FOR_EVER: Final = "public, max-age=31536000, immutable"


class Assets:
    """All of them in memory (about 120 kB), read once at the start."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._names: dict[str, str] = {}
        self._files: dict[str, tuple[bytes, str]] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix in KINDS:
                content = path.read_bytes()
                digest = hashlib.sha256(content).hexdigest()[:12]
                name = path.relative_to(folder).as_posix()
                hashed = f"{path.stem}.{digest}{path.suffix}"
                self._names[name], self._files[hashed] = f"/static/{hashed}", (content, KINDS[path.suffix])

    @property
    def names(self) -> Mapping[str, str]:
        """`app.css` to the path that a page links."""
        return self._names

    def url(self, name: str) -> str:
        """The path of a file of `static/`. Raises KeyError for a typing error in a template."""
        return self._names[name]

    async def serve(self, request: web.Request) -> web.Response:
        """GET /static/{file}."""
        found = self._files.get(request.match_info["file"])
        if found is None:
            raise web.HTTPNotFound
        content, kind = found
        answer = web.Response(body=content, content_type=kind, charset="utf-8", headers={"Cache-Control": FOR_EVER})
        answer.enable_compression()
        return answer
