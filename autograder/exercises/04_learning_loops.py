"""Chapter 4, learning loops: challenges and probes."""

from __future__ import annotations

from typing import Any

from autograder.exercise import Challenge, Recorder, exercise
from autograder.exercises.pieces import WatchedSGD, drawn_model, drawn_rows, loader_of


@exercise(
    "train_one_epoch(model, data_loader, optimizer)",
    hints=(
        "An epoch goes once over the whole loader, and every mini-batch ends in one step. Which of your lines stand "
        "inside the `for`, and which do not?",
        "For each mini-batch: predict from `batch['X']`, measure the error against `batch['y']`, let autograd find the "
        "gradients, step. Before the next backward pass the old gradients have to go. Mind the shape (batch, 1).",
        "The loss of one mini-batch is `((model.forward(batch['X']).squeeze(1) - batch['y']) ** 2).sum()`; around it go, in "
        "their order, one call each of the optimizer's `zero_grad`, the loss's `backward`, and the optimizer's `step`.",
    ),
)
def train_one_epoch(function: Any, challenge: Challenge, record: Recorder) -> None:
    """Two epochs with SGD and momentum on uneven mini-batches; the trajectory of the weights tells all."""
    n_in = challenge.integer(2, 4)
    n_rows, batch_size = challenge.uneven_sizes()
    rows = drawn_rows(challenge, n_rows, n_in)
    model = drawn_model(challenge, n_in)
    optimizer = WatchedSGD(model.params, lr=challenge.uniform(0.004, 0.012), momentum=challenge.uniform(0.2, 0.6))
    for epoch in (1, 2):
        record.call("train_one_epoch(model, data_loader, optimizer)", function, model, loader_of(rows, batch_size), optimizer)
        record.trace(f"calls in epoch {epoch}", list(optimizer.log))
        record.trace(f"number of steps in epoch {epoch}", optimizer.log.count("step"))
        for step, numbers in enumerate(optimizer.at_step, start=1):
            record.trace(f"weights after step {step} of epoch {epoch}", numbers)
        record.outcome(f"the weights and bias after epoch {epoch}", model.numbers())
        optimizer.log.clear()
        optimizer.at_step.clear()
