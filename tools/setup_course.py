#!/usr/bin/env python3
"""Set up the course in .venv, and open it.

    python tools/setup_course.py            what a learner or an instructor needs
    python tools/setup_course.py --test     the same, and what the test suite needs
    python tools/setup_course.py lab        set up, then open notebooks/ in JupyterLab

Needs nothing but a Python with its standard library. `make setup`, `make test` and `make lab` call it.
Exact versions come from constraints.txt. A second run finds nothing to do and ends at once; a run that was
interrupted is made good by the next one.

It must be readable by Python 3.6, so that an old Python gets to the line which says that it is too old.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
SCRIPTS = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
VENV_PYTHON = os.path.join(SCRIPTS, "python.exe" if os.name == "nt" else "python")
LOG = os.path.join(VENV, "setup.log")
DONE = os.path.join(VENV, "course-setup.json")  # what was installed; written last
UNFINISHED = os.path.join(VENV, "course-setup.unfinished")  # there from the first to the last step
LOCK = os.path.join(VENV, "course-setup.lock")

OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = ["python3.14", "python3.13", "python3.12", "python3.11"]
GIGABYTE = 1e9
NEEDS = 2.5 * GIGABYTE  # measured: 1.9 in .venv, the rest is what pip unpacks on the way
NEEDS_WITH_GPU_BUILD = 9 * GIGABYTE


class Stop(Exception):
    """Ends the program with one line for the person in front of it."""


# What is there already ------------------------------------------------------------------------------------


def fingerprint():
    """One string that changes whenever the same set-up would no longer give the same .venv."""
    digest = hashlib.sha256(VENV.encode("utf-8", "surrogateescape"))  # a moved .venv has wrong paths in it
    for name in ["pyproject.toml", "constraints.txt", "jupyter/overrides.json", "tools/setup_course.py"]:
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def read_done():
    """What the last finished set-up wrote, or None where none has finished."""
    try:
        with open(DONE, encoding="utf-8") as file:
            done = json.load(file)
        return done if isinstance(done, dict) and not os.path.exists(UNFINISHED) else None
    except (OSError, ValueError):
        return None


def python_of(executable):
    """ "3.11" for a Python that starts, None for one that does not (its base was removed or upgraded)."""
    code = "import encodings, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.check_output([executable, "-c", code], stderr=subprocess.DEVNULL).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def is_ready(extras):
    done = read_done()
    return (
        done is not None
        and done.get("fingerprint") == fingerprint()
        and set(extras) <= set(done.get("extras", []))
        and python_of(VENV_PYTHON) == done.get("python")
    )


# What can be known before anything is downloaded ----------------------------------------------------------


def use_a_new_enough_python():
    """Go on with a newer Python where this one is too old and the machine has another."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    version = ".".join(map(str, sys.version_info[:2]))
    for name in NEWER_PYTHONS:
        newer = shutil.which(name)
        if newer and python_of(newer) == name[len("python") :]:
            say(f"Python {version} is too old for the course: going on with {name}")
            command = [newer, os.path.abspath(__file__)] + sys.argv[1:]
            if os.name == "nt":
                sys.exit(subprocess.call(command))
            os.execv(newer, command)
    raise Stop(f"Python {version} is too old: the course needs Python 3.11 or newer. Install one and run this again.")


def base_python():
    """This Python; where .venv is active, the one that .venv was made from."""
    inside = os.path.realpath(sys.prefix) == os.path.realpath(VENV)
    return getattr(sys, "_base_executable", sys.executable) if inside else sys.executable


def need_venv():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        version = ".".join(map(str, sys.version_info[:2]))
        raise Stop(
            f"Python {version} has no venv module. On Debian and Ubuntu: "
            f"apt-get install python{version}-venv, then run this again."
        ) from None


def need_space(needed):
    free = shutil.disk_usage(ROOT).free
    if free < needed:
        raise Stop(
            f"Disk full: the course needs {needed / GIGABYTE:.1f} GB in {ROOT}, "
            f"{free / GIGABYTE:.1f} GB are free. Make room and run this again."
        )


# Doing it -------------------------------------------------------------------------------------------------


def say(line):
    print(line, flush=True)


class Step:
    """Prints what is going on: one line in a file, a line that counts seconds on a terminal."""

    def __init__(self, title):
        self.title, self.detail, self.start = title, "", time.time()
        self.over = threading.Event()

    def __enter__(self):
        if sys.stdout.isatty():
            self.thread = threading.Thread(target=self.count, daemon=True)
            self.thread.start()
        else:
            self.thread = None
            say(f"{self.title} ...")
        return self

    def count(self):
        while not self.over.wait(0.2):
            width = shutil.get_terminal_size().columns - 1
            line = f"{self.title} ... {time.time() - self.start:.0f} s  {self.detail}"
            sys.stdout.write("\r" + line[:width].ljust(width))
            sys.stdout.flush()

    def __exit__(self, kind, value, traceback):
        self.over.set()
        if self.thread:
            self.thread.join()
            width = shutil.get_terminal_size().columns - 1
            line = f"{self.title} ... {time.time() - self.start:.0f} s"
            say("\r" + line[:width].ljust(width))


def pip(step, lock, *arguments):
    """Run pip in .venv and tell `step` what it does; raise Stop with the one line that helps."""
    command = [VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    command += ["install", "--progress-bar", "off", "--no-warn-script-location"]
    command += ["-c", os.path.join(ROOT, "constraints.txt")] + list(arguments)
    lines = []
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # The lock outlives this process if only this one is killed: the next run then waits for pip.
        **({} if os.name == "nt" else {"pass_fds": [lock.fileno()]}),
    )
    try:
        with open(LOG, "ab") as log:
            log.write((" ".join(command) + "\n").encode())
            for raw in process.stdout:
                log.write(raw)
                line = raw.decode("utf-8", "replace").strip()
                lines.append(line)
                if line.startswith(("Collecting", "Downloading", "Using cached", "Installing")):
                    step.detail = line
        status = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if status:
        raise Stop(explain_pip("\n".join(lines)))


def explain_pip(output):
    """One line for what made pip stop."""
    if re.search(r"Errno 28\b|Errno 122\b|No space left|not enough space|quota exceeded", output, re.I):
        places = {place: shutil.disk_usage(place).free for place in [ROOT, tempfile.gettempdir()]}
        free = ", ".join(f"{size / GIGABYTE:.1f} GB free in {place}" for place, size in places.items())
        return f"Disk full: {free}; the course needs {NEEDS / GIGABYTE:.1f} GB. Make room and run this again."
    if re.search(
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|Network is unreachable"
        r"|Connection refused|Connection reset|name resolution|getaddrinfo failed|not known",
        output,
    ):
        return f"No network: pip cannot reach the package index. Connect and run this again. (Log: {LOG})"
    missing = re.search(r"No matching distribution found for (\S+)", output)
    if missing:
        import sysconfig

        version = ".".join(map(str, sys.version_info[:2]))
        return (
            f"There is no ready-made {missing.group(1)} for Python {version} on {sysconfig.get_platform()}. "
            f"Try another Python from 3.11 on: make PYTHON=python3.12 ... (Log: {LOG})"
        )
    errors = [line for line in output.splitlines() if line.startswith("ERROR: ")] or ["pip stopped"]
    return f"{errors[-1][:300]} (Log: {LOG})"


def requirements_of(package):
    """What an installed package says it needs, one requirement a line."""
    code = "import importlib.metadata as m; print('\\n'.join(m.requires('%s') or []))" % package
    return subprocess.check_output([VENV_PYTHON, "-c", code]).decode("utf-8", "replace")


def is_gpu_build(requirements):
    """Whether a torch with these requirements brings CUDA along. Only on Linux does one."""
    return sys.platform.startswith("linux") and bool(re.search(r"^(nvidia|cuda)-", requirements, re.M))


def lock_venv():
    """Hold .venv for this process and its pip; wait for another set-up that holds it. Returns the file."""
    file = open(LOCK, "a+")  # noqa: SIM115 (held until the process ends)
    waiting = False
    while True:
        try:
            if os.name == "nt":
                import msvcrt

                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except OSError:
            if not waiting:
                say("Another set-up is at work in .venv: waiting for it to end")
                waiting = True
            time.sleep(1)


def empty_venv():
    """Remove all of .venv but the two files that say who is at work in it."""
    for name in os.listdir(VENV):
        path = os.path.join(VENV, name)
        if path in (LOCK, UNFINISHED):
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.remove(path)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def set_up(extras):
    """Bring .venv to what pyproject.toml and constraints.txt say, with `extras` besides."""
    if is_ready(extras):
        return
    use_a_new_enough_python()
    need_venv()
    ours = any(os.path.exists(path) for path in [DONE, UNFINISHED, LOCK])
    if os.path.isdir(VENV) and os.listdir(VENV) and not ours:
        raise Stop(f"{VENV} was not made by this script. Rename or remove it and run this again.")
    os.makedirs(VENV, exist_ok=True)
    lock = lock_venv()
    if is_ready(extras):  # the set-up we waited for did it
        return

    done = read_done()
    update = done is not None and python_of(VENV_PYTHON) == done.get("python") and done.get("venv") == VENV
    extras = sorted(set(extras) | set(done.get("extras", []) if update else []))
    write(UNFINISHED, "The set-up is at work here, or was interrupted: the next one starts afresh.\n")
    try:
        if not update:
            try:
                empty_venv()
            except PermissionError as error:
                raise Stop(f"{error.filename} is in use. Close JupyterLab, run deactivate, then this again.") from None
            need_space(NEEDS)
            with Step("1/4 Making .venv"):
                made = subprocess.run(
                    [base_python(), "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
                )
                if made.returncode:
                    raise Stop(explain_pip(made.stdout.decode("utf-8", "replace")))
        install(lock, extras, update)
    except Stop:
        if update:  # pip has put back what it took away: the old set-up still stands
            os.remove(UNFINISHED)
        raise
    state = {
        "fingerprint": fingerprint(),
        "extras": extras,
        "python": python_of(VENV_PYTHON),
        "venv": VENV,
    }
    write(DONE, json.dumps(state, indent=1) + "\n")
    os.remove(UNFINISHED)


def install(lock, extras, update):
    # pip compiles on one core; one pass over everything at the end uses them all.
    fast = "--no-compile"
    with Step("2/4 Installing PyTorch") as step:
        pip(step, lock, fast, "pip", "hatchling")
        pip(step, lock, fast, "--no-deps", "torch")
    if not update and is_gpu_build(requirements_of("torch")):
        need_space(NEEDS_WITH_GPU_BUILD)
        say(
            "Note: this is PyTorch's GPU build, the only one that the package index has for Linux. The next step\n"
            "fetches several GB for it. For the small CPU build stop with Ctrl-C, set PIP_EXTRA_INDEX_URL to the\n"
            "CPU index that PyTorch's installation guide names, and run this again."
        )
    wanted = "." + (f"[{','.join(extras)}]" if extras else "")
    with Step("3/4 Installing JupyterLab, nbgrader and the course") as step:
        pip(step, lock, fast, "--no-build-isolation", "-e", wanted)
    with Step("4/4 Compiling"):
        library = os.path.join(VENV, "Lib" if os.name == "nt" else "lib")
        subprocess.call(  # some packages ship files for other Pythons, which do not compile: no matter
            [VENV_PYTHON, "-m", "compileall", "-qq", "-j0", "-x", r"[/\\](tests?|testing)[/\\]", library],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def open_lab(arguments):
    """Become JupyterLab on notebooks/. On a machine without a display it prints its address instead."""
    # The address is printed at every log level; among JupyterLab's other lines it is hard to find.
    flags = ["--log-level=ERROR", "--LabApp.log_level=ERROR"]
    if os.name != "nt":  # where kernels can encrypt, they need not warn that they do not
        flags.append("--KernelManager.transport_encryption=auto")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--allow-root")
    shows = [os.environ.get(name) for name in ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"]]
    wsl = os.path.exists("/proc/sys/fs/binfmt_misc/WSLInterop")
    if sys.platform.startswith("linux") and not any(shows) and not wsl:
        flags.append("--no-browser")
    jupyter = os.path.join(SCRIPTS, "jupyter-lab.exe" if os.name == "nt" else "jupyter-lab")
    command = [jupyter, "notebooks"] + flags + list(arguments)
    os.chdir(ROOT)  # where nbgrader_config.py is
    os.environ["PATH"] = SCRIPTS + os.pathsep + os.environ.get("PATH", "")
    say("JupyterLab is starting. Its address is printed below; Ctrl-C here stops it.")
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(jupyter, command)


def main(arguments):
    if arguments[:1] == ["lab"]:
        set_up([])
        open_lab(arguments[1:])
    elif arguments == ["--test"]:
        set_up(["cluster", "postgresql", "test"])
    elif not arguments:
        set_up([])
    else:
        print(__doc__)
        sys.exit(0 if arguments in (["-h"], ["--help"]) else 2)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Stop as stop:
        print(stop, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again: it makes good what is missing.", file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        if error.errno in (28, 122):
            print(f"Disk full: {error}. Make room and run this again.", file=sys.stderr)
            sys.exit(1)
        raise
