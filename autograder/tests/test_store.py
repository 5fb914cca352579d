"""Records of what was graded survive whatever happens to a grader."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.grading.course import GradingError
from autograder.grading.locks import sole_grader
from autograder.grading.store import Key, Store, safe_name

KEY = Key("alice", "01_numbers", "a" * 64, "v1", 7)
RESULT = {"status": "graded", "scores": [1, 2.5, None], "text": "Grüße \ud83d"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def key(student: str, seed: int = 7) -> Key:
    return Key(student, "01_numbers", "a" * 64, "v1", seed)


def test_what_was_saved_comes_back(store: Store) -> None:
    assert store.load(KEY) is None
    store.save(KEY, RESULT)
    assert Store(store.root).load(KEY) == RESULT


def test_another_file_course_version_or_seed_is_another_record(store: Store) -> None:
    store.save(KEY, RESULT)
    others = [
        Key("alice", "01_numbers", *rest) for rest in (("b" * 64, "v1", 7), ("a" * 64, "v2", 7), ("a" * 64, "v1", 8))
    ]
    assert [one for one in (KEY, *others) if store.load(one) is None] == others


names = st.text(min_size=1, max_size=150)


@given(names, names)
@settings(deadline=None)
def test_any_two_students_get_different_files_even_where_case_is_lost(one: str, other: str) -> None:
    assert (safe_name(one).lower() == safe_name(other).lower()) == (one == other)
    assert len(safe_name(one)) <= 130 and "/" not in safe_name(one) and not safe_name(one).startswith(".")


@given(st.text(min_size=1, max_size=40, alphabet=st.characters(codec="utf-8")))
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_student_can_have_a_record(tmp_path: Path, student: str) -> None:
    store = Store(tmp_path)
    store.save(key(student), RESULT)
    assert store.load(key(student)) == RESULT
    assert all(tmp_path in path.resolve().parents for path in tmp_path.rglob("*"))


@pytest.mark.parametrize(
    "content", [b"", b'{"format": 1, "key"', b"[]", b"null", b'{"format": 2}', b"\xff\xfe", b"[" * 9999]
)
def test_a_damaged_record_counts_as_none_and_is_told_of(store: Store, content: bytes) -> None:
    path = store.save(KEY, RESULT)
    path.write_bytes(content)
    assert store.load(KEY) is None
    assert store.complaints == [f'"{path}" is damaged or no record of ours; that submission is graded again.']


def test_the_record_of_another_submission_is_not_taken_for_this_one(store: Store) -> None:
    path = store.save(KEY, RESULT)
    shutil.copy(path, store.save(key("bob"), RESULT))
    assert store.load(key("bob")) is None
    assert len(store.complaints) == 1


def test_the_latest_result_counts_whatever_its_seed(store: Store) -> None:
    for seed in (3, 1, 2):
        store.save(key("alice", seed), {"seed": seed})
    assert store.latest("alice", "01_numbers", "a" * 64, "v1") == {"seed": 2}
    assert store.latest("alice", "01_numbers", "b" * 64, "v1") is None
    store.save(key("bob"), RESULT).write_bytes(b"")
    store.save(key("bob", 4), {"seed": 4})
    store.save(key("bob", 5), {"seed": 5}).write_bytes(b"damaged")
    assert dict(store.results("01_numbers")) == {"alice": {"seed": 2}, "bob": {"seed": 4}}


def test_a_batch_that_was_cut_short_goes_on_with_its_seed(store: Store) -> None:
    first = store.open_batch("01_numbers", "v1")
    again = Store(store.root).open_batch("01_numbers", "v1")
    assert (first.resumed, again.resumed, again.seed) == (False, True, first.seed)
    store.close_batch(again)
    assert store.open_batch("01_numbers", "v1").seed != first.seed


def test_a_chosen_seed_or_a_changed_course_begins_a_new_batch(store: Store) -> None:
    assert store.open_batch("01_numbers", "v1", seed=5).seed == 5
    assert store.open_batch("01_numbers", "v1").seed == 5
    assert store.open_batch("01_numbers", "v2").resumed is False


WRITER = """
import sys
from pathlib import Path
from autograder.grading.locks import sole_grader
from autograder.grading.store import Key, Store
store = Store(Path(sys.argv[1]))
for number in range(10_000):
    store.save(Key(f"s{number}", "01_numbers", "a" * 64, "v1", 7), {"n": number, "long": "x" * 200_000})
    print(number, flush=True)
"""


@pytest.mark.parametrize("after", [1, 9])
def test_a_writer_that_is_killed_leaves_only_whole_records(tmp_path: Path, after: int) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [int(child.stdout.readline()) for _ in range(after)]
        child.kill()
    store = Store(tmp_path)
    assert all(store.load(key(f"s{number}")) for number in told)
    for path in tmp_path.rglob("*.json"):
        assert len(json.loads(path.read_bytes())["result"]["long"]) == 200_000


HOLDER = """
import sys
from pathlib import Path
from autograder.grading.locks import sole_grader
with sole_grader(Path(sys.argv[1]), "01_numbers"):
    print(flush=True)
    sys.stdin.read()
"""


def test_a_chapter_has_one_grader_at_a_time_until_its_process_ends(store: Store) -> None:
    folder = store.folder_of("01_numbers")
    command = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        told = rf"^01_numbers is being graded already by process {child.pid} since [-\d]+ [\d:]+\. Its results will be"
        with pytest.raises(GradingError, match=told), sole_grader(folder, "01_numbers"):
            pass
        with sole_grader(store.folder_of("02_words"), "02_words"):
            pass
        child.kill()
    with sole_grader(folder, "01_numbers"):
        pass


def test_the_sole_grader_removes_what_others_left_half_written(store: Store) -> None:
    record = store.save(KEY, RESULT)
    (record.parent / ".tmp123.part").write_text("half")
    store.open_batch("01_numbers", "v1")
    assert list(record.parent.iterdir()) == [record]


FULL = """
import sys
from pathlib import Path
from autograder.grading.course import GradingError
from autograder.grading.locks import sole_grader
from autograder.grading.store import Key, Store
store = Store(Path(sys.argv[1]))
saved = []
try:
    for number in range(100):
        key = Key(f"s{number}", "01_numbers", "a" * 64, "v1", 7)
        store.save(key, {"long": "x" * 20_000})
        saved.append(key)
except GradingError as error:
    print(error)
print(len(saved) > 0, all(store.load(key) for key in saved), len(list(Path(sys.argv[1]).rglob(".*.part"))))
"""


def test_a_full_disk_is_told_in_one_line_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    script = f'mount -t tmpfs -o size=512k none "{disk}" && exec "{sys.executable}" -c "$1" "{disk}"'
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script, "sh", FULL], capture_output=True, text=True)
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this machine lets nobody make a small disk")
    told, kept = done.stdout.splitlines()
    assert told.startswith("The disk is full: ") and told.endswith(
        "Free some space and run the same command again; what was graded so far is kept."
    )
    assert kept == "True True 0"


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / ".autograder").write_text("a file where the folder should be")
    with pytest.raises(GradingError, match=r"cannot be written \(Not a directory\)"):
        Store(tmp_path).save(KEY, RESULT)
