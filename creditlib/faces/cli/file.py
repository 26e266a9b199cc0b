"""`credit file record|check|list|note|notes|due`: credit files in the record, and what is due for review.

What must stay true: a version says which data a decision stood on; checking one needs the same files and day, and names what differs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditlib.faces.cli import common as c
from creditlib.faces.cli import show
from creditlib.faces.cli import store as s
from creditlib.faces.cli.work import Request
from creditlib.faces.record_words import amount
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from creditlib.flows.due_list import Due

app = typer.Typer(
    help="Credit files in the record: versions, notes, what is due. 信用档案：版本、备注、到期复审",
    no_args_is_help=True,
    add_completion=False,
)
Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Customer code.")]
OneCustomer = Annotated[str | None, typer.Option("--customer", metavar="CODE", help="Of one customer only.")]


@app.command()
def record(
    customer: Customer,
    files: c.FilesArgument,
    as_of: c.AsOf,
    credit_file: c.CreditFiles = None,
    orders: c.Orders = None,
    limits: c.Limits = None,
    events: c.Events = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    sales: c.Sales = None,
    policy: c.PolicyFile = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Record the version of a credit file: hashes of its files, rows and figures, its grade and score.

    Example: credit file record C-014 ledger.csv --credit-file files.xlsx --as-of 2026-10-31
    """
    with c.told(lang):
        words = c.language(lang)
        request = Request(
            files, words, as_of, map_file, dates, home, sales=sales, policy_file=policy, credit_files=credit_file or (), orders=orders,
            limits=limits, events=events, customer=customer,
        )  # fmt: skip
        from creditlib.flows.evidence import record_file
        from creditlib.flows.review import review

        with s.open_there(store) as there, c.Steps(words, 3) as steps:
            reading, whole = replace(request, store=there).assess(steps)
            steps.at("write")
            made = record_file(there, whole, review(whole, customer), request.sources.all)
        if as_json:
            c.write_json({"customer": customer, "version": made.version, "digest": made.digest, "new": made.new})
        else:
            key = "file_recorded" if made.new else "file_same"
            told = say(f"record.say.{key}", words, customer=customer, version=made.version, digest=made.digest)
            c.console().print(told, soft_wrap=True)
        show.told_aside(reading.findings, words)
        c.leave(reading.findings)


@app.command()
def check(
    customer: Customer,
    files: c.FilesArgument,
    as_of: c.AsOf,
    version: Annotated[
        int | None, typer.Option("--version", metavar="NUMBER", help="Which version; else the newest.")
    ] = None,
    credit_file: c.CreditFiles = None,
    orders: c.Orders = None,
    limits: c.Limits = None,
    events: c.Events = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    sales: c.Sales = None,
    policy: c.PolicyFile = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Show whether files are those a recorded version stood on, and what differs. Exit 1 where anything does.

    Example: credit file check C-014 ledger.csv --credit-file files.xlsx --as-of 2026-10-31 --version 2
    """
    with c.told(lang):
        words = c.language(lang)
        request = Request(
            files, words, as_of, map_file, dates, home, sales=sales, policy_file=policy, credit_files=credit_file or (), orders=orders,
            limits=limits, events=events, customer=customer,
        )  # fmt: skip
        from creditlib.flows.evidence import compare_file

        with s.open_there(store) as there, c.Steps(words, 2) as steps:
            _, whole = replace(request, store=there).assess(steps)
            found = compare_file(there, whole, customer, request.sources.all, version)
        if as_json:
            c.write_json(
                {
                    "customer": customer, "version": found.version, "recorded": found.recorded, "digest": found.digest, "same": found.same,
                    "differs": list(found.differs),
                }
            )  # fmt: skip
        elif found.same:
            c.console().print(
                say("record.say.file_agrees", words, customer=customer, version=found.version), soft_wrap=True
            )
        else:
            told = say(
                "record.say.file_differs",
                words,
                customer=customer,
                version=found.version,
                list="; ".join(found.differs),
            )
            c.console().print(told, soft_wrap=True)
        if not found.same:
            raise typer.Exit(c.ATTENTION)


@app.command("list")
def list_files(
    customer: OneCustomer = None, store: s.StoreOption = None, lang: c.LangOption = None, as_json: c.Json = False
) -> None:
    """List versions of credit files.

    Example: credit file list --customer C-014
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.record.looking import rows_of

        with s.open_there(store) as there:
            rows = rows_of(there, "files", **({} if customer is None else {"customer": customer}))
        names = ("customer", "version", "as_of", "grade", "score", "policy", "by")
        if as_json:
            c.write_json(
                [
                    {name: row[name] for name in (*names, "digest", "parts")} | {"entry": row["seq"], "at": row["at"]}
                    for row in rows
                ]
            )
            return
        table = show.table(*((say(f"record.col.{name}", words), "l") for name in (*names, "digest")))
        for row in rows:
            table.add_row(*("" if row[name] is None else str(row[name]) for name in names), row["digest"][:16])
        show.put(c.console(), table)


@app.command()
def note(
    customer: Customer,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be remembered.")],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day it is about.")] = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Write a note on a customer.

    Example: credit file note C-014 "plant visited, two lines idle" --on 2026-10-12
    """
    with c.told(lang):
        words = c.language(lang)
        with s.open_there(store) as there:
            entry = there.append("note", {"customer": customer, "text": text, "on": None if on is None else s.day(on)})
        if as_json:
            c.write_json({"customer": customer, "entry": {"seq": entry.seq, "hash": entry.hash}})
        else:
            c.console().print(say("record.say.noted", words, customer=customer, seq=entry.seq))


@app.command()
def notes(
    customer: OneCustomer = None, store: s.StoreOption = None, lang: c.LangOption = None, as_json: c.Json = False
) -> None:
    """List notes.

    Example: credit file notes --customer C-014
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.record.looking import rows_of

        with s.open_there(store) as there:
            rows = rows_of(there, "notes", **({} if customer is None else {"customer": customer}))
        names = ("customer", "on", "text", "by")
        if as_json:
            c.write_json([{name: row[name] for name in names} | {"entry": row["seq"], "at": row["at"]} for row in rows])
            return
        heads = (("at", "l"), ("customer", "l"), ("on", "l"), ("text", "fold"), ("by", "l"))
        table = show.table(*((say(f"record.col.{name}", words), how) for name, how in heads))
        for row in rows:
            table.add_row(row["at"][:16].replace("T", " "), row["customer"], row["on"] or "", row["text"], row["by"])
        show.put(c.console(), table)


@app.command()
def due(
    files: c.FilesArgument,
    as_of: c.AsOf,
    ahead: Annotated[
        int, typer.Option("--ahead", metavar="DAYS", min=0, help="Also what will be due within so many days.")
    ] = 0,
    credit_file: c.CreditFiles = None,
    orders: c.Orders = None,
    limits: c.Limits = None,
    events: c.Events = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    sales: c.Sales = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    policy: c.PolicyFile = None,
    store: s.StoreBeside = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
    as_csv: c.Csv = False,
) -> None:
    """List what is due for review: limits, parts of credit files, the policy. Exit 1 where anything is.

    Example: credit file due ledger.csv --credit-file files.xlsx --limits limits.csv --as-of 2026-10-31 --ahead 30
    """
    with c.told(lang):
        words = c.language(lang)
        c.one_format(as_json, as_csv)
        request = Request(
            files, words, as_of, map_file, dates, home, sales=sales, currency=currency, fx=fx, policy_file=policy,
            credit_files=credit_file or (), orders=orders, limits=limits, events=events, store=s.given(store),
        )  # fmt: skip
        from creditlib.flows.due_list import due_reviews

        with c.Steps(words) as steps:
            reading, whole = request.assess(steps)
            found = due_reviews(whole, ahead_days=ahead)
        rows = [_due_json(one) for one in found]
        if as_json:
            c.write_json(rows)
        elif as_csv:
            header = ["due_on", "why", "customer", "part", "limit", "currency", "proposed", "proposed_currency"]
            c.write_csv(header, [[row[name] for name in header] for row in rows])
        else:
            out = c.console()
            heads = (
                ("due", "l"),
                ("why", "l"),
                ("customer", "l"),
                ("name", "l"),
                ("what", "l"),
                ("limit", "r"),
                ("proposed", "r"),
            )
            table = show.table(*((say(f"record.col.{name}", words), how) for name, how in heads))
            for one in found:
                part = "" if one.part is None else say(f"assess.file.{one.part}", words)
                table.add_row(
                    str(one.due_on), say(f"record.due.{one.why}", words), one.customer or "", show.cut(whole.ground.names.get(one.customer or "", "")),
                    part, amount(one.amount_minor, one.currency), amount(one.proposed_minor, one.proposed_currency),
                )  # fmt: skip
            show.put(out, table)
            out.print(say("record.say.due", words, count=f"{len(found):,}", as_of=as_of))
        show.told_aside(reading.findings, words)
        if found:
            raise typer.Exit(c.ATTENTION)
        c.leave(reading.findings)


def _due_json(one: Due) -> dict[str, Any]:
    return {
        "due_on": one.due_on, "why": one.why, "customer": one.customer, "part": one.part, "limit": s.plain(one.amount_minor, one.currency),
        "currency": one.currency, "proposed": s.plain(one.proposed_minor, one.proposed_currency), "proposed_currency": one.proposed_currency,
    }  # fmt: skip
