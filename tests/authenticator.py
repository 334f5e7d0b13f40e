"""A device with a key (WebAuthn, ES256) in software, for tests without a browser.

    device = Authenticator()                       # for the page at http://localhost:8082
    user = WebUser(..., passkeys=[device.passkey]) # what a registration leaves behind
    proof = device.approve(digest, nonce)          # schemas.commands.PasskeyProof over a digest (64 hex), nonce 32 hex
    answer = device.answer(challenge)              # what `navigator.credentials.get` gives for any challenge, a dict

Two of the same `seed` are the same key. `origin` is where the page is opened; `verified=False`: its holder has not
shown that it is he (no PIN, no finger); `count`: the sign count that it reports (many report 0 for ever).
"""

import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

from processors.commands.signing import challenge
from schemas.people import Passkey
from schemas.proofs import PasskeyProof

ORIGIN = "http://localhost:8082"

_PRESENT, _VERIFIED = 0x01, 0x04
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Authenticator:
    """One key of one device."""

    def __init__(self, seed: str = "device", origin: str = ORIGIN, count: int = 0, verified: bool = True) -> None:
        self.origin, self.count, self.verified = origin, count, verified
        secret = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big") % (_ORDER - 1) + 1
        self._key = ec.derive_private_key(secret, ec.SECP256R1())
        point = self._key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        self.credential = bytes_to_base64url(hashlib.sha256(b"credential" + seed.encode()).digest()[:20])
        self.passkey = Passkey(
            credential=self.credential, public_key=bytes_to_base64url(cbor2.dumps(cose)), sign_count=count, name=seed
        )

    def approve(self, digest: str, nonce: str = "0" * 32) -> PasskeyProof:
        """The proof of an approval of `digest`."""
        said = self.answer(challenge(nonce, digest))["response"]
        return PasskeyProof(
            credential=self.credential,
            nonce=nonce,
            authenticator_data=said["authenticatorData"],
            client_data=said["clientDataJSON"],
            signature=said["signature"],
        )

    def answer(self, challenge: bytes, kind: str = "webauthn.get") -> dict[str, Any]:
        """As `navigator.credentials.get` gives it, in its JSON form (base64url without padding)."""
        client = json.dumps(
            {"type": kind, "challenge": bytes_to_base64url(challenge), "origin": self.origin, "crossOrigin": False},
            separators=(",", ":"),
        ).encode()
        flags = _PRESENT | (_VERIFIED if self.verified else 0)
        page = hashlib.sha256((urlsplit(self.origin).hostname or "").encode()).digest()
        data = page + bytes([flags]) + self.count.to_bytes(4, "big")
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            "id": self.credential,
            "rawId": self.credential,
            "type": "public-key",
            "response": {
                "authenticatorData": bytes_to_base64url(data),
                "clientDataJSON": bytes_to_base64url(client),
                "signature": bytes_to_base64url(signature),
            },
        }
