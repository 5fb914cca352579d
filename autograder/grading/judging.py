"""From a transcript to points: parse the evidence strictly, judge it with a fresh key, say it to the learner.

Runs on the trusted side and meets plain data only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.evidence import AS_IT_IS, Evidence, EvidenceError
from autograder.exercise import find_exercise
from autograder.grading.ingest import Rebuilt
from autograder.grading.results import CellScore
from autograder.grading.transcript import CellRecord, Transcript
from autograder.judge import Verdict, fill, judge
from autograder.key import Key

NO_EVIDENCE = {
    "missing": "Nothing called `{name}` was there when the check ran. Did its cell run without an error?",
    "timeout": "`{name}` did not end: it was stopped. Is there a loop in it that never comes to its end?",
    "died": "The process ended while `{name}` ran. Does it call `exit` or something that crashes?",
    "memory": "`{name}` used more memory than a submission may. Does it keep something that grows with every step?",
    "skipped": "This check did not run: the notebook had used up its time, or its process ended too often.",
    "failed": "`{name}` could not be examined. Does the notebook change Python's own functions or modules?",
}


@dataclass(frozen=True)
class Judge:
    """Judges the submissions of one chapter and one batch.

    All submissions of a batch share one challenge an exercise, drawn when the batch begins, after they were handed
    in: the key, which means running the reference and every misconception, is then made once.
    """

    chapter: str
    seed: int
    keys: Mapping[str, Key]
    public: Mapping[str, Key]

    def scores(self, rebuilt: Rebuilt, transcript: Transcript) -> tuple[CellScore, ...]:
        """The points of every check cell. Whatever is not proven has none."""
        records = {record.id: record for record in transcript.cells}
        found = []
        for slot in rebuilt.template.checks:
            if slot.exercise not in self.keys:
                # a check of the instructor's own, without a probe: a person has to look at it
                points = float(slot.metadata["nbgrader"].get("points", 0))
                found.append(CellScore(slot.grade_id, None, points, f"`{slot.grade_id}` has to be graded by hand."))
                continue
            cell = next(
                (cell for cell in rebuilt.cells if cell.grade_id == slot.grade_id and cell.kind == "check"), None
            )
            record = records.get(cell.id) if cell is not None else None
            found.append(self._score(slot.grade_id, slot.exercise, record))
        return tuple(found)

    def _score(self, grade_id: str, exercise_id: str, record: CellRecord | None) -> CellScore:
        key = self.keys[exercise_id]
        if record is None or record.evidence is None:
            reason = "skipped" if record is None else record.reason or "failed"
            comment = NO_EVIDENCE[reason].format(name=find_exercise(exercise_id).name)
            return CellScore(grade_id, 0.0, key.points, comment, exercise_id)
        verdict = self.verdict(exercise_id, record.evidence)
        if verdict.passed and _error(record) not in ("", "CheckFailed"):
            # the probe is satisfied and an assertion below the check is not; what the check said on the public
            # challenge has no weight beside the proof on this one
            comment = (
                f"`{exercise_id}` itself is right, but the cell that checks it ended in an error ({_error(record)})."
            )
            return CellScore(grade_id, 0.0, key.points, comment, exercise_id)
        points = key.points if verdict.passed else 0.0
        return CellScore(grade_id, points, key.points, self.comment(verdict), exercise_id, verdict.misconception)

    def verdict(self, exercise_id: str, evidence: str) -> Verdict:
        """Judge what arrived from an untrusted process; anything that is no evidence for this challenge fails."""
        exercise, key = find_exercise(exercise_id), self.keys[exercise_id]
        try:
            found = Evidence.from_json(evidence)
            return judge(exercise.followed_up(found), key, exercise.signature)
        except (EvidenceError, ValueError):
            return Verdict(exercise_id, "failed", NO_EVIDENCE["failed"].format(name=exercise.name))

    def comment(self, verdict: Verdict) -> str:
        """What a learner is told: never a value of the hidden challenge, but those of the public one."""
        if verdict.passed:
            return f"`{verdict.exercise}`: passed."
        row = next(
            (row for row in self.public[verdict.exercise].misconceptions if row.id == verdict.misconception), None
        )
        if row is not None:
            way = next(iter(row.ways), AS_IT_IS)
            reference = self.public[verdict.exercise].reference.get(way, ())
            return f"`{verdict.exercise}`: {fill(row.message, row.ways.get(way, ()), reference)}"
        if verdict.status == "not written" or not verdict.where or verdict.message.startswith("`"):
            return f"`{verdict.exercise}`: {verdict.message}"
        return (
            f"`{verdict.exercise}`: on data that the notebook had not seen, {verdict.where} is not what the text "
            "asks for. Run the check in the notebook: it shows what was expected and what was found."
        )


def _error(record: CellRecord) -> str:
    """The name of the error that the check cell ended in, or ""."""
    names = [str(output.get("ename")) for output in record.outputs if output.get("output_type") == "error"]
    return names[-1][:60] if names and record.status == "error" else ""
