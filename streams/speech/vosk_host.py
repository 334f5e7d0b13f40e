"""A process that holds libvosk, which can abort: how it comes up, speaks to its parent in JSON lines, and ends itself.

Started as `python -m MODULE MODEL THREADS LIMIT_MB`. It says `{"ready": true}` or `{"fatal": text}` once, and
`{"exhausted": text}` at any time: then it ends itself for want of memory. End of input ends the process at once, so it
never outlives its parent.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

import psutil

RATE = 16_000
LOOK_S = 0.1
"""Distance of looks at our own memory: a model loads at about 0.5 GB/s, so 50 MB too much may be taken in between."""
PROBE = 64 << 20
"""Bytes that a process with memory left can reserve."""
EXHAUSTED = 4
"""Exit code after `exhausted`."""

Message = dict[str, Any]


class Parent:
    """Who reads our lines; several threads speak to it."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._lock = threading.Lock()

    def say(self, message: Message) -> None:
        """One line."""
        with self._lock:
            self._out.write(json.dumps(message, ensure_ascii=False) + "\n")

    def give_up(self, why: str) -> NoReturn:
        """Say that there is no memory, and end."""
        self.say({"exhausted": why})
        os._exit(EXHAUSTED)


class Memory:
    """Ends the process at `limit_mb` of its own (0: never).

    No RLIMIT_DATA or _AS: where malloc fails, the OpenBLAS in libvosk tries for ever (seen: a full core, no words), and
    each thread reserves 128 MB for it that it hardly uses.
    """

    def __init__(self, limit_mb: int, parent: Parent) -> None:
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


class Host(NamedTuple):
    """A loaded model with who asks for it. `recogniser` belongs to the thread that makes it; libvosk lets Python go on
    while it works."""

    recogniser: Callable[[], Any]
    threads: int
    parent: Parent
    memory: Memory

    def answered(self, work: Callable[[], Message]) -> Message:
        """What `work` answers, or what went wrong as `{"error": text}`; for want of memory the process ends."""
        try:
            answer = work()
        except MemoryError:
            self.parent.give_up("no memory for a segment")
        except Exception as error:  # noqa: BLE001 - vosk raises bare Exception; the answer must name the request
            if _short_of_memory():  # libvosk makes a nameless failure of `bad_alloc`; the segment is not to blame
                self.parent.give_up(f"no memory for a segment ({error})")
            answer = {"error": f"{type(error).__name__}: {error}"}
        self.memory.check()
        return answer


def host(take: Callable[[Message], None]) -> Host:
    """Come up: `take` is given each request in a thread of its own, also while the model loads. Exits with 3 where it
    cannot be loaded."""
    folder, threads, limit_mb = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us in its order
    parent = Parent(os.fdopen(os.dup(1), "w", buffering=1))
    os.dup2(2, 1)  # nothing but our lines may reach the parent's reader
    _be_the_first_to_go()
    memory = Memory(limit_mb, parent)
    threading.Thread(target=memory.watch, daemon=True).start()
    threading.Thread(target=_read, args=(sys.stdin, take), daemon=True).start()

    import vosk  # after the reader: an orphan must die even while the model loads

    vosk.SetLogLevel(-1)
    try:
        model = vosk.Model(folder)
        _try(vosk.KaldiRecognizer(model, RATE))
    except Exception as error:  # noqa: BLE001 - vosk raises bare Exception
        parent.say({"fatal": str(error)})
        sys.exit(3)
    memory.check()
    parent.say({"ready": True})
    return Host(lambda: vosk.KaldiRecognizer(model, RATE), threads, parent, memory)


def words_of(results: Iterable[str]) -> list[tuple[str, float, float, float]]:
    """The words of a recogniser's answers: text, start and end in s of its sound, confidence."""
    heard = (word for result in results for word in json.loads(result).get("result", ()))
    return [(word["word"], word["start"], word["end"], word["conf"]) for word in heard]


def _read(lines: Iterable[str], take: Callable[[Message], None]) -> None:
    for line in lines:
        take(json.loads(line))
    os._exit(0)  # the parent is gone or closed us; libvosk may be deep in C++ and has nothing to save


def _try(recogniser: Any) -> None:
    """A graph that is cut short loads without a word, then every segment fails; better none is begun."""
    recogniser.AcceptWaveform(bytes(RATE))
    recogniser.FinalResult()


def _be_the_first_to_go() -> None:
    """Where the system runs out of memory it ends us and not the worker, which would lose its place in Kafka."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _short_of_memory() -> bool:
    try:
        bytearray(PROBE)
    except MemoryError:
        return True
    return False
