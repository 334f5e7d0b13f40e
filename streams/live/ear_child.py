"""The process that listens to open turns: `python -m ….ear_child MODEL THREADS LIMIT_MB` (`streams.speech.vosk_host`).

In: `{"id", "ear", "pcm"}` (base64 of s16le 16 kHz, which goes on with the ear's sound), answered with `{"id"}` when it
is heard; `{"id", "ear", "end": true}`, answered with `{"id", "words": [[text, start s, end s, confidence], …]}`. An ear
is open from its first sound to its end; `{"id", "ear", "drop": true}` forgets it. Any answer may be
`{"id", "error": text}`. An ear belongs to one of THREADS.
"""

import base64
import queue
import threading
from functools import partial
from typing import Any

from streams.speech.vosk_host import Host, Message, host, words_of


class _Ears:
    """Open ears by thread. Requests of an ear are answered in their order."""

    def __init__(self, threads: int) -> None:
        self._lines: list[queue.SimpleQueue[Message]] = [queue.SimpleQueue() for _ in range(threads)]

    def take(self, message: Message) -> None:
        """From the parent."""
        if "ear" in message:
            self._lines[message["ear"] % len(self._lines)].put(message)

    def work(self, here: Host, number: int) -> None:
        """Answer the requests of one thread, for ever."""
        open_: dict[int, tuple[Any, list[str]]] = {}
        while True:
            request = self._lines[number].get()
            answer = here.answered(partial(_hear, here, open_, request))
            here.parent.say({"id": request["id"], **answer})


def main() -> None:
    """Until the parent goes."""
    import sys

    ears = _Ears(int(sys.argv[2]))
    here = host(ears.take)
    for number in range(1, here.threads):
        threading.Thread(target=ears.work, args=(here, number), daemon=True).start()
    ears.work(here, 0)


def _hear(here: Host, open_: dict[int, tuple[Any, list[str]]], request: Message) -> Message:
    ear = request["ear"]
    if "drop" in request:
        open_.pop(ear, None)
        return {}
    if "end" in request:
        recogniser, results = open_.pop(ear)
        return {"words": words_of([*results, recogniser.FinalResult()])}
    if ear not in open_:
        recogniser = here.recogniser()
        recogniser.SetWords(True)
        open_[ear] = recogniser, []
    recogniser, results = open_[ear]
    if recogniser.AcceptWaveform(base64.b64decode(request["pcm"])):
        results.append(recogniser.Result())
    return {}


if __name__ == "__main__":
    main()
