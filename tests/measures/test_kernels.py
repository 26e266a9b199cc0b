"""The kernels that read a book a piece at a time give what plain loops over all rows give, wherever the pieces are cut.

The books here are as untidy as a book may be: in any order, with nulls in every column that allows them, allocations undone,
entered late, or with one end only, several dictionaries for one column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditlib.days import month_index
from creditlib.errors import TooLarge
from creditlib.facts import book as book_module
from creditlib.facts import ledger
from creditlib.facts.book import Book, open_book, save_book
from creditlib.facts.open_items import open_items
from creditlib.facts.tables import ALLOCATIONS, DOCUMENTS, build
from creditlib.measures import pieces
from creditlib.measures.aging import aging
from creditlib.measures.dso import dso
from creditlib.measures.payment import payment_behaviour
from creditlib.measures.pieces import Grouper, Products
from creditlib.measures.sales import billings, by_month, monthly_billings
from creditlib.measures.segments import group, products

DAY0 = date(2024, 1, 1)
AS_OF = date(2024, 4, 30)
CUSTOMERS = ("C2", "C10", "客户", "")
KINDS = ("invoice", "debit_note", "credit_note", "receipt", "bill", "advance")

days = st.integers(0, 200).map(lambda n: DAY0 + timedelta(days=n))
maybe = st.none() | days
document = st.fixed_dictionaries(
    {
        "customer": st.sampled_from(CUSTOMERS), "kind": st.sampled_from(KINDS), "currency": st.sampled_from(["CNY", "JPY"]),
        "amount_minor": st.integers(-500, 500) | st.just(10**13), "posted_on": maybe, "issue_on": maybe, "due_on": maybe,
        "known_on": maybe, "salesperson": st.none() | st.sampled_from(["周明", "Anna"]),
    }
)  # fmt: skip
allocation = st.fixed_dictionaries(
    {
        "from": st.none() | st.integers(0, 99), "to": st.none() | st.integers(0, 99), "amount_minor": st.integers(1, 400),
        "on": days, "known_on": maybe, "undone_on": maybe,
    }
)  # fmt: skip


@st.composite
def books(draw: st.DrawFn) -> Book:
    book_module.PIECE = draw(st.sampled_from([1, 3, 1 << 18]))
    book_module._ROW_GROUP = 2 * book_module.PIECE
    rows = draw(st.lists(document, min_size=1, max_size=12))
    full = draw(st.sampled_from([(), ("posted_on",), ("posted_on", "due_on")]))
    for row in rows:
        row |= {name: row[name] or DAY0 for name in full}
    lines = [
        line for line in draw(st.lists(allocation, max_size=14)) if line["from"] is not None or line["to"] is not None
    ]
    cut = draw(st.integers(0, len(rows)))
    parts = [_documents(rows[a:b], a) for a, b in ((0, cut), (cut, len(rows))) if b > a]
    columns: dict[str, Any] = {
        name: [line[name] for line in lines] for name in ("amount_minor", "on", "known_on", "undone_on")
    }
    for end in ("from", "to"):
        ids = [None if line[end] is None else line[end] % len(rows) for line in lines]
        columns[f"{end}_document"] = pa.array(ids, pa.int64())
    for name in ("on", "known_on", "undone_on"):
        columns[name] = pa.array(columns[name], pa.date32())
    columns["origin"] = ["given"] * len(lines)
    return Book(pa.concat_tables(parts), build(ALLOCATIONS, columns, len(lines)))


def _documents(rows: list[dict[str, Any]], first: int) -> pa.Table:
    columns: dict[str, Any] = {name: pa.array([row[name] for row in rows]) for name in rows[0]}
    for name in ("posted_on", "issue_on", "due_on", "known_on"):
        columns[name] = columns[name].cast(pa.date32())
    columns["salesperson"] = columns["salesperson"].cast(pa.string())
    columns |= {"id": np.arange(first, first + len(rows)), "source_file": ["x"] * len(rows)}
    columns["source_row"] = np.arange(len(rows), dtype=np.int32) + 1
    return build(DOCUMENTS, columns, len(rows))


@pytest.fixture(autouse=True)
def _pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the sizes back that `books` changes."""
    monkeypatch.setattr(book_module, "PIECE", book_module.PIECE)
    monkeypatch.setattr(book_module, "_ROW_GROUP", book_module._ROW_GROUP)


def both(held: Book) -> Iterator[Book]:
    """The book in memory, and the same book connected."""
    yield held
    with TemporaryDirectory() as folder:
        yield open_book(save_book(held, Path(folder) / "book"))


kernel = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def balances_by_loop(book: Book, as_of: date, known_on: date | None) -> list[int]:
    def known(row: dict[str, Any], own: date | None) -> bool:
        entered = row["known_on"] or own
        return known_on is None or entered is None or entered <= known_on

    documents = book.table("documents").to_pylist()
    begins = [row["posted_on"] or row["issue_on"] for row in documents]
    exists = [(b is None or b <= as_of) and known(row, b) for row, b in zip(documents, begins, strict=True)]
    told = as_of if known_on is None else min(as_of, known_on)  # an undoing not yet entered has not happened
    left = [row["amount_minor"] if there else 0 for row, there in zip(documents, exists, strict=True)]
    for line in book.table("allocations").to_pylist():
        ends = [line["to_document"], line["from_document"]]
        if line["on"] > as_of or (line["undone_on"] and line["undone_on"] <= told) or not known(line, line["on"]):
            continue
        if not all(end is None or exists[end] for end in ends):
            continue
        for end, sign in zip(ends, (-1, 1), strict=True):
            if end is not None:
                left[end] += sign * line["amount_minor"]
    return left


@kernel
@given(books(), st.none() | days)
def test_balances_equal_a_loop_over_all_rows(held: Book, known_on: date | None) -> None:
    expected = balances_by_loop(held, AS_OF, known_on)
    for book in both(held):
        state = ledger.balances(book, AS_OF, known_on)
        assert state.open_minor.tolist() == expected
        items = open_items(book, AS_OF, known_on=known_on)
        assert items.rows.tolist() == [i for i, value in enumerate(expected) if value]
        assert items.open_minor.tolist() == [value for value in expected if value]


@kernel
@given(books())
def test_aging_equals_a_loop_over_the_items(held: Book) -> None:
    edges, names = [30, 60], ["not_due", "1-30", "31-60", "60+"]
    expected: dict[tuple[str, str | None, str], dict[str, int]] = {}
    rows = held.table("documents").to_pylist()
    for row, left in zip(rows, balances_by_loop(held, AS_OF, None), strict=True):
        if left:
            due = row["due_on"] or row["issue_on"] or row["posted_on"]
            late = (AS_OF - due).days if due else 10**6
            bucket = "unapplied" if left < 0 else names[(late > 0) + sum(late > e for e in edges)]
            key = row["customer"], row["salesperson"], row["currency"]
            line = expected.setdefault(key, dict.fromkeys([*names, "unapplied", "items"], 0))
            line[bucket] += left
            line["items"] += 1
    for book in both(held):
        table = aging(open_items(book, AS_OF), edges=edges, by=("customer", "salesperson")).rows()
        found = {
            (r["customer"], r["salesperson"], r["currency"]): {n: r[n] for n in [*names, "unapplied", "items"]}
            for r in table
        }
        assert found == expected
        keys = [(r["customer"], r["salesperson"] is None, r["salesperson"] or "") for r in table]
        assert keys == sorted(keys)


@kernel
@given(books())
def test_monthly_billings_equal_the_rows_summed_and_countback_does_not_depend_on_the_pieces(held: Book) -> None:
    slow = by_month(billings(held, AS_OF, "gross", ("customer", "salesperson")), AS_OF)
    for book in both(held):
        fast = monthly_billings(book, AS_OF, "gross", ("customer", "salesperson"))
        assert cells(fast) == cells(slow)
        assert dso(book, AS_OF, by=("customer",)).table.equals(countback_of_one_piece(held))


def cells(monthly: Any) -> dict[tuple[Any, ...], list[int]]:
    names = [[texts[code] for code in own.tolist()] for own, texts in monthly.keys.values()]
    return dict(zip(zip(*names, strict=True), monthly.grid.tolist(), strict=True))


def countback_of_one_piece(held: Book) -> pa.Table:
    piece, book_module.PIECE = book_module.PIECE, 1 << 18
    try:
        return dso(held, AS_OF, by=("customer",)).table
    finally:
        book_module.PIECE = piece


@kernel
@given(books())
def test_countback_equals_a_walk_month_by_month(held: Book) -> None:
    receivables: dict[tuple[str, str], int] = defaultdict(int)
    sales: dict[tuple[str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    oldest = 0
    rows = held.table("documents").to_pylist()
    for row, left in zip(rows, balances_by_loop(held, AS_OF, None), strict=True):
        key = row["customer"], row["currency"]
        begin = row["posted_on"] or row["issue_on"]
        if left and row["kind"] not in ("bill", "advance"):
            receivables[key] += left
        if row["kind"] in ("invoice", "debit_note", "credit_note") and begin and begin <= AS_OF:
            age = month_index(AS_OF) - month_index(begin)
            sales[key][age] += row["amount_minor"]
            oldest = max(oldest, age)
    lengths = [30, 31, 29, 31]  # April, March, February, January 2024
    expected = {}
    for key in receivables.keys() | sales.keys():
        left, length = receivables[key], Fraction(0)
        for age in range(oldest + 1):
            sold = sales[key][age]
            if sold <= 0 or left <= 0:
                break
            length += lengths[age] * min(Fraction(left, sold), 1)
            left -= sold
        expected[key] = float(length), left > 0, receivables[key]
    for book in both(held):
        found = dso(book, AS_OF, by=("customer",)).rows()
        assert {(r["customer"], r["currency"]): (r["at_least"], r["receivables_minor"]) for r in found} == {
            key: value[1:] for key, value in expected.items()
        }
        for row in found:
            assert row["days"] == pytest.approx(expected[row["customer"], row["currency"]][0], rel=1e-12, abs=1e-12)


@kernel
@given(books(), st.integers(0, 10))
def test_payment_behaviour_equals_a_loop_over_the_items_due(held: Book, grace: int) -> None:
    start, points = date(2024, 2, 1), [(0.0, 100.0), (30.0, 50.0), (90.0, 0.0)]
    rows = held.table("documents").to_pylist()
    lines = held.table("allocations").to_pylist()
    seen: dict[tuple[str, str], list[tuple[int, int, int, bool]]] = defaultdict(list)
    paid_on_time: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for number, row in enumerate(rows):
        begin = row["posted_on"] or row["issue_on"]
        due = row["due_on"] or row["issue_on"] or begin  # as in aging
        if row["kind"] not in ("invoice", "debit_note", "bill") or row["amount_minor"] <= 0:
            continue
        if due is None or not start <= due <= AS_OF or (begin and begin > AS_OF):
            continue
        issued = row["issue_on"] or begin or due
        mine = []
        for line in lines:
            payer = None if line["from_document"] is None else rows[line["from_document"]]
            exists = (payer["posted_on"] or payer["issue_on"]) if payer else None
            on = max(line["on"], exists or line["on"])  # a receipt pays from the day it exists
            undone = line["undone_on"] and line["undone_on"] <= AS_OF
            if line["to_document"] == number and on <= AS_OF and not undone:
                mine.append((line["amount_minor"], on, False))
        left = row["amount_minor"] - sum(paid for paid, _, _ in mine)
        if left > 0:
            mine.append((left, AS_OF, True))
        key = row["customer"], row["currency"]
        seen[key] += [(paid, (on - due).days, (on - issued).days, unpaid) for paid, on, unpaid in mine]
        paid_on_time[key].append(all((on - due).days <= grace for _, on, _ in mine))
    for book in both(held):
        found = payment_behaviour(book, start, AS_OF, points=points, late_after=grace).rows()
        assert {(r["customer"], r["currency"]) for r in found} == seen.keys()
        for r in found:
            key = r["customer"], r["currency"]
            weight = sum(paid for paid, _, _, _ in seen[key])
            assert r["items"] == len(paid_on_time[key])
            assert r["unpaid_minor"] == sum(paid for paid, _, _, unpaid in seen[key] if unpaid)
            assert r["on_time_count_share"] == sum(paid_on_time[key]) / len(paid_on_time[key])
            index = sum(
                paid * round(float(np.interp(late, *zip(*points, strict=True))) * 1000)
                for paid, late, _, _ in seen[key]
            )
            for name, total in {
                "dbt_days": sum(paid * max(late, 0) for paid, late, _, _ in seen[key]),
                "net_dbt_days": sum(paid * late for paid, late, _, _ in seen[key]),
                "days_to_pay": sum(paid * taken for paid, _, taken, _ in seen[key]),
                "on_time_share": sum(paid for paid, late, _, _ in seen[key] if late <= grace),
            }.items():
                assert r[name] == total / weight  # exact integers until the one division
            assert r["payment_index"] == pytest.approx(index / weight / 1000, rel=1e-12)


@kernel
@given(books())
def test_a_saved_book_holds_the_same_rows_and_counts_its_nulls_without_reading(held: Book) -> None:
    *_, connected = both(held)
    with TemporaryDirectory() as folder:
        connected = open_book(save_book(held, Path(folder) / "book"))
        for name in ("documents", "allocations"):
            assert connected.table(name).to_pylist() == held.table(name).to_pylist()
            columns = held.table(name).column_names
            assert connected.nulls(name, columns) == {c: held.table(name)[c].null_count for c in columns}
            again = [row for _, piece in connected.scan(name, columns) for row in piece.to_pylist()]
            assert again == held.table(name).to_pylist()


@kernel
@given(books(), st.data())
def test_taking_rows_gives_those_rows_in_any_order(held: Book, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, held.rows("documents") - 1), max_size=8))
    for chosen in (rows, sorted(rows)):
        expected = [held.table("documents").select(["customer", "due_on"]).to_pylist()[i] for i in chosen]
        for book in both(held):
            taken = book.take("documents", ["customer", "due_on"], np.array(chosen, np.int64))
            assert taken.to_pylist() == expected


@kernel
@given(st.lists(st.lists(st.tuples(*[st.none() | st.sampled_from("abcd")] * 2), max_size=6), max_size=5), st.booleans())
def test_groups_found_piece_by_piece_are_those_of_the_whole(
    parts: list[list[tuple[str | None, str | None]]], dense: bool
) -> None:
    kept, pieces._DENSE = pieces._DENSE, (1 << 26 if dense else 0)
    try:
        grouper, found = Grouper(["x", "y"]), []
        for part in parts:
            columns = {
                name: pa.array([row[i] for row in part], pa.string()).dictionary_encode() for i, name in enumerate("xy")
            }
            found += grouper.add(pa.table(columns)).tolist()
    finally:
        pieces._DENSE = kept
    rows = [row for part in parts for row in part]
    texts = [[names[code] for code in own.tolist()] for _, own, names in grouper.keys]
    members = list(zip(*texts, strict=True))
    assert [members[code] for code in found] == rows
    assert len(members) == len(set(rows))
    if rows:
        sorted_groups = group(grouper.keys)
        named = list(zip(*(column.to_pylist() for column in sorted_groups.columns.values()), strict=True))
        assert [named[sorted_groups.codes[code]] for code in found] == rows
        assert named == sorted(named, key=lambda row: [(text is None, text or "") for text in row])


@kernel
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(-(10**6), 10**6), st.integers(-400, 400)), max_size=20),
    st.integers(1, 5),
)
def test_products_added_in_pieces_are_exact(rows: list[tuple[int, int, int]], size: int) -> None:
    adder = Products(3)
    for at in range(0, len(rows), size):
        part = np.array(rows[at : at + size], np.int64)
        adder.add(part[:, 0], part[:, 1], part[:, 2])
    expected = [sum(money * length for code, money, length in rows if code == group) for group in range(3)]
    assert adder.sums.tolist() == expected


def test_a_sum_that_could_pass_63_bits_is_refused_and_one_that_only_looks_large_is_not() -> None:
    money = np.array([2**52, 2**52], np.int64)
    with pytest.raises(TooLarge):
        products(np.array([0, 0]), money, np.array([600, 600]), 1)  # 2 × 2^52 × 600 ≥ 2^62
    apart = products(np.array([0, 1]), money, np.array([600, 600]), 2)  # 2^52 × 600 < 2^62 in each
    assert apart.tolist() == [2**52 * 600] * 2
    adder = Products(1)
    adder.add(np.array([0]), money[:1], np.array([600]))
    with pytest.raises(TooLarge):
        adder.add(np.array([0]), money[:1], np.array([600]))
    assert adder.sums.tolist() == [2**52 * 600]
