# %% [markdown]
# # 3 · Optimizers from the shelf
#
# In chapter 2 you moved the weights yourself: rate times gradient, subtract, clear. PyTorch keeps that
# step, and four cleverer ones, ready in `torch.optim`. All of them are used with the same three calls, so
# that a training program can change its optimizer by changing one line.
#
# **After this chapter you can**
# - set up SGD, Adam, RMSprop, Adagrad and Adadelta, and say what each does with a gradient;
# - say what `zero_grad()`, `backward()` and `step()` do *alone*, and so what goes wrong when one is
#   missing;
# - say what each setting means: `lr`, `momentum`, `betas`, `rho`, `alpha`, `eps`, `weight_decay`;
# - find a learning rate for each of the five, and tell from a loss curve whether a rate is too small or too
#   large.
#
# **You need** chapters 1 and 2: what a batch is, the model with its tensors `w` and `b`, the sum of
# squares, `.grad`. **Time:** about 75 minutes. There are three exercises, worth 4, 6 and 5 points.
#
# Run the cells from top to bottom. A question that begins with *Predict* wants your guess before you run
# the next cell.

# %% tags=["setup"]
try:
    from autograder import check, hint, progress
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "this kernel lacks the course's checks: run `make setup` in the course folder and open it with `make lab`"
    ) from None

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from sklearn.datasets import make_regression
from sklearn.model_selection import train_test_split


torch.set_num_threads(1)  # our tensors are so small that a second thread would only wait for the first
colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"]
plt.rcParams.update({"figure.figsize": (7, 3.6), "figure.dpi": 100, "axes.grid": True, "grid.alpha": 0.3})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "figure.facecolor": "white"})
plt.rcParams["axes.prop_cycle"] = plt.cycler(color=colors)

# %% [markdown]
# The data are those of the first two chapters: 1500 rows, 4 features, and a target that is a weighted sum
# of the features plus 2 plus noise. The true weights are 63.0061, 44.1452, 84.3648 and 9.3378. For most of
# this chapter **one** batch of 64 rows is enough. On one batch nothing but the optimizer decides how fast
# the loss falls.

# %% tags=["setup"]
X, y, true_w = make_regression(n_samples=1500, n_features=4, noise=0.3, bias=2, coef=True, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.33, random_state=0)
batch = {
    "X": torch.tensor(X_train[:64], dtype=torch.float32),  # (64, 4)
    "y": torch.tensor(y_train[:64], dtype=torch.float32),  # (64,)
}

# %% [markdown]
# From chapter 2 we bring along the model and the loss, so that nothing here hangs on how you wrote them.


# %% tags=["setup"]
class Linear:
    """A linear model: w is (n_in, n_out), b is (n_out,), and params lists both."""

    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


def sum_squared_error(y_pred, y_true):
    """The sum of squared errors as a scalar tensor; y_pred is (batch,) or (batch, 1), y_true is (batch,)."""
    return ((y_pred.reshape(-1) - y_true) ** 2).sum()


# %% [markdown]
# ## 1. What an optimizer holds
#
# Here is the line that this chapter is about. It makes an SGD optimizer (*stochastic gradient descent*) for
# our model, with a learning rate of one thousandth.

# %%
torch.manual_seed(0)
model = Linear(4, 1)
optimizer = torch.optim.SGD(model.params, lr=1e-3)
print(optimizer)

# %% [markdown]
# Look at what went in: a **list of tensors** and a number. Not the model, not the data, not the loss. An
# optimizer knows none of these; all it will ever do is look at the `.grad` of each tensor on its list and
# change that tensor.
#
# *Predict:* does the optimizer hold copies of our weights, or the very same tensors?

# %%
held = optimizer.param_groups[0]["params"]
print("tensors on the list:", [tuple(tensor.shape) for tensor in held])
print("the first one is model.w itself:", held[0] is model.w)
print("the second one is model.b itself:", held[1] is model.b)

# %% [markdown]
# The same tensors, not copies. That is why a step of the optimizer changes the model although the optimizer
# never heard of it, and it is also the source of a classic bug. Suppose somebody puts *new* weights into
# the model.

# %%
other = Linear(4, 1)
other_optimizer = torch.optim.SGD(other.params, lr=1e-3)
other.w = torch.zeros(4, 1, requires_grad=True)  # a new tensor under the old name
still_held = [tensor is other.w for tensor in other_optimizer.param_groups[0]["params"]]
print("the optimizer still holds other.w:", any(still_held))

# %% [markdown]
# From now on that optimizer trains a tensor that no model uses, without any error. So: build the optimizer
# *after* the model, and a new one for a new model. The other mistake everybody makes once is to pass a
# tensor instead of a list, and here torch does say something.

# %%
try:
    torch.optim.SGD(model.w, lr=1e-3)
except TypeError as error:
    print("TypeError:", error)

# %% [markdown]
# ## 2. Three calls, one at a time
#
# An optimizer is used together with autograd, and the work is split between three calls. We look at each of
# them alone, on purpose not in the order in which a training program needs them: putting them in order will
# be your job. First, **`step()`**. We write a made-up gradient into `.grad` by hand and look at the weights
# before and after.
#
# *Predict:* the rate is 0.001 and every entry of the gradient is 10. By how much does each weight change?
# What does `.grad` hold afterwards?

# %%
model.w.grad = torch.full((4, 1), 10.0)
before = model.w.detach().clone()
optimizer.step()
print("change of w:    ", (model.w.detach() - before).flatten())
print("w.grad afterwards:", model.w.grad.flatten())
print("b moved:", bool(model.b != 0), "| b.grad:", model.b.grad)

# %% [markdown]
# Each weight moved by −0.001 · 10 = −0.01 (a last digit may be off: float32 has about seven of them).
# **`step()` reads `.grad` and moves the tensors**: it neither computes a gradient nor clears one. The bias
# stayed, without any complaint, because its `.grad` is `None`: nobody ever computed one for it.
#
# Next, **`zero_grad()`**. *Predict:* which of the two changes, `w` or `w.grad`?

# %%
before = model.w.detach().clone()
optimizer.zero_grad()
print("w changed:", not torch.equal(model.w.detach(), before))
print("w.grad:", model.w.grad)

# %% [markdown]
# **`zero_grad()` forgets the gradients** of all tensors on the list, and touches nothing else. "Zero" is a
# bit of a lie: since PyTorch 2.0 it puts `None` there, which saves memory and is treated as "nothing to do"
# by `step()`.
#
# Last, **`backward()`**. It belongs to the *loss*, not to the optimizer.

# %%
loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
before = model.w.detach().clone()
loss.backward()
print(f"loss: {loss.item():.0f}")
print("w changed:", not torch.equal(model.w.detach(), before))
print("w.grad:", model.w.grad.flatten())
print("b.grad:", model.b.grad)

# %% [markdown]
# **`backward()` fills `.grad`** of every tensor the loss was computed from, and moves nothing. The
# gradients are large, thousands and more, because the loss adds up 64 squared errors, and the weights are
# still far from 63, 44, 84 and 9.
#
# | call | belongs to | reads | changes |
# |---|---|---|---|
# | `zero_grad()` | the optimizer | – | `.grad` (forgets it) |
# | `backward()` | the loss | the graph of the forward pass | `.grad` (**adds** to it) |
# | `step()` | the optimizer | `.grad` | the tensors |

# %% [markdown]
# ### "Adds to it"
#
# That little word has cost more hours than any other in PyTorch. `backward()` does not write the gradient
# into `.grad`, it *adds* it to what is there already. We compute the same loss ten times and call
# `backward()` each time. No step is taken, so the true gradient is the same every time.
#
# *Predict:* how long is `w.grad` after the tenth call, if it is cleared each time? And if it never is?


# %%
def gradient_norms(clear, calls=10):
    """The length of w.grad after each of several backward passes from the same place."""
    still = Linear(4, 1)
    norms = []
    for _ in range(calls):
        if clear:
            still.w.grad = None
        sum_squared_error(still.forward(batch["X"]), batch["y"]).backward()
        norms.append(still.w.grad.norm().item())
    return norms


# %%
calls = range(1, 11)
torch.manual_seed(0)
plt.plot(calls, gradient_norms(clear=False), "o-", color=colors[1], label="never cleared")
torch.manual_seed(0)
plt.plot(calls, gradient_norms(clear=True), "s-", color=colors[0], label="cleared before each call")
plt.xlabel("number of calls of backward()")
plt.ylabel("length of w.grad\n(loss per unit of weight)")
plt.title("Ten backward passes from one place")
plt.legend()
plt.show()

# %% [markdown]
# *The plot shows two curves over ten calls. The one with clearing is flat at about 15,000; the one without
# climbs in a straight line to ten times that.*
#
# After ten calls the gradient is ten times too long: it is the *sum* of ten gradients. Why would anyone
# want that? Because it lets us add up the gradients of several small batches when one large batch does not
# fit into memory. The price is that in the normal case somebody must clear. Remember the straight line: in
# chapter 4 it will come back as a training run that goes wrong.

# %% [markdown]
# ## 3. Five rules for a step
#
# What `step()` does with the gradient is what makes the five different. In all formulas θ stands for one
# weight (one number out of one tensor), *g* for its gradient at this step, η for the learning rate `lr`.
# Every rule is used on every weight **separately**; "←" means "becomes".

# %% [markdown]
# ### SGD: proportional to the gradient
#
# $$\theta \leftarrow \theta - \eta\, g$$
#
# Where the loss is steep, a long step; where it is flat, a short one. SGD remembers nothing and costs
# nothing. It has one clear limit: if η times the curvature of the loss is too large, each step jumps past
# the minimum and lands further up on the other side. `momentum` = μ (default 0) gives it a memory *v*:
#
# $$v \leftarrow \mu v + g \qquad\qquad \theta \leftarrow \theta - \eta\, v$$
#
# Like a ball that rolls, it gathers speed where gradients agree and averages out zigzag where they do not.
# Under a constant gradient steps grow up to 1/(1−μ) times, so ten times for μ = 0.9. **Good for:** nearly
# everything *if* you tune η; with momentum it has trained many of the well-known image networks.

# %% [markdown]
# ### Adagrad: shorter and shorter
#
# $$s \leftarrow s + g^2 \qquad\qquad \theta \leftarrow \theta - \eta\, \frac{g}{\sqrt{s} + \varepsilon}$$
#
# *s* adds up all squared gradients so far, and each weight divides by the root of its own *s*. Weights that
# rarely get a gradient keep long steps. **Good for:** sparse data, such as words of which most are rare. As
# *s* only grows, steps only shrink: in a long training it can come to a standstill before the minimum.

# %% [markdown]
# ### RMSprop: the same, but it forgets
#
# $$s \leftarrow \alpha s + (1-\alpha)\, g^2 \qquad\qquad
# \theta \leftarrow \theta - \eta\, \frac{g}{\sqrt{s} + \varepsilon}$$
#
# Now *s* is a running average over about 1/(1−α) steps, 100 for torch's default `alpha` α = 0.99. Old
# gradients fade, so steps do not die out. **Good for:** gradients whose size changes during training:
# recurrent networks, reinforcement learning. With a fixed η it does not come to rest at the minimum but
# keeps moving about it.

# %% [markdown]
# ### Adadelta: in units of its own earlier steps
#
# $$s \leftarrow \rho s + (1-\rho)\, g^2 \qquad \Delta = \frac{\sqrt{u+\varepsilon}}{\sqrt{s+\varepsilon}}\; g \qquad
# \theta \leftarrow \theta - \eta\,\Delta \qquad u \leftarrow \rho u + (1-\rho)\,\Delta^2$$
#
# Besides the running average *s* of squared gradients it keeps one, *u*, of its own squared steps Δ (before
# the factor η), both with `rho` ρ = 0.9. The idea was to need no learning rate at all, which is why torch's
# default is η = 1. **Good for:** cases in which you cannot tune, and the weights do not have far to go: *u*
# begins at 0, so the first steps are of the size of √ε, and it takes long to get going (a larger `eps`
# speeds that up).

# %% [markdown]
# ### Adam: momentum and a running average
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\, g \qquad s \leftarrow \beta_2 s + (1-\beta_2)\, g^2 \qquad
# \theta \leftarrow \theta - \eta\, \frac{m / (1-\beta_1^t)}{\sqrt{s/(1-\beta_2^t)} + \varepsilon}$$
#
# *m* is a running average of gradients (about 10 steps), *s* one of squared gradients (about 1000 steps),
# with `betas` (β₁, β₂) = (0.9, 0.999), and *t* counts the steps. Both averages begin at 0; the two
# divisions by 1 − βᵗ make up for that at the start. **Good for:** a first try at nearly everything;
# transformers are trained with it or its relative AdamW. Its steps are about as long as η, *whatever the
# size of the gradient*. That will matter soon.

# %% [markdown]
# ### The settings in one table
#
# | setting | of | default | what it does | larger means |
# |---|---|---|---|---|
# | `lr` η | all | SGD, Adam 0.001; RMSprop, Adagrad 0.01; Adadelta 1 | scales every step | longer steps |
# | `momentum` μ | SGD, RMSprop | 0 | keeps a part of the last step | smoother, faster, may overshoot |
# | `betas` β₁, β₂ | Adam | 0.9, 0.999 | memory for gradients, for their squares | longer memory |
# | `alpha` α | RMSprop | 0.99 | memory for squared gradients | longer memory |
# | `rho` ρ | Adadelta | 0.9 | memory for squared gradients and steps | longer memory |
# | `eps` ε | all but SGD | 1e-8; Adagrad 1e-10; Adadelta 1e-6 | no division by 0 | short steps on tiny gradients |
# | `weight_decay` λ | all | 0 | adds λθ to the gradient: a pull towards 0 | smaller weights |
#
# In Adam the pull of `weight_decay` is divided like the rest of the gradient; AdamW instead shrinks the
# weight directly. Memory has a price: per weight, SGD stores 0 extra numbers, SGD with momentum, Adagrad
# and RMSprop store 1, Adam and Adadelta 2. For a model with a billion weights that decides which graphics
# card you need.

# %% [markdown]
# ### Exercise 1 · `make_optimizer` (4 points, about 10 minutes)
#
# Later we want to say `"adam"` and get an Adam. Write `make_optimizer(name, params, lr)`.
#
# - `name`: one of the five texts `"sgd"`, `"adam"`, `"rmsprop"`, `"adagrad"`, `"adadelta"`, in lower case
#   (what you do with `"SGD"` is up to you).
# - `params`: a list of tensors, like `model.params`.
# - `lr`: the learning rate, a float.
# - Returns: the optimizer of that name from `torch.optim` (the classes are `SGD`, `Adam`, `RMSprop`,
#   `Adagrad` and `Adadelta`), which moves exactly the tensors in `params` with the rate `lr`. All other
#   settings stay at torch's defaults.
# - Any other name, be it a typing mistake or an optimizer that is not among the five: a `ValueError`.
#
# **How it is checked:** for each of the five names, with tensors and rates drawn at random: the kind of
# optimizer, the tensors it holds, its settings, and where two steps lead. Then with two names that are none
# of the five. Stuck? `hint("make_optimizer")` gives a hint, and a further one each time you call it.


# %% nbgrader={"grade": false, "grade_id": "make_optimizer", "locked": false, "solution": true}
def make_optimizer(name, params, lr):
    """The optimizer called "sgd", "adam", "rmsprop", "adagrad" or "adadelta", for a list of tensors.

    params: list of tensors; lr: float. Raises ValueError for any other name.
    """
    ### BEGIN SOLUTION
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(f"unknown optimizer {name!r}; there are {', '.join(classes)}")
    return classes[name](params, lr=lr)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_make_optimizer", "locked": true, "points": 4, "solution": false}
check("make_optimizer", make_optimizer)

# %% [markdown]
# **What just happened.** One line now chooses among five rules, and the rest of a program need not know
# which. The `ValueError` is not a formality: a comparison in which "adma" silently became SGD would print a
# table in which one row is a lie.
#
# With it you can ask torch for all the settings at once. Each name in the table above should appear here
# with its default.

# %%
names = ["sgd", "adam", "rmsprop", "adagrad", "adadelta"]
settings = ["momentum", "betas", "alpha", "rho", "eps", "weight_decay"]
defaults = {name: make_optimizer(name, [torch.zeros(1)], lr=0.1).defaults for name in names}
pd.DataFrame({name: {s: str(defaults[name].get(s, "–")) for s in settings} for name in names}).T

# %% [markdown]
# ## 4. How long is a step?
#
# Here is an experiment that tells the five apart better than any formula. One weight, a made-up gradient
# that never changes, the same rate 0.1 for all five. We only measure how far the weight moves at each step.
#
# *Predict:* we do it once with the gradient 1 and once with the gradient 100. For which of the five do the
# steps get 100 times longer?


# %%
def step_lengths(name, gradient, steps=100, lr=0.1):
    """How far one weight moves at each step while its gradient stays the same."""
    weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = make_optimizer(name, [weight], lr)
    places = [0.0]
    for _ in range(steps):
        weight.grad = torch.full((1,), float(gradient), dtype=torch.float64)
        optimizer.step()
        places.append(weight.item())
    return np.abs(np.diff(places))


# %%
styles = ["-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1))]
_, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
for axis, gradient in zip(axes, [1, 100], strict=True):
    for name, color, style in zip(names, colors, styles, strict=True):
        lengths = step_lengths(name, gradient)
        axis.plot(range(1, 101), lengths, color=color, linestyle=style, lw=2.2, label=name)
    axis.set(title=f"gradient {gradient}, rate 0.1", xlabel="step", yscale="log")
axes[0].set_ylabel("length of the step\n(units of weight)")
axes[1].legend(loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# *Two panels show step length on a logarithmic scale against the step number: left for the gradient 1,
# right for the gradient 100. Only SGD's line differs between them: it lies at 0.1 on the left and at 10 on
# the right. In both, Adam stays at 0.1, RMSprop begins at 1 and comes down towards 0.1, Adagrad begins at
# 0.1 and falls to 0.01, and Adadelta begins at 0.0003 and slowly climbs.*
#
# Only SGD cares how large the gradient is. The other four divide it by its own size, so that what is left
# is its *sign*: the rate itself becomes the length of a step. Read four facts off the plot; you will need
# them in section 6.
#
# - **Adam**: a step is as long as the rate, from the first to the last.
# - **RMSprop**: the same later on, but its first step is ten times as long (its average *s* begins at 0 and
#   nobody makes up for that).
# - **Adagrad**: the first step is as long as the rate, the *t*-th is √*t* times shorter.
# - **Adadelta**: the first step is 0.003 times the rate, and it takes its time to grow.

# %% [markdown]
# ## 5. One step
#
# Now the three calls of section 2, the loss and a batch come together. What you write here is the heart of
# every training program in PyTorch.
#
# ### Exercise 2 · `optimizer_step` (6 points, about 15 minutes)
#
# Write `optimizer_step(model, batch, optimizer)`: one step of training on one batch.
#
# - `model`: has `forward(X)`, which takes `X` of shape (batch, n_in) to predictions of shape **(batch,
#   1)**, and `params`, its list of tensors.
# - `batch`: a dictionary with `"X"`, a tensor of shape (batch, n_in), and `"y"`, a tensor of shape
#   **(batch,)**.
# - `optimizer`: any optimizer from `torch.optim`, bound to the model's tensors.
# - Afterwards the optimizer has taken **one** step along the gradient of this batch's **sum of squared
#   errors**, and of nothing else: gradients of earlier batches play no part.
# - Returns: the loss on this batch *before* the step, as a Python `float`.
#
# **How it is checked:** three calls in a row on three batches of different sizes (one of them may have a
# single row), with a model, a rate and a momentum drawn at random. After each call we look at what you
# returned and where the weights are. Whether you clear first or last is up to you.


# %% nbgrader={"grade": false, "grade_id": "optimizer_step", "locked": false, "solution": true}
def optimizer_step(model, batch, optimizer):
    """Take one step on one batch and return the loss before it, a float.

    batch: {"X": (batch, n_in), "y": (batch,)}; model.forward(X): (batch, 1).
    The loss is the sum of squared errors of the batch.
    """
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_optimizer_step", "locked": true, "points": 6, "solution": false}
check("optimizer_step", optimizer_step)

# %% [markdown]
# **What just happened.** Your function never asks which optimizer it was given. The same few lines train
# with any of the five, and with any that will be invented next year. The first thing to do with a new
# training step is to see whether it can learn *one* batch by heart.

# %%
torch.manual_seed(0)
model = Linear(4, 1)
optimizer = make_optimizer("sgd", model.params, lr=1e-3)
losses = [optimizer_step(model, batch, optimizer) for _ in range(201)]
print("loss before step 1, 11, 51, 201:", [round(losses[i], 1) for i in (0, 10, 50, 200)])
print("learned:", model.w.detach().flatten(), model.b.detach())
print("true:   ", true_w, 2.0)

# %% [markdown]
# The loss falls from nearly a million to a handful and stays there: the weights are right, and what is left
# is the noise, which no weights can remove. So SGD at 0.001 does the job on this batch. Keep the number in
# mind.
#
# ### Five paths on one surface
#
# To *see* the rules at work we need a loss with two weights, so that it can be drawn as a map. We make one
# with a narrow valley: the second feature is shrunk and partly repeats the first, so the loss is steep
# across the valley, flat along it, and the valley lies askew. The true weights are 4 and 3, and all five
# start at −3 and 3.

# %%
mix = torch.tensor([[1.0, -0.3], [0.0, 0.3]])
small = {"X": batch["X"][:, :2] @ mix}  # (64, 2)
small["y"] = small["X"] @ torch.tensor([4.0, 3.0])  # (64,)


# %%
def walk(name, lr, steps=60):
    """The places (steps + 1, 2) that the two weights visit. The bias is not on the list: it stays 0."""
    model = Linear(2, 1)
    model.w.data = torch.tensor([[-3.0], [3.0]])
    optimizer = make_optimizer(name, [model.w], lr)
    places = [model.w.detach().flatten().clone()]
    for _ in range(steps):
        optimizer_step(model, small, optimizer)
        places.append(model.w.detach().flatten().clone())
    return torch.stack(places)


# %% [markdown]
# Notice `[model.w]`: the list decides what moves. We left the bias off it, so the bias is frozen. That is
# how people train a part of a large network and leave the rest alone. Next we need the height of the
# surface on a grid of weights, for the contour lines.

# %%
w1, w2 = np.meshgrid(np.linspace(-4, 8, 120), np.linspace(-3.2, 5, 120))
away = np.stack([w1 - 4, w2 - 3])  # (2, 120, 120): how far from the true weights
bowl = (small["X"].T @ small["X"]).numpy()  # (2, 2)
height = np.einsum("iab,ij,jab->ab", away, bowl, away)  # (120, 120): the sum of squared errors

# %% [markdown]
# *Predict:* SGD goes straight downhill, at right angles to the contour lines. The other four divide each
# weight's gradient by its own size. In which direction do *they* set out?

# %%
walks = {"sgd": (0.011, 1, (5.2, -1.4)), "adam": (0.25, 28, (3.6, -2.4))}  # rate, dot to label, label
walks |= {"rmsprop": (0.4, 2, (-1.6, -2.2)), "adagrad": (1.5, 2, (-3.8, -0.9))}
walks |= {"adadelta": (60.0, 26, (0.5, 0.5))}
_, axis = plt.subplots(figsize=(8, 5.8), layout="constrained")
axis.contour(w1, w2, height, levels=np.geomspace(2, 4000, 12), colors="0.75", linewidths=0.8)
for (name, (lr, step, place)), color in zip(walks.items(), colors, strict=True):
    path = walk(name, lr)
    axis.plot(*path.T, "o-", color=color, ms=3, lw=1.6)
    look = {"color": color, "weight": "bold", "arrowprops": {"arrowstyle": "-", "color": color}}
    axis.annotate(f"{name}, lr {lr:g}", path[step].tolist(), place, **look)
axis.plot(4, 3, "*", ms=16, color="black")
axis.set(xlabel="first weight", ylabel="second weight", title="60 steps, one dot each", aspect="equal")
axis.set(xlim=(-4, 8), ylim=(-3.2, 5))
plt.show()

# %% [markdown]
# *Five paths lead over grey contour lines of a narrow valley towards a star at (4, 3). SGD jumps across the
# valley and back a few times, each time less, and then creeps along its floor. The other four leave the
# start side by side on a diagonal, turn off at different points and follow the floor; Adam swings out
# widest; Adam and Adadelta are not there yet after 60 steps.*
#
# SGD's first step is the longest, because the slope is steepest there, and it zigzags because the rate that
# is right for the flat direction is nearly too large for the steep one. The other four set out on the exact
# diagonal: both weights change by the same amount, however different their gradients are. Adam has
# momentum, so it overshoots and curves back like a ball. Look also at the rates in the labels: from 0.011
# to 60, for walks over much the same distance.

# %% [markdown]
# ## 6. One rate for all is no race
#
# Which of the five is best? The obvious experiment: the same model, the same batch, the same rate for all,
# 200 steps each. Whoever has the lowest loss wins. Is that fair? `race` runs one of them from a fixed
# start, with your two functions.


# %%
def race(name, lr, steps=200):
    """The loss on our batch of 64 rows before each of `steps` steps, and after the last."""
    torch.manual_seed(0)
    model = Linear(4, 1)
    optimizer = make_optimizer(name, model.params, lr)
    return [optimizer_step(model, batch, optimizer) for _ in range(steps + 1)]


# %%
def draw_race(axis, rates, title):
    """Draw the loss of the five, in percent of the first, against the step."""
    for name, color, style in zip(names, colors, styles, strict=True):
        losses = np.array(race(name, rates[name]))
        look = {"color": color, "linestyle": style, "lw": 2}
        axis.plot(100 * losses / losses[0], label=f"{name}, lr {rates[name]:g}", **look)
    axis.axhline(1, color="0.4", lw=1)
    axis.set(title=title, xlabel="step", yscale="log", ylim=(5e-4, 2e3))
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncol=2)


# %% [markdown]
# *Predict:* all five with 0.001, the rate that worked so well for SGD. Who wins? And all five with 1.0?

# %%
_, axes = plt.subplots(1, 2, figsize=(10, 4.8), sharey=True, layout="constrained")
draw_race(axes[0], dict.fromkeys(names, 1e-3), "all with lr 0.001")
draw_race(axes[1], dict.fromkeys(names, 1.0), "all with lr 1")
axes[0].set_ylabel("loss, % of the first")
plt.show()

# %% [markdown]
# *Two panels show the loss in percent of the first against the step, with a line at 1 %. On the left, all
# with rate 0.001, SGD falls below a thousandth of a percent within about 70 steps while the other four lie
# flat at 100 %. On the right, all with rate 1, SGD shoots out of the picture at once; RMSprop and Adam fall
# below 1 %, Adagrad comes down to a little under a half, and Adadelta hardly moves.*
#
# The left panel says "SGD wins and Adam is useless". The right one says "SGD explodes and RMSprop wins".
# Both are wrong: they rank *rates*, not optimizers. A rate of 0.001 means "0.001 times the gradient" to
# SGD, and gradients are in the thousands here. To Adam it means "steps of length 0.001": 200 of them cover
# 0.2, and one of the weights has to travel 84. No rule can arrive whose steps are too short for the way.

# %% [markdown]
# ### What a loss curve says about a rate
#
# So each optimizer needs a rate of its own. How do we find one? Try rates that lie a factor of ten apart,
# and look at the curves. `sweep` draws one curve for each rate.


# %%
def sweep(name, rates):
    """Draw the loss of one optimizer, in percent of the first, for several rates."""
    _, axis = plt.subplots(figsize=(8.5, 3.8), layout="constrained")
    for rate, shade in zip(rates, plt.cm.viridis(np.linspace(0, 0.9, len(rates))), strict=True):
        losses = np.array(race(name, rate))
        percent = 100 * losses / losses[0]
        axis.plot(percent, color=shade, lw=2, label=f"lr {rate:g}: best {np.nanmin(percent):.3g} %")
    axis.axhline(1, color="#D55E00", lw=1.5, linestyle="--", label="target: 1 %")
    axis.set(title=name, xlabel="step", ylabel="loss, % of the first", yscale="log", ylim=(5e-4, 2e3))
    axis.legend(loc="upper left", bbox_to_anchor=(1, 1))
    plt.show()


# %%
sweep("sgd", [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1])

# %% [markdown]
# *Six curves for SGD. With 0.000001 and 0.00001 the loss falls smoothly but is nowhere near the dashed line
# at 1 % after 200 steps, with 0.0001 it gets there at the very end, with 0.001 after about 20 steps, with
# 0.01 after about 75. With 0.1 it leaves the picture upwards at once.*
#
# Two ways to fail, and they look different:
# - **too small**: the curve falls smoothly, and is *still falling* at the last step. It needs more steps,
#   or longer ones.
# - **too large**: the curve shoots up, or jumps to and fro without getting lower. More steps would not
#   help.
#
# In between there is a range in which it works, here from about 0.0001 to 0.01. Choose a rate from the
# *middle* of that range: on the next batch, or from another start, its edges lie a little differently. (On
# a logarithmic scale the middle of 0.0001 and 0.01 is 0.001.)

# %% [markdown]
# ### Exercise 3 · `tune_learning_rates` (5 points, about 20 minutes)
#
# Find a learning rate for each of the five with which it **reaches the target within 200 steps**: at some
# step, its loss is at most 1 % of its first loss. Then write `tune_learning_rates()`.
#
# - Inputs: none.
# - Returns: a dictionary from each of the five names (`"sgd"`, `"adam"`, `"rmsprop"`, `"adagrad"`,
#   `"adadelta"`) to its rate, a positive number.
# - The loss is the one of this chapter: the **sum** of squared errors over 64 rows, with all other settings
#   at torch's defaults.
#
# You may look for the rates as you like and simply return the numbers you found. Use the cell below as your
# laboratory: change the name and the rates and run it again. Before you search, *reason* with the four
# facts of section 4: how long must a step be to get 84 far in 200 steps?
#
# **How it is checked:** torch's own optimizers run with your rates, from other starts, on losses of the
# same kind and size as this one (a sum over 64 rows, weights up to about 90). So a rate that only just
# works on our batch may fail; one from the middle of its range will not.

# %%
sweep("adam", [1e-4, 1e-3, 1e-2, 1e-1])


# %% nbgrader={"grade": false, "grade_id": "tune_learning_rates", "locked": false, "solution": true}
def tune_learning_rates():
    """A learning rate for each of the five optimizers that brings the loss to 1 % of the first within 200 steps.

    Returns {"sgd": number, "adam": number, "rmsprop": number, "adagrad": number, "adadelta": number}.
    """
    ### BEGIN SOLUTION
    return {"sgd": 1e-3, "adam": 3.0, "rmsprop": 1.5, "adagrad": 30.0, "adadelta": 400.0}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_tune_learning_rates", "locked": true, "points": 5, "solution": false}
check("tune_learning_rates", tune_learning_rates)

# %% [markdown]
# **What just happened.** Your five rates may lie as far apart as 0.001 and 400, and every one of them is
# right. Let us run the race again: on the left with one rate for all, on the right with yours.

# %%
_, axes = plt.subplots(1, 2, figsize=(10, 4.8), sharey=True, layout="constrained")
draw_race(axes[0], dict.fromkeys(names, 1e-3), "one rate for all")
draw_race(axes[1], tune_learning_rates(), "a rate for each")
axes[0].set_ylabel("loss, % of the first")
plt.show()

# %% [markdown]
# *Left: only SGD's curve falls, the other four stay near 100 %. Right: all five curves fall below the line
# at 1 % within the 200 steps.*
#
# The ranking of the left panel is gone. What is left on the right are smaller differences: partly of the
# rules (RMSprop, whose steps do not shrink, may go on jumping about near the minimum), partly of how well
# each rate was chosen. So who wins? On *this* loss, a nearly round bowl with exact gradients, plain SGD
# needs no help from anybody. On a network with a million weights of very different steepness it can be the
# other way round.
#
# Two habits to keep: say which rate you used whenever you say "Adam was better", and give each candidate
# the same care in tuning.

# %% [markdown]
# ## What to take along
#
# - An optimizer is bound to a **list of tensors**, the very tensors, and knows nothing else. New model, new
#   optimizer.
# - `backward()` **adds** to `.grad`, `step()` reads it and moves the tensors, `zero_grad()` forgets it. No
#   call does another's work.
# - SGD's step is as long as rate times gradient, and too large a rate explodes. In Adam and RMSprop the
#   rate is roughly the *length* of a step; Adagrad's steps shrink; Adadelta's start tiny.
# - A curve that still falls at the end: larger rate. A curve that jumps: smaller rate. Take the middle of
#   what works.
# - One shared rate ranks rates, not optimizers.
# - Defaults were chosen for other problems than yours.

# %% [markdown]
# ## Where to read on
#
# - The documentation of `torch.optim`, where every rule is written out:
#   https://docs.pytorch.org/docs/stable/optim.html
# - John Duchi, Elad Hazan, Yoram Singer (2011), *Adaptive Subgradient Methods for Online Learning and
#   Stochastic Optimization* (Adagrad).
# - Tijmen Tieleman, Geoffrey Hinton (2012), *Lecture 6.5: RMSprop*, in the course *Neural Networks for
#   Machine Learning*.
# - Matthew Zeiler (2012), *ADADELTA: An Adaptive Learning Rate Method*.
# - Ilya Sutskever, James Martens, George Dahl, Geoffrey Hinton (2013), *On the importance of initialization
#   and momentum in deep learning*.
# - Diederik Kingma, Jimmy Ba (2015), *Adam: A Method for Stochastic Optimization*; Ilya Loshchilov, Frank
#   Hutter (2019), *Decoupled Weight Decay Regularization* (AdamW).
# - Ian Goodfellow, Yoshua Bengio, Aaron Courville (2016), *Deep Learning*, chapter 8; Gabriel Goh (2017),
#   *Why Momentum Really Works*, Distill.
# - Dami Choi and others (2019), *On Empirical Comparisons of Optimizers for Deep Learning*: what fair
#   tuning does to rankings.
#
# In chapter 4 your single step becomes a loop over all batches and all epochs.

# %%
progress()
