"""`credit release`: may an order, a shipment or a billing go?

What must stay true: exit 0 when everything is released, 1 when something is held or referred, or what was read needs a person; billing of what was shipped is never blocked.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.cli import common as c
from creditlib.faces.cli import decided, show
from creditlib.faces.cli import store as s
from creditlib.faces.cli.work import Request
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from rich.console import Console

    from creditlib.decisions.release.decide import ReleaseDecision
    from creditlib.flows.assess import Assessment
    from creditlib.measures.figures import Figures

KINDS = ("order", "shipment", "billing")
_ROW = ("customer", "order", "ordered_on", "outcome", "currency", "bound_by", "oldest_days", "oldest_document")
_ROW_AMOUNTS = ("amount_minor", "exposure_minor", "limit_minor", "over_minor", "headroom_minor")
_PARTS = ("open_items_minor", "unapplied_minor", "delivered_not_billed_minor", "orders_minor", "order_minor")


def release(
    files: c.FilesArgument,
    as_of: c.AsOf,
    customer: Annotated[
        str | None, typer.Option("--customer", metavar="CODE", help="Whose order; without it all open orders.")
    ] = None,
    amount: Annotated[
        str | None, typer.Option("--amount", metavar="AMOUNT", help="Amount of the order, gross.")
    ] = None,
    order: Annotated[
        str | None, typer.Option("--order", metavar="NUMBER", help="Its number, so that it counts once.")
    ] = None,
    delivery: Annotated[
        str | None, typer.Option("--delivery", metavar="NUMBER", help="Number of the shipment.")
    ] = None,
    kind: Annotated[
        str, typer.Option("--kind", metavar="order|shipment|billing", help="What is to be released.")
    ] = "order",
    limit: Annotated[
        str | None, typer.Option("--limit", metavar="AMOUNT", help="The customer's limit; else the newest limit set.")
    ] = None,
    proposed: Annotated[bool, typer.Option("--proposed", help="Judge by the limit the policy proposes.")] = False,
    orders: c.Orders = None,
    limits: c.Limits = None,
    events: c.Events = None,
    credit_file: c.CreditFiles = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    query: c.Query = None,
    known_on: c.KnownOn = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    policy: c.PolicyFile = None,
    store: s.StoreBeside = None,
    record: Annotated[bool, typer.Option("--record", help="Write the decision on one order into the record.")] = False,
    anyway: Annotated[
        bool,
        typer.Option(
            "--anyway", help="Record that it is released though the policy holds or refers it; needs --reason."
        ),
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="CODE", help="A reason of the policy's list.")
    ] = None,
    approval: Annotated[
        int | None, typer.Option("--request", metavar="NUMBER", help="The request that was approved for it.")
    ] = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
    as_csv: c.Csv = False,
) -> None:
    """Release, hold or refer an order, or all open orders of the book.

    Example: credit release ledger.csv --as-of 2026-10-31 --limits limits.csv --customer C-014 --amount 120000
    """
    with c.told(lang):
        words = c.language(lang)
        c.one_format(as_json, as_csv)
        if (amount is None) != (customer is None):
            raise c.usage("assess.error.amount_alone")
        if customer is not None and as_csv:
            raise c.usage("assess.error.one_csv")
        if kind not in KINDS:
            raise c.usage("assess.error.kind", value=kind)
        request = Request(
            files, words, as_of, map_file, dates, home, query, None, known_on, currency, fx, policy,
            credit_files=credit_file or (), orders=orders, limits=limits, events=events, store=s.given(store),
        )  # fmt: skip
        if (record or anyway) and customer is None:
            raise c.usage("record.error.one_order")
        asked, given = _amount("--amount", amount), _amount("--limit", limit)
        with c.Steps(words) as steps:
            reading, whole = request.assess(steps)
        if customer is not None and asked is not None:
            made = _one(whole, customer, asked, kind, order, delivery, given, proposed)
            if as_json:
                c.write_json(release_json(made, words))
            else:
                _print_one(c.console(), made, whole, words)
            held = made.outcome != "release"
            if record or anyway:
                _record(made, whole, store, anyway, reason, approval, words)
                held = held and not anyway
        else:
            from creditlib.decisions.release.orders import release_orders

            figures = release_orders(whole.book, whole.policy, whole.as_of, **whole.in_report)
            if as_json:
                c.write_json([_row_json(row) for row in figures.rows()])
            elif as_csv:
                _csv(figures)
            else:
                _print_all(c.console(), figures, whole, words)
            held = any(row["outcome"] != "release" for row in figures.rows())
        show.told_aside(reading.findings, words)
        c.leave(reading.findings)
        if held:
            raise typer.Exit(c.ATTENTION)


def _record(
    made: ReleaseDecision, whole: Assessment, store: str | None, anyway: bool, reason: str | None, approval: int | None, lang: Lang,
) -> None:  # fmt: skip
    from creditlib.flows.released import record_release

    with s.open_there(store) as there:
        entry = record_release(there, made, whole.policy, anyway=anyway, reason=reason, request=approval)
    outcome = say(f"assess.outcome.{entry.body['outcome']}", lang)
    typer.echo(say("record.say.released", lang, outcome=outcome, seq=entry.seq), err=True)


def _amount(option: str, text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise c.usage("assess.error.amount", option=option, value=text) from None
    if not value.is_finite() or value < 0 or (option == "--amount" and not value):
        raise c.usage("assess.error.amount", option=option, value=text)
    return value


def _one(
    whole: Assessment,
    customer: str,
    amount: Decimal,
    kind: str,
    order: str | None,
    delivery: str | None,
    limit: Decimal | None,
    proposed: bool,
) -> ReleaseDecision:
    from creditlib.decisions.release.decide import FROM_BOOK, Order
    from creditlib.decisions.release.decide import release as decide
    from creditlib.decisions.score.decide import find_customer

    row = whole.table.table.slice(find_customer(whole.factors, customer), 1).to_pylist()[0]
    code = _currency(whole, customer, order, delivery) or row["currency"]
    bound: Any = FROM_BOOK
    if limit is not None:
        bound = money.to_minor(limit, code)
    elif proposed:
        if code != row["currency"]:
            raise c.usage("assess.error.proposed_currency", own=row["currency"], order=code)
        bound = row["limit_minor"]
    asked = Order(customer, code, money.to_minor(amount, code), kind, order, delivery)  # type: ignore[arg-type]
    return decide(asked, whole.book, whole.policy, whole.as_of, limit_minor=bound, **whole.in_report)


def _currency(whole: Assessment, customer: str, order: str | None, delivery: str | None) -> str | None:
    """Return the currency the book has an order in; None where amounts are reported in one, or it does not know the order in just one."""
    if whole.ground.report is not None or (order is None and delivery is None):
        return None
    lines = whole.book.columns("orders", ["customer", "order", "delivery", "currency"]).to_pylist()
    mine = [one for one in lines if one["customer"] == customer]
    named = [one for one in mine if delivery is not None and one["delivery"] == delivery]
    found = {one["currency"] for one in named or [one for one in mine if order is not None and one["order"] == order]}
    return found.pop() if len(found) == 1 else None


def _print_one(out: Console, made: ReleaseDecision, whole: Assessment, lang: Lang) -> None:
    code = made.currency
    show.title(
        out,
        say(
            "assess.title.review",
            lang,
            name=whole.ground.names.get(made.customer, ""),
            customer=made.customer,
            as_of=made.as_of,
            currency=code,
        ),
    )
    told = f"{say('assess.outcome.' + made.outcome, lang)} · {money.text(made.order.amount_minor, made.order.currency)} {made.order.currency}"
    out.print(told)
    out.print()
    table = show.table((say("assess.part.exposure", lang), "l"), (code, "r"))
    for name in _PARTS:
        key = "this_order" if name == "order_minor" else name
        table.add_row(say(f"assess.exposure.{key}", lang), show.amount(getattr(made, name), code))
    total = sum(getattr(made, name) for name in _PARTS)
    show.total_row(table, say("assess.exposure.total_minor", lang), money.text(total, code))
    if not made.levels:
        table.add_row(say("assess.col.limit", lang), decided.limit_text(None, code, lang))
    for level in made.levels:
        group = say("assess.say.level_group", lang) if level.group else ""
        table.add_row(
            say("assess.say.level", lang, code=level.code, group=group), money.text(level.limit_minor, level.currency)
        )
        table.add_row(say("assess.say.level_exposure", lang), money.text(level.exposure_minor, level.currency))
        table.add_row("  " + say("assess.col.headroom", lang), show.difference(level.headroom_minor, level.currency))
    show.put(out, table)
    out.print()
    decided.reasons(out, made.reasons, lang)
    out.print(say("terminal.read.policy", lang, name=whole.policy.name, fingerprint=whole.policy.fingerprint))


def release_json(made: ReleaseDecision, lang: Lang) -> dict[str, Any]:
    """Return a release with the exposure by part."""
    names = (
        *_PARTS,
        "exposure_minor",
        "limit_minor",
        "allowed_minor",
        "over_minor",
        "headroom_minor",
        "covered_minor",
        "net_minor",
    )
    row = {name: getattr(made, name) for name in names}
    more = {"bound_by": made.bound_by, "oldest_days": made.oldest_days, "oldest_document": made.oldest_document}
    return (
        decided.decision_json(made, lang)
        | {"currency": made.currency}
        | decided.amounts_json(row, names, made.currency)
        | more
    )


def _row_json(row: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {name: row[name] for name in _ROW}
    made["reasons"] = [code for code in (row["reasons"] or "").split(";") if code]
    return made | decided.amounts_json({**row, "amount_minor": row["order_minor"]}, _ROW_AMOUNTS, row["currency"])


def _csv(figures: Figures) -> None:
    rows = [_row_json(row) for row in figures.rows()]
    header = [*_ROW, "reasons", *(name.removesuffix("_minor") for name in _ROW_AMOUNTS)]
    c.write_csv(header, [[";".join(v) if isinstance(v, list) else v for v in row.values()] for row in rows])


def _print_all(out: Console, figures: Figures, whole: Assessment, lang: Lang) -> None:
    show.title(out, say("assess.title.orders", lang, as_of=whole.as_of))
    table = show.table(
        (say("terminal.col.customer", lang), "l"), (say("terminal.col.name", lang), "l"), (say("assess.col.order", lang), "l"),
        (say("assess.col.outcome", lang), "l"), (say("assess.col.amount", lang), "r"), (say("assess.col.limit", lang), "r"),
        (say("assess.col.over", lang), "r"), (say("assess.col.oldest", lang), "r"), (say("assess.col.why", lang), "l"),
    )  # fmt: skip
    sums: dict[tuple[str, str], int] = {}
    joint = "、" if lang == "zh" else ", "
    for r in figures.rows():
        code = r["currency"]
        table.add_row(
            r["customer"], show.cut(whole.ground.names.get(r["customer"], "")), r["order"] or "", say(f"assess.outcome.{r['outcome']}", lang),
            f"{show.amount(r['order_minor'], code)} {code}",
            say("assess.say.not_set", lang) if r["limit_minor"] is None else money.text(r["limit_minor"], code),
            show.amount(r["over_minor"], code), "" if r["oldest_days"] is None else str(r["oldest_days"]),
            joint.join(say(f"assess.why_held.{code}", lang) for code in (r["reasons"] or "").split(";") if code),
        )  # fmt: skip
        sums[code, r["outcome"]] = sums.get((code, r["outcome"]), 0) + r["order_minor"]
    show.put(out, table)
    out.print()
    for (code, outcome), minor in sorted(sums.items()):
        out.print(f"{say(f'assess.outcome.{outcome}', lang)}: {money.text(minor, code)} {code}")
    out.print(say("terminal.read.policy", lang, name=whole.policy.name, fingerprint=whole.policy.fingerprint))
