"""Commands: what the assistant or a person proposes, what people say to it, what came of it.

Topic `commands` is one ordered log of one partition (key = command id): all that decides about a command stands in it,
so that whoever reads it from its beginning comes to the same states. `processors.commands.desk` is its fold.

A proposal travels as the very bytes that were signed (`Proposal.body`, canonical JSON): nobody verifies what he has
written anew himself. What people are shown is made of the same bytes.
"""

from typing import Annotated, Literal

import msgspec

from schemas.proofs import ButtonProof, PasskeyProof
from schemas.types import Millis, SomeLead

CommandId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
SomeCommand = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{16})?\Z")]
"""The same, or "" where there is none."""
CommandName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]{1,20}(\.[a-z0-9_]{1,30})?\Z")]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""SHA-256 over the domain `leadpulse-command-v1\\0` and the signed bytes (`processors.commands.canon.digest`)."""
Param = str | int | bool

State = Literal[
    "asking",
    "approved",
    "running",
    "done",
    "failed",
    "unknown",
    "refused",
    "expired",
    "superseded",
    "rejected",
    "dropped",
]
"""asking → approved → running → done | failed | unknown; asking → refused | expired | superseded; at once: rejected
(signature, schema, scope, limits), dropped (too unsure). `unknown`: cut off in mid-call, a person decides."""

FINAL: frozenset[State] = frozenset(("done", "failed", "refused", "expired", "superseded", "rejected", "dropped"))


class Trigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What made somebody propose it. `id`: of the alert, event, promise, question …; `words`: the quote that is shown,
    `who` said it. `client`: they are a client's words, which are never enough for more than our own history. `gravity`:
    0 nothing grave, 1 a warning, 2 critical: what was refused for a lesser one may be proposed for a graver."""

    kind: Literal["alert", "event", "promise", "silence", "unassigned", "meeting", "asked", "tick", "person", "command"]
    id: str
    words: str = ""
    who: str = ""
    client: bool = False
    orders: bool = False
    """The words contain orders to a machine: a device key signs, whatever the definition says."""
    gravity: Annotated[int, msgspec.Meta(ge=0, le=2)] = 0


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is signed. `command_id` follows from name, lead, trigger and params (`canon.command_id`).

    `params` are the definition's, those that the server fills in included. `evidence`: ids of events. `why`: a Russian
    sentence for who signs. `proposer`: `agent/rules`, `agent/MODEL`, `web/USER`, `mcp/USER`. `asked_by`: the user or
    the Telegram id (`tg:123`) who spoke to the assistant; he is asked, and told what came of it.
    """

    command_id: CommandId
    name: CommandName
    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    lead_id: SomeLead
    params: dict[str, Param]
    trigger: Trigger
    confidence_percent: Annotated[int, msgspec.Meta(ge=0, le=100)]
    proposed_at: Millis
    expires_at: Millis
    proposer: str
    why: str = ""
    evidence: list[str] = []
    asked_by: Annotated[str, msgspec.Meta(pattern=r"^(tg:-?[0-9]{1,19}|[^:]*)\Z")] = ""
    supersedes: SomeCommand = ""


class Proposal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="proposal"):
    """`body`: a `Command` in canonical JSON; `sig`: Ed25519 over its digest, base64url without padding."""

    command_id: CommandId
    body: str
    key_id: str
    sig: str


class Word(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person says, in a record of the process that heard him, or what `notify` says of a call: `sig` is Ed25519
    over all the rest of it (`processors.commands.attesting`), base64url without padding, by the key `key_id` of `web`,
    `pipeline` or `notify`. Empty in what a device's key has signed, and in what stood in the log before it was
    signed."""

    key_id: str = ""
    sig: str = ""


class Answered(Word, frozen=True, kw_only=True, omit_defaults=True):
    """A person's word on a command. A button has the first 20 hex digits of the digest, and no command id."""

    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{20}([0-9a-f]{44})?\Z")]
    at: Millis
    command_id: SomeCommand = ""
    user_id: str = ""
    """Of the page; empty for a button, whose sender is in the proof."""
    button: ButtonProof | None = None


class Approval(Answered, frozen=True, kw_only=True, omit_defaults=True, tag="approval"):
    """Yes, to exactly this digest."""

    passkey: PasskeyProof | None = None


class Refusal(Answered, frozen=True, kw_only=True, omit_defaults=True, tag="refusal"):
    """No. `reason`: a few words; the assistant learns from it."""

    reason: str = ""


class Begun(Word, frozen=True, kw_only=True, omit_defaults=True, tag="begun"):
    """The outlet is about to make the call: written before it, so that a crash in the middle is seen.

    It is a claim as well: of several that name the same `after` only the first in the log may make the call. `after`:
    the claim whose call surely did nothing; empty for the first. To the desk they are all one."""

    command_id: CommandId
    at: Millis
    claim: str = ""
    after: str = ""


class Result(Word, frozen=True, kw_only=True, omit_defaults=True, tag="result"):
    """What became of it, said by who made the call. `what`: where it stands (message, task, link)."""

    command_id: CommandId
    at: Millis
    outcome: Literal["done", "failed", "unknown"]
    what: str = ""
    error: str = ""


class Decided(Word, frozen=True, kw_only=True, omit_defaults=True, tag="decided"):
    """A person looked what became of an `unknown` one: it was done, or it was not and stays so."""

    command_id: CommandId
    at: Millis
    user_id: str
    outcome: Literal["done", "failed"]


class Switched(Word, frozen=True, kw_only=True, omit_defaults=True, tag="switched"):
    """An administrator lets a command run by itself above its threshold, or no more; takes it out of a pause. Of two
    about one command the one with the later `at` counts."""

    name: CommandName
    at: Millis
    user_id: str
    auto: bool | None = None
    paused: bool | None = None


class Clock(msgspec.Struct, frozen=True, kw_only=True, tag="clock"):
    """Time, while something waits: written by `actions`, so that expiry is in the log too."""

    at: Millis


LogRecord = Proposal | Approval | Refusal | Begun | Result | Decided | Switched | Clock


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a command stands (`command.state`, compacted, key = command id). `body`, `digest`: as they were signed.

    `by`: who approved or refused it, by name; `how` he proved it; `why`: the reason of a refusal or rejection, or an
    error; `what`: where the effect stands. `due_at`: a reminder waits for this time. `number` counts its changes.
    """

    command_id: CommandId
    body: str
    digest: Digest
    state: State
    at: Millis
    number: int = 1
    by: str = ""
    by_user: str = ""
    how: Literal["", "auto", "button", "passkey"] = ""
    why: str = ""
    what: str = ""
    due_at: Millis = 0
    title: str = ""
    effect: str = ""


class CommandChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A change of state (`command.events`, key = lead id or `-`). `change_id`: of the command, the change's number and
    its time in the log, so a repeat is the same. From a state to itself: somebody's answer does not count, and `why`.
    A signature that does not hold comes under the name `unknown` and whatever id it claims."""

    change_id: str
    command_id: CommandId
    lead_id: SomeLead
    name: CommandName
    at: Millis
    before: State | Literal[""]
    standing: Standing


class Handed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an outlet has to do (`out.telegram`, `out.portal`, `out.http`; key = command id). It may come twice: who
    makes the call looks into the log first (`Begun`, `Result`), and writes `Begun` before it.

    `handler`: as in the definition. `to`: for Telegram, as `alerting.outbox.Item.to`. `body`: what is sent, by the
    handler: text; a method of the portal with its fields; method, address and JSON of a request. `key`: a definition's
    `secret` by name, never a value. `inside`: a reminder or an answer to our own people, which is no outward effect.
    `expires_at`: after it the call is not begun any more; who would make it says `Result(failed)`.
    """

    command_id: CommandId
    lead_id: SomeLead
    handler: Literal["telegram.send", "report.send", "bitrix.call", "http.post", "n8n.run"]
    at: Millis
    to: str = ""
    text: str = ""
    method: str = ""
    url: str = ""
    fields: dict[str, msgspec.Raw] = {}
    key: str = ""
    inside: bool = False
    expires_at: Millis = 0
