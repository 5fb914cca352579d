# %% [markdown]
# # Chapter 1 · Datasets: from arrays to mini-batches
#
# A training program never looks at all of its data at once. It takes a handful of rows, learns a little from
# them, takes the next handful. This chapter builds the part that deals out the handfuls; the model that
# learns from them comes in chapter 2, the training in chapter 4.
#
# **Afterwards you can**
# - turn two numpy arrays into a `Dataset`, and say what one item of it is;
# - say what one *mini-batch* is: its type, its keys, its shapes, its dtypes;
# - count the batches of an epoch, and say where the short last one comes from;
# - build a training and a test loader, and say why only one of them shuffles.
#
# **You need** Python functions and classes, and numpy arrays with their shapes. You need not know PyTorch:
# for now, a *tensor* is torch's kind of array.
#
# **It takes** about 60 minutes: three exercises, 10 points.

# %% [markdown]
# ## How to work with this notebook
#
# Run the cells from top to bottom with Shift+Enter. Where it says **predict**, say a number or a word aloud
# *before* you run the cell: a wrong guess that you notice teaches more than a right one that you read.
#
# An exercise is a cell with a `raise NotImplementedError()` in it. Put your code in its place, run the cell,
# then run the check below it. The check tries your code on small data of its own and tells what it saw; you
# can run it as often as you like. If you are stuck, `hint("TabularDataset")` in a cell of your own gives the
# first of three hints for that exercise.

# %% tags=["setup"]
try:
    from autograder import check, hint, progress
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "this kernel lacks the course's checks: run `make setup` in the course folder and open it with `make lab`"
    ) from None

# %% tags=["setup"]
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import make_regression
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, Dataset


# %% tags=["setup"]
plt.rcParams.update(
    {
        "figure.figsize": (7, 3.6),
        "figure.dpi": 100,
        "figure.facecolor": "white",
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.alpha": 0.3,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": plt.cycler(color=["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"]),
    }
)

# %% [markdown]
# ## 1 · The data
#
# We make our data ourselves, and for a good reason: then we know the truth that a model should find.
# `make_regression` draws a table $X$ with 1500 rows (*samples*) and 4 columns (*features*), then computes one
# number per row from it, the *target*:
#
# $$ y_i = x_{i0} w_0 + x_{i1} w_1 + x_{i2} w_2 + x_{i3} w_3 + 2 + \varepsilon_i $$
#
# Here $x_{ij}$ is the entry of $X$ (shape `(1500, 4)`) in row $i$ and column $j$, and $y_i$ is entry $i$ of
# $y$ (shape `(1500,)`). The four true weights $w$ have shape `(4,)`, 2 is the bias, and $\varepsilon_i$ is
# noise with a standard deviation of 0.3. With `coef=True` the function hands out the true weights, too.

# %% tags=["setup"]
X, y, true_w = make_regression(n_samples=1500, n_features=4, noise=0.3, bias=2, coef=True, random_state=0)

# %% [markdown]
# **Predict:** which shapes do `X`, `y` and `true_w` have, and which dtype?

# %%
print("X     ", X.shape, X.dtype)
print("y     ", y.shape, y.dtype)
print("true_w", true_w.shape, true_w.round(4))
print("row 0 ", X[0].round(3), "-> target", y[0].round(3))

# %% [markdown]
# Two things to keep in mind. `y` has shape `(1500,)`: a plain row of numbers, not a column of shape `(1500,
# 1)`. And numpy counts in **float64**, 8 bytes for a number; that will matter in a moment.
#
# Now let us look. Each panel below shows the target against one feature, with a line of the true slope $w_j$.
#
# **Predict:** the noise has a standard deviation of 0.3, and `y` runs from about −360 to 360. Will the points
# hug the lines?

# %%
ends = np.array([-4, 4])
fig, panels = plt.subplots(1, 4, sharey=True, figsize=(10, 3.2), layout="constrained")
for j, panel in enumerate(panels):
    panel.scatter(X[:, j], y, s=5, alpha=0.35, label="one row of the data")
    panel.plot(ends, true_w[j] * ends + 2, color="#D55E00", lw=2.5, label="true slope")
    panel.set(title=f"slope {true_w[j]:.1f}", xlabel=f"feature {j} (no unit)")
panels[0].set_ylabel("target y (no unit)")
fig.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, markerscale=3)
plt.show()

# %% [markdown]
# *Four scatter plots of the target against features 0 to 3. The clouds rise along lines of slope 63.0, 44.1,
# 84.4 and 9.3, steepest for feature 2, but are hundreds of units tall; for feature 3 hardly any trend can be
# seen.*
#
# The points are all over the place, and yet there is almost no noise in this data. What spreads a cloud is
# the part of `y` that comes from the *other three* features. We can prove that: take the other three parts
# away, and see what is left.

# %%
fig, panels = plt.subplots(1, 4, sharey=True, figsize=(10, 3.2), layout="constrained")
for j, panel in enumerate(panels):
    others = np.delete(np.arange(4), j)
    left = y - X[:, others] @ true_w[others]
    panel.plot(ends, true_w[j] * ends + 2, color="#D55E00", lw=7, alpha=0.5, label="true slope")
    panel.scatter(X[:, j], left, s=5, zorder=3, label="one row, without the other three features")
    panel.set(title=f"slope {true_w[j]:.1f}", xlabel=f"feature {j} (no unit)")
panels[0].set_ylabel("what is left of y (no unit)")
fig.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, markerscale=3)
plt.show()

# %% [markdown]
# *The same four panels after the parts of the other three features were subtracted: all points lie on the
# four lines.*
#
# Now they hug the lines. No single feature explains the target; all four together explain it up to noise of
# size 0.3. Finding the four slopes and the bias without being told is the work of a model; bringing it the
# rows is ours.

# %% [markdown]
# ## 2 · What a dataset is
#
# Whoever deals out rows has only two questions: *how many are there?* and *what is number `idx`?* torch calls
# anything that answers these a **dataset**. In Python the first question is written `len(dataset)` and
# reaches the method `__len__`; the second is written `dataset[idx]` and reaches `__getitem__`. Here is a
# dataset that holds no data at all.


# %%
class Squares(Dataset):
    """The squares of 0, 1, …, n - 1."""

    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, idx):
        if idx >= self.n:
            raise IndexError(f"there is no item {idx}")
        return idx**2


# %% [markdown]
# **Predict** the three lines before you run the cell. The last one uses a `for` loop, and nobody wrote a
# method for that.

# %%
squares = Squares(5)
print(len(squares))
print(squares[3])
print([item for item in squares])

# %% [markdown]
# The loop works because Python asks for item 0, 1, 2, … *until an `IndexError` comes*. So what happens
# without one? Let us break the class on purpose. (`islice` stops the loop after eight items. Without it, you
# would wait forever.)

# %%
from itertools import islice


class EndlessSquares(Squares):
    def __getitem__(self, idx):
        return idx**2


print(len(EndlessSquares(5)), list(islice(iter(EndlessSquares(5)), 8)))

# %% [markdown]
# Five items by its own account, and a loop over it never ends. Most datasets need no `raise` of their own for
# this, though: an array or a tensor that is asked for a row it does not have raises `IndexError` by itself.

# %% [markdown]
# ### A trap: float64 meets float32
#
# The weights of a torch model are **float32**: half the memory, and quicker to compute with. Our arrays are
# float64.
#
# **Predict:** what happens when a float64 row meets float32 weights in a product? And in a difference?

# %%
w = torch.ones(4)
row, targets = torch.tensor(X[0]), torch.tensor(y[:4])
print("w is", w.dtype, "and the row is", row.dtype)
try:
    row @ w
except RuntimeError as error:
    print("row @ w      RuntimeError:", error)
print("w - targets ", (w - targets).dtype)

# %% [markdown]
# The product is an error, which is annoying. The difference is worse: no error, the result is quietly
# float64, and so is every loss computed from it. The cure is to choose the dtype once, where the tensor is
# made: `torch.tensor([1, 2])` makes integers, and `torch.tensor([1, 2], dtype=torch.float32)` makes float32.

# %% [markdown]
# ### Exercise 1 · `TabularDataset` (4 points, about 15 minutes)
#
# **Goal.** Write the class that answers the two questions for a table of features and its targets.
#
# **Inputs.** `data`: numpy array, float64, shape `(n_samples, n_features)`. `targets`: numpy array, float64,
# shape `(n_samples,)`; entry $i$ belongs to row $i$ of `data`.
#
# | method | gets | does |
# |---|---|---|
# | `__init__` | `data`, `targets` | keeps what the other two need |
# | `__len__` | nothing | returns `n_samples` |
# | `__getitem__` | `idx`, an integer from 0 to `n_samples - 1` | returns one item |
#
# **One item** is a dictionary with exactly two keys: `"X"`, a float32 tensor of shape `(n_features,)` with
# the numbers of row `idx`, and `"y"`, a float32 tensor of shape `()` with the target of the same row. (Shape
# `()` is a single number: a tensor without any axis.)
#
# **Rules.** `for item in dataset` ends after the last row. Two datasets can exist side by side, each with its
# own rows. A dataset only *reads* the two arrays: it changes no number in them and hands out the numbers as
# they are. Whether it copies the arrays, and whether it makes its tensors once or anew for each item, is up
# to you.
#
# **The check** makes two datasets from small random arrays, looks at length, items and a loop, and then at
# the arrays.


# %% nbgrader={"grade": false, "grade_id": "TabularDataset", "locked": false, "solution": true}
class TabularDataset(Dataset):
    """Rows of a table with their targets; an item is {"X": float32 (n_features,), "y": float32 ()}."""

    def __init__(self, data, targets):
        """Keep `data` (n_samples, n_features) and `targets` (n_samples,), both numpy arrays of float64."""
        ### BEGIN SOLUTION
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)
        ### END SOLUTION

    def __len__(self):
        """Return the number of rows."""
        ### BEGIN SOLUTION
        return len(self.data)
        ### END SOLUTION

    def __getitem__(self, idx):
        """Return row `idx` and its target as a dictionary with the keys "X" and "y"."""
        ### BEGIN SOLUTION
        return {"X": self.data[idx], "y": self.targets[idx]}
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_TabularDataset", "locked": true, "points": 4, "solution": false}
check("TabularDataset", TabularDataset)

# %% [markdown]
# **What just happened.** Your class turned two arrays into something that can be asked for any row, by
# number, at any time. Here it is at work on our 1500 rows. Compare with row 0 as numpy printed it above.

# %%
dataset = TabularDataset(X, y)
item = dataset[0]
print(len(dataset), "items; item 0 is a", type(item).__name__, "with the keys", list(item))
print("X:", item["X"].dtype, tuple(item["X"].shape), item["X"])
print("y:", item["y"].dtype, tuple(item["y"].shape), item["y"])

# %% [markdown]
# ### A closer look: copy or share?
#
# There are several ways from an array to a tensor, and they differ in one thing that no shape and no dtype
# shows.
#
# **Predict:** we change the array *after* the tensors were made. What does each tensor show?

# %%
array = np.zeros(3)
copied = torch.tensor(array)
shared = torch.from_numpy(array)
array[0] = 7.0
print("torch.tensor    ", copied)
print("torch.from_numpy", shared)

# %% [markdown]
# `torch.tensor` copies. `torch.from_numpy` gives the same piece of memory a second name: quick, and harmless
# as long as everybody only reads. It bites when somebody writes: `shared -= 1` would change `array` as well.
# (The same goes for `torch.as_tensor` where the dtype stays the same. A change of dtype always copies.)

# %% [markdown]
# ## 3 · What one batch is
#
# A **loader** goes through a dataset and hands out several rows at a time, a **mini-batch**. torch's loader
# is `DataLoader`; it needs a dataset and a `batch_size`. `iter` starts a walk through it and `next` takes one
# step, so `next(iter(loader))` is the first mini-batch.
#
# **Predict:** an item was a dictionary with tensors of shape `(4,)` and `()`. What is a mini-batch of three
# items?

# %%
loader = DataLoader(dataset, batch_size=3)
batch = next(iter(loader))
print(type(batch).__name__, list(batch))
print("X", tuple(batch["X"].shape), batch["X"].dtype)
print("y", tuple(batch["y"].shape), batch["y"].dtype)

# %% [markdown]
# A dictionary again, with the same keys. The loader asked for `dataset[0]`, `dataset[1]`, `dataset[2]` and
# stacked what it got, key by key; torch calls that **collating**. A new axis came in front, and it counts the
# rows: `(4,)` became `(3, 4)`, `()` became `(3,)`. By hand it looks like this, and gives the very same
# numbers:

# %%
by_hand = torch.stack([dataset[0]["X"], dataset[1]["X"], dataset[2]["X"]])
print("equal to the stack made by hand:  ", torch.equal(batch["X"], by_hand))
print("equal to three rows of the array X:", np.allclose(batch["X"].numpy(), X[:3]))

# %% [markdown]
# ### A trap: unpacking a dictionary
#
# In many tutorials a loop begins with `for features, targets in loader:`. There the items are tuples; ours
# are dictionaries.
#
# **Predict:** what are `features` and `targets` after the next line?

# %%
features, targets = batch
print(repr(features), repr(targets))

# %% [markdown]
# Two letters. Who goes through a dictionary meets its *keys*, not its values. There was no error, because two
# names met two keys; the error comes later, somewhere else, when a string refuses to be multiplied with
# weights. So we always say `batch["X"]` and `batch["y"]`.

# %% [markdown]
# ## 4 · How many batches make an epoch
#
# An **epoch** is one walk through all the rows. Of our 1500 rows, 1005 will be used for training, in batches
# of 64. The number 1005 cannot be divided by 64: after some full batches a few rows are left. A loader then
# does one of two things. By default it hands out the rest as a **short last batch**. With `drop_last=True` it
# leaves the rest out.
#
# Here are both with 10 rows in batches of 4. Any sequence can be a dataset, even a bare `range`.

# %%
for drop_last in (False, True):
    batches = [batch.tolist() for batch in DataLoader(range(10), batch_size=4, drop_last=drop_last)]
    print(f"drop_last={drop_last}:", batches)

# %% [markdown]
# ### Exercise 2 · `batches_per_epoch` (2 points, about 8 minutes)
#
# **Goal.** Compute how many batches one epoch has. Every batch is one step of training, so this number says
# how many steps an epoch takes.
#
# **Inputs.** `n_samples`, the number of rows (an integer, at least 1); `batch_size` (an integer, at least 1);
# `drop_last`, a bool: whether a last batch with fewer than `batch_size` rows is left out.
#
# **Output.** The number of batches, a whole number of type `int`. It may be 0: three rows in batches of four
# with `drop_last=True` make no batch at all.
#
# **The check** tries random numbers, among them cases where the rows come out even, where a single row is
# left over, and where there are fewer rows than fit into one batch.


# %% nbgrader={"grade": false, "grade_id": "batches_per_epoch", "locked": false, "solution": true}
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    """Return how many batches (int) one epoch over `n_samples` rows has."""
    ### BEGIN SOLUTION
    full, left_over = divmod(n_samples, batch_size)
    if left_over and not drop_last:
        return full + 1
    return full
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_batches_per_epoch", "locked": true, "points": 2, "solution": false}
check("batches_per_epoch", batches_per_epoch)

# %% [markdown]
# **What just happened.** You wrote what `len(loader)` answers. Mind the word: `len(dataset)` counts rows,
# `len(loader)` counts *batches*. To take the one for the other is a favourite when an average is computed,
# and we will meet it again in chapter 4.
#
# **Predict** for our data: how many batches do 1005 rows make, how many 495 rows, and how many rows has the
# last batch of each?

# %%
print("training:", batches_per_epoch(1005, 64), "batches;   test:", batches_per_epoch(495, 64), "batches")
fig, panels = plt.subplots(1, 2, sharey=True, width_ratios=(2, 1), figsize=(9, 3.4), layout="constrained")
for panel, (name, n_rows) in zip(panels, {"training": 1005, "test": 495}.items(), strict=True):
    sizes = [len(batch) for batch in DataLoader(range(n_rows), batch_size=64)]
    panel.bar(range(1, len(sizes)), sizes[:-1], label="full batch")
    panel.bar(len(sizes), sizes[-1], label="short last batch")
    panel.annotate(sizes[-1], (len(sizes), sizes[-1] - 8), ha="center", color="white", weight="bold")
    panel.set(title=f"{n_rows} rows for {name}", xlabel="mini-batch of the epoch (number)")
    panel.set_xticks(range(1, len(sizes) + 1))
panels[0].set_ylabel("size of the mini-batch (rows)")
fig.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
plt.show()

# %% [markdown]
# *Two bar charts of batch sizes. Training: 15 full bars of 64 rows and a short one of 45. Test: 7 full bars
# of 64 rows and a short one of 47.*
#
# 1005 = 15 · 64 + 45 gives 16 batches, and 495 = 7 · 64 + 47 gives 8. The average training batch holds 1005 /
# 16 = 62.8 rows, not 64. Remember that number: in chapter 4 it will explain a table that looks wrong.

# %% [markdown]
# ---
# **Time for a rest.** You have a dataset, and you know what a batch is and how many there are. What is left
# is to decide *which* rows a model may learn from, and in which *order* they come.
#
# ---

# %% [markdown]
# ## 5 · Which rows: training and test
#
# A model that learned its rows by heart would look perfect on exactly those rows. So we keep some back, never
# train on them, and measure on them in the end: the **test** rows. `train_test_split` from scikit-learn draws
# them at random. It takes several arrays at once and cuts all of them at the same rows, which keeps every row
# together with its target.
#
# **Predict:** two arrays go in. How many come out, and in which order?

# %%
letters = np.array(["a", "b", "c", "d", "e", "f"])
numbers = np.array([1, 2, 3, 4, 5, 6])
for part in train_test_split(letters, numbers, test_size=0.33, random_state=0):
    print(part)

# %% [markdown]
# Four: both parts of the first array, *then* both parts of the second. Within each pair the larger part is
# for training. And `a` still goes with 1, `b` with 2, in both parts.
#
# `random_state` is the **seed** of the draw. The same seed draws the same rows, today and on another
# computer, so that others can repeat what you did. Another seed draws other rows: that is how one finds out
# whether a result was luck.

# %%
for seed in (0, 0, 1):
    train, test = train_test_split(numbers, test_size=0.33, random_state=seed)
    print(f"seed {seed}: training {train}, test {test}")

# %% [markdown]
# ## 6 · In which order: shuffling
#
# By default a loader deals its rows front to back. With `shuffle=True` it draws a new order whenever a walk
# begins, like a pack of cards that is shuffled before each round: every row comes once, none twice. We can
# watch it if the rows are simply their own numbers.


# %%
def order_of_epoch(loader):
    """Return the row numbers in the order in which one epoch meets them."""
    return torch.cat(list(loader)).tolist()


torch.manual_seed(0)
for shuffle in (False, True):
    loader = DataLoader(range(8), batch_size=3, shuffle=shuffle)
    print(f"shuffle={shuffle}:", order_of_epoch(loader), "then", order_of_epoch(loader))

# %% [markdown]
# The same with 120 rows, as a picture: two epochs without shuffling on the left, two with it on the right.
# The vertical lines stand between the mini-batches.
#
# **Predict:** what will the two epochs look like on the left?

# %%
fig, panels = plt.subplots(1, 2, sharey=True, figsize=(9, 4.4), layout="constrained")
for panel, shuffle in zip(panels, (False, True), strict=True):
    loader = DataLoader(range(120), batch_size=20, shuffle=shuffle)
    panel.plot(order_of_epoch(loader), "o", ms=5, mfc="none", label="epoch 1")
    panel.plot(order_of_epoch(loader), "x", ms=5, label="epoch 2")
    panel.set(title=f"shuffle={shuffle}", xlabel="position in the epoch (rows)")
    panel.set_xticks(np.arange(0, 121, 20))
    panel.grid(axis="x", alpha=1)
panels[0].set_ylabel("number of the row that comes (row)")
fig.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
plt.show()

# %% [markdown]
# *Row number against position in the epoch for 120 rows. Without shuffling both epochs lie on one rising
# diagonal, point on point. With shuffling each epoch is a cloud without a pattern, and the two clouds
# differ.*
#
# On the left each mini-batch is a block of neighbours, the same block in each epoch. On the right each
# mini-batch is a random handful of *all* rows, another one each time. Why should a model care?

# %% [markdown]
# ### Why the training rows are shuffled
#
# A training step looks at one mini-batch only, and trusts it to stand for the whole data. Real files are
# often sorted: by date, by town, by price. Let us sort ours by target and look at what each mini-batch says
# about the average target.
#
# **Predict:** the average of all 1500 targets is near −2. What will the first and the last mini-batch say,
# unshuffled?

# %%
torch.manual_seed(0)
sorted_y = torch.tensor(np.sort(y))
for shuffle, style, name in ((False, "o-", "sorted by target"), (True, "s-", "shuffled")):
    means = [batch.mean().item() for batch in DataLoader(sorted_y, batch_size=64, shuffle=shuffle)]
    plt.plot(range(1, len(means) + 1), means, style, ms=4, label=name)
plt.axhline(y.mean(), color="gray", ls="--", label="mean of all 1500 rows")
plt.xlabel("mini-batch of the epoch (number)")
plt.ylabel("mean target (no unit)")
plt.legend()
plt.show()

# %% [markdown]
# *Mean target of each of 24 mini-batches. Sorted rows give a curve that climbs from about −240 to about 270.
# Shuffled rows stay within a few dozen units of the dashed line near −2.*
#
# In sorted order the early batches all say "targets are low" and the late ones "targets are high"; a model
# that steps after each batch is dragged one way, then the other. Shuffled, each batch is a small fair sample
# of the whole. And since the order is new in each epoch, no accident of one batch is repeated ten times over.
#
# **Why the test rows are not.** Testing takes no steps: it sums errors over all rows, and a sum does not ask
# for the order. Shuffling would gain nothing, and would cost something: in a fixed order prediction number
# $i$ can be laid beside row $i$.

# %%
torch.manual_seed(0)
for shuffle in (False, True):
    total = sum((batch**2).sum().item() for batch in DataLoader(sorted_y, batch_size=64, shuffle=shuffle))
    print(f"shuffle={shuffle}: sum of squared targets {total:.3f}")

# %% [markdown]
# ### Exercise 3 · `make_loaders` (4 points, about 15 minutes)
#
# **Goal.** Put everything together: from two arrays to two loaders.
#
# **Inputs.** `X`: numpy array, float64, shape `(n_samples, n_features)`; `y`: numpy array, float64, shape
# `(n_samples,)`; `test_size`: the share of rows that is held back, between 0 and 1; `batch_size`: rows in a
# batch, for both loaders; `seed`: an integer that decides which rows are held back.
#
# **Output.** A pair `(train_loader, test_loader)`, both `DataLoader`s whose batches are dictionaries as in
# section 3: `"X"` float32 `(batch, n_features)`, `"y"` float32 `(batch,)`. Your `TabularDataset` makes the
# items.
#
# **Rules.**
# - Every row is in exactly one of the two loaders, together with its own target, with its numbers as they
#   are.
# - An epoch hands out each row of its loader once, the short last batch included.
# - The training loader has a new order in each epoch, the test loader the same order in each epoch.
# - The rows are drawn at random: the same `seed` gives the same split, another `seed` another one.
#
# How you draw the split is up to you; `train_test_split` is one good way. Where `test_size` gives no whole
# number of rows, rounding either way is fine.
#
# **The check** makes loaders from random arrays, walks through two epochs of each and follows every row, then
# calls your function again with the same seed and with another.


# %% nbgrader={"grade": false, "grade_id": "make_loaders", "locked": false, "solution": true}
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    """Split `X` (n_samples, n_features) and `y` (n_samples,) and return (train_loader, test_loader)."""
    ### BEGIN SOLUTION
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_make_loaders", "locked": true, "points": 4, "solution": false}
check("make_loaders", make_loaders)

# %% [markdown]
# **What just happened.** One call now leads from two arrays to everything a training program asks for. Here
# it is with our data and the settings of the whole course.
#
# **Predict** all six numbers: rows, batches and size of the last batch, for training and test.

# %%
torch.manual_seed(0)
train_loader, test_loader = make_loaders(X, y)
for name, loader in (("training", train_loader), ("test", test_loader)):
    sizes = [len(batch["y"]) for batch in loader]
    print(f"{name:8}  {sum(sizes):4} rows  {len(loader):2} batches  the last with {sizes[-1]} rows")

# %% [markdown]
# And a look inside: two epochs of each loader, the first three targets that each hands out.

# %%
for name, loader in (("training", train_loader), ("test", test_loader)):
    for epoch in (1, 2):
        first = next(iter(loader))
        print(f"{name:8}  epoch {epoch}:", [round(target, 1) for target in first["y"][:3].tolist()])
print("X of a batch:", tuple(first["X"].shape), first["X"].dtype)

# %% [markdown]
# The training rows come in another order each time, the test rows in the same. A full batch is a table of 64
# rows and 4 features with 64 targets beside it, all float32: exactly what the model of chapter 2 will take
# in.

# %% [markdown]
# ## What to take along
#
# - A **dataset** answers two questions: `len(dataset)` and `dataset[idx]`. An item of ours is `{"X": float32
#   (n_features,), "y": float32 ()}`.
# - A **loader** stacks items to mini-batches, key by key, with a new first axis: `{"X": (batch, n_features),
#   "y": (batch,)}`.
# - numpy counts in float64, models in float32. X in the wrong dtype is an error; y in the wrong dtype is
#   silent.
# - `len(loader)` counts batches. 1005 rows in batches of 64 make 16, the last with 45 rows; 495 make 8, the
#   last with 47.
# - Training rows are **shuffled** anew each epoch, since a step trusts its mini-batch to stand for the whole.
#   Test rows are not: a sum needs no order.
# - A **seed** makes a split repeatable, and a second seed shows whether a result was luck.
#
# **Next:** chapter 2 writes the model that takes such a batch, from two bare tensors.

# %% [markdown]
# ## Where to read on
#
# - PyTorch documentation, *torch.utils.data*: all about datasets, samplers, loaders and collating; and the
#   tutorial *Datasets & DataLoaders*.
# - S. Raschka, Y. Liu, V. Mirjalili: *Machine Learning with PyTorch and Scikit-Learn* (2022), chapter 12, on
#   tensors, datasets and loaders.
# - A. Zhang, Z. C. Lipton, M. Li, A. J. Smola: *Dive into Deep Learning* (2023), section "Synthetic
#   Regression Data": the same steps, with a loader written by hand first.
# - T. Hastie, R. Tibshirani, J. Friedman: *The Elements of Statistical Learning*, 2nd edition (2009), chapter
#   7, on why rows must be held back.
# - L. Bottou, F. E. Curtis, J. Nocedal: *Optimization Methods for Large-Scale Machine Learning*, SIAM Review
#   60 (2018), on learning from a few rows at a time.
#
# And here is how far you are:

# %%
progress()
