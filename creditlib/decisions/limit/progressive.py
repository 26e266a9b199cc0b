"""Progressive limits 渐进式授信: begin with part of the method's limit, rise after clean months, fall after a late one, freeze.

What must stay true: a month's step depends on the state carried, that month's facts and the policy of its last day, and on nothing
else, so that replaying in parts gives the same; never above the method's limit; a month nobody knows is neither clean nor
late; no limit (None) is not a limit of 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal, cast

from creditlib import money
from creditlib.days import month_end, month_first, month_index
from creditlib.decisions.decision import Effect, Reason
from creditlib.decisions.limit.exchange import times
from creditlib.errors import UsageError
from creditlib.policy import Policy, Values

Name = Literal["none", "start", "base", "raised", "lowered", "frozen"]
"""none: no method's limit to start from. base: at the method's limit."""
Event = Literal[
    "start", "no_start", "missing", "clean", "unused", "overdue", "raised", "ceiling", "no_method", "debt", "lowered", "frozen",
    "still_frozen", "thawed", "method",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """What is carried from month to month. month: first day of the last one judged, None before any. limit_minor: in force, 0 while
    frozen, None: no limit. held_minor: what comes back after a freeze. clean: clean months so far that count."""

    month: date | None = None
    name: Name = "none"
    limit_minor: int | None = None
    clean: int = 0
    held_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """Facts of one month. worst_days_late: None where nothing was paid or stood overdue. open_minor: balance at its end. debt_share:
    liabilities ÷ assets as known then, None where unknown."""

    month: date
    worst_days_late: int | None = None
    open_minor: int = 0
    debt_share: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One month: the limit after it, the state, clean months so far, what happened and why. after: what the next month starts from."""

    month: date
    limit_minor: int | None
    state: Name
    clean: int
    event: Event
    reasons: tuple[Reason, ...]
    after: State


def replay(
    record_rows: Iterable[Mapping[str, Any]], policy: Policy, method_limit: int | Callable[[date], int | None] | None, *,
    debt_share: float | Callable[[date], float | None] | None = None, state: State | None = None,
) -> tuple[Step, ...]:  # fmt: skip
    """Return the steps of one customer, one for each month from the first row to the last; a month without a row is missing.

    record_rows: rows of `payment_record` of one customer and currency. method_limit, debt_share: one figure, or by last day of the
    month. state: carried from an earlier replay; its month must lie before the rows. Each month is judged by the policy of its last day.
    Raises: UsageError for rows of several customers or currencies, two of one month, or months already judged.

    >>> from creditlib.policy import load_policy
    >>> rows = [{"month": date(2026, m, 1), "currency": "CNY", "worst_days_late": 0, "open_minor": 60} for m in range(1, 8)]
    >>> [(step.limit_minor, step.clean, step.event) for step in replay(rows, load_policy(), 200)][-2:]
    [(100, 5, 'clean'), (125, 0, 'raised')]
    """
    rows = sorted(record_rows, key=lambda row: row["month"])
    sorts = {f"{row.get('customer') or ''} {row['currency']}".strip() for row in rows}
    if len(sorts) > 1:
        raise UsageError(
            f"the rows are of {', '.join(sorted(sorts))}. Replay one customer in one currency at a time.",
            f"所给各行属于 {'、'.join(sorted(sorts))}。每次只能重演一户客户的一个币种。",
        )
    now = state or State()
    by_month = {month_index(row["month"]): row for row in rows}
    if len(by_month) < len(rows):
        twice = next(b["month"] for a, b in pairwise(rows) if month_index(a["month"]) == month_index(b["month"]))
        raise UsageError(
            f"the month {twice:%Y-%m} stands twice. Give each month once.", f"{twice:%Y-%m} 出现两次。每月只给一次。"
        )
    if rows and now.month is not None and month_index(now.month) >= min(by_month):
        raise UsageError(
            f"the rows begin in {rows[0]['month']:%Y-%m}; the state carried was judged up to {now.month:%Y-%m}. "
            "Give the months after it.",
            f"所给各行自 {rows[0]['month']:%Y-%m} 起，而承接的状态已判定至 {now.month:%Y-%m}。请给出其后的月份。",
        )
    if not rows:
        return ()
    first = min(by_month) if now.month is None else month_index(now.month) + 1
    steps = []
    for index in range(first, max(by_month) + 1):
        row, last = by_month.get(index), month_end(month_first(index))
        limit = method_limit(last) if callable(method_limit) else method_limit
        debt = debt_share(last) if callable(debt_share) else debt_share
        facts = Month(month_first(index), debt_share=debt)
        if row is not None:
            facts = replace(facts, worst_days_late=row["worst_days_late"], open_minor=row["open_minor"])
        step = advance(now, facts, policy.at(last), limit, rows[0]["currency"])
        steps.append(step)
        now = step.after
    return tuple(steps)


def advance(state: State, facts: Month, values: Values, method_limit: int | None, currency: str) -> Step:
    """Return the step of one month.

    The first month with a method's limit only starts: nothing was granted before it, so it can't count as clean; being late counts.
    While frozen the limit is 0; a freeze is also a late month, so what comes back is stepped down once. A clean month counts when the
    balance at its end is at least the least share of the limit; one that does not count stops no row of clean months.
    """
    judge = _Judge(state, facts, values, method_limit, currency)
    event = judge.run()
    after = State(facts.month, judge.name, judge.limit, judge.clean, judge.held)
    return Step(facts.month, judge.limit, judge.name, judge.clean, event, tuple(judge.reasons), after)


class _Judge:
    """One month being judged: the state as it changes, and the reasons so far."""

    def __init__(self, state: State, facts: Month, values: Values, method: int | None, currency: str) -> None:
        self.name, self.limit, self.clean, self.held = state.name, state.limit_minor, state.clean, state.held_minor
        self.facts, self.values, self.method, self.currency = facts, values, method, currency
        self.reasons: list[Reason] = []

    def run(self) -> Event:
        started = self.name == "none"
        if started and not self.start():
            return "no_start"
        event = self.judge(counts=not started)
        if self.method is not None and self.name != "frozen" and self.limit is not None and self.limit > self.method:
            self.limit, self.name = self.method, "lowered" if self.name == "lowered" else "base"
            self.tell("step-method", "caps", self.limit, amount=self.text(self.limit))
            if event in ("missing", "clean", "unused", "overdue", "ceiling"):
                event = "method"
        if self.held is not None and self.method is not None:
            self.held = min(self.held, self.method)
        return "start" if started and event in ("missing", "clean", "unused", "overdue") else event

    def start(self) -> bool:
        if self.method is None:
            self.tell("no-start", "missing")
            return False
        share = self.value("start_share")
        self.limit, self.name = times(self.method, Fraction(share)), "start"
        told = {"share": share, "method": self.text(self.method), "amount": self.text(self.limit)}
        self.tell("start", "note", self.limit, "start_share", **told)
        return True

    def judge(self, *, counts: bool) -> Event:
        worst = self.facts.worst_days_late
        if worst is None:
            if counts:
                self.tell("month-missing", "missing")
            return "missing"
        thawed = False
        if worst > self.value("freeze_days"):
            return self.freeze(worst)
        if self.name == "frozen":
            self.limit, self.held, self.name, thawed = self.held, None, "lowered", True
            told = {"days": worst, "most": self.value("freeze_days"), "amount": self.text(self.limit)}
            self.tell("step-thaw", "raises", self.limit, "freeze_days", **told)
        if worst > self.value("late_days"):
            self.down(worst)
            return "lowered"
        if worst > self.value("clean_days"):
            self.clean = 0
            self.tell("month-overdue", "note", None, "clean_days", days=worst, most=self.value("clean_days"))
            return "thawed" if thawed else "overdue"
        if thawed or not counts:
            return "thawed" if thawed else "clean"
        return self.good()

    def freeze(self, worst: int) -> Event:
        told = {"days": worst, "most": self.value("freeze_days")}
        self.clean = 0
        if self.name == "frozen":
            self.tell("step-frozen", "stop", 0, "freeze_days", **told)
            return "still_frozen"
        self.down(worst)
        self.held, self.limit, self.name = self.limit, 0, "frozen"
        self.tell("step-freeze", "stop", 0, "freeze_days", **told, amount=self.text(self.held))
        return "frozen"

    def down(self, worst: int) -> None:
        share, before = self.value("step_down"), cast(int, self.limit)
        self.limit, self.name, self.clean = times(before, 1 - Fraction(share)), "lowered", 0
        told = {"days": worst, "most": self.value("late_days"), "before": self.text(before), "share": share}
        self.tell("step-down", "lowers", self.limit, "late_days", "step_down", **told, amount=self.text(self.limit))

    def good(self) -> Event:
        limit, least = cast(int, self.limit), self.value("min_utilisation")
        used = Fraction(max(self.facts.open_minor, 0), limit) if limit > 0 else None
        shown = "–" if used is None else f"{float(used):.0%}"
        if used is None or used < Fraction(least):
            self.tell("month-unused", "note", None, "min_utilisation", used=shown, least=f"{float(least):.0%}")
            return "unused"
        self.clean += 1
        needed = self.value("clean_months")
        told = {"days": self.value("clean_days"), "used": shown, "count": self.clean, "needed": needed}
        self.tell("month-clean", "note", None, "clean_days", "clean_months", **told)
        return self.up() if self.clean >= needed else "clean"

    def up(self) -> Event:
        """A step up that is held back keeps its clean months, so that it follows as soon as nothing holds it back."""
        before, share = cast(int, self.limit), self.value("step_up")
        debt, most = self.facts.debt_share, self.value("max_debt_ratio")
        if debt is not None and debt > most:
            told = {"count": self.clean, "debt": f"{debt:.0%}", "most": f"{float(most):.0%}"}
            self.tell("step-debt", "caps", None, "max_debt_ratio", **told)
            return "debt"
        if self.method is None:
            self.tell("step-no-method", "missing", None, count=self.clean)
            return "no_method"
        risen = times(before, 1 + Fraction(share))
        if min(risen, self.method) <= before:
            self.name = "base" if before == self.method else self.name
            self.tell("step-ceiling", "caps", before, count=self.clean, amount=self.text(before))
            return "ceiling"
        self.limit = min(risen, self.method)
        code = "step-up-capped" if self.limit < risen else "step-up"
        told = {"count": self.clean, "before": self.text(before), "share": share, "amount": self.text(self.limit)}
        self.tell(code, "raises", self.limit, "step_up", "clean_months", **told)
        self.name, self.clean = "base" if self.limit == self.method else "raised", 0
        return "raised"

    def value(self, name: str) -> int | Decimal:
        return cast("int | Decimal", self.values[f"progressive.{name}"])

    def text(self, minor: int | None) -> str:
        return money.text(minor or 0, self.currency)

    def tell(self, entry: str, effect: Effect, minor: int | None = None, *params: str, **told: Any) -> None:
        told["month"] = f"{self.facts.month:%Y-%m}"
        names = tuple(f"progressive.{name}" for name in params)
        self.reasons.append(
            Reason(f"limit.{entry}", effect, told, amount_minor=minor, currency=self.currency, policy=names)
        )
