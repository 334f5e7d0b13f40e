"""`/commands/definitions`: what commands there are, how good their proposals were; a new one, signed by the
administrator's device."""

from aiohttp import web

from processors.commands import canon
from processors.commands.definitions import builtin, latest
from processors.commands.effects import draft
from processors.commands.loading import load
from schemas.codec import Rejected
from schemas.command_defs import Definition, DefinitionSigned
from schemas.commands import Switched
from streams.engine.command_world import allowed_by
from streams.web.asking import until
from streams.web.cookies import digest
from streams.web.faults import Fault, Wrong
from streams.web.route import May, Route
from streams.web.told import definitions as words
from streams.web.visit import Visit

SWITCHES = {
    "unlock": Switched(name="x", at=0, user_id="", auto=True),
    "lock": Switched(name="x", at=0, user_id="", auto=False),
    "pause": Switched(name="x", at=0, user_id="", paused=True),
    "resume": Switched(name="x", at=0, user_id="", paused=False),
}
LONGEST = 8000
"""Characters of a definition."""


async def definitions(visit: Visit) -> web.StreamResponse:
    """All that count; those that people added and that do not count any more, with the reason."""
    desk = visit.office.commands
    found = sorted(latest(desk.definitions()).values(), key=lambda one: one.name)
    ours = {name for name, _ in builtin()}
    catalogue = desk.around.definitions.catalogue
    folded = await desk.log.folded()
    return visit.page(
        "definitions.html",
        definitions=[words.told(one, folded, added=one.name not in ours) for one in found],
        refused=catalogue.refused(visit.office.members.users),
        may_change=visit.may("definitions"),
        proved=visit.session is not None and visit.office.members.stepped(visit.session),
        drafts=_drafts(visit),
        saved="Записано." if visit.request.query.get("saved") else "",
    )


async def new(visit: Visit) -> web.StreamResponse:
    """The form: of what the assistant drafted, of a command that is there, or an example."""
    query, desk = visit.request.query, visit.office.commands
    text = words.NEW
    if standing := desk.standings.get(query.get("command", "")):
        text = draft(standing) or text
    elif (former := _former(visit, query.get("name", ""))) != "":
        text = former
    return visit.page("definition.html", text=text, faults=[], diff=[], rehearsed=[], digest="", checked=None)


async def check(visit: Visit) -> web.StreamResponse:
    """Faults by their line, or what would be signed: what differs, and what it would send. Nothing is sent."""
    desk = visit.office.commands
    text = (await visit.form()).get("text", "").replace("\r\n", "\n")[: LONGEST + 1]
    found = _loaded(visit, text)
    if isinstance(found, Rejected):
        return visit.page(
            "definition.html",
            text=text,
            faults=found.reason.splitlines(),
            diff=[],
            rehearsed=[],
            digest="",
            checked=None,
        )
    mark = canon.definition_digest(text)
    desk.keep_draft(digest(visit.cookie), mark, text)
    return visit.page(
        "definition.html",
        text=text,
        faults=[],
        diff=words.diff(_former(visit, found.name), text),
        rehearsed=words.rehearsed(found, desk.world(), visit.office.clock()),
        digest=mark,
        checked=words.told(found, await desk.log.folded(), added=True),
    )


async def challenge(visit: Visit) -> web.StreamResponse:
    """What the administrator's device signs: exactly the text that he was shown."""
    mark = visit.request.match_info["digest"]
    _draft(visit, mark)
    options = visit.office.commands.to_sign(visit.user, digest(visit.cookie), mark)
    return web.Response(text=options, content_type="application/json")


async def sign(visit: Visit) -> web.StreamResponse:
    """Onto `command.defs`: from now on it may be proposed."""
    desk, mark = visit.office.commands, visit.request.match_info["digest"]
    text = _draft(visit, mark)
    found = _loaded(visit, text)
    if isinstance(found, Rejected):
        raise Wrong("Описание уже не подходит. Проверьте его ещё раз.")
    proof = desk.signed(visit.user, digest(visit.cookie), mark, await visit.text())
    await visit.log("approve", about=f"описание команды {found.name}@{found.version}")
    signed = DefinitionSigned(text=text, user_id=visit.user.user_id, at=visit.office.clock(), passkey=proof)
    await desk.define(found, signed)

    async def there() -> bool:
        return (found.name, found.version) in desk.definitions()

    await until(there)
    return visit.see_other("/commands/definitions?saved=yes")


async def switch(visit: Visit) -> web.StreamResponse:
    """Let one run by itself, or no more; pause it, or end the pause."""
    desk, name = visit.office.commands, visit.request.match_info["name"]
    known, do = latest(desk.definitions()).get(name), (await visit.form()).get("do", "")
    if known is None:
        raise Fault(404)
    folded = await desk.log.folded()
    offered = [action for action, _ in words.told(known, folded, added=True).switches]
    if do not in SWITCHES or do not in offered:
        raise Wrong("Так сейчас нельзя. Обновите страницу.")
    await visit.log("approve", about=f"команда {name}: {do}")
    made = SWITCHES[do]
    at, user = visit.office.clock(), visit.user.user_id
    await desk.say(name, Switched(name=name, at=at, user_id=user, auto=made.auto, paused=made.paused))

    async def done() -> bool:
        return do not in [action for action, _ in words.told(known, folded, added=True).switches]

    await until(done)
    return visit.see_other("/commands/definitions?saved=yes")


def _loaded(visit: Visit, text: str) -> Definition | Rejected:
    found = load(text, allowed_by(visit.office.settings))
    if isinstance(found, Rejected):
        return found
    known = visit.office.commands.definitions()
    versions = [*(version for name, version in known if name == found.name), *_signed(visit, found.name)]
    if versions and found.version <= max(versions):
        return Rejected(f"version: такая уже есть; поставьте version: {max(versions) + 1}")
    return found


def _signed(visit: Visit, name: str) -> dict[int, str]:
    """Texts by version, those too that do not count now: commands may wait that were shown by them, and they would do
    something else by another text of the same version."""
    signed = visit.office.commands.around.definitions.catalogue.signed
    parts = ((*key.partition("@")[::2], one.text) for key, one in signed.items())
    return {int(version): text for known, version, text in parts if known == name and version.isdecimal()}


def _former(visit: Visit, name: str) -> str:
    """The newest text of a command that people added; empty of all others."""
    texts = _signed(visit, name)
    return texts[max(texts)] if texts else ""


def _draft(visit: Visit, mark: str) -> str:
    text = visit.office.commands.draft(digest(visit.cookie), mark)
    if not text:
        raise Wrong("Проверьте описание ещё раз: страница его уже не помнит.")
    return text


def _drafts(visit: Visit) -> list[tuple[str, str]]:
    """What the assistant drafted and somebody approved: number and title of the wish."""
    if not visit.may("definitions"):
        return []
    done = [one for one in visit.office.commands.standings.values() if one.state == "done" and draft(one)]
    done.sort(key=lambda one: -one.at)
    return [(one.command_id, one.by) for one in done[:10]]


ROUTES = (
    Route("GET", "/commands/definitions", definitions, May("view")),
    Route("GET", "/commands/definitions/new", new, May("definitions")),
    Route("POST", "/commands/definitions/check", check, May("definitions")),
    Route("POST", "/commands/definitions/{digest}/challenge", challenge, May("definitions")),
    Route("POST", "/commands/definitions/{digest}/sign", sign, May("definitions")),
    Route("POST", "/commands/definitions/{name}/switch", switch, May("definitions"), stepped=True),
)
