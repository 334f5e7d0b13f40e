"""A function in a process of its own: what a media file does to libav ends that process, and not the worker.

The process lives for one call. It is given its arguments by stdin and nothing else: none of the worker's secrets, which
stand in its environment, and no file but those that the arguments name. It ends with the worker.
"""

import asyncio
import ctypes
import os
import pickle
import resource
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from processors.russian.system import os_reason
from schemas.errors import RecordFault, Transient

P = ParamSpec("P")
T = TypeVar("T")

PR_SET_PDEATHSIG = 1
LONGEST_S = 3600
"""CPU seconds of a call: two passes over 12 h of eight channels take some minutes; a file that leads libav round in
circles would hold up its partition for ever."""
ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "TMPDIR")
"""What a Python needs to start as we did."""


async def apart(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `function` returns or raises there; it, its arguments and its answer must be picklable.

    Raises `RecordFault` where the process died of it, `Transient` where there is no room for one. A cancelled call ends
    the process.
    """
    task = pickle.dumps(sys.path) + pickle.dumps((function, args, kwargs))
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, str(os.getpid()), stdin=PIPE, stdout=PIPE, env=environment
        )
    except OSError as error:
        raise Transient(f"декодер не запустить: {os_reason(error)}", retry_after=5.0) from error
    try:
        answer, _ = await process.communicate(task)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not answer:
        raise RecordFault(f"декодер не пережил этого файла ({_ending(process.returncode or 0)})")
    well, value = pickle.loads(answer)
    if not well:
        raise value
    return cast("T", value)


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"код {code}"


def main() -> None:
    """Do the one thing that stdin says; the answer goes to stdout."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        return
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_S, LONGEST_S))  # then SIGXCPU or SIGKILL
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group: the worker ends us
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints does not get into the answer
    sys.path[:] = pickle.load(sys.stdin.buffer)
    function, args, kwargs = pickle.load(sys.stdin.buffer)
    try:
        answer = True, function(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 — raised again where it was asked for
        answer = False, error
    pipe.write(pickle.dumps(answer))
    pipe.close()


if __name__ == "__main__":
    main()
