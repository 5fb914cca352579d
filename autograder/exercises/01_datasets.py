"""Chapter 1, datasets: challenges and probes."""

from __future__ import annotations

import operator
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from autograder.exercise import Challenge, Recorder, exercise
from autograder.plain import array_of, kind_of
from autograder.recorder import Stop


@exercise(
    "TabularDataset(data, targets)",
    is_class=True,
    hints=(
        "Three methods, three moments: `__init__` runs once and keeps what the others will need, `__len__` "
        "answers `len(dataset)`, `__getitem__` answers `dataset[idx]`. Compare your class with `Squares` "
        "above: are all three inside the class, and does each of the last two `return` something?",
        "What one method leaves for another has to hang on `self`. An item is about one row: use `idx` on "
        "the data and on the targets alike. numpy counts in float64, so the dtype has to be named when the "
        "tensor is made; and the target of one row is one number, shape `()`, without brackets around it.",
        "In `__init__`, `torch.tensor(…, dtype=torch.float32)` turns a whole array into a tensor of the "
        "right dtype; keep one for the data and one for the targets on `self`. The length is that of "
        'either. The item is a dictionary in braces: under `"X"` row `idx` of the first tensor, under `"y"` '
        "entry `idx` of the second.",
    ),
)
def TabularDataset(cls: Any, challenge: Challenge, record: Recorder) -> None:
    """Two datasets side by side on drawn arrays: length, one item, all items, a loop, the arrays afterwards."""
    n_in = challenge.integer(2, 4)
    n_rows, n_other = challenge.integer(9, 13), challenge.integer(5, 7)
    X, y = challenge.rng.normal(size=(n_rows, n_in)), challenge.rng.normal(scale=50.0, size=n_rows)
    X_test, y_test = (
        challenge.rng.normal(size=(n_other, n_in)),
        challenge.rng.normal(scale=50.0, size=n_other),
    )

    # `Dataset` brings a `__getitem__` that raises NotImplementedError: tell "not in the class" from "not written yet"
    has_item = record.call("TabularDataset.__getitem__", getattr, cls, "__getitem__", None)
    has_len = record.call("TabularDataset.__len__", getattr, cls, "__len__", None)
    dataset = record.call("TabularDataset(X, y)", cls, X, y)
    record.outcome("a method `__len__` in `TabularDataset`", has_len is not None)
    own_item = has_item is not None and has_item is not Dataset.__getitem__
    record.outcome("a method `__getitem__` in `TabularDataset`", own_item)
    if has_len is None or not own_item:
        raise Stop
    test_set = record.call("TabularDataset(X_test, y_test)", cls, X_test, y_test)

    # a wrong length ends the probe: what an item past the end raises differs from an array to a tensor
    record.require("the length of the dataset", _length(record, "len(dataset)", has_len, dataset), n_rows)
    _look_at_item(record, "dataset[2]", record.call("dataset[2]", operator.getitem, dataset, 2))

    every = "[dataset[i] for i in range(n_samples)]"
    items = record.call(every, lambda: [dataset[i] for i in range(n_rows)])
    record.outcome("X of all items", _stacked(items, "X"))
    record.outcome("y of all items", _stacked(items, "y"))
    # three more than there are: enough to see that a loop does not stop by itself
    looped = record.call("for item in dataset: …", lambda: list(islice(iter(dataset), n_rows + 3)))
    after = kind_of(looped[n_rows]) if len(looped) > n_rows else "nothing"
    record.trace("kind of what comes after the last row", after)
    record.outcome("the number of items in `for item in dataset`", len(looped))

    record.outcome("the length of the second dataset", _length(record, "len(test_set)", has_len, test_set))
    _look_at_item(record, "test_set[1]", record.call("test_set[1]", operator.getitem, test_set, 1))
    record.outcome("the array `X` after all this", X)
    record.outcome("the array `y` after all this", y)


def _length(record: Recorder, label: str, method: Any, dataset: Any) -> int:
    """What `__len__` returns. Asked directly: `len` itself answers with a riddle where that is no whole number."""
    length = record.call(label, method, dataset)
    is_whole = isinstance(length, (int, np.integer)) and not isinstance(length, bool)
    # numpy's shape is a tuple, torch's a class of its own: one mistake, one kind
    found = kind_of(tuple(length)) if isinstance(length, tuple) else kind_of(length)
    record.require(f"kind of {label}", "int" if is_whole else found, "int")
    return length


def _look_at_item(record: Recorder, label: str, item: Any) -> None:
    """Kind, keys and the two tensors of an item."""
    record.require(f"kind of {label}", _kind(item, dict, "dict"), "dict")
    record.require(f"the keys of {label}", _keys(item), ["X", "y"])
    values = {key: dict.__getitem__(item, key) for key in ("X", "y")}
    kinds = {key: _kind(value, torch.Tensor, "tensor") for key, value in values.items()}
    # both kinds first: a tutor would not stop at X where y has the same trouble
    for key, kind in kinds.items():
        record.outcome(f'kind of {label}["{key}"]', kind)
    if set(kinds.values()) != {"tensor"}:
        raise Stop
    for key, value in values.items():
        array = array_of(value)
        if array is None:
            record.outcome(f'dtype of {label}["{key}"]', "one that holds no plain numbers")
            raise Stop
        record.outcome(f'shape of {label}["{key}"]', str(tuple(array.shape)))
        record.outcome(f'dtype of {label}["{key}"]', array.dtype.name)
        # as float64: a wrong dtype is one thing, wrong numbers another
        record.outcome(f'{label}["{key}"]', array.astype(np.float64))


def _kind(value: Any, wanted: type, name: str) -> str:
    """`name` for a `wanted` or a subclass of it, else the kind of `value`."""
    return name if isinstance(value, wanted) else kind_of(value)


def _keys(item: dict) -> list[str]:
    """The keys of a dictionary, sorted; what is no text stands as its kind."""
    return sorted(key if type(key) is str else f"<{kind_of(key)}>" for key in dict.keys(item))


def _entry(item: Any, key: str) -> np.ndarray | None:
    """The numbers under `key` of an item or a batch, None where there are none."""
    return array_of(dict.get(item, key)) if isinstance(item, dict) else None


def _stacked(items: list[Any], key: str) -> np.ndarray | str:
    """The tensors under `key` of all items as one float64 array, or what stands in the way."""
    arrays = [_entry(item, key) for item in items]
    if any(array is None for array in arrays):
        return "no tensor in at least one item"
    shapes = {array.shape for array in arrays if array is not None}
    if len(shapes) > 1:
        return f"tensors of different shapes: {', '.join(str(shape) for shape in sorted(shapes))}"
    return np.stack([array.astype(np.float64) for array in arrays if array is not None])


@exercise(
    "batches_per_epoch(n_samples, batch_size, drop_last=False)",
    hints=(
        "Take small numbers and draw them: 10 rows in batches of 4. How many full batches are there, how "
        "many rows are left over, and what becomes of those with and without `drop_last`? Then 8 rows in "
        "batches of 4.",
        "Two whole numbers say everything: how often `batch_size` fits into `n_samples`, and how many rows "
        "remain. A remainder makes one more batch, but only if there is one, and only if it is not dropped.",
        "`n_samples // batch_size` counts the full batches and `n_samples % batch_size` the rows left over. "
        "Return the first number; add one to it where the second is not zero and `drop_last` is False.",
    ),
)
def batches_per_epoch(function: Any, challenge: Challenge, record: Recorder) -> None:
    """Five sizes, each with and without `drop_last`: a long tail, a tail of one row, none, one batch, not even one."""
    batch_size = challenge.integer(8, 32)
    full = challenge.integer(3, 20)
    long_tail = challenge.integer(batch_size // 2 + 1, batch_size - 1)
    cases = {
        "uneven": full * batch_size + long_tail,
        "one left": challenge.integer(3, 20) * batch_size + 1,
        "even": challenge.integer(3, 20) * batch_size,
        "single": batch_size,
        "few": challenge.integer(1, batch_size - 1),
    }
    # for the messages: the evidence of a call carries its numbers only in its label
    record.trace("batch size", batch_size)
    for name, n_rows in cases.items():
        record.trace(f"rows ({name})", n_rows)
    for name, n_rows in cases.items():
        for drop_last in (False, True):
            call = f"batches_per_epoch({n_rows}, {batch_size}{', drop_last=True' if drop_last else ''})"
            settings = {"drop_last": True} if drop_last else {}
            found = record.call(call, function, n_rows, batch_size, **settings)
            whole = isinstance(found, (int, np.integer)) and not isinstance(found, bool)
            record.trace(f"answer ({name}{', drop_last' if drop_last else ''})", found)
            record.outcome(f"kind of `{call}`", "int" if whole else kind_of(found))
            record.number(f"`{call}`", found)


class TurnedRows(list):
    """Stands in for the notebook's `TabularDataset` while `make_loaders` is probed: rows with their sign turned.

    The probe knows a row by the size of its numbers, so it reads these as well as the learner's own.
    """

    def __init__(self, data: Any, targets: Any) -> None:
        pairs = zip(np.asarray(data), np.asarray(targets), strict=False)
        super().__init__({"X": torch.tensor(np.float32(-x)), "y": torch.tensor(np.float32(-t))} for x, t in pairs)


def _stand_ins(challenge: Challenge, record: Recorder) -> dict[str, Any]:
    return {"TabularDataset": TurnedRows}


@exercise(
    "make_loaders(X, y, test_size=0.33, batch_size=64, seed=0)",
    stand_ins=_stand_ins,
    hints=(
        "Four steps, and you have seen each: split the rows, make one dataset of each part, put a loader "
        "around each dataset, return both. Is every one of the five arguments used, and does the order of "
        "what you return fit the text?",
        "`train_test_split` takes X and y together, so that a row keeps its target, and hands back four "
        "arrays: look at the toy example for their order. Of the two loaders one gets its rows in a new "
        "order every epoch, the other does not; both keep their short last batch.",
        "Give `train_test_split` the arrays, `test_size=test_size` and `random_state=seed`, and unpack "
        "X_train, X_test, y_train, y_test. Then twice `DataLoader(TabularDataset(…, …), "
        "batch_size=batch_size)`, the one over the training rows with one keyword more.",
    ),
)
def make_loaders(function: Any, challenge: Challenge, record: Recorder) -> None:
    """Two epochs of both loaders, the same seed again, another seed, the defaults. The rows drawn are left open."""
    n_rows, test_size, batch_size = _drawn_sizes(challenge)
    n_in = challenge.integer(2, 4)
    # every row can be told by the size of the first number of X, and by that of y
    X = challenge.rng.uniform(0.5, 9.5, size=(n_rows, n_in))
    # (11 and more for X: no standardized number could be taken for one of them)
    X[:, 0] = challenge.rng.permutation(n_rows) + challenge.rng.uniform(11.0, 11.5, size=n_rows)
    y = challenge.rng.permutation(n_rows) + challenge.rng.uniform(1.0, 1.5, size=n_rows)
    seed = challenge.integer(1, 9_000)
    other_seed = seed + challenge.integer(1, 900)
    given = X.copy(), y.copy()  # the same two arrays in every call, as in a notebook

    def loaders(seed: int) -> tuple[Any, Any]:
        call = f"make_loaders(X, y, test_size={test_size}, batch_size={batch_size}, seed={seed})"
        pair = record.call(call, function, *given, test_size=test_size, batch_size=batch_size, seed=seed)
        parts = _parts(pair)
        record.require("what comes back from `make_loaders`", "a pair" if len(parts) == 2 else kind_of(pair), "a pair")
        for name, loader in zip(("training", "test"), parts, strict=True):
            record.require(f"kind of the {name} loader", _kind(loader, DataLoader, "DataLoader"), "DataLoader")
        return parts[0], parts[1]

    train_loader, test_loader = loaders(seed)
    # a shuffling loader and a fixed list of drawn positions look alike from outside
    sampler = record.call("train_loader.sampler", getattr, train_loader, "sampler", None)
    record.trace("the sampler of the training loader", kind_of(sampler))
    batches = {
        "training": record.call("list(train_loader)", list, train_loader),
        "test": record.call("list(test_loader)", list, test_loader),
    }
    for name, found in batches.items():
        _look_at_batches(record, name, found)
    train, test = (_rows(found, X[:, 0], "X") for found in batches.values())
    targets = np.concatenate([_rows(found, y, "y") for found in batches.values()])
    known = [set(rows[rows >= 0].tolist()) for rows in (train, test)]
    record.trace("training rows are the first rows", known[0] == set(range(len(train))))
    record.trace("a row of X is known again", bool(known[0]))
    record.trace("the training rows have a mean of 0", _centred(batches["training"]))
    record.outcome("the number of different rows of `X` in the training loader", len(known[0]))
    record.outcome("the number of different rows of `X` in the test loader", len(known[1]))
    record.outcome("the number of rows in both loaders", len(known[0] & known[1]))
    rows = np.concatenate([train, test])
    together = rows == targets if len(rows) == len(targets) else np.zeros(1, dtype=bool)
    own = int((together & (rows >= 0)).sum())
    record.trace("the number of rows that come with their own y", own)
    # ends here: how many meet their own y by chance, and what follows, hangs on the draw
    record.require("every row to come with its own y", own == n_rows, True)

    again = {
        "training": record.call("list(train_loader) in the second epoch", list, train_loader),
        "test": record.call("list(test_loader) in the second epoch", list, test_loader),
    }
    order = {name: _rows(found, y, "y").tolist() for name, found in batches.items()}
    order_again = {name: _rows(found, y, "y").tolist() for name, found in again.items()}
    same_rows = all(sorted(order[name]) == sorted(order_again[name]) for name in order)
    record.outcome("the same rows in the second epoch", same_rows)
    record.outcome("a new order of the training rows in the second epoch", order["training"] != order_again["training"])
    record.outcome("the same order of the test rows in the second epoch", order["test"] == order_again["test"])

    split = set(order["test"])
    second = _rows(record.call("list(test_loader)", list, loaders(seed)[1]), y, "y")
    unchanged = np.array_equal(given[0], X) and np.array_equal(given[1], y)
    record.trace("the arrays are as they were", unchanged)
    record.outcome("the same split for the same seed", set(second.tolist()) == split)
    third = _rows(record.call("list(test_loader)", list, loaders(other_seed)[1]), y, "y")
    record.outcome("another split for another seed", set(third.tolist()) != split)
    _look_at_defaults(function, challenge, record)


def _centred(batches: list[Any]) -> bool:
    """Whether every feature of the batches has a mean of 0 over all their rows."""
    found = [array for batch in batches if (array := _entry(batch, "X")) is not None and array.ndim == 2]
    if len({array.shape[1] for array in found}) != 1:
        return False
    return bool(np.abs(np.concatenate(found).mean(axis=0)).max() < 1e-4)


def _look_at_defaults(function: Any, challenge: Challenge, record: Recorder) -> None:
    """Call with two arrays alone, on more rows than the text's batch of 64: the sizes and the seed of the signature."""
    # of which 0.33 and 1 - 0.33 are whole numbers of rows in floats as well: 300 * (1 - 0.33) is 200.99999999999997
    n_rows = challenge.choice((200, 400))
    X, y = np.zeros((n_rows, 2)), np.arange(n_rows) + 1.0
    splits = []
    for call, settings in (("make_loaders(X, y)", {}), ("make_loaders(X, y, seed=0)", {"seed": 0})):
        pair = record.call(call, function, X.copy(), y.copy(), **settings)
        batches = [record.call(f"list({name}_loader)", list, loader) for name, loader in _named(_parts(pair))]
        for name, found in _named(batches):
            record.outcome(f"rows in the {name} batches of {call}", [len(_rows([batch], y, "y")) for batch in found])
        splits.append([set(_rows(found, y, "y").tolist()) for found in batches])
    record.outcome("the split of make_loaders(X, y) to be that of seed=0", splits[0] == splits[1])


def _named(parts: list[Any]) -> list[tuple[str, Any]]:
    return list(zip(("training", "test"), parts, strict=False))


def _parts(pair: Any) -> list[Any]:
    """The members of a tuple or list, whatever its class makes of itself; empty for anything else."""
    for kind in (tuple, list):
        if isinstance(pair, kind):
            return list(kind.__iter__(pair))
    return []


def _drawn_sizes(challenge: Challenge) -> tuple[int, float, int]:
    """`(n_rows, test_size, batch_size)`: whole numbers of rows on both sides, both last batches short.

    In about half of the challenges one of the two last batches holds a single row.
    """
    sizes = [
        (n_rows, share, batch)
        for n_rows in range(64, 105, 8)
        for share in (0.3125, 0.375)  # never 0.25, which scikit-learn takes where it is told nothing
        for batch in range(5, 10)
        if n_rows * share % 1 == 0 and n_rows * share % batch and n_rows * (1 - share) % batch
    ]
    lonely = [s for s in sizes if s[0] * s[1] % s[2] == 1 or s[0] * (1 - s[1]) % s[2] == 1]
    return challenge.choice(tuple(lonely if challenge.rng.random() < 0.4 else sizes))


def _look_at_batches(record: Recorder, name: str, batches: list[Any]) -> None:
    """What a tutor sees of the batches of a loader before asking which rows they hold."""
    record.outcome(f"the number of batches in the {name} loader", len(batches))
    if not batches:
        raise Stop
    first = batches[0]
    label = f"the first {name} batch"
    record.require(f"kind of {label}", _kind(first, dict, "dict"), "dict")
    record.require(f"the keys of {label}", _keys(first), ["X", "y"])
    for key in ("X", "y"):
        record.require(f'kind of "{key}" in {label}', _kind(dict.get(first, key), torch.Tensor, "tensor"), "tensor")
        array = _entry(first, key)
        if array is None:
            raise Stop
        record.outcome(f'shape of "{key}" in {label}', str(tuple(array.shape)))
        record.outcome(f'dtype of "{key}" in {label}', array.dtype.name)
    found = [_entry(batch, "y") for batch in batches]
    sizes = [len(array) if array is not None and array.ndim else -1 for array in found]
    record.outcome(f"the numbers of rows in the {name} batches", sizes)


def _rows(batches: list[Any], column: np.ndarray, key: str) -> np.ndarray:
    """For every row of the batches the number of the row it was, known by the size of its first number; else -1."""
    found = [array for batch in batches if (array := _entry(batch, key)) is not None]
    firsts = [np.abs(array.reshape(len(array), -1)[:, 0]) for array in found if array.ndim and array.size]
    sizes = np.concatenate(firsts).astype(np.float64) if firsts else np.zeros(0)
    nearest = np.abs(sizes[:, None] - column[None, :]).argmin(axis=1) if len(sizes) else np.zeros(0, dtype=int)
    return np.where(np.abs(column[nearest] - sizes) < 1e-3, nearest, -1)
