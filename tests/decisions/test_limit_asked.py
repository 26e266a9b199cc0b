"""Own funds at risk on a group after a request, against the figures of the limits themselves and by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from creditlib.decisions.limit.asked import own_after
from creditlib.decisions.limit.exchange import Exchange
from creditlib.facts.open_items import Rate
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import Assessment, assess
from creditlib.policy import load_policy

HOME = "CNY"
EXCHANGE = Exchange((), HOME)


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return assess(sample_book(), load_policy(), SAMPLE_END)


def after(
    whole: Assessment, customer: str, minor: int, currency: str = HOME, **in_force: tuple[int, str]
) -> int | None:
    return own_after(
        whole.limits,
        whole.limit_inputs,
        customer,
        (minor, currency),
        {name: [one] for name, one in in_force.items()},
        EXCHANGE,
        HOME,
    )


def test_what_the_policy_proposes_gives_the_group_s_own_figure(whole: Assessment) -> None:
    rows = [row for row in whole.limits.rows() if row["limit_minor"] is not None and row["currency"] == HOME]
    assert len(rows) > 30
    assert sum(row["insured_minor"] > 0 for row in rows) >= 1
    for row in rows:
        assert after(whole, row["customer"], row["limit_minor"]) == row["group_own_minor"]


def test_a_cent_more_than_proposed_is_a_cent_more_at_risk_where_nothing_is_insured(whole: Assessment) -> None:
    row = next(
        row
        for row in whole.limits.rows()
        if row["limit_minor"] and not row["insured_minor"] and row["currency"] == HOME
    )
    assert after(whole, row["customer"], row["limit_minor"] + 1) == row["group_own_minor"] + 1
    assert after(whole, row["customer"], 0) == row["group_own_minor"] - row["own_risk_minor"]


def test_another_member_s_higher_limit_in_force_counts(whole: Assessment) -> None:
    plain = [r for r in whole.limits.rows() if r["limit_minor"] and not r["insured_minor"] and r["currency"] == HOME]
    one, other = (row["customer"] for row in sorted(plain, key=lambda r: r["limit_minor"])[:2])
    book = sample_book()
    names = book.table("customers")["customer"].to_pylist()
    groups = pa.array(["G" if name in (one, other) else None for name in names])
    table = book.table("customers")
    at = table.schema.get_field_index("group")
    kind = table.schema.field("group").type
    joined = assess(
        replace(book, customers=table.set_column(at, table.schema.field("group"), groups.dictionary_encode().cast(kind))),
        load_policy(), SAMPLE_END,
    )  # fmt: skip
    rows = {r["customer"]: r for r in joined.limits.rows() if r["group"] == "G"}
    assert set(rows) == {one, other}
    mine, theirs = rows[one]["limit_minor"], rows[other]["limit_minor"]
    assert after(joined, one, mine) == mine + theirs == rows[one]["group_own_minor"]
    assert after(joined, one, mine, **{other: (theirs + 70_000_00, HOME)}) == mine + theirs + 70_000_00
    assert after(joined, one, mine, **{other: (1, HOME)}) == mine + theirs  # a lower one takes nothing away
    assert after(joined, one, 5, **{one: (10**9, HOME)}) == 5 + theirs  # its own limit in force is what is replaced


def test_another_currency_is_rounded_up_and_without_a_rate_not_told(whole: Assessment) -> None:
    row = next(
        row
        for row in whole.limits.rows()
        if row["limit_minor"] and not row["insured_minor"] and row["currency"] == HOME
    )
    assert after(whole, row["customer"], 100, "EUR") is None
    rate = Exchange([Rate("EUR", Decimal("7.123456"), date(2026, 1, 1))], HOME)
    told = own_after(whole.limits, whole.limit_inputs, row["customer"], (100, "EUR"), {}, rate, HOME)
    assert told == row["group_own_minor"] - row["own_risk_minor"] + 713  # 712.3456, up
    assert own_after(whole.limits, whole.limit_inputs, "nobody", (1, HOME), {}, rate, HOME) is None
