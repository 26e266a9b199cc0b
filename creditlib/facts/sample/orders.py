"""The sample's orders, limits and events: what is ordered and not billed yet, what may be owed, who called and when.

What must stay true: a billed line bears the number of an invoice that is in the ledger; whoever failed has no open order
delivered after it did; no event happens after the end of the sample.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from creditlib.days import add_months
from creditlib.facts.sample.clients import Client, Draft, ago, even, open_orders, share_of
from creditlib.facts.sample.firm import COLLECTORS

APPROVERS: Final = ("信用经理 何静", "信用委员会")
SAID: Final = {
    "application": ("Asks for a first limit", "申请首次授信"),
    "raise": ("Asks for a higher limit", "申请提高额度"),
    "visit": ("Visited; figures and stock seen", "走访，查看账目与库存"),
    "call": ("Called about the overdue items", "电话催收逾期款"),
    "promise": ("Promises to pay half", "承诺支付一半"),
    "note": ("New bank account named by letter; check before use", "来函变更收款账户，使用前须核实"),
    "delivered": ("Two pallets missing, delivery note corrected", "短少两托，已更正送货单"),
}  # fmt: skip
_BILLED: Final = 40


def orders(draft: Draft) -> None:
    """Add order lines: some billed, some part delivered, some not begun."""
    rng = draft.rng(11)
    end, number = draft.end, 0
    last = {"full": True}
    for row in open_orders(draft.sample).slice(0, _BILLED).to_pylist():
        draft.add("orders", **_line(row["order"], 10, row, row["issue_on"] - timedelta(days=24), row["amount_minor"], row["terms"])
                  | {"delivery": f"DN{row['id']:06d}", "delivered_on": row["shipped_on"] or row["issue_on"],
                     "invoice": row["document"], "invoiced_on": row["issue_on"]})  # fmt: skip
    chosen = share_of(draft.clients, rng, 0.6)
    for client in draft.clients:
        if client.code not in chosen or client.default_on is not None:
            continue
        for _ in range(int(rng.integers(1, 4))):
            number += 1
            ordered = ago(end, rng, 3, 50)
            order = f"SO-N{number:04d}"
            amount = even(client.yearly_minor / 30 * float(rng.lognormal(0, 0.5)), client.unit)
            own = {"customer": client.code, "entity": client.entity, "currency": client.currency}
            kind = ("open", "part", "delivered")[int(rng.integers(3))]
            sent = min(ordered + timedelta(days=int(rng.integers(2, 15))), end)
            first = amount if kind == "delivered" else even(amount * 0.4, client.unit)
            if kind != "open":
                done = draft.add("orders", **_line(order, 10, own, ordered, first, client.terms)
                                 | {"delivery": f"DN-N{number:04d}", "delivered_on": sent, "ship_on": sent})  # fmt: skip
                if kind == "part" and last.pop("full", False):
                    draft.case("an order half delivered", "orders.csv", client.code, done, done + 1)
            if kind != "delivered" and amount - (first if kind == "part" else 0) > 0:
                left = amount - (first if kind == "part" else 0)
                draft.add("orders", **_line(order, 20 if kind == "part" else 10, own, ordered, left, client.terms)
                          | {"ship_on": end + timedelta(days=int(rng.integers(2, 40)))})  # fmt: skip


def _line(order: str, line: int, own: dict[str, Any], ordered: date, minor: int, terms: str) -> dict[str, Any]:
    return {
        "order": order, "line": str(line), "customer": own["customer"], "entity": own["entity"], "currency": own["currency"],
        "ordered_on": ordered, "ship_on": ordered + timedelta(days=14), "amount_minor": minor, "terms": terms,
    }  # fmt: skip


def events(draft: Draft) -> None:
    """Add limits and what happened with customers. Limits are events too, `limit_set`, in a file of their own."""
    rng = draft.rng(12)
    end = draft.end
    limited = share_of(draft.clients, rng, 0.85)
    lapsed = draft.choose("disputed", "prompt", among=[c for c in draft.clients if c.code in limited])
    for client in draft.clients:
        if client.code in limited:
            _limits(draft, client, client == lapsed, rng)
        elif client.behaviour in ("prompt", "seasonal", "odd") and client.place % 2:
            asked = ago(end, rng, 2, 12)
            _event(draft, client, asked, "application", amount=even(client.yearly_minor * 0.15, client.unit))
    called = share_of(draft.clients, rng, 0.35)
    late = None
    for client in draft.clients:
        if client.code in called:
            on = ago(end, rng, 25, 200)
            after = add_months(on, 6 if client.behaviour == "prompt" else 3)
            line = _event(draft, client, on, "visit", until=after, by=client.salesperson)
            if late is None and after < end:
                late = client
                draft.case("a visit that is due", "events.csv", client.code, line)
        if client.behaviour in ("failing", "drifting") and client.place % 2:
            on = ago(end, rng, 5, 30)
            collector = COLLECTORS[client.place % len(COLLECTORS)]
            _event(draft, client, on, "call", by=collector)
            _event(draft, client, on, "promise", by=collector, amount=even(client.yearly_minor * 0.02, client.unit),
                   until=on + timedelta(days=10))  # fmt: skip
    for behaviour, said in (("disputed", "delivered"), ("seasonal", "note")):
        first = next((c for c in draft.clients if c.behaviour == behaviour), None)
        if first is not None:
            _event(draft, first, ago(end, rng, 5, 60), "note", said=said, by=first.salesperson)


def _limits(draft: Draft, client: Client, lapsed: bool, rng: np.random.Generator) -> None:
    share = {"failing": 0.12, "drifting": 0.3, "odd": 0.9}.get(client.behaviour, 0.38)
    limit = even(client.yearly_minor * share * float(rng.uniform(0.8, 1.3)), client.unit)
    first = ago(draft.end, rng, 400, 640)
    asked = first - timedelta(days=int(rng.integers(2, 24)))
    _event(draft, client, asked, "application", amount=limit)
    steps = [(first, limit // 2)] if client.behaviour == "prompt" else []
    steps.append((first if not steps else ago(draft.end, rng, 40, 330), limit))
    for on, minor in steps:
        until = add_months(on, 12) if lapsed else add_months(on, 36)
        line = draft.add(
            "limits", customer=client.code, amount_minor=minor, currency=client.currency, on=on, until=until,
            by=APPROVERS[minor > 50_000_000], event="limit_set",
        )  # fmt: skip
    if len(steps) > 1:
        _event(
            draft, client, steps[-1][0] - timedelta(days=int(rng.integers(2, 15))), "application", "raise", amount=limit
        )
    if lapsed and until < draft.end:
        draft.case("a limit that has run out", "limits.csv", client.code, line)


def _event(
    draft: Draft, client: Client, on: date, event: str, said: str = "", *, amount: int | None = None,
    until: date | None = None, by: str | None = None,
) -> int:  # fmt: skip
    return draft.add(
        "events", on=on, known_on=on, customer=client.code, event=event, by=by or client.salesperson, amount_minor=amount,
        currency=client.currency if amount is not None else None, until=until, text=SAID[said or event][0],
    )  # fmt: skip
