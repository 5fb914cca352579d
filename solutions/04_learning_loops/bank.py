"""Wrong and unusual right solutions of chapter 4."""

import numpy as np
import torch

from autograder.authoring.bank import alternative, misconception

# train_one_epoch: wrong


@misconception(
    "no_zero_grad",
    "After the second mini-batch the weights moved by the gradients of the first *and* the second: "
    "`backward()` adds to `.grad`, it does not replace it. Who clears `.grad` between two mini-batches?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "zero_grad_once_an_epoch",
    "The first mini-batch is right, and from the second on each step also carries the gradients of all "
    "mini-batches before it. `zero_grad()` is called once an epoch, outside the loop. How often does "
    "`backward()` add to `.grad` in between?",
)
def train_one_epoch(model, data_loader, optimizer):
    optimizer.zero_grad()
    for batch in data_loader:
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "zero_grad_before_step",
    "The weights did not move at all: `zero_grad()` stands between `backward()` and `step()`, so that the "
    "gradients are gone before the optimizer can read them. Which of the three has to come last to be of "
    "use?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()


@misconception(
    "no_backward",
    "The optimizer stepped after every mini-batch, but the weights did not move: all `.grad` were empty. A "
    "loss is only a number until something works out how it changes with `w` and `b`. Which call does that?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        optimizer.step()


@misconception(
    "no_step",
    "The weights never moved, because the optimizer handed in took no step. Gradients alone change "
    "nothing: `backward()` only fills `.grad`. What tells the optimizer to read it and move?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()


@misconception(
    "own_optimizer",
    "The weights moved, but the optimizer handed in took no step: the loop makes its own (or updates by "
    "hand), so the learning rate and the momentum that the caller chose are ignored. Which of your three "
    "arguments is not used?",
)
def train_one_epoch(model, data_loader, optimizer):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "step_before_backward",
    "Each step used the gradients of the mini-batch before, and the first had none to use: `step()` stands "
    "before `backward()`. Which of the two has to be done first, so that the other can read its result?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()


@misconception(
    "step_without_gradients",
    "The weights did not move: each mini-batch clears the gradients, steps, and only then calls "
    "`backward()`, whose result the next mini-batch clears again. In which order do the three calls have "
    "to stand?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        optimizer.step()
        loss.backward()


@misconception(
    "two_steps_a_batch",
    "The optimizer took {got: the number of optimizer steps in epoch 1} steps in an epoch of {expected: "
    "the number of optimizer steps in epoch 1} mini-batches: each gradient was used twice. How many times "
    "does your loop body call `step()`?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()
        optimizer.step()


@misconception(
    "backward_twice",
    "Every step was too long from the first one on: the gradient of each mini-batch was added to `.grad` "
    "twice before the optimizer read it. How many times does your loop body call `backward()`?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward(retain_graph=True)
        loss.backward()
        optimizer.step()


@misconception(
    "return_inside_loop",
    "The epoch ended after one mini-batch and one step: a `return` stands inside the loop, so the first "
    "round is also the last. How far does it have to be indented to be reached once all mini-batches are "
    "through?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()
        return loss.item()


@misconception(
    "first_batch_only",
    "Only the first mini-batch was used, and the optimizer took {got: the number of optimizer steps in "
    "epoch 1} step instead of {expected: the number of optimizer steps in epoch 1}: "
    "`next(iter(data_loader))` hands out one mini-batch and stops. What goes over all of them?",
)
def train_one_epoch(model, data_loader, optimizer):
    batch = next(iter(data_loader))
    optimizer.zero_grad()
    loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
    loss.backward()
    optimizer.step()


@misconception(
    "same_batch_again",
    "The number of steps is right, but every step saw the same rows: `iter(data_loader)` starts a new pass "
    "each time it is called, so `next` always returns its first mini-batch. Where would one single pass "
    "have to begin?",
)
def train_one_epoch(model, data_loader, optimizer):
    for _ in range(len(data_loader)):
        batch = next(iter(data_loader))
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "step_after_the_loop",
    "All mini-batches were seen, but the optimizer took {got: the number of optimizer steps in epoch 1} "
    "step instead of {expected: the number of optimizer steps in epoch 1}, with the last mini-batch's "
    "gradients only: `backward()` and `step()` stand after the loop. Which lines belong to each mini-batch?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
    loss.backward()
    optimizer.step()


@misconception(
    "one_step_for_the_whole_epoch",
    "The gradients of all mini-batches were added up and used for one single step: that is descent on the "
    "full data, not on mini-batches. How many steps should {expected: the number of optimizer steps in "
    "epoch 1} mini-batches give?",
)
def train_one_epoch(model, data_loader, optimizer):
    optimizer.zero_grad()
    for batch in data_loader:
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
    optimizer.step()


@misconception(
    "several_epochs_inside",
    "One call took {got: the number of optimizer steps in epoch 1} steps where the loader holds {expected: "
    "the number of optimizer steps in epoch 1} mini-batches: there is a loop over epochs inside. The "
    "function is to do *one* epoch; who decides how many there are?",
)
def train_one_epoch(model, data_loader, optimizer):
    for _ in range(10):
        for batch in data_loader:
            optimizer.zero_grad()
            loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
            loss.backward()
            optimizer.step()


@misconception(
    "last_batch_left_out",
    "The optimizer took {got: the number of optimizer steps in epoch 1} steps where there are {expected: "
    "the number of optimizer steps in epoch 1} mini-batches: the last, shorter one is skipped. Its rows "
    "are as good as the others. What in your loop leaves it out?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        if len(batch["y"]) < data_loader.batch_size:
            continue
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "mean_instead_of_sum",
    "All steps point the right way, but they are too short by a factor of the batch size: the squared "
    "errors of a mini-batch are averaged, where this exercise asks for their sum. Which call makes one "
    "number out of many?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).mean()
        loss.backward()
        optimizer.step()


@misconception(
    "no_squeeze",
    "Predictions of shape (batch, 1) minus targets of shape (batch,) give a (batch, batch) table: every "
    "prediction is compared with every target, without an error message. What shape should the difference "
    "have?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "no_squeeze_and_mean",
    "Two things are mixed here: predictions of shape (batch, 1) minus targets of shape (batch,) give a "
    "(batch, batch) table, and its mean is taken where the exercise asks for a sum. Print the shape of the "
    "difference first; what should it be?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]) - batch["y"]) ** 2).mean()
        loss.backward()
        optimizer.step()


@misconception(
    "absolute_errors",
    "The first step already goes to the wrong place: the absolute errors are summed, so a large error "
    "pulls no harder than a small one. The exercise asks for a sum of squares. What has to happen to each "
    "error before it is added?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = (model.forward(batch["X"]).squeeze(1) - batch["y"]).abs().sum()
        loss.backward()
        optimizer.step()


@misconception(
    "errors_not_squared",
    "The bias moved by the same amount whatever the targets are: the errors are summed without being "
    "squared, and such a sum falls for ever, to minus infinity. Which power makes errors of both signs "
    "count?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = (model.forward(batch["X"]).squeeze(1) - batch["y"]).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "square_of_the_sum",
    "The errors of a mini-batch are added first and squared afterwards, so that positive and negative ones "
    "cancel each other. A model can be wrong on every row with a loss of zero. Where does the closing "
    "bracket belong?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = (model.forward(batch["X"]).squeeze(1) - batch["y"]).sum() ** 2
        loss.backward()
        optimizer.step()


@misconception(
    "root_of_the_sum",
    "The steps point the right way, but all have a similar length however wrong the model is: the square "
    "root of the sum of squares is taken. The exercise asks for the sum itself. Does your loss need that "
    "last operation?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = torch.sqrt(((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum())
        loss.backward()
        optimizer.step()


@misconception(
    "no_loader_used",
    "No mini-batch was taken from the loader handed in. If there is a loop, it goes over something else, "
    "such as the notebook's own `train_loader`, and would train on the same rows whoever calls it. Which "
    "name does your `for` line use?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in train_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "rows_instead_of_batches",
    "No mini-batch was taken from the loader: the loop goes over `data_loader.dataset`, row by row, and "
    "steps after each single row. What does the loader itself hand out when you go over it?",
)
def train_one_epoch(model, data_loader, optimizer):
    for row in data_loader.dataset:
        optimizer.zero_grad()
        loss = ((model.forward(row["X"].reshape(1, -1)).reshape(()) - row["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "global_model",
    "The model handed in was never asked for a prediction: the loop works with a variable of the notebook, "
    "which hides behind the same or a similar name. Which of the parameters in your `def` line is not used?",
)
def train_one_epoch(my_model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "item_before_backward",
    "`backward()` found no graph to walk back: the loss had already become a plain number or a detached "
    "tensor. `.item()`, `.detach()` and `torch.no_grad()` all cut the link to `w` and `b`. Where in your "
    "loop is it cut?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        difference = model.forward(batch["X"]).squeeze(1).detach() - batch["y"]
        loss = (difference**2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "float_before_backward",
    "The loss is a Python number when `backward` is called on it: `.item()` (or `float`) came too early, "
    "and a plain number does not know where it came from. Which line should keep the tensor?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
        loss.backward()
        optimizer.step()


@misconception(
    "backward_on_a_vector",
    "`backward()` was called on one value per row, and torch does not know which of them to make smaller. "
    "The optimizer needs one number for the whole mini-batch. What makes one number out of the squared "
    "errors?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = (model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2
        loss.backward()
        optimizer.step()


@misconception(
    "loss_added_up_with_its_graph",
    "The second `backward()` walks back through the first mini-batch again: its loss was added to a "
    "running total as a tensor, graph and all, and that graph is used up. On what should `backward()` be "
    "called, and what may be added up?",
)
def train_one_epoch(model, data_loader, optimizer):
    total = 0
    for batch in data_loader:
        optimizer.zero_grad()
        total = total + ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        total.backward()
        optimizer.step()


@misconception(
    "batch_unpacked_like_a_tuple",
    "`for X, y in data_loader` unpacks a dict, and unpacking a dict gives its *keys*: `X` is now the text "
    "'X'. What do you have to write to get the tensor behind a key?",
)
def train_one_epoch(model, data_loader, optimizer):
    for X, y in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(X).squeeze(1) - y) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "doubled_for_squared",
    "After one epoch the numbers are {got: the weights and bias after epoch 1} where {expected: the weights "
    "and bias after epoch 1} are expected: each error is doubled, not squared, so every row pulls alike, "
    "however far off it is. What is the difference between `* 2` and `** 2`?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        prediction = model.forward(batch["X"]).squeeze(1)
        loss = ((prediction - batch["y"]) * 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "added_for_subtracted",
    "After one epoch the numbers are {got: the weights and bias after epoch 1} where {expected: the weights "
    "and bias after epoch 1} are expected: prediction and target are added, so the model learns the targets "
    "with their sign turned. What would the loss of a perfect prediction be?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        prediction = model.forward(batch["X"]).squeeze(1)
        loss = ((prediction + batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "cubed_for_squared",
    "After one epoch the numbers are {got: the weights and bias after epoch 1} where {expected: the weights "
    "and bias after epoch 1} are expected: with the power of three a miss below the target makes the loss "
    "smaller, and the model walks off that way. Which power makes misses to both sides count?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        prediction = model.forward(batch["X"]).squeeze(1)
        loss = ((prediction - batch["y"]) ** 3).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "running_total_walked_back",
    "From the second mini-batch on each step also carries the gradients of all mini-batches before it, "
    "although `.grad` is cleared every time: `backward()` is called on a running total and walks back through "
    "all of them again. `retain_graph=True` only stops torch from complaining. Which loss belongs to this "
    "mini-batch alone?",
)
def train_one_epoch(model, data_loader, optimizer):
    total = 0
    for batch in data_loader:
        optimizer.zero_grad()
        total = total + ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        total.backward(retain_graph=True)
        optimizer.step()


@misconception(
    "backward_on_a_used_up_graph",
    "`backward()` was called a second time on the first mini-batch's loss, before any step: the graph it walks back "
    "along is given up after the first call. Keeping it with `retain_graph=True` would silence torch and add the same "
    "gradient twice. Which of the two calls does the step need?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        loss.backward()
        optimizer.step()


@misconception(
    "graph_cut_and_silenced",
    "`backward()` runs without an error, and yet the weights do not move: no gradient reached them. A `requires_grad` "
    "put on the loss afterwards makes torch stop complaining, but does not bring back the way to `w` and `b`, which "
    "`detach()`, `.item()` or a new `torch.tensor` had cut. Where is it cut?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        prediction = model.forward(batch["X"]).squeeze(1).detach()
        loss = ((prediction - batch["y"]) ** 2).sum().requires_grad_()
        loss.backward()
        optimizer.step()


@misconception(
    "mean_times_batch_size",
    "All steps are right but the last of each epoch, which is too long: the mean is multiplied by the loader's batch "
    "size, and the last mini-batch has fewer rows than that. Which operation needs no number of rows at all?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).mean() * data_loader.batch_size
        loss.backward()
        optimizer.step()


@misconception(
    "half_the_sum",
    "All steps point the right way, but each gradient is half as long as it should be: the sum of squares is "
    "multiplied by a half, as some books do to get rid of the 2 in its derivative. Which loss does the "
    "formula above show?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = 0.5 * ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "no_zero_grad_and_mean",
    "Two things are mixed here: the squared errors of a mini-batch are averaged where their sum is asked for, and "
    "nobody clears `.grad`, so that from the second mini-batch on old gradients are in every step. Begin with the "
    "second: what does `backward()` do with what it finds in `.grad`?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).mean()
        loss.backward()
        optimizer.step()


@misconception(
    "no_zero_grad_and_no_squeeze",
    "Two things are mixed here: (batch, 1) minus (batch,) gives a (batch, batch) table of differences, and "
    "nobody clears `.grad`, so that from the second mini-batch on old gradients are in every step. Begin with "
    "the shapes: which should the difference have?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        loss = ((model.forward(batch["X"]) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@misconception(
    "model_called_like_a_function",
    "`model(...)` ends in an error: calling a model runs its `forward` only if it is a `torch.nn.Module`, and our "
    "`Linear` is a class of our own that cannot be called. Which method does the text name for predictions?",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


# train_one_epoch: right


@alternative("zero_grad_last", "Clearing after the step leaves nothing for the next mini-batch.")
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        difference = model.forward(batch["X"]).reshape(-1) - batch["y"]
        difference.square().sum().backward()
        optimizer.step()
        optimizer.zero_grad()


@alternative("zero_grad_right_before_backward", "The forward pass does not read `.grad`.")
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        loss = torch.sum((model.forward(batch["X"])[:, 0] - batch["y"]) ** 2)
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()


@alternative("mse_loss_with_reduction_sum", "torch's own sum of squares, and a return value on top.")
def train_one_epoch(model, data_loader, optimizer):
    import torch.nn.functional as F

    total, rows = 0.0, 0
    for batch in data_loader:
        optimizer.zero_grad()
        loss = F.mse_loss(model.forward(batch["X"]), batch["y"].unsqueeze(1), reduction="sum")
        loss.backward()
        optimizer.step()
        total += loss.item()
        rows += batch["y"].shape[0]
    return total / rows


@alternative("closure", "An optimizer may be handed the loss as a function.")
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:

        def closure(batch=batch):
            optimizer.zero_grad()
            loss = ((model.forward(batch["X"]).squeeze() - batch["y"]) ** 2).sum()
            loss.backward()
            return loss

        optimizer.step(closure)


@alternative(
    "gradients_from_autograd_grad",
    "`torch.autograd.grad` returns fresh gradients, nothing to clear.",
)
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        loss = ((model.forward(batch["X"]).squeeze(-1) - batch["y"]) ** 2).sum()
        gradients = torch.autograd.grad(loss, model.params)
        for parameter, gradient in zip(model.params, gradients):
            parameter.grad = gradient
        optimizer.step()


@alternative("grads_cleared_one_by_one", "Clearing each tensor's `.grad` is what `zero_grad` does.")
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        model.w.grad = None
        if model.b.grad is not None:
            model.b.grad.zero_()
        loss = ((model.forward(batch["X"]).flatten() - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@alternative("nn_loss_object_and_names_by_index", "A loss object, batches by number, losses in a list.")
def train_one_epoch(model, data_loader, optimizer):
    criterion = torch.nn.MSELoss(reduction="sum")
    losses = []
    for number, batch in enumerate(data_loader):
        X, y = batch["X"], batch["y"]
        prediction = model.forward(X)
        loss = criterion(prediction, y.view_as(prediction))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append((number, loss.detach()))
    return losses


@alternative(
    "unpacked_values",
    "A dict keeps its order, so its values can be unpacked; the sum is a mean times the rows.",
)
def train_one_epoch(model: Linear, data_loader: DataLoader, optimizer: torch.optim.Optimizer) -> None:
    iterator = iter(data_loader)
    while (batch := next(iterator, None)) is not None:
        X, y = batch.values()
        optimizer.zero_grad()
        error = y - (X @ model.w + model.b).squeeze(1)
        (error.pow(2).mean() * len(y)).backward()
        optimizer.step()


@alternative("dot_product_and_helper", "The sum of squares is the error's product with itself.")
def train_one_epoch(model, data_loader, optimizer):
    def loss_of(batch):
        error = model.forward(batch["X"]).squeeze(dim=1) - batch["y"]
        return error @ error

    for batch in list(data_loader):
        optimizer.zero_grad()
        loss_of(batch).backward()
        optimizer.step()
    return model


@alternative("squeezed_from_behind", "Of two dimensions the last is the second: `squeeze(-1)` is `squeeze(1)`.")
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        prediction = model.forward(batch["X"]).squeeze(-1)
        loss = ((prediction - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


@alternative("target_minus_prediction", "A square does not know the sign of what was squared.")
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        prediction = model.forward(batch["X"]).squeeze(1)
        loss = ((batch["y"] - prediction) ** 2).sum()
        loss.backward()
        optimizer.step()


@alternative("cleared_after_the_forward_pass", "The forward pass reads no gradient.")
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        prediction = model.forward(batch["X"]).squeeze(1)
        optimizer.zero_grad()
        loss = ((prediction - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()


# validate_one_epoch: wrong


@misconception(
    "mean_of_batch_means",
    "The value is {got: the value for the first loader}, but the rows give {expected: the value for the "
    "first loader}. Each mini-batch's mean counts the same here, so a row of the short last mini-batch "
    "weighs more than the others. What should be averaged, mini-batches or rows?",
)
def validate_one_epoch(model, data_loader):
    means = []
    with torch.no_grad():
        for batch in data_loader:
            means.append(((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).mean().item())
    return sum(means) / len(means)


@misconception(
    "sum_of_squares_a_batch",
    "The value is {got: the value for the first loader} where a row's squared error is {expected: the "
    "value for the first loader} on average. The sum of squares is divided by the number of mini-batches, "
    "as in the book's loop, so it grows with the batch size. What has to be counted instead?",
)
def validate_one_epoch(model, data_loader):
    total = 0.0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
    return total / len(data_loader)


@misconception(
    "not_divided",
    "{got: the value for the first loader} is the sum of all squared errors; twice the rows would give "
    "twice the value. A *mean* squared error does not grow with the number of rows. What is missing after "
    "the loop?",
)
def validate_one_epoch(model, data_loader):
    total = 0.0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
    return total


@misconception(
    "all_batches_taken_for_full",
    "The value {got: the value for the first loader} is a little too small. The sum is divided by the "
    "number of mini-batches times the batch size, but the last mini-batch is not full. How many rows were "
    "there really?",
)
def validate_one_epoch(model, data_loader):
    total = 0.0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
    return total / (len(data_loader) * data_loader.batch_size)


@misconception(
    "keys_counted_as_rows",
    "The value is {got: the value for the first loader}, expected {expected: the value for the first "
    "loader}. `len(batch)` is 2 for every mini-batch: it counts the *keys* of the dict. Which tensor "
    "inside it knows how many rows there are?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
            rows += len(batch)
    return total / rows


@misconception(
    "means_added_up",
    "The value {got: the value for the first loader} is the sum of the mini-batches' means, so it grows "
    "with the number of mini-batches. Add up what can be added (squared errors, rows) and divide once. "
    "Which two totals do you need?",
)
def validate_one_epoch(model, data_loader):
    total = 0.0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).mean().item()
    return total


@misconception(
    "means_divided_by_rows",
    "The value {got: the value for the first loader} is far too small: the squared errors are averaged "
    "inside each mini-batch and the result is divided by the number of rows once more. How often may one "
    "divide?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).mean().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "predictions_with_a_graph",
    "The value is right, but every prediction carried a graph for gradients that nobody will ask for: it "
    "costs time and memory. Validation learns nothing. How do you tell torch that before the model "
    "predicts?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    for batch in data_loader:
        total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
        rows += len(batch["y"])
    return total / rows


@misconception(
    "backward_in_validation",
    "The value is right, but afterwards `w` and `b` hold gradients of the validation rows: `backward()` "
    "was called here, and the next training step would use what it left. Which lines of the training loop "
    "have no place in a validation loop?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    for batch in data_loader:
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        total += loss.item()
        rows += len(batch["y"])
    return total / rows


@misconception(
    "trains_while_validating",
    "The value for the first loader is {got: the value for the first loader} instead of {expected: the "
    "value for the first loader}, and the weights have moved: this loop trains. A test set that was "
    "trained on cannot tell how the model does on new rows. Which lines should go?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()
        total += loss.item()
        rows += len(batch["y"])
    return total / rows


@misconception(
    "no_squeeze",
    "The value is {got: the value for the first loader} instead of {expected: the value for the first "
    "loader}: predictions (batch, 1) minus targets (batch,) give a (batch, batch) table that compares "
    "every row with every other. What shape should the difference have?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]) - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "no_squeeze_and_batch_means",
    "The value is {got: the value for the first loader} instead of {expected: the value for the first "
    "loader}, for two reasons: (batch, 1) minus (batch,) makes a (batch, batch) table, and means of "
    "mini-batches are averaged. Start with the shape of the difference; what should it be?",
)
def validate_one_epoch(model, data_loader):
    means = []
    with torch.no_grad():
        for batch in data_loader:
            means.append(((model.forward(batch["X"]) - batch["y"]) ** 2).mean().item())
    return sum(means) / len(means)


@misconception(
    "last_batch_only",
    "{got: the value for the first loader} is the mean over the last mini-batch alone: what the ones "
    "before gave was overwritten in every round. Which variable should live through the whole loop?",
)
def validate_one_epoch(model, data_loader):
    with torch.no_grad():
        for batch in data_loader:
            mse = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).mean()
    return mse.item()


@misconception(
    "first_batch_only",
    "{got: the value for the first loader} is the mean over the first mini-batch alone: a `return` stands "
    "inside the loop. How far does it have to be indented?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
            return total / rows


@misconception(
    "total_reset_in_the_loop",
    "{got: the value for the first loader} is the last mini-batch's sum of squares divided by *all* rows: "
    "one total starts from 0 again in every round, the other does not. Where should both be set to 0?",
)
def validate_one_epoch(model, data_loader):
    rows = 0
    with torch.no_grad():
        for batch in data_loader:
            total = 0.0
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "root_mean_square",
    "{got: the value for the first loader} is the root of the mean squared error, whose unit is that of "
    "the targets. A useful number, but not the one asked for here. Which operation is one too many?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return (total / rows) ** 0.5


@misconception(
    "mean_absolute_error",
    "{got: the value for the first loader} is the mean *absolute* error. Ours is the mean of the squares, "
    "{expected: the value for the first loader}. What is done to each error before it is added?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            total += (model.forward(batch["X"]).squeeze(1) - batch["y"]).abs().sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "errors_not_squared",
    "{got: the value for the first loader} is the mean error with its sign, so that errors up and down "
    "cancel: a bad model can get 0. What is done to each error before it is added?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            total += (model.forward(batch["X"]).squeeze(1) - batch["y"]).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "no_loader_used",
    "No mini-batch was taken from the loader handed in. If there is a loop, it goes over something else, "
    "such as the notebook's own `test_loader`, and training and test rows would get the same value. Which "
    "name does your `for` line use?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in test_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "global_model",
    "The model handed in was never asked for a prediction: the loop works with a variable of the notebook "
    "instead of its own argument. Which of the parameters in your `def` line is not used?",
)
def validate_one_epoch(my_model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "nothing_returned",
    "The function ends without `return`, so its value is None: a number that is printed is seen by you, "
    "but not by the code that called the function. What is its last line to be?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    print(total / rows)


@misconception(
    "eval_mode_left_on",
    "The value is right, but a model that came in training mode is in evaluation mode afterwards, and "
    "later training would go on in it. Our `Linear` has no modes; if you switch them for models that do, "
    "what belongs at the end?",
)
def validate_one_epoch(model, data_loader):
    if hasattr(model, "eval"):
        model.eval()
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "batch_means_with_a_graph",
    "The value is {got: the value for the first loader} instead of {expected: the value for the first "
    "loader}: means of mini-batches are averaged, as if the short last one counted as much as the others. "
    "And each prediction carries a graph for gradients that nobody needs. Begin with the value: what "
    "should be averaged?",
)
def validate_one_epoch(model, data_loader):
    total = 0.0
    for batch in data_loader:
        total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).mean().item()
    return total / len(data_loader)


@misconception(
    "sum_a_batch_with_a_graph",
    "The value is {got: the value for the first loader} instead of {expected: the value for the first "
    "loader}: sums of squares are averaged over mini-batches, as in the book, so the value grows with the "
    "batch size. And each prediction carries a graph for gradients. Begin with the value: what should be "
    "counted?",
)
def validate_one_epoch(model, data_loader):
    total = 0.0
    for batch in data_loader:
        total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
    return total / len(data_loader)


@misconception(
    "eval_taken_for_no_grad",
    "The value is right, but every prediction carried a graph for gradients. `model.eval()` does not "
    "switch that off: it only changes how some kinds of layers behave (and it has to be taken back "
    "afterwards). Which of torch's tools stops gradient tracking for a while?",
)
def validate_one_epoch(model, data_loader):
    model.eval()
    total, rows = 0.0, 0
    for batch in data_loader:
        total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
        rows += len(batch["y"])
    return total / rows


@misconception(
    "tracking_left_off",
    "The value is right, but gradient tracking is still switched off afterwards, for the whole program: "
    "the next training epoch would fail at `backward()`. Which form of switching it off ends by itself?",
)
def validate_one_epoch(model, data_loader):
    torch.set_grad_enabled(False)
    total, rows = 0.0, 0
    for batch in data_loader:
        total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
        rows += len(batch["y"])
    return total / rows


@misconception(
    "weights_frozen_for_good",
    "The value is right, but `w` and `b` do not require gradients any more: after this validation the "
    "model can never be trained again. How can tracking be switched off for a few lines only?",
)
def validate_one_epoch(model, data_loader):
    for parameter in model.params:
        parameter.requires_grad_(False)
    total, rows = 0.0, 0
    for batch in data_loader:
        total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
        rows += len(batch["y"])
    return total / rows


@misconception(
    "rows_start_at_one",
    "The value is {got: the value for the first loader} where {expected: the value for the first loader} is "
    "expected: one row more is counted than there is. Where does the count of rows begin?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 1
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "rows_start_below_zero",
    "The value is {got: the value for the first loader} where {expected: the value for the first loader} is "
    "expected: it is divided by one row less than there is. The mean over N rows divides by N; where does "
    "your count of rows begin?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, -1
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "total_starts_at_one",
    "The value is {got: the value for the first loader} where {expected: the value for the first loader} is "
    "expected: a little more than the squared errors is added up. Where does the total begin, before the "
    "first row?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 1.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "errors_never_added",
    "The value is {got: the value for the first loader}, whatever the model predicts: rows are counted, "
    "errors are not added up. Which of the two totals never grows?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            rows += len(batch["y"])
    return total / rows


@misconception(
    "negative_mean",
    "The value is {got: the value for the first loader}: right but for its sign, and no mean of squares is "
    "below 0. One of the two running totals goes down where it should go up. Which?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total -= ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "doubled_for_squared",
    "The value is {got: the value for the first loader} where {expected: the value for the first loader} is "
    "expected: the errors are doubled, not squared, so that those with a minus sign cancel others. What is "
    "the difference between `* 2` and `** 2`?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) * 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "added_for_subtracted",
    "The value is {got: the value for the first loader} where {expected: the value for the first loader} is "
    "expected: prediction and target are added. What would the error of a perfect prediction be then?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction + batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "cubed_for_squared",
    "The value is {got: the value for the first loader} where {expected: the value for the first loader} is "
    "expected: with the power of three, misses to one side cancel misses to the other. Which power makes "
    "both count?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 3).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "every_row_counts_as_one",
    "The value is {got: the value for the first loader} for any model and any rows: anything to the power of "
    "0 is 1. Which power squares?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 0).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "rows_counted_after_the_loop",
    "The value is {got: the value for the first loader} where {expected: the value for the first loader} is "
    "expected: the errors of all mini-batches are divided by the rows of the last one alone. How often does "
    "the line run that counts rows?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
        rows += len(batch["y"])
    return total / rows


@misconception(
    "multiplied_by_the_rows",
    "The value is {got: the value for the first loader} where {expected: the value for the first loader} is "
    "expected: the sum is multiplied by the number of rows, so that it grows with every row that is added. "
    "What makes a mean of a sum?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total * rows


@misconception(
    "fraction_upside_down",
    "The value is {got: the value for the first loader} where {expected: the value for the first loader} is "
    "expected: rows by errors instead of errors by rows, so a better model gets a larger number. Which of "
    "the two totals belongs above the line?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return rows / total


@misconception(
    "gradients_cleared",
    "The value is right, but the gradients that were in `.grad` before are gone: something here clears them. "
    "They belong to whoever trains, and somebody may want to look at them after measuring. What has a "
    "validation loop to do with `.grad` at all?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    for p in model.params:
        p.grad = None
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@misconception(
    "rows_of_the_course_data",
    "The value is {got: the value for the first loader}, expected {expected: the value for the first loader}: whatever "
    "loader comes, the sum is divided by 1005, the number of our training rows. Test rows are fewer. What does each "
    "mini-batch tell about its own rows?",
)
def validate_one_epoch(model, data_loader):
    total = 0.0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
    return total / 1005


@misconception(
    "no_squeeze_and_weighted_means",
    "The value is {got: the value for the first loader} instead of {expected: the value for the first loader}. Each "
    "mini-batch counts by its rows, as it should, but its own mean is taken over a (batch, batch) table: predictions "
    "(batch, 1) minus targets (batch,). What shape should the difference have?",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            total += ((model.forward(batch["X"]) - batch["y"]) ** 2).mean().item() * len(batch["y"])
            rows += len(batch["y"])
    return total / rows


@misconception(
    "uneven_batches_to_numpy",
    "NumPy was handed a list with one array for each mini-batch, and cannot make one array of them: the last "
    "is shorter than the others. Put end to end they would fit. Which NumPy function joins arrays of "
    "different lengths?",
)
def validate_one_epoch(model, data_loader):
    with torch.no_grad():
        squares = [((model.forward(b["X"]).squeeze(1) - b["y"]) ** 2).numpy() for b in data_loader]
    return float(np.mean(squares))


@misconception(
    "uneven_batches_stacked",
    "`torch.stack` puts tensors of *one* length on top of each other, and the last mini-batch is shorter than the "
    "others. Put end to end they would fit. Which function joins tensors of different lengths?",
)
def validate_one_epoch(model, data_loader):
    with torch.no_grad():
        squares = [(model.forward(b["X"]).squeeze(1) - b["y"]) ** 2 for b in data_loader]
        return torch.stack(squares).mean().item()


# validate_one_epoch: right


@alternative("inference_mode_as_decorator", "A stricter form of no_grad.")
@torch.inference_mode()
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    for batch in data_loader:
        error = model.forward(batch["X"]).reshape(-1) - batch["y"]
        total += float(error @ error)
        rows += error.numel()
    return total / rows


@alternative("rows_of_the_dataset", "The loader's dataset knows how many rows there are.")
def validate_one_epoch(model, data_loader):
    with torch.no_grad():
        total = sum(((model.forward(b["X"]).squeeze() - b["y"]) ** 2).sum().item() for b in data_loader)
    return total / len(data_loader.dataset)


@alternative("all_errors_in_one_tensor", "One mean over all rows at the end, as a one-element tensor.")
def validate_one_epoch(model, data_loader):
    errors = []
    with torch.no_grad():
        for batch in data_loader:
            errors.append((model.forward(batch["X"])[:, 0] - batch["y"]) ** 2)
    return torch.cat(errors).mean()


@alternative("weighted_batch_means", "A mean of means is right if each counts as often as it has rows.")
def validate_one_epoch(model, data_loader):
    import torch.nn.functional as F

    means, sizes = [], []
    with torch.no_grad():
        for batch in data_loader:
            means.append(F.mse_loss(model.forward(batch["X"]).squeeze(1), batch["y"]).item())
            sizes.append(batch["X"].shape[0])
    return np.average(means, weights=sizes)


@alternative("modes_switched_and_put_back", "What one writes for an `nn.Module`.")
def validate_one_epoch(model, data_loader):
    has_modes = isinstance(model, torch.nn.Module)
    if has_modes:
        model.eval()
    loss_function = torch.nn.MSELoss(reduction="sum")
    total, rows = torch.tensor(0.0), 0
    with torch.set_grad_enabled(False):
        for batch in data_loader:
            target = batch["y"].unsqueeze(1)
            total += loss_function(model.forward(batch["X"]), target)
            rows += len(target)
    if has_modes:
        model.train()
    return (total / rows).item()


@alternative("numpy_at_the_end", "Errors as NumPy arrays, the mean by NumPy.")
def validate_one_epoch(model, data_loader):
    predictions, targets = [], []
    with torch.no_grad():
        for batch in data_loader:
            predictions.extend(model.forward(batch["X"]).flatten().tolist())
            targets.extend(batch["y"].tolist())
    return float(np.mean((np.array(predictions) - np.array(targets)) ** 2))


@alternative("running_mean", "The mean is kept up to date with every mini-batch.")
def validate_one_epoch(model, data_loader):
    mean, rows = 0.0, 0
    for batch in data_loader:
        with torch.no_grad():
            squares = (model.forward(batch["X"]).squeeze(1) - batch["y"]).square()
        rows += len(squares)
        mean += (squares.sum().item() - len(squares) * mean) / rows
    return mean


@alternative("detached_tensors_by_hand", "Predictions from detached weights never carry a graph.")
def validate_one_epoch(model, data_loader):
    w, b = model.w.detach(), model.b.detach()
    total, rows = 0.0, 0
    for batch in data_loader:
        total += (((batch["X"] @ w + b).squeeze(1) - batch["y"]) ** 2).sum().item()
        rows += batch["y"].size(0)
    return total / rows


@alternative(
    "float_for_the_count",
    "A count that begins at 0.0 counts as well, and a total may begin at the whole number 0.",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0, 0.0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@alternative(
    "totals_named_in_another_order",
    "The two totals both begin at zero: 0 or 0.0 makes no difference to a sum.",
)
def validate_one_epoch(model, data_loader):
    rows, total = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@alternative("squeezed_from_behind", "Of two dimensions the last is the second: `squeeze(-1)` is `squeeze(1)`.")
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(-1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@alternative("rows_counted_first", "The two totals do not know of each other.")
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            rows += len(batch["y"])
            total += ((prediction - batch["y"]) ** 2).sum().item()
    return total / rows


@alternative("new_total_each_time", "A float is never changed in place: `total = total + …` is what `+=` does.")
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total = total + ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@alternative("new_count_each_time", "A whole number is never changed in place: `rows = rows + …` is what `+=` does.")
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows = rows + len(batch["y"])
    return total / rows


@alternative(
    "total_as_a_tensor",
    "Without gradients a total of tensors is harmless; the one-element tensor that comes back is taken for its number.",
)
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum()
            rows += len(batch["y"])
    return total / rows


@alternative("target_minus_prediction", "A square does not know the sign of what was squared.")
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((batch["y"] - prediction) ** 2).sum().item()
            rows += len(batch["y"])
    return total / rows


@alternative("rows_of_the_features", "X has as many rows as y has entries.")
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["X"])
    return total / rows


@alternative("returned_from_within", "A `return` inside `with` leaves the block, which switches tracking back on.")
def validate_one_epoch(model, data_loader):
    total, rows = 0.0, 0
    with torch.no_grad():
        for batch in data_loader:
            prediction = model.forward(batch["X"]).squeeze(1)
            total += ((prediction - batch["y"]) ** 2).sum().item()
            rows += len(batch["y"])
        return total / rows


# fit: wrong


@misconception(
    "optimizer_made_anew",
    "In some epoch `train_one_epoch` got an optimizer that is not the one handed in. A new optimizer each "
    "epoch forgets its momentum and whatever else it remembers. Who should make the optimizer, and how "
    "often?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        optimizer = torch.optim.SGD(model.params, lr=optimizer.param_groups[0]["lr"])
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "train_and_test_swapped",
    'The two lists are the wrong way round: what stands under "train" was measured on the test rows. Which '
    "loader goes with which key?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, test_loader))
        history["test"].append(validate_one_epoch(model, train_loader))
    return history


@misconception(
    "trains_on_the_test_rows",
    "The model was trained on the test loader. Its errors there say nothing about new rows any more. Which "
    "rows may the model learn from?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, test_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "trains_on_both_loaders",
    "Each epoch trains twice, once on the training rows and once on the test rows. What the model has "
    "learned by heart cannot be used to test it. For what is the test loader there?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        train_one_epoch(model, test_loader, optimizer)
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "measures_before_training",
    "The first value is the error of the untrained model, and the last epoch's training never shows: both "
    "loaders are measured before the epoch's training. In which order should the lines of one round stand?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
        train_one_epoch(model, train_loader, optimizer)
    return history


@misconception(
    "train_measured_before_training",
    "The two lists do not belong together: the training rows are measured before the epoch's training, the "
    "test rows after it. Then the curves differ by one epoch and cannot be compared. Which line has to "
    "move?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        history["train"].append(validate_one_epoch(model, train_loader))
        train_one_epoch(model, train_loader, optimizer)
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "lists_made_anew_each_epoch",
    'After {expected: the number of values in `history["train"]`} epochs the list holds one value: the '
    "empty lists are made inside the loop, so each epoch throws away what the one before wrote down. Where "
    "should they be made?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    for _ in range(epochs):
        history = {"train": [], "test": []}
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "measured_once_at_the_end",
    "All epochs are trained, but measured once, after the last one: the list holds one value instead of "
    '{expected: the number of values in `history["train"]`}. One number is no curve. Which lines belong '
    "inside the loop?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
    return {"train": [validate_one_epoch(model, train_loader)], "test": [validate_one_epoch(model, test_loader)]}


@misconception(
    "numbers_instead_of_lists",
    'Behind "train" there is one number, the last epoch\'s: assigning to `history["train"]` overwrites '
    "what was there. What does a list offer to keep the earlier values as well?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"] = validate_one_epoch(model, train_loader)
        history["test"] = validate_one_epoch(model, test_loader)
    return history


@misconception(
    "tuple_returned",
    "A tuple of two lists comes back where a dict is asked for. With a tuple the caller has to know which "
    'list comes first; how would `history["test"]` be possible?',
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    train, test = [], []
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        train.append(validate_one_epoch(model, train_loader))
        test.append(validate_one_epoch(model, test_loader))
    return train, test


@misconception(
    "nothing_returned",
    "The function ends without `return`: the history was collected and then dropped. What does the caller "
    "get from a function without `return`?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))


@misconception(
    "return_inside_loop",
    'One epoch was trained and measured instead of {expected: the number of values in `history["train"]`}: '
    "the `return` stands inside the loop. How far does it have to be indented?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
        return history


@misconception(
    "running_sum",
    "The values are sums over all epochs so far: from the second on they are larger than the error of the "
    "model. One epoch, one measurement; what is carried over from one round to the next?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    train_total = test_total = 0.0
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        train_total += validate_one_epoch(model, train_loader)
        test_total += validate_one_epoch(model, test_loader)
        history["train"].append(train_total)
        history["test"].append(test_total)
    return history


@misconception(
    "one_epoch_short",
    'There are {got: the number of values in `history["train"]`} epochs instead of {expected: the number '
    'of values in `history["train"]`}. `range` leaves its end out, so a range that starts at 1 is one '
    "round shorter. How many rounds does yours give?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(1, epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "one_epoch_too_many",
    'There are {got: the number of values in `history["train"]`} epochs instead of {expected: the number '
    'of values in `history["train"]`}. `range(n)` counts from 0 to n - 1 and gives n rounds already. What '
    "did you add to it?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs + 1):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "always_ten_epochs",
    'There are {got: the number of values in `history["train"]`} epochs, whatever `epochs` says: the '
    "number stands in the code. Which of your five arguments is not used?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(10):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "one_list_under_two_names",
    'Both keys show the same list, with {got: the number of values in `history["train"]`} values: `a = b = '
    "[]` makes *one* list with two names, and every `append` shows under both. How do you get two?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    train = test = []
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        train.append(validate_one_epoch(model, train_loader))
        test.append(validate_one_epoch(model, test_loader))
    return {"train": train, "test": test}


@misconception(
    "model_made_anew",
    "The model handed in was not trained: its weights are where they were, and `train_one_epoch` got "
    "another one. The caller would look at an untrained model. Who makes the model?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    model = Linear(4, 1)
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "never_trains",
    "All epochs show the same error and the weights did not move: each round measures, but none trains. "
    "Which call is missing?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "training_return_value_kept",
    'What stands under "train" is what `train_one_epoch` returns, taken while the weights were still '
    "moving (or None). Both lists have to be measured the same way, after the epoch's training. Which "
    "function measures?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        history["train"].append(train_one_epoch(model, train_loader, optimizer))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "both_measured_on_test",
    "Both lists hold the errors on the test rows: their values are the same in every epoch. Which loader "
    'belongs to the list under "train"?',
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, test_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "history_outlives_the_call",
    "The second call returns the first call's epochs as well: its lists are made once, outside the "
    "function (or as a default argument), and shared by all calls. Where do they have to be made to start "
    "empty?",
)
def fit(model, train_loader, test_loader, optimizer, epochs, history={"train": [], "test": []}):
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return {"train": list(history["train"]), "test": list(history["test"])}


@misconception(
    "no_epoch_at_all",
    "`train_one_epoch` is not called once, however many epochs are asked for: the history comes back empty, "
    "from a model that was left as it was. Is there a loop, and is it reached?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    return history


@misconception(
    "loader_and_optimizer_exchanged",
    "`train_one_epoch` is given the optimizer where it expects the loader, and the loader where it expects "
    "the optimizer. Python goes by the order alone. In which order did you define the three?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, optimizer, train_loader)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "train_never_measured",
    'The list under "train" stays empty while the one under "test" has a number for each epoch. Which loader '
    "is never measured?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "test_never_measured",
    'The list under "test" stays empty while the one under "train" has a number for each epoch. Which loader '
    "is never measured?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
    return history


@misconception(
    "all_under_train",
    'The list under "train" has {got: the number of values in `history["train"]`} numbers where {expected: '
    'the number of values in `history["train"]`} are expected, and the one under "test" none: both loaders '
    "are measured, and both numbers go into one list. Compare the two `append`s.",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["train"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "all_under_test",
    'The list under "train" stays empty, and the one under "test" has two numbers an epoch: both loaders are '
    "measured, and both numbers go into one list. Compare the two `append`s.",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["test"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "test_measured_once",
    'The list under "test" has {got: the number of values in `history["test"]`} value where {expected: the '
    'number of values in `history["test"]`} are expected; the training rows are measured in every epoch. '
    "Which line stands outside the loop?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
    history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "model_kept_under_train",
    'Under "train" stands the model itself, {got: value 0 of `history["train"]`}, once an epoch, where a '
    "number is wanted. Which function makes a number of a model and a loader?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(model)
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "model_kept_under_test",
    'Under "test" stands the model itself, {got: value 0 of `history["test"]`}, once an epoch, where a '
    "number is wanted. Which function makes a number of a model and a loader?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(model)
    return history


@misconception(
    "both_measured_on_train",
    'Both lists hold the errors on the training rows: what stands under "test" was measured there as well, so the two '
    "curves would lie on each other whatever the model does with new rows. Which loader is in the second call of the "
    "measuring function?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, train_loader))
    return history


@misconception(
    "start_measured_too",
    "Each list has one number more than there are epochs: the untrained model was measured as well, before the first "
    "epoch. That is a good thing to know, but asked for is one number an epoch, taken after its training. Which lines "
    "stand before the loop?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {
        "train": [validate_one_epoch(model, train_loader)],
        "test": [validate_one_epoch(model, test_loader)],
    }
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@misconception(
    "measured_by_the_book",
    "The values are sums of squares per mini-batch: `book_validation` measures here, whose number changes "
    "with the batch size. You wrote a function in exercise 2 that knows better; what is it called?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    def book_validation(model, data_loader):
        with torch.no_grad():
            misses = [model.forward(batch["X"])[:, 0] - batch["y"] for batch in data_loader]
        return np.mean([miss @ miss for miss in misses])

    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(book_validation(model, train_loader))
        history["test"].append(book_validation(model, test_loader))
    return history


@misconception(
    "rate_lowered_each_epoch",
    "The optimizer comes back with other settings than it had: its rate and momentum were {expected: rate and momentum "
    "after the call that returned `history`} and are now {got: rate and momentum after the call that returned "
    "`history`}. Who chose these numbers, and did anybody ask to change them?",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        optimizer.param_groups[0]["lr"] *= 0.9
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


# fit: right


@alternative("loops_written_out", "The two loops may stand inside instead of being called.")
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        for batch in train_loader:
            optimizer.zero_grad()
            loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
            loss.backward()
            optimizer.step()
        for name, loader in (("train", train_loader), ("test", test_loader)):
            total, rows = 0.0, 0
            with torch.no_grad():
                for batch in loader:
                    total += ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum().item()
                    rows += len(batch["y"])
            history[name].append(total / rows)
    return history


@alternative("two_lists_and_keywords", "Arguments by name, test measured first, the dict made at the end.")
def fit(model, train_loader, test_loader, optimizer, epochs):
    train_errors, test_errors = [], []
    while len(test_errors) < epochs:
        train_one_epoch(model=model, data_loader=train_loader, optimizer=optimizer)
        test_errors.append(validate_one_epoch(model, data_loader=test_loader))
        train_errors += [validate_one_epoch(model, data_loader=train_loader)]
    return {"test": test_errors, "train": train_errors}


@alternative("defaultdict_and_print", "A defaultdict is a dict; printing does no harm.")
def fit(model, train_loader, test_loader, optimizer, epochs=10):
    from collections import defaultdict

    history = defaultdict(list)
    loaders = {"train": train_loader, "test": test_loader}
    for epoch in range(1, epochs + 1):
        train_one_epoch(model, train_loader, optimizer)
        for name, loader in loaders.items():
            history[name].append(validate_one_epoch(model, loader))
        print(epoch, history["train"][-1], history["test"][-1])
    return history


@alternative(
    "lists_filled_by_position",
    "Lists of the right length from the start; the untrained model is looked at too.",
)
def fit(model, train_loader, test_loader, optimizer, epochs):
    print("before training:", validate_one_epoch(model, test_loader))
    train, test = [0.0] * epochs, [0.0] * epochs
    for epoch in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        train[epoch] = validate_one_epoch(model, train_loader)
        test[epoch] = validate_one_epoch(model, test_loader)
    return dict(train=train, test=test)


@alternative("pairs_in_a_comprehension", "One helper an epoch, the pairs taken apart at the end.")
def fit(model, train_loader, test_loader, optimizer, epochs):
    def one_epoch():
        train_one_epoch(model, train_loader, optimizer)
        return validate_one_epoch(model, train_loader), validate_one_epoch(model, test_loader)

    pairs = [one_epoch() for _ in range(epochs)]
    return {"train": [a for a, _ in pairs], "test": [b for _, b in pairs]}


@alternative("floats_and_more_keys", "Values made to floats; a further key does no harm.")
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": [], "epoch": []}
    for epoch in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(float(validate_one_epoch(model, train_loader)))
        history["test"].append(float(validate_one_epoch(model, test_loader)))
        history["epoch"].append(epoch)
    return history


@alternative("recursion", "The last epoch comes after all others.")
def fit(model, train_loader, test_loader, optimizer, epochs):
    if epochs == 0:
        return {"train": [], "test": []}
    before = fit(model, train_loader, test_loader, optimizer, epochs - 1)
    train_one_epoch(model, train_loader, optimizer)
    train, test = validate_one_epoch(model, train_loader), validate_one_epoch(model, test_loader)
    return {"train": [*before["train"], train], "test": [*before["test"], test]}


@alternative("test_measured_first", "Measuring changes nothing, so either loader may come first.")
def fit(model, train_loader, test_loader, optimizer, epochs):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer)
        history["test"].append(validate_one_epoch(model, test_loader))
        history["train"].append(validate_one_epoch(model, train_loader))
    return history


# loss_drops: wrong


@misconception(
    "rate_of_one_in_a_hundred",
    "The learning rate is 0.01 or so, ten times what is asked for. With a sum of squares over 64 rows the "
    "steps then overshoot and the loss grows without end. How is 1e-3 written as a decimal number?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-2)
    return fit(model, train_loader, test_loader, optimizer, 10)


@misconception(
    "adam_instead_of_sgd",
    "The optimizer is Adam where plain SGD is asked for. Adam's step hardly depends on how large a "
    "gradient is: at 1e-3 a weight moves about 0.001 a step, and ours have up to 84 to go. Which class do "
    "you need?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.Adam(model.params, lr=1e-3)
    return fit(model, train_loader, test_loader, optimizer, 10)


@misconception(
    "momentum_added",
    "The optimizer was given a momentum; plain SGD has none. It is a good tool, but it changes every "
    "number that follows. Which arguments does this optimizer need at all?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3, momentum=0.9)
    return fit(model, train_loader, test_loader, optimizer, 10)


@misconception(
    "bias_not_trained",
    "The optimizer moves the weights `w` alone: whatever is left out of its list keeps its first value for "
    "ever. Which attribute of the model holds everything that is to be trained?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD([model.w], lr=1e-3)
    return fit(model, train_loader, test_loader, optimizer, 10)


@misconception(
    "optimizer_of_another_model",
    "The optimizer moves tensors that do not belong to the model handed in: it was made from another "
    "model, and this one gets gradients that nobody uses. Whose `params` should it be given?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(Linear(4, 1).params, lr=1e-3)
    return fit(model, train_loader, test_loader, optimizer, 10)


@misconception(
    "new_model_trained",
    "The model handed in was not trained: a new one was made inside and is lost when the function ends. "
    "The caller keeps an untrained model. Which model should the optimizer and `fit` get?",
)
def ten_epochs(model, train_loader, test_loader):
    model = Linear(4, 1)
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, train_loader, test_loader, optimizer, 10)


@misconception(
    "loaders_swapped",
    "`fit` got the two loaders in the wrong order, so the model learns from the test rows. In which order "
    "does `fit` list its parameters?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, test_loader, train_loader, optimizer, 10)


@misconception(
    "train_loader_twice",
    '`fit` got the training loader twice: the list under "test" then repeats the training error and cannot '
    "warn of anything. Which argument of yours is not used?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, train_loader, train_loader, optimizer, 10)


@misconception(
    "one_epoch",
    "There is 1 epoch instead of ten. One pass over the rows is a start; the loss has further to fall. "
    "Which argument of `fit` says how many there are?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, train_loader, test_loader, optimizer, 1)


@misconception(
    "fit_called_in_a_loop",
    "`fit` was called ten times for one epoch each, and only the last history was kept: it holds {got: the "
    'number of values in `history["train"]`} value instead of {expected: the number of values in '
    '`history["train"]`}. Who repeats epochs already?',
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    for _ in range(10):
        history = fit(model, train_loader, test_loader, optimizer, 1)
    return history


@misconception(
    "nothing_returned",
    "The training ran, but its history got lost: the function ends without `return`, so the caller gets "
    "None. What does `fit` hand you, and who is waiting for it?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    fit(model, train_loader, test_loader, optimizer, 10)


@misconception(
    "only_test_returned",
    "A list comes back where the whole history is asked for: only one of its two curves was handed on. "
    "Without the training curve there is nothing to compare the test curve with. What exactly does `fit` "
    "return?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, train_loader, test_loader, optimizer, 10)["test"]


@misconception(
    "model_returned",
    "The model comes back instead of the history. The caller has the model already, and it was trained in "
    "place. What does `fit` return that is still missing?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    fit(model, train_loader, test_loader, optimizer, 10)
    return model


@misconception(
    "tensors_for_optimizer",
    "`fit` gets the list of tensors where an optimizer is expected: what should be moved, but nothing that "
    "moves it. What has to be built around `model.params`?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = model.params
    return fit(model, train_loader, test_loader, optimizer, 10)


@misconception(
    "eleven_epochs",
    "`fit` is asked for 11 epochs. Whoever counts from 0 to 10 counts one too many; what does the text ask for?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, train_loader, test_loader, optimizer, 11)


@misconception(
    "nine_epochs",
    "`fit` is asked for 9 epochs. The last epoch has the number 9 where counting begins with 0; how many are that?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, train_loader, test_loader, optimizer, 9)


@misconception(
    "no_epochs",
    "`fit` is asked for 0 epochs: it returns two empty lists and leaves the model as it was. How many does "
    "the text ask for?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, train_loader, test_loader, optimizer, 0)


@misconception(
    "test_loader_twice",
    "`fit` is given the test loader twice: it trains on the very rows that it is tested on. Which loader "
    "belongs into the first of the two places?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, test_loader, test_loader, optimizer, 10)


@misconception(
    "optimizer_and_test_loader_exchanged",
    "`fit` is given the optimizer where it expects the test loader, and the test loader where it expects the "
    "optimizer. Where does the optimizer come in its signature?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, train_loader, optimizer, test_loader, 10)


@misconception(
    "rate_above_one",
    "The learning rate is above 1. With sums of squares the slopes are in the hundreds: how far does the "
    "first step go? The text says 1e-3; with how many zeros is that written?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1.001)
    return fit(model, train_loader, test_loader, optimizer, 10)


@misconception(
    "epochs_and_optimizer_exchanged",
    "`fit` is given the optimizer where it expects the number of epochs, and the number where it expects the "
    "optimizer. Python goes by the order alone. Which of the two comes last in its signature?",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    return fit(model, train_loader, test_loader, 10, optimizer)


# loss_drops: right


@alternative("all_by_name", "Arguments by name, in another order.")
def ten_epochs(model, train_loader, test_loader):
    sgd = torch.optim.SGD(params=model.params, lr=0.001)
    return fit(model=model, optimizer=sgd, epochs=10, test_loader=test_loader, train_loader=train_loader)


@alternative(
    "list_of_the_two_tensors",
    "`[model.b, model.w]` are the same tensors; SGD does not mind their order.",
)
def ten_epochs(model, train_loader, test_loader):
    from torch.optim import SGD

    history = fit(model, train_loader, test_loader, SGD([model.b, model.w], lr=1 / 1000), 10)
    print(history)
    return history


@alternative("a_group_of_parameters", "An optimizer also takes dicts of settings; momentum 0 is plain SGD.")
def ten_epochs(model, train_loader, test_loader, epochs=10, lr=1e-3):
    groups = [{"params": model.params, "lr": lr}]
    optimizer = torch.optim.SGD(groups, lr=1.0, momentum=0.0, weight_decay=0)
    return dict(fit(model, train_loader, test_loader, optimizer, epochs))


@alternative(
    "ten_times_one_epoch",
    "Plain SGD remembers nothing, so ten calls of one epoch, put together, are the same.",
)
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    history = {"train": [], "test": []}
    for _ in range(10):
        one = fit(model, train_loader, test_loader, optimizer, 1)
        history["train"] += one["train"]
        history["test"] += one["test"]
    return history


@alternative("a_generator_of_tensors", "An optimizer takes any iterable of tensors.")
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD((p for p in model.params), 1e-3)
    history = fit(model, train_loader, test_loader, optimizer, epochs=10)
    return {"train": list(history["train"]), "test": list(history["test"])}


@alternative("without_fit", "The two smaller loops are enough to do it.")
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    history = {"train": [], "test": []}
    for _ in range(10):
        train_one_epoch(model, train_loader, optimizer)
        history["train"].append(validate_one_epoch(model, train_loader))
        history["test"].append(validate_one_epoch(model, test_loader))
    return history


@alternative("rate_left_to_torch", "1e-3 is what torch's SGD takes where no rate is given.")
def ten_epochs(model, train_loader, test_loader):
    optimizer = torch.optim.SGD(model.params)
    return fit(model, train_loader, test_loader, optimizer, 10)


# weights_near_truth: wrong


@misconception(
    "column_minus_row",
    "w_error is {got: w_error of the first model} instead of {expected: w_error of the first model}: a "
    "column (n, 1) minus a row (n,) gives a (n, n) table in which every weight meets every coefficient. "
    "What shapes do the two have, and what should they have?",
)
def distance_from_truth(model, coef, bias):
    w_error = np.abs(model.w.detach().numpy() - coef).max()
    return float(w_error), abs(model.b.item() - bias)


@misconception(
    "largest_with_its_sign",
    "w_error is {got: w_error of the first model} instead of {expected: w_error of the first model}: the "
    "largest *signed* difference is taken, so a weight that is far too small does not count. Would -3 be "
    "nearer to the truth than +1?",
)
def distance_from_truth(model, coef, bias):
    w_error = (model.w.detach().numpy().ravel() - coef).max()
    return float(w_error), abs(model.b.item() - bias)


@misconception(
    "truth_minus_weights_signed",
    "The largest difference truth minus weight is taken with its sign: for the second model that gives "
    "{got: w_error of the second model} instead of {expected: w_error of the second model}. A weight that "
    "is far too *large* does not count. What has to happen before `max`?",
)
def distance_from_truth(model, coef, bias):
    w_error = (coef - model.w.detach().numpy().ravel()).max()
    return float(w_error), abs(model.b.item() - bias)


@misconception(
    "mean_instead_of_largest",
    "w_error is {got: w_error of the first model}, the *average* error of the weights; the largest is "
    "{expected: w_error of the first model}. One bad weight among many good ones hides in an average. "
    "Which reduction shows it?",
)
def distance_from_truth(model, coef, bias):
    w_error = np.abs(model.w.detach().numpy().ravel() - coef).mean()
    return float(w_error), abs(model.b.item() - bias)


@misconception(
    "sum_of_errors",
    "w_error is {got: w_error of the first model}, the sum of all errors; the largest alone is {expected: "
    "w_error of the first model}. A sum grows with the number of weights. Which single one do we want to "
    "know?",
)
def distance_from_truth(model, coef, bias):
    w_error = np.abs(model.w.detach().numpy().ravel() - coef).sum()
    return float(w_error), abs(model.b.item() - bias)


@misconception(
    "euclidean_distance",
    "w_error is {got: w_error of the first model}, the straight-line distance over all weights (the root "
    "of the sum of squares); the largest single error is {expected: w_error of the first model}. Which "
    "number of `np.abs(...)` is asked for?",
)
def distance_from_truth(model, coef, bias):
    w_error = np.linalg.norm(model.w.detach().numpy().ravel() - coef)
    return float(w_error), abs(model.b.item() - bias)


@misconception(
    "largest_square",
    "w_error is {got: w_error of the first model}, the largest *squared* error, in squared units; without "
    "the square it is {expected: w_error of the first model}. A square does drop the sign; what else drops "
    "it and keeps the size?",
)
def distance_from_truth(model, coef, bias):
    w_error = ((model.w.detach().numpy().ravel() - coef) ** 2).max()
    return float(w_error), (model.b.item() - bias) ** 2


@misconception(
    "difference_of_the_largest",
    "w_error is {got: w_error of the first model} instead of {expected: w_error of the first model}: the "
    "largest weight is compared with the largest coefficient, and all others are left out. Subtract first, "
    "pair by pair; what comes after?",
)
def distance_from_truth(model, coef, bias):
    w_error = abs(model.w.max().item() - coef.max())
    return float(w_error), abs(model.b.item() - bias)


@misconception(
    "relative_error",
    "w_error is {got: w_error of the first model}, an error as a share of the coefficient; asked for is "
    "the difference itself, {expected: w_error of the first model}. By what is each difference divided in "
    "your code?",
)
def distance_from_truth(model, coef, bias):
    w_error = (np.abs(model.w.detach().numpy().ravel() - coef) / np.abs(coef)).max()
    return float(w_error), abs(model.b.item() - bias) / abs(bias)


@misconception(
    "bias_error_with_its_sign",
    "b_error is {got: b_error of the first model} instead of {expected: b_error of the first model}: the "
    "difference of the biases kept its sign, and a negative distance is smaller than any bound one asks "
    "for. What is missing?",
)
def distance_from_truth(model, coef, bias):
    w_error = np.abs(model.w.detach().numpy().ravel() - coef).max()
    return float(w_error), model.b.item() - bias


@misconception(
    "bias_of_the_course_data",
    "b_error is {got: b_error of the first model} instead of {expected: b_error of the first model}: the "
    "true bias of our data, 2, stands in the code. Another data set has another bias. Which argument "
    "brings it?",
)
def distance_from_truth(model, coef, bias):
    w_error = np.abs(model.w.detach().numpy().ravel() - coef).max()
    return float(w_error), abs(model.b.item() - 2)


@misconception(
    "bias_left_out",
    "One number comes back, the error of the weights; the bias is left out. A model with perfect weights "
    "and a bias of 100 would look perfect. Which two values are asked for?",
)
def distance_from_truth(model, coef, bias):
    return float(np.abs(model.w.detach().numpy().ravel() - coef).max())


@misconception(
    "bias_first",
    "The two numbers come in the wrong order: the bias's error stands where the weights' is expected. How "
    "does the docstring name them, from left to right?",
)
def distance_from_truth(model, coef, bias):
    w_error = np.abs(model.w.detach().numpy().ravel() - coef).max()
    return abs(model.b.item() - bias), float(w_error)


@misconception(
    "nothing_returned",
    "The two errors are printed, but not returned: the caller gets None and cannot compare them with "
    "anything. What should the last line be?",
)
def distance_from_truth(model, coef, bias):
    print(np.abs(model.w.detach().numpy().ravel() - coef).max(), abs(model.b.item() - bias))


@misconception(
    "compared_with_itself",
    "Both errors are 0, whatever the model has learned: the model's numbers are compared with themselves. "
    "What do `coef` and `bias` bring into the function?",
)
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy().ravel()
    coef, bias = model.w.detach().numpy().ravel(), model.b.item()
    return float(np.abs(learned - coef).max()), abs(model.b.item() - bias)


@misconception(
    "numpy_of_a_tensor_that_tracks",
    "NumPy cannot take a tensor that tracks gradients: it would lose the track without a word, so torch "
    "refuses. Which call says on purpose that only the numbers are wanted?",
)
def distance_from_truth(model, coef, bias):
    w_error = np.abs(model.w.numpy().ravel() - coef).max()
    return float(w_error), abs(model.b.item() - bias)


@misconception(
    "one_number_in_a_tuple",
    "What comes back is one number in a tuple, and two are wanted: the error of the weights and that of the "
    "bias. Which of them is left out on the last line?",
)
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy().ravel()
    return (float(np.abs(learned - coef).max()),)


@misconception(
    "weights_added_to_the_truth",
    "w_error is {got: w_error of the first model} where {expected: w_error of the first model} is expected: "
    "learned and true weights are added. How large would the error of a perfect model be then?",
)
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy().ravel()
    return float(np.abs(learned + coef).max()), abs(model.b.item() - bias)


@misconception(
    "smallest_error",
    "w_error is {got: w_error of the first model} where {expected: w_error of the first model} is expected: "
    "the error of the best weight. Asked for is the one that is farthest off. What is the opposite of `min`?",
)
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy().ravel()
    return float(np.abs(learned - coef).min()), abs(model.b.item() - bias)


@misconception(
    "bias_added_to_the_truth",
    "b_error is {got: b_error of the first model} where {expected: b_error of the first model} is expected: "
    "learned and true bias are added. How large would the error of a perfect model be then?",
)
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy().ravel()
    return float(np.abs(learned - coef).max()), abs(model.b.item() + bias)


@misconception(
    "signs_kept",
    "The differences keep their signs: w_error is {got: w_error of the first model} instead of {expected: "
    "w_error of the first model}, and b_error is {got: b_error of the first model}. A learned number that is "
    "far too small then looks better than a perfect one. What has to happen to a difference before it is a "
    "distance?",
)
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy().ravel()
    return float((learned - coef).max()), model.b.item() - bias


@misconception(
    "signs_kept_truth_first",
    "The differences truth minus learned keep their signs: for the second model w_error is {got: w_error of the second "
    "model} instead of {expected: w_error of the second model}, because the numbers that are too *large* do not count. "
    "What has to happen to a difference before it is a distance?",
)
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy().ravel()
    return float((coef - learned).max()), bias - model.b.item()


@misconception(
    "weights_frozen_for_good",
    "Both numbers are right, but `w` and `b` do not track gradients any more: the model was changed for good (by "
    "`requires_grad`, `requires_grad_` or `detach_`) and cannot be trained on. Which call gives you its numbers and "
    "leaves the model itself alone?",
)
def distance_from_truth(model, coef, bias):
    model.w.requires_grad = False
    model.b.requires_grad = False
    w_error = np.abs(model.w.numpy().ravel() - coef).max()
    return float(w_error), abs(model.b.item() - bias)


@misconception(
    "four_weights",
    "The loop over the weights runs four times, and the second model here has three of them: the 4 of our "
    "data stands in the code. Which object knows how many weights there are?",
)
def distance_from_truth(model, coef, bias):
    w_error = max(abs(model.w[i].item() - coef[i]) for i in range(4))
    return float(w_error), abs(model.b.item() - bias)


# weights_near_truth: right


@alternative("in_torch", "The truth becomes a tensor instead.")
def distance_from_truth(model, coef, bias):
    w_error = (model.w.detach().squeeze(1) - torch.tensor(coef)).abs().max().item()
    b_error = (model.b.detach() - bias).abs().item()
    return w_error, b_error


@alternative("truth_as_a_column", "(n, 1) minus (n, 1), and one-element tensors as results.")
def distance_from_truth(model, coef, bias):
    with torch.no_grad():
        truth = torch.as_tensor(coef, dtype=torch.float32).unsqueeze(1)
        return torch.max(torch.abs(truth - model.w)), torch.abs(bias - model.b)


@alternative("plain_python", "Lists and loops do it too.")
def distance_from_truth(model, coef, bias):
    worst = 0.0
    for row, true in zip(model.w.tolist(), coef):
        worst = max(worst, abs(row[0] - true))
    return [worst, abs(float(model.b[0]) - bias)]


@alternative("infinity_norm", "The largest absolute value is the infinity norm.")
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy()[:, 0]
    return float(np.linalg.norm(learned - coef, ord=np.inf)), float(np.abs(model.b.detach().numpy()[0] - bias))


@alternative("both_ends", "The farthest is at one of the two ends of the signed differences.")
def distance_from_truth(model, coef, bias):
    difference = model.w.detach().flatten().numpy() - coef
    return max(difference.max(), -difference.min()), abs(model.b.item() - bias)


@alternative("through_params", "`params` holds the same two tensors.")
def distance_from_truth(model, coef, bias):
    w, b = (p.detach().double().numpy().reshape(-1) for p in model.params)
    errors = [np.abs(w - coef), np.abs(b - bias)]
    return tuple(float(e.max()) for e in errors)


@alternative(
    "without_numpy_call",
    "NumPy takes a detached tensor for an array; a tensor with one number counts as a number.",
)
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().ravel()
    return float(np.abs(learned - coef).max()), abs(model.b.item() - bias)


@alternative("numpy_number", "A NumPy float counts as a float.")
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy().ravel()
    return np.abs(learned - coef).max(), abs(model.b.item() - bias)


@alternative("truth_minus_weights", "`abs` takes the sign away, whichever of the two is subtracted.")
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy().ravel()
    return float(np.abs(coef - learned).max()), abs(model.b.item() - bias)


@alternative("truth_minus_bias", "`abs` takes the sign of the bias error away, whichever of the two is subtracted.")
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy().ravel()
    return float(np.abs(learned - coef).max()), abs(bias - model.b.item())


@alternative(
    "bias_error_as_a_tensor",
    "A tensor with one number counts as a number, as everywhere in the course's checks.",
)
def distance_from_truth(model, coef, bias):
    learned = model.w.detach().numpy().ravel()
    return float(np.abs(learned - coef).max()), abs(model.b - bias)
