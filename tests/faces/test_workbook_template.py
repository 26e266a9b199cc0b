"""A firm's own template: what it changed stays; what it lacks is named; what nobody fills leaves byte for byte."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from creditlib.errors import TemplateError
from creditlib.faces.workbook import REQUIRED, standard_template, write_workbook

sys.path.insert(0, str(Path(__file__).parent))
import closes

LOGO = b"\x89PNG\r\n\x1a\nnot really a picture"


def edited(target: Path, *edits: tuple[str, str, str]) -> Path:
    """A copy of the standard template with text replaced in its parts, and a logo added."""
    with zipfile.ZipFile(standard_template("en")) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode() if name.endswith((".xml", ".rels")) else old.read(name)
            for part, before, after in edits:
                if part == name:
                    assert isinstance(content, str)
                    assert before in content, (part, before)
                    content = content.replace(before, after)
            new.writestr(name, content)
        new.writestr("xl/media/logo.png", LOGO)
    return target


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_untouched_parts_stay_byte_for_byte(tmp_path: Path) -> None:
    template = edited(tmp_path / "firm.xlsx")
    made = parts(write_workbook(closes.usual(), tmp_path / "close.xlsx", template=template))
    given = parts(template)
    assert given.keys() == made.keys()
    changed = {name for name in given if given[name] != made[name]}
    assert {name for name in changed if not name.startswith("xl/worksheets/")} <= {"xl/workbook.xml", "xl/styles.xml"}
    assert made["xl/media/logo.png"] == LOGO
    assert all(given[name] == made[name] for name in given if "chart" in name or "drawing" in name or "theme" in name)


def test_a_moved_cell_another_font_and_a_wider_column_survive(tmp_path: Path) -> None:
    template = edited(
        tmp_path / "firm.xlsx",
        ("xl/workbook.xml", "'Cover'!$H$19</definedName>", "'Cover'!$C$3</definedName>"),  # the as-of date
        ("xl/styles.xml", "Microsoft YaHei", "Georgia"),
        (
            "xl/worksheets/sheet3.xml",
            '<col width="27" customWidth="1" min="2" max="2"',
            '<col width="41" customWidth="1" min="2" max="2"',
        ),
        ("xl/worksheets/sheet3.xml", "Aging by customer", "Who owes us what"),
    )
    path = write_workbook(closes.usual(), tmp_path / "close.xlsx", template=template)
    book = load_workbook(path)
    assert book["Cover"]["C3"].value == (closes.AS_OF - date(1899, 12, 30)).days
    aging = book["Aging"]
    assert aging["A1"].value == "Who owes us what"
    assert aging.column_dimensions["B"].width == 41
    assert aging["B12"].font.name == "Georgia"
    assert book["Open items"]["H9"].font.name == "Georgia"  # a style made for the bucket's edge


def test_rows_below_a_list_move_with_their_names_merges_and_formats(tmp_path: Path) -> None:
    path = write_workbook(closes.usual(), tmp_path / "close.xlsx")
    book = load_workbook(path)
    cover = book["Cover"]
    texts = {str(cell.value): cell.row for row in cover.iter_rows() for cell in row if cell.value}
    assert (
        texts["Findings, must-act first"]
        < texts["Duplicate document"]
        < texts["Sign-off"]
        == texts["Contents and basis"]
    )
    rows = len(closes.usual().control)
    assert book.defined_names["tie_status"].attr_text == f"'Cover'!$G$9:$G${8 + rows}"
    assert f"G9:G{8 + rows}" in {str(r.sqref) for r in cover.conditional_formatting}
    items = book["Open items"]
    n = closes.usual().items.num_rows
    assert items.auto_filter.ref == f"A5:Q{5 + n}"
    assert items.freeze_panes == "D6"
    assert items.print_title_rows == "$1:$5"
    assert cover.print_area.startswith("'Cover'!$A$1:$H$")


def test_a_firms_formula_beside_a_list_is_filled_down(tmp_path: Path) -> None:
    xml = parts(standard_template("en"))["xl/worksheets/sheet3.xml"].decode()
    row = re.search(r'(<row r="9".*?)(</row>)', xml, re.S)
    assert row is not None
    added = row[1] + '<c r="V9"><f>IF(E9&gt;100000,"big",$A$1)</f><v>0</v></c>' + row[2]
    template = edited(tmp_path / "firm.xlsx", ("xl/worksheets/sheet3.xml", row[0], added))
    path = write_workbook(closes.many_currencies(), tmp_path / "close.xlsx", template=template)
    sheet = load_workbook(path)["Aging"]
    # four currencies: three rows each above the list, so its first row is 9 + 3 × 3 = 18
    assert sheet["V18"].value == '=IF(E18>100000,"big",$A$1)'
    assert sheet["V20"].value == '=IF(E20>100000,"big",$A$1)'


@pytest.mark.parametrize("name", ["cover_as_of", "aging_overdue_1", "items_bucket", "data_edges"])
def test_a_missing_name_is_named(name: str, tmp_path: Path) -> None:
    assert name in REQUIRED
    template = edited(tmp_path / "firm.xlsx", ("xl/workbook.xml", f'name="{name}"', f'name="x_{name}"'))
    with pytest.raises(TemplateError, match=f"lacks the defined name {name}") as error:
        write_workbook(closes.yen(), tmp_path / "close.xlsx", template=template)
    assert name in error.value.zh


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("no zip")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    for name, said in (
        ("a.xlsx", "can't be read"),
        ("b.xlsx", "holds no xl/workbook.xml"),
        ("c.xlsx", "no such template"),
    ):
        with pytest.raises(TemplateError, match=said):
            write_workbook(closes.yen(), tmp_path / "close.xlsx", template=tmp_path / name)


def test_every_name_the_library_fills_is_in_both_templates() -> None:
    for lang in ("en", "zh"):
        book = load_workbook(standard_template(lang))  # type: ignore[arg-type]
        assert set(REQUIRED) <= set(book.defined_names)


@pytest.mark.parametrize(
    ("inside", "cell"),
    [
        ('<c r="V9"><f t="shared" ref="V9:V10" si="0">E9*2</f><v>0</v></c>', "V9"),
        ('<c r="V9"><f t="shared" si="0"/><v>0</v></c>', "V9"),
        ('<c r="V9"><f t="array" ref="V9">SUM(E9:F9*2)</f><v>0</v></c>', "V9"),
    ],
)
def test_a_formula_written_over_several_cells_of_moving_rows_is_refused(inside: str, cell: str, tmp_path: Path) -> None:
    xml = parts(standard_template("en"))["xl/worksheets/sheet3.xml"].decode()
    row = re.search(r'(<row r="9".*?)(</row>)', xml, re.S)
    assert row is not None
    template = edited(tmp_path / "firm.xlsx", ("xl/worksheets/sheet3.xml", row[0], row[1] + inside + row[2]))
    with pytest.raises(TemplateError, match=f'sheet "Aging", cell {cell}: formulas filled over several cells') as error:
        write_workbook(closes.yen(), tmp_path / "close.xlsx", template=template)
    assert "共享公式" in error.value.zh
    assert not (tmp_path / "close.xlsx").exists()


@pytest.mark.parametrize(("reach", "fine"), [("V1:X1", True), ("V1:V3", False)])
def test_above_a_list_a_formula_filled_across_one_row_stays(reach: str, fine: bool, tmp_path: Path) -> None:
    xml = parts(standard_template("en"))["xl/worksheets/sheet3.xml"].decode()
    row = re.search(r'(<row r="1".*?)(</row>)', xml, re.S)
    assert row is not None
    added = f'<c r="V1"><f t="shared" ref="{reach}" si="0">SUM(E9:E9)</f><v>0</v></c>'
    template = edited(tmp_path / "firm.xlsx", ("xl/worksheets/sheet3.xml", row[0], row[1] + added + row[2]))
    if fine:
        write_workbook(closes.yen(), tmp_path / "close.xlsx", template=template)
        return
    with pytest.raises(TemplateError, match="cell V1"):
        write_workbook(closes.yen(), tmp_path / "close.xlsx", template=template)


@pytest.mark.parametrize(("area", "fine"), [("A5:Q6", False), ("X1:Y2", True)])
def test_a_table_in_moving_rows_is_refused(area: str, fine: bool, tmp_path: Path) -> None:
    with zipfile.ZipFile(edited(tmp_path / "plain.xlsx")) as old, zipfile.ZipFile(tmp_path / "firm.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        link = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/table" Target="../tables/table1.xml"/></Relationships>'
        )
        new.writestr("xl/worksheets/_rels/sheet7.xml.rels", link)
        new.writestr("xl/tables/table1.xml", f'<table id="1" name="Items" displayName="Items" ref="{area}"/>')
    if fine:
        write_workbook(closes.yen(), tmp_path / "close.xlsx", template=tmp_path / "firm.xlsx")
        return
    with pytest.raises(TemplateError, match=f'sheet "Open items": the table {area} lies in rows that move') as error:
        write_workbook(closes.yen(), tmp_path / "close.xlsx", template=tmp_path / "firm.xlsx")
    assert area in error.value.zh


def test_a_template_that_unpacks_to_more_than_it_may_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as out:
        for _ in range(65):
            out.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(TemplateError, match="unpacks to 65 MiB; a template may have 64 MiB") as error:
        write_workbook(closes.yen(), tmp_path / "close.xlsx", template=path)
    assert "65 MiB" in error.value.zh


_KILLED = """
import sys
sys.path.insert(0, sys.argv[2])
import closes
from creditlib.faces.workbook import write_workbook
close = closes.make(closes.item_rows(customers=80, per=40))
print("ready", flush=True)
while True:
    write_workbook(close, sys.argv[1], force=True)
"""


def test_killed_at_any_moment_it_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    target = tmp_path / "close.xlsx"
    whole = write_workbook(closes.make(closes.item_rows(customers=80, per=40)), target).read_bytes()
    for delay in (0.01, 0.05, 0.11, 0.17, 0.23):
        target.write_bytes(b"old")
        command = [sys.executable, "-c", _KILLED, str(target), str(Path(__file__).parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
        assert target.read_bytes() in (b"old", whole)


def test_a_finished_workbook_is_refused_as_a_template(tmp_path: Path) -> None:
    finished = write_workbook(closes.usual(), tmp_path / "last_month.xlsx")
    with pytest.raises(TemplateError, match="is a finished closing workbook, not a template"):
        write_workbook(closes.usual(), tmp_path / "this_month.xlsx", template=finished)
    assert not (tmp_path / "this_month.xlsx").exists()
