"""Tables, amounts and findings as the terminal prints them.

What must stay true: amounts are right-aligned and never cut; a shortened list says what it leaves out and still adds up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from creditlib import money
from creditlib.errors import Finding, Lang
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from creditlib.facts.reading import Reading

_ROOMY: Final = 240  # a pipe
SHOWN: Final = 5  # findings of one check before the rest is counted


def amount(minor: int | None, currency: str) -> str:
    """Return an amount for a table; nothing as a dash."""
    if minor is None:
        return ""
    return money.text(minor, currency) if minor else "–"


def difference(minor: int | None, currency: str) -> str:
    """Return a difference: zero is written out."""
    return "" if minor is None else money.text(minor, currency)


def share(value: float | None) -> str:
    """Return a share in per cent.

    >>> share(0.2489), share(None)
    ('24.9%', '')
    """
    return "" if value is None else f"{value + 0.0:.1%}".replace("-0.0%", "0.0%")


def cut(text: str | None, width: int = 28) -> str:
    """Return a name for a narrow column, told to be cut by an ellipsis; wide characters count double.

    >>> cut("北岭通达仪表有限公司", 10)
    '北岭通达…'
    """
    from rich.cells import cell_len, set_cell_size

    text = text or ""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def table(*columns: tuple[str, str]) -> Table:
    """Return an empty table; a column is (heading, "l" or "r" or "fold")."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, show_footer=False)
    for heading, how in columns:
        justify = "right" if how == "r" else "left"
        made.add_column(heading, justify=justify, no_wrap=how != "fold", overflow="fold")  # type: ignore[arg-type]
    return made


def put(out: Console, made: Table) -> None:
    """Print a table whole: a terminal too narrow for it wraps its lines, it never cuts an amount or a code."""
    wide = out.options.update(width=_ROOMY, max_width=_ROOMY)
    needed = Measurement.get(out, wide, made).maximum
    if needed > out.width:  # a console never prints wider than it is
        out = Console(
            file=out.file, width=needed, force_terminal=out.is_terminal, markup=False, highlight=False, emoji=False
        )
    out.print(made, crop=False, soft_wrap=True)


def total_row(made: Table, *cells: str) -> None:
    """Add the row that adds up, under a rule."""
    made.add_section()
    made.add_row(*cells, style="bold")


def title(out: Console, text: str) -> None:
    """Print a title."""
    out.print(Text(text, style="bold"))


def reading_lines(out: Console, reading: Reading, lang: Lang) -> None:
    """Print what was read, how it was recognised, and that the file total adds up."""
    for source in reading.sources:
        out.print(
            say("terminal.read.source", lang, name=source.name, rows=f"{source.rows:,}", preset=source.mapping.preset)
        )
        if source.mapping.unused:
            out.print(say("terminal.read.unused", lang, columns=", ".join(source.mapping.unused)))
    out.print(say("terminal.read.shape", lang, shape=say(f"common.shape.{reading.shape}", lang)))
    if reading.home_assumed:
        out.print(say("terminal.read.home", lang, currency=reading.home_assumed))
    if reading.shape == "running_account":
        out.print(say("terminal.read.netting", lang))
    for part in reading.source_totals:
        used = money.text(part.used_minor, part.currency) if part.currency in money.CURRENCIES else "0"
        out.print(
            say(
                "terminal.read.file_total", lang, file=f"{part.file:,f}", used=used, rejected=f"{part.rejected:,f}",
                rows=f"{part.rows:,}", out=f"{part.rejected_rows:,}",
                rounding=f"{part.rounding:,f}", currency=part.currency,
            )
        )  # fmt: skip


def findings_block(out: Console, findings: Sequence[Finding], lang: Lang) -> None:
    """Print findings, those that must be acted on first; a check with many shows its first and counts the rest."""
    if not findings:
        out.print(say("terminal.say.no_findings", lang))
        return
    must = sum(f.severity == "must_act" for f in findings)
    title(out, say("terminal.say.findings", lang, must=must, notes=len(findings) - must))
    totals, seen = Counter(f.check for f in findings), Counter[str]()
    for finding in sorted(findings, key=lambda f: f.severity != "must_act"):
        seen[finding.check] += 1
        if seen[finding.check] <= SHOWN:
            mark = "▲ " if finding.severity == "must_act" else "· "
            out.print(Text(mark + finding.line(lang)), soft_wrap=True)
        if seen[finding.check] == SHOWN and totals[finding.check] > SHOWN:
            out.print(
                "  " + say("terminal.say.more", lang, count=totals[finding.check] - SHOWN) + f" [{finding.check}]"
            )


def told_aside(findings: Sequence[Finding], lang: Lang) -> None:
    """Write what must be acted on to stderr, beside figures that go to a program."""
    err = Console(stderr=True, markup=False, highlight=False, emoji=False)
    for finding in findings:
        if finding.severity == "must_act":
            err.print(Text("▲ " + finding.line(lang)), soft_wrap=True)


def finding_json(finding: Finding, lang: Lang) -> dict[str, object]:
    """Return a finding as JSON, its amount as a decimal string."""
    value = None
    if finding.amount_minor is not None and finding.currency is not None:
        value = money.plain(finding.amount_minor, finding.currency)
    return {
        "check": finding.check,
        "severity": finding.severity,
        "where": finding.where,
        "text": finding.text(lang),
        "count": finding.count,
        "amount": value,
        "currency": finding.currency,
    }
