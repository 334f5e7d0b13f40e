"""On the real broker: a letter is dealt with once, by two people at once and after a kill; a new fault remembers."""

import asyncio
import json
import signal
from functools import partial
from pathlib import Path

import pytest

from schemas.codec import Codec
from schemas.failed import DeadLetter, Parked
from schemas.topics import DEAD_LETTERS, PARKED, WMS
from streams.cli.who import who
from streams.engine import dead_letters, dealing
from streams.engine.clock import wall_clock
from streams.engine.dead_letters import Claim
from streams.engine.dealing import Desk
from streams.engine.kafka import Output
from streams.engine.letters import letter_output
from streams.engine.releases import released
from tests.installation import Installation, until
from tests.integration.test_dead_letters import dlq

LARGE = b'{"source":"main","payload":' + b"{" * 900_000
"""A broken record of 900 KB."""


async def test_two_at_once_and_what_fails_again(bootstrap: str, tmp_path: Path) -> None:
    """Two commands over the same letters: each record goes back once. It fails again, and its new letter says what was
    wrong before and who replayed it; also one of 900 KB that is no JSON."""
    async with Installation(bootstrap, tmp_path) as here:
        pipeline = here.worker("pipeline")
        bad = [("wms_customer:c", b'{"source":"main","payload":{}}') for _ in range(20)]
        await here.produce(WMS, [*bad, ("wms_customer:c", LARGE)])
        await until(lambda: _counts(here, 21), 60, "letters")
        here.end(pipeline, signal.SIGTERM)
        told = await asyncio.gather(*(dlq(here, "replay", "--topic", WMS.name, "--json", code=None) for _ in range(2)))
        done = [number for one in told for number in json.loads(one)["done"]]
        assert len(done) == len(set(done)) == 21
        assert await here.count(WMS) == 42
        here.worker("pipeline")
        await until(lambda: _opens(here, 21), 60, "the same again")
        listed = json.loads(await dlq(here, "list", "--json"))
        assert [[attempt["by"] for attempt in one["history"]] for one in listed] == [[who()]] * 21
        (large,) = [one for one in listed if one["bytes"] == len(LARGE)]
        shown = await dlq(here, "show", str(large["number"]))
        assert "Раньше:" in shown
        assert len(shown) < 5000
        assert len(await dlq(here, "show", str(large["number"]), "--words")) < 30_000
        closed = json.loads(await dlq(here, "list", "--closed", "--json"))
        assert sorted(one["number"] for one in closed) == sorted(done)


@pytest.mark.parametrize("how", ["replay", "drop"])
async def test_a_kill_before_the_commit_opens_nothing_again(bootstrap: str, tmp_path: Path, how: str) -> None:
    """`pipeline` dies when its letter stands on the topic and its offset is not committed. A person deals with the
    letter; the next `pipeline` reads the record again and writes the letter again: it stays as the person left it. Only
    the record that was replayed is a new letter, with its history."""
    async with Installation(bootstrap, tmp_path) as here:
        for written in range(1, 10):  # commits are a second apart: seldom is one exactly here
            pipeline = here.worker("pipeline")
            await here.settled("pipeline", WMS) if written > 1 else None
            await here.produce(WMS, [("wms_customer:c", b'{"source":"main","payload":{}}')])
            await until(partial(_counts, here, written), 60, "the letter", 0.005)
            here.end(pipeline)
            if await _lag(here):
                break
            await dlq(here, "drop", "--all", "--yes")
        assert await _lag(here) == 1
        (letter,) = json.loads(await dlq(here, "list", "--json"))
        await dlq(here, how, str(letter["number"]), *(["--yes"] if how == "drop" else []))
        at = await here.count(DEAD_LETTERS)
        here.worker("pipeline")
        await until(partial(_counts, here, at + (2 if how == "replay" else 1)), 60, "the letter once more")
        open_ = json.loads(await dlq(here, "list", "--json"))
        assert [[before["number"] for before in one["history"]] for one in open_] == (
            [[letter["number"]]] if how == "replay" else []
        )
        assert letter["number"] in [one["number"] for one in json.loads(await dlq(here, "list", "--closed", "--json"))]


class Killed(BaseException):
    """The end of a process."""


@pytest.mark.parametrize("gone", [True, False], ids=["behind the record", "before the record"])
async def test_a_kill_in_the_middle(
    bootstrap: str, tmp_path: Path, gone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the record had gone back or not when the process died: it is there once, and the letter is closed."""
    for module in (dead_letters, dealing):
        monkeypatch.setattr(module, "CLAIM_MS", 2000)
    monkeypatch.setattr(dealing, "HOLD_MS", 1000)
    waited: list[Claim] = []
    async with Installation(bootstrap, tmp_path) as here:
        letter = DeadLetter(WMS.name, 1, 0, 1000, "pipeline", "ValidationError", "no qty", b"{}", b"k")
        await here.outputs.send([letter_output(letter)])
        first = Desk(here.settings.kafka, "anna", "a", wall_clock, waited.append)
        sent = first._outputs.send

        async def send(outputs: list[Output]) -> None:
            outputs = list(outputs)
            if outputs[0].topic == WMS.name:
                if gone:
                    await sent(outputs)
                raise Killed
            await sent(outputs)

        monkeypatch.setattr(first._outputs, "send", send)
        with pytest.raises(Killed):
            await first.deal((await first.look()).select(), "replayed")
        await first.close()
        assert await here.count(WMS) == (1 if gone else 0)

        second = Desk(here.settings.kafka, "bob", "b", wall_clock, waited.append)
        dealt = await second.deal((await second.look()).select(), "replayed")
        assert (dealt.done, dealt.refused, dealt.others) == ([0], {}, [])
        assert [claim.by for claim in waited] == ["anna"]
        assert (await second.look()).select() == []
        await second.close()
        assert await here.count(WMS) == 1


async def test_a_parked_source_is_seen_and_let_go(bootstrap: str, tmp_path: Path) -> None:
    """By its name, without waiting for its time, with key and headers; another one goes on waiting."""
    async with Installation(bootstrap, tmp_path) as here:
        until_ = wall_clock() + 3_600_000
        parked = [Parked(WMS.name, name, until_, b"{}", b"k", [("first-appended", b"7")]) for name in ("a", "b", "a")]
        await here.outputs.send(Output(PARKED.name, b"x", Codec[Parked](Parked).encode(one)) for one in parked)
        assert [(one["source"], one["records"]) for one in json.loads(await dlq(here, "parked", "--json"))] == [
            ("source.wms/a", 2),
            ("source.wms/b", 1),
        ]
        assert json.loads(await dlq(here, "release", "source.wms/a", "--json"))["released"] == 2
        assert {(record.key, *record.headers) for record in await here.read(WMS)} == {(b"k", ("first-appended", b"7"))}
        assert await dlq(here, "release", "source.wms/a", code=1) == ""
        (left,) = json.loads(await dlq(here, "parked", "--json"))
        assert left["source"] == "source.wms/b"
        assert dict(await released(here.settings.kafka)) == {"source.wms/a": 3}


async def _lag(here: Installation) -> int:
    """Records that `pipeline` has not committed; nobody has at first."""
    return await here.lag("pipeline", WMS)


async def _counts(here: Installation, least: int) -> bool:
    return await here.count(DEAD_LETTERS) >= least


async def _opens(here: Installation, exactly: int) -> bool:
    return len(json.loads(await dlq(here, "list", "--json"))) == exactly
