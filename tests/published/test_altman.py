"""Every figure of altman.toml, and what happens where a ratio does not exist."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from creditlib import formulas
from creditlib.errors import CreditError
from creditlib.formulas.altman import COEFFICIENTS, CUT_OFFS

DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("altman.toml").read_text(encoding="utf-8"))
RATIOS: list[dict[str, Any]] = DATA["ratios"]
AMOUNTS: list[dict[str, Any]] = DATA["amounts"]
FIRM: dict[str, Any] = {
    "working_capital": 90, "total_assets": 620, "retained_earnings": 30, "ebit": 55, "equity_market": 100,
    "equity_book": 100, "total_liabilities": 280, "sales": 440,
}  # fmt: skip


def test_every_figure_names_its_source() -> None:
    assert all(case["ref"] and case["locator"] for case in [DATA["weights"], DATA["cut_offs"], *RATIOS, *AMOUNTS])


def test_the_tables_hold_the_published_weights_and_cut_offs_of_all_four_forms() -> None:
    assert {name: list(row) for name, row in COEFFICIENTS.items()} == {
        name: row for name, row in DATA["weights"].items() if isinstance(row, list)
    }
    assert {name: list(row) for name, row in CUT_OFFS.items()} == {
        name: row for name, row in DATA["cut_offs"].items() if isinstance(row, list)
    }


@pytest.mark.parametrize("case", RATIOS, ids=[case["id"] for case in RATIOS])
def test_published_ratios_give_the_published_score_and_zone(case: dict[str, Any]) -> None:
    z = formulas.altman_z(*case["x"])
    assert z == pytest.approx(case["z"], abs=case["tolerance"])
    assert formulas.altman_zone("z", z) == case["zone"]


@pytest.mark.parametrize("case", AMOUNTS, ids=[case["id"] for case in AMOUNTS])
def test_published_amounts_give_all_four_scores_and_their_zones(case: dict[str, Any]) -> None:
    keys = ("working_capital", "total_assets", "retained_earnings", "ebit", "total_liabilities", "sales")
    scores = formulas.altman_from_amounts(
        **{key: case[key] for key in keys}, equity_market=case["equity"], equity_book=case["equity"]
    )
    assert scores.notes == ()
    found = {name: getattr(scores, name) for name in case["scores"]}
    assert found == pytest.approx(case["scores"], abs=case["tolerance"])
    assert {name: formulas.altman_zone(name, z) for name, z in found.items()} == case["zones"]


@pytest.mark.parametrize("variant", list(CUT_OFFS))
def test_a_score_at_a_cut_off_is_grey_and_one_beside_it_is_not(variant: formulas.AltmanVariant) -> None:
    low, high = CUT_OFFS[variant]
    around = (low - 0.0001, low, high, high + 0.0001)
    assert [formulas.altman_zone(variant, z) for z in around] == ["distress", "grey", "grey", "safe"]


def test_a_firm_without_liabilities_gets_no_score_and_is_told_why() -> None:
    scores = formulas.altman_from_amounts(**FIRM | {"total_liabilities": 0})
    assert scores == (None, None, None, None, ("zero_liabilities",))


def test_liabilities_of_one_cent_are_scored() -> None:
    scores = formulas.altman_from_amounts(**FIRM | {"total_liabilities": 0.01})
    assert scores.service == pytest.approx(6.56 * 90 / 620 + 3.26 * 30 / 620 + 6.72 * 55 / 620 + 1.05 * 10_000)


def test_negative_book_equity_lowers_the_scores_that_use_it_and_is_noted() -> None:
    plain = formulas.altman_from_amounts(**FIRM)
    scores = formulas.altman_from_amounts(**FIRM | {"equity_book": -180})
    assert scores.notes == ("negative_equity",)
    assert scores.z == plain.z
    assert (scores.private, scores.service) == pytest.approx(
        ((plain.private or 0) - 0.42, (plain.service or 0) - 1.05)  # X4 falls from 100/280 to −180/280, by 1
    )


def test_without_a_market_value_only_z_is_missing() -> None:
    scores = formulas.altman_from_amounts(**FIRM | {"equity_market": None, "equity_book": -1})
    assert scores.z is None
    assert None not in (scores.private, scores.service, scores.emerging)
    assert scores.notes == ("negative_equity", "no_market_value")


@pytest.mark.parametrize(
    "wrong",
    [{"total_assets": 0}, {"total_assets": -1}, {"total_liabilities": -1}, {"sales": -1}, {"equity_market": -1}]
    + [{key: float("nan")} for key in FIRM]
    + [{"ebit": float("inf")}],
)  # fmt: skip
def test_impossible_amounts_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(CreditError, match=r"must be"):
        formulas.altman_from_amounts(**FIRM | wrong)


def test_a_ratio_that_does_not_exist_is_refused() -> None:
    for unbounded in (float("inf"), float("nan")):
        with pytest.raises(CreditError, match="finite"):
            formulas.altman_z(0.1, 0.2, 0.2, unbounded, 0.8)
        with pytest.raises(CreditError, match="finite"):
            formulas.altman_z_emerging(0.1, 0.2, 0.2, unbounded)


def test_the_emerging_form_moves_score_and_cut_offs_alike() -> None:
    ratios = (0.1, -0.2, 0.05, 0.6)
    assert formulas.altman_z_emerging(*ratios) == pytest.approx(formulas.altman_z_service(*ratios) + 3.25)
    assert CUT_OFFS["emerging"] == pytest.approx([cut + 3.25 for cut in CUT_OFFS["service"]])


@pytest.mark.parametrize(
    ("listed", "manufacturing", "choice"),
    [
        (True, True, ("z", "listed_manufacturer")),
        (False, True, ("private", "private_manufacturer")),
        (None, True, ("service", "listing_unknown")),
        (True, False, ("service", "not_manufacturing")),
        (None, False, ("service", "not_manufacturing")),
        (True, None, ("service", "industry_unknown")),
        (None, None, ("service", "industry_unknown")),
    ],
)
def test_the_form_follows_listing_and_industry(listed: bool | None, manufacturing: bool | None, choice: Any) -> None:
    assert formulas.altman_variant(listed, manufacturing) == choice
