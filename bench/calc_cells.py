"""Cell functions in a real LibreOffice Calc, beside formulas of its own: how long a recalculation takes, and a first figure.

Run by itself: `python bench/calc_cells.py [--rows 10000] [--times 5]`. Prints the fastest of several recalculations, since another
program on the machine only ever adds time; the book behind the customers is the bundled sample.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "hosts"), str(ROOT / "tests" / "addin")]

import table  # noqa: E402
from calc_server import Office  # noqa: E402
from creditlib_addin.desk import Desk  # noqa: E402
from creditlib_addin.settings import Settings, save_settings  # noqa: E402

INPUTS = {
    "equity_ratio": 0.31, "current_ratio": 1.4, "on_time_share": 0.9, "overdue_share": 0.05, "years_as_customer": 4.0, "management": 3.0,
}  # fmt: skip


def works(rows: int, codes: list[str]) -> dict[str, list[list[Any]]]:
    """Return what is filled in, from A1 on, by name."""
    names = list(INPUTS)
    pairs = [[names[i % len(names)], INPUTS[names[i % len(names)]]] for i in range(rows + len(names))]
    return {
        "native: =IF(LEN(A1)>3;LEN(A1)*2;0)": [
            [codes[i % len(codes)], f"=IF(LEN(A{i + 1})>3;LEN(A{i + 1})*2;0)"] for i in range(rows)
        ],
        "=CREDITSCORE(A1), by customer": [[codes[i % len(codes)], f"=CREDITSCORE(A{i + 1})"] for i in range(rows)],
        "=CREDITSCORE(A1:B6), six factors": [
            [*pair, f"=CREDITSCORE(A{i + 1}:B{i + len(names)})" if i < rows else ""] for i, pair in enumerate(pairs)
        ],
        "one call over a table of six factors": [
            names,
            *([INPUTS[n] * (1 + i % 7 / 50) for n in names] for i in range(rows)),
        ],
        "one call over a column of customers": [[codes[i % len(codes)]] for i in range(rows)],
        "one CREDITTABLE, two measures": [[codes[i % len(codes)]] for i in range(rows)],
    }


def arrays(name: str, rows: int) -> list[Any] | None:
    """Return the array formula of a work that is one call."""
    if name.startswith("one call over a table"):
        return [8, 0, "array", f"=CREDITSCORE(A1:F{rows + 1})", 1, rows]
    if name.startswith("one call over a column"):
        return [8, 0, "array", f"=CREDITSCORE(A1:A{rows})", 1, rows]
    if name.startswith("one CREDITTABLE"):
        return [8, 0, "array", f"=CREDITTABLE(A1:A{rows};F1:G1)", 2, rows]
    return None


def recalculations(office: Office, rows: int, times: int, codes: list[str]) -> None:
    for name, cells in works(rows, codes).items():
        book = office("open")
        office("fill", book=book, sheet="Sheet1", column=0, row=0, formulas=cells)
        one = arrays(name, rows)
        if one is not None:
            words = [[5, 0, "text", "score"], [6, 0, "text", "overdue_share"]] if "CREDITTABLE" in name else []
            office("put", book=book, sheet="Sheet1", cells=[*words, one])
        took = office("calculate", book=book, times=times + 1)[1:]  # the first one loads what is kept afterwards
        shown = office("read", book=book, sheet="Sheet1", cells=[[one[0] if one else len(cells[0]) - 1, rows // 2]])[0]
        assert isinstance(shown, float) or (isinstance(shown, dict) and shown["error"] == 32767), (name, shown)
        office("close", book=book)
        print(f"  {name:<42} {min(took):>8.3f} s   {min(took) / rows * 1e6:>7.1f} µs a row")


def first_figures(folder: Path, settings: Settings) -> None:
    start = time.perf_counter()
    office = Office(folder)
    marks = [("the office itself, until it answers", time.perf_counter())]
    book = office("open")
    marks.append(("an empty spreadsheet", time.perf_counter()))
    for name, formula in (
        ("a first native formula", "=1+1"),
        ("a first =CREDITWCR(1;2;3): Python and the library", "=CREDITWCR(1;2;3)"),
        ("a first =CREDITSCORE(customer): the book assessed", '=CREDITSCORE("C-7003")'),
    ):
        office("put", book=book, sheet="Sheet1", cells=[[0, 0, "formula", formula]])
        assert isinstance(office("read", book=book, sheet="Sheet1", cells=[[0, 0]])[0], float)
        marks.append((name, time.perf_counter()))
    office.close()
    last = start
    for name, at in marks:
        print(f"  {name:<52} {at - last:>6.2f} s   {at - start:>6.2f} s in all")
        last = at


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=10_000)
    asked.add_argument("--times", type=int, default=5)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="calc-cells-") as name:
        folder = Path(name)
        settings = table.connect_sample(folder / "connected")
        codes = Desk(settings).answers(None).customers
        office = Office(folder / "office")
        save_settings(settings, office.home / "settings.json")
        print(f"{given.rows:,} rows recalculated, fastest of {given.times}")
        recalculations(office, given.rows, given.times, codes)
        office.close()
        print("a fresh start")
        first_figures(folder / "office", settings)


if __name__ == "__main__":
    main()
