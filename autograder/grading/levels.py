"""Find out which kind of box holds on this machine: by trying to escape from it, not by version."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading.escape import CANARY
from autograder.grading.frames import Closed, Late, pair
from autograder.grading.sandbox import Box, LevelName, SandboxError, start_box

LEVELS: tuple[LevelName, ...] = ("bubblewrap", "landlock")

# A program that can do one of these has left the box. (To see other processes by name is no escape.)
WALLS = ("read", "write", "connect", "connect here", "environment", "kill")
# Between submissions that run at once. Where it is missing they take turns.
APART = "apart"
WAYS_OUT = (
    "Run the grader inside a container or virtual machine that holds nothing but this course, or accept the risk "
    "with --unsafe: submissions can then read and change everything that you can."
)


@dataclass(frozen=True)
class Level:
    """How submissions are kept in: the kind of box, the walls that held and those that did not."""

    name: LevelName
    held: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the level as JSON data."""
        return {"name": self.name, "held": list(self.held), "open": list(self.open)}


@dataclass
class Targets:
    """Things outside the box for an escape to reach, and a secret that is known only there."""

    secret: str
    folder: Path
    listener: socket.socket
    listener_here: socket.socket
    victim: subprocess.Popen[bytes]

    def to_json(self) -> dict[str, Any]:
        """Where they are, without the secret."""
        return {
            "file": str(self.folder / "canary"),
            "folder": str(self.folder),
            "port": self.listener.getsockname()[1],
            "socket": str(self.folder / "socket"),
            "pid": self.victim.pid,
        }

    def judge(self, box: Box, found: dict[str, Any]) -> Level:
        """Say which walls held, by what was found and by what happened to the targets."""
        fell = {wall for wall in ("read", "see", "environment") if self.secret in str(found.get(wall, ""))}
        fell |= {"write"} if (self.folder / "planted").exists() else set()
        fell |= {"kill"} if self.victim.poll() is not None else set()
        fell |= {"connect"} if _was_reached(self.listener) else set()
        fell |= {"connect here"} if _was_reached(self.listener_here) else set()
        fell |= set() if box.apart else {APART}
        walls = (*WALLS, "see", APART)
        return Level(box.level, tuple(w for w in walls if w not in fell), tuple(w for w in walls if w in fell))


@contextlib.contextmanager
def targets() -> Iterator[Targets]:
    """Set up what an escape would reach: a file, a folder, two listeners, a process with a secret."""
    secret = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="autograder-out-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "canary").write_text(secret)
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        listener_here = stack.enter_context(socket.socket(socket.AF_UNIX))
        listener_here.bind(str(folder / "socket"))
        (folder / "socket").chmod(0o777)
        listener_here.listen()
        mark = f"{CANARY}={secret}"
        victim = subprocess.Popen(["/bin/sh", "-c", "read line", mark], stdin=subprocess.PIPE, env={CANARY: secret})
        try:
            yield Targets(secret, folder, listener, listener_here, victim)
        finally:
            victim.kill()
            victim.communicate()


def _was_reached(listener: socket.socket) -> bool:
    listener.setblocking(False)
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def escape_from(box: Box) -> Level:
    """Run the escape inside a box whose server is ready and say which walls held. Raises SandboxError."""
    with targets() as set_up:
        channel, theirs = pair()
        request = {
            "op": "escape",
            "targets": set_up.to_json(),
            "folder": f"escape-{secrets.token_hex(4)}",
            "folder_bytes": 1 << 20,
            "allowance": {"memory": 1 << 30, "processes": 64, "file_bytes": 1 << 20, "cpu_seconds": 20},
        }
        try:
            with theirs:
                socket.send_fds(box.control, [json.dumps(request).encode()], [theirs.fileno()])
            channel.receive_pid(20)
            channel.receive_pid(20)
            found, _ = channel.receive_by(time.monotonic() + 20)
        except (Closed, Late, OSError) as error:
            raise SandboxError(f"the box answers no more ({error}): {box.last_words()}") from None
        finally:
            channel.close()
        return set_up.judge(box, found.get("found", {}))


def await_ready(box: Box, seconds: float = 120) -> None:
    """Wait until the server inside is ready and note what it says. Raises SandboxError with what it said last."""
    box.control.settimeout(seconds)
    try:
        told = box.control.recv(65536)
    except OSError:
        told = b""
    finally:
        box.control.settimeout(None)
    if told:
        box.apart = json.loads(told)["apart"]
    else:
        raise SandboxError(f"no server starts in the box: {box.last_words()}")


def open_box(
    modules: tuple[str, ...] | None, chapter: str | None, *, unsafe: bool = False, names: tuple[LevelName, ...] = LEVELS
) -> tuple[Box, Level]:
    """Start the strongest box that holds and say how well. Raises SandboxError where none does, unless `unsafe`."""
    reasons = []
    for name in names:
        box = None
        try:
            box = start_box(name, modules, chapter)
            await_ready(box)
            level = escape_from(box)
            fallen = [wall for wall in level.open if wall in WALLS]
            if not fallen or name == "none":
                return box, level
            reasons.append(f"{name}: a program inside could {', '.join(fallen)}")
        except SandboxError as error:
            reasons.append(f"{name}: {error}")
        if box is not None:
            box.close()
    if unsafe and "none" not in names:
        return open_box(modules, chapter, names=("none",))
    raise SandboxError(f"No sandbox holds on this machine ({'; '.join(reasons)}). {WAYS_OUT}")


def probe_level(*, unsafe: bool = False, names: tuple[LevelName, ...] = LEVELS) -> Level:
    """Try to escape from each kind of box and return the strongest level that holds.

    Raises SandboxError where none does, with the reasons and the two ways out; `unsafe` turns that into the level
    "none".
    """
    box, level = open_box(None, None, unsafe=unsafe, names=names)
    box.close()
    return level
