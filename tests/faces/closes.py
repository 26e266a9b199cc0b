"""Believable closes, made of nothing: one firm of sixty customers, and the odd ones a workbook must stand."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from creditlib.errors import Finding
from creditlib.flows.closing import Close, ControlLine, DsoLine, FileTotal, Measure, Movement, SourceLine, TrendPoint
from creditlib.money import plain

AS_OF = date(2026, 10, 31)
EDGES = (30, 60, 90, 180, 365)
CITIES = (
    "苏州",
    "宁波",
    "无锡",
    "杭州",
    "常州",
    "上海",
    "合肥",
    "南京",
    "青岛",
    "武汉",
    "郑州",
    "佛山",
    "东莞",
    "天津",
    "成都",
)
TRADES = (
    "恒泰精密机械",
    "海川液压",
    "锐科自动化设备",
    "华辰重型传动",
    "申隆轨道装备",
    "鲁能海洋工程",
    "立诚注塑机械",
    "豫通矿山机械",
)
ABROAD = (
    "Meyer Antriebstechnik GmbH & Co. KG", "Osaka Seiki K.K.", "Nordic Pump A/S", "Brown & Sons <Tools> Ltd", "O'Neill Cranes Inc.",
    "=SUM(A1) Trading", "+Plus Bearings", "-Minus Chemicals", "@Home Appliances", "Société Générale d'Équipement Industriel et Minier",
)  # fmt: skip
PEOPLE = ("王倩", "李航", "赵敏", "周野", "Anna Berg")


def buckets_of(edges: tuple[int, ...]) -> tuple[str, ...]:
    names = ["not_due"]
    low = 1
    for edge in edges:
        names.append(f"{low}-{edge}")
        low = edge + 1
    return (*names, f"{edges[-1]}+")


def bucket(days: int | None, edges: tuple[int, ...], names: tuple[str, ...]) -> str:
    if days is None:
        return "no_due_date"
    if days <= 0:
        return "not_due"
    overdue = [n for n in names if n not in ("not_due", "no_due_date")]
    return next((overdue[i] for i, edge in enumerate(edges) if days <= edge), overdue[-1])


def names(count: int, rng: random.Random) -> list[str]:
    made = list(ABROAD)
    while len(made) < count:
        made.append(f"{rng.choice(CITIES)}{rng.choice(TRADES)}{rng.choice(('', '（集团）', '一', '二'))}有限公司")
    rng.shuffle(made)
    return made[:count]


def item_rows(
    *, customers: int = 60, per: int = 12, currencies: tuple[str, ...] = ("CNY",), edges: tuple[int, ...] = EDGES, seed: int = 7,
    undated: bool = False, size: int = 1_000_000_00,
) -> list[dict[str, Any]]:  # fmt: skip
    rng = random.Random(seed)
    named = names(customers, rng)
    labels = buckets_of(edges)
    rows: list[dict[str, Any]] = []
    for currency in currencies:
        unit = {"JPY": 0, "KWD": 3}.get(currency, 2)
        for number, name in enumerate(named):
            code = f"{number:04d}" if number % 9 else f"00{number}"
            late = rng.random() ** 3
            for k in range(max(1, int(rng.expovariate(1 / per)))):
                days = rng.randint(-60, 20) if rng.random() > late else int(rng.expovariate(1 / 90)) + 1
                due: date | None = AS_OF - timedelta(days=days)
                if undated and rng.random() < 0.03:
                    due = None
                kind = "invoice"
                minor = int(rng.lognormvariate(-2.5, 1.2) * size / 10 ** (2 - unit)) + 1
                status = "disputed" if rng.random() < 0.04 else ""
                if rng.random() < 0.05:
                    kind, minor = "credit_note", -minor // 4
                if rng.random() < 0.03:
                    kind, minor, status = "receipt", -minor // 3, "unapplied"
                past = None if due is None else days
                rows.append(
                    {
                        "currency": currency,
                        "customer": code,
                        "name": name,
                        "document": f"INV-26{number:03d}-{k:02d}" if k % 7 else f"=INV{k}",
                        "kind": kind,
                        "issue_on": (due or AS_OF) - timedelta(days=rng.choice((30, 45, 60, 90))),
                        "due_on": due,
                        "days_past_due": past,
                        "bucket": "unapplied" if status == "unapplied" else bucket(past, edges, labels),
                        "original_minor": minor,
                        "original_currency": currency,
                        "open_minor": minor,
                        "entity": ("1000", "2000")[number % 2],
                        "gl_account": ("1122", "1121")[k % 5 == 0],
                        "salesperson": rng.choice(PEOPLE),
                        "status": status,
                        "source": f"FBL5N 2026-10-31.xlsx:Sheet1!{len(rows) + 2}",
                    }
                )
    rows.sort(key=lambda r: (r["currency"], r["customer"], r["due_on"] or date.max))
    return rows


def items_table(rows: list[dict[str, Any]]) -> pa.Table:
    types = {"issue_on": pa.date32(), "due_on": pa.date32(), "days_past_due": pa.int32()}
    types |= {name: pa.int64() for name in ("original_minor", "open_minor")}
    names_ = list(rows[0]) if rows else list(EMPTY_ROW)
    return pa.table({name: pa.array([r[name] for r in rows], types.get(name, pa.string())) for name in names_})


EMPTY_ROW = dict.fromkeys(
    (
        "currency", "customer", "name", "document", "kind", "issue_on", "due_on", "days_past_due", "bucket", "original_minor",
        "original_currency", "open_minor", "entity", "gl_account", "salesperson", "status", "source",
    )
)  # fmt: skip


def make(
    rows: list[dict[str, Any]],
    *,
    currency: str = "CNY",
    edges: tuple[int, ...] = EDGES,
    history: bool = True,
    control: tuple[ControlLine, ...] | None = None,
    findings: tuple[Finding, ...] = (),
    labels: tuple[str, ...] | None = None,
) -> Close:
    rng = random.Random(3)
    labels = labels or buckets_of(edges)
    if any(r["bucket"] == "no_due_date" for r in rows):
        labels = (*labels, "no_due_date")
    late = [n for n in labels if n not in ("not_due", "no_due_date")]
    by: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by[row["currency"], row["customer"]].append(row)
    lines: list[dict[str, Any]] = []
    for (money, customer), own in by.items():
        line: dict[str, Any] = {"currency": money, "customer": customer, "name": own[0]["name"], "items": len(own)}
        line["total_minor"] = sum(r["open_minor"] for r in own)
        for key in labels:
            line[key] = sum(r["open_minor"] for r in own if r["bucket"] == key)
        line["unapplied_minor"] = sum(r["open_minor"] for r in own if r["bucket"] == "unapplied")
        line["overdue_minor"] = sum(line[key] for key in late)
        line["previous_overdue_share"] = round(rng.random() * 0.5, 6) if history and rng.random() < 0.9 else None
        lines.append(line)
    lines.sort(key=lambda r: (r["currency"], -r["total_minor"]))
    order = [
        "currency",
        "customer",
        "name",
        "items",
        "total_minor",
        "overdue_minor",
        "previous_overdue_share",
        "unapplied_minor",
    ]
    order += labels
    texts = {"currency", "customer", "name"}
    aging = pa.table(
        {
            n: pa.array(
                [r[n] for r in lines],
                pa.string() if n in texts else pa.float64() if n == "previous_overdue_share" else pa.int64(),
            )
            for n in order
        }
    )
    monies = list(dict.fromkeys(r["currency"] for r in rows)) or [currency]
    years = pa.table(
        {
            "currency": monies,
            "items": [sum(r["currency"] == m for r in rows) for m in monies],
            "0-1y": [sum(r["open_minor"] for r in rows if r["currency"] == m) for m in monies],
            **{f"{k}-{k + 1}y": [0] * len(monies) for k in range(1, 5)},
            "5y+": [0] * len(monies),
            "unapplied": [0] * len(monies),
            "total_minor": [sum(r["open_minor"] for r in rows if r["currency"] == m) for m in monies],
        }
    )
    total = sum(r["total_minor"] for r in lines if r["currency"] == currency)
    overdue = sum(r["overdue_minor"] for r in lines if r["currency"] == currency)
    own_lines = [r for r in lines if r["currency"] == currency]
    running = 0
    top: list[dict[str, Any]] = []
    for r in own_lines[:20]:
        running += r["total_minor"]
        top.append(
            {k: r[k] for k in ("currency", "customer", "name", "total_minor")}
            | {"share": r["total_minor"] / total, "cumulative_share": running / total}
        )
    worst = sorted((r for r in own_lines if r["overdue_minor"] > 0), key=lambda r: -r["overdue_minor"])[:20]
    bad = []
    for r in worst:
        own = by[r["currency"], r["customer"]]
        overdue_items = [i for i in own if (i["days_past_due"] or 0) > 0]
        bad.append(
            {
                "currency": r["currency"],
                "customer": r["customer"],
                "name": r["name"],
                "overdue_minor": r["overdue_minor"],
                "oldest_days": max(i["days_past_due"] for i in overdue_items),
                "items": len(overdue_items),
                "salesperson": own[0]["salesperson"],
                **{k: r[k] for k in late},
            }
        )
    share = overdue / total if total else 0.0
    trend: tuple[TrendPoint, ...] = ()
    movement: tuple[Movement, ...] = ()
    previous: dict[str, int] = {}
    measures: tuple[Measure, ...] = (
        Measure("top10_share", sum(r["share"] for r in top), "share", 0.69),
        Measure(
            "herfindahl", sum((r["total_minor"] / total) ** 2 for r in own_lines) if total else None, "index", 0.03
        ),
    )
    sales = int(total * 365 / 71.4) if total else 0
    dso: tuple[DsoLine, ...] = tuple(
        DsoLine(m, None, why=("sales by month are not in the file", "文件没有按月销售额"))
        for m in ("simple", "rolling", "countback", "best_possible", "delinquent", "turnover")
    )
    if history:
        months = [AS_OF]
        for _ in range(12):
            months.append(months[-1].replace(day=1) - timedelta(days=1))
        months.reverse()
        trend = tuple(
            TrendPoint(
                on,
                total if on == AS_OF else int(total * rng.uniform(0.85, 1.02)),
                overdue if on == AS_OF else int(total * share * rng.uniform(0.6, 0.98)),
                71.4 if on == AS_OF else rng.uniform(63, 73),
            )
            for on in months
        )
        last = trend[-2].open_minor
        billed, got = int(total * 0.51), -int(total * 0.45)
        movement = (
            Movement("opening", last, int(last * 0.97), int(total * 0.85)),
            Movement("billed", billed, int(total * 0.48), int(total * 4.6)),
            Movement("receipts", got, -int(total * 0.44), -int(total * 4.4)),
            Movement("credit_notes", -6_420_000, -5_130_000, -40_270_000),
            Movement("write_offs", -1_800_000, -2_150_000, -15_010_000),
            Movement("fx", -280_000, 210_000, -1_270_000),
            Movement("other", total - last - billed - got + 8_500_000, 0, 0),
            Movement("closing", total, last, total),
        )
        previous = {k: int(sum(r[k] for r in own_lines) * rng.uniform(0.7, 1.0)) for k in late}
        simple = total / sales * 365
        dso = (
            DsoLine("simple", simple, False, total, sales, 365, 71.0),
            DsoLine("rolling", 76.32, False, total, sales // 4, 92, 75.1),
            DsoLine("countback", 71.4, False, total, None, None, 70.6),
            DsoLine("best_possible", 53.6, False, total - overdue, sales, 365, 54.0),
            DsoLine("delinquent", 17.5, True, previous=16.6),
            DsoLine("turnover", sales / int(total * 0.97), False, int(total * 0.97), sales, 365, 5.1),
        )
        measures = (
            Measure("cei", 0.832, "share", 0.859),
            Measure("dbt", 14.2, "days", 13.1),
            Measure("days_to_pay", 58.3, "days", 57.0),
            Measure("payment_index", 68.5, "index", 69.0),
            *measures,
            Measure("one_dso_day", float(sales // 365), "amount", float(sales // 370)),
        )
    others = tuple(m for m in monies if m != currency)
    sums = {m: sum(r["open_minor"] for r in rows if r["currency"] == m) for m in monies}
    if control is None:
        control = tuple(
            ControlLine(e, a, m, s, s)
            for m in monies
            for e in ("1000", "2000")
            for a in ("1121", "1122")
            if (s := sum(r["open_minor"] for r in rows if (r["currency"], r["entity"], r["gl_account"]) == (m, e, a)))
        )
    return Close(
        as_of=AS_OF,
        known_on=date(2026, 11, 2),
        entity="华东恒源机电有限公司 Huadong Hengyuan M&E",
        currency=currency,
        other_currencies=others,
        converted=(),
        home_assumed=None,
        policy_name="standard",
        policy_fingerprint="5bc2804293c5",
        policy_values=(
            ("concentration.top", "20", "credit manual §6.3"),
            ("aging.edges", ", ".join(map(str, edges)), "credit manual §6.1 信用管理手册"),
            ("dso.benchmark", "94 days", "board minute 2023-12-15 §4"),
            (
                "dso.base",
                "gross, incl. VAT and unapplied cash, without bills, retention and advances",
                "credit manual §7.2: " + "long reference " * 8,
            ),
        ),
        shape="documents_with_allocations" if history else "open_items",
        sources=(
            SourceLine("FBL5N 2026-10-31.xlsx:Sheet1", len(rows) + 3, "sap-fbl5n"),
            SourceLine("GL balances 2026-10-31.csv", 5, "plain English"),
        ),
        file_totals=tuple(
            FileTotal(m, plain(sums[m] + 12_345, m), sums[m], plain(12_345, m), "0.00", len(rows) + 3, 3) for m in sums
        ),
        edges=edges,
        buckets=labels,
        items=items_table(rows),
        aging=aging,
        aging_by_issue=years,
        control=control,
        dso=dso,
        dso_benchmark=94.0,
        measures=measures,
        trend=trend,
        movement=movement,
        previous_buckets=previous,
        concentration=pa.table({k: [r[k] for r in top] for k in top[0]}) if top else None,
        overdue_top=pa.table({k: [r[k] for r in bad] for k in bad[0]}) if bad else None,
        findings=findings,
    )


def found(count: int = 14) -> tuple[Finding, ...]:
    out = []
    kinds = ("duplicate-document", "unmatched-receipt", "due-from-terms", "zero-amount", "due-before-issued")
    for k in range(count):
        kind = kinds[k % len(kinds)]
        out.append(
            Finding(
                kind,
                "must_act" if k % len(kinds) < 2 else "note",
                f"FBL5N 2026-10-31.xlsx:Sheet1!C{k + 14}",
                f"INV-{k} appears twice with the amounts 1,234.56 and 1,234.56; both are counted, which lifts the total by "
                "1,234.56.",
                f"INV-{k} 出现两次，金额均为 1,234.56；两笔均已计入，合计因此多计 1,234.56。",
                1 + k % 3,
                123_456 * (k + 1) if k % 3 else None,
                "CNY" if k % 3 else None,
            )
        )
    return tuple(out)


def usual(**changes: Any) -> Close:
    """One currency, sixty customers, history, everything ties."""
    return replace(make(item_rows(), findings=found()), **changes)


def differing() -> Close:
    close = usual()
    first, *rest = close.control
    return replace(close, control=(replace(first, control_minor=first.book_minor - 1_260_000), *rest))


def open_list() -> Close:
    """Only what is open today: no trend, no movement, no DSO, no control figure."""
    return replace(make(item_rows(customers=25, per=5, size=5_000_00), history=False), control=())


def many_currencies() -> Close:
    return make(item_rows(customers=18, per=4, currencies=("CNY", "EUR", "JPY", "KWD")), findings=found(4))


def yen() -> Close:
    return make(item_rows(customers=15, per=4, currencies=("JPY",)), currency="JPY")


def few_buckets(edges: tuple[int, ...] = (30,)) -> Close:
    return make(item_rows(customers=12, per=6, edges=edges, undated=True), edges=edges)


def empty() -> Close:
    return make([], history=False)
