# %% [markdown]
# # Chapter 4 · Learning loops
#
# This is the heart of the course. A dataset, a model, a loss and an optimizer are parts on a table; a
# *training loop* makes them learn, and a *validation loop* tells whether they did. You write both, run the
# experiment that this course grew from, and find out why its famous number is not what it is called.
#
# **You will be able to**
#
# - write a training loop and say what each of its calls does, and what happens without it;
# - write a validation loop whose number means the same for every batch size;
# - train a model for ten epochs and judge the result in two ways: by its error and by its weights.
#
# **You need** chapters 1 to 3: datasets and loaders, the linear model, `torch.optim`. **Time:** about 90
# minutes, with two rests. There are five exercises, worth 30 points.

# %% [markdown]
# ## What we bring along
#
# Run the next cells as they are. They hold the tools and the pieces from earlier chapters.

# %% tags=["setup"]
try:
    from autograder import check, hint, passed, progress
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "this kernel lacks the course's checks: run `make setup` in the course folder and open it with `make lab`"
    ) from None

# %% tags=["setup"]
import sys
from contextlib import redirect_stderr

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import make_regression
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, Dataset


# %% tags=["setup"]
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"]  # colour-blind readers tell them apart
plt.rcParams.update({"figure.figsize": (7, 3.6), "figure.dpi": 100, "figure.facecolor": "white"})
plt.rcParams.update({"axes.grid": True, "grid.alpha": 0.3})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})
plt.rcParams["axes.prop_cycle"] = plt.cycler(color=COLOURS)


# %% [markdown]
# From chapter 1: a dataset whose items are dicts, and two loaders over different rows. Only the training
# rows are shuffled, in a new order each epoch.


# %% tags=["setup"]
class TabularDataset(Dataset):
    """Rows as dicts: "X" is float32 (n_features,), "y" is float32 ()."""

    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


# %% tags=["setup"]
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    """Split the rows; return a shuffling training loader and a test loader that does not."""
    parts = train_test_split(X, y, test_size=test_size, random_state=seed)
    X_train, X_test, y_train, y_test = parts
    train = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train, test


# %% [markdown]
# From chapter 2: the linear model $\hat y = Xw + b$. Here $X$ is (batch, 4), $w$ is (4, 1), $b$ is (1,),
# and the prediction $\hat y$ is (batch, 1).


# %% tags=["setup"]
class Linear:
    """y = X w + b. `w` is (n_in, n_out), `b` is (n_out,)."""

    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


# %% [markdown]
# And the data: 1500 rows, 4 features, made by a known recipe. Each target is a weighted sum of the
# features, plus 2, plus noise with a standard deviation of 0.3. The true weights are in `coef`, so that at
# the end we can look the truth in the eye.

# %% tags=["setup"]
recipe = {"n_samples": 1500, "n_features": 4, "noise": 0.3, "bias": 2}
X, y, coef = make_regression(**recipe, coef=True, random_state=0)
SPLIT = 37  # shares out the noise much as the book's split did: our numbers come close to its own
train_loader, test_loader = make_loaders(X, y, seed=SPLIT)

# %%
print("true weights:", coef.round(4))
for name, loader in (("train", train_loader), ("test", test_loader)):
    print(f"{name:5}: {len(loader.dataset):4} rows in {len(loader):2} mini-batches")

# %% [markdown]
# ## The pieces, one by one
#
# Before we let anything loop, we look at one mini-batch, one prediction and one gradient. A new model
# starts with random weights, so it knows nothing.

# %% tags=["setup"]
torch.manual_seed(0)
model = Linear(4, 1)
batch = next(iter(train_loader))

# %%
prediction = model.forward(batch["X"])
for name, tensor in (("X", batch["X"]), ("y", batch["y"]), ("prediction", prediction)):
    print(f"{name:10} has shape {tuple(tensor.shape)}")

# %% [markdown]
# **Predict, then run.** The prediction is a column, (64, 1); the targets are a plain row of 64 numbers,
# (64,). Which shape has their difference?

# %%
print("prediction - y:", tuple((prediction - batch["y"]).shape))

# %% [markdown]
# No error, no warning, and 4096 differences where there should be 64: torch stretched the column and the
# row into a table that compares every prediction with every target. This is the most common silent mistake
# in a training loop. Both sides need one shape before they meet.
#
# Next, the gradient. **Predict, then run:** we call `backward()` for the same rows twice. What is in
# `b.grad` the second time?

# %%
for attempt in ("first", "second"):
    errors = model.forward(batch["X"])[:, 0] - batch["y"]
    (errors @ errors).backward()  # a row times itself: the sum of the squares
    print(f"b.grad after the {attempt} backward(): {model.b.grad.item():8.1f}")

# %% [markdown]
# Twice as much. `backward()` *adds* to `.grad`, because a tensor may be used in many places and all of them
# must count. It never starts from zero by itself. Whoever writes the loop has to see to that.

# %% [markdown]
# ## Exercise 1: the training loop
#
# Difficulty ●●●○○ · about 20 minutes · 10 points
#
# **Goal.** Write `train_one_epoch(model, data_loader, optimizer)`. It goes over `data_loader` once. For
# every mini-batch it computes the loss, finds the gradients of that mini-batch alone, and lets the
# optimizer take one step.
#
# **Inputs**
# - `model`: something like our `Linear`, with `forward(X)` giving (batch, 1) and `params`, a list of
#   tensors;
# - `data_loader`: hands out dicts with `"X"`, float32 (batch, n_in), and `"y"`, float32 (batch,). The last
#   mini-batch may be short, even a single row;
# - `optimizer`: any `torch.optim` optimizer, already set up for `model.params`.
#
# **The loss** of one mini-batch is the *sum* of squares, $L = \sum_i (\hat y_i - y_i)^2$, over its rows
# $i$.
#
# **Output.** Nothing is needed; return what you like.
#
# **How it is checked.** We run two epochs on small drawn data with a drawn start, learning rate and
# momentum, and compare the weights with where they should be. If you get stuck, run
# `hint("train_one_epoch")` in a cell of your own: there are three hints, each says more.


# %% nbgrader={"grade": false, "grade_id": "train_one_epoch", "locked": false, "solution": true}
def train_one_epoch(model, data_loader, optimizer):
    """Train `model` on every mini-batch of `data_loader` once, one optimizer step each.

    A batch is {"X": (batch, n_in), "y": (batch,)}; `model.forward(X)` is (batch, 1).
    The loss of a mini-batch is the sum of its squared errors.
    """
    ### BEGIN SOLUTION
    for batch in data_loader:
        optimizer.zero_grad()
        prediction = model.forward(batch["X"]).squeeze(1)
        loss = ((prediction - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_train_one_epoch", "locked": true, "points": 10, "solution": false}
check("train_one_epoch", train_one_epoch)

# %% [markdown]
# **What just happened.** Your loop is a conversation of three. The model predicts, autograd writes into
# `.grad` how the loss changes with each weight, the optimizer reads `.grad` and moves. They never talk
# directly: `.grad` is the only letterbox between them, which is why an old letter in it does harm.

# %% [markdown]
# ## First, overfit one batch
#
# Andrej Karpathy's advice before any long training: take a handful of rows and train until the loss is
# practically zero. A correct loop can learn four rows by heart; a loop that cannot has a bug, and you found
# it in seconds. Your function needs no real loader for this: a list with one batch can be gone over as
# well.

# %%
torch.manual_seed(1)
few = {"X": train_loader.dataset.data[:4], "y": train_loader.dataset.targets[:4]}
small_model = Linear(4, 1)
small_optimizer = torch.optim.SGD(small_model.params, lr=0.02)
for epoch in range(1, 1001):
    train_one_epoch(small_model, [few], small_optimizer)
    if epoch in (1, 10, 100, 1000):
        misses = (small_model.forward(few["X"])[:, 0] - few["y"]).detach()
        print(f"epoch {epoch:4}: the largest miss is {misses.abs().max():9.5f}")

# %% [markdown]
# Four rows and five numbers to choose (four weights, one bias): the model can fit even the noise, and it
# does. On 1005 rows it will not be able to, and that is good. Keep this in mind; it is the reason for the
# floor that we are about to meet.

# %% [markdown]
# ## Break it on purpose: the old letter in the box
#
# What if nobody clears the gradients? We leave your loop as it is and hand it an optimizer whose
# `zero_grad` does nothing. Both optimizers below write down the length (norm) of the gradient,
# $\lVert \nabla L \rVert$, that each step uses.
#
# **Predict, then run.** With clearing, will the gradient get shorter in the course of three epochs? And
# without?


# %%
class NotingSGD(torch.optim.SGD):
    """SGD that notes the length of the gradient it has just used for a step."""

    def step(self, closure=None):
        loss = super().step(closure)
        gradients = [p.grad.ravel() for p in self.param_groups[0]["params"]]
        self.norms = [*getattr(self, "norms", []), torch.cat(gradients).norm().item()]
        return loss


class ForgetfulSGD(NotingSGD):
    """The same, but it never clears a gradient."""

    def zero_grad(self, set_to_none=True):
        pass


# %%
norms = {}
kinds = {"zero_grad() clears": NotingSGD, "zero_grad() does nothing": ForgetfulSGD}
for name, kind in kinds.items():
    torch.manual_seed(0)
    other_model = Linear(4, 1)
    noting = kind(other_model.params, lr=1e-3)
    for _ in range(3):
        train_one_epoch(other_model, train_loader, noting)
    norms[name] = noting.norms

# %%
for name, values in norms.items():
    marker = "o" if "clears" in name else "s"
    plt.plot(range(1, len(values) + 1), values, marker=marker, markersize=4, label=name)
plt.yscale("log")
plt.xlabel("step (mini-batch number)")
plt.ylabel("length of the gradient (log scale)")
plt.title("Gradients that are not cleared pile up")
plt.legend()
plt.show()

# %% [markdown]
# *A line plot with a logarithmic vertical axis over 48 steps. With clearing, the gradient's length falls
# steadily, from above 10,000 to below 100. Without clearing it swings up and down between about 4,000 and
# 50,000 and never settles.*

# %% [markdown]
# Without clearing, each step is driven by the sum of *all* gradients since the start. The weights run
# downhill, shoot through the valley, and only turn once the new gradients outweigh the whole past, like a
# ball in a bowl without friction. Nothing raises an error. (If your loop clears `.grad` in another way than
# through the optimizer, both lines coincide.)
#
# ☕ **A good place for a rest.** You have a training loop. Next we find out what it is worth.

# %% [markdown]
# ## Ten epochs, as in the book
#
# The book chapter behind this course trains for ten epochs and prints an error after each. Here is its way
# of validation, in our words: squared errors summed over a mini-batch, then averaged over the mini-batches.
# The book calls the result "MSE". We take that at its word for now.


# %%
def book_validation(model, data_loader):
    """The book's "MSE": sums of squares of the mini-batches, averaged over the mini-batches."""
    with torch.no_grad():
        misses = [model.forward(batch["X"])[:, 0] - batch["y"] for batch in data_loader]
    return np.mean([miss @ miss for miss in misses])


# %% [markdown]
# **Predict, then run.** The targets have a standard deviation of about 110, and there are 64 rows in a
# batch. How large is the number of a model that knows nothing? And how small can it get?

# %%
torch.manual_seed(3)
book_model = Linear(4, 1)
book_optimizer = torch.optim.SGD(book_model.params, lr=1e-3)
print("epoch      train       test")
for epoch in range(10):
    train_one_epoch(book_model, train_loader, book_optimizer)
    number = book_validation(book_model, train_loader)
    print(f"{epoch:5} {number:10.3f} {book_validation(book_model, test_loader):10.3f}")

# %% [markdown]
# A table like the book's, whose last line was 5.82 and 5.2: from about ten thousand down to a floor between
# 5 and 6, reached in five epochs, and then it does not move any more. Has the model learned anything? We
# compare its weights with the truth.

# %%
names, truth = ["w[0]", "w[1]", "w[2]", "w[3]", "b"], [*coef, 2.0]
learned = [*book_model.w.detach().flatten().tolist(), book_model.b.item()]
print("        learned      truth")
for i in range(5):
    print(f"{names[i]:5} {learned[i]:9.4f}  {truth[i]:9.4f}")

# %% [markdown]
# Every weight lies within 0.05 of the truth, and the bias is near 2. There is next to nothing left to
# learn, and still the "mean squared error" is 5.8. If that were the mean of the squared misses, a typical
# miss would be $\sqrt{5.8} \approx 2.4$. The noise has a standard deviation of 0.3. Something does not fit.

# %% [markdown]
# ## A number under suspicion
#
# We put the *true* weights into a model, so that all of its misses are noise, and measure it over the same
# training rows with three batch sizes. **Predict, then run.** Which of the three numbers will differ?

# %%
true_model = Linear(4, 1)
true_model.w = torch.tensor(coef, dtype=torch.float32).reshape(4, 1)
true_model.b = torch.tensor([2.0])
for batch_size in (16, 64, 256):
    loader, _ = make_loaders(X, y, batch_size=batch_size, seed=SPLIT)
    print(f"batches of {batch_size:3}: {book_validation(true_model, loader):7.3f}")

# %% [markdown]
# The same model, the same rows, and three different answers: nearly proportional to the batch size. A mean
# over rows could not do that. Some arithmetic brings the two numbers together.

# %%
rows_per_batch = len(train_loader.dataset) / len(train_loader)
print(f"rows per mini-batch, on average: {rows_per_batch:.1f}")
print(f"the book's number: {number:.2f} = {rows_per_batch:.1f} × {number / rows_per_batch:.4f}")
print(f"the noise, squared: 0.3² = {0.3**2:.2f}")

# %% [markdown]
# There is the floor: 0.09, the squared noise, once for each of the 62.8 rows of an average mini-batch. The
# noise of a new row cannot be known, so even the true weights miss by it. So the book's 5.8 is a *sum* of
# squared errors per mini-batch; it would change with the batch size, and it cannot be compared with anyone
# else's mean squared error. We want a number that can.

# %% [markdown]
# ## Exercise 2: the validation loop
#
# Difficulty ●●●○○ · about 15 minutes · 8 points
#
# **Goal.** Write `validate_one_epoch(model, data_loader)`. It returns the mean squared error *per row*:
# every row of the loader counts the same, in whichever mini-batch it happens to sit.
#
# $$\text{MSE} = \frac{1}{N} \sum_{i=1}^{N} (\hat y_i - y_i)^2$$
#
# $N$ is the number of rows that the loader hands out, $\hat y_i$ the prediction and $y_i$ the target of row
# $i$; both are plain numbers.
#
# **Inputs.** `model` and `data_loader` as in exercise 1. Mind the last mini-batch: ours has 45 rows in
# training and 47 in the test.
#
# **Output.** One number, a `float`.
#
# **It must not train.** The predictions are to be made with gradient tracking switched off (with
# `torch.no_grad()` or any other of torch's ways), so that they carry no graph. Afterwards all is as before:
# the weights, their `.grad`, gradient tracking itself, and the training mode of models that have one (ours
# has none).
#
# **How it is checked.** With a drawn model on two loaders with short last batches; then we look at what is
# left behind.


# %% nbgrader={"grade": false, "grade_id": "validate_one_epoch", "locked": false, "solution": true}
def validate_one_epoch(model, data_loader):
    """Return the mean squared error per row over `data_loader`, a float. Changes nothing.

    A batch is {"X": (batch, n_in), "y": (batch,)}; `model.forward(X)` is (batch, 1).
    The last batch may be short.
    """
    ### BEGIN SOLUTION
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_validate_one_epoch", "locked": true, "points": 8, "solution": false}
check("validate_one_epoch", validate_one_epoch)

# %% [markdown]
# **What just happened.** Your number has a meaning of its own: it is the square of a typical miss, whoever
# measures it and in whatever batches. We put it beside the book's.

# %%
print("batch size  the book's  yours")
for batch_size in (16, 64, 256):
    loader, _ = make_loaders(X, y, batch_size=batch_size, seed=SPLIT)
    theirs, yours = book_validation(book_model, loader), validate_one_epoch(book_model, loader)
    print(f"{batch_size:10} {theirs:11.4f} {yours:8.4f}")

# %% [markdown]
# One column moves, the other stands still. And it stands just above 0.09, where noise of 0.3 says it
# should.
#
# ☕ **Second rest.** What follows is shorter: you put your two loops together and judge the result.

# %% [markdown]
# ## Exercise 3: fit
#
# Difficulty ●●○○○ · about 10 minutes · 6 points
#
# **Goal.** Write `fit(model, train_loader, test_loader, optimizer, epochs)`. In each epoch it trains on the
# training loader once, and *then* measures the mean squared error on both loaders.
#
# **Inputs.** A model, two loaders and an optimizer as before; `epochs`, an `int` of at least 1.
#
# **Output.** A dict of two lists, `{"train": [...], "test": [...]}`, each with one number an epoch, in
# order.
#
# **How it is checked.** Two runs, one after the other, with the same objects: once with your own two loops,
# and once with stand-ins for them that write down what they are given. One of the two is enough, so a slip
# in an earlier exercise costs nothing here.


# %% nbgrader={"grade": false, "grade_id": "fit", "locked": false, "solution": true}
def fit(model, train_loader, test_loader, optimizer, epochs):
    """Train for `epochs` epochs; return {"train": [...], "test": [...]}.

    Each list has one mean squared error an epoch, measured after the epoch's training.
    Changes the model's weights in place.
    """
    ### BEGIN SOLUTION
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_fit", "locked": true, "points": 6, "solution": false}
check("fit", fit)

# %% [markdown]
# **What just happened.** Why measure the training rows again, if the training loop saw all their errors
# anyway? Because it saw them while the weights were moving: the first mini-batch met an older model than
# the last one. Measured after the epoch, in the same way as the test rows, the two curves can be compared.

# %% [markdown]
# ## Exercise 4: does the loss drop?
#
# Difficulty ●○○○○ · about 5 minutes · 3 points
#
# **Goal.** Write `ten_epochs(model, train_loader, test_loader)`: set up plain SGD (no momentum) with a
# learning rate of 1e-3 for everything that the model has to learn, call your `fit` for ten epochs, and
# return what it returns.
#
# **Inputs.** A model and two loaders as before. **Output.** The history, a dict of two lists with ten
# numbers each.
#
# **How it is checked.** Once with your own `fit`, once with a stand-in for it that looks at what it is
# given. If your loops have passed, the same cell then trains a fresh model on our data, and asserts what
# this course promised: *the loss drops*, at least hundredfold from the first epoch to the last.


# %% nbgrader={"grade": false, "grade_id": "loss_drops", "locked": false, "solution": true}
def ten_epochs(model, train_loader, test_loader):
    """Train with plain SGD, learning rate 1e-3, for ten epochs; return the history of `fit`."""
    ### BEGIN SOLUTION
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, train_loader, test_loader, optimizer, 10)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_loss_drops", "locked": true, "points": 3, "solution": false}
check("loss_drops", ten_epochs)
# a mistake in an earlier exercise counts once, where it was made
if passed("train_one_epoch", "validate_one_epoch", "fit"):
    torch.manual_seed(0)
    model = Linear(4, 1)
    with redirect_stderr(sys.stdout):  # a warning is no mistake
        history = ten_epochs(model, train_loader, test_loader)
    assert history["test"][-1] < history["test"][0] / 100, "the loss did not drop"

# %% [markdown]
# **What just happened.** Your own program, from the dataset to the loop, trained a model. How does its
# learning look, and how much better could it be? The dotted line is the floor that noise sets:
# $0.3^2 = 0.09$.

# %%
hollow = {"marker": "s", "markersize": 10, "markerfacecolor": "none"}
plt.plot(range(1, 11), history["train"], marker="o", label="training rows")
plt.plot(range(1, 11), history["test"], "--", **hollow, label="test rows")
plt.axhline(0.3**2, color="0.35", linestyle=":", label="noise floor, 0.3² = 0.09")
plt.yscale("log")
plt.xticks(range(1, 11))
plt.xlabel("epochs of training")
plt.ylabel("mean squared error per row\n(target units², log scale)")
plt.title("The loss drops until only noise is left")
plt.legend()
plt.show()

# %% [markdown]
# *A line plot with a logarithmic vertical axis. Both curves fall together in nearly straight lines, from
# about 200 after the first epoch to about 0.1 after the fourth, and then run flat along the dotted noise
# floor at 0.09.*

# %% [markdown]
# On a log scale the curves fall in a straight line: each epoch takes away about the same *share* of what is
# left. Then they hit the floor. The test curve ends a little below it, the training curve a little above:
# the average of 495 squared noises is not exactly 0.09. If the test curve rose while the training curve
# went on falling, the model would be learning rows by heart. Five numbers cannot do that to 1005 rows.

# %% [markdown]
# ## Exercise 5: are these the true weights?
#
# Difficulty ●●○○○ · about 10 minutes · 3 points
#
# **Goal.** A low error is one kind of evidence. We have a second one that real projects lack: the truth.
# Write `distance_from_truth(model, coef, bias)`, which tells how far off the learned numbers are.
#
# **Inputs**
# - `model`: `model.w` is a float32 tensor of shape (n, 1), `model.b` one of shape (1,); both track
#   gradients;
# - `coef`: the true weights, a NumPy array of shape (n,);
# - `bias`: the true bias, a `float`.
#
# **Output.** Two floats, `(w_error, b_error)`: the *largest* absolute difference between a learned weight
# and its true one, and the absolute difference of the two biases. The model stays as it is.
#
# **How it is checked.** On two drawn models of different size. Then, if all your loops have passed, the
# same cell asserts the second promise on the model that you trained above: *the weights land near the true
# coefficients*.


# %% nbgrader={"grade": false, "grade_id": "weights_near_truth", "locked": false, "solution": true}
def distance_from_truth(model, coef, bias):
    """Return (w_error, b_error): the largest absolute error of a weight, and that of the bias.

    `model.w` (n, 1) and `model.b` (1,) are tensors, `coef` is a NumPy array (n,), `bias` a float.
    """
    ### BEGIN SOLUTION
    learned = model.w.detach().numpy().ravel()
    return float(np.abs(learned - coef).max()), abs(model.b.item() - bias)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_weights_near_truth", "locked": true, "points": 3, "solution": false}
check("weights_near_truth", distance_from_truth)
if passed("train_one_epoch", "validate_one_epoch", "fit", "loss_drops"):
    with redirect_stderr(sys.stdout):
        w_error, b_error = distance_from_truth(model, coef, bias=2.0)
    assert w_error < 0.05 and b_error < 0.05, "the weights are not near the truth"

# %% [markdown]
# **What just happened.** Two different judges agree: the error sits on the noise floor, and the weights are
# the true ones to within a few hundredths. One more picture shows how they got there. We hand your loop an
# optimizer that notes all weights after each step.


# %%
class WalkingSGD(torch.optim.SGD):
    """SGD that notes where the weights and the bias are after each step."""

    def step(self, closure=None):
        loss = super().step(closure)
        here = [p.detach().flatten().clone() for p in self.param_groups[0]["params"]]
        self.path = [*getattr(self, "path", []), torch.cat(here)]
        return loss


torch.manual_seed(0)
walker = Linear(4, 1)
walking = WalkingSGD(walker.params, lr=1e-3)
for _ in range(5):
    train_one_epoch(walker, train_loader, walking)
path = torch.stack(walking.path).numpy()  # (steps, 5)

# %% [markdown]
# **Predict, then run.** Will the largest weight, 84, take longer to arrive than the smallest, 9?

# %%
for i in range(5):
    plt.plot(range(1, len(path) + 1), path[:, i], color=COLOURS[i])
    plt.hlines(truth[i], 1, len(path), color=COLOURS[i], linestyle="--", linewidth=1)
    label = f"{names[i]} → {truth[i]:.1f}"
    plt.text(len(path) + 1, truth[i], label, color=COLOURS[i], va="center")
plt.xlim(0, len(path) * 1.2)
plt.xlabel("step (mini-batch number; 16 steps are one epoch)")
plt.ylabel("value of the weight\n(target units per feature unit)")
plt.title("Weights walk to their true values (dashed)")
plt.show()

# %% [markdown]
# *Five curves over 80 steps, each labelled with its true value. All start near zero and bend towards their
# dashed lines, at 84.4, 63.0, 44.1, 9.3 and 2.0. After about 40 steps none can be told from its line.*

# %% [markdown]
# All arrive at about the same time: a weight that has far to go also has a large gradient, so it walks
# faster. That is the charm of plain SGD on well-scaled features. Watch the bias: it runs past its value at
# first and comes back, because it makes up for errors of weights that are still wrong.

# %% [markdown]
# ## What to take along
#
# - Autograd writes into `.grad`, the optimizer reads it, and nothing in it goes away by itself. The loop
#   has to see to that.
# - Overfit a handful of rows before you train on all of them.
# - A validation loop changes nothing and tracks nothing, and it knows that the last mini-batch is short.
# - A number deserves its name only if it survives a change of batch size. The book's 5.82 is 62.8 × 0.0927.
# - Know your floor. With noise of 0.3 even the true weights have a mean squared error of about 0.09 on new
#   rows. A model that gets there is done.
#
# ## Where to read on
#
# - Andrej Karpathy, *A Recipe for Training Neural Networks* (2019), a blog post: overfit one batch, and
#   much more of this kind.
# - Aston Zhang, Zachary C. Lipton, Mu Li and Alexander J. Smola, *Dive into Deep Learning* (2023), the
#   chapter on linear regression.
# - Léon Bottou, Frank E. Curtis and Jorge Nocedal, *Optimization Methods for Large-Scale Machine Learning*
#   (2018): why mini-batches work.
# - The PyTorch documentation on `torch.optim` and on `torch.no_grad`.
#
# A good next step on your own: open the optimizers themselves, and build one from its formula.

# %%
progress()
