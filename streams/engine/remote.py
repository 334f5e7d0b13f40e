"""The HTTP session of a client of a remote API."""

from collections.abc import Callable

import aiohttp

CONNECT_SECONDS = 5.0
"""Less than a call's own timeout, so that a call that never left is told from one whose answer never came."""
KEEP_ALIVE = 15.0
"""Seconds; shorter than the servers', so that none closes a connection under a call of ours."""

Connect = Callable[..., aiohttp.ClientSession]


class LazySession:
    """A session that is made at the first call: aiohttp wants the running loop. `timeout` in seconds of a call."""

    def __init__(self, timeout: float, connect: Connect = aiohttp.ClientSession) -> None:
        self._timeout, self._connect = timeout, connect
        self._session: aiohttp.ClientSession | None = None

    def __call__(self) -> aiohttp.ClientSession:
        """The session."""
        if self._session is None:
            within = min(CONNECT_SECONDS, self._timeout / 2)
            self._session = self._connect(
                connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE),
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=within),
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
