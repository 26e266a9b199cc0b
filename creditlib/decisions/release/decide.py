"""Release 放行 of an order, a shipment or a billing: does it fit what is open, ordered and allowed?

What must stay true: every reason is told, not only the first; an order counts once, whether or not the book knows it; billing of
what was shipped is never held. The limit is for the whole exposure: cover is shown beside it, and raises it only where an insurer carries more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from math import inf
from typing import Any, Final, Literal

import pyarrow as pa

from creditlib.days import day_number
from creditlib.decisions.decision import Decision, used
from creditlib.decisions.release.ground import LAST, Ground, Position
from creditlib.decisions.release.levels import Judged, Level, judge
from creditlib.decisions.release.limits import Limit, Structure
from creditlib.decisions.release.words import reasons_of
from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.facts.tables import codes
from creditlib.measures.cover import covered_minor
from creditlib.measures.order_lines import order_lines
from creditlib.policy import CATALOGUE, Policy

Kind = Literal["order", "shipment", "billing"]
PARAMETERS: Final = (
    "release.tolerance", "release.overdue_days", "release.overdue_minimum", "release.no_limit", "release.over_limit",
    "onboarding.hard_stops", "limit.insured_share", "aging.netting", "home.currency",
)  # fmt: skip
"""Policy values a release is decided by."""


class FromBook(Enum):
    """Says that the limit is to be read from the book."""

    LIMIT = "limit_set"


FROM_BOOK: Final = FromBook.LIMIT


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be released. amount_minor: the whole order, shipment or billing, gross, minor units of `currency`.

    order, delivery: its numbers; the book's lines with them are the same goods and count once. on: its day, where the book doesn't
    know it: orders of later days stand behind it; None: it stands behind all.
    """

    customer: str
    currency: str
    amount_minor: int
    kind: Kind = "order"
    order: str | None = None
    delivery: str | None = None
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class ReleaseDecision(Decision):
    """Release, hold or refer. Amounts are minor units of `currency`: that of the limit that binds, else of the order.

    open_items_minor, unapplied_minor, delivered_not_billed_minor, orders_minor (placed before), order_minor (what this one adds): the
    customer's exposure by part. exposure_minor, limit_minor, allowed_minor (with tolerance), over_minor, headroom_minor: of the level that
    binds, `bound_by` its code; None without a limit, and exposure_minor the customer's then. covered_minor, net_minor: the customer's own
    risk. oldest_days, oldest_document: of the oldest item past due that is not disputed. levels: every limit compared.
    """

    order: Order
    currency: str
    open_items_minor: int
    unapplied_minor: int
    delivered_not_billed_minor: int
    orders_minor: int
    order_minor: int
    exposure_minor: int
    limit_minor: int | None
    allowed_minor: int | None
    over_minor: int
    headroom_minor: int | None
    bound_by: str | None
    covered_minor: int
    net_minor: int
    oldest_days: int | None
    oldest_document: str | None
    levels: tuple[Level, ...]


def release(
    order: Order, book: Book, policy: Policy, as_of: date, *, limit_minor: int | FromBook | None = FROM_BOOK,
    hard_stop: str | Sequence[str] = (), rates: Sequence[Rate] = (), to: str | None = None,
) -> ReleaseDecision:  # fmt: skip
    """Return whether an order, shipment or billing may go, with every reason.

    limit_minor: the customer's limit in `to`, else in the order's currency; FROM_BOOK: the newest event `limit_set` in force; None: not
    set. Limits of its parents and its group always come from the book, and stand for a customer without its own. hard_stop: words of
    `onboarding.hard_stops` known beside the register. rates: into `to` (without `to`: the home currency), for what is in other currencies;
    what has no rate is told and refers the order.

    Outcome: hold on a hard stop, on items more than `release.overdue_days` past due that together exceed `release.overdue_minimum`
    (disputed ones left out; credits set against them only as `aging.netting` says), on a limit of 0; `release.over_limit` above limit and
    tolerance; `release.no_limit` without any limit. Billing, and goods that have left already, are always released, the rest
    told as notes. Orders placed before this one count, later ones do not; of an order the book knows, what is neither
    delivered nor billed counts, and what the amount asked for adds to it.
    Raises: UsageError for a negative amount or limit, an unknown kind or stop; PolicyError where no policy is in force.

    >>> from creditlib.policy import load_policy
    >>> found = release(Order("C1", "CNY", 10_000), Book(), load_policy(), date(2026, 1, 31), limit_minor=10_000)
    >>> found.outcome, found.headroom_minor
    ('release', 0)
    """
    stops = _checked(order, limit_minor, (hard_stop,) if isinstance(hard_stop, str) else tuple(hard_stop))
    values = policy.at(as_of)
    to = to or (values["home.currency"] if rates else None)
    structure = Structure(book, as_of)
    relevant = {order.customer, *(m for code in structure.above(order.customer) for m in structure.members(code))}
    ground = Ground(book, values, as_of, rates, to, structure, relevant)
    currency = ground.into.currency(order.currency)
    own, position, gone = _own(order, book, ground, currency)
    limit = ground.limits.get(order.customer) if isinstance(limit_minor, FromBook) else None
    if isinstance(limit_minor, int):
        limit = Limit(limit_minor, to or order.currency)
    judged = judge(ground, order.customer, currency, own, position, limit, bool(stops))
    passes = "billing" if order.kind == "billing" else "delivered" if gone else None
    figures = _figures(ground, judged, order, currency, own, position)
    told = reasons_of(ground, order.customer, judged, figures, stops, passes)
    return ReleaseDecision(
        subject="release", customer=order.customer, as_of=as_of, outcome="release" if passes else judged.outcome, reasons=told,
        policy_name=policy.name, fingerprint=policy.fingerprint, used=used(values, *PARAMETERS),
        documents=lambda: ground.documents(relevant), order=order, levels=judged.levels, **figures,
    )  # fmt: skip


def _checked(order: Order, limit_minor: int | FromBook | None, stops: tuple[str, ...]) -> tuple[str, ...]:
    given = (("amount", "金额", order.amount_minor), ("limit", "额度", limit_minor))
    below = [(en, zh, minor) for en, zh, minor in given if isinstance(minor, int) and minor < 0]
    if below:
        en, zh, minor = below[0]
        raise UsageError(
            f"{en} must not be below 0, got {minor:,} minor units. Check its sign.",
            f"{zh}不得小于 0，得到 {minor:,}（最小单位）。请检查符号。",
        )
    if order.kind not in ("order", "shipment", "billing"):
        raise UsageError(
            f'"{order.kind}" can\'t be released. Choose from order, shipment, billing.',
            f"不能放行“{order.kind}”。可选：order、shipment、billing。",
        )
    known = CATALOGUE["onboarding.hard_stops"].choices
    wrong = [stop for stop in stops if stop not in known]
    if wrong:
        raise UsageError(
            f"{', '.join(wrong)}: no hard stop. Choose from {', '.join(known)}.",
            f"{'、'.join(wrong)} 不是一票否决事项。可选：{'、'.join(known)}。",
        )
    return stops


def _own(order: Order, book: Book, ground: Ground, currency: str) -> tuple[int, Position, bool]:
    """Return what an order adds to exposure, its place among the orders, and whether all its goods have left already."""
    asked = ground.into.one(order.amount_minor, order.currency)
    last = LAST if order.on is None else (day_number(order.on), inf)
    own, names = codes(ground.lines.table["customer"])
    lines = ground.lines.chosen(own == (names.index(order.customer) if order.customer in names else -1))
    numbers, deliveries = (lines.table[name].to_pylist() for name in ("order", "delivery"))
    rows = [i for i, delivery in enumerate(deliveries) if delivery is not None and delivery == order.delivery]
    number = order.order or (numbers[rows[0]] if rows else None)
    rows = rows or [i for i, one in enumerate(numbers) if one == number]
    key = (order.customer, number or "", currency)
    if not rows or key not in ground.whole:
        if order.order is None and order.delivery is None:
            return asked, last, False
        return ground.into.one(_not_billed(order, book, ground.as_of), order.currency), last, False
    pending = next((one for one in ground.pending if one[:3] == key), None)
    left = pending.left_minor if pending else 0
    shipped = [bool(lines.shipped[i]) for i in rows]
    done = (
        all(shipped)
        if order.kind == "shipment"
        else all(s or not lines.left_minor[i] for s, i in zip(shipped, rows, strict=True))
    )
    known = sum(ground.into.one(int(lines.amount_minor[i]), lines.table["currency"][i].as_py()) for i in rows)
    more = max(0, asked - (known if done else left if order.kind == "shipment" else ground.whole[key]))
    return left + more, pending.position if pending else last, done and not more


def _not_billed(order: Order, book: Book, as_of: date) -> int:
    """Return what the ledger has not billed yet of an order that the book's orders don't hold; of a shipment, by its delivery only."""
    line = {
        "order": [order.order if order.order is not None and order.kind != "shipment" else ""], "customer": [order.customer],
        "currency": [order.currency], "amount_minor": [order.amount_minor], "delivery": pa.array([order.delivery], pa.string()),
    }  # fmt: skip
    return int(order_lines(replace(book, orders=pa.table(line)), as_of).left_minor[0])


def _figures(
    ground: Ground, judged: Judged, order: Order, currency: str, own: int, position: Position
) -> dict[str, Any]:
    """Return the figures of a `ReleaseDecision`."""
    first = judged.levels[0] if judged.levels else None
    told = first.currency if first else currency
    customer = order.customer
    owed, unapplied, delivered = ground.parts.get((customer, told), (0, 0, 0))
    ahead, adds = ground.ahead(customer, told, position), own if told == currency else 0
    total = owed + unapplied + delivered + ahead + adds
    behind = ground.cover.get((customer, told))
    covered = 0
    if behind is not None:  # an insurance that has stopped carries what was shipped before
        carried = total if not behind["insurance_stopped"] else owed + unapplied + delivered
        covered = covered_minor(carried, behind, "insured_minor", "insurer_limit_minor")
    late = ground.late.get(customer)
    return {
        "currency": told, "open_items_minor": owed, "unapplied_minor": unapplied, "delivered_not_billed_minor": delivered,
        "orders_minor": ahead, "order_minor": adds, "exposure_minor": first.exposure_minor if first else total,
        "limit_minor": first.limit_minor if first else None, "allowed_minor": first.allowed_minor if first else None,
        "over_minor": first.over_minor if first else 0, "headroom_minor": first.headroom_minor if first else None,
        "bound_by": first.code if first else None, "covered_minor": covered, "net_minor": total - covered,
        "oldest_days": late.oldest_days if late else None, "oldest_document": late.document if late else None,
    }  # fmt: skip
