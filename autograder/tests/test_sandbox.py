"""Nothing a submission does reaches anything outside its box, or another submission."""
# ruff: noqa: E501 (cells read best on one line)

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from filelock import FileLock

from autograder.grading import levels, sandbox
from autograder.grading.execute import Server
from autograder.grading.levels import WALLS, probe_level
from autograder.grading.sandbox import SandboxError, remove_abandoned
from autograder.tests.boxed import run, server, statuses, text_of

__all__ = ["server"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sandboxes are for Linux")


def try_all(server: Server, *statements: str) -> list[str]:
    """Run each statement in one submission; "held" where it raises OSError, else "fell" and what it gave."""
    lines = [
        f"try:\n    print('fell', repr({statement}))\nexcept OSError as error:\n    print('held')"
        for statement in statements
    ]
    transcript = run(server, "import os, socket, pathlib, ctypes, glob", *lines)
    return [text_of(record).strip() for record in transcript.cells[1:]]


def test_the_strongest_box_of_this_machine_withstands_every_attempt_to_escape(server: Server) -> None:
    assert set(server.level.held) >= set(WALLS)
    assert not set(server.level.open) & set(WALLS)


def test_without_namespaces_landlock_and_system_call_filters_withstand_too() -> None:
    assert set(probe_level(names=("landlock",)).held) >= set(WALLS)


def refuse_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have boxes behave as where the system allows no namespaces inside of them."""
    copy = sandbox.copy_learner_side

    def copy_and_refuse(target: Path) -> None:
        copy(target)
        with (target / "autograder" / "grading" / "confine.py").open("a") as file:
            file.write("\n\ndef enter_namespaces():\n    raise ConfineError('refused')\n")

    monkeypatch.setattr(sandbox, "copy_learner_side", copy_and_refuse)


@pytest.mark.parametrize("level", ["bubblewrap", "landlock"])
def test_submissions_that_cannot_be_kept_apart_take_turns(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_namespaces(monkeypatch)
    mark = f"{os.getpid()}5.4321"
    folders = "folders = ['.', os.path.expanduser('~'), '/dev/shm', '/tmp']\n"
    live_and_plant = (
        "import os, subprocess, time\n" + folders + f"subprocess.Popen(['sleep', '{mark}'], start_new_session=True)\n"
        "for folder in folders:\n    try:\n        open(os.path.join(folder, 'planted'), 'w').close()\n    except OSError:\n        pass\n"
        "began = time.monotonic()\ntime.sleep(0.3)\nprint(began, time.monotonic())"
    )
    look = (
        "import glob, os, signal\n" + folders + "def around():\n    for path in glob.glob('/proc/[0-9]*/cmdline'):\n"
        "        try:\n            yield open(path).read()\n        except OSError:\n            pass\n"
        f"print(any('{mark}' in text for text in around()), [f for f in folders if os.path.exists(os.path.join(f, 'planted'))])\n"
        "try:\n    os.kill(-1, signal.SIGKILL)\nexcept OSError:\n    pass\nprint('here')"
    )
    with Server((), levels=(level,)) as own, ThreadPoolExecutor(3) as pool:
        assert "apart" in own.level.open
        assert set(own.level.held) >= set(WALLS)
        before = own._box
        found = list(pool.map(lambda source: text_of(run(own, source).cells[0]), [live_and_plant] * 3))
        times = sorted(tuple(map(float, text.split())) for text in found)
        assert all(one[1] < other[0] for one, other in pairwise(times))
        assert text_of(run(own, look).cells[0]) == "False []\nhere\n"
        # nor does it reach the server
        assert text_of(run(own, "print('next')").cells[0]) == "next\n"
        assert own._box is before


@pytest.mark.skipif(os.geteuid() != 0, reason="whoever is an ordinary user runs all these tests as one")
@pytest.mark.parametrize(("level", "missing"), [("bubblewrap", []), ("landlock", ["apart", "see"])])
def test_an_ordinary_user_has_the_same_walls_as_root(level: str, missing: list[str]) -> None:
    grader = (
        "import json, os\nfrom autograder.grading.execute import Server\nfrom autograder.tests.boxed import run, text_of\n"
        f"with Server((), levels=({level!r},)) as own:\n"
        "    found = text_of(run(own, 'import os; print(os.getuid())').cells[0])\n"
        "    print(json.dumps([os.geteuid(), sorted(own.level.open), found]))"
    )
    command = ["unshare", "--user", "--map-user=1000", "--map-group=1000", sys.executable, "-c", grader]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [1000, missing, "1000\n"]


def test_where_no_box_holds_the_refusal_names_the_reason_and_the_two_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.grading.sandbox.bubblewrap_program", lambda: "/nonexistent/bwrap")
    with pytest.raises(SandboxError) as refusal:
        probe_level(names=("bubblewrap",))
    assert str(refusal.value).startswith(
        "No sandbox holds on this machine (bubblewrap: /nonexistent/bwrap cannot be started"
    )
    assert "container" in str(refusal.value)
    assert "--unsafe" in str(refusal.value)


def test_unsafe_says_in_its_level_which_walls_are_missing() -> None:
    level = probe_level(unsafe=True, names=())
    assert level.name == "none"
    assert {"read", "write", "connect", "see"} <= set(level.open)


def test_a_level_survives_json(server: Server) -> None:
    document = server.level.to_json()
    assert levels.Level(document["name"], tuple(document["held"]), tuple(document["open"])) == server.level


def test_files_outside_cannot_be_read(server: Server, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("secret")
    os.chmod(canary, 0o644)
    course = Path(__file__).parents[2]
    found = try_all(
        server,
        f"open({str(canary)!r}).read()",
        f"os.listdir({str(course / 'solutions')!r})",
        f"os.listdir({str(course / 'autograder' / 'tests')!r})",
        f"os.listdir({str(Path.home())!r} + '/.ssh')",
        "open('/etc/shadow').read()",
        "open('/proc/1/environ').read()",
        "open('/proc/1/mem', 'rb').read(1)",
        "os.readlink('/proc/1/fd/0')",
        "os.listdir('/proc/1/root/root')",
    )
    assert set(found) == {"held"}


def test_the_graders_own_modules_and_solutions_are_not_in_the_box(server: Server) -> None:
    code = (
        "import autograder, pathlib\n"
        "folder = pathlib.Path(autograder.__file__).parent\n"
        "print(sorted(p.name for p in folder.iterdir() if p.name not in ('__pycache__',) and p.is_dir()))\n"
        "print(sorted(p.name for p in (folder / 'grading').glob('*.py')))"
    )
    assert text_of(run(server, code).cells[0]).splitlines()[:2] == [
        "['exercises', 'grading', 'keys']",
        "['__init__.py', 'confine.py', 'escape.py', 'frames.py', 'server.py', 'shell.py', 'student.py', 'warm.py']",
    ]


def test_files_outside_cannot_be_written(server: Server, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    run(
        server,
        f"import os\nos.makedirs({str(tmp_path)!r}, exist_ok=True)\nopen({str(tmp_path / 'planted')!r}, 'w').write('x')",
        "open('/usr/planted', 'w').write('x')",
        "open('/box/lib/autograder/planted', 'w').write('x')",
    )
    assert not (tmp_path / "planted").exists()
    assert not Path("/usr/planted").exists()


def test_a_link_leads_nowhere_outside(server: Server, tmp_path: Path) -> None:
    (tmp_path / "canary").write_text("secret")
    found = try_all(
        server,
        f"os.symlink({str(tmp_path / 'canary')!r}, 'link') or open('link').read()",
        "os.symlink('/proc/1/root', 'root') or os.listdir('root/home')",
        "os.link('/etc/ld.so.cache', 'hard')",
        "os.mknod('device', 0o660 | 0o020000, os.makedev(1, 1)) or open('device').read(1)",
    )
    assert set(found) == {"held"}


def test_nothing_can_be_connected_to(server: Server, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as here:
        here.bind("\0autograder-test")
        here.listen()
        listener.setblocking(False)
        here.setblocking(False)
        port = listener.getsockname()[1]
        found = try_all(
            server,
            f"socket.create_connection(('127.0.0.1', {port}), 1)",
            "socket.socket(socket.AF_UNIX).connect('\\0autograder-test')",
            "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
            "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        )
        assert set(found) == {"held"}
        for sock in (listener, here):
            with pytest.raises(BlockingIOError):
                sock.accept()


def test_no_process_outside_can_be_seen_stopped_or_traced(server: Server) -> None:
    with subprocess.Popen(
        ["/bin/sh", "-c", "read line", "CANARY-PROCESS"], stdin=subprocess.PIPE, env={"A": "B"}
    ) as victim:
        transcript = run(
            server,
            "import os, signal, ctypes, glob\n"
            f"for pid in [int(p) for p in os.listdir('/proc') if p.isdigit()] + [{victim.pid}]:\n"
            "    if pid != os.getpid():\n"
            "        print(ctypes.CDLL(None).ptrace(16, pid, 0, 0))\n"
            "        try:\n            os.kill(pid, signal.SIGKILL)\n        except OSError:\n            pass",
            "print(any(b'CANARY-PROCESS' in open(p, 'rb').read() for p in glob.glob('/proc/[0-9]*/cmdline')))",
        )
        assert victim.poll() is None
        assert set(text_of(transcript.cells[0]).split()) == {"-1"}
        assert text_of(transcript.cells[1]) == "False\n"
        victim.kill()


def test_the_environment_is_clean(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    names = text_of(run(server, "import os\nprint(*sorted(os.environ))").cells[0]).split()
    assert not {"PYTHONPATH", "SSH_AUTH_SOCK", "PYTEST_CURRENT_TEST", "VIRTUAL_ENV"} & set(names)


def test_nobody_inside_is_root_or_can_become_it(server: Server) -> None:
    found = text_of(
        run(
            server,
            "import os, ctypes\nfor line in open('/proc/self/status'):\n    if line.startswith(('CapEff', 'CapBnd', 'NoNewPrivs')):\n        print(line.split()[1])",
            "print(os.getuid() != 0 or 'root', ctypes.CDLL(None).unshare(0x10000000), ctypes.CDLL(None).mount(b'x', b'/', b'tmpfs', 0, 0))",
        ).cells[0]
    )
    assert found.split() == ["0" * 16, "0" * 16, "1"]


def test_a_daemon_does_not_outlive_its_submission(server: Server) -> None:
    number = f"98765.{os.getpid()}"
    run(
        server,
        "import os\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        os.execv('/usr/bin/sleep', ['sleep', '{number}'])\n    os._exit(0)",
    )
    assert not running(number)


def running(argument: str) -> bool:
    """Whether some process of this machine has this argument, for as long as a second."""
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        if not any(argument.encode() in line for line in lines):
            return False
    return True


def test_a_fork_bomb_is_bounded_and_only_its_own_submission_feels_it(server: Server) -> None:
    bomb = (
        "import os, signal\nchildren = []\n"
        "try:\n    while len(children) < 5000:\n        pid = os.fork()\n"
        "        if pid == 0:\n            signal.pause()\n        children.append(pid)\n"
        "except OSError:\n    print(len(children) < 64)"
    )
    assert text_of(run(server, bomb, processes=64).cells[0]) == "True\n"
    assert statuses(run(server, "1 + 1")) == ["ok"]


def test_one_process_that_eats_memory_meets_a_memory_error(server: Server) -> None:
    transcript = run(
        server, "kept = []\nwhile True:\n    kept.append(bytearray(50_000_000))", "del kept\n'after'", memory=400 << 20
    )
    assert statuses(transcript) == ["error", "ok"]
    assert "MemoryError" in text_of(transcript.cells[0])


def test_many_processes_that_eat_memory_together_are_ended(server: Server) -> None:
    eat = (
        "import os, time\n"
        "for _ in range(6):\n    if os.fork() == 0:\n        kept = b'x' * 150_000_000\n        time.sleep(60)\n        os._exit(0)\n"
        "time.sleep(60)"
    )
    transcript = run(server, "before = 1", eat, "print(before)", memory=400 << 20)
    assert statuses(transcript) == ["ok", "memory", "ok"]
    assert transcript.restarts == 1


def test_a_full_disk_is_the_submissions_own(server: Server) -> None:
    fill = "for n in range(100):\n    with open(f'file{n}', 'wb') as file:\n        file.write(bytes(10_000_000))"
    transcript = run(server, fill, folder_bytes=40_000_000)
    assert "OSError" in text_of(transcript.cells[0])
    assert statuses(run(server, "open('file', 'w').write('x')")) == ["ok"]


def test_what_one_submission_plants_does_not_reach_the_next(server: Server) -> None:
    folders = "import os\nfolders = ['.', os.path.expanduser('~'), '/dev/shm', os.environ['IPYTHONDIR'], os.environ['MPLCONFIGDIR'], os.environ['TMPDIR']]\n"
    plant = (
        "for folder in folders:\n"
        "    for name in ('profile_default/startup/00.py', 'sitecustomize.py', 'autograder/__init__.py', 'torch.py'):\n"
        "        path = os.path.join(folder, name)\n"
        "        try:\n            os.makedirs(os.path.dirname(path), exist_ok=True)\n"
        "            open(path, 'w').write('planted = 1')\n        except OSError:\n            pass\n"
        "import builtins, torch\nbuiltins.planted = 1\ntorch.planted = 1"
    )
    look = (
        "import builtins, torch\n"
        "print([os.path.join(p, n) for f in folders for p, _, names in os.walk(f) for n in names if n.endswith('.py') and 'planted' in open(os.path.join(p, n)).read()])\n"
        "print(hasattr(builtins, 'planted'), hasattr(torch, 'planted'))"
    )
    assert statuses(run(server, folders + plant)) == ["ok"]
    assert text_of(run(server, folders + look).cells[0]) == "[]\nFalse False\n"


def test_folders_of_killed_graders_are_removed_and_those_of_living_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("killed", "living", "just-made"):
        folder = tmp_path / f"autograder-box-{name}"
        folder.mkdir()
        (folder / "alive").touch()
        if name != "just-made":
            os.utime(folder / "alive", (0, 0))
    with FileLock(tmp_path / "autograder-box-living" / "alive"):
        os.utime(tmp_path / "autograder-box-living" / "alive", (0, 0))
        remove_abandoned()
    assert {path.name for path in tmp_path.iterdir()} == {"autograder-box-living", "autograder-box-just-made"}
