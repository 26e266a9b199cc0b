"""The case a ledger tells: the terms a customer, a class of customers or the whole book trades on today.

What must stay true: what the ledger tells is measured, never guessed; what it does not tell is listed on the case by name; net
days and late days add up to the days to pay that `measures.payment` shows for the same items.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number, month_end, month_first, month_index
from creditlib.decisions.what_if.case import TermsCase
from creditlib.errors import CurrencyError, NeedsSales, UsageError
from creditlib.facts.book import Book
from creditlib.facts.ledger import amounts, start_columns, started
from creditlib.facts.open_items import Rate, to_currency
from creditlib.facts.tables import among, codes, empty
from creditlib.measures.figures import documents_of
from creditlib.measures.payment import payment_behaviour, window_start
from creditlib.measures.sales import BILLING_KINDS, Base, Monthly, sales_by_month
from creditlib.policy import Policy

_YEAR: Final = 12
_UNTOLD: Final = ("deposit_share", "discount_share", "insured_share")
_Span = tuple[date, date]


def case_of(
    book: Book, policy: Policy, as_of: date, *, customer: str | None = None, customers: Collection[str] | None = None,
    rates: Sequence[Rate] = (), to: str | None = None, default_probability: float | None = None,
) -> TermsCase:  # fmt: skip
    """Return the terms a book trades on: the base of a what-if.

    customer: one of them; customers: a class, for example those of one grade; neither: the whole book. to, rates: report in
    one currency. default_probability: share a year, of the customer or the class; None: the loss is what was written off
    in the months of the sales, as a share of them.
    From the ledger: yearly_sales_minor, billed VAT included in the last twelve whole months (fewer are scaled up, and that is
    listed); tax_share, the VAT in it; net_days, the term by amount of what fell due in the policy's payment window; late_days, its days beyond terms, early
    ones counted off, so that both add up to the days to pay; `at_least` names late_days where something due is unpaid.
    Listed as assumed, at 0: deposit, discount, insurance, VAT where a billing does not tell it, bad debt where nothing was written off. Left to the policy:
    variable_cost_share, collection_share, loss_given_default.
    Raises: NeedsSales saying what is missing, in a book that holds only what is open or a selection without sales; CurrencyError
    for several currencies without `to`; UsageError for both `customer` and `customers`, or none in the class.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.policy import load_policy
    >>> case = case_of(sample_book(), load_policy(), SAMPLE_END, customer="C100001", to="CNY")
    >>> case.currency, case.net_days, case.assumed
    ('CNY', 60.0, ('deposit_share', 'discount_share', 'insured_share'))
    """
    chosen = _chosen(customer, customers)
    _need_history(book)
    values = policy.at(as_of)
    end = as_of if as_of == month_end(as_of) else _last_of(month_index(as_of) - 1)
    monthly = _monthly(book, end, "gross", chosen is not None, rates, None)
    currency = _one_currency(monthly, chosen, to)
    if to is not None and _currencies(monthly, chosen) <= {to}:
        to = None  # nothing to convert, and no rate to ask for
    if to is not None:
        monthly = _monthly(book, end, "gross", chosen is not None, rates, to)
    months = min(_YEAR, monthly.grid.shape[1])
    sales = _billed(monthly, chosen, currency, months)
    span = month_first(month_index(end) - months + 1), end
    if sales <= 0:
        raise NeedsSales(
            f"nothing was billed on balance from {span[0]} to {span[1]}{_who(customer, chosen)[0]}. Check the day and the customers.",
            f"{span[0]} 至 {span[1]} {_who(customer, chosen)[1]}没有开票净额。请核对基准日和客户。",
        )
    start = window_start(as_of, values["payment.window_months"])
    net, late, unpaid = _behaviour(book, (start, as_of), chosen, currency, rates, to)
    assumed, tax, bad_debt = list(_UNTOLD), 0.0, None
    try:
        without = _billed(_monthly(book, end, "net", chosen is not None, rates, to), chosen, currency, months)
        tax = min(max(1 - without / sales, 0.0), 1.0)
    except NeedsSales:
        told = _tax_share(book, span, chosen, currency, rates, to)
        tax = told or 0.0
        assumed += ["tax_share"] * (told is None)
    if default_probability is None:
        lost = _written_off(book, span, chosen, currency, rates, to)
        bad_debt = min(max(lost / sales, 0.0), 1.0)
        assumed += ["bad_debt_share"] * (lost <= 0)
    if months < _YEAR:
        sales = (sales * 2 * _YEAR + months) // (2 * months)
        assumed.append("yearly_sales_minor")

    def documents() -> pa.Table:
        rows = _rows(book, BILLING_KINDS, span, chosen)
        billed = book.take("documents", ["amount_minor", "currency"], rows)
        if to is None:
            kept = among(billed["currency"], [currency])
            rows, billed = rows[kept], billed.filter(kept)
        return documents_of(book, rows, amount_minor=amounts(billed))

    return TermsCase(
        currency=currency, yearly_sales_minor=sales, net_days=net, late_days=late, bad_debt_share=bad_debt,
        tax_share=tax, default_probability=default_probability, customer=customer or "", assumed=tuple(assumed),
        at_least=("late_days",) if unpaid else (), documents=documents,
    )  # fmt: skip


def _chosen(customer: str | None, customers: Collection[str] | None) -> frozenset[str] | None:
    if customer is not None and customers is not None:
        raise UsageError("give customer or customers, not both.", "customer 与 customers 请只给其一。")
    if isinstance(customers, str):
        return frozenset([customers])
    if customers is not None and not customers:
        raise UsageError(
            "no customer is in the class. Give at least one, or leave it out for the whole book.",
            "该类没有客户。请至少给出一户；要测算整个账簿则不必给出。",
        )
    if customers is not None:
        return frozenset(customers)
    return None if customer is None else frozenset([customer])


def _need_history(book: Book) -> None:
    """Refuse a book that can't tell how customers pay, naming all that is missing."""
    if book.complete and book.rows("documents"):
        return
    sold = bool(book.rows("sales"))
    raise NeedsSales(
        f"a case from this book lacks {'' if sold else 'sales by month and '}the history of documents and payments (net days, late "
        "days, losses): it holds only what is open. Import the history.",
        f"本账簿只含未清项，缺少{'' if sold else '分月销售额和'}单据与收款历史（账期、逾期天数、损失）。"
        "请导入历史数据。",
    )


def _last_of(month: int) -> date:
    return month_end(month_first(month))


def _monthly(book: Book, end: date, base: Base, by_customer: bool, rates: Sequence[Rate], to: str | None) -> Monthly:
    """Billings by month, and by customer where some are chosen: from the documents where the sales table does not tell them apart."""
    by = ("customer",) if by_customer else ()
    if by_customer and book.rows("sales") and book.nulls("sales", by)["customer"]:
        book = replace(book, sales=empty("sales"))
    return sales_by_month(book, end, base, by, rates, to)


def _mine(monthly: Monthly, chosen: frozenset[str] | None) -> NDArray[np.bool_]:
    """Which rows of the grid belong to the selection."""
    if chosen is None:
        return np.ones(len(monthly.grid), np.bool_)
    code, names = monthly.keys["customer"]
    return _is(names, chosen)[code]


def _is(names: Sequence[str | None], wanted: Collection[str]) -> NDArray[np.bool_]:
    return np.array([name in wanted for name in names] or [False], np.bool_)


def _one_currency(monthly: Monthly, chosen: frozenset[str] | None, to: str | None) -> str:
    """The currency of the case. Raises: CurrencyError when the selection bills in several."""
    if to is not None:
        return to
    found = sorted(_currencies(monthly, chosen))
    if len(found) > 1:
        raise CurrencyError(
            f"the customers chosen are billed in {', '.join(found)}. Report in one: --currency CCY --fx RATES.csv.",
            f"所选客户以 {'、'.join(found)} 开票。请折算为一个币种：--currency 币种 --fx 汇率.csv。",
        )
    return found[0] if found else ""


def _currencies(monthly: Monthly, chosen: frozenset[str] | None) -> set[str]:
    """Currencies the selection was billed in, in the newest months."""
    code, names = monthly.keys["currency"]
    billed = _mine(monthly, chosen) & (monthly.grid[:, :_YEAR] != 0).any(axis=1)
    return {str(names[c]) for c in code[billed].tolist()}


def _billed(monthly: Monthly, chosen: frozenset[str] | None, currency: str, months: int) -> int:
    """Billings of the selection in one currency in the newest months."""
    code, names = monthly.keys["currency"]
    own = _mine(monthly, chosen) & _is(names, (currency,))[code]
    return int(monthly.grid[own, :months].sum())


def _tax_share(
    book: Book, span: _Span, chosen: frozenset[str] | None, currency: str, rates: Sequence[Rate], to: str | None
) -> float | None:
    """VAT as a share of the billings that tell it, None where none does."""
    table = book.take("documents", ["amount_minor", "tax_minor", "currency"], _rows(book, BILLING_KINDS, span, chosen))
    table = table.filter(table["tax_minor"].is_valid())
    if to is None:
        table = table.filter(pa.array(among(table["currency"], [currency])))
    sums = []
    for name in ("tax_minor", "amount_minor"):
        minor = amounts(table, name)
        sums.append(
            int((minor if to is None else to_currency(minor, *codes(table["currency"]), rates, to, span[1])).sum())
        )
    return min(max(sums[0] / sums[1], 0.0), 1.0) if sums[1] > 0 else None


def _behaviour(
    book: Book, span: _Span, chosen: frozenset[str] | None, currency: str, rates: Sequence[Rate], to: str | None
) -> tuple[float, float, bool]:  # fmt: skip
    """Net days and days beyond them, by amount, and whether something was unpaid."""
    by = () if chosen is None else ("customer",)
    rows = payment_behaviour(book, *span, by=by, rates=rates, to=to).rows()
    mine = [
        row
        for row in rows
        if row["currency"] == currency
        and (chosen is None or row["customer"] in chosen)
        and row["days_to_pay"] is not None
    ]
    weight = sum(row["due_minor"] for row in mine)
    if weight <= 0:
        raise NeedsSales(
            f"nothing fell due from {span[0]} to {span[1]}: net days and late days are not known. Check the day and the customers.",
            f"{span[0]} 至 {span[1]} 没有到期款项，无法得知账期和逾期天数。请核对基准日和客户。",
        )
    taken = sum(row["due_minor"] * row["days_to_pay"] for row in mine) / weight
    late = sum(row["due_minor"] * row["net_dbt_days"] for row in mine) / weight
    if late > taken:  # due before it was issued: the term is none at all
        late = taken
    return taken - late, late, any(row["at_least"] for row in mine)


def _rows(book: Book, kinds: Collection[str], span: _Span, chosen: frozenset[str] | None) -> NDArray[np.int64]:
    """Ids of the documents of some kinds that came into being in a span of days."""
    first, last = map(day_number, span)
    found = [np.zeros(0, np.int64)]
    for at, piece in book.scan("documents", list(dict.fromkeys(["kind", "customer", *start_columns(book)]))):
        begin = started(piece)
        kept = among(piece["kind"], kinds) & (begin != NO_DAY) & (begin >= first) & (begin <= last)
        if chosen is not None:
            kept &= among(piece["customer"], chosen)
        found.append(at + np.flatnonzero(kept))
    return np.concatenate(found)


def _written_off(
    book: Book, span: _Span, chosen: frozenset[str] | None, currency: str, rates: Sequence[Rate], to: str | None
) -> int:  # fmt: skip
    """What was written off in a span of days, minor units, above 0 as a loss."""
    table = book.take("documents", ["amount_minor", "currency"], _rows(book, ("write_off",), span, chosen))
    code, names = codes(table["currency"])
    value = amounts(table) if table.num_rows else np.zeros(0, np.int64)
    if to is not None:
        return -int(to_currency(value, code, names, rates, to, span[1]).sum())
    return -int(value[_is(names, (currency,))[code]].sum())


def _who(customer: str | None, chosen: frozenset[str] | None) -> tuple[str, str]:
    if customer is not None:
        return f" to {customer}", f"客户 {customer} "
    return ("", "") if chosen is None else (f" to the {len(chosen)} customers chosen", f"所选 {len(chosen)} 户")
