"""What the sample firm's customers do: invoices, payments, disputes, bills, advances, a block of customers at a time.

What must stay true: no Python loop over documents; every amount is an integer from the moment it is drawn; what settles
an item adds up to at most the item; memory in use is that of one block, beside what the caller keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.facts import tables
from creditlib.facts.sample.firm import ACCOUNTS, COLLECTORS, ENTITIES, NEVER, REASONS, SALESPEOPLE, TERMS, Firm, Ints

Part: TypeAlias = dict[str, Ints]

PREFIXES: Final = ("INV", "DN", "CN", "RV", "AD", "WO", "BE", "RT", "OB", "FX", "JV")
"""How document numbers begin, in the order of tables.KINDS."""

_TEXTS = (
    None,
    "银行承兑汇票",
    "票据到期托收",
    "2% 现金折扣",
    "退货",
    "争议折让",
    "短款核销",
    "坏账核销",
    "期初余额",
    "合同预收款",
)
_BLOCK = 400_000


def blocks(firm: Firm, seed: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield documents and allocations of a block of customers at a time; ids run on from block to block.

    Documents stand in order of posting within a block. Memory in use at a time is that of one block.

    >>> from datetime import date
    >>> from creditlib.facts.sample.firm import make_firm
    >>> firm = make_firm(1, 10, 24, date(2026, 10, 31), 100, "CNY")
    >>> [documents.schema.equals(tables.DOCUMENTS) for documents, _ in blocks(firm, 1)]
    [True]
    """
    turn = np.cumsum(firm.invoices) // _BLOCK
    edges = np.flatnonzero(np.diff(turn, prepend=-1))
    rows = 0
    names = {"customer": pa.array(firm.codes, pa.string())}
    for number, (start, stop) in enumerate(zip(edges, [*edges[1:], len(firm.codes)], strict=True)):
        rng = np.random.default_rng([seed, 1, number])
        documents, lines = _block(firm, rng, int(start), int(stop))
        order = np.argsort(documents["posted"] * 16 + documents["kind"], kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        documents = {name: column[order] for name, column in documents.items()}
        ids = np.arange(rows, rows + len(place))
        lag = (ids * 2_654_435_761 % (1 << 32)) % 100  # spreads evenly over the rows, and needs no generator state
        documents["known"] = documents["posted"] + np.where(lag < 85, 0, np.where(lag < 97, lag % 3, 5 + lag % 7))
        known = [documents["known"][place[lines[end]]] for end in ("from", "to")]
        lines["known"] = np.maximum(lines["on"] + (lines["from"] % 17 == 0), np.maximum(*known))
        for end in ("from", "to"):
            lines[end] = place[lines[end]] + rows
        order = np.argsort(lines["on"], kind="stable")
        yield _documents(firm, documents, rows, names), _allocations({k: v[order] for k, v in lines.items()})
        rows += len(place)


def _block(firm: Firm, rng: np.random.Generator, start: int, stop: int) -> tuple[Part, Part]:
    items = _items(firm, rng, start, stop)
    c, n, end = items["cust"], len(items["cust"]), firm.end_day
    failing = firm.behaviour[c] == 3
    plain = items["kind"] != tables.KINDS.index("opening")
    gross, posted, due = items["amount"], items["posted"], items["due"]

    # When the customer pays, before anything special happens.
    after = np.maximum(0, due - firm.turned[c]) // 30
    late = firm.mean_late[c] + firm.slope[c] * after + firm.spread[c] * rng.normal(0, 1, n) + rng.exponential(1.5, n)
    slack = (due.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 - 2) % 12 < 5  # March to July
    late += np.where((firm.behaviour[c] == 4) & slack, 12, 0)
    pay = np.maximum(due + np.rint(late).astype(np.int64), posted + 1)
    pay = -((firm.offset[c] - pay) // firm.cycle[c]) * firm.cycle[c] + firm.offset[c]
    early = (firm.terms[c] == 4) & plain & (rng.random(n) < 0.45)
    pay = np.where(early, np.maximum(items["issue"] + rng.integers(6, 10, n), posted + 1), pay)

    # What is taken off: returns, disputes, discounts, short payments.
    returned = plain & (rng.random(n) < 0.03) & ~early
    back = np.where(returned, gross * rng.integers(5, 31, n) // 100, 0)
    back_on = posted + rng.integers(5, 26, n)
    disputed = plain & ~early & (rng.random(n) < np.where(firm.behaviour[c] == 2, 0.16, 0.006))
    opened = np.maximum(due + rng.integers(-15, 9, n), posted + 2)
    closed = opened + rng.integers(15, 110, n)
    pay = np.where(disputed, np.maximum(pay, closed + 5), pay)
    allowed = np.where(disputed & (rng.random(n) < 0.5), gross * rng.integers(5, 41, n) // 100, 0)
    short = plain & ~early & (rng.random(n) < 0.02)
    less = np.where(early, (gross + 25) // 50, np.where(short, gross * rng.integers(2, 20, n) // 1000 + 1, 0))
    fate = rng.integers(0, 3, n)  # a short payment is credited, written off as small, or stays open
    less_on = np.where(early, pay, np.where(fate == 0, pay + rng.integers(20, 60, n), pay + rng.integers(60, 120, n)))
    paid = np.maximum(gross - back - allowed - less, 0)
    never = (pay > firm.default[c]) | (rng.random(n) < 0.004)
    pay[never] = NEVER
    allowed_on = np.where(never & failing, NEVER, closed)
    gone = never & failing & (rng.random(n) < 0.6)
    gone_on = np.where(gone, np.maximum(due, posted) + rng.integers(190, 280, n), NEVER)
    less_on = np.where(never | (short & (fate == 2)), NEVER, less_on)
    items["disputed_from"] = np.where(disputed & (opened <= end), opened, NEVER)
    items["disputed_to"] = np.where(disputed & (closed <= end), closed, NEVER)
    items["reason"] = np.where(items["disputed_from"] < NEVER, rng.integers(0, len(REASONS), n), len(REASONS))

    single = _singles(
        firm,
        items,
        [
            ("credit_note", back, back_on, 4),
            ("credit_note", allowed, allowed_on, 5),
            ("credit_note", np.where((fate == 0) | early, less, 0), less_on, 3),
            ("write_off", np.where((fate == 1) & ~early, less, 0), less_on, 6),
            ("write_off", gross - np.where(back_on <= end, back, 0), gone_on, 7),
        ],
    )
    halves = (rng.random(n) < np.where(failing, 0.15, 0.04)) & (paid > 200) & ~early
    first = np.where(halves, paid * rng.integers(30, 71, n) // 100, paid)
    again = np.where(halves, pay + firm.cycle[c] * rng.integers(1, 4, n), NEVER)
    both = np.arange(n)
    money = {
        "to": np.concatenate([both, both]),
        "amount": np.concatenate([first, paid - first]),
        "on": np.concatenate([pay, np.where(again > firm.default[c], NEVER, again)]),
    }
    money = _where(money, (money["on"] <= end) & (money["amount"] > 0))
    return _join(items, single, *_receipts(firm, rng, items, money, start, stop))


def _items(firm: Firm, rng: np.random.Generator, start: int, stop: int) -> Part:
    """Invoices and debit notes, the retention held back from some, and what was open when the books begin."""
    cust = np.repeat(np.arange(start, stop), firm.invoices[start:stop])
    n = len(cust)
    ordinary, season = firm.calendars
    last = np.minimum(firm.default[cust] - firm.first_day, len(ordinary) - 1)
    u = rng.random(n) * ordinary[last]
    at = np.where(firm.behaviour[cust] == 4, np.searchsorted(season, u), np.searchsorted(ordinary, u))
    issue = firm.first_day + np.minimum(at, len(ordinary) - 1)
    entity = np.where(firm.both[cust] & (rng.random(n) < 0.35), 1 - firm.entity[cust], firm.entity[cust])
    net = np.rint(np.exp(firm.size[cust] + rng.normal(0, 0.6, n))).astype(np.int64) + 100
    debit = rng.random(n) < 0.008
    net = np.where(debit, net // 40 + 1, net)
    home = firm.currency[cust] == 0
    tax = np.where(home, (net * 13 + 50) // 100, 0)
    posted = np.where(rng.random(n) < 0.04, issue + rng.integers(1, 5, n), issue)
    received = issue + rng.integers(2, 9, n)
    accepted = np.where(firm.project[cust], received + rng.integers(3, 21, n), NEVER)
    held = firm.project[cust] & ~debit & (rng.random(n) < 0.9)
    retained = np.where(held, (net + tax) * 5 // 100, 0)
    retained_tax = np.where(held, tax * 5 // 100, 0)
    kind = np.where(debit, tables.KINDS.index("debit_note"), tables.KINDS.index("invoice"))
    invoices: Part = {
        "cust": cust, "ent": entity, "kind": kind, "acct": np.where(home, 0, 1), "issue": issue, "posted": posted,
        "due": _due(firm.terms[cust], issue, received), "amount": net + tax - retained, "tax": tax - retained_tax,
        "shipped": issue - rng.integers(0, 6, n), "received": received, "accepted": accepted,
    }  # fmt: skip
    retention = {name: column[held] for name, column in invoices.items()}
    retention |= {"amount": retained[held], "tax": retained_tax[held], "due": accepted[held] + 365}
    retention |= {"kind": np.full(held.sum(), tables.KINDS.index("retention")), "acct": np.full(held.sum(), 2)}
    old = np.arange(start, stop)[rng.random(stop - start) < 0.6]
    m, before = len(old), np.full(len(old), firm.first_day - 1)
    opening: Part = {
        "cust": old, "ent": firm.entity[old], "kind": np.full(m, tables.KINDS.index("opening")),
        "acct": np.where(firm.currency[old] == 0, 0, 1), "issue": before, "posted": before,
        "due": before + rng.integers(-30, 31, m),
        "amount": np.rint(np.exp(firm.size[old] + rng.normal(0.4, 0.5, m))).astype(np.int64) + 100,
        "tax": np.full(m, NEVER), "shipped": np.full(m, NEVER), "received": np.full(m, NEVER),
        "accepted": np.full(m, NEVER), "text": np.full(m, 8),
    }  # fmt: skip
    items = _stack([invoices, retention, opening])
    return _where(items, items["posted"] <= firm.end_day)


def _due(terms: Ints, issue: Ints, received: Ints) -> Ints:
    count = np.array([days for _, _, days in TERMS])[terms]
    rule = np.array([("issue", "received", "month").index(rule) for _, rule, _ in TERMS])[terms]
    months = issue.astype("datetime64[D]").astype("datetime64[M]") + (count // 30 + 1)
    ends = months.astype("datetime64[D]").astype(np.int64) - 1
    due: Ints = np.where(rule == 2, ends, np.where(rule == 1, received, issue) + count)
    return due


def _singles(firm: Firm, items: Part, wanted: list[tuple[str, Ints, Ints, int]]) -> tuple[Part, Part]:
    """Credit notes and write-offs: one document each, settling one item on its own day."""
    documents, lines = [], []
    for kind, amount, on, text in wanted:
        at = np.flatnonzero((amount > 0) & (on <= firm.end_day))
        rest = {k: items[k][at] for k in ("cust", "ent", "acct")}
        tax = np.where(items["tax"][at] == NEVER, 0, items["tax"][at])
        share = amount[at] * tax // np.maximum(items["amount"][at], 1)
        fixed = {"kind": np.full(len(at), tables.KINDS.index(kind)), "text": np.full(len(at), text)}
        part: Part = {**rest, **fixed, "issue": on[at], "posted": on[at], "amount": -amount[at], "tax": -share}
        if kind == "write_off":
            part["tax"] = np.full(len(at), NEVER)
        documents.append(part)
        lines.append({"to": at, "amount": amount[at], "on": on[at]})
    joined = _stack(documents)
    settled = {k: np.concatenate([line[k] for line in lines]) for k in ("to", "amount", "on")}
    settled["from"] = np.arange(len(joined["cust"]))
    return joined, settled


def _receipts(
    firm: Firm, rng: np.random.Generator, items: Part, money: Part, start: int, stop: int
) -> tuple[tuple[Part, Part], ...]:
    """Payments become receipts (by customer, entity, account and day), bills taken for them, and advances used up."""
    end = firm.end_day
    n = len(money["to"])
    cust, entity, account = (items[k][money["to"]] for k in ("cust", "ent", "acct"))
    ahead = (
        firm.advances[cust] & (account == 0) & (items["issue"][money["to"]] >= firm.first_day) & (rng.random(n) < 0.3)
    )
    began = np.maximum(items["issue"][money["to"]] - rng.integers(8, 40, n), firm.first_day)

    used = _where(money, ahead)
    open_now = np.arange(start, stop)[firm.advances[start:stop] & (rng.random(stop - start) < 0.7)]
    who = np.concatenate([cust[ahead], open_now])
    sums = np.rint(np.exp(firm.size[open_now])).astype(np.int64) + 100
    sums = np.concatenate([used["amount"], sums])
    on = np.concatenate([began[ahead], end - rng.integers(2, 40, len(open_now))])
    advances: Part = {
        "cust": who, "ent": np.concatenate([entity[ahead], firm.entity[open_now]]), "amount": -sums, "issue": on,
        "kind": np.full(len(who), tables.KINDS.index("advance")), "acct": np.full(len(who), 4), "posted": on,
        "tax": -(sums * 13 // 113), "text": np.full(len(who), 9),
    }  # fmt: skip
    used = used | {"from": np.arange(len(used["to"])), "on": np.maximum(items["posted"][used["to"]], began[ahead])}

    rest = _where(money, ~ahead)
    owner = (cust[~ahead] * 2 + entity[~ahead]) * len(ACCOUNTS) + account[~ahead]
    key, group = np.unique(owner * (1 << 21) + rest["on"], return_inverse=True)
    g = len(key)
    owner, on = key >> 21, key & ((1 << 21) - 1)
    who = owner // len(ACCOUNTS) // 2
    total = np.zeros(g, np.int64)
    np.add.at(total, group, rest["amount"])
    by_bill = firm.bills[who] & (owner % len(ACCOUNTS) == 0) & (rng.random(g) < 0.5)
    total += np.where((rng.random(g) < 0.008) & ~by_bill, total // 200 + 1, 0)
    receipts: Part = {
        "cust": who, "ent": owner // len(ACCOUNTS) % 2, "acct": owner % len(ACCOUNTS), "issue": on, "posted": on,
        "kind": np.full(g, tables.KINDS.index("receipt")), "amount": -total, "tax": np.full(g, NEVER),
        "text": np.where(by_bill, 1, 0),
    }  # fmt: skip
    unmatched = rng.random(g) < np.where(on > end - 12, 0.15, 0.002)
    lag = np.where(rng.random(g) < 0.1, rng.integers(1, 6, g), 0)
    matched = rest | {"from": group, "on": rest["on"] + lag[group]}
    matched = _where(matched, ~unmatched[group] & (matched["on"] <= end))

    bills = _where(receipts, by_bill)
    ripe = bills["posted"] + np.where(rng.random(len(bills["cust"])) < 0.3, 90, 180)
    bills |= {"amount": -bills["amount"], "due": ripe, "kind": np.full(len(ripe), tables.KINDS.index("bill"))}
    bills |= {"acct": np.full(len(ripe), 3)}
    cashed = ripe + rng.integers(0, 3, len(ripe))
    at = np.flatnonzero(cashed <= end)
    cash = {k: v[at] for k, v in bills.items()} | {"amount": -bills["amount"][at], "due": np.full(len(at), NEVER)}
    cash |= {"issue": cashed[at], "posted": cashed[at], "text": np.full(len(at), 2)}
    cash |= {"kind": np.full(len(at), tables.KINDS.index("receipt"))}
    settled: Part = {"to": at, "from": np.arange(len(at)), "amount": -cash["amount"], "on": cash["posted"]}
    none: Part = {k: np.zeros(0, np.int64) for k in ("to", "from", "amount", "on")}
    return (advances, used), (receipts, matched), (bills, none), (cash, settled | {"to": at - len(ripe)})


def _join(items: Part, *parts: tuple[Part, Part]) -> tuple[Part, Part]:
    """Put the parts under one numbering. A negative `to` counts back from the end of the part before (bills)."""
    documents, lines, rows = [items], [], len(items["cust"])
    for part, line in parts:
        lines.append(
            line | {"from": line["from"] + rows, "to": np.where(line["to"] < 0, rows + line["to"], line["to"])}
        )
        documents.append(part)
        rows += len(part["cust"])
    return _stack(documents), {k: np.concatenate([line[k] for line in lines]) for k in ("from", "to", "amount", "on")}


_DEFAULTS: Final = {
    "cust": 0, "ent": 0, "kind": 0, "acct": 0, "issue": NEVER, "posted": NEVER, "due": NEVER, "amount": 0, "tax": NEVER,
    "shipped": NEVER, "received": NEVER, "accepted": NEVER, "disputed_from": NEVER, "disputed_to": NEVER,
    "reason": len(REASONS), "text": 0,
}  # fmt: skip


def _stack(parts: list[Part]) -> Part:
    sizes = [len(part["cust"]) for part in parts]
    return {
        name: np.concatenate([part.get(name, np.full(size, unset)) for part, size in zip(parts, sizes, strict=True)])
        for name, unset in _DEFAULTS.items()
    }


def _where(part: Part, keep: NDArray[np.bool_]) -> Part:
    return {name: column[keep] for name, column in part.items()}


def _dates(values: Ints) -> pa.Array:
    return pa.array(values.astype(np.int32), mask=values >= NEVER).cast(pa.date32())


def _coded(values: Ints, names: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int32)), names)


def numbered(heads: Sequence[str], codes: Ints, numbers: Ints) -> pa.Array:
    """Return texts such as INV10-000042: one of `heads` by code, and a number of at least six digits.

    >>> numbered(["A-"], np.array([0]), np.array([42])).to_pylist()
    ['A-000042']
    """
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 6, "0")
    return pc.binary_join_element_wise(pa.array(heads, pa.string()).take(pa.array(codes)), digits, "")


def _documents(firm: Firm, part: Part, rows: int, names: dict[str, pa.Array]) -> pa.Table:
    n = len(part["cust"])
    cust, kind, ids = part["cust"], part["kind"], np.arange(rows, rows + n)
    heads = [f"{prefix}{entity[:2]}-" for entity in ENTITIES for prefix in PREFIXES]
    sold = (kind <= 1) | (kind == tables.KINDS.index("retention"))
    contracts = pa.array([f"HT-{code[1:]}" if p else None for code, p in zip(firm.codes, firm.project, strict=True)])
    ordered = pa.array(np.where(sold, ids, 0), mask=~sold)
    columns: dict[str, Any] = {
        "id": ids,
        "customer": _coded(cust, names["customer"]),
        "document": numbered(heads, part["ent"] * len(PREFIXES) + kind, ids + 1),
        "kind": tables.coded(kind, tables.KINDS),
        "issue_on": _dates(part["issue"]),
        "posted_on": _dates(part["posted"]),
        "shipped_on": _dates(part["shipped"]),
        "received_on": _dates(part["received"]),
        "accepted_on": _dates(part["accepted"]),
        "due_on": _dates(part["due"]),
        "due_from": tables.coded(np.where(part["due"] < NEVER, 0, 1), ["given", "none"]),
        "known_on": _dates(part["known"]),
        "currency": tables.coded(firm.currency[cust], firm.currencies),
        "amount_minor": part["amount"],
        "tax_minor": pa.array(part["tax"], mask=part["tax"] == NEVER),
        "entity": tables.coded(part["ent"], ENTITIES),
        "gl_account": tables.coded(part["acct"], ACCOUNTS),
        "salesperson": tables.coded(firm.salesperson[cust], SALESPEOPLE),
        "collector": tables.coded(firm.collector[cust], COLLECTORS),
        "terms": tables.coded(np.where(sold, firm.terms[cust], len(TERMS)), [*(t for t, _, _ in TERMS), None]),
        "order": pc.binary_join_element_wise("SO", ordered.cast(pa.string()), ""),
        "contract": contracts.take(pa.array(cust, mask=~sold)),
        "reference_text": pa.array(_TEXTS, pa.string()).take(pa.array(part["text"])),
        "related_party": pa.array(np.zeros(n, np.bool_)),
        "disputed_from": _dates(part["disputed_from"]),
        "disputed_to": _dates(part["disputed_to"]),
        "dispute_reason": tables.coded(part["reason"], [*REASONS, None]),
        "source_file": tables.coded(np.zeros(n, np.int32), ["documents.csv"]),
        "source_row": (ids + 2).astype(np.int32),
    }
    return tables.build(tables.DOCUMENTS, columns, n)


def _allocations(lines: Part) -> pa.Table:
    n = len(lines["to"])
    columns = {
        "from_document": lines["from"],
        "to_document": lines["to"],
        "amount_minor": lines["amount"],
        "on": _dates(lines["on"]),
        "known_on": _dates(lines["known"]),
        "origin": tables.coded(np.zeros(n, np.int32), ["given"]),
    }
    return tables.build(tables.ALLOCATIONS, columns, n)
