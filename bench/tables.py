"""Ten thousand rows of a sheet: one call of a table, a call a cell, and pandas as a user would write it, in turns; and start to first figure.

What must stay true: every way takes the same list of rows as a spreadsheet hands it over and gives the same scores, else the run stops;
nothing is recorded: the figures are for reading beside each other.

    python bench/tables.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from books import prepared
from card_data import factor_table, plain_card
from card_rivals import InPandas
from creditlib_addin import call
from creditlib_addin.desk import Desk
from creditlib_addin.settings import Settings

from creditlib.facts.book import save_book
from creditlib.facts.sample.generate import sample_book

ROWS = 10_000
ROUNDS = 7


def sheet_rows() -> tuple[list[str], list[list[Any]]]:
    """Factor names and rows as a spreadsheet hands them over."""
    table = factor_table(ROWS)
    names = [n for n in table.column_names if n not in ("customer", "currency")]
    return names, [list(row) for row in zip(*(table[n].to_pylist() for n in names), strict=True)]


def by_pandas(names: list[str], rows: list[list[Any]]) -> list[int | None]:
    """From the rows of a sheet to scores through a frame of pandas."""
    engine = InPandas(plain_card())  # type: ignore[arg-type]
    columns = {n: pa.array(column, pa.float64()) for n, column in zip(names, zip(*rows, strict=True), strict=True)}
    table = pa.table(
        {"customer": pa.array([str(i) for i in range(len(rows))]), "currency": pa.array(["CNY"] * len(rows)), **columns}
    )
    made = engine.score(engine.load(table))
    return [None if s < 0 else int(s) for s in made["score"].tolist()]


def race(ways: dict[str, Callable[[], Any]]) -> None:
    """Run every way in turns and print the medians."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for round_ in range(ROUNDS):
        names = list(ways) if round_ % 2 else list(reversed(ways))
        for name in names:
            start = time.perf_counter()
            ways[name]()
            taken[name].append(time.perf_counter() - start)
    ours = statistics.median(next(iter(taken.values())))
    for name, seconds in taken.items():
        middle = statistics.median(seconds)
        print(f"  {name:<46} {middle * 1000:>9.1f} ms   {middle / ours:>6.1f} ×")


def started(folder: Path, customer: str) -> float:
    """Return the seconds from the start of a process to its first figure."""
    code = (
        "from datetime import date\nfrom creditlib_addin import call\nfrom creditlib_addin.desk import Desk\n"
        "from creditlib_addin.settings import Settings\n"
        f"desk = Desk(Settings(book={str(folder)!r}, as_of=date(2026, 10, 31)))\n"
        f"assert call('CREDITEXPOSURE', {customer!r}, desk=desk) is not None"
    )
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    """Measure and print."""
    names, rows = sheet_rows()
    desk = Desk(Settings(as_of=date(2026, 10, 31)))
    table = [names, *rows]
    ours = [None if not isinstance(s, int) else s for (s,) in call("CREDITSCORE", table, desk=desk)]
    theirs = by_pandas(names, rows)
    if ours != theirs:
        at = next(i for i, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1])
        raise SystemExit(f"row {at}: {ours[at]} and {theirs[at]}")
    print(f"{ROWS:,} rows of {len(names)} factors, as lists, to scores")

    def one_by_one() -> None:
        for row in rows:
            call("CREDITSCORE", [names, row], desk=desk)

    race({
        "one call of a table": lambda: call("CREDITSCORE", table, desk=desk),
        "a call a row": one_by_one,
        "pandas, a frame made of the rows": lambda: by_pandas(names, rows),
    })  # fmt: skip
    with tempfile.TemporaryDirectory() as work:
        save_book(sample_book(), Path(work, "small"))
        large = prepared(1_000_000)
        big = Desk(Settings(book=str(large), as_of=date(2026, 10, 31)))
        codes = [[code] for code in big.answers().customers[:ROWS]]
        print(f"{len(codes):,} customers of a connected book of 1,000,000 invoices")
        race({
            "CREDITSCORE, one call of a column": lambda: call("CREDITSCORE", codes, desk=big),
            "CREDITSCORE, a call a cell": lambda: [call("CREDITSCORE", code, desk=big) for (code,) in codes],
            "CREDITTABLE, five measures": lambda: call(
                "CREDITTABLE", codes, [["score", "grade", "limit", "exposure", "headroom"]], desk=big
            ),
        })  # fmt: skip
        print("start of a process to its first figure")
        print(f"  sample, 60 customers                           {started(Path(work, 'small'), 'C-7003'):>9.2f} s")
        print(f"  1,000,000 invoices, 10,000 customers           {started(large, codes[0][0]):>9.2f} s")


if __name__ == "__main__":
    main()
