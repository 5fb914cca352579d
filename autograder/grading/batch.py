"""Grade a chapter: everybody gets exactly one result, whatever happens on the way.

For each student: find and read the file, rebuild it, execute it (elsewhere, possibly on another machine), judge the
evidence, save one record, then write the record into nbgrader's gradebook. A run that was cut short goes on where it
stopped: what has a record is not executed again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from autograder.grading.course import Course, GradingError, list_students
from autograder.grading.demonstrations import demonstrations
from autograder.grading.host import ServerError
from autograder.grading.ingest import Rebuilt, rebuild
from autograder.grading.levels import APART
from autograder.grading.locks import sole_grader
from autograder.grading.nbgrader_bridge import Writer, open_gradebook
from autograder.grading.reading import Flag
from autograder.grading.results import CellScore, Result
from autograder.grading.sandbox import SandboxError
from autograder.grading.store import Batch, Key, Store
from autograder.grading.submissions import NoSubmission, Submission, find_submission
from autograder.grading.template import Template, read_template
from autograder.grading.transcript import Cell, Limits, Transcript
from autograder.grading.version import course_version
from autograder.grading.work import (
    Work,
    close_servers,
    imported_modules,
    interrupt,
    resources_of,
    run,
    start_early,
    transcript_of,
)

if TYPE_CHECKING:
    from autograder.grading.judging import Judge


# how many submissions are sent to a cluster before the first of them is back
AT_WORK = 1000
TURNS = (
    "This system refuses namespaces inside the sandbox, so submissions run one at a time. "
    "Several `dask worker`s with --scheduler run several."
)


@dataclass(frozen=True)
class Settings:
    """How to grade. `jobs` submissions run at once; `seed` None goes on with an unfinished batch or draws anew.

    `full`: run the course's own demonstrations as well, so that autograded notebooks hold their outputs.
    """

    students: tuple[str, ...] = ()
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    seed: int | None = None
    force: bool = False
    unsafe: bool = False
    full: bool = False
    scheduler: str | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Report:
    """What a run came to. `reused` students had a record of the same file and course already."""

    chapter: str
    seed: int
    results: tuple[Result, ...]
    reused: tuple[str, ...]
    lines: tuple[str, ...]
    sandbox: str

    @property
    def complete(self) -> bool:
        """Whether every student got a result."""
        return all(result.status != "failed" for result in self.results)


class Progress:
    """What a run tells while it goes; the command line draws it. This one is silent."""

    def begin(self, total: int, reused: int) -> None:
        """`total` students will get a result, `reused` of them have one already."""

    def say(self, line: str) -> None:
        """Something the instructor should know."""

    def done(self, result: Result) -> None:
        """One more student has a result."""


def grade(course: Course, chapter: str, settings: Settings, progress: Progress | None = None) -> Report:
    """Grade everybody's `chapter` and return what it came to.

    Raises GradingError or SandboxError, in one line, for what the instructor has to mend first; also where somebody
    is grading the chapter already.
    """
    progress = progress or Progress()
    template = read_template(course.release_notebook(chapter), chapter)
    store = Store(course.root)
    with sole_grader(store.folder_of(chapter), chapter):
        if not settings.scheduler and (settings.force or store.is_behind(chapter, course.root / course.submitted)):
            # the sandbox takes seconds to start, and so does what comes before it is needed
            start_early(imported_modules(template), chapter, unsafe=settings.unsafe)
        with open_gradebook(course, progress.say) as writer:
            # also in a gradebook that has never seen this chapter
            writer.assignment(chapter)
            students, lines = list_students(course, writer.students())
            students = _chosen(students, settings.students)
            batch = store.open_batch(chapter, course_version(course.root, chapter), settings.seed)
            run = _Batch(course, settings, template, store, batch, writer, progress)
            results, reused = run.grade(students)
            if not settings.students and all(result.status != "failed" for result in results):
                store.close_batch(batch)
    sandbox = next((result.sandbox for result in results if result.sandbox), "")
    return Report(chapter, batch.seed, tuple(results), tuple(reused), (*lines, *store.complaints), sandbox)


def _chosen(students: list[str], wanted: Sequence[str]) -> list[str]:
    unknown = [student for student in wanted if student not in students]
    if unknown:
        known = ", ".join(students[:8]) + (" …" if len(students) > 8 else "")
        raise GradingError(
            f"no student {unknown[0]!r} in the gradebook or in submitted/ (there are: {known or 'none'})"
        )
    return [student for student in students if not wanted or student in wanted]


@dataclass
class _Batch:
    course: Course
    settings: Settings
    template: Template
    store: Store
    batch: Batch
    writer: Writer
    progress: Progress
    told: bool = False

    def grade(self, students: list[str]) -> tuple[list[Result], list[str]]:
        found = [find_submission(self.course, student, self.batch.chapter) for student in students]
        kept = set() if self.settings.force else {one.student for one in found if self._known(one)}
        self.progress.begin(len(students), len(kept))
        results, todo = [], []
        for one in found:
            # read a second time: a class's notebooks with their plots would fill the memory
            result = self._known(one) if one.student in kept else None
            if result is None:
                todo.append(one)
            else:
                results.append(self._finish(result, save=False))
        for one in todo:
            if isinstance(one, NoSubmission):
                results.append(self._finish(self._without(one)))
        results += self._execute([one for one in todo if isinstance(one, Submission)])
        return sorted(results, key=lambda result: result.student), sorted(kept)

    def _key(self, student: str, sha256: str) -> Key:
        return Key(student, self.batch.chapter, sha256, self.batch.course_version, self.batch.seed)

    def _known(self, one: Submission | NoSubmission) -> Result | None:
        """The record of the same file and course version. One made with another explicit seed does not count."""
        sha256 = one.notebook.sha256 if isinstance(one, Submission) else one.sha256
        if self.settings.seed is None:
            document = self.store.latest(one.student, self.batch.chapter, sha256, self.batch.course_version)
        else:
            document = self.store.load(self._key(one.student, sha256))
        if document is None:
            return None
        result = Result.from_json(document)
        # a missing file may have been misplaced elsewhere since, and a failure of ours is no result
        return result if result.status == "graded" else None

    def _finish(self, result: Result, *, save: bool = True) -> Result:
        """Record first, then the gradebook: whoever dies in between finds the record and only writes again."""
        if save and result.status != "failed":
            self.store.save(self._key(result.student, result.file_sha256), result.to_json())
        self.writer.write(result)
        self.progress.done(result)
        # a class's notebooks with their plots would fill the memory
        return replace(result, notebook=None)

    def _without(self, one: NoSubmission) -> Result:
        status = "missing" if one.code == "missing" else "unreadable"
        flag = Flag(one.code, one.text)
        return Result(
            one.student,
            one.chapter,
            one.sha256,
            self.batch.course_version,
            self.batch.seed,
            status,
            (flag,),
            self._zeros(),
        )

    def _zeros(self) -> tuple[CellScore, ...]:
        points = [(slot, float(slot.metadata["nbgrader"].get("points", 0))) for slot in self.template.checks]
        return tuple(CellScore(slot.grade_id, 0.0, worth, exercise=slot.exercise) for slot, worth in points)

    def _execute(self, submissions: list[Submission]) -> Iterator[Result]:
        if not submissions:
            return
        modules, settings = imported_modules(self.template), self.settings
        with _workers(settings, self.progress) as submit:
            waiting: dict[Future[str], tuple[Submission, Rebuilt]] = {}

            blank = Work("", self.batch.chapter, (), self.batch.seed, settings.limits, modules, settings.unsafe)
            # late: this brings torch, while the server starts. A machine without a box shows here, and not once for
            # every student
            from autograder.grading.keying import prepare_judge

            judge = prepare_judge(self.course.root, blank, submit)
            # no more than what keeps all workers busy: the first results are not to wait for the last file
            most = AT_WORK if settings.scheduler else 4 * settings.jobs
            ahead = iter(submissions)
            while True:
                for one in islice(ahead, most - len(waiting)):
                    rebuilt = rebuild(one.notebook, self.template)
                    left_out = frozenset() if settings.full else demonstrations(rebuilt)
                    cells = cells_of(rebuilt, left_out)
                    waiting[submit(replace(blank, student=one.student, cells=cells))] = (one, rebuilt)
                if not waiting:
                    return
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    one, rebuilt = waiting.pop(future)
                    yield self._finish(self._result(one, rebuilt, future, judge))

    def _result(self, one: Submission, rebuilt: Rebuilt, future: Future[str], judge: Judge) -> Result:
        common = (one.student, one.chapter, one.notebook.sha256, self.batch.course_version, self.batch.seed)
        flags = (*one.flags, *rebuilt.flags)
        try:
            transcript = transcript_of(future.result())
        except (ServerError, CancelledError) as error:
            told = f"{one.chapter}: {one.student} could not be graded ({error}). Run the same command again."
            return Result(*common, "failed", (*flags, Flag("grader failed", told)))
        flags += _flags_of(one, rebuilt, transcript)
        if APART in transcript.level.open and not self.told:
            self.told = True
            self.progress.say(TURNS)
        outputs = {record.id: record.outputs for record in transcript.cells}
        return Result(
            *common,
            "graded",
            flags,
            judge.scores(rebuilt, transcript),
            notebook=dict(rebuilt.to_notebook(outputs)),
            resources=resources_of(transcript),
            sandbox=transcript.level.name,
        )


def cells_of(rebuilt: Rebuilt, left_out: Set[str] = frozenset()) -> tuple[Cell, ...]:
    """The code cells of a rebuilt submission, as `execute` takes them, without those `left_out` by id."""
    cells = []
    for cell in rebuilt.cells:
        if cell.id in left_out:
            continue
        if cell.kind == "run":
            cells.append(Cell(cell.id, cell.source))
        elif cell.kind == "check":
            cells.append(Cell(cell.id, cell.source, "check", cell.exercise or None, cell.object_name or None))
    return tuple(cells)


def _flags_of(one: Submission, rebuilt: Rebuilt, transcript: Transcript) -> tuple[Flag, ...]:
    """What executing showed that a person should know: cells that were stopped."""
    said = {"timeout": "ran too long and was stopped", "died": "ended its process", "memory": "used too much memory"}
    names = {cell.id: cell.grade_id or cell.id for cell in rebuilt.cells}
    return tuple(
        Flag(
            record.status,
            f'{one.chapter}: cell "{names.get(record.id, record.id)}" of {one.student} {said[record.status]}.',
        )
        for record in transcript.cells
        if record.status in said
    )


@contextmanager
def _workers(settings: Settings, progress: Progress) -> Iterator[Callable[[Work], Future[str]]]:
    """Where work is executed: threads here, each with its submission's boxed process, or a Dask cluster."""
    if settings.scheduler:
        from autograder.grading.cluster import cluster

        with cluster(settings.scheduler, progress.say) as workers:
            yield workers.submit
        return
    pool = ThreadPoolExecutor(settings.jobs, thread_name_prefix="submission")
    try:
        yield lambda work: pool.submit(run, work)
    except BaseException:
        # Ctrl-C, a full disk: nobody waits for what is running, which has no result and will be run again
        pool.shutdown(wait=False, cancel_futures=True)
        interrupt()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        close_servers()


__all__ = ["GradingError", "Progress", "Report", "SandboxError", "Settings", "grade"]
