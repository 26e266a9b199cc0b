"""The case a ledger tells: the terms a customer, a class of customers or the whole book trades on today.

What must stay true: what the ledger tells is measured, never guessed; what it does not tell is listed on the case by name; net
days and late days add up to the days to pay that `measures.payment` shows for the same items.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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
Made = TypeVar("Made")


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
    cases = LedgerCases(book, policy, as_of, tuple(rates), to)
    return cases.case(customer=customer, customers=customers, default_probability=default_probability)


@dataclass(frozen=True)
class LedgerCases:
    """A book from which case after case is asked: what all of them stand on is measured once, when it is first needed.

    to, rates: as in `case_of`.
    """

    book: Book
    policy: Policy
    as_of: date
    rates: tuple[Rate, ...] = ()
    to: str | None = None

    def case(
        self, *, customer: str | None = None, customers: Collection[str] | None = None, default_probability: float | None = None,
        currency: str | None = None,
    ) -> TermsCase:  # fmt: skip
        """Return the terms of a selection; inputs and errors as in `case_of`. currency: only what is billed in it, where several are."""
        chosen = _chosen(customer, customers)
        _need_history(self.book)
        end = self._end
        monthly = self._monthly(chosen is not None, None)
        to = self.to
        report = _one_currency(monthly, chosen, to or currency)
        if to is not None and _currencies(monthly, chosen) <= {to}:
            to = None  # nothing to convert, and no rate to ask for
        if to is not None:
            monthly = self._monthly(chosen is not None, to)
        months = min(_YEAR, monthly.grid.shape[1])
        sales = _billed(monthly, chosen, report, months)
        span = month_first(month_index(end) - months + 1), end
        if sales <= 0:
            raise NeedsSales(
                f"nothing was billed on balance from {span[0]} to {span[1]}{_who(customer, chosen)[0]}. Check the day and the customers.",
                f"{span[0]} 至 {span[1]} {_who(customer, chosen)[1]}没有开票净额。请核对基准日和客户。",
            )
        net, late, unpaid = self._behaviour(chosen, report, to)
        assumed, tax, bad_debt = list(_UNTOLD), 0.0, None
        without = self._without_tax(chosen is not None, to)
        if without is not None:
            tax = min(max(1 - _billed(without, chosen, report, months) / sales, 0.0), 1.0)
        else:
            told = self._tax_share(span, chosen, report, to)
            tax = told or 0.0
            assumed += ["tax_share"] * (told is None)
        if default_probability is None:
            lost = -self._summed("amount_minor", ("write_off",), span, chosen, report, to)
            bad_debt = min(max(lost / sales, 0.0), 1.0)
            assumed += ["bad_debt_share"] * (lost <= 0)
        if months < _YEAR:
            sales = (sales * 2 * _YEAR + months) // (2 * months)
            assumed.append("yearly_sales_minor")

        def documents() -> pa.Table:
            rows = _rows(self.book, BILLING_KINDS, span, chosen)
            billed = self.book.take("documents", ["amount_minor", "currency"], rows)
            if to is None:
                kept = among(billed["currency"], [report])
                rows, billed = rows[kept], billed.filter(kept)
            return documents_of(self.book, rows, amount_minor=amounts(billed))

        return TermsCase(
            currency=report, yearly_sales_minor=sales, net_days=net, late_days=late, bad_debt_share=bad_debt,
            tax_share=tax, default_probability=default_probability, customer=customer or "", assumed=tuple(assumed),
            at_least=("late_days",) if unpaid else (), documents=documents,
        )  # fmt: skip

    def currencies(self, customer: str | None = None, customers: Collection[str] | None = None) -> tuple[str, ...]:
        """Return the currencies a selection was billed in within the last year, by name; the one reported in where there is one."""
        if self.to is not None:
            return (self.to,)
        chosen = _chosen(customer, customers)
        _need_history(self.book)
        return tuple(sorted(_currencies(self._monthly(chosen is not None, None), chosen)))

    # ── measured once ──

    @cached_property
    def _kept(self) -> dict[tuple[Any, ...], Any]:
        return {}

    def _once(self, key: tuple[Any, ...], make: Callable[[], Made]) -> Made:
        if key not in self._kept:
            self._kept[key] = make()
        found: Made = self._kept[key]
        return found

    @property
    def _end(self) -> date:
        """The last whole month's end."""
        as_of = self.as_of
        return as_of if as_of == month_end(as_of) else _last_of(month_index(as_of) - 1)

    def _monthly(self, by_customer: bool, to: str | None) -> Monthly:
        key = ("monthly", by_customer, to)
        return self._once(key, lambda: _monthly(self.book, self._end, "gross", by_customer, self.rates, to))

    def _without_tax(self, by_customer: bool, to: str | None) -> Monthly | None:
        """Billings without VAT, None where some billing does not tell it."""

        def make() -> Monthly | None:
            try:
                return _monthly(self.book, self._end, "net", by_customer, self.rates, to)
            except NeedsSales:  # told on the case as assumed
                return None

        return self._once(("without tax", by_customer, to), make)

    def _behaviour(self, chosen: frozenset[str] | None, currency: str, to: str | None) -> tuple[float, float, bool]:
        """Net days and days beyond them, by amount, and whether something was unpaid."""
        by = () if chosen is None else ("customer",)
        span = window_start(self.as_of, self.policy.at(self.as_of)["payment.window_months"]), self.as_of
        table = self._once(
            ("behaviour", by, to), lambda: payment_behaviour(self.book, *span, by=by, rates=self.rates, to=to).table
        )
        mine = among(table["currency"], [currency])
        if chosen is not None:
            mine &= among(table["customer"], chosen)
        rows = table.filter(pa.array(mine)).filter(pc.field("days_to_pay").is_valid())
        weights = rows["due_minor"].to_pylist()
        weight = sum(weights)
        if weight <= 0:
            raise NeedsSales(
                f"nothing fell due from {span[0]} to {span[1]}: net days and late days are not known. Check the day and the customers.",
                f"{span[0]} 至 {span[1]} 没有到期款项，无法得知账期和逾期天数。请核对基准日和客户。",
            )
        taken, late = (
            sum(due * days for due, days in zip(weights, rows[name].to_pylist(), strict=True)) / weight
            for name in ("days_to_pay", "net_dbt_days")
        )
        if late > taken:  # due before it was issued: the term is none at all
            late = taken
        return taken - late, late, any(rows["at_least"].to_pylist())

    def _tax_share(self, span: _Span, chosen: frozenset[str] | None, currency: str, to: str | None) -> float | None:
        """VAT as a share of the billings that tell it, None where none does."""
        tax, billed = (
            self._summed(name, BILLING_KINDS, span, chosen, currency, to, told="tax_minor")
            for name in ("tax_minor", "amount_minor")
        )
        return min(max(tax / billed, 0.0), 1.0) if billed > 0 else None

    def _summed(
        self, column: str, kinds: Collection[str], span: _Span, chosen: frozenset[str] | None, currency: str, to: str | None,
        told: str = "amount_minor",
    ) -> int:  # fmt: skip
        """Sum of a column over documents of some kinds of a span of days, of the rows that tell `told`."""
        table = self._once(
            ("sums", column, tuple(kinds), span, to, told),
            lambda: _by_customer(self.book, column, kinds, span, self.rates, to, told),
        )
        kept = among(table["currency"], [currency])
        if chosen is not None:
            kept &= among(table["customer"], chosen)
        return int(pc.sum(table["minor"].filter(pa.array(kept))).as_py() or 0)


def _by_customer(
    book: Book, column: str, kinds: Collection[str], span: _Span, rates: Sequence[Rate], to: str | None, told: str
) -> pa.Table:
    """Sums of a column by customer and currency: customer, currency, minor; each document converted by itself."""
    names = list(dict.fromkeys(["customer", "currency", column, told]))
    table = book.take("documents", names, _rows(book, kinds, span, None))
    table = table.filter(table[told].is_valid())
    minor = amounts(table, column) if table.num_rows else np.zeros(0, np.int64)
    currency = table["currency"].cast(pa.string())
    if to is not None:
        minor = to_currency(minor, *codes(table["currency"]), rates, to, span[1])
        currency = pa.array([to] * table.num_rows, pa.string())
    found = pa.table({"customer": table["customer"].cast(pa.string()), "currency": currency, "minor": minor})
    summed = found.group_by(["customer", "currency"]).aggregate([("minor", "sum")])
    keys = {name: pc.dictionary_encode(summed[name]) for name in ("customer", "currency")}
    return pa.table({**keys, "minor": summed["minor_sum"]})


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


def _who(customer: str | None, chosen: frozenset[str] | None) -> tuple[str, str]:
    if customer is not None:
        return f" to {customer}", f"客户 {customer} "
    return ("", "") if chosen is None else (f" to the {len(chosen)} customers chosen", f"所选 {len(chosen)} 户")
