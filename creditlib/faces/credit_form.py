"""The form of one customer's credit file, filled with what the book has, for the customer to confirm or correct.

What must stay true: read back, the form gives the rows it was filled with; no address is written here: the template's names say
where each thing goes; what the book does not have stays blank.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc

from creditlib import money
from creditlib.errors import Lang, UsageError
from creditlib.faces import workbook_cells as cells
from creditlib.faces.package import write_whole
from creditlib.faces.wording import say
from creditlib.faces.workbook_form import begin, standard_template, workbook_path
from creditlib.faces.workbook_template import Template
from creditlib.facts.book import Book
from creditlib.facts.credit_tables import CREDIT_TABLES, LINES

KIND: Final = "credit_file"
LISTS: Final = tuple(name for name in CREDIT_TABLES if name not in ("registrations", "statements"))
CHECKS: Final = {
    "balance": ("total_assets", "total_liabilities", "equity"),
    "assets": ("total_assets", "current_assets", "non_current_assets"),
    "liabilities": ("total_liabilities", "current_liabilities", "non_current_liabilities"),
    "profit": ("pretax_profit", "tax", "net_income"),
    "cash": ("cash_change", "operating_cash_flow", "investing_cash_flow", "financing_cash_flow"),
}
"""Checks of a statement: the first line less the others must be 0."""
_WORDS: Final = ("status", "kind", "subject")
_OWN: Final = ("source_file", "source_row", "status_text")
_TYPED: Final = "statements_period_end"


def fields(table: str) -> list[pa.Field]:
    """Return the columns of a table that somebody types.

    >>> [field.name for field in fields("ratings")]
    ['customer', 'on', 'agency', 'grade', 'default_probability']
    """
    return [field for field in CREDIT_TABLES[table] if field.name not in _OWN]


def form_template(lang: Lang) -> Path:
    """Return the installed form of a language. Raises: TemplateError when none is installed."""
    return standard_template(lang, KIND)


def write_empty_form(path: Path | str, lang: Lang = "en", *, force: bool = False) -> Path:
    """Write the empty form and return its path. force: replace an existing file.

    Raises: UsageError for a file that exists (without force), or no .xlsx name; TemplateError when no form is installed.
    """
    target = workbook_path(path, force=force)
    content = form_template(lang).read_bytes()

    def fill(stream: BinaryIO) -> None:
        stream.write(content)

    write_whole(target, fill, force=force)
    return target


def write_form(
    book: Book, customer: str, path: Path | str, lang: Lang = "en", *, template: Path | str | None = None, force: bool = False
) -> Path:  # fmt: skip
    """Write the form of one customer and return its path: its newest registration, the newest years of its statements in the
    currency of the last one, and every row of the other lists.

    template: a firm's own copy of the form. force: replace an existing file. Of a customer never looked up, the name, code,
    country and sector of the register of customers are filled in.
    Raises: UsageError for a customer the book does not know, a file that exists (without force), or no .xlsx name;
    TemplateError when the template lacks a name; TooLarge for more than 15 digits.
    """
    target, form = begin(path, template, lang, required(), mark=_TYPED, kind=KIND, force=force)
    own = _of(book.table("customers"), customer)
    tables = {name: _of(book.table(name), customer) for name in CREDIT_TABLES}
    if not own and not any(tables.values()) and not _of(book.columns("documents", ["customer"]), customer):
        raise UsageError(*(say("form.error.unknown", tongue, customer=customer) for tongue in ("en", "zh")))
    for name in LISTS:
        form.repeat(f"{name}_customer", max(len(tables[name]), 1))
    _registration(form, customer, own, tables["registrations"], lang)
    _statements(form, customer, tables["statements"], lang)
    for name in LISTS:
        for copy, row in enumerate(tables[name]):
            for field in fields(name):
                form.put(f"{name}_{field.name.removesuffix('_minor')}", _content(field, row, lang), copy)
    new, dropped = form.replaced()
    form.package.write(target, new, dropped=dropped, force=force)
    return target


def required() -> tuple[str, ...]:
    """Return every name the form must define.

    >>> "ratings_grade" in required(), "form_credit_code" in required()
    (True, True)
    """
    lists = [f"{table}_{f.name.removesuffix('_minor')}" for table in LISTS for f in fields(table)]
    register = [f"form_{f.name.removesuffix('_minor')}" for f in fields("registrations")]
    figures = [*(f"statements_{name}" for name in ("customer", "currency", "unit", "period_end", "months", "audited")),
               *(f"statements_{line.name}" for line in LINES), *(f"check_{name}" for name in CHECKS)]  # fmt: skip
    return (*register, *figures, *lists)


def _of(table: pa.Table, customer: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.filter(pc.equal(table["customer"].cast(pa.string()), customer)).to_pylist()
    return rows


def _content(field: pa.Field, row: dict[str, Any], lang: Lang) -> str:
    """Return what goes into the cell of a field."""
    value = row.get(field.name)
    if value is None:
        return cells.EMPTY
    if field.name.endswith("_minor"):
        return cells.amount(value, row["currency"])
    if isinstance(value, bool):
        return cells.text(say(f"form.flag.{'yes' if value else 'no'}", lang))
    if isinstance(value, date):
        return cells.day(value)
    if isinstance(value, int | float):
        return cells.number(value)
    if field.name in _WORDS:
        return cells.text(say(f"form.{field.name}.{value}", lang))
    return cells.text(str(value))


def _registration(
    form: Template, customer: str, own: list[dict[str, Any]], rows: list[dict[str, Any]], lang: Lang
) -> None:
    """Fill the customer's own sheet; a status stands as its register wrote it."""
    newest = max(rows, key=lambda row: row["on"], default=None)
    known = own[-1] if own else {}
    row = newest or {name: known.get(name) for name in ("name", "credit_code", "country", "sector")} | {
        "customer": customer
    }
    for field in fields("registrations"):
        content = _content(field, row, lang)
        if field.name == "status" and row.get("status_text"):
            content = cells.text(row["status_text"])
        form.put(f"form_{field.name.removesuffix('_minor')}", content)


def _statements(form: Template, customer: str, rows: list[dict[str, Any]], lang: Lang) -> None:
    """Fill the newest years, the newest on the right, in whole units."""
    form.put("statements_customer", cells.text(customer))
    rows = sorted(rows, key=lambda row: row["period_end"])
    years = [row for row in rows if row["currency"] == rows[-1]["currency"]][-form.place(_TYPED).width :]
    if not years:
        return
    form.put("statements_currency", cells.text(years[0]["currency"]))
    form.put("statements_unit", cells.text(say("form.unit.one", lang)))
    for right, row in enumerate(years):
        form.put(_TYPED, cells.day(row["period_end"]), right=right)
        form.put("statements_months", cells.number(row["months"]), right=right)
        said = row["audited"]
        form.put("statements_audited", cells.EMPTY if said is None else cells.text(say(f"form.flag.{'yes' if said else 'no'}", lang)), right=right)  # fmt: skip
        for line in LINES:
            minor = row[f"{line.name}_minor"]
            form.put(f"statements_{line.name}", cells.amount(minor, row["currency"]), right=right)
        for name, lines in CHECKS.items():
            _check(form, f"check_{name}", right, _difference(row, lines))


def _difference(row: dict[str, Any], lines: tuple[str, ...]) -> Decimal | None:
    """Return the first line less the others, None where one is missing."""
    values = [row[f"{name}_minor"] for name in lines]
    if any(value is None for value in values):
        return None
    return money.to_decimal(values[0] - sum(values[1:]), row["currency"])


def _check(form: Template, name: str, right: int, value: Decimal | None) -> None:
    """Leave a check's own formula, with the value it has now beside it; a firm may have changed the formula."""
    place = form.place(name)
    content = form.sheet(place.sheet).rows[place.row].cells[place.column + right][1]
    native = re.search(r"<f\b[^>]*>.*?</f>", content, re.S)
    if native is None:
        return
    said = f' t="str">{native[0]}<v></v>' if value is None else f">{native[0]}<v>{value:f}</v>"
    form.put(name, said, right=right)
