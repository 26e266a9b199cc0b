"""The same three workloads in pandas, Polars and DuckDB, written as well as we can write them.

What must stay true: every function returns the columns of `COLUMNS` for its workload, amounts as exact integers; the source
is either a connected book (Parquet) or the same ledger as CSV text; nothing of creditlib is used here.

Rules taken over from the library, as far as the generated data needs them: a document exists from its posting date; an
allocation counts from its own date (here never before both its documents are posted) and moves the balance of both its
documents; an item without a due date is due on its invoice date; what is negative stands apart as unapplied; a countback
stops at the first month without sales; an unpaid item counts to the end of the window.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

AS_OF = date(2026, 6, 30)
START = date(2025, 7, 1)
EDGES = (30, 60, 90)
BUCKETS = ("not_due", "1-30", "31-60", "61-90", "90+")
BILLED = ("invoice", "debit_note", "credit_note")
ITEMS = ("invoice", "debit_note", "bill")
EXCLUDED = ("bill", "retention", "advance")
NO_DECIMALS = ("JPY",)  # the only currency of the generated data without cents
KEYS = ("customer", "currency")
COLUMNS = {
    "W1": (*KEYS, "items", "total_minor", "overdue_minor", *BUCKETS, "unapplied"),
    "W2": (*KEYS, "days", "at_least", "receivables_minor", "sales_minor", "sales_days"),
    "W3": (
        *KEYS, "items", "due_minor", "unpaid_minor", "dbt_days", "net_dbt_days", "days_to_pay", "on_time_share",
        "on_time_count_share", "at_least",
    ),
}  # fmt: skip
RATIOS = ("days", "dbt_days", "net_dbt_days", "days_to_pay", "on_time_share", "on_time_count_share")
DOCUMENTS = {
    "W1": ["id", "customer", "currency", "posted_on", "issue_on", "due_on", "amount_minor"],
    "W2": ["id", "customer", "currency", "kind", "posted_on", "amount_minor"],
    "W3": ["id", "customer", "currency", "kind", "posted_on", "issue_on", "due_on", "amount_minor"],
}
ALLOCATIONS = {
    "W1": ["from_document", "to_document", "amount_minor", "on"],
    "W2": ["from_document", "to_document", "amount_minor", "on"],
    "W3": ["to_document", "amount_minor", "on"],
}
_NOW = AS_OF.year * 12 + AS_OF.month - 1


def month_lengths(months: int) -> list[int]:
    """Days of each month, newest first; the newest ends at AS_OF, a month end."""
    return [calendar.monthrange((_NOW - k) // 12, (_NOW - k) % 12 + 1)[1] for k in range(months)]


# --------------------------------------------------------------------------------------------------------------- DuckDB

_RAW_DOCUMENTS = """create temp table documents as
select row_number() over () - 1 as id, * from (select document, customer, currency, kind, posting_date as posted_on,
  issue_date as issue_on, due_date as due_on,
  (case when currency in ('JPY') then amount else amount * 100 end)::bigint as amount_minor
from read_csv('{}/documents.csv', header=true, types={{'amount': 'DECIMAL(18,2)', 'customer': 'VARCHAR', 'document': 'VARCHAR',
  'currency': 'VARCHAR', 'kind': 'VARCHAR', 'posting_date': 'DATE', 'issue_date': 'DATE', 'due_date': 'DATE'}}))"""
_RAW_ALLOCATIONS = """create temp table allocations as
select f.id as from_document, t.id as to_document, a.date as "on",
  (case when t.currency in ('JPY') then a.amount else a.amount * 100 end)::bigint as amount_minor
from read_csv('{}/allocations.csv', header=true, types={{'amount': 'DECIMAL(18,2)', 'date': 'DATE',
  'from_document': 'VARCHAR', 'to_document': 'VARCHAR'}}) a
join documents f on f.document = a.from_document join documents t on t.document = a.to_document"""

_OPEN = """moved as (select id, sum(amount)::bigint as amount from (
    select to_document as id, -amount_minor as amount from {a} where "on" <= DATE '2026-06-30'
    union all select from_document, amount_minor from {a} where "on" <= DATE '2026-06-30') group by id)"""

_SQL = {
    "W1": f"with {_OPEN}, "
    """o as (select customer, currency, d.amount_minor + coalesce(m.amount, 0) as open,
      DATE '2026-06-30' - coalesce(due_on, issue_on, posted_on) as late
    from {d} d left join moved m using (id)
    where posted_on <= DATE '2026-06-30' and d.amount_minor + coalesce(m.amount, 0) <> 0)
  select customer, currency, count(*) as items, sum(open)::bigint as total_minor,
    coalesce(sum(open) filter (open > 0 and late > 0), 0)::bigint as overdue_minor,
    coalesce(sum(open) filter (open > 0 and late <= 0), 0)::bigint as not_due,
    coalesce(sum(open) filter (open > 0 and late between 1 and 30), 0)::bigint as "1-30",
    coalesce(sum(open) filter (open > 0 and late between 31 and 60), 0)::bigint as "31-60",
    coalesce(sum(open) filter (open > 0 and late between 61 and 90), 0)::bigint as "61-90",
    coalesce(sum(open) filter (open > 0 and late > 90), 0)::bigint as "90+",
    coalesce(sum(open) filter (open < 0), 0)::bigint as unapplied
  from o group by customer, currency""",
    "W2": f"with {_OPEN}, "
    """r as (select customer, currency, sum(d.amount_minor + coalesce(m.amount, 0))::bigint as receivables
    from {d} d left join moved m using (id)
    where posted_on <= DATE '2026-06-30' and kind not in ('bill', 'retention', 'advance')
      and d.amount_minor + coalesce(m.amount, 0) <> 0 group by customer, currency),
  s as (select customer, currency, {now} - (year(posted_on) * 12 + month(posted_on) - 1) as age,
      sum(amount_minor)::bigint as sold
    from {d} where posted_on <= DATE '2026-06-30' and kind in ('invoice', 'debit_note', 'credit_note') group by all),
  k as (select coalesce(r.customer, c.customer) as customer, coalesce(r.currency, c.currency) as currency,
      coalesce(receivables, 0) as receivables
    from r full join (select distinct customer, currency from s) c on r.customer = c.customer and r.currency = c.currency),
  stop as (select customer, currency, min(n) as stop from (
      select customer, currency, age, sold, row_number() over (partition by customer, currency order by age) - 1 as n
      from s where sold > 0) where age = n group by all having true),
  w as (select customer, currency, age, sold, row_number() over v - 1 as n,
      (sum(sold) over v)::bigint - sold as before
    from s where sold > 0 window v as (partition by customer, currency order by age)),
  c as (select w.customer, w.currency, age, sold, receivables - before as left_
    from w join k on w.customer = k.customer and w.currency = k.currency where age = n),
  e as (select customer, currency,
      sum(l.length * least(greatest(left_ / sold, 0), 1)) as days, sum(sold)::bigint as covered,
      coalesce(sum(sold) filter (left_ > 0), 0)::bigint as sales_minor,
      coalesce(sum(l.length) filter (left_ > 0), 0)::bigint as sales_days
    from c join (select unnest(range({months})) as age, unnest([{lengths}]) as length) l using (age) group by all)
  select k.customer, k.currency, coalesce(days, 0.0) as days, receivables > coalesce(covered, 0) as at_least,
    receivables as receivables_minor, coalesce(sales_minor, 0) as sales_minor, coalesce(sales_days, 0) as sales_days
  from k left join e on e.customer = k.customer and e.currency = k.currency""",
    "W3": """with i as (select id, customer, currency, amount_minor, due_on, coalesce(issue_on, posted_on) as issued
    from {d} where kind in ('invoice', 'debit_note', 'bill') and due_on between DATE '2025-07-01' and DATE '2026-06-30'
      and posted_on <= DATE '2026-06-30' and amount_minor > 0),
  p as (select i.id, a.amount_minor as w, a."on" - due_on as late, a."on" - issued as taken
    from {a} a join i on i.id = a.to_document where a."on" <= DATE '2026-06-30'),
  b as (select id, sum(w)::bigint as paid, sum(w * greatest(late, 0)) as dbt, sum(w * late) as net, sum(w * taken) as dtp,
      coalesce(sum(w) filter (late <= 0), 0) as fine, max(late) as worst from p group by id),
  u as (select i.customer, i.currency, i.amount_minor, coalesce(paid, 0) as paid, coalesce(dbt, 0) as dbt,
      coalesce(net, 0) as net, coalesce(dtp, 0) as dtp, coalesce(fine, 0) as fine, coalesce(worst, -9999) as worst,
      greatest(i.amount_minor - coalesce(paid, 0), 0) as rest, DATE '2026-06-30' - due_on as late,
      DATE '2026-06-30' - issued as taken
    from i left join b using (id)),
  g as (select customer, currency, count(*) as items, sum(amount_minor)::bigint as due_minor, sum(rest)::bigint as unpaid_minor,
      sum(paid + rest) as weight, sum(dbt + rest * greatest(late, 0)) as dbt, sum(net + rest * late) as net,
      sum(dtp + rest * taken) as dtp, sum(fine + case when late <= 0 then rest else 0 end) as fine,
      count(*) filter (worst <= 0 and (rest = 0 or late <= 0)) as good
    from u group by all)
  select customer, currency, items, due_minor, unpaid_minor, dbt / weight as dbt_days, net / weight as net_dbt_days,
    dtp / weight as days_to_pay, fine / weight as on_time_share, good / items as on_time_count_share,
    unpaid_minor > 0 as at_least from g""",
}


def duckdb_(work: str, kind: str, folder: Path) -> pa.Table:
    import duckdb

    con = duckdb.connect(config={"threads": 2})
    tables = {"d": f"read_parquet('{folder}/documents.parquet')", "a": f"read_parquet('{folder}/allocations.parquet')"}
    if kind == "raw":
        con.execute(_RAW_DOCUMENTS.format(folder))
        con.execute(_RAW_ALLOCATIONS.format(folder))
        tables = {"d": "documents", "a": "allocations"}
    months = 1200
    if work == "W2":
        oldest = con.execute(f"select min(posted_on) from {tables['d']} where kind in {BILLED}").fetchall()[0][0]
        months = max(_NOW - (oldest.year * 12 + oldest.month - 1) + 1, 1)
    sql = _SQL[work].format(**tables, now=_NOW, months=months, lengths=",".join(map(str, month_lengths(months))))
    result = con.sql(sql).to_arrow_table()
    con.close()
    return result


# --------------------------------------------------------------------------------------------------------------- Polars


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
        .group_by(*keys, age=_NOW - index)
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


# --------------------------------------------------------------------------------------------------------------- pandas


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
    sold = sold.assign(age=_NOW - (sold.posted_on.dt.year * 12 + sold.posted_on.dt.month - 1))
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


RIVALS: dict[str, Callable[[str, str, Path], pa.Table]] = {
    "duckdb": duckdb_,
    "polars-streaming": polars_streaming,
    "polars-memory": polars_memory,
    "pandas": pandas_,
}
