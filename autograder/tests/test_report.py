"""The report on a class, made from records written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.grading.classroom import Mark, mark_of, read_class
from autograder.grading.course import Course, GradingError
from autograder.grading.judging import NO_EVIDENCE
from autograder.grading.nbgrader_bridge import write_results
from autograder.grading.reading import Flag
from autograder.grading.report import histogram, prose, write_report
from autograder.grading.results import CellScore, Result
from autograder.grading.store import Key, Store
from autograder.tests.tiny_course import CHAPTER, EXERCISES, make_course

RIGHT = Result("", CHAPTER, "aa", "version-1", 77, "graded", resources={"seconds": 1.5}, sandbox="bubblewrap")


INLINE = ("a", "bdi", "code", "em", "strong", "b", "span")


class Page(HTMLParser):
    """What a browser would make of a page: its tags and its visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))
        self.words.append("" if tag in INLINE else " ")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag."""
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep text that is shown."""
        if not {"script", "style"} & {*self.open}:
            self.words.append(data)

    @property
    def text(self) -> str:
        """All text, blanks as in one line."""
        return re.sub(r"\s+", " ", "".join(self.words))


def scores(**outcomes: str) -> tuple[CellScore, ...]:
    """Scores of the tiny chapter: all passed but `outcomes`, ids of misconceptions (or "unwritten") by exercise."""
    found = []
    for name, _, points in EXERCISES[CHAPTER]:
        outcome = outcomes.get(name)
        if outcome is None:
            found.append(CellScore(f"check_{name}", float(points), points, f"`{name}`: passed.", name))
        elif outcome == "unwritten":
            text = f"`{name}`: `{name}` is not written yet: `{name}()` still meets the placeholder."
            found.append(CellScore(f"check_{name}", 0.0, points, text, name))
        else:
            text = f"`{name}`: This is *{outcome}*: see `code`."
            found.append(CellScore(f"check_{name}", 0.0, points, text, name, outcome))
    return tuple(found)


def save(course: Course, *results: Result) -> None:
    store = Store(course.root)
    for result in results:
        key = Key(result.student, CHAPTER, result.file_sha256, result.course_version, result.seed)
        store.save(key, result.to_json())


def graded(student: str, *flags: Flag, **outcomes: str) -> Result:
    return replace(RIGHT, student=student, scores=scores(**outcomes), flags=flags)


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Course]:
    yield Course(make_course(tmp_path))


def page_of(course: Course) -> Page:
    return Page(write_report(course, CHAPTER).read_text(encoding="utf-8"))


def test_without_a_result_there_is_no_report(tiny: Course) -> None:
    with pytest.raises(
        GradingError, match=r"^01_numbers: nothing has been graded yet. Run `autograder grade 01_numbers`"
    ):
        write_report(tiny, CHAPTER)


def test_the_report_lies_in_reports_or_where_it_is_told_to(tiny: Course, tmp_path: Path) -> None:
    save(tiny, graded("ada"))
    assert write_report(tiny, CHAPTER) == tiny.root / "reports" / "01_numbers.html"
    assert write_report(tiny, CHAPTER, tmp_path / "elsewhere.html").is_file()


def test_misconceptions_are_told_with_their_message_and_who_holds_them_the_most_frequent_first(tiny: Course) -> None:
    save(tiny, graded("ada", mean="rare"), *(graded(f"s{n}", mean="frequent") for n in range(3)), graded("zoe"))
    text = page_of(tiny).text
    section = text[text.index("Misconceptions, and who holds them") : text.index("Flags Stopped")]
    assert "3 60 % frequent This is frequent: see code. s0, s1, s2" in section
    assert section.index("frequent") < section.index("rare")
    assert "1 20 % rare This is rare: see code. ada" in section


def test_messages_keep_their_code_and_emphasis_and_nothing_else(tiny: Course) -> None:
    assert prose("a `x < y` and *b* <i>c</i> 2*3*4 `un") == (
        "a <code>x &lt; y</code> and <em>b</em> &lt;i&gt;c&lt;/i&gt; 2<em>3</em>4 <code>un</code>"
    )


def test_everybody_has_a_row_also_without_a_file_or_a_result(tiny: Course) -> None:
    missing = replace(graded("gone"), status="missing", scores=(), flags=(Flag("missing", "gone handed in nothing."),))
    unreadable = replace(graded("torn"), status="unreadable", flags=(Flag("empty", "torn's file is empty."),))
    save(tiny, graded("ada"), missing, unreadable)
    (tiny.root / "submitted" / "new").mkdir()
    found = read_class(tiny, CHAPTER, tiny.root)
    assert {row.student: row.status for row in found.rows} == {
        "ada": "graded", "gone": "missing", "torn": "unreadable", "new": "no result",
    }  # fmt: skip
    text = page_of(tiny).text
    assert "1 student has no result yet." in text
    assert "Students 4 1 handed in nothing, 1 without a result" in text
    assert "Graded 1 1 unreadable" in text


def test_the_newest_result_of_a_student_counts(tiny: Course) -> None:
    save(tiny, graded("ada", double="first"), replace(graded("ada"), file_sha256="bb"))
    assert [row.points for row in read_class(tiny, CHAPTER, tiny.root).rows] == [10.0]


def test_exercises_stand_in_the_chapters_order_with_their_pass_rates(tiny: Course) -> None:
    save(tiny, graded("ada", mean="m"), graded("bob", mean="unwritten", double="d"))
    text = page_of(tiny).text
    assert "double 2 50 % 1 1 – – – Counter 3 100 % 2 – – – – mean 5 0 % – 1 – 1 –" in text


def test_flags_are_grouped_by_code_with_their_lines(tiny: Course) -> None:
    late = Flag("timeout", 'cell "mean" of ada ran too long and was stopped.')
    save(
        tiny,
        graded("ada", late, Flag("no metadata", "ada: stripped.")),
        graded("bob", Flag("no metadata", "bob: too.")),
    )
    text = page_of(tiny).text
    assert 'ran too long 1 ada cell "mean" of ada ran too long and was stopped.' in text
    assert "no metadata 2 ada ada: stripped. bob bob: too." in text


@pytest.mark.parametrize(
    "student", ["<script>alert(1)</script>", '"onmouseover="alert(1)', "javascript:alert(1)", "{{ 7*7 }}"]
)
def test_a_students_id_is_never_markup(tiny: Course, student: str) -> None:
    script = Flag("no metadata", '"</script><script>alert(2)</script>" carries none.')
    save(tiny, graded(student, script, mean="<b>bold</b>"))
    for step, suffix in (("feedback", ".html"), ("autograded", ".ipynb")):
        path = tiny.root / step / student.replace("/", "_") / CHAPTER / f"{CHAPTER}{suffix}"
        path.parent.mkdir(parents=True)
        path.touch()
    page = page_of(tiny)
    assert student in page.text
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    hrefs = [attributes["href"] or "" for tag, attributes in page.tags if tag == "a"]
    assert all(href.startswith(("#", "../feedback/", "../autograded/")) for href in hrefs)


def test_a_row_links_to_the_feedback_else_to_the_notebook_else_nowhere(tiny: Course) -> None:
    save(tiny, graded("ada b#c"), graded("bob"), graded("eve"))
    for step, student, suffix in (
        ("feedback", "ada b#c", ".html"),
        ("autograded", "ada b#c", ".ipynb"),
        ("autograded", "bob", ".ipynb"),
    ):
        path = tiny.path(step, student, CHAPTER, suffix)
        path.parent.mkdir(parents=True)
        path.touch()
    links = {row.student: row.link for row in read_class(tiny, CHAPTER, tiny.root / "reports").rows}
    assert links == {
        "ada b#c": "../feedback/ada%20b%23c/01_numbers/01_numbers.html",
        "bob": "../autograded/bob/01_numbers/01_numbers.ipynb",
        "eve": "",
    }


def test_the_page_loads_nothing_and_runs_its_own_script_only(tiny: Course) -> None:
    save(tiny, graded("ada"))
    page = page_of(tiny)
    policy = next(a["content"] or "" for tag, a in page.tags if tag == "meta" and "http-equiv" in a)
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    assert not {"link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert not any("src" in attributes for _, attributes in page.tags)


def test_tables_have_headers_and_pictures_a_text(tiny: Course) -> None:
    save(tiny, graded("ada"), graded("bob", mean="m"))
    page = page_of(tiny)
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    assert "5 points: 1 student. 10 points: 1 student. Median 7.5." in page.text


def test_autograded_points_alone_are_called_so(tiny: Course) -> None:
    save(tiny, graded("ada"))
    assert "Autograded points only: there is no gradebook here" in page_of(tiny).text


def test_manual_scores_of_the_gradebook_count(tiny: Course) -> None:
    from nbgrader.api import Gradebook

    result = graded("ada", mean="m")
    save(tiny, result)
    write_results(tiny, [result])
    with Gradebook(f"sqlite:///{tiny.root / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("check_mean", CHAPTER, CHAPTER, "ada")
        grade.manual_score = 4.0
        gradebook.db.commit()
    (row,) = read_class(tiny, CHAPTER, tiny.root).rows
    assert (row.autograded, row.points, row.changed) == (5.0, 9.0, "autograded 5, in the gradebook 9")
    assert "they differ from autograding for 1 student." in page_of(tiny).text


def test_results_without_a_sandbox_or_of_two_versions_are_told_of(tiny: Course) -> None:
    save(tiny, replace(graded("ada"), sandbox="none"), replace(graded("bob"), course_version="version-2"))
    text = page_of(tiny).text
    assert "1 submission ran without a sandbox." in text
    assert "Results of 2 versions of the chapter stand side by side." in text


@pytest.mark.parametrize("reason", NO_EVIDENCE)
def test_no_evidence_is_no_wrong_answer(reason: str) -> None:
    comment = NO_EVIDENCE[reason].format(name="mean")
    expected = "unwritten" if reason == "missing" else "stopped"
    assert mark_of(CellScore("check_mean", 0.0, 5, comment, "mean")).outcome == expected


def test_outcomes_are_told_from_scores() -> None:
    outcomes = {one.grade_id: mark_of(one).outcome for one in scores(double="unwritten", Counter="x")}
    assert outcomes == {"check_double": "unwritten", "check_Counter": "misconception", "check_mean": "passed"}
    told = "`mean`: `mean()` raised ValueError: `x` is not written yet: no."
    assert mark_of(CellScore("check_mean", 0.0, 5, told, "mean")) == Mark(
        "wrong", 0.0, 5, "", told.removeprefix("`mean`: ")
    )
    assert mark_of(CellScore("essay", None, 5)).outcome == "by hand"


@pytest.mark.parametrize("points", [[], [0.0], [3.0] * 7, [0.0, 10.0, 10.0], [0.5, 9.75], [4.0, 100.0]])
@pytest.mark.parametrize("max_points", [1.0, 10.0, 15.0, 19.0, 30.0, 2.5, 730.0])
def test_every_student_stands_in_one_bar_of_the_histogram(points: list[float], max_points: float) -> None:
    drawn = histogram(points, max_points)
    assert sum(count for *_, count in drawn["bars"]) == len(points)
    assert len(drawn["bars"]) <= 16
    assert max(count for *_, count in drawn["bars"]) <= drawn["top"]


def test_a_thousand_students_fit_on_the_page(tiny: Course) -> None:
    save(tiny, *(graded(f"student-{n}", **({"mean": f"m{n % 7}"} if n % 3 else {})) for n in range(1000)))
    path = write_report(tiny, CHAPTER)
    assert path.stat().st_size < 2_000_000
    assert sum(tag == "tr" and "id" in attributes for tag, attributes in Page(path.read_text()).tags) == 1000
