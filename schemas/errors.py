"""Every exception that Leadpulse raises on purpose.

    LeadpulseError
    ├── Transient(retry_after)     try the same thing again; waiting is the backpressure
    └── Terminal                   trying again gives the same answer
        ├── ConfigError            settings or environment are wrong; said at start, all faults at once
        ├── Refused                a remote system said no for good (4xx, bad key, unknown chat)
        ├── TopicMismatch          a topic exists with other partitions or cleanup than `schemas.topics` says
        ├── BudgetExceeded         too many dead letters: something is wrong with all of the input
        └── MigrationError         the database schema and the migration files disagree

`retriable` is on the class, so a caller asks the error, not a list of classes. A record that cannot be decoded is no
exception: it is the value `schemas.codec.Rejected`.
"""

from typing import ClassVar


class LeadpulseError(Exception):
    """Root of the tree."""

    retriable: ClassVar[bool] = False


class Transient(LeadpulseError):
    """A passing fault. `retry_after` is in seconds, or None where the remote side named no time."""

    retriable = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Terminal(LeadpulseError):
    """A fault that the same call will meet again."""


class ConfigError(Terminal):
    """Settings or environment are wrong."""


class Refused(Terminal):
    """A remote system refused for good."""


class TopicMismatch(Terminal):
    """A topic on the broker differs from `schemas.topics` in a way that cannot be repaired by itself."""


class BudgetExceeded(Terminal):
    """More records were rejected than the dead-letter budget allows."""


class MigrationError(Terminal):
    """Migration files and the database disagree."""
