"""`credit limit request|approve|reject|withdraw|pending|list`: limits asked for, decided, in force.

What must stay true: what is asked stands on an assessment made here and now; who may decide is the record's to say; exit 0 done, 1 not
decided yet or something needs a person, 2 refused or wrong.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from creditlib.faces.cli import common as c
from creditlib.faces.cli import scores, show
from creditlib.faces.cli import store as s
from creditlib.faces.cli.work import Request
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from creditlib.record.entry import Entry

PROPOSE = "propose"
Number = Annotated[
    int, typer.Argument(metavar="NUMBER", help="Number of the request; credit limit pending lists them.")
]


class Proposing(TyperGroup):
    """What names no command is a proposal: `credit limit ledger.csv …` is `credit limit propose ledger.csv …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command before its arguments where none is named."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [PROPOSE, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=Proposing, no_args_is_help=True, add_completion=False,
    help="Limits: propose (credit limit FILE… --as-of DATE), ask for, decide, list. 信用额度：建议、申请、审批、列示",
)  # fmt: skip
app.command(PROPOSE)(scores.limit)


@app.command()
def request(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Customer code.")],
    files: c.FilesArgument,
    as_of: c.AsOf,
    reason: s.Reason,
    amount: Annotated[
        str | None,
        typer.Option("--amount", metavar="AMOUNT", help="In the customer's currency; else what the policy proposes."),
    ] = None,
    from_on: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; else that of the approval.")
    ] = None,
    until_on: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Last day; else until another follows.")
    ] = None,
    exception: Annotated[
        list[str] | None,
        typer.Option("--exception", metavar="WORD", help="What departs from the policy, beside what the figures show."),
    ] = None,
    text: s.Text = None,
    memo: Annotated[str | None, typer.Option("--memo", metavar="FILE.xlsx", help="Write the committee memo.")] = None,
    credit_file: c.CreditFiles = None,
    orders: c.Orders = None,
    limits: c.Limits = None,
    events: c.Events = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    query: c.Query = None,
    sales: c.Sales = None,
    known_on: c.KnownOn = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    policy: c.PolicyFile = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the memo if it exists.")] = False,
    as_json: c.Json = False,
) -> None:
    """Ask for a limit: what the policy proposes or another amount, with the figures it stands on.

    Example: credit limit request C-014 ledger.csv --credit-file files.xlsx --as-of 2026-10-31 --reason yearly_review
    """  # fmt: skip
    with c.told(lang):
        words = c.language(lang)
        from creditlib.days import parse_iso
        from creditlib.faces.record_words import code_of, request_told
        from creditlib.flows.asking import Wish, request_limit
        from creditlib.flows.review import review

        first = None if from_on is None else parse_iso(from_on, "--from")
        last = None if until_on is None else parse_iso(until_on, "--until")
        work = Request(
            files, words, as_of, map_file, dates, home, query, sales, known_on, currency, fx, policy,
            credit_files=credit_file or (), orders=orders, limits=limits, events=events, customer=customer,
        )  # fmt: skip
        if memo is not None:
            from creditlib.faces.workbook_form import workbook_path

            c.not_an_input(workbook_path(memo, force=force), work.sources.all)
        with s.open_there(store) as there, c.Steps(words, 3) as steps:
            reading, whole = replace(work, store=there).assess(steps)
            made = review(whole, customer)
            minor = None if amount is None else s.minor_of("--amount", amount, made.currency)
            wish = Wish(code_of("reason", reason), minor, first, last, tuple(exception or ()), text)
            steps.at("write")
            done = request_limit(there, whole, customer, wish, sources=work.sources.all)
            if memo is not None:
                from creditlib.faces.committee_memo import write_committee_memo
                from creditlib.flows.minutes import request_facts

                facts = request_facts(there, done.entry.seq)
                write_committee_memo(made, memo, lang=words, force=force, asked=facts)
        body = done.entry.body
        if as_json:
            c.write_json(
                {
                    "request": done.entry.seq, "customer": customer, "amount": s.plain(done.asked.amount_minor, made.currency),
                    "currency": made.currency, "proposed": s.plain(done.asked.proposed_minor, made.currency),
                    "own_risk": s.plain(done.asked.own_risk_minor, body["home"]), "home": body["home"], "grade": body.get("grade"),
                    "exceptions": body["exceptions"], "role": body["role"], "quorum": body["quorum"], "expires_on": body["expires_on"],
                    "policy": body["policy"], "file": {"version": done.file.version, "digest": done.file.digest},
                    "entry": {"seq": done.entry.seq, "hash": done.entry.hash},
                }
            )  # fmt: skip
        else:
            out = c.console()
            for line in request_told(done.entry, done.asked, words):
                out.print(line, soft_wrap=True)
            out.print(
                say("record.say.stands_on", words, version=done.file.version, digest=done.file.digest), soft_wrap=True
            )
            if memo is not None:
                out.print(say("assess.say.written", words, path=memo), soft_wrap=True)
        show.told_aside(reading.findings, words)
        c.leave(reading.findings)


@app.command()
def approve(
    number: Number,
    reason: s.Reason,
    text: s.Text = None,
    policy: c.PolicyFile = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Agree to a request; the last one who must agree puts the limit in force. Never one's own.

    Example: credit limit approve 12 --reason yearly_review
    """
    _vote(number, "approve", reason, text, policy, store, lang, as_json)


@app.command()
def reject(
    number: Number,
    reason: s.Reason,
    text: s.Text = None,
    policy: c.PolicyFile = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Refuse a request: one no ends it.

    Example: credit limit reject 12 --reason late_payment --text "paid 40 days late in May"
    """
    _vote(number, "reject", reason, text, policy, store, lang, as_json)


def _vote(
    number: int, vote: Any, reason: str, text: str | None, policy: str | None, store: str | None, lang: str | None, as_json: bool,
) -> None:  # fmt: skip
    with c.told(lang):
        words = c.language(lang)
        from creditlib.faces.record_words import code_of, vote_told
        from creditlib.policy import load_policy
        from creditlib.record.approvals import decide

        with s.open_there(store) as there:
            entry = decide(there, number, vote, code_of("reason", reason), load_policy(policy), text=text)
            waiting = _agreed(there, number)
        outcome = entry.body.get("outcome")
        if as_json:
            c.write_json(_vote_json(entry, number, waiting))
        else:
            c.console().print(vote_told(entry, *waiting, words), soft_wrap=True)
        if outcome is None:
            raise typer.Exit(c.ATTENTION)


def _agreed(there: Any, number: int) -> tuple[int, int]:
    """How many have agreed, and how many must."""
    from creditlib.record.looking import rows_of

    row = rows_of(there, "requests", seq=number)[0]
    return len(rows_of(there, "votes", request=number, vote="approve")), row["quorum"]


def _vote_json(entry: Entry, number: int, waiting: tuple[int, int]) -> dict[str, Any]:
    body = entry.body
    limit = None
    if "step" in body:
        limit = {
            "limit": s.plain(body["amount_minor"], body["currency"]), "currency": body["currency"], "from_on": body["from_on"],
            "until_on": body.get("until_on"), "step": body["step"],
        }  # fmt: skip
    return {
        "request": number, "customer": body["customer"], "vote": body["vote"], "outcome": body.get("outcome"), "agreed": waiting[0],
        "quorum": waiting[1], "override": body["override"], "in_force": limit, "entry": {"seq": entry.seq, "hash": entry.hash},
    }  # fmt: skip


@app.command()
def withdraw(
    number: Number,
    text: s.Text = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Take back one's own request.

    Example: credit limit withdraw 12 --text "figures were of the wrong month"
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.record.approvals import withdraw as take_back

        with s.open_there(store) as there:
            entry = take_back(there, number, text=text)
        if as_json:
            c.write_json({"request": number, "outcome": "withdrawn", "entry": {"seq": entry.seq, "hash": entry.hash}})
        else:
            c.console().print(say("record.say.withdrawn", words, number=number))


@app.command()
def pending(
    customer: Annotated[str | None, typer.Option("--customer", metavar="CODE", help="Of one customer only.")] = None,
    on: s.On = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """List the requests nobody has decided; ▲ marks those that have expired. Exit 1 where there are any.

    Example: credit limit pending --store team.db
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.record import standing

        with s.open_there(store) as there:
            found = standing.pending(there, s.day(on), customer=customer)
        if as_json:
            c.write_json([s.pending_json(one) for one in found])
        elif found:
            s.pending_table(c.console(), found, words)
        else:
            c.console().print(say("record.say.none_pending", words))
        if found:
            raise typer.Exit(c.ATTENTION)


@app.command("list")
def list_limits(
    customer: Annotated[
        str | None, typer.Option("--customer", metavar="CODE", help="Every limit of one customer, the first one first.")
    ] = None,
    on: s.On = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
    as_csv: c.Csv = False,
) -> None:
    """List limits in force by their approval on a day, or every limit a customer was given.

    Example: credit limit list --on 2026-10-31
    """  # fmt: skip
    with c.told(lang):
        words = c.language(lang)
        c.one_format(as_json, as_csv)
        from creditlib.record import standing

        with s.open_there(store) as there:
            if customer is None:
                found = tuple(standing.limits_on(there, s.day(on)).values())
            else:
                found = standing.limit_history(there, customer)
        rows = [s.limit_json(one) for one in found]
        if as_json:
            c.write_json(rows)
        elif as_csv:
            header = ["customer", "limit", "currency", "from_on", "until_on", "step", "request", "entry"]
            c.write_csv(header, [[row[name] for name in header] for row in rows])
        elif found:
            s.limit_table(c.console(), found, words)
        else:
            c.console().print(say("record.say.no_limits", words))


@app.command()
def minutes(
    numbers: Annotated[list[int], typer.Argument(metavar="NUMBER…", help="Requests that were decided on.")],
    present: Annotated[list[str], typer.Option("--present", metavar="PERSON", help="Who was there; may be repeated.")],
    on: s.On = None,
    text: s.Text = None,
    file: Annotated[
        str | None, typer.Option("--file", metavar="FILE", help="The minutes themselves; their hash is kept.")
    ] = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Record the minutes of a meeting of the committee.

    Example: credit limit minutes 12 15 --present dan --present eve --file minutes.pdf
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.flows.minutes import record_minutes

        with s.open_there(store) as there:
            entry = record_minutes(there, numbers, present, s.day(on), text=text, paper=file)
        body = entry.body
        if as_json:
            told = {"on": body["on"], "requests": numbers, "present": body["present"], "digest": body.get("digest")}
            c.write_json(told | {"entry": {"seq": entry.seq, "hash": entry.hash}})
        else:
            c.console().print(say("record.say.minutes", words, on=body["on"], seq=entry.seq))
