"""`credit close`: files in, a tied closing workbook out, and what it found.

What must stay true: the workbook is written whole or not at all; exit 1 when a total does not tie or a finding needs a person.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.cli import common as c
from creditlib.faces.cli import show
from creditlib.faces.cli import store as s
from creditlib.faces.cli.work import Request
from creditlib.faces.wording import bucket_label, say

if TYPE_CHECKING:
    from rich.console import Console

    from creditlib.flows.close_recorded import Recorded
    from creditlib.flows.closing import Close, Measure


def close(
    files: c.FilesArgument,
    as_of: c.AsOf,
    out: Annotated[
        str | None, typer.Option("--out", metavar="BOOK.xlsx", help="Closing workbook; else close-DATE.xlsx.")
    ] = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    sales: c.Sales = None,
    control: Annotated[
        str | None,
        typer.Option(
            "--control",
            metavar="AMOUNT|FILE",
            help="General ledger: an amount, or a file by entity, account, currency.",
        ),
    ] = None,
    home: c.Home = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    query: c.Query = None,
    known_on: c.KnownOn = None,
    policy: c.PolicyFile = None,
    template: Annotated[
        str | None, typer.Option("--template", metavar="FILE", help="Your own copy of the closing template.")
    ] = None,
    firm: Annotated[str | None, typer.Option("--firm", metavar="NAME", help="Name for the cover.")] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store", metavar="FILE|URL", help="Write the close into this record; else into CREDIT_STORE, if set."
        ),
    ] = None,
    book: Annotated[
        str | None,
        typer.Option(
            "--book", metavar="NAME", help="What the record calls this ledger; else the firm, or the first file."
        ),
    ] = None,
    no_record: Annotated[bool, typer.Option("--no-record", help="Write nothing into a record.")] = False,
    lang: c.LangOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the workbook if it exists.")] = False,
    as_json: c.Json = False,
    as_csv: c.Csv = False,
) -> None:
    """Close a month: read the ledger, age it, tie it to the control account, write the workbook.

    Example: credit close open.csv --as-of 2026-10-31 --control 76301432.77 --out close.xlsx
    """
    with c.told(lang):
        words = c.language(lang)
        c.one_format(as_json, as_csv)
        request = Request(
            files, words, as_of, map_file, dates, home, query, sales, known_on, currency, fx, policy, control, firm
        )
        path = Path(out or f"close-{request.day}.xlsx")
        inputs = [*files, *(f for f in (control, sales, fx, policy, template, map_file) if f is not None)]
        c.not_an_input(path, inputs)
        if path.exists() and not force:
            raise c.usage("terminal.error.exists", path=path)
        if not path.resolve().parent.is_dir():  # before anything is recorded
            raise c.usage("terminal.error.no_folder", path=path.resolve().parent)
        from creditlib.faces.workbook import write_workbook

        with c.Steps(words, 3) as steps:
            reading, made = request.close(steps)
            steps.at("write")
            kept = None if no_record or not s.given(store) else _record(made, store, inputs, book)
            try:
                write_workbook(made, path, lang=words, template=template, force=force, recorded=kept)
            except BaseException:
                if kept is not None:  # what is recorded stays, whatever becomes of the workbook
                    told = say("record.say.close", words, place=kept.place, run=kept.run, head=kept.head)
                    typer.echo(told, err=True)
                raise
        if as_json:
            c.write_json(close_json(made, path, words, kept))
        elif as_csv:
            _items_csv(made)
        else:
            console = c.console()
            show.reading_lines(console, reading, words)
            _summary(console, made, words)
            show.findings_block(console, made.findings, words)
            console.print()
            console.print(say("terminal.say.workbook", words, path=path), soft_wrap=True)
            if kept is not None:
                console.print(
                    say("record.say.close", words, place=kept.place, run=kept.run, head=kept.head), soft_wrap=True
                )
        if made.needs_a_person:
            raise typer.Exit(c.ATTENTION)


def _record(made: Close, store: str | None, inputs: list[str], book: str | None) -> Recorded:
    """Write the close into the record, before the workbook that names its head."""
    from creditlib.flows.close_recorded import book_name, record_close

    with s.open_there(s.given(store)) as there:
        return record_close(there, made, inputs, book[:200] if book else book_name(made, inputs))


def _summary(out: Console, made: Close, lang: Lang) -> None:
    out.print()
    show.title(out, say("terminal.title.close", lang, as_of=made.as_of, currency=made.currency))
    for code in (made.currency, *made.other_currencies):
        sums = made.aging_total(code)
        total = sums["total_minor"]
        table = show.table(
            (say("terminal.col.bucket", lang), "l"),
            (f"{say('terminal.col.amount', lang)} {code}", "r"),
            (say("terminal.col.share", lang), "r"),
        )
        for key in (*made.buckets, "unapplied"):
            value = sums[key]
            table.add_row(bucket_label(key, lang), show.amount(value, code), show.share(value / total) if total else "")
        show.total_row(
            table, say("terminal.col.total", lang), money.text(total, code), show.share(1.0) if total else ""
        )
        out.print(table)
        out.print()
    for file in made.file_totals:
        left = made.totals().get(file.currency, 0) if not made.converted else None
        if left is not None and file.used_minor != left:
            out.print(
                say(
                    "terminal.read.bridge", lang, used=money.text(file.used_minor, file.currency),
                    moved=money.text(left - file.used_minor, file.currency), left=money.text(left, file.currency),
                    currency=file.currency, as_of=made.as_of,
                )
            )  # fmt: skip
    _control(out, made, lang)
    best = next(
        (line for line in made.dso if line.method == {n: v for n, v, _ in made.policy_values}["dso.method"]), None
    )
    if best is not None:
        name = say(f"terminal.method.{best.method}", lang)
        shown = (
            best.why[1 if lang == "zh" else 0]
            if best.days is None
            else f"{'≥ ' if best.at_least else ''}{best.days:.1f}"
        )
        out.print(f"DSO {name}{'：' if lang == 'zh' else ': '}{shown}")
    out.print(say("terminal.read.policy", lang, name=made.policy_name, fingerprint=made.policy_fingerprint))
    out.print()


def _control(out: Console, made: Close, lang: Lang) -> None:
    given = [line for line in made.control if line.control_minor is not None]
    if not given:
        out.print(say("terminal.say.no_control", lang))
        return
    table = show.table(*((say(f"terminal.col.{n}", lang), how) for n, how in
                         (("account", "l"), ("book", "r"), ("control", "r"), ("difference", "r"), ("status", "l"))))  # fmt: skip
    for line in made.control:
        state = "unknown" if line.control_minor is None else "ties" if line.ties else "differs"
        name = " ".join(p for p in (line.entity, line.account, line.currency) if p)
        table.add_row(
            name, money.text(line.book_minor, line.currency),
            "" if line.control_minor is None else money.text(line.control_minor, line.currency),
            show.difference(line.difference_minor, line.currency), say(f"terminal.status.{state}", lang),
        )  # fmt: skip
    out.print(table)
    wrong = sum(not line.ties for line in given)
    if wrong:
        out.print(say("terminal.say.differs", lang, count=wrong, of=len(given)), style="bold")
    elif made.uncovered:
        out.print(say("terminal.say.incomplete", lang, count=len(made.uncovered), of=len(given)), style="bold")
    elif len(given) == 1:
        shown = money.text(given[0].book_minor, given[0].currency)
        out.print(say("terminal.say.ties", lang, amount=shown, currency=given[0].currency))
    else:
        out.print(say("terminal.say.ties_many", lang, count=len(given)))


def close_json(made: Close, path: Path, lang: Lang, kept: Recorded | None = None) -> dict[str, Any]:
    """Return a close as JSON: totals, tie-out, aging, DSO, measures, findings; amounts as decimal strings."""

    def text(minor: int | None, code: str) -> str | None:
        return None if minor is None else money.plain(minor, code)

    aging = []
    for code in (made.currency, *made.other_currencies):
        sums = made.aging_total(code)
        buckets = {key: text(sums[key], code) for key in (*made.buckets, "unapplied")}
        aging.append({"currency": code, "total": text(sums["total_minor"], code), "buckets": buckets})
    return {
        "as_of": made.as_of,
        "known_on": made.known_on,
        "currency": made.currency,
        "shape": made.shape,
        "ties": made.ties,
        "workbook": str(path),
        "policy": {"name": made.policy_name, "fingerprint": made.policy_fingerprint},
        "file_totals": [
            {
                "currency": t.currency, "file": t.file, "rejected": t.rejected, "rounding": t.rounding, "rows": t.rows, "rejected_rows": t.rejected_rows,
                "used": text(t.used_minor, t.currency) if t.currency in money.CURRENCIES else "0",
            }
            for t in made.file_totals
        ],
        "edges": list(made.edges),
        "items": made.items.num_rows,
        "aging": aging,
        "control": [
            {
                "entity": x.entity, "account": x.account, "currency": x.currency, "book": text(x.book_minor, x.currency),
                "control": text(x.control_minor, x.currency), "difference": text(x.difference_minor, x.currency), "ties": x.ties,
            }
            for x in made.control
        ],
        "dso": [{"method": x.method, "days": x.days, "at_least": x.at_least} for x in made.dso],
        "measures": {m.key: _measure(m, made.currency) for m in made.measures},
        "findings": [show.finding_json(f, lang) for f in made.findings],
        "record": None if kept is None else {"place": kept.place, "book": kept.book, "run": kept.run, "head": str(kept.head)},
    }  # fmt: skip


def _measure(measure: Measure, currency: str) -> float | str | None:
    """Return a measure as JSON: an amount as a decimal string, the others as numbers."""
    if measure.value is None or measure.unit != "amount":
        return measure.value
    return money.plain(round(measure.value), currency)


def _items_csv(made: Close) -> None:
    money_of = {"original_minor": ("original", "original_currency"), "open_minor": ("open", "currency")}
    names = made.items.column_names
    header = [money_of[n][0] if n in money_of else n for n in names]
    rows = (
        [money.plain(row[n], row[money_of[n][1]]) if n in money_of else row[n] for n in names]
        for row in made.items.to_pylist()
    )
    c.write_csv(header, rows)
