"""What people say to a command: they sign it, refuse it, put another text in its place, or say what became of it."""

from aiohttp import web
from msgspec.structs import replace

from processors.commands import canon
from processors.commands.definitions import faults, ttl_ms
from schemas.commands import Approval, Command, Decided, Refusal, Standing
from streams.web.asking import until
from streams.web.command_form import entered
from streams.web.command_queue import Seen, may_sign, of_path
from streams.web.cookies import digest
from streams.web.faults import Fault, Wrong
from streams.web.route import May, Route
from streams.web.told import commands as words
from streams.web.visit import Visit

LONGEST_REASON = 300


async def challenge(visit: Visit) -> web.StreamResponse:
    """What the device signs: this text, once."""
    standing, _ = _signable(visit)
    options = visit.office.commands.to_sign(visit.user, digest(visit.cookie), standing.digest)
    return web.Response(text=options, content_type="application/json")


async def approve(visit: Visit) -> web.StreamResponse:
    """Yes, to exactly what stands here. Pressed twice, it shows how it stands."""
    standing, one = of_path(visit)
    if standing.state != "asking":
        return visit.see_other(f"/commands/{standing.command_id}")
    _check_mine(visit, standing, one)
    desk, proof = visit.office.commands, None
    if desk.needs_key(one):
        proof = desk.signed(visit.user, digest(visit.cookie), standing.digest, await visit.text())
    elif (await visit.form()).get("digest", "") != standing.digest:
        raise Wrong("Текст команды уже другой. Обновите страницу.")
    await visit.log("approve", one.lead_id, f"подписать {standing.command_id}")
    answer = Approval(
        digest=standing.digest,
        at=visit.office.clock(),
        command_id=standing.command_id,
        user_id=visit.user.user_id,
        passkey=proof,
    )
    await desk.say(standing.command_id, answer)
    return await _moved(visit, standing)


async def refuse(visit: Visit) -> web.StreamResponse:
    """No, and why."""
    standing, one = of_path(visit)
    if standing.state != "asking":
        return visit.see_other(f"/commands/{standing.command_id}")
    _check_mine(visit, standing, one)
    form = await visit.form()
    chosen, more = form.get("reason", ""), form.get("more", "").strip()
    if chosen not in words.REASONS or (chosen == words.REASONS[-1] and not more):
        raise Wrong("Скажите в двух словах, почему: помощник это запомнит.")
    reason = more if chosen == words.REASONS[-1] else ". ".join(filter(None, (chosen, more)))
    await visit.log("approve", one.lead_id, f"отказать {standing.command_id}")
    answer = Refusal(
        digest=standing.digest,
        at=visit.office.clock(),
        command_id=standing.command_id,
        user_id=visit.user.user_id,
        reason=reason[:LONGEST_REASON],
    )
    await visit.office.commands.say(standing.command_id, answer)
    return await _moved(visit, standing)


async def edit(visit: Visit) -> web.StreamResponse:
    """Another text is another command: the user proposes it in the place of this one, and then signs it."""
    standing, one = _signable(visit)
    desk, now, form = visit.office.commands, visit.office.clock(), await visit.form()
    definition = desk.definition(one)
    if definition is None:
        raise Wrong("Такой команды больше нет.")
    params = one.params | entered(definition, one, form)
    if params == one.params:
        raise Wrong("Вы ничего не изменили.")
    if found := faults(definition, params):
        raise Wrong("; ".join(found))
    new = replace(
        one,
        command_id=canon.command_id(one.name, one.lead_id, one.trigger.id, params),
        params=params,
        confidence_percent=100,
        proposed_at=now,
        expires_at=now + ttl_ms(definition),
        proposer=f"web/{visit.user.user_id}",
        supersedes=standing.command_id,
    )
    if new.command_id in desk.standings:
        raise Wrong("Такая команда уже была.")
    await visit.log("approve", one.lead_id, f"изменить {standing.command_id}")
    await desk.propose(new)

    async def there() -> bool:
        return new.command_id in desk.standings

    await until(there)
    return visit.see_other(f"/commands/{new.command_id if new.command_id in desk.standings else standing.command_id}")


async def decided(visit: Visit) -> web.StreamResponse:
    """What became of one that was cut off: a person has looked."""
    standing, one = of_path(visit)
    outcome = (await visit.form()).get("outcome", "")
    if standing.state != "unknown":
        return visit.see_other(f"/commands/{standing.command_id}")
    _check_mine(visit, standing, one)
    if outcome not in ("done", "failed"):
        raise Wrong("Скажите, выполнена команда или нет.")
    await visit.log("approve", one.lead_id, f"проверено {standing.command_id}: {outcome}")
    record = Decided(
        command_id=standing.command_id,
        at=visit.office.clock(),
        user_id=visit.user.user_id,
        outcome="done" if outcome == "done" else "failed",
    )
    await visit.office.commands.say(standing.command_id, record)
    return await _moved(visit, standing)


def _signable(visit: Visit) -> Seen:
    """Raises `Wrong`, `Fault`."""
    standing, one = of_path(visit)
    if standing.state != "asking":
        raise Wrong("Команду уже решили. Обновите страницу.")
    _check_mine(visit, standing, one)
    return standing, one


def _check_mine(visit: Visit, standing: Standing, one: Command) -> None:
    if not may_sign(visit, one):
        raise Fault(403)


async def _moved(visit: Visit, before: Standing) -> web.StreamResponse:
    """The card again, once the dispatcher has had its say, or a little later."""

    async def moved() -> bool:
        now = visit.office.commands.standings.get(before.command_id)
        return now is not None and now.number != before.number

    await until(moved)
    return visit.see_other(f"/commands/{before.command_id}")


ROUTES = (
    Route("POST", "/commands/{command}/challenge", challenge, May("approve_inside"), about="command"),
    Route("POST", "/commands/{command}/approve", approve, May("approve_inside"), about="command"),
    Route("POST", "/commands/{command}/refuse", refuse, May("approve_inside"), about="command"),
    Route("POST", "/commands/{command}/edit", edit, May("approve_inside"), about="command"),
    Route("POST", "/commands/{command}/decided", decided, May("approve_inside"), about="command"),
)
