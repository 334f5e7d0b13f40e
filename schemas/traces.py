"""Where something went: from the raw record to the message that people got (`GET /api/trace`)."""

from typing import Literal, get_args

import msgspec

from schemas.types import LeadId, Millis

Stage = Literal["received", "dead", "unassigned", "parsed", "stored", "signal", "alert", "delivery"]
"""As something meets them: the broker has the raw record; it could not be used; its client is not known; it is an event
of a client; it is in his history; a rule found something; an alert was opened or changed; it went out."""
STAGES: tuple[Stage, ...] = get_args(Stage)
"""In this order."""

State = Literal["done", "waiting", "failed", "unassigned", "nothing", "unknown"]
"""Of a step or of the whole: done; on its way, or waiting for something; given up, a person has to look; waits for a
person to say whose it is; read, and no client's history has anything of it; nobody knows such a thing."""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened. `at` is the broker's or the store's time (0: not known any more, or not yet).

    `after` is the number in `Trace.steps` of the step that it follows, `ms` the time between the two, where both are
    known. `what` is the event's kind, the rule, the outlet, or the class of a fault; `name` the place of a raw record,
    the id of an event, signal or alert, the key of a delivery; `version` of what has some. `message`: `chat/message`
    in Telegram. `detail`: why it waits or failed, or why an alert is silent (`schemas.alerts.Held`); `retry_at`: when
    it is tried again (0: not known).
    """

    stage: Stage
    at: Millis
    state: State = "done"
    what: str = ""
    name: str = ""
    version: int = 0
    after: int | None = None
    ms: int | None = None
    message: str = ""
    detail: str = ""
    retry_at: Millis = 0
    tries: int = 0


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where it stands now. `worker`: for whom it waits, `behind` so many records (0: not known)."""

    state: State
    stage: Stage = "received"
    worker: str = ""
    behind: int = 0
    detail: str = ""
    retry_at: Millis = 0


class Trace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of what was `asked` for. `origins`: the raw records; `leads`: whose. Steps are in the order of
    time, a step never before the one it follows; `more`: there were more events than are told."""

    asked: str
    stands: Standing
    origins: list[str] = []
    leads: list[LeadId] = []
    steps: list[Step] = []
    more: bool = False
