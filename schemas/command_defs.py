"""What commands there are, and whose signatures count: `commands/*.yaml` for the built-in ones, `command.defs` for what
people add (compacted; key = `name@version`, `key/KEY_ID`, `words` or `calls`)."""

from typing import Annotated, Any, Literal

import msgspec

from schemas.commands import CommandName
from schemas.people import Role
from schemas.proofs import PasskeyProof
from schemas.types import Millis

Effect = Literal["inward", "reversible", "outward", "money"]
"""inward: only our own history · reversible: others' data, can be taken back · outward: leaves the house · money."""

NEVER = 101
"""`auto.min_percent` above 100: never by itself. Outward and money always, whatever stands there."""


class ApprovalRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may approve it, and how he proves that it is he."""

    by: list[Role]
    how: Literal["none", "button", "passkey"]
    count: Annotated[int, msgspec.Meta(ge=1, le=2)] = 1


class Auto(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which confidence on it may run by itself, once an administrator unlocked it."""

    min_percent: Annotated[int, msgspec.Meta(ge=1, le=NEVER)] = NEVER


class Limits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Proposals; `quiet_hours`: "21:00-09:00", local: what is approved then runs after them."""

    per_lead_day: Annotated[int, msgspec.Meta(ge=1)] = 3
    per_day: Annotated[int, msgspec.Meta(ge=1)] = 50
    quiet_hours: Annotated[str, msgspec.Meta(pattern=r"^([0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9])?\Z")] = ""


class Handler(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`method`: of the portal; `url`, `secret` (a name in the settings): of a request; `workflow`: of n8n."""

    kind: Literal[
        "telegram.send",
        "report.send",
        "bitrix.call",
        "http.post",
        "n8n.run",
        "note.add",
        "mail.draft",
        "fact.correct",
        "alert.action",
        "reminder.set",
        "room.link",
        "command.new",
    ]
    method: str = ""
    fields: dict[str, str] = {}
    """Of the portal: its field → a text with {param}."""
    url: str = ""
    secret: str = ""
    workflow: str = ""


class Verify(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How "was it done?" is looked up after a crash in mid-call: `none` leaves it to a person."""

    kind: Literal["none", "outbox_key", "marker"] = "none"


class Definition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One version of a command. `params`: JSON Schema properties by name, all required unless `x-optional`;
    `x-show: full`: shown whole; `x-from`: filled in by the server, never by who proposes. `ttl`: "4h", "2d"."""

    name: CommandName
    version: Annotated[int, msgspec.Meta(ge=1)]
    title: str
    effect: Effect
    approval: ApprovalRule
    handler: Handler
    params: dict[str, dict[str, Any]]
    lead: Literal["required", "optional", "none"] = "required"
    auto: Auto = Auto()
    ask_below: Annotated[int, msgspec.Meta(ge=0, le=100)] = 40
    ttl: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,2}[mhd]\Z")] = "4h"
    limits: Limits = Limits()
    verify: Verify = Verify()
    about: str = ""
    """For who chooses among commands: when it fits."""


class DefinitionSigned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="definition"):
    """A definition that an administrator signed with his device's key. `text`: its YAML, exactly as it was shown."""

    text: str
    user_id: str
    at: Millis
    passkey: PasskeyProof
    gone: bool = False


Signer = Literal["agent", "web", "mcp", "pipeline", "notify"]
"""Of our processes: the assistant, the page, MCP, who hears the buttons of Telegram, and who makes the calls."""


class SigningKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="key"):
    """The public part of a key (Ed25519, base64url). It counts for what `who` says (proposals, of `web` and `pipeline`
    what people answer, of `notify` what became of a call) from `since` until `until` (0: open); a revoked one counts
    for nothing from `revoked_at` on, whatever its records say of their time."""

    key_id: str
    who: Signer
    public: str
    since: Millis
    until: Millis = 0
    revoked_at: Millis = 0


class WordsSigned(msgspec.Struct, frozen=True, kw_only=True, tag="words"):
    """From `since` on (time of the log, ms UTC) people's words count only signed by the process that heard them; what
    stood in the log before that was written when nobody signed them."""

    since: Millis


class CallsSigned(msgspec.Struct, frozen=True, kw_only=True, tag="calls"):
    """From `since` on (time of the log, ms UTC) `Begun` and `Result` count only signed by who makes the calls; as
    `WordsSigned`."""

    since: Millis


DefinitionRecord = DefinitionSigned | SigningKey | WordsSigned | CallsSigned
