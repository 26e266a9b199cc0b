"""The sample's credit files: statements, registrations and the other parts, orders, limits and events of its customers.

What must stay true: the same sample gives the same rows and bytes; nothing is drawn from the ledger's streams; what the files
say is what the tables hold, faults typed on purpose included.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from creditlib.facts import tables
from creditlib.facts.credit_tables import CREDIT_TABLES
from creditlib.facts.sample import file_parts, orders, statements
from creditlib.facts.sample.clients import Client, CreditCase, Draft, clients_of
from creditlib.facts.schema import MONEY

if TYPE_CHECKING:
    from creditlib.facts.sample.made import Sample

SHEET_FILE: Final = "statement_sheet.xlsx"


@dataclass(frozen=True, slots=True)
class SampleCredit:
    """The credit files of a sample. tables: name → table of that schema, `orders` and `events` among them; source_row is the
    line in the written file. rows: file → its rows, as they are written. sheet: the customer whose years stand on a sheet of
    their own. powers: customer → power of ten its statements are reported in.
    """

    clients: tuple[Client, ...]
    tables: dict[str, pa.Table]
    rows: dict[str, list[dict[str, Any]]]
    sheet: str | None
    powers: dict[str, int]
    cases: tuple[CreditCase, ...]


def credit_of(sample: Sample) -> SampleCredit:
    """Return the credit files of a sample's customers.

    >>> from creditlib.facts.sample.generate import generate
    >>> made = credit_of(generate(customers=20, invoices=60))
    >>> made.tables["registrations"].num_rows > 10, made.tables["statements"].num_rows > 20
    (True, True)
    """
    draft = Draft(sample, clients_of(sample))
    sheet, powers = statements.statements(draft)
    file_parts.parts(draft)
    orders.orders(draft)
    orders.events(draft)
    found: dict[str, pa.Table] = {}
    for name in CREDIT_TABLES:
        rows = [
            row | {"source_file": f"{name}.csv", "source_row": i} for i, row in enumerate(draft.rows.get(name, []), 2)
        ]
        if name == "statements":
            rows += [row | {"source_file": SHEET_FILE, "source_row": 4} for row in draft.rows.get("sheet", [])]
        found[name] = _table(name, rows)
    found["orders"] = _table("orders", draft.rows.get("orders", []))
    log = sorted([*draft.rows.get("limits", []), *draft.rows.get("events", [])], key=lambda row: row["on"])
    found["events"] = _table("events", [row | {"id": i} for i, row in enumerate(log)])
    return SampleCredit(draft.clients, found, draft.rows, sheet, powers, _cases(draft))


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = tables.SCHEMAS[name]
    columns: dict[str, Any] = {}
    for field in schema:
        values = [row.get(field.name) for row in rows]
        if any(value is not None for value in values):
            columns[field.name] = pa.array(values, MONEY) if field.type == MONEY else values
    return tables.build(schema, columns, len(rows))


def _cases(draft: Draft) -> tuple[CreditCase, ...]:
    text = files("creditlib.facts.sample").joinpath("credit_cases.toml").read_text(encoding="utf-8")
    stories = tomllib.loads(text)
    return tuple(
        CreditCase(
            name, stories[name]["name_zh"], stories[name].get("check"), file, customer, lines, stories[name]["en"],
            stories[name]["zh"],
        )
        for name, file, customer, lines in draft.cases
    )  # fmt: skip
