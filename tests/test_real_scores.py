"""Scores of real books and real failures: nobody is left without a score or an explained referral, and failures rank last."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from creditlib.decisions.score.card import card_of
from creditlib.decisions.score.decide import factors_of, score, score_book, score_columns
from creditlib.facts.book import Book
from creditlib.facts.reading import read
from creditlib.facts.tables import SCHEMAS, build, codes, days
from creditlib.formulas import auc, kolmogorov_smirnov
from creditlib.measures.factors import FROM_STATEMENTS
from creditlib.measures.statements import statement_figures
from creditlib.policy import GRADES, load_policy

POLICY = load_policy()


@pytest.fixture(scope="module")
def book(shared_data: Path) -> Book:
    files = [shared_data / name for name in ("receivables_open.csv", "receivables_closed.csv")]
    return read(*files, home="USD", date_order="dmy").book


def test_every_customer_of_the_open_book_has_a_score_with_reasons_or_an_explained_referral(book: Book) -> None:
    as_of = date(2020, 5, 31)
    measured = factors_of(book, POLICY, as_of)
    whole = score_book(book, POLICY, as_of, measured=measured)
    rows = {row["customer"]: row for row in whole.rows() if row["open_minor"]}
    assert len(rows) == 553  # customers of the open-item list, counted apart
    assert {row["outcome"] for row in rows.values()} == {"scored", "refer"}
    for customer, row in rows.items():
        made = score(book, customer, POLICY, as_of, measured=measured)
        assert (made.outcome, made.score, made.grade) == (row["outcome"], row["score"], row["grade"])
        told = [reason.text(lang) for reason in made.reasons for lang in ("en", "zh")]
        assert all(told)
        missing = {reason.code for reason in made.reasons if reason.effect == "missing"}
        assert "score.part-unknown" in missing  # nobody has statements: said, part by part
        if made.outcome == "refer":
            assert made.reasons[0].code == "score.too-little"
            assert made.score is None
        else:
            lost = sum(line.lost for line in made.lines)
            assert made.score is not None
            assert made.score + lost == pytest.approx(680, abs=0.5)


LINES = {
    "Current assets": "current_assets", "Depreciation and amortization": "depreciation", "Net Income": "net_income",
    "Market Value": "market_value", "Net Sales": "sales", "Total Assets": "total_assets", "EBIT": "ebit",
    "Total Current Liabilitie": "current_liabilities", "Retained Earnings": "retained_earnings", "Total Liabilities": "total_liabilities",
}  # fmt: skip


@pytest.fixture(scope="module")
def failures(shared_data: Path) -> dict[str, Any]:
    """Statements of US firms and whether each was the last before a failure. The file labels every year of a firm that ever
    failed; here a failure is the firm's last year, where that lies before the file's own last year, and its other years are
    left out."""
    with gzip.open(shared_data / "company_failures_to_2014.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns: dict[str, Any] = {
        f"{line}_minor": [round(float(row[head]) * 100_000) for row in rows] for head, line in LINES.items()
    }
    columns["customer"] = [row["company_name"] for row in rows]
    columns["period_end"] = [date(int(row["year"]), 12, 31) for row in rows]
    columns |= {"months": [12] * len(rows), "currency": ["USD"] * len(rows)}
    table = statement_figures(Book(statements=build(SCHEMAS["statements"], columns, len(rows))), date(2020, 1, 1)).table
    ever = np.array([row["Company Status"] == "failed" for row in rows])[table["row"].to_numpy()]
    firm = codes(table["customer"])[0]
    year = days(table["period_end"]).astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    last = np.append(firm[1:] != firm[:-1], True)
    assert len(rows) == 65_275
    known = ever & last & (year < 2014)
    return {"table": table, "failed": known, "kept": ~ever | known, "year": year, "ever": ever, "last": last}


@pytest.mark.parametrize(
    ("first", "final", "rows", "failed", "z_auc", "z_ks"),
    [(1999, 2014, 60_903, 462, 0.763, 0.466), (2012, 2013, 6_557, 56, 0.776, 0.539)],
)
def test_the_statement_part_ranks_failures_better_than_altman_and_failure_rates_fall_from_grade_to_grade(
    failures: dict[str, Any], first: int, final: int, rows: int, failed: int, z_auc: float, z_ks: float
) -> None:
    chosen = failures["kept"] & (failures["year"] >= first) & (failures["year"] <= final)
    table, bad = failures["table"].filter(chosen), failures["failed"][chosen]
    assert (len(bad), bad.sum()) == (rows, failed)
    values = POLICY.at(date(2026, 1, 1))
    card = replace(card_of(values), least=0.0)  # the statement part alone
    made = score_columns(card, {name: table[name].to_numpy() for name in FROM_STATEMENTS}, len(bad), values)
    ranks = {"card": made["quality"].to_numpy(), "z": table["z_service"].to_numpy()}
    known = ~np.isnan(ranks["z"])
    areas = {name: auc(rank[known].tolist(), bad[known].tolist()) for name, rank in ranks.items()}
    gaps = {name: kolmogorov_smirnov(rank[known].tolist(), bad[known].tolist()) for name, rank in ranks.items()}
    assert (round(areas["z"], 3), round(gaps["z"], 3)) == (z_auc, z_ks)
    assert areas["card"] > areas["z"]
    assert gaps["card"] > gaps["z"]
    print(f"{first}-{final}: card AUC {areas['card']:.3f} KS {gaps['card']:.3f}, Z'' {areas['z']:.3f} {gaps['z']:.3f}")
    grade = np.array(made["grade"].to_pylist())
    rates = [bad[grade == name].mean() for name in GRADES]
    assert rates == sorted(rates)
    assert rates[-1] > 10 * rates[0]


@pytest.mark.parametrize(
    "label",
    ["every year of a firm that ever failed", "each firm's last year", "its last year against all of the others"],
)
def test_the_ranking_holds_whatever_a_failure_is_taken_to_be(failures: dict[str, Any], label: str) -> None:
    ever, last = failures["ever"], failures["last"]
    chosen = {
        "every year of a firm that ever failed": np.ones(len(ever), bool),
        "each firm's last year": last,
        "its last year against all of the others": ~ever | last,
    }[label]
    table, bad = failures["table"].filter(chosen), ever[chosen]
    values = POLICY.at(date(2026, 1, 1))
    card = replace(card_of(values), least=0.0)
    made = score_columns(card, {name: table[name].to_numpy() for name in FROM_STATEMENTS}, len(bad), values)
    rank, z = made["quality"].to_numpy(), table["z_service"].to_numpy()
    known = ~np.isnan(z)
    for measure in (auc, kolmogorov_smirnov):
        assert measure(rank[known].tolist(), bad[known].tolist()) > measure(z[known].tolist(), bad[known].tolist())
    grade = np.array(made["grade"].to_pylist())
    rates = [bad[grade == name].mean() for name in GRADES]
    assert rates == sorted(rates)
