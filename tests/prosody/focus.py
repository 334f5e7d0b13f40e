"""A fake Jicofo's connection: the occupant `focus` of as many rooms as it is asked to be in (`conference.py`)."""

import json
from collections import deque
from xml.etree import ElementTree as ET

from tests.prosody.client import Client
from tests.prosody.conference import JIBRI, Conference, Grant
from tests.prosody.server import STAFF


class Focus(Client):
    """Jicofo's connection; it is in as many rooms as it is asked to."""

    def __init__(self, port: int) -> None:
        super().__init__(f"focus@{STAFF}/focus", port)
        self._conferences: dict[str, Conference] = {}
        self.watch("presence", self._see)
        self.watch("iq", self._take)
        self.watch("message", self._note)

    async def open(self, room: str, *answers: str, grant: Grant = "first", settling: float = 0.0) -> Conference:
        """Join a room (its JID) and answer start IQs there by this script."""
        conference = self.expect(room, *answers, grant=grant)
        conference.settling = settling
        await conference.join()
        return conference

    def expect(self, room: str, *answers: str, grant: Grant = "first") -> Conference:
        """A conference that the focus has not joined yet."""
        conference = self._conferences[room] = Conference(self, room, grant, deque(answers))
        return conference

    def _see(self, presence: ET.Element) -> None:
        room, _, nick = presence.get("from", "").partition("/")
        if room in self._conferences and presence.get("type") in (None, "unavailable"):
            self._conferences[room].see(nick, presence)

    def _note(self, message: ET.Element) -> None:
        told = message.find("{http://jitsi.org/jitmeet}json-message")
        if told is None or told.get("room", "") not in self._conferences:
            return
        content = json.loads(told.text or "{}")
        if content.get("type") == "room_metadata":
            self._conferences[told.get("room", "")].metadata.append(
                (message.get("from", ""), content.get("metadata", {}))
            )

    def _take(self, iq: ET.Element) -> None:
        jibri = iq.find(f"{{{JIBRI}}}jibri")
        conference = self._conferences.get(iq.get("from", "").partition("/")[0])
        if conference and iq.get("type") == "set" and jibri is not None and jibri.get("action") == "start":
            conference.answer(iq, jibri)
        elif conference and iq.get("type") == "set" and jibri is not None and jibri.get("action") == "stop":
            conference.stop(iq, jibri)
