"""What people say about commands, attested by the process that heard them: the page, or who hears Telegram's buttons.

Ed25519 over `leadpulse-word-v1\\0` and the canonical JSON of the record without its `sig`. A device's key is its own
proof and needs no other. Pure.
"""

from typing import Final, TypeVar

from msgspec.structs import replace

from processors.commands import canon, words
from processors.commands.signing import counting, seal, sealed
from processors.commands.world import World
from schemas.codec import Rejected
from schemas.command_defs import Signer
from schemas.commands import Answered, Approval, Decided, Refusal, Switched
from schemas.types import Millis

DOMAIN: Final = b"leadpulse-word-v1\0"

Said = Approval | Refusal | Decided | Switched
One = TypeVar("One", Approval, Refusal, Decided, Switched, Approval | Refusal, Said)


def attested(said: One, key_id: str, private: str) -> One:
    """The same, signed. Raises `ValueError` for what is no key."""
    named = replace(said, key_id=key_id, sig="")
    return replace(named, sig=seal(private, _bytes(named)))


def is_own_proof(said: Said) -> bool:
    """Whether a device has signed it, whoever wrote it down."""
    return isinstance(said, Approval) and said.passkey is not None


def unattested(said: Said, at: Millis, world: World) -> str:
    """Why nobody knows that a person said this, in Russian; "" where it is known. A signature that is there has to
    hold, needed or not. Never raises."""
    if not said.sig and not said.key_id:
        was_so = world.words_since is None or at < world.words_since
        return "" if was_so or is_own_proof(said) else words.WORD_UNSIGNED
    key = counting(world.keys, said.key_id, at)
    if isinstance(key, Rejected):
        return key.reason
    if key.who != hears(said):
        return words.WORD_FOREIGN
    try:
        body = _bytes(replace(said, sig=""))
    except ValueError:  # a lone surrogate
        return words.WORD_WRONG
    return "" if sealed(key, said.sig, body) else words.WORD_WRONG


def hears(said: Said) -> Signer:
    """Who writes such a record down."""
    return "pipeline" if isinstance(said, Answered) and said.button is not None else "web"


def _bytes(said: Said) -> bytes:
    """Raises `ValueError`."""
    return DOMAIN + canon.canonical(said)
