# %% [markdown]
# # Chapter 2 · A linear model by hand: two tensors, a loss, a slope, a step
#
# Everything a training program does, deep networks included, happens in this chapter once, on the smallest
# model there is. We write that model from two plain tensors, measure how wrong it is, work out by hand in
# which direction it gets better, and take one step in that direction.
#
# **You will be able to**
#
# - write a model from raw tensors, and say what makes a tensor one that can be learned;
# - write a loss, and recognise the broadcasting trap that spoils it without any error message;
# - derive the gradient by hand and show that three ways lead to the same number;
# - take one step of gradient descent in place, and tell from a path on the loss surface whether the step
#   size is right.
#
# **You need** chapter 1 (what a mini-batch is), matrix products, and the derivative of $x^2$. **Time:**
# about 90 minutes, with two rests. There are four exercises, worth 15 points.
#
# Below every exercise stands a check. When you are stuck, `hint("Linear")` gives the first of three hints;
# call it again for the next.

# %% tags=["setup"]
try:
    from autograder import check, hint, progress
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "this kernel lacks the course's checks: run `make setup` in the course folder and open it with `make lab`"
    ) from None

# %% tags=["setup"]
import matplotlib.pyplot as plt
import torch
from sklearn.datasets import make_regression
from sklearn.model_selection import train_test_split


# colours that colour-blind readers tell apart
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
plt.rcParams.update({"figure.figsize": (7, 3.6), "figure.dpi": 100, "axes.grid": True, "grid.alpha": 0.3})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "figure.facecolor": "white"})
plt.rcParams["axes.prop_cycle"] = plt.cycler(color=[BLUE, ORANGE, GREEN, PINK, "#E69F00"])

# %% [markdown]
# ## The data of chapter 1, as plain tensors
#
# The same 1,500 rows with 4 features as before, split into 1,005 for training and 495 for testing. Here we
# leave the dataset class and the loaders aside and keep two tensors, `X_train` and `y_train`; a mini-batch
# is 64 rows of them. We made these data ourselves, so we know the weights behind them. The program does
# not.

# %% tags=["setup"]
X_all, y_all, true_w = make_regression(n_samples=1500, n_features=4, noise=0.3, bias=2, coef=True, random_state=0)
true_b = 2.0
parts = train_test_split(X_all, y_all, test_size=0.33, random_state=0)
X_train, X_test, y_train, y_test = (torch.tensor(part, dtype=torch.float32) for part in parts)

# %%
print("X_train", tuple(X_train.shape), X_train.dtype)
print("y_train", tuple(y_train.shape), y_train.dtype)
print("the weights we hope to find:", true_w.round(4), "and the bias:", true_b)

# %% [markdown]
# ## A model is two tensors and one formula
#
# A linear model weighs every feature, adds the products up, and shifts the result. For a whole mini-batch
# at once:
#
# $$\hat{Y} = X\,W + b$$
#
# | symbol | in code | shape | what it is |
# |---|---|---|---|
# | $X$ | `x` | (batch, n_in) | the rows of the mini-batch, one a line |
# | $W$ | `model.w` | (n_in, n_out) | how much each input counts for each output |
# | $b$ | `model.b` | (n_out,) | one shift for each output, added to every row |
# | $\hat{Y}$ | what `forward` returns | (batch, n_out) | the predictions |
#
# Our data have `n_in = 4` and `n_out = 1`. We write the model for any sizes, because a shape that is wrong
# with three outputs is often wrong with one as well, only nobody sees it.
#
# **Predict, then run.** `rows` has shape (3, 2) and `weights` has shape (2, 4). Which shape has their
# matrix product, and which of the two factors may we swap?

# %%
rows = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 3.0]])
weights = torch.tensor([[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]])
product = rows @ weights
print(tuple(product.shape))
print(product)

# %% [markdown]
# The inner sizes (2 and 2) meet and vanish, the outer ones (3 and 4) stay: one line for each row, one
# column for each output. `weights @ rows` would put 4 against 3 and fail. The last line of the product is 2
# times the first line of `weights` plus 3 times the second: *weigh and add up*.

# %% [markdown]
# ## What makes a tensor learnable: a leaf that requires a gradient
#
# A tensor made with `requires_grad=True` asks autograd to keep books: every result computed from it remembers
# how it came about. The tensor itself is a **leaf** of that graph, a result is not, and `backward()` puts gradients
# into leaves only.
#
# **Predict, then run.** All four below hold three small random numbers. Which can be learned?

# %%
torch.manual_seed(0)
made = {
    "plain": torch.randn(3) * 0.01,
    "asked for at birth": torch.randn(3, requires_grad=True),
    "scaled afterwards": torch.randn(3, requires_grad=True) * 0.01,
    "scaled, then asked for": (torch.randn(3) * 0.01).requires_grad_(),
}
for name, tensor in made.items():
    print(f"{name:24} requires_grad={tensor.requires_grad!s:6} is_leaf={tensor.is_leaf}")

# %% [markdown]
# The third one looks right and is not: it *requires* a gradient, but it is a result. The leaf, the unscaled tensor,
# was thrown away in the same line. The fourth is fine: it was scaled before autograd began to keep books. (So was
# the first, but for that one nobody ever keeps any.) An optimizer notices the difference:

# %%
try:
    torch.optim.SGD([made["scaled afterwards"]], lr=0.1)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# ## Exercise 1 · `Linear` (5 points, about 15 minutes)
#
# **Goal.** Write the model of the table above from two raw tensors, without `torch.nn`.
#
# **Inputs and outputs.**
#
# - `Linear(n_in, n_out)` makes the model with
#   - `.w`: float32, shape (n_in, n_out), a leaf that requires a gradient;
#   - `.b`: float32, shape (n_out,), a leaf that requires a gradient;
#   - `.params`: the list `[w, b]`, in this order, of the very same two tensors. Later we hand it to an
#     optimizer.
# - `forward(x)` takes `x` of shape (batch, n_in) and returns the predictions, shape (batch, n_out), also
#   for a single row.
#
# The start values are yours: random, small, zero. `forward` uses the tensors and makes no new ones.
#
# **How it is checked.** On models of several sizes: type, shape, dtype and leafness of `w` and `b`; then
# the check writes its own numbers into them and compares predictions, and the gradients that `backward()`
# leaves in `w` and in `b`.


# %% nbgrader={"grade": false, "grade_id": "Linear", "locked": false, "solution": true}
class Linear:
    """A linear model: `w` (n_in, n_out), `b` (n_out,), float32 leaves, and `params`, the list [w, b]."""

    def __init__(self, n_in, n_out):
        ### BEGIN SOLUTION
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]
        ### END SOLUTION

    def forward(self, x):
        """Predict: x (batch, n_in) -> (batch, n_out)."""
        ### BEGIN SOLUTION
        return x @ self.w + self.b
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_Linear", "locked": true, "points": 5, "solution": false}
check("Linear", Linear)

# %% [markdown]
# **What just happened.** Two tensors and one line are a model. Below it predicts for five rows, and since
# nothing was learned yet, the numbers have little to do with the targets. Look at the two shapes: (5, 1)
# for the predictions, (5,) for the targets. That difference is the subject of the next section.

# %%
torch.manual_seed(0)
model = Linear(4, 1)
y_pred = model.forward(X_train[:5])
print("predictions", tuple(y_pred.shape), y_pred.detach().flatten().numpy().round(1))
print("targets    ", tuple(y_train[:5].shape), y_train[:5].numpy().round(1))
print("remembers where it comes from:", y_pred.grad_fn is not None)

# %% [markdown]
# ## How wrong is it? And a trap on the way
#
# We measure the error of a mini-batch with the sum of the squared differences between prediction and
# target:
#
# $$L = \sum_{i=1}^{\text{batch}} (\hat{y}_i - y_i)^2$$
#
# $\hat{y}_i$ and $y_i$ are the prediction and the target of row $i$, both single numbers; $L$ is a single
# number. Squares make all errors count with the same sign, and large ones count most. Mind that it is a
# **sum**: twice as many rows, twice the loss.
#
# Now the trap. When two shapes differ, torch *broadcasts*: it lines the shapes up from the right, puts a 1
# in front of the shorter one, and repeats every axis of size 1 as often as needed.
#
# **Predict, then run.** A column of shape (3, 1) minus a vector of shape (3,): an error, three numbers, or
# something else?

# %%
column = torch.tensor([[1.0], [2.0], [3.0]])
vector = torch.tensor([1.0, 2.0, 3.0])
difference = column - vector
print(tuple(difference.shape))
print(difference)

# %% [markdown]
# The two hold the same numbers, so three zeros would be right. What comes out is a (3, 3) table: *every*
# prediction minus *every* target. Nothing complains. The picture shows the same for eight rows with perfect
# predictions.

# %%
targets = y_train[:8]
perfect = targets.unsqueeze(1)  # (8, 1): what a model without any error would predict
table = perfect - targets
figure, axes = plt.subplots(figsize=(5.4, 4.2))
image = axes.imshow(table, cmap="PuOr", vmin=-300, vmax=300)
axes.plot(range(8), range(8), "o-", color=BLUE, label="the 8 differences we meant")
axes.set(xlabel="row of the target", ylabel="row of the prediction", title="(8, 1) minus (8,)")
axes.grid(False)
axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), frameon=False)
figure.colorbar(image, label="prediction − target (units of y)")
plt.show()

# %% [markdown]
# *The picture: an 8 by 8 table of coloured squares. Along the diagonal, marked in blue, all differences are
# zero; most other squares are orange or purple, differences of up to 300 between rows that have nothing to
# do with each other.*
#
# A model trained on that table learns to predict the mean of all targets for every row. So a loss function
# had better make sure of its shapes, whichever of the two it is given.

# %% [markdown]
# ## Exercise 2 · `sum_squared_error` (3 points, about 10 minutes)
#
# **Goal.** Write the loss $L$ so that the trap cannot close.
#
# **Inputs and output.** `sum_squared_error(y_pred, y_true)` takes `y_pred` of shape (batch,) **or** (batch, 1),
# and `y_true` of shape (batch,). It returns a scalar tensor, of shape `()`, through which `backward()` reaches
# `y_pred`. Both inputs keep their numbers.
#
# **How it is checked.** With a flat `y_pred`, with a column, and with a single row: the value of the loss,
# its shape, and the gradient that arrives at `y_pred`.


# %% nbgrader={"grade": false, "grade_id": "sum_squared_error", "locked": false, "solution": true}
def sum_squared_error(y_pred, y_true):
    """The sum of squared differences.

    y_pred: (batch,) or (batch, 1); y_true: (batch,). Returns a scalar tensor, shape ().
    """
    ### BEGIN SOLUTION
    return ((y_pred.reshape(-1) - y_true) ** 2).sum()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_sum_squared_error", "locked": true, "points": 3, "solution": false}
check("sum_squared_error", sum_squared_error)

# %% [markdown]
# **What just happened.** Model and loss together turn two tensors of weights into one number: how wrong
# they are on these rows. Training means making that number small.

# %%
for n_rows in (64, 128, 1005):
    loss = sum_squared_error(model.forward(X_train[:n_rows]), y_train[:n_rows])
    print(f"{n_rows:5} rows: loss {loss.item():14,.0f}   a row {loss.item() / n_rows:9,.0f}")

# %% [markdown]
# The loss grows with the number of rows, the loss *a row* hardly changes. Keep that in mind: the slopes we
# are about to compute grow with the number of rows too, and so the right step size will depend on the size
# of a mini-batch.
#
# ---
#
# ☕ **A rest.** You have a model and a loss. The second half asks how to change the weights.
#
# ---

# %% [markdown]
# ## Slope: which way is down?
#
# Hold everything fixed except one weight and watch the loss. The helper below writes a value into the third
# weight and returns the loss over all training rows. (`torch.no_grad()` tells autograd to look away
# meanwhile: we are trying values out, not computing a prediction.)


# %%
def loss_at(value):
    """The loss over all training rows when the third weight has this value."""
    with torch.no_grad():
        model.w[2, 0] = value
        return sum_squared_error(model.forward(X_train), y_train).item()


start = 20.0
for h in (1.0, 1e-3, 1e-6):
    print(f"h = {h:<6}: slope about {(loss_at(start + h) - loss_at(start - h)) / (2 * h):12,.0f}")

# %% [markdown]
# This is a **central difference**: go a little to the right and a little to the left, and divide the rise
# of the loss by the distance. The usual advice is to make `h` small. Why then is the slope for the smallest
# `h` so far off? A float32 number holds about seven digits, and so do the weight and the loss: with a tiny
# `h` we subtract two nearly equal, rounded numbers and divide what rounding left by next to nothing. For a
# parabola a central difference is exact for *any* `h`, so here we can take a large one.

# %%
values = torch.linspace(-30, 200, 60)
slope = (loss_at(start + 1) - loss_at(start - 1)) / 2
near = torch.linspace(start - 35, start + 60, 2)
plt.plot(values, [loss_at(v) / 1e6 for v in values], label="loss")
plt.plot(near, (loss_at(start) + slope * (near - start)) / 1e6, "--", label=f"tangent, slope {slope:,.0f}")
plt.plot(start, loss_at(start) / 1e6, "o", color=ORANGE, label="we are here")
plt.axvline(true_w[2], color=GREEN, linestyle=":", label="true weight, 84.36")
plt.xlabel("third weight (units of y per unit of feature 3)")
plt.ylabel("sum of squares (millions)")
plt.legend()
plt.show()

# %% [markdown]
# *The picture: a parabola of the loss over the third weight, lowest close to the true weight 84.36. At
# weight 20 a dashed tangent touches it and falls steeply to the right.*
#
# The slope at 20 is negative: the loss *falls* to the right, so the weight should grow. At the bottom of
# the parabola the slope is zero. So a slope tells the direction, and, since it shrinks towards the bottom,
# also something about the distance. Even at the bottom the loss is far from zero: three other weights are
# still wrong.

# %% [markdown]
# ## The same slope from a formula
#
# Two evaluations of the loss for every single weight are fine for four weights and hopeless for four
# million. So we differentiate. Let $r_i$ be the **residual** of row $i$, its prediction minus its target:
#
# $$r_i = \sum_{j=1}^{n} X_{ij}\,w_j + b - y_i \qquad\qquad L = \sum_{i=1}^{\text{batch}} r_i^2$$
#
# By the chain rule, every row contributes the outer derivative of its square times the inner derivative of
# its residual:
#
# $$\frac{\partial L}{\partial w_j} = \sum_{i} \frac{d(r_i^2)}{d r_i}\cdot\frac{\partial r_i}{\partial w_j}
# \qquad\qquad \frac{\partial L}{\partial b} = \sum_{i} \frac{d(r_i^2)}{d r_i}\cdot\frac{\partial r_i}{\partial b}$$
#
# | symbol | shape | what it is |
# |---|---|---|
# | $X_{ij}$ | a number; `X` is (batch, n) | feature $j$ of row $i$ |
# | $w_j$ | a number; `w` is (n, 1) | the weight of feature $j$ |
# | $b$ | a number; `b` is (1,) | the bias |
# | $y_i$, $r_i$ | numbers; `y` is (batch,) | target and residual of row $i$ |
# | $\partial L/\partial w_j$ | a number; all of them are `dw`, (n, 1) | slope of the loss along weight $j$ |
# | $\partial L/\partial b$ | a number; `db` is (1,) | slope of the loss along the bias |
#
# **On paper first.** Three derivatives are left for you: of $r^2$ with respect to $r$, of $r_i$ with
# respect to $w_j$, and of $r_i$ with respect to $b$. Put them in. Then look at the sum for $w_j$: it runs
# over rows, for each feature. Which matrix product of `X` and the column of residuals does that for all
# features at once?

# %% [markdown]
# ## Exercise 3 · `gradients_by_hand` (4 points, about 20 minutes)
#
# **Goal.** Compute both gradients of the **sum** of squares from the formula, without autograd.
#
# **Inputs.** `X` (batch, n), `y` (batch,), `w` (n, 1), `b` (1,), all float32.
# **Output.** The pair `(dw, db)`: `dw` with the shape of `w`, (n, 1), and `db` with the shape of `b`, (1,).
# The inputs keep their numbers.
#
# **How it is checked.** With drawn rows and weights, and with a single row: shapes, then values. The check
# calls your function inside `torch.no_grad()`, where autograd records nothing, so the formula has to stand
# on its own.


# %% nbgrader={"grade": false, "grade_id": "gradients_by_hand", "locked": false, "solution": true}
def gradients_by_hand(X, y, w, b):
    """The gradients of the sum of squared errors of the linear model, by formula.

    X: (batch, n), y: (batch,), w: (n, 1), b: (1,). Returns (dw, db), shaped like w and like b.
    """
    ### BEGIN SOLUTION
    residual = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ residual, 2 * residual.sum(dim=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_gradients_by_hand", "locked": true, "points": 4, "solution": false}
check("gradients_by_hand", gradients_by_hand)

# %% [markdown]
# **What just happened.** You did by hand what `backward()` does. Never trust a gradient that you cannot
# reach in a second way, so let us have three: your formula, autograd, and central differences with `h = 1`,
# for all five numbers of the model.


# %%
def nudge(tensor, index, h=1.0):
    """The central difference of the loss along one number of `tensor`."""
    losses = []
    for step in (h, -2 * h, h):  # up, down, back to where it was
        with torch.no_grad():
            tensor[index] += step
            losses.append(sum_squared_error(model.forward(X_train), y_train).item())
    return (losses[0] - losses[1]) / (2 * h)


torch.manual_seed(0)
model = Linear(4, 1)
differences = [nudge(model.w, (j, 0)) for j in range(4)] + [nudge(model.b, 0)]

# %%
dw, db = gradients_by_hand(X_train, y_train, model.w.detach(), model.b.detach())
sum_squared_error(model.forward(X_train), y_train).backward()
by_hand = [*dw.flatten().tolist(), *db.tolist()]
by_autograd = [*model.w.grad.flatten().tolist(), *model.b.grad.tolist()]
print(f"{'':8}{'by hand':>14}{'autograd':>14}{'differences':>14}")
names = ["w[0]", "w[1]", "w[2]", "w[3]", "b"]
for name, *three in zip(names, by_hand, by_autograd, differences, strict=True):
    print(f"{name:8}" + "".join(f"{number:14,.1f}" for number in three))

# %% [markdown]
# Three ways, one number (the differences carry a little rounding). All slopes of the weights are negative:
# every weight should grow. They are steepest where the true weight is largest.
#
# ## The destination: where all slopes are zero
#
# For this model and this loss we need not even walk. At the bottom of the bowl every slope is zero, which
# is a system of linear equations, and `torch.linalg.lstsq` solves it at once (**least squares**). A column
# of ones beside `X` makes the bias one more weight. **Predict, then run:** will it find the true weights
# exactly?

# %%
A = torch.cat([X_train, torch.ones(len(X_train), 1)], dim=1).double()  # (1005, 5)
best = torch.linalg.lstsq(A, y_train.double().unsqueeze(1)).solution  # (5, 1)
print("least squares:", best.flatten().numpy().round(4))
print("true numbers: ", true_w.round(4), true_b)
slopes = gradients_by_hand(X_train.double(), y_train.double(), best[:4], best[4])
print(f"steepest slope there: {max(slopes[0].abs().max(), slopes[1].abs().max()).item():.1e}")

# %% [markdown]
# Close, not equal: the targets carry noise, and the lowest point belongs to *these* 1,005 rows. By your own
# gradients all slopes there are zero, up to rounding. Why does anybody descend, then? Because a formula for
# the bottom exists for a linear model with squared errors and for hardly anything else, while descending
# needs only slopes.

# %% [markdown]
# ## One step of descent
#
# A step moves every parameter against its slope, by the learning rate $\eta$ (`lr`, a positive number)
# times as much:
#
# $$p \;\leftarrow\; p - \eta\,\frac{\partial L}{\partial p}$$
#
# $p$ stands for a whole parameter tensor (here `w` or `b`), and $\partial L/\partial p$ is its gradient, of
# the same shape. Written in Python, the arrow hides three traps. The first: **which tensor changes?**
#
# **Predict, then run.** What is printed each time: fives or fours?

# %%
parameter = torch.tensor([5.0, 5.0])

p = parameter
p = p - 1
print("after  p = p - 1:", parameter)

p = parameter
p -= 1
print("after  p -= 1:   ", parameter)

# %% [markdown]
# `p = p - 1` makes a new tensor and lets the name `p` point to it; the model's tensor knows nothing of
# that. `p -= 1` writes into the tensor itself. The second trap: autograd does not let us do that to a leaf
# it watches.

# %%
p = torch.tensor([5.0, 5.0], requires_grad=True)
try:
    p -= 1
except RuntimeError as error:
    print("RuntimeError:", error)

# %% [markdown]
# The update is no part of the model, so it belongs where autograd looks away: you have met
# `torch.no_grad()` above. The third trap. **Predict, then run.** The slope of $\sum p^2$ at 5 is 10. What
# does `p.grad` hold after one, two, three backward passes?

# %%
for _ in range(3):
    (p**2).sum().backward()
    print(p.grad)

# %% [markdown]
# `backward()` **adds** to `.grad`. That is useful when several losses share a weight, and wrong when the
# next mini-batch comes and the old slopes are still there. Whoever has used a gradient clears it: with
# `None` or with zeros, both are fine. A parameter that had no part in the loss has `None` in `.grad` to
# begin with.

# %% [markdown]
# ## Exercise 4 · `sgd_step` (3 points, about 15 minutes)
#
# **Goal.** Write the step of plain (stochastic) gradient descent.
#
# **Inputs.** `params`: a list of leaf tensors of any shapes, such as `model.params`; after a backward pass
# each has its gradient in `.grad`, of its own shape. `lr`: a float. **Output.** None; the tensors change
# **in place**.
#
# - Every tensor with a gradient moves one step, and its gradient is cleared afterwards (`None` or zeros).
# - A tensor whose `.grad` is `None` is left alone; the others still move.
# - Afterwards the tensors are leaves that require a gradient, as before, and autograd works.
#
# **How it is checked.** With tensors of several shapes and two steps with different learning rates, a
# backward pass before each: the numbers after each step, and what is left in `.grad`.


# %% nbgrader={"grade": false, "grade_id": "sgd_step", "locked": false, "solution": true}
def sgd_step(params, lr):
    """Move every tensor of `params` against its gradient, in place, and clear the gradient.

    params: leaf tensors of any shapes; one whose `.grad` is None is left alone. lr: float. Returns None.
    """
    ### BEGIN SOLUTION
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p -= lr * p.grad
                p.grad = None
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_sgd_step", "locked": true, "points": 3, "solution": false}
check("sgd_step", sgd_step)

# %% [markdown]
# **What just happened.** The circle is closed: predict, measure, find the slopes, step. Now we can watch it
# move.
#
# ---
#
# ☕ **A rest**, if you like. From here on we only look.
#
# ---
#
# ## Too small, right, too large
#
# To draw the loss as a landscape we need a model with two weights, so for the moment it sees features 1 and
# 3 only (the two with the largest weights). One step takes 64 randomly drawn rows, puts *your* gradients
# into `.grad`, and calls *your* `sgd_step`.

# %%
pair = X_train[:, [0, 2]]  # (1005, 2)


def one_step(model, X, y, lr):
    """Take one step on the rows given: X (batch, n), y (batch,)."""
    model.w.grad, model.b.grad = gradients_by_hand(X, y, model.w.detach(), model.b.detach())
    sgd_step(model.params, lr)


# %%
def descend(lr, n_steps, n_rows=64):
    """Take steps on drawn mini-batches from a fixed start; returns the path, (n_steps + 1, 2)."""
    generator = torch.Generator().manual_seed(2)
    model = Linear(2, 1)
    with torch.no_grad():
        model.w.copy_(torch.tensor([[-30.0], [10.0]]))
        model.b.fill_(true_b)
    path = [model.w.detach().flatten().clone()]
    for _ in range(n_steps):
        drawn = torch.randperm(len(pair), generator=generator)[:n_rows]
        one_step(model, pair[drawn], y_train[drawn], lr)
        path.append(model.w.detach().flatten().clone())
    return torch.stack(path)


# %% [markdown]
# **Predict, then run.** The three learning rates below are 0.0005, 0.004 and 0.0165. The lowest point is at
# about (62, 84). Which path gets there within 24 steps, which is still on its way, and what does the third
# one do?

# %%
rates = {"too small": 0.0005, "right": 0.004, "too large": 0.0165}
colors = {"too small": BLUE, "right": GREEN, "too large": ORANGE}
paths = {name: descend(lr, n_steps=24) for name, lr in rates.items()}
first, second = torch.linspace(-160, 260, 42), torch.linspace(-60, 230, 40)
surface = [[sum_squared_error(pair @ torch.stack([u, v]), y_train - true_b) for u in first] for v in second]
surface = torch.tensor(surface) / 1e6  # the bias is held at its true value
levels = [3, 6, 12, 20, 30, 45]

# %%
figure, panels = plt.subplots(1, 3, figsize=(10, 3.9), sharex=True, sharey=True, layout="constrained")
for panel, (name, path) in zip(panels, paths.items(), strict=True):
    lines = panel.contour(first, second, surface, levels, colors="0.65", linewidths=0.8)
    panel.clabel(lines, fontsize=7)
    shown = path[:5] if name == "too large" else path  # its later steps leave the map
    panel.plot(*shown.T, "o-", color=colors[name], markersize=3.5, label=f"{name}: lr {rates[name]}")
    panel.plot(*path[0], "s", color="black", markersize=6, label="start")
    panel.plot(true_w[0], true_w[2], "*", color=PINK, markersize=10, mec="black", label="true weights")
    panel.set(xlim=(-160, 260), ylim=(-60, 230), xlabel="weight of feature 1")
    panel.legend(loc="lower right", fontsize=8)
panels[0].set_ylabel("weight of feature 3")
figure.suptitle("Mini-batch steps on the loss surface (contours: sum of squares of 1,005 rows, in millions)", size=10)
plt.show()

# %% [markdown]
# *The picture: three maps of the same round bowl with its lowest point near (62, 84), each with a path from
# the same start at (−30, 10). With lr 0.0005 the path creeps towards the bottom in small, even steps and ends
# short of it; with 0.004 it is there after four steps; with 0.0165 every step jumps across the bottom to the
# other side of the bowl, four times in the picture, and the last one lies higher up than the start.*

# %%
for name, style in zip(paths, ("-", "--", ":"), strict=True):
    losses = [sum_squared_error(pair @ w, y_train - true_b) for w in paths[name]]
    plt.semilogy(losses, style, marker="o", markersize=3, color=colors[name], label=f"{name}: lr {rates[name]}")
plt.xlabel("step")
plt.ylabel("sum of squares, 1,005 rows")
plt.legend()
plt.show()

# %% [markdown]
# *The picture: the loss after each step on a logarithmic scale. The dashed line (0.004) drops within four steps
# to a floor near 2 million, the solid one (0.0005) falls slowly towards the same floor, the dotted one (0.0165)
# zigzags upwards, to several hundred times the loss of the start.*
#
# A step that is too large does not just lose time: it lands *higher* than before. A rising loss is the
# first thing to look for when training fails; divide the learning rate by ten and look again. The floor is
# high because this model cannot see features 2 and 4.
#
# ## At the bottom, under a magnifying glass
#
# **Predict, then run.** We let two good learning rates run for 200 steps and draw the last 140, a long time
# after the bottom was reached. Do the paths stand still?

# %%
u_near, v_near = torch.linspace(50, 74, 25), torch.linspace(72, 96, 25)
near = [[sum_squared_error(pair @ torch.stack([u, v]), y_train - true_b) for u in u_near] for v in v_near]
figure, panels = plt.subplots(1, 2, figsize=(8.4, 4.2), sharex=True, sharey=True, layout="constrained")
for panel, lr, color in zip(panels, (0.001, 0.004), (BLUE, GREEN), strict=True):
    lines = panel.contour(u_near, v_near, torch.tensor(near) / 1e6, levels=6, colors="0.65", linewidths=0.8)
    panel.clabel(lines, fontsize=7)
    path = descend(lr, n_steps=200)[60:]
    panel.plot(*path.T, ".-", color=color, linewidth=0.5, markersize=5, label=f"lr {lr}, steps 60 to 200")
    panel.set(xlabel="weight of feature 1", aspect="equal")
    panel.legend(loc="upper left", fontsize=8)
panels[0].set_ylabel("weight of feature 3")
plt.show()

# %% [markdown]
# *The picture: the lowest part of the bowl, 24 units wide. The path with lr 0.001 wanders within a cloud
# about 5 units across, the one with lr 0.004 within a cloud more than twice as wide. Both clouds surround
# the bottom.*
#
# They never come to rest. Each mini-batch has its own bowl with a slightly different bottom, and the path
# follows whichever bowl it is shown. That is the *stochastic* in stochastic gradient descent. A smaller
# learning rate calms it, at the price of a slower walk: one reason why long trainings lower the rate
# towards the end.

# %% [markdown]
# ## The right step depends on the loss
#
# Our features have a mean near 0 and a spread near 1. Then one step on $m$ rows multiplies the distance to
# the bottom by about $1 - 2\,m\,\eta$, with $\eta$ the learning rate: the 2 from the square, the $m$
# because the loss is a *sum* over rows. With $m = 64$ and $\eta = 0.004$ that is 0.49, so each step halves
# the distance.
#
# **Predict, then run.** The same learning rate, but 128 rows in every step, and then 512. What is $1 -
# 2\,m\,\eta$ for each, and what will the distance to the bottom do?

# %%
bottom = torch.linalg.lstsq(pair, y_train - true_b).solution
for n_rows in (64, 128, 512):
    distance = (descend(0.004, n_steps=6, n_rows=n_rows) - bottom).norm(dim=1)
    print(f"{n_rows:4} rows, factor {1 - 2 * n_rows * 0.004:5.2f}:", [round(d, 1) for d in distance.tolist()])

# %% [markdown]
# With 64 rows the distance halves until it meets the jitter. With 128 the factor is nearly 0, and one step
# lands almost at the bottom. With 512 it is −3.1: across to the other side, three times as far away, again
# and again. Nothing changed but the number of rows. Had the loss been a *mean*, the learning rate would not
# care about the size of a mini-batch. We keep the sum, as the course's training loop does, and know what it
# costs.

# %% [markdown]
# ## All four weights
#
# Last, the whole model on the whole data: 100 mini-batches with the learning rate the course uses
# throughout. Where should it arrive?

# %%
torch.manual_seed(0)
model = Linear(4, 1)
for _ in range(100):
    drawn = torch.randperm(len(X_train))[:64]
    one_step(model, X_train[drawn], y_train[drawn], lr=1e-3)
print("descended:    ", model.w.detach().flatten().numpy().round(2), model.b.detach().numpy().round(2))
print("least squares:", best[:4].flatten().numpy().round(2), best[4].numpy().round(2))
print("true numbers: ", true_w.round(2), true_b)

# %% [markdown]
# A hundred steps, none of which saw more than 64 rows, lead to where the closed form leads. From the next
# chapter on `torch.optim` takes the steps and autograd finds the slopes; you know what both do.
#
# ## What to take along
#
# - A model is tensors plus a formula. What is learned is a **leaf** that **requires a gradient**; scale
#   first, ask for the gradient afterwards.
# - (batch, 1) minus (batch,) is a (batch, batch) table, and nobody complains. Print the shape of the
#   difference before you trust a loss.
# - The gradient of a sum of squares is made of residuals: each row pulls at every weight, as hard as its
#   error and its feature say. Formula, autograd and central differences give the same number; when they do
#   not, one of them is wrong.
# - A step is taken in place, where autograd does not watch, and gradients are cleared, because `backward()`
#   adds.
# - Too small a step creeps, too large a step climbs. With a sum for a loss, the right size depends on the
#   number of rows.
#
# ## Where to read on
#
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press 2016, section 4.3: gradient-based
#   optimization.
# - A. Zhang, Z. Lipton, M. Li, A. Smola, *Dive into Deep Learning*, Cambridge University Press 2023: the
#   chapter on linear neural networks for regression builds the same model from scratch.
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, *Automatic Differentiation in Machine
#   Learning: a Survey*, Journal of Machine Learning Research 18, 2018: what `backward()` is, and what
#   finite differences are not.
# - The PyTorch documentation, pages *Broadcasting semantics* and *Autograd mechanics*.

# %%
progress()
