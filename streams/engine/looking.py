"""A background task that looks for work again and again."""

import logging
from collections.abc import Awaitable, Callable

from schemas.errors import Transient

log = logging.getLogger(__name__)


async def looking(look: Callable[[], Awaitable[object]], pause: Callable[[], Awaitable[None]], fault: str) -> None:
    """`look` after each `pause`, for ever. A look that met a passing fault is told in the words of `fault`."""
    while True:
        await pause()
        try:
            await look()
        except Transient as met:
            log.warning(fault, extra={"error": str(met)})
