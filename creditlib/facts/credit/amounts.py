"""Amounts of a credit file: exact as written, by the unit of each row, then minor units.

What must stay true: a figure that can't be read is told with its place and becomes null, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.columns import Mapping
from creditlib.facts.credit.rows import UNKNOWN
from creditlib.facts.layout import Body
from creditlib.facts.rejection import AS_BLANK
from creditlib.facts.sources import Column, pick
from creditlib.facts.values import Amounts, DecimalSign, decimal_evidence, read_amounts, to_minor


def without_unknown(column: Column) -> Column:
    """Return a column with the words for "not known" as null. A lone dash stays: in a column of amounts it means nothing, 0."""
    wanted = pa.array(sorted(UNKNOWN - {"-", "--", "—", "–"}))
    unknown = pc.fill_null(pc.is_in(pc.utf8_lower(column.texts), wanted), False)
    if not pc.any(unknown).as_py():
        return column
    return Column(pc.if_else(unknown, pa.scalar(None, pa.string()), column.texts), column.typed)


def amounts_of(
    body: Body, columns: dict[str, tuple[int, Column]], powers: dict[str, NDArray[np.int64]], findings: list[Finding],
    sign: DecimalSign | None = None,
) -> dict[str, Amounts]:  # fmt: skip
    """Return exact amounts of columns. columns: name → (place, cells). powers: name → power of ten of every row. sign: the
    decimal sign proven elsewhere; None: these columns decide."""
    cells = {name: without_unknown(column) for name, (_, column) in columns.items()}
    sign = sign or decimal_evidence(list(cells.values()))
    found = {}
    for name, column in cells.items():
        own = powers[name]
        several = np.unique(own).tolist() if len(own) else [0]
        if len(several) == 1:
            amounts = read_amounts(column, sign, several[0])
        else:
            amounts = _by_power(column, sign, own, several)
        _bad(body, columns[name][0], column, amounts, findings)
        found[name] = amounts
    return found


def _by_power(column: Column, sign: DecimalSign | None, own: NDArray[np.int64], several: list[int]) -> Amounts:
    """Read a column whose rows state different units."""
    unscaled, valid = np.zeros(len(own), np.int64), np.zeros(len(own), bool)
    unclear, scale = None, 6
    long: dict[int, Decimal] = {}
    bad: list[int] = []
    for power in several:
        mask = own == power
        rows = np.flatnonzero(mask)
        part = read_amounts(pick([column], pa.array(mask))[0], sign or decimal_evidence([column]), power)
        unscaled[rows], valid[rows], scale = part.unscaled, part.valid, part.scale
        long |= {int(rows[r]): v for r, v in part.long.items()}
        bad += [int(rows[r]) for r in part.bad]
        unclear = unclear or part.unclear
    return Amounts(unscaled, valid, scale, long, tuple(sorted(bad)), unclear)


def _bad(body: Body, index: int, column: Column, amounts: Amounts, findings: list[Finding]) -> None:
    header = body.mapping.headers[index] if index < len(body.mapping.headers) else ""
    places_of = Body(body.grid, Mapping(body.mapping.role, "", {"it": index}), {}, {}, body.rows, 0)
    texts = column.texts.take(pa.array(amounts.bad, pa.int64())).to_pylist()
    hopeless = set(read_amounts(Column(pa.array(texts, pa.string())), ".").bad)
    for i, (row, text) in enumerate(zip(amounts.bad, texts, strict=True)):
        place = places_of.place(row, "it")
        if i in hopeless:
            findings.append(CHECKS["unreadable-amount"].finding(place, column=header, value=text, effect=AS_BLANK))
        else:
            findings.append(
                CHECKS["ambiguous-figure"].finding(
                    place, value=text, first=text.replace(".", "").replace(",", ""), second=text.replace(",", ".")
                )
            )


def minor_of(
    body: Body, amounts: dict[str, Amounts], codes: NDArray[np.int32], names: Sequence[str], findings: list[Finding]
) -> dict[str, pa.Array]:
    """Return amounts in minor units, null where there is none; decimals lost and figures too long are told."""
    rounded: dict[str, int] = {}
    lost: dict[str, Any] = {}
    found = {}
    for name, amount in amounts.items():
        minor = to_minor(amount, codes, names)
        valid = amount.valid.copy()
        for row in minor.too_long:
            valid[row] = False
            findings.append(
                CHECKS["figure-too-long"].finding(body.place(row), column=name, value=f"{amount.exact(row):,f}")
            )
        for code, count in minor.rounded.items():
            rounded[code] = rounded.get(code, 0) + count
            lost[code] = lost.get(code, 0) + minor.lost[code]
        found[name] = pa.array(minor.values, mask=~valid)
    for code, count in rounded.items():
        findings.append(
            CHECKS["rounded-amounts"].finding(body.grid, count=count, currency=code, lost=f"{lost[code]:,f}")
        )
    return found
