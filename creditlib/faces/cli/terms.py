"""`credit terms`: what changing the terms would do, and what a term costs.

What must stay true: the case comes from the ledger, what it does not tell is named; nothing is computed here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.cli import common as c
from creditlib.faces.cli import decided, show
from creditlib.faces.cli.work import Request
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from rich.console import Console

    from creditlib.decisions.what_if.compare import TermsEffect
    from creditlib.flows.assess import Assessment

app = typer.Typer(
    help="Payment terms: what a change would do. 付款条件测算", no_args_is_help=True, add_completion=False
)

ROWS = (
    "sales_minor", "collection_days", "dso_days", "receivables_minor", "margin_minor", "capital_cost_minor", "loss_minor",
    "premium_minor", "discount_minor", "collection_minor", "fixed_minor", "profit_minor",
)  # fmt: skip
"""Figures of a year, as they are printed."""

_SHARE = re.compile(r"([+-]?\d+(?:\.\d+)?)(%?)")


@app.command("what-if")
def what_if(
    files: c.FilesArgument,
    as_of: c.AsOf,
    customer: Annotated[
        str | None, typer.Option("--customer", metavar="CODE", help="One customer; else the whole book.")
    ] = None,
    grade: Annotated[str | None, typer.Option("--grade", metavar="A…E", help="All customers of a grade.")] = None,
    days: Annotated[float | None, typer.Option("--days", metavar="N", help="Net days.")] = None,
    late_days: Annotated[
        float | None, typer.Option("--late-days", metavar="N", help="Days beyond terms taken.")
    ] = None,
    discount: Annotated[
        str | None, typer.Option("--discount", metavar="2%/10", help="Early discount: share/days.")
    ] = None,
    takers: Annotated[str | None, typer.Option("--takers", metavar="40%", help="Share of sales that takes it.")] = None,
    deposit: Annotated[str | None, typer.Option("--deposit", metavar="30%", help="Share paid at delivery.")] = None,
    insured: Annotated[
        str | None, typer.Option("--insured", metavar="100%", help="Share of the balance insured.")
    ] = None,
    premium: Annotated[
        str | None, typer.Option("--premium", metavar="0.3%", help="Premium on the insured balance.")
    ] = None,
    bad_debt: Annotated[str | None, typer.Option("--bad-debt", metavar="1%", help="Loss under the new terms.")] = None,
    variable_cost: Annotated[
        str | None, typer.Option("--variable-cost", metavar="75%", help="Of sales without VAT; else the policy's.")
    ] = None,
    sales_change: Annotated[
        str | None, typer.Option("--sales-change", metavar="+5%", help="What sales do: your own assumption.")
    ] = None,
    years: Annotated[
        float | None, typer.Option("--years", metavar="N", help="Horizon of the NPV; else the policy's.")
    ] = None,
    credit_file: c.CreditFiles = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    query: c.Query = None,
    sales: c.Sales = None,
    known_on: c.KnownOn = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    policy: c.PolicyFile = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Compare the present terms with changed ones: profit, NPV, loss, DSO, cash, break-evens.

    Example: credit terms what-if ledger.csv --as-of 2026-10-31 --customer C-014 --days 60 --sales-change +8%
    """
    with c.told(lang):
        words = c.language(lang)
        if customer is not None and grade is not None:
            raise c.usage("assess.error.customer_or_grade")
        if grade is not None and grade not in ("A", "B", "C", "D", "E"):
            raise c.usage("assess.error.grade", value=grade)
        changes: dict[str, Any] = {"net_days": days, "late_days": late_days}
        for name, option, text in (
            ("taker_share", "--takers", takers), ("deposit_share", "--deposit", deposit), ("insured_share", "--insured", insured),
            ("premium_rate", "--premium", premium), ("bad_debt_share", "--bad-debt", bad_debt),
            ("sales_change_share", "--sales-change", sales_change),
        ):  # fmt: skip
            changes[name] = None if text is None else _share(option, text)
        if discount is not None:
            changes["discount_share"], changes["discount_days"] = _discount(discount)
        changes = {name: value for name, value in changes.items() if value is not None}
        if not changes:
            raise c.usage("assess.error.nothing_changes")
        if "bad_debt_share" in changes:
            changes["default_probability"] = None
        both = {} if variable_cost is None else {"variable_cost_share": _share("--variable-cost", variable_cost)}
        request = Request(
            files,
            words,
            as_of,
            map_file,
            dates,
            home,
            query,
            sales,
            known_on,
            currency,
            fx,
            policy,
            credit_files=credit_file or (),
        )
        with c.Steps(words) as steps:
            reading, whole = request.assess(steps)
            effect = _effect(whole, customer, grade, changes, both, years)
        show.told_aside(reading.findings, words)
        if as_json:
            c.write_json(effect_json(effect, words))
            c.leave(reading.findings)
            return
        who = (
            say("assess.who.customer", words, value=customer) if customer else say("assess.who.grade", words, value=grade) if grade
            else say("assess.who.book", words)
        )  # fmt: skip
        out = c.console()
        show.title(out, say("assess.title.what_if", words, who=who, currency=effect.currency))
        effect_lines(out, effect, words)
        out.print(say("terminal.read.policy", words, name=whole.policy.name, fingerprint=whole.policy.fingerprint))
        c.leave(reading.findings)


def _share(option: str, text: str) -> float:
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        raise c.usage("assess.error.share", option=option, value=text)
    value = float(found[1]) / (100 if found[2] else 1)
    if not found[2] and abs(value) > 1:  # 8 is more likely 8 % than eight times
        raise c.usage("assess.error.share", option=option, value=text)
    return value


def _discount(text: str) -> tuple[float, float]:
    share, _, within = text.partition("/")
    found = _SHARE.fullmatch(share.strip())
    if found is None or not within.strip().isdigit():
        raise c.usage("assess.error.discount", value=text)
    return _share("--discount", share), float(within)


def _effect(
    whole: Assessment,
    customer: str | None,
    grade: str | None,
    changes: dict[str, Any],
    both: dict[str, Any],
    years: float | None,
) -> TermsEffect:
    from creditlib.decisions.what_if.compare import compare_terms

    base = whole.terms_case(customer, grade).changed(**both)
    return compare_terms(base, base.changed(**changes), whole.policy, whole.as_of, horizon_years=years)


def effect_lines(out: Console, effect: TermsEffect, lang: Lang) -> None:
    """Print both years side by side, what the change is worth, and why."""
    table = show.table(
        (say("assess.col.figure", lang), "l"), (say("assess.col.base", lang), "r"), (say("assess.col.scenario", lang), "r"),
        (say("assess.col.change", lang), "r"),
    )  # fmt: skip
    for name in ROWS:
        values = [getattr(side, name) for side in (effect.base, effect.scenario, effect.change)]
        if name in ("premium_minor", "discount_minor", "fixed_minor") and not any(values):
            continue
        cells = [_figure(name, value, effect.currency) for value in values]
        if name == "profit_minor":
            show.total_row(table, say(f"assess.what_if.{name}", lang), *cells)
        else:
            table.add_row(say(f"assess.what_if.{name}", lang), *cells)
    show.put(out, table)
    out.print()
    text = _money(effect.currency)
    out.print(say(f"assess.outcome.{effect.outcome}", lang))
    worth, even, cash = effect.worth, effect.break_even, effect.cash
    out.print(
        say(
            "assess.say.npv",
            lang,
            years=f"{effect.horizon_years:g}",
            npv=text(worth.npv_minor),
            perpetual=text(worth.npv_perpetual_minor),
        )
    )
    bad = "–" if even.bad_debt_share is None else f"{even.bad_debt_share:.2%}"
    more = even.extra_sales_minor
    key = "break_even" if more is None or more >= 0 else "break_even_lower"
    key = (
        "break_even_none"
        if more is not None and more >= 0 and even.bad_debt_share is not None and even.bad_debt_share < 0
        else key
    )
    out.print(say(f"assess.say.{key}", lang, sales=text(None if more is None else abs(more)), bad=bad))
    if cash.peak_minor:
        key = "peak_never" if cash.payback_day is None else "peak"
        back = "" if cash.payback_day is None else f"{cash.payback_day:.0f}"
        out.print(say(f"assess.say.{key}", lang, amount=text(cash.peak_minor), day=f"{cash.peak_day:.0f}", back=back))
    if effect.scenario.customer_cost_simple is not None:
        out.print(
            say(
                "assess.say.customer_cost", lang, simple=f"{effect.scenario.customer_cost_simple:.1%}",
                compound=f"{effect.scenario.customer_cost_compound or 0:.1%}",
            )
        )  # fmt: skip
    out.print()
    decided.reasons(out, effect.decision.reasons, lang)
    out.print()


def _money(currency: str) -> Any:
    return lambda minor: "–" if minor is None else money.text(minor, currency)


def _figure(name: str, value: float | None, currency: str) -> str:
    if value is None:
        return "–"
    return money.text(int(value), currency) if name.endswith("_minor") else f"{value:.1f}"


def effect_json(effect: TermsEffect, lang: Lang) -> dict[str, Any]:
    """Return a what-if with both years, their difference, worth, break-evens, cash by week and reasons."""

    def year(side: Any) -> dict[str, Any]:
        return {
            name.removesuffix("_minor"): _plain(name, getattr(side, name), effect.currency) for name in side._fields
        }

    return decided.decision_json(effect.decision, lang) | {
        "currency": effect.currency,
        "base": year(effect.base),
        "scenario": year(effect.scenario),
        "change": year(effect.change),
        "worth": year(effect.worth),
        "horizon_years": effect.horizon_years,
        "break_even": year(effect.break_even),
        "cash_by_week": [money.plain(minor, effect.currency) for minor in effect.cash.weeks_minor],
        "peak": money.plain(effect.cash.peak_minor, effect.currency),
        "peak_day": effect.cash.peak_day,
        "payback_day": effect.cash.payback_day,
    }


def _plain(name: str, value: Any, currency: str) -> Any:
    if value is None:
        return None
    return money.plain(value, currency) if name.endswith("_minor") else value


@app.command()
def cost(
    terms: Annotated[str, typer.Argument(metavar="TERM", help='A term with a discount, for example "2/10 net 30".')],
    paid_on: Annotated[int | None, typer.Option("--paid-on", metavar="DAY", help="Day paid; else the net day.")] = None,
    policy: c.PolicyFile = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Show what it costs a customer a year not to take an early discount.

    Example: credit terms cost "2/10 net 30"
    """
    from datetime import date

    with c.told(lang):
        words = c.language(lang)
        from creditlib.formulas import credit_cost_compound, credit_cost_simple
        from creditlib.policy import load_policy
        from creditlib.terms import parse_terms

        parsed = parse_terms(terms)
        if parsed.discount is None:
            raise c.usage("assess.error.no_discount", value=terms)
        year = load_policy(policy).at(date.today())["terms.year_days"]
        share, within = float(parsed.discount.share), parsed.discount.days
        delays = [part.delay for part in parsed.instalments]
        if paid_on is None and any(delay.months or delay.day for delay in delays):
            raise c.usage("assess.error.paid_on", value=terms)
        paid = paid_on if paid_on is not None else max(delay.first_days + delay.days for delay in delays)
        simple = credit_cost_simple(share, within, paid, year)
        compound = credit_cost_compound(share, within, paid, year)
        if as_json:
            c.write_json({"terms": terms, "paid_on": paid, "year_days": year, "simple": simple, "compound": compound})
            return
        told = say("assess.say.customer_cost", words, simple=f"{simple:.2%}", compound=f"{compound:.2%}")
        c.console().print(f"{terms}: {told}", soft_wrap=True)
