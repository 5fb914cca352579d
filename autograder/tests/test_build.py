"""Building: what is derived follows from what is authored, the same bytes each time, and holds no answer."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.course import Course, code_cells, grade_info, is_solution
from autograder.exercise import chapters
from autograder.tests.conftest import Run

CHAPTER = "04_learning_loops"


def built_files(course: Course) -> dict[str, bytes]:
    folders = (course.solutions, course.notebooks, course.root / "autograder" / "keys")
    paths = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".ipynb", ".json")]
    return {str(path.relative_to(course.root)): path.read_bytes() for path in paths}


def answers(course: Course) -> dict[str, list[str]]:
    """The lines that stand between BEGIN and END SOLUTION, by exercise: only those that say something."""
    found = {}
    for chapter in chapters():
        for cell in course.chapter(chapter).cells:
            if is_solution(cell):
                hidden = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell["source"], re.S)
                lines = [line.strip() for block in hidden for line in block.splitlines()]
                found[grade_info(cell)["grade_id"]] = [line for line in lines if line and not line.startswith("#")]
    return found


def plain_code(text: str) -> str:
    """Python code without layout: two spellings of one statement become the same text."""
    try:
        return ast.unparse(ast.parse(text))
    except SyntaxError:
        return text


@pytest.mark.slow
def test_what_is_committed_is_what_build_makes(course: Course, run: Run) -> None:
    done = run(course, "autograder", "build", "--check")
    assert f"{3 * len(chapters())} built files are up to date" in done.stdout


@pytest.mark.slow
def test_building_from_nothing_gives_the_same_notebooks_and_building_twice_writes_nothing(
    course_copy: Course, run: Run
) -> None:
    before = built_files(course_copy)
    for path in [*course_copy.notebooks.rglob("*.ipynb"), *course_copy.solutions.rglob("*.ipynb")]:
        path.unlink()
    run(course_copy, "autograder", "build")
    assert built_files(course_copy) == before
    assert f"{3 * len(chapters())} files, 0 written" in run(course_copy, "autograder", "build").stdout


@pytest.mark.slow
def test_the_student_notebook_is_what_nbgrader_releases(course_copy: Course, run: Run) -> None:
    ours = {path.name: path.read_bytes() for path in course_copy.notebooks.rglob("*.ipynb")}
    run(course_copy, "nbgrader", "generate_assignment", "--create", "--force", *[f"--assignment={CHAPTER}"])
    released = sorted(path for path in (course_copy.notebooks / CHAPTER).rglob("*") if path.is_file())
    assert [path.name for path in released] == [f"{CHAPTER}.ipynb"]
    assert released[0].read_bytes() == ours[f"{CHAPTER}.ipynb"]


@pytest.mark.slow
def test_check_names_a_stale_a_stray_and_a_missing_file_and_the_command_that_mends_them(
    course_copy: Course, run: Run
) -> None:
    source = course_copy.chapter(CHAPTER).source
    source.write_text(source.read_text() + "\n# %% [markdown]\n# One more word.\n")
    (course_copy.notebooks / CHAPTER / "answers.py").write_text("x = 1\n")
    before = built_files(course_copy)
    done = run(course_copy, "autograder", "build", "--check", expect=1)
    assert f"out of date solutions/{CHAPTER}/{CHAPTER}.ipynb" in done.stdout
    assert f"out of date notebooks/{CHAPTER}/{CHAPTER}.ipynb" in done.stdout
    assert '+   "source": [' in done.stdout or "One more word" in done.stdout
    assert f"stray notebooks/{CHAPTER}/answers.py: no build makes this file; remove it" in done.stdout
    assert "run `autograder build` and commit what it writes" in done.stderr
    assert built_files(course_copy) == before


@pytest.mark.slow
def test_an_edit_in_the_notebook_comes_back_into_the_text_and_a_double_edit_is_refused(
    course_copy: Course, run: Run
) -> None:
    chapter = course_copy.chapter(CHAPTER)
    text = chapter.source.read_text()
    notebook = nbformat.read(chapter.solution_notebook, as_version=4)
    notebook.cells[0].source += "\n\nA sentence from JupyterLab."
    notebook.metadata["language_info"]["version"] = "3.99"
    nbformat.write(notebook, chapter.solution_notebook)

    refused = run(course_copy, "autograder", "build", CHAPTER, expect=1)
    assert "was edited by hand. `autograder build --from-ipynb` brings the edits back into the text" in refused.stderr
    run(course_copy, "autograder", "build", CHAPTER, "--from-ipynb")
    assert "# A sentence from JupyterLab." in chapter.source.read_text()
    assert chapter.source.read_text().replace("#\n# A sentence from JupyterLab.\n", "") == text
    assert "A sentence from JupyterLab." in chapter.student_notebook.read_text()
    run(course_copy, "autograder", "build", CHAPTER, "--check")

    notebook = nbformat.read(chapter.solution_notebook, as_version=4)
    notebook.cells[0].source += "\n\nAnother."
    nbformat.write(notebook, chapter.solution_notebook)
    chapter.source.write_text(chapter.source.read_text() + "\n# %% [markdown]\n# A word in the text.\n")
    refused = run(course_copy, "autograder", "build", CHAPTER, "--from-ipynb", expect=1)
    assert f"{CHAPTER}: both {CHAPTER}.py and {CHAPTER}.ipynb were changed since the last build" in refused.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"grade_id": "fit"',
            '"grade_id": "train_one_epoch"',
            "two cells are called 'train_one_epoch'; a grade_id must be unique",
        ),
        ('"grade_id": "check_fit"', '"grade_id": "check_fit_too"', "no graded cell 'check_fit' for exercise 'fit'"),
        ("def fit(", "def fits(", "no solution cell defines `fit` for 'fit'"),
        (
            "### BEGIN SOLUTION\n    optimizer = torch.optim.SGD",
            "optimizer = torch.optim.SGD",
            "cell 'loss_drops' has 0 `### BEGIN SOLUTION` and 1 `### END SOLUTION`",
        ),
        (
            '"grade_id": "check_fit", "locked": true, "points": 6',
            '"grade_id": "check_fit", "locked": true',
            "check cell 'check_fit' has no points",
        ),
    ],
)
def test_an_authors_slip_is_one_line_that_says_which(
    course_copy: Course, run: Run, old: str, new: str, message: str
) -> None:
    source = course_copy.chapter(CHAPTER).source
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    done = run(course_copy, "autograder", "build", CHAPTER, expect=1)
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_no_answer_stands_in_the_student_notebooks_of_its_own_or_an_earlier_chapter(course: Course) -> None:
    """A recap of earlier chapters' pieces may stand at the top of a later one."""
    hidden = answers(course)
    order = {
        exercise.id: number
        for number, chapter in enumerate(chapters())
        for exercise in course.chapter(chapter).exercises
    }
    for number, chapter in enumerate(chapters()):
        notebook = json.loads(course.chapter(chapter).student_notebook.read_text(encoding="utf-8"))
        text = "\n".join(cell["source"] for cell in code_cells(notebook))
        prose = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
        assert "### BEGIN SOLUTION" not in text
        for exercise, lines in hidden.items():
            if order[exercise] >= number:
                block = "\n".join(lines)
                assert plain_code(block) not in plain_code(text), (chapter, exercise)
                assert block not in prose, (chapter, exercise)
                shown = [line for line in lines if line in prose]
                assert len(shown) < max(2, len(lines)), (chapter, exercise, shown)


def test_the_solution_cells_hold_only_a_placeholder_in_the_student_notebooks(course: Course) -> None:
    for chapter in chapters():
        notebook = json.loads(course.chapter(chapter).student_notebook.read_text(encoding="utf-8"))
        cells = [cell for cell in code_cells(notebook) if is_solution(cell)]
        assert {grade_info(cell)["grade_id"] for cell in cells} == {
            exercise.id for exercise in course.chapter(chapter).exercises
        }
        for cell in cells:
            bodies = [node for node in ast.walk(ast.parse(cell["source"])) if isinstance(node, ast.FunctionDef)]
            assert bodies
            for body in bodies:
                statements = [
                    s for s in body.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
                ]
                assert [ast.unparse(s) for s in statements] == ["raise NotImplementedError()"], (chapter, body.name)


def functions_of(text: str) -> set[str]:
    """The bodies of all functions in a Python text, docstrings and layout removed."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
            found.add("\n".join(ast.unparse(s) for s in body))
    return found


@pytest.mark.slow
def test_the_wheel_holds_no_answer(course_copy: Course, course: Course, tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (course_copy.root / name).write_bytes((course.root / name).read_bytes())
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
        ".",
    ]
    subprocess.run(build, cwd=course_copy.root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        code = {name: archive.read(name).decode() for name in names if name.endswith(".py")}
    assert not [
        name
        for name in names
        if "solutions" in name or (name.endswith((".ipynb", "bank.py")) and "authoring" not in name)
    ]
    shipped = set().union(*map(functions_of, code.values()))
    text = "\n".join(map(plain_code, code.values()))
    for chapter in chapters():
        for cell in course.chapter(chapter).cells:
            if is_solution(cell):
                name = grade_info(cell)["grade_id"]
                long = [body for body in functions_of(cell["source"]) if len(body) > 60]
                assert not set(long) & shipped, name
                assert not [body for body in long if body in text], name


def test_the_first_cell_says_how_to_install_what_is_missing(course: Course) -> None:
    for chapter in chapters():
        notebook = json.loads(course.chapter(chapter).student_notebook.read_text(encoding="utf-8"))
        first = code_cells(notebook)[0]["source"]
        # isolated and without site-packages: a Python in which the course was never installed
        done = subprocess.run([sys.executable, "-I", "-S", "-c", first], capture_output=True, text=True)
        assert done.returncode == 1
        assert done.stderr.strip().splitlines()[-1] == (
            "ModuleNotFoundError: this kernel lacks the course's checks: "
            "run `make setup` in the course folder and open it with `make lab`"
        )


def test_a_chapter_says_how_many_exercises_and_points_it_has(course: Course) -> None:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    for name in chapters():
        cells = json.loads(course.chapter(name).student_notebook.read_text(encoding="utf-8"))["cells"]
        text = " ".join(" ".join("".join(cell["source"]).split()) for cell in cells if cell["cell_type"] == "markdown")
        told = re.search(r"(\w+) exercises, (?:worth )?([\d, and]+) points", text)
        assert told, name
        points = [grade_info(cell)["points"] for cell in cells if grade_info(cell).get("grade")]
        assert (told[1], sum(map(int, re.findall(r"\d+", told[2])))) == (words[len(points)], sum(points)), name
