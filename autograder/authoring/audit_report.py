"""What an audit looks like: a table and sentences in a terminal, JSON, one HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from autograder.authoring.findings import Audited, Counts, Mutation, total
from autograder.challenge import PUBLIC_SEED

COLUMNS = (
    ("challenges", "how many challenges, the public one included"),
    ("right", "unusual right solutions that pass every challenge"),
    ("wrong", "known wrong solutions that get their own message on every challenge"),
    ("pairs", "pairs of wrong solutions that are told apart on every challenge"),
    ("mutants", "machine-made changes of the reference"),
    ("proven", "mutants that are right: the bank holds each as an alternative, with the reason"),
    ("killed", "the share of all other mutants that fail"),
    ("named", "the share of killed mutants that get the message of a misconception or of a slip"),
    ("slips", "how many of those are named by a slip, from the text of the error that they end in"),
    ("survivors", "mutants that slip through"),
)


@dataclass(frozen=True)
class Line:
    """One row of the table: an exercise, or the sums over a chapter or over all."""

    name: str
    counts: Counts
    is_total: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts under `COLUMNS`."""
        c = self.counts
        return (
            str(c.challenges),
            f"{c.right_passed}/{c.right}",
            f"{c.wrong_named}/{c.wrong}",
            f"{c.pairs_apart}/{c.pairs}",
            str(c.mutants),
            str(c.proven),
            percent(c.killed_share),
            percent(c.named_share),
            str(c.slips),
            str(c.survivors),
        )


def lines(audits: Sequence[Audited]) -> Iterator[Line]:
    """The rows of the table, chapter by chapter, and sums wherever they sum up more than one row."""
    for chapter, group in groupby(audits, key=lambda audited: audited.chapter):
        members = list(group)
        yield from (Line(audited.exercise, audited.counts) for audited in members)
        if len(members) > 1:
            yield Line(chapter, total(audited.counts for audited in members), is_total=True)
    if len({audited.chapter for audited in audits}) > 1:
        yield Line("all", total(audited.counts for audited in audits), is_total=True)


def percent(share: float) -> str:
    """A share in whole percent; only all is 100 %."""
    return f"{int(100 * share + 1e-9)} %"


def is_sound(audits: Sequence[Audited]) -> bool:
    """Whether nothing slips through."""
    return not any(audited.findings for audited in audits)


def named_share(audits: Sequence[Audited]) -> float:
    """The share of killed mutants that get the message of a misconception."""
    return total(audited.counts for audited in audits).named_share


def unnamed(audited: Audited) -> list[Mutation]:
    """The killed mutants that got no misconception's message."""
    return [one for one in audited.mutations if one.killed_on and one.misconception is None]


def unseen_in_public(audited: Audited) -> list[Mutation]:
    """The mutants that pass the challenge learners have and fail another."""
    return [one for one in audited.mutations if one.killed_on and PUBLIC_SEED not in one.killed_on]


def print_report(audits: Sequence[Audited], console: Console, *, with_unnamed: bool = False) -> None:
    """Print the table, all that is unsound with its diff, and on demand the killed mutants without a name."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("exercise", no_wrap=True)
    for name, _ in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for line in lines(audits):
        table.add_row(line.name, *line.cells, style="bold" if line.is_total else None, end_section=line.is_total)
    # in a narrow terminal lines break, not numbers
    wide = Console(file=console.file, width=max(console.width, 110), force_terminal=console.is_terminal)
    wide.print(table)
    for audited in audits:
        for finding in audited.findings:
            console.print(f"\n[red]unsound[/red] {escape(finding.sentence)}", highlight=False, soft_wrap=True)
            _print_diff(finding.diff, console)
        for mutation in unseen_in_public(audited):
            console.print(
                f"\n[yellow]late[/yellow] {escape(_late(audited, mutation))}", highlight=False, soft_wrap=True
            )
            _print_diff(mutation.diff, console)
        for mutation in unnamed(audited) if with_unnamed else ():
            told = f"{audited.exercise}: {mutation.mutant.operator}, line {mutation.mutant.line}: {mutation.message}"
            console.print(f"\n[cyan]unnamed[/cyan] {escape(told)}", highlight=False, soft_wrap=True)
            _print_diff(mutation.diff, console)
    n = sum(len(audited.findings) for audited in audits)
    told = f"[red]{n} unsound[/red]" if n else "[green]sound[/green]: nothing slips through"
    n_unnamed = sum(len(unnamed(audited)) for audited in audits)
    if n_unnamed and not with_unnamed:
        n_killed = total(audited.counts for audited in audits).killed
        told += f"; {n_unnamed} of {n_killed} killed mutants get no misconception's message: --unnamed lists them"
    console.print(f"\n{told}", highlight=False, soft_wrap=True)


def as_json(audits: Sequence[Audited]) -> dict[str, Any]:
    """Return all that was found as JSON data."""
    return {
        "sound": is_sound(audits),
        "all": counts_as_json(total(audited.counts for audited in audits)),
        "exercises": [
            {
                "chapter": audited.chapter,
                "exercise": audited.exercise,
                "seeds": audited.seeds,
                **counts_as_json(audited.counts),
                "findings": [{"sentence": found.sentence, "diff": found.diff} for found in audited.findings],
                "mutations": [_mutation_as_json(mutation) for mutation in audited.mutations],
            }
            for audited in audits
        ],
    }


def counts_as_json(counts: Counts) -> dict[str, Any]:
    """The numbers of one row, with the shares that the table shows."""
    shares = {"killed_share": round(counts.killed_share, 4), "named_share": round(counts.named_share, 4)}
    return {**asdict(counts), "survivors": counts.survivors, **shares}


def write_html(audits: Sequence[Audited], path: Path) -> None:
    """Write one page that needs nothing beside it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    page = environment.get_template("audit.html.j2").render(
        audits=audits,
        columns=COLUMNS,
        lines=list(lines(audits)),
        everything=total(audited.counts for audited in audits),
        n_unsound=sum(len(audited.findings) for audited in audits),
        unnamed=unnamed,
        unseen_in_public=unseen_in_public,
        late=_late,
        percent=percent,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _mutation_as_json(mutation: Mutation) -> dict[str, Any]:
    fate = "killed" if mutation.killed_on else "survived" if mutation.survived else "proven"
    return {
        "operator": mutation.mutant.operator,
        "line": mutation.mutant.line,
        "diff": mutation.diff,
        "fate": fate,
        "killed_on": mutation.killed_on,
        "misconception": mutation.misconception,
        "message": mutation.message,
        "alternative": mutation.proof[0] if mutation.proof else None,
        "reason": mutation.proof[1] if mutation.proof else None,
    }


def _late(audited: Audited, mutation: Mutation) -> str:
    killers = f"{len(mutation.killed_on)} of {len(audited.seeds) - 1} others"
    return (
        f"{audited.exercise}: a mutant passes the public challenge and fails {killers} "
        f"(line {mutation.mutant.line}, {mutation.mutant.operator})"
    )


def _print_diff(diff: str, console: Console) -> None:
    if diff:
        # as wide as its longest line: a line broken in two looks like two lines of code
        width = max(map(len, diff.splitlines())) + 1
        wide = Console(file=console.file, width=max(console.width, width), force_terminal=console.is_terminal)
        wide.print(Syntax(diff, "diff", theme="ansi_dark", background_color="default"))
