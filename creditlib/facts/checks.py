"""Named checks over a book, and over what is open on a day. Checks of single cells run while reading.

What must stay true: every fault found is reported, never only the first; limits are passed in, none stands here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import NO_DAY, day_number, day_of
from creditlib.errors import Finding, UsageError
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.duplicates import credit_codes
from creditlib.facts.ledger import starts
from creditlib.facts.open_items import OpenItems
from creditlib.facts.tables import codes, days

_CREDITS: Final = ("receipt", "advance")
_OWN_DATES: Final = (
    "receipt",
    "write_off",
    "opening",
)  # an opening item bears the day of the opening, its due date is older
_SHOWN: Final = 3


@dataclass(frozen=True)
class Limits:
    """Days from which a matter needs a person; from the policy."""

    unapplied_days: int
    dispute_days: int
    far_due_days: int
    old_item_days: int


class _View:
    """A book's documents with the words findings need."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.table = book.columns(
            "documents",
            [
                "customer",
                "document",
                "kind",
                "currency",
                "entity",
                "amount_minor",
                "due_on",
                "due_from",
                "source_file",
                "source_row",
            ],
        )
        self.amount = self.table["amount_minor"].to_numpy()
        self.start = starts(book)
        self.due = days(self.table["due_on"])
        self.kind, self.kinds = codes(self.table["kind"])

    def is_kind(self, names: Sequence[str]) -> NDArray[np.bool_]:
        return np.isin(self.kind, [i for i, k in enumerate(self.kinds) if k in names])

    def words(self, rows: NDArray[np.int64], values: NDArray[np.int64] | None = None) -> list[dict[str, Any]]:
        """Return for each row: where, document, customer, amount as text, amount_minor, currency."""
        taken = self.table.take(pa.array(rows)).to_pydict()
        minor = self.amount[rows] if values is None else values
        out = []
        for i, value in enumerate(minor.tolist()):
            currency = taken["currency"][i]
            out.append(
                {
                    "where": f"{taken['source_file'][i]}!{taken['source_row'][i]}",
                    "document": taken["document"][i] or ("a document without number", "一张无号单据"),
                    "customer": taken["customer"][i],
                    "amount": f"{money.text(value, currency)} {currency}",
                    "amount_minor": value,
                    "currency": currency,
                }
            )
        return out

    def grouped(self, check: str, rows: NDArray[np.int64], **values: Any) -> list[Finding]:
        """Return one finding for many rows, naming the first few and the amount at stake."""
        if not len(rows):
            return []
        shown = self.words(rows[:_SHOWN])
        names = [w["document"] if isinstance(w["document"], str) else w["document"][0] for w in shown]
        more = "…" if len(rows) > _SHOWN else ""
        return [CHECKS[check].finding(shown[0]["where"], count=len(rows), value=", ".join(names) + more, **values)]


# ------------------------------------------------------------------------------------------------------- over the book


def _duplicates(view: _View) -> list[Finding]:
    """The same document number, customer, entity and kind twice: with the same due date a duplicate, with the same amount and
    another due date a possible one (equal instalments look like that). Instalments made here stand in one row, and the parts of
    one receipt differ in the documents they pay."""
    numbers = view.table["document"].combine_chunks()
    numbers = numbers if isinstance(numbers, pa.Array) else numbers.chunk(0)
    coded_numbers = numbers.dictionary_encode()
    own = pc.fill_null(coded_numbers.indices, -1).to_numpy().astype(np.int64)
    if not len(own):
        return []
    often = np.bincount(own[own >= 0], minlength=1)
    maybe = np.flatnonzero((own >= 0) & (often[np.maximum(own, 0)] > 1))
    if not len(maybe):
        return []
    by_due: dict[tuple[Any, ...], int] = {}
    by_amount: dict[tuple[Any, ...], int] = {}
    pairs: list[tuple[int, int, str]] = []
    customer, _ = codes(view.table["customer"])
    entity, _ = codes(view.table["entity"])
    links = view.book.columns("allocations", ["from_document", "to_document"])
    pays = np.full(len(own), -1, np.int64)
    source = pc.fill_null(links["from_document"], -1).to_numpy()
    pays[source[source >= 0]] = pc.fill_null(links["to_document"], -1).to_numpy()[source >= 0]
    currency, _ = codes(view.table["currency"])
    file, _ = codes(view.table["source_file"])
    line = view.table["source_row"].to_numpy()
    rows_seen = zip(
        maybe.tolist(), own[maybe].tolist(), customer[maybe].tolist(), entity[maybe].tolist(), view.kind[maybe].tolist(),
        view.due[maybe].tolist(), currency[maybe].tolist(), view.amount[maybe].tolist(), strict=True,
    )  # fmt: skip
    for row, *key, due, money_of, amount in rows_seen:
        same_due = by_due.setdefault((*key, due), row)
        same_amount = by_amount.setdefault((*key, money_of, amount), row)
        for before in dict.fromkeys((same_due, same_amount)):
            parts = pays[row] >= 0 and pays[before] >= 0 and pays[row] != pays[before]
            split = file[row] == file[before] and line[row] == line[before]
            if before != row and not parts and not split:
                pairs.append((row, before, "duplicate-document" if before == same_due else "possible-duplicate"))
                break
    places = {
        w: p["where"]
        for w, p in zip((b for _, b, _ in pairs), view.words(np.array([b for _, b, _ in pairs], np.int64)), strict=True)
    }
    return [
        CHECKS[name].finding(w.pop("where"), other=places[before], **w)
        for (_, before, name), w in zip(pairs, view.words(np.array([r for r, _, _ in pairs], np.int64)), strict=True)
    ]


def _due_before_issued(view: _View) -> list[Finding]:
    issue = days(view.book.columns("documents", ["issue_on"])["issue_on"])
    base = np.where(issue != NO_DAY, issue, view.start)
    rows = np.flatnonzero((view.due != NO_DAY) & (base != NO_DAY) & (view.due < base) & ~view.is_kind(_OWN_DATES))
    return [
        CHECKS["due-before-issued"].finding(
            w.pop("where"), due=day_of(view.due[r]), on=day_of(base[r]), days=int(base[r] - view.due[r]), **w
        )
        for r, w in zip(rows.tolist(), view.words(rows), strict=True)
    ]


def _cleared_before_issued(view: _View) -> list[Finding]:
    links = view.book.columns("allocations", ["to_document", "from_document", "on"])
    to = pc.fill_null(links["to_document"], -1).to_numpy()
    on = days(links["on"])
    alone = ~np.asarray(links["from_document"].is_valid())
    early = np.flatnonzero(alone & (to >= 0) & (on < view.start[to]))
    rows = to[early]
    return [
        CHECKS["cleared-before-issued"].finding(
            w.pop("where"), cleared=day_of(on[e]), on=day_of(view.start[r]), days=int(view.start[r] - on[e]), **w
        )
        for e, r, w in zip(early.tolist(), rows.tolist(), view.words(rows), strict=True)
    ]


def _over_allocation(view: _View) -> list[Finding]:
    links = view.book.columns("allocations", ["to_document", "from_document", "amount_minor", "undone_on"])
    amount = links["amount_minor"].to_numpy()
    lasting = ~np.asarray(links["undone_on"].is_valid())
    found = []
    for check, side, sign in (("over-allocation", "to_document", 1), ("over-applied-receipt", "from_document", -1)):
        ids = pc.fill_null(links[side], -1).to_numpy()
        use = (ids >= 0) & lasting
        total = np.zeros(len(view.amount), np.int64)
        np.add.at(total, ids[use], amount[use])
        rows = np.flatnonzero((total > 0) & (total > sign * view.amount))
        for row, word in zip(rows.tolist(), view.words(rows), strict=True):
            currency = word["currency"]
            over = int(total[row] - sign * view.amount[row])
            word |= {"amount_minor": over}
            found.append(
                CHECKS[check].finding(
                    word.pop("where"),
                    allocated=money.text(int(total[row]), currency),
                    over=money.text(over, currency),
                    **word,
                )
            )
    return found


def _zero(view: _View) -> list[Finding]:
    return [CHECKS["zero-amount"].finding(w.pop("where"), **w) for w in view.words(np.flatnonzero(view.amount == 0))]


def _code_variants(view: _View) -> list[Finding]:
    own, names = codes(view.table["customer"])
    first_row = {int(c): int(i) for c, i in zip(*np.unique(own, return_index=True), strict=True)}
    by: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for code, name in enumerate(names):
        if name and code in first_row:
            by[name.lstrip("0")].append((name, first_row[code]))
    found = []
    for same in by.values():
        for (first, _), (second, row) in pairwise(same):
            (word,) = view.words(np.array([row]))
            found.append(CHECKS["code-variants"].finding(word["where"], first=first, second=second))
    return found


_OVER_BOOK: Final[dict[tuple[str, ...], Callable[[_View], list[Finding]]]] = {
    ("duplicate-document", "possible-duplicate"): _duplicates,
    ("due-before-issued",): _due_before_issued,
    ("cleared-before-issued",): _cleared_before_issued,
    ("over-allocation", "over-applied-receipt"): _over_allocation,
    ("zero-amount",): _zero,
    ("code-variants",): _code_variants,
    ("invalid-credit-code", "duplicate-credit-code"): lambda view: credit_codes(view.book),
}


def check(book: Book, *, only: Sequence[str] | None = None) -> tuple[Finding, ...]:
    """Run the checks that need no day over a book.

    only: names of checks; None: all of them. Raises: UsageError for a name that does not exist.
    """
    wanted = None if only is None else known_checks(only)
    view = _View(book)
    found: list[Finding] = []
    for names, run in _OVER_BOOK.items():
        if wanted is None or wanted & set(names):
            found += [f for f in run(view) if wanted is None or f.check in wanted]
    return tuple(found)


def known_checks(names: Sequence[str]) -> set[str]:
    """Return the names as a set. Raises: UsageError for one that is no check."""
    wrong = [name for name in names if name not in CHECKS]
    if wrong:
        raise UsageError(
            f"no check is called {', '.join(wrong)}. See: credit check --list",
            f"没有名为{'、'.join(wrong)}的检查。请见：credit check --list",
        )
    return set(names)


# ------------------------------------------------------------------------------------------------------ over open items


def check_open(items: OpenItems, limits: Limits) -> tuple[Finding, ...]:
    """Run the checks that need a day: what is open, overdue, unapplied, disputed or dated later."""
    view = _View(items.book)
    day = day_number(items.as_of)
    found = [*_empty(view, items), *_later(view, items, day), *_unapplied(view, items, day, limits)]
    found += _disputes(view, items, day, limits)
    late = day - items.due_on.astype(np.int64)
    debit = items.open_minor > 0
    dated = items.due_on != NO_DAY  # what bears no date at all is told while it is read
    rows = np.flatnonzero(debit & dated & (late > limits.old_item_days))
    found += [
        CHECKS["old-item"].finding(
            w.pop("where"), on=day_of(items.due_on[k]), days=int(late[k]), limit=limits.old_item_days, **w
        )
        for k, w in zip(rows.tolist(), view.words(items.rows[rows], items.open_minor[rows]), strict=True)
    ]
    span = items.due_on.astype(np.int64) - items.issued_on
    kind, kinds = codes(items.column("kind"))
    retained = np.isin(kind, [i for i, k in enumerate(kinds) if k == "retention"])  # held back for years by contract
    rows = np.flatnonzero(debit & ~retained & (span > limits.far_due_days))
    found += [
        CHECKS["far-due-date"].finding(
            w.pop("where"), due=day_of(items.due_on[k]), on=day_of(items.issued_on[k]), days=int(span[k]),
            limit=limits.far_due_days, **w,
        )
        for k, w in zip(rows.tolist(), view.words(items.rows[rows], items.open_minor[rows]), strict=True)
    ]  # fmt: skip
    return tuple(found + _in_credit(items))


def _empty(view: _View, items: OpenItems) -> list[Finding]:
    if len(items.rows):
        return []
    dated = view.start[view.start != NO_DAY]
    first, last = (day_of(dated.min()), day_of(dated.max())) if len(dated) else ("–", "–")
    return [CHECKS["empty-open-book"].finding("", count=len(view.amount), as_of=items.as_of, first=first, second=last)]


def _later(view: _View, items: OpenItems, day: int) -> list[Finding]:
    late = view.start > day
    receipts = view.is_kind(_CREDITS)
    rows = np.flatnonzero(late & receipts)
    found = [
        CHECKS["future-dated-receipt"].finding(w.pop("where"), on=day_of(view.start[r]), as_of=items.as_of, **w)
        for r, w in zip(rows.tolist(), view.words(rows), strict=True)
    ]
    others = np.flatnonzero(late & ~receipts)
    name = "future-dated-document" if items.book.complete else "open-list-newer"
    found += view.grouped(name, others, as_of=items.as_of)
    entered = items.book.columns("documents", ["known_on"])["known_on"]
    if items.known_on is None and entered.null_count < len(entered):
        known = days(entered)
        found += view.grouped(
            "late-entry", np.flatnonzero(~late & (known != NO_DAY) & (known > day)), as_of=items.as_of
        )
    return found


def _unapplied(view: _View, items: OpenItems, day: int, limits: Limits) -> list[Finding]:
    kind, kinds = codes(items.column("kind"))
    receipt = np.isin(kind, [i for i, k in enumerate(kinds) if k == "receipt"])
    age = day - view.start[items.rows].astype(np.int64)
    rows = np.flatnonzero((items.open_minor < 0) & receipt & (age > limits.unapplied_days))
    return [
        CHECKS["unmatched-receipt"].finding(
            w.pop("where"), on=day_of(view.start[items.rows[k]]), days=int(age[k]), limit=limits.unapplied_days, **w
        )
        for k, w in zip(rows.tolist(), view.words(items.rows[rows], items.open_minor[rows]), strict=True)
    ]


DISPUTE: Final = ("disputed_from", "disputed_to", "dispute_reason")
"""Columns of `documents` that tell a dispute."""


def disputed(items: OpenItems) -> NDArray[np.bool_]:
    """Return which items are in dispute on the day: opened by then and not closed; a reason without dates counts."""
    items.hold(*DISPUTE)
    opened, closed, reason = (items.column(name) for name in DISPUTE)
    return in_dispute(opened, closed, reason, items.as_of)


def in_dispute(
    opened_on: pa.ChunkedArray, closed_on: pa.ChunkedArray, reason: pa.ChunkedArray, on: date
) -> NDArray[np.bool_]:
    """Return which documents are in dispute on a day, by the columns DISPUTE; see `disputed`."""
    day, opened, closed = day_number(on), days(opened_on), days(closed_on)
    begun = np.where(opened != NO_DAY, opened <= day, np.asarray(reason.is_valid()))
    still: NDArray[np.bool_] = begun & ((closed == NO_DAY) | (closed > day))
    return still


def _disputes(view: _View, items: OpenItems, day: int, limits: Limits) -> list[Finding]:
    opened = items.days("disputed_from")
    age = np.where(opened != NO_DAY, day - opened.astype(np.int64), 0)
    rows = np.flatnonzero(disputed(items) & (age > limits.dispute_days))
    return [
        CHECKS["old-dispute"].finding(
            w.pop("where"), on=day_of(opened[k]), days=int(age[k]), limit=limits.dispute_days, **w
        )
        for k, w in zip(rows.tolist(), view.words(items.rows[rows], items.open_minor[rows]), strict=True)
    ]


def _in_credit(items: OpenItems) -> list[Finding]:
    own, names = items.key("customer")
    width = len(items.currencies)
    total = np.zeros(len(names) * width, np.int64)
    np.add.at(total, own.astype(np.int64) * width + items.currency, items.open_minor)
    found = []
    for k in np.flatnonzero(total < 0).tolist():
        customer, currency = names[k // width], items.currencies[k % width]
        value = int(total[k])
        found.append(
            CHECKS["credit-balance-customer"].finding(
                "",
                customer=customer,
                amount=f"{money.text(value, currency)} {currency}",
                amount_minor=value,
                currency=currency,
            )
        )
    return found
