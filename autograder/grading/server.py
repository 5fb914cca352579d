"""The fork server: runs inside the box, imports once what chapters import, forks a process for each submission.

Started by `autograder.grading.sandbox`; descriptor and settings come as arguments. Meets no learner's code itself.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from typing import Any

from autograder.grading import confine
from autograder.grading.frames import Channel

CHANNEL = 1000
MERGE_AT = 10


def main() -> None:
    """Serve until the trusted side hangs up."""
    descriptor, settings = int(sys.argv[1]), json.loads(sys.argv[2])
    control = socket.socket(fileno=descriptor)
    os.set_inheritable(descriptor, False)
    if settings["level"] == "bubblewrap" and settings["uid"] is not None:
        # started by root: bubblewrap left us three capabilities for these two steps
        confine.uncover_proc()
        confine.become(settings["uid"])
    # ours is the only process that may say what a learner's `sys.argv` and path are
    sys.argv = ["ipykernel_launcher.py"]
    _place_working_folder_in_path()
    os.chdir(settings["work"])
    # whatever a child would import itself it would have to copy pages for
    with contextlib.suppress(ImportError):
        importlib.import_module("py_landlock")
    notebook = None
    if settings["modules"] is not None:
        importlib.import_module("autograder.grading.student")
        from autograder.grading.warm import merge_pages, warm_up

        notebook = warm_up(settings["modules"], settings["chapter"])
    settings["apart"] = settings["nested"] and _may_enter_namespaces()
    signals_end_here = settings["apart"] or confine.landlock_version() >= confine.SCOPES_SIGNALS
    filter_code = confine.build_filter(connect=settings["level"] == "bubblewrap", kill=signals_end_here)
    threads = len(os.listdir("/proc/self/task"))
    confine.hide_memory()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    served = 0
    ready = {"threads": threads, "seccomp": bool(filter_code), "apart": settings["apart"]}
    control.send(json.dumps(ready).encode())
    while True:
        data, fds, _, _ = socket.recv_fds(control, 65536, 1, socket.MSG_CMSG_CLOEXEC)
        if not data:
            os._exit(0)
        request = json.loads(data)
        served += 1
        if served == MERGE_AT and notebook is not None:
            # takes a second, and pays with many submissions only
            merge_pages()
        pid = os.fork()
        if pid == 0:
            try:
                control.close()
                _guard(notebook, fds[0], settings | request, filter_code)
            finally:
                # our own failure, for the box's log: the learner's code has no way to get here
                traceback.print_exc()
                os._exit(1)
        os.close(fds[0])


def _may_enter_namespaces() -> bool:
    """Whether submissions can have processes and folders of their own here; a child tries it."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(confine.ConfineError):
            confine.enter_namespaces()
            os._exit(0)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _place_working_folder_in_path() -> None:
    """Put '' before the first site-packages, where a kernel has it."""
    found = (n for n, path in enumerate(sys.path) if path.endswith(("site-packages", "dist-packages")))
    sys.path.insert(next(found, 0), "")


def _guard(notebook: Any, descriptor: int, settings: dict[str, Any], filter_code: bytes) -> None:
    """Build the walls around one submission, start it, wait for its end, end what it leaves behind."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(descriptor, CHANNEL, inheritable=False)
    os.closerange(3, CHANNEL)
    channel = Channel(socket.socket(fileno=CHANNEL))
    channel.greet()
    alive: tuple[int, int] | None = None
    if settings["apart"]:
        confine.enter_namespaces()
        for folder in settings["private"]:
            confine.mount_empty(folder, settings["folder_bytes"])
        alive = _found_process_namespace()
    else:
        confine.adopt_orphans()
        _remove_traces(settings)
    student = os.fork()
    if student == 0:
        try:
            if alive is not None:
                os.close(alive[1])
            _confine_student(settings, filter_code)
        except Exception:
            traceback.print_exc()
            os._exit(1)
        try:
            _serve(notebook, channel, settings)
        finally:
            os._exit(0)
    channel.close()
    confine.hide_memory()
    with contextlib.suppress(ChildProcessError):
        os.waitpid(student, 0)
    if alive is None:
        end_descendants()
    os._exit(0)


def _found_process_namespace() -> tuple[int, int]:
    """Start the first process of the new namespace; when it ends, the kernel ends all others.

    It ends as soon as nobody holds the write end of its standard input any more: when the guard dies.
    """
    read, write = os.pipe()
    null = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, read, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    pid = os.posix_spawn("/usr/bin/cat", ["cat"], {}, file_actions=actions)
    os.close(read)
    os.close(null)
    return pid, write


def end_descendants() -> None:
    """Kill every process below this one, again and again until none is left (this one must adopt orphans)."""
    while True:
        try:
            with open(f"/proc/self/task/{os.getpid()}/children") as file:
                children = file.read().split()
        except OSError:
            return
        if not children:
            return
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


def _remove_traces(settings: dict[str, Any]) -> None:
    """Where submissions take turns: end and remove what the one before may have left."""
    if settings["level"] == "bubblewrap":
        server = os.getppid()
        for name in filter(str.isdigit, os.listdir("/proc")):
            if int(name) not in (1, server, os.getpid()):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(int(name), signal.SIGKILL)
    for folder in settings["private"]:
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def _confine_student(settings: dict[str, Any], filter_code: bytes) -> None:
    apart = settings["apart"]
    if apart:
        confine.mount_proc()
        work, home = settings["work"], settings["home"]
    else:
        work = home = os.path.join(settings["work"], settings["folder"])
        os.mkdir(work, 0o700)
    if settings["level"] == "landlock" and settings["uid"] is not None:
        os.chown(work, settings["uid"], settings["uid"])
        confine.become(settings["uid"])
    with contextlib.suppress(confine.ConfineError):
        confine.drop_capabilities()
    confine.hide_memory(False)
    _move_to(work, home)
    confine.limit_resources(confine.Allowance(**settings["allowance"]), others=0 if apart else confine.tasks_of_user())
    writable = settings["private"] if apart else [work]
    if settings["level"] != "none":
        confine.restrict_files(settings["readable"], writable)
        confine.install_filter(filter_code)


def _serve(notebook: Any, channel: Channel, settings: dict[str, Any]) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _no_standard_streams()
    if settings["op"] == "escape":
        from autograder.grading.escape import try_to_escape

        channel.greet()
        channel.send({"found": try_to_escape(settings["targets"])})
        return
    from autograder.grading.student import serve
    from autograder.grading.warm import reseed

    assert notebook is not None
    reseed()
    notebook.outputs.limit = settings["output_bytes"]
    notebook.open()
    channel.greet()
    serve(notebook, channel)


def _no_standard_streams() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def _move_to(work: str, home: str) -> None:
    os.chdir(work)
    os.environ.update(HOME=home, TMPDIR=home, IPYTHONDIR=f"{home}/.ipython")
    tempfile.tempdir = None
