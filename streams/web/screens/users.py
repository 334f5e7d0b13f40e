"""`/admin/users`: who is let in, and in what role."""

import secrets

import msgspec
from aiohttp import web
from msgspec.structs import replace

from processors.members import disabled, enabled, with_role
from schemas.people import WebUser
from streams.web.faults import Fault, Wrong
from streams.web.route import May, Route
from streams.web.visit import Visit
from streams.web.words import ROLES


async def users(visit: Visit) -> web.StreamResponse:
    """All of them, and the form for one more."""
    known = sorted(visit.office.members.users.values(), key=lambda user: (user.disabled, user.name))
    proved = visit.session is not None and visit.office.members.stepped(visit.session)
    return visit.page("users.html", users=known, roles=ROLES, proved=proved)


async def add(visit: Visit) -> web.StreamResponse:
    """A new user, from the form."""
    form = await visit.form()
    telegram = form.get("telegram_id", "").strip() or "0"
    if not telegram.isascii() or not telegram.isdigit():
        raise Wrong("Номер в Telegram состоит из цифр.")
    name = " ".join(form.get("name", "").split())
    if any(user.name.casefold() == name.casefold() for user in visit.office.members.users.values()):
        raise Wrong("Человек с таким именем уже есть.")
    fields: dict[str, object] = {"name": name, "role": form.get("role"), "telegram_id": int(telegram)}
    await visit.office.members.put_user(_checked(fields | {"user_id": secrets.token_hex(4)}))
    return visit.see_other("/admin/users")


async def change(visit: Visit) -> web.StreamResponse:
    """Another role, others' clients, or the end. Nobody takes the role of administrator from himself."""
    form, user = await visit.form(), visit.office.members.users.get(visit.request.match_info["user"])
    if user is None:
        raise Fault(404)
    if user.user_id == visit.user.user_id:
        raise Wrong("Свои права меняет другой администратор: так страница не останется без него.")
    now = visit.office.clock()
    match form.get("do"):
        case "role":
            role = _checked(msgspec.to_builtins(user) | {"role": form.get("role")}).role
            changed = with_role(user, role, now)
        case "leads":
            changed = replace(user, leads="own" if user.leads == "all" else "all")
        case "disable":
            changed = disabled(user, now)
        case "enable":
            changed = enabled(user)
        case _:
            raise Wrong("Непонятно, что изменить.")
    await visit.office.members.put_user(changed)
    return visit.see_other("/admin/users")


def _checked(fields: dict[str, object]) -> WebUser:
    """Raises `Wrong`."""
    try:
        return msgspec.convert(fields, WebUser)
    except msgspec.ValidationError as error:
        raise Wrong("Нужны имя (до 100 знаков) и роль.") from error


ROUTES = (
    Route("GET", "/admin/users", users, May("users")),
    Route("POST", "/admin/users", add, May("users"), deed="users", stepped=True),
    Route("POST", "/admin/users/{user}", change, May("users"), deed="users", about="user", stepped=True),
)
