"""Closing real ledgers: what comes out ties to a figure computed apart from the library, and a fault of one cent is told."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from creditlib.faces.cli.main import app

CENT = Decimal("0.01")


class Ledger(NamedTuple):
    file: str
    as_of: str
    amount: str  # header of the amount
    is_open: Callable[[dict[str, str]], bool]
    items: int
    total: Decimal


def us_day(text: str) -> str:
    month, day, year = text.split("/")
    return f"{year}-{int(month):02d}-{int(day):02d}"


LEDGERS = {
    "open items": Ledger("receivables_open.csv", "2020-05-31", "converted_usd", lambda r: True, 9_681, Decimal("310427859.34")),
    "paid history": Ledger(
        "invoices_ibm.csv", "2013-06-30", "InvoiceAmount",
        lambda r: us_day(r["InvoiceDate"]) <= "2013-06-30" < us_day(r["SettledDate"]), 84, Decimal("5119.85"),
    ),
    "closed items": Ledger(
        "receivables_closed.csv", "2019-06-30", "amount",
        lambda r: r["issue_date"] <= "2019-06-30" < r["clear_date"], 1_752, Decimal("57662604.91"),
    ),
}  # fmt: skip


@pytest.fixture(params=LEDGERS)
def ledger(request: pytest.FixtureRequest) -> Ledger:
    return LEDGERS[request.param]


def close(path: Path, ledger: Ledger, control: Decimal, out: Path) -> Any:
    arguments = ["close", path, "--as-of", ledger.as_of, "--home", "USD", "--control", control, "--out", out, "--json"]
    return CliRunner().invoke(app, [str(a) for a in arguments])


def computed_apart(path: Path, ledger: Ledger) -> tuple[int, Decimal]:
    with path.open(encoding="utf-8") as file:
        amounts = [
            Decimal(r[ledger.amount]).quantize(CENT, ROUND_HALF_UP) for r in csv.DictReader(file) if ledger.is_open(r)
        ]
    return len(amounts), sum(amounts, Decimal(0))


def test_the_ledger_closes_and_ties_to_the_cent(shared_data: Path, ledger: Ledger, tmp_path: Path) -> None:
    path = shared_data / ledger.file
    assert computed_apart(path, ledger) == (ledger.items, ledger.total)
    result = close(path, ledger, ledger.total, tmp_path / "close.xlsx")
    assert result.exit_code == 0, result.output
    assert f'"items": {ledger.items}' in result.stdout


@pytest.mark.parametrize("fault", ["a row deleted", "a cent changed"])
def test_a_ledger_with_one_fault_does_not_tie(shared_data: Path, ledger: Ledger, fault: str, tmp_path: Path) -> None:
    with (shared_data / ledger.file).open(encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows, header = list(reader), reader.fieldnames or []
    victim = next(r for r in rows if ledger.is_open(r))
    if fault == "a row deleted":
        rows.remove(victim)
        wrong = Decimal(victim[ledger.amount]).quantize(CENT, ROUND_HALF_UP)
    else:
        victim[ledger.amount] = str(Decimal(victim[ledger.amount]) - CENT)
        wrong = CENT
    path = tmp_path / ledger.file
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)
    result = close(path, ledger, ledger.total, tmp_path / "close.xlsx")
    assert result.exit_code == 1
    for figure in (str(ledger.total), str(ledger.total - wrong), f"-{wrong}"):
        assert f'"{figure}"' in result.stdout
