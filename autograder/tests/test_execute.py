"""Executing a submission: cells in, a transcript out, whatever the cells do."""
# ruff: noqa: E501 (cells read best on one line)

from __future__ import annotations

import json
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.collect import collect
from autograder.evidence import Evidence
from autograder.exercise import find_exercise
from autograder.grading.execute import Cell, Server, Transcript, check_seed, execute
from autograder.tests.boxed import QUICK, SEED, cells, run, server, statuses, text_of

__all__ = ["server"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fork server is for Linux")

RIGHT = """\
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()
"""
CHECK = Cell("check", 'check("train_one_epoch", train_one_epoch)', "check", "train_one_epoch", "train_one_epoch")
SETUP = Cell("setup", "import torch\nfrom autograder import check, hint, progress")


def train_one_epoch(model: Any, data_loader: Any, optimizer: Any) -> None:
    """The same as RIGHT, outside the box."""
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


# -- outputs ---------------------------------------------------------------------------------------------------------

NOTEBOOK = [
    "import sys\nimport torch\nimport numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt",
    "print('one')\nprint('two', file=sys.stderr)\nprint('three')\n'result'",
    "torch.arange(6.).reshape(2, 3)",
    "_ + 1, _2, Out[3].shape",
    "pd.DataFrame({'a': [1, 2], 'b': [0.5, None]})",
    "plt.plot([1, 2, 3], [1, 4, 9], label='squares')\nplt.legend()\nplt.show()\nprint('after')",
    "figure, axes = plt.subplots(1, 2, figsize=(6, 2))\naxes[0].hist(np.arange(10))",
    "def f(x):\n    return 1 / x\n\nf(0)",
    "print('before the error')\nundefined_name",
    "def broken(:\n    pass",
    "raise KeyboardInterrupt",
    "from IPython.display import HTML, Markdown, display, clear_output, Image\ndisplay(HTML('<b>bold</b>'), Markdown('*x*'))\ndisplay({'text/plain': 'raw'}, raw=True)",
    "handle = display('first', display_id='d1')\nprint('between')\nhandle.update('second')",
    "handle.update('third')",
    "print('gone')\nclear_output()\nprint('kept')\nclear_output(wait=True)\nprint('last')",
    "class Silent(Exception):\n    def _render_traceback_(self):\n        return ['only this line']\nraise Silent('x')",
    "class Shy:\n    def __repr__(self):\n        raise ValueError('no')\nShy()",
    "import warnings\nwarnings.warn('careful')",
    "import asyncio\nawait asyncio.sleep(0)\ntry:\n    asyncio.run(asyncio.sleep(0))\nexcept RuntimeError as error:\n    print(error)",
    "print('no newline', end='')\nprint('\\rover\\x1b[1mbold\\x1b[0m')",
    "!echo from the shell",
    "%matplotlib inline\n%timeit -n1 -r1 pass",
    "x = 5;",
    "x; x",
    "1;",
    "get_ipython()",
    "%%capture kept\nprint('inside')",
    "kept.stdout",
    "sys.exit()",
    "# only a comment",
    "torch.zeros(2) + torch.zeros(3)",
    "In[2], len(In), _i",
    "torch.nn.Linear(2, 3)",
]


@pytest.fixture(scope="module")
def both(server: Server) -> tuple[Any, Transcript]:
    """The same notebook executed by a kernel and by us, at the same time."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in NOTEBOOK])
    client = threading.Thread(target=lambda: NotebookClient(notebook, allow_errors=True, timeout=60).execute())
    client.start()
    transcript = run(server, *NOTEBOOK)
    client.join()
    return notebook, transcript


def normalised(outputs: Any) -> list[dict[str, Any]]:
    """Outputs with neighbouring streams joined and what differs from run to run replaced."""
    joined: list[dict[str, Any]] = []
    for output in json.loads(json.dumps(outputs)):
        if joined and output["output_type"] == "stream" and joined[-1].get("name") == output["name"]:
            joined[-1]["text"] += output["text"]
        else:
            joined.append(output)
    text = json.dumps(joined)
    for pattern, replacement in (
        (r"ipykernel_\d+", "ipykernel"),
        (r"/(tmp|box/home)[\w/]*/ipykernel", "/ipykernel"),
        (r"0x[0-9a-f]{6,}", "0x"),
        (r"[\d.]+ \S+ \\u00b1 [\d.]+ \S+ per loop", "TIME per loop"),
        (r"(ipykernel\.zmqshell|autograder\.grading\.shell)\.ZMQ", "ZMQ"),
    ):
        text = re.sub(pattern, replacement, text)
    return json.loads(text)


@pytest.mark.kernel
@pytest.mark.parametrize("number", range(len(NOTEBOOK)), ids=[source.splitlines()[0][:30] for source in NOTEBOOK])
def test_a_cell_shows_what_it_shows_in_a_jupyter_kernel(both: tuple[Any, Transcript], number: int) -> None:
    notebook, transcript = both
    expected, found = notebook.cells[number], transcript.cells[number]
    assert normalised(found.outputs) == normalised(expected.outputs)
    assert found.execution_count == expected.execution_count


@pytest.mark.kernel
def test_outputs_are_valid_notebook_outputs(both: tuple[Any, Transcript]) -> None:
    _, transcript = both
    made = [
        nbformat.v4.new_code_cell(s, outputs=[nbformat.from_dict(o) for o in r.outputs])
        for s, r in zip(NOTEBOOK, transcript.cells, strict=True)
    ]
    nbformat.validate(nbformat.v4.new_notebook(cells=made))


@pytest.mark.kernel
def test_a_transcript_survives_json(both: tuple[Any, Transcript]) -> None:
    _, transcript = both
    assert Transcript.from_json(transcript.to_json()) == transcript


def test_what_a_library_writes_to_the_descriptors_is_shown(server: Server) -> None:
    record = run(server, "import os\nos.write(1, b'out\\n')\nos.write(2, b'err\\n');").cells[0]
    assert [(output["name"], output["text"]) for output in record.outputs] == [("stdout", "out\n"), ("stderr", "err\n")]


def test_input_is_refused_as_in_an_unattended_kernel(server: Server) -> None:
    record = run(server, "input('name? ')").cells[0]
    expected = "StdinNotImplementedError: raw_input was called, but this frontend does not support input requests."
    assert text_of(record) == expected


# -- checks ----------------------------------------------------------------------------------------------------------


def test_a_check_brings_back_the_evidence_of_the_hidden_challenge(server: Server) -> None:
    transcript = execute([SETUP, Cell("own", RIGHT), CHECK], SEED, QUICK, server)
    seed = check_seed(SEED, "train_one_epoch")
    expected = collect(find_exercise("train_one_epoch"), train_one_epoch, seed)
    record = transcript.cells[2]
    assert record.reason is None
    assert record.evidence == expected.to_json()
    assert Evidence.from_json(record.evidence or "").seed == seed


def test_a_probe_leaves_no_trace_and_its_cell_is_part_of_the_notebook(server: Server) -> None:
    counting = RIGHT + "    train_one_epoch.calls = getattr(train_one_epoch, 'calls', 0) + 1\n"
    assertions = Cell("assertions", "kept = 1\nprint('shown')", "check")
    after = Cell("after", "print(kept, train_one_epoch.calls, len(In), In[3])")
    transcript = execute([SETUP, Cell("own", counting), assertions, CHECK, after], SEED, QUICK, server)
    assert [record.execution_count for record in transcript.cells] == [1, 2, 3, 4, 5]
    assert text_of(transcript.cells[2]) == "shown\n"
    # two epochs of the check in the notebook; those of the hidden challenge were seen by nobody
    assert transcript.cells[3].evidence is not None
    assert text_of(transcript.cells[4]) == f"1 2 6 {assertions.source}\n"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import os; os._exit(0)", "died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died"),
        ("import ctypes; ctypes.string_at(0)", "died"),
        ("import os; os.fork(); os._exit(0)", "died"),
    ],
)
def test_a_check_that_kills_its_process_loses_only_itself(server: Server, body: str, reason: str) -> None:
    deadly = Cell("own", f"def train_one_epoch(model, data_loader, optimizer):\n    {body}")
    transcript = execute([SETUP, deadly, CHECK, Cell("right", RIGHT), CHECK], SEED, QUICK, server)
    assert transcript.cells[2].evidence is None
    assert transcript.cells[2].reason == reason
    assert transcript.cells[4].evidence is not None


def test_a_check_that_kills_the_process_above_loses_only_itself(server: Server) -> None:
    deadly = Cell("own", "def train_one_epoch(model, data_loader, optimizer):\n    import os; os.kill(os.getppid(), 9)")
    transcript = execute([SETUP, deadly, CHECK, Cell("right", RIGHT), CHECK], SEED, QUICK, server)
    assert transcript.cells[4].evidence is not None


def test_a_check_of_nothing_says_so(server: Server) -> None:
    record = execute([SETUP, CHECK], SEED, QUICK, server).cells[1]
    assert (record.status, record.evidence, record.reason) == ("error", None, "missing")


def test_an_endless_check_is_ended_and_the_next_one_counts(server: Server) -> None:
    stubborn = (
        "def train_one_epoch(model, data_loader, optimizer):\n    while True:\n        try:\n"
        "            while True: sum(range(9))\n        except BaseException: pass"
    )
    limits = QUICK.__class__(check_seconds=1, interrupt_seconds=0.2)
    transcript = execute([SETUP, Cell("own", stubborn), CHECK, Cell("right", RIGHT), CHECK], SEED, limits, server)
    assert (transcript.cells[2].status, transcript.cells[2].reason) == ("timeout", "timeout")
    assert transcript.cells[4].evidence is not None


def test_the_seed_of_a_later_check_and_a_later_cell_are_nowhere_in_memory(server: Server) -> None:
    later = check_seed(SEED, "fit")
    texts = [str(SEED), str(later), "a cell that comes later", "a cell that came before"]
    needles = [text.encode() for text in texts] + [number.to_bytes(8, "little") for number in (SEED, later)]
    # in halves, or the search would find itself
    search = f"""
halves = {[(needle[: len(needle) // 2], needle[len(needle) // 2 :]) for needle in needles]}
found = [False] * len(halves)
with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb') as memory:
    for line in maps:
        fields = line.split()
        if not fields[1].startswith('rw'):
            continue
        start, end = (int(part, 16) for part in fields[0].split('-'))
        memory.seek(start)
        data = memory.read(end - start)
        for n, (first, second) in enumerate(halves):
            at = data.find(first)
            while at >= 0 and not found[n]:
                found[n] = data.startswith(second, at + len(first))
                at = data.find(first, at + 1)
print(found)
"""
    transcript = execute(
        [
            Cell("before", "'a cell that came before'"),
            Cell("search", search),
            Cell("later", "'a cell that comes later'"),
            Cell("check", "pass", "check", "fit", "fit"),
        ],
        SEED,
        QUICK,
        server,
    )
    assert text_of(transcript.cells[1]) == "[False, False, False, True, False, False]\n"


# -- cells that misbehave --------------------------------------------------------------------------------------------


def test_a_line_of_100_mb_is_cut_with_a_note(server: Server) -> None:
    transcript = run(server, "print('x' * 100_000_000)", "print('after')", output_bytes=10_000)
    first = text_of(transcript.cells[0])
    assert len(first) < 20_000
    assert "more characters of output were cut here" in first
    assert text_of(transcript.cells[1]) == "after\n"


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.system('yes | head -c 100000000')",
        "for _ in range(200_000): print('line after line of text')",
        "from IPython.display import HTML, display\nfor _ in range(100): display(HTML('x' * 1_000_000))",
        "import sys\nsys.stderr.write('x' * 100_000_000);",
        "'x' * 10_000_000",
    ],
)
def test_floods_of_output_stay_small(server: Server, source: str) -> None:
    transcript = run(server, source, "1 + 1", output_bytes=10_000)
    assert len(transcript.to_json()) < 1_000_000
    assert transcript.cells[1].status == "ok"


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import time\ntime.sleep(1000)",
        "import asyncio\nawait asyncio.sleep(1000)",
        "import threading\nthreading.Event().wait()",
    ],
)
def test_a_cell_without_end_is_interrupted_and_the_next_one_runs(server: Server, source: str) -> None:
    transcript = run(server, "x = 1", source, "print(x)", cell_seconds=0.5, interrupt_seconds=3)
    assert statuses(transcript) == ["ok", "timeout", "ok"]
    assert transcript.restarts == 0


def test_a_cell_that_ignores_interrupts_is_ended_and_the_cells_before_are_repeated(server: Server) -> None:
    stubborn = "while True:\n    try:\n        while True: sum(range(9))\n    except BaseException: pass"
    transcript = run(server, "x = 1\nprint('once')", stubborn, "print(x)", cell_seconds=1, interrupt_seconds=0.5)
    assert statuses(transcript) == ["ok", "timeout", "ok"]
    assert text_of(transcript.cells[0]) == "once\n"
    assert text_of(transcript.cells[2]) == "1\n"
    assert (transcript.restarts, transcript.cells[2].execution_count) == (1, 3)


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos._exit(0)",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "import ctypes\nctypes.string_at(0)",
        "import os\nos.closerange(3, 5000)",
        "import os\nos.write(1000, b'x' * 100)",
    ],
)
def test_a_deadly_cell_loses_itself_alone(server: Server, source: str) -> None:
    transcript = run(server, "x = 1", source, "print(x)")
    assert statuses(transcript) == ["ok", "died", "ok"]
    assert text_of(transcript.cells[2]) == "1\n"


def test_what_was_printed_before_the_end_is_kept(server: Server) -> None:
    record = run(server, "import os\nprint('last words', flush=True)\nos._exit(0)").cells[0]
    assert text_of(record).startswith("last words\n")


def test_after_too_many_deaths_the_rest_is_skipped(server: Server) -> None:
    transcript = run(server, *["import os\nos._exit(0)"] * 3, "1", restarts=1)
    assert statuses(transcript) == ["died", "died", "skipped", "skipped"]


def test_a_submission_out_of_time_keeps_what_it_has(server: Server) -> None:
    transcript = run(server, "print('first')", "while True: pass", "1", submission_seconds=0.5)
    assert statuses(transcript) == ["ok", "timeout", "skipped"]


def test_closing_the_first_hundred_descriptors_stops_nothing(server: Server) -> None:
    transcript = run(server, "import os\nos.closerange(0, 100)", "print('still here')\n1 + 1")
    assert text_of(transcript.cells[1]) == "still here\n\n2"


def test_a_patched_builtin_spoils_nothing_for_the_next_submission(server: Server) -> None:
    run(server, "import builtins\nbuiltins.len = lambda x: 0", "print(len([1]))", cell_seconds=1)
    assert text_of(run(server, "print(len([1]))").cells[0]) == "1\n"


def test_forged_messages_do_no_harm(server: Server) -> None:
    forge = (
        "import os, json, struct\n"
        "def send(message):\n    data = json.dumps(message).encode()\n    os.write(1000, struct.pack('>I', len(data)) + data)\n"
        "send({'event': 'display_data', 'content': {'data': 5, 'metadata': [1]}})\n"
        "send({'event': 'error', 'content': {'traceback': {'a': 1}}})\n"
        "send({'event': 'stream', 'name': 'stdout', 'text': 7})\n"
        "send({'event': 'stream', 'name': 'stdout', 'text': '\\ud800'})\n"
        "send({'done': {'status': 'ok', 'execution_count': 'many'}})"
    )
    transcript = run(server, forge)
    assert transcript.cells[0].execution_count is None
    transcript.to_json().encode("utf-8")


def test_data_loaders_may_have_workers(server: Server) -> None:
    code = (
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
        "data = TensorDataset(torch.arange(8.))\n"
        "print(sorted(float(x) for (b,) in DataLoader(data, batch_size=3, num_workers=2) for x in b))"
    )
    assert text_of(run(server, code).cells[0]) == "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]\n"


def test_every_submission_has_its_own_random_numbers(server: Server) -> None:
    code = "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1).item())"
    first, second = (text_of(run(server, code).cells[0]).split() for _ in range(2))
    assert all(a != b for a, b in zip(first, second, strict=True))


# -- the server ------------------------------------------------------------------------------------------------------


def test_several_submissions_run_at_once_without_meeting(server: Server) -> None:
    def one(number: int) -> str:
        return text_of(
            run(server, f"x = {number}\nopen('mine', 'w').write(str(x))", "print(x, open('mine').read())").cells[1]
        )

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(8))) == [f"{n} {n}\n" for n in range(8)]


def test_a_seed_of_one_exercise_says_nothing_about_another(server: Server) -> None:
    seeds = {check_seed(SEED, name) for name in ("fit", "train_one_epoch", "Linear")}
    assert len(seeds) == 3
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert check_seed(SEED, "fit") == check_seed(SEED, "fit") != check_seed(SEED + 1, "fit")


def test_no_cells_leave_an_empty_transcript(server: Server) -> None:
    assert execute([], SEED, QUICK, server).cells == ()


def test_a_blank_cell_is_no_execution(server: Server) -> None:
    assert [record.execution_count for record in execute(cells("", "1"), SEED, QUICK, server).cells] == [None, 1]


def test_a_server_that_broke_is_replaced() -> None:
    with Server(("numpy",)) as own:
        assert own._box is not None
        own._box.process.kill()
        own._box.process.wait()
        assert text_of(run(own, "print('again')").cells[0]) == "again\n"
