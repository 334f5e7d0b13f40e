"""What another process costs: its memory, and whether it had the cores that it wanted, which who names seconds has to
know of a busy machine."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self


class Turns(NamedTuple):
    """How long the threads of a process were on a core, and how long they waited for one, s."""

    ran: float = 0.0
    waited: float = 0.0

    @classmethod
    def of(cls, pid: int) -> Self:
        """Until now; nothing of a process that is no more."""
        ran = waited = 0
        for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with suppress(OSError, ValueError):  # it has just ended
                one, other, _ = map(int, thread.read_text().split())
                ran, waited = ran + one, waited + other
        return cls(ran / 1e9, waited / 1e9)

    def since(self, before: "Turns") -> "Turns":
        """What came after `before`."""
        return Turns(self.ran - before.ran, self.waited - before.waited)

    @property
    def starved(self) -> bool:
        """It waited longer than it ran: others had the cores, and seconds of the wall clock say nothing of it."""
        return self.waited > self.ran


def peak_mb(pid: int) -> int:
    """The most memory that a process ever had, or since `forget_peak`; 0 when it is no more. `ru_maxrss` begins with
    what had who started it: in a run of all files it says nothing."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):  # a zombie has none
                return int(line.split()[1]) >> 10
    return 0


def forget_peak() -> None:
    """From now on this process' peak is counted anew (proc_pid_clear_refs(5))."""
    Path("/proc/self/clear_refs").write_text("5")
