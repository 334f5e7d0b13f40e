"""Dead letters: the record as it was, where it stood, and what is wrong with it, in a size that its topic takes."""

from msgspec.structs import replace

from schemas.codec import Codec, Rejected
from schemas.failed import DeadLetter
from schemas.topics import BASE64, DEAD_LETTERS, ENVELOPE
from streams.engine.kafka import Output
from streams.engine.process import Batch, Record, first_appended

LETTER: Codec[DeadLetter] = Codec(DeadLetter)

MOST_ERROR = 2000
"""Characters of a fault's own text: it may quote the record."""
MOST_PAYLOAD = int((DEAD_LETTERS.max_bytes - ENVELOPE) / BASE64)
"""Bytes of payload and key that a letter takes whole."""
LEAST_PAYLOAD = 8 << 10
"""What is left of a payload where the cluster takes less than `schemas.topics` says."""


def letter_of(agent: str, batch: Batch, record: Record, why: Rejected) -> DeadLetter:
    """The letter about a record of a batch. Nothing of its place is of our clock."""
    return DeadLetter(
        topic=batch.topic,
        partition=batch.partition,
        offset=record.offset,
        ts=first_appended(record),
        agent=agent,
        error_class=why.error_class,
        error=why.reason,
        payload=record.value or b"",
        key=record.key,
        headers=list(record.headers),
    )


def letter_output(letter: DeadLetter, most: int = MOST_PAYLOAD) -> Output:
    """The record for `dead.letters`. More than `most` bytes of payload are cut off, and the letter says so."""
    if len(letter.error) > MOST_ERROR:
        letter = replace(letter, error=letter.error[:MOST_ERROR] + "…")
    beside = len(letter.key or b"") + sum(len(name) + len(value) for name, value in letter.headers)
    room = max(0, most - beside)
    if len(letter.payload) > room:
        whole = f"{letter.topic}/{letter.partition} at offset {letter.offset}"
        letter = replace(
            letter,
            payload=letter.payload[:room],
            cut=len(letter.payload) - room,
            error=f"{letter.error} [cut after {room} bytes; the whole record stands in {whole}]",
        )
    return Output(DEAD_LETTERS.name, f"{letter.topic}/{letter.partition}".encode(), LETTER.encode(letter))
