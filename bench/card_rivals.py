"""The standard scorecard in Polars, DuckDB, pandas and NumPy, as their users would write it. Nothing of creditlib is used here.

What must stay true: a value on an edge belongs to the bin above; what is missing counts as the card says, or its weight goes to the
rest; the score is rounded half up from whole numbers; without statements a grade is held down; below the least evidence
there is none (−1, an empty grade).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from pyarrow import parquet


class Engine(Protocol):
    """load: factors in the engine's own memory. score: customer, currency, score, grade, evidence, default_probability."""

    def __init__(self, card: dict[str, Any]) -> None: ...
    def load(self, table: pa.Table) -> Any: ...
    def open(self, folder: Path) -> Any: ...
    def score(self, frame: Any) -> Any: ...


def read_card(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "card.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


class InPolars:
    how = "in-memory"

    def __init__(self, card: dict[str, Any]) -> None:
        self.card = card

    def load(self, table: pa.Table) -> Any:
        import polars as pl

        return pl.from_arrow(table).lazy()

    def open(self, folder: Path) -> Any:
        import polars as pl

        return pl.scan_parquet(folder / "factors.parquet")

    def score(self, frame: Any) -> Any:
        import polars as pl

        card, c = self.card, pl.col
        known, weight, total = [], [], []
        for name, own, edges, points, missing in card["factors"]:
            value = c(name)
            given = pl.when(value.is_null()).then(missing or 0)
            for edge, gives in zip(reversed(edges), reversed(points[1:]), strict=True):
                given = given.when(value >= edge).then(gives)
            there = value.is_not_null().cast(pl.Int64) * own
            known.append(there)
            weight.append(there if missing is None else pl.lit(own, pl.Int64))
            total.append(given.otherwise(points[0]).cast(pl.Int64) * own)
        unit = 100 * c("weight")
        low, span = card["low"], card["high"] - card["low"]
        enough = (c("known") >= card["least"] * 10_000) & (c("weight") > 0)
        blind = pl.all_horizontal(c(name).is_null() for name in card["statements"])
        names = [grade for grade, _ in card["grades"]]
        place = pl.when(c("score") >= card["grades"][0][1]).then(0)
        for n, (_, least) in list(enumerate(card["grades"]))[1:-1]:
            place = place.when(c("score") >= least).then(n)
        held = names.index(card["best_without_statements"])
        place = place.otherwise(len(names) - 1)
        made = (
            frame.with_columns(
                known=pl.sum_horizontal(known), weight=pl.sum_horizontal(weight), total=pl.sum_horizontal(total)
            )
            .with_columns(
                blind=blind,
                score=pl.when(enough)
                .then((2 * (low * unit + span * c("total")) + unit) // (2 * pl.max_horizontal(unit, 1)))
                .otherwise(-1),
            )
            .with_columns(place=pl.when(c("blind")).then(pl.max_horizontal(place, held)).otherwise(place))
            .select(
                "customer",
                "currency",
                "score",
                grade=pl.when(c("score") < 0)
                .then(pl.lit(""))
                .otherwise(c("place").replace_strict(dict(enumerate(names)))),
                evidence=c("known") / 10_000,
                default_probability=pl.when(c("score") < 0)
                .then(-1.0)
                .otherwise(
                    1 / (1 + card["base_odds"] * 2.0 ** ((c("score") - card["base_points"]) / card["double_odds"]))
                ),
            )
        )
        return made.collect(engine=self.how)


class InPolarsStreaming(InPolars):
    how = "streaming"


class InDuckDB:
    def __init__(self, card: dict[str, Any]) -> None:
        import duckdb

        self.con = duckdb.connect(config={"threads": 2})
        self.sql = _sql(card)

    def load(self, table: pa.Table) -> Any:
        self.con.register("given", table)
        self.con.execute("create or replace temp table factors as select * from given")
        return "factors"

    def open(self, folder: Path) -> Any:
        return f"read_parquet('{folder}/factors.parquet')"

    def score(self, frame: Any) -> Any:
        return self.con.sql(self.sql.format(frame)).to_arrow_table()


def _sql(card: dict[str, Any]) -> str:
    known, weight, total = [], [], []
    for name, own, edges, points, missing in card["factors"]:
        cases = [f"when {name} is null then {missing or 0}"]
        cases += [
            f"when {name} >= {edge} then {gives}"
            for edge, gives in zip(reversed(edges), reversed(points[1:]), strict=True)
        ]
        known.append(f"{own} * ({name} is not null)::int")
        weight.append(known[-1] if missing is None else str(own))
        total.append(f"{own} * (case {' '.join(cases)} else {points[0]} end)")
    blind = " and ".join(f"{name} is null" for name in card["statements"])
    names = [grade for grade, _ in card["grades"]]
    grades = " ".join(f"when score >= {least} then {n}" for n, (_, least) in enumerate(card["grades"][:-1]))
    held = names.index(card["best_without_statements"])
    low, span = card["low"], card["high"] - card["low"]
    return f"""with s as (select customer, currency, {blind} as blind, ({" + ".join(known)})::bigint as known,
      ({" + ".join(weight)})::bigint as weight, ({" + ".join(total)})::bigint as total from {{}}),
  p as (select customer, currency, blind, known,
      case when known >= {card["least"]} * 10000 and weight > 0
        then (2 * ({low} * 100 * weight + {span} * total) + 100 * weight) // (200 * weight) else -1 end as score from s),
  g as (select *, case {grades} else {len(names) - 1} end as earned from p)
  select customer, currency, score::bigint as score,
    case when score < 0 then '' else {names}[1 + case when blind then greatest(earned, {held}) else earned end] end as grade,
    known / 10000 as evidence, case when score < 0 then -1.0
      else 1 / (1 + {card["base_odds"]} * 2.0 ** ((score - {card["base_points"]}) / {card["double_odds"]})) end::double
      as default_probability from g"""


class InPandas:
    def __init__(self, card: dict[str, Any]) -> None:
        self.card = card

    def load(self, table: pa.Table) -> Any:
        return table.to_pandas()

    def open(self, folder: Path) -> Any:
        import pandas as pd

        return pd.read_parquet(folder / "factors.parquet")

    def score(self, frame: Any) -> Any:
        import pandas as pd

        card = self.card
        known, weight, total = (pd.Series(0, index=frame.index, dtype="int64") for _ in range(3))
        for name, own, edges, points, missing in card["factors"]:
            value = frame[name]
            there = value.notna()
            at = pd.cut(value, [-np.inf, *edges, np.inf], right=False, labels=False).fillna(0).astype("int64")
            given = pd.Series(np.array(points)[at], index=frame.index).where(there, missing or 0)
            known += own * there
            weight += own * there if missing is None else own
            total += own * given
        unit = 100 * weight
        enough = (known >= card["least"] * 10_000) & (weight > 0)
        score = (2 * (card["low"] * unit + (card["high"] - card["low"]) * total) + unit) // (2 * unit.clip(lower=1))
        score = score.where(enough, -1)
        names = np.array([grade for grade, _ in card["grades"]])
        least = np.array([low for _, low in card["grades"]])
        place = np.minimum(len(names) - np.searchsorted(least[::-1], score, side="right"), len(names) - 1)
        blind = frame[card["statements"]].isna().all(axis=1)
        place = np.where(blind, np.maximum(place, list(names).index(card["best_without_statements"])), place)
        odds = card["base_odds"] * 2.0 ** ((score - card["base_points"]) / card["double_odds"])
        return pd.DataFrame(
            {
                "customer": frame.customer, "currency": frame.currency, "score": score,
                "grade": np.where(score < 0, "", names[place]), "evidence": known / 10_000,
                "default_probability": (1 / (1 + odds)).where(score >= 0, -1.0),
            }
        )  # fmt: skip


RIVALS: dict[str, type[Engine]] = {
    "duckdb": InDuckDB,
    "polars-streaming": InPolarsStreaming,
    "polars-memory": InPolars,
    "pandas": InPandas,
}


def as_arrow(made: Any) -> pa.Table:
    """A result of any engine as an Arrow table."""
    if isinstance(made, pa.Table):
        return made
    return made.to_arrow() if hasattr(made, "to_arrow") else pa.Table.from_pandas(made, preserve_index=False)


def read_table(folder: Path) -> pa.Table:
    return parquet.read_table(folder / "factors.parquet")
