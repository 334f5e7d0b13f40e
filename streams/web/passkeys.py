"""Keys of devices (WebAuthn, "passkeys"): made by a user who is in, then enough to get in, without Telegram.

A challenge is for one browser, one purpose and one use, and lasts two minutes; it is kept in memory, so a restart of
the worker in between means to press the button again. A key belongs to the name of the page: a new `site.public_url`
loses all keys. Sources: w3.org/TR/webauthn-3, sections 7.1 and 7.2; py_webauthn.
"""

import secrets
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

from msgspec.structs import replace
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from processors.members import with_passkey
from schemas.people import Passkey, WebUser
from streams.engine.clock import Clock
from streams.web.faults import Wrong

TTL_MS: Final = 120_000
NAME: Final = "Leadpulse"
CHALLENGE_BYTES: Final = 32
MOST_CHALLENGES: Final = 1000
MOST_KEYS: Final = 10
"""Of one user."""
REFUSED: Final = "Ключ не подошёл. Попробуйте ещё раз или войдите иначе."

Purpose = Literal["make", "enter", "step"]


class _Challenge(NamedTuple):
    value: bytes
    until: int


class Passkeys:
    """Challenges given out, and what comes back. `holder` is whatever names the browser: a digest of its cookie."""

    def __init__(self, origin: str, clock: Clock) -> None:
        self.origin, self._clock = origin, clock
        self._rp = urlsplit(origin).hostname or "localhost"
        self._given: dict[tuple[Purpose, str], _Challenge] = {}

    def to_make(self, user: WebUser, holder: str) -> str:
        """Options of `navigator.credentials.create`, JSON. Raises `Wrong` for who has too many keys already."""
        if len(user.passkeys) >= MOST_KEYS:
            raise Wrong(f"Ключей уже {MOST_KEYS}: сначала уберите ненужный.")
        return options_to_json(
            generate_registration_options(
                rp_id=self._rp,
                rp_name=NAME,
                user_name=user.name,
                user_id=user.user_id.encode(),
                user_display_name=user.name,
                challenge=self._challenge("make", holder),
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=list(_described(user.passkeys)),
            )
        )

    def made(self, user: WebUser, holder: str, answer: str, name: str) -> WebUser:
        """The user with the new key. Raises `Wrong`."""
        try:
            found = verify_registration_response(
                credential=answer,
                expected_challenge=self._take("make", holder),
                expected_rp_id=self._rp,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, RecursionError) as error:
            raise Wrong(REFUSED) from error
        key = Passkey(
            credential=bytes_to_base64url(found.credential_id),
            public_key=bytes_to_base64url(found.credential_public_key),
            sign_count=found.sign_count,
            name=name,
            made=self._clock(),
        )
        return with_passkey(user, key)

    def to_use(self, purpose: Literal["enter", "step"], holder: str, keys: Iterable[Passkey] = ()) -> str:
        """Options of `navigator.credentials.get`, JSON; without `keys` the device offers whom it knows."""
        return options_to_json(
            generate_authentication_options(
                rp_id=self._rp,
                challenge=self._challenge(purpose, holder),
                allow_credentials=list(_described(keys)),
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    def used(self, purpose: Literal["enter", "step"], holder: str, answer: str, users: Iterable[WebUser]) -> WebUser:
        """Whose key it is among `users`, with the key's new count. Raises `Wrong`."""
        try:
            credential = parse_authentication_credential_json(answer)
            user, key = next(
                (user, key)
                for user in users
                for key in user.passkeys
                if not user.disabled and key.credential == credential.id
            )
            found = verify_authentication_response(
                credential=credential,
                expected_challenge=self._take(purpose, holder),
                expected_rp_id=self._rp,
                expected_origin=self.origin,
                credential_public_key=base64url_to_bytes(key.public_key),
                credential_current_sign_count=key.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, RecursionError, StopIteration) as error:
            raise Wrong(REFUSED) from error
        return with_passkey(user, replace(key, sign_count=found.new_sign_count))

    def _challenge(self, purpose: Purpose, holder: str) -> bytes:
        now = self._clock()
        if len(self._given) >= MOST_CHALLENGES:
            self._given = {key: one for key, one in self._given.items() if one.until > now}
        if len(self._given) >= MOST_CHALLENGES:
            raise Wrong("Слишком много входов сразу. Попробуйте через минуту.")
        given = self._given[purpose, holder] = _Challenge(secrets.token_bytes(CHALLENGE_BYTES), now + TTL_MS)
        return given.value

    def _take(self, purpose: Purpose, holder: str) -> bytes:
        """The challenge, for once. Raises `ValueError`."""
        given = self._given.pop((purpose, holder), None)
        if given is None or given.until <= self._clock():
            raise ValueError("no challenge was given, or its time is over")
        return given.value


def _described(keys: Iterable[Passkey]) -> Iterable[PublicKeyCredentialDescriptor]:
    return (PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential)) for key in keys)
