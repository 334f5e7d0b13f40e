"""The child process of the agent: `python -m recorder.child <agent's pid>`; pickled jobs in, framed answers out.

A call to a hung NFS server can be neither interrupted nor left by a thread; a process can be left behind. It takes the
lowest priority of CPU and disk, dies with the agent, and holds a lock per recording, so that the child of a killed
agent that still hangs in the kernel and a new one never write to the same `.part`.
"""

import ctypes
import fcntl
import os
import pickle
import platform
import re
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from recorder.deliver import deliver, try_out
from recorder.jobs import Answer, Beat, Deliver, Delivered, Done, Failed, Fault, Job, Prepare, Prepared, TryOut

PR_SET_PDEATHSIG = 1
IOPRIO_SET = {"x86_64": 251, "aarch64": 30}.get(platform.machine())
IOPRIO_IDLE = 3 << 13
"""`IOPRIO_CLASS_IDLE` of linux/ioprio.h: the disk serves it when nobody else asks."""
BEAT_S = 0.5

Send = Callable[[Answer], None]


class Pacer:
    """Says at most every half second that there is progress, and sleeps to keep to `bytes_per_second` (0: no limit)."""

    def __init__(self, send: Send, bytes_per_second: float = 0.0) -> None:
        self._send, self._rate = send, bytes_per_second
        self._total, self._start, self._beat = 0, time.monotonic(), 0.0

    def __call__(self, size: int) -> None:
        """Account for `size` bytes."""
        self._total += size
        due = self._start + self._total / self._rate if self._rate else 0.0
        while True:
            now = time.monotonic()
            if now - self._beat >= BEAT_S:
                self._beat = now
                self._send(Beat(self._total))
            if now >= due:
                return
            time.sleep(min(due - now, BEAT_S))


def main() -> None:
    """Serve jobs from stdin until it is closed."""
    parent = int(sys.argv[1])
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group: the agent ends us
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file size limit is an error of write(), not a death
    if "--low" in sys.argv:
        os.setpriority(os.PRIO_PROCESS, 0, 19)
        if IOPRIO_SET is not None:
            libc.syscall(IOPRIO_SET, 1, 0, IOPRIO_IDLE)
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints does not get between the answers

    def send(answer: Answer) -> None:
        frame = pickle.dumps(answer)
        pipe.write(struct.pack("!I", len(frame)) + frame)
        pipe.flush()

    while True:
        try:
            job: Job = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        send(work(job, send))


def work(job: Job, send: Send) -> Answer:
    """Do one job. Nothing raises: a fault is an answer."""
    try:
        return Done(_do(job, send), peak_bytes())
    except OSError as error:
        return Failed(OSError(error.errno, error.strerror or str(error), error.filename))
    except Exception as error:  # noqa: BLE001  # a fault of our own is told to the agent, which puts the marker aside
        return Fault(f"{type(error).__name__}: {error}")


def peak_bytes() -> int:
    """The most memory this process ever had."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) << 10 if found else 0


def _do(job: Job, send: Send) -> Prepared | Delivered | int:
    match job:
        case Prepare():
            from recorder.prepare import prepare  # PyAV takes 20 MB: not in the children that copy

            return prepare(job, Pacer(send))
        case Deliver():
            with _alone(job.lock, job.lock_at):
                return deliver(job, Pacer(send, job.bytes_per_second))
        case TryOut():
            return try_out(job.place)


@contextmanager
def _alone(lock: Path, at: int) -> Iterator[None]:
    """Hold the byte `at`, or raise BlockingIOError: the child of a killed agent still has it.

    One empty file for all: a file for each would need room on a disk that may be full. Nothing is ever written there.
    """
    with os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, at)
        yield


if __name__ == "__main__":
    main()
