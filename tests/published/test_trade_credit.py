"""Every figure of trade_credit_cost.toml, early_discount.toml, terms_npv.toml and terms_profit.toml, and their edges."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from creditlib import formulas
from creditlib.errors import CreditError
from creditlib.formulas.trade_credit import instalment_days


def _load(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))["case"]
    return cases


COST, DISCOUNT, NPV, PROFIT = map(
    _load, ("trade_credit_cost.toml", "early_discount.toml", "terms_npv.toml", "terms_profit.toml")
)
NAN = float("nan")


def _ids(cases: list[dict[str, Any]]) -> list[str]:
    return [case["id"] for case in cases]


def test_every_figure_names_its_source() -> None:
    assert all(case["ref"] and case["locator"] for case in [*COST, *DISCOUNT, *NPV, *PROFIT])


@pytest.mark.parametrize("case", COST, ids=_ids(COST))
def test_published_cost_of_a_discount_not_taken_comes_out(case: dict[str, Any]) -> None:
    given = (case["discount"], case["discount_days"], case["paid_day"])
    forms: dict[str, Callable[..., float]] = {
        "simple": formulas.credit_cost_simple, "compound": formulas.credit_cost_compound
    }  # fmt: skip
    told = [key for key in case if key.endswith(("_360", "_365"))]
    assert told
    for key in told:
        form, year = key.split("_")
        assert forms[form](*given, int(year)) == pytest.approx(case[key], abs=case["tolerance"]), key


def test_a_discount_of_nothing_costs_nothing_and_one_day_is_the_dearest() -> None:
    assert formulas.credit_cost_simple(0, 10, 30) == formulas.credit_cost_compound(0, 10, 30) == 0
    assert formulas.credit_cost_simple(0.02, 0, 1) == pytest.approx(0.02 / 0.98 * 365)
    assert formulas.credit_cost_compound(0.02, 10, 375) == pytest.approx(0.02 / 0.98)  # one year later: once


@pytest.mark.parametrize("case", DISCOUNT, ids=_ids(DISCOUNT))
def test_published_discount_is_taken_off_its_base(case: dict[str, Any]) -> None:
    assert formulas.early_discount(case["net"], case["tax"], case["discount"], case["base"]) == (
        case["off"],
        case["pay"],
    )


def test_discount_without_tax_is_the_same_on_both_bases_and_a_credit_note_mirrors_it() -> None:
    assert formulas.early_discount(1000, 0, 0.02, "gross") == formulas.early_discount(1000, 0, 0.02, "net")
    assert formulas.early_discount(-1000, -150, 0.1) == (-115, -1035)


@pytest.mark.parametrize("case", NPV, ids=_ids(NPV))
def test_published_value_of_granting_credit_comes_out(case: dict[str, Any]) -> None:
    price, cost, old, new, rate = (case[k] for k in ("price", "variable_cost", "quantity", "new_quantity", "rate"))
    near, npv = case["tolerance"], formulas.npv_of_granting_credit(price, cost, old, new, rate)
    assert npv == pytest.approx(case["npv"], abs=near)
    gain, carried = (f(price, cost, old, new, rate) for f in (formulas.one_shot_gain, formulas.carrying_cost))
    if "one_shot_gain" in case:
        assert (gain, carried) == pytest.approx((case["one_shot_gain"], case["carrying_cost"]), abs=near)
    assert gain * (1 + rate) / rate == pytest.approx(npv)
    assert ((price - cost) * (new - old) - carried) / rate == pytest.approx(npv)
    more = formulas.break_even_units(price, cost, old, rate)
    if "break_even_units" in case:
        assert more == pytest.approx(case["break_even_units"], abs=near)
    assert formulas.npv_of_granting_credit(price, cost, old, old + more, rate) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("case", PROFIT, ids=_ids(PROFIT))
def test_published_profit_after_the_cost_of_credit_comes_out(case: dict[str, Any]) -> None:
    share, rate, near = case["variable_cost_share"], case["capital_rate"], case["tolerance"]
    found = []
    for row in case["policy"]:
        given = (row["sales"], row["margin"], row["receivables"], share, rate)
        found.append(formulas.profit_after_credit_cost(*given, row["bad_debt_share"], row["collection_cost"]))
        assert found[-1] == pytest.approx(row["profit"], abs=near)
        bad = formulas.break_even_bad_debt_share(*given, row["collection_cost"], target=row["profit"])
        assert bad == pytest.approx(row["bad_debt_share"])
        sales = formulas.break_even_sales(
            share, row["days"], rate, row["bad_debt_share"], row["collection_cost"],
            target=row["profit"], year_days=case["year_days"],
        )  # fmt: skip
        assert sales == pytest.approx(row["sales"])
    assert found.index(max(found)) == case["best"]


def test_discounts_given_reduce_the_profit_and_the_bad_debt_it_bears() -> None:
    row = (2400, 480, 400, 0.8, 0.1)
    assert formulas.profit_after_credit_cost(*row, 0.02, 40, 24) == pytest.approx(336)  # 360 − 24
    assert formulas.break_even_bad_debt_share(*row, 40, 24) == pytest.approx(0.16)  # (480 − 32 − 40 − 24) ÷ 2,400
    assert formulas.break_even_bad_debt_share(*row, 40, target=480) == pytest.approx(-0.03)  # −72 ÷ 2,400
    assert formulas.break_even_sales(0.8, 0, 0.1, 0, 0, 0.05, target=15) == pytest.approx(100)  # 15 ÷ (0.20 − 0.05)


@pytest.mark.parametrize(
    "call",
    [
        lambda: formulas.credit_cost_simple(-0.01, 10, 30),
        lambda: formulas.credit_cost_simple(NAN, 10, 30),
        lambda: formulas.credit_cost_simple(0.02, -1, 30),
        lambda: formulas.credit_cost_simple(0.02, 10, NAN),
        lambda: formulas.credit_cost_compound(0.02, 30, 10),
        lambda: formulas.credit_cost_compound(0.02, 10, 30, 0),
        lambda: formulas.early_discount(1000, 150, 10),
        lambda: formulas.early_discount(NAN, 150, 0.1),
        lambda: formulas.npv_of_granting_credit(49, 20, 100, 110, 0),
        lambda: formulas.npv_of_granting_credit(-49, 20, 100, 110, 0.02),
        lambda: formulas.one_shot_gain(49, -20, 100, 110, 0.02),
        lambda: formulas.carrying_cost(49, 20, 100, -110, 0.02),
        lambda: formulas.break_even_units(49, 20, -100, 0.02),
        lambda: formulas.break_even_units(49, 49, 100, 0.02),
        lambda: formulas.profit_after_credit_cost(2400, 480, 400, 0.8, 0.1, 2, 40),
        lambda: formulas.profit_after_credit_cost(2400, NAN, 400, 0.8, 0.1, 0.02, 40),
        lambda: formulas.profit_after_credit_cost(2400, 480, -400, 0.8, 0.1, 0.02, 40),
        lambda: formulas.profit_after_credit_cost(2400, 480, 400, 0.8, 0.1, 0.02, -40),
        lambda: formulas.break_even_bad_debt_share(0, 480, 400, 0.8, 0.1, 40),
        lambda: formulas.break_even_sales(0.8, -1, 0.1, 0.02, 40),
        lambda: formulas.break_even_sales(1, 0, 0, 0, 40),
    ],
)
def test_impossible_inputs_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(CreditError):
        call()


@pytest.mark.parametrize(
    ("net", "count", "days"),
    [
        (60, 1, (60,)),
        (60, 3, (20, 40, 60)),
        (15, 2, (8, 15)),  # half a day is a day
        (1, 3, (1, 1, 1)),
        (0, 4, (0, 0, 0, 0)),
        (43.5, 1, (43.5,)),
        (0.5, 2, (0.5, 0.5)),  # never later than the last
    ],
)
def test_instalments_end_on_the_net_days(net: float, count: int, days: tuple[float, ...]) -> None:
    assert instalment_days(net, count) == days


@pytest.mark.parametrize(("net", "count"), [(-1, 1), (30, 0), (30, 1.5), (NAN, 2)])
def test_impossible_instalments_are_refused(net: float, count: float) -> None:
    with pytest.raises(CreditError):
        instalment_days(net, count)  # type: ignore[arg-type]
