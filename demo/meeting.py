"""A meeting: people come and talk at once, the bridge hands each one's sound over, Jibri records it all; whoever was
there stands in the client's history.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from demo import material
from demo.sources import Say, show
from demo.stage import FOLDER, ROOT, Stage, until
from tests.fakes.bridge import Bridge
from tests.fakes.bridge_script import Script, Turn
from tests.fakes.jitsi import JitsiRoom

LEAVING = "уходим"
"""The word after which an alert is awaited."""


class Talk:
    """What is said in the room, as it is said."""

    def __init__(self, bridge: Bridge, script: Script) -> None:
        self._bridge, self._script = bridge, script

    @property
    def leaving_at(self) -> int:
        """When the last sound of `LEAVING` was heard, ms UTC."""
        return next(self._bridge.said(word)[1] for word in self._script.words if word.text == LEAVING)


@asynccontextmanager
async def meeting(stage: Stage, say: Say) -> AsyncIterator[Talk]:
    """Inside it people talk; behind it the meeting is over, handed over by Jibri, and the history knows who was in."""
    gateway = stage.settings.gateway
    url, place = f"{gateway.host}:{gateway.port}", FOLDER / "prosody"
    place.mkdir()
    async with JitsiRoom(
        material.ROOM, place, f"http://{url}/hooks/jitsi", stage.jitsi_token, options={"live": True}
    ) as room:
        people = {name: await room.join(name) for name in material.VOICES}
        say(f"в комнату {material.ROOM} вошли {_and(list(people))}; модуль Prosody просит Jicofo о записи")
        metadata = await room.recorded()
        say("первый ответ: все Jibri заняты; вторая попытка: запись пошла, участникам сказано:")
        show((await people["Анна"].hears(1))[-1])
        script = Script.of(Turn(people[who].nick, at, text, material.VOICES[who]) for at, who, text in material.AT_ONCE)
        bridge = Bridge(f"ws://{url}/live/{{meeting}}", script, meeting=await room.exports(), token=stage.live_token)
        say("мост отдаёт звук каждого участника отдельно; трое говорят, перебивая друг друга")

        async def begun() -> bool | None:
            return bridge.started_at > 0 or None

        talking = asyncio.ensure_future(bridge.run(connected=60))
        try:
            await until(begun, "the bridge is let in")
            yield Talk(bridge, script)
            await talking
        finally:
            talking.cancel()
        await room.end()
        folder = await asyncio.to_thread(material.recording, stage.recordings, metadata)
        say("все вышли; Jibri закончил общую запись и вызывает finalize.sh")
        await stage.run(str(ROOT / "jibri-hooks" / "finalize.sh"), str(folder))

        async def attended() -> set[str] | None:
            query = f"SELECT payload FROM events FINAL WHERE kind = 'meeting_room' AND lead_id = '{material.LEAVES}'"
            reports = [json.loads(row[0]) for row in await stage.sql(query)]
            left = {report["name"] for report in reports if report["happening"] == "left"}
            over = any(report["happening"] == "recording_off" for report in reports)
            return left if over and len(left) == len(people) else None

        names = await until(attended, "who was in the meeting")
    say(f"в истории клиента: на встрече были {_and(sorted(names))}")


async def words(stage: Stage) -> list[str]:
    """The talk under everybody's name, once the file of their tracks is recognised."""

    async def told() -> list[str] | None:
        rows = await stage.sql(
            "SELECT speaker, text FROM transcripts_current "
            f"WHERE lead_id = '{material.LEAVES}' AND speaker != '' ORDER BY start_ms"
        )
        return [f"{who}: {text}" for who, text in rows] if {who for who, _ in rows} >= set(material.VOICES) else None

    return await until(told, "the words of the meeting under their names")


def _and(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} и {names[-1]}"
