"""Every exception that Leadpulse raises on purpose.

    LeadpulseError
    ├── Transient(retry_after)     the surroundings: try again for as long as it takes; waiting is the backpressure
    │   ├── NotYet                 nothing is wrong, its time has not come
    │   └── RecordFault            the record, as far as we can tell: try again a few times, then it is a dead letter
    └── Terminal                   trying again gives the same answer
        ├── ConfigError            settings or environment are wrong; said at start, all faults at once
        ├── Refused                a remote system said no for good (4xx, bad key, unknown chat)
        │   └── TooLarge           a record is larger than its topic takes
        ├── TopicMismatch          a topic exists with other partitions or cleanup than `schemas.topics` says
        └── MigrationError         the database schema and the migration files disagree

`retriable` is on the class, so a caller asks the error, not a list of classes. A record that cannot be decoded is no
exception: it is the value `schemas.codec.Rejected`.
"""

from typing import ClassVar


class LeadpulseError(Exception):
    """Root of the tree."""

    retriable: ClassVar[bool] = False


class Transient(LeadpulseError):
    """A passing fault. `retry_after` is in seconds, or None where the remote side named no time.

    `of_record` tells whose fault it is. False: of the surroundings (a broker, a disk, a key, a remote system that is
    away), which everybody meets, so no record is to blame and all wait. True: others go well, so it is this record.
    """

    retriable = True
    of_record: bool = False

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotYet(Transient):
    """The time of what is asked has not come. `retry_after` says when to look again."""


class RecordFault(Transient):
    """A fault that may pass, but is this record's alone: after `pipeline.attempts` it is a dead letter."""

    of_record = True


class Terminal(LeadpulseError):
    """A fault that the same call will meet again."""


class ConfigError(Terminal):
    """Settings or environment are wrong."""


class Refused(Terminal):
    """A remote system refused for good."""


class TooLarge(Refused):
    """A record is larger than its topic takes, now and for ever."""


class TopicMismatch(Terminal):
    """A topic on the broker differs from `schemas.topics` in a way that cannot be repaired by itself."""


class MigrationError(Terminal):
    """Migration files and the database disagree."""
