"""Wrong and unusual right solutions of chapter 1."""

import math

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, Dataset

from autograder.authoring.bank import alternative, misconception

# ---------------------------------------------------------------- TabularDataset: misconceptions


@misconception(
    "no_len",
    "`len(dataset)` has nothing to call: `TabularDataset` has no method `__len__`. A loader asks for the "
    "length first, because it must know which row numbers it may draw. Is the method there, spelled with "
    "two underscores on each side and indented as part of the class?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "getitem_not_in_class",
    "`dataset[2]` reaches the empty `__getitem__` of torch's `Dataset`, because `TabularDataset` has none "
    "of its own. A `def` belongs to the class only if it is indented one level below `class`. Does yours "
    "start at the left margin, or inside another method?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

        def __getitem__(self, idx):
            return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "methods_not_in_class",
    "`TabularDataset` has neither `__len__` nor `__getitem__`; only `__init__` arrived in the class. Python "
    "takes a `def` for a method only where it is indented one level below `class`. Where do your two other "
    "`def` lines begin?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

        def __len__(self):
            return len(self.data)

        def __getitem__(self, idx):
            return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "never_kept",
    "`len(dataset)` stopped with: {got: error in len(dataset)}. When `__init__` ends, its own names are "
    "gone; a later method finds only what hangs on `self`. What does your `__init__` leave there, and under "
    "which names?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        data = torch.tensor(data, dtype=torch.float32)
        targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "len_without_return",
    "`len(dataset)` asks `__len__`, which gives back `None`: a method that comes to its end without "
    "`return` does that, even if it worked the number out on the way. What does the line in your `__len__` "
    "begin with?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "length_is_the_shape",
    "`__len__` gives back the whole shape of the data, a pair of two numbers. A length is one number: how "
    "many items there are. Which of the two axes counts the rows, and how do you pick it out?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = data
        self.targets = targets

    def __len__(self):
        return self.data.shape

    def __getitem__(self, idx):
        return {
            "X": torch.tensor(self.data[idx], dtype=torch.float32),
            "y": torch.tensor(self.targets[idx], dtype=torch.float32),
        }


@misconception(
    "length_is_size",
    "`len(dataset)` is {got: the length of the dataset}: that is how many numbers the table holds, rows "
    "times columns. The length of a dataset is the number of its items. Which of the two axes of `data` "
    "counts those?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = data
        self.targets = targets

    def __len__(self):
        return self.data.size

    def __getitem__(self, idx):
        return {
            "X": torch.tensor(self.data[idx], dtype=torch.float32),
            "y": torch.tensor(self.targets[idx], dtype=torch.float32),
        }


@misconception(
    "length_is_columns",
    "`len(dataset)` is {got: the length of the dataset}, the number of features; there are {expected: the "
    "length of the dataset} rows. A loader would never ask for the rows behind that number. Which axis of "
    "`data` are the rows?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = data
        self.targets = targets

    def __len__(self):
        return self.data.shape[1]

    def __getitem__(self, idx):
        return {
            "X": torch.tensor(self.data[idx], dtype=torch.float32),
            "y": torch.tensor(self.targets[idx], dtype=torch.float32),
        }


@misconception(
    "length_is_last_index",
    "`len(dataset)` is {got: the length of the dataset} for {expected: the length of the dataset} rows: "
    "that is the index of the last row, not how many rows there are. The last one would never be drawn. "
    "What does counting from 0 change, and what does it not?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = data
        self.targets = targets

    def __len__(self):
        return len(self.data) - 1

    def __getitem__(self, idx):
        return {
            "X": torch.tensor(self.data[idx], dtype=torch.float32),
            "y": torch.tensor(self.targets[idx], dtype=torch.float32),
        }


@misconception(
    "missing_return",
    "`dataset[2]` is `None`. That is what Python hands back when a method comes to its end without "
    "`return`, even if the item was built, or printed, on the way. What is the last line of your "
    "`__getitem__`?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        item = {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "tuple_item",
    "`dataset[2]` is a {got: kind of dataset[2]}. Many datasets do it so, but the loops of this course say "
    '`batch["X"]` and `batch["y"]`, and a loader only keeps names that the items bring along. Which Python '
    "type gives names to its entries?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return self.data[idx], self.targets[idx]


@misconception(
    "lower_case_x",
    "The keys of your item are {got: the keys of dataset[2]}; asked for are {expected: the keys of "
    'dataset[2]}. A training loop that says `batch["X"]` would stop with a KeyError, since Python tells `x` '
    "from `X`. By custom a capital letter stands for a matrix, a small one for a vector.",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"x": self.data[idx], "y": self.targets[idx]}


@misconception(
    "not_tensors",
    'The item holds numpy\'s numbers (X: {got: kind of dataset[2]["X"]}, y: {got: kind of '
    'dataset[2]["y"]}). A loader would turn them into tensors by itself, but into float64 ones, because '
    "that is what numpy counts in. Where in your class could they become tensors of the asked dtype?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = data
        self.targets = targets

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "y_not_a_tensor",
    'X is a tensor, but y is still numpy\'s own number ({got: kind of dataset[2]["y"]}). A loader would '
    "collect such numbers into a float64 tensor, and every loss computed from it would be float64 too. What "
    "did you do for X that y has not had yet?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = targets

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "float64_both",
    'X and y are {got: dtype of dataset[2]["X"]}: a tensor made from a numpy array takes over numpy\'s '
    "dtype. A model's weights are float32, and `X @ w` then stops with \"expected … to have the same "
    'dtype". What can you tell torch when the tensor is made?',
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data)
        self.targets = torch.tensor(targets)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "float64_X",
    'y is float32, but X is {got: dtype of dataset[2]["X"]}, numpy\'s own dtype. The weights of a model '
    "are float32, and `X @ w` with two different dtypes is an error. What did you say when you made the "
    "tensor for y, and not for X?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "float64_y",
    'X is float32, but y is {got: dtype of dataset[2]["y"]}. This one is silent: float32 predictions minus '
    "float64 targets are no error, they give a float64 loss and nobody notices. What did you say when you "
    "made the tensor for X, and not for y?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "integer_y",
    'y is {got: dtype of dataset[2]["y"]}, so its decimals are gone: {expected: dataset[2]["y"]} became '
    '{got: dataset[2]["y"]}. Whole numbers are right for class labels; our target is a measured quantity. '
    "Which dtype keeps decimals and fits the weights of a model?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.long)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "y_of_shape_1",
    'y of one item has shape {got: shape of dataset[2]["y"]}, a list with one number in it; asked for is '
    'shape {expected: shape of dataset[2]["y"]}, the number itself. In a batch yours becomes (batch, 1), '
    "which quietly makes a (batch, batch) table when it meets predictions of shape (batch,). Where do the "
    "extra brackets come from?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = data
        self.targets = targets

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {
            "X": torch.tensor(self.data[idx], dtype=torch.float32),
            "y": torch.tensor([self.targets[idx]], dtype=torch.float32),
        }


@misconception(
    "X_as_a_table",
    'X of one item has shape {got: shape of dataset[2]["X"]}: a table with one row. In a batch that would '
    'make three axes. An item is the row itself, of shape {expected: shape of dataset[2]["X"]}; putting '
    "rows together is the loader's work. Do you take a slice where a single index would do?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx : idx + 1], "y": self.targets[idx]}


@misconception(
    "all_rows_in_every_item",
    '`dataset[2]` holds X of shape {got: shape of dataset[2]["X"]} and y of shape {got: shape of '
    'dataset[2]["y"]}: all rows at once, whatever the index. An item is one row with its one target. Where '
    "does `idx` come into your `__getitem__`?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data, "y": self.targets}


@misconception(
    "all_targets_in_every_item",
    'X of one item is one row, but y has shape {got: shape of dataset[2]["y"]}: all targets at once. Each '
    "row has one target, a single number. You picked the row with `idx`; what picks its target?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets}


@misconception(
    "ignores_idx",
    "`dataset[2]` is the very first row, and so is every other item. An epoch over this dataset would show "
    "the model one and the same example over and over. Which of your lines should change with `idx`?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[0], "y": self.targets[0]}


@misconception(
    "counts_from_one",
    "`dataset[2]` holds the second row, not the one that `X[2]` holds: your items are numbered from 1. "
    "Loaders count as Python does, from 0, and `dataset[0]` quietly becomes the last row, because index -1 "
    "exists. What happens if you leave `idx` as it is?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx - 1], "y": self.targets[idx - 1]}


@misconception(
    "y_of_another_row",
    "The rows of X are right, but each comes with the target of the row before it. Everything runs, and "
    "nothing can be learned from pairs that do not belong together. Which index do you use for the targets, "
    "and which for the data?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx - 1]}


@misconception(
    "shuffles_X_alone",
    "The targets stand in their old order, but the rows of X are shuffled: row and target no longer belong "
    "together. Shuffling is the loader's work, and it shuffles row *numbers*. What would your class have to "
    "do for pairs to stay pairs, and does it have to do anything?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(np.random.permutation(data), dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "scales_the_data",
    'The items hold standardized numbers, not those of `X`: `dataset[2]["X"]` should be {expected: '
    'dataset[2]["X"]} and is {got: dataset[2]["X"]}. Scaling is a decision of its own: mean and spread have '
    "to come from the training rows alone, and a dataset cannot know which those are. What is left if yours "
    "only hands out what it was given?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        data = (data - data.mean(axis=0)) / data.std(axis=0)
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "from_numpy_aliasing",
    "Building the dataset changed the array `X` itself. `torch.from_numpy` copies nothing: tensor and array "
    "share one piece of memory, so arithmetic in place (`-=`, `/=`) on the one rewrites the other, and with "
    "it what every later line of the notebook sees. Which of your lines works in place, and does a dataset "
    "have to change its data at all?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.from_numpy(data)
        self.data -= self.data.mean(dim=0)
        self.targets = torch.from_numpy(targets)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx].float(), "y": self.targets[idx].float()}


@misconception(
    "endless_iteration",
    "`for item in dataset` does not stop after the last row: it was still going after {got: the number of "
    "items in `for item in dataset`} items. Python ends such a loop when `dataset[idx]` raises IndexError, "
    "and yours answers with one of its rows again. What would a plain array do with an index that is too "
    "large?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        idx = idx % len(self.data)
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "one_dict_for_all",
    "Each item alone looks right, but collected in a list they are all the last one. Your class fills the "
    "same dictionary anew each time and hands it out again, so all the names point to one object; a batch "
    "made of such items holds one row many times. Where does the dictionary have to be made?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)
        self.item = {}

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        self.item["X"] = self.data[idx]
        self.item["y"] = self.targets[idx]
        return self.item


@misconception(
    "the_notebooks_arrays",
    "The dataset was given an `X` of {expected: the length of the dataset} rows, and its length is {got: "
    "the length of the dataset}: the size of the notebook's own `X`. Inside a class the names `X` and `y` "
    "mean the notebook's variables; what the dataset is given arrives under other names. Which are those?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(X, dtype=torch.float32)
        self.targets = torch.tensor(y, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "shared_by_all_datasets",
    "After a second dataset was made, the first one has {got: the length of the dataset} rows instead of "
    "{expected: the length of the dataset}: both now hold the rows of the second. What is stored on the "
    "class is shared by all its objects; training and test data need a place each. What stands before the "
    "dot where you store them?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        TabularDataset.data = torch.tensor(data, dtype=torch.float32)
        TabularDataset.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "no_init",
    "The class takes no arguments: `{got: how `TabularDataset` can be called}`. Two arrays are handed over when a "
    "dataset is made, and nothing is there to receive them. Which method runs at that moment?",
)
class TabularDataset(Dataset):
    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "X_left_as_numpy",
    'The item\'s "y" is a tensor, its "X" still a {got: kind of dataset[2]["X"]}. Both arrays come in as numpy. '
    "What happened to the targets that did not happen to the data?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = data
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "targets_under_both",
    'The "X" of an item has shape {got: shape of dataset[2]["X"]}, and it is the same number as "y": both come '
    "from the targets. Where do the features get lost?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.targets[idx], "y": self.targets[idx]}


@misconception(
    "features_under_both",
    'The "y" of an item has shape {got: shape of dataset[2]["y"]}, and it is the same row as "X": both come from '
    "the data. Where do the targets get lost?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.data[idx]}


@misconception(
    "length_is_the_data",
    "`len(dataset)` gives the {got: kind of len(dataset)} with all the rows, not how many there are. Which "
    "question does `__len__` answer?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return self.data

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "item_without_X",
    "An item holds {got: the keys of dataset[2]} and nothing else: a target without the features it belongs to. A "
    "second entry under the same key would take the place of the first. How many different keys are there?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"y": self.targets[idx]}


@misconception(
    "item_without_y",
    "An item holds {got: the keys of dataset[2]} and nothing else: features without the target that is to be "
    "learned from them. A second entry under the same key would take the place of the first. How many "
    "different keys are there?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx]}


@misconception(
    "whole_table_under_X",
    'The "X" of one item has shape {got: shape of dataset[2]["X"]}, the whole table; its "y" is one number. Only one '
    "of the two looks at `idx`. Which?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data, "y": self.targets[idx]}


@misconception(
    "nothing_after_the_last_row",
    "`for item in dataset` does not stop after the last row: it goes on with `None`, and was still going after "
    "{got: the number of items in `for item in dataset`} items. Your `__getitem__` comes to its end without "
    "`return` where the index is too large, and Python ends such a loop only at an IndexError. What would the "
    "array do by itself, if you let it?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        if idx < len(self.data):
            return {"X": self.data[idx], "y": self.targets[idx]}


@misconception(
    "y_a_python_float",
    'X is a tensor, but y is a plain {got: kind of dataset[2]["y"]} of Python\'s. A loader would collect such '
    "numbers into a float64 tensor, and every loss computed from it would be float64 too. What has to be around "
    "the number for it to be a tensor, with which dtype?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = targets

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": float(self.targets[idx])}


@misconception(
    "data_and_targets_exchanged",
    'The "X" of an item has shape {got: shape of dataset[2]["X"]} and its "y" has shape {got: shape of '
    'dataset[2]["y"]}: the target stands where the row belongs, and the row where the target belongs. Follow the '
    "two arrays from the call to the item: where do they change places?",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.targets[idx], "y": self.data[idx]}


# ---------------------------------------------------------------- TabularDataset: alternatives


@alternative("tensor_per_item", "Keeps the arrays and makes two small tensors each time an item is asked for.")
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        super().__init__()
        self.data = data
        self.targets = targets

    def __len__(self) -> int:
        return self.data.shape[0]

    def __getitem__(self, idx: int) -> dict[str, torch.Tensor]:
        current_sample = self.data[idx, :]
        current_target = self.targets[idx]
        return {
            "X": torch.tensor(current_sample, dtype=torch.float),
            "y": torch.tensor(current_target, dtype=torch.float),
        }


@alternative("from_numpy_float", "`float()` makes a float32 copy, and nothing is written into either.")
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.X, self.y = torch.from_numpy(data).float(), torch.from_numpy(targets).float()

    def __len__(self):
        return len(self.y)

    def __getitem__(self, idx):
        return dict(X=self.X[idx], y=self.y[idx])


@alternative("from_numpy_read_only", "Shares memory with the caller's arrays, but only reads.")
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.from_numpy(data)
        self.targets = torch.from_numpy(targets)

    def __len__(self):
        return self.targets.numel()

    def __getitem__(self, idx):
        return {"y": self.targets[idx].to(torch.float32), "X": self.data[idx].to(torch.float32)}


@alternative("as_tensor", "`as_tensor` with another dtype copies.")
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.X = torch.as_tensor(data, dtype=torch.float)
        self.y = torch.as_tensor(targets, dtype=torch.float)
        self.n_samples, self.n_features = self.X.shape

    def __len__(self):
        return self.n_samples

    def __getitem__(self, idx):
        return {"X": self.X[idx], "y": self.y[idx]}


@alternative("astype_in_numpy", "The conversion to float32 may as well happen in numpy.")
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = data.astype(np.float32)
        self.targets = targets.astype("float32")

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": torch.from_numpy(self.data[idx]), "y": torch.tensor(self.targets[idx])}


@alternative(
    "items_made_in_advance",
    "A list of finished dictionaries knows its length and raises IndexError by itself.",
)
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.items = [
            {"X": torch.tensor(row, dtype=torch.float32), "y": torch.tensor(float(target))}
            for row, target in zip(data, targets)
        ]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, idx):
        return self.items[idx]


@alternative("inherits_from_tensor_dataset", "torch's own TensorDataset brings the length; only the names are added.")
class TabularDataset(torch.utils.data.TensorDataset):
    def __init__(self, data, targets):
        super().__init__(torch.Tensor(data), torch.Tensor(targets))

    def __getitem__(self, idx):
        X, y = super().__getitem__(idx)
        return {"X": X, "y": y}


@alternative("one_table", "Data and target side by side in one tensor; the last column is the target.")
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.table = torch.FloatTensor(np.column_stack([data, targets]))

    def __len__(self):
        return self.table.size(0)

    def __getitem__(self, idx):
        *row, target = self.table[idx]
        return {"X": torch.stack(row), "y": target}


@alternative("raises_by_itself", "Says in words which index is missing; negative indices are nobody's business here.")
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        assert len(data) == len(targets)
        self.data = [torch.FloatTensor(row) for row in data]
        self.targets = torch.FloatTensor(targets)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        if not 0 <= idx < len(self):
            raise IndexError(f"no row {idx}")
        return {"X": self.data[idx].clone(), "y": self.targets[idx].squeeze()}


@alternative("no_base_class", "A loader only needs the two methods.")
class TabularDataset:
    def __init__(self, data, targets, dtype=torch.float32):
        self.arrays = {"X": torch.tensor(data, dtype=dtype), "y": torch.tensor(targets, dtype=dtype)}

    def __len__(self):
        return len(self.arrays["y"])

    def __getitem__(self, idx):
        return {name: array[idx] for name, array in self.arrays.items()}


@alternative("targets_kept_first", "Neither of the two tensors needs the other: the order of two attributes is free.")
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.targets = torch.tensor(targets, dtype=torch.float32)
        self.data = torch.tensor(data, dtype=torch.float32)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


@alternative("length_of_the_targets", "There are as many targets as rows.")
class TabularDataset(Dataset):
    def __init__(self, data, targets):
        self.data = torch.tensor(data, dtype=torch.float32)
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, idx):
        return {"X": self.data[idx], "y": self.targets[idx]}


# ---------------------------------------------------------------- batches_per_epoch: misconceptions


@misconception(
    "forgets_the_short_batch",
    "{got: rows (uneven)} rows in batches of {got: batch size} make {got: answer (uneven, drop_last)} full "
    "batches, and then some rows are left. Unless they are dropped on purpose they form one more, shorter "
    "batch. What tells you whether any are left?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    return n_samples // batch_size


@misconception(
    "always_one_more",
    "{got: rows (even)} rows in batches of {got: batch size} come out even, yet you count {got: answer "
    "(even)} batches: the last of them would be empty. A batch more is right only when rows are left over. "
    "How can you tell?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    if drop_last:
        return n_samples // batch_size
    return n_samples // batch_size + 1


@misconception(
    "ignores_drop_last",
    "With `drop_last=True` you still count {got: answer (uneven, drop_last)} batches for {got: rows "
    "(uneven)} rows in batches of {got: batch size}, the short one included. Where does `drop_last` enter "
    "your calculation?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    return math.ceil(n_samples / batch_size)


@misconception(
    "drop_last_turned_round",
    "The two cases are swapped: with `drop_last=True` you count the short last batch ({got: answer (uneven, "
    "drop_last)} batches for {got: rows (uneven)} rows in batches of {got: batch size}), without it you "
    "leave it out. Say aloud what is dropped when `drop_last` is true; which branch is that?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    if drop_last:
        return math.ceil(n_samples / batch_size)
    return n_samples // batch_size


@misconception(
    "rounds",
    "{got: rows (one left)} rows in batches of {got: batch size} leave a single row over, and your answer "
    "loses it: {got: answer (one left)}. Rounding goes to the *nearest* whole number; a batch with one row "
    "in it is a batch, too. In which direction should a fraction of a batch go?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    if drop_last:
        return n_samples // batch_size
    return round(n_samples / batch_size)


@misconception(
    "a_fraction_of_a_batch",
    "For {got: rows (uneven)} rows in batches of {got: batch size} your answer is {got: answer (uneven)}. A "
    "loader hands out whole batches only, and `/` always gives a float. What does a fraction of a batch "
    "mean for the loader, with and without `drop_last`?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    if drop_last:
        return n_samples // batch_size
    return n_samples / batch_size


@misconception(
    "float_from_numpy",
    "The number is right, but it is a float ({got: answer (uneven)}): `np.ceil` and `np.floor` round and "
    "stay floats. `range(…)` and list indices refuse those. How do you make an `int` of it, or which "
    "rounding gives one at once?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    batches = n_samples / batch_size
    return np.floor(batches) if drop_last else np.ceil(batches)


@misconception(
    "always_drops_one",
    "{got: rows (even)} rows in batches of {got: batch size} come out even, so `drop_last=True` drops "
    "nothing; you count {got: answer (even, drop_last)} batches. Only a *short* last batch is dropped. What "
    "changes in your calculation when no rows are left over?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    batches = math.ceil(n_samples / batch_size)
    return batches - 1 if drop_last else batches


@misconception(
    "at_least_one",
    "With {got: rows (few)} rows, batches of {got: batch size} and `drop_last=True` the only batch is a "
    "short one, and it is dropped: no batch remains. Your answer is {got: answer (few, drop_last)}. It "
    "looks odd, but a loader really hands out nothing then; does your function guard against 0?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    if drop_last:
        return max(1, n_samples // batch_size)
    return math.ceil(n_samples / batch_size)


@misconception(
    "rows_left_over",
    "For {got: rows (uneven)} rows in batches of {got: batch size} your answer is {got: answer (uneven)}, "
    "which is the number of rows in the last batch: `%` gives what is left over. The question is how many "
    "batches there are. Which operation counts how often one number fits into another?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    return n_samples % batch_size


@misconception(
    "counts_rows",
    "Your answer for {got: rows (uneven)} rows in batches of {got: batch size} is {got: answer (uneven)}, a "
    "number of rows. The length of a dataset counts rows, the length of a loader counts *batches*. How many "
    "batches do these rows fill?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    return n_samples - n_samples % batch_size if drop_last else n_samples


@misconception(
    "prints_the_answer",
    "The function returns `None`. A number that is printed can be read by you, not by the line that called "
    "the function; that line gets only what `return` hands back. What is the last line of your function?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    print(n_samples // batch_size if drop_last else math.ceil(n_samples / batch_size))


@misconception(
    "quotient_taken_for_the_rest",
    "{got: rows (uneven)} rows in batches of {got: batch size} make {got: answer (uneven)} batches by your "
    "count. It begins from the rows that are left over instead of from the full batches. Which of the two "
    "does `divmod` give first?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    left_over, full = divmod(n_samples, batch_size)
    if left_over and not drop_last:
        return full + 1
    return full


@misconception(
    "divided_the_wrong_way_round",
    "{got: rows (uneven)} rows in batches of {got: batch size} make {got: answer (uneven)} by your count: "
    "the size of a batch is divided by the number of rows. Which of the two has to fit into the other?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    full, left_over = divmod(batch_size, n_samples)
    if left_over and not drop_last:
        return full + 1
    return full


@misconception(
    "one_batch_whatever_the_rows",
    "{got: rows (uneven)} rows in batches of {got: batch size} make {got: answer (uneven)} by your count, "
    "and so does any other number of rows: the count never gets beyond the first batch. What is to be divided "
    "by the size of a batch, and if you count in a loop, where does it `return`?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    full, left_over = divmod(batch_size, batch_size)
    if left_over and not drop_last:
        return full + 1
    return full


@misconception(
    "one_more_even_where_dropped",
    "{got: rows (even)} rows fill batches of {got: batch size} without a rest, and you count {got: answer "
    "(even)}; with `drop_last=True` one batch too many is counted as well. On what does it hang whether "
    "there is one batch more?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    return n_samples // batch_size + 1


@misconception(
    "condition_turned_round",
    "{got: rows (uneven)} rows in batches of {got: batch size} make {got: answer (uneven)} by your count, "
    "and {got: rows (even)} rows make {got: answer (even)}: the short batch is counted just where there is "
    "none, or where it is dropped. When is one batch more needed?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    full, left_over = divmod(n_samples, batch_size)
    if not (left_over and not drop_last):
        return full + 1
    return full


@misconception(
    "or_for_and",
    "With `drop_last=True`, {got: rows (uneven)} rows still make {got: answer (uneven, drop_last)} batches: one of two "
    "conditions is enough for a further batch. Must there be a rest, must it be kept, or both?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    full, left_over = divmod(n_samples, batch_size)
    if left_over or not drop_last:
        return full + 1
    return full


@misconception(
    "short_batch_taken_away",
    "{got: rows (uneven)} rows in batches of {got: batch size} make {got: answer (uneven)} by your count: "
    "fewer than there are full batches. What does a short batch at the end do to their number?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    full, left_over = divmod(n_samples, batch_size)
    if left_over and not drop_last:
        return full - 1
    return full


@misconception(
    "short_batch_counted_twice",
    "{got: rows (uneven)} rows in batches of {got: batch size} make {got: answer (uneven)} by your count. "
    "The rows that are left over do not fill one batch. How many batches do they make?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    full, left_over = divmod(n_samples, batch_size)
    if left_over and not drop_last:
        return full + 2
    return full


@misconception(
    "answer_only_with_a_rest",
    "With `drop_last=True`, {got: rows (uneven)} rows in batches of {got: batch size} get no answer at all: "
    "a `return` is reached only where there is a short batch. What comes back on the other way through the "
    "function?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    full, left_over = divmod(n_samples, batch_size)
    if left_over and not drop_last:
        return full + 1


@misconception(
    "never_made_whole",
    "For {got: rows (uneven)} rows in batches of {got: batch size} your answer is {got: answer (uneven)}, with "
    "`drop_last` and without: the plain quotient, and `/` always gives a float. A loader hands out whole batches "
    "only. What becomes of the fraction if the short batch is kept, and what if it is dropped?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    return n_samples / batch_size


@misconception(
    "float_from_numpy_on_one_way",
    "The numbers are right, but without `drop_last` the answer is a float ({got: answer (uneven)}): `np.ceil` "
    "rounds and stays a float, while `//` of two whole numbers gives an `int`. `range(…)` and list indices refuse "
    "floats. How do you make an `int` of it, or which rounding gives one at once?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    if drop_last:
        return n_samples // batch_size
    return np.ceil(n_samples / batch_size)


@misconception(
    "no_batch_for_few_rows",
    "{got: rows (few)} rows do not fill a batch of {got: batch size}, and you count {got: answer (few)} batches "
    "for them even without `drop_last`. A loader hands out whatever rows there are unless it is told otherwise. "
    "Is there a line in your function for few rows, and does it ask for `drop_last`?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    if n_samples < batch_size:
        return 0
    if drop_last:
        return n_samples // batch_size
    return math.ceil(n_samples / batch_size)


@misconception(
    "always_batches_of_64",
    "{got: rows (uneven)} rows in batches of {got: batch size} make {got: answer (uneven)} by your count: that is "
    "how many batches of 64 they make. The course's own batches are of 64; the function is to work for any size. "
    "Under which name does the size arrive?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    if drop_last:
        return n_samples // 64
    return math.ceil(n_samples / 64)


@misconception(
    "the_notebooks_rows",
    "{got: rows (uneven)} rows in batches of {got: batch size} make {got: answer (uneven)} by your count, and so "
    "does any other number of rows: that is how many batches the notebook's own 1500 rows make. What the function "
    "is asked about arrives in its arguments. Which of them counts the rows?",
)
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    if drop_last:
        return len(X) // batch_size
    return math.ceil(len(X) / batch_size)


# ---------------------------------------------------------------- batches_per_epoch: alternatives


@alternative("negative_floor", "Floor of the negative, negated, is the ceiling.")
def batches_per_epoch(n_samples: int, batch_size: int, drop_last: bool = False) -> int:
    return n_samples // batch_size if drop_last else -(-n_samples // batch_size)


@alternative("add_before_dividing", "Adding batch_size - 1 before the floor gives the ceiling.")
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    return (n_samples + (not drop_last) * (batch_size - 1)) // batch_size


@alternative("divmod", "Full batches, plus one where something is left and kept; a bool counts as 0 or 1.")
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    full, left = divmod(n_samples, batch_size)
    return full + (left > 0 and not drop_last)


@alternative("asks_a_loader", "A loader over any rows knows the answer.")
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    return len(DataLoader(range(n_samples), batch_size=batch_size, drop_last=drop_last))


@alternative("counts_the_starts", "Every batch starts somewhere; without short ones, early enough to be full.")
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    last = n_samples - batch_size + 1 if drop_last else n_samples
    return len(range(0, last, batch_size))


@alternative("takes_batches_away", "Counts by taking one batch away after the other.")
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    batches = 0
    while n_samples >= batch_size:
        n_samples -= batch_size
        batches += 1
    if n_samples and not drop_last:
        batches += 1
    return batches


@alternative("numpy_then_int", "Rounding in numpy, then made an int.")
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    return int((np.floor if drop_last else np.ceil)(n_samples / batch_size))


@alternative("numpy_integer", "An integer of numpy's is a whole number as well.")
def batches_per_epoch(n_samples, batch_size, drop_last=False):
    return np.int64(math.floor(n_samples / batch_size) if drop_last else math.ceil(n_samples / batch_size))


# ---------------------------------------------------------------- make_loaders: misconceptions


@misconception(
    "train_not_shuffled",
    "The training loader hands out its rows in the same order in both epochs, so every epoch is cut into "
    "the very same mini-batches. `DataLoader` goes through its dataset front to back unless it is told "
    "otherwise. Which of its settings is that?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "shuffled_once",
    "The training rows were put in a random order, but once: the second epoch repeats the order of the "
    "first, and with it every mini-batch. A new order is wanted each time the loader is gone through. Does "
    "your shuffling happen when the loader is made, or whenever an epoch begins?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    order = torch.randperm(len(X_train)).tolist()
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, sampler=order)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "test_shuffled",
    "The test loader hands out its rows in a new order each epoch. The sum of errors over all test rows "
    "does not depend on their order, so shuffling gains nothing there, and predictions can no longer be "
    "laid beside the rows they belong to. Which of the two loaders needs `shuffle=True`?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size, shuffle=True)
    return train_loader, test_loader


@misconception(
    "wrong_one_shuffled",
    "The two are the wrong way round: the training rows come in the same order every epoch, the test rows "
    "in a new one. It is training that takes a step after each mini-batch and so depends on which rows come "
    "together. Which `DataLoader` line holds your `shuffle=True`?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size, shuffle=True)
    return train_loader, test_loader


@misconception(
    "train_over_all_rows",
    "The training loader goes over all the rows, those of the test loader included, instead of {expected: "
    "the number of different rows of `X` in the training loader} of them. A model would be tested on what "
    "it was trained on, and look better than it is. Which arrays did you give to the training dataset?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X, y), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "no_split_at_all",
    "Both loaders go over all the rows; nothing is held back. A test on rows that were trained on says "
    "nothing about new ones. Which function cuts the arrays in two, and where does `test_size` go?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    train_loader = DataLoader(TabularDataset(X, y), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X, y), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "test_over_training_rows",
    "Both loaders hand out the training rows; the test rows are in neither. Copying a line and changing "
    "only the name on its left does that, and the test error then looks splendid. Which arrays does your "
    "test dataset get?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "test_drops_last",
    "The test batches have {got: the numbers of rows in the test batches} rows; the short last one is "
    "missing. The rows in it would never be tested, and every test error would be that of some rows only. "
    "Which setting throws a short batch away?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size, drop_last=True)
    return train_loader, test_loader


@misconception(
    "train_drops_last",
    "The training batches have {got: the numbers of rows in the training batches} rows; the short last one "
    "is missing, so an epoch leaves some rows out. Large programs do that on purpose; here every row is to "
    "be seen once an epoch. Which setting throws a short batch away?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True, drop_last=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "both_drop_last",
    "Both loaders throw their short last batch away: the training batches have {got: the numbers of rows in "
    "the training batches} rows. Each epoch leaves rows out, and some test rows are never tested at all. "
    "What does `drop_last` do when it is not mentioned?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    settings = {"batch_size": batch_size, "drop_last": True}
    train_loader = DataLoader(TabularDataset(X_train, y_train), shuffle=True, **settings)
    test_loader = DataLoader(TabularDataset(X_test, y_test), **settings)
    return train_loader, test_loader


@misconception(
    "batch_size_ignored",
    "The training batches have {got: the numbers of rows in the training batches} rows, although another "
    "`batch_size` was asked for: yours is always 64. A default in the `def` line is only what holds when "
    "the caller says nothing. Is there a 64 in the body of your function?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=64, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=64)
    return train_loader, test_loader


@misconception(
    "batch_size_not_given",
    "Every batch of your loaders holds a single row: that is what `DataLoader` does when nobody tells it a "
    "batch size. The caller told *your* function; how does the number reach the loaders?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test))
    return train_loader, test_loader


@misconception(
    "test_size_ignored",
    "Your split is the same whatever `test_size` says: the training batches have {got: the numbers of rows "
    "in the training batches} rows, which is what a test share of 0.33 leaves. A default in the `def` line "
    "is only what holds when the caller says nothing. Is there a 0.33 in the body of your function?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.33, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "test_size_as_train_size",
    "The training loader has the share of rows that was meant for the test: {got: the number of batches in "
    "the training loader} batches against {expected: the number of batches in the training loader}. "
    "`test_size` says how much is held *back*, and most rows stay for training. Under which name did you "
    "pass it on, or which part did you take for which?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "seed_hard_coded",
    "Two different seeds give the same split: `seed` never reaches the draw. Whoever wants to know how much "
    "a result hangs on one lucky split needs to be able to draw another. Is there a fixed number where "
    "`seed` should stand?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=42)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "split_without_drawing",
    "Your training rows are simply the first rows of `X`, whatever the seed. Files are often sorted, by "
    "date or by size, and a test on the end of such a file is a test on another kind of rows. How does "
    "chance, steered by `seed`, come into the split?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, shuffle=False)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "no_seed",
    "Called twice with the same seed, your function gives two different splits: nothing tells the draw "
    "where to start. A number that you find today could not be found again tomorrow. What does "
    "`train_test_split` call its seed?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "y_split_on_its_own",
    "Hardly any row still has its own target (only {got: the number of rows that come with their own y} of "
    "them do): X and y were cut in two different ways. Everything runs, and there is nothing to learn from "
    "such pairs. How can one call split both, row by row?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test = train_test_split(X, test_size=test_size, random_state=seed)
    y_train, y_test = train_test_split(y, test_size=test_size, random_state=seed + 1)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "unpacked_in_another_order",
    "The training rows were paired with the *test rows* in the place of their targets. `train_test_split(X, "
    "y)` hands back both parts of X, and only then both parts of y; the names on the left take what comes "
    "in that order. In which order do yours stand?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, y_train, X_test, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "returned_in_another_order",
    "The loader that comes first goes over the test rows and does not shuffle, the second one shuffles the "
    "training rows: both are right, in the wrong order. `train_loader, test_loader = make_loaders(…)` "
    "relies on it. What does your `return` line say?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return test_loader, train_loader


@misconception(
    "nothing_returned",
    "Your function gives back `None`: the two loaders were made inside it and are gone when it ends. The "
    "line `train_loader, test_loader = make_loaders(X, y)` needs both of them. What is the last line of "
    "your function?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)


@misconception(
    "datasets_instead_of_loaders",
    "You return two datasets. They hand out one row at a time; a loop over them would see single rows, "
    "never a mini-batch, and `batch_size` has no place in them. What is put around a dataset to make "
    "batches of it?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    return TabularDataset(X_train, y_train), TabularDataset(X_test, y_test)


@misconception(
    "iterators_instead_of_loaders",
    "You return iterators (`iter(…)`), which are used up after one epoch: the second finds them empty. A "
    "`DataLoader` starts afresh at every `for`. Who should call `iter`, you or the loop?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return iter(train_loader), iter(test_loader)


@misconception(
    "first_batches_instead_of_loaders",
    "You return one mini-batch of each loader (`next(iter(…))`), so all the other rows are lost. The loops "
    "of this course ask a loader for all its batches, epoch after epoch. What should you hand back for that?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return next(iter(train_loader)), next(iter(test_loader))


@misconception(
    "arrays_instead_of_datasets",
    "Your loaders go over the bare arrays: a batch is a {got: kind of the first training batch}, without "
    "names and with no targets in it. Somebody has to put row and target together under the names `X` and "
    "`y`. Which class did you write for that?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(X_train, batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(X_test, batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "tensor_dataset",
    "A batch of your loaders is a {got: kind of the first training batch}: torch's `TensorDataset` gives "
    'its tensors no names, and the loops of this course say `batch["X"]`. Which dataset class hands out '
    "items with names?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(
        torch.tensor(X, dtype=torch.float32),
        torch.tensor(y, dtype=torch.float32),
        test_size=test_size,
        random_state=seed,
    )
    train_loader = DataLoader(torch.utils.data.TensorDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(torch.utils.data.TensorDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "scaled_on_all_rows",
    "The numbers in your batches are not those of `X`: they were standardized, with a mean and a spread "
    "taken over all rows, test rows included. That way the training data knows something about the test. "
    "Nothing here asks for scaling; if you want it one day, which rows may its numbers come from?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "draws_with_replacement",
    "One epoch hands out some training rows several times and others not at all: rows are drawn *with "
    "replacement*. An epoch is each row once, in a random order, like a pack of cards that is shuffled and "
    "dealt. Which setting of `DataLoader` deals like that?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_set = TabularDataset(X_train, y_train)
    sampler = torch.utils.data.RandomSampler(train_set, replacement=True, generator=torch.Generator().manual_seed(1))
    train_loader = DataLoader(train_set, batch_size=batch_size, sampler=sampler)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "parts_of_X_exchanged",
    "The training loader is as long as the rows to hold back are many: it got their part of X beside the "
    "training part of y. In which order does `train_test_split` hand back its four arrays?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_test, X_train, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "test_size_left_to_sklearn",
    "The training batches have {got: the numbers of rows in the training batches} rows where {expected: the "
    "numbers of rows in the training batches} are expected: the split never hears of `test_size` and holds "
    "back a quarter, whatever was asked for. Which of the five arguments goes where?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "X_and_y_exchanged",
    'The "X" of a training batch has shape {got: shape of "X" in the first training batch}, one number a '
    "row, in both loaders alike: the targets stand where the features belong. Follow the two arrays from the "
    "call to the datasets: where do they change places?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(y, X, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "X_and_y_exchanged_for_testing",
    'The "X" of a test batch has shape {got: shape of "X" in the first test batch}, one number a row, while a training '
    "batch is right. The two datasets are made by two calls: what differs between them?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(y_test, X_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "batch_size_not_given_for_training",
    "The training loader hands out {got: the number of batches in the training loader} batches of one row "
    "each; the test loader has batches of the right size. What does a `DataLoader` do that is not told a "
    "size?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "batch_size_not_given_for_testing",
    "The test loader hands out {got: the number of batches in the test loader} batches of one row each; the "
    "training loader has batches of the right size. What does a `DataLoader` do that is not told a size?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test))
    return train_loader, test_loader


@misconception(
    "dataset_instead_of_test_loader",
    "The training part comes back as a loader, the test part as a {got: kind of the test loader}: one row at "
    "a time, without batches. What is around the one dataset and not around the other?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    return train_loader, TabularDataset(X_test, y_test)


@misconception(
    "test_loader_over_a_bare_array",
    "A test batch is a {got: kind of the first test batch}, not a dictionary, and no target is in it: the "
    "loader goes over the array of features itself. What puts features and targets together?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(X_test, batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "one_loader_only",
    "What comes back is a {got: what comes back from `make_loaders`} where two loaders are wanted. Which of "
    "them is lost on the last line?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return (train_loader,)


@misconception(
    "defaults_of_its_own",
    "`make_loaders(X, y)`, called with two arguments alone, hands out training batches of "
    "{got: rows in the training batches of make_loaders(X, y)} rows where "
    "{expected: rows in the training batches of make_loaders(X, y)} are expected. The cell began with values for the "
    "other three: are they still the ones of the text?",
)
def make_loaders(X, y, test_size=0.33, batch_size=32, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "seed_of_its_own",
    "`make_loaders(X, y)` and `make_loaders(X, y, seed=0)` hold back different rows, although the text says "
    "that `seed` is 0 where nothing is said. Which value does the first line of your cell give it?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=1):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "targets_as_features",
    'The "X" of a training batch has shape {got: shape of "X" in the first training batch}, and it is the '
    '"y" over again: the split got the targets twice. Which two arrays belong together?',
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(y, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "batch_size_as_test_size",
    "The training batches have {got: the numbers of rows in the training batches} rows where {expected: the "
    "numbers of rows in the training batches} are expected: only as many rows are held back as fill one "
    "batch. Which of the five arguments is the share of rows to hold back?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=batch_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "scaled_on_training_rows",
    "The numbers in your batches are not those of `X`: they were standardized, with the mean and the spread of "
    "the training rows. Those are the right rows to take them from, but the text asks for the numbers as they "
    "are. Which lines of yours change them?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X_train, X_test = (X_train - mean) / spread, (X_test - mean) / spread
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "test_over_all_rows",
    "The test loader hands out {got: the number of batches in the test loader} batches where {expected: the number "
    "of batches in the test loader} are expected: it goes over all the rows, those of the training included. A "
    "model would be tested on rows it was trained on, and look better than it is. Which arrays did you give to "
    "the test dataset?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X, y), batch_size=batch_size)
    return train_loader, test_loader


@misconception(
    "test_rows_in_one_batch",
    "The test loader hands out all its rows in {got: the number of batches in the test loader} batch, where "
    "{expected: the number of batches in the test loader} are expected. It may well fit into memory here; the text "
    "wants `batch_size` rows in a batch of either loader. Which size did the second loader get?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=len(X_test))
    return train_loader, test_loader


@misconception(
    "shuffles_the_callers_arrays",
    "Called twice with the same arrays and the same seed, your function gives two different splits. The first call "
    "shuffled the rows of the caller's own `X` and `y` in place, so that the second one began from another order; "
    "the rest of the notebook sees them shuffled, too. What could be put into a random order instead of the rows "
    "themselves?",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    np.random.RandomState(seed).shuffle(X)
    np.random.RandomState(seed).shuffle(y)
    n_test = round(len(X) * test_size)
    train_loader = DataLoader(TabularDataset(X[n_test:], y[n_test:]), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X[:n_test], y[:n_test]), batch_size=batch_size)
    return train_loader, test_loader


# ---------------------------------------------------------------- make_loaders: alternatives


@alternative("random_split", "One dataset, split by torch with a generator of its own.")
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    dataset = TabularDataset(X, y)
    n_test = int(len(dataset) * test_size)
    train_set, test_set = torch.utils.data.random_split(
        dataset, [len(dataset) - n_test, n_test], generator=torch.Generator().manual_seed(seed)
    )
    return (
        DataLoader(train_set, batch_size=batch_size, shuffle=True),
        DataLoader(test_set, batch_size=batch_size, shuffle=False),
    )


@alternative("random_split_by_share", "`random_split` takes shares as well.")
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    torch.manual_seed(seed)
    parts = torch.utils.data.random_split(TabularDataset(X, y), [1 - test_size, test_size])
    return [DataLoader(part, batch_size, shuffle) for part, shuffle in zip(parts, (True, False))]


@alternative("own_permutation", "A permutation of the row numbers, cut in two.")
def make_loaders(X: np.ndarray, y: np.ndarray, test_size: float = 0.33, batch_size: int = 64, seed: int = 0):
    order = np.random.default_rng(seed).permutation(len(X))
    n_test = round(test_size * len(X))
    test, train = order[:n_test], order[n_test:]
    train_loader = DataLoader(TabularDataset(X[train], y[train]), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(data=X[test], targets=y[test]), batch_size=batch_size)
    return train_loader, test_loader


@alternative("shuffled_in_step", "Both arrays shuffled by the same draw, then sliced; only the caller's copies move.")
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    np.random.seed(seed)
    shuffled = np.random.permutation(np.column_stack([X, y]))
    cut = len(shuffled) - math.ceil(len(shuffled) * test_size)

    def loader(part, **settings):
        return DataLoader(TabularDataset(part[:, :-1], part[:, -1]), batch_size=batch_size, **settings)

    return loader(shuffled[:cut], shuffle=True), loader(shuffled[cut:])


@alternative("cut_at_the_training_share", "The first share of a permutation for training: the rest is for the test.")
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    order = np.random.default_rng(seed).permutation(len(X))
    n_train = int(len(X) * (1 - test_size))
    train, test = order[:n_train], order[n_train:]
    train_loader = DataLoader(TabularDataset(X[train], y[train]), batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(TabularDataset(X[test], y[test]), batch_size=batch_size)
    return train_loader, test_loader


@alternative(
    "random_subset_sampler",
    "Both loaders over one dataset: a random sampler of row numbers here, a fixed list there.",
)
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    dataset = TabularDataset(X, y)
    train, test = train_test_split(np.arange(len(X)), test_size=test_size, random_state=seed)
    train_loader = DataLoader(
        dataset, batch_size=batch_size, sampler=torch.utils.data.SubsetRandomSampler(train.tolist())
    )
    test_loader = DataLoader(torch.utils.data.Subset(dataset, sorted(test.tolist())), batch_size=batch_size)
    return train_loader, test_loader


@alternative("shuffle_with_a_generator", "A generator of its own makes the order of training repeatable as well.")
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    generator = torch.Generator()
    generator.manual_seed(seed)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=seed, test_size=test_size)
    train_set, test_set = TabularDataset(X_train, y_train), TabularDataset(X_test, y_test)
    train_loader = DataLoader(
        dataset=train_set, batch_size=batch_size, shuffle=True, generator=generator, drop_last=False
    )
    test_loader = DataLoader(dataset=test_set, batch_size=batch_size, shuffle=False, drop_last=False, num_workers=0)
    return train_loader, test_loader


@alternative("batch_sampler", "The batches may come from a batch sampler.")
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    from torch.utils.data import BatchSampler, RandomSampler, SequentialSampler

    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=test_size, random_state=np.random.RandomState(seed)
    )
    train_set, test_set = TabularDataset(X_train, y_train), TabularDataset(X_test, y_test)
    train_loader = DataLoader(
        train_set, batch_sampler=BatchSampler(RandomSampler(train_set), batch_size, drop_last=False)
    )
    test_loader = DataLoader(
        test_set, batch_sampler=BatchSampler(SequentialSampler(test_set), batch_size, drop_last=False)
    )
    return train_loader, test_loader


@alternative("no_dataset_class", "A list of dictionaries is a dataset, too.")
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    parts = train_test_split(list(zip(X, y)), test_size=test_size, random_state=seed)
    loaders = []
    for part in parts:
        rows = [{"X": torch.tensor(x, dtype=torch.float32), "y": torch.tensor(t, dtype=torch.float32)} for x, t in part]
        loaders.append(DataLoader(rows, batch_size=batch_size, shuffle=part is parts[0]))
    return tuple(loaders)


@alternative("test_loader_first", "No random number is drawn before a loader is used: the order of two calls is free.")
def make_loaders(X, y, test_size=0.33, batch_size=64, seed=0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed)
    test_loader = DataLoader(TabularDataset(X_test, y_test), batch_size=batch_size)
    train_loader = DataLoader(TabularDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
    return train_loader, test_loader
