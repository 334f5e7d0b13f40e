"""What was said in telephone calls: the portal's transcript, else its record, which goes to transcription.

A call that was told is owed its words in the note (`Seen`). The portal's transcript is asked for with growing pauses
for `bitrix.calls_wait`; then, unless one is on its way, the record is fetched. A kill in between asks once more: the
file lies there already, and what is sent has the same ids. Who never gets words is given up after a day and counted.
"""

import asyncio
import hashlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from processors.normalize.bitrix_fields import id_of, millis
from schemas.bitrix import PORTAL, Entity, wrapped
from schemas.codec import Codec, event_id
from schemas.errors import RecordFault, Refused, Transient
from schemas.sources import FromJitsi, Inbound, Recording
from schemas.topics import BITRIX, DAY_MS, RECORDINGS
from streams.engine import metrics
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.engine.retry import WORLD, World
from streams.notify.crm.portal import Row, id_in
from streams.notify.crm.records import Records
from streams.notify.crm.seen import Call, Seen
from streams.notify.outlets.bitrix_client import MOST_COMMANDS, BitrixApi, BitrixRefused
from streams.settings import Bitrix

log = logging.getLogger(__name__)

TRANSCRIPT: Final = "crm.activity.call.getTranscript"
STATISTIC: Final = "voximplant.statistic.get"
FILE: Final = "disk.file.get"
NEEDED: Final = (TRANSCRIPT, STATISTIC, FILE)
"""Methods that the words of calls take, for `leadpulse check`."""
LOOK_SECONDS: Final = 15.0
ROWS_EACH: Final = 10
"""Calls of one question to the statistic: it answers 50 rows, and a call that was passed on has several."""
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 60_000, 3_600_000
"""Pauses double from a minute to an hour: a call has some thirty questions in its day."""
PENDING_MS: Final = 2 * 3_600_000
"""So long a transcript that the portal says is on its way is waited for."""
GIVE_UP_MS: Final = DAY_MS
"""A record that a telephone exchange has not sent to the portal by then will not come."""
KEPT_MS: Final = 90 * DAY_MS
"""A call is remembered as settled for longer than any is fetched (`bitrix.calls_days`)."""
TALKED: Final = "200"
"""`CALL_FAILED_CODE` of a call in which somebody answered."""

_RECORDING: Codec[FromJitsi] = Codec(FromJitsi)
Send = Callable[[list[Output]], Awaitable[None]]


class Calls:
    """The calls of one portal."""

    def __init__(self, bitrix: Bitrix, api: BitrixApi, seen: Seen, send: Send, records: Records, clock: Clock) -> None:
        self._bitrix, self._api, self._seen, self._send = bitrix, api, seen, send
        self._records, self._clock = records, clock

    def owe(self, activities: Iterable[Row]) -> None:
        """Activities that were told: those of them that are calls, and not too old, are to be heard."""
        now, found = self._clock(), list[Call]()
        for row in activities:
            ended = millis(row.get("END_TIME")) or millis(row.get("START_TIME")) or millis(row.get("CREATED"))
            done = id_of(row.get("TYPE_ID")) == "2" and row.get("COMPLETED") in ("Y", True)
            if done and id_in(row) and ended is not None and now - ended <= self._bitrix.calls_days * DAY_MS:
                found.append(Call(id_in(row), ended, msgspec.json.encode(row)))
        if self._bitrix.calls:
            self._seen.owe(found)

    async def run(self, ours: Callable[[], bool], world: World = WORLD) -> None:
        """Look for words for ever, while it is `ours` to ask."""
        while True:
            await world.sleep(LOOK_SECONDS)
            if not ours() or not self._bitrix.calls:
                continue
            try:
                await self.look()
            except (Transient, Refused, sqlite3.Error) as error:
                log.warning("words of calls are looked for later", extra={"error": str(error)})

    async def look(self) -> None:
        """Ask about the calls whose time has come. Raises `Transient`, `Refused`."""
        due = self._seen.calls(self._clock(), MOST_COMMANDS)
        if not due:
            return
        told = await self._api.batch({str(call.id): (TRANSCRIPT, {"activityId": call.id}) for call in due})
        wordless = []
        for call in due:
            if words := _words(told[str(call.id)]):
                await self._tell(call, words)
            else:
                wordless.append(call)
        rows = await self._statistic(wordless)
        for call in wordless:
            try:
                await self._hear(call, rows.get(call.id))
            except Refused as error:
                self._end(call, "refused", str(error))
            except RecordFault as error:  # of this file alone
                self._later(call, str(error))

    async def _tell(self, call: Call, words: str) -> None:
        """The portal's own transcript."""
        fields = msgspec.json.decode(call.fields) | {"TRANSCRIPT": words}
        await self._send([Output(BITRIX.name, *wrapped(_entity(call, fields)))])
        self._end(call, "transcript")

    async def _statistic(self, calls: list[Call]) -> dict[int, Row]:
        """What telephony says of each, the longest talk of those that one call went through. Names of parameters are
        in capitals here: a `filter` is not seen, and all calls of the portal come."""
        if not calls:
            return {}
        ids = [call.id for call in calls]
        chunks = [ids[at : at + ROWS_EACH] for at in range(0, len(ids), ROWS_EACH)]
        asked = {str(n): (STATISTIC, {"FILTER": {"CRM_ACTIVITY_ID": some}}) for n, some in enumerate(chunks)}
        found, rows = dict[int, Row](), list[Row]()
        for answer in (await self._api.batch(asked)).values():
            if isinstance(
                answer, BitrixRefused
            ):  # a webhook without `telephony`; by itself it is no fault of the portal
                log.warning("the statistic of calls is not given", extra={"error": str(answer)})
            else:
                rows += [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []
        for row in sorted(rows, key=lambda row: (_has_record(row), _int(row.get("CALL_DURATION")))):
            found[_int(row.get("CRM_ACTIVITY_ID"))] = row
        return found

    async def _hear(self, call: Call, row: Row | None) -> None:
        """Raises `Refused`, `RecordFault`, `Transient`."""
        age = self._clock() - call.ended
        if row is not None and (_int(row.get("CALL_DURATION")) == 0 or str(row.get("CALL_FAILED_CODE")) != TALKED):
            return self._end(call, "unanswered")
        pending = row is not None and row.get("TRANSCRIPT_PENDING") == "Y" and age < PENDING_MS
        if age < self._bitrix.calls_wait * 1000 or pending or row is None or not _has_record(row):
            return self._later(call)
        name = f"{call.id}-{event_id('call', PORTAL, str(call.id))}"
        day = datetime.fromtimestamp(call.ended / 1000, UTC).strftime("%Y-%m-%d")
        path = await self._records.fetch(await self._address(row), self._records.root / "bitrix" / day / name)
        recording = await asyncio.to_thread(self._recording, call, path, _int(row.get("CALL_DURATION")) * 1000)
        await self._send([Output(RECORDINGS.name, recording.recording_id.encode(), _RECORDING.encode(recording))])
        return self._end(call, "record")

    async def _address(self, row: Row) -> str:
        """Of the file on the portal's disk; else of the telephone exchange. Raises `Refused`, `RecordFault`."""
        if id_ := _int(row.get("RECORD_FILE_ID")):
            file = (await self._api.batch({"file": (FILE, {"id": id_})}))["file"]
            if isinstance(file, BitrixRefused):
                raise RecordFault(str(file))
            url = file.get("DOWNLOAD_URL") if isinstance(file, dict) else None
        else:
            url = row.get("CALL_RECORD_URL")
        if not isinstance(url, str) or not url:
            raise RecordFault("a record without an address")
        return url

    def _recording(self, call: Call, path: Path, duration_ms: int) -> Recording:
        with path.open("rb") as sound:
            digest = hashlib.file_digest(sound, "sha256").hexdigest()
        fields = msgspec.json.decode(call.fields)
        began = millis(fields.get("START_TIME")) or call.ended - duration_ms
        id_ = event_id("bitrix", PORTAL, "record", str(call.id))
        return Recording(
            recording_id=id_,
            session_id=id_,
            file=path.name,
            path=str(path.relative_to(self._records.root)),
            size=path.stat().st_size,
            sha256=digest,
            room="",
            started_at=began,
            ended_at=began + duration_ms,
            duration_ms=duration_ms,
            status="ok",
            said_in=msgspec.json.decode(wrapped(_entity(call, fields))[1], type=Inbound),
        )

    def _later(self, call: Call, why: str = "") -> None:
        now = self._clock()
        if now - call.ended >= GIVE_UP_MS and call.asked:
            return self._end(call, "failed" if why else "none", why)
        if why:
            log.info("a record is fetched later", extra={"call": call.id, "error": why})
        pause = min(FIRST_PAUSE_MS << min(call.asked, 10), LONGEST_PAUSE_MS)
        return self._seen.ask_later(call.id, now + pause)

    def _end(self, call: Call, outcome: str, why: str = "") -> None:
        metrics.TELEPHONE_CALLS.labels(outcome).inc()
        if why:
            log.warning("a call stays without words", extra={"call": call.id, "error": why})
        self._seen.settled(call.id, self._clock() - KEPT_MS)


def _entity(call: Call, fields: Any) -> Entity:
    return Entity("call", str(call.id), msgspec.Raw(msgspec.json.encode(fields)))


def _words(told: Any) -> str:
    """Of an answer; empty where there are none yet, or nobody may read them."""
    text = told.get("transcription") if isinstance(told, dict) else None
    return text.strip() if isinstance(text, str) else ""


def _has_record(row: Row) -> bool:
    return bool(_int(row.get("RECORD_FILE_ID")) or row.get("CALL_RECORD_URL"))


def _int(value: Any) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else 0
