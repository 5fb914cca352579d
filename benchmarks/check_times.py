"""How long a check takes: python benchmarks/check_times.py

Runs the check of every exercise on its reference solution in a process of its own, a first time and then again, and
prints seconds on the clock. The imports that a chapter's first check may bring (a second or two) are not counted.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table

from autograder.exercise import chapters, exercises_of, find_exercise

REPEATS = 5


def measure(exercise_id: str) -> tuple[float, float]:
    """Seconds of the first check and the median of those after it, in this process."""
    from autograder import check
    from autograder.authoring.keys import key_maker
    from autograder.exercise import chapter_of

    maker = key_maker(chapter_of(exercise_id))
    obj = maker.reference(find_exercise(exercise_id))
    seconds = []
    for _ in range(1 + REPEATS):
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            check(exercise_id, obj)
        seconds.append(time.perf_counter() - start)
    return seconds[0], sorted(seconds[1:])[REPEATS // 2]


def main() -> None:
    """Measure every exercise in a process of its own and print a table."""
    table = Table("chapter", "exercise", "first check (s)", "again (s)", box=None)
    for chapter in chapters():
        for exercise in exercises_of(chapter):
            done = subprocess.run([sys.executable, __file__, exercise.id], capture_output=True, text=True, check=True)
            first, again = map(float, done.stdout.split())
            table.add_row(chapter, exercise.id, f"{first:.2f}", f"{again:.3f}")
    Console().print(table)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*measure(sys.argv[1]))
    else:
        main()
