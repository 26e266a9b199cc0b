"""An open document of a real LibreOffice as macros see it: written and read back, dressed, told; and the menu that runs them."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from creditlib_addin.hosts import calc_install, oxt

sys.path.insert(0, str(Path(__file__).parent))
import calc_server

pytestmark = calc_server.MARKS
USUAL = date(1899, 12, 30)


# over the pipe, in the office's own Python, as in the office
BOOK = """
import site, sys
for folder in sites:
    site.addsitedir(folder)
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from creditlib_addin.hosts.calc_book import CalcBook
from creditlib_addin.values import CellError
book = CalcBook(books[number], "zh")
"""


def in_office(office: calc_server.Office, number: int, code: str, **given: Any) -> Any:
    return office("run", code=BOOK + code, number=number, sites=calc_install.sites(), **given)


@pytest.mark.parametrize("epoch", [USUAL, date(1904, 1, 1)])
def test_what_a_macro_writes_is_read_back_as_it_was(epoch: date, office: calc_server.Office, tmp_path: Path) -> None:
    number = office("open", epoch=[epoch.year, epoch.month, epoch.day])
    code = """
rows = [["=SUM(A1) Trading", "+1", "-x", "@home"], [date(2026, 1, 31), datetime(2026, 2, 1, 8), 1.5, Decimal("2.25")],
        [True, 7, "'quoted", "007"], ["1/2", "1,000", "#N/A", "=1/0"]]
book.write("New", rows)
book.write("New", [[None, "over"], ["x", None, "z"]], row=5, column=2)
again = book.read("New")
book.write("New", [[None, "OVER"]], row=5, column=2)
answer = [[[c.isoformat() if isinstance(c, date) else c for c in row] for row in again], book.sheets(), book.read("New")[4][2], str(book.path)]
"""
    read, sheets, over, path = in_office(office, number, code)
    assert read == [
        ["=SUM(A1) Trading", "+1", "-x", "@home"], ["2026-01-31", "2026-02-01", 1.5, 2.25], [1, 7, "'quoted", "007"],
        ["1/2", "1,000", "#N/A", "=1/0"], [None, None, "over", None], [None, "x", None, "z"],
    ]  # fmt: skip
    assert sheets[-1] == "New"
    assert (over, path) == ("OVER", "None")
    # A2 and B2 are date cells, the numbers beside them are not; text cells hold no formula
    assert [
        kind & 2 for kind in office("formats", book=number, sheet="New", cells=[[0, 1], [1, 1], [2, 1], [3, 1]])
    ] == [2, 2, 0, 0]
    kinds = "page = books[number].Sheets.getByName('New')\n"
    kinds += "answer = [page.getCellRangeByName(a).Type.value for a in ('A1', 'B1', 'C1', 'D1', 'D4')]"
    assert office("run", code=kinds, number=number) == ["TEXT"] * 5
    office("save", book=number, path=str(tmp_path / "书.ods"))
    office("close", book=number)
    number = office("open", path=str(tmp_path / "书.ods"))
    code = "answer = [[c.isoformat() if isinstance(c, date) else c for c in row] for row in book.read('New')[:4]]"
    assert in_office(office, number, code) == read[:4]
    office("close", book=number)


def test_a_sheet_is_dressed_to_be_read_and_printed(office: calc_server.Office) -> None:
    number = office("open")
    code = """
book.write("New", [["head", "text"], ["a", "long " * 40], ["b", 1234.5]])
book.dress("New", [12.0, 40.0], [1], {3: "#,##0.00"})
page = book.document.Sheets.getByName("New")
style = book.document.StyleFamilies.getByName("PageStyles").getByName(page.PageStyle)
cell = page.getCellRangeByName
answer = [cell("A1").CharWeight, cell("A2").CharWeight, cell("B2").IsTextWrapped, cell("B3").String, style.IsLandscape, style.ScaleToPagesX,
          page.Columns.getByIndex(1).Width > 3 * page.Columns.getByIndex(0).Width - 500, page.Rows.getByIndex(1).Height > 900,
          book.document.Sheets.getByIndex(0).PageStyle == page.PageStyle]
"""
    assert in_office(office, number, code) == [150, 100, True, "1,234.50", True, 1, True, True, False]
    office("close", book=number)


def test_a_macro_reads_errors_and_the_selected_cell_and_tells(office: calc_server.Office) -> None:
    number = office("open")
    code = """
book.write("Data", [["code", "day"], ["C-7003", date(2026, 10, 31)]])
page = book.document.Sheets.getByName("Data")
page.getCellRangeByName("C1").setFormula("=1/0")
chosen = []
for address in ("A2", "A2:B2", "B2", "C1", "D9"):
    book.document.CurrentController.select(page.getCellRangeByName(address))
    found = book.selected()
    chosen.append(found.isoformat() if isinstance(found, date) else found.text if isinstance(found, CellError) else found)
empty = [book.read(name) for name in book.sheets()[:1]]
book.tell("said")
book.recalculate()
answer = [chosen, [getattr(c, "text", c) for c in book.read("Data")[0]], empty, book.told]
"""
    assert in_office(office, number, code) == [
        ["C-7003", "C-7003", "2026-10-31", "#DIV/0!", None], ["code", "day", "#DIV/0!"], [[]], ["said"],
    ]  # fmt: skip
    office("close", book=number)


def test_macros_do_their_work_in_an_open_document(office: calc_server.Office, tmp_path: Path) -> None:
    number = office("open")
    path = tmp_path / "work.ods"
    code = """
import os
os.environ["CREDITLIB_SETTINGS"] = settings
from creditlib_addin.macros import run_macro
book.document.storeAsURL(Path(path).as_uri(), ())
book = CalcBook(book.document)
book.write("Work", [["customer"], ["C-7003"]])
page = book.document.Sheets.getByName("Work")
book.document.CurrentController.select(page.getCellRangeByName("A2"))
page.getCellRangeByName("B2").setFormula("=CREDITSCORE(A2)")
done = [run_macro(name, book) for name in ("connect_book", "refresh", "review_customer", "terms_what_if", "terms_what_if")]
answer = [str(book.path), book.sheets(), book.told, page.getCellRangeByName("B2").Value, sorted(p.name for p in Path(path).parent.iterdir())]
"""
    place, sheets, told, score, written = in_office(
        office, number, code, path=str(path), settings=str(office.home / "settings.json")
    )
    assert (place, score) == (str(path), 622)
    assert len(told) == 5
    assert len(sheets) == 4  # the first one, Work, the control sheet and the what-if
    assert "C-7003-2026-10-31.xlsx" in written
    office("close", book=number)


def test_a_limit_is_asked_for_in_an_open_document_and_its_approval_reaches_the_cell(
    office: calc_server.Office, tmp_path: Path
) -> None:
    from creditlib.policy import load_policy
    from creditlib.record.approvals import decide
    from creditlib.record.connecting import find_place
    from creditlib.record.looking import rows_of
    from creditlib.record.roles import give_role
    from creditlib.record.store import open_store, opened

    number, place = office("open"), tmp_path / "record.db"
    with open_store(place) as store:
        give_role(store, "bob", "manager")
    code = """
import json, os
told = json.loads(Path(settings).read_text())
os.environ["CREDITLIB_SETTINGS"] = mine
Path(mine).write_text(json.dumps(told | {"store": place}))
from creditlib_addin.macros import run_macro
from creditlib_addin.call import call
from creditlib_addin.desk import Desk
book = CalcBook(book.document)
book.write("Work", [["customer"], ["C-7008"]])
page = book.document.Sheets.getByName("Work")
book.document.CurrentController.select(page.getCellRangeByName("A2"))
if first:
    run_macro("submit_limit", book, Desk(), "en")
    rows = book.read("Limit request")
    at = {row[0]: n for n, row in enumerate(rows, 1)}
    book.write("Limit request", [[1000.0]], row=at["Amount asked for"], column=2)
    book.write("Limit request", [["Season"]], row=at["Reason"], column=2)
    run_macro("submit_limit", book, Desk(), "en")
    run_macro("list_pending", book, Desk(), "en")
answer = [book.told, book.sheets(), call("CREDITAPPROVED", "C-7008", day, desk=Desk())]
answer[2] = getattr(answer[2], "text", answer[2])
"""
    given = {
        "settings": str(office.home / "settings.json"), "mine": str(tmp_path / "mine.json"), "place": str(place),
        "day": datetime.now(UTC).date().isoformat(),
    }  # fmt: skip
    told, sheets, before = in_office(office, number, code, first=True, **given)
    assert "is recorded: C-7008, 1,000.00 CNY" in told[1], told
    assert sheets[-2:] == ["Limit request", "Pending approvals"]
    assert before == "#N/A"
    with open_store(place) as store:
        (request,) = rows_of(store, "requests")
    with opened(find_place(place), create=False, actor="bob") as store:
        assert decide(store, request["seq"], "approve", "season", load_policy()).body["outcome"] == "approved"
    assert in_office(office, number, code, first=False, **given)[2] == 1000
    office("close", book=number)


def test_the_menu_runs_a_macro_on_the_spreadsheet_in_front(office: calc_server.Office) -> None:
    book = office("open", seen=True)
    office(
        "run", code="driver.desktop.getCurrentFrame() or books[number].CurrentController.Frame.activate()", number=book
    )
    office("run", code=f'driver.service("{oxt.MENU}").trigger("list_functions")')
    code = f"""
dispatcher = driver.service("com.sun.star.frame.DispatchHelper")
dispatcher.executeDispatch(books[number].CurrentController.Frame, "service:{oxt.MENU}?help", "", 0, ())
answer = [books[number].Sheets.getByIndex(books[number].Sheets.Count - 1).getCellRangeByName("A" + str(n)).String for n in range(1, 60)]
"""
    listed = office("run", code=code, number=book)
    assert any(line.startswith("CREDITSCORE(customer") for line in listed)
    office("close", book=book)
