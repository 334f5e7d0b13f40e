"""The process that holds libvosk, which can abort: `python -m ….vosk_child MODEL THREADS LIMIT_MB`.

JSON lines. In: `{"id", "path", "offset", "bytes"}` (a stretch of a spooled s16le 16 kHz file) and `{"cancel": id}`.
Out: `{"ready": true}` or `{"fatal": text}` once; then per request lines of `{"id", "at"}` (seconds heard: the parent
kills a child that says nothing of a request) and at last `{"id", "words": [[text, start s, end s, confidence], …]}`,
`{"id", "error": text}` or `{"id", "cancelled": true}`. THREADS requests are in work at once, on one model.
`{"exhausted": text}` at any time: it ends itself for want of memory. End of input ends the process at once, so it
never outlives its parent.
"""

import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NoReturn

import psutil

RATE = 16_000
BLOCK = RATE // 4 * 2
"""0.25 s: the decoder's step is 0.2 s. Even, or every sample after it would be misread."""
BEAT = 40
"""Blocks (10 s of sound) between two signs of life."""
LOOK_S = 0.1
"""Distance of looks at our own memory: a model loads at about 0.5 GB/s, so 50 MB too much may be taken in between."""
PROBE = 64 << 20
"""Bytes that a process with memory left can reserve."""
EXHAUSTED = 4
"""Exit code after `exhausted`."""


class _Parent:
    """Who reads our lines; several threads speak to it."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._lock = threading.Lock()

    def say(self, message: dict[str, Any]) -> None:
        with self._lock:
            self._out.write(json.dumps(message, ensure_ascii=False) + "\n")

    def give_up(self, why: str) -> NoReturn:
        self.say({"exhausted": why})
        os._exit(EXHAUSTED)


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
    folder, threads, limit_mb = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us in its order
    parent = _Parent(os.fdopen(os.dup(1), "w", buffering=1))
    os.dup2(2, 1)  # nothing but our lines may reach the parent's reader
    _be_the_first_to_go()
    memory = _Memory(limit_mb, parent)
    threading.Thread(target=memory.watch, daemon=True).start()
    inbox = _Inbox(sys.stdin)

    import vosk  # after the inbox: an orphan must die even while the model loads

    vosk.SetLogLevel(-1)
    try:
        model = vosk.Model(folder)
        _try(vosk.KaldiRecognizer(model, RATE))
    except Exception as error:  # noqa: BLE001 - vosk raises bare Exception
        parent.say({"fatal": str(error)})
        sys.exit(3)
    memory.check()
    parent.say({"ready": True})

    def work() -> None:
        while True:
            request = inbox.requests.get()
            # a recogniser belongs to the thread that made it; libvosk lets Python go on while it works
            answer = _answer(lambda: vosk.KaldiRecognizer(model, RATE), request, inbox.cancelled, parent)
            memory.check()
            inbox.cancelled.discard(request["id"])
            parent.say({"id": request["id"], **answer})

    for _ in range(threads - 1):
        threading.Thread(target=work, daemon=True).start()
    work()


def _try(recogniser: Any) -> None:
    """A graph that is cut short loads without a word, then every segment fails; better none is begun."""
    recogniser.AcceptWaveform(bytes(RATE))
    recogniser.FinalResult()


def _be_the_first_to_go() -> None:
    """Where the system runs out of memory it ends us and not the worker, which would lose its place in Kafka."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


class _Memory:
    """Ends the process at `limit_mb` of its own (0: never).

    No RLIMIT_DATA or _AS: where malloc fails, the OpenBLAS in libvosk tries for ever (seen: a full core, no words), and
    each thread reserves 128 MB for it that it hardly uses.
    """

    def __init__(self, limit_mb: int, parent: _Parent) -> None:
        self._limit_mb, self._parent = limit_mb, parent
        self._process = psutil.Process()

    def check(self) -> None:
        """Also before every word to the parent: a small model is loaded between two looks."""
        used_mb = self._process.memory_info().rss >> 20
        if self._limit_mb and used_mb > self._limit_mb:
            self._parent.give_up(f"{used_mb} MB in use, speech.vosk_memory_mb allows {self._limit_mb}")

    def watch(self) -> None:
        """Look every `LOOK_S`."""
        while self._limit_mb:
            self.check()
            time.sleep(LOOK_S)


def _answer(make: Callable[[], Any], request: dict[str, Any], cancelled: set[int], parent: _Parent) -> dict[str, Any]:
    try:
        return _transcribe(make(), request, cancelled, parent.say)
    except MemoryError:
        parent.give_up("no memory for a segment")
    except Exception as error:  # noqa: BLE001 - vosk raises bare Exception; the answer must name the request
        if _short_of_memory():  # libvosk makes a nameless failure of `bad_alloc`; the segment is not to blame
            parent.give_up(f"no memory for a segment ({error})")
        return {"error": f"{type(error).__name__}: {error}"}


def _short_of_memory() -> bool:
    try:
        bytearray(PROBE)
    except MemoryError:
        return True
    return False


def _transcribe(
    recogniser: Any, request: dict[str, Any], cancelled: set[int], say: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
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
