"""From `mod_lead_autorecord` in Prosody: `POST /hooks/jitsi` with reports (a list of `schemas.sources.RoomReport`), and
`POST /hooks/jitsi/lead`, the question whether the lead in a room's name is known.
"""

import msgspec
from aiohttp import web

from schemas.codec import Codec, Rejected
from schemas.sources import RoomReport
from schemas.topics import OBJECTIONS, RECORDINGS
from schemas.types import LeadId
from streams.engine.kafka import Output
from streams.engine.leads import Known
from streams.gateway.auth import is_bearer
from streams.gateway.body import Bodies, proven, utf8
from streams.gateway.intake import Intake
from streams.settings import Gateway

QUESTION_BYTES = 1024


class Question(msgspec.Struct):
    """Whether this id is a lead's."""

    lead_id: LeadId


_QUESTION: Codec[Question] = Codec(Question)
_REPORTS: Codec[list[RoomReport]] = Codec(list[RoomReport])
_REPORT: Codec[RoomReport] = Codec(RoomReport)


class JitsiEntrance:
    """Takes what happens in prefixed rooms: all of a request, or nothing."""

    def __init__(self, settings: Gateway, intake: Intake) -> None:
        self._settings, self._intake = settings, intake
        self._bodies = Bodies(proven(settings))

    async def take(self, request: web.Request) -> web.Response:
        """200 `{"accepted": n}` after the broker's ack of all n. Raises 400, 401, 408, 413, 429, 503."""
        if not is_bearer(request.headers.get("Authorization", ""), self._settings.jitsi_token):
            raise web.HTTPUnauthorized(text="wrong token")
        self._intake.check()
        reports = _REPORTS.decode(utf8(await self._bodies.read(request)))
        if isinstance(reports, Rejected):
            raise web.HTTPBadRequest(text=reports.reason)
        if not all(report.id and report.room and report.meeting_id for report in reports):
            raise web.HTTPBadRequest(text="`id`, `room` and `meeting_id` must not be empty")
        if any(report.happening == "recording_deleted" or report.recording_id for report in reports):
            raise web.HTTPBadRequest(text="`recording_deleted` is not for a room to tell")
        objections = [report for report in reports if report.happening == "objected"]
        outputs = [Output(OBJECTIONS.name, r.id.encode(), _REPORT.encode(r)) for r in objections]
        outputs += [Output(RECORDINGS.name, r.room.encode(), _REPORT.encode(r)) for r in reports]
        await self._intake.put(outputs)
        return web.json_response({"accepted": len(reports)})


class LeadEntrance:
    """Says what is known of a lead id; needs nothing but memory, so that a room has its answer in time."""

    def __init__(self, settings: Gateway, known: Known) -> None:
        self._settings, self._known = settings, known
        self._bodies = Bodies(proven(settings, QUESTION_BYTES))

    async def take(self, request: web.Request) -> web.Response:
        """200 `{"known": true}`, `false`, or `null` when nobody can say. Raises 400, 401, 408, 413, 429."""
        if not is_bearer(request.headers.get("Authorization", ""), self._settings.jitsi_token):
            raise web.HTTPUnauthorized(text="wrong token")
        question = _QUESTION.decode(await self._bodies.read(request))
        if isinstance(question, Rejected):
            raise web.HTTPBadRequest(text=question.reason)
        return web.json_response({"known": self._known(question.lead_id)})
