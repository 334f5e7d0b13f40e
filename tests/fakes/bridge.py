"""A videobridge that exports a meeting's sound, as one was measured (`research/live.md`, 1.3 to 1.5).

bridge = Bridge(url, script, meeting="m-1", token="…")          # ws://127.0.0.1:8080/live/{meeting}
await bridge.run()                                              # to the script's end, then `session-end`
bridge.said(word)                                               # when a word of the script was said: wall clock, ms

It connects again after 0, 1, 3 s, then 4 to 30, and keeps nothing meanwhile; who does not answer a ping in time is
left, and then two connections are made, of which one carries the media: when either is closed, that one goes. `speed`
above 1 is for load alone: a wall clock cannot be had from it.
"""

import asyncio
import contextlib
import heapq
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from tests.fakes.bridge_form import Form, Source
from tests.fakes.bridge_script import FRAME_MS, SILENT, Frame, SaidWord, Script

RECONNECT_S = (0.0, 1.0, 3.0, 4.0, 8.0, 16.0, 30.0)
QUIET_FRAMES = 3
"""Of digital silence in a row; the next are dropped."""


@dataclass(frozen=True)
class Habits:
    """How this bridge is. `new_ssrc`: when (s of the script) whose sender begins anew. `red`, `encrypted`: whose is."""

    old: bool = False
    strings: bool = True
    loss: float = 0.02
    jitter_ms: int = 40
    ping_s: float = 10.0
    ping_timeout_s: float = 3.0
    new_ssrc: Mapping[str, float] = field(default_factory=dict)
    red: frozenset[str] = frozenset()
    encrypted: frozenset[str] = frozenset()
    seed: int = 1


class Bridge:
    """One export. `url` has `{meeting}` where Jicofo puts Jitsi's own id; ours goes into the query. `results`: captions
    that came back."""

    def __init__(
        self,
        url: str,
        script: Script,
        *,
        meeting: str,
        token: str = "",
        jitsi_id: str = "1a6f316d",
        habits: Habits | None = None,
        speed: float = 1.0,
    ) -> None:
        mark = "&" if "?" in url else "?"
        self._url = f"{url.replace('{meeting}', jitsi_id)}{mark}meeting={meeting}"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._script, self._speed, self._habits = script, speed, habits or Habits()
        self._random = random.Random(self._habits.seed)
        self._sources: dict[str, Source] = {}
        self._main: _Connection | None = None
        self._all: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.results: list[dict[str, object]] = []
        self.refusals: list[int] = []
        self.connections = 0
        self.lost: list[Frame] = []
        self.sent: list[Frame] = []
        self.started_at = 0.0
        """Wall clock of the script's start, s."""

    def said(self, word: SaidWord) -> tuple[int, int]:
        """Wall clock of its start and end, ms."""
        zero = self.started_at * 1000
        return round(zero + word.start_ms / self._speed), round(zero + word.end_ms / self._speed)

    async def run(self, *, connected: float = 30.0, end: bool = True) -> None:
        """Wait to be let in (at most so long, s), then play the script; `end`: says that the session is over."""
        async with aiohttp.ClientSession() as session:
            self._session = session
            try:
                self._begin(self._reconnect())
                async with asyncio.timeout(connected):
                    while self._main is None:
                        await asyncio.sleep(0.01)
                self.started_at = time.time()
                await self._play()
                if end and self._main is not None:
                    await self._main.bye()
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _play(self) -> None:
        begin, quiet = time.monotonic(), dict[str, int]()
        waiting: list[tuple[float, int, Frame]] = []
        for frame in self._script.frames:
            quiet[frame.who] = quiet.get(frame.who, 0) + 1 if frame.level == SILENT else 0
            if quiet[frame.who] <= QUIET_FRAMES and self._random.random() >= self._habits.loss:
                due = frame.at_ms + FRAME_MS + self._random.uniform(0, self._habits.jitter_ms)
                heapq.heappush(waiting, (due, frame.number, frame))
        while waiting:
            due, _, frame = heapq.heappop(waiting)
            pause = due / 1000 / self._speed - (time.monotonic() - begin)
            if pause > 0:
                await asyncio.sleep(pause)
            self._send(frame, time.monotonic() - begin)
        await asyncio.sleep(0.1)

    def _send(self, frame: Frame, now_s: float) -> None:
        connection = self._main
        ts = (frame.at_ms - connection.opened_ms) * 48 if connection is not None else -1
        if connection is None or ts < 0:
            self.lost.append(frame)
            return
        source = self._source(frame)
        if connection.told.get(frame.who) != source.ssrc:
            connection.told[frame.who] = source.ssrc
            connection.put(connection.form.start(source))
        self.sent.append(frame)
        connection.put(connection.form.media(source, frame.number, ts, frame.opus, frame.level))

    def _source(self, frame: Frame) -> Source:
        habits, known = self._habits, self._sources.get(frame.who)
        anew = known is not None and known.shift == 0 and frame.at_ms >= habits.new_ssrc.get(frame.who, 1e9) * 1000
        if known is None or anew:
            ssrc, shift = self._random.randrange(1 << 32), 7_000 if anew else 0
            known = Source(frame.who, ssrc, shift, frame.who in habits.red, frame.who in habits.encrypted)
            self._sources[frame.who] = known
        return known

    def _begin(self, work) -> None:  # type: ignore[no-untyped-def]
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def script_ms(self) -> float:
        """Where in the script we are."""
        return (time.time() - self.started_at) * 1000 * self._speed if self.started_at else 0.0

    async def _reconnect(self) -> None:
        attempt = 0
        while True:
            await asyncio.sleep(RECONNECT_S[min(attempt, len(RECONNECT_S) - 1)])
            attempt += 1
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                ws = await self._session.ws_connect(self._url, headers=self._headers, max_msg_size=1 << 20)
                self.connections += 1
                self._begin(
                    self._serve(_Connection(ws, self.script_ms(), Form(self._habits.old, self._habits.strings)))
                )
                return

    async def _serve(self, connection: "_Connection") -> None:
        self._all.add(connection)
        self._main = connection  # of twins the later one
        if (info := connection.form.info()) is not None:
            connection.put(info)
        writing = asyncio.ensure_future(connection.write())
        pinging = asyncio.ensure_future(self._ping(connection))
        try:
            async for message in connection.ws:
                told = json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else {}
                if told.get("event") == "pong":
                    connection.ponged = max(connection.ponged, told["id"])
                elif told.get("event") == "transcription-result":
                    self.results.append(told)
        finally:
            writing.cancel()
            pinging.cancel()
            self._all.discard(connection)
            if not connection.left:  # closed from the other side: the listener of both drops the one that carries
                carrying, self._main = self._main, None
                if carrying is not None and carrying is not connection:
                    carrying.left = True
                    await carrying.ws.close()
                self._begin(self._reconnect())

    async def _ping(self, connection: "_Connection") -> None:
        number, habits = 0, self._habits
        while True:
            await asyncio.sleep(habits.ping_s)
            number += 1
            connection.put(json.dumps({"event": "ping", "id": number}))
            await asyncio.sleep(habits.ping_timeout_s)
            if connection.ponged >= number:
                continue
            connection.left = True
            if self._main is connection:
                self._main = None
            for _ in range(2):  # a fault of the real one: two attempts are set going
                self._begin(self._reconnect())
            return


class _Connection:
    """Writes without ever waiting: what the other side does not read stays in our memory."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, opened_ms: float, form: Form) -> None:
        self.ws, self.form = ws, form
        self.opened_ms = round(opened_ms) // FRAME_MS * FRAME_MS
        self.told: dict[str, int] = {}
        self.ponged, self.left = 0, False
        self._out: asyncio.Queue[str] = asyncio.Queue()

    def put(self, text: str) -> None:
        """Soon."""
        self._out.put_nowait(text)

    async def write(self) -> None:
        """Until cancelled."""
        while True:
            text = await self._out.get()
            with contextlib.suppress(ConnectionError):
                await self.ws.send_str(text)

    async def bye(self) -> None:
        """The session is over."""
        while not self._out.empty():
            await asyncio.sleep(0.01)
        self.left = True
        await self.ws.send_str('{"event":"session-end"}')
        await self.ws.close(code=1001)
