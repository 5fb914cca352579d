"""What a tree of processes uses, measured from outside it, and its end. Linux only."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True)
class Usage:
    """Memory in bytes, CPU seconds and number of processes."""

    memory: int = 0
    cpu_seconds: float = 0.0
    processes: int = 0

    def most(self, other: Usage) -> Usage:
        """The larger of the two in every respect."""
        return Usage(
            max(self.memory, other.memory),
            max(self.cpu_seconds, other.cpu_seconds),
            max(self.processes, other.processes),
        )


def tree(pid: int) -> list[int]:
    """`pid` and all its descendants that are still alive."""
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append(current)
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{current}/task"):
                with contextlib.suppress(OSError), open(f"/proc/{current}/task/{task}/children") as children:
                    waiting += [int(child) for child in children.read().split()]
    return found


def resident(pid: int) -> int:
    """Bytes of memory of one process that no file backs, shared with its parent or not."""
    try:
        _, pages, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
    except OSError:
        return 0
    return (int(pages) - int(shared)) * _PAGE


def proportional(pid: int) -> int:
    """Bytes of memory of one process, with shared pages divided among those who share them. Slow: milliseconds."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def cpu_seconds(pid: int) -> float:
    """CPU time of one process and of those of its children that it has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


def measure(pid: int, baseline: int, limit: int) -> Usage:
    """What the tree below `pid` uses, beyond `baseline` bytes that each process shares with the server.

    The quick sum counts memory shared within the tree more than once: only where it exceeds `limit` is it measured
    slowly, each page once.
    """
    pids = tree(pid)
    memory = sum(max(0, resident(one) - baseline) for one in pids)
    if memory > limit:
        # the server itself holds the memory it shares, and so may other submissions
        shared = baseline * len(pids) // (len(pids) + 1)
        memory = max(0, sum(map(proportional, pids)) - shared)
    return Usage(memory, sum(map(cpu_seconds, pids)), len(pids))


def end_tree(pid: int) -> None:
    """Kill a process and all below it; those that it adopts meanwhile are met again on the next round."""
    for _ in range(100):
        below = tree(pid)[1:]
        if not below:
            break
        for one in below:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(one, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
