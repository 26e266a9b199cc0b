"""`credit workbook`: repair the functions of a workbook, run a macro on one; and the terminal's way to connect a book.

What must stay true: nothing is computed here; a macro is the same as behind the ribbon; the workbook given is changed only where that was asked.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from creditlib.days import parse_iso
from creditlib.faces.cli import common as c
from creditlib.faces.cli import store as s
from creditlib.faces.wording import say

app = typer.Typer(
    no_args_is_help=True, help="Workbooks: repair function names, run a macro. 工作簿：修复函数名、运行宏"
)


@app.command()
def normalise(
    source: Annotated[str, typer.Argument(metavar="BOOK.xlsx")],
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Write here; else over the workbook.")
    ] = None,
    lang: c.LangOption = None,
) -> None:
    """Write function names plainly, as every spreadsheet knows them: _xll.CREDITSCORE, 'x.xlam'!CREDITSCORE …

    Example: credit workbook normalise book.xlsx --out plain.xlsx
    """
    with c.told(lang):
        words = c.language(lang)
        from .hosts.spelling import normalise as repair

        target = Path(out or source)
        found = repair(Path(source), target)
        typer.echo(say("macros.told.normalised", words, path=target, count=found.total))
        for spelling, count in found.changed.items():
            typer.echo(f"  {count:>6,}  {spelling}")
        for note in found.notes(words):
            typer.echo(note)


@app.command()
def run(
    macro: Annotated[
        str,
        typer.Argument(
            metavar="MACRO",
            help="connect_book, refresh, close_month, review_customer, terms_what_if, submit_limit, list_pending, decide_pending, list_functions, switch_language, help",
        ),
    ],
    workbook: Annotated[str, typer.Argument(metavar="BOOK.xlsx", help="Made when it does not exist.")],
    select: Annotated[
        str | None, typer.Option("--select", metavar="Sheet!A1", help="The cell that counts as selected.")
    ] = None,
    lang: c.LangOption = None,
) -> None:
    """Run a macro on a workbook file, as the ribbon does on an open one.

    Example: credit workbook run review_customer work.xlsx --select Sheet!A2
    """
    with c.told(lang):
        words = c.language(lang)
        from .desk import Desk
        from .hosts.file_book import FileBook
        from .macros import MACROS, run_macro

        if macro not in MACROS:
            raise c.usage("macros.error.no_macro", value=macro, choices=", ".join(MACROS))
        if not Path(workbook).resolve().parent.is_dir():
            raise c.usage("terminal.error.no_folder", path=Path(workbook).resolve().parent)
        book = FileBook(workbook, select=select)
        done = run_macro(macro, book, Desk(), words if lang or os.environ.get("CREDIT_LANG") else None)
        if not done:
            raise typer.Exit(c.WRONG)
        if book.changed:
            typer.echo(say("macros.told.saved", words, path=book.save()), err=True)


def connect(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where the connected book is kept.")],
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE…]", help="Ledger files to import; none: open it as it is.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Day cells answer for; else the last day of a document."),
    ] = None,
    credit_file: c.CreditFiles = None,
    orders: c.Orders = None,
    limits: c.Limits = None,
    events: c.Events = None,
    sales: c.Sales = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    policy: c.PolicyFile = None,
    store: s.StoreBeside = None,
    lang: c.LangOption = None,
) -> None:
    """Connect a book: the folder cells, macros and panels are answered from; ledger files are imported into it.

    Example: credit addin connect book ledger.csv customers.csv --as-of 2026-10-31
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.faces.cli.work import Request

        from .macros import connect as connect_book
        from .settings import load_settings

        request = Request(
            files or (), words, as_of, map_file, dates, home, None, sales, None, currency, fx, policy, credit_files=credit_file or (),
            orders=orders, limits=limits, events=events,
        )  # fmt: skip
        if not files and (credit_file or orders or limits or events or sales):
            raise c.usage("macros.error.no_ledger")
        day = parse_iso(as_of, "--as-of") if as_of else None
        chosen = replace(
            load_settings(), book=folder, as_of=day, policy=policy, currency=request.report, rates=fx, store=store,
            language=words if lang else load_settings().language,
        )  # fmt: skip
        connected, findings, day = connect_book(chosen, request.sources if files else None)
        book: Any = connected.reading.book
        must = sum(f.severity == "must_act" for f in findings)
        typer.echo(
            say("macros.told.connected", words, folder=connected.folder, documents=f"{book.rows('documents'):,}",
                customers=f"{book.rows('customers'):,}", as_of=day, findings=must)
        )  # fmt: skip
        for finding in findings:
            if finding.severity == "must_act":
                typer.echo(f"▲ {finding.line(words)}", err=True)
        c.leave(findings)
