"""The topic `command.defs` in memory: definitions that people added, the keys of our processes, and since when they
sign what people say and what becomes of calls. Mutable; it changes as the topic is followed. Used by whoever makes a
`World`."""

from collections.abc import Mapping
from typing import Final

from processors.access import may_at_all
from processors.commands import canon
from processors.commands import definition_words as words
from processors.commands.definitions import Allowed, Key, builtin, load
from processors.commands.signing import passkey_holds
from processors.commands.world import person
from schemas.codec import Rejected
from schemas.command_codecs import DEFINITION
from schemas.command_defs import CallsSigned, Definition, DefinitionSigned, SigningKey, WordsSigned
from schemas.people import WebUser
from schemas.types import Millis

KEYS: Final = "key/"
WORDS: Final = "words"
"""Key of the one `WordsSigned`."""
CALLS: Final = "calls"
"""Key of the one `CallsSigned`."""


class Catalogue:
    """`keys` by their id. A definition counts while who signed it is an administrator who still has that key: with him
    go the commands that nobody else has answered for."""

    def __init__(self, origin: str, allowed: Allowed) -> None:
        self.origin, self.allowed = origin, allowed
        self.keys: dict[str, SigningKey] = {}
        self.signed: dict[str, DefinitionSigned] = {}
        self.words_since: Millis | None = None
        self.calls_since: Millis | None = None
        self._judged: dict[str, tuple[DefinitionSigned, WebUser | None, Definition | Rejected]] = {}

    def take(self, key: str, value: bytes | None) -> str:
        """A record of the topic (None: a tombstone). "" or why it cannot be used. Never raises."""
        record = None if value is None else DEFINITION.decode(value)
        match record:
            case None:
                self.keys.pop(key.removeprefix(KEYS), None)
                self.signed.pop(key, None)
            case Rejected(reason):
                return reason
            case SigningKey():
                if key != f"{KEYS}{record.key_id}":
                    return words.KEY_NAME
                self.keys[record.key_id] = record
            case WordsSigned(since=since):
                if key != WORDS:
                    return words.KEY_NAME
                self.words_since = since
            case CallsSigned(since=since):
                if key != CALLS:
                    return words.KEY_NAME
                self.calls_since = since
            case DefinitionSigned(gone=True):
                self.signed.pop(key, None)
            case DefinitionSigned():
                self.signed[key] = record
        return ""

    def definitions(self, users: Mapping[str, WebUser]) -> Mapping[Key, Definition]:
        """All that count now: the built-in ones, which nobody can replace, and those that people added."""
        made = dict(builtin())
        for key in self.signed:
            found = self._found(key, users)
            if isinstance(found, Definition):
                made.setdefault((found.name, found.version), found)
        return made

    def refused(self, users: Mapping[str, WebUser]) -> dict[str, str]:
        """Of those on the topic that do not count: `name@version` → why, in Russian."""
        found = {key: self._found(key, users) for key in self.signed}
        return {key: one.reason for key, one in found.items() if isinstance(one, Rejected)}

    def _found(self, key: str, users: Mapping[str, WebUser]) -> Definition | Rejected:
        """Signatures cost a millisecond: each is verified once for a user as he stands."""
        signed = self.signed[key]
        signer = users.get(signed.user_id)
        known = self._judged.get(key)
        if known is None or known[:2] != (signed, signer):
            known = self._judged[key] = signed, signer, added(signed, users, self.origin, self.allowed)
        found = known[2]
        if isinstance(found, Definition) and key != f"{found.name}@{found.version}":
            return Rejected(words.KEY_NAME)
        return found


def added(
    signed: DefinitionSigned, users: Mapping[str, WebUser], origin: str, allowed: Allowed
) -> Definition | Rejected:
    """A definition whose signature and text hold. Never raises."""
    signer = users.get(signed.user_id)
    if signer is None or signer.disabled or not may_at_all(person(signer), "definitions"):
        return Rejected(words.NO_SIGNER)
    if why := passkey_holds(signed.passkey, canon.definition_digest(signed.text), signer, origin):
        return Rejected(why)
    return load(signed.text, allowed)
