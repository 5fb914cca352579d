"""Chapter 2, a linear model: challenges and probes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from autograder.exercise import Challenge, Recorder, exercise
from autograder.plain import array_of, kind_of


def look_at_tensor(record: Recorder, label: str, value: Any, shape: list[int]) -> None:
    """Record kind, shape and dtype of a float32 tensor, and end the probe at the first that is wrong.

    Its numbers stay out: for a start they are free, and for a wrong shape they tell nothing.
    """
    record.require(f"kind of {label}", kind_of(value), "tensor")
    record.require(f"shape of {label}", list(value.shape), shape)
    record.require(f"dtype of {label}", str(value.dtype).removeprefix("torch."), "float32")


def look_at_weights(record: Recorder, model: Any, n_in: int, n_out: int) -> tuple[torch.Tensor, torch.Tensor]:
    "Record what the text asks of `w`, `b` and `params` before any training, and return `w` and `b`."
    found = []
    for name, shape in (("w", [n_in, n_out]), ("b", [n_out])):
        tensor = record.call(f"model.{name}", getattr, model, name)
        look_at_tensor(record, f"model.{name}", tensor, shape)
        numbers = array_of(tensor)
        record.require(f"model.{name} to hold finite numbers", bool(np.isfinite(numbers).all()), True)
        record.require(f"model.{name} to require a gradient", tensor.requires_grad, True)
        record.require(f"model.{name} to be a leaf tensor", tensor.is_leaf, True)
        found.append(tensor)
    w, b = found
    params = record.call("model.params", getattr, model, "params")
    is_list = isinstance(params, (list, tuple, torch.nn.ParameterList))
    record.require("kind of model.params", f"list of {len(params)}" if is_list else kind_of(params), "list of 2")
    record.trace("model.params in the order [b, w]", params[0] is b and params[1] is w)
    record.require("model.params[0] to be model.w itself", params[0] is w, True)
    record.require("model.params[1] to be model.b itself", params[1] is b, True)
    return w, b


def put(tensor: torch.Tensor, numbers: np.ndarray) -> None:
    """Overwrite the numbers of a tensor where it stands, as an optimizer does."""
    with torch.no_grad():
        tensor.copy_(torch.tensor(numbers))


def agree(one: Any, other: Any) -> bool:
    "Whether two predictions for the same rows are the same, so that no new weights were drawn in between."
    a, b = array_of(one), array_of(other)
    if a is None or b is None or a.shape != b.shape:
        return False
    return bool(np.allclose(a, b, equal_nan=True))


@exercise(
    "Linear(n_in, n_out)",
    is_class=True,
    hints=(
        "Two places: `__init__` makes the two tensors once and keeps them on `self`; `forward` only uses "
        "them. Compare the shapes your tensors have with the shapes the text asks for.",
        "`requires_grad=True` belongs into the very call that makes the tensor, and nothing may be "
        "computed with the tensor after that before it is kept. `params` holds the same two tensors, not "
        "copies of them. In `forward`, which product turns (batch, n_in) and (n_in, n_out) into (batch, "
        "n_out)?",
        "`torch.randn(…, …, requires_grad=True)` makes a weight with the two sizes in the order of the "
        "text, `torch.zeros(…, requires_grad=True)` a bias; then comes a list of both. `forward` returns "
        "the matrix product (the operator is `@`) of the rows and the weights, plus the bias.",
    ),
)
def Linear(cls: Any, challenge: Challenge, record: Recorder) -> None:
    "Several outputs, then one: two tensors made once, used and differentiated through by `forward`."
    n_in = challenge.choice((3, 5, 6))  # never 4, so that sizes written into the class show
    n_out = challenge.integer(2, n_in - 1)
    n_rows = challenge.integer(n_in + 1, 9)
    x = torch.tensor(challenge.normal(n_rows, n_in))
    pull = torch.tensor(challenge.normal(n_rows, n_out))
    start = challenge.normal(n_in, n_out), challenge.normal(n_out)
    narrow = challenge.normal(n_in, 1), challenge.normal(1)

    model = record.call(f"Linear({n_in}, {n_out})", cls, n_in, n_out)
    w, b = look_at_weights(record, model, n_in, n_out)
    record.call("model.w.copy_(…)", put, w, start[0])
    record.call("model.b.copy_(…)", put, b, start[1])
    forward = record.call("model.forward", getattr, model, "forward")
    y_pred = record.call("model.forward(x)", forward, x.clone())  # should it write into x, the next call is another
    for name, tensor in (("w", w), ("b", b)):
        now = record.call(f"model.{name}", getattr, model, name)
        record.require(f"model.{name} to be the same tensor after model.forward(x)", now is tensor, True)
    record.require("kind of model.forward(x)", kind_of(y_pred), "tensor")
    again = record.call("model.forward(x)", forward, x)
    record.require("two predictions for the same x to agree", agree(y_pred, again), True)
    look_at_tensor(record, "the prediction", y_pred, [n_rows, n_out])
    record.outcome("the prediction", array_of(y_pred))

    record.require("the prediction to carry a graph back to the weights", y_pred.requires_grad, True)
    record.call("y_pred.backward(…)", y_pred.backward, pull)
    record.tensor("model.w.grad after backward", w.grad)
    record.tensor("model.b.grad after backward", b.grad)

    single = record.call("model.forward(x[:1])", forward, x[:1])
    look_at_tensor(record, "the prediction for one row", single, [1, n_out])
    record.outcome("the prediction for one row", array_of(single))

    model = record.call(f"Linear({n_in}, 1)", cls, n_in, 1)
    w, b = look_at_weights(record, model, n_in, 1)
    record.call("model.w.copy_(…)", put, w, narrow[0])
    record.call("model.b.copy_(…)", put, b, narrow[1])
    y_pred = record.call("model.forward(x)", lambda: model.forward(x))
    look_at_tensor(record, "the prediction of a model with one output", y_pred, [n_rows, 1])
    record.outcome("the prediction of a model with one output", array_of(y_pred))


@exercise(
    "sum_squared_error(y_pred, y_true)",
    hints=(
        "Print the shape of the difference for a `y_pred` of shape (5, 1) and a `y_true` of shape (5,). "
        "How many differences should there be for five rows?",
        "Bring both to the same shape first, in a way that works for (batch,) and for (batch, 1) alike. "
        "Then: difference, square, sum. Stay with torch functions all the way, so that `backward()` finds "
        "its way back.",
        "`y_pred.reshape(-1)` has shape (batch,) whichever of the two shapes came in. Subtract the targets"
        " from that, square with `** 2`, and end with `.sum()`, which leaves a tensor of shape ().",
    ),
)
def sum_squared_error(function: Any, challenge: Challenge, record: Recorder) -> None:
    """A flat vector, a column, one row alone: value, gradient, inputs left as they were."""
    n_rows = challenge.integer(4, 8)
    predicted, target = challenge.normal(n_rows, scale=3.0), challenge.normal(n_rows, scale=3.0)
    if len(set(np.sign(predicted - target))) == 1:  # errors of one sign cannot cancel: turn the last one
        target[-1] = 2 * predicted[-1] - target[-1]
    cases = (("(batch,)", (n_rows,)), ("(batch, 1)", (n_rows, 1)), ("(1, 1)", (1, 1)))
    for text, shape in cases:
        source = torch.tensor(predicted[: shape[0]].reshape(shape), requires_grad=True)
        y_pred, y_true = source * 1.0, torch.tensor(target[: shape[0]])
        loss = record.call("sum_squared_error(y_pred, y_true)", function, y_pred, y_true)
        record.require(f"kind of the loss for y_pred of shape {text}", kind_of(loss), "tensor")
        record.require(f"shape of the loss for y_pred of shape {text}", list(loss.shape), [])
        record.tensor(f"the loss for y_pred of shape {text}", loss, dtype=False)
        record.require("the loss to carry a graph back to y_pred", loss.requires_grad, True)
        record.call("loss.backward()", loss.backward)
        record.tensor(f"the gradient of the loss for y_pred of shape {text}", source.grad)
        record.outcome(f"y_pred of shape {text} after the call", y_pred)
        record.outcome(f"y_true after the call with y_pred of shape {text}", y_true)


@exercise(
    "gradients_by_hand(X, y, w, b)",
    hints=(
        "Begin with the residuals and look at their shape: one number for each row. Everything else is a "
        "sum over rows, as in the two formulas above the cell.",
        "The sum over the rows i of X[i, j] · r[i], for every feature j at once, is a matrix product. "
        "Which of the two factors has to be transposed so that (batch, n) and (batch, 1) give (n, 1)? And "
        "what is left of it for b, where the inner derivative is 1?",
        "With `r` as a column of shape (batch, 1), prediction minus target, `X.T @ r` has the shape of `w`"
        " and `r.sum(dim=0)` the shape of `b`. The outer derivative of a square multiplies both by the "
        "same number.",
    ),
)
def gradients_by_hand(function: Any, challenge: Challenge, record: Recorder) -> None:
    """Drawn rows and weights, then one row alone, where autograd records nothing."""
    n_in = challenge.integer(2, 4)
    n_rows = challenge.integer(n_in + 2, 9)
    X, y = challenge.normal(n_rows, n_in), challenge.normal(n_rows, scale=3.0)
    w, b = challenge.normal(n_in, 1, scale=2.0), challenge.normal(1, scale=2.0)
    for rows, text in ((n_rows, ""), (1, " for one row")):
        given = [torch.tensor(array) for array in (X[:rows], y[:rows], w, b)]
        kept: list[None] = []  # whoever switches autograd on again, keeps tensors for the way back

        def keep(tensor: torch.Tensor, kept: list[None] = kept) -> torch.Tensor:
            kept.append(None)
            return tensor

        with torch.no_grad(), torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            result = record.call("gradients_by_hand(X, y, w, b)", function, *given)
        record.require("a graph to be recorded", bool(kept), False)
        is_pair = isinstance(result, (tuple, list))
        kind = f"tuple of {len(result)}" if is_pair else kind_of(result)
        record.require(f"kind of what is returned{text}", kind, "tuple of 2")
        dw, db = result
        look_at_tensor(record, f"dw{text}", dw, [n_in, 1])
        look_at_tensor(record, f"db{text}", db, [1])
        record.outcome(f"dw{text}", array_of(dw))
        record.outcome(f"db{text}", array_of(db))
        for name, tensor in zip(("X", "y", "w", "b"), given, strict=True):
            record.outcome(f"{name} after the call{text}", array_of(tensor))


@exercise(
    "sgd_step(params, lr)",  # a first torch.optim step, which is right here, imports torch's compiler
    hints=(
        "Look at the numbers before and after: does the tensor itself change, or does a name inside your "
        "function only point to a new tensor? And what is in `.grad` when the function is done?",
        "For each tensor that has a gradient: move it against the gradient by lr times as much, in place, "
        "where autograd does not watch. Afterwards its gradient goes. A tensor whose `.grad` is None is "
        "passed over, and the next one has its turn.",
        "Inside `with torch.no_grad():`, an in-place `-=` on the tensor takes off lr times its `.grad`; "
        "after that `.grad = None` clears it. An `if … is not None` around both, a `for` over the list "
        "around that.",
    ),
)
def sgd_step(function: Any, challenge: Challenge, record: Recorder) -> None:
    "Two steps on four tensors with drawn gradients; the third one has no gradient in the second step."
    shapes = ((challenge.integer(2, 4), 1), (1,), (challenge.integer(2, 3), 2), (challenge.integer(2, 3),))
    params = [torch.tensor(challenge.normal(*shape), requires_grad=True) for shape in shapes]
    pulls = [[torch.tensor(challenge.normal(*shape)) for shape in shapes] for _ in range(2)]
    rates = [challenge.uniform(0.05, 0.4) for _ in range(2)]
    for step, (used, pull, lr) in enumerate(zip(((0, 1, 2, 3), (0, 1, 3)), pulls, rates, strict=True), start=1):

        def differentiate(used: tuple[int, ...] = used, pull: list[torch.Tensor] = pull) -> None:
            for i in {0, 1, 2, 3}.difference(used):
                params[i].grad = None  # also where the step before left zeros
            # the gradient of each tensor is exactly its pull, added to what is still there
            sum((params[i] * pull[i]).sum() for i in used).backward()

        record.call("loss.backward()", differentiate)
        before, last = array_of(params[0]), array_of(params[3])
        handed, version = list(params), params[0]._version
        record.call("sgd_step(params, lr)", function, handed, lr)
        same = len(handed) == 4 and all(h is p for h, p in zip(handed, params, strict=True))
        record.trace("params to hold the same tensors", same)
        record.trace("params[0] to be written in place", params[0]._version > version)
        record.trace("params[3] to move", not np.array_equal(last, array_of(params[3])))
        record.trace("gradients after the step", [None if p.grad is None else array_of(p.grad) for p in params])
        moved = not np.array_equal(before, array_of(params[0]))
        record.require(f"params[0] to move in step {step}", moved, True)
        for i, tensor in enumerate(params):
            record.outcome(f"params[{i}] after step {step}", array_of(tensor))
        learnable = all(p.requires_grad and p.is_leaf for p in params)
        record.require("params to be leaf tensors that require a gradient after the step", learnable, True)
        record.require("autograd to be switched on after the step", torch.is_grad_enabled(), True)
        cleared = all(p.grad is None or not np.any(array_of(p.grad)) for p in params)
        record.require("the gradients to be cleared after the step", cleared, True)
