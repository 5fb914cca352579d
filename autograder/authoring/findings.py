"""What an audit found about one exercise: counts, the fate of each mutant, a sentence for all that is unsound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from autograder.authoring.bank import Entry
from autograder.authoring.examine import Examined, Fate, Flaw
from autograder.authoring.mutants import Mutant, fingerprint
from autograder.challenge import PUBLIC_SEED
from autograder.slips import SLIPS

SLIP_IDS = frozenset(slip.id for slip in SLIPS)


@dataclass(frozen=True)
class Mutation:
    """A mutant and what became of it.

    `misconception` and `message` are those of the first challenge that killed it. `proof` is the alternative whose
    code is the mutant's, and the reason why it is right.
    """

    mutant: Mutant
    diff: str
    killed_on: tuple[int, ...] = ()
    misconception: str | None = None
    message: str = ""
    proof: tuple[str, str] | None = None

    @property
    def survived(self) -> bool:
        """Whether it passed every challenge and nobody has shown that it is right."""
        return not self.killed_on and self.proof is None


@dataclass(frozen=True)
class Unsound:
    """One finding: a sentence that says what slips through, and a diff where there is one."""

    exercise: str
    sentence: str
    diff: str = ""


@dataclass(frozen=True)
class Counts:
    """The numbers of an audit: of one exercise, of several together.

    `right` are alternatives, `wrong` misconceptions. Of `mutants`, some are killed by a challenge, some proven to be
    right by an alternative, the rest survive. `named` are killed mutants that get a misconception's message, `slips`
    those of them that get it from the error's text alone.
    """

    challenges: int
    right: int
    right_passed: int
    wrong: int
    wrong_named: int
    pairs: int
    pairs_apart: int
    mutants: int
    killed: int
    proven: int
    named: int
    slips: int

    @property
    def survivors(self) -> int:
        """How many mutants slip through."""
        return self.mutants - self.killed - self.proven

    @property
    def killed_share(self) -> float:
        """The share of killed mutants among those that are not proven right; 1.0 where there is none."""
        wrong = self.mutants - self.proven
        return self.killed / wrong if wrong else 1.0

    @property
    def named_share(self) -> float:
        """The share of named mutants among those killed; 1.0 where there is none."""
        return self.named / self.killed if self.killed else 1.0


def total(counts: Iterable[Counts]) -> Counts:
    """The sums of all numbers."""
    rows = list(counts)
    return Counts(**{field.name: sum(getattr(row, field.name) for row in rows) for field in fields(Counts)})


@dataclass(frozen=True)
class Audited:
    """What the audit found about one exercise."""

    chapter: str
    exercise: str
    seeds: tuple[int, ...]
    counts: Counts
    mutations: tuple[Mutation, ...]
    findings: tuple[Unsound, ...]


def sum_up(chapter: str, exercise: str, bank: Sequence[Entry], reference: str, examined: Sequence[Examined]) -> Audited:
    """Put together what was found on all challenges of one exercise, the public one first.

    `bank` holds the chapter's entries, `reference` the source of the exercise's solution cell.
    """
    right, wrong = (
        [entry for entry in bank if (entry.exercise, entry.kind) == (exercise, kind)]
        for kind in ("alternative", "misconception")
    )
    seeds = tuple(one.task.seed for one in examined)
    flaws: dict[tuple[str, tuple[str, ...]], list[tuple[int, Flaw]]] = {}
    for one in examined:
        for flaw in one.flaws:
            flaws.setdefault((flaw.kind, flaw.about), []).append((one.task.seed, flaw))
    mutations = _mutations(reference, right, examined)
    findings = [Unsound(exercise, f"{exercise}: {_tell(seen, len(seeds))}") for seen in flaws.values()]
    findings += [
        Unsound(exercise, f"{exercise}: {_slips_through(mutation.mutant, len(seeds))}", mutation.diff)
        for mutation in mutations
        if mutation.survived
    ]
    pairs = len(wrong) * (len(wrong) - 1) // 2
    counts = Counts(
        challenges=len(seeds),
        right=len(right),
        right_passed=len(right) - len({about for kind, about in flaws if kind == "alternative"}),
        wrong=len(wrong),
        wrong_named=len(wrong) - len({about[0] for kind, about in flaws if kind in ("passes", "unnamed", "pair")}),
        pairs=pairs,
        pairs_apart=pairs - len({frozenset(about) for kind, about in flaws if kind == "pair"}),
        mutants=len(mutations),
        killed=sum(bool(one.killed_on) for one in mutations),
        proven=sum(one.proof is not None for one in mutations),
        named=sum(one.misconception is not None for one in mutations),
        slips=sum(one.misconception in SLIP_IDS for one in mutations),
    )
    return Audited(chapter, exercise, seeds, counts, mutations, tuple(findings))


def _mutations(reference: str, right: Sequence[Entry], examined: Sequence[Examined]) -> tuple[Mutation, ...]:
    proofs = {fingerprint(entry.source): (entry.id, entry.text) for entry in right}
    fates: dict[Mutant, list[tuple[int, Fate]]] = {}
    for one in examined:
        for fate in one.fates:
            fates.setdefault(fate.mutant, []).append((one.task.seed, fate))
    found = []
    for mutant, seen in fates.items():
        killers = [(seed, fate) for seed, fate in seen if fate.killed]
        first = killers[0][1] if killers else Fate(mutant, killed=False)
        proof = None if killers else proofs.get(fingerprint(mutant.source))
        killed_on = tuple(seed for seed, _ in killers)
        diff = mutant.diff(reference)
        found.append(Mutation(mutant, diff, killed_on, first.misconception, first.message, proof))
    return tuple(found)


def _tell(seen: Sequence[tuple[int, Flaw]], n_seeds: int) -> str:
    """One sentence for a flaw that was seen on some challenges."""
    flaw, on = seen[0][1], _on([seed for seed, _ in seen], n_seeds)
    first, *others = [f'"{id}"' for id in flaw.about] or [""]
    after = f": {flaw.message}" if flaw.message else "."
    match flaw.kind:
        case "reference":
            return f"the reference itself does not pass {on}{after}"
        case "untouched":
            return f'the untouched cell is not told as "not written yet" {on}{after}'
        case "alternative":
            return f"the right solution {first} is rejected {on}{after}"
        case "passes":
            return (
                f"the wrong solution {first} passes {on}: nothing that the probe records tells it from the reference."
            )
        case "unnamed":
            return f"the wrong solution {first} fails without its own message {on}{after}"
        case "probe":
            advice = "Read a learner's attributes and methods through `record.call` too"
            return f"the probe itself raised {flaw.message} {on}. {advice}."
        case "label":
            return f"the message of {first} names {others[0]}, which no evidence of it holds {on}."
        case "pair":
            both = f"{first} and {others[0]}"
            return f"the wrong solutions {both} cannot be told apart {on}: the first gets the message of the second."


def _on(seeds: Sequence[int], n_seeds: int) -> str:
    if len(seeds) == n_seeds:
        return f"on all {n_seeds} challenges"
    named = ", ".join("the public one" if seed == PUBLIC_SEED else str(seed) for seed in seeds[:3])
    more = f" and {len(seeds) - 3} more" if len(seeds) > 3 else ""
    return f"on {len(seeds)} of {n_seeds} challenges ({named}{more})"


def _slips_through(mutant: Mutant, n_seeds: int) -> str:
    return (
        f"a mutant passes all {n_seeds} challenges (line {mutant.line}, {mutant.operator}). Either the probe does not "
        "record what is wrong with it, or it is right: then enter it in bank.py as an alternative, with the reason."
    )
