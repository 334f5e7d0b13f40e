"""A person (or a recorder) in a room: joins, mutes, leaves, and keeps the chat that the server sent."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from tests.installation import until
from tests.prosody.client import MUC, Client
from tests.prosody.server import GUESTS, RECORDERS

NICK = "http://jabber.org/protocol/nick"


class Guest(Client):
    """In one room under `nick` (a random endpoint id, as Jitsi's), with a display name."""

    def __init__(self, port: int, room: str, name: str = "", account: str = GUESTS) -> None:
        super().__init__(account, port)
        self.room, self.name, self.nick = room, name, uuid.uuid4().hex[:8]
        self.chat: list[str] = []
        self.inside = False
        self.watch("presence", self._see)
        self.watch("message", self._hear)

    async def join(self) -> None:
        """Come in and see oneself in the room."""
        self.show(f'<x xmlns="{MUC}"/>')
        await self._until_inside(True)

    async def leave(self) -> None:
        """Go out; the connection stays."""
        self.send(f'<presence to="{self.room}/{self.nick}" type="unavailable"/>')
        await self._until_inside(False)

    def show(self, content: str = "") -> None:
        """Send presence into the room, with Jitsi's elements, as `audiomuted`."""
        name = f'<nick xmlns="{NICK}">{escape(self.name)}</nick>' if self.name else ""
        self.send(f'<presence to="{self.room}/{self.nick}">{name}{content}</presence>')

    def write(self, text: str) -> None:
        """A line in the room's chat, as Jitsi sends it."""
        self.send(f'<message to="{self.room}" type="groupchat"><body>{escape(text)}</body></message>')

    async def hears(self, count: int) -> list[str]:
        """Wait for `count` system messages and give all that came."""

        async def enough() -> bool:
            return len(self.chat) >= count

        await until(enough, 10, f"{count} messages in the chat of {self.room}: {self.chat}", pause=0.005)
        return self.chat

    async def _until_inside(self, wanted: bool) -> None:
        async def so() -> bool:
            return self.inside is wanted

        await until(so, 10, f"{self.nick} in {self.room}: {wanted}", pause=0.005)

    def _see(self, presence: ET.Element) -> None:
        if presence.get("from", "").endswith(f"/{self.nick}"):
            self.inside = presence.get("type") is None

    def _hear(self, message: ET.Element) -> None:
        text = message.findtext("{http://jitsi.org/jitmeet}json-message")
        content = json.loads(text) if text else {}
        if content.get("type") == "system_chat_message":
            self.chat.append(content["message"])


@asynccontextmanager
async def join(port: int, room: str, name: str = "") -> AsyncIterator[Guest]:
    """A guest who is in the room, until the block ends."""
    async with Guest(port, room, name) as guest:
        await guest.join()
        yield guest


def recorder(port: int, room: str, account: str = "jibri") -> Guest:
    """Jibri's browser (or Jigasi's transcriber): an occupant of the hidden domain."""
    return Guest(port, room, "Recorder", account=f"{account}@{RECORDERS}")
