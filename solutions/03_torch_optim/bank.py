"""Wrong and unusual right solutions of chapter 3."""

import torch

from autograder.authoring.bank import alternative, misconception

# make_optimizer: wrong


@misconception(
    "adamw_for_adam",
    '"adam" gives you a `torch.optim.AdamW`. AdamW is Adam plus a weight decay of 0.01 that is switched on '
    "unless you say otherwise, so it pulls every weight towards 0 at each step. Which class carries the "
    "plain name?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.AdamW,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(name)
    return classes[name](params, lr=lr)


@misconception(
    "momentum_switched_on",
    'Your "sgd" has a momentum, torch\'s own starts with `momentum=0`. With momentum a step repeats most '
    "of the step before it, so the second step is too long here. The exercise leaves every setting but `lr` "
    "at torch's default.",
)
def make_optimizer(name, params, lr):
    if name == "sgd":
        return torch.optim.SGD(params, lr=lr, momentum=0.9)
    if name == "adam":
        return torch.optim.Adam(params, lr=lr)
    if name == "rmsprop":
        return torch.optim.RMSprop(params, lr=lr)
    if name == "adagrad":
        return torch.optim.Adagrad(params, lr=lr)
    if name == "adadelta":
        return torch.optim.Adadelta(params, lr=lr)
    raise ValueError(name)


@misconception(
    "weight_decay_switched_on",
    "Your optimizers carry a `weight_decay` that nobody asked for: at every step it adds a pull towards 0 "
    "to each gradient. The exercise leaves every setting but `lr` at torch's default. What is the default "
    "of `weight_decay`?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(name)
    return classes[name](params, lr=lr, weight_decay=0.01)


@misconception(
    "lr_ignored",
    "Whatever `lr` is passed, your optimizers work with torch's default rate (0.001 for SGD and Adam, 0.01 "
    "for RMSprop and Adagrad, 1 for Adadelta). A default you did not choose is still a choice. Where should "
    "the third argument of your function end up?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(name)
    return classes[name](params)


@misconception(
    "key_error_for_unknown",
    "An unknown name ends in a KeyError: that is the dictionary complaining about its own insides, and the "
    "caller did not know that there is a dictionary. The exercise asks for a ValueError, the error that "
    'means "this argument has a value I cannot use". When do you look whether the name is known?',
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    return classes[name](params, lr=lr)


@misconception(
    "none_for_unknown",
    "An unknown name gives back None, without a word. The program then goes on and dies many lines later "
    "with \"'NoneType' object has no attribute 'step'\", far from the typing mistake. What should happen "
    "where all five comparisons have failed?",
)
def make_optimizer(name, params, lr):
    if name == "sgd":
        return torch.optim.SGD(params, lr=lr)
    if name == "adam":
        return torch.optim.Adam(params, lr=lr)
    if name == "rmsprop":
        return torch.optim.RMSprop(params, lr=lr)
    if name == "adagrad":
        return torch.optim.Adagrad(params, lr=lr)
    if name == "adadelta":
        return torch.optim.Adadelta(params, lr=lr)


@misconception(
    "prints_for_unknown",
    "An unknown name gives back a text instead of an optimizer. Nobody is forced to look at a returned "
    "text; an error stops the program at the line with the typing mistake. Which keyword makes Python stop "
    "with an error?",
)
def make_optimizer(name, params, lr):
    if name == "sgd":
        return torch.optim.SGD(params, lr=lr)
    elif name == "adam":
        return torch.optim.Adam(params, lr=lr)
    elif name == "rmsprop":
        return torch.optim.RMSprop(params, lr=lr)
    elif name == "adagrad":
        return torch.optim.Adagrad(params, lr=lr)
    elif name == "adadelta":
        return torch.optim.Adadelta(params, lr=lr)
    return "ValueError: unknown optimizer"


@misconception(
    "error_returned",
    "For an unknown name your function *returns* a ValueError, as if it were a result; the caller goes on "
    "as if nothing had happened. An error object does nothing until it is thrown. Which keyword throws it?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        return ValueError(f"unknown optimizer {name!r}")
    return classes[name](params, lr=lr)


@misconception(
    "sgd_for_unknown",
    'An unknown name quietly gets SGD. Somebody who types "sdg" or asks for "adamw" will then compare an '
    "optimizer that never ran. Refusing is kinder than guessing: what should the last branch do?",
)
def make_optimizer(name, params, lr):
    classes = {
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    return classes.get(name, torch.optim.SGD)(params, lr=lr)


@misconception(
    "adadelta_for_unknown",
    "The last branch is an `else` that builds Adadelta, so *every* name that is not one of the other four "
    "gets Adadelta, typing mistakes included. Which comparison is missing, and what should the `else` do "
    "instead?",
)
def make_optimizer(name, params, lr):
    if name == "sgd":
        return torch.optim.SGD(params, lr=lr)
    elif name == "adam":
        return torch.optim.Adam(params, lr=lr)
    elif name == "rmsprop":
        return torch.optim.RMSprop(params, lr=lr)
    elif name == "adagrad":
        return torch.optim.Adagrad(params, lr=lr)
    else:
        return torch.optim.Adadelta(params, lr=lr)


@misconception(
    "accepts_all_of_torch",
    'Your function finds any optimizer that torch has: a name like "adamax" works instead of raising a '
    "ValueError. The exercise promises five names and no more, so that every name it accepts is one you "
    "have met. Where could you compare `name` with these five?",
)
def make_optimizer(name, params, lr):
    for found in dir(torch.optim):
        candidate = getattr(torch.optim, found)
        if found.lower() == name and isinstance(candidate, type):
            return candidate(params, lr=lr)
    raise ValueError(name)


@misconception(
    "module_for_class",
    "`getattr(torch.optim, name)` does not find the class: `torch.optim.adam` in lower case is a *module*, "
    "the file in which the class `Adam` is written, and a module cannot be called. How do you get from the "
    "five short names to the five class names?",
)
def make_optimizer(name, params, lr):
    if name not in ("sgd", "adam", "rmsprop", "adagrad", "adadelta"):
        raise ValueError(name)
    return getattr(torch.optim, name)(params, lr=lr)


@misconception(
    "capitalized_name",
    "You make the class name by turning the first letter of the short name into a capital. That gives "
    "`Adam`, but also `Sgd` and `Rmsprop`, and torch writes these two differently. Is there a way that does "
    "not rely on spelling?",
)
def make_optimizer(name, params, lr):
    if name not in ("sgd", "adam", "rmsprop", "adagrad", "adadelta"):
        raise ValueError(name)
    return getattr(torch.optim, name.capitalize())(params, lr=lr)


@misconception(
    "class_not_called",
    "Your function returns a class, not an optimizer: `torch.optim.SGD` is the plan, "
    "`torch.optim.SGD(params, lr=lr)` is the thing built from it. As it is, neither `params` nor `lr` is "
    "used. What is missing after the class?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(name)
    return classes[name]


@misconception(
    "nothing_returned",
    "Your function builds an optimizer and then forgets it: what comes back is None. A name inside a "
    "function is gone when the function ends. How does a result get out?",
)
def make_optimizer(name, params, lr):
    if name == "sgd":
        optimizer = torch.optim.SGD(params, lr=lr)
    elif name == "adam":
        optimizer = torch.optim.Adam(params, lr=lr)
    elif name == "rmsprop":
        optimizer = torch.optim.RMSprop(params, lr=lr)
    elif name == "adagrad":
        optimizer = torch.optim.Adagrad(params, lr=lr)
    elif name == "adadelta":
        optimizer = torch.optim.Adadelta(params, lr=lr)
    else:
        raise ValueError(name)


@misconception(
    "always_sgd",
    'Every name gives SGD. If a line of yours reads `if name == "sgd" or "SGD"`, Python takes it as `(name '
    '== "sgd") or ("SGD")`, and a text that is not empty counts as true. What does each of your comparisons '
    "really compare?",
)
def make_optimizer(name, params, lr):
    if name == "sgd" or "SGD":
        return torch.optim.SGD(params, lr=lr)
    if name == "adam" or "Adam":
        return torch.optim.Adam(params, lr=lr)
    if name == "rmsprop" or "RMSprop":
        return torch.optim.RMSprop(params, lr=lr)
    if name == "adagrad" or "Adagrad":
        return torch.optim.Adagrad(params, lr=lr)
    if name == "adadelta" or "Adadelta":
        return torch.optim.Adadelta(params, lr=lr)
    raise ValueError(name)


@misconception(
    "other_tensors",
    "The optimizer you return moves other tensors than the ones in `params`: copies of them, or those of "
    "another model. `.grad` fills up in the caller's tensors, the optimizer looks for it elsewhere, and no "
    "step ever arrives. What exactly do you hand to the optimizer?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(name)
    return classes[name]([p.clone().detach().requires_grad_() for p in params], lr=lr)


@misconception(
    "single_tensor",
    "torch refuses: an optimizer wants a *list* of tensors, and it was given one tensor. `params` already "
    "is a list: `params[0]` takes the weights out of it and leaves the bias behind. What happens if you "
    "pass the list on as it is?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(name)
    return classes[name](params[0], lr=lr)


@misconception(
    "list_in_a_list",
    "torch refuses: each entry of the list it gets has to be a tensor, and yours is a list with a list "
    "inside. `params` already is a list of tensors. Are the square brackets around it needed?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(name)
    return classes[name]([params], lr=lr)


@misconception(
    "only_the_first_tensor",
    "Your optimizers move only the first tensor of `params`; the second one stays where it is whatever its "
    "gradient says. In a linear model that is the bias. Which tensors should be in the list you pass on?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(name)
    return classes[name]([params[0]], lr=lr)


@misconception(
    "one_name_forgotten",
    "One of the five names is refused as if it were unknown: {got: the names that are refused}. Is it "
    "missing among yours, or spelt otherwise there?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
    }
    if name not in classes:
        raise ValueError(f"unknown optimizer {name!r}")
    return classes[name](params, lr=lr)


@misconception(
    "all_names_refused",
    "All five names are refused with a ValueError: whatever comes in, the `raise` is reached. For which "
    "names should it be, and does your condition say so?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name in classes:
        raise ValueError(f"unknown optimizer {name!r}")
    return classes[name](params, lr=lr)


@misconception(
    "adam_for_sgd",
    'Asked for "sgd", you build {got: what make_optimizer("sgd", …) returns}; the others are right. Compare '
    'the name and the class on the line for "sgd".',
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.Adam,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(f"unknown optimizer {name!r}")
    return classes[name](params, lr=lr)


@misconception(
    "sgd_for_adam",
    'Asked for "adam", you build {got: what make_optimizer("adam", …) returns}; the others are right. '
    'Compare the name and the class on the line for "adam".',
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.SGD,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(f"unknown optimizer {name!r}")
    return classes[name](params, lr=lr)


@misconception(
    "adagrad_for_rmsprop",
    'Asked for "rmsprop", you build {got: what make_optimizer("rmsprop", …) returns}. The two divide by '
    "squared gradients in different ways: one forgets the old ones. Compare the name and the class on that "
    "line.",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.Adagrad,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(f"unknown optimizer {name!r}")
    return classes[name](params, lr=lr)


@misconception(
    "adadelta_for_adagrad",
    'Asked for "adagrad", you build {got: what make_optimizer("adagrad", …) returns}. The names begin alike, '
    "the steps do not. Compare the name and the class on that line.",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adadelta,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(f"unknown optimizer {name!r}")
    return classes[name](params, lr=lr)


@misconception(
    "rmsprop_for_adadelta",
    'Asked for "adadelta", you build {got: what make_optimizer("adadelta", …) returns}. Both average squared '
    "gradients, but only one of them measures its steps by its own past steps. Compare the name and the "
    "class on that line.",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.RMSprop,
    }
    if name not in classes:
        raise ValueError(f"unknown optimizer {name!r}")
    return classes[name](params, lr=lr)


@misconception(
    "params_handed_back",
    "What comes back is the list of tensors that was handed in; no optimizer was built around it. What has "
    "to be called with that list and with `lr`?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(f"unknown optimizer {name!r}")
    return params


@misconception(
    "part_of_a_name_is_enough",
    'A name like "adamw" or "adamax" is none of the five, and you build Adam for it: your comparison asks whether '
    "one text begins with the other or holds it (`startswith`, `in`). Which comparison is true for five names only?",
)
def make_optimizer(name, params, lr):
    if "sgd" in name:
        return torch.optim.SGD(params, lr=lr)
    if "adam" in name:
        return torch.optim.Adam(params, lr=lr)
    if "rmsprop" in name:
        return torch.optim.RMSprop(params, lr=lr)
    if "adagrad" in name:
        return torch.optim.Adagrad(params, lr=lr)
    if "adadelta" in name:
        return torch.optim.Adadelta(params, lr=lr)
    raise ValueError(name)


@misconception(
    "type_error_for_unknown",
    "An unknown name ends in a TypeError where a ValueError is asked for. If its text says that a 'NoneType' is not "
    "callable, nobody raised it on purpose: `.get(name)` found nothing and gave None, and the brackets after it call "
    "that None. What should happen between looking up and calling?",
)
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    return classes.get(name)(params, lr=lr)


@misconception(
    "no_value_for_unknown",
    "An unknown name ends in an UnboundLocalError: no comparison was true, so the variable that the last line "
    "returns never got a value. Python stumbles there by chance; the exercise asks you to say no on purpose, "
    "with a ValueError. Which branch is missing?",
)
def make_optimizer(name, params, lr):
    if name == "sgd":
        optimizer = torch.optim.SGD(params, lr=lr)
    elif name == "adam":
        optimizer = torch.optim.Adam(params, lr=lr)
    elif name == "rmsprop":
        optimizer = torch.optim.RMSprop(params, lr=lr)
    elif name == "adagrad":
        optimizer = torch.optim.Adagrad(params, lr=lr)
    elif name == "adadelta":
        optimizer = torch.optim.Adadelta(params, lr=lr)
    return optimizer


@misconception(
    "else_of_the_last_if_alone",
    "Four of the five names are refused: {got: the names that are refused}. An `else` belongs to the one `if` "
    "right above it, so after five separate `if`s it runs for every name but the last. What makes five "
    "comparisons one chain?",
)
def make_optimizer(name, params, lr):
    if name == "sgd":
        optimizer = torch.optim.SGD(params, lr=lr)
    if name == "adam":
        optimizer = torch.optim.Adam(params, lr=lr)
    if name == "rmsprop":
        optimizer = torch.optim.RMSprop(params, lr=lr)
    if name == "adagrad":
        optimizer = torch.optim.Adagrad(params, lr=lr)
    if name == "adadelta":
        optimizer = torch.optim.Adadelta(params, lr=lr)
    else:
        raise ValueError(name)
    return optimizer


# make_optimizer: right


@alternative("one_if_after_the_other", "A chain of comparisons says the same as a dictionary.")
def make_optimizer(name, params, lr):
    if name == "sgd":
        return torch.optim.SGD(params, lr)
    elif name == "adam":
        return torch.optim.Adam(params, lr)
    elif name == "rmsprop":
        return torch.optim.RMSprop(params, lr)
    elif name == "adagrad":
        return torch.optim.Adagrad(params, lr)
    elif name == "adadelta":
        return torch.optim.Adadelta(params, lr)
    else:
        raise ValueError("Unknown optimizer: " + name)


@alternative("match_statement", "`match` with a last `case _` that raises.")
def make_optimizer(name: str, params: list, lr: float) -> torch.optim.Optimizer:
    match name:
        case "sgd":
            kind = torch.optim.SGD
        case "adam":
            kind = torch.optim.Adam
        case "rmsprop":
            kind = torch.optim.RMSprop
        case "adagrad":
            kind = torch.optim.Adagrad
        case "adadelta":
            kind = torch.optim.Adadelta
        case _:
            raise ValueError(f"{name} is none of the five")
    return kind(params=params, lr=lr)


@alternative(
    "builds_all_five",
    "Building all five and returning one is wasteful, but right: four are thrown away unused.",
)
def make_optimizer(name, params, lr):
    params = list(params)
    all_five = {
        "sgd": torch.optim.SGD(params, lr=lr),
        "adam": torch.optim.Adam(params, lr=lr),
        "rmsprop": torch.optim.RMSprop(params, lr=lr),
        "adagrad": torch.optim.Adagrad(params, lr=lr),
        "adadelta": torch.optim.Adadelta(params, lr=lr),
    }
    if name in all_five:
        return all_five[name]
    raise ValueError(f"no optimizer {name!r}")


@alternative(
    "key_error_translated",
    "The dictionary's KeyError is caught and raised anew as the ValueError the text asks for.",
)
def make_optimizer(name, params, lr):
    try:
        kind = {
            "sgd": "SGD",
            "adam": "Adam",
            "rmsprop": "RMSprop",
            "adagrad": "Adagrad",
            "adadelta": "Adadelta",
        }[name]
    except KeyError as error:
        raise ValueError(f"unknown optimizer {name}") from error
    return getattr(torch.optim, kind)(params, lr=lr)


@alternative("any_case", 'Accepting "SGD" too breaks no promise: other spellings are left open.')
def make_optimizer(name, params, lr):
    from torch import optim

    classes = [optim.SGD, optim.Adam, optim.RMSprop, optim.Adagrad, optim.Adadelta]
    for kind in classes:
        if kind.__name__.lower() == name.lower().strip():
            return kind(params, lr=lr)
    raise ValueError(f"name must be one of {[kind.__name__.lower() for kind in classes]}, not {name!r}")


@alternative("defaults_spelled_out", "Writing torch's own defaults down changes nothing.")
def make_optimizer(name, params, lr):
    classes = {
        "sgd": lambda: torch.optim.SGD(params, lr=lr, momentum=0.0, weight_decay=0.0),
        "adam": lambda: torch.optim.Adam(params, lr=lr, betas=(0.9, 0.999), eps=1e-8),
        "rmsprop": lambda: torch.optim.RMSprop(params, lr=lr, alpha=0.99, eps=1e-08, centered=False),
        "adagrad": lambda: torch.optim.Adagrad(params, lr=lr, eps=1e-10),
        "adadelta": lambda: torch.optim.Adadelta(params, lr=lr, rho=0.9, eps=1e-6),
    }
    if name not in classes:
        raise ValueError(name)
    return classes[name]()


@alternative("a_group_for_each_tensor", "One parameter group a tensor, each with the same rate, moves them all alike.")
def make_optimizer(name, params, lr):
    classes = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    if name not in classes:
        raise ValueError(name)
    return classes[name]([{"params": [p], "lr": lr} for p in params], foreach=False)


@alternative("rate_set_afterwards", "The rate in a parameter group is the one that counts, whenever it is put there.")
def make_optimizer(name, params, lr):
    class UnknownOptimizer(ValueError):
        pass

    classes = dict(
        sgd=torch.optim.SGD,
        adam=torch.optim.Adam,
        rmsprop=torch.optim.RMSprop,
        adagrad=torch.optim.Adagrad,
        adadelta=torch.optim.Adadelta,
    )
    if classes.get(name) is None:
        raise UnknownOptimizer(name)
    optimizer = classes[name](params)
    for group in optimizer.param_groups:
        group["lr"] = lr
    return optimizer


# optimizer_step: wrong


@misconception(
    "no_zero_grad",
    "The first step is right, the second is not: its gradient still holds the first batch's gradient, "
    "because `backward()` adds to `.grad`. After step 2 the numbers are {got: the weights and bias after "
    "step 2}, expected {expected: the weights and bias after step 2}. Who empties `.grad`?",
)
def optimizer_step(model, batch, optimizer):
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "no_step",
    "The gradients are computed, and the weights stay at {got: the weights and bias after step 1}. "
    "`backward()` only writes into `.grad`; it moves nothing. Which call reads `.grad` and moves the "
    "tensors?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    return loss.item()


@misconception(
    "no_backward",
    "The weights do not move although the optimizer takes its step: when it looks into `.grad` there is "
    "nothing there, because no backward pass came before. An optimizer never computes a gradient itself. "
    "Who does?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    optimizer.step()
    return loss.item()


@misconception(
    "step_before_backward",
    "The step comes before the backward pass, so it finds an empty `.grad` and moves nothing; the gradients "
    "arrive one line too late and are cleared at the start of the next call. What must be in `.grad` when "
    "the optimizer looks into it?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    optimizer.step()
    loss.backward()
    return loss.item()


@misconception(
    "step_one_batch_late",
    "The step comes before the backward pass, and `.grad` is never emptied: step 1 moves nothing, and every "
    "later step uses gradients that belong to earlier batches. Put the calls into the order in which each "
    "finds what it needs.",
)
def optimizer_step(model, batch, optimizer):
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    optimizer.step()
    loss.backward()
    return loss.item()


@misconception(
    "zero_grad_between",
    "The gradients are cleared between the backward pass and the step, so the optimizer finds nothing and "
    "the weights stay where they are. Which gradients are the old ones: those before `backward()`, or those "
    "after it?",
)
def optimizer_step(model, batch, optimizer):
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


@misconception(
    "returns_tensor",
    "What you return is still a tensor with its graph attached, `tensor(…, grad_fn=…)`. A list of such "
    "losses keeps every forward pass in memory, and matplotlib refuses to draw it. How does a tensor with "
    "one number become a Python float?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    optimizer.step()
    return loss


@misconception(
    "returns_nothing",
    "The weights move, but nothing comes back: the caller gets None and cannot see the loss fall. The "
    "exercise asks for the loss before the step, as a float. Which line hands it over?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    optimizer.step()


@misconception(
    "mean_instead_of_sum",
    "Your loss is {got: the loss that step 1 returns}, expected {expected: the loss that step 1 returns}: "
    "the squares are averaged, not added up. A mean makes every gradient, and with it every step, smaller "
    "by the number of rows. Which of the two does the exercise ask for?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "no_squeeze",
    "Your loss is {got: the loss that step 1 returns}, expected {expected: the loss that step 1 returns}. "
    "Predictions of shape (batch, 1) minus targets of shape (batch,) give a (batch, batch) table: every "
    "prediction is compared with every target. What shape should the difference have?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = ((model.forward(batch["X"]) - batch["y"]) ** 2).sum()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "loss_after_the_step",
    "The step is right, but the number you return, {got: the loss that step 1 returns}, is the loss *after* "
    "it; before it the loss is {expected: the loss that step 1 returns}. The forward pass you need has "
    "already been made: do you have to make another?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    optimizer.step()
    return sum_squared_error(model.forward(batch["X"]), batch["y"]).item()


@misconception(
    "step_by_hand",
    "Step 1 is right, step 2 is not. You subtract rate times gradient yourself, and the optimizer's own "
    "step never runs, so what it remembers (here a momentum) is lost. With Adam this would not even be "
    "Adam. Who should move the tensors?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    with torch.no_grad():
        for p in model.params:
            p -= optimizer.param_groups[0]["lr"] * p.grad
    return loss.item()


@misconception(
    "optimizer_built_inside",
    "Your function builds an optimizer of its own, with its own rate and an empty memory, at every call. "
    "The one it was given, with the settings the caller chose, is never asked to step. Which object should "
    "take the step?",
)
def optimizer_step(model, batch, optimizer):
    optimizer = torch.optim.SGD(model.params, lr=1e-3)
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "two_steps",
    "The optimizer steps twice for one backward pass: the second step reuses gradients that were measured "
    "at a place the weights have left. The weights end at {got: the weights and bias after step 1}, "
    "expected {expected: the weights and bias after step 1}. How many steps does one batch pay for?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    optimizer.step()
    optimizer.step()
    return loss.item()


@misconception(
    "item_before_backward",
    "`.item()` comes too early: it turns the loss into a plain float, and a float knows nothing of the "
    "weights it was computed from, so it has no `backward()`. Keep the tensor until the gradients are "
    "there; when is the float needed?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"]).item()
    loss.backward()
    optimizer.step()
    return loss


@misconception(
    "graph_cut",
    'The loss has no way back to the weights ("does not require grad"): the forward pass was detached, or '
    "it ran under `torch.no_grad()`. Autograd can only walk back along operations that it was allowed to "
    "record. Where is the recording cut?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    with torch.no_grad():
        prediction = model.forward(batch["X"])
    loss = sum_squared_error(prediction, batch["y"])
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "batch_unpacked",
    "`X, y = batch` takes the two *keys* out of the dictionary, so `X` is the text 'X' and not a tensor. "
    "How did chapter 1 get the features and the targets out of a batch?",
)
def optimizer_step(model, batch, optimizer):
    X, y = batch
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(X), y)
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "no_squeeze_and_mean",
    "Your loss is {got: the loss that step 1 returns}, expected {expected: the loss that step 1 returns}, for two "
    "reasons: (batch, 1) minus (batch,) gives a (batch, batch) table, and its mean is taken where a sum is asked for. "
    "Begin with the shapes: print those of the prediction and of the targets. Do they agree?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model.forward(batch["X"]), batch["y"])
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "returns_the_loss_a_row",
    "The step is right, but you return {got: the loss that step 1 returns} where the loss is {expected: the loss that "
    "step 1 returns}: it was divided by the number of rows on the way out. The loss of this exercise is the sum; which "
    "number did `backward()` start from?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    optimizer.step()
    return loss.item() / len(batch["y"])


@misconception(
    "backward_twice",
    "The first step is twice as long as it should be: `backward()` was called twice on one loss, and the second call "
    "added the same gradient to `.grad` once more. How often does one batch need it?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward(retain_graph=True)
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "backward_on_a_used_up_graph",
    "`backward()` was called a second time on the same loss, and the graph it walks back along is given up after the "
    "first. Keeping it with `retain_graph=True` would silence torch and add the same gradient twice. Which of the two "
    "calls does the step need?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "by_hand_and_by_the_optimizer",
    "The weights go twice as far as they should in step 1, to {got: the weights and bias after step 1} "
    "instead of {expected: the weights and bias after step 1}: your own line subtracts rate times gradient, "
    "and then the optimizer does it as well. In chapter 2 the line was needed; who does its work now?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    loss.backward()
    with torch.no_grad():
        for p in model.params:
            p -= optimizer.param_groups[0]["lr"] * p.grad
    optimizer.step()
    return loss.item()


@misconception(
    "one_batch_behind",
    "Step 1 moves nothing, and each later step uses the gradient of the batch before it: the optimizer steps "
    "first, and only then is `.grad` cleared and filled. Which of the three calls needs what another one "
    "leaves behind?",
)
def optimizer_step(model, batch, optimizer):
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@misconception(
    "graph_cut_and_silenced",
    "`backward()` runs without an error, and yet the weights do not move: no gradient reached them. A `requires_grad` "
    "put on the loss afterwards makes torch stop complaining, but does not bring back the way to the weights, which "
    "`detach()`, `.item()` or a new `torch.tensor` had cut. Where is it cut?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    prediction = model.forward(batch["X"]).detach()
    loss = sum_squared_error(prediction, batch["y"]).requires_grad_()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "model_called_like_a_function",
    "`model(...)` ends in an error: calling a model runs its `forward` only if it is a `torch.nn.Module`, and "
    "ours is a class of our own that cannot be called. Which method does the text name for predictions?",
)
def optimizer_step(model, batch, optimizer):
    optimizer.zero_grad()
    loss = sum_squared_error(model(batch["X"]), batch["y"])
    loss.backward()
    optimizer.step()
    return loss.item()


# optimizer_step: right


@alternative("zero_grad_last", "Clearing after the step leaves nothing for the next batch.")
def optimizer_step(model, batch, optimizer):
    error = model.forward(batch["X"]).reshape(-1) - batch["y"]
    loss = error.pow(2).sum()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    return float(loss)


@alternative("mse_loss_with_sum", "`mse_loss` with `reduction='sum'` is the sum of squares.")
def optimizer_step(model, batch, optimizer):
    loss = torch.nn.functional.mse_loss(model.forward(batch["X"]).squeeze(), batch["y"].squeeze(), reduction="sum")
    optimizer.zero_grad()
    loss.backward()
    value = loss.detach().numpy().item()
    optimizer.step()
    return value


@alternative("closure", "torch's optimizers may be given a function that measures the loss anew.")
def optimizer_step(model, batch, optimizer):
    def closure():
        optimizer.zero_grad()
        loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
        loss.backward()
        return loss

    return optimizer.step(closure).item()


@alternative("gradients_set_to_none", "Putting None into each `.grad` is what `zero_grad()` does.")
def optimizer_step(model: object, batch: dict, optimizer: torch.optim.Optimizer) -> float:
    for p in model.params:
        p.grad = None
    difference = model.forward(batch["X"])[:, 0] - batch["y"]
    loss = difference @ difference
    loss.backward()
    optimizer.step()
    return loss.tolist()


@alternative("autograd_grad", "`torch.autograd.grad` returns the gradients; they may be put into `.grad` by hand.")
def optimizer_step(model, batch, optimizer):
    X, y = batch["X"], batch["y"]
    loss = sum_squared_error(model.forward(X), y)
    for p, g in zip(model.params, torch.autograd.grad(loss, model.params)):
        p.grad = g
    optimizer.step()
    return loss.item()


@alternative("targets_as_a_column", "A column of targets makes both sides (batch, 1).")
def optimizer_step(model, batch, optimizer):
    X, y = batch.values()
    prediction = model.forward(X)
    loss = torch.sum(torch.square(prediction - y.unsqueeze(1)))
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                p.grad.zero_()
    torch.autograd.backward(loss)
    optimizer.step()
    return round(loss.item(), 6)


@alternative("zero_grad_before_backward", "The forward pass reads no gradient: clearing may wait until `backward`.")
def optimizer_step(model, batch, optimizer):
    loss = sum_squared_error(model.forward(batch["X"]), batch["y"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# tune_learning_rates: wrong


@misconception(
    "one_rate_for_all",
    "One small rate stands under all five names. SGD gets there, and after 200 steps the loss of Adam is "
    "still at {got: the best loss of adam} of its start. That says nothing against Adam: a rate means "
    "something else in each rule. How long is one step of Adam with your rate, and how far is the way?",
)
def tune_learning_rates():
    return {name: 1e-3 for name in ("sgd", "adam", "rmsprop", "adagrad", "adadelta")}


@misconception(
    "one_large_rate_for_all",
    "One large rate stands under all five names. It suits Adam and RMSprop, but SGD's loss explodes with "
    "it, and Adagrad is still at {got: the best loss of adagrad} of its first loss, Adadelta at {got: the "
    "best loss of adadelta}. Can one number suit five rules in which it means five things?",
)
def tune_learning_rates():
    return dict.fromkeys(["sgd", "adam", "rmsprop", "adagrad", "adadelta"], 1.0)


@misconception(
    "torch_defaults",
    "These are torch's default rates. They were chosen for neural networks, whose weights rarely travel "
    "further than 1; here one of them has to travel 84 in 200 steps, and Adam gets its loss to {got: the "
    "best loss of adam} of the first. How long would a step have to be?",
)
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 1e-3, "rmsprop": 1e-2, "adagrad": 1e-2, "adadelta": 1.0}


@misconception(
    "steps_too_short",
    "SGD arrives, the other four are still on their way after 200 steps: the best losses are {got: the best "
    "loss of adam}, {got: the best loss of rmsprop}, {got: the best loss of adagrad} and {got: the best "
    "loss of adadelta} of the first. Their curves fall smoothly to the last step. Which way does that tell "
    "you to go with the rate?",
)
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 1e-2, "rmsprop": 2e-2, "adagrad": 0.1, "adadelta": 3.0}


@misconception(
    "adam_too_slow",
    "Four arrive, Adam does not: its best loss is {got: the best loss of adam} of the first, and it was "
    "still falling. However steep the loss is, a step of Adam is about as long as its rate. 200 steps, 84 "
    "to go: what is the least rate that can do it?",
)
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 1e-1, "rmsprop": 2.0, "adagrad": 30.0, "adadelta": 400.0}


@misconception(
    "adagrad_like_adam",
    "Four arrive, Adagrad does not: its best loss is {got: the best loss of adagrad} of the first. Its "
    "first step is as long as its rate, but it divides by the sum of all squares so far, so every step is "
    "shorter than the one before. What must the rate make up for?",
)
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 2.0, "rmsprop": 2.0, "adagrad": 2.0, "adadelta": 400.0}


@misconception(
    "adadelta_too_slow",
    "Four arrive, Adadelta does not: its best loss is {got: the best loss of adadelta} of the first. It "
    "takes its bearings from its own earlier steps, and it has none at the start, so it begins with steps "
    "of a few thousandths of its rate. How large a rate makes such steps long enough for a way of 84?",
)
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 2.0, "rmsprop": 2.0, "adagrad": 30.0, "adadelta": 1.0}


@misconception(
    "adagrad_and_adadelta_too_slow",
    "SGD, Adam and RMSprop arrive. Adagrad ends at {got: the best loss of adagrad} of its first loss, "
    "Adadelta at {got: the best loss of adadelta}: both begin with, or soon come to, steps far shorter than "
    "their rate. In the plot of step lengths, which two curves lie lowest after a few steps?",
)
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 2.0, "rmsprop": 1.0, "adagrad": 2.0, "adadelta": 10.0}


@misconception(
    "sgd_explodes",
    "Four arrive, SGD explodes: each step jumps past the minimum and lands further up on the other side, "
    "because its steps are as long as rate times gradient and the gradient grows with the distance. Try "
    "rates ten times and a hundred times smaller: where does the explosion stop?",
)
def tune_learning_rates():
    return {"sgd": 0.1, "adam": 2.0, "rmsprop": 2.0, "adagrad": 30.0, "adadelta": 400.0}


@misconception(
    "class_names",
    "The names in your dictionary are {got: the names in the dictionary}. Asked for are the five short "
    'names that `make_optimizer` knows, in lower case. What will a lookup of `rates["sgd"]` say to yours?',
)
def tune_learning_rates():
    return {"SGD": 1e-3, "Adam": 2.0, "RMSprop": 2.0, "Adagrad": 30.0, "Adadelta": 400.0}


@misconception(
    "list_of_rates",
    "You return the five rates in a list, and a list does not say which rate is whose. The exercise asks "
    "for a dictionary from the optimizer's name to its rate. What would its first entry look like?",
)
def tune_learning_rates():
    return [1e-3, 2.0, 2.0, 30.0, 400.0]


@misconception(
    "exponents_for_rates",
    "Among your numbers are {got: the rates that are no positive numbers}. They look like exponents of ten and not "
    "like the rates themselves; a rate below 0 would walk uphill. What number is 10 to that power?",
)
def tune_learning_rates():
    return {"sgd": -3, "adam": 0, "rmsprop": 0, "adagrad": 1, "adadelta": 3}


@misconception(
    "rate_and_loss",
    "Under each name stands a {got: what stands in the place of a number}, where one number is wanted: the "
    "rate. Did you keep the loss it led to beside it? Take it out of the pair.",
)
def tune_learning_rates():
    return {
        "sgd": (1e-3, 5.8),
        "adam": (2.0, 5.8),
        "rmsprop": (2.0, 6.1),
        "adagrad": (30.0, 5.8),
        "adadelta": (400.0, 900.0),
    }


@misconception(
    "nothing_returned",
    "The function gives back {got: the kind of what tune_learning_rates() returns}: a dictionary may stand "
    "in it, but it never leaves it. Which word hands a value to the caller?",
)
def tune_learning_rates():
    {"sgd": 1e-3, "adam": 3.0, "rmsprop": 1.5, "adagrad": 30.0, "adadelta": 400.0}


@misconception(
    "one_name_missing",
    "One of the five names has no rate: {got: the names that are missing}. A name that stands there twice "
    "counts once, with its last number. Which five names does your dictionary begin its entries with?",
)
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 3.0, "rmsprop": 1.5, "adagrad": 30.0}


@misconception(
    "one_rate_zero",
    "One of the rates is 0: {got: the rates that are no positive numbers}. How far does a tensor move in 200 "
    "steps of that length?",
)
def tune_learning_rates():
    return {"sgd": 0.0, "adam": 3.0, "rmsprop": 1.5, "adagrad": 30.0, "adadelta": 400.0}


@misconception(
    "one_rate_negative",
    "One of the rates is below 0: {got: the rates that are no positive numbers}. The update subtracts rate "
    "times slope; where does it lead with a minus sign more?",
)
def tune_learning_rates():
    return {"sgd": -0.001, "adam": 3.0, "rmsprop": 1.5, "adagrad": 30.0, "adadelta": 400.0}


# tune_learning_rates: right


@alternative("lower_rates", "Rates near the lower end of what works.")
def tune_learning_rates():
    return {"sgd": 2.5e-4, "adam": 1.0, "rmsprop": 0.6, "adagrad": 8, "adadelta": 200}


@alternative("higher_rates", "Rates near the upper end of what works; the dictionary in another order.")
def tune_learning_rates():
    return {"adadelta": 1000, "adagrad": 300, "rmsprop": 6, "adam": 50, "sgd": 6e-3}


@alternative("powers_of_ten", "Computed rates, with numpy's numbers in them.")
def tune_learning_rates():
    import numpy as np

    names = ["sgd", "adam", "rmsprop", "adagrad", "adadelta"]
    return dict(zip(names, 10.0 ** np.array([-3, 0.5, 0.3, 1.5, 2.5])))


@alternative("tensors_as_rates", "A tensor with one number in it is a number.")
def tune_learning_rates() -> dict:
    rates = dict(sgd=torch.tensor(2e-3), adam=torch.tensor([5.0]), rmsprop=torch.tensor(1.5))
    rates.update(adagrad=torch.tensor(50.0), adadelta=torch.tensor(500))
    return rates


@alternative("reasoned", "From the distance and the number of steps, without any search.")
def tune_learning_rates(distance=84, steps=200):
    from collections import OrderedDict

    length = 4 * distance / steps
    pairs = [("sgd", 1 / (4 * 64)), ("adam", length), ("rmsprop", length)]
    pairs += [("adagrad", length * steps**0.5), ("adadelta", length * 300)]
    return OrderedDict(pairs)


@alternative("searched", "A small search inside the function, with the loss of one weight that has to go 84.")
def tune_learning_rates():
    def arrives(kind, rate):
        p = torch.zeros(1, requires_grad=True)
        optimizer = kind([p], lr=rate)
        for _ in range(120):
            p.grad = 128 * (p.detach() - 84)
            optimizer.step()
        return abs(p.item() - 84) < 4

    kinds = {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
    }
    grid = [1e-3, 3.0, 30.0, 600.0]
    return {name: next((rate for rate in grid if arrives(kind, rate)), 1.0) for name, kind in kinds.items()}


@alternative("adam_at_four", "Rates are wide: Adam's steps of 4 reach 84 in time and still settle.")
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 4.0, "rmsprop": 1.5, "adagrad": 30.0, "adadelta": 400.0}


@alternative("adam_at_two", "Rates are wide: 200 steps of 2 are more than enough for a way of 84.")
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 2.0, "rmsprop": 1.5, "adagrad": 30.0, "adadelta": 400.0}


@alternative("rmsprop_larger", "Rates are wide: RMSprop settles closely enough with steps of 2.5.")
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 3.0, "rmsprop": 2.5, "adagrad": 30.0, "adadelta": 400.0}


@alternative("rmsprop_smaller", "Rates are wide: 200 steps of 0.5 are still a way of 100, and 84 are needed.")
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 3.0, "rmsprop": 0.5, "adagrad": 30.0, "adadelta": 400.0}


@alternative("adagrad_a_little_larger", "A thirtieth more or less does not decide whether Adagrad gets there.")
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 3.0, "rmsprop": 1.5, "adagrad": 31.0, "adadelta": 400.0}


@alternative("adagrad_a_little_smaller", "A thirtieth less is in time as well.")
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 3.0, "rmsprop": 1.5, "adagrad": 29.0, "adadelta": 400.0}


@alternative("adadelta_a_little_larger", "1 in 400 more makes no difference that the race could see.")
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 3.0, "rmsprop": 1.5, "adagrad": 30.0, "adadelta": 401.0}


@alternative("adadelta_a_little_smaller", "1 in 400 less makes no difference that the race could see.")
def tune_learning_rates():
    return {"sgd": 1e-3, "adam": 3.0, "rmsprop": 1.5, "adagrad": 30.0, "adadelta": 399.0}
