"""Aging, DSO and its relatives, collection and payment behaviour: of a customer, of the whole book, of stated figures, or of a pasted ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from creditlib.errors import Lang
from creditlib.faces.wording import bucket_label, say

from ..answers import ALL, Answers, major, measure_of
from ..desk import Desk
from ..sources import Code, Inputs, Source, read_source
from ..udf import Anything, Day, Kind, because, cell
from ..values import flat, is_range, not_known, number, wrong
from .score import day_of

if TYPE_CHECKING:
    from creditlib.facts.reading import Reading
    from creditlib.measures.figures import Figures

Receivables = Annotated[Source, Kind("source", "dso")]
Collected = Annotated[Source, Kind("source", "cei")]
Method = Annotated[Any, Kind("choice", "dso_method")]
Basis = Annotated[Any, Kind("choice", "basis")]


@cell("table", "ledger")
def CREDITAGING(desk: Desk, items: Anything, edges: Anything = None, basis: Basis = "due_on", as_of: Day = None) -> Any:
    """Return the open amount by bucket in a row: of a customer, of the book, of each of a column of customers, or of a pasted ledger."""
    figures, codes = _aged(desk, items, edges, basis, as_of)
    columns = buckets_of(figures)
    if codes is None:
        if not figures.table.num_rows:
            return [[0.0] * len(columns)]
        currency = one_currency(figures)
        totals = [sum(figures.table[name].to_pylist()) for name in columns]
        return [[major(minor, currency) for minor in totals]]
    rows = []
    found = {(r["customer"], r["currency"]): r for r in figures.rows()}
    answers = desk.answers(as_of)
    for code in codes:
        currency = answers.currency(code)
        row = found.get((code, currency))
        rows.append([0.0 if row is None else major(row[name], currency) for name in columns])
    return rows


def one_currency(figures: Figures) -> str:
    """Return the currency of figures of a whole book. Raises: UsageError for several."""
    found = figures.currencies
    if len(found) > 1:
        wrong("currencies", count=len(found), names=", ".join(found))
    return found[0] if found else ""


def buckets_of(figures: Figures) -> list[str]:
    """Return the columns of an aging that are buckets, in order."""
    fixed = {*figures.keys, "items", "total_minor", "overdue_minor"}
    return [name for name in figures.table.column_names if name not in fixed]


def _aged(desk: Desk, items: Any, edges: Any, basis: Any, as_of: Any) -> tuple[Figures, list[str] | None]:
    """Return the aging, and the customers asked for; None for all of it."""
    from creditlib.measures.aging import aging

    if is_range(items) and len(items) > 1 and len(items[0]) > 1:
        from creditlib.facts.open_items import open_items

        reading = pasted(desk, items)
        taken = open_items(reading.book, day_of(desk, as_of))
        return aging(taken, edges=_edges(desk, edges, as_of), basis=basis, by=()), None
    source = read_source(items, "items", "none")
    answers = desk.answers(as_of)
    taken = answers.whole.ground.items
    wanted = _edges(desk, edges, as_of)
    if isinstance(source, Code) and source.text in ALL:
        return answers.kept(("aging", wanted, basis, ()), lambda: aging(taken, edges=wanted, basis=basis, by=())), None
    codes = [source] if isinstance(source, Code) else [c for c in getattr(source, "sources", ()) if isinstance(c, Code)]
    if not codes:
        wrong("need_code", argument="items")
    for code in codes:
        answers.known(code.text)
    made = answers.kept(("aging", wanted, basis, ("customer",)), lambda: aging(taken, edges=wanted, basis=basis))
    return made, [code.text for code in codes]


def _edges(desk: Desk, given: Any, as_of: Any) -> tuple[int, ...]:
    """Return the edges of the buckets: a range, a text "30,60,90", one number, or the policy's."""
    if given is None:
        return tuple(desk.values(as_of)["aging.edges"])
    cells = flat(given) if isinstance(given, list) else str(given).split(",") if isinstance(given, str) else [given]
    found = [number(c.strip() if isinstance(c, str) else c, "edges") for c in cells if c is not None]
    if any(edge != int(edge) for edge in found):
        wrong("edges", given=", ".join(f"{edge:g}" for edge in found))
    return tuple(int(edge) for edge in found)


def pasted(desk: Desk, rows: Any) -> Reading:
    """Return a pasted range as the ledger reader reads it. Raises: UsageError where a row can't be used."""
    from .pasted import reading_of

    return reading_of(rows, desk.values()["home.currency"])


@cell("number", "ledger", each=True)
def CREDITDSO(desk: Desk, receivables: Receivables, method: Method = None, as_of: Day = None) -> Any:
    """Return days sales outstanding by a method, the policy's own where none is named."""
    if isinstance(receivables, Inputs):
        return _stated_dso(receivables, method or desk.values(as_of)["dso.method"])
    row = _dso_row(desk, receivables, method, as_of)
    return None if row is None else row["days"]


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


def _stated_dso(given: Inputs, method: str) -> Any:
    from creditlib import formulas

    sales, days = given.many("sales"), given.many("days")
    if method == "turnover":
        average = "average_receivables" if given.values.get("average_receivables") is not None else "receivables"
        return formulas.turnover(sum(sales), _needed(given, average)[0])
    if not sales or len(sales) != len(days) or None in (*sales, *days):
        wrong("months", sales=len(sales), days=len(days))
    if method == "countback":
        return formulas.count_back(_needed(given, "receivables")[0], sales, [int(d) for d in days]).days
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
    by = () if source.text in ALL else ("customer",)
    if by:
        answers.known(source.text)
    figures = answers.kept(("dso", method, by), lambda: dso_by_policy(whole.ground, method, whole.as_of, by=by))
    return _row(answers, figures, source.text)


def _row(answers: Answers, figures: Figures, code: str) -> dict[str, Any] | None:
    """Return the one row of the book, or that of a customer in its currency. Raises: CurrencyError for a book of several."""
    if "customer" not in figures.keys:
        one_currency(figures)
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
        return collection_effectiveness(beginning, sales, ending, not_due, int(months) if months else 1)
    row = _cei_row(desk, receivables, start, end)
    return None if row is None else row["cei"]


def _cei_row(desk: Desk, source: Any, start: Any, end: Any) -> dict[str, Any] | None:
    from creditlib.flows.close_figures import cei_start
    from creditlib.measures.collection import cei

    answers = desk.answers(end)
    whole = answers.whole
    first = start or cei_start(whole.ground, whole.as_of)
    by = () if source.text in ALL else ("customer",)
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


@because("CREDITAGING")
def _why_aging(lang: Lang, desk: Desk, items: Any, edges: Any = None, basis: str = "due_on", as_of: Any = None) -> str:
    figures, codes = _aged(desk, items, edges, basis, as_of)
    names = " · ".join(bucket_label(name.removesuffix("_minor"), lang) for name in buckets_of(figures))
    count = sum(r["items"] for r in figures.rows() if codes is None or r.get("customer") in codes)
    return say(
        "cells.why.aging",
        lang,
        buckets=names,
        as_of=figures.as_of,
        basis=say(f"cells.choice.basis.{basis}", lang),
        items=count,
    )


@because("CREDITDSO")
def _why_dso(lang: Lang, desk: Desk, receivables: Source, method: str | None = None, as_of: Any = None) -> str:
    method = method or desk.values(as_of)["dso.method"]
    words = say(f"cells.choice.dso_method.{method}", lang)
    if isinstance(receivables, Inputs):
        return say("cells.why.dso_stated", lang, method=words)
    row = _dso_row(desk, receivables, method, as_of)
    if row is None:
        raise not_known("no_sales")
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


@because("CREDITDBT")
def _why_dbt(lang: Lang, desk: Desk, customer: Any, as_of: Any = None) -> str:
    made = desk.answers(as_of).review(customer.text)
    least = say("cells.why.at_least", lang) if made.facts["at_least"] else ""
    return say("cells.why.dbt", lang, items=made.facts["items_due"] or 0, as_of=made.as_of, least=least)
