"""Speaks the protocol of `streams.speech.vosk_child` without Vosk: `fake_child.py PLAYBOOK MODEL`.

The playbook (JSON) says what to do by the start of the segment in whole seconds ("load" for the start). `die_once`,
`hang_once` and `late` leave a mark beside it. Each start appends its process id to `PLAYBOOK.pids`.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

book = Path(sys.argv[1])
plays = json.loads(book.read_text())
with book.with_suffix(".pids").open("a") as pids:
    pids.write(f"{os.getpid()}\n")


def say(**message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def first_time(play: str) -> bool:
    mark = book.with_suffix(f".{play}")
    fresh = not mark.exists()
    mark.touch()
    return fresh


def act(play: str) -> None:
    if play == "die" or (play == "die_once" and first_time(play)):
        os.kill(os.getpid(), signal.SIGABRT)
    if play == "hang" or (play == "hang_once" and first_time(play)):
        time.sleep(600)
    if play == "flood":
        sys.stderr.write("WARNING (VoskAPI) something\n" * 50_000)


load = plays.get("load", "")
act(load)
if load == "fatal":
    say(fatal="Failed to create a model")
    sys.exit(3)
say(ready=True)
for line in sys.stdin:
    request = json.loads(line)
    if "cancel" in request:
        continue
    second = request["offset"] // 32_000
    play = plays.get(str(second), "")
    say(id=request["id"], at=0)
    act(play)
    if play == "late" and first_time(play):
        time.sleep(0.3)
    if play == "refuse":
        say(id=request["id"], error="Exception: Failed to process waveform")
        continue
    say(id=request["id"], words=[[f"слово{second}", 0.1, 0.4, 0.9], ["[unk]", 0.5, 0.9, 0.51234]])
