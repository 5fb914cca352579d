"""How verdicts, hints and progress look: HTML cards in notebooks, plain text elsewhere."""

from __future__ import annotations

import html
import sys
from itertools import groupby
from typing import Any

from autograder.exercise import Exercise
from autograder.judge import Verdict
from autograder.state import Attempt

Table = list[tuple[str, str, float, Attempt]]

# Colours that stay readable on JupyterLab's light and dark background; text takes the theme's own colour.
GREEN, RED, AMBER, BLUE, GREY = "#2a9d5c", "#d1495b", "#e0a030", "#3d85c6", "#8a8f98"
HINT_TITLES = ("where to look", "how to think", "nearly the line")


def points_text(points: float) -> str:
    """Points without needless decimals, with the right plural."""
    return f"{points:g} point{'' if points == 1 else 's'}"


def headline(verdict: Verdict, max_points: float) -> str:
    """One line on a check that did not pass."""
    if verdict.status == "not written":
        return f"{verdict.exercise}: not written yet (0 of {points_text(max_points)})"
    return f"{verdict.exercise}: not passed (0 of {points_text(max_points)})"


def failed_text(verdict: Verdict, max_points: float) -> str:
    """The whole card of a check that did not pass, as text."""
    lines = [headline(verdict, max_points), "", verdict.message]
    if verdict.misconception and verdict.difference:
        lines += ["", f"First difference: {verdict.difference}"]
    return "\n".join([*lines, "", f'Stuck? hint("{verdict.exercise}") gives the next hint.'])


def passed_text(verdict: Verdict, points: float) -> str:
    """The card of a check that passed, as text."""
    return f"{verdict.exercise}: passed ({points:g} of {points_text(points)})"


def hint_text(exercise: Exercise, number: int) -> str:
    """Hint `number` (from 1) as text."""
    title = f"Hint {number} of {len(exercise.hints)} for {exercise.id}, {HINT_TITLES[number - 1]}:"
    return f"{title}\n{exercise.hints[number - 1]}"


def progress_text(table: Table) -> str:
    """The progress table as text."""
    lines = []
    for chapter, rows in groupby(table, key=lambda row: row[0]):
        entries = list(rows)
        lines.append(f"{chapter}  {_sum(entries, True):g} of {points_text(_sum(entries, False))}")
        lines += [
            f"  {_mark(attempt)} {exercise} ({points:g}){_aside(attempt)}" for _, exercise, points, attempt in entries
        ]
    lines.append(f"All chapters: {_sum(table, True):g} of {points_text(_sum(table, False))}")
    return "\n".join(lines)


def passed_html(verdict: Verdict, points: float) -> str:
    """The green card."""
    title = f"✓ {_code(verdict.exercise)} passed"
    return _card(GREEN, title, f"{points:g} of {points_text(points)}", "")


def failed_html(verdict: Verdict, max_points: float) -> str:
    """The card of a check that did not pass."""
    written = verdict.status != "not written"
    title = f"{'✗' if written else '…'} {_code(verdict.exercise)} {'not passed' if written else 'not written yet'}"
    body = _paragraph(verdict.message)
    if verdict.misconception and verdict.difference:
        body += _paragraph(f"First difference: {verdict.difference}", faint=True)
    body += _paragraph(f'Stuck? `hint("{verdict.exercise}")` gives the next hint.', faint=True)
    return _card(RED if written else AMBER, title, f"0 of {points_text(max_points)}", body)


def hint_html(exercise: Exercise, number: int) -> str:
    """Hint `number` (from 1) as a card."""
    title = f"Hint for {_code(exercise.id)}: {HINT_TITLES[number - 1]}"
    return _card(BLUE, title, f"{number} of {len(exercise.hints)}", _paragraph(exercise.hints[number - 1]))


def progress_html(table: Table) -> str:
    """The progress table: a bar a chapter, a mark an exercise."""
    blocks = []
    for chapter, rows in groupby(table, key=lambda row: row[0]):
        entries = list(rows)
        earned, total = _sum(entries, True), _sum(entries, False)
        marks = " ".join(_badge(exercise, attempt) for _, exercise, _, attempt in entries)
        blocks.append(
            "<div style='margin:0.5em 0'><div style='display:flex;justify-content:space-between'>"
            f"<b>{html.escape(chapter)}</b>"
            f"<span>{earned:g} of {points_text(total)}</span></div>{_bar(earned / total if total else 0)}"
            f"<div style='line-height:2'>{marks}</div></div>"
        )
    total = f"{_sum(table, True):g} of {points_text(_sum(table, False))}"
    return _card(BLUE, "Your progress", total, "".join(blocks))


def show(as_html: str, as_text: str) -> None:
    """Show a card in a notebook, print its text elsewhere."""
    if not show_html(as_html, as_text):
        print(as_text)


def show_html(as_html: str, as_text: str = "") -> bool:
    """Show a card where a notebook front end is listening; returns whether one is."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if not hasattr(shell, "kernel") and not getattr(shell, "shows_html", False):
        return False
    from IPython.display import display

    data: dict[str, Any] = {"text/html": as_html}
    if as_text:
        data["text/plain"] = as_text
    display(data, raw=True)
    return True


def _card(colour: str, title: str, aside: str, body: str) -> str:
    return (
        f"<div style='border:1px solid {colour};border-left:6px solid {colour};border-radius:4px;padding:0.5em 1em;"
        "margin:0.3em 0;max-width:48em;line-height:1.5;font-family:system-ui,sans-serif;color:inherit'>"
        "<div style='display:flex;justify-content:space-between;gap:1em'>"
        f"<b style='color:{colour}'>{title}</b><span style='opacity:0.75;white-space:nowrap'>{aside}</span></div>"
        f"{body}</div>"
    )


def _paragraph(text: str, *, faint: bool = False) -> str:
    """A paragraph; `backticks` become code, *stars* become emphasis."""
    pieces = html.escape(text, quote=False).split("`")
    inner = "".join(f"<code>{piece}</code>" if index % 2 else _emphasised(piece) for index, piece in enumerate(pieces))
    return (
        f"<p style='margin:0.4em 0;white-space:pre-line{';opacity:0.75;font-size:0.95em' if faint else ''}'>{inner}</p>"
    )


def _emphasised(text: str) -> str:
    pieces = text.split("*")
    if len(pieces) % 2 == 0 or any(not piece or piece != piece.strip() for piece in pieces[1::2]):
        return text
    return "".join(f"<em>{piece}</em>" if index % 2 else piece for index, piece in enumerate(pieces))


def _code(text: str) -> str:
    return f"<code style='color:inherit;background-color:transparent'>{html.escape(text)}</code>"


def _bar(share: float) -> str:
    return (
        f"<div style='height:6px;border-radius:3px;background-color:{GREY}55;margin:0.2em 0'>"
        f"<div style='height:6px;border-radius:3px;width:{100 * share:.0f}%;background-color:{GREEN}'></div></div>"
    )


def _badge(exercise: str, attempt: Attempt) -> str:
    colour = GREEN if attempt.passed else AMBER if attempt.tries else GREY
    return (
        f"<span style='border:1px solid {colour};border-radius:1em;padding:0.1em 0.7em;"
        "white-space:nowrap;font-size:0.9em'>"
        f"<b style='color:{colour}'>{_mark(attempt)}</b> {html.escape(exercise)}</span>"
    )


def _mark(attempt: Attempt) -> str:
    return "✓" if attempt.passed else "✗" if attempt.tries else "·"


def _aside(attempt: Attempt) -> str:
    parts = [f"{attempt.tries} tries"] if attempt.tries > 1 else []
    parts += [f"{attempt.hints} hint{'s' if attempt.hints > 1 else ''}"] if attempt.hints else []
    return f"  {', '.join(parts)}" if parts else ""


def _sum(entries: Table, only_passed: bool) -> float:
    return sum(points for _, _, points, attempt in entries if attempt.passed or not only_passed)
