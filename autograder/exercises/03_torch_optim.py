"""Chapter 3, optimizers from torch.optim: challenges and probes."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch.optim import SGD, Adadelta, Adagrad, Adam, RMSprop

from autograder.challenge import PUBLIC_SEED
from autograder.evidence import Item
from autograder.exercise import Challenge, Recorder, exercise
from autograder.exercises.pieces import WatchedSGD, counted_backward, drawn_model, drawn_rows, loader_of
from autograder.plain import array_of, kind_of
from autograder.recorder import Stop

FIVE = (SGD, Adam, RMSprop, Adagrad, Adadelta)
NAMES = tuple(kind.__name__.lower() for kind in FIVE)
# how a step is computed, not what it does
HOW_ONLY = ("lr", "params", "foreach", "fused", "capturable", "differentiable")
REFUSED = object()


@exercise(
    "make_optimizer(name, params, lr)",
    hints=(
        "Five short names, five classes in `torch.optim`: which name belongs to which class? All five "
        "classes are called in the same way, with the tensors and the learning rate. Then ask what happens "
        "to a name that is none of the five.",
        "Keep a dictionary from each of the five names to its class (the class itself, not yet called), or "
        "write five `if`s. Build the one optimizer that was asked for from `params` and `lr`, and leave "
        "every other setting alone. A name that is not in the dictionary has to end in a `raise`.",
        "The line for one name is `return torch.optim.RMSprop(params, lr=lr)`; the other four differ only "
        "in the class. Whoever gets past all five ends at `raise ValueError(...)` with a text that shows "
        "the name.",
    ),
)
def make_optimizer(function: Any, challenge: Challenge, record: Recorder) -> None:
    """Each of the five on tensors and a rate of its own, two steps on drawn gradients; then two names that are none."""
    names = [NAMES[position] for position in challenge.rng.permutation(len(NAMES))]
    shapes = [(challenge.integer(2, 4), 1), (challenge.integer(1, 3),)]
    draws = [
        (
            challenge.uniform(0.02, 0.4),
            [challenge.normal(*shape) for shape in shapes],
            [challenge.normal(*shape) for shape in shapes],
        )
        for _ in names
    ]
    others = [
        # torch has it, and one of the five is a part of it
        challenge.choice(("adamw", "adamax")),
        challenge.choice(("sdg", "gradient", "momentum")),
    ]
    built = []
    for name, (lr, starts, _) in zip(names, draws, strict=True):
        params = [torch.tensor(start, requires_grad=True) for start in starts]
        label = f'make_optimizer("{name}", params, lr={lr})'
        built.append((params, record.call(label, _unless_refused, function, name, params, lr)))
    refused = sorted(name for name, (_, optimizer) in zip(names, built, strict=True) if optimizer is REFUSED)
    record.trace("the names that are refused", refused)
    record.require("the number of names among the five that are refused", len(refused), 0)
    # all five before a look at any: one class in the wrong place is another mistake than one class for all
    kinds = {name: _kind(optimizer) for name, (_, optimizer) in zip(names, built, strict=True)}
    for name, kind in kinds.items():
        record.outcome(f'what make_optimizer("{name}", …) returns', kind)
    if kinds != {kind.__name__.lower(): f"torch.optim.{kind.__name__}" for kind in FIVE}:
        raise Stop
    for name, (_, _, slopes), (params, optimizer) in zip(names, draws, built, strict=True):
        groups = optimizer.param_groups
        bound = [_place(tensor, params) for group in groups for tensor in group["params"]]
        record.outcome(f'the tensors that the "{name}" optimizer moves', bound)
        rates = [_number(group["lr"]) for group in groups]
        record.outcome(f'the learning rate of the "{name}" optimizer', rates[0] if len(set(rates)) == 1 else rates)
        record.outcome(f'the settings of "{name}" that are not torch\'s defaults', _changed(optimizer))
        for _ in range(2):
            for tensor, slope in zip(params, slopes, strict=True):
                tensor.grad = torch.tensor(slope)
            record.call("optimizer.step()", optimizer.step)
        moved = np.concatenate([tensor.detach().numpy().ravel() for tensor in params])
        record.outcome(f'the numbers in params after two steps of "{name}"', moved)
    for name in others:
        tensors = [torch.zeros(2, requires_grad=True)]
        happened = record.call(f'make_optimizer("{name}", params, lr=0.1)', _what_happens, function, name, tensors, 0.1)
        record.outcome(f'what make_optimizer("{name}", …) does', happened)


def _unless_refused(function: Callable, *arguments: object) -> object:
    """What `function` returns; REFUSED where it raises a ValueError of its own, not one of torch's."""
    try:
        return function(*arguments)
    except ValueError as error:
        last = error.__traceback__
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        if last is not None and str(last.tb_frame.f_globals.get("__name__")).startswith("torch"):
            raise
        return REFUSED


def _kind(value: object) -> str:
    kind = type(value)
    if kind.__module__.startswith("torch.optim") and getattr(torch.optim, kind.__name__, None) is kind:
        return f"torch.optim.{kind.__name__}"
    return kind_of(value)


def _place(tensor: object, params: list[torch.Tensor]) -> str:
    """Which of `params` this very tensor is."""
    return next((f"params[{i}]" for i, own in enumerate(params) if own is tensor), "another tensor")


def _number(value: object) -> object:
    array = array_of(value)
    if array is not None and array.size == 1:
        return float(array.reshape(()))
    return float(value) if isinstance(value, (int, float)) else kind_of(value)


def _changed(optimizer: torch.optim.Optimizer) -> list[str]:
    """The settings that differ from those of an optimizer of this kind about which nothing was said, as `eps=0.1`."""
    untouched = type(optimizer)([torch.zeros(1)]).param_groups[0]
    found = {
        f"{name}={group[name]}"
        for group in optimizer.param_groups
        for name in untouched
        if name not in HOW_ONLY and not _same_setting(group.get(name), untouched[name])
    }
    return sorted(found)


def _same_setting(found: object, default: object) -> bool:
    """Whether two settings act alike: 0.0 is 0, and a list of two numbers does what a tuple does."""
    if isinstance(found, (int, float, tuple, list)) and isinstance(default, (int, float, tuple, list)):
        return bool(np.array_equal(found, default))
    return repr(found) == repr(default)


def _what_happens(function: Callable, *arguments: object) -> str:
    """Call `function` and say what it does, where raising may be right."""
    try:
        value = function(*arguments)
    except ValueError:
        return "raise ValueError"
    except Exception as error:
        return f"raise {type(error).__name__}"
    return f"return {_kind(value)}"


@exercise(
    "optimizer_step(model, batch, optimizer)",
    hints=(
        "Four things have to happen between the forward pass and the `return`, and you met each of them "
        "alone in section 2. Which one fills `.grad`, which one reads it, and which one makes sure that "
        "nothing from the last batch is left in it?",
        "Say it in words first: forget the old gradients, predict from `batch['X']`, measure the sum of "
        "squares against `batch['y']`, let autograd fill `.grad`, move the tensors. What you return is the "
        "loss you measured on the way, as a plain number.",
        "The loss is `sum_squared_error(model.forward(batch['X']), batch['y'])`. Around that line stand one "
        "call each of `optimizer.zero_grad()`, of `backward()` on the loss and of `optimizer.step()`: you "
        "put them in order. `.item()` turns the loss into a float.",
    ),
)
def optimizer_step(function: Any, challenge: Challenge, record: Recorder) -> None:
    """Three steps with SGD and momentum on three different batches, the second sometimes of one row."""
    n_in = challenge.integer(2, 4)
    one_row = challenge.integer(0, 2) == 0
    sizes = [challenge.integer(4, 7), 1 if one_row else challenge.integer(2, 5), challenge.integer(2, 6)]
    rows = drawn_rows(challenge, sum(sizes), n_in)
    model = drawn_model(challenge, n_in)
    optimizer = WatchedSGD(model.params, lr=challenge.uniform(0.004, 0.012), momentum=challenge.uniform(0.3, 0.7))
    for number, size in enumerate(sizes, start=1):
        own, rows = rows[:size], rows[size:]
        batch = next(iter(loader_of(own, size)))
        with counted_backward() as begun:
            loss = record.call("optimizer_step(model, batch, optimizer)", function, model, batch, optimizer)
        record.outcome(f"the kind of what step {number} returns", "float" if isinstance(loss, float) else kind_of(loss))
        record.number(f"the loss that step {number} returns", loss)
        record.trace(f"calls in step {number}", list(optimizer.log))
        record.trace(f"calls of `backward` in step {number}", len(begun))
        record.outcome(f"the weights and bias after step {number}", model.numbers())
        optimizer.log.clear()


# The race: 200 steps on bowls that look like the sum of squares over 64 rows of the course's data.
STEPS = 200
ROWS = 64
NOISE = 0.3
TRUE = (63.0061, 44.1452, 84.3648, 9.3378, 2.0)
AT_TARGET = "at the target in time"
TOO_SHORT = f"still on its way after {STEPS} steps: the steps are too short"
TOO_LONG = "jumping past the minimum: the steps are too long"


def _bowls(challenge: Challenge) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Curvatures (k, 5, 5), minima (k, 5) and starts (k, 5) of k bowls.

    The public challenge holds many bowls and somewhat steeper ones, so that whoever passes it passes a fresh one.
    """
    public = challenge.seed == PUBLIC_SEED
    stretch, spread, k = ((0.5, 0.75, 1.0, 1.25, 1.6), 0.15, 200) if public else ((0.6, 0.8, 1.0, 1.2, 1.4), 0.1, 60)
    turns = np.linalg.qr(challenge.rng.normal(size=(k, 5, 5)))[0]
    curvature = np.einsum("kij,j,klj->kil", turns, ROWS * np.array(stretch), turns)
    minima = np.array(TRUE) * challenge.rng.uniform(1 - spread, 1 + spread, size=(k, 5))
    starts = challenge.rng.normal(size=(k, 5))
    return torch.tensor(curvature), torch.tensor(minima), torch.tensor(starts)


@lru_cache(maxsize=4096)
def _run(kind: type[torch.optim.Optimizer], rate: float, seed: int) -> tuple[str, float, float]:
    """How one optimizer fares with one rate, the worst of its best losses as a share of the first, the first loss.

    The loss on a bowl is `awayᵀ curvature away` plus the noise that no weights can remove.
    """
    challenge = Challenge("tune_learning_rates", seed)
    curvature, minimum, start = _bowls(challenge)
    place = start.clone()
    racer = kind([place], lr=rate)  # type: ignore[call-arg]
    target = 0.01 if seed == PUBLIC_SEED else 0.02
    seen: list[torch.Tensor] = []
    for step in range(STEPS + 1):
        away = place - minimum
        slope = (curvature * away[:, None, :]).sum(2)
        seen.append((away * slope).sum(1) + ROWS * NOISE**2)
        if step % 10 == 0 and bool((torch.stack(seen).amin(0) <= target * seen[0]).all()):
            break
        place.grad = 2 * slope
        racer.step()
    losses = np.nan_to_num(torch.stack(seen).numpy(), nan=np.inf)
    shares = losses / losses[0]
    worst = shares[:, shares.min(0).argmax()]
    best = float(worst.min())
    if best <= target:
        result = AT_TARGET
    elif worst.max() <= 1 and worst[-1] <= worst[-20]:
        result = TOO_SHORT
    else:
        result = TOO_LONG
    return result, best, float(losses[0].mean())


def _race(challenge: Challenge, seen: dict[str, Any]) -> list[Item]:
    """How each of the five fares with the rate that was recorded; nothing where a rate is missing."""
    rates = [seen.get(f"the rate of {name}") for name in NAMES]
    if not all(type(rate) is float and math.isfinite(rate) and rate > 0 for rate in rates):
        return []
    threads = torch.get_num_threads()
    # on tensors this small a second thread only waits for the first
    torch.set_num_threads(1)
    try:
        runs = [_run(kind, float(rate), challenge.seed) for kind, rate in zip(FIVE, rates, strict=True)]
    finally:
        torch.set_num_threads(threads)
    items = [Item("the loss at the start of the race", runs[0][2])]
    for name, (result, best, _) in zip(NAMES, runs, strict=True):
        items.append(Item(f"the run of {name}", result))
        items.append(Item(f"the best loss of {name}", f"{100 * best:.3g} %", "trace"))
    return items


@exercise(
    "tune_learning_rates()",
    follow_up=_race,
    hints=(
        "Let `sweep` look for you: call it for each of the five names, with rates that lie a factor of 3 or "
        "10 apart. Where no rate reaches the target, do the losses still fall at the end (a larger "
        "rate) or jump about (a smaller one)?",
        "Look at the plot of step lengths in section 4. The longest way is 84 and you have 200 steps: how "
        "long must a step of Adam be at least? Adagrad's steps shrink as they go, so it needs more; "
        "Adadelta's first step is a few thousandths of its rate, so it needs very much more. A step of "
        "SGD is rate times gradient, and at the start gradients reach 10,000 here.",
        "Return a dictionary such as `{'sgd': ..., 'adam': ..., ...}` with five plain numbers. Try a few "
        "ten-thousandths to a few thousandths for SGD, some ones for Adam and RMSprop, some tens for "
        "Adagrad and some hundreds for Adadelta, and take the middle of what works, not the edge.",
    ),
)
def tune_learning_rates(function: Any, challenge: Challenge, record: Recorder) -> None:
    """The five numbers; what they are worth is found out by `_race`, where the judge is."""
    rates = record.call("tune_learning_rates()", function)
    record.require(
        "the kind of what tune_learning_rates() returns",
        "dict" if isinstance(rates, dict) else kind_of(rates),
        "dict",
    )
    found = {str(name): _number(value) for name, value in dict.items(rates)}
    # counted, not listed: one name left out is one mistake, whichever it is; the traces say which
    missing, unknown = [name for name in NAMES if name not in found], [name for name in found if name not in NAMES]
    record.trace("the names in the dictionary", sorted(found))
    record.trace("the names that are missing", missing)
    record.outcome("the number of names among the five that are missing", len(missing))
    record.outcome("the number of other names", len(unknown))
    if missing or unknown:
        raise Stop
    numbers = {name: found[name] for name in NAMES if isinstance(found[name], float) and math.isfinite(found[name])}
    bad = [f"{name}: {_shown(found[name])}" for name in NAMES if name not in numbers or numbers[name] <= 0]
    record.trace("the rates that are no positive numbers", bad)
    record.outcome("the number of rates that are 0", sum(number == 0 for number in numbers.values()))
    record.outcome("the number of rates below 0", sum(number < 0 for number in numbers.values()))
    others = sorted({_shown(found[name]) for name in NAMES if name not in numbers})
    record.outcome("what stands in the place of a number", others)
    for name in NAMES:
        record.note(f"the rate of {name}", found[name])
    # from the signature: the first optimizer of a process loads torch's compiler, which takes seconds
    defaults = [float(inspect.signature(kind).parameters["lr"].default) for kind in FIVE]
    in_order = [found[name] for name in NAMES]
    record.outcome("all five rates equal", len(set(in_order)) == 1)
    record.outcome("all five rates left at torch's defaults", in_order == defaults)


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
