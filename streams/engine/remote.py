"""What clients of remote APIs share: the HTTP session, `Retry-After`, the fault of an answer that never came."""

from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

import aiohttp
import aiohttp_socks

from schemas.errors import Transient

CONNECT_SECONDS = 5.0
"""Less than a call's own timeout, so that a call that never left is told from one whose answer never came."""
KEEP_ALIVE = 15.0
"""Seconds; shorter than the servers', so that none closes a connection under a call of ours."""

Connect = Callable[..., aiohttp.ClientSession]

NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.ClientHttpProxyError,
    aiohttp_socks.ProxyConnectionError,
    aiohttp_socks.ProxyTimeoutError,
    aiohttp_socks.ProxyError,
)
"""Errors of a call that surely did nothing: there was no connection, or the proxy made none. Their texts may hold the
address and a password in it."""


class LazySession:
    """A session that is made at the first call: aiohttp wants the running loop. `timeout` in seconds of a call.

    `proxy`: its URL (`socks5`, `socks4`, `http`), or empty. It resolves the names.
    """

    def __init__(self, timeout: float, connect: Connect = aiohttp.ClientSession, proxy: str = "") -> None:
        self._timeout, self._connect, self._proxy = timeout, connect, proxy
        self._session: aiohttp.ClientSession | None = None

    def __call__(self) -> aiohttp.ClientSession:
        """The session."""
        if self._session is None:
            within = min(CONNECT_SECONDS, self._timeout / 2)
            self._session = self._connect(
                connector=self._connector(),
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=within),
            )
        return self._session

    def _connector(self) -> aiohttp.TCPConnector:
        if self._proxy:
            return aiohttp_socks.ProxyConnector.from_url(self._proxy, rdns=True, keepalive_timeout=KEEP_ALIVE)
        return aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


class Uncertain(Transient):
    """The request left, and no answer tells whether the other side did it."""


def retry_after(header: str, now: float) -> float | None:
    """Seconds of a `Retry-After`, which is a number of them or a date (RFC 9110, 10.2.3); None where it is neither.

    `now` in seconds UTC.
    """
    given = header.strip()
    if given.isascii() and given.isdigit():
        return float(given)
    try:
        date = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now)
