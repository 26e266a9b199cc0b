"""The registration check 登记核查: status, credit code, name, age, capital, lists, and how old the extract is.

What must stay true: each fact is read from the newest extract that tells it; a list nobody looked up, or not lately, is unknown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from creditlib.decisions.onboarding.evidence import Lines, words
from creditlib.facts.book import Book
from creditlib.facts.credit.names import plain_name, split_names
from creditlib.facts.customer import credit_code_valid
from creditlib.facts.staleness import oldest_fresh
from creditlib.policy import Values

_YEAR: Final = 365.25
_HOME: Final = ("CN", "CHN", "CHINA", "中国", "")


def rows_of(book: Book, table: str, customer: str) -> pa.Table:
    """Return a customer's rows of a table.

    >>> rows_of(Book(), "ratings", "C1").num_rows
    0
    """
    whole: pa.Table = book.table(table)
    return whole.filter(pc.equal(whole["customer"].cast(pa.string()), customer))


def newest_first(rows: pa.Table, as_of: date) -> list[dict[str, Any]]:
    """Return rows dated by a day, the newest first; of two of one day the later row.

    >>> newest_first(pa.table({"on": [date(2026, 1, 1), date(2026, 3, 1)]}), date(2026, 2, 1))
    [{'on': datetime.date(2026, 1, 1)}]
    """
    known = [(row["on"], place, row) for place, row in enumerate(rows.to_pylist()) if row["on"] <= as_of]
    return [row for _, _, row in sorted(known, key=lambda item: item[:2], reverse=True)]


class Extracts:
    """What the registers say of one customer by a day. country: of the newest extract that tells it, else the customer table's."""

    def __init__(self, book: Book, customer: str, values: Values, as_of: date) -> None:
        self.as_of = as_of
        self.table = rows_of(book, "registrations", customer)
        self.rows = newest_first(self.table, as_of)
        own = rows_of(book, "customers", customer).to_pylist()
        self.own: dict[str, Any] = {} if not own else {k: v for row in own for k, v in row.items() if v is not None}
        self.months: int = values["file.registration_months"]
        told = self.newest("country")
        self.country: str | None = told["country"] if told else self.own.get("country")

    @property
    def abroad(self) -> bool:
        """Whether the firm is known to be registered outside the mainland, whose lists then don't cover it."""
        return self.country is not None and self.country.strip().upper() not in _HOME

    def newest(self, *names: str) -> dict[str, Any] | None:
        """Return the newest extract that tells all of some facts."""
        return next((row for row in self.rows if all(row[name] is not None for name in names)), None)

    def fresh(self, row: Mapping[str, Any] | None) -> bool:
        """Return whether an extract is young enough."""
        return row is not None and row["on"] >= oldest_fresh(self.as_of, self.months)

    def open_lists(self, flags: tuple[str, ...]) -> list[str]:
        """Return the lists that were not looked up, or too long ago; none for a firm they don't cover."""
        return [f for f in flags if not self.fresh(self.newest(f)) and not (self.abroad and self.newest(f) is None)]

    def listed(self, lines: Lines, flag: str) -> None:
        """Add the evidence of one list."""
        row = self.newest(flag)
        which = words([flag], "stop-")
        if row is None and self.abroad:
            lines.add(flag, "list-abroad", None, asked=False, which=which, country=self.country)
        elif row is None:
            lines.add(flag, "list-unknown", None, which=which)
        elif row[flag]:
            lines.add(flag, "list-entry", 0, row, which=which)
        elif not self.fresh(row):
            lines.add(flag, "list-old", None, row, which=which, on_day=row["on"], policy=("file.registration_months",))
        else:
            lines.add(flag, "list-clean", 1, row, which=which)


def registration(extracts: Extracts, values: Values) -> Lines:
    """Return the evidence of the registration check."""
    lines = Lines("registration", values["onboarding.registration_points"])
    _status(lines, extracts)
    _code(lines, extracts)
    _name(lines, extracts)
    _age(lines, extracts, float(values["onboarding.young_years"]))
    row = extracts.newest("registered_capital_minor", "paid_in_capital_minor")
    if row is None or row["registered_capital_minor"] <= 0:
        lines.add("capital", "capital-unknown", None, row)
    else:
        share = row["paid_in_capital_minor"] / row["registered_capital_minor"]
        lines.add("capital", "capital-paid", share, row, share=f"{share:.0%}")
    row = extracts.newest("status") or (extracts.rows[0] if extracts.rows else None)
    if row is None:
        lines.add("fresh", "extract-none", None)
    else:
        fresh = extracts.fresh(row)
        lines.add(
            "fresh", "extract-fresh" if fresh else "extract-old", float(fresh), row,
            policy=("file.registration_months",), on_day=row["on"], months=extracts.months,
        )  # fmt: skip
    for flag in ("abnormal_operation", "serious_dishonesty"):
        extracts.listed(lines, flag)
    return lines


def _status(lines: Lines, extracts: Extracts) -> None:
    row, told = extracts.newest("status"), extracts.newest("status_text")
    if row is not None:
        active = row["status"] == "active"
        code = "status-active" if active else "status-other"
        lines.add("status", code, float(active), row, word=words([row["status"]], "stop-"))
    elif told is not None:
        lines.add("status", "status-unread", None, told, text=told["status_text"])
    else:
        lines.add("status", "status-unknown", None)


def _code(lines: Lines, extracts: Extracts) -> None:
    row = extracts.newest("credit_code")
    ours = _plain(extracts.own.get("credit_code"))
    code = _plain(row["credit_code"]) if row else ours
    if extracts.abroad:
        lines.add("code_valid", "code-abroad", None, row, asked=False, country=extracts.country)
    elif code is None:
        lines.add("code_valid", "code-unknown", None)
    else:
        valid = credit_code_valid(code)
        lines.add("code_valid", "code-valid" if valid else "code-wrong", float(valid), row, code=code)
    if row is None or ours is None:
        lines.add("code_same", "code-one-side", None, row)
    else:
        lines.add(
            "code_same", "code-same" if code == ours else "code-differs", float(code == ours), row, code=code, ours=ours
        )


def _name(lines: Lines, extracts: Extracts) -> None:
    row, ours = extracts.newest("name"), extracts.own.get("name")
    if row is None or ours is None:
        lines.add("name", "name-unknown", None, row)
        return
    if _same(row["name"], ours):
        lines.add("name", "name-same", 1, row, name=row["name"])
        return
    former = next((r for r in extracts.rows if any(_same(n, ours) for n in _former(r))), None)
    code = "name-former" if former else "name-differs"
    lines.add("name", code, float(former is not None), former or row, name=row["name"], ours=ours)


def _age(lines: Lines, extracts: Extracts, young: float) -> None:
    row = extracts.newest("established_on")
    if row is None or row["established_on"] > extracts.as_of:
        lines.add("age", "age-unknown", None, row)
        return
    years = (extracts.as_of - row["established_on"]).days / _YEAR
    share = 1.0 if years >= young else years / young
    code = "age-old" if share >= 1 else "age-young"
    lines.add(
        "age",
        code,
        share,
        row,
        policy=("onboarding.young_years",),
        years=f"{years:.1f}",
        born=row["established_on"],
        young=f"{young:g}",
    )


def _former(row: Mapping[str, Any]) -> list[str]:
    """Return earlier names an extract tells: those it lists, and the name it had itself."""
    return [*split_names(row["former_names"] or ""), *([row["name"]] if row["name"] else [])]


def _same(one: str, other: str) -> bool:
    """Return whether two names are the same, width, case and blanks aside."""
    return plain_name(one) == plain_name(other)


def _plain(code: str | None) -> str | None:
    text = "".join(unicodedata.normalize("NFKC", code or "").upper().split())
    return text or None
