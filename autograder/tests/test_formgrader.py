"""What learners show, looked at by an instructor in formgrader and in the feedback: it is seen, and cannot act."""
# ruff: noqa: E501 (attacks read best on one line)

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.course import Course
from autograder.tests.browser import page, screenshots, served
from autograder.tests.conftest import Run

CHAPTER = "01_datasets"
GO = "[...document.querySelectorAll('a, button')].filter(one => one.textContent.trim() == 'go')"
# a picture of one pixel
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def act(n: int) -> str:
    """A script that tells the test that it ran."""
    return f"acted({n})"


HTML = [
    f"<script>{act(1)}</script>",
    f'<img src=x onerror="{act(2)}">',
    f'<svg onload="{act(3)}"></svg>',
    f'<iframe srcdoc="<script>{act(4)}</script>"></iframe>',
    f'<details open ontoggle="{act(5)}"><summary>more</summary></details>',
    f'<a href="javascript:{act(6)}" class="go">go</a>',
    f'<a href=" &#106;ava&Tab;script:{act(7)}" class="go">go</a>',
    f'<form action="javascript:{act(8)}"><button class="go">go</button></form>',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={act(9)}&gt;"></table></mtext></math>',
    f'<noscript><p title="</noscript><img src=x onerror={act(10)}>"></noscript>',
    f"$\\href{{javascript:{act(11)}}}{{go}}$",
]
MARKDOWN = [
    *HTML,
    f"[go](javascript:{act(21)})",
    f"[go](&#106;avascript:{act(22)})",
    f"<javascript:{act(23)}>",
    f"[go][away]\n\n[away]: javascript:{act(24)}",
    f'![x](x"onerror="{act(25)})',
    f"```html\n</code></pre><img src=x onerror={act(26)}>\n```",
    f'# </h1><img src=x onerror="{act(27)}">',
]
BUNDLES = [
    {"application/javascript": act(41)},
    {"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'><script>{act(42)}</script></svg>"},
    {"image/png": f'x" onerror="{act(43)}'},
    {"text/latex": f"<img src=x onerror='{act(44)}'>"},
    {"text/markdown": f"<img src=x onerror='{act(45)}'>"},
    {"application/vnd.jupyter.widget-view+json": {"model_id": f"</script><script>{act(46)}</script>"}},
    {"text/plain": f"<img src=x onerror='{act(47)}'>"},
    {"text/html": "<p style='position:fixed;top:0;left:0;color:red'>in red</p>", "text/plain": "plain"},
]
SIZED = {"image/png": {"width": f'1" onerror="{act(51)}', "height": 7}}


def hostile(notebook: dict) -> dict:
    """The notebook with own cells that show all of the above, in texts, outputs, prints and errors."""
    code = [f"from IPython.display import HTML, Markdown, display\ndisplay(HTML({text!r}))" for text in HTML]
    code += [f"display(Markdown({text!r}))" for text in MARKDOWN]
    code += [f"display({bundle!r}, raw=True)" for bundle in BUNDLES]
    code += [f"display({{'image/png': {PNG!r}}}, metadata={SIZED!r}, raw=True)"]
    code += [f"print({text!r})" for text in HTML]
    code += [f"class {'X'}(Exception):\n    pass\nX.__name__ = {HTML[1]!r}\nraise X({HTML[1]!r})"]
    own = [{"cell_type": "markdown", "id": f"m{n}", "metadata": {}, "source": text} for n, text in enumerate(MARKDOWN)]
    own += [{"cell_type": "raw", "id": f"r{n}", "metadata": {}, "source": text} for n, text in enumerate(HTML)]
    own += [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": text, "outputs": [], "execution_count": None}
        for n, text in enumerate(code)
    ]
    return {**notebook, "cells": [*notebook["cells"], *own]}


def hand_in(course: Course) -> None:
    notebook = json.loads(course.chapter(CHAPTER).solution_notebook.read_text(encoding="utf-8"))
    folder = course.root / "submitted" / "mallory" / CHAPTER
    folder.mkdir(parents=True)
    (folder / f"{CHAPTER}.ipynb").write_text(json.dumps(hostile(notebook)))


class Alarm:
    """A page with what attacks call when they run, and which of them did."""

    def __init__(self, tab: Any) -> None:
        self.tab, self.found = tab, set[int]()
        tab.expose_function("acted", lambda number: self.found.add(number))

    def rings_for(self) -> set[int]:
        """The attacks that ran, after whatever says "go" was clicked."""
        for n in range(self.tab.evaluate(f"{GO}.length")):
            self.tab.evaluate(f"n => {GO}[n]?.click()", n)
            self.tab.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        return self.found


def test_nothing_that_a_learner_shows_acts_in_the_instructors_browser(
    course_copy: Course, run: Run, tmp_path: Path
) -> None:
    hand_in(course_copy)
    done = run(course_copy, "autograder", "grade", CHAPTER, "--json")
    assert json.loads(done.stdout)["students"][0]["score"] == 10.0
    run(course_copy, "nbgrader", "generate_feedback", CHAPTER)
    with sqlite3.connect(course_copy.root / "gradebook.db") as db:
        (number,) = db.execute("SELECT id FROM submitted_notebook").fetchone()
    feedback = course_copy.root / "feedback" / "mallory" / CHAPTER / f"{CHAPTER}.html"
    with served(course_copy.root, ".", tmp_path) as (url, token), page() as tab:
        alarm = Alarm(tab)
        for name, address in (
            ("formgrader", f"{url}formgrader/submissions/{number}/?token={token}"),
            ("feedback", feedback.as_uri()),
        ):
            tab.goto(address)
            # the page is there, with what is harmless in it
            tab.get_by_text("in red").last.scroll_into_view_if_needed()
            assert tab.locator("img[src^='data:image/png']").count() >= 1
            tab.screenshot(path=str(screenshots(course_copy.root) / f"{name}-outputs.png"))
            tab.get_by_text("TabularDataset passed").first.scroll_into_view_if_needed()
            tab.screenshot(path=str(screenshots(course_copy.root) / f"{name}-card.png"))
            assert tab.locator("[style*='fixed']", has_text="in red").count() == 0
            assert alarm.rings_for() == set(), name
        # that silence means something: these would have been heard
        tab.goto("about:blank")
        tab.set_content("".join(HTML))
        assert alarm.rings_for() >= {1, 2, 3, 5, 6}
