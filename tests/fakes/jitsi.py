"""A Jitsi for a demo: the real Prosody with `mod_lead_autorecord`, the fake Jicofo, and people as XMPP clients.

async with JitsiRoom("lead-12345-kickoff", folder, report_url, token) as room:
    await room.join("Анна")            # the host: made a moderator, so the room asks for a recording
    await room.recorded()              # busy first, then on; gives what Jibri would write into metadata.json
    await room.end()                   # all leave, and Jicofo stops the recording

What the fake Jicofo does as a real one was seen to do, and where that is switched, stands in
`tests.prosody.conference`: no `pending`, late answers, `item-not-found` while it is new, one session a room with
streams, a plain `off` with the last person, a takeover that only the recorders in the room show.
"""

from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.prosody.conference import Conference
from tests.prosody.focus import Focus
from tests.prosody.guest import Guest, join
from tests.prosody.server import GUESTS, Option, Prosody

MUC = f"conference.{GUESTS}"


class JitsiRoom:
    """One room of a Jitsi of its own. `answers` are Jicofo's to the first start IQs (conditions); then it records.

    `options` go to the module, without `lead_autorecord_`. Raises AssertionError when something does not come in time.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        report_url: str,
        token: str,
        *,
        answers: tuple[str, ...] = ("resource-constraint",),
        options: dict[str, Option] | None = None,
    ) -> None:
        self._name, self._answers = name, answers
        settings: dict[str, Option] = {"report_url": report_url, "report_token": token, "retry_seconds": 1}
        self._prosody = Prosody(folder, {MUC: settings | (options or {})})
        self._open = AsyncExitStack()
        self._conference: Conference
        self.people: list[Guest] = []

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            prosody = await opening.enter_async_context(self._prosody)
            focus = await opening.enter_async_context(Focus(prosody.port))
            self._conference = await focus.open(f"{self._name}@{MUC}", *self._answers)
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def join(self, name: str) -> Guest:
        """A person comes in; `chat` of the guest holds what the server tells him."""
        guest = await self._open.enter_async_context(join(self._prosody.port, self._conference.room, name))
        self.people.append(guest)
        return guest

    async def recorded(self) -> dict[str, Any]:
        """Wait until it records and give the metadata of the start that Jicofo took, `conference_details` with it."""
        start = await self._conference.started(len(self._answers) + 1)
        await self._conference.is_on()
        return start.metadata | {"conference_details": {"session_id": self._conference.session}}

    async def exports(self) -> str:
        """Wait until the bridge is to send everybody's sound; the meeting's id in the reports (option `live`)."""
        return await self._conference.exports(True)

    async def end(self) -> None:
        """Everybody leaves; Jicofo stops the recording of the empty room."""
        for guest in self.people:
            await guest.leave()
        self.people.clear()
