"""Every figure of due_date.toml, from the term as text and from the same term built by hand."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from creditlib.errors import TermsError
from creditlib.money import to_minor
from creditlib.terms import Delay, Instalment, Terms, due_dates, parse_terms, schedule, statement_month

CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("due_date.toml").read_text(encoding="utf-8"))[
    "case"
]


def _ids(cases: list[dict[str, Any]]) -> list[str]:
    return [case["id"] for case in cases]


def _with(key: str) -> list[dict[str, Any]]:
    return [case for case in CASES if key in case]


def _built(case: dict[str, Any]) -> Terms:
    lines = []
    for line in case["lines"]:
        delay = {key: line[key] for key in ("cutoff_day", "months", "day", "days") if key in line}
        share = Decimal(line["share"]) if "share" in line else None
        fixed = to_minor(line["fixed"], "EUR") if "fixed" in line else None
        lines.append(Instalment(line.get("part", "rest"), Delay(**delay), share=share, fixed_minor=fixed))
    return Terms(tuple(lines))


def test_every_case_names_its_source() -> None:
    assert len(CASES) == 14
    assert all(case["ref"] and case["locator"] for case in CASES)


@pytest.mark.parametrize("case", _with("due"), ids=_ids(_with("due")))
def test_published_due_dates_come_out_to_the_day(case: dict[str, Any]) -> None:
    terms = _built(case)
    assert [[due.on for due in due_dates(terms, on)] for on in case["invoices"]] == case["due"]


@pytest.mark.parametrize("case", [c for c in _with("text") if "due" in c], ids=lambda case: case["id"])
def test_published_term_as_text_reads_as_the_term_built_by_hand(case: dict[str, Any]) -> None:
    assert parse_terms(case["text"], rule=case.get("rule")) == _built(case)


@pytest.mark.parametrize("case", _with("amounts"), ids=_ids(_with("amounts")))
def test_published_instalments_come_out_to_the_cent_and_tie_to_the_total(case: dict[str, Any]) -> None:
    total = to_minor(case["total"], "EUR")
    rows = schedule(_built(case), total, case["invoices"][0])
    # 1,587.35 × 0.25 = 396.8375 → 396.84, three times; 1,587.35 − 1,190.52 = 396.83. 0.03 × 0.5 = 0.015 → 0.02, 0.01
    assert [minor for _, minor in rows] == [to_minor(amount, "EUR") for amount in case["amounts"]]
    assert sum(minor for _, minor in rows) == total


@pytest.mark.parametrize("case", _with("refused"), ids=_ids(_with("refused")))
def test_published_refusals_are_refused_in_both_forms(case: dict[str, Any]) -> None:
    with pytest.raises(TermsError, match=case["refused"]):
        _built(case)
    with pytest.raises(TermsError, match=case["refused"]):
        parse_terms(case["text"])


@pytest.mark.parametrize("case", _with("statement_months"), ids=_ids(_with("statement_months")))
def test_invoice_after_the_cut_off_belongs_to_the_next_statement_month(case: dict[str, Any]) -> None:
    cutoff = case["lines"][0]["cutoff_day"]
    assert [statement_month(on, cutoff) for on in case["invoices"]] == case["statement_months"]
