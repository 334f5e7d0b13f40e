"""`python -m MODULE ARGUMENT…` for tests, forked from one process that has imported what workers import: that is most
of what the start of a worker costs, and a session starts hundreds. From there on all is as in a process of its own:
environment, folder, output, signals, `__main__`, exit code, and what Python does at an end.

Only `/proc/PID/environ` and the command line are those of the process that they were forked from.
"""

import atexit
import contextlib
import functools
import gc
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import weakref
from importlib import import_module
from pathlib import Path

import msgspec

from streams.cli.run import CONFINED, WORKERS

ROOT = Path(__file__).parent.parent
NUMBER = struct.Struct("i")
"""What is said on the line of a process: its id, at last its exit code."""
REQUEST_BYTES = 1 << 20


class Request(msgspec.Struct, frozen=True):
    """What to run. Its line, its output and where its errors go come along."""

    module: str
    arguments: tuple[str, ...]
    environ: dict[str, str]


class Forked:
    """A process, with what tests use of `subprocess.Popen`; exit codes are as there."""

    def __init__(self, request: Request, out: int, errors: int) -> None:
        ours, theirs = socket.socketpair()
        self._line = ours.detach()
        weakref.finalize(self, os.close, self._line)
        with theirs:
            socket.send_fds(_server(), [msgspec.json.encode(request)], [theirs.fileno(), out, errors])
        self._reading = threading.Lock()
        self.returncode: int | None = None
        self.pid = self._number()

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        return self._look(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises `subprocess.TimeoutExpired` after `timeout` seconds."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        return code

    def send_signal(self, number: int) -> None:
        """Nothing, where it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it has just ended, and its code is on the way
                os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._line], [], [], timeout)[0]:
            with self._reading:
                if self.returncode is None:
                    self.returncode = self._number()
        return self.returncode

    def _number(self) -> int:
        said = os.read(self._line, NUMBER.size)
        if not said:
            raise RuntimeError("the process that forks the others has ended")
        (number,) = NUMBER.unpack(said)
        return int(number)


def run(request: Request, timeout: float) -> subprocess.CompletedProcess[str]:
    """What it says until it ends. Raises `subprocess.TimeoutExpired`, and kills it, after `timeout` seconds."""
    with os.fdopen(os.memfd_create("out"), "r+b") as out, os.fdopen(os.memfd_create("errors"), "r+b") as errors:
        process = Forked(request, out.fileno(), errors.fileno())
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        said = [os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode() for file in (out, errors)]
    return subprocess.CompletedProcess([request.module, *request.arguments], code, *said)


@functools.cache
def _server() -> socket.socket:
    """The line to the process that forks: one for this one, until it ends."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with theirs:
        own = theirs.fileno()
        command = [sys.executable, "-m", "tests.forked", str(own)]
        process = subprocess.Popen(command, pass_fds=[own], cwd=ROOT, stdin=subprocess.DEVNULL)

    def stop() -> None:
        ours.close()
        process.wait()

    atexit.register(stop)
    return ours


def serve(control: socket.socket) -> Request | None:
    """Fork for each request until the other end is closed; gives the request in its new process, and `None` at the end,
    when what was left running has been killed."""
    lines: dict[int, tuple[int, int]] = {}
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        for ready, _ in poll.poll():
            if ready in lines:
                poll.unregister(ready)
                _tell_end(ready, *lines.pop(ready))
                continue
            asked, (*given,), _, _ = socket.recv_fds(control, REQUEST_BYTES, 3)
            if not asked:
                for left, _ in lines.values():
                    os.kill(left, signal.SIGKILL)
                return None
            line, *outputs = given
            pid = os.fork()
            if not pid:
                for output, stream in zip(outputs, (sys.stdout, sys.stderr), strict=True):
                    os.dup2(output, stream.fileno())
                for descriptor in (line, *outputs, *lines, *(other for _, other in lines.values())):
                    os.close(descriptor)
                return msgspec.json.decode(asked, type=Request)
            for output in outputs:
                os.close(output)
            os.write(line, NUMBER.pack(pid))
            end = os.pidfd_open(pid)
            lines[end] = pid, line
            poll.register(end, select.POLLIN)


def _tell_end(end: int, pid: int, line: int) -> None:
    """An exit code to whoever asked for the process, if he still listens."""
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        os.write(line, NUMBER.pack(os.waitstatus_to_exitcode(status)))
    os.close(line)
    os.close(end)


def become(request: Request) -> None:
    """Run it in this process as Python does."""
    os.environ.clear()
    os.environ.update(request.environ)
    sys.argv = [request.module, *request.arguments]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    runpy.run_module(request.module, run_name="__main__", alter_sys=True)


def main() -> None:
    """Import, then fork until nobody asks any more."""
    for name in (*WORKERS.values(), *CONFINED.values(), "uvloop"):
        import_module(name)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asked, and for the processes
    with socket.socket(fileno=int(sys.argv[1])) as control:
        request = serve(control)
    if request is not None:
        become(request)


if __name__ == "__main__":
    main()
