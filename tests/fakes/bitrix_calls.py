"""Telephony and disk of the fake portal (b24restdocs: `crm.activity.call.getTranscript`, `voximplant.statistic.get`,
`disk.file.get`).

A transcript that is not ready is `null`. The statistic knows its filter in capitals only: of a `filter` it sees nothing
and tells of all calls. A file's address carries a token; its answer is a redirect to where the file lies.
"""

from typing import Any

from aiohttp import web

from tests.fakes.bitrix_crm import PAGE, Method, Refusal

TOKEN = "d0wnl0adt0ken"


class FakeTelephony:
    """`transcripts` by activity; `calls`: rows of the statistic; `files` by id: content and type, None: it is gone."""

    def __init__(self) -> None:
        self.transcripts: dict[int, str | None] = {}
        self.calls: list[dict[str, Any]] = []
        self.files: dict[int, tuple[bytes, str] | None] = {}
        self.missing: set[str] = set()
        self.fetched = 0
        self.address = ""
        methods: dict[str, Method] = {
            "crm.activity.call.getTranscript": self._transcript,
            "voximplant.statistic.get": self._statistic,
            "disk.file.get": self._file,
        }
        self.methods = {name: self._allowed(name, method) for name, method in methods.items()}

    def call(self, activity: int, **fields: Any) -> None:
        """A call that somebody answered, as the statistic has it: strings, and numbers in some fields."""
        row = {"CALL_FAILED_CODE": "200", "CALL_DURATION": "95", "CALL_RECORD_URL": None, "RECORD_FILE_ID": None}
        self.calls.append({"CRM_ACTIVITY_ID": str(activity), "TRANSCRIPT_PENDING": "N"} | row | fields)

    def _allowed(self, name: str, method: Method) -> Method:
        def ask(params: dict[str, Any]) -> dict[str, Any]:
            if name in self.missing:
                raise Refusal("insufficient_scope", "The request requires higher privileges than provided")
            return method(params)

        return ask

    def _transcript(self, params: dict[str, Any]) -> dict[str, Any]:
        text = self.transcripts.get(int(params["activityId"]))
        return {"result": None if text is None else {"transcription": text}}

    def _statistic(self, params: dict[str, Any]) -> dict[str, Any]:
        among = (params.get("FILTER") or {}).get("CRM_ACTIVITY_ID")
        wanted = {str(one) for one in (among.values() if isinstance(among, dict) else among or ())}
        rows = [row for row in self.calls if among is None or row["CRM_ACTIVITY_ID"] in wanted]
        return {"result": rows[:PAGE], "total": len(rows)} | ({"next": PAGE} if len(rows) > PAGE else {})

    def _file(self, params: dict[str, Any]) -> dict[str, Any]:
        id_ = int(params["id"])
        if id_ not in self.files:
            raise Refusal("ERROR_NOT_FOUND", "Could not find entity with id")
        address = f"{self.address}/rest/download.json?id={id_}&token={TOKEN}"
        return {"result": {"ID": str(id_), "NAME": "call.mp3", "SIZE": "1", "DOWNLOAD_URL": address}}

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The address that `disk.file.get` gave."""
        if request.query.get("token") != TOKEN:
            return web.Response(status=401, text="no token", content_type="text/html")
        raise web.HTTPFound(f"/cdn/{request.query['id']}?token={TOKEN}")

    async def stored(self, request: web.Request) -> web.StreamResponse:
        """Where the file lies."""
        self.fetched += 1
        found = self.files.get(int(request.match_info["id"]))
        if found is None:
            return web.Response(status=404, text="<html>", content_type="text/html")
        headers = {"Content-Disposition": 'attachment; filename="call.MP3"'}
        return web.Response(body=found[0], content_type=found[1], headers=headers)
