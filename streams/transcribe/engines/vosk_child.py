"""The process that recognises segments: `python -m ….vosk_child MODEL THREADS LIMIT_MB` (`streams.speech.vosk_host`).

In: `{"id", "path", "offset", "bytes"}` (a stretch of a spooled s16le 16 kHz file) and `{"cancel": id}`. Out, per
request: lines of `{"id", "at"}` (seconds heard: the parent kills a child that says nothing of a request) and at last
`{"id", "words": [[text, start s, end s, confidence], …]}`, `{"id", "error": text}` or `{"id", "cancelled": true}`.
THREADS requests are in work at once, on one model.
"""

import queue
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

from streams.speech.vosk_host import RATE, Host, Message, host, words_of

BLOCK = RATE // 4 * 2
"""0.25 s: the decoder's step is 0.2 s. Even, or every sample after it would be misread."""
BEAT = 40
"""Blocks (10 s of sound) between two signs of life."""


class _Inbox:
    """Requests in order, and the ids that were cancelled meanwhile."""

    def __init__(self) -> None:
        self.requests: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.cancelled: set[int] = set()

    def take(self, message: Message) -> None:
        """From the parent."""
        if "cancel" in message:
            self.cancelled.add(message["cancel"])
        else:
            self.requests.put(message)


def main() -> None:
    """Until the parent goes."""
    inbox = _Inbox()
    here = host(inbox.take)
    for _ in range(here.threads - 1):
        threading.Thread(target=_work, args=(here, inbox), daemon=True).start()
    _work(here, inbox)


def _work(here: Host, inbox: _Inbox) -> None:
    while True:
        request = inbox.requests.get()
        answer = here.answered(partial(_transcribe, here, request, inbox.cancelled))
        inbox.cancelled.discard(request["id"])
        here.parent.say({"id": request["id"], **answer})


def _transcribe(here: Host, request: Message, cancelled: set[int]) -> Message:
    recogniser = here.recogniser()
    recogniser.SetWords(True)
    results = []
    with Path(request["path"]).open("rb") as file:
        for number, block in enumerate(_blocks(file, request["offset"], request["bytes"])):
            if request["id"] in cancelled:
                return {"cancelled": True}
            if number % BEAT == 0:
                here.parent.say({"id": request["id"], "at": number * BLOCK / 2 / RATE})
            if recogniser.AcceptWaveform(block):
                results.append(recogniser.Result())
    results.append(recogniser.FinalResult())
    return {"words": words_of(results)}


def _blocks(file: IO[bytes], offset: int, size: int) -> Iterator[bytes]:
    file.seek(offset)
    while size > 0 and (block := file.read(min(BLOCK, size))):
        size -= len(block)
        yield block


if __name__ == "__main__":
    main()
