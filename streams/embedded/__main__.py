"""`python -m streams.embedded`: fetch the broker into the cache and archive its classes. The set-up runs this once."""

import asyncio
import logging
import signal
import sys

from schemas.errors import LeadpulseError
from streams.embedded.archive import archive_classes
from streams.embedded.jars import fetch


async def _prepare() -> None:
    await archive_classes(await fetch())


async def _until_stopped() -> int:
    preparing = asyncio.ensure_future(_prepare())
    for number in (signal.SIGTERM, signal.SIGINT):  # nothing half done stays in the cache
        asyncio.get_running_loop().add_signal_handler(number, preparing.cancel)
    await asyncio.wait({preparing})
    if preparing.cancelled():
        return 130
    preparing.result()
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        sys.exit(asyncio.run(_until_stopped()))
    except LeadpulseError as error:
        sys.exit(f"leadpulse: {error}")
