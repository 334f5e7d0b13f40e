"""A meeting with SIGKILLs in its midst: of the entrance, of who listens, of who makes the tracks, of the broker. In the
end its history has every word once, what nobody kept is filled from Jibri's recording, and a phrase rang once.
"""

import asyncio
import logging
import os
import random
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from processors.tracks.entry import FILLED, STEP, entry_id
from schemas.alerts import Alert
from schemas.codec import EVENT, Codec
from schemas.events import MeetingTranscribed
from schemas.meetings import MeetingSaid
from schemas.sources import Recording, RoomReport, Transcript
from schemas.topics import LEAD_ALERTS, LEAD_EVENTS, RECORDINGS, TRANSCRIPTS
from streams.embedded.broker import Broker
from streams.embedded.jars import fetch
from streams.engine.clock import wall_clock
from tests.fakes.bridge import Bridge
from tests.fakes.bridge_script import SaidWord, Script, Turn
from tests.installation import Installation, until
from tests.integration.sentences import MODEL, SENTENCES
from tests.integration.test_live import answers
from tests.integration.test_tracks_bridge import PEOPLE, mix
from tests.ports import free_pair, free_port
from tests.speech import RATE, speak, write_wav

log = logging.getLogger(__name__)

KILLS = 20
TURNS, LEAVES = 96, 40
"""How many there are, and which one says that he leaves."""
LEAVING = "наш конкурент дешевле, мы уходим"
SURE = 0.85
"""Of a word that it heard for another the model is less sure: «вывезти весь» with a lost packet is «мы весь весь»."""
NEAR_MS = 1200
"""A word so near to where it was said is that one."""
Heard = tuple[str, str, int]
"""A name or none, the word, ms from the script's start."""
_ALERT: Codec[Alert] = Codec(Alert)


def turns() -> list[Turn]:
    """One after the other, so that the mix has every word; nothing in them rings but one. In no order that comes again:
    the mix is laid over the tracks by equal words."""
    calm = [text for text in SENTENCES if not any(word in text for word in ("конкурент", "расторгнуть", "дорого"))]
    dice, found, at = random.Random(3), list[Turn](), 1.0
    for number in range(TURNS):
        who = list(PEOPLE)[number % 3]
        text, voice = LEAVING if number == LEAVES else dice.choice(calm), PEOPLE[who][1]
        found.append(Turn(who, at, text, voice))
        at += len(speak(text, voice).pcm) / RATE + 0.7
    return found


def found_once(heard: Iterable[Heard], said: Iterable[SaidWord]) -> tuple[list[SaidWord], list[Heard]]:
    """Words of the script that were found, each by one; and those that were heard beside such a one: twice."""
    left, found, twice = list(said), list[SaidWord](), list[Heard]()
    for one in sorted(heard, key=lambda word: word[2]):
        name, text, at = one
        if hit := _nearest(left, name, text, at):
            left.remove(hit)
            found.append(hit)
        elif _nearest(found, name, text, at):
            twice.append(one)
    return found, twice


def _nearest(words: list[SaidWord], name: str, text: str, at: int) -> SaidWord | None:
    near = [
        word
        for word in words
        if word.text == text and abs(word.start_ms - at) < NEAR_MS and name in ("", PEOPLE[word.who][0])
    ]
    return min(near, key=lambda word: abs(word.start_ms - at), default=None)


class Meeting:
    """An installation with a broker of its own, and what runs on it."""

    def __init__(self, home: Installation, broker: Broker, folder: Path) -> None:
        self.home, self.broker, self.port = home, broker, free_port()
        home.environ |= {
            "LEADPULSE_SPEECH__RECORDINGS": str(folder / "recordings"),
            "LEADPULSE_SPEECH__SPOOL": str(folder / "speech"),
            "LEADPULSE_SPEECH__VOSK_MODEL": str(MODEL),
            "LEADPULSE_SPEECH__ENGINES": '["vosk"]',
            "LEADPULSE_TRACKS__SPOOL": str(folder / "spool"),
            "LEADPULSE_GATEWAY__PORT": str(self.port),
            "LEADPULSE_GATEWAY__LIVE_TOKEN": "right",
            "LEADPULSE_LIVE__BEHIND_SECONDS": "3600",  # a busy machine starts a process in a minute
            "LEADPULSE_GATEWAY__LIVE_SPOOL": str(folder / "live.spool"),
        }
        self.running = {name: home.worker(name) for name in ("gateway", "live", "tracks", "transcribe", "pipeline")}

    async def kill(self, victim: str) -> None:
        """SIGKILL, and started again at once."""
        if victim == "broker":
            self.broker.kill()
            await self.broker.start()
        else:
            self.home.end(self.running[victim], signal.SIGKILL)
            self.running[victim] = self.home.worker(victim)

    async def report(self, happening: Any, **more: Any) -> None:
        """As the room's module does."""
        one = RoomReport(f"{happening}-{more}", happening, wall_clock(), "lead-7", "m-1", "7", **more)
        await self.home.produce(RECORDINGS, [("lead-7", msgspec.json.encode(one))])

    async def tracks(self) -> list[Recording]:
        """What was made of the sound."""
        found = [msgspec.json.decode(one.value) for one in await self.home.read(RECORDINGS)]
        return [msgspec.convert(one, Recording) for one in found if one["type"] == "recording"]

    async def events(self, kind: Any) -> list[Any]:
        """Of the client, one of each id."""
        found = [EVENT.decode(one.value) for one in await self.home.read(LEAD_EVENTS)]
        return list({one.event_id: one for one in found if isinstance(one, kind)}.values())

    async def rung(self) -> list[Alert]:
        """Of leaving or a competitor."""
        found = [_ALERT.decode(one.value) for one in await self.home.read(LEAD_ALERTS)]
        return [one for one in found if isinstance(one, Alert) and one.rule in ("leaving_phrase", "competitor_phrase")]


def victims(dice: random.Random, kills: int) -> list[str]:
    """All of them equally often, in any order."""
    found = [("gateway", "live", "tracks", "broker")[number % 4] for number in range(kills)]
    dice.shuffle(found)
    return found


@pytest.mark.proof
@pytest.mark.timeout(3600)
async def test_killed_in_the_midst_of_a_meeting(tmp_path: Path) -> None:
    """Twenty at random moments."""
    seed = int(os.environ.get("LEADPULSE_SEED", "7"))
    dice, said, ports = random.Random(seed), turns(), free_pair()
    script = Script.of(said)
    (tmp_path / "recordings" / "7").mkdir(parents=True)
    async with (
        Broker(tmp_path / "kafka", *ports, 384, await fetch(), tmp_path / "broker.log") as broker,
        Installation(broker.bootstrap, tmp_path / "home") as home,
    ):
        here = Meeting(home, broker, tmp_path)
        await here.report("meeting_started")
        await here.report("recording_on", session_id="s1")
        for who, (name, _) in PEOPLE.items():
            await here.report("joined", participant=who, name=name)
        await until(lambda: answers(here.port), 120, "the entrance is there")
        url = f"ws://127.0.0.1:{here.port}/live/{{meeting}}"
        bridge = Bridge(url, script, meeting="m-1", token="right")
        talk = asyncio.ensure_future(bridge.run(connected=120))
        step_ms = (script.length_ms - 25_000) / KILLS
        for number, victim in enumerate(victims(dice, KILLS)):
            at = 8000 + step_ms * (number + dice.uniform(0, 0.9))
            while bridge.script_ms() < at and not talk.done():
                await asyncio.sleep(0.05)
            connected = bridge.connections
            await here.kill(victim)
            while victim == "gateway" and bridge.connections == connected and not talk.done():
                await asyncio.sleep(0.05)
        await talk
        await here.report("meeting_ended")
        began = round(bridge.started_at * 1000)

        async def made() -> bool:
            return bool(await here.tracks())

        await until(made, 240, "the tracks are told")
        [tracks] = await here.tracks()
        write_wav(tmp_path / "recordings" / "7" / "jibri.wav", mix(said))
        jibri = Recording(
            *("aa", "s1", "jibri.wav", "7/jibri.wav", 1, "0" * 64, "lead-7"),
            ended_at=began + script.length_ms,
            duration_ms=script.length_ms,
            started_at=began,
            status="ok",
            lead_id="7",
        )
        await home.produce(RECORDINGS, [("aa", msgspec.json.encode(jibri))])

        async def filled() -> bool:
            return any(one.version // STEP == FILLED for one in await here.events(MeetingTranscribed))

        await until(filled, 300, "the filled text is in the history")
        for topic in (RECORDINGS, TRANSCRIPTS):
            await home.settled("pipeline", topic)
        await home.settled("pipeline", LEAD_EVENTS)
        texts = [msgspec.json.decode(one.value, type=Transcript) for one in await home.read(TRANSCRIPTS)]
        history, live, rung = await here.events(MeetingTranscribed), await here.events(MeetingSaid), await here.rung()
    assert {one.recording_id for one in history} == {entry_id("m-1")}
    best = next(text for text in texts if text.filled)
    shift = tracks.started_at - began
    told = [(word.speaker or "", word.text, word.start_ms + shift) for word in best.words if word.confidence >= SURE]
    found, twice = found_once(told, script.words)
    assert not twice, (seed, twice)
    last = max(history, key=lambda one: one.version)
    assert sum(len(one.text.split()) for one in last.utterances) == len(best.words)
    missing = [(word.start_ms, word.text) for word in script.words if word not in found]
    inside = [word for word in script.words if _in_gap(word, tracks, shift)]
    _, twice = found_once([word for one in live for word in _spread(one, began)], script.words)
    assert not twice, (seed, twice)
    told_so = f"{len(found)} of {len(script.words)} words, {len(inside)} in gaps {tracks.gaps}, {len(live)} turns live"
    log.info(told_so)
    assert len(tracks.gaps) >= 1 and len(inside) > 0
    assert len(missing) <= 0.05 * len(script.words), (seed, told_so, missing)
    for rule in ("leaving_phrase", "competitor_phrase"):
        assert len({one.alert_id for one in rung if one.rule == rule}) <= 1, (seed, rung)
    assert rung, seed


def _spread(turn: MeetingSaid, began: int) -> list[Heard]:
    """Its words, as if each took as long."""
    words = turn.text.split()
    step = (turn.end_ms - turn.start_ms) / len(words)
    return [(turn.name, word, round(turn.start_ms - began + number * step)) for number, word in enumerate(words)]


def _in_gap(word: SaidWord, tracks: Recording, shift: int) -> bool:
    return any(since <= word.start_ms - shift < until_ms for since, until_ms in tracks.gaps)
