"""Other customers that may be the one applying: the same credit code, name or former name, or the same legal representative.

What must stay true: nothing is merged: what looks alike is named and a person decides; a shared person is told, never held against
the firm, since names of persons repeat.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from creditlib.decisions.decision import Reason
from creditlib.decisions.onboarding.registration import Extracts, rows_of
from creditlib.errors import Finding
from creditlib.facts.book import Book
from creditlib.facts.credit.names import firm_keys, split_names
from creditlib.facts.duplicates import duplicates
from creditlib.facts.tables import CUSTOMERS, build

_PAIRS: Final = ("duplicate-credit-code", "duplicate-name", "former-name-shared")
_SAME: Final = "duplicate-credit-code"  # one firm under two codes would be given its limit twice
_SHOWN: Final = 5  # persons' other firms named in a sentence


def lookalikes(book: Book, customer: str, extracts: Extracts) -> list[Reason]:
    """Return what is told of customers that look like this one. effect: missing where a person must decide first, else note."""
    name, code = extracts.newest("name"), extracts.newest("credit_code")
    own = {
        "customer": customer,
        "name": extracts.own.get("name") or (name["name"] if name else None),
        "credit_code": extracts.own.get("credit_code") or (code["credit_code"] if code else None),
        "country": extracts.country,
    }
    mine = build(CUSTOMERS, {key: [value] for key, value in own.items()}, 1)
    found: dict[str, Finding] = {}
    for other in _candidates(book, own, extracts):
        theirs = rows_of(book, "customers", other)
        known = [extracts.table, rows_of(book, "registrations", other)]
        pair = Book(customers=pa.concat_tables([mine, theirs]), registrations=pa.concat_tables(known))
        found |= {finding.en: finding for finding in duplicates(pair) if finding.check in _PAIRS}
    reasons = [
        Reason("onboarding.duplicate", "missing" if f.check == _SAME else "note", {"text": (f.en, f.zh)})
        for f in found.values()
    ]
    return [*reasons, *_same_person(book, customer, extracts)]


def _candidates(book: Book, own: dict[str, Any], extracts: Extracts) -> list[str]:
    """Return customers that can share a code or a name with this one: few, found without looking at each name in Python."""
    table = book.columns("customers", ["customer", "name", "credit_code"])
    found: dict[str, None] = {}
    if own["credit_code"]:
        codes = pc.utf8_upper(pc.utf8_trim_whitespace(table["credit_code"]))
        found |= dict.fromkeys(_where(table, pc.equal(codes, own["credit_code"].strip().upper())))
    names = {own["name"], *(n for row in extracts.rows for n in [row["name"], *split_names(row["former_names"] or "")])}
    keys = set(firm_keys(pa.array(sorted(name for name in names if name), pa.string())))
    plain, known = _plain(table["name"]), book.columns("registrations", ["customer", "former_names"])
    former = _plain(known["former_names"])
    for key in keys:
        begins = _plain(pa.chunked_array([[key]]))[0].as_py()
        if not begins:
            continue
        near = table.filter(pc.fill_null(pc.starts_with(plain, begins), False))
        same = pa.array([other == key for other in firm_keys(near["name"])], pa.bool_())
        found |= dict.fromkeys(_where(near, same))
        found |= dict.fromkeys(_where(known, pc.match_substring(former, begins)))
    found.pop(own["customer"], None)
    return list(found)


def _same_person(book: Book, customer: str, extracts: Extracts) -> list[Reason]:
    row = extracts.newest("legal_representative")
    if row is None:
        return []
    table = book.columns("registrations", ["customer", "on", "legal_representative"])
    same = pc.equal(pc.utf8_trim_whitespace(table["legal_representative"]), row["legal_representative"].strip())
    same = pc.and_(same, pc.less_equal(table["on"], pa.scalar(extracts.as_of, pa.date32())))
    others = sorted({other for other in _where(table, same) if other != customer})
    if not others:
        return []
    more = len(others) - _SHOWN
    shown = others[:_SHOWN]
    told = (
        ", ".join(shown) + (f" and {more} more" if more > 0 else ""),
        "、".join(shown) + (f" 等 {len(others)} 家" if more > 0 else ""),
    )
    return [Reason("onboarding.same-person", "note", {"person": row["legal_representative"], "others": told})]


def _where(table: pa.Table, chosen: Any) -> list[str]:
    """Return the customers of some rows, each once."""
    found: list[str] = table["customer"].filter(pc.fill_null(chosen, False)).cast(pa.string()).unique().to_pylist()
    return found


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return names so that the key of a firm is how its name begins: width, case, marks and blanks aside."""
    text = pc.utf8_lower(pc.utf8_normalize(column, form="NFKC"))
    return pc.replace_substring_regex(text, pattern=r"[\s\p{P}]+", replacement="")
