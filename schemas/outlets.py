"""What goes out to the customer's other systems: `out.files`, `out.bitrix`, `out.notebook`, `out.webhooks`; and what
became of it: `out.settled`.

One topic for each outlet, so that one that is away holds up no other. Every delivery may be repeated after a crash;
each outlet makes it count once (it looks for what is there by its key before it writes).
"""

from typing import Literal

import msgspec

from schemas.meetings import Utterance
from schemas.minutes import MeetingMinutes
from schemas.types import Millis


class MinutesCopy(msgspec.Struct, frozen=True, omit_defaults=True):
    """A meeting's minutes with the words they were made of (`out.files`, `out.bitrix`, `out.notebook`)."""

    minutes: MeetingMinutes
    transcript: list[Utterance]


class Forget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Behind all copies of a client on `out.bitrix` and `out.notebook`: what was written there of these meetings is to
    be deleted; `recordings` empty: of all. `forget_id`: of the erasure."""

    forget_id: str
    lead_id: str
    recordings: list[str] = []


def forgotten(forget_id: str) -> str:
    """`Handover.key` of a `Forget`; with nobody's lead, for that is to be forgotten too."""
    return f"forget/{forget_id}"


WebhookKind = Literal["recording", "transcript", "minutes", "alert", "report"]


class Webhook(msgspec.Struct, frozen=True, omit_defaults=True):
    """What n8n is told (`out.webhooks`): the body of the request as it is sent. The same `id` is the same event.
    `origin`: the trace, as in `LeadEvent`; it stands in the body too."""

    id: str
    event: WebhookKind
    ts: Millis
    body: msgspec.Raw
    lead_id: str = ""
    origin: str = ""


Outlet = Literal["files", "bitrix", "notebook", "webhooks"]


class Handover(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a record of `out.*` (`out.settled`, key = outlet/what it is about).

    `place` is where it stands (`topic/partition/offset`), `given_at` when the broker took it there; `key` what it is
    about (a recording's id, a webhook's) and `version` of it. `outcome`: `waiting` comes before the others, or never;
    `refused` has a dead letter beside it. `tries` since the process that settles it began with it. While it waits,
    `error` says for what, and `retry_at` (0: not known) when it is tried again. `origin`: as in `LeadEvent`.
    """

    outlet: Outlet
    place: str
    key: str
    version: int
    outcome: Literal["waiting", "delivered", "refused"]
    given_at: Millis
    at: Millis
    tries: int = 1
    retry_at: Millis = 0
    error: str = ""
    lead_id: str = ""
    origin: str = ""


class LlmCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """The audit of one call of a language model (`llm.calls`, key = role): hashes instead of words.

    `outcome` is "begun" (before the words leave), then "ok" or the kind of fault. `cost_usd` is by the model's price
    in the settings. Hashes are SHA-256, hex. `external`: the words (pseudonymised) left the house.
    """

    call_id: str
    ts: Millis
    role: str
    model: str
    outcome: str
    prompt_sha256: str
    answer_sha256: str = ""
    prompt_tokens: int = 0
    answer_tokens: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0
    lead_id: str = ""
    external: bool = True
