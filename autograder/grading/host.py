"""The trusted side of the fork server: start it, keep it alive, talk to the processes it forks."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from autograder.grading.confine import Allowance
from autograder.grading.frames import Channel, Closed, Late, pair
from autograder.grading.levels import LEVELS, Level, open_box
from autograder.grading.sandbox import Box, LevelName, SandboxError
from autograder.grading.transcript import Limits, Outputs, Status
from autograder.grading.usage import Usage, end_tree, measure, resident

MODULES = (
    "numpy",
    "torch",
    "torch.utils.data",
    "pandas",
    "matplotlib.pyplot",
    "sklearn.datasets",
    "sklearn.model_selection",
)
GREETING_SECONDS = 30
MEASURE_SECONDS = 0.25


class ServerError(RuntimeError):
    """The grader's own machinery failed, not the submission: try again."""


class Ended(Exception):
    """A process of the submission came to its end before its time."""

    def __init__(self, status: Status, why: str) -> None:
        super().__init__(why)
        self.status: Status = status


class Server:
    """A fork server in a box. Several threads may run submissions on it at once.

    `modules`: what the chapter's own import cell imports, nothing else. `chapter` names the probes to load.
    """

    def __init__(
        self,
        modules: tuple[str, ...] = MODULES,
        chapter: str | None = None,
        *,
        unsafe: bool = False,
        levels: tuple[LevelName, ...] = LEVELS,
    ) -> None:
        self.modules, self.chapter, self.unsafe, self.levels = modules, chapter, unsafe, levels
        self.level = Level("none")
        self._box: Box | None = None
        self._lock = threading.Lock()
        self._alone = threading.Lock()
        self._numbers = itertools.count()

    def __enter__(self) -> Server:
        self._working_box()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server and everything in its box."""
        with self._lock:
            box, self._box = self._box, None
        if box is not None:
            box.close()

    def _working_box(self) -> Box:
        with self._lock:
            if self._box is not None and is_broken(self._box):
                self._box.close()
                self._box = None
            if self._box is None:
                # a box that held before holds again: a failure now is ours, not the machine's
                self._box, self.level = open_box(self.modules, self.chapter, unsafe=self.unsafe, names=self.levels)
            return self._box

    @contextlib.contextmanager
    def student(self, limits: Limits) -> Iterator[Student]:
        """Fork a process for one submission; whatever it started ends with the block. Raises ServerError.

        Where submissions cannot be kept apart inside the box, they take turns: nobody may meet another one's processes.
        """
        with contextlib.ExitStack() as stack:
            try:
                student = self._fork(limits, stack)
            except (ServerError, SandboxError):
                # once more with a fresh server
                self._discard()
                stack.close()
                try:
                    student = self._fork(limits, stack)
                except SandboxError as error:
                    raise ServerError(str(error)) from error
            stack.callback(student.close)
            yield student

    def _discard(self) -> None:
        with self._lock:
            box, self._box = self._box, None
        if box is not None:
            box.close()

    def _fork(self, limits: Limits, stack: contextlib.ExitStack) -> Student:
        box = self._working_box()
        if not box.apart:
            stack.enter_context(self._alone)
            box = self._working_box()
        folder = f"{next(self._numbers)}"
        request = {
            "op": "serve",
            "folder": folder,
            "folder_bytes": limits.folder_bytes,
            "output_bytes": limits.output_bytes,
            "allowance": asdict(
                # a little less for one process than for all: Python then says so itself, with a MemoryError
                Allowance(limits.memory * 9 // 10, limits.processes, limits.file_bytes, int(limits.cpu_seconds) + 1)
            ),
        }
        channel, theirs = pair()
        try:
            with theirs:
                socket.send_fds(box.control, [json.dumps(request).encode()], [theirs.fileno()])
            guard = channel.receive_pid(GREETING_SECONDS)
            pid = channel.receive_pid(GREETING_SECONDS)
        except (Closed, Late, OSError) as error:
            channel.close()
            raise ServerError(f"the fork server does not answer ({error}): {box.last_words()}") from None
        return Student(box, channel, guard, pid, folder, limits)


class Student:
    """One submission's process as seen from outside."""

    def __init__(self, box: Box, channel: Channel, guard: int, pid: int, folder: str, limits: Limits) -> None:
        self.box, self.channel, self.guard, self.pid, self.limits = box, channel, guard, pid, limits
        self.folder = None if box.work is None else box.work / folder
        self.baseline = resident(pid)
        self.usage = Usage()
        self._measured = time.monotonic()

    def run(self, source: str, seconds: float, outputs: Outputs) -> tuple[Status, int | None]:
        """Execute a cell; returns its status and execution count. Raises Ended where the process is no more."""
        self._send(self.channel, {"op": "run", "source": source})
        done, late = self._converse(self.channel, self.pid, seconds, outputs)
        return _status(done, late), _count(done)

    def probe(self, task: dict[str, Any], seconds: float) -> tuple[dict[str, Any], Status]:
        """Probe an object without a fork; returns the report and the task's status. Raises Ended."""
        self._send(self.channel, task)
        report, late = self._converse(self.channel, self.pid, seconds, None)
        return report, _status(report, late)

    def skip(self, source: str) -> int | None:
        """Count a cell without executing it. Raises Ended."""
        self._send(self.channel, {"op": "skip", "source": source})
        return _count(self._converse(self.channel, self.pid, GREETING_SECONDS, None)[0])

    @contextlib.contextmanager
    def fork(self) -> Iterator[Fork]:
        """Fork for tasks that leave no trace. Raises Ended only where the submission's own process is no more."""
        private, theirs = pair()
        try:
            with theirs:
                self._send(self.channel, {"op": "fork"}, (theirs.fileno(),))
            fork = Fork(self, private, private.receive_pid(GREETING_SECONDS))
        except (Closed, Late) as error:
            private.close()
            raise Ended("died", f"no fork: {error}") from None
        try:
            yield fork
        finally:
            private.close()
        self._converse(self.channel, self.pid, GREETING_SECONDS, None)

    def _send(self, channel: Channel, message: dict[str, Any], fds: tuple[int, ...] = ()) -> None:
        try:
            channel.send(message, fds)
        except Closed as error:
            raise Ended("died", str(error)) from None

    def _converse(
        self, channel: Channel, pid: int, seconds: float, outputs: Outputs | None
    ) -> tuple[dict[str, Any], bool]:
        """Take in events until the process says it is done; True where it had to be interrupted."""
        deadline, late, total = time.monotonic() + seconds, False, 0
        while True:
            try:
                message, size = channel.receive_by(deadline, self._watch)
            except Late:
                if late:
                    raise Ended("timeout", "it did not end when interrupted") from None
                late, deadline = True, time.monotonic() + self.limits.interrupt_seconds
                _interrupt(pid)
                continue
            except Closed as error:
                raise Ended("timeout" if late else "died", str(error)) from None
            total += size
            if total > 64 * self.limits.output_bytes:
                raise Ended("died", "a flood of output")
            if isinstance(message.get("done"), dict):
                return message["done"], late
            if outputs is not None:
                outputs.add(message, size)

    def _watch(self) -> None:
        now = time.monotonic()
        if now - self._measured < MEASURE_SECONDS:
            return
        self._measured = now
        usage = measure(self.guard, self.baseline, self.limits.memory)
        self.usage = self.usage.most(usage)
        if usage.memory > self.limits.memory:
            raise Ended("memory", "too much memory")
        if usage.cpu_seconds > self.limits.cpu_seconds:
            raise Ended("timeout", "too much CPU time")
        if usage.processes > self.limits.processes + 3:
            raise Ended("died", "too many processes")
        if self.folder is not None and _size(self.folder) > self.limits.folder_bytes:
            raise Ended("died", "too much on disk")

    def close(self) -> None:
        """End the submission's processes and remove its folder."""
        self.usage = self.usage.most(measure(self.guard, self.baseline, self.limits.memory))
        self.channel.close()
        end_tree(self.guard)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


class Fork:
    """A fork of a submission's process; when it ends before its time, nothing else does."""

    def __init__(self, student: Student, channel: Channel, pid: int) -> None:
        self.student, self.channel, self.pid, self.alive = student, channel, pid, True

    def do(self, task: dict[str, Any], seconds: float, outputs: Outputs | None) -> tuple[dict[str, Any], Status]:
        """Do one task; returns what the fork reported and the task's status."""
        try:
            self.student._send(self.channel, task)
            report, late = self.student._converse(self.channel, self.pid, seconds, outputs)
        except Ended as end:
            if is_broken(self.student.box):
                raise
            self.alive = False
            end_tree(self.pid)
            return {}, end.status
        return report, _status(report, late)


def is_broken(box: Box) -> bool:
    if box.process.poll() is not None:
        return True
    try:
        return box.control.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _interrupt(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGINT)


def _status(done: dict[str, Any], late: bool) -> Status:
    if late:
        return "timeout"
    return "ok" if done.get("status", "ok") == "ok" else "error"


def _count(done: dict[str, Any]) -> int | None:
    count = done.get("execution_count")
    return count if type(count) is int and 0 <= count < 1_000_000 else None


def _size(folder: os.PathLike[str]) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_blocks * 512
    return total
