"""What proves that a person has said something about a command."""

from typing import Annotated

import msgspec


class ButtonProof(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A press in Telegram, as the gateway (webhook secret) took it."""

    telegram_id: int
    update: str
    callback_id: str


class PasskeyProof(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a device signed (WebAuthn), base64url without padding. The challenge is SHA-256 over
    `leadpulse-approve-v1\\0`, the 16 bytes of `nonce` (hex) and the 32 of the digest."""

    credential: str
    nonce: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
    authenticator_data: str
    client_data: str
    signature: str
