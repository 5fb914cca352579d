"""What several probes need: a model to train, rows to train on, an optimizer that writes down what happens to it.

None of it is an answer: the model wraps `torch.nn.Linear`, rows are a plain list of dicts (a `DataLoader` takes
that), and nothing here loops over batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np
import torch
import torch._dynamo  # the first optimizer imports it: pay here, not inside a probe's time limit
from torch.utils.data import DataLoader

from autograder.challenge import Challenge


class ProbeModel(torch.nn.Module):
    """A linear model with a drawn start that looks like the course's `Linear`: `forward`, `params`, `w`, `b`.

    `w` (n_in, 1) and `b` (1,) are float32 leaves, as in the course's `Linear`: a learner may look for `model.w.grad`.
    It is a module so that it has a training mode; what else a module offers and `Linear` lacks is taken away, or a
    solution would pass here and fail in the notebook's next cell.
    """

    def __init__(self, w: np.ndarray, b: np.ndarray) -> None:
        super().__init__()
        self.w = torch.nn.Parameter(torch.tensor(w.reshape(-1, 1)))
        self.b = torch.nn.Parameter(torch.tensor(b.reshape(1)))
        # in a tuple, so that its own parameters do not count as the model's
        self._inner = (torch.nn.Linear(len(w), 1),)

    @property
    def params(self) -> list[torch.Tensor]:
        """The two leaf tensors that are trained."""
        return [self.w, self.b]

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse, as an object of a plain class does."""
        raise TypeError("'Linear' object is not callable")

    @property
    def parameters(self) -> NoReturn:  # type: ignore[override]
        """Not there: `Linear` has `params`."""
        raise AttributeError

    @property
    def zero_grad(self) -> NoReturn:  # type: ignore[override]
        """Not there: it is the optimizer that clears."""
        raise AttributeError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, n_in) -> (batch, 1)."""
        return torch.func.functional_call(self._inner[0], {"weight": self.w.T, "bias": self.b}, (x,))

    def numbers(self) -> np.ndarray:
        """All trained numbers in one float32 array: weights, then bias."""
        return np.concatenate([p.detach().numpy().ravel() for p in self.params]).copy()


def drawn_model(challenge: Challenge, n_in: int, scale: float = 1.0) -> ProbeModel:
    """A model whose start is drawn from the challenge."""
    return ProbeModel(challenge.normal(n_in, scale=scale), challenge.normal(1, scale=scale))


def drawn_rows(challenge: Challenge, n_rows: int, n_in: int, noise: float = 0.3) -> list[dict[str, torch.Tensor]]:
    """Rows `{"X": float32 (n_in,), "y": float32 ()}` of a drawn linear relation."""
    X = challenge.normal(n_rows, n_in)
    y = X @ challenge.normal(n_in, scale=3.0) + challenge.normal(1) + challenge.normal(n_rows, scale=noise)
    return [{"X": torch.tensor(x), "y": torch.tensor(t)} for x, t in zip(X, y, strict=True)]


def loader_of(rows: list[dict[str, torch.Tensor]], batch_size: int) -> DataLoader:
    """A loader over the rows in their order; its batches are `{"X": (batch, n_in), "y": (batch,)}`."""
    return DataLoader(rows, batch_size=batch_size)  # type: ignore[arg-type]


class WatchedSGD(torch.optim.SGD):
    """SGD that writes down in which order it is used; backward passes are seen through hooks on its tensors.

    `log` holds "zero_grad", "backward", "step"; `at_step` the numbers of all tensors after each step.
    """

    def __init__(self, params: list[torch.Tensor], **settings: Any) -> None:
        super().__init__(params, **settings)
        self.log: list[str] = []
        self.at_step: list[np.ndarray] = []
        last = params[-1]
        last.register_hook(lambda _: self.log.append("backward"))

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Clear gradients, and write it down."""
        self.log.append("zero_grad")
        super().zero_grad(set_to_none)

    def step(self, closure: Callable[[], float] | None = None) -> Any:  # type: ignore[override]
        """Take a step, and write it down."""
        self.log.append("step")
        loss = super().step(closure)
        tensors = [p for group in self.param_groups for p in group["params"]]
        self.at_step.append(np.concatenate([p.detach().numpy().ravel() for p in tensors]))
        return loss


@contextmanager
def counted_backward() -> Iterator[list[str]]:
    """Note each call of `backward` under `with`, also of one that finds no way back to the weights."""
    real = torch.autograd.backward
    calls: list[str] = []

    def noted(*args: Any, **kwargs: Any) -> Any:
        calls.append("backward")
        return real(*args, **kwargs)

    torch.autograd.backward = noted
    try:
        yield calls
    finally:
        torch.autograd.backward = real
