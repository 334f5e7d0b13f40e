"""The process that holds libvosk, which can abort: `python -m streams.speech.vosk_child MODEL`.

JSON lines. In: `{"id", "path", "offset", "bytes"}` (a stretch of a spooled s16le 16 kHz file) and `{"cancel": id}`.
Out: `{"ready": true}` or `{"fatal": text}` once; then per request lines of `{"id", "at"}` (seconds heard: the parent
kills a child that goes silent) and at last `{"id", "words": [[text, start s, end s, confidence], …]}`,
`{"id", "error": text}` or `{"id", "cancelled": true}`. End of input ends the process at once, so it never outlives
its parent.
"""

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

RATE = 16_000
BLOCK = RATE // 4 * 2
"""0.25 s: the decoder's step is 0.2 s. Even, or every sample after it would be misread."""
BEAT = 40
"""Blocks (10 s of sound) between two signs of life."""

Say = Callable[[dict[str, Any]], None]


class _Inbox:
    """Requests in order, and the ids that were cancelled meanwhile."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.cancelled: set[int] = set()
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()

    def _read(self, lines: Iterable[str]) -> None:
        for line in lines:
            message = json.loads(line)
            if "cancel" in message:
                self.cancelled.add(message["cancel"])
            else:
                self.requests.put(message)
        os._exit(0)  # the parent is gone or closed us; libvosk may be deep in C++ and has nothing to save


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us in its order
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # nothing but our lines may reach the parent's reader
    inbox = _Inbox(sys.stdin)

    def say(message: dict[str, Any]) -> None:
        out.write(json.dumps(message, ensure_ascii=False) + "\n")

    import vosk  # after the inbox: an orphan must die even while the model loads

    vosk.SetLogLevel(-1)
    try:
        model = vosk.Model(sys.argv[1])
    except Exception as error:  # noqa: BLE001 - vosk raises bare Exception
        say({"fatal": str(error)})
        sys.exit(3)
    say({"ready": True})
    while True:
        request = inbox.requests.get()
        try:
            answer = _transcribe(vosk.KaldiRecognizer(model, RATE), request, inbox.cancelled, say)
        except Exception as error:  # noqa: BLE001 - vosk raises bare Exception; the answer must name the request
            answer = {"error": f"{type(error).__name__}: {error}"}
        inbox.cancelled.discard(request["id"])
        say({"id": request["id"], **answer})


def _transcribe(recogniser: Any, request: dict[str, Any], cancelled: set[int], say: Say) -> dict[str, Any]:
    recogniser.SetWords(True)
    results = []
    with Path(request["path"]).open("rb") as file:
        for number, block in enumerate(_blocks(file, request["offset"], request["bytes"])):
            if request["id"] in cancelled:
                return {"cancelled": True}
            if number % BEAT == 0:
                say({"id": request["id"], "at": number * BLOCK / 2 / RATE})
            if recogniser.AcceptWaveform(block):
                results.append(json.loads(recogniser.Result()))
    results.append(json.loads(recogniser.FinalResult()))
    heard = (word for result in results for word in result.get("result", ()))
    return {"words": [[w["word"], w["start"], w["end"], w["conf"]] for w in heard]}


def _blocks(file: IO[bytes], offset: int, size: int) -> Iterator[bytes]:
    file.seek(offset)
    while size > 0 and (block := file.read(min(BLOCK, size))):
        size -= len(block)
        yield block


if __name__ == "__main__":
    main()
