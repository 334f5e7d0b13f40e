"""One room as Jicofo sees it: who may what there, its answers to start and stop IQs, and the status that it tells.

Facts of the answers and of the presence: research page jitsi.md 2.1 and 2.2 (jitsi/jicofo `BaseJibri.kt`), and what a
real Jicofo did ("Found on a real Jicofo since"): it never tells `pending`; it answers when Jibri has (`late`); for
`settling` seconds after it joined it knows no recorder (`item-not-found`); a room has one session, streams included
(`stream`), from the moment of the IQ; when the last person leaves it stops and tells a plain `off`, begun or not;
another Jibri takes over under the same session id while `on` stays, so that only the recorders in the room
(`guest.recorder`) show it.
"""

import asyncio
import json
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal
from xml.etree import ElementTree as ET

from tests.installation import until
from tests.prosody.client import MUC, MUC_USER, Client
from tests.prosody.server import RECORDERS

JIBRI = "http://jitsi.org/protocol/jibri"
Grant = Literal["first", "all", "none"]
LATE_SECONDS = 0.6
"""Longer than the module waits for an answer in the hasty domain."""
RELEASE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Start:
    """A start IQ: the moderator's nick, what Jibri writes into `metadata.json`, the JID it was sent to, and its id."""

    moderator: str
    metadata: dict[str, Any]
    to: str
    id: str


@dataclass(slots=True)
class Conference:
    """One room as Jicofo sees it. `answers` are taken one by one, then `on`.

    An answer is `on` (accepted, and recording at once), `early` (the same, but the presence overtakes the answer), `ok`
    (accepted, the test tells what comes), `late` (accepted after `LATE_SECONDS`, then on), `silence`, or an error
    condition. Without an answer of the script, who is no moderator gets `not-allowed`, as from the real one.
    """

    focus: Client
    room: str
    grant: Grant = "first"
    answers: deque[str] = field(default_factory=deque)
    starts: list[Start] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    recorders: set[str] = field(default_factory=set)
    session: str = ""
    streaming: str = ""
    status: str = ""
    stop_answers: deque[str] = field(default_factory=deque)
    stops: list[str] = field(default_factory=list)
    settling: float = 0.0
    joined: float = 0.0
    metadata: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Whose, and what, of each time the room's metadata were told."""

    def exported(self) -> str:
        """The meeting whose sound the bridge is to send now; empty where none."""
        last = self.metadata[-1][1] if self.metadata else {}
        is_on = last.get("asyncTranscription") and (last.get("recording") or {}).get("isTranscribingEnabled")
        return str(last["transcription"]["urlParams"]["meeting"]) if is_on else ""

    async def exports(self, wanted: bool) -> str:
        """Wait until it is so."""

        async def so() -> bool:
            return bool(self.exported()) is wanted and bool(self.metadata)

        await until(so, 10, f"export {wanted} in {self.room}: {self.metadata}", pause=0.005)
        return self.exported()

    async def join(self) -> None:
        """Come in, as Jicofo does before anybody else."""
        self.focus.send(f'<presence to="{self.room}/focus"><x xmlns="{MUC}"/>{self.status}</presence>')

        async def here() -> bool:
            return "focus" in self.roles

        await until(here, 10, "the focus is in the room", pause=0.005)
        self.joined = asyncio.get_running_loop().time()

    async def leave(self) -> None:
        """Go, as Jicofo does when it is restarted; a recording is forgotten with it."""
        self.focus.send(f'<presence to="{self.room}/focus" type="unavailable"/>')

        async def gone() -> bool:
            return "focus" not in self.roles

        await until(gone, 10, "the focus is out of the room", pause=0.005)
        self.session = self.streaming = self.status = ""

    async def started(self, times: int) -> Start:
        """Wait for the start IQ number `times` and give it."""

        async def enough() -> bool:
            return len(self.starts) >= times

        await until(enough, 10, f"{times} start IQs in {self.room}, have {len(self.starts)}", pause=0.005)
        return self.starts[times - 1]

    async def is_on(self) -> None:
        """Wait until the room was told that it is recorded."""

        async def so() -> bool:
            return 'status="on"' in self.status

        await until(so, 10, f"recording in {self.room}", pause=0.005)

    async def moderated(self, nick: str) -> None:
        """Wait until `nick` is a moderator: who is in the room is none yet."""

        async def so() -> bool:
            return self.roles.get(nick) == "moderator"

        await until(so, 10, f"{nick} moderates {self.room}: {self.roles}", pause=0.005)

    def tell(self, status: str, **attributes: str) -> None:
        """Publish the status of the recording, as `on`, or `off` with `initiator` or `failure_reason`."""
        self._publish("file", status, self.session, attributes)
        if status == "off":
            self.session = ""

    def stream(self, status: str) -> None:
        """A person starts (`on`) or ends (`off`) a live stream; it takes the room's only session."""
        if status == "on" or not self.streaming:
            self.streaming = str(uuid.uuid4())
        self._publish("stream", status, self.streaming, {})
        if status == "off":  # the presence is out a moment before the place is free
            asyncio.get_running_loop().call_later(RELEASE_SECONDS, self._release, self.streaming)

    def repeat(self) -> None:
        """Send the last presence again, as Jicofo does for many reasons."""
        self.focus.send(f'<presence to="{self.room}/focus">{self.status}</presence>')

    def make_moderator(self, jid: str) -> None:
        """Grant `owner`, as Jicofo does after a join."""
        item = f'<item affiliation="owner" jid="{jid.partition("/")[0]}"/>'
        self.focus.send(
            f'<iq type="set" id="{uuid.uuid4().hex}" to="{self.room}"><query xmlns="{MUC}#admin">{item}</query></iq>'
        )

    def see(self, nick: str, presence: ET.Element) -> None:
        """Follow who is here and may what."""
        if presence.get("type") == "unavailable":
            self.roles.pop(nick, None)
            self.recorders.discard(nick)
            if self.session and not self.roles.keys() - self.recorders - {"focus"}:
                self.tell("off")
            return
        item = presence.find(f"{{{MUC_USER}}}x/{{{MUC_USER}}}item")
        new = nick not in self.roles
        self.roles[nick] = item.get("role", "") if item is not None else ""
        if item is not None and f"@{RECORDERS}/" in item.get("jid", ""):
            self.recorders.add(nick)
            return
        if not new or nick == "focus" or item is None or self.grant == "none":
            return
        if self.grant == "all" or not any(role == "moderator" for who, role in self.roles.items() if who != "focus"):
            self.make_moderator(item.get("jid", ""))

    def answer(self, iq: ET.Element, jibri: ET.Element) -> None:
        """Take a start IQ."""
        sender = iq.get("from", "")
        nick = sender.partition("/")[2]
        metadata = json.loads(jibri.get("app_data", "{}"))["file_recording_metadata"]
        self.starts.append(Start(nick, metadata, iq.get("to", ""), iq.get("id", "")))
        answer = self._decide(nick)
        if answer == "silence":
            return
        head = f'to="{sender}" id="{iq.get("id")}"'
        if answer not in ("on", "early", "late", "ok"):
            self.refuse(self.starts[-1], answer)
            return
        self.session = str(uuid.uuid4())
        if answer == "early":
            self.tell("on", initiator=sender)
        if answer == "late":
            asyncio.get_running_loop().call_later(LATE_SECONDS, self._accept, head, sender, self.session)
            return
        self.focus.send(f'<iq type="result" {head}><jibri xmlns="{JIBRI}" session_id="{self.session}"/></iq>')
        if answer == "on":
            self.tell("on", initiator=sender)

    def stop(self, iq: ET.Element, jibri: ET.Element) -> None:
        """Take a stop IQ, a moderator's and of the session that is on (jitsi/jicofo `BaseJibri.kt`). `stop_answers`:
        `silence` or an error condition, one by one; then it stops."""
        sender, head = iq.get("from", ""), f'to="{iq.get("from")}" id="{iq.get("id")}"'
        self.stops.append(jibri.get("session_id", ""))
        answer = self.stop_answers.popleft() if self.stop_answers else ""
        if answer == "silence":
            return
        if not answer and self.roles.get(sender.partition("/")[2]) != "moderator":
            answer = "not-allowed"
        if not answer and (not self.session or jibri.get("session_id") != self.session):
            answer = "item-not-found"
        if answer:
            error = f'<{answer} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>'
            self.focus.send(f'<iq type="error" {head}><error type="cancel">{error}</error></iq>')
            return
        self.focus.send(f'<iq type="result" {head}><jibri xmlns="{JIBRI}" session_id="{self.session}"/></iq>')
        self.tell("off", initiator=sender)

    def refuse(self, start: Start, condition: str) -> None:
        """Answer a start IQ with an error."""
        head = f'to="{self.room}/{start.moderator}" id="{start.id}"'
        error = f'<{condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>'
        self.focus.send(f'<iq type="error" {head}><error type="wait">{error}</error></iq>')

    def _accept(self, head: str, sender: str, session: str) -> None:
        self.focus.send(f'<iq type="result" {head}><jibri xmlns="{JIBRI}" session_id="{session}"/></iq>')
        if self.session == session:
            self.tell("on", initiator=sender)

    def _release(self, stream: str) -> None:
        if self.streaming == stream:  # and not one that has begun since
            self.streaming = ""

    def _publish(self, mode: str, status: str, session: str, attributes: dict[str, str]) -> None:
        said = {"xmlns": JIBRI, "status": status, "session_id": session, "recording_mode": mode}
        self.status = ET.tostring(ET.Element("jibri-recording-status", said | attributes), encoding="unicode")
        self.repeat()

    def _decide(self, nick: str) -> str:
        if asyncio.get_running_loop().time() < self.joined + self.settling:
            return "item-not-found"
        if self.session or self.streaming:
            return "unexpected-request"
        if self.answers:
            return self.answers.popleft()
        if nick not in self.roles:
            return "forbidden"
        if self.roles[nick] != "moderator":
            return "not-allowed"
        return "on"
