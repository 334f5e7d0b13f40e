"""Changes of a user of the page. Each that takes rights away ends his sessions. Pure."""

from msgspec.structs import replace

from schemas.people import Passkey, Role, WebUser
from schemas.types import Millis


def with_role(user: WebUser, role: Role, now: Millis) -> WebUser:
    """In another role from `now` on; he logs in again."""
    return user if user.role == role else replace(user, role=role, sessions_from=now)


def disabled(user: WebUser, now: Millis) -> WebUser:
    """Let in no more. His keys go with him: who is let in again begins anew."""
    return replace(user, disabled=True, passkeys=[], sessions_from=now)


def enabled(user: WebUser) -> WebUser:
    """Let in again."""
    return replace(user, disabled=False)


def with_passkey(user: WebUser, passkey: Passkey) -> WebUser:
    """With one more key, or the same with its new count."""
    others = [known for known in user.passkeys if known.credential != passkey.credential]
    return replace(user, passkeys=[*others, passkey])


def without_passkey(user: WebUser, credential: str, now: Millis) -> WebUser:
    """Without a key that was lost: who has it may be signed in by it, so all sessions end."""
    left = [known for known in user.passkeys if known.credential != credential]
    return user if len(left) == len(user.passkeys) else replace(user, passkeys=left, sessions_from=now)


def found(users: list[WebUser], asked: str) -> list[WebUser]:
    """Whom a person means: by id, else by name, whatever its case."""
    by_id = [user for user in users if user.user_id == asked]
    return by_id or [user for user in users if user.name.casefold() == " ".join(asked.split()).casefold()]
