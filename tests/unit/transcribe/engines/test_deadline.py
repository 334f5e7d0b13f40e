"""The deadline of a recording: what cannot be done in time by the first engine goes on to the last one."""

import math

from streams.settings import Settings
from streams.transcribe.engines.fallback import Lineup
from streams.transcribe.engines.lineup import lineup as from_settings
from streams.transcribe.sound.audio import Segment
from tests.unit.transcribe.engines.courses import engines, go
from tests.unit.transcribe.stand_ins import Clock, Scripted, line, segments


async def test_the_deadline_leaves_time_for_the_last_engine() -> None:
    """Begun segments are finished; the rest goes on when one more here and all on the last engine would be too late."""
    clock = Clock()
    kit, vosk = Scripted("kit", parallel=1), Scripted("vosk", offline=True, parallel=2)

    def slow(segment: Segment) -> None:
        clock.now += 9

    kit.fault = slow
    parts = segments(20)  # of 9 s
    arrived = clock.now - 100
    # before segment i: 9 i s have passed; needed are 9 s here, 30 s to start, (20 - i) * 9 s * 0.3 / 2 on the last one
    for left_s, fit in ((9 + 30 + 27, 1), (9 + 30 + 27 + 5 * (9 - 1.35), 6), (9 + 30 + 26.9, 0), (1000, 20)):
        kit.asked.clear()
        lineup = line(kit, vosk, clock=clock, deadline_s=left_s + 100)
        answers = await go(lineup, parts, arrived=arrived)
        assert engines(answers) == ["kit"] * fit + ["vosk"] * (20 - fit)
        assert len(kit.asked) == fit
        arrived = clock.now - 100


async def test_who_has_no_deadline() -> None:
    """A file by hand, an upgrade, and an engine that is the last one itself."""
    clock = Clock()
    kit, vosk = Scripted("kit"), Scripted("vosk", offline=True)
    late = line(kit, vosk, clock=clock, deadline_s=1.0)
    assert engines(await go(late, segments(3))) == ["kit"] * 3
    assert engines(await go(late, segments(3), arrived=1.0, first_only=True)) == ["kit"] * 3
    assert engines(await go(line(kit, clock=clock, deadline_s=1.0), segments(3), arrived=1.0)) == ["kit"] * 3
    assert engines(await go(late, segments(3), arrived=1.0)) == ["vosk"] * 3


def test_the_deadline_of_the_settings() -> None:
    """None by default; it bounds the patience, but not a recording that is never to fall back."""
    keyed = {"api_key": "k"}

    def made(**speech: object) -> Lineup:
        return from_settings(Settings.model_validate({"speech": speech, "speechkit": keyed}))

    assert made().deadline_s == math.inf
    hurried = made(deadline_minutes=30, fallback="wait:7200")
    assert (hurried.deadline_s, hurried.patience_s) == (1800, 1800)
    patient = made(deadline_minutes=30, fallback="never")
    assert (patient.deadline_s, patient.patience_s) == (math.inf, math.inf)
