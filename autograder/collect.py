"""Run an exercise's probe on a learner's object and return the evidence. Judges nothing."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

from autograder.challenge import PUBLIC_SEED, Challenge
from autograder.evidence import AS_IT_IS, STAND_INS, Evidence, Item
from autograder.exercise import Exercise
from autograder.isolation import isolated, time_limit
from autograder.plain import kind_of, short_text
from autograder.recorder import DOES_NOT_END, ENDED_EARLY, PROBE_RAISED, OutOfTime, Recorder, Stop


def collect(exercise: Exercise, obj: Any, seed: int = PUBLIC_SEED) -> Evidence:
    """Probe `obj` on the challenge of `seed`: as it is, and once more with stand-ins where the exercise has some.

    Leaves everything outside as it was; ends after `exercise.seconds` a way. What is raised meanwhile is evidence, not
    an error; KeyboardInterrupt passes through.
    """
    ways = {AS_IT_IS: _run(exercise, obj, seed, stand_ins=False)}
    if exercise.stand_ins is not None:
        ways[STAND_INS] = _run(exercise, obj, seed, stand_ins=True)
    return Evidence(exercise.id, seed, ways)


def _run(exercise: Exercise, obj: Any, seed: int, *, stand_ins: bool) -> tuple[Item, ...]:
    limit = time_limit(exercise.seconds)
    record = Recorder(limit.disarm)
    challenge = Challenge(exercise.id, seed)
    try:
        replaced = exercise.stand_ins(challenge, record) if stand_ins and exercise.stand_ins else {}
        with isolated(obj, seed, replaced), limit:
            _look_at_kind(exercise, obj, record)
            exercise.probe(obj, challenge, record)
    except Stop:
        record.note(ENDED_EARLY, True)
    except OutOfTime:
        record.outcome(exercise.signature, DOES_NOT_END)
        record.note(ENDED_EARLY, True)
    except Exception as error:
        # a slip of the probe's author, such as a method that is read outside `record.call`. It is no reason to leave
        # a learner without an answer; builds and audits refuse it
        record.outcome(exercise.name, f"raises {type(error).__name__}")
        record.note(f"message of {exercise.name}", short_text(f"{type(error).__name__}: {error}", 300))
        record.note(PROBE_RAISED, f"{type(error).__name__}: {error}, at {_place_in_package(error)}"[:400])
        record.note(ENDED_EARLY, True)
    return tuple(record.items)


def raised_by_probe(evidence: Evidence) -> str:
    """What the probe itself raised and where, "" where it raised nothing."""
    notes = [item.value for items in evidence.ways.values() for item in items if item.label == PROBE_RAISED]
    return str(notes[0]) if notes else ""


def _place_in_package(error: BaseException) -> str:
    """The last line of this package that an error came from: `exercises/02_linear_model.py:253`."""
    package, found, traceback = Path(__file__).parent, "", error.__traceback__
    while traceback is not None:
        path = Path(traceback.tb_frame.f_code.co_filename)
        if path.is_relative_to(package):
            found = f"autograder/{path.relative_to(package).as_posix()}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found


def _look_at_kind(exercise: Exercise, obj: Any, record: Recorder) -> None:
    """Record whether `obj` is a function or class that can be called as the exercise's signature says."""
    wanted = "a class" if exercise.is_class else "a function"
    if isinstance(obj, type):
        found = "a class"
    elif callable(obj) and not exercise.is_class:
        found = "a function"
    elif exercise.is_class and type(obj).__name__ == exercise.name:
        found = f"an instance, {exercise.name}(…), where the class itself is wanted"
    else:
        found = "a function" if inspect.isroutine(obj) else f"{kind_of(obj)}"
    record.require(f"what `{exercise.name}` is", found, wanted)
    record.require(f"how `{exercise.name}` can be called", _callable_as(exercise, obj), exercise.signature)


def _callable_as(exercise: Exercise, obj: Any) -> str:
    """The exercise's signature where `obj` accepts it, else the signature `obj` has."""
    try:
        signature = inspect.signature(obj)
    except (TypeError, ValueError):
        return exercise.signature
    parameters = exercise.parameters
    names = [argument.arg for argument in parameters.args]
    n_required = len(names) - len(parameters.defaults)
    by_name = {name: None for name in names[n_required:]}
    try:
        signature.bind(*names[:n_required])
        signature.bind(*names[:n_required], **by_name)
    except TypeError:
        return f"{exercise.name}{_without_annotations(signature)}"
    return exercise.signature


def _without_annotations(signature: inspect.Signature) -> str:
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()]
    text = str(inspect.Signature(bare))
    try:
        ast.parse(f"def f{text}: ...")
    except SyntaxError:
        # a default without a readable form, such as an object
        return f"({', '.join(signature.parameters)})"
    return text
