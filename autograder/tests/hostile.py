"""Submissions that mean harm: each with what it tries and what it may not get.

Every case starts from a chapter's student notebook with right answers, except that the answer to TARGET is wrong: it
must earn nothing for it, and what is right must go on earning its points. Sources may hold marks such as @OUTSIDE@,
which stand for things outside the box (see MARKS). None of them is ever to run outside a box.
"""

from __future__ import annotations

import copy
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Others = Literal["passed", "any"]

CHAPTER = "04_learning_loops"
TARGET = "weights_near_truth"
SIGNATURES = {
    "weights_near_truth": "distance_from_truth(model, coef, bias)",
    "validate_one_epoch": "validate_one_epoch(model, data_loader)",
}
WRONG = f"def {SIGNATURES[TARGET]}:\n    return 0.0, 0.0"

# @OUTSIDE@: a folder everybody may write to, with a file `canary`; @COURSE@: the course; @PORT@, @SOCKET@: listeners;
# @VICTIM@: the id of a process; @ENVIRONMENT@: the name of a variable of the grader
MARKS = ("OUTSIDE", "COURSE", "PORT", "SOCKET", "VICTIM", "ENVIRONMENT")
# part of the command line of whatever should not go on running
LEFT_BEHIND = "31.4159265"


@dataclass(frozen=True)
class Case:
    """One hostile submission.

    `own` are cells of the learner's own, run before the answers; `answer` is the answer to `target`, None for the right
    one. `change` spoils the notebook's JSON. `others` says whether all other exercises have to pass, or whether the
    submission only hurts itself.
    """

    name: str
    tries: str
    own: tuple[str, ...] = ()
    answer: str | None = WRONG
    change: Callable[[Json], None] | None = field(default=None, repr=False)
    others: Others = "passed"
    target: str = TARGET


CASES: dict[str, Case] = {}


def case(
    name: str,
    tries: str,
    *own: str,
    body: str | None = None,
    others: Others = "passed",
    right: bool = False,
    target: str = TARGET,
) -> None:
    """Enter a case. `body` is what the answer to `target` does; `right` leaves it as it should be."""
    assert name not in CASES, name
    answer = None if right else WRONG
    if body is not None:
        answer = f"def {SIGNATURES[target]}:\n{textwrap.indent(body.strip(), '    ')}"
    CASES[name] = Case(name, tries, tuple(text.strip() for text in own), answer, others=others, target=target)


def changed(name: str, tries: str) -> Callable[[Callable[[Json], None]], Callable[[Json], None]]:
    """Enter a case that changes the notebook's JSON."""

    def enter(change: Callable[[Json], None]) -> Callable[[Json], None]:
        assert name not in CASES, name
        CASES[name] = Case(name, tries, change=change)
        return change

    return enter


def checks_of(document: Json) -> list[Json]:
    """The cells with checks."""
    return [cell for cell in document["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]


def in_place(text: str, marks: dict[str, str]) -> str:
    """A source with its marks replaced."""
    for mark in MARKS:
        text = text.replace(f"@{mark}@", marks[mark])
    return text


# the first line of what must never run outside a box: the folder can only be seen from there
FUSE = 'import os\nif os.path.exists("@OUTSIDE@"):\n    raise SystemExit("this is no box")\n'


def own_cell(source: str) -> Json:
    """A code cell of the learner's own."""
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


# -- the notebook itself ---------------------------------------------------------------------------------------------


@changed("skip-execution tag", "the tag that makes nbclient leave the checks out")
def _(document: Json) -> None:
    for cell in checks_of(document):
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]


@changed("edited check", "checks that check nothing")
def _(document: Json) -> None:
    for cell in checks_of(document):
        cell["source"] = "10.0"


@changed("second check", "a copy of each check under the same id, empty")
def _(document: Json) -> None:
    for cell in checks_of(document):
        document["cells"].append({**copy.deepcopy(cell), "source": "print('passed')"})


@changed("points in metadata", "a thousand points in the metadata of checks, and on a cell of its own")
def _(document: Json) -> None:
    for cell in checks_of(document):
        cell["metadata"]["nbgrader"] |= {"points": 1000, "schema_version": 3}
    mine = own_cell("300.0")
    mine["metadata"]["nbgrader"] = {"grade": True, "solution": False, "locked": False, "points": 300,
                                    "grade_id": "bonus", "schema_version": 3}  # fmt: skip
    document["cells"].append(mine)


@changed("outputs of a pass", "outputs that say that all checks passed")
def _(document: Json) -> None:
    for cell in checks_of(document):
        text = {"text/plain": "10.0", "text/html": "<b>passed</b>"}
        cell["outputs"] = [{"output_type": "execute_result", "execution_count": 1, "data": text, "metadata": {}}]


@changed("scripts in texts", "script in a text cell, which must be inert wherever it is shown")
def _(document: Json) -> None:
    document["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "<script>alert('marked')</script>"})


# -- what runs and shows cells ---------------------------------------------------------------------------------------

case("own check", "a `check` that does nothing", "def check(*args, **kwargs):\n    print('passed')")
case(
    "patched check",
    "the package's own `check` does nothing",
    "import autograder, autograder.notebook\n"
    "check = autograder.check = autograder.notebook.check = lambda *args, **kwargs: None",
)
case(
    "syntax tree without asserts",
    "a transformer that drops assertions and checks",
    """
import ast

class Tame(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)

    def visit_Expr(self, node):
        called = getattr(getattr(node.value, "func", None), "id", "")
        return ast.copy_location(ast.Pass(), node) if called == "check" else node

get_ipython().ast_transformers.append(Tame())
""",
)
case(
    "lines without checks",
    "an input transformer that drops checks",
    """
def tame(lines):
    return [line if "check(" not in line else "pass\\n" for line in lines]

get_ipython().input_transformers_cleanup.append(tame)
""",
)
case(
    "result shown from within",
    "a number shown as the check's result",
    body="get_ipython().displayhook(10.0)\nprint(10.0)\nreturn 0.0, 0.0",
)
case(
    "messages rewritten",
    "the session's `send` turns every error into a number",
    """
session = get_ipython().displayhook.session
kind = type(session)
was = kind.send

def send(self, stream, message, content=None, *args, **kwargs):
    if isinstance(message, str) and message == "error":
        message, content = "execute_result", {"data": {"text/plain": "10.0"}, "metadata": {}, "execution_count": 1}
    return was(self, stream, message, content, *args, **kwargs)

kind.send = send
""",
)
case(
    "run_cell replaced",
    "the shell says that every cell succeeded",
    """
shell = get_ipython()
kind, was = type(shell), type(shell).run_cell

def run_cell(self, source, *args, **kwargs):
    return was(self, "pass" if "check(" in source else source, *args, **kwargs)

kind.run_cell = run_cell
""",
)

# -- objects that lie ------------------------------------------------------------------------------------------------

LIAR = """
class Liar{base}:
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = lambda self: 0
    __sub__ = __rsub__ = __abs__ = lambda self, *other: 0.0
    __float__ = lambda self: 0.0
    __bool__ = lambda self: True
    __instancecheck__ = lambda self, other: True
"""
case("equal to everything", "an object whose `__eq__` is always true", LIAR.format(base=""), body="return Liar()")
case("a float that lies", "a float that equals every number", LIAR.format(base="(float)"), body="return Liar(1.0)")
case("an int that lies", "an int that equals every number", LIAR.format(base="(int)"), body="return Liar(1)")
case("a text that lies", "a text that equals every text", LIAR.format(base="(str)"), body="return Liar('nan')")
case(
    "a tensor that lies",
    "a tensor subclass that answers every question of torch with yes",
    """
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return getattr(function, "__name__", "") in ("allclose", "equal", "isclose", "eq") or torch.tensor(0.0)
""",
    body="return torch.tensor(1.0).as_subclass(Liar)",
)
case(
    "an array that lies",
    "an array subclass whose `__array__` changes with every look",
    """
class Liar(np.ndarray):
    __array_priority__ = 1e9
    __array_ufunc__ = lambda self, *args, **kwargs: True
    __eq__ = lambda self, other: True
""",
    body="return np.zeros(()).view(Liar)",
)
case("numbers out of range", "not a number, where a comparison could be fooled", body="return float('nan')")
case("a number without end", "an integer of a million digits", body="return 10 ** 1_000_000")
case(
    "a class that calls itself another",
    "a callable whose class claims to be a function",
    """
class Function:
    __name__ = "distance_from_truth"
    __class__ = type(lambda: 0)
    __call__ = lambda self, *args: 0.0

pretended = Function()
""",
    body="return pretended(model, coef, bias)",
)

# -- the check's own machinery ---------------------------------------------------------------------------------------

case(
    "patched judge",
    "a judge and a probe that always pass",
    """
import autograder.judge, autograder.notebook, autograder.collect

passed_verdict = lambda evidence, key, signature="": autograder.judge.Verdict(key.exercise, "passed")
autograder.judge.judge = autograder.notebook.judge = passed_verdict
""",
)
case(
    "patched numpy and torch",
    "comparisons that are always true",
    """
np.allclose = np.array_equal = torch.allclose = torch.equal = lambda *args, **kwargs: True
np.isclose = lambda a, *args, **kwargs: np.ones(np.shape(a), bool)
""",
    others="any",
)
case("patched np.array", "arrays of zeros only", "np.array = lambda *args, **kwargs: np.zeros(3)", others="any")
case(
    "patched builtins",
    "`len`, `isinstance`, `float`, `all` that agree with everything",
    "import builtins\nbuiltins.isinstance = lambda *args: True\nbuiltins.all = lambda *args: True\n"
    "builtins.len = lambda *args: 1\nbuiltins.float = lambda *args: 0.0",
    others="any",
)
FORGED = """
import json, sys, pathlib
import autograder

def forged(exercise, seed):
    key = json.loads((pathlib.Path(autograder.__file__).parent / "keys" / "04_learning_loops.json").read_text())
    return json.dumps({"exercise": exercise, "seed": seed, "ways": key[exercise]["reference"]})
"""
case(
    "public evidence again",
    "the evidence of the public key, with the hidden seed written over it",
    FORGED,
    "from autograder.evidence import Evidence\nEvidence.to_json = lambda self: forged(self.exercise, self.seed)",
    others="any",
)
case(
    "public evidence for all seeds",
    "the public evidence as it is, seed included",
    FORGED,
    "from autograder.evidence import Evidence\nEvidence.to_json = lambda self: forged(self.exercise, 20)",
    others="any",
)
case(
    "patched json",
    "a `json.dumps` that knows the public evidence",
    FORGED,
    """
from types import SimpleNamespace
import autograder.evidence

def dumps(document, **settings):
    if isinstance(document, dict) and document.get("exercise") == "weights_near_truth":
        return forged(document["exercise"], document["seed"])
    return json.dumps(document, **settings)

autograder.evidence.json = SimpleNamespace(dumps=dumps, loads=json.loads)
""",
)
case(
    "recorder edited through frames",
    "what was observed is replaced by what the public key holds",
    FORGED,
    body="""
from autograder.evidence import items_from_json
from autograder.recorder import Recorder, Stop
items = items_from_json(json.loads(forged("weights_near_truth", 0))["ways"]["as it is"])
frame = sys._getframe()
while frame is not None:
    for value in list(frame.f_locals.values()):
        if type(value) is Recorder:
            value.items[:] = items
            raise Stop
    frame = frame.f_back
return 0.0
""",
)
case(
    "patched recorder",
    "a recorder that writes down what the public key holds",
    FORGED,
    """
from autograder import recorder

known = {label: value for label, role, value, *_ in json.loads(forged("weights_near_truth", 0))["ways"]["as it is"]}
was = recorder.Recorder._record

def record(self, label, value, role, rtol, atol):
    was(self, label, known.get(label, value) if not isinstance(known.get(label), dict) else value, role, rtol, atol)

recorder.Recorder._record = record
""",
    others="any",
)
case("probe ended early", "the probe's own signal to end", body="from autograder.recorder import Stop\nraise Stop")
case(
    "out of time by itself",
    "the time limit's own signal",
    body="from autograder.recorder import OutOfTime\nraise OutOfTime",
)
case(
    "public challenge",
    "the probe sees the public challenge, for which the answer is known",
    """
import zlib
from autograder.challenge import Challenge

Challenge.rng = property(lambda self: np.random.default_rng([20, zlib.crc32(self.exercise.encode())]))
""",
    others="any",
)
case(
    "random numbers without chance",
    "every generator starts from the same seed",
    "was = np.random.default_rng\nnp.random.default_rng = lambda *args: was(1)\ntorch.manual_seed = lambda seed: None",
    others="any",
)
case(
    "own probe",
    "the exercise's probe is replaced by one that asks nothing",
    """
import dataclasses
import autograder.exercise as e

for chapter in e.chapters():
    module = sys.modules.get(f"autograder.exercises.{chapter}") if "sys" in globals() else None
e.find_exercise = lambda id: dataclasses.replace(e.exercises_of("04_learning_loops")[-1], probe=lambda *args: None)
""",
    others="any",
)
case(
    "seeds tried out",
    "evidence for thousands of seeds, in the hope that one is asked for",
    FORGED,
    """
from autograder.evidence import Evidence

was = Evidence.to_json
Evidence.to_json = lambda self: forged(self.exercise, 7) if self.exercise == "weights_near_truth" else was(self)
""",
)
case(
    "stand-ins borrowed",
    "the package's stand-in for the piece that is asked for",
    target="validate_one_epoch",
    body="""
from autograder.exercise import Challenge, Recorder, exercises_of
for one in exercises_of("04_learning_loops"):
    if one.stand_ins is not None:
        pieces = one.stand_ins(Challenge(one.id, 5), Recorder())
        if "validate_one_epoch" in pieces:
            return pieces["validate_one_epoch"](model, data_loader)
return 0.0
""",
)
case(
    "solution looked for in memory",
    "any function of the right name that the server may have in memory",
    body="""
import gc, types
mine = globals().get("distance_from_truth")
for other in gc.get_objects():
    if isinstance(other, types.FunctionType) and other.__name__ == "distance_from_truth" and other is not mine:
        return other(model, coef, bias)
return 0.0
""",
)

# -- what travels to the grader --------------------------------------------------------------------------------------

SEND = """
import gc, json, struct

def channels():
    from autograder.grading.frames import Channel
    return [one for one in gc.get_objects() if type(one) is Channel and one.sock.fileno() >= 0]

def flood(payload):
    for channel in channels():
        try:
            channel.sock.setblocking(False)
            channel.sock.send(struct.pack(">I", len(payload)) + payload)
        except (OSError, ValueError):
            pass
"""
FRAMES = {
    "evidence sent by itself": (
        "the public evidence, sent before the probe can say anything",
        'flood(json.dumps({"done": {"status": "ok", "evidence": forged("weights_near_truth", 20)}}).encode())',
    ),
    "a score sent by itself": (
        "scores and verdicts that nobody asked for",
        'flood(b\'{"done": {"status": "ok", "score": 10.0, "passed": true, "verdict": "passed", "points": 300}}\')',
    ),
    "deep frame": ("JSON that is nested too deeply", 'flood(b\'{"done":\' + b"[" * 100_000 + b"]" * 100_000 + b"}")'),
    "frame with NaN": ("bare NaN", 'flood(b\'{"done": {"evidence": NaN, "execution_count": Infinity}}\')'),
    "frame with repeated keys": (
        "the same key twice",
        'flood(b\'{"done": {"evidence": "x", "evidence": "y"}, "done": {}}\')',
    ),
    "frame of four gigabytes": (
        "a length without its frame",
        'for c in channels():\n    c.sock.send(b"\\xff\\xff\\xff\\xff")',
    ),
    "half a frame": (
        "a frame that never ends",
        'for c in channels():\n    c.sock.send(struct.pack(">I", 1000) + b"{")',
    ),
    "halves of characters": (
        "lone surrogates",
        'flood(b\'{"done": {"status": "\\\\ud800", "evidence": "\\\\udfff"}}\')',
    ),
    "frame that is no object": ("a list in place of an object", "flood(b'[1, 2, 3]')"),
}
for _name, (_tries, _line) in FRAMES.items():
    case(_name, _tries, FORGED, SEND, body=f"{_line}\nreturn 0.0", others="any")
case(
    "writes to every descriptor",
    "a forged frame on whatever descriptor is open",
    FORGED,
    """
import os, struct

payload = json.dumps({"done": {"status": "ok", "evidence": forged("weights_near_truth", 20)}}).encode()
for descriptor in range(3, 1100):
    try:
        os.set_blocking(descriptor, False)
        os.write(descriptor, struct.pack(">I", len(payload)) + payload)
    except OSError:
        pass
""",
    others="any",
)
case("evidence without end", "a result of millions of values", body="return [[0.0] * 1000] * 5000")
case(
    "exception with a long tail",
    "an exception whose text is 50 MB and whose name is script",
    body="raise type('<script>alert(1)</script>', (Exception,), {})('x' * 50_000_000)",
)

# -- modules, start-up files, folders --------------------------------------------------------------------------------

case(
    "package shadowed",
    "an own `autograder` package, `sitecustomize` and `usercustomize` wherever Python looks for them",
    FUSE,
    """
import os, site, sys, pathlib

names = [".", os.path.expanduser("~"), site.getusersitepackages(), *sys.path, "/tmp", "/usr/lib/python3", "/box/lib"]
for name in names:
    folder = pathlib.Path(name or ".")
    for file in ("autograder/__init__.py", "sitecustomize.py", "usercustomize.py", "planted.pth"):
        try:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text("import builtins; builtins.planted = print('planted marker')")
        except OSError:
            pass
""",
)
case(
    "module table shadowed",
    "modules of the package replaced in `sys.modules`",
    """
import sys, types

for name in list(sys.modules):
    if name.startswith("autograder.") and name.split(".")[1] in ("judge", "compare", "key", "cards", "state"):
        sys.modules[name] = types.SimpleNamespace(judge=lambda *args: None)
""",
    others="any",
)
case(
    "start-up file for the next",
    "a file that IPython runs at the start of whoever comes next",
    FUSE,
    """
import os, pathlib

for home in {os.path.expanduser("~"), os.environ.get("IPYTHONDIR", "."), "/root", "/box/home"}:
    for name in (".ipython/profile_default/startup", "profile_default/startup"):
        try:
            folder = pathlib.Path(home) / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "00-planted.py").write_text("print('planted marker')\\ncheck = lambda *args: None")
        except OSError:
            pass
""",
)
case(
    "links for the grader to follow",
    "links, pipes and sockets in the working folder that lead outside",
    """
import os, socket

for name in ("04_learning_loops.ipynb", "04_learning_loops.html", "timestamp.txt", "gradebook.db", "link"):
    os.symlink("@OUTSIDE@", name) if name == "link" else os.symlink("@OUTSIDE@/canary", name)
try:
    os.link("@OUTSIDE@/canary", "hard")
except OSError:
    pass
os.mkfifo("pipe")
socket.socket(socket.AF_UNIX).bind("socket")
os.makedirs("deep/" * 200, exist_ok=True)
""",
)

# -- reading and writing outside -------------------------------------------------------------------------------------

LOOK = """
import glob, os

def look(*patterns):
    for pattern in patterns:
        for path in sorted(glob.glob(pattern))[:300]:
            try:
                with open(path, "rb") as file:
                    print(path, file.read(200_000))
            except OSError:
                pass
"""
case(
    "reads the solutions",
    "the course's solutions, bank and gradebook",
    LOOK,
    'look("@COURSE@/solutions/*/*", "@COURSE@/gradebook.db", "../solutions/*/*", "../../../solutions/*/*")',
)
case(
    "reads neighbours",
    "the other students' notebooks",
    LOOK,
    'look("@COURSE@/submitted/*/*/*", "../*/*/*.ipynb", "../../*/*/*")',
)
case(
    "reads outside",
    "a file that everybody may read",
    LOOK,
    'look("@OUTSIDE@/*", "/root/.*", "/home/*/.*", "/etc/shadow")',
)
case(
    "reads other processes",
    "environment, command line and memory of whatever runs",
    LOOK,
    'look("/proc/[0-9]*/environ", "/proc/[0-9]*/cmdline", "/proc/[0-9]*/cwd/*", "/proc/[0-9]*/root/@OUTSIDE@/canary",'
    ' "/proc/[0-9]*/fd/*")\nprint(os.environ)',
)
case(
    "writes outside",
    "files in the course and in a folder that everybody may write to",
    FUSE,
    """
import os, shutil

for path in ("@OUTSIDE@/planted", "@COURSE@/planted", "@COURSE@/gradebook.db", "@COURSE@/solutions/planted"):
    try:
        with open(path, "ab") as file:
            file.write(b"planted")
    except OSError:
        pass
shutil.rmtree("@COURSE@/submitted", ignore_errors=True)
shutil.rmtree("@OUTSIDE@", ignore_errors=True)
""",
)
case(
    "points in the gradebook",
    "three hundred points, written into the database itself",
    """
import sqlite3

for path in ("@COURSE@/gradebook.db", "../gradebook.db", "../../gradebook.db"):
    try:
        database = sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=1)
        database.execute("UPDATE grade SET manual_score = 300, extra_credit = 300")
        database.commit()
    except sqlite3.Error:
        pass
""",
)
case(
    "connects",
    "listeners on this machine, and a name server",
    """
import socket

for family, address in (
    (socket.AF_INET, ("127.0.0.1", int("@PORT@"))), (socket.AF_UNIX, "@SOCKET@"), (socket.AF_INET, ("192.0.2.1", 53)),
):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            one = socket.socket(family, kind)
            one.settimeout(0.3)
            one.connect(address)
            one.send(b"hello")
        except OSError:
            pass
""",
)

# -- other processes -------------------------------------------------------------------------------------------------

case(
    "signals to others",
    "SIGKILL and SIGSTOP to the server, to everybody, to a process outside",
    FUSE,
    """
import os, signal

for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
    for pid in (int("@VICTIM@"), 1, 2, 3, os.getppid(), -1):
        if pid not in (0, os.getpid()):
            try:
                os.kill(pid, number)
            except OSError:
                pass
""",
    others="any",
)
case(
    "ptrace",
    "a debugger on the parent, the server and a process outside",
    FUSE,
    """
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
attached = [pid for pid in (os.getppid(), 1, 2, 3, int("@VICTIM@")) if libc.ptrace(16, pid, None, None) == 0]
print("planted marker" if attached else "refused")
""",
)
case(
    "memory of others",
    "writing into the memory of the parent and the server",
    FUSE,
    """
import os

for pid in {os.getppid(), 1, 2, 3, int("@VICTIM@")} - {os.getpid()}:
    try:
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
            for line in maps:
                if " rw-p " in line:
                    memory.seek(int(line.split("-")[0], 16))
                    memory.write(b"\\0" * 64)
                    print("planted marker")
    except (OSError, ValueError):
        pass
""",
)
case(
    "namespaces and mounts",
    "an own user namespace, and the disk mounted in it",
    FUSE,
    """
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
print([libc.unshare(flag) for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000)])
print(libc.mount(b"none", b"/box", b"tmpfs", 0, None), libc.chroot(b"."), libc.setuid(0), libc.umount2(b"/proc", 2))
""",
)
case(
    "a process left behind",
    "a daemon that outlives its notebook",
    f"""
import os

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "{LEFT_BEHIND}"])
    os._exit(0)
""",
)
case(
    "children everywhere",
    "threads, an atexit handler, a finalizer and a pool that go on",
    f"""
import atexit, os, subprocess, threading, time, weakref

subprocess.Popen(["sleep", "{LEFT_BEHIND}"], start_new_session=True, stdin=subprocess.DEVNULL)
for _ in range(4):
    threading.Thread(target=lambda: [time.sleep(0.01) for _ in range(10_000)]).start()
atexit.register(lambda: time.sleep(1000))
weakref.finalize(threading.current_thread(), time.sleep, 1000)
""",
)
case(
    "fork bomb",
    "more processes than fit",
    FUSE,
    """
import os, time

for _ in range(300):
    try:
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
    except OSError:
        break
""",
    others="any",
)
case(
    "fork made its own",
    "`os.fork` and `os._exit` that do something else",
    "import os\nos.fork = lambda: 0\nos.waitpid = lambda *args: (0, 0)\nos._exit = lambda code: None",
    others="any",
)

# -- floods ----------------------------------------------------------------------------------------------------------

case(
    "memory of a whole tree",
    "a little memory in each of many processes",
    body="""
import os, time
for _ in range(16):
    if os.fork() == 0:
        block = b"x" * (150 << 20)
        time.sleep(20)
        os._exit(0)
time.sleep(20)
return 0.0
""",
)
case("memory", "all memory there is", body='kept = [b"x" * (64 << 20) for _ in range(64)]\nreturn 0.0')
case(
    "disk",
    "files until the disk is full",
    """
import os

for folder in (".", "/tmp", "/dev/shm", os.path.expanduser("~")):
    try:
        for number in range(40):
            with open(f"{folder}/flood-{number}", "wb") as file:
                file.write(b"x" * (32 << 20))
    except OSError:
        pass
""",
    others="any",
)
case(
    "many files",
    "as many files as names allow",
    """
try:
    for number in range(60_000):
        open(f"many-{number}", "w").close()
except OSError:
    pass
""",
    others="any",
)
case("one line of 100 MB", "an output that fills notebooks", 'print("x" * 100_000_000)')
case(
    "a flood of lines",
    "a million outputs",
    "for number in range(300_000):\n    print(number, flush=True)",
    others="any",
)
case(
    "many displays",
    "outputs of every kind, with script in them",
    "from IPython.display import HTML, display\nfor _ in range(2000):\n    display(HTML('<script>alert(1)</script>'))",
)

# -- ends and no ends ------------------------------------------------------------------------------------------------

case(
    "deep recursion",
    "recursion until the stack ends",
    body="import sys\nsys.setrecursionlimit(10**9)\nreturn distance_from_truth(model, coef, bias)",
)
case("null pointer", "a crash in C", body="import ctypes\nreturn ctypes.string_at(0)")
case("ends itself", "`os._exit` with success", body="import os\nos._exit(0)")
case("aborts", "`os.abort`", body="import os\nos.abort()")
case("kills itself", "SIGKILL to itself", body="import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
case("exits", "`sys.exit` with success", body="import sys\nsys.exit(0)")
case("interrupts", "KeyboardInterrupt, as if somebody had stopped it", body="raise KeyboardInterrupt")
case("closes everything", "all descriptors closed", body="import os\nos.closerange(0, 4096)\nreturn 0.0")
case(
    "closes everything early",
    "all descriptors closed before the first answer",
    "import os\nos.closerange(3, 4096)",
    others="any",
)
case(
    "endless loop",
    "a loop that swallows every exception",
    body="while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
)
case(
    "deaf to signals",
    "signals ignored, clocks stopped, then a loop",
    body="""
import signal, time
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
time.monotonic = time.process_time = lambda: 0.0
while True:
    pass
""",
)
case("sleeps", "sleep without end", body="import time\ntime.sleep(10**6)")
case(
    "waits for input",
    "reading what nobody types",
    body="import os, sys\nsys.stdin.read()\nos.read(0, 1)\nreturn float(input())",
)
case(
    "sleeping worker",
    "a DataLoader whose worker never answers",
    body="""
import time
class Slow(torch.utils.data.Dataset):
    __len__ = lambda self: 2
    __getitem__ = lambda self, index: time.sleep(10**6)
for batch in torch.utils.data.DataLoader(Slow(), num_workers=1):
    pass
return 0.0
""",
)
case("endless cell", "a cell of its own that never ends", "while True:\n    pass")

# -- settings that a right solution must survive ---------------------------------------------------------------------
# (two of them break the notebook's own ten epochs, here as in any kernel: the headline assertions then fail)

case("default dtype", "doubles everywhere", "torch.set_default_dtype(torch.float64)", others="any")
case("deterministic algorithms", "torch made strict", "torch.use_deterministic_algorithms(True)", right=True)
case("gradients off", "autograd switched off for all", "torch.set_grad_enabled(False)", others="any")
case("warnings as errors", "every warning raises", "import warnings\nwarnings.simplefilter('error')", right=True)
case("default device", "tensors without data", "torch.set_default_device('meta')", others="any")
