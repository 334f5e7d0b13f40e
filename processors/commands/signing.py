"""Signatures: of a proposal and of a word (Ed25519, by our processes) and of an approval (WebAuthn, by a person's
device). Pure, but for `new_key`, which asks the system for randomness.

One signature has one way to be written (base64url without padding, no idle bits), so that a changed byte anywhere is a
changed proposal. Sources: RFC 8032; w3.org/TR/webauthn-3, 7.2; py_webauthn.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from webauthn import verify_authentication_response
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticationCredential, AuthenticatorAssertionResponse

from processors.commands import canon, words
from schemas.codec import Rejected
from schemas.command_defs import SigningKey
from schemas.commands import Command, Proposal
from schemas.people import WebUser
from schemas.proofs import PasskeyProof
from schemas.types import Millis

APPROVE: Final = b"leadpulse-approve-v1\0"
LATELY: Final = 128
"""Proposals; of 16 KB at the most."""


def new_key() -> tuple[str, str]:
    """A private and its public key (Ed25519), base64url without padding."""
    key = Ed25519PrivateKey.generate()
    return _text(key.private_bytes_raw()), _text(key.public_key().public_bytes_raw())


def sign(private: str, body: bytes) -> str:
    """`Proposal.sig` over a body (`canon.encoded`). Raises `ValueError` for what is no key."""
    return seal(private, canon.DOMAIN + bytes.fromhex(canon.digest(body)))


def seal(private: str, message: bytes) -> str:
    """Ed25519 over a message that begins with its domain. Raises `ValueError` for what is no key."""
    return _text(Ed25519PrivateKey.from_private_bytes(_bytes(private)).sign(message))


def sealed(key: SigningKey, sig: str, message: bytes) -> bool:
    """Whether it is this key's signature over exactly this. Never raises."""
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(key.public)).verify(_bytes(sig), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def proposal(command: Command, key_id: str, private: str) -> Proposal:
    """The command, signed. Raises `ValueError` as `sign`."""
    body = canon.encoded(command)
    return Proposal(command_id=command.command_id, body=body.decode(), key_id=key_id, sig=sign(private, body))


def opened(proposal: Proposal, keys: Mapping[str, SigningKey], at: Millis) -> Command | Rejected:
    """The command that a proposal of the time `at` carries; `Rejected` (in Russian) where key, signature, form, id or
    proposer do not fit. Never raises."""
    key = counting(keys, proposal.key_id, at)
    if isinstance(key, Rejected):
        return key
    if not _signed(proposal, key):
        return Rejected(words.SIGNATURE_WRONG)
    command = canon.read(proposal.body)
    if isinstance(command, Rejected):
        return Rejected(words.FORM_WRONG)
    meant = canon.command_id(command.name, command.lead_id, command.trigger.id, command.params)
    if not command.command_id == proposal.command_id == meant:
        return Rejected(words.ID_WRONG)
    if command.proposer.partition("/")[0] != key.who:
        return Rejected(words.PROPOSER_WRONG)
    return command


def counting(keys: Mapping[str, SigningKey], key_id: str, at: Millis) -> SigningKey | Rejected:
    """The key of this id, where it counts at the time `at`; else why not, in Russian."""
    key = keys.get(key_id)
    if key is None or at < key.since:
        return Rejected(words.KEY_UNKNOWN)
    if revoked(key, at):
        return Rejected(words.KEY_REVOKED)
    if key.until and at >= key.until:
        return Rejected(words.KEY_OVER)
    return key


def revoked(key: SigningKey, at: Millis) -> bool:
    """Whether it counts for nothing any more."""
    return bool(key.revoked_at) and at >= key.revoked_at


@lru_cache(maxsize=LATELY)
def _signed(proposal: Proposal, key: SigningKey) -> bool:
    """Of the latest ones it is remembered: a new proposal is looked at before it is decided, for its occasion."""
    try:
        digest = canon.digest(proposal.body.encode())
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return sealed(key, proposal.sig, canon.DOMAIN + bytes.fromhex(digest))


def challenge(nonce: str, digest: str) -> bytes:
    """What a device is given to sign: SHA-256 over `leadpulse-approve-v1\\0`, the 16 bytes of `nonce` (hex) and the 32
    of `digest` (hex)."""
    return hashlib.sha256(APPROVE + bytes.fromhex(nonce) + bytes.fromhex(digest)).digest()


def passkey_holds(proof: PasskeyProof, digest: str, user: WebUser, origin: str) -> str:
    """Empty where a key of this user's devices signed exactly `digest` on the page at `origin`, its holder verified;
    else the reason in Russian. The count of a key is not looked at: many devices report 0 for ever, and the fold knows
    every nonce that was used. Never raises."""
    key = next((one for one in user.passkeys if one.credential == proof.credential), None)
    if key is None or user.disabled:
        return words.PASSKEY_FOREIGN
    try:
        credential = _bytes(proof.credential)
        verify_authentication_response(
            credential=AuthenticationCredential(
                id=proof.credential,
                raw_id=credential,
                response=AuthenticatorAssertionResponse(
                    client_data_json=_bytes(proof.client_data),
                    authenticator_data=_bytes(proof.authenticator_data),
                    signature=_bytes(proof.signature),
                ),
            ),
            expected_challenge=challenge(proof.nonce, digest),
            expected_rp_id=urlsplit(origin).hostname or "localhost",
            expected_origin=origin,
            credential_public_key=_bytes(key.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, RecursionError):
        return words.PASSKEY_WRONG
    return ""


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Raises `ValueError` for what is not exactly the one way to write these bytes."""
    raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    if _text(raw) != text:
        raise ValueError("not base64url without padding")
    return raw
