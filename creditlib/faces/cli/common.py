"""What every command shares: language, errors, consoles, progress, CSV and JSON.

What must stay true: figures go to stdout, everything else to stderr; an error is at most three lines, never a traceback; exit
0 fine, 1 findings that need a person or a total that does not tie, 2 wrong usage or an input that can't be read.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from creditlib.errors import CreditError, Finding, Lang, PolicyError, UsageError
from creditlib.faces.wording import say

ATTENTION: Final = 1
WRONG: Final = 2
_WIDE: Final = 240
_PROGRESS_AFTER: Final = 1.0

FilesArgument = Annotated[
    list[str], typer.Argument(metavar="FILE…", help="CSV, XLSX, XLS, XLSB, Parquet, or a database URL with --query.")
]
AsOf = Annotated[str, typer.Option("--as-of", metavar="DATE", help="Day, YYYY-MM-DD; that day is included.")]
MapOption = Annotated[str | None, typer.Option("--map", metavar="FILE", help="map.toml: which column means what.")]
Dates = Annotated[
    str | None, typer.Option("--dates", metavar="dmy|mdy|ymd", help="Order of day and month, if ambiguous.")
]
Home = Annotated[str | None, typer.Option("--home", metavar="CCY", help="Currency of rows that name none.")]
Sales = Annotated[
    str | None, typer.Option("--sales", metavar="FILE", help="Sales by month, for DSO of an open-item list.")
]
Query = Annotated[str | None, typer.Option("--query", metavar="SQL", help="Query to run when FILE is a database URL.")]
KnownOn = Annotated[
    str | None, typer.Option("--known-on", metavar="DATE", help="Count only what had been entered by then.")
]
CurrencyOption = Annotated[
    str | None, typer.Option("--currency", metavar="CCY", help="Report in one currency; needs --fx.")
]
Fx = Annotated[str | None, typer.Option("--fx", metavar="RATES.csv", help="Exchange rates: date, from, to, rate.")]
PolicyFile = Annotated[
    str | None, typer.Option("--policy", metavar="FILE", help="Policy file; without it the standard one.")
]
CreditFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--credit-file",
        metavar="FILE",
        help="Credit files: statements, registrations, references, … CSV or XLSX; may be repeated.",
    ),
]
Orders = Annotated[str | None, typer.Option("--orders", metavar="FILE", help="Order lines: order, customer, amount, …")]
Limits = Annotated[
    str | None, typer.Option("--limits", metavar="FILE", help="Limits set: customer, limit, from, until.")
]
Events = Annotated[str | None, typer.Option("--events", metavar="FILE", help="Log of visits, calls, promises, …")]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="en|zh", help="Language; else CREDIT_LANG, else en.")]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
Csv = Annotated[bool, typer.Option("--csv", help="CSV instead of a table.")]


def language(option: str | None) -> Lang:
    """Return the language: the option, else CREDIT_LANG, else English. Raises: UsageError."""
    lang = option or os.environ.get("CREDIT_LANG") or "en"
    if lang not in ("en", "zh"):
        raise usage("terminal.error.lang", value=lang)
    return cast(Lang, lang)


def usage(key: str, **values: object) -> UsageError:
    """Return a usage error with a text of the wording."""
    return UsageError(say(key, "en", **values), say(key, "zh", **values))


@contextmanager
def told(option: str | None, *, bad_policy: int = 2) -> Iterator[None]:
    """Print an error to stderr in at most three lines and leave with its exit code.

    bad_policy: the code for a policy that breaks its rules: 1 where the policy is what was asked about.
    """
    try:
        yield
    except OSError as error:
        place = error.filename or ""
        lang = _spoken(option)
        typer.echo(
            say("terminal.error.system", lang, place=place, what=error.strerror or type(error).__name__), err=True
        )
        raise typer.Exit(WRONG) from None
    except CreditError as error:
        lang = _spoken(option)
        lines = error.text(lang).split("\n")
        if len(lines) > 3:
            file = error.en.split(": ")[0]
            lines = [*lines[:2], say("policy.check.more", lang, count=len(lines) - 2, file=file)]
        typer.echo("\n".join(lines), err=True)
        raise typer.Exit(bad_policy if isinstance(error, PolicyError) else WRONG) from None


def _spoken(option: str | None) -> Lang:
    try:
        return language(option)
    except UsageError:
        return "en"


def leave(findings: Iterable[Finding]) -> None:
    """Exit with 1 where something that was read needs a person."""
    if any(finding.severity == "must_act" for finding in findings):
        raise typer.Exit(ATTENTION)


def one_format(as_json: bool, as_csv: bool) -> None:
    """Refuse --json together with --csv."""
    if as_json and as_csv:
        raise usage("terminal.error.two_formats")


def not_an_input(path: Path, inputs: Iterable[str]) -> None:
    """Refuse to write over a file that is read."""
    if path.exists() and any(Path(name).exists() and path.samefile(name) for name in inputs):
        raise usage("terminal.error.own_input", path=path)


def console() -> Console:
    """Return the console for figures; a pipe gets lines as long as they are, never cut."""
    out = Console(markup=False, highlight=False, emoji=False)
    return out if out.is_terminal else Console(markup=False, highlight=False, emoji=False, width=_WIDE)


def write_json(value: Any) -> None:
    """Write JSON to stdout, keys in the order given."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write CSV to stdout."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    sys.stdout.write(out.getvalue())


class Steps:
    """A progress bar on stderr, one stretch a step, that appears once a second has passed and goes when the work is done."""

    def __init__(self, lang: Lang, steps: int = 2) -> None:
        self.lang: Lang = lang
        self.done = -1
        self.bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.bar.add_task("", total=steps)
        self.timer = threading.Timer(_PROGRESS_AFTER, self.bar.start)
        self.timer.daemon = True

    def __enter__(self) -> Steps:
        if self.bar.console.is_terminal:
            self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()
        if self.bar.live.is_started:
            self.bar.stop()

    def at(self, step: str) -> None:
        """Say what is being done now."""
        self.done += 1
        self.bar.update(self.task, completed=self.done, description=say(f"terminal.step.{step}", self.lang))
