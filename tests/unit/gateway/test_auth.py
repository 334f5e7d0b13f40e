"""`streams.gateway.auth`."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from streams.gateway.auth import is_bearer, is_secret, is_signed

KEY = SecretStr("key")


def signature(body: bytes, key: str = "key") -> str:
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def test_bearer_takes_the_token_in_any_case_of_the_scheme() -> None:
    """The scheme's name is case-insensitive, the token is not."""
    assert is_bearer("Bearer key", KEY)
    assert is_bearer("bearer  key ", KEY)
    assert not is_bearer("Bearer KEY", KEY)
    assert not is_bearer("Basic key", KEY)
    assert not is_bearer("key", KEY)
    assert not is_bearer("", KEY)


def test_an_empty_or_absent_secret_admits_nobody() -> None:
    """A forgotten setting must not become an open door, neither for an empty nor for a guessed value."""
    for secret in (None, SecretStr("")):
        assert not is_secret("", secret)
        assert not is_bearer("Bearer ", secret)
        assert not is_bearer("Bearer None", secret)
        assert not is_signed(signature(b"x", ""), b"x", secret)


def test_signature_covers_every_byte() -> None:
    """The right HMAC passes, also in capitals; another body, key or scheme does not."""
    assert is_signed(signature(b"body"), b"body", KEY)
    assert is_signed(signature(b"body").upper(), b"body", KEY)
    assert not is_signed(signature(b"body"), b"body ", KEY)
    assert not is_signed(signature(b"body", "other"), b"body", KEY)
    assert not is_signed(signature(b"body").removeprefix("sha256="), b"body", KEY)
    assert not is_signed("", b"body", KEY)


@given(st.text(alphabet=st.characters(codec=None), max_size=40))
def test_no_header_raises(header: str) -> None:
    """Any text a header may decode to, lone surrogates too, is answered by False."""
    header = header.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    assert not is_bearer(header, SecretStr("a secret longer than any example of this test"))
    assert not is_signed(header, b"body", KEY)
