"""The password of the embedded broker: made once, found by every process of this installation."""

import contextlib
import os
import secrets

from pydantic import SecretStr

from streams.settings.kafka import Broker, Kafka

USER = "leadpulse"
"""The only user of an embedded broker with a password."""


def reaching(kafka: Kafka, broker: Broker) -> Kafka:
    """How to reach the broker: with the embedded one's password, where it is that one which `kafka.bootstrap` names.

    What `kafka` says of its own security counts more. Raises `OSError` when the password cannot be read or made.
    """
    ours = f"127.0.0.1:{broker.port}", f"localhost:{broker.port}"
    if kafka.security != "PLAINTEXT" or kafka.bootstrap not in ours:
        return kafka
    return with_password(kafka, password_of(broker))


def with_password(kafka: Kafka, password: str) -> Kafka:
    """`kafka` with the embedded broker's user; the same `kafka` when the broker asks for no password."""
    if not password:
        return kafka
    login = {"security": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN", "username": USER, "password": SecretStr(password)}
    return kafka.model_copy(update=login)


def password_of(broker: Broker) -> str:
    """The embedded broker's password, empty when it asks for none. Whoever comes first makes it. Raises `OSError`."""
    if not broker.sasl:
        return ""
    file = broker.folder / "password"
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = file.with_name(f".password-{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(24))
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)  # of two at once one wins, and nobody reads half a password
        draft.unlink()
    return file.read_text().strip()
