"""The workloads in Polars, streaming and in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from workloads import ALLOCATIONS, AS_OF, BILLED, DOCUMENTS, EXCLUDED, ITEMS, NOW, START, month_lengths


def _polars_raw(work: str, folder: Path) -> tuple[Any, Any]:
    import polars as pl

    text, day = pl.String, pl.Date
    wanted = {"customer": text, "currency": text, "kind": text, "document": text, "amount": text}
    dates = {"posting_date": "posted_on", "issue_date": "issue_on", "due_date": "due_on"}
    documents = pl.scan_csv(folder / "documents.csv", schema_overrides=wanted | dict.fromkeys(dates, day)).select(
        *wanted, *dates
    )
    minor = pl.when(pl.col("currency") == "JPY").then(1).otherwise(100)
    exact = pl.col("amount").cast(pl.Decimal(18, 2)) * minor
    documents = (
        documents.rename(dates)
        .with_row_index("id")
        .with_columns(pl.col("id").cast(pl.Int64), amount_minor=exact.cast(pl.Int64))
        .collect()
    )
    number = documents.lazy().select("id", "document", "currency")
    typed = {"from_document": text, "to_document": text, "amount": text, "date": day}
    allocations = pl.scan_csv(folder / "allocations.csv", schema_overrides=typed).select(*typed)
    allocations = (
        allocations.join(number.select(pl.col("id").alias("f"), "document"), left_on="from_document", right_on="document")
        .join(number.rename({"id": "t"}), left_on="to_document", right_on="document")
        .select(
            from_document="f", to_document="t", amount_minor=exact.cast(pl.Int64), on="date"
        )
    )  # fmt: skip
    return documents.lazy().select(DOCUMENTS[work]), allocations.select(ALLOCATIONS[work])


def _polars(work: str, kind: str, folder: Path) -> Any:
    import polars as pl

    if kind == "raw":
        documents, allocations = _polars_raw(work, folder)
    else:
        documents = pl.scan_parquet(folder / "documents.parquet").select(DOCUMENTS[work])
        allocations = pl.scan_parquet(folder / "allocations.parquet").select(ALLOCATIONS[work])
    allocations = allocations.filter(pl.col("on") <= AS_OF)
    return {"W1": _polars_aging, "W2": _polars_countback, "W3": _polars_payment}[work](documents, allocations)


def _polars_open(documents: Any, allocations: Any) -> Any:
    import polars as pl

    lines = pl.concat(
        [
            allocations.select(id="to_document", moved=-pl.col("amount_minor")),
            allocations.select(id="from_document", moved="amount_minor"),
        ]
    )
    moved = lines.group_by("id").agg(pl.col("moved").sum())
    return (
        documents.filter(pl.col("posted_on") <= AS_OF)
        .join(moved, on="id", how="left")
        .with_columns(open=pl.col("amount_minor") + pl.col("moved").fill_null(0))
        .filter(pl.col("open") != 0)
    )


def _polars_aging(documents: Any, allocations: Any) -> Any:
    import polars as pl

    late = (pl.lit(AS_OF) - pl.coalesce("due_on", "issue_on", "posted_on")).dt.total_days()
    open_, late_ = pl.col("open"), pl.col("late")
    bounds = {"not_due": late_ <= 0, "1-30": late_.is_between(1, 30), "31-60": late_.is_between(31, 60)}
    bounds |= {"61-90": late_.is_between(61, 90), "90+": late_ > 90}
    return (
        _polars_open(documents, allocations)
        .select("customer", "currency", "open", late=late)
        .group_by("customer", "currency")
        .agg(
            items=pl.len().cast(pl.Int64),
            total_minor=open_.sum(),
            overdue_minor=open_.filter((open_ > 0) & (late_ > 0)).sum(),
            **{name: open_.filter((open_ > 0) & test).sum() for name, test in bounds.items()},
            unapplied=open_.filter(open_ < 0).sum(),
        )
    )


def _polars_countback(documents: Any, allocations: Any) -> Any:
    import polars as pl

    c = pl.col
    keys = ["customer", "currency"]
    trade = documents.filter(~c("kind").cast(pl.String).is_in(EXCLUDED))
    receivables = _polars_open(trade, allocations).group_by(keys).agg(receivables=c("open").sum())
    index = c("posted_on").dt.year().cast(pl.Int64) * 12 + c("posted_on").dt.month().cast(pl.Int64) - 1
    sales = (
        documents.filter((c("posted_on") <= AS_OF) & c("kind").cast(pl.String).is_in(BILLED))
        .group_by(*keys, age=NOW - index)
        .agg(sold=c("amount_minor").sum())
    )
    both = receivables.join(sales.select(keys).unique(), on=keys, how="full", coalesce=True)
    both = both.with_columns(c("receivables").fill_null(0))
    lengths = pl.LazyFrame({"age": list(range(1200)), "length": month_lengths(1200)})
    walk = (
        sales.filter(c("sold") > 0)
        .sort(*keys, "age")
        .with_columns(n=pl.int_range(pl.len()).over(keys), before=c("sold").cum_sum().over(keys) - c("sold"))
        .filter(c("n") == c("age"))
        .join(both, on=keys)
        .join(lengths, on="age")
        .with_columns(left=c("receivables") - c("before"))
        .group_by(keys)
        .agg(
            days=(c("length") * (c("left") / c("sold")).clip(0, 1)).sum(),
            covered=c("sold").sum(),
            sales_minor=c("sold").filter(c("left") > 0).sum(),
            sales_days=c("length").filter(c("left") > 0).sum(),
        )
    )
    return both.join(walk, on=keys, how="left").select(
        *keys,
        days=c("days").fill_null(0.0),
        at_least=c("receivables") > c("covered").fill_null(0),
        receivables_minor="receivables",
        sales_minor=c("sales_minor").fill_null(0),
        sales_days=c("sales_days").fill_null(0),
    )


def _polars_payment(documents: Any, allocations: Any) -> Any:
    import polars as pl

    c = pl.col
    items = documents.filter(
        c("kind").cast(pl.String).is_in(ITEMS) & c("due_on").is_between(START, AS_OF) & (c("posted_on") <= AS_OF)
        & (c("amount_minor") > 0)
    ).select("id", "customer", "currency", "due_on", "amount_minor", issued=pl.coalesce("issue_on", "posted_on"))  # fmt: skip
    w, late, taken, rest = c("w"), c("late"), c("taken"), c("rest")
    paid = (
        allocations.select(id="to_document", w="amount_minor", on="on")
        .join(items.select("id", "due_on", "issued"), on="id")
        .select(
            "id", "w", late=(c("on") - c("due_on")).dt.total_days(), taken=(c("on") - c("issued")).dt.total_days()
        )
        .group_by("id")
        .agg(
            paid=w.sum(), dbt=(w * late.clip(lower_bound=0)).sum(), net=(w * late).sum(), dtp=(w * taken).sum(),
            fine=w.filter(late <= 0).sum(), worst=late.max(),
        )
    )  # fmt: skip
    zero = [c(name).fill_null(0) for name in ("paid", "dbt", "net", "dtp", "fine")]
    grouped = (
        items.join(paid, on="id", how="left")
        .with_columns(
            *zero, c("worst").fill_null(-9999), late=(pl.lit(AS_OF) - c("due_on")).dt.total_days(),
            taken=(pl.lit(AS_OF) - c("issued")).dt.total_days(),
        )
        .with_columns(rest=(c("amount_minor") - c("paid")).clip(lower_bound=0))
        .group_by("customer", "currency")
        .agg(
            items=pl.len().cast(pl.Int64), due_minor=c("amount_minor").sum(), unpaid_minor=rest.sum(),
            weight=(c("paid") + rest).sum(), dbt=(c("dbt") + rest * late.clip(lower_bound=0)).sum(),
            net=(c("net") + rest * late).sum(), dtp=(c("dtp") + rest * taken).sum(),
            fine=c("fine").sum() + rest.filter(late <= 0).sum(),
            good=((c("worst") <= 0) & ((rest == 0) | (late <= 0))).sum(),
        )
    )  # fmt: skip
    weight = c("weight")
    return grouped.select(
        "customer", "currency", "items", "due_minor", "unpaid_minor", dbt_days=c("dbt") / weight,
        net_dbt_days=c("net") / weight, days_to_pay=c("dtp") / weight, on_time_share=c("fine") / weight,
        on_time_count_share=c("good") / c("items"), at_least=c("unpaid_minor") > 0,
    )  # fmt: skip


def polars_streaming(work: str, kind: str, folder: Path) -> pa.Table:
    return _polars(work, kind, folder).collect(engine="streaming").to_arrow()


def polars_memory(work: str, kind: str, folder: Path) -> pa.Table:
    return _polars(work, kind, folder).collect(engine="in-memory").to_arrow()
