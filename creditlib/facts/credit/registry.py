"""What a register says of firms: capital written with its unit and currency, ranges of staff, and whose row it is.

What must stay true: a row of a register that fits no customer, or several, is kept nowhere and listed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.errors import Finding, TooLarge
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.credit.names import plain_name, split_names
from creditlib.facts.credit.parties import Parties, customers_of, told
from creditlib.facts.credit.rows import UNKNOWN, shown
from creditlib.facts.layout import Body
from creditlib.facts.rejection import AS_BLANK

_MONEY: Final = "人民币元?|美元|美金|欧元|英镑|日元|日圆|港元|港币|新加坡元|RMB|[A-Z]{3}|US\\$|€|£|元"
_CAPITAL = re.compile(
    rf"(?P<a>{_MONEY})?\s*(?P<n>[\d.,]+)\s*(?P<p>亿|千万|百万|万|千)?\s*(?P<b>(?:{_MONEY})(?:\s*\(?(?:人民币)\)?)?)?"
)
_NUMBER: Final = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_OPEN: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}")  # a thousand to some, one and a fraction to others
_POWER: Final = {"亿": 8, "千万": 7, "百万": 6, "万": 4, "千": 3}
_STAFF = re.compile(r"(?:小于|少于|<|不足)?\s*(\d+)\s*(?:[-~至]\s*(\d+))?\s*(?:人|名|persons)?\s*(以上|\+)?")


@dataclass(frozen=True, slots=True)
class Capital:
    """A sum as a register writes it. currency: None where it names none; unit: whether it names one."""

    amount: Decimal
    currency: str | None
    unit: bool


def read_capital(text: str) -> Capital | None:
    """Return the sum of a text, None where it is none or can be read in two ways.

    >>> int(read_capital("1,000.00万元").amount), read_capital("100万美元").currency
    (10000000, 'USD')
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("(", " ").replace(")", " ").strip()
    found = _CAPITAL.fullmatch(plain)
    if found is None:
        return None
    power = _POWER.get(found["p"] or "", 0)
    if not _NUMBER.fullmatch(found["n"]) or (power == 0 and _OPEN.fullmatch(found["n"])):
        return None
    names = ["人民币" if "人民币" in n else n.strip() for n in (found["a"], found["b"]) if n]
    named = next((n for n in names if n != "元"), None)
    code = money.currency_code(named) if named else None
    if named and code is None:
        return None
    return Capital(Decimal(found["n"].replace(",", "")).scaleb(power), code, bool(names) or power > 0)


def capital_columns(
    body: Body, power: int, stated: bool, home: str, findings: list[Finding]
) -> tuple[dict[str, Any], pa.Array]:
    """Return registered and paid-in capital in minor units, and their currency. power: of ten, of plain numbers; stated:
    whether the sheet says it."""
    columns = {n: body.texts(n).to_pylist() for n in ("registered_capital", "paid_in_capital")}
    said = [money.currency_code(t) if t else None for t in body.texts("currency").to_pylist()]
    known: dict[str, Capital | None] = {}
    codes: list[str | None] = [None] * len(body.rows)
    found: dict[str, Any] = {}
    plain = 0
    for name, texts in columns.items():
        values: list[int | None] = [None] * len(texts)
        for row, text in enumerate(texts):
            if text is None or text.casefold() in UNKNOWN:
                continue
            if text not in known:
                known[text] = read_capital(text)
            capital = known[text]
            code = (capital.currency if capital else None) or said[row] or codes[row] or home
            if capital is None or (codes[row] not in (None, code)):
                findings.append(_unreadable(body, row, name, text))
                continue
            plain += not capital.unit
            try:
                amount = capital.amount if capital.unit else capital.amount.scaleb(power)
                values[row] = money.to_minor(amount, code)
                codes[row] = code
            except TooLarge:
                findings.append(_unreadable(body, row, name, text))
        found[f"{name}_minor"] = pa.array(values, pa.int64())
    if plain and not stated:
        findings.append(CHECKS["unit-assumed"].finding(body.grid, count=plain))
    return found, pa.array(codes, pa.string())


def _unreadable(body: Body, row: int, name: str, text: str) -> Finding:
    header = body.mapping.header(name)
    return CHECKS["unreadable-amount"].finding(body.place(row, name), column=header, value=text, effect=AS_BLANK)


def staff(body: Body, findings: list[Finding]) -> pa.Array:
    """Return the number of persons; of a range its lower figure, which is told."""
    coded = body.texts("employees").dictionary_encode()
    values: list[int | None] = []
    ranges: list[bool] = []
    texts = coded.dictionary.to_pylist()
    indices = pc.fill_null(coded.indices, len(texts)).to_numpy()
    for i, text in enumerate(texts):
        found = _STAFF.fullmatch(unicodedata.normalize("NFKC", text).strip().replace(",", ""))
        below = found is not None and found.group().startswith(("小于", "少于", "<", "不足"))
        values.append(None if found is None or below else int(found[1]))
        ranges.append(found is not None and not below and bool(found[2] or found[3]))
        if found is None and text.casefold() not in UNKNOWN:
            row = int(np.flatnonzero(indices == i)[0])
            findings.append(
                CHECKS["number-unusable"].finding(
                    body.place(row, "employees"), column=body.mapping.header("employees"), value=text
                )
            )
    many = np.array([*ranges, False])[indices]
    if many.any():
        row = int(np.argmax(many))
        findings.append(
            CHECKS["staff-range"].finding(
                body.place(row, "employees"), count=int(many.sum()), value=texts[int(indices[row])]
            )
        )
    return pa.array([*values, None], pa.int64()).take(pa.array(indices))


def match_rows(body: Body, parties: Parties | None, findings: list[Finding]) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Return the customer of every row of a register's export, and which rows have one.

    By the customer's code where a column holds it, else by credit code, by name, by a former name, in this order.
    """
    if "customer" in body.columns:
        own = customers_of(body, parties, findings)
        found = own.to_pylist()
        if parties is None:
            return own, np.asarray(pc.is_valid(own))
    else:
        found = [None] * len(body.rows)
    if parties is None:
        return pa.array(found, pa.string()), np.zeros(len(found), bool)
    columns = {n: body.texts(n).to_pylist() for n in ("name", "former_names", "credit_code")}
    for row, (name, former, code) in enumerate(zip(*columns.values(), strict=True)):
        if found[row] is None:
            found[row] = _match(body.place(row), name, former, code, parties, findings)
        elif found[row] in parties:
            _compare(body.place(row), str(found[row]), name, former, code, parties, findings)
    return pa.array(found, pa.string()), np.array([f is not None for f in found], bool)


def _match(
    where: str, name: str | None, former: str | None, code: str | None, parties: Parties, findings: list[Finding]
) -> str | None:
    fits = parties.by_credit_code(code) if code else []
    fits = fits or (parties.by_name(name) if name else [])
    for old in split_names(former or ""):
        fits = fits or parties.by_name(old)
    called = shown([name, code])
    if not fits:
        findings.append(CHECKS["register-no-customer"].finding(where, value=called))
        return None
    if len(fits) > 1:
        findings.append(CHECKS["register-several-customers"].finding(where, value=called, customer=told(fits)))
        return None
    _compare(where, fits[0], name, former, code, parties, findings)
    return fits[0]


def _compare(
    where: str, customer: str, name: str | None, former: str | None, code: str | None, parties: Parties, findings: list[Finding]
) -> None:  # fmt: skip
    """Tell a register's name or credit code that is not the one of the book."""
    known = parties.name.get(customer)
    if name and known and plain_name(name) != plain_name(known):
        once = {plain_name(n) for n in split_names(former or "")}
        check = "renamed-in-register" if plain_name(known) in once else "register-name-differs"
        findings.append(CHECKS[check].finding(where, customer=customer, first=known, second=name))
    own = parties.credit.get(customer)
    if code and own and own != code.strip().upper():
        findings.append(CHECKS["register-code-differs"].finding(where, customer=customer, first=own, second=code))
