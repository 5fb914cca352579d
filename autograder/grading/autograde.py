"""`nbgrader autograde` with this course's execution and judge: a preprocessor in place of nbgrader's own Execute.

`nbgrader_config.py` names it. One submission at a time, with nbgrader's own files and rows; `autograder grade` does
the same for a class, in parallel, and survives what stops nbgrader.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.notebooknode import from_dict
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from autograder.grading.batch import cells_of
from autograder.grading.ingest import Rebuilt, rebuild
from autograder.grading.judging import Judge
from autograder.grading.keying import prepare_judge
from autograder.grading.nbgrader_bridge import read_course
from autograder.grading.reading import Unreadable, parse_notebook
from autograder.grading.results import CellScore
from autograder.grading.store import fresh_seed
from autograder.grading.template import read_template
from autograder.grading.transcript import Limits
from autograder.grading.work import Work, imported_modules, run, transcript_of

_judges: dict[tuple[Path, str], Judge] = {}


class ExecuteBoxed(NbGraderPreprocessor):
    """Execute a submission in the sandbox and write what the judge says into the outputs of its checks.

    nbgrader reads points from outputs: a check that is proven has no error among them, any other has one.
    """

    unsafe = Bool(False, help="Go on where no sandbox holds: submissions can do what you can.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Execute all cells of `nb`; raises where the sandbox or the course cannot be used."""
        from nbformat.v4 import writes

        chapter = resources["nbgrader"]["notebook"]
        course = read_course(Path(self.config.CourseDirectory.get("root") or Path.cwd()))
        raw = parse_notebook(writes(nb).encode("utf-8", "replace"), f"{chapter}.ipynb")
        if isinstance(raw, Unreadable):
            raise ValueError(raw.text)
        template = read_template(course.release_notebook(chapter), chapter)
        rebuilt = rebuild(raw, template)
        blank = Work("", chapter, (), fresh_seed(), Limits(), imported_modules(template), self.unsafe)
        judge = _judge(course.root, blank)
        student = resources["nbgrader"].get("student", "")
        transcript = transcript_of(run(replace(blank, student=student, cells=cells_of(rebuilt), seed=judge.seed)))
        for flag in (*raw.flags, *rebuilt.flags):
            self.log.warning(flag.text)
        outputs = {record.id: list(record.outputs) for record in transcript.cells}
        _score_outputs(outputs, rebuilt, judge.scores(rebuilt, transcript))
        done = rebuilt.to_notebook(outputs)
        nb.cells = done.cells
        return nb, resources


def _judge(root: Path, blank: Work) -> Judge:
    """The judge of one run of nbgrader: its challenge is drawn when the first submission comes."""
    if (root, blank.chapter) not in _judges:
        with ThreadPoolExecutor(1) as pool:
            _judges[root, blank.chapter] = prepare_judge(root, blank, lambda work: pool.submit(run, work))
    return _judges[root, blank.chapter]


def _score_outputs(outputs: dict[str, list[dict[str, Any]]], rebuilt: Rebuilt, scores: tuple[CellScore, ...]) -> None:
    """Make nbgrader's reading of the outputs agree with the scores."""
    cells = {cell.grade_id: cell.id for cell in rebuilt.cells if cell.kind == "check"}
    for score in scores:
        if score.score is None or score.grade_id not in cells:
            continue
        shown = outputs.setdefault(cells[score.grade_id], [])
        # nbgrader takes an execute_result for points and anything on stderr for a failure
        kept = [one for one in shown if one["output_type"] == "display_data" or one.get("name") == "stdout"]
        if score.score == 0:
            text = score.comment.replace("`", "")
            error = {"output_type": "error", "ename": "CheckFailed", "evalue": text, "traceback": [text]}
            kept.append(from_dict(error))
        shown[:] = kept
