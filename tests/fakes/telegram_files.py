"""Files of the Bot API: `getFile` gives a path, under which the file is fetched; nothing larger than 20 MB."""

from typing import Any

from aiohttp import web

from tests.fakes.botapi import BadRequest

LARGEST = 20 << 20


class Files:
    """What people have sent. `gone`: paths whose link has died; a new `getFile` gives another one."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.content: dict[str, bytes] = {}
        self.gone: set[str] = set()
        self._told = 0

    def put(self, file_id: str, content: bytes) -> dict[str, Any]:
        """A file as a message tells of it."""
        self.content[file_id] = content
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(content)}

    def told(self, file_id: str) -> dict[str, Any]:
        """getFile."""
        if file_id not in self.content:
            raise BadRequest("wrong file_id or the file is temporarily unavailable")
        if len(self.content[file_id]) > LARGEST:
            raise BadRequest("file is too big")
        self._told += 1
        return {**self.put(file_id, self.content[file_id]), "file_path": f"voice/{file_id}/{self._told}.oga"}

    def routes(self) -> list[web.RouteDef]:
        """Where the links lead."""
        return [web.get("/file/bot{token}/{path:.+}", self._give)]

    async def _give(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        content = self.content.get(path.split("/")[1]) if path.count("/") == 2 else None
        if request.match_info["token"] != self._token or path in self.gone or content is None:
            return web.Response(status=404)
        return web.Response(body=content)
