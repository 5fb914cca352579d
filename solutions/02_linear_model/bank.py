"""Wrong and unusual right solutions of chapter 2."""

import torch

from autograder.authoring.bank import alternative, misconception

# ---------------- Linear: what goes wrong


@misconception(
    "no_requires_grad",
    "`model.w` is a tensor of the right shape, but autograd does not watch it: `requires_grad` is False, "
    "so `loss.backward()` would leave nothing in `model.w.grad`. What has to be said when a tensor is "
    "made, for it to be learned?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out)
        self.b = torch.zeros(n_out)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "bias_without_gradient",
    "`model.w` requires a gradient, `model.b` does not: the weights would be learned and the bias would "
    "stay at its start for ever. Which of your two tensors was made without `requires_grad`?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "non_leaf_weights",
    "`model.w` is no leaf: something was computed with the tensor after it began to require a gradient (a "
    "factor, `.reshape`, `.float()`), and `model.w` is the result. Gradients are kept for the tensor you "
    "started from, which is lost. In which order should scaling and `requires_grad` come?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True) * 0.01
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "non_leaf_bias",
    "`model.w` is a leaf, but `model.b` is not: it is the result of a computation (a factor, `.reshape`, "
    "`.squeeze()`) with a tensor that already required a gradient. Its gradient would be kept elsewhere. "
    "Can the tensor be made in its final form at once?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(1, n_out, requires_grad=True).reshape(-1)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "transposed_w",
    "`model.w` has shape {got: shape of model.w}: one row for each output. The text wants one row for each"
    " input and one column for each output (`torch.nn.Linear` keeps its weight the other way round). Which"
    " size comes first in (n_in, n_out)?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_out, n_in, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w.T + self.b


@misconception(
    "sizes_of_this_course_written_in",
    "`model.w` has shape {got: shape of model.w} although {expected: shape of model.w} was asked for: the "
    "sizes of the course's data are written into the class. Where do `n_in` and `n_out` come in?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(4, 1, requires_grad=True)
        self.b = torch.zeros(1, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "one_output_only",
    "`model.w` has shape {got: shape of model.w}: `n_in` decides its rows, but it has one column whatever "
    "`n_out` is. What are the columns of `w` for?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, 1, requires_grad=True)
        self.b = torch.zeros(1, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "flat_weights",
    "`model.w` has shape {got: shape of model.w}, a vector with one number for each input. That is enough "
    "for one output and leaves no room for a second one. Which shape does the text ask for?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return (x @ self.w).reshape(-1, 1) + self.b


@misconception(
    "one_bias_for_all_outputs",
    "`model.b` has shape {got: shape of model.b}: all outputs share one bias, and broadcasting hides it. "
    "Each output is to have its own. What decides how many biases there are?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(1, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "scalar_bias",
    "`model.b` is a single number of shape {got: shape of model.b}. With one output that would compute the"
    " same, but every output needs a bias of its own: expected {expected: shape of model.b}. What does "
    "`torch.zeros` take to make that many?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.tensor(0.0, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "bias_for_each_input",
    "`model.b` has shape {got: shape of model.b}, one number for each input. The bias is added to the "
    "outputs, after the inputs were weighed and summed. How many outputs are there?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_in, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return (x + self.b) @ self.w


@misconception(
    "float64_weights",
    "`model.w` is float64, as numpy's numbers are, while the rows from the loaders are float32: torch "
    "refuses to multiply the two. Where does the double precision come from?",
)
class Linear:
    def __init__(self, n_in, n_out):
        import numpy as np

        self.w = torch.tensor(np.random.randn(n_in, n_out), requires_grad=True)
        self.b = torch.tensor(np.zeros(n_out), requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "numpy_weights",
    "`model.w` is a numpy array. numpy computes the same product, but it keeps no record from which "
    "`backward()` could find a gradient. Which library's arrays does autograd watch?",
)
class Linear:
    def __init__(self, n_in, n_out):
        import numpy as np

        self.w = np.random.randn(n_in, n_out).astype(np.float32)
        self.b = np.zeros(n_out, dtype=np.float32)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "forgot_self",
    "There is no `model.w`: the tensors live in variables of `__init__`, and those end with it. How does a"
    " method keep something for the other methods of the same object?",
)
class Linear:
    def __init__(self, n_in, n_out):
        w = torch.randn(n_in, n_out, requires_grad=True)
        b = torch.zeros(n_out, requires_grad=True)
        self.params = [w, b]

    def forward(self, x):
        return x @ self.params[0] + self.params[1]


@misconception(
    "no_params",
    "`model.w` and `model.b` are there, but `model.params` is not. An optimizer is given that list and "
    "knows of nothing else. What should stand in it?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "bias_not_in_params",
    "`model.params` is a {got: kind of model.params}: only the weights are handed to the optimizer, so the"
    " bias would stay at its start. What else is there to learn?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "params_is_a_method",
    "`model.params` is a method, to be called as `model.params()`. The course writes "
    "`torch.optim.SGD(model.params, …)`, without parentheses. What does an attribute need to be instead?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)

    def params(self):
        return [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "params_reversed",
    "`model.params` holds the bias first. Later pieces of the course rely on the order: weights, then "
    "bias. Compare your list with the one in the text.",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.b, self.w]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "params_are_copies",
    "`model.params[0]` is not `model.w` but another tensor: an optimizer would move it, and `forward` "
    "would go on predicting with the old `model.w`. Should the list hold copies, or the very tensors?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [p.clone().detach().requires_grad_() for p in (self.w, self.b)]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "forward_without_return",
    "`model.forward(x)` gives None: the prediction is computed and then dropped at the end of the "
    "function. What hands a result back to the caller?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        y_pred = x @ self.w + self.b


@misconception(
    "forward_makes_new_weights",
    "After `model.forward(x)` the model holds another `w` than before: new weights are made at every "
    "prediction, so nothing that was learned survives. Where should the tensors be made, and how often?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.n_in, self.n_out = n_in, n_out
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        self.w = torch.randn(self.n_in, self.n_out, requires_grad=True)
        self.b = torch.zeros(self.n_out, requires_grad=True)
        return x @ self.w + self.b


@misconception(
    "forward_draws_its_own_weights",
    "Two predictions for the same rows differ: `forward` draws random weights of its own and leaves "
    "`model.w` alone. Then training `model.w` changes no prediction. Which weights should `forward` use?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        w = torch.randn(*self.w.shape, requires_grad=True)
        return x @ w + self.b


@misconception(
    "elementwise_product",
    "`model.forward(x)` stops with a RuntimeError. Two tensors whose shapes do not fit met entry by entry: "
    "in a product such as `x * self.w`, or where the bias, (n_out,), is added to something that is "
    "not of shape (batch, n_out). Print the shapes on both sides of each `*` and `+`. Which operator weighs and "
    "adds up at once?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x * self.w + self.b


@misconception(
    "factors_do_not_fit",
    "The matrix product fails because the inner sizes differ. Write the shapes of your two factors side by"
    " side: in (batch, a) @ (c, n_out) the sizes a and c have to be equal. Is one of yours transposed, or "
    "do they stand in the other order?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return self.w @ x + self.b


@misconception(
    "bias_left_out",
    "The predictions are off by the same amount in every row: they are the weighed sums without the bias. "
    "Expected {expected: the prediction}, got {got: the prediction}. What shifts a prediction when all "
    "features are 0?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w


@misconception(
    "graph_is_cut",
    "The predictions are right, but they do not remember where they come from: `detach`, `.data`, "
    "`torch.no_grad()` or a detour over numpy cut the graph, and `backward()` cannot reach `w` and `b`. "
    "Does `forward` need any of these?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        with torch.no_grad():
            return x @ self.w + self.b


@misconception(
    "bias_is_cut_off",
    "`backward()` reaches `model.w`, but leaves `model.b.grad` at None: in `forward` the bias is detached "
    "or turned into a plain number before it is added. Which part of the expression does autograd not see?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b.detach()


@misconception(
    "squeezed_prediction",
    "A model with several outputs is right, but one row alone comes back with shape {got: shape of the "
    "prediction for one row} in place of {expected: shape of the prediction for one row}: a `squeeze()` "
    "drops every axis of size 1, the batch among them. Who should decide about axes, `forward` or the "
    "loss?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return (x @ self.w + self.b).squeeze()


@misconception(
    "output_axis_dropped",
    "With one output the prediction has shape {got: shape of the prediction of a model with one output}; "
    "the text asks for (batch, n_out) always, so {expected: shape of the prediction of a model with one "
    "output} here. What does `squeeze(1)` do when there is one column?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return (x @ self.w + self.b).squeeze(1)


@misconception(
    "flattened_prediction",
    "The prediction has shape {got: shape of the prediction}: rows and outputs were poured into one line. "
    "With one output nobody would notice. Expected {expected: shape of the prediction}; which call takes "
    "the second axis away?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return (x @ self.w + self.b).reshape(-1)


@misconception(
    "no_init",
    "The class takes no sizes: `{got: how `Linear` can be called}`. Two of them are handed over when a model "
    "is made, and nothing is there to receive them. Which method runs at that moment?",
)
class Linear:
    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "square_of_the_outputs",
    "`model.w` has shape {got: shape of model.w}: the number of outputs decides both its sizes, and `n_in` "
    "is never used. Which two numbers does one weight connect?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_out, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "square_of_the_inputs",
    "`model.w` has shape {got: shape of model.w}: the number of inputs decides both its sizes, and `n_out` "
    "is never used. Which two numbers does one weight connect?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_in, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "weights_for_the_outputs_only",
    "`model.w` has shape {got: shape of model.w}, one number for each output: there is no room for a weight "
    "from every input to every output. How many arrows lead from inputs to outputs?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x * self.w + self.b


@misconception(
    "size_kept_for_weights",
    "`model.w` is an {got: kind of model.w}: the size itself is kept, not a tensor of that size. Which "
    "function of torch makes a tensor from its sizes?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = n_in
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "size_kept_for_bias",
    "`model.b` is an {got: kind of model.b}: the number of outputs itself is kept, not a tensor with one "
    "number for each. `model.w` is a tensor: how was that one made?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = n_out
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "bias_taken_away",
    "The prediction is off by twice the bias: `b` is taken away where it should be added. What does "
    "the formula above the cell say?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w - self.b


@misconception(
    "bias_as_a_row",
    "`model.b` has shape {got: shape of model.b}: a table with one row. The predictions would come out right, since "
    "broadcasting drops the difference, but the text asks for {expected: shape of model.b}, one axis alone. How "
    "many sizes did you give to the call that makes it?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(1, n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "bias_as_a_column",
    "`model.b` has shape {got: shape of model.b}: a column, whose first axis would be lined up with the rows of the "
    "batch when it is added. The text asks for {expected: shape of model.b}. Along which axis of the predictions do "
    "the outputs lie?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, 1, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@misconception(
    "weights_are_cut_off",
    "`backward()` reaches `model.b`, but leaves `model.w.grad` at None: in `forward` the weights are detached, or a "
    "new tensor is made of their numbers, before they are multiplied. Which part of the expression does autograd "
    "not see?",
)
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w.detach() + self.b


# ---------------- Linear: right, though it looks different


@alternative("scaled_before_requires_grad", "Scaling first and asking for gradients after leaves a leaf.")
class Linear:
    def __init__(self, n_in, n_out):
        self.w = (torch.randn(n_in, n_out) * 0.01).requires_grad_()
        self.b = torch.randn(n_out).mul_(0.5).requires_grad_(True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return torch.matmul(x, self.w).add(self.b)


@alternative("zero_start", "Start values are free; for a linear model zeros learn as well as any.")
class Linear:
    def __init__(self, n_in: int, n_out: int) -> None:
        self.w = torch.zeros((n_in, n_out), requires_grad=True)
        self.b = torch.zeros((n_out,), requires_grad=True)

    @property
    def params(self) -> list[torch.Tensor]:
        return [self.w, self.b]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.addmm(self.b, x, self.w)


@alternative("nn_module", "A Module with Parameters: those are leaf tensors that require a gradient.")
class Linear(torch.nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.w = torch.nn.Parameter(torch.randn(n_in, n_out))
        self.b = torch.nn.Parameter(torch.randn(n_out))
        self.params = [self.w, self.b]

    def forward(self, x):
        return torch.nn.functional.linear(x, self.w.T, self.b)


@alternative("parameter_list", "The list of parameters is a ParameterList that holds the very same tensors.")
class Linear(torch.nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(n_in, n_out))
        self.b = torch.nn.Parameter(torch.zeros(n_out))
        self.params = torch.nn.ParameterList([self.w, self.b])

    def forward(self, x):
        return x.mm(self.w) + self.b


@alternative("tuple_of_params", "A tuple holds the same two tensors in the same order, and forward takes them from it.")
class Linear:
    def __init__(self, n_in, n_out):
        self.params = (
            torch.randn(n_in, n_out, requires_grad=True),
            torch.zeros(n_out, requires_grad=True),
        )

    @property
    def w(self):
        return self.params[0]

    @property
    def b(self):
        return self.params[1]

    def forward(self, x):
        w, b = self.params
        return x @ w + b


@alternative("xavier_start", "A start from torch.nn.init, written into the leaf itself.")
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.empty(n_in, n_out, requires_grad=True)
        self.b = torch.empty(n_out, requires_grad=True)
        torch.nn.init.xavier_uniform_(self.w)
        torch.nn.init.zeros_(self.b)
        self.params = [self.w, self.b]

    def forward(self, x):
        return torch.einsum("ni,io->no", x, self.w) + self.b


@alternative("numpy_start_as_float32", "Numbers from numpy are right once they are float32 tensors.")
class Linear:
    def __init__(self, n_in, n_out):
        import numpy as np

        start = np.random.default_rng(0).normal(size=(n_in, n_out))
        self.w = torch.tensor(start, dtype=torch.float32, requires_grad=True)
        self.b = torch.tensor([0.0] * n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b.unsqueeze(0)


@alternative("sum_of_weighed_features", "The matrix product written out: weigh every feature, then sum over them.")
class Linear:
    def __init__(self, n_in, n_out):
        torch.manual_seed(0)
        self.w = torch.rand(n_in, n_out).requires_grad_()
        self.b = torch.rand(n_out).requires_grad_()
        self.params = [self.w, self.b]

    def forward(self, x):
        return (x[:, :, None] * self.w[None]).sum(dim=1) + self.b


@alternative("one_output_at_a_time", "A column for each output, stacked: slow, and right.")
class Linear:
    def __init__(self, n_in, n_out, scale=1.0):
        self.w = torch.full((n_in, n_out), scale, requires_grad=True)
        self.b = torch.full((n_out,), 0.0, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return torch.stack([x @ self.w[:, k] + self.b[k] for k in range(len(self.b))], dim=1)

    __call__ = forward


@alternative("bias_made_first", "The start is free: nobody asks in which order the two are made.")
class Linear:
    def __init__(self, n_in, n_out):
        self.b = torch.zeros(n_out, requires_grad=True)
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@alternative("weights_from_zero", "The text leaves the start open; one linear layer learns from zeros as well.")
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.zeros(n_in, n_out, requires_grad=True)
        self.b = torch.zeros(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


@alternative("bias_from_one", "The text leaves the start open, that of the bias too.")
class Linear:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out, requires_grad=True)
        self.b = torch.ones(n_out, requires_grad=True)
        self.params = [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b


# ---------------- sum_squared_error: what goes wrong


@misconception(
    "broadcast_trap",
    "For a `y_pred` of shape (batch, 1) the loss is {got: the loss for y_pred of shape (batch, 1)} in "
    "place of {expected: the loss for y_pred of shape (batch, 1)}. A column minus a vector is a (batch, "
    "batch) table: every prediction is compared with every target. Which shapes should meet?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred - y_true) ** 2).sum()


@misconception(
    "broadcast_trap_turned_round",
    "Now the targets always become a column: right for a `y_pred` of shape (batch, 1), but for one of "
    "shape (batch,) the difference is a (batch, batch) table again. The loss there is {got: the loss for "
    "y_pred of shape (batch,)}, not {expected: the loss for y_pred of shape (batch,)}. How do you bring "
    "*both* to one shape?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred - y_true.reshape(-1, 1)) ** 2).sum()


@misconception(
    "mean_for_sum",
    "The loss is {got: the loss for y_pred of shape (batch,)}, which is {expected: the loss for y_pred of "
    "shape (batch,)} divided by the number of rows: a mean. The course's loss does not divide. Which "
    "reduction does your last call use?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred.reshape(-1) - y_true) ** 2).mean()


@misconception(
    "mean_after_the_trap",
    "A mean in place of a sum: already for two vectors the loss is {got: the loss for y_pred of shape "
    "(batch,)} in place of {expected: the loss for y_pred of shape (batch,)}. Besides, nothing here brings"
    " (batch, 1) and (batch,) to one shape. Mend the reduction first, then look at the shape of the "
    "difference.",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred - y_true) ** 2).mean()


@misconception(
    "half_the_sum",
    "The loss is exactly half of what it should be: some books put 1/2 in front of the squares, so that "
    "the 2 of the derivative disappears. Does the text here ask for that factor?",
)
def sum_squared_error(y_pred, y_true):
    return 0.5 * ((y_pred.reshape(-1) - y_true) ** 2).sum()


@misconception(
    "root_of_the_sum",
    "The loss is {got: the loss for y_pred of shape (batch,)}, the square root of {expected: the loss for "
    "y_pred of shape (batch,)}. A root brings back the unit of y, but it is another loss with other "
    "gradients. Which of the two does the text ask for?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred.reshape(-1) - y_true) ** 2).sum().sqrt()


@misconception(
    "not_squared",
    "The differences are summed as they are: {got: the loss for y_pred of shape (batch,)}. Errors above "
    "and below the target cancel, and the loss can even be negative. What makes every difference count?",
)
def sum_squared_error(y_pred, y_true):
    return (y_pred.reshape(-1) - y_true).sum()


@misconception(
    "absolute_for_square",
    "The loss is the sum of absolute differences, {got: the loss for y_pred of shape (batch,)}. That keeps"
    " errors from cancelling, but its slope is the same for small and large ones. What does the name of "
    "the function ask for?",
)
def sum_squared_error(y_pred, y_true):
    return (y_pred.reshape(-1) - y_true).abs().sum()


@misconception(
    "square_of_the_sum",
    "First summed, then squared: {got: the loss for y_pred of shape (batch,)}. Errors of opposite sign "
    "cancel before they are squared. In which order do the two steps have to come?",
)
def sum_squared_error(y_pred, y_true):
    return (y_pred.reshape(-1) - y_true).sum() ** 2


@misconception(
    "one_loss_for_each_row",
    "The loss has shape {got: shape of the loss for y_pred of shape (batch,)}: one number for each row. "
    "`backward()` needs one number for the whole mini-batch. Which last step is missing?",
)
def sum_squared_error(y_pred, y_true):
    return (y_pred.reshape(-1) - y_true) ** 2


@misconception(
    "item_for_tensor",
    "The loss is a plain {got: kind of the loss for y_pred of shape (batch,)}. `.item()` or `float()` "
    "takes the number out of the graph, and `loss.backward()` has nothing to follow. What should be handed"
    " back instead of the bare number?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred.reshape(-1) - y_true) ** 2).sum().item()


@misconception(
    "loss_detached",
    "The value is right, but the loss is cut off from `y_pred` (`detach`, `.data`, `torch.no_grad()` or a "
    "new `torch.tensor(…)` around it): `backward()` would reach no weight. Which call makes it forget "
    "where it comes from?",
)
def sum_squared_error(y_pred, y_true):
    with torch.no_grad():
        return ((y_pred.reshape(-1) - y_true) ** 2).sum()


@misconception(
    "only_for_columns",
    "Right for a `y_pred` of shape (batch, 1) perhaps, but one of shape (batch,) has no second axis to "
    "squeeze or to index: the call stops with an error. How can one expression serve both shapes?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred.squeeze(1) - y_true) ** 2).sum()


@misconception(
    "changes_its_input",
    "The loss is right, but `y_pred` holds other numbers after the call than before: an in-place operation"
    " (`-=`, `sub_`) wrote into the caller's tensor. What makes a new tensor instead?",
)
def sum_squared_error(y_pred, y_true):
    difference = y_pred.reshape(-1)
    difference -= y_true
    return (difference**2).sum()


@misconception(
    "nothing_returned",
    "The function gives back {got: kind of the loss for y_pred of shape (batch,)}: the number may be worked "
    "out, but it never leaves the function. Which word hands a value to the caller?",
)
def sum_squared_error(y_pred, y_true):
    ((y_pred.reshape(-1) - y_true) ** 2).sum()


@misconception(
    "doubled_for_squared",
    "The loss is {got: the loss for y_pred of shape (batch,)} where {expected: the loss for y_pred of shape "
    "(batch,)} is expected: every difference is doubled, not squared, so that those with a minus sign cancel "
    "others. What is the difference between `* 2` and `** 2`?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred.reshape(-1) - y_true) * 2).sum()


@misconception(
    "added_for_subtracted",
    "The loss is {got: the loss for y_pred of shape (batch,)} where {expected: the loss for y_pred of shape "
    "(batch,)} is expected: prediction and target are added. What would the loss of a perfect prediction be "
    "then?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred.reshape(-1) + y_true) ** 2).sum()


@misconception(
    "cubed_for_squared",
    "The loss is {got: the loss for y_pred of shape (batch,)} where {expected: the loss for y_pred of shape "
    "(batch,)} is expected: with the power of three, a miss to one side makes up for a miss to the other. "
    "Which power makes both count?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred.reshape(-1) - y_true) ** 3).sum()


@misconception(
    "base_and_power_exchanged",
    "The loss is {got: the loss for y_pred of shape (batch,)} where {expected: the loss for y_pred of shape "
    "(batch,)} is expected: 2 is raised to the power of the difference. Which of the two is to be raised to "
    "which power?",
)
def sum_squared_error(y_pred, y_true):
    return (2 ** (y_pred.reshape(-1) - y_true)).sum()


@misconception(
    "counts_the_rows",
    "The loss is {got: the loss for y_pred of shape (batch,)}, just the number of rows, however far off they "
    "are: anything to the power of 0 is 1. Which power squares?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred.reshape(-1) - y_true) ** 0).sum()


@misconception(
    "only_for_tables",
    "Right for a `y_pred` of shape (batch, 1) perhaps, but one of shape (batch,) has a single axis, and `[:, 0]` "
    'asks for two: the call stops with "too many indices". How can one expression serve both shapes?',
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred[:, 0] - y_true) ** 2).sum()


@misconception(
    "asks_for_a_second_size",
    "A `y_pred` of shape (batch,) has one size only, and `.shape[1]` asks for the second: the call "
    'stops with "tuple index out of range". What tells how many axes there are, or which expression need not know?',
)
def sum_squared_error(y_pred, y_true):
    if y_pred.shape[1] == 1:
        y_pred = y_pred[:, 0]
    return ((y_pred - y_true) ** 2).sum()


@misconception(
    "loss_of_shape_1",
    "The loss has shape {got: shape of the loss for y_pred of shape (batch,)}, a list with one number in it; asked "
    "for is shape {expected: shape of the loss for y_pred of shape (batch,)}, the number itself. A sum along one "
    "axis of a column, or one with `keepdim`, leaves an axis over. Which sum leaves none?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred.reshape(-1, 1) - y_true.reshape(-1, 1)) ** 2).sum(dim=0)


@misconception(
    "changes_the_targets",
    "The loss is right, but `y_true` holds other numbers after the call than before: an in-place operation (`-=`, "
    "`sub_`) wrote into the caller's targets, and the next epoch would learn from those. What makes a new tensor "
    "instead?",
)
def sum_squared_error(y_pred, y_true):
    y_true -= y_pred.reshape(-1)
    return (y_true**2).sum()


@misconception(
    "root_of_the_mean",
    "The loss is {got: the loss for y_pred of shape (batch,)} where {expected: the loss for y_pred of shape "
    "(batch,)} is expected: the root of the *mean* square. That is good for reading, in the unit of y; the text "
    "asks for the sum of the squares. Which two of your steps are too many?",
)
def sum_squared_error(y_pred, y_true):
    return ((y_pred.reshape(-1) - y_true) ** 2).mean().sqrt()


@misconception(
    "graph_begun_anew",
    "The value is right and the loss requires a gradient, but no gradient arrives at `y_pred`: a new tensor was made "
    "on the way (`torch.tensor(…, requires_grad=True)`, `.detach().requires_grad_()`), and autograd's record begins "
    "there. What does the loss need, to remember `y_pred` by itself?",
)
def sum_squared_error(y_pred, y_true):
    loss = ((y_pred.reshape(-1) - y_true) ** 2).sum()
    return torch.tensor(loss.item(), requires_grad=True)


# ---------------- sum_squared_error: right, though it looks different


@alternative("mse_loss_with_sum", "torch's own function with reduction='sum', once the shapes agree.")
def sum_squared_error(y_pred, y_true):
    return torch.nn.functional.mse_loss(y_pred.reshape(y_true.shape), y_true, reduction="sum")


@alternative("loss_module", "The same as an object.")
def sum_squared_error(y_pred: torch.Tensor, y_true: torch.Tensor) -> torch.Tensor:
    loss = torch.nn.MSELoss(reduction="sum")
    return loss(y_pred.flatten(), y_true.flatten())


@alternative("targets_take_the_shape", "The targets may take the shape of the predictions as well.")
def sum_squared_error(y_pred, y_true):
    return torch.sum(torch.square(y_true.view_as(y_pred) - y_pred))


@alternative("dot_product", "The sum of squares of a vector is its product with itself.")
def sum_squared_error(y_pred, y_true):
    residual = y_pred.view(-1) - y_true
    return residual @ residual


@alternative("mean_times_count", "A mean times the number of rows is the sum.")
def sum_squared_error(y_pred, y_true):
    if y_pred.dim() == 2:
        y_pred = y_pred.squeeze(-1)
    return (y_pred - y_true).pow(2).mean() * len(y_true)


@alternative("squeeze_everything", "squeeze() without an axis is safe here: even for one row the sum is the same.")
def sum_squared_error(y_pred, y_true):
    return ((y_pred.squeeze() - y_true.squeeze()) ** 2).sum()


@alternative("squared_norm", "The length of the difference, squared.")
def sum_squared_error(y_pred, y_true):
    return torch.linalg.vector_norm(y_pred.reshape(-1) - y_true) ** 2


@alternative("row_by_row", "A loop over the rows: slow, and right.")
def sum_squared_error(y_pred, y_true):
    def square(x):
        return x * x

    return sum(square(p - t) for p, t in zip(y_pred.reshape(-1), y_true))


@alternative("target_minus_prediction", "A square does not know the sign of what was squared.")
def sum_squared_error(y_pred, y_true):
    return ((y_true - y_pred.reshape(-1)) ** 2).sum()


# ---------------- gradients_by_hand: what goes wrong


@misconception(
    "factor_two_forgotten",
    "Both gradients are half of what they should be: db is {got: db}, expected {expected: db}. What is the"
    " derivative of r² with respect to r?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return X.T @ r, r.sum(0)


@misconception(
    "factor_two_only_for_w",
    "dw is right, db is half of what it should be ({got: db}, expected {expected: db}). Both come from the"
    " same square. Which factor does the square leave in front of *both* sums?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ r, r.sum(0)


@misconception(
    "wrong_sign",
    "Both gradients point the other way: db is {got: db}, expected {expected: db}. With residuals y − ŷ "
    "the inner derivative is −X, not X. Where did the minus go?",
)
def gradients_by_hand(X, y, w, b):
    r = y.reshape(-1, 1) - (X @ w + b)
    return 2 * X.T @ r, 2 * r.sum(0)


@misconception(
    "gradient_of_the_mean",
    "db is {got: db}, which is {expected: db} divided by the number of rows: this is the gradient of the "
    "mean of the squares. Which loss does this chapter differentiate?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ r / len(X), 2 * r.mean(0)


@misconception(
    "mean_for_b_only",
    "dw is right, but db is a mean over the rows: {got: db}, expected {expected: db}. Every row pulls at "
    "the bias. How are the pulls of the rows put together in dw?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ r, 2 * r.mean(0)


@misconception(
    "broadcast_trap",
    "dw has shape {got: shape of dw}: its second axis is as long as the batch. Predictions of shape "
    "(batch, 1) minus targets of shape (batch,) give a (batch, batch) table of differences. How many "
    "residuals should there be?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r, 2 * r.sum(0)


@misconception(
    "broadcast_trap_hidden_by_sums",
    "The shapes are right and the numbers far off: db is {got: db}, expected {expected: db}. (batch, 1) "
    "minus (batch,) made a (batch, batch) table, and a sum over its second axis hid it. Print the shape of"
    " your residuals.",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y
    return (2 * X.T @ r).sum(1, keepdim=True), (2 * r).sum().reshape(1)


@misconception(
    "bias_left_out_of_the_residual",
    "The residuals lack the bias: db is {got: db}, expected {expected: db}. What does the model predict "
    "for a row, besides the weighed features?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w - y.reshape(-1, 1)
    return 2 * X.T @ r, 2 * r.sum(0)


@misconception(
    "target_left_out_of_the_residual",
    "These are the gradients of the sum of squared *predictions*: db is {got: db}, expected {expected: "
    "db}. A prediction is not yet an error. What has to be taken off it first?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b
    return 2 * X.T @ r, 2 * r.sum(0)


@misconception(
    "inner_derivative_forgotten",
    "Every entry of dw is the same number, {got: dw}: the chain stops at the residual. How much a residual"
    " changes with the weight of feature j depends on the row. On which entry of X?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return torch.full_like(w, 2.0) * r.sum(), 2 * r.sum(0)


@misconception(
    "factors_do_not_fit",
    "A matrix product fails because its inner sizes differ. Write the shapes down: X is (batch, n), the "
    "column of residuals (batch, 1), and (n, 1) is wanted. Over which axis of X does the sum run, and on "
    "which side does that axis have to stand?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return 2 * X @ r, 2 * r.sum(0)


@misconception(
    "entries_do_not_fit",
    "Two tensors whose shapes do not fit meet entry by entry, as in `X * r` with X of shape (batch, n) and residuals "
    "of shape (batch,). Shapes are lined up from the right, so n meets batch. Which shape do the residuals need, for "
    "each of them to weigh its whole row?",
)
def gradients_by_hand(X, y, w, b):
    r = (X @ w + b).reshape(-1) - y
    return (2 * X * r).sum(0).reshape(-1, 1), 2 * r.sum().reshape(1)


@misconception(
    "dw_is_flat",
    "dw has shape {got: shape of dw}, `w` has {expected: shape of dw}. Subtracting the one from the other "
    "would broadcast to a square table. What shape must a gradient have, compared with its tensor?",
)
def gradients_by_hand(X, y, w, b):
    r = (X @ w + b).reshape(-1) - y
    return 2 * X.T @ r, 2 * r.sum().reshape(1)


@misconception(
    "db_is_a_scalar",
    "db has shape {got: shape of db}, `b` has {expected: shape of db}. A gradient is shaped like the "
    "tensor it belongs to. Which argument of `sum` keeps an axis, or what gives it back?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ r, 2 * r.sum()


@misconception(
    "db_for_each_row",
    "db has shape {got: shape of db}: one number for each row. They are all pulls at the same bias. What "
    "becomes of them?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ r, 2 * r.reshape(-1)


@misconception(
    "swapped",
    "The first of the two results has the shape of `b`, {got: shape of dw}, not of `w`. Compare the order "
    "of your `return` with the text.",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return 2 * r.sum(0), 2 * X.T @ r


@misconception(
    "only_dw",
    "One tensor comes back where two are wanted: the gradient for `b` is missing. Two results are handed "
    "back with a comma between them. What is the slope of the loss along b?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ r


@misconception(
    "left_to_autograd",
    "This asks autograd, and here autograd records nothing, as the text said: there is no graph to go back"
    " through. The exercise is the formula itself. Which two sums does autograd compute for you elsewhere?",
)
def gradients_by_hand(X, y, w, b):
    w = w.clone().requires_grad_()
    b = b.clone().requires_grad_()
    loss = ((X @ w + b - y.reshape(-1, 1)) ** 2).sum()
    loss.backward()
    return w.grad, b.grad


@misconception(
    "takes_a_step_as_well",
    "The gradients are right, but `w` holds other numbers after the call than before: it was moved as "
    "well. This function only measures slopes. What is left for the next exercise?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    dw, db = 2 * X.T @ r, 2 * r.sum(0)
    w -= 1e-3 * dw
    b -= 1e-3 * db
    return dw, db


@misconception(
    "nothing_returned",
    "The function gives back {got: kind of what is returned}: the two gradients may be worked out, but they "
    "never leave the function. Which word hands values to the caller?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    2 * X.T @ residual, 2 * residual.sum(dim=0)


@misconception(
    "one_gradient_only",
    "What comes back is a {got: kind of what is returned}, and two gradients are wanted, one for `w` and one "
    "for `b`. Which of them is left out on the last line?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    return (2 * X.T @ residual,)


@misconception(
    "target_added",
    "dw is {got: dw} where {expected: dw} is expected: the targets are added to the predictions. What is the "
    "residual of a perfect prediction?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b + y.reshape(-1, 1)
    return 2 * X.T @ residual, 2 * residual.sum(dim=0)


@misconception(
    "bias_taken_away",
    "dw is {got: dw} where {expected: dw} is expected: the residuals are those of a model that takes its "
    "bias away. How does the model of the text predict?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w - b - y.reshape(-1, 1)
    return 2 * X.T @ residual, 2 * residual.sum(dim=0)


@misconception(
    "half_for_w_only",
    "db is right, dw is {got: dw} where {expected: dw} is expected: half of it. The outer derivative of the "
    "square multiplies both gradients; where is it for `w`?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    return X.T @ residual, 2 * residual.sum(dim=0)


@misconception(
    "factor_three_for_w",
    "dw is {got: dw} where {expected: dw} is expected: one and a half times as large, while db is right. "
    "Which factor does the derivative of a square bring along?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    return 3 * X.T @ residual, 2 * residual.sum(dim=0)


@misconception(
    "factor_three_for_b",
    "db is {got: db} where {expected: db} is expected: one and a half times as large, while dw is right. "
    "Which factor does the derivative of a square bring along?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ residual, 3 * residual.sum(dim=0)


@misconception(
    "dw_left_at_zero",
    "dw holds only zeros where {expected: dw} is expected: with this gradient the weights would never move. "
    "What multiplies every entry of it?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    return 0 * X.T @ residual, 2 * residual.sum(dim=0)


@misconception(
    "db_left_at_zero",
    "db is 0 where {expected: db} is expected: with this gradient the bias would never move. By how much "
    "does each residual change when b grows by one?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ residual, 0 * residual.sum(dim=0)


@misconception(
    "wrong_sign_for_w_only",
    "dw is {got: dw} where {expected: dw} is expected: the same sizes with the other sign, while db is "
    "right. Both come from one residual: what turns the sign of one of them?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    return -2 * X.T @ residual, 2 * residual.sum(dim=0)


@misconception(
    "wrong_sign_for_b_only",
    "db is {got: db} where {expected: db} is expected: the same size with the other sign, while dw is right. "
    "Both come from one residual: what turns the sign of one of them?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ residual, -2 * residual.sum(dim=0)


@misconception(
    "column_of_residuals_for_db",
    "db has shape {got: shape of db}, one number for each row, in a column. There is one bias for all rows: "
    "how do their pulls on it come together?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ residual, 2 * residual


@misconception(
    "divided_by_the_features",
    "dw is {got: dw} where {expected: dw} is expected: 2 is divided by the features instead of multiplied "
    "with them. What happens to a row whose feature is near 0?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    return 2 / X.T @ residual, 2 * residual.sum(dim=0)


@misconception(
    "divided_by_the_residuals",
    "db is {got: db} where {expected: db} is expected: 2 is divided by the sum of the residuals instead of "
    "multiplied with it. What should the gradient come to for small residuals?",
)
def gradients_by_hand(X, y, w, b):
    residual = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ residual, 2 / residual.sum(dim=0)


@misconception(
    "dw_is_a_row",
    "dw has shape {got: shape of dw}, a row, where `w` is a column of shape {expected: shape of dw}. The sums may "
    "well be right, but `w - lr * dw` would broadcast to a square table. In which order do the factors of your "
    "product stand, and which of them is transposed?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return 2 * r.T @ X, 2 * r.sum(0)


@misconception(
    "dw_for_each_row",
    "dw has shape {got: shape of dw}, that of `X`: every row's own pull at every weight. A weight has one slope, to "
    "which all rows contribute. What becomes of their pulls, and along which axis?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return 2 * X * r, 2 * r.sum(0)


@misconception(
    "summed_over_the_features",
    "dw has shape {got: shape of dw}: one number for each row of the batch, since the sum ran over the features. "
    "There should be one for each weight. Over what does the sum in the formula for w_j run?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return (2 * X * r).sum(dim=1, keepdim=True), 2 * r.sum(0)


@misconception(
    "db_is_a_table",
    "db has shape {got: shape of db}, `b` has {expected: shape of db}: one number, but with one axis too many around "
    "it. A gradient is shaped like the tensor it belongs to. What does your sum do with the axis along which it "
    "adds up?",
)
def gradients_by_hand(X, y, w, b):
    r = X @ w + b - y.reshape(-1, 1)
    return 2 * X.T @ r, 2 * r.sum(dim=0, keepdim=True)


@misconception(
    "changes_the_targets",
    "The gradients are right, but `y` holds other numbers after the call than before: an in-place operation (`-=`, "
    "`sub_`) wrote into the caller's targets. The next call would start from those. What makes a new tensor instead?",
)
def gradients_by_hand(X, y, w, b):
    y -= (X @ w + b).reshape(-1)
    return -2 * X.T @ y.reshape(-1, 1), -2 * y.sum().reshape(1)


@misconception(
    "one_row_squeezed_away",
    "Right for several rows, but with a single row the product stops with a RuntimeError: one of its "
    "factors has no axis left. A `squeeze()` drops *every* axis of size 1, and for one row that "
    "is the batch as well. Which axis should go, and how can you say so?",
)
def gradients_by_hand(X, y, w, b):
    r = (X @ w + b - y.reshape(-1, 1)).squeeze()
    return (2 * X.T @ r).reshape(-1, 1), 2 * r.sum().reshape(1)


@misconception(
    "autograd_switched_on_again",
    "The numbers may be right, but they are autograd's: inside your function it was switched on again and recorded a "
    "graph. The exercise is the formula, which needs nothing but the residuals and `X`. Which two sums did autograd "
    "compute for you?",
)
def gradients_by_hand(X, y, w, b):
    with torch.enable_grad():
        w = w.clone().requires_grad_()
        b = b.clone().requires_grad_()
        ((X @ w + b - y.reshape(-1, 1)) ** 2).sum().backward()
    return w.grad, b.grad


@misconception(
    "left_to_torch_func",
    "This asks `torch.func` for the gradients, which is autograd under another name, and the check does not let it "
    "through. The exercise is the formula itself, which needs nothing but the residuals and `X`. Which two sums "
    "would it compute for you?",
)
def gradients_by_hand(X, y, w, b):
    def loss(w, b):
        return ((X @ w + b - y.reshape(-1, 1)) ** 2).sum()

    return torch.func.grad(loss, argnums=(0, 1))(w, b)


# ---------------- gradients_by_hand: right, though it looks different


@alternative("row_by_row", "The sums written out as a loop over rows.")
def gradients_by_hand(X, y, w, b):
    dw, db = torch.zeros_like(w), torch.zeros_like(b)
    for x_row, target in zip(X, y):
        r = x_row @ w[:, 0] + b[0] - target
        dw[:, 0] += 2 * r * x_row
        db[0] += 2 * r
    return dw, db


@alternative("einsum", "The index formula as it stands.")
def gradients_by_hand(X, y, w, b):
    r = torch.einsum("ij,jk->i", X, w) + b - y
    dw = torch.einsum("ij,i->j", X, 2 * r).unsqueeze(1)
    return dw, (2 * r).sum(dim=0, keepdim=True)


@alternative("weighed_rows", "Multiply every row by its residual, then sum over the rows.")
def gradients_by_hand(X, y, w, b):
    error = 2 * (X @ w + b - y[:, None])
    return [(error * X).sum(dim=0).reshape(w.shape), error.sum().view_as(b)]


@alternative("one_more_column", "The bias is the weight of a feature that is always 1.")
def gradients_by_hand(X: torch.Tensor, y: torch.Tensor, w: torch.Tensor, b: torch.Tensor):
    A = torch.cat([X, torch.ones(len(X), 1)], dim=1)
    theta = torch.cat([w, b.reshape(1, 1)])
    gradient = A.T @ (2 * (A @ theta - y.unsqueeze(1)))
    return gradient[:-1], gradient[-1]


@alternative("residuals_the_other_way", "With y − ŷ both signs turn, and the minus is written in front.")
def gradients_by_hand(X, y, w, b):
    r = y - (X @ w).squeeze(1) - b
    dw = -2 * (r @ X)
    db = -2 * r.sum()
    return dw.reshape(-1, 1), torch.stack([db])


@alternative("multiplied_out", "XᵀXw + Xᵀ1b − Xᵀy, multiplied out.")
def gradients_by_hand(X, y, w, b):
    def column(v):
        return v.reshape(-1, 1)

    ones = torch.ones(len(X), 1)
    dw = 2 * (X.T @ X @ w + X.T @ ones * b - X.T @ column(y))
    db = 2 * (ones.T @ X @ w + len(X) * b - y.sum())
    return dw, db.reshape(-1)


@alternative("finite_differences_in_double", "Central differences are exact for a quadratic, up to rounding.")
def gradients_by_hand(X, y, w, b):
    X, y, h = X.double(), y.double(), 1e-3
    theta = torch.cat([w.reshape(-1), b]).double()

    def loss(t):
        return ((X @ t[:-1] + t[-1] - y) ** 2).sum()

    slopes = torch.stack(
        [(loss(theta + h * e) - loss(theta - h * e)) / (2 * h) for e in torch.eye(len(theta)).double()]
    )
    return slopes[:-1].reshape(w.shape).float(), slopes[-1:].float()


# ---------------- sgd_step: what goes wrong


@misconception(
    "name_rebound",
    "The parameters hold the same numbers after the step as before: nothing was written into them. A line "
    "like `p = p - …` makes a *new* tensor and lets the local name `p` point to it; the model's own tensor "
    "never hears of it. What writes into a tensor that is already there?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p = p - lr * p.grad
                p.grad = None


@misconception(
    "list_filled_with_new_tensors",
    "The tensors of the model hold the same numbers as before: new tensors were put into the list, and the"
    " model goes on predicting with the old ones. What changes the numbers inside a tensor, rather than "
    "the tensor in the list?",
)
def sgd_step(params, lr):
    for i, p in enumerate(params):
        if p.grad is not None:
            params[i] = (p - lr * p.grad).detach().requires_grad_()
            p.grad = None


@misconception(
    "cleared_before_the_step",
    "The parameters do not move: when the step is taken, the gradients are already zero. Which of the two "
    "comes first, using a gradient or clearing it?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p.grad.zero_()
                p -= lr * p.grad


@misconception(
    "outside_no_grad",
    "torch refuses to write into a leaf that requires a gradient while autograd is watching: the step "
    "would become part of the graph. The update is no part of the model. How do you tell autograd to look "
    "away for a moment?",
)
def sgd_step(params, lr):
    for p in params:
        if p.grad is not None:
            p -= lr * p.grad
            p.grad = None


@misconception(
    "uphill",
    "The parameters moved by the right amount in the wrong direction: after the step `params[0]` is {got: "
    "params[0] after step 1}, expected {expected: params[0] after step 1}. The gradient points to where "
    "the loss grows. Which way is down?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p += lr * p.grad
                p.grad = None


@misconception(
    "gradients_not_cleared",
    "The step itself is right, but afterwards the gradients still stand in `.grad`. The next `backward()` "
    "adds to them, and the next step would use both. What has to be done with a gradient once it is used?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p -= lr * p.grad


@misconception(
    "lr_ignored",
    "The step is the whole gradient: after it `params[0]` is {got: params[0] after step 1}, expected "
    "{expected: params[0] after step 1}. What is `lr` for?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p -= p.grad
                p.grad = None


@misconception(
    "lr_written_in",
    "The step has the size of a learning rate of 0.001, whatever was asked for: `params[0]` is {got: "
    "params[0] after step 1}, expected {expected: params[0] after step 1}. Where does your function use "
    "its second argument?",
)
def sgd_step(params, lr):
    lr = 1e-3
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p -= lr * p.grad
                p.grad = None


@misconception(
    "missing_gradient_not_expected",
    "The call stops with a TypeError. `params[2]` had no part in the loss, so its `.grad` is None, and None "
    "times a number is nothing torch could compute. The text wants such a parameter left alone. How do you "
    "ask whether there is a gradient?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            p -= lr * p.grad
            p.grad = None


@misconception(
    "stops_at_a_missing_gradient",
    "`params[2]` has no gradient, and from there on nothing moves: `params[3]` is {got: params[3] after "
    "step 2}, expected {expected: params[3] after step 2}. `break` and `return` end the whole loop. What "
    "passes over one round only?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is None:
                break
            p -= lr * p.grad
            p.grad = None


@misconception(
    "only_the_first_moves",
    "`params[0]` moves, and `params[1]` stays where it was although it has a gradient. Is there a `return`"
    " inside the loop, or an index that never changes?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p -= lr * p.grad
                p.grad = None
                return params


@misconception(
    "clears_only_the_last",
    "Every parameter moved, but only one gradient was cleared: that line stands behind the loop, where `p`"
    " is the last parameter. How far should it be indented?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p -= lr * p.grad
        p.grad = None


@misconception(
    "learning_switched_off",
    "The step is right, but afterwards the parameters no longer require a gradient: they would never move "
    "again. `requires_grad` belongs to the parameter. What pauses autograd without changing the parameter?",
)
def sgd_step(params, lr):
    for p in params:
        if p.grad is not None:
            p.requires_grad_(False)
            p -= lr * p.grad
            p.grad = None


@misconception(
    "autograd_left_switched_off",
    "The step is right, but autograd stays switched off for the whole program: the next `backward()` finds"
    " no graph. `torch.set_grad_enabled(False)` holds until somebody takes it back. What ends by itself?",
)
def sgd_step(params, lr):
    torch.set_grad_enabled(False)
    for p in params:
        if p.grad is not None:
            p -= lr * p.grad
            p.grad = None


@misconception(
    "step_of_fixed_length",
    "Every step has the same length: the gradient is divided by its norm, so that `params[0]` becomes "
    "{got: params[0] after step 1} in place of {expected: params[0] after step 1}. Plain descent takes "
    "long steps where it is steep. Does the formula in the text divide?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p -= lr * p.grad / p.grad.norm()
                p.grad = None


@misconception(
    "only_the_sign_counts",
    "All numbers move by the same amount, however steep it is along them: only the sign of the gradient is"
    " used. `params[0]` is {got: params[0] after step 1}, expected {expected: params[0] after step 1}. "
    "What else does a gradient tell?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p -= lr * p.grad.sign()
                p.grad = None


@misconception(
    "divided_by_the_gradient",
    "After step 1, params[0] is {got: params[0] after step 1} where {expected: params[0] after step 1} is "
    "expected: lr is divided by the gradient, so that the flattest direction gets the longest step. How "
    "should the step grow with the slope?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p -= lr / p.grad
                p.grad = None


@misconception(
    "truth_of_a_gradient",
    'The call stops with "Boolean value of Tensor … is ambiguous". `if p.grad:` asks a whole tensor whether it is '
    "true, and with several numbers there is no one answer; with one number it would ask whether that is zero. "
    "What do you want to know about `.grad` here?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad:
                p -= lr * p.grad
                p.grad = None


@misconception(
    "set_to_none_before_the_step",
    "The call stops with a TypeError in the very first step, where every parameter has a gradient: it is set to None "
    "before the step uses it. Which of the two comes first, using a gradient or clearing it?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p.grad = None
                p -= lr * p.grad


@misconception(
    "two_parameters_only",
    "`params[0]` and `params[1]` move, and `params[2]`, which has a gradient, stays where it was. A linear model has "
    "two parameters, other models have more, and the list may be of any length. What in your function knows of two?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params[:2]:
            if p.grad is not None:
                p -= lr * p.grad
                p.grad = None


@misconception(
    "only_the_last_moves",
    "The last parameter moves, and all the others stay where they were: the line that takes the step stands behind "
    "the loop, where `p` is the last one. How far should it be indented?",
)
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            gradient = p.grad
        if gradient is not None:
            p -= lr * gradient
            p.grad = None


@misconception(
    "one_missing_stops_all",
    "With a gradient everywhere the step is right; as soon as `params[2]` has none, no parameter moves at all. "
    "Whether there is a gradient is a question about one parameter. Where is it asked in your function, inside the "
    "loop or before it?",
)
def sgd_step(params, lr):
    if all(p.grad is not None for p in params):
        with torch.no_grad():
            for p in params:
                p -= lr * p.grad
                p.grad = None


# ---------------- sgd_step: right, though it looks different


@alternative("zeros_for_none", "Zero clears as well as None.")
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is None:
                continue
            p.sub_(lr * p.grad)
            p.grad.zero_()


@alternative("through_data", "`.data` gives the numbers without the watching.")
def sgd_step(params, lr):
    for p in filter(lambda q: q.grad is not None, params):
        p.data -= lr * p.grad.data
        p.grad = torch.zeros_like(p)


@alternative("new_data", "The tensor stays the same object; its numbers are exchanged.")
def sgd_step(params: list[torch.Tensor], lr: float) -> None:
    for p in params:
        if p.grad is not None:
            p.data = p.data - lr * p.grad
    for p in params:
        p.grad = None


@alternative("decorated", "no_grad as a decorator holds for the whole function.")
@torch.no_grad()
def sgd_step(params, lr):
    for p in params:
        if p.grad is not None:
            p.add_(p.grad, alpha=-lr)
            p.grad = None


@alternative("copied_in", "A new value is computed and copied into the old tensor; returning the list does no harm.")
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            gradient = torch.zeros_like(p) if p.grad is None else p.grad
            p.copy_(p - lr * gradient)
            p.grad = None
    return params


@alternative("detached_view", "A detached view shares its numbers with the parameter.")
def sgd_step(params, lr):
    def move(p):
        p.detach().sub_(p.grad, alpha=lr)
        p.grad.mul_(0)

    [move(p) for p in params if p.grad is not None]


@alternative("torch_optim", "torch's own plain SGD takes the same step.")
def sgd_step(params, lr):
    optimizer = torch.optim.SGD(params, lr=lr)
    optimizer.step()
    optimizer.zero_grad()


@alternative("switched_off_and_on_again", "Autograd is switched off by hand and on again before the end.")
def sgd_step(params, lr):
    torch.set_grad_enabled(False)
    try:
        for p in params:
            if p.grad is not None:
                p -= lr * p.grad
                p.grad = None
    finally:
        torch.set_grad_enabled(True)


@alternative("sliced_assignment", "Writing through an index goes into the tensor itself.")
def sgd_step(params, lr):
    with torch.inference_mode(False), torch.no_grad():
        for i in range(len(params)):
            if params[i].grad is not None:
                params[i][...] = params[i] - params[i].grad * lr
                params[i].grad = None


@alternative("cleared_in_any_case", "A gradient that is None stays None.")
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p -= lr * p.grad
            p.grad = None
