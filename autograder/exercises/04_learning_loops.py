"""Chapter 4, learning loops: challenges and probes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch.utils.data import DataLoader

from autograder.exercise import Challenge, Recorder, exercise
from autograder.exercises.pieces import ProbeModel, WatchedSGD, counted_backward, drawn_rows
from autograder.plain import kind_of

N_IN = 4  # as in the course's data: a loop that works with the notebook's own model runs, and is told so
MAX_CALLS = 30  # of a stand-in that are written down


class WatchedModel(ProbeModel):
    """A probe model that knows its name and notes whether it is used, and whether predictions carry a graph."""

    def __init__(self, w: np.ndarray, b: np.ndarray, label: str = "model") -> None:
        super().__init__(w, b)
        self.label = label
        self.used = False
        self.graphs: list[bool] = []

    def __getattr__(self, name: str) -> Any:
        # only reached by what torch keeps elsewhere, such as `w` and `b`: not by `label`, `used` or methods
        if name in ("w", "b"):
            self.used = True
        return super().__getattr__(name)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, n_in) -> (batch, 1)."""
        prediction = super().forward(x)
        self.graphs.append(prediction.requires_grad)
        return prediction


class WatchedLoader(DataLoader):
    """A loader in the rows' own order that knows its name and counts the mini-batches taken from it."""

    def __init__(self, rows: list, batch_size: int, label: str = "data_loader") -> None:
        super().__init__(rows, batch_size=batch_size)  # type: ignore[arg-type]
        self.label = label
        self.taken = 0

    def __iter__(self) -> Iterator:  # type: ignore[override]
        """Hand out mini-batches and count them."""

        def counted(batch: Any) -> Any:
            self.taken += 1
            return batch

        return map(counted, super().__iter__())


def watched_model(challenge: Challenge, n_in: int = N_IN, label: str = "model") -> WatchedModel:
    """A watched model whose start is drawn."""
    return WatchedModel(challenge.normal(n_in), challenge.normal(1), label)


def watched_loader(challenge: Challenge, label: str = "data_loader") -> WatchedLoader:
    """A watched loader over drawn rows whose last mini-batch is short."""
    n_rows, batch_size = challenge.uneven_sizes()
    return WatchedLoader(drawn_rows(challenge, n_rows, N_IN), batch_size, label)


def named(*objects: Any) -> str:
    """The names of watched objects, and "another X" for any other."""
    return ", ".join(str(getattr(each, "label", f"another {type(each).__name__}")) for each in objects)


def own_draws(challenge: Challenge) -> Challenge:
    """Draws of the stand-ins' own, so that the probe meets the same data with and without them."""
    return Challenge(f"{challenge.exercise} stand-ins", challenge.seed)


def shift(model: Any, draws: Challenge) -> None:
    """Move the weights of a model by drawn amounts."""
    with torch.no_grad():
        for tensor in model.params:
            tensor += torch.tensor(draws.normal(*tensor.shape))


_heard: WeakKeyDictionary[Recorder, list[tuple[str, str, Any]]] = WeakKeyDictionary()


def hear(record: Recorder, role: str, label: str, value: Any) -> None:
    """Keep what a stand-in is given until the learner's call is over: whether it ran is what is told first."""
    _heard[record].append((role, label, value))


def tell(record: Recorder, name: str) -> None:
    """Record what the stand-in `name` and its companions heard since the last time; nothing without them."""
    if record not in _heard:
        return
    heard, _heard[record] = _heard[record], []
    record.outcome(f"the number of calls of `{name}`", sum(role == "call" for role, *_ in heard))
    for role, label, value in heard:
        if role == "outcome":
            record.outcome(label, value)
        elif role == "trace":
            record.trace(label, value)


def record_history(record: Recorder, name: str, history: Any) -> None:
    """Record a dict of two lists of numbers."""
    kind = "a dict" if isinstance(history, dict) else f"{type(history).__name__}"
    record.require(f"what is returned as `{name}`", kind, "a dict")
    for part in ("train", "test"):
        record.call(f'{name}["{part}"]', operator.getitem, history, part)
    lists = {}
    for part in ("train", "test"):
        values = history[part]
        label = f'`{name}["{part}"]`'
        if isinstance(values, (torch.Tensor, np.ndarray)):
            values = values.tolist()
        found = "a list" if isinstance(values, (list, tuple)) else type(values).__name__
        record.require(f"the kind of {label}", found, "a list")
        record.outcome(f"the number of values in {label}", len(values))
        lists[label] = values
    for label, values in lists.items():
        for epoch, value in enumerate(values[:MAX_CALLS]):
            record.number(f"value {epoch} of {label}", value)


@exercise(
    "train_one_epoch(model, data_loader, optimizer)",
    hints=(
        "An epoch goes once over the whole loader, and every mini-batch ends in one step. Which of your lines "
        "stand inside the `for`, and which do not?",
        "For each mini-batch: predict from `batch['X']`, measure the error against `batch['y']`, let autograd "
        "find the gradients, step. Before the next backward pass the old gradients have to go. Mind the shape "
        "(batch, 1).",
        "The loss of one mini-batch is `((model.forward(batch['X']).squeeze(1) - batch['y']) ** 2).sum()`; "
        "around it go, in their order, one call each of the optimizer's `zero_grad`, the loss's `backward`, and "
        "the optimizer's `step`.",
    ),
)
def train_one_epoch(function: Any, challenge: Challenge, record: Recorder) -> None:
    """Two epochs with SGD and momentum on uneven mini-batches; the trajectory of the weights tells all."""
    n_rows, batch_size = challenge.uneven_sizes()
    rows = drawn_rows(challenge, n_rows, N_IN)
    model = watched_model(challenge)
    optimizer = WatchedSGD(model.params, lr=challenge.uniform(0.004, 0.012), momentum=challenge.uniform(0.2, 0.6))
    for epoch in (1, 2):
        loader, start, model.used = WatchedLoader(rows, batch_size), model.numbers(), False
        model.graphs.clear()
        call = "train_one_epoch(model, data_loader, optimizer)"
        with counted_backward() as begun:
            try:
                returned = record.call(call, function, model, loader, optimizer)
            finally:  # where the call ends in an error, too, they tell how far it got
                record.trace(f"calls in epoch {epoch}", list(optimizer.log))
                record.trace(f"calls of `backward` in epoch {epoch}", len(begun))
        moved = not np.array_equal(start, model.numbers(), equal_nan=True)
        record.trace(f"mini-batches taken in epoch {epoch}", loader.taken)
        record.trace(f"predictions in epoch {epoch}", len(model.graphs))
        record.trace(f"whether something is returned in epoch {epoch}", returned is not None)
        for step, numbers in enumerate(optimizer.at_step, start=1):
            record.trace(f"weights after step {step} of epoch {epoch}", numbers)
        record.require("mini-batches that come from the `data_loader` handed in", loader.taken > 0, True)
        record.require("use of the model handed in", model.used, True)
        record.outcome(f"weights that move in epoch {epoch}", moved)
        record.require("a step taken by the optimizer handed in", "step" in optimizer.log, True)
        record.outcome(f"the number of optimizer steps in epoch {epoch}", optimizer.log.count("step"))
        record.outcome(f"the weights and bias after epoch {epoch}", model.numbers())
        optimizer.log.clear()
        optimizer.at_step.clear()


@exercise(
    "validate_one_epoch(model, data_loader)",
    hints=(
        "Which number would you get for the same rows in batches of another size? If it changes, look at what "
        "you add up per mini-batch and at what you divide by in the end.",
        "Two running totals are enough: the squared errors of all rows seen so far, and the number of rows seen "
        "so far. One division at the very end. And since nothing is learned here, autograd can rest meanwhile.",
        "Inside `with torch.no_grad():` go over the loader; add `((prediction - target) ** 2).sum().item()` to "
        "one total and the length of `batch['y']` to the other; after the loop return the first divided by the "
        "second.",
    ),
)
def validate_one_epoch(function: Any, challenge: Challenge, record: Recorder) -> None:
    """Two loaders with short last batches; then the state that is left behind."""
    model = watched_model(challenge)
    loaders = [watched_loader(challenge), watched_loader(challenge)]
    before = model.numbers()
    gradients = [torch.tensor(challenge.normal(*tensor.shape)) for tensor in model.params]
    for tensor, gradient in zip(model.params, gradients, strict=True):
        tensor.grad = gradient.clone()
    for which, loader in zip(("first", "second"), loaders, strict=True):
        model.used = False
        model.graphs.clear()
        value = record.call("validate_one_epoch(model, data_loader)", function, model, loader)
        record.trace(f"predictions for the {which} loader", len(model.graphs))
        record.trace(f"mini-batches taken from the {which} loader", loader.taken)
        record.require("mini-batches that come from the `data_loader` handed in", loader.taken > 0, True)
        record.require("use of the model handed in", model.used, True)
        record.number(f"the value for the {which} loader", value)
        record.outcome("predictions that carry a graph for gradients", any(model.graphs))
    record.outcome("what `.grad` holds afterwards", _held(model, gradients))
    record.outcome("weights and bias afterwards", model.numbers())
    record.trace("whether the weights moved", not np.array_equal(before, model.numbers()))
    record.outcome("weights that still require gradients", all(tensor.requires_grad for tensor in model.params))
    record.outcome("gradient tracking switched on afterwards", torch.is_grad_enabled())
    record.outcome("a model that is in training mode afterwards, as before", model.training)


def _held(model: Any, before: list[torch.Tensor]) -> str:
    """What became of the gradients that were there before."""
    now = [tensor.grad for tensor in model.params]
    if all(gradient is None or not gradient.any() for gradient in now):
        return "nothing"
    same = all(gradient is not None and torch.equal(gradient, old) for gradient, old in zip(now, before, strict=True))
    return "what it held before" if same else "other gradients"


def stand_ins_for_fit(challenge: Challenge, record: Recorder) -> dict[str, Callable]:
    """A `train_one_epoch` that moves the weights by drawn amounts, and a `validate_one_epoch` that "
    "tells where they are."""
    draws = own_draws(challenge)
    _heard[record] = []
    scales = {name: draws.uniform(1, 5) for name in ("train_loader", "test_loader")}
    calls: list[str] = []

    def train_one_epoch(model: Any, data_loader: Any, optimizer: Any) -> float:
        calls.append("train")
        hear(record, "call", "train_one_epoch", None)
        if calls.count("train") <= MAX_CALLS:
            label = f"what call {calls.count('train')} of `train_one_epoch` is given"
            hear(record, "outcome", label, named(model, data_loader, optimizer))
        shift(model, draws)
        return draws.uniform(20, 30)

    def validate_one_epoch(model: Any, data_loader: Any) -> float:
        calls.append("validate")
        if calls.count("validate") <= MAX_CALLS:
            hear(record, "trace", "what `validate_one_epoch` is given", named(model, data_loader))
        return scales.get(named(data_loader), 9.0) * float(sum(tensor.detach().abs().sum() for tensor in model.params))

    return {"train_one_epoch": train_one_epoch, "validate_one_epoch": validate_one_epoch}


@exercise(
    "fit(model, train_loader, test_loader, optimizer, epochs)",
    hints=(
        "You already have both loops. What is left is to call them in the right order, as often as there are "
        "epochs, and to write two numbers down each time.",
        "Make the two empty lists before the loop. In each epoch train first, on the training rows only; then "
        "measure both loaders with the same function. The optimizer that was handed in serves all epochs.",
        "Inside `for epoch in range(epochs):` there are three lines: one call of `train_one_epoch`, and for each "
        "of 'train' and 'test' an `append` of what `validate_one_epoch` says about that loader. The dict is "
        "returned after it.",
    ),
    stand_ins=stand_ins_for_fit,
)
def fit(function: Any, challenge: Challenge, record: Recorder) -> None:
    """Two runs of a few epochs, one after the other with the same objects."""
    model = watched_model(challenge)
    train, test = watched_loader(challenge, "train_loader"), watched_loader(challenge, "test_loader")
    optimizer = WatchedSGD(model.params, lr=challenge.uniform(0.002, 0.006), momentum=challenge.uniform(0.3, 0.7))
    optimizer.label = "optimizer"  # type: ignore[attr-defined]
    for name, epochs in (("history", challenge.integer(3, 5)), ("second_history", 2)):
        call = "fit(model, train_loader, test_loader, optimizer, epochs)"
        history = record.call(call, function, model, train, test, optimizer, epochs)
        tell(record, "train_one_epoch")
        record.trace("whether steps were taken", bool(optimizer.at_step))
        record_history(record, name, history)
        record.outcome(f"the weights and bias after the call that returned `{name}`", model.numbers())
        settings = [float(optimizer.param_groups[0][setting]) for setting in ("lr", "momentum")]
        record.outcome(f"rate and momentum after the call that returned `{name}`", settings)


def stand_ins_for_ten_epochs(challenge: Challenge, record: Recorder) -> dict[str, Callable]:
    """A `fit` that writes down what it is given, moves the weights and returns a drawn history."""
    draws = own_draws(challenge)
    _heard[record] = []
    calls: list[int] = []

    def fit(model: Any, train_loader: Any, test_loader: Any, optimizer: Any, epochs: int) -> dict[str, list[float]]:
        calls.append(epochs)
        hear(record, "call", "fit", None)
        if len(calls) <= MAX_CALLS:
            given = named(model, train_loader, test_loader)
            hear(record, "outcome", "the model and the loaders that `fit` is given", given)
            number = epochs if isinstance(epochs, (int, float, np.integer)) else kind_of(epochs)
            hear(record, "outcome", "the number of epochs that `fit` is given", number)
            hear_optimizer(record, optimizer, model)
        shift(model, draws)
        parts = ("train", "test")
        length = min(int(epochs), MAX_CALLS) if isinstance(epochs, (int, np.integer)) else 1
        return {part: [draws.uniform(1, 9) for _ in range(length)] for part in parts}

    return {"fit": fit}


def hear_optimizer(record: Recorder, optimizer: Any, model: Any) -> None:
    """Note an optimizer's kind, settings and the tensors it moves, by name."""
    kind = "SGD" if isinstance(optimizer, torch.optim.SGD) else type(optimizer).__name__
    hear(record, "outcome", "the kind of optimizer", kind)
    if not isinstance(optimizer, torch.optim.Optimizer):
        return
    known = {id(tensor): name for name, tensor in (("w", model.w), ("b", model.b))}
    found = [known.get(id(tensor), "another tensor") for group in optimizer.param_groups for tensor in group["params"]]
    hear(record, "outcome", "the tensors of the model that the optimizer moves", ", ".join(sorted(found, reverse=True)))
    group = optimizer.param_groups[0]
    hear(record, "outcome", "the learning rate", float(group["lr"]))
    for setting in ("momentum", "weight_decay"):
        hear(record, "outcome", f"the optimizer's {setting}", float(group.get(setting, 0.0)))


@exercise(
    "ten_epochs(model, train_loader, test_loader)",
    id="loss_drops",
    hints=(
        "Two things are missing before `fit` can be called: an optimizer, and the number of epochs. Which "
        "tensors should the optimizer move, and with which step size?",
        "Chapter 3's plain SGD is built from a list of tensors and a learning rate. Build it from the model that "
        "was handed in, then let `fit` do the work and hand on what it returns.",
        "`torch.optim.SGD` gets `model.params` and `lr=1e-3`; the last line returns what `fit` makes of the "
        "model, both loaders in their order, that optimizer, and 10.",
    ),
    stand_ins=stand_ins_for_ten_epochs,
)
def loss_drops(function: Any, challenge: Challenge, record: Recorder) -> None:
    """One run on a small drawn relation; its history and the weights it ends at."""
    model = watched_model(challenge)
    train, test = watched_loader(challenge, "train_loader"), watched_loader(challenge, "test_loader")
    history = record.call("ten_epochs(model, train_loader, test_loader)", function, model, train, test)
    tell(record, "fit")
    record.trace("whether something is returned", history is not None)
    record_history(record, "history", history)
    record.outcome("the weights and bias after the ten epochs", model.numbers())


@exercise(
    "distance_from_truth(model, coef, bias)",
    id="weights_near_truth",
    hints=(
        "Print `model.w.shape` and `coef.shape` first. What does NumPy or torch make of a column minus a row?",
        "Bring both to one shape and one library: `model.w` is a (n, 1) tensor that tracks gradients, `coef` a "
        "(n,) NumPy array. An error of -3 is worse than one of +1, so signs must go before you look for the "
        "largest.",
        "`model.w.detach().numpy().ravel()` has the shape of `coef`. Subtract, take `np.abs`, then `.max()`; do "
        "the same for `model.b.item()` and `bias` with `abs`; return the two as `float`s, weights first.",
    ),
)
def weights_near_truth(function: Any, challenge: Challenge, record: Recorder) -> None:
    """Two models of different size, whose farthest weight lies once below and once above the truth."""
    # one with more weights than the course's four, one with fewer
    for which, sign, sizes in (("first", -1, (5, 6)), ("second", 1, (3, 3))):
        n_in = challenge.integer(*sizes)
        coef = challenge.normal(n_in, scale=20.0).astype(np.float64)
        errors = np.array([challenge.uniform(0.2, 0.8) for _ in range(n_in)])
        errors *= np.where(np.arange(n_in) % 2, 1, -1)
        largest = int(coef.argmax())
        # neither the farthest nor the nearest at the largest coefficient: there, comparing the two maxima would find it
        errors[largest] = np.copysign(challenge.uniform(0.85, 1.1), errors[largest])
        # nor the farthest in the first place, where looking at one weight alone would find it
        places = [place for place in range(1, n_in) if place != largest]
        farthest = places[challenge.integer(0, len(places) - 1)]
        errors[farthest] = sign * challenge.uniform(1.2, 2.4)
        bias = challenge.uniform(3, 6)
        b = np.float32(bias + sign * challenge.uniform(0.2, 3))
        model = WatchedModel((coef + errors).astype(np.float32), np.array([b]))
        model.used = False
        returned = record.call("distance_from_truth(model, coef, bias)", function, model, coef.copy(), bias)
        record.require("use of the model handed in", model.used, True)
        if isinstance(returned, (torch.Tensor, np.ndarray)):
            returned = returned.tolist()
        pair = "two numbers" if isinstance(returned, (tuple, list)) and len(returned) == 2 else type(returned).__name__
        record.require("what is returned", pair, "two numbers")
        record.number(f"w_error of the {which} model", returned[0], rtol=1e-4, atol=2e-5)
        record.number(f"b_error of the {which} model", returned[1], rtol=1e-4, atol=2e-5)
        record.outcome(f"weights and bias of the {which} model afterwards", model.numbers())
        record.outcome("weights that still require gradients", all(tensor.requires_grad for tensor in model.params))
