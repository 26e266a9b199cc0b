"""The closing workbook: what its cells hold, calculated anew by a spreadsheet engine, and what a template keeps."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import canonicalize

import ironcalc
import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook

from creditlib.errors import TemplateError, TooLarge, UsageError
from creditlib.faces.workbook import write_workbook
from creditlib.faces.workbook_sheet import column_of
from creditlib.flows.closing import Close
from creditlib.money import to_decimal

sys.path.insert(0, str(Path(__file__).parent))
import closes

CASES = {
    "usual": closes.usual,
    "differing": closes.differing,
    "open_list": closes.open_list,
    "many_currencies": closes.many_currencies,
    "yen": closes.yen,
    "two_buckets": closes.few_buckets,
    "eight_buckets": lambda: closes.few_buckets((15, 30, 60, 90, 120, 180, 365)),
    "empty": closes.empty,
}
_FORMULA = re.compile(r'<c r="([A-Z]+)(\d+)"[^>]*?(?: t="(str)")?><f>(.*?)</f><v>(.*?)</v></c>', re.S)


def titles(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [
            unescape(t) for t in re.findall(r'<sheet\b[^>]*?\bname="([^"]*)"', archive.read("xl/workbook.xml").decode())
        ]


def cached(path: Path) -> dict[tuple[int, int, int], tuple[str, float | str]]:
    """Every formula by (sheet, row, column), with the value written beside it."""
    found: dict[tuple[int, int, int], tuple[str, float | str]] = {}
    with zipfile.ZipFile(path) as archive:
        for number in range(len(titles(path))):
            xml = archive.read(f"xl/worksheets/sheet{number + 1}.xml").decode()
            for column, row, kind, formula, value in _FORMULA.findall(xml):
                said = unescape(value) if kind else float(value)
                found[number, int(row), column_of(column)] = (unescape(formula), said)
    return found


def falsified(path: Path, target: Path) -> Path:
    """A copy in which every cached value is wrong: what comes out of it was calculated."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = re.sub(rb"</f><v>.*?</v>", b"</f><v>987654</v>", content, flags=re.S)
            new.writestr(name, content)
    return target


def calculated(path: Path) -> Any:
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
    model.evaluate()
    return model


def value_of(model: Any, place: tuple[int, int, int]) -> float | str:
    value: float | str = model.get_cell_value(*place)
    return value


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", CASES)
def test_every_formula_calculates_to_the_value_written_beside_it(case: str, lang: str, tmp_path: Path) -> None:
    path = write_workbook(CASES[case](), tmp_path / "close.xlsx", lang=lang)  # type: ignore[arg-type]
    expected = cached(path)
    model = calculated(falsified(path, tmp_path / "false.xlsx"))
    assert len(expected) >= 30
    for place, (formula, value) in expected.items():
        got = value_of(model, place)
        if isinstance(value, str):
            assert same_text(got, value), (place, formula, got, value)
        else:
            assert got == pytest.approx(value, rel=1e-12, abs=1e-9), (place, formula)


def same_text(got: object, value: str) -> bool:
    """Equal; a figure of exactly half a unit in its last place may be rounded up by one engine and down by another."""
    number = r"\d[\d,]*(?:\.\d+)?"
    if re.sub(number, "0", str(got)) != re.sub(number, "0", value):
        return False
    pairs = zip(re.findall(number, str(got)), re.findall(number, value), strict=True)
    return all(
        abs(float(a.replace(",", "")) - float(b.replace(",", ""))) < 0.11 for a, b in pairs if a != b and "." in a
    )


def named(path: Path, name: str, copy: int = 0, *, right: int = 0) -> tuple[int, int, int]:
    """Where a name of the filled workbook points: sheet, row, column."""
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/workbook.xml").decode()
    target = unescape(re.search(rf'<definedName name="{name}"[^>]*>(.*?)<', xml)[1])  # type: ignore[index]
    sheet, _, cell = target.rpartition("!")
    column, row = re.match(r"\$([A-Z]+)\$(\d+)", cell).groups()  # type: ignore[union-attr]
    return titles(path).index(sheet.strip("'")), int(row) + copy, column_of(column) + right


@pytest.mark.parametrize("case", ["usual", "many_currencies", "yen"])
def test_customers_and_totals_equal_the_figures_of_the_close_to_the_cent(case: str, tmp_path: Path) -> None:
    close = CASES[case]()
    path = write_workbook(close, tmp_path / "close.xlsx")
    model = calculated(falsified(path, tmp_path / "false.xlsx"))
    fields = {"open": "total_minor", "overdue": "overdue_minor", "unapplied": "unapplied_minor", "not_due": "not_due"}
    fields |= {f"overdue_{k}": key for k, key in enumerate([b for b in close.buckets if b != "not_due"], 1)}
    rows = sorted(close.aging.to_pylist(), key=lambda r: r["currency"] != close.currency)
    if case == "many_currencies":
        order = [close.currency, *close.other_currencies]
        rows.sort(key=lambda r: order.index(r["currency"]))
    for copy, row in enumerate(rows):
        for name, column in fields.items():
            shown = value_of(model, named(path, f"aging_{name}", copy))
            assert shown == float(to_decimal(row[column], row["currency"])), (row["customer"], name)
    for copy, currency in enumerate((close.currency, *close.other_currencies)):
        sheet, row, _ = named(path, "aging_total_label")
        for name, column in fields.items():
            total = sum(r[column] for r in rows if r["currency"] == currency)
            place = (sheet, row + 3 * copy, named(path, f"aging_{name}")[2])
            assert value_of(model, place) == float(to_decimal(total, currency)), (currency, name)


def test_a_changed_amount_moves_customer_total_tie_out_verdict_and_dashboard(tmp_path: Path) -> None:
    close = closes.usual()
    path = write_workbook(close, tmp_path / "close.xlsx")
    model = calculated(path)
    verdict, status = named(path, "cover_verdict"), named(path, "tie_status")
    assert str(value_of(model, verdict)).startswith("Ties to the general ledger")
    first = close.items.to_pylist()[0]
    lines = [(line.entity, line.account) for line in close.control]
    copy = lines.index((first["entity"], first["gl_account"]))
    place = named(path, "items_amount")
    model.update_cell_with_number(*place, float(to_decimal(first["open_minor"] + 1, "CNY")))  # one cent more
    model.evaluate()
    assert value_of(model, (status[0], status[1] + copy, status[2])) == "▲ differs"
    assert value_of(model, verdict) == (
        f"Not ready to sign: {first['entity']} · {first['gl_account']} differs from the general ledger by 0.01; 3 agree."
    )
    total = close.total_minor + 1
    sheet, row, _ = named(path, "aging_total_label")
    assert value_of(model, (sheet, row, named(path, "aging_open")[2])) == float(to_decimal(total, "CNY"))


def test_a_reconciling_item_explains_the_difference(tmp_path: Path) -> None:
    path = write_workbook(closes.differing(), tmp_path / "close.xlsx")
    model = calculated(path)
    assert value_of(model, named(path, "tie_status")) == "▲ differs"
    model.update_cell_with_number(*named(path, "tie_reconciling"), 12_600.00)  # book − ledger = 12,600.00
    model.evaluate()
    assert value_of(model, named(path, "tie_status")) == "✓ ties after reconciling"


def test_resorting_the_open_items_is_seen(tmp_path: Path) -> None:
    path = write_workbook(closes.usual(), tmp_path / "close.xlsx")
    model = calculated(path)
    assert value_of(model, named(path, "aging_order")) == "✓ open items in order"
    sheet, row, column = named(path, "items_code")
    last = row + closes.usual().items.num_rows - 1
    a, b = (value_of(model, (sheet, r, column)) for r in (row, last))
    model.update_cell_with_text(sheet, row, column, str(b))
    model.update_cell_with_text(sheet, last, column, str(a))
    model.evaluate()
    assert str(value_of(model, named(path, "aging_order"))).startswith("▲")


def test_no_control_figure_is_never_a_tie(tmp_path: Path) -> None:
    path = write_workbook(closes.open_list(), tmp_path / "close.xlsx", lang="zh")
    model = calculated(path)
    assert value_of(model, named(path, "cover_verdict")) == "未与总账比较：没有提供总账余额。"
    assert value_of(model, named(path, "tie_status")) == "○ 无总账数"


def uncompared(*places: int) -> Close:
    """The usual close, some of its four accounts without a figure from the general ledger."""
    close = closes.usual()
    lines = [replace(line, control_minor=None) if k in places else line for k, line in enumerate(close.control)]
    return replace(close, control=tuple(lines))


@pytest.mark.parametrize(
    ("places", "lang", "said"),
    [
        ((1,), "en", "Does not tie completely: 1 account was not compared with the general ledger."),
        ((1, 3), "en", "Does not tie completely: 2 accounts were not compared with the general ledger."),
        ((0, 1, 2), "zh", "核对不完整：3 个科目未与总账比较。"),
        ((0, 1, 2, 3), "en", "Not compared with the general ledger: no figure from it was given."),
        ((0, 1, 2, 3), "zh", "未与总账比较：没有提供总账余额。"),
    ],
)
def test_accounts_without_a_ledger_figure_are_no_complete_tie(
    places: tuple[int, ...], lang: str, said: str, tmp_path: Path
) -> None:
    path = write_workbook(uncompared(*places), tmp_path / "close.xlsx", lang=lang)  # type: ignore[arg-type]
    model = calculated(falsified(path, tmp_path / "false.xlsx"))
    assert value_of(model, named(path, "cover_verdict")) == said
    assert cached(path)[named(path, "cover_verdict")][1] == said


def test_a_ledger_figure_entered_later_is_compared(tmp_path: Path) -> None:
    close = uncompared(1)
    path = write_workbook(close, tmp_path / "close.xlsx")
    model = calculated(path)
    place = named(path, "tie_control", 1)
    model.update_cell_with_number(*place, float(to_decimal(close.control[1].book_minor - 1, "CNY")))  # one cent less
    model.evaluate()
    assert "differs from the general ledger by 0.01; 3 agree." in str(value_of(model, named(path, "cover_verdict")))
    model.update_cell_with_number(*place, float(to_decimal(close.control[1].book_minor, "CNY")))
    model.evaluate()
    assert str(value_of(model, named(path, "cover_verdict"))).startswith("Ties to the general ledger")


def test_a_difference_beside_an_account_not_compared_says_both(tmp_path: Path) -> None:
    close = uncompared(3)
    first, *rest = close.control
    close = replace(close, control=(replace(first, control_minor=first.book_minor - 100), *rest))
    path = write_workbook(close, tmp_path / "close.xlsx")
    said = str(value_of(calculated(path), named(path, "cover_verdict")))
    assert said.endswith("differs from the general ledger by 1.00; 2 agree; 1 not compared.")
    assert said == cached(path)[named(path, "cover_verdict")][1]


def test_missing_history_is_said_in_words_and_leaves_no_empty_chart(tmp_path: Path) -> None:
    path = write_workbook(closes.open_list(), tmp_path / "close.xlsx")
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Dashboard").to_python()
    words = {str(cell) for row in rows for cell in row}
    assert {"No history in the file", "No roll-forward", "needs sales by month"} <= words
    with zipfile.ZipFile(path) as archive:
        assert archive.read("xl/drawings/drawing1.xml").count(b"<graphicFrame>") == 2  # of four: buckets, top ten


def test_text_stays_text_and_control_characters_go(tmp_path: Path) -> None:
    rows = closes.item_rows(customers=8, per=4)
    for row, name in zip(rows, ("=1+1", "+A1", "-A1", "@A1", "a\x00b\x1fc", "_x0041_ & <x>"), strict=False):
        row["document"] = name
    path = write_workbook(closes.make(rows), tmp_path / "close.xlsx")
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet7.xml").decode()
    assert "<t>=1+1</t>" in xml
    assert "<f>1+1" not in xml
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Open items").to_python()
    documents = {row[2] for row in sheet}
    assert {"=1+1", "+A1", "-A1", "@A1", "abc"} <= documents
    with zipfile.ZipFile(path) as archive:
        styles = archive.read("xl/styles.xml").decode()
    assert 'quotePrefix="1"' in styles


def test_dates_are_dates_and_amounts_exact(tmp_path: Path) -> None:
    rows = closes.item_rows(customers=1, per=1)
    rows[0]["open_minor"] = rows[0]["original_minor"] = 123_456_789_012_345  # 15 digits: kept exactly
    close = closes.make(rows)
    path = write_workbook(close, tmp_path / "close.xlsx")
    with zipfile.ZipFile(path) as archive:
        assert b"<v>1234567890123.45</v>" in archive.read("xl/worksheets/sheet7.xml")
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Open items").to_python()
    assert any(rows[0]["due_on"] in row for row in sheet)


def test_sixteen_digits_are_refused_and_nothing_is_left_behind(tmp_path: Path) -> None:
    rows = closes.item_rows(customers=1, per=1)
    rows[0]["open_minor"] = rows[0]["original_minor"] = 10**15
    with pytest.raises(TooLarge, match="more than 15 digits"):
        write_workbook(closes.make(rows), tmp_path / "close.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_the_same_close_makes_the_same_bytes(tmp_path: Path) -> None:
    first = write_workbook(closes.usual(), tmp_path / "a.xlsx").read_bytes()
    assert write_workbook(closes.usual(), tmp_path / "b.xlsx").read_bytes() == first


def height(path: Path, name: str, copy: int = 0) -> float:
    sheet, row, _ = named(path, name, copy)
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(f"xl/worksheets/sheet{sheet + 1}.xml").decode()
    found = re.search(rf'<row r="{row}"[^>]*? ht="([\d.]+)"', xml)
    assert found is not None
    return float(found[1])


def test_a_long_name_wraps_in_a_row_high_enough(tmp_path: Path) -> None:
    rows = closes.item_rows(customers=3, per=4)
    for row in rows:
        row["name"] = "A Customer Whose Name Takes Forty Signs." if row["customer"] == rows[0]["customer"] else "Short"
    close = closes.make(rows)
    copy = [r["customer"] for r in close.aging.to_pylist()].index(rows[0]["customer"])
    path = write_workbook(close, tmp_path / "close.xlsx")
    assert height(path, "aging_name", copy) == 5 + 2 * 13
    assert height(path, "aging_name", (copy + 1) % 3) == 16
    xml = zipfile.ZipFile(path).read("xl/worksheets/sheet7.xml").decode()
    assert '<col min="2" max="2" width="40.9"' in xml  # open items: one line a document, the column wider


def test_a_finding_of_many_quoted_names_gets_all_its_lines(tmp_path: Path) -> None:
    names = "、".join(f"“COST name {k}”" for k in range(20))
    finding = replace(closes.found(1)[0], zh=f"客户 200794332 有名称{names}；显示最后一个。")
    path = write_workbook(replace(closes.yen(), findings=(finding,)), tmp_path / "close.xlsx", lang="zh")
    # each name takes 15 columns with its wide quotation marks and comma, three a line of 54: seven lines or more
    assert height(path, "findings_text") >= 4 + 13 * 7


def test_an_existing_file_is_left_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "close.xlsx"
    path.write_text("mine")
    with pytest.raises(UsageError, match="exists already") as error:
        write_workbook(closes.yen(), path)
    assert "已存在" in error.value.zh
    assert path.read_text() == "mine"
    write_workbook(closes.yen(), path, force=True)
    assert zipfile.is_zipfile(path)


@pytest.mark.parametrize(("name", "said"), [("close.xls", "ends in .xlsx"), ("none/close.xlsx", "no such folder")])
def test_a_bad_target_is_named(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        write_workbook(closes.yen(), tmp_path / name)


def test_nine_overdue_buckets_are_too_many_and_the_error_says_so(tmp_path: Path) -> None:
    close = closes.few_buckets((10, 20, 30, 60, 90, 120, 180, 365))
    with pytest.raises(TemplateError, match="room for 8 overdue buckets, the policy has 9"):
        write_workbook(close, tmp_path / "close.xlsx")


def test_items_in_any_order_are_brought_together(tmp_path: Path) -> None:
    close = closes.usual()
    order = pa.array(list(range(close.items.num_rows))[::-1])
    shuffled: Close = replace(
        close,
        items=close.items.take(order).take(pa.array([*range(5, 400), *range(5), *range(400, close.items.num_rows)])),
    )
    path = write_workbook(shuffled, tmp_path / "close.xlsx")
    model = calculated(falsified(path, tmp_path / "false.xlsx"))
    assert value_of(model, named(path, "aging_order")) == "✓ open items in order"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_committed_template_is_what_the_builder_makes(lang: str) -> None:
    """Part by part and without regard to spelling: compression and the XML writer differ between machines."""
    from creditlib_templates import path
    from creditlib_templates.build import template

    assert template(lang) == template(lang)  # type: ignore[arg-type]
    made, committed = (
        {name: canonicalize(archive.read(name).decode()) for name in archive.namelist()}
        for archive in (zipfile.ZipFile(io.BytesIO(template(lang))), zipfile.ZipFile(path(lang)))  # type: ignore[arg-type]
    )
    assert made == committed, "run: make templates"
