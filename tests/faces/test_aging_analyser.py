"""The aging analyser: what is pasted comes out as `creditlib.aging` has it, to the cent, and nothing is lost silently."""

from __future__ import annotations

import csv
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from creditlib.errors import Lang
from creditlib.faces.wording import bucket_label, say
from creditlib.facts.open_items import open_items
from creditlib.facts.reading import read
from creditlib.measures.aging import aging, bucket_keys
from creditlib.money import exponent
from creditlib.policy import load_policy

sys.path.insert(0, str(Path(__file__).parent))
from cells import Figures, Sheets

KIND = "aging_analyser"
DAY = date(2026, 10, 31)
EDGES = (30, 60, 90, 180, 365)
HEADS = ("customer code", "customer name", "document number", "invoice date", "due date", "currency", "amount", "salesperson", "entity")  # fmt: skip
Row = tuple[Any, ...]


def row(
    customer: Any,
    amount: Any,
    due: Any = None,
    issue: Any = DAY - timedelta(400),
    currency: Any = "CNY",
    document: str = "D",
) -> Row:
    return (customer, f"Name of {customer}", document, issue, due, currency, amount, None, None)


def ago(days: int) -> date:
    return DAY - timedelta(days)


def typed(rows: list[Row], lang: Lang = "en", **settings: Any) -> Sheets:
    """The analyser with rows pasted over its sample."""
    sheets = Sheets(KIND, lang, 320 if len(rows) < 310 else 0)
    sheet, low, top, _, _ = sheets.place("items_first")
    ws = sheets.book[sheet]
    for down in range(40):
        for right in range(len(HEADS)):
            ws.cell(top + down, low + right).value = None
    for down, cells in enumerate(rows):
        for right, value in enumerate(cells):
            cell = ws.cell(top + down, low + right)
            cell.value = value
            if isinstance(value, str) and value.startswith("=70"):
                cell.data_type = "s"
    sheets.put("in_control", None)
    for name, value in settings.items():
        sheets.put(f"in_{name}", value)
    return sheets


def expected(
    rows: list[Row], tmp_path: Path, edges: tuple[int, ...] = EDGES, home: str = "CNY"
) -> dict[str, dict[str, Any]]:
    """The library's aging of the same rows, by customer."""
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADS)
        for cells in rows:
            writer.writerow(["" if c is None else c.date() if isinstance(c, datetime) else c for c in cells])
    items = open_items(read(path, home=home).book, DAY)
    return {r["customer"]: r for r in aging(items, edges=edges).table.to_pylist()}


def compare(figures: Figures, library: dict[str, dict[str, Any]], keys: tuple[str, ...], home: str = "CNY") -> None:
    """Every customer, every bucket, every total, to the cent."""
    unit = 10 ** exponent(home)
    columns = [*keys, "unapplied"]
    places = [*range(len(keys)), len(EDGES) + 2]  # with fewer edges the columns between stay blank
    found = {}
    for cells in figures.rows("aging_rows"):
        if cells[0] == "":
            break
        found[str(cells[0])] = cells
    assert found.keys() == library.keys()
    for code, cells in found.items():
        own = library[code]
        assert [round(cells[4 + p] * unit) for p in places] == [own[c] for c in columns], code
        assert (cells[2], round(cells[3] * unit), round(cells[-2] * unit)) == (
            own["items"],
            own["total_minor"],
            own["overdue_minor"],
        ), code
    order = [round(cells[-2] * unit) for cells in found.values()]
    assert order == sorted(order, reverse=True)
    sums = [sum(r[c] for r in library.values()) for c in columns]
    assert [round(figures.at(f"bucket_{p + 1}", right=3) * unit) for p in places] == sums
    assert round(figures.at("sum_total", right=3) * unit) == sum(sums)
    assert round(figures.at("sum_overdue", right=3) * unit) == sum(r["overdue_minor"] for r in library.values())
    assert figures.at("sum_total", right=2) == sum(r["items"] for r in library.values())
    for name in ("difference", "by_bucket", "by_customer"):
        assert figures.at(f"tie_{name}") == 0, name
    assert figures.errors() == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_sample_comes_out_as_the_library_ages_it(lang: Lang, tmp_path: Path) -> None:
    sheets = Sheets(KIND, lang)
    sheet, low, top, _, _ = sheets.place("items_first")
    ws = sheets.book[sheet]
    rows = [tuple(ws.cell(r, low + k).value for k in range(9)) for r in range(top, top + 30)]
    assert ws.cell(top + 30, low).value is None
    for cells in rows:
        assert isinstance(cells[6], int | float)
    figures = sheets.calculate(tmp_path / "as_is.xlsx")
    keys = bucket_keys(EDGES)
    compare(figures, expected(rows, tmp_path), keys)
    assert figures.at("tie_control_difference") == 0
    assert [figures.at(f"bucket_{k + 1}") for k in range(8)] == [bucket_label(k, lang) for k in (*keys, "unapplied")]
    assert str(figures.at("verdict")).startswith(say("analyser.verdict.fine", lang))
    days = {(DAY - c[4].date()).days if isinstance(c[4], datetime) else None for c in rows}
    assert {0, 1, 30, 31, 90, 91, None} <= days  # the sample shows what the edges mean
    assert {cells[8] for cells in figures.rows("top_rows") if cells[1] != ""} == {say("analyser.top.missing", lang)}


def test_edges_days_credits_and_odd_codes_are_told_apart_as_the_library_does(tmp_path: Path) -> None:
    rows = [
        row("DAYS", 100 + d, ago(d), document=f"D{d}")
        for d in (-1, 0, 1, 30, 31, 60, 61, 90, 91, 180, 181, 365, 366, 9000)
    ]
    rows += [row("CENT", 0.01, ago(31)), row("CENT", -0.01, ago(400), document="CN"), row("NEGATIVE", -500.25, ago(90))]
    rows += [
        row("0001", 1, ago(1)),
        row("1", 2, ago(1)),
        row("01", 4, ago(1)),
        row("1e3", 8, ago(1)),
        row("1000", 16, ago(1)),
    ]
    rows += [
        row("=7001", 32, ago(1)),
        row("A*", 64, ago(1)),
        row("AB", 128, ago(1)),
        row("A?", 256, ago(1)),
        row("~", 512, ago(1)),
        row(">5", 1024, ago(1)),
    ]
    rows += [
        row("NODUE", 75.5, None, ago(45)),
        row("NODATE", 33.33, None, None),
        row("NOISSUE", 44.44, ago(61), None),
        row("TODAY", 12, None, DAY),
    ]
    rows += [
        row("CLOCK", 10, datetime(2026, 10, 1, 17, 30), datetime(2026, 9, 1, 23, 59)),
        row("BLANK", 5, ago(3), currency=None),
    ]
    rows += [
        row("  SPACES  ", 7, ago(2)),
        row("中文客户", 9.99, ago(33)),
        row("LARGE", 9_876_543_210.12, ago(200)),
        row("LARGE", 0.07, ago(200), document="E"),
    ]
    figures = typed(rows).calculate(tmp_path / "typed.xlsx")
    compare(figures, expected(rows, tmp_path), bucket_keys(EDGES))
    assert figures.at("check_no_due") == 2
    assert figures.at("check_no_due", right=1) == pytest.approx(87.5)  # 75.50 + 12
    assert (figures.at("check_no_date"), figures.at("check_no_date", right=1)) == (1, 33.33)
    assert (figures.at("check_no_currency"), figures.at("check_no_currency", right=1)) == (1, 5)
    assert figures.at("tie_control_difference") == "–"


def test_no_row_is_lost_silently_each_fault_is_counted_with_its_amount(tmp_path: Path) -> None:
    good = [row("C1", 1000.10, ago(10)), row("C2", 2000.20, ago(100)), row("C2", -50, None, document="CN")]
    bad = [
        row(None, 11.11, ago(5)), row("C1", None, ago(5)), row("C1", "1,234.56", ago(5)), row("C1", 22.22, "31/10/2026"),
        row("C1", 33.33, ago(5), "yesterday"), row("C1", 44.44, 20261001), row("C1", 55.55, ago(5), currency="USD"),
        row("C3", 66.66, None, DAY + timedelta(1)), row("C1", "=1/0", ago(5)), row("=1/0", 77.77, ago(5)), row("C4", 5, "=1/0"),
    ]  # fmt: skip
    sheets = typed([*good, *bad])
    sheet, low, top, _, _ = sheets.place("items_first")
    beyond = top + 5000
    for right, value in enumerate(row("C9", 88.88, ago(5))):
        sheets.book[sheet].cell(beyond + 3, low + right).value = value
    figures = sheets.calculate(tmp_path / "typed.xlsx")
    told = {
        "customer": (1, 11.11), "no_amount": (1, 0), "text_amount": (1, 0), "text_date": (3, 99.99), "currency": (1, 55.55),
        "later": (1, 66.66), "error": (3, 82.77), "beyond": (1, 88.88), "settings": (0, 0),
    }  # fmt: skip
    for name, (count, amount) in told.items():
        assert figures.at(f"check_{name}") == count, name
        assert figures.at(f"check_{name}", right=1) == pytest.approx(amount), name
        assert str(figures.at(f"check_{name}", right=2)).startswith("▲") == (count > 0), name
    assert figures.at("tie_pasted") == pytest.approx(1000.10 + 2000.20 - 50 + sum(a for _, a in told.values()))
    assert figures.at("tie_counted") == pytest.approx(2950.30)
    assert figures.at("tie_difference") == 0
    assert figures.at("verdict") == say("analyser.verdict.wrong", "en") + "12"
    library = expected(good, tmp_path)
    for cells in figures.rows("aging_rows")[:2]:
        assert round(cells[3] * 100) == library[cells[0]]["total_minor"]
    assert [e for e in figures.errors() if "1/0" not in e] == []


def test_fewer_edges_another_currency_and_rounding(tmp_path: Path) -> None:
    rows = [row(f"C{d % 3}", 1000 + d, ago(d), currency="JPY", document=f"D{d}") for d in (-5, 0, 7, 8, 45, 46, 700)]
    rows.append(row("C1", 10.5, ago(3), currency="jpy "))
    sheets = typed(rows, currency=" jpy")
    for k, edge in enumerate((7, 45, None, None, None), 2):
        sheets.put(f"bucket_{k}", edge, right=1)
    figures = sheets.calculate(tmp_path / "typed.xlsx")
    compare(figures, expected(rows, tmp_path, (7, 45), "JPY"), bucket_keys((7, 45)), "JPY")
    assert [figures.at(f"bucket_{k}") for k in range(2, 8)] == ["1–7", "8–45", "45+", "", "", ""]
    assert figures.at("tie_rounding") == 0.5  # 10.5 counts as 11


@pytest.mark.parametrize("edges", [(30, 20, 90, 180, 365), (30.5, 60, 90, 180, 365), (30, None, 90, 180, 365), ("a", 60, 90, 180, 365)])  # fmt: skip
def test_impossible_edges_stop_every_figure_and_are_told(edges: tuple[Any, ...], tmp_path: Path) -> None:
    sheets = typed([row("C1", 100, ago(10)), row("C2", 50.5, ago(40))])
    for k, edge in enumerate(edges, 2):
        sheets.put(f"bucket_{k}", edge, right=1)
    figures = sheets.calculate(tmp_path / "typed.xlsx")
    assert (figures.at("check_settings"), figures.at("check_settings", right=1)) == (2, 150.5)
    assert figures.at("sum_total", right=3) == 0
    assert figures.at("tie_difference") == 0
    assert str(figures.at("verdict")).startswith("▲")


def test_more_customers_than_rows_are_told_and_stay_in_the_total(tmp_path: Path) -> None:
    rows = [row(f"C{n:03d}", 10 + n, ago(n % 50)) for n in range(305)] + [
        row("c000", 1, ago(20)),
        row("C304", -4, None),
    ]
    figures = typed(rows).calculate(tmp_path / "typed.xlsx")
    assert figures.at("check_customers") == 5
    assert figures.at("check_customers", right=1) == sum(10 + n for n in range(300, 305)) - 4
    assert (figures.at("check_letters"), figures.at("check_letters", right=1)) == (1, 1)
    assert figures.at("aging_total", right=1) == sum(10 + n for n in range(305)) + 1 - 4
    assert figures.at("aging_rest", right=1) == figures.at("check_customers", right=1)
    assert figures.at("tie_by_customer") == 0
    assert figures.at("tie_difference") == 0


def test_an_empty_analyser_asks_for_open_items(tmp_path: Path) -> None:
    figures = typed([]).calculate(tmp_path / "typed.xlsx")
    assert figures.at("verdict") == say("analyser.verdict.empty", "en")
    assert figures.at("tie_pasted") == 0
    assert figures.errors() == []


def test_edges_are_the_policys() -> None:
    assert tuple(load_policy().at(date(2026, 1, 1))["aging.edges"]) == EDGES
    sheets = Sheets(KIND)
    found = []
    for k in range(2, 7):
        sheet, low, top, _, _ = sheets.place(f"bucket_{k}")
        found.append(sheets.book[sheet].cell(top, low + 1).value)
    assert tuple(found) == EDGES
