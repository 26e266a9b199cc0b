"""Which customer of the book a row of a credit file is about: by code, by credit code, by name, by a former name.

What must stay true: a customer is never guessed: two that fit are none, and what fits none is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditlib.errors import Finding
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.credit.names import plain_name, split_names
from creditlib.facts.layout import Body

_COLUMNS: Final = ("customer", "name", "credit_code")


class Parties:
    """The customers of a book, found by what identifies them.

    >>> Parties(Book(customers=pa.table({"customer": ["C1"], "name": ["甲公司"]}))).by_name("甲 公司")
    ['C1']
    """

    def __init__(self, book: Book) -> None:
        table = book.columns("customers", _COLUMNS).to_pydict()
        self.name: dict[str, str | None] = {}
        self.credit: dict[str, str] = {}
        self._codes: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        self._former: dict[str, list[str]] = defaultdict(list)
        for customer, name, credit in zip(*(table[n] for n in _COLUMNS), strict=True):
            self.name[customer] = name or self.name.get(customer)
            if name:
                _add(self._names[plain_name(name)], customer)
            if credit:
                self.credit[customer] = credit.strip().upper()
                _add(self._codes[credit.strip().upper()], customer)
        for chunk in book.columns("documents", ["customer"])["customer"].chunks:
            for customer in chunk.dictionary.to_pylist() if len(chunk) else ():
                self.name.setdefault(customer, None)
        known = book.columns("registrations", ["customer", "former_names"])
        known = known.filter(known["former_names"].is_valid()).to_pydict()
        for customer, text in zip(known["customer"], known["former_names"], strict=True):
            for name in split_names(text):
                _add(self._former[plain_name(name)], customer)

    def __contains__(self, customer: object) -> bool:
        return customer in self.name

    def by_credit_code(self, text: str) -> list[str]:
        """Return the customers that carry a credit code."""
        return self._codes.get(text.strip().upper(), [])

    def by_name(self, text: str) -> list[str]:
        """Return the customers of a name, else those that once bore it."""
        key = plain_name(text)
        return self._names.get(key) or self._former.get(key, [])

    def find(self, text: str) -> str | None:
        """Return the one customer a text means: a code, a credit code or a name; None when none or several fit."""
        if text in self.name:
            return text
        fits = self.by_credit_code(text) or self.by_name(text)
        return fits[0] if len(fits) == 1 else None


def _add(found: list[str], customer: str) -> None:
    if customer not in found:
        found.append(customer)


def customers_of(body: Body, parties: Parties | None, findings: list[Finding]) -> pa.Array:
    """Return the customer code of every row of a list, null where it names none.

    A text that fits no customer of the book is kept as its code, and told: a firm that applies is not in the book yet.
    """
    own, names = (body.texts(n).dictionary_encode() for n in ("customer", "customer_name"))
    width = len(names.dictionary) + 1
    first = pc.fill_null(own.indices, len(own.dictionary)).to_numpy().astype(np.int64)
    pairs, inverse = np.unique(first * width + pc.fill_null(names.indices, width - 1).to_numpy(), return_inverse=True)
    codes, called = [*own.dictionary.to_pylist(), None], [*names.dictionary.to_pylist(), None]
    counts = np.bincount(inverse, minlength=len(pairs))
    starts = np.full(len(pairs), len(inverse), np.int64)
    np.minimum.at(starts, inverse, np.arange(len(inverse)))
    found = [
        customer_of(
            codes[int(p) // width], called[int(p) % width], parties, body.place(int(start)), int(count), findings
        )
        for p, start, count in zip(pairs, starts, counts, strict=True)
    ]
    return pa.array([*found, None], pa.string()).take(pa.array(inverse.reshape(-1)))


def customer_of(
    code: str | None, name: str | None, parties: Parties | None, where: str, count: int, findings: list[Finding]
) -> str | None:
    """Return the customer a code and a name mean; a name that is another one's and a code nobody has are told."""
    text = code or name
    if text is None or parties is None:
        return text
    customer = parties.find(text)
    if customer is None and code and name:
        customer = parties.find(name)
    if customer is None:
        findings.append(CHECKS["customer-not-in-book"].finding(where, count=count, customer=text))
        return text
    called = parties.name.get(customer)
    if code and name and called and customer not in parties.by_name(name):
        findings.append(CHECKS["customer-name-differs"].finding(where, customer=customer, first=called, second=name))
    return customer


def told(customers: Sequence[str]) -> tuple[str, str]:
    """Return customers as a finding lists them."""
    return " and ".join(customers), " 与 ".join(customers)
