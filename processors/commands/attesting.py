"""What people say about commands, attested by the process that heard them: the page, or who hears Telegram's buttons;
and what `notify` says of the calls that it makes.

Ed25519 over `leadpulse-word-v1\\0` and the canonical JSON of the record without its `sig`. A device's key is its own
proof and needs no other. Pure.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

from msgspec.structs import replace

from processors.commands import canon, words
from processors.commands.signing import counting, seal, sealed
from processors.commands.world import World
from schemas.codec import Rejected
from schemas.command_defs import Signer, SigningKey
from schemas.commands import Answered, Approval, Begun, Decided, Refusal, Result, Switched
from schemas.types import Millis

DOMAIN: Final = b"leadpulse-word-v1\0"

Said = Approval | Refusal | Decided | Switched
Call = Begun | Result
Signed = Said | Call
_WORDS: Final = words.WORD_UNSIGNED, words.WORD_FOREIGN
_CALLS: Final = words.CALL_UNSIGNED, words.CALL_FOREIGN
One = TypeVar("One", Approval, Refusal, Decided, Switched, Begun, Result, Approval | Refusal, Call, Said, Signed)


def attested(said: One, key_id: str, private: str) -> One:
    """The same, signed. Raises `ValueError` for what is no key."""
    named = replace(said, key_id=key_id, sig="")
    return replace(named, sig=seal(private, _bytes(named)))


def is_own_proof(said: Signed) -> bool:
    """Whether a device has signed it, whoever wrote it down."""
    return isinstance(said, Approval) and said.passkey is not None


def unattested(said: Signed, at: Millis, world: World) -> str:
    """Why nobody knows that it was said, in Russian; "" where it is known. Never raises."""
    since = world.calls_since if isinstance(said, Call) else world.words_since
    return disowned(said, at, world.keys, since)


def disowned(said: Signed, at: Millis, keys: Mapping[str, SigningKey], since: Millis | None) -> str:
    """The same, where all have to be signed from `since` on (None: nobody has set it yet). A signature that is there
    has to hold, needed or not. Never raises."""
    unsigned, foreign = _CALLS if isinstance(said, Call) else _WORDS
    if not said.sig and not said.key_id:
        was_so = since is None or at < since
        return "" if was_so or is_own_proof(said) else unsigned
    key = counting(keys, said.key_id, at)
    if isinstance(key, Rejected):
        return key.reason
    if key.who != hears(said):
        return foreign
    try:
        body = _bytes(replace(said, sig=""))
    except ValueError:  # a lone surrogate
        return words.WORD_WRONG
    return "" if sealed(key, said.sig, body) else words.WORD_WRONG


def hears(said: Signed) -> Signer:
    """Who writes such a record down."""
    if isinstance(said, Call):
        return "notify"
    return "pipeline" if isinstance(said, Answered) and said.button is not None else "web"


def _bytes(said: Signed) -> bytes:
    """Raises `ValueError`."""
    return DOMAIN + canon.canonical(said)
