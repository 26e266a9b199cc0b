"""The workloads in pandas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet
from workloads import (
    ALLOCATIONS,
    AS_OF,
    BILLED,
    BUCKETS,
    COLUMNS,
    DOCUMENTS,
    EDGES,
    EXCLUDED,
    ITEMS,
    KEYS,
    NO_DECIMALS,
    NOW,
    START,
    month_lengths,
)


def _pandas_frames(work: str, kind: str, folder: Path) -> tuple[Any, Any]:
    import pandas as pd

    if kind == "prepared":
        # to_pandas would make Python objects of date32 by itself
        documents = parquet.read_table(folder / "documents.parquet", columns=DOCUMENTS[work])
        allocations = parquet.read_table(folder / "allocations.parquet", columns=ALLOCATIONS[work])
        return documents.to_pandas(date_as_object=False), allocations.to_pandas(date_as_object=False)
    dates = {"posting_date": "posted_on", "issue_date": "issue_on", "due_date": "due_on"}
    wanted = {"customer": "category", "currency": "category", "kind": "category", "document": "str", "amount": "str"}
    documents = pd.read_csv(
        folder / "documents.csv", usecols=[*wanted, *dates], dtype=wanted, parse_dates=list(dates), date_format="%Y-%m-%d",
        encoding="utf-8-sig", engine="c",
    ).rename(columns=dates)  # fmt: skip
    documents["id"] = np.arange(len(documents))
    plain = documents.currency.isin(NO_DECIMALS).to_numpy()
    documents["amount_minor"] = _minor(documents.amount, plain)
    typed = {"from_document": "str", "to_document": "str", "amount": "str"}
    allocations = pd.read_csv(
        folder / "allocations.csv", usecols=[*typed, "date"], dtype=typed, parse_dates=["date"], date_format="%Y-%m-%d",
        encoding="utf-8-sig", engine="c",
    ).rename(columns={"date": "on"})  # fmt: skip
    number = pd.Series(documents.id.to_numpy(), index=documents.document)
    for name in ("from_document", "to_document"):
        allocations[name] = number.reindex(allocations[name]).to_numpy()
    allocations["amount_minor"] = _minor(allocations.amount, plain[allocations.to_document.to_numpy()])
    return documents[DOCUMENTS[work]], allocations[ALLOCATIONS[work]]


def _minor(text: Any, plain: np.ndarray) -> np.ndarray:
    """Amount texts with two decimals (none where `plain`) to integers: without the point, they are the minor units."""
    digits = text.str.replace(".", "", regex=False).astype(np.int64).to_numpy()
    assert (text.str.contains(".", regex=False).to_numpy() != plain).all()
    return digits


def _pandas_open(documents: Any, allocations: Any, day: Any) -> Any:
    """Return the documents open on the day, with `open`. Ids are 0…n−1, so a reindex is exact: a left merge makes floats."""
    live = allocations[allocations.on <= day]
    paid = live.groupby("to_document", sort=False).amount_minor.sum()
    given = live.groupby("from_document", sort=False).amount_minor.sum()
    ids = documents.id
    open_ = (
        documents.amount_minor
        - paid.reindex(ids, fill_value=0).to_numpy()
        + given.reindex(ids, fill_value=0).to_numpy()
    )
    return documents.assign(open=open_)[(documents.posted_on <= day) & (open_ != 0)]


def _pandas_aging(documents: Any, allocations: Any) -> Any:
    import pandas as pd

    day = pd.Timestamp(AS_OF)
    o = _pandas_open(documents, allocations, day)
    late = (day - o.due_on.fillna(o.issue_on).fillna(o.posted_on)).dt.days
    bucket = pd.cut(late, [-np.inf, 0, *EDGES, np.inf], labels=list(BUCKETS)).astype(str).where(o.open > 0, "unapplied")
    keyed = o.assign(bucket=bucket)
    wide = keyed.groupby([*KEYS, "bucket"], observed=True).open.sum().unstack(fill_value=0)
    wide = wide.reindex(columns=[*BUCKETS, "unapplied"], fill_value=0)
    wide["total_minor"] = wide.sum(axis=1)
    wide["overdue_minor"] = wide[list(BUCKETS[1:])].sum(axis=1)
    wide["items"] = keyed.groupby(list(KEYS), observed=True).size()
    return wide.reset_index()


def _pandas_countback(documents: Any, allocations: Any) -> Any:
    import pandas as pd

    day = pd.Timestamp(AS_OF)
    keys = list(KEYS)
    trade = documents[~documents.kind.isin(EXCLUDED)]
    receivables = _pandas_open(trade, allocations, day).groupby(keys, observed=True).open.sum()
    sold = documents[(documents.posted_on <= day) & documents.kind.isin(BILLED)]
    sold = sold.assign(age=NOW - (sold.posted_on.dt.year * 12 + sold.posted_on.dt.month - 1))
    grid = sold.groupby([*keys, "age"], observed=True).amount_minor.sum().unstack(fill_value=0)
    grid = grid.reindex(index=receivables.index.union(grid.index), columns=range(grid.columns.max() + 1), fill_value=0)
    receivables = receivables.reindex(grid.index, fill_value=0)
    walk = (grid > 0).cummin(axis=1)
    left = (-(grid.cumsum(axis=1) - grid)).add(receivables, axis=0)
    share = (left / grid.where(walk)).clip(0, 1).fillna(0.0)
    length = np.array(month_lengths(grid.shape[1]))
    touched = walk & (left > 0)
    out = pd.DataFrame({"days": share @ length.astype(float), "receivables_minor": receivables})
    out["at_least"] = receivables > grid.where(walk, 0).sum(axis=1)
    out["sales_minor"] = grid.where(touched, 0).sum(axis=1)
    out["sales_days"] = touched @ length
    return out.reset_index()


def _pandas_payment(documents: Any, allocations: Any) -> Any:
    import pandas as pd

    first, last = pd.Timestamp(START), pd.Timestamp(AS_OF)
    d = documents
    chosen = d.kind.isin(ITEMS) & d.due_on.between(first, last) & (d.posted_on <= last) & (d.amount_minor > 0)
    items = d[chosen].copy()
    items["issued"] = items.issue_on.fillna(items.posted_on)
    live = allocations[allocations.on <= last].rename(columns={"to_document": "id", "amount_minor": "w"})
    lines = live.merge(items[["id", *KEYS, "due_on", "issued"]], on="id")
    paid = lines.groupby("id", sort=False).w.sum().reindex(items.id, fill_value=0).to_numpy()
    rest = items[(items.amount_minor - paid) > 0][["id", *KEYS, "due_on", "issued"]]
    rest = rest.assign(w=(items.amount_minor - paid)[lambda s: s > 0], on=last, unpaid=True)
    lines = pd.concat([lines.assign(unpaid=False), rest], ignore_index=True)
    late = (lines.on - lines.due_on).dt.days
    weighted = pd.DataFrame(
        {
            **{key: lines[key] for key in KEYS}, "weight": lines.w, "dbt": lines.w * late.clip(lower=0),
            "net": lines.w * late, "dtp": lines.w * (lines.on - lines.issued).dt.days, "fine": lines.w.where(late <= 0, 0),
            "unpaid_minor": lines.w.where(lines.unpaid, 0),
        }
    )  # fmt: skip
    keys = list(KEYS)
    g = weighted.groupby(keys, observed=True).sum()
    bad = lines.id[late > 0].unique()
    i = items.assign(good=~items.id.isin(bad)).groupby(keys, observed=True)
    g["items"], g["due_minor"] = i.size(), i.amount_minor.sum()
    g["dbt_days"], g["net_dbt_days"] = g.dbt / g.weight, g.net / g.weight
    g["days_to_pay"], g["on_time_share"] = g.dtp / g.weight, g.fine / g.weight
    g["on_time_count_share"], g["at_least"] = i.good.sum() / g["items"], g.unpaid_minor > 0
    return g.reset_index()


def pandas_(work: str, kind: str, folder: Path) -> pa.Table:
    documents, allocations = _pandas_frames(work, kind, folder)
    frame = {"W1": _pandas_aging, "W2": _pandas_countback, "W3": _pandas_payment}[work](documents, allocations)
    return pa.Table.from_pandas(frame[list(COLUMNS[work])], preserve_index=False)
