"""A meeting in progress, a minute at a time: what was said in the last one, and whether somebody should think about it.

Pure. A minute is over when something is said in a later one, or the meeting ends.
"""

from collections.abc import Sequence
from typing import Final

from processors.minutes import extract, is_order
from schemas.commands import Trigger
from schemas.events import MeetingSaid
from schemas.meetings import Utterance
from schemas.minutes import Conversation
from schemas.types import Millis

MINUTE_MS: Final = 60_000
LATE_MS: Final = 5 * MINUTE_MS
"""Words that are recognised later than that belong to no minute any more: the minutes of the meeting have them."""
LONGEST: Final = 2000
MOST_MEETINGS: Final = 200


class Minutes:
    """The minute that runs, of each meeting. Mutable; a restart loses at most a minute of each."""

    def __init__(self) -> None:
        self._running: dict[str, list[MeetingSaid]] = {}

    def take(self, said: MeetingSaid) -> list[MeetingSaid]:
        """Take a turn; the turns of the minute that it ends, in order."""
        running = self._running.setdefault(said.meeting_id, [])
        if running and said.start_ms // MINUTE_MS > running[0].start_ms // MINUTE_MS:
            self._running[said.meeting_id] = [said]
            return running
        if all(one.event_id != said.event_id for one in running):
            running.append(said)
        while len(self._running) > MOST_MEETINGS:
            del self._running[next(iter(self._running))]
        return []

    def end(self, meeting_id: str) -> list[MeetingSaid]:
        """The meeting is over: what is left of it."""
        return self._running.pop(meeting_id, [])


def occasion(turns: Sequence[MeetingSaid], now: Millis) -> Trigger | None:
    """What a minute calls to think about: somebody promised, asked for something, settled or complained. None for small
    talk, and for a minute that is long over."""
    turns = sorted(turns, key=lambda one: one.start_ms)
    if not turns or now - turns[-1].end_ms > LATE_MS:
        return None
    first = turns[0]
    said = [Utterance(one.start_ms - first.start_ms, one.end_ms - first.start_ms, one.text, one.name) for one in turns]
    client = [one.name for one in turns if one.name and not one.ours]
    found = extract(Conversation(utterances=said, started_at=first.start_ms, client=client))
    if not (found.actions or found.pains or found.conflicts or found.decisions or found.competitors):
        return None
    words = "\n".join(f"{one.name or 'участник'}: {one.text}" for one in turns)[:LONGEST]
    return Trigger(
        kind="meeting",
        id=f"{first.meeting_id}/{first.start_ms // MINUTE_MS}",
        words=words,
        who="встреча",
        client=any(not one.ours for one in turns),
        orders=is_order(words),
    )
