"""DSO and its relatives, collection and payment behaviour: of a customer, of the whole book, or of stated figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from creditlib.errors import Lang
from creditlib.faces.wording import say

from ..answers import ALL, Answers, major, measure_of
from ..desk import Desk
from ..sources import Code, Inputs, Source
from ..udf import Day, Kind, because, cell
from ..values import not_known, one_currency, wrong

if TYPE_CHECKING:
    from creditlib.measures.figures import Figures

Receivables = Annotated[Source, Kind("source", "dso")]
Collected = Annotated[Source, Kind("source", "cei")]
Method = Annotated[Any, Kind("choice", "dso_method")]


@cell("number", "ledger", each=True)
def CREDITDSO(desk: Desk, receivables: Receivables, method: Method = None, as_of: Day = None) -> Any:
    """Return days sales outstanding by a method, the policy's own where none is named."""
    if isinstance(receivables, Inputs):
        return _stated_dso(desk, receivables, method or desk.values(as_of)["dso.method"], as_of)
    from creditlib.flows.close_figures import told_days

    return told_days(_dso_row(desk, receivables, method, as_of))


@cell("number", "ledger", each=True)
def CREDITBPDSO(desk: Desk, receivables: Receivables, as_of: Day = None) -> Any:
    """Return best possible DSO: what would remain if nothing were overdue."""
    return CREDITDSO(desk, receivables, "best_possible", as_of)


@cell("number", "ledger", each=True)
def CREDITTURNOVER(desk: Desk, receivables: Receivables, as_of: Day = None) -> Any:
    """Return turnover of receivables, times a year."""
    return CREDITDSO(desk, receivables, "turnover", as_of)


def _needed(given: Inputs, *names: str) -> list[Any]:
    """Return named inputs. Raises: UsageError naming those that lack."""
    lacking = [name for name in names if given.values.get(name) is None]
    if lacking:
        wrong("lacking", argument="receivables", names=", ".join(lacking))
    return [given.values[name] for name in names]


def _stated_dso(desk: Desk, given: Inputs, method: str, as_of: Any) -> Any:
    from creditlib import formulas

    sales, days = given.many("sales"), given.many("days")
    if method == "turnover" and not days:
        days = [desk.values(as_of)["dso.year_days"] / max(len(sales), 1)] * len(sales)  # sales of a year
    elif any(d is None or d <= 0 or d != int(d) for d in days):
        wrong("days", given=", ".join("–" if d is None else f"{d:g}" for d in days))
    if not sales or len(sales) != len(days) or None in sales:
        wrong("months", sales=len(sales), days=len(days))
    if method == "turnover":
        year = sum(sales) * desk.values(as_of)["dso.year_days"] / sum(days)  # what is turned over in a year
        return formulas.turnover(year, _needed(given, "average_receivables")[0])
    if method == "countback":
        found = formulas.count_back(_needed(given, "receivables")[0], sales, [int(d) for d in days])
        if found.at_least and not found.days:
            raise not_known("no_walk")
        return found.days
    if method == "best_possible":
        return formulas.best_possible_dso(_needed(given, "not_due")[0], sum(sales), sum(days))
    simple = formulas.simple_dso(_needed(given, "receivables")[0], sum(sales), sum(days))
    if method == "delinquent":
        return simple - formulas.best_possible_dso(_needed(given, "not_due")[0], sum(sales), sum(days))
    return simple


def _dso_row(desk: Desk, source: Any, method: str | None, as_of: Any) -> dict[str, Any] | None:
    from creditlib.flows.close_figures import dso_by_policy

    answers = desk.answers(as_of)
    whole = answers.whole
    by = () if source.text.casefold() in ALL else ("customer",)
    if by:
        answers.known(source.text)
    figures = answers.kept(("dso", method, by), lambda: dso_by_policy(whole.ground, method, whole.as_of, by=by))
    return _row(answers, figures, source.text)


def _row(answers: Answers, figures: Figures, code: str) -> dict[str, Any] | None:
    """Return the one row of the book, or that of a customer in its currency. Raises: CurrencyError for a book of several."""
    if "customer" not in figures.keys:
        one_currency(figures.currencies)
        return figures.rows()[0] if figures.table.num_rows else None
    places = answers.kept(("rows", id(figures)), lambda: {(r["customer"], r["currency"]): r for r in figures.rows()})
    found: dict[str, Any] | None = places.get((code, answers.currency(code)))
    return found


@cell("number", "ledger", each=True)
def CREDITCEI(desk: Desk, receivables: Collected, start: Day = None, end: Day = None) -> Any:
    """Return the collection effectiveness index, a share: what was collected of what could be."""
    if isinstance(receivables, Inputs):
        from creditlib.formulas import collection_effectiveness

        beginning, sales, ending, not_due = _needed(receivables, "beginning", "sales", "ending", "ending_not_due")
        months = receivables.values.get("months")
        if months is not None and (months != int(months) or months < 1):
            wrong("whole_months", given=f"{months:g}")
        return collection_effectiveness(beginning, sales, ending, not_due, 1 if months is None else int(months))
    row = _cei_row(desk, receivables, start, end)
    return None if row is None else row["cei"]


def _cei_row(desk: Desk, source: Any, start: Any, end: Any) -> dict[str, Any] | None:
    from creditlib.flows.close_figures import cei_start
    from creditlib.measures.collection import cei

    answers = desk.answers(end)
    whole = answers.whole
    first = start or cei_start(whole.ground, whole.as_of)
    if first > whole.as_of:
        wrong("start_after_end", start=first, end=whole.as_of)
    by = () if source.text.casefold() in ALL else ("customer",)
    if by:
        answers.known(source.text)
    make = lambda: cei(whole.book, first, whole.as_of, by=by, **whole.in_report)  # noqa: E731
    return _row(answers, answers.kept(("cei", first, by), make), source.text)


@cell("number", "ledger", each=True)
def CREDITDBT(desk: Desk, customer: Annotated[Source, Kind("source", "none")], as_of: Day = None) -> Any:
    """Return days beyond terms, weighted by amount, early payment as 0."""
    if not isinstance(customer, Code):
        wrong("need_code", argument="customer")
    return desk.answers(as_of).get(customer.text, measure_of("days_beyond_terms"))


@because("CREDITDSO")
def _why_dso(lang: Lang, desk: Desk, receivables: Source, method: str | None = None, as_of: Any = None) -> str:
    method = method or desk.values(as_of)["dso.method"]
    words = say(f"cells.choice.dso_method.{method}", lang)
    if isinstance(receivables, Inputs):
        return say("cells.why.dso_stated", lang, method=words)
    row = _dso_row(desk, receivables, method, as_of)
    from creditlib.flows.close_figures import told_days

    if row is None or row["days"] is None:
        raise not_known("no_sales")
    if told_days(row) is None:
        raise not_known("no_walk")
    currency = row["currency"]
    least = say("cells.why.at_least", lang) if row.get("at_least") else ""
    return say(
        "cells.why.dso", lang, method=words, receivables=f"{major(row['receivables_minor'], currency):,.2f}",
        sales=f"{major(row['sales_minor'], currency):,.2f}", days=row["sales_days"], currency=currency, least=least,
    )  # fmt: skip


@because("CREDITBPDSO")
def _why_best(lang: Lang, desk: Desk, receivables: Source, as_of: Any = None) -> str:
    return _why_dso(lang, desk, receivables, "best_possible", as_of)


@because("CREDITTURNOVER")
def _why_turnover(lang: Lang, desk: Desk, receivables: Source, as_of: Any = None) -> str:
    return _why_dso(lang, desk, receivables, "turnover", as_of)


@because("CREDITCEI")
def _why_cei(lang: Lang, desk: Desk, receivables: Source, start: Any = None, end: Any = None) -> str:
    if isinstance(receivables, Inputs):
        return say("cells.why.cei_stated", lang)
    row = _cei_row(desk, receivables, start, end)
    if row is None or row["cei"] is None:
        raise not_known("nothing_collectable")
    parts = {
        name: f"{major(row[f'{name}_minor'], row['currency']):,.2f}"
        for name in ("beginning", "sales", "ending", "ending_not_due")
    }
    return say("cells.why.cei", lang, currency=row["currency"], months=row["months"], **parts)


@because("CREDITDBT")
def _why_dbt(lang: Lang, desk: Desk, customer: Any, as_of: Any = None) -> str:
    made = desk.answers(as_of).review(customer.text)
    if made.facts["days_beyond_terms"] is None:
        raise not_known("nothing_due")
    least = say("cells.why.at_least", lang) if made.facts["at_least"] else ""
    return say("cells.why.dbt", lang, items=made.facts["items_due"] or 0, as_of=made.as_of, least=least)
