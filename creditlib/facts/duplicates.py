"""Customers that may be one firm: by credit code, by name, by a former name in the register; and credit codes that can't be right.

What must stay true: nothing is merged here: two rows that look alike are named, a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pyarrow as pa

from creditlib.errors import Finding
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.credit.names import firm_keys, split_names
from creditlib.facts.customer import credit_code_valid

_HOME = (None, "CN", "CHN", "China", "中国")


def duplicates(book: Book) -> tuple[Finding, ...]:
    """Return customers that share a credit code, a name or a former name, and credit codes whose check digit is wrong.

    >>> table = pa.table({"customer": ["C1", "C2"], "name": ["甲（上海）有限公司", "甲(上海)有限责任公司"]})
    >>> [f.check for f in duplicates(Book(customers=table))]
    ['duplicate-name']
    """
    return (*credit_codes(book), *_same_names(book))


def credit_codes(book: Book) -> list[Finding]:
    """Return customers that carry the same credit code, and codes that are none."""
    table = book.columns("customers", ["customer", "credit_code", "country"])
    table = table.filter(table["credit_code"].is_valid()).to_pydict()
    found = []
    seen: dict[str, str] = {}
    told: set[tuple[str, str]] = set()
    for customer, text, country in zip(table["customer"], table["credit_code"], table["country"], strict=True):
        code = text.strip().upper()
        other = seen.setdefault(code, customer)
        if (customer, code) in told:
            continue
        told.add((customer, code))
        if other != customer:
            found.append(CHECKS["duplicate-credit-code"].finding("customers", first=other, second=customer, value=code))
        if country in _HOME and not credit_code_valid(code):
            found.append(CHECKS["invalid-credit-code"].finding("customers", customer=customer, value=code))
    return found


def _same_names(book: Book) -> Iterable[Finding]:
    table = book.columns("customers", ["customer", "name"])
    table = table.filter(table["name"].is_valid())
    keys = firm_keys(table["name"])
    called: dict[str, dict[str, str]] = {}
    for customer, name, key in zip(*table.to_pydict().values(), keys, strict=True):
        called.setdefault(key, {})[customer] = name
    for same in called.values():
        for (first, value), (second, other) in pairwise(same.items()):
            yield CHECKS["duplicate-name"].finding("customers", first=first, second=second, value=value, other=other)
    known = book.columns("registrations", ["customer", "former_names"])
    known = known.filter(known["former_names"].is_valid()).to_pydict()
    pairs = [
        (customer, name)
        for customer, text in zip(known["customer"], known["former_names"], strict=True)
        for name in split_names(text)
    ]
    told: set[tuple[str, str]] = set()
    for (customer, name), key in zip(pairs, firm_keys(pa.array([n for _, n in pairs], pa.string())), strict=True):
        for second in called.get(key, {}):
            if second != customer and (customer, second) not in told:
                told.add((customer, second))
                yield CHECKS["former-name-shared"].finding("registrations", first=customer, second=second, value=name)
