"""Speaks the protocol of `vosk_child.py` without Vosk: `fake_child.py PLAYBOOK MODEL THREADS LIMIT_MB`.

The playbook (JSON) says what to do by the start of the segment in whole seconds ("load" for the start); `PLAYS` are the
words it may use, `…_once` does it the first time only and leaves a mark beside the playbook. `meet:N` before another
play waits until N requests are in work, in the first child only; `after:S` until segment S is answered; `beat:N`
lasts for ever in the first N children. Each start appends its process id to `PLAYBOOK.pids`,
each request the number of those in work with it to `PLAYBOOK.crowds`.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

book = Path(sys.argv[1])
plays: dict[str, str] = json.loads(book.read_text())
with book.with_suffix(".pids").open("a") as pids:
    pids.write(f"{os.getpid()}\n")
nth = len(book.with_suffix(".pids").read_text().splitlines())

changed = threading.Condition()
working: set[int] = set()
answered: set[str] = set()


def say(**message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def die(sign: signal.Signals = signal.SIGABRT) -> NoReturn:
    os.kill(os.getpid(), sign)
    raise AssertionError


def starve() -> NoReturn:
    complain("terminate called after throwing an instance of 'std::bad_alloc'\n")
    die()


def exhaust() -> NoReturn:
    say(exhausted="900 MB in use, speech.vosk_memory_mb allows 800")
    os._exit(4)


def garble() -> None:
    sys.stdout.write("no JSON\n")
    sys.stdout.flush()


def hang() -> None:
    time.sleep(600)


PLAYS: dict[str, Callable[[], None]] = {
    "die": die,
    "kill": lambda: die(signal.SIGKILL),
    "starve": starve,
    "exhaust": exhaust,
    "hang": hang,
    "late": lambda: time.sleep(0.3),
    "flood": lambda: complain("WARNING (VoskAPI) something\n" * 50_000),
    "garble": garble,
}


def act(play: str) -> None:
    name, once, _ = play.partition("_once")
    if name not in PLAYS:
        return
    mark = book.with_suffix(f".{play}")
    if not once or not mark.exists():
        mark.touch()
        PLAYS[name]()


def beat(number: int) -> NoReturn:
    """It goes on and on, as a long segment does."""
    while True:
        say(id=number, at=1)
        time.sleep(0.05)


def serve(number: int, second: str) -> None:
    play = plays.get(second, "")
    say(id=number, at=0)
    if play.startswith("meet:"):
        crowd, _, play = play.removeprefix("meet:").partition(" ")
        with changed:
            changed.wait_for(lambda: nth > 1 or len(working) >= int(crowd))
    if play.startswith("after:"):
        with changed:
            changed.wait_for(lambda: play.removeprefix("after:") in answered)
    if play.startswith("beat:") and nth <= int(play.removeprefix("beat:")):
        beat(number)
    act(play)
    with changed:
        working.discard(number)
    if play == "refuse":
        say(id=number, error="Exception: Failed to process waveform")
    else:
        say(id=number, words=[[f"слово{second}", 0.1, 0.4, 0.9], ["[unk]", 0.5, 0.9, 0.51234]])
    with changed:
        answered.add(second)
        changed.notify_all()


load = plays.get("load", "")
act(load)
if load in {"fatal", "fatal_without_a_word"}:
    if load == "fatal":
        complain("ERROR (VoskAPI:ReadDataFiles():model.cc:200) something is wrong\n" + "a line of its stack\n" * 30)
    say(fatal="Failed to create a model")
    sys.exit(3)
say(ready=True)
for line in sys.stdin:
    request = json.loads(line)
    if "cancel" in request:
        continue
    with changed:
        working.add(request["id"])
        with book.with_suffix(".crowds").open("a") as crowds:
            crowds.write(f"{os.getpid()} {len(working)}\n")
        changed.notify_all()
    threading.Thread(target=serve, args=(request["id"], str(request["offset"] // 32_000)), daemon=True).start()
os._exit(0)
