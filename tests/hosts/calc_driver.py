"""Speaks UNO with an office over a pipe, for tests that run in another Python: one JSON request a line in, one answer a line out.

Runs in the office's own Python, with nothing of the project but what a request names.
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import sys
import time
import traceback

import uno

BOOKS = {}
FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8", ".csv": "Text - txt - csv (StarCalc)"}


def value_of(name, value):
    return uno.createUnoStruct(
        "com.sun.star.beans.PropertyValue", name, 0, value, uno.Enum("com.sun.star.beans.PropertyState", "DIRECT_VALUE")
    )


def connect(pipe, seconds):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    until = time.monotonic() + seconds
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


class Driver:
    def __init__(self, context):
        self.context = context
        self.desktop = self.service("com.sun.star.frame.Desktop")

    def service(self, name):
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def open(self, path=None, epoch=None, seen=False):
        """Open a file, or a new spreadsheet; return its number. seen: in a window, as a person has it."""
        url = pathlib.Path(path).resolve().as_uri() if path else "private:factory/scalc"
        asked = (value_of("Hidden", not seen), *((value_of("AsTemplate", True),) if path else ()))
        book = self.desktop.loadComponentFromURL(url, "_blank", 0, asked)
        if epoch:
            day = uno.createUnoStruct("com.sun.star.util.Date")
            day.Year, day.Month, day.Day = epoch
            book.NullDate = day
        number = len(BOOKS)
        BOOKS[number] = book
        return number

    def put(self, book, sheet, cells):
        """Fill cells: [column, row, kind, value], a kind of number, text, date, formula or array (of columns × rows)."""
        sheets = BOOKS[book].Sheets
        if not sheets.hasByName(sheet):
            sheets.insertNewByName(sheet, sheets.Count)
        page = sheets.getByName(sheet)
        locale = uno.createUnoStruct("com.sun.star.lang.Locale", "en", "US", "")
        formats = BOOKS[book].NumberFormats
        day = formats.queryKey("YYYY-MM-DD", locale, False)
        if day < 0:
            day = formats.addNew("YYYY-MM-DD", locale)
        BOOKS[book].addActionLock()
        for column, row, kind, value, *size in cells:
            cell = page.getCellByPosition(column, row)
            if kind == "number":
                cell.setValue(value)
            elif kind == "text":
                cell.setString(value)
            elif kind == "date":
                cell.setValue(value)
                cell.NumberFormat = day
            elif kind == "formula":
                cell.setFormula(value)
            else:
                wide, high = size
                page.getCellRangeByPosition(column, row, column + wide - 1, row + high - 1).setArrayFormula(value)
        BOOKS[book].removeActionLock()

    def fill(self, book, sheet, column, row, formulas):
        """Fill a block with formulas or plain values at once."""
        sheets = BOOKS[book].Sheets
        if not sheets.hasByName(sheet):
            sheets.insertNewByName(sheet, sheets.Count)
        block = sheets.getByName(sheet).getCellRangeByPosition(
            column, row, column + len(formulas[0]) - 1, row + len(formulas) - 1
        )
        block.setFormulaArray(tuple(tuple(r) for r in formulas))

    def calculate(self, book, times=1):
        """Recalculate everything; return the seconds each time took."""
        took = []
        for _ in range(times):
            start = time.perf_counter()
            BOOKS[book].calculateAll()
            took.append(time.perf_counter() - start)
        return took

    def read(self, book, sheet, cells):
        """Return what cells show: a number, a text, {"error": code}."""
        page = BOOKS[book].Sheets.getByName(sheet)
        found = []
        for column, row in cells:
            cell = page.getCellByPosition(column, row)
            code = cell.getError()
            if code:
                found.append({"error": code, "shown": cell.String})
            elif cell.Type.value == "EMPTY":
                found.append(None)
            elif cell.Type.value == "TEXT" or (cell.Type.value == "FORMULA" and cell.FormulaResultType2 == 2):
                found.append(cell.String)
            else:
                found.append(cell.Value)
        return found

    def formulas(self, book, sheet, cells):
        page = BOOKS[book].Sheets.getByName(sheet)
        return [page.getCellByPosition(c, r).Formula for c, r in cells]

    def formats(self, book, sheet, cells):
        """Return the kind of each cell's number format: 2 is a date, 16 a number."""
        page, formats = BOOKS[book].Sheets.getByName(sheet), BOOKS[book].NumberFormats
        return [formats.getByKey(page.getCellByPosition(c, r).NumberFormat).Type & ~1 for c, r in cells]

    def save(self, book, path):
        kind = FILTERS[pathlib.Path(path).suffix]
        BOOKS[book].storeToURL(pathlib.Path(path).resolve().as_uri(), (value_of("FilterName", kind),))

    def close(self, book):
        BOOKS.pop(book).close(True)

    def wizard(self, names):
        """Return what the function wizard shows of functions: {name: [category, description, [[argument, help, optional], …]]}."""
        every = self.service("com.sun.star.sheet.FunctionDescriptions")
        found = {}
        for number in range(every.Count):
            said = {p.Name: p.Value for p in every.getByIndex(number)}
            if said["Name"] in names:
                arguments = [[a.Name, a.Description, a.IsOptional] for a in said["Arguments"]]
                found[said["Name"]] = [said["Category"], said["Description"], arguments]
        return found

    def setting(self, path, locale="en-US", depth=8):
        """Return a part of the office's configuration in a language."""
        provider = self.service("com.sun.star.configuration.ConfigurationProvider")
        provider.setLocale(uno.createUnoStruct("com.sun.star.lang.Locale", *[*locale.split("-"), ""][:2], ""))
        named = uno.createUnoStruct("com.sun.star.beans.NamedValue", "nodepath", path)
        view = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", (named,))

        def plain(node):
            if not hasattr(node, "getElementNames"):
                return node if isinstance(node, str | int | float | bool | type(None)) else str(node)
            return {name: plain(node.getByName(name)) for name in node.getElementNames()}

        return plain(view)

    def run(self, code, **given):
        """Run a piece of Python with `driver`, `books` and what is given; return its `answer`."""
        space = {"driver": self, "books": BOOKS, "uno": uno, "answer": None, **given}
        exec(code, space)
        return space["answer"]

    def stop(self):
        with contextlib.suppress(Exception):
            self.desktop.terminate()


def main(pipe):
    answers, sys.stdout = sys.stdout, sys.stderr  # what a macro prints is no answer
    driver = Driver(connect(pipe, 60))
    print(json.dumps({"answer": "ready"}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"answer": getattr(driver, asked.pop("do"))(**asked)}
        except Exception:
            answer = {"failed": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
