"""What holds for every limit: no better for a worse grade, under every cap, the same alone as in the book; replays in parts agree."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from creditlib.days import add_months
from creditlib.decisions.limit.decide import limit_book, limit_of
from creditlib.decisions.limit.methods import highest_with_own, insured_part
from creditlib.decisions.limit.progressive import replay
from creditlib.policy import GRADES, load_policy
from tests.decisions.limits import DAY, factors, owing, scores, with_values

MONEY = st.one_of(st.none(), st.integers(-10, 30_000_000))
CUSTOMER = st.fixed_dictionaries(
    {"billed_minor": MONEY, "tangible_net_worth_minor": MONEY, "working_capital_minor": MONEY}
)
COVER = st.one_of(st.none(), st.integers(0, 400_000_000))


def _book(covers: list[int | None], debts: list[int], listed: list[dict[str, Any]] | None = None) -> Any:
    security = [
        {"customer": f"C{i}", "kind": "credit_insurance", "currency": "CNY", "amount_minor": minor, "from_on": DAY}
        for i, minor in enumerate(covers, 1)
        if minor is not None
    ]
    tables: dict[str, Any] = {"security": security} if security else {}
    if listed:
        tables["customers"] = listed
    return owing(*[(f"C{i}", minor) for i, minor in enumerate(debts, 1)], ("BIG", 1_000_000_00), **tables)


@given(
    CUSTOMER,
    CUSTOMER,
    COVER,
    st.integers(1, 10**8),
    st.sampled_from([None, 500_000, 5_000_000]),
    st.booleans(),
    st.sampled_from(["lowest", "median", "highest", "first"]),
)
def test_limit_never_rises_when_the_grade_worsens(one: dict[str, Any], other: dict[str, Any], cover: int | None, debt: int, equity: int | None, together: bool, how: str) -> None:  # fmt: skip
    listed = [{"customer": "C1", "group": "G"}, {"customer": "C2", "group": "G"}] if together else None
    book = _book([cover], [debt, debt], listed)
    policy = with_values(limit__own_equity=equity, limit__pick=how)
    table = factors(one, other)
    found = [
        limit_book(book, table, scores(table, [g, "B"]), policy, DAY).row(customer="C1")["limit_minor"] for g in GRADES
    ]
    known = [limit for limit in found if limit is not None]
    assert known == sorted(known, reverse=True)
    assert found[-1] == 0


@given(st.lists(CUSTOMER, min_size=1, max_size=4), st.data(), st.sampled_from([None, 0, 500_000, 5_000_000]))
def test_limit_stays_under_every_cap(rows: list[dict[str, Any]], data: st.DataObject, equity: int | None) -> None:
    covers = [data.draw(COVER) for _ in rows]
    grades = [data.draw(st.sampled_from([*GRADES, "refer", "stop"])) for _ in rows]
    listed = [
        {"customer": f"C{i}", "group": data.draw(st.sampled_from(["G", "H", None]))} for i, _ in enumerate(rows, 1)
    ]
    book = _book(covers, [data.draw(st.integers(1, 10**8)) for _ in rows], listed)
    policy, table = with_values(limit__own_equity=equity), factors(*rows)
    made = limit_book(book, table, scores(table, grades), policy, DAY)
    capacity = made.values["capacity"]
    used: dict[str, int] = {}
    for row, grade in zip(made.rows(), grades, strict=True):
        limit, cover = row["limit_minor"], row["insurer_minor"] or 0
        assert (limit is None) == (row["outcome"] == "refer")
        if limit is None:
            continue
        if grade in ("E", "stop"):
            assert limit == 0
            continue
        assert limit <= max(row["after_factor_minor"], cover)
        assert row["grade_cap_minor"] is None or limit <= max(row["grade_cap_minor"], cover)
        assert row["own_risk_minor"] + row["insured_minor"] == limit
        assert row["own_risk_minor"] <= capacity.minor + 1  # what insurers pay is rounded down to the cent
        used[row["group"]] = used.get(row["group"], 0) + row["own_risk_minor"]
        reasons = limit_of(made, row["customer"], policy).reasons
        assert all(reason.text("en") and reason.text("zh") for reason in reasons)
    assert all(minor <= capacity.minor + len(rows) for minor in used.values())


@given(st.lists(CUSTOMER, min_size=1, max_size=4), st.data())
def test_customer_alone_gets_what_it_gets_in_the_book(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    covers = [data.draw(COVER) for _ in rows]
    grades = [data.draw(st.sampled_from([*GRADES, "refer"])) for _ in rows]
    book, policy = _book(covers, [data.draw(st.integers(1, 10**8)) for _ in rows]), load_policy()
    table = factors(*rows)
    whole = limit_book(book, table, scores(table, grades), policy, DAY).rows()
    for i, row in enumerate(rows):
        alone = factors(row | {"customer": f"C{i + 1}"})
        assert limit_book(book, alone, scores(alone, [grades[i]]), policy, DAY).rows() == [whole[i]]


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 100))
def test_highest_limit_of_an_own_risk_is_the_highest(own: int, cover: int, share: int) -> None:
    paid = cover * share // 100
    most = highest_with_own(Fraction(own), cover, paid)
    assert most - insured_part(most, cover, paid) <= own + 1
    assert most + 2 - insured_part(most + 2, cover, paid) > own or most >= cover == paid


WORST = st.one_of(st.none(), st.integers(-30, 100), st.sampled_from([5, 6, 30, 31, 60, 61]))
MONTHS = st.lists(st.one_of(st.none(), st.tuples(WORST, st.integers(-10, 200_000))), min_size=1, max_size=30)


@given(MONTHS, st.one_of(st.none(), st.integers(0, 100_000)), st.one_of(st.none(), st.floats(0, 1.5)), st.data())
def test_replay_in_parts_is_the_same_and_stays_under_the_method(months: list[Any], method: int | None, debt: float | None, data: st.DataObject) -> None:  # fmt: skip
    rows = [
        {"month": add_months(date(2023, 1, 1), i), "currency": "CNY", "worst_days_late": m[0], "open_minor": m[1]}
        for i, m in enumerate(months)
        if m is not None
    ]
    whole = replay(rows, load_policy(), method, debt_share=debt)
    if not rows:
        return
    cut = data.draw(st.integers(0, len(rows)))
    first = replay(rows[:cut], load_policy(), method, debt_share=debt)
    rest = replay(rows[cut:], load_policy(), method, debt_share=debt, state=first[-1].after if first else None)
    assert whole == (*first, *rest)
    for step in whole:
        assert (step.limit_minor is None) == (method is None)
        assert method is None or 0 <= (step.limit_minor or 0) <= method
        assert (step.state == "frozen") <= (step.limit_minor == 0)
