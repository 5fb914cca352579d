"""Audit a course's checks: every exercise on many challenges, in as many processes as there are cores."""

from __future__ import annotations

import ctypes
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from multiprocessing import active_children, get_context, parent_process
from typing import Any

from autograder.authoring.bank import read_bank
from autograder.authoring.course import Course, CourseError
from autograder.authoring.examine import Examined, Task, examine, reference_source
from autograder.authoring.findings import Audited, sum_up
from autograder.authoring.mutants import Mutant
from autograder.challenge import PUBLIC_SEED
from autograder.exercise import Exercise

PR_SET_PDEATHSIG = 1  # from linux/prctl.h


@dataclass(frozen=True)
class Target:
    """One exercise to audit."""

    chapter: str
    exercise: Exercise


def find_targets(course: Course, names: Sequence[str]) -> list[Target]:
    """The exercises of the chapters, or the exercises, that `names` say; all without names.

    Raises CourseError naming what there is.
    """
    every = [Target(name, exercise) for name in course.chapters() for exercise in course.chapter(name).exercises]
    for name in names:
        if not any(name in (target.chapter, target.exercise.id) for target in every):
            ids = [target.exercise.id for target in every]
            known = {one.lower(): one for one in (*course.chapters(), *ids)}
            near = [known[one] for one in get_close_matches(name.lower(), known, 1)]
            raise CourseError(
                f"no chapter or exercise {name!r}; {f'did you mean {near[0]!r}? The' if near else 'the'} chapters are "
                f"{', '.join(course.chapters())}, the exercises {', '.join(ids)}"
            )
    return [target for target in every if not names or {target.chapter, target.exercise.id} & set(names)]


def audit(
    course: Course, targets: Sequence[Target], seeds: Sequence[int], jobs: int, done: Callable[[], None]
) -> list[Audited]:
    """Audit the targets on the public challenge and those of `seeds`.

    The public challenge comes first for each exercise: the other challenges see the mutants that it lets through.
    `done` is called each time that an exercise was examined on a challenge. Raises CourseError.
    """
    others = _others(seeds)
    found: dict[str, dict[int, Examined]] = {target.exercise.id: {} for target in targets}
    with _workers(jobs) as pool:

        def submit(target: Target, seed: int, mutants: tuple[Mutant, ...] | None = None) -> Future[Examined]:
            future = pool.submit(examine, Task(course.root, target.chapter, target.exercise.id, seed, mutants))
            future.add_done_callback(lambda _: done())
            return future

        waiting = {submit(target, PUBLIC_SEED): target for target in targets}
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                target, examined = waiting.pop(future), _result(future)
                found[target.exercise.id][examined.task.seed] = examined
                if examined.task.seed == PUBLIC_SEED:
                    alive = tuple(fate.mutant for fate in examined.fates if not fate.killed)
                    waiting |= {submit(target, seed, alive): target for seed in others}
    order = [PUBLIC_SEED, *others]
    return [_summed_up(course, target, [found[target.exercise.id][seed] for seed in order]) for target in targets]


def number_of_tasks(targets: Sequence[Target], seeds: Sequence[int]) -> int:
    """How often `audit` will call its `done`."""
    return len(targets) * (1 + len(_others(seeds)))


def _others(seeds: Sequence[int]) -> list[int]:
    return [seed for seed in seeds if seed != PUBLIC_SEED]


def _summed_up(course: Course, target: Target, examined: Sequence[Examined]) -> Audited:
    chapter = course.chapter(target.chapter)
    reference = reference_source(chapter, target.exercise)
    return sum_up(target.chapter, target.exercise.id, read_bank(chapter), reference, examined)


@contextmanager
def _workers(jobs: int) -> Iterator[Executor]:
    """Processes that do tasks; with one job the tasks are done right here. They end with the block, however it ends."""
    pool = _Here() if jobs == 1 else _processes(jobs)
    try:
        yield pool
    except BaseException:
        for process in active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _processes(jobs: int) -> Executor:
    """A pool of processes of their own: torch does not survive a fork once it has computed."""
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=warm_up)
    # a terminal sends an interrupt to all processes: they inherit that it is none of their business
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for _ in range(jobs):
            pool.submit(int)  # each starts a process while none is idle
    finally:
        signal.signal(signal.SIGINT, before)
    return pool


def warm_up() -> None:
    """Import and set what a first task would have to pay for. Called in each process of a pool."""
    end_with_parent()
    import torch
    import torch._dynamo  # the first optimizer step imports it

    torch.set_num_threads(1)


def end_with_parent() -> None:
    """Have this process killed when the one that started it dies, however that dies (Linux; no harm elsewhere)."""
    if sys.platform == "linux" and parent_process() is not None:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class _Here(Executor):
    """Does a task when it is submitted."""

    def __init__(self) -> None:
        warm_up()

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        future: Future = Future()
        future.set_result(task(*args, **kwargs))
        return future


def _result(future: Future) -> Examined:
    try:
        return future.result()
    except BrokenProcessPool:
        raise CourseError(
            "a process died while it ran a solution; `--jobs 1` shows which one it was by dying there"
        ) from None
