"""The credit-terms calculator: its native formulas give what `compare_terms` gives, to the cent, or say what is impossible."""

from __future__ import annotations

import re
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from creditlib.decisions.what_if.case import TermsCase
from creditlib.decisions.what_if.compare import TermsEffect, compare_terms
from creditlib.errors import CreditError, Lang
from creditlib.faces.wording import say
from creditlib.formulas.trade_credit import credit_cost_compound, credit_cost_simple
from creditlib.money import exponent
from creditlib.policy import load_policy

sys.path.insert(0, str(Path(__file__).parent))
from cells import Figures, Sheets

KIND = "terms_calculator"
FIELDS = (
    "yearly_sales", "sales_change_share", "net_days", "late_days", "variable_cost_share", "tax_share", "discount_share", "discount_days",
    "taker_share", "deposit_share", "insured_share", "cover_share", "premium_rate", "bad_debt_share", "default_probability",
    "loss_given_default", "collection_share", "fixed_cost",
)  # fmt: skip
AMOUNTS = ("yearly_sales", "fixed_cost")
MINOR = {
    "sales": "sales_minor", "credit": "credit_minor", "margin": "margin_minor", "capital_cost": "capital_cost_minor", "loss": "loss_minor",
    "premium": "premium_minor", "discount": "discount_minor", "collection": "collection_minor", "fixed": "fixed_minor",
    "profit": "profit_minor", "receivables": "receivables_minor", "receivables_cost": "receivables_cost_minor",
    "insured_loss": "insured_loss_minor",
}  # fmt: skip
PLAIN = {"collection_days": "collection_days", "dso": "dso_days", "cost_simple": "customer_cost_simple", "cost_compound": "customer_cost_compound"}  # fmt: skip
USUAL = {"yearly_sales": 12_000_000, "net_days": 30, "bad_debt_share": 0.01}
FULL = USUAL | {
    "sales_change_share": 0.0731, "net_days": 47.5, "late_days": 6.3, "variable_cost_share": 0.713, "tax_share": 13 / 113, "discount_share": 0.0175,
    "discount_days": 8, "taker_share": 0.37, "deposit_share": 0.1, "insured_share": 0.62, "cover_share": 0.85, "premium_rate": 0.0027,
    "bad_debt_share": 0.0133, "collection_share": 0.0031, "fixed_cost": 1234.56,
}  # fmt: skip
BY_PD = {k: v for k, v in FULL.items() if k != "bad_debt_share"} | {"default_probability": 0.031}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "no change at all": (USUAL, USUAL, {}),
    "sales as they were": (USUAL, USUAL | {"net_days": 60}, {}),
    "everything given": (USUAL | {"yearly_sales": 9_876_543.21}, FULL | {"yearly_sales": 9_876_543.21}, {}),
    "both by default probability": (BY_PD, BY_PD | {"loss_given_default": 0.45, "net_days": 0, "late_days": -3}, {}),
    "one kind of loss each": (FULL, BY_PD, {}),
    "sales fall": (FULL, FULL | {"sales_change_share": -0.35, "net_days": 10}, {}),
    "all sales lost": (USUAL, USUAL | {"sales_change_share": -1}, {}),
    "no sales": (USUAL | {"yearly_sales": 0}, USUAL | {"yearly_sales": 0, "net_days": 60}, {}),
    "one cent": (USUAL | {"yearly_sales": 0.01}, USUAL | {"yearly_sales": 0.01, "variable_cost_share": 0.5}, {}),
    "no cost of capital": (USUAL, FULL, {"capital_rate": 0}),
    "another year and horizon": (USUAL, FULL, {"capital_rate": 0.0815, "year_days": 360, "horizon_years": 2.5}),
    "margin eaten up": (USUAL, USUAL | {"variable_cost_share": 0.99, "collection_share": 0.05}, {}),
    "no margin in either": (USUAL | {"variable_cost_share": 1}, USUAL | {"variable_cost_share": 1, "net_days": 90}, {}),
    "all paid at delivery": (USUAL, USUAL | {"deposit_share": 1}, {}),
    "fully insured": (FULL, FULL | {"insured_share": 1, "cover_share": 1}, {}),
    "the whole as a discount": (USUAL, USUAL | {"discount_share": 1, "taker_share": 0.5}, {}),
    "a discount nobody takes": (USUAL, USUAL | {"discount_share": 0.02}, {}),
    "a sliver of a day": (USUAL, USUAL | {"discount_share": 0.5, "net_days": 10.01, "taker_share": 0.1}, {}),
    "halves are rounded away from zero": (USUAL | {"yearly_sales": 0.50, "bad_debt_share": 0.29}, USUAL | {"yearly_sales": 0.50, "bad_debt_share": 0.01}, {}),
    "yen": (FULL | {"yearly_sales": 98_765_432, "fixed_cost": 1_000}, USUAL | {"yearly_sales": 98_765_432}, {"currency": "JPY"}),
    "dinar": (FULL | {"yearly_sales": 98_765.432}, FULL | {"yearly_sales": 98_765.432, "net_days": 90}, {"currency": "KWD"}),
    "thousands of millions": (FULL | {"yearly_sales": 9_876_543_210.98}, FULL | {"yearly_sales": 9_876_543_210.98, "net_days": 75}, {}),
}  # fmt: skip


def typed(base: dict[str, Any], new: dict[str, Any], general: dict[str, Any], lang: Lang = "en") -> Sheets:
    sheets = Sheets(KIND, lang)
    for right, case in enumerate((base, new)):
        for name in FIELDS:
            sheets.put(f"in_{name}", case.get(name), right=right)
    for name, value in general.items():
        sheets.put(f"in_{name}", value)
    return sheets


def case_of(given: dict[str, Any], currency: str) -> TermsCase:
    unit = 10 ** exponent(currency)
    own = {f"{k}_minor" if k in AMOUNTS else k: round(v * unit) if k in AMOUNTS else v for k, v in given.items()}
    return TermsCase(currency=currency, **own)


def effect_of(base: dict[str, Any], new: dict[str, Any], general: dict[str, Any], tmp_path: Path) -> TermsEffect:
    currency = general.get("currency", "CNY")
    text = (files("creditlib.policy") / "standard.toml").read_text(encoding="utf-8")
    for name in ("capital_rate", "year_days"):
        if name in general:
            text, count = re.subn(
                rf"(?m)(\[\[terms\.{name}\]\]\nfrom = .*\nvalue = ).*", rf"\g<1>{general[name]}", text
            )
            assert count == 1
    own = tmp_path / "policy.toml"
    own.write_text(text, encoding="utf-8")
    policy = load_policy(own)
    given = {"horizon_years": general["horizon_years"]} if "horizon_years" in general else {}
    return compare_terms(case_of(base, currency), case_of(new, currency), policy, date(2026, 1, 1), **given)


def same(got: Any, expected: float | None, what: str, *, share: bool = False) -> None:
    if expected is None:
        assert isinstance(got, str), (what, got)
        return
    assert got == pytest.approx(expected, rel=1e-9 if share else 1e-13, abs=1e-9 if share else 1e-6), what


def compare(figures: Figures, effect: TermsEffect, currency: str) -> None:
    unit = 10 ** exponent(currency)
    years = (effect.base, effect.scenario, effect.change)
    for name, attribute in MINOR.items():
        for right, year in enumerate(years):
            same(figures.at(f"out_{name}", right=right), getattr(year, attribute) / unit, f"{name} {right}")
    for name, attribute in PLAIN.items():
        for right, year in enumerate(years):
            same(figures.at(f"out_{name}", right=right), getattr(year, attribute), f"{name} {right}", share=True)
    worth, even = effect.worth, effect.break_even
    for name, minor in (
        ("investment", worth.investment_minor), ("yearly_gain", worth.yearly_gain_minor), ("npv", worth.npv_minor),
        ("npv_perpetual", worth.npv_perpetual_minor), ("even_sales", even.sales_minor), ("even_extra", even.extra_sales_minor),
        ("even_npv_sales", even.npv_sales_minor), ("even_npv_extra", even.npv_extra_sales_minor),
    ):  # fmt: skip
        same(figures.at(f"out_{name}"), None if minor is None else minor / unit, name)
    same(figures.at("out_even_bad_debt"), even.bad_debt_share, "even_bad_debt", share=True)
    assert figures.errors() == []


@pytest.mark.parametrize("case", CASES)
def test_the_calculator_gives_what_the_library_gives_to_the_cent(case: str, tmp_path: Path) -> None:
    base, new, general = CASES[case]
    effect = effect_of(base, new, general, tmp_path)
    figures = typed(base, new, general).calculate(tmp_path / "typed.xlsx")
    compare(figures, effect, general.get("currency", "CNY"))
    assert str(figures.at("verdict")).startswith(say(f"calculator.verdict.{effect.outcome}", "en"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_example_as_it_ships_is_the_librarys_own_figures(lang: Lang, tmp_path: Path) -> None:
    sheets = Sheets(KIND, lang)
    figures = sheets.calculate(tmp_path / "as_is.xlsx")
    given = [{name: figures.at(f"in_{name}", right=right) for name in FIELDS} for right in (0, 1)]
    base, new = ({k: v for k, v in case.items() if v not in ("", None)} for case in given)
    effect = effect_of(base, new, {}, tmp_path)
    compare(figures, effect, "CNY")
    assert effect.outcome == "better"
    assert str(figures.at("verdict")).startswith(say("calculator.verdict.better", lang))
    assert figures.at("ed_addin") == say("calculator.addin.missing", lang)


def test_prefilled_values_are_those_of_the_standard_policy(tmp_path: Path) -> None:
    values = load_policy().at(date(2026, 1, 1))
    figures = Sheets(KIND).calculate(tmp_path / "as_is.xlsx")
    for name, parameter in (
        ("variable_cost_share", "terms.variable_cost_share"), ("discount_days", "terms.discount_days"), ("cover_share", "limit.insured_share"),
        ("loss_given_default", "score.loss_given_default"), ("collection_share", "terms.collection_share"), ("capital_rate", "terms.capital_rate"),
        ("year_days", "terms.year_days"), ("horizon_years", "terms.horizon_years"),
    ):  # fmt: skip
        assert figures.at(f"in_{name}") == float(values[parameter]), name
        assert figures.at(f"in_{name}", right=2) == float(values[parameter]), name  # the column beside says so
        assert figures.at(f"in_{name}", right=3) == say("calculator.word.as_policy", "en"), name


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "two losses": ({"default_probability": 0.02}, "default_probability", "two_losses"),
    "no loss": ({"bad_debt_share": None}, "bad_debt_share", "no_loss"),
    "no sales given": ({"yearly_sales": None}, "yearly_sales", "amount"),
    "sales below 0": ({"yearly_sales": -1}, "yearly_sales", "amount"),
    "a tenth of a cent": ({"yearly_sales": 100.001}, "yearly_sales", "amount"),
    "too much": ({"yearly_sales": 1e14}, "yearly_sales", "large"),
    "no days": ({"net_days": None}, "net_days", "needed"),
    "days below 0": ({"net_days": -5}, "net_days", "needed"),
    "days as text": ({"net_days": "30 days"}, "net_days", "needed"),
    "a percentage as a whole number": ({"variable_cost_share": 75}, "variable_cost_share", "share"),
    "a share below 0": ({"discount_share": -0.01}, "discount_share", "share"),
    "more than all sales lost": ({"sales_change_share": -1.01}, "sales_change_share", "change"),
    "an error in the cell": ({"taker_share": "=1/0"}, "taker_share", "share"),
    "a lateness that is text": ({"late_days": "a week"}, "late_days", "number"),
}


@pytest.mark.parametrize("fault", WRONG)
@pytest.mark.parametrize("right", [0, 1])
def test_an_impossible_input_is_named_and_no_figure_is_shown(fault: str, right: int, tmp_path: Path) -> None:
    changed, name, told = WRONG[fault]
    cases: list[dict[str, Any]] = [dict(USUAL), dict(USUAL)]
    cases[right] |= changed
    figures = typed(cases[0], cases[1], {}).calculate(tmp_path / "wrong.xlsx")
    assert figures.at(f"in_{name}", right=3) == say(f"calculator.wrong.{told}", "en")
    assert str(figures.at("verdict")).startswith("▲")
    for out in (*MINOR, *PLAIN):
        assert [figures.at(f"out_{out}", right=k) for k in range(3)] == ["–"] * 3, out
    for out in (
        "investment",
        "yearly_gain",
        "npv",
        "npv_perpetual",
        "even_sales",
        "even_extra",
        "even_npv_sales",
        "even_bad_debt",
    ):
        assert figures.at(f"out_{out}") == "–", out
    assert {cell for row in figures.rows("sensitivity") for cell in row} == {"–"}


@pytest.mark.parametrize(("name", "value"), [("currency", "XYZ"), ("currency", "cn"), ("capital_rate", -0.1), ("year_days", 0), ("horizon_years", "five")])  # fmt: skip
def test_an_impossible_figure_for_both_stops_the_calculator_too(name: str, value: Any, tmp_path: Path) -> None:
    figures = typed(USUAL, USUAL, {name: value}).calculate(tmp_path / "wrong.xlsx")
    assert str(figures.at(f"in_{name}", right=3)).startswith("▲")
    assert figures.at("out_profit") == "–"
    assert [e for e in figures.errors() if "Workings" not in e] == []


@pytest.mark.parametrize("case", ["everything given", "both by default probability", "yen", "another year and horizon"])
def test_each_cell_of_the_sensitivity_table_is_the_change_of_profit_the_library_gives(
    case: str, tmp_path: Path
) -> None:
    base, new, general = CASES[case]
    figures = typed(base, new, general).calculate(tmp_path / "typed.xlsx")
    unit = 10 ** exponent(general.get("currency", "CNY"))
    for i, row in enumerate(figures.rows("sensitivity")):
        days = figures.at("sensitivity", right=-1, down=i)
        for k, got in enumerate(row):
            change = figures.at("sensitivity", right=k, down=-1)
            effect = effect_of(base, new | {"net_days": days, "sales_change_share": change}, general, tmp_path)
            assert got == pytest.approx(effect.change.profit_minor / unit, abs=1e-6), (days, change)


@pytest.mark.parametrize("given", [(0.02, 10, 30, 365), (0.03, 0, 60, 360), (0.5, 10, 10.5, 365), (0, 10, 30, 365), (0.02, 30, 30, 365), (1, 10, 30, 365), (0.999, 1, 1.01, 365), (1.5, 1, 2, 365)])  # fmt: skip
def test_the_cost_of_an_early_discount_is_the_librarys(
    given: tuple[float, float, float, float], tmp_path: Path
) -> None:
    sheets = typed(USUAL, USUAL, {"year_days": given[3]})
    for name, value in zip(("ed_discount", "ed_days", "ed_paid"), given, strict=False):
        sheets.put(name, value)
    figures = sheets.calculate(tmp_path / "typed.xlsx")
    for name, formula in (("ed_simple", credit_cost_simple), ("ed_compound", credit_cost_compound)):
        try:
            expected: float | None = formula(*given)
        except CreditError:
            expected = None
        same(figures.at(name), expected, name, share=True)
