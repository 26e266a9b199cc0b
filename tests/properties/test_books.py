"""What holds for every ledger: buckets add up, credits are conserved, later knowledge changes nothing known before."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from creditlib.errors import CurrencyError
from creditlib.facts.allocate import oldest_due_first
from creditlib.facts.book import Book, open_book, save_book
from creditlib.facts.ledger import balances
from creditlib.facts.open_items import NETTINGS, Rate, convert, open_items
from creditlib.facts.tables import ALLOCATIONS, DOCUMENTS
from creditlib.measures.aging import UNAPPLIED, aging, bucket_codes, bucket_keys
from creditlib.measures.exposure import concentration, exposure
from creditlib.measures.payment import payment_behaviour

START = date(2024, 2, 1)  # 2024 is a leap year: the days below cross 29 February
AS_OF = date(2024, 3, 1)
DAYS = st.one_of(st.integers(-120, 60), st.sampled_from([-91, -90, -61, -60, -31, -30, -1, 0, 1]))
AMOUNTS = st.one_of(st.sampled_from([1, -1, 0, 100, -100]), st.integers(-10_000_000, 10_000_000))

Row = dict[str, Any]


@st.composite
def documents(draw: st.DrawFn, least: int = 0, most: int = 14) -> list[Row]:
    rows = []
    for i in range(draw(st.integers(least, most))):
        amount = draw(AMOUNTS)
        issued = AS_OF + timedelta(draw(DAYS))
        kinds = ("invoice", "bill", "fx_difference") if amount >= 0 else ("receipt", "credit_note", "fx_difference")
        rows.append(
            {
                "customer": draw(st.sampled_from(["C1", "C2", "007"])),
                "document": f"D{i}",
                "kind": draw(st.sampled_from(kinds)),
                "currency": draw(st.sampled_from(["CNY", "USD"])),
                "entity": draw(st.sampled_from(["E1", "E2", None])),
                "amount_minor": amount,
                "issue_on": issued,
                "posted_on": draw(st.sampled_from([None, issued, issued + timedelta(2)])),
                "due_on": draw(st.sampled_from([None, issued, issued + timedelta(30), AS_OF, AS_OF - timedelta(1)])),
                "known_on": draw(st.sampled_from([None, issued, issued + timedelta(5)])),
            }
        )
    return rows


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    rows = draw(documents())
    links = []
    credits = [i for i, row in enumerate(rows) if row["amount_minor"] < 0]
    debits = [i for i, row in enumerate(rows) if row["amount_minor"] > 0]
    for _ in range(draw(st.integers(0, 6)) if credits and debits else 0):
        source, target = draw(st.sampled_from(credits)), draw(st.sampled_from(debits))
        on = AS_OF + timedelta(draw(DAYS))
        links.append(
            {
                "from_document": draw(st.sampled_from([source, None])),
                "to_document": target,
                "amount_minor": draw(st.integers(1, abs(rows[target]["amount_minor"]))),
                "on": on,
                "known_on": draw(st.sampled_from([None, on + timedelta(3)])),
                "undone_on": draw(st.sampled_from([None, None, on + timedelta(4)])),
            }
        )
    return rows, links


def build(rows: list[Row], links: list[Row] = []) -> Book:  # noqa: B006
    given_rows = [row | {"id": i, "source_file": "x", "source_row": i + 1} for i, row in enumerate(rows)]
    given_links = [link | {"origin": "given"} for link in links]
    tables = []
    for schema, some in ((DOCUMENTS, given_rows), (ALLOCATIONS, given_links)):
        columns = {f.name: pa.array([r.get(f.name) for r in some], f.type) for f in schema}
        tables.append(pa.table(columns, schema=schema))
    return Book(*tables)


def reference(rows: list[Row], links: list[Row], day: date, known: date | None) -> list[int]:
    """Balances in plain Python, one document at a time."""

    def start(row: Row) -> date:
        return row["posted_on"] or row["issue_on"]  # type: ignore[no-any-return]

    def there(row: Row) -> bool:
        return start(row) <= day and (known is None or (row["known_on"] or start(row)) <= known)

    left = [row["amount_minor"] if there(row) else 0 for row in rows]
    for link in links:
        ends = [link["from_document"], link["to_document"]]
        live = link["on"] <= day and all(there(rows[i]) for i in ends if i is not None)
        live = live and (known is None or (link["known_on"] or link["on"]) <= known)
        back = link["undone_on"]
        if back is not None and back <= day and (known is None or back <= known):
            live = False
        for i, sign in zip(ends, (1, -1), strict=True):
            if live and i is not None:
                left[i] += sign * link["amount_minor"]
    return left


@given(ledgers(), st.sampled_from([AS_OF, AS_OF + timedelta(10)]), st.sampled_from([None, AS_OF, AS_OF - timedelta(3)]))
def test_balances_equal_plain_arithmetic_document_by_document(
    ledger: tuple[list[Row], list[Row]], day: date, known: date | None
) -> None:
    rows, links = ledger
    assert balances(build(rows, links), day, known).open_minor.tolist() == reference(rows, links, day, known)


@given(
    ledgers(),
    st.lists(st.integers(1, 400), min_size=1, max_size=5, unique=True).map(sorted),
    st.sampled_from(["due_on", "issue_on", "years"]),
    st.sampled_from(NETTINGS),
    st.sampled_from([("customer",), ("entity",), ("kind", "customer"), ()]),
)
def test_buckets_add_up_to_the_open_total_whatever_edges_basis_netting_and_key(
    ledger: tuple[list[Row], list[Row]], edges: list[int], basis: Any, netting: Any, by: tuple[str, ...]
) -> None:
    book = build(*ledger)
    items = open_items(book, AS_OF, netting=netting)
    figures = aging(items, edges=edges, basis=basis, by=by)
    keys = (*bucket_keys(edges, basis), UNAPPLIED)
    for row in figures.rows():
        assert sum(row[key] for key in keys) == row["total_minor"]
        assert row["items"] > 0
    open_total: dict[str, int] = {}
    for row, left in zip(ledger[0], balances(book, AS_OF).open_minor.tolist(), strict=True):
        if left:
            open_total[row["currency"]] = open_total.get(row["currency"], 0) + left
    totals = figures.totals
    assert {c: m for c, m in totals.items() if m} == {c: m for c, m in open_total.items() if m}


@given(ledgers())
def test_every_bucket_row_names_documents_that_add_up_to_it(ledger: tuple[list[Row], list[Row]]) -> None:
    figures = aging(open_items(build(*ledger), AS_OF), edges=[30, 60, 90])
    for row in figures.rows():
        why = figures.why(customer=row["customer"], currency=row["currency"])
        assert sum(why.documents["open_minor"].to_pylist()) == row["total_minor"]
        assert len(why.documents) == row["items"]


@given(documents(), st.sampled_from([30, 45]))
@example([{"customer": "C1", "currency": "CNY", "entity": None, "kind": "invoice", "amount_minor": 1, "issue_on": AS_OF,
           "posted_on": None, "due_on": AS_OF, "known_on": None}], 30)  # fmt: skip
def test_bucket_of_each_item_follows_from_its_days_past_due(rows: list[Row], edge: int) -> None:
    items = open_items(build(rows), AS_OF)
    keys = (*bucket_keys([edge, 90]), UNAPPLIED)
    for id_, code in zip(items.rows.tolist(), bucket_codes(items, [edge, 90]).tolist(), strict=True):
        row = rows[id_]
        late = (AS_OF - (row["due_on"] or row["issue_on"])).days
        expected = (
            "not_due" if late <= 0 else f"1-{edge}" if late <= edge else f"{edge + 1}-90" if late <= 90 else "90+"
        )
        if row["kind"] == "fx_difference":
            expected = "not_due"
        assert keys[code] == (UNAPPLIED if row["amount_minor"] < 0 else expected)


@given(documents(least=2))
def test_oldest_due_first_conserves_money_and_never_crosses_a_border(rows: list[Row]) -> None:
    book = build(rows)
    open_minor = balances(book, AS_OF).open_minor
    links = oldest_due_first(book, open_minor, AS_OF)
    given_, taken = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    for source, target, amount in zip(
        links.from_document.tolist(), links.to_document.tolist(), links.amount_minor.tolist(), strict=True
    ):
        assert amount > 0
        for key in ("customer", "entity", "currency"):
            assert rows[source][key] == rows[target][key]
        given_[source] += amount
        taken[target] += amount
    assert (given_ <= np.maximum(-open_minor, 0)).all()  # Σ allocations ≤ receipt
    assert (taken <= np.maximum(open_minor, 0)).all()  # no item takes more than it owes
    sides: dict[tuple[Any, ...], list[int]] = {}
    for row, left, gave, took in zip(rows, open_minor.tolist(), given_.tolist(), taken.tolist(), strict=True):
        side = sides.setdefault((row["customer"], row["entity"], row["currency"]), [0, 0, 0, 0])
        side[0] += max(left, 0)
        side[1] += max(-left, 0)
        side[2] += gave
        side[3] += took
    for owed, paid, gave, took in sides.values():
        assert gave == took == min(owed, paid)  # either the items or the credits are used up


@given(documents(least=2))
def test_oldest_due_first_equals_the_loop_everybody_would_write(rows: list[Row]) -> None:
    book = build(rows)
    left = balances(book, AS_OF).open_minor.tolist()

    def start(i: int) -> date:
        return rows[i]["posted_on"] or rows[i]["issue_on"]  # type: ignore[no-any-return]

    expected = list(left)
    credits = sorted((i for i, v in enumerate(left) if v < 0), key=lambda i: (start(i), i))
    items = sorted(
        (i for i, v in enumerate(left) if v > 0), key=lambda i: (rows[i]["due_on"] or rows[i]["issue_on"], i)
    )
    for c, i in itertools.product(credits, items):
        same = all(rows[c][key] == rows[i][key] for key in ("customer", "entity", "currency"))
        take = min(-expected[c], expected[i]) if same else 0
        expected[c] += take
        expected[i] -= take
    found = np.zeros(len(rows), np.int64)
    items_found = open_items(book, AS_OF, netting="fifo")
    found[items_found.rows] = items_found.open_minor
    assert found.tolist() == expected


@given(ledgers(), ledgers())
def test_what_becomes_known_later_changes_nothing_known_before(
    ledger: tuple[list[Row], list[Row]], later: tuple[list[Row], list[Row]]
) -> None:
    rows, links = ledger
    before = balances(build(rows, links), AS_OF, AS_OF).open_minor
    tomorrow = AS_OF + timedelta(1)
    new_rows = [row | {"known_on": tomorrow} for row in later[0]]
    new_links = [link | {"known_on": tomorrow} for link in later[1]]
    for link in new_links:
        link["to_document"] += len(rows)
        if link["from_document"] is not None:
            link["from_document"] += len(rows)
    if new_links and rows:
        new_links.append(new_links[0] | {"to_document": 0, "from_document": None})
    after = balances(build(rows + new_rows, links + new_links), AS_OF, AS_OF).open_minor
    assert after[: len(rows)].tolist() == before.tolist()
    assert not after[len(rows) :].any()


@given(ledgers())
def test_undoing_an_allocation_later_does_not_rewrite_an_earlier_report(ledger: tuple[list[Row], list[Row]]) -> None:
    rows, links = ledger
    before = balances(build(rows, links), AS_OF).open_minor
    undone = [link | {"undone_on": link["undone_on"] or AS_OF + timedelta(1)} for link in links]
    assert balances(build(rows, undone), AS_OF).open_minor.tolist() == before.tolist()


@given(ledgers(), st.randoms(use_true_random=False))
def test_order_of_rows_changes_no_figure(ledger: tuple[list[Row], list[Row]], random: Any) -> None:
    rows, links = ledger
    order = list(range(len(rows)))
    random.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    moved = [
        link | {side: None if link[side] is None else place[link[side]] for side in ("from_document", "to_document")}
        for link in links
    ]
    random.shuffle(moved)
    books = build(rows, links), build([rows[i] for i in order], moved)
    for netting in ("separate", "by_date"):
        one, two = (aging(open_items(b, AS_OF, netting=netting), edges=[30, 60]).rows() for b in books)  # type: ignore[arg-type]
        assert one == two
    start = date(2023, 10, 1)
    assert payment_behaviour(books[0], start, AS_OF).rows() == payment_behaviour(books[1], start, AS_OF).rows()
    assert exposure(books[0], AS_OF).rows() == exposure(books[1], AS_OF).rows()


@given(ledgers())
def test_a_connected_folder_gives_the_figures_of_the_book_it_was_made_of(
    tmp_path_factory: pytest.TempPathFactory, ledger: tuple[list[Row], list[Row]]
) -> None:
    book = build(*ledger)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_ROW_GROUP", "PIECE"):  # pieces of three rows: every kernel meets a border
            patch.setattr(f"creditlib.facts.book.{name}", 3, raising=False)
        opened = open_book(save_book(book, tmp_path_factory.mktemp("book") / "b"))
    for netting in NETTINGS:
        one, two = (aging(open_items(b, AS_OF, netting=netting), edges=[30, 60]).rows() for b in (book, opened))
        assert one == two
    assert opened.table("documents").equals(book.table("documents"))


@given(ledgers())
def test_two_currencies_never_mix(ledger: tuple[list[Row], list[Row]]) -> None:
    rows, links = ledger
    book = build(rows, links)
    figures = aging(open_items(book, AS_OF), edges=[30], by=())
    left = reference(rows, links, AS_OF, None)
    for currency in ("CNY", "USD"):
        own = sum(v for row, v in zip(rows, left, strict=True) if row["currency"] == currency)
        assert figures.totals.get(currency, 0) == own
    if len(figures.currencies) == 2:
        with pytest.raises(CurrencyError):
            _ = figures.total_minor


@given(
    ledgers(),
    st.one_of(
        st.decimals("0.0001", "2000", places=4),
        st.decimals("0.000000000001", "2", places=12).filter(lambda rate: rate > 0),
    ),
)
def test_conversion_equals_decimal_item_by_item(ledger: tuple[list[Row], list[Row]], rate: Decimal) -> None:
    items = open_items(build(*ledger), AS_OF)
    made = convert(items, [Rate("USD", rate, AS_OF)], "CNY")
    for own, code, new in zip(
        items.open_minor.tolist(), items.currency.tolist(), made.open_minor.tolist(), strict=True
    ):
        if items.currencies[code] == "USD":
            exact = Decimal(own) * rate
            own = int(exact.copy_abs().quantize(Decimal(1), ROUND_HALF_UP).copy_sign(exact))
        assert new == own
    assert sum(made.totals.values()) == int(made.open_minor.sum())


@given(ledgers(), st.integers(1, 4))
def test_shares_of_the_largest_debtors_stay_within_one(ledger: tuple[list[Row], list[Row]], top: int) -> None:
    figures = concentration(open_items(build(*ledger), AS_OF), top=top)
    for currency in figures.currencies if figures.table.num_rows else ():
        rows = [row for row in figures.rows() if row["currency"] == currency]
        assert len(rows) <= top
        assert all(0 < row["share"] <= 1 for row in rows)
        assert [row["total_minor"] for row in rows] == sorted((row["total_minor"] for row in rows), reverse=True)
        assert rows[-1]["cumulative_share"] == pytest.approx(sum(row["share"] for row in rows))
        assert 0 < figures.values[currency]["herfindahl"] <= 1 + 1e-12


def test_a_ledger_of_nothing_gives_figures_of_nothing(tmp_path: Path) -> None:
    book = open_book(save_book(Book(), tmp_path / "b"))
    for empty in (Book(), book):
        for netting in NETTINGS:
            assert aging(open_items(empty, AS_OF, netting=netting), edges=[30]).rows() == []
        assert exposure(empty, AS_OF).rows() == []
        assert payment_behaviour(empty, START, AS_OF).rows() == []
