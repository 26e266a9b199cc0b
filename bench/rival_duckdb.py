"""The workloads in DuckDB."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from workloads import BILLED, NOW, month_lengths

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
        months = max(NOW - (oldest.year * 12 + oldest.month - 1) + 1, 1)
    sql = _SQL[work].format(**tables, now=NOW, months=months, lengths=",".join(map(str, month_lengths(months))))
    result = con.sql(sql).to_arrow_table()
    con.close()
    return result
