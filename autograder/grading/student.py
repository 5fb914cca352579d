"""The process a submission runs in: it executes cells as they arrive and forks for what must leave no trace."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from typing import Any

from autograder.grading.frames import Channel, Closed
from autograder.grading.shell import Notebook


def serve(notebook: Notebook, channel: Channel) -> None:
    """Execute cells until the other side hangs up. Cells arrive one at a time: no later one is in memory."""
    notebook.outputs.emit = channel.send_bytes
    while True:
        try:
            message, fds = channel.receive(max_fds=1)
            _handle(notebook, channel, message, fds)
        except KeyboardInterrupt:
            # an interrupt that came too late for the cell it was meant for
            continue
        except Closed:
            return


def _handle(notebook: Notebook, channel: Channel, message: dict[str, Any], fds: list[int]) -> None:
    operation = message["op"]
    if operation == "run":
        channel.send({"done": notebook.run(message["source"])})
    elif operation == "skip":
        channel.send({"done": {"status": "skipped", "execution_count": notebook.skip(message["source"])}})
    elif operation == "probe":
        channel.send({"done": _probe(notebook, message)})
    elif operation == "fork":
        # everything that has been shown so far belongs to this process
        notebook.stdout.flush()
        notebook.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _be_fork(notebook, channel, Channel(socket.socket(fileno=fds[0])))
        os.close(fds[0])
        _wait(pid)
        channel.send({"done": {}})
    else:
        raise Closed(f"unknown operation {operation!r}")


def _wait(pid: int) -> None:
    while True:
        try:
            os.waitpid(pid, 0)
            return
        except ChildProcessError:
            return
        except KeyboardInterrupt:
            # a filter may forbid it; the trusted side can still end the fork
            with contextlib.suppress(PermissionError):
                os.kill(pid, signal.SIGINT)


def _be_fork(notebook: Notebook, old: Channel, private: Channel) -> None:
    """Do the tasks that arrive through `private`, and nothing else, then end."""
    try:
        old.close()
        private.greet()
        notebook.outputs.emit = private.send_bytes
        while True:
            task, _ = private.receive()
            private.send({"done": _probe(notebook, task) if task["op"] == "probe" else notebook.run(task["source"])})
    finally:
        os._exit(0)


def _probe(notebook: Notebook, task: dict[str, Any]) -> dict[str, Any]:
    name = task["object"]
    if name not in notebook.shell.user_ns:
        return {"missing": name}
    from autograder.collect import collect
    from autograder.exercise import find_exercise

    evidence = collect(find_exercise(task["exercise"]), notebook.shell.user_ns[name], task["seed"])
    return {"evidence": evidence.to_json()}
