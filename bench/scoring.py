"""Scoring: W4, the standard scorecard over 200,000 customers; one customer a call; a whole assessment, part by part.

What must stay true: W4 runs by the rules of `bench.py` (fresh process, turns, equal results); a call is timed once everything is loaded,
as the median of blocks of calls; an assessment is timed part by part in the order its parts need one another.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import card_data
import card_rivals
import numpy as np
import pyarrow as pa

CUSTOMERS = 200_000
SOURCES = ("memory", "prepared")
ENGINES = ("creditlib", *card_rivals.RIVALS)
PARTS = ("book", "factors", "scores", "record", "limits", "offers", "exposures", "table")
BOOKS = ((10_000, 1_000_000), (200_000, 4_000_000))
"""Customers and invoices of the books assessed."""


class Ours:
    """`score_columns`, as a book is scored."""

    def __init__(self, card: dict[str, Any]) -> None:
        from creditlib.decisions.score.card import card_of
        from creditlib.policy import load_policy

        self.values = load_policy().at(card_data.DAY)
        self.card = card_of(self.values)

    def load(self, table: pa.Table) -> tuple[pa.Table, dict[str, Any]]:
        return table, {name: table[name].to_numpy() for name in self.card.names}

    def open(self, folder: Path) -> tuple[pa.Table, dict[str, Any]]:
        return self.load(card_rivals.read_table(folder))

    def score(self, frame: tuple[pa.Table, dict[str, Any]]) -> pa.Table:
        from creditlib.decisions.score.decide import score_columns

        table, factors = frame
        made = score_columns(self.card, factors, table.num_rows, self.values)
        return pa.table({"customer": table["customer"], "currency": table["currency"], **made})


def runner(engine: str, source: str, folder: Path) -> Callable[[], Any]:
    """What a round repeats: from memory the score alone, else reading the Parquet file as well."""
    kinds: dict[str, Any] = card_rivals.RIVALS | {"creditlib": Ours}
    made = kinds[engine](card_rivals.read_card(folder))
    if source == "memory":
        frame = made.load(card_rivals.read_table(folder))
        return lambda: made.score(frame)
    return lambda: made.score(made.open(folder))


def comparable(result: Any) -> pa.Table:
    """The result with −1 and "" where there is no score, as the rivals write it; evidence as the ten-thousandths it is made of, since
    Polars divides by a constant through its reciprocal, which costs the last bit."""
    table = card_rivals.as_arrow(result)
    columns: dict[str, Any] = {name: table[name].cast(pa.string()) for name in ("customer", "currency", "grade")}
    columns["grade"] = columns["grade"].fill_null("")
    columns |= {"score": table["score"].cast(pa.int64()).fill_null(-1), "evidence": _ten_thousandths(table["evidence"])}
    columns["default_probability"] = table["default_probability"].fill_null(-1.0)
    return pa.table(columns)


def _ten_thousandths(share: pa.ChunkedArray) -> pa.Array:
    return pa.array(np.rint(share.to_numpy() * 10_000).astype(np.int64))


# ------------------------------------------------------------------------------------------------------- one customer


def each(call: Callable[[], object], seconds: float = 0.05, blocks: int = 15) -> list[float]:
    """Seconds a call takes, one figure for each block of calls."""
    call()
    began, calls = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        call()
        calls += 1
    times = []
    for _ in range(blocks):
        began = time.perf_counter()
        for _ in range(calls):
            call()
        times.append((time.perf_counter() - began) / calls)
    return times


def calls(folder: Path) -> dict[tuple[str, str], list[float]]:
    """(what, engine) → seconds a call, the first engine ours. The customer has every factor, most of them short of the best bin."""
    from creditlib.decisions.score.decide import score_values
    from creditlib.policy import load_policy

    plain, policy = card_rivals.read_card(folder), load_policy()
    card = Ours(plain).card
    facts = {name: edges[len(edges) // 2] for name, _, edges, _, _ in plain["factors"]}
    values = [facts[name] for name in card.names]
    one = pa.table({"customer": ["C1"], "currency": ["CNY"], **{name: [value] for name, value in facts.items()}})
    columns = {name: one[name].to_numpy() for name in card.names}
    found = {
        ("call:number", "creditlib"): each(lambda: card.number(values)),
        ("call:explain", "creditlib"): each(lambda: card.explain(facts)),
        ("call:reasons", "creditlib"): each(lambda: score_values(facts, policy, card_data.DAY)),
        ("call:number", "numpy"): each(lambda: card.columns(columns, 1)),
    }
    for name, kind in card_rivals.RIVALS.items():
        engine = kind(plain)
        frame = engine.load(one)
        made = comparable(engine.score(frame)).to_pylist()[0]
        if made["score"] != card.number(values):
            raise SystemExit(f"one call: {name} scores {made['score']}, creditlib {card.number(values)}.")
        found["call:number", name] = each(lambda engine=engine, frame=frame: engine.score(frame))
    return found


def add_calls(book: Any, folder: Path) -> None:
    """Time one customer a call and write it down; ratio to our number."""
    found = calls(folder)
    base = statistics.median(found["call:number", "creditlib"])
    for (what, engine), times in found.items():
        book.add(what, 1, engine, "memory", times, ratio=statistics.median(times) / base)


# --------------------------------------------------------------------------------------------------- a whole assessment


def assess_child(folder: Path, peak_mb: Callable[[], float]) -> None:
    """Assess a book and print the seconds of each part, and the peak memory."""
    from creditlib.facts.book import open_book
    from creditlib.flows.assess import assess
    from creditlib.policy import load_policy

    told: dict[str, float] = {}
    began = time.perf_counter()
    made = assess(open_book(folder, verify=False), load_policy(), card_data.DAY)
    for part in PARTS:
        start = time.perf_counter()
        getattr(made, part)
        told[part] = time.perf_counter() - start
    told["whole"] = time.perf_counter() - began
    print(json.dumps({"times": told, "peak": peak_mb(), "rows": made.table.table.num_rows}))


def add_assessments(
    book: Any, folder_of: Callable[[int, int], Path], fresh: Callable[[Path], dict[str, Any]], rounds: int = 3
) -> None:
    """Assess each book in fresh processes. folder_of: customers, invoices → the prepared book. fresh: runs `assess_child`."""
    for customers, invoices in BOOKS:
        folder = folder_of(customers, invoices)
        told = [fresh(folder) for _ in range(rounds)]
        peak = max(one["peak"] for one in told)
        for part in told[0]["times"]:
            times = [one["times"][part] for one in told]
            name = "assess" if part == "whole" else f"assess:{part}"
            if statistics.median(times) >= 0.0005:
                book.add(name, customers, "creditlib", "prepared", times, peak_mb=peak)
