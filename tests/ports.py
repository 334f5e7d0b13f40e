"""TCP ports of loopback for servers of the tests."""

import os
import random
import socket

ALL = range(12_000, 32_000)
"""Below Linux's ports of outgoing connections (from 32768): none of those takes a port before its server does."""
SHARES = 8
"""Processes of one run. A port stands empty until its server starts, and while a test starts it again: a process that
could take another's ports took one now and then."""

_share = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % SHARES
PORTS = ALL[_share * len(ALL) // SHARES : (_share + 1) * len(ALL) // SHARES]

_dice = random.SystemRandom()
_given: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on now, and that this process has not given away before."""
    return _pick(1)


def free_pair() -> tuple[int, int]:
    """Two such ports, one after the other: a broker's and its controller's."""
    port = _pick(2)
    return port, port + 1


def _pick(count: int) -> int:
    if len(_given) > len(PORTS) // 2:  # the first ones have long been let go
        _given.clear()
    while True:
        port = _dice.choice(PORTS)
        wanted = range(port, port + count)
        if not any(p in _given or _taken(p) for p in wanted):
            _given.update(wanted)
            return port


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: TIME_WAIT is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
