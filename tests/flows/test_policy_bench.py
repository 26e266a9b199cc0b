"""Policies on trial: what a bench tells equals two whole assessments set side by side, whichever value moves, one by one and after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from creditlib.decisions.release.orders import release_orders
from creditlib.errors import PolicyError
from creditlib.facts.open_items import Rate
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.policy_bench import PolicyBench
from creditlib.flows.policy_effect import policy_effect
from creditlib.flows.policy_sides import MEASURED, WEIGHED
from creditlib.flows.policy_told import COMPARED, PolicyEffect
from creditlib.policy import Policy, Values, load_policy
from creditlib.policy.draft import draft
from creditlib.policy.parts import reweighted

POLICY = load_policy()
RATES = tuple(
    Rate(code, Decimal(rate), SAMPLE_END) for code, rate in (("USD", "7.1234567"), ("EUR", "7.77"), ("JPY", "0.0472"))
)
CARD = reweighted(POLICY.at(SAMPLE_END)["score.card"], {"days_beyond_terms": Decimal("0.4")})
CHANGES: tuple[dict[str, Any], ...] = (
    {"score.card": CARD}, {"score.grades.B": 620}, {"score.min_evidence": Decimal("0.9")}, {"score.without_statements": "D"},
    {"score.base_points": 560}, {"score.loss_given_default": Decimal("0.5")}, {"limit.pick": "median"}, {"limit.pick": "highest"},
    {"limit.methods": ["net_worth"]}, {"limit.net_worth_share": Decimal("0.02")}, {"limit.grade_factor.C": Decimal("0.1")},
    {"limit.grade_cap.B": 10_000}, {"limit.own_equity": 300_000}, {"limit.own_receivables_share": Decimal("0.002")}, {"limit.rounding_digits": 1},
    {"terms.days.B": 50}, {"terms.deposit.C": Decimal("0.2")}, {"release.tolerance": 0}, {"release.tolerance": Decimal("0.5")},
    {"release.overdue_days": 0}, {"release.overdue_days": 90}, {"release.overdue_minimum": 1_000_000}, {"release.no_limit": "hold"},
    {"release.over_limit": "refer"}, {"payment.window_months": 6}, {"aging.netting": "by_date"}, {"file.statement_months": 3},
    {"onboarding.hard_stops": []}, {"home.currency": "USD"}, {"limit.insured_share": Decimal("0.5")},
)  # fmt: skip


@cache
def whole(report: bool = False) -> Assessment:
    return under(POLICY, report)


def under(policy: Policy, report: bool) -> Assessment:
    if report:
        return assess(sample_book(), policy, SAMPLE_END, rates=RATES, currency="CNY")
    return assess(sample_book(), policy, SAMPLE_END)


@cache
def bench(report: bool = False) -> PolicyBench:
    return PolicyBench(whole(report))


def rows_of(side: Assessment) -> dict[str, dict[str, Any]]:
    return {row["customer"]: row for row in side.table.rows()}


def orders_of(side: Assessment) -> dict[tuple[str, str, str], dict[str, Any]]:
    made = release_orders(side.book, side.policy, side.as_of, **side.in_report)
    return {(row["customer"], row["order"], row["currency"]): row for row in made.rows()}


def check(made: PolicyEffect, before: Assessment, after: Assessment) -> None:
    """Compare an effect with two assessments, row by row in plain Python."""
    old, new = rows_of(before), rows_of(after)
    moved = [c for c in old if any(old[c][name] != new[c][name] for name in COMPARED)]
    told = made.customers.to_pylist()
    assert [row["customer"] for row in told] == moved
    for row in told:
        for name in COMPARED:
            pair = row[f"{name}_before"], row[f"{name}_after"]
            assert pair == (old[row["customer"]][name], new[row["customer"]][name])
    assert made.grades == dict(Counter((old[c]["grade"] or "–", new[c]["grade"] or "–") for c in old))
    waiting = [orders_of(side) for side in (before, after)]
    held = [
        (*key, row["outcome"], waiting[1][key]["outcome"])
        for key, row in waiting[0].items()
        if key in waiting[1] and row["outcome"] != waiting[1][key]["outcome"]
    ]
    columns = ("customer", "order", "currency", "outcome_before", "outcome_after")
    assert [tuple(row[name] for name in columns) for row in made.orders.to_pylist()] == held
    check_sums(made, (old, new), waiting)
    pairs = [(old[c]["limit_minor"], new[c]["limit_minor"]) for c in old]
    assert made.counts.customers == len(moved)
    assert made.counts.limit == sum(a != b for a, b in pairs)
    assert made.counts.limit_up == sum(None not in (a, b) and b > a for a, b in pairs)
    assert made.counts.limit_down == sum(None not in (a, b) and b < a for a, b in pairs)
    assert made.counts.grade == sum(old[c]["grade"] != new[c]["grade"] for c in old)
    assert made.counts.terms == sum(old[c]["terms"] != new[c]["terms"] for c in old)
    assert (made.counts.orders, made.counts.held_customers) == (len(held), len({key[0] for key in held}))


def check_sums(made: PolicyEffect, sides: Any, waiting: Any) -> None:
    assert [one.currency for one in made.sums] == sorted({row["currency"] for row in sides[0].values()})
    for one in made.sums:
        for word, rows, orders in zip(("before", "after"), sides, waiting, strict=True):
            mine = [row for row in rows.values() if row["currency"] == one.currency]
            limited = [row for row in mine if row["limit_minor"] is not None]
            over = [max(row["exposure_minor"] - row["limit_minor"], 0) for row in limited]
            expected = {
                "limits": sum(row["limit_minor"] for row in limited), "exposure": sum(row["exposure_minor"] for row in mine),
                "expected_loss": sum(row["expected_loss_minor"] or 0 for row in mine), "over": sum(over),
                "held": sum(r["order_minor"] for r in orders.values() if r["currency"] == one.currency and r["outcome"] != "release"),
            }  # fmt: skip
            assert {name: getattr(one, f"{name}_{word}_minor") for name in expected} == expected
            assert getattr(one, f"without_limit_{word}") == len(mine) - len(limited)
            assert getattr(one, f"over_customers_{word}") == sum(o > 0 for o in over)


@pytest.mark.parametrize("report", [False, True], ids=["currencies", "in CNY"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda c: "-".join(f"{k}" for k in c))
def test_effect_equals_two_assessments_side_by_side(change: Mapping[str, Any], report: bool) -> None:
    after = draft(POLICY, change, SAMPLE_END, "proposal 1")
    made = bench(report).effect(after)  # the same bench for all of them: nothing of the last one may stay
    check(made, whole(report), under(after, report))
    assert {one.parameter for one in made.changes} == {
        next(iter(change)).rsplit(".", 1)[0] if next(iter(change)).count(".") > 1 else next(iter(change))
    }


def test_a_policy_that_changes_nothing_changes_nobody() -> None:
    made = bench().effect(POLICY)
    assert (made.customers.num_rows, made.orders.num_rows, made.changes) == (0, 0, ())
    assert all(a == b for a, b in made.grades)
    assert all(one.limits_before_minor == one.limits_after_minor for one in made.sums)


def test_measured_values_are_held_and_weighed_ones_tried_on_them() -> None:
    tried = PolicyBench(whole())
    shorter = draft(POLICY, {"payment.window_months": 6}, SAMPLE_END, "proposal 1")
    assert (tried.quick(POLICY), tried.quick(shorter)) == (True, False)
    tried.effect(shorter)
    both = draft(shorter, {"limit.pick": "highest"}, SAMPLE_END, "proposal 2")
    assert tried.quick(both)
    check(tried.effect(both), whole(), under(both, False))
    for months in (3, 4, 5):
        tried.effect(draft(POLICY, {"payment.window_months": months}, SAMPLE_END, "proposal 3"))
    assert (tried.quick(POLICY), tried.quick(both)) == (True, False)


def test_policy_effect_is_the_effect_of_the_bench() -> None:
    after = draft(POLICY, {"limit.pick": "highest"}, SAMPLE_END, "proposal 1")
    made = policy_effect(sample_book(), POLICY, after, SAMPLE_END)
    assert made == replace(bench().effect(after), as_of=SAMPLE_END)


def test_a_policy_not_yet_in_force_is_refused() -> None:
    later = Policy("later", tuple(replace(row, from_on=SAMPLE_END.replace(year=2030)) for row in POLICY.rows))
    with pytest.raises(PolicyError, match="not-in-force"):
        bench().effect(later)


def test_every_value_an_effect_reads_is_weighed_or_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()
    plain = Values.__getitem__

    def noted(self: Values, name: str) -> Any:
        read.add(name)
        return plain(self, name)

    shown = {"score.rating_map", "score.conflict_grades", "file.rating_months"}  # told beside a score, they move none
    monkeypatch.setattr(Values, "__getitem__", noted)
    fresh = assess(sample_book(), load_policy(), SAMPLE_END)
    _ = fresh.factors, fresh.scores, fresh.limits, fresh.exposures, fresh.offers
    orders_of(fresh)
    assert read - shown - WEIGHED - set(MEASURED) == set()
    assert set(MEASURED) <= read
