"""The open dead letters, as `dead.letters` tells them: each is open until a person's answer stands behind it."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from aiokafka import ConsumerRecord
from msgspec.structs import replace as struct_replace

from schemas.codec import Codec, Rejected
from schemas.errors import Refused
from schemas.failed import Attempt, DeadLetter
from schemas.topics import DEAD_LETTERS
from schemas.types import Millis
from streams.engine.kafka import FIRST_APPENDED, FIRST_PLACE, PARTITIONS, Output
from streams.engine.letters import LETTER
from streams.engine.record_at import record_at
from streams.settings import Kafka

CLAIM_MS: Millis = 30_000
"""How long a letter belongs to the command that claimed it, by the broker's clock."""

HISTORY = "dead-letter-history"
"""Header of a record that was replayed: every time that it was a letter, oldest first, as JSON of `Attempt`s."""
KEPT, KEPT_ERROR = 10, 200
"""Attempts in a history, and characters of the fault of each: a header stands beside the largest record, too."""
_HISTORY: Codec[list[Attempt]] = Codec(list[Attempt])

Place = tuple[str, int, int, str, Millis, str]
"""Topic, partition, offset, agent, time and item: which letter it is. Nothing of it is of our clock or of the moment of
the fault, so a batch that is settled twice writes the same letter twice; a record that was replayed has an offset of
its own. The time parts the letters of the recorder, whose markers stand on no topic."""


def place_of(letter: DeadLetter) -> Place:
    """Which letter it is, or answers."""
    return letter.topic, letter.partition, letter.offset, letter.agent, letter.ts, letter.item


class Claim(NamedTuple):
    """Somebody's command begins with a letter: its mark, whose it is, when the broker took it, and where the partition
    that the record belongs to ended before."""

    mark: str
    by: str
    ts: Millis
    end: int


@dataclass(frozen=True, slots=True)
class Numbered:
    """A letter with its number: its offset in `dead.letters`. `answer` is the last one that a person gave, if any."""

    number: int
    letter: DeadLetter
    claims: tuple[Claim, ...] = ()
    answer: DeadLetter | None = None

    @property
    def holder(self) -> Claim | None:
        """Whose letter it is. The order on the topic and the broker's clock decide, so everybody sees the same one: the
        first who claimed it, or the first who did so when that one had not been heard of for `CLAIM_MS`."""
        holder: Claim | None = None
        for claim in self.claims:
            if holder is None or claim.ts - holder.ts >= CLAIM_MS or claim.mark == holder.mark:
                holder = claim
        return holder

    @property
    def history(self) -> list[Attempt]:
        """The times before this one that the record was a letter, oldest first."""
        return history_of(self.letter.headers)


@dataclass(slots=True)
class OpenLetters:
    """Feed it every record of the topic in order. `end` is the offset behind the last one.

    A letter that comes again changes nothing, open or closed: it is the same failure, told twice after a kill.
    """

    end: int = 0
    _open: dict[Place, Numbered] = field(default_factory=dict)
    _places: dict[int, Place] = field(default_factory=dict)
    """Of the open ones by number: a replay of all of them asks for each, again and again."""
    _closed: dict[Place, Numbered] = field(default_factory=dict)
    _answered: set[Place] = field(default_factory=set)
    """The closed ones, and those whose answer has outlived them on the topic."""

    def add(self, record: ConsumerRecord) -> None:
        """A letter, or an answer to one. What cannot be read is passed over: nobody could do anything with it."""
        self.end = record.offset + 1
        letter = LETTER.decode(record.value)
        if isinstance(letter, Rejected):
            return
        place = place_of(letter)
        known = self._open.get(place)
        if not letter.answer:
            if not known and place not in self._answered:
                self._open[place] = Numbered(record.offset, letter)
                self._places[record.offset] = place
        elif letter.answer == "claimed":
            if known:
                claim = Claim(letter.claim, letter.by, record.timestamp, letter.end)
                self._open[place] = replace(known, claims=(*known.claims, claim))
        elif letter.answer == "released":
            if known:
                claims = tuple(claim for claim in known.claims if claim.mark != letter.claim)
                self._open[place] = replace(known, claims=claims)
        else:
            self._answered.add(place)
            if known:
                del self._open[place], self._places[known.number]
                without = struct_replace(known.letter, payload=b"")
                self._closed[place] = Numbered(known.number, without, known.claims, letter)

    def get(self, number: int) -> Numbered | None:
        """An open letter by its number."""
        place = self._places.get(number)
        return None if place is None else self._open[place]

    def select(
        self, numbers: Iterable[int] = (), topic: str = "", error: str = "", since: int = 0, *, closed: bool = False
    ) -> list[Numbered]:
        """Those with these numbers (or all), of a topic, a class of error, from `since` on (ms UTC), in that order. The
        `closed` ones have no payload, but an answer."""
        wanted = set(numbers)
        found = [
            one
            for one in (self._closed if closed else self._open).values()
            if (not wanted or one.number in wanted)
            and (not topic or one.letter.topic == topic)
            and (not error or one.letter.error_class == error)
            and one.letter.ts >= since
        ]
        return sorted(found, key=lambda one: (one.letter.topic, one.letter.error_class, one.letter.ts, one.number))


async def read_open(records: AsyncIterator[ConsumerRecord], letters: OpenLetters | None = None) -> OpenLetters:
    """The whole topic, or what follows on `letters`. Raises `Transient`."""
    letters = OpenLetters() if letters is None else letters
    async for record in records:
        letters.add(record)
    return letters


def history_of(headers: Iterable[tuple[str, bytes]]) -> list[Attempt]:
    """What the headers of a record say of the times that it was a letter. What cannot be read is none."""
    told = next((value for name, value in headers if name == HISTORY), None)
    found = _HISTORY.decode(told) if told is not None else []
    return [] if isinstance(found, Rejected) else found


def history_header(attempts: Iterable[Attempt]) -> tuple[str, bytes]:
    """What `history_of` reads."""
    return HISTORY, _HISTORY.encode([*attempts][-KEPT:])


def answer(
    letter: DeadLetter,
    how: Literal["claimed", "released", "replayed", "dropped"],
    by: str = "",
    at: Millis = 0,
    claim: str = "",
    end: int = 0,
) -> Output:
    """What is written down when a person begins with a letter, and when he has dealt with it."""
    told = DeadLetter(
        topic=letter.topic,
        partition=letter.partition,
        offset=letter.offset,
        ts=letter.ts,
        agent=letter.agent,
        error_class=letter.error_class,
        error="",
        payload=b"",
        answer=how,
        by=by,
        at=at,
        claim=claim,
        end=end,
        item=letter.item,
    )
    return Output(DEAD_LETTERS.name, f"{letter.topic}/{letter.partition}".encode(), LETTER.encode(told))


async def again(kafka: Kafka, one: Numbered, by: str = "", at: Millis = 0) -> Output:
    """The record as it stood, for its own partition, with the time when the broker took it first and its history.

    Raises `Refused` where there is no such topic, or where the letter was cut and the record has gone meanwhile.
    """
    letter = one.letter
    if letter.topic not in PARTITIONS:
        raise Refused(f"«{letter.topic}» — не тема Kafka, возвращать некуда")
    if not 0 <= letter.partition < PARTITIONS[letter.topic]:
        raise Refused(f"в теме {letter.topic} нет раздела {letter.partition}, возвращать некуда")
    payload = (await _whole(kafka, letter)) if letter.cut else letter.payload
    attempt = Attempt(one.number, letter.ts, letter.error_class, letter.error[:KEPT_ERROR], by, at)
    ours = dict([(FIRST_APPENDED, b"%d" % letter.ts), history_header([*one.history, attempt])])
    place = {FIRST_PLACE: f"{letter.topic}/{letter.partition}/{letter.offset}".encode()}
    ours = place | dict(header for header in letter.headers if header[0] == FIRST_PLACE) | ours
    theirs = [(name, value) for name, value in letter.headers if name not in ours]
    return Output(letter.topic, letter.key, payload, letter.partition, (*theirs, *ours.items()))


async def _whole(kafka: Kafka, letter: DeadLetter) -> bytes:
    """The record of a letter that was cut, from where it stands. Raises `Refused`, `Transient`."""
    record = await record_at(kafka, letter.topic, letter.partition, letter.offset)
    if record is None:
        raise Refused("запись целиком уже удалена по сроку хранения, здесь только её начало")
    return record.value or b""
