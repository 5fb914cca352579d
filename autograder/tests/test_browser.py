"""A learner in JupyterLab: open chapter 4, meet the checks, make a mistake, mend it, validate."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.authoring.course import Course, code_cells, grade_info, is_solution
from autograder.tests.browser import MINUTE, page, screenshots, served

CHAPTER = "04_learning_loops"
pytestmark = [pytest.mark.browser, pytest.mark.kernel, pytest.mark.slow]


@pytest.fixture
def address(course_copy: Course, tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab on a fresh copy of the learner's notebooks, started like `make lab` does."""
    with served(course_copy.root, "notebooks", tmp_path) as (url, token):
        yield f"{url}lab/tree/{CHAPTER}/{CHAPTER}.ipynb?token={token}"


class Lab:
    """JupyterLab as a learner sees it."""

    def __init__(self, page, screenshots: Path) -> None:
        self.page = page
        self.folder = screenshots

    def open(self, address: str) -> None:
        self.page.goto(address, timeout=2 * MINUTE)
        self.page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=2 * MINUTE)
        self.until_idle()

    def until_idle(self) -> None:
        """Wait until the kernel has nothing left to do."""
        self.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=2 * MINUTE)
        self.page.wait_for_function(
            """() => ![...document.querySelectorAll('.jp-InputPrompt')].some(p => p.textContent.includes('[*]'))""",
            timeout=3 * MINUTE,
        )

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")
        self.until_idle()

    def command(self, name: str) -> None:
        """Run one of JupyterLab's commands through its menu entry's id."""
        self.page.evaluate("name => (window.jupyterapp || window.jupyterlab).commands.execute(name)", name)

    def cell(self, text: str):
        """The code cell that holds `text`."""
        return self.page.locator(".jp-CodeCell", has=self.page.locator(".jp-InputArea-editor", has_text=text)).first

    def write(self, name: str, source: str) -> None:
        """Replace the learner's cell that defines `name`, as a learner does: click, select all, type over."""
        editor = self.cell(f"def {name}(").locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def shoot(self, name: str, on=None) -> None:
        (on or self.page).screenshot(path=str(self.folder / f"{name}.png"))


def sources(course: Course) -> dict[str, str]:
    return {grade_info(cell)["grade_id"]: cell["source"] for cell in code_cells(_read(course)) if is_solution(cell)}


def _read(course: Course) -> dict:
    return json.loads(course.chapter(CHAPTER).solution_notebook.read_text(encoding="utf-8"))


def function_name(source: str) -> str:
    found = re.search(r"def (\w+)\(", source)
    assert found
    return found[1]


def test_a_learner_goes_through_chapter_four(address: str, course: Course) -> None:
    from playwright.sync_api import expect

    solution = {name: source for name, source in sources(course).items()}
    with page() as tab:
        lab = Lab(tab, screenshots(course.root))
        lab.open(f"{address}&reset")
        expect.set_options(timeout=30_000)

        # nobody is asked about kernels or news
        assert tab.locator(".jp-Dialog").count() == 0
        assert tab.get_by_text("Would you like to get notified about official Jupyter news").count() == 0
        lab.shoot("1-opened")

        # an untouched notebook stops at the first exercise, with a card that says what to do
        lab.run_all()
        check = lab.cell('check("train_one_epoch"')
        check.scroll_into_view_if_needed()
        expect(check.locator(".jp-OutputArea")).to_contain_text("train_one_epoch is not written yet")
        assert "Traceback" not in check.inner_text()
        assert lab.cell('check("validate_one_epoch"').locator(".jp-OutputArea-output").count() == 0
        lab.shoot("2-not-written")

        # a loop that never clears the gradients is told so
        wrong = re.sub(r"\n *optimizer\.zero_grad\(\)", "", solution["train_one_epoch"])
        assert wrong != solution["train_one_epoch"]
        lab.write("train_one_epoch", wrong)
        lab.run_all()
        key = json.loads((course.root / "autograder" / "keys" / f"{CHAPTER}.json").read_text(encoding="utf-8"))
        rows = key["train_one_epoch"]["misconceptions"]
        message = (
            next(row["message"] for row in rows if row["id"] == "no_zero_grad")
            .split("{")[0]
            .split("`")[0]
            .split("*")[0]
        )
        expect(check.locator(".jp-OutputArea")).to_contain_text(message.strip()[:60])
        expect(check.locator(".jp-OutputArea")).to_contain_text("not passed")
        check.scroll_into_view_if_needed()
        lab.shoot("3-named")
        tab.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
        tab.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
        check.scroll_into_view_if_needed()
        lab.shoot("4-named-dark")

        # mended, everything runs to the end, with cards and plots
        for source in solution.values():
            lab.write(function_name(source), source)
        lab.run_all()
        for exercise in solution:
            card = lab.cell(f'check("{exercise}"')
            card.scroll_into_view_if_needed()
            expect(card.locator(".jp-OutputArea")).to_contain_text(f"{exercise} passed")
        assert tab.locator(".jp-OutputArea-output img").count() >= 3
        assert tab.locator('.jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
        lab.cell('check("train_one_epoch"').scroll_into_view_if_needed()
        lab.shoot("5-passed-dark")
        tab.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
        tab.locator("body[data-jp-theme-light=true]").wait_for(state="attached")
        for number in range(tab.locator(".jp-OutputArea-output img").count()):
            plot = tab.locator(".jp-OutputArea-output img").nth(number)
            plot.scroll_into_view_if_needed()
            lab.shoot(f"6-plot-{number + 1}")
        lab.cell("progress()").scroll_into_view_if_needed()
        lab.shoot("7-progress")

        # nbgrader's own button agrees
        tab.get_by_role("button", name="Validate").first.click()
        dialog = tab.locator(".jp-Dialog")
        dialog.get_by_text("Success! Your notebook passes all the tests.").wait_for(timeout=3 * MINUTE)
        lab.shoot("8-validated")
