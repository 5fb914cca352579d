"""The `autograder` command."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
console = Console()


@app.callback()
def main() -> None:
    """Build a notebook course, check that its checks are sound, grade what learners hand in."""


@app.command()
def build(
    chapters: Annotated[list[str] | None, typer.Argument(help="Chapters such as 04_learning_loops; all by default.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a built file is out of date.")] = False,
    from_ipynb: Annotated[
        bool, typer.Option("--from-ipynb", help="Bring edits made to a solution notebook in JupyterLab back into its text.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a solution notebook that was edited by hand.")] = False,
) -> None:
    """Build solution notebooks, student notebooks and public keys from `solutions/*/*.py` and `bank.py`."""
    # late: nbgrader and jupytext take seconds to import
    from autograder.authoring import build as building
    from autograder.authoring.course import CourseError, find_course

    course = find_course()
    if course is None:
        _fail("no course here: no folder with solutions/NN_name/bank.py in or above the current one. cd into the course")
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
                f"{edited[0].solution_notebook.relative_to(course.root)} was edited by hand. `autograder build --from-ipynb` "
                "brings the edits back into the text, `autograder build --force` throws them away"
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
            console.print(f"[red]stray[/red] {_relative(path, course.root)}: no build makes this file; remove it", highlight=False)
        if changed or stray:
            _fail("run `autograder build` and commit what it writes")
        console.print(f"{len(built)} built files are up to date")
        return
    for one in changed:
        one.path.parent.mkdir(parents=True, exist_ok=True)
        one.path.write_text(one.text, encoding="utf-8")
        console.print(f"wrote {_relative(one.path, course.root)}", highlight=False)
    for path in stray:
        console.print(f"[yellow]stray[/yellow] {_relative(path, course.root)}: no build makes this file; remove it", highlight=False)
    console.print(f"{len(built)} files, {len(changed)} written")


def _first_changes(path: Path, text: str, lines: int = 12) -> str:
    """The first lines of a diff between a file and what it should hold."""
    old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    diff = list(difflib.unified_diff(old, text.splitlines(), "on disk", "built anew", lineterm="", n=1))
    return "\n".join(line[:160] for line in diff[:lines])


def _relative(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _fail(message: str) -> None:
    """A user's mistake: one line, exit code 1."""
    Console(stderr=True).print(f"[red]error:[/red] {message}", highlight=False, soft_wrap=True)
    raise typer.Exit(1)
