"""Customers to score, invented from a seed, and the standard scorecard as plain numbers, so that every engine has the same.

What must stay true: values stand on bin edges as well as between them; statements are missing as a whole for some customers, single
factors for others, and of a few too little is known for a score.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

DAY = date(2026, 10, 31)


def factor_table(customers: int, seed: int = 7) -> pa.Table:
    """customer, currency and the factors of the standard card, null where unknown."""
    from creditlib.decisions.score.card import card_of
    from creditlib.measures.factors import FROM_STATEMENTS
    from creditlib.policy import load_policy

    random = np.random.default_rng(seed)
    no_statements, hardly_known = random.random(customers) < 0.35, random.random(customers) < 0.05
    columns: dict[str, pa.Array] = {
        "customer": pa.array([f"C{n:06}" for n in range(customers)]).dictionary_encode(),
        "currency": pa.array(np.full(customers, "CNY")).dictionary_encode(),
    }
    for factor in card_of(load_policy().at(DAY)).factors:
        edges = np.array(factor.edges)
        low, span = edges[0], edges[-1] - edges[0]
        values = np.round(low + span * random.uniform(-0.2, 1.3, customers), 4)
        on_edge = random.random(customers) < 0.05
        values[on_edge] = random.choice(edges, int(on_edge.sum()))
        unknown = random.random(customers) < random.uniform(0.02, 0.25)
        unknown |= no_statements if factor.name in FROM_STATEMENTS else hardly_known
        columns[factor.name] = pa.array(values, mask=unknown)
    return pa.table(columns)


def plain_card() -> dict[str, object]:
    """The standard card as JSON holds it. factors: [name, weight of 10,000, edges, points, points when missing or null]."""
    from creditlib.decisions.score.card import card_of
    from creditlib.measures.factors import FROM_STATEMENTS
    from creditlib.policy import load_policy

    values = load_policy().at(DAY)
    card = card_of(values)
    return {
        "factors": [[f.name, f.weight, f.edges, f.points, f.missing] for f in card.factors],
        "statements": [f.name for f in card.factors if f.name in FROM_STATEMENTS],
        "low": card.low, "high": card.high, "base_points": card.base_points, "base_odds": card.base_odds,
        "double_odds": card.double_odds, "grades": card.grades, "least": card.least,
        "best_without_statements": values["score.without_statements"],
    }  # fmt: skip


def write_factors(folder: Path, customers: int) -> Path:
    """Write factors.parquet and card.json, unless they are there."""
    if not folder.is_dir():
        print(f"generating factors of {customers:,} customers …", flush=True)
        folder.mkdir()
        parquet.write_table(factor_table(customers), folder / "factors.parquet")
    (folder / "card.json").write_text(json.dumps(plain_card()), encoding="utf-8")  # the policy may have changed
    return folder
