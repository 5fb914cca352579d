"""The `autograder` command."""

from __future__ import annotations

import difflib
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from autograder.authoring.course import CourseError, find_course

if TYPE_CHECKING:
    from autograder.grading.course import Course as GradedCourse

NO_COURSE = "no course here: no folder with solutions/NN_name/bank.py in or above the current one. cd into the course"
STRAY = "no build makes this file; remove it"

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
console = Console()


@app.callback()
def main() -> None:
    """Build a notebook course, check that its checks are sound, grade what learners hand in."""
    # where jsonschema finds this package it builds a grammar of web addresses, which is half of nbgrader's start
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


@app.command()
def build(
    chapters: Annotated[
        list[str] | None, typer.Argument(help="Chapters such as 04_learning_loops; all by default.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a built file is out of date.")
    ] = False,
    from_ipynb: Annotated[
        bool, typer.Option("--from-ipynb", help="Bring edits made in JupyterLab back into the text.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a solution notebook that was edited by hand.")
    ] = False,
) -> None:
    """Build solution notebooks, student notebooks and public keys from `solutions/*/*.py` and `bank.py`."""
    # late: nbgrader and jupytext take seconds to import
    from autograder.authoring import build as building

    course = find_course()
    if course is None:
        _fail(NO_COURSE)
    try:
        if not chapters:
            building.check_names(course)
        found = [course.chapter(name) for name in chapters or course.chapters()]
        if from_ipynb:
            for chapter in found:
                if building.edited_by_hand(chapter):
                    chapter.source.write_text(building.text_from_notebook(chapter), encoding="utf-8")
                    console.print(f"{chapter.source.relative_to(course.root)}: brought back from the notebook")
        edited = [] if check or force else [chapter for chapter in found if building.edited_by_hand(chapter)]
        if edited:
            _fail(
                f"{edited[0].solution_notebook.relative_to(course.root)} was edited by hand. "
                "`autograder build --from-ipynb` brings the edits back into the text, "
                "`autograder build --force` throws them away"
            )
        built = []
        with Progress(console=console, transient=True) as bar:
            task = bar.add_task("Building", total=len(found))
            for chapter in found:
                bar.update(task, description=f"Building {chapter.name}")
                built += list(building.build_chapter(chapter))
                bar.advance(task)
        stray = building.stray_files(course)
    except CourseError as error:
        _fail(str(error))
    changed = [one for one in built if one.differs]
    if check:
        for one in changed:
            console.print(f"[red]out of date[/red] {_relative(one.path, course.root)}", highlight=False)
            console.print(_first_changes(one.path, one.text), markup=False, highlight=False)
        for path in stray:
            console.print(f"[red]stray[/red] {_relative(path, course.root)}: {STRAY}", highlight=False)
        if changed or stray:
            _fail("run `autograder build` and commit what it writes")
        console.print(f"{len(built)} built files are up to date")
        return
    for one in changed:
        one.path.parent.mkdir(parents=True, exist_ok=True)
        one.path.write_text(one.text, encoding="utf-8")
        console.print(f"wrote {_relative(one.path, course.root)}", highlight=False)
    for path in stray:
        console.print(f"[yellow]stray[/yellow] {_relative(path, course.root)}: {STRAY}", highlight=False)
    console.print(f"{len(built)} files, {len(changed)} written")


@app.command()
def audit(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CHAPTER|EXERCISE]...", help="Such as 04_learning_loops or fit; all by default."),
    ] = None,
    challenges: Annotated[int, typer.Option(min=1, help="Random challenges, besides the public one.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="The first random challenge; others are drawn by another.")] = 1000,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Processes; all cores by default.")] = None,
    unnamed: Annotated[
        bool, typer.Option("--unnamed", help="List the killed mutants that get no misconception's message.")
    ] = False,
    min_named: Annotated[
        int | None,
        typer.Option(min=0, max=100, metavar="PERCENT", help="Exit 1 as well if fewer killed mutants are named."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON and nothing else.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write what was found as one HTML page.")] = None,
) -> None:
    """Prove that the checks are sound: every right solution passes, every wrong one is told what is wrong with it.

    Runs, on the public challenge and on random ones, each exercise's reference, its untouched cell, its bank of right
    and wrong solutions, and machine-made mutants of the reference. Exit code 1 if anything is unsound: the reference or
    an alternative fails, the untouched cell is not told as "not written yet", a misconception passes or gets no message
    of its own, two misconceptions are confused, or a mutant passes every challenge. A mutant that is right is entered
    in bank.py as an @alternative with the reason.

    Columns: right solutions that pass, wrong ones that are named, pairs of wrong ones told apart; mutants; those
    proven right by the bank; the share of the others that is killed; the share of killed ones named, and how many of
    them by the text of an error alone; survivors.
    """
    try:
        from autograder.authoring import audit as auditing
        from autograder.authoring import audit_report as shown
    except ModuleNotFoundError as error:
        if error.name != "libcst":
            raise
        _fail("an audit makes mutants with libcst, which is not installed: pip install -c constraints.txt libcst")

    course = find_course()
    if course is None:
        _fail(NO_COURSE)
    try:
        targets = auditing.find_targets(course, names or [])
        seeds = range(seed, seed + challenges)
        with Progress(console=Console(stderr=True), transient=True, disable=as_json) as bar:
            task = bar.add_task("Auditing", total=auditing.number_of_tasks(targets, seeds))
            audits = auditing.audit(course, targets, seeds, jobs or os.cpu_count() or 1, lambda: bar.advance(task))
        if html:
            shown.write_html(audits, html)
    except CourseError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("interrupted; an audit keeps nothing", code=130)
    if as_json:
        print(json.dumps(shown.as_json(audits), indent=1))
    else:
        shown.print_report(audits, console, with_unnamed=unnamed)
    if not shown.is_sound(audits):
        raise typer.Exit(1)
    if min_named is not None and 100 * shown.named_share(audits) < min_named:
        _fail(f"only {shown.percent(shown.named_share(audits))} of the killed mutants are named")


@app.command()
def grade(
    chapter: Annotated[str, typer.Argument(help="The chapter to grade, such as 04_learning_loops.")],
    students: Annotated[
        list[str] | None, typer.Option("--students", help="Only this student; may be repeated.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Submissions at once; all cores by default.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The batch's challenge; fresh by default, and recorded.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Execute again what has a result already.")] = False,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Go on without a sandbox: submissions can do what you can.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Run the course's own plots and experiments too, not only what is graded.")
    ] = False,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler to send work to.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON and nothing else.")] = False,
) -> None:
    """Grade everybody's submission of a chapter, sandboxed and in parallel, into nbgrader's gradebook.

    Reads submitted/STUDENT/CHAPTER/CHAPTER.ipynb. Run it again after an interruption: it goes on where it stopped.
    Exit code 0 only if every student got a result.
    """
    from autograder.grading import console as shown
    from autograder.grading.batch import GradingError, SandboxError, Settings
    from autograder.grading.batch import grade as grade_batch

    settings = Settings(tuple(students or ()), seed=seed, force=force, unsafe=unsafe, full=full, scheduler=scheduler)
    if jobs:
        settings = replace(settings, jobs=jobs)
    try:
        with shown.progress(quiet=as_json) as progress:
            report = grade_batch(_course(), chapter, settings, progress)
    except (GradingError, SandboxError, CourseError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("interrupted; what was graded so far is kept. Run the same command again to go on", code=130)
    shown.print_report(report, as_json=as_json)
    if not report.complete:
        raise typer.Exit(1)


@app.command()
def report(
    chapter: Annotated[str, typer.Argument(help="A chapter that was graded.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write the page.")] = None,
) -> None:
    """Write one HTML page on a graded chapter: scores, misconceptions the class holds, flags, a row a student."""
    from autograder.grading.batch import GradingError
    from autograder.grading.report import write_report

    try:
        path = write_report(_course(), chapter, output)
    except (GradingError, CourseError) as error:
        _fail(str(error))
    console.print(f"wrote {path}", highlight=False, soft_wrap=True)


@app.command("sample-class")
def sample_class(
    chapter: Annotated[str, typer.Argument(help="The chapter to hand in.")] = "04_learning_loops",
    students: Annotated[int, typer.Option("--students", "-n", min=1, help="How many submissions.")] = 40,
    seed: Annotated[int, typer.Option(help="Draws another class.")] = 0,
) -> None:
    """Invent a class that hands in a chapter: right, wrong, unlucky and hostile notebooks, to try grading on."""
    from autograder.grading.batch import GradingError
    from autograder.grading.sample import make_sample_class

    try:
        made = make_sample_class(_course(), chapter, students, seed)
    except (GradingError, CourseError) as error:
        _fail(str(error))
    console.print(f"{len(made)} submissions in submitted/. Next: autograder grade {chapter}", highlight=False)


def _course() -> GradedCourse:
    """The course around the current folder, as nbgrader knows it."""
    from autograder.grading.nbgrader_bridge import read_course

    found = find_course(Path.cwd())
    if found is None:
        _fail(NO_COURSE)
    return read_course(found.root)


def _first_changes(path: Path, text: str, lines: int = 12) -> str:
    """The first lines of a diff between a file and what it should hold."""
    old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    diff = list(difflib.unified_diff(old, text.splitlines(), "on disk", "built anew", lineterm="", n=1))
    return "\n".join(line[:160] for line in diff[:lines])


def _relative(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _fail(message: str, code: int = 1) -> NoReturn:
    """A user's mistake: one line and an exit code."""
    Console(stderr=True).print(f"[red]error:[/red] {escape(message)}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)
