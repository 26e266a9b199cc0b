"""Customers that may be one firm, and codes that can't be right."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from creditlib.facts.book import Book
from creditlib.facts.credit.names import firm_keys, plain_name
from creditlib.facts.duplicates import duplicates

CODE = "91350100M000100Y43"


def _customers(*rows: tuple[str, str | None, str | None]) -> pa.Table:
    return pa.table(
        {n: pa.array([r[i] for r in rows], pa.string()) for i, n in enumerate(("customer", "name", "credit_code"))}
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [("华东机械（上海）有限公司", "华东机械(上海) 有限责任公司"), ("华东机械股份有限公司", "华东机械有限公司"), ("Acme Co., Ltd.", "ACME LIMITED"),
     ("Müller GmbH & Co. KG", "MÜLLER GMBH"), ("Acme Inc.", "Ａｃｍｅ, Inc"), ("Acme B.V.", "Acme BV"), ("Acme-Trading Pte. Ltd.", "Acme Trading")],
)  # fmt: skip
def test_names_that_differ_in_form_only_are_told(first: str, second: str) -> None:
    found = duplicates(Book(customers=_customers(("C1", first, None), ("C2", second, None))))
    assert [f.check for f in found] == ["duplicate-name"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("华东机械有限公司", "华南机械有限公司"), ("Acme Trading Ltd", "Acme Steel Ltd"), ("有限公司", "Ltd."), ("甲（上海）公司", "甲（北京）公司"),
     ("Cosa SA", "Co SA")],
)  # fmt: skip
def test_names_of_two_firms_are_not_told(first: str, second: str) -> None:
    assert duplicates(Book(customers=_customers(("C1", first, None), ("C2", second, None)))) == ()


def test_name_is_never_reduced_to_nothing() -> None:
    assert all(firm_keys(pa.array(["有限公司", "Ltd.", "Co"])))
    assert plain_name("A  b（C）") == plain_name("a B(c)")


def test_shared_and_wrong_credit_codes_are_told_once_for_each_pair() -> None:
    rows = (
        ("C1", "A", CODE),
        ("C1", "A", CODE),
        ("C2", "B", CODE.lower()),
        ("C3", "C", "91350100M000100Y44"),
        ("C4", "D", None),
    )
    assert [(f.check, f.en[:22]) for f in duplicates(Book(customers=_customers(*rows)))] == [
        ("duplicate-credit-code", "customers C1 and C2 ca"), ("invalid-credit-code", "customer C3: 91350100M"),
    ]  # fmt: skip


def test_former_name_of_another_customer_is_told_and_ones_own_is_not() -> None:
    registrations = pa.table(
        {
            "customer": ["C1", "C2"],
            "on": pa.array([date(2024, 1, 1)] * 2),
            "former_names": ["乙有限公司;旧公司", "乙公司"],
        }
    )
    book = Book(customers=_customers(("C1", "甲公司", None), ("C2", "乙公司", None)), registrations=registrations)
    assert [(f.check, f.en.split(",")[0]) for f in duplicates(book)] == [
        ("former-name-shared", 'customer C1 once was "乙有限公司"')
    ]


def test_200_000_different_names_are_no_duplicates() -> None:
    rows = 200_000
    table = pa.table(
        {"customer": [f"C{i}" for i in range(rows)], "name": [f"第{i}机械（上海）有限公司" for i in range(rows)]}
    )
    book = Book(customers=table)
    assert duplicates(book) == ()
