"""A meeting as Jitsi holds it: real Prosody with our module, people who join by XMPP, a fake focus, busy once."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.prosody.focus import Focus
from tests.prosody.guest import join
from tests.prosody.server import Option, Prosody

DOMAIN = "conference.meet.test"
RETRY_SECONDS = 0.5


@asynccontextmanager
async def meeting(
    folder: Path, room: str, report_url: str, token: str, say: Callable[[str], None]
) -> AsyncIterator[dict[str, Any]]:
    """Open the room, have it record itself, let people come and go; gives what Jibri writes into metadata.json.

    Prosody runs until the block ends: its module may still have something to report.
    """
    options: dict[str, Option] = {"prefixes": ["lead-"], "retry_seconds": RETRY_SECONDS, "report_url": report_url}
    options["report_token_file"] = _secret(folder, token)
    jid = f"{room}@{DOMAIN}"
    async with Prosody(folder, {DOMAIN: options}) as prosody, Focus(prosody.port) as focus:
        conference = await focus.open(jid, "resource-constraint", "on")
        async with join(prosody.port, jid, "Анна") as anna, join(prosody.port, jid, "Сергей") as sergey:
            say(f"в комнату {room} вошли Анна и Сергей; модуль Prosody просит запись")
            await conference.started(1)
            say("Jicofo отвечает: все Jibri заняты; модуль пробует ещё раз")
            start = await conference.started(2)
            say("запись пошла сама; участникам сказано:")
            notices = [(await guest.hears(1))[-1] for guest in (anna, sergey)]
            print(f"             │ {notices[0]}")
            conference.tell("off")
        yield start.metadata
        for line in prosody.complaints():
            print(line, file=sys.stderr)


def _secret(folder: Path, token: str) -> str:
    folder.mkdir()
    path = folder / "token"
    path.write_text(token)
    return str(path)
