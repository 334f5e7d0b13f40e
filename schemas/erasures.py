"""A client's data are erased: who asked, who confirmed, what was done (`erasures`, key = erasure id); or nobody may for
a while (the same topic, key = `HOLD` and the lead); or a command quoted deleted words (`UNSAID` and its id)."""

from typing import Annotated, Literal, get_args

import msgspec

from schemas.commands import CommandId
from schemas.people import Sha256
from schemas.privacy import Consent, SomePerson
from schemas.types import LeadId, Millis

ErasureId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
Step = Literal["state", "tables", "transcripts", "messages", "waiting", "links", "files", "outlets"]
"""state: what the rules remember · tables: ClickHouse · transcripts: words in work, objections · messages: what was
sent to Telegram · waiting: what waited for its client · links: who is who, cards, consents · files: recordings,
minutes, exports · outlets: what we wrote to Bitrix24 and Open Notebook."""
STEPS: tuple[Step, ...] = get_args(Step)
"""In this order: while tables hold a client, an ended link would move his events instead."""


OF_PERSON: tuple[Step, ...] = ("messages", "transcripts", "waiting", "links", "files", "outlets", "tables")
"""Of one person of a client who stays. What the rules remember of him goes with the tables (`events_moved`), and these
last: whose words the other places hold is known by them."""


class StepDone(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step is over: when, and how many records, rows or files went. `left`: outlets (`outlet/how it stands`) where a
    person has to look."""

    step: Step
    at: Millis
    count: int
    left: list[str] = []


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands of one person, in plain, while it is being erased: `person` as the register had him, keys of
    `notify.outbox`, commands and memories of the assistant (keys of their topics) that name or quote him, documents
    (whole paths), recordings of meetings in which he was (`Recording.path`) and ids of those meetings."""

    person: Consent
    messages: list[str] = []
    commands: list[str] = []
    memories: list[str] = []
    documents: list[str] = []
    recordings: list[str] = []
    meetings: list[str] = []


class Erasure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of it in each record; the newest counts. From `started_at` on the client is denied: by `denied`, digests of
    his lead and of every name that led to it (`processors.privacy.erasing.digest`).

    `refs` and `paths` are those names and his recordings in plain, needed while it runs; the last record has neither.
    `person`: only he of the client's people, the client stays (`denied` are digests of his names, as
    `processors.privacy.parting` makes them); `meetings`: whether the recordings in which he is heard beside others are
    deleted or kept; `standing` as `refs`.
    """

    erasure_id: ErasureId
    lead_id: LeadId
    person: SomePerson = ""
    meetings: Literal["delete", "keep"] = "delete"
    standing: Standing | None = None
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    requested_by: str
    requested_at: Millis
    confirmed_by: str = ""
    confirmed_at: Millis = 0
    executed_by: str = ""
    started_at: Millis = 0
    denied: list[Sha256] = []
    refs: list[str] = []
    paths: list[str] = []
    done: list[StepDone] = []
    ended_at: Millis = 0


HOLD = "hold/"
"""Begins the key of a hold."""


class Hold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A client's data are needed for a dispute: he is not erased up to the local day `until`, which counts in. The
    newest record of a lead counts; `ended_at` (ms UTC) is when somebody lifted it before that day."""

    lead_id: LeadId
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    until: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}\Z")]
    by: str
    at: Millis
    ended_by: str = ""
    ended_at: Millis = 0


UNSAID = "unsaid/"
"""Begins the key of a command."""


class Unsaid(msgspec.Struct, frozen=True, kw_only=True):
    """A command quoted words that somebody objected to: it goes as one that names an erased person. Its body was
    signed, so it cannot be rid of the quote; nothing is said or done of it any more. `at`: when that was found, ms
    UTC."""

    command_id: CommandId
    at: Millis
