"""Time the library against pandas, Polars and DuckDB: the same work, the same files, the same run; results must be equal.

What must stay true: every engine runs in a fresh process per round and the engines take turns; a result that differs from
ours ends the run with an error; every figure goes to `history.csv` with the machine, the versions and the commit.

    python bench/bench.py                                    everything, 10 k, 1 M and 10 M invoices
    python bench/bench.py --parts scoring,calls,assess       scores and assessments only
    python bench/bench.py --sizes 1000000 --works W1 --sources prepared --no-history
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from books import DATA, END, SEED, assessed, columns_mb, prepared, raw
from where import commit, machine, versions

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
HISTORY = HERE / "history.csv"
FIELDS = (
    "date", "machine", "workload", "size", "engine", "source", "median_s", "min_s", "peak_mb", "columns_mb", "ratio",
    "versions", "commit",
)  # fmt: skip
ENGINES = ("creditlib", "polars-streaming", "polars-memory", "duckdb", "pandas")
WORKS = ("W1", "W2", "W3")
TITLES = {
    "W1": "open balance and aging by customer",
    "W2": "countback DSO by customer",
    "W3": "payment behaviour by customer",
    "W4": "score 200,000 customers by the standard card",
}
OPEN_ITEMS = 100_000
RAW_LIMIT = 1_000_000
TOLERANCE = 1e-9

# ---------------------------------------------------------------------------------------------- one engine, one process


def peak_mb() -> float:
    """Peak memory of this process. Linux hands ru_maxrss down from the parent, so the status file is asked first."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(work: str, source: str, folder: Path) -> Any:
    import workloads

    from creditlib.facts.book import open_book
    from creditlib.facts.open_items import open_items
    from creditlib.facts.reading import read
    from creditlib.measures.aging import aging
    from creditlib.measures.dso import dso
    from creditlib.measures.payment import payment_behaviour

    if source == "raw":
        book = read(folder / "documents.csv", folder / "allocations.csv").book
    else:
        book = open_book(folder, verify=False)  # the others check no hashes either; "open" times that apart
    if work == "W1":
        return aging(open_items(book, workloads.AS_OF), edges=workloads.EDGES).table
    if work == "W2":
        return dso(book, workloads.AS_OF, by=("customer",)).table
    return payment_behaviour(book, workloads.START, workloads.AS_OF).table


def child(work: str, engine: str, source: str, folder: Path, repeats: int, out: Path) -> None:
    """Run one engine and leave its times, its peak memory and its result in `out`."""
    import pyarrow as pa
    import rivals
    import workloads
    from pyarrow import feather

    run: Callable[[], Any]
    if work == "W4":
        import scoring

        run = scoring.runner(engine, source, folder)
    else:
        run = partial(ours if engine == "creditlib" else rivals.RIVALS[engine], work, source, folder)
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        table = run()
        times.append(time.perf_counter() - began)
    peak = peak_mb()
    if work == "W4":
        table = scoring.comparable(table)
    table = table.select(list(workloads.COLUMNS[work]))
    text = {name: table[name].cast(pa.string()) for name in workloads.KEYS}
    for name, column in text.items():
        table = table.set_column(table.column_names.index(name), name, column)
    feather.write_feather(table.sort_by([(name, "ascending") for name in workloads.KEYS]), str(out / "result.arrow"))
    (out / "times.json").write_text(json.dumps({"times": times, "peak": peak}))


def in_fresh_process(work: str, engine: str, source: str, folder: Path, repeats: int) -> tuple[list[float], float, Any]:
    from pyarrow import feather

    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, __file__, "--child", work, engine, source, str(folder), str(repeats), out]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
        told = json.loads(Path(out, "times.json").read_text())
        return told["times"], told["peak"], feather.read_table(str(Path(out, "result.arrow")), memory_map=False)


def compare(work: str, mine: Any, theirs: Any, engine: str) -> None:
    """End the run unless the results are equal: integers and texts identical, ratios within TOLERANCE."""
    import numpy as np
    import workloads

    if mine.num_rows != theirs.num_rows:
        raise SystemExit(f"{work}: {engine} has {theirs.num_rows} rows, creditlib {mine.num_rows}. The results differ.")
    for name in workloads.COLUMNS[work]:
        if name in workloads.RATIOS:
            # a ratio we leave null has no weight under it; nothing in the generated data is like that
            a, b = (np.asarray(table[name].to_numpy(), np.float64) for table in (mine, theirs))
            wrong = np.flatnonzero(~(np.abs(a - b) <= TOLERANCE * np.maximum(1, np.abs(a))))
        else:
            a, b = (table[name].to_numpy(zero_copy_only=False) for table in (mine, theirs))
            if (
                name not in workloads.KEYS
                and a.dtype.kind != b.dtype.kind
                and not {a.dtype.kind, b.dtype.kind} <= set("iu")
            ):
                raise SystemExit(f"{work}: {engine} gives {name} as {b.dtype}, not as exact integers.")
            wrong = np.flatnonzero(a != b)
        if len(wrong):
            row = int(wrong[0])
            who = "/".join(str(mine[key][row]) for key in workloads.KEYS)
            raise SystemExit(
                f"{work}: {engine} differs in {name} for {len(wrong)} rows, first {who}: {b[row]}, creditlib {a[row]}."
            )


# ----------------------------------------------------------------------------------------------------------------- runs


def seconds(value: float) -> str:
    return f"{value:.4f}" if value >= 0.01 else f"{value:.3g}"


class Book:
    """Collects the rows of a run; prints them and appends them to the history."""

    def __init__(self, keep: bool) -> None:
        self._keep = keep
        self._fixed = {"machine": machine(), "versions": versions(), "commit": commit()}

    def add(self, workload: str, size: int, engine: str, source: str, times: list[float], **more: float) -> None:
        row: dict[str, Any] = dict.fromkeys(FIELDS, "")
        row |= self._fixed | {"date": datetime.now().isoformat(timespec="seconds"), "workload": workload, "size": size}
        row |= {
            "engine": engine,
            "source": source,
            "median_s": seconds(statistics.median(times)),
            "min_s": seconds(min(times)),
        }
        row |= {name: f"{value:.2f}" if name == "ratio" else f"{value:.0f}" for name, value in more.items()}
        shown = [f"{workload:<6}{size:>11,} {source:<9}{engine:<17}{row['median_s']:>9} s (min {row['min_s']})"]
        shown += [f"{row['peak_mb']:>6} MB" if row["peak_mb"] else "", f"× {row['ratio']}" if row["ratio"] else ""]
        print("  ".join(shown), flush=True)
        if self._keep:
            new = not HISTORY.exists()
            with HISTORY.open("a", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
                if new:
                    writer.writeheader()
                writer.writerow(row)


def plan(size: int, source: str) -> tuple[int, int]:
    """(rounds, repetitions in each): more where they are short."""
    if source == "raw":
        return (2, 3) if size <= 10_000 else (1, 1)
    return (3, 7) if size <= 10_000 else (3, 5) if size <= 1_000_000 else (2, 2)


def race(book: Book, work: str, size: int, source: str, engines: list[str], folder: Path | None = None) -> None:
    """Let the engines take turns at one workload, compare the results and write down the times."""
    folder = folder or (raw(size) if source == "raw" else prepared(size))
    rounds, repeats = plan(size, source)
    times: dict[str, list[float]] = {engine: [] for engine in engines}
    peaks = dict.fromkeys(engines, 0.0)
    mine = None
    for turn in range(rounds):
        for engine in ["creditlib", *(engines[1:] if turn % 2 == 0 else engines[:0:-1])]:
            took, peak, result = in_fresh_process(work, engine, source, folder, repeats)
            times[engine] += took
            peaks[engine] = max(peaks[engine], peak)
            if engine == "creditlib" and mine is None:
                mine = result
            compare(work, mine, result, engine)
    base = statistics.median(times["creditlib"])
    touched = {"columns_mb": columns_mb(work, folder)} if source == "prepared" and work in WORKS else {}
    for engine in engines:
        ratio = statistics.median(times[engine]) / base
        book.add(work, size, engine, source, times[engine], peak_mb=peaks[engine], ratio=ratio, **touched)


def scores(book: Book, engines: list[str]) -> None:
    """W4, from memory and from Parquet."""
    import scoring

    folder = factor_file()
    for source in scoring.SOURCES:
        race(book, "W4", scoring.CUSTOMERS, source, engines, folder)


def factor_file() -> Path:
    import card_data
    import scoring

    return card_data.write_factors(DATA / f"factors-{scoring.CUSTOMERS}", scoring.CUSTOMERS)


def assess_fresh(folder: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--assess-child", str(folder)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def opening(book: Book, size: int) -> None:
    """Opening a connected book with every hash compared."""
    from creditlib.facts.book import open_book

    folder = prepared(size)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        open_book(folder)
        times.append(time.perf_counter() - began)
    book.add("open", size, "creditlib", "prepared", times)


def starting(book: Book) -> None:
    """Fresh processes: the interpreter alone, the import, the help of the terminal."""
    commands = {"python": [sys.executable, "-c", "pass"], "import": [sys.executable, "-c", "import creditlib"]}
    if importlib.util.find_spec("creditlib.faces.cli.main") is not None:
        commands["help"] = [str(Path(sys.executable).with_name("credit")), "--help"]
    else:
        print("help: skipped, there is no terminal command yet")
    for name, command in commands.items():
        times = []
        for _ in range(7):
            began = time.perf_counter()
            subprocess.run(
                command, check=True, capture_output=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
            )
            times.append(time.perf_counter() - began)
        book.add(name, 0, "creditlib", "", times)


def closing(book: Book) -> None:
    """A whole month end over about 100,000 open items: close, then workbook, as a fresh process would."""
    for module in ("creditlib.flows.close", "creditlib.faces.workbook"):
        if importlib.util.find_spec(module) is None:
            print(f"close: skipped, {module} does not exist yet")
            return
    folder = DATA / "close"
    if not folder.is_dir():
        from creditlib.facts.book import Book as Ledger
        from creditlib.facts.book import save_book
        from creditlib.facts.sample.generate import generate

        made = generate(seed=SEED, customers=2_000, months=24, end=END, invoices=OPEN_ITEMS * 7, odd=False)
        save_book(Ledger(made.documents, made.allocations, made.customers, made.sales), folder)
    results: dict[str, list[float]] = {"close": [], "workbook": [], "whole": []}
    peak, items = 0.0, 0
    for _ in range(3):
        command = [sys.executable, __file__, "--close-child", str(folder)]
        done = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        told = json.loads(done.stdout.splitlines()[-1])
        for name, values in results.items():
            values.append(told[name])
        peak, items = max(peak, told["peak"]), told["items"]
    for name, times in results.items():
        book.add(f"close:{name}" if name != "whole" else "close", items, "creditlib", "prepared", times, peak_mb=peak)


def close_child(folder: Path) -> None:
    began = time.perf_counter()
    from creditlib.faces.workbook import write_workbook
    from creditlib.facts.book import open_book
    from creditlib.facts.open_items import open_items
    from creditlib.flows.close import close
    from creditlib.policy import load_policy

    ledger = open_book(folder)
    month = close(ledger, load_policy(), END)
    closed = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        write_workbook(month, Path(out) / "close.xlsx")
        written = time.perf_counter()
    items = len(open_items(ledger, END).rows)
    peak = peak_mb()
    told = {
        "close": closed - began,
        "workbook": written - closed,
        "whole": written - began,
        "peak": peak,
        "items": items,
    }
    print(json.dumps(told))


def races(sizes: list[int], works: list[str], sources: list[str]) -> Iterator[tuple[str, int, str]]:
    for source in sources:
        for size in sizes:
            if source == "raw" and size > RAW_LIMIT:
                continue
            for work in works if source == "prepared" or size <= 10_000 else works[:1]:
                yield work, size, source


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,1000000,10000000", help="invoices, separated by commas")
    parser.add_argument("--works", default=",".join(WORKS), help="; ".join(f"{k}: {v}" for k, v in TITLES.items()))
    parser.add_argument("--sources", default="prepared,raw", help="prepared: a connected book; raw: CSV text")
    parser.add_argument("--engines", default=",".join(ENGINES[1:]), help="the rivals")
    parser.add_argument("--parts", default="races,open,start,close,scoring,calls,assess", help="what to run")
    parser.add_argument("--no-history", action="store_true", help="do not append to history.csv")
    given = parser.parse_args()
    DATA.mkdir(exist_ok=True)
    book = Book(keep=not given.no_history)
    sizes, parts = [int(float(s)) for s in given.sizes.split(",")], given.parts.split(",")
    engines = ["creditlib", *(e for e in given.engines.split(",") if e)]
    if "start" in parts:
        starting(book)
    if "close" in parts:
        closing(book)
    if "scoring" in parts:
        scores(book, engines)
    if {"calls", "assess"} & {*parts}:
        import scoring

        if "calls" in parts:
            scoring.add_calls(book, factor_file())
        if "assess" in parts:
            scoring.add_assessments(book, assessed, assess_fresh)
    if "open" in parts:
        for size in sizes:
            opening(book, size)
    if "races" in parts:
        for work, size, source in races(sizes, given.works.split(","), given.sources.split(",")):
            race(book, work, size, source, engines)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], sys.argv[3], sys.argv[4], Path(sys.argv[5]), int(sys.argv[6]), Path(sys.argv[7]))
    elif sys.argv[1:2] == ["--close-child"]:
        close_child(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["--assess-child"]:
        import scoring

        scoring.assess_child(Path(sys.argv[2]), peak_mb)
    else:
        main()
