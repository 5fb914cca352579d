"""One self-contained page on a chapter: scores, what the class misunderstands and who, flags, resources, everybody.

What students wrote (ids, file names in flags) is escaped, and the page's own policy lets no script but its own run and
nothing be loaded.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, Any

from autograder.grading.classroom import OUTCOMES, Class, Row, number, read_class
from autograder.grading.course import Course, printable
from autograder.grading.store import write_whole

if TYPE_CHECKING:
    from markupsafe import Markup

FOLDER = "reports"
TEMPLATES = Path(__file__).parent / "templates"
MARKS = {"passed": "✓", "misconception": "✗", "wrong": "✗", "unwritten": "–", "stopped": "!", "by hand": "?"}
# what executing showed, and what its flags are called in the page
STOPPED = {"timeout": "ran too long", "died": "ended its own process", "memory": "used too much memory"}


def write_report(course: Course, chapter: str, path: Path | None = None) -> Path:
    """Write the page on a chapter, by default to `reports/CHAPTER.html`, and return where it is.

    Raises GradingError where nothing has been graded yet.
    """
    path = path or course.root / FOLDER / f"{chapter}.html"
    found = read_class(course, chapter, path.parent)
    write_whole(path, render(found, datetime.now().astimezone()).encode("utf-8", "replace"))
    return path


def render(found: Class, now: datetime) -> str:
    """Return the page as HTML."""
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": number, "prose": prose, "shown": printable, "breakable": breakable}
    script = Markup((TEMPLATES / "report.js").read_text(encoding="utf-8"))
    # the browser runs the script with this hash and no other
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("report.html.j2").render(
        found=found, now=now, script=script, digest=digest, outcomes=OUTCOMES, symbols=MARKS, **_sections(found)
    )


def _sections(found: Class) -> dict[str, Any]:
    graded = [row for row in found.rows if row.handed_in]
    per_exercise = [_exercise(grade_id, title, worth, graded) for grade_id, title, worth in found.exercises]
    held = sorted(
        ({**one, "exercise": each["title"]} for each in per_exercise for one in each["held"]),
        key=lambda one: -len(one["rows"]),
    )
    flags = _flags(found.rows)
    results = [row.result for row in found.rows if row.result]
    points = [row.points for row in graded]
    return {
        "graded": graded,
        "statuses": Counter(row.status for row in found.rows),
        "flagged": [row for row in found.rows if row.result and row.result.flags and row.status != "missing"],
        "mean": mean(points) if points else None,
        "median": median(points) if points else None,
        "all_passed": sum(_solved(row, found.exercises) for row in graded),
        "checks_passed": sum(one["counts"]["passed"] for one in per_exercise),
        "histogram": histogram(points, found.max_points),
        "per_exercise": per_exercise,
        "most_held": [one for one in held[:3] if len(one["rows"]) > 1],
        "stopped": [one for one in flags if one["code"] in STOPPED],
        "stopped_titles": STOPPED,
        "flags": [one for one in flags if one["code"] not in (*STOPPED, "missing")],
        "resources": _resources(graded),
        "restarts": sum(row.result.resources.get("restarts", 0) for row in graded if row.result),
        "by_hand": [row for row in found.rows if row.entered and row.entered.needs_manual_grade],
        "changed": [row for row in found.rows if row.changed],
        "not_entered": [row for row in graded if found.from_gradebook and row.entered is None],
        "facts": {
            name: Counter(str(getattr(result, name)) for result in results if name != "sandbox" or result.sandbox)
            for name in ("sandbox", "seed", "course_version")
        },
    }


def _solved(row: Row, exercises: Sequence[tuple[str, str, float]]) -> bool:
    return all(grade_id in row.marks and row.marks[grade_id].outcome == "passed" for grade_id, *_ in exercises)


def _exercise(grade_id: str, title: str, worth: float, graded: Sequence[Row]) -> dict[str, Any]:
    """What the class came to in one exercise; misconceptions with most students first."""
    marked = [(row, row.marks[grade_id]) for row in graded if grade_id in row.marks]
    counts = Counter({outcome: 0 for outcome in OUTCOMES})
    counts.update(mark.outcome for _, mark in marked)
    holders: dict[str, list[Row]] = defaultdict(list)
    messages: dict[str, Counter[str]] = defaultdict(Counter)
    for row, mark in marked:
        if mark.misconception:
            holders[mark.misconception].append(row)
            messages[mark.misconception][mark.message] += 1
    held = [
        {"id": id, "rows": rows, "message": messages[id].most_common(1)[0][0]}
        for id, rows in sorted(holders.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]
    others = {
        outcome: [row for row, mark in marked if mark.outcome == outcome]
        for outcome in ("wrong", "unwritten", "stopped")
    }
    told = {"grade_id": grade_id, "title": title, "points": worth, "n": len(marked)}
    return told | {"counts": counts, "held": held, "others": others}


def _flags(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """All flags by code, the most frequent first: each with its students and lines."""
    found: dict[str, list[tuple[Row, str]]] = defaultdict(list)
    for row in rows:
        for flag in row.result.flags if row.result else ():
            found[flag.code].append((row, flag.text))
    return [
        {"code": code, "lines": lines}
        for code, lines in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]


def _resources(graded: Sequence[Row]) -> list[dict[str, Any]]:
    """Median and maximum of what submissions used, with who used most."""
    found = []
    for name, title in (
        ("seconds", "time to run"), ("cpu_seconds", "computing time"), ("memory", "memory"), ("processes", "processes")
    ):  # fmt: skip
        used = [
            (float(row.result.resources[name]), row) for row in graded if row.result and name in row.result.resources
        ]
        if used:
            most, who = max(used, key=lambda pair: pair[0])
            found.append(
                {"name": name, "title": title, "median": median(value for value, _ in used), "most": most, "who": who}
            )
    return found


def histogram(points: Sequence[float], max_points: float) -> dict[str, Any]:
    """Bars of a distribution from 0 to `max_points`: (from, to, how many), and a round number for the axis' end.

    One bar a point where points are few and whole, else ten at most; the last one holds full marks.
    """
    whole = all(value == int(value) for value in points) and max_points == int(max_points)
    top = max([max_points, *points, 1.0])
    if whole and top <= 15:
        bars = [(float(n), float(n), sum(value == n for value in points)) for n in range(int(top) + 1)]
    else:
        width = next(step for step in (0.5, 1, 2, 3, 5, 10, 20, 25, 50, 100, 1000, float("inf")) if top / step <= 10)
        n_bars = max(1, -int(-top // width)) if width != float("inf") else 1
        counts = Counter(min(int(value // width), n_bars - 1) for value in points)
        bars = [(n * width, min((n + 1) * width, top), counts[n]) for n in range(n_bars)]
    most = max([count for *_, count in bars])
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**6) if most / step <= 5)
    return {"bars": bars, "single": whole and top <= 15, "step": step, "top": max(step, -(-most // step) * step)}


def prose(text: str) -> Markup:
    """A message as HTML: `backticks` become code, *stars* become emphasis, all else is escaped."""
    from markupsafe import Markup, escape

    pieces = []
    for index, piece in enumerate(text.split("`")):
        if index % 2:
            pieces.append(Markup("<code>{}</code>").format(piece))
        else:
            pieces.append(Markup(re.sub(r"\*(\S(?:[^*\n]*\S)?)\*", r"<em>\1</em>", str(escape(piece)))))
    return Markup("").join(pieces)


def breakable(name: str) -> Markup:
    """A name that may be broken into lines behind its underscores."""
    from markupsafe import Markup, escape

    return Markup("_<wbr>").join(map(escape, name.split("_")))
