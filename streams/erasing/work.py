"""The work of an erasure from its first step to its last; each is kept before the next one begins."""

from collections.abc import Awaitable, Callable

from processors.privacy import erasing
from schemas.erasures import Erasure, Step
from schemas.errors import Refused
from schemas.privacy import Consent
from streams.engine.clock import wall_clock
from streams.erasing.person import PersonEraser
from streams.erasing.places import Places
from streams.erasing.steps import Eraser
from streams.settings import Settings

Keep = Callable[[Erasure], Awaitable[None]]
"""Returns when the topic has it."""


def nothing_told(_step: Step, _gone: int) -> None:
    """Where nobody looks on."""


async def logged_already(_one: Erasure) -> None:
    """The page writes its line of the access log before it asks."""


async def carry_out(
    loaded: Settings,
    one: Erasure,
    by: str,
    person: Consent | None,
    keep: Keep,
    log: Keep = logged_already,
    told: Callable[[Step, int], None] = nothing_told,
) -> Erasure:
    """Erase, or go on where it was interrupted; the erasure as it ended. `person`: as the register has him, where only
    he is erased. `log` is called before anything is deleted. Raises `Refused`, `Transient`, `ConfigError`."""
    eraser: Eraser = PersonEraser(loaded) if one.person else Eraser(loaded)
    if not one.started_at:
        if not one.confirmed_at:
            raise Refused("удаление ещё не подтвердил второй человек")
        if one.person:
            if person is None:
                raise Refused("человека нет в реестре: leadpulse consent list")
            standing = await PersonEraser(loaded).standing(one.lead_id, person)
            one = erasing.begun(one, by, wall_clock(), standing=standing)
        else:
            refs, paths = await Places(loaded).known_by(one.lead_id)
            one = erasing.begun(one, by, wall_clock(), refs, paths)
        await log(one)
        await keep(one)
    for step in erasing.left(one):
        work: Callable[[Erasure], Awaitable[int]] = getattr(eraser, step)
        eraser.by_hand = []
        gone = await work(one)
        one = erasing.stepped(one, step, gone, wall_clock(), eraser.by_hand)
        await keep(one)
        told(step, gone)
    return one
