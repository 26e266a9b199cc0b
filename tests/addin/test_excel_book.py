"""An Excel workbook as macros see it, over a stand-in for xlwings' book; and what a button does."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from creditlib_addin.hosts import excel
from creditlib_addin.hosts.excel import XlwingsBook
from creditlib_addin.values import CellError


class Cells:
    """A range of a sheet, as far as reading and writing its values goes."""

    def __init__(self, sheet: Sheet, first: tuple[int, int], last: tuple[int, int] | None = None) -> None:
        self.sheet, self.first, self.last = sheet, first, last or first

    def options(self, **given: Any) -> Cells:
        assert given["err_to_str"], "an error cell must not be read as a blank one"
        return self

    @property
    def value(self) -> Any:
        (r0, c0), (r1, c1) = self.first, self.last
        rows = [[self.sheet.held.get((r, c)) for c in range(c0, c1 + 1)] for r in range(r0, r1 + 1)]
        return rows if self.last != self.first else rows[0][0]

    @value.setter
    def value(self, rows: list[list[Any]]) -> None:
        self.sheet.writes += 1
        for r, row in enumerate(rows):
            for c, one in enumerate(row):
                assert one is not None, "Excel would empty the cell"
                plain = one[1:] if isinstance(one, str) else one
                assert not isinstance(one, str) or one.startswith("'"), "Excel would read it as if it was typed"
                self.sheet.held[self.first[0] + r, self.first[1] + c] = plain


class Sheet:
    """A sheet that remembers what was written, and in how many trips."""

    def __init__(self, name: str) -> None:
        self.name, self.held, self.writes = name, {}, 0
        self.held: dict[tuple[int, int], Any]

    def activate(self) -> None:
        pass

    @property
    def used_range(self) -> Any:
        last = (max(r for r, _ in self.held), max(c for _, c in self.held))
        return SimpleNamespace(last_cell=last)

    def range(self, first: tuple[int, int], last: tuple[int, int] | None = None) -> Cells:
        return Cells(self, first, last)


class Sheets(list[Any]):
    """The sheets of a book, by number or name."""

    def __getitem__(self, key: Any) -> Any:
        return next(s for s in self if s.name == key) if isinstance(key, str) else super().__getitem__(key)

    @property
    def active(self) -> Sheet:
        return self[0]  # type: ignore[no-any-return]

    def add(self, name: str, after: Sheet) -> None:
        self.insert(self.index(after) + 1, Sheet(name))


@pytest.fixture
def book() -> Any:
    told: list[str] = []
    calls: list[str] = []
    app = SimpleNamespace(
        alert=lambda text, title: told.append(text), told=told, calls=calls, api=SimpleNamespace(CalculateFull=lambda: calls.append("full")),
        selection=[SimpleNamespace(options=lambda **given: SimpleNamespace(value="C-7003"))],
        books=SimpleNamespace(open=lambda name: calls.append(name)),
    )  # fmt: skip
    return SimpleNamespace(fullname="C:/Books/June.xlsx", sheets=Sheets([Sheet("Data")]), app=app)


def test_what_is_written_is_text_where_it_was_text(book: Any) -> None:
    ours = XlwingsBook(book)
    ours.write("Customers", [["000123", "=1+1"], ["1-2", 5.0]], row=2, column=3)
    assert ours.sheets() == ["Data", "Customers"]
    assert book.sheets["Customers"].held == {(2, 3): "000123", (2, 4): "=1+1", (3, 3): "1-2", (3, 4): 5.0}
    assert book.sheets["Customers"].writes == 1, "one trip to Excel"


def test_none_leaves_its_cell_as_it_is(book: Any) -> None:
    book.sheets["Data"].held[1, 2] = "stays"
    XlwingsBook(book).write("Data", [["a", None, "b"], [None, None, None], [1]])
    assert book.sheets["Data"].held == {(1, 1): "a", (1, 2): "stays", (1, 3): "b", (3, 1): 1}


def test_an_error_cell_is_read_as_an_error(book: Any) -> None:
    book.sheets["Data"].held.update({(1, 1): "#N/A", (1, 2): None, (2, 2): 4.0})
    assert XlwingsBook(book).read("Data") == [[CellError("#N/A"), None], [None, 4.0]]


def test_selected_told_shown_and_recalculated(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = XlwingsBook(book)
    assert ours.host == "excel"
    assert ours.path == Path("C:/Books/June.xlsx")
    assert ours.selected() == "C-7003"
    ours.tell("done")
    ours.recalculate()
    ours.show(Path("close.xlsx"))
    assert (book.app.told, book.app.calls) == (["done"], ["full", "close.xlsx"])
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(excel.subprocess, "run", lambda command, check: book.app.calls.append(command))
    ours.show(Path("review.html"))
    assert book.app.calls[-1] == ["xdg-open", "review.html"]


@pytest.mark.parametrize("name", ["Book1", "https://firm.sharepoint.com/June.xlsx"])
def test_a_workbook_without_a_folder_has_no_path(name: str, book: Any) -> None:
    book.fullname = name
    assert XlwingsBook(book).path is None


def test_a_chart_selected_is_no_cell(book: Any) -> None:
    book.app.selection = None
    assert XlwingsBook(book).selected() is None


@pytest.fixture
def pressed(book: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What reaches the macros of a button pressed in the book."""
    import xlwings

    ran: list[tuple[str, Any]] = []
    macros = ModuleType("creditlib_addin.macros")

    def run_macro(name: str, over: Any) -> None:
        if name == "broken":
            raise ZeroDivisionError("division by zero")
        ran.append((name, over))

    macros.run_macro = run_macro  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "creditlib_addin.macros", macros)
    monkeypatch.setattr(xlwings.Book, "caller", lambda: book)
    return ran


def test_a_button_runs_its_macro_on_the_book_it_was_pressed_in(book: Any, pressed: list[tuple[str, Any]]) -> None:
    excel.run("close_month")
    ((name, over),) = pressed
    assert name == "close_month"
    assert over.book is book


def test_a_fault_is_told_without_a_traceback(book: Any, pressed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDIT_DEBUG", raising=False)
    excel.run("broken")
    assert len(book.app.told) == 1
    assert "broken: ZeroDivisionError" in book.app.told[0]
    monkeypatch.setenv("CREDIT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        excel.run("broken")


def test_the_ribbon_and_the_macros_have_the_same_names() -> None:
    macros = pytest.importorskip("creditlib_addin.macros", reason="the macros are not in this tree yet")
    from creditlib_addin.hosts.ribbon import BUTTONS

    assert {button.name for button in BUTTONS if button.macro} == set(macros.MACROS)
