"""`credit form`: the form of a credit file, empty to type into, or filled with what is known for the customer to confirm.

What must stay true: the form is written whole or not at all; what is typed into it is read back by `--credit-file`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from creditlib.faces.cli import common as c
from creditlib.faces.cli import show
from creditlib.faces.cli.work import Request
from creditlib.faces.wording import say


def form(
    out: Annotated[str, typer.Option("--out", metavar="FORM.xlsx", help="Where to write the form.")],
    files: Annotated[list[str] | None, typer.Argument(metavar="[FILE…]", help="Ledger, customer list.")] = None,
    customer: Annotated[
        str | None,
        typer.Option("--customer", metavar="CODE", help="Fill in what is known of this customer; else empty."),
    ] = None,
    credit_file: c.CreditFiles = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    policy: c.PolicyFile = None,
    lang: c.LangOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the form if it exists.")] = False,
) -> None:
    """Write the form of a credit file: registration, statements, references, security, visits; to type into or to confirm.

    Example: credit form --out C-014.xlsx --customer C-014 ledger.csv --credit-file statements.csv
    """
    with c.told(lang):
        words = c.language(lang)
        path = Path(out)
        inputs = [*(files or ()), *(credit_file or ()), *(f for f in (map_file, policy) if f is not None)]
        c.not_an_input(path, inputs)
        if path.exists() and not force:
            raise c.usage("terminal.error.exists", path=path)
        if customer is None and (files or credit_file):
            raise c.usage("assess.error.form_customer")
        from creditlib.faces.credit_form import write_empty_form, write_form

        if customer is None:
            write_empty_form(path, words, force=force)
        else:
            from creditlib.facts.book import Book
            from creditlib.facts.credit.files import read_files

            request = Request(
                files or (),
                words,
                None,
                map_file,
                dates,
                home,
                policy_file=policy,
                credit_files=credit_file or (),
                customer=customer,
            )
            if files:
                reading = request.read(request.policy(), date.today())
                book, findings = reading.book, reading.findings
            elif credit_file:
                given = read_files(*credit_file, date_order=request.order)
                book, findings = given.into(Book()), given.findings
            else:
                raise c.usage("assess.error.form_files")
            write_form(book, customer, path, words, force=force)
            show.told_aside(findings, words)
        typer.echo(say("assess.say.written", words, path=path))
