"""An XMPP client of the tests: it logs in, sends raw XML and shows every stanza of a room to its owner."""

import asyncio
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Self
from xml.etree import ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath
from slixmpp.xmlstream.stanzabase import StanzaBase

from tests.prosody.server import PASSWORD

MUC = "http://jabber.org/protocol/muc"
MUC_USER = "http://jabber.org/protocol/muc#user"
ACT = "urn:leadpulse:test"
LOGIN_SECONDS = 120.0


class Client:
    """A logged-in connection. `jid` is a bare domain for an anonymous guest."""

    def __init__(self, jid: str, port: int) -> None:
        self._port = port
        self._xmpp = ClientXMPP(jid, PASSWORD if "@" in jid else "")
        self._xmpp.enable_starttls = self._xmpp.enable_direct_tls = False
        self._xmpp.enable_plaintext = True
        self._xmpp.plugin["feature_mechanisms"].unencrypted_plain = True
        self._replies: dict[str, asyncio.Future[ET.Element]] = {}
        self.watch("iq", self._settle)

    async def __aenter__(self) -> Self:
        started = self._xmpp.wait_until("session_start", LOGIN_SECONDS)
        self._xmpp.connect("127.0.0.1", self._port)
        await started
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._xmpp.disconnect(wait=1.0)
        sending = self._xmpp._run_out_filters  # slixmpp lets it wait for ever
        if sending:
            sending.cancel()
            await asyncio.wait([sending])

    @property
    def jid(self) -> str:
        """The full JID that the server gave."""
        return str(self._xmpp.boundjid.full)

    def watch(self, kind: str, see: Callable[[ET.Element], None]) -> None:
        """Show every `presence`, `message` or `iq` to `see`."""

        def show(stanza: StanzaBase) -> None:
            see(stanza.xml)

        self._xmpp.register_handler(Callback(f"{kind} {uuid.uuid4()}", MatchXPath(f"{{jabber:client}}{kind}"), show))

    def send(self, xml: str) -> None:
        """Send a stanza as it stands."""
        self._xmpp.send_raw(xml)

    async def ask(self, to: str, content: str, kind: str = "set") -> ET.Element:
        """Send an IQ and give the reply, a result or an error. Raises TimeoutError after 10 s."""
        id_ = uuid.uuid4().hex
        reply = self._replies[id_] = asyncio.get_running_loop().create_future()
        self.send(f'<iq type="{kind}" id="{id_}" to="{to}">{content}</iq>')
        try:
            return await asyncio.wait_for(reply, 120)
        finally:
            del self._replies[id_]

    async def ask_get(self, to: str, content: str) -> ET.Element:
        """As `ask`, an IQ get."""
        return await self.ask(to, content, "get")

    async def act(self, domain: str, name: str, text: str = "") -> str:
        """Let `mod_stage_hand` do something. When it is answered, all that was sent to us before has arrived."""
        element = ET.Element("act", {"xmlns": ACT, "name": name})
        element.text = text
        reply = await self.ask(domain, ET.tostring(element, encoding="unicode"))
        assert reply.get("type") == "result", ET.tostring(reply)
        return reply.findtext(f"{{{ACT}}}act") or ""

    def _settle(self, iq: ET.Element) -> None:
        waiting = self._replies.get(iq.get("id", ""))
        if waiting and not waiting.done() and iq.get("type") in ("result", "error"):
            waiting.set_result(iq)
