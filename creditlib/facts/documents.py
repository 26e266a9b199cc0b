"""Rows of a receivables sheet → `documents`, with every fault found on the way.

What must stay true: file total = used + rejected + rounding, exactly, per currency; a row that can't be used is listed with its
amount; amounts are signed, receivables positive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import NO_DAY, DateOrder, day_of
from creditlib.errors import Finding, UsageError
from creditlib.facts import due as due_dates
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.layout import Body
from creditlib.facts.rejection import YES, reject, row_name, yes_or_no
from creditlib.facts.signed import row_amounts, row_kinds, with_credit_signs, with_minus
from creditlib.facts.tables import KINDS, coded
from creditlib.facts.values import Amounts, Dates, Minor, exact_sum, read_dates, to_minor

DATE_FIELDS: Final = ("issue_on", "posted_on", "shipped_on", "received_on", "accepted_on", "due_on", "known_on", "settled_on",
                      "disputed_from", "disputed_to")  # fmt: skip
_CODES: Final = ("entity", "gl_account", "salesperson", "collector", "terms", "dispute_reason")
_TEXTS: Final = ("order", "delivery", "contract", "reference_text")
_BESIDE: Final = ("tax_minor", "local_minor", "original_minor")
"""Amounts of a whole document, split with it into instalments."""
_UNDATED: Final = ("credit_note", "receipt", "advance", "write_off", "fx_difference", "other")
"""Kinds that need no due date."""
_NO: Final = {"no", "n", "false", "0", "否", "无", "未作废", "a"}
_SHOWN: Final = 3  # places a grouped finding names


@dataclass(frozen=True)
class FileTotal:
    """One currency of one reading: `file` = used + `rejected` + `rounding`, all exact decimals of the currency."""

    currency: str
    file: Decimal
    used_minor: int
    rejected: Decimal
    rounding: Decimal
    rows: int
    rejected_rows: int


@dataclass(frozen=True)
class Part:
    """What one sheet gave: columns for `documents` (equal lengths), and columns used on the way to allocations."""

    columns: dict[str, Any]
    rows: int
    settled_on: NDArray[np.int32]
    clearing: pa.Array
    allocated_to: pa.Array
    names: pa.Array
    totals: tuple[FileTotal, ...]
    findings: tuple[Finding, ...]
    open_list: bool
    home_assumed: str | None


def read_documents(body: Body, *, home: str | None, origin: tuple[str, str], order: DateOrder | None) -> Part:
    """Turn the rows of one sheet into documents.

    home: currency of rows that name none; origin: who says so, in English and Chinese. order: of day and month, if forced.
    Raises: UsageError when a currency is needed and nobody gave one.
    """
    findings: list[Finding] = list(body.findings)
    rows = len(body.rows)
    amount, amount_name, flag_findings = row_amounts(body)
    findings += flag_findings
    order = order or body.mapping.date_order
    dates = {n: read_dates(body.columns[n], order) for n in DATE_FIELDS if n in body.columns}

    kinds, kind_findings = row_kinds(body, amount)
    findings += kind_findings
    amount, flipped = with_credit_signs(body, amount, kinds)
    findings += flipped

    codes, names, assumed, lost_texts = row_currencies(body, home, origin, findings)
    rejected = reject(body, amount, amount_name, codes, names, lost_texts, dates, findings)
    bad = np.zeros(rows, bool)
    bad[list(rejected)] = True
    safe = [n if n in money.CURRENCIES else "XXX" for n in names]
    usable = Amounts(amount.unscaled, amount.valid & ~bad, amount.scale, amount.long)
    minor = to_minor(usable, codes, safe)
    for row in minor.too_long:
        rejected[row] = CHECKS["amount-too-long"].finding(
            body.place(row), document=row_name(body, row), value=f"{amount.exact(row):,f}"
        )
        bad[row] = True
    told = {id(finding) for finding in findings}  # one finding may stand for many rows
    findings += [finding for finding in rejected.values() if id(finding) not in told]
    if minor.too_long:
        minor = to_minor(Amounts(amount.unscaled, amount.valid & ~bad, amount.scale, amount.long), codes, safe)
    totals = file_totals(amount, minor, codes, names, bad, rows)
    for name, count in minor.rounded.items():
        findings.append(
            CHECKS["rounded-amounts"].finding(body.grid, count=count, currency=name, lost=f"{minor.lost[name]:,f}")
        )

    keep = ~bad
    columns = _columns(
        body, dates, kinds, codes, names, minor, keep, flagged=bool(flipped) or "debit_credit" in body.columns
    )
    part_dates = {n: d.values[keep] for n, d in dates.items()}
    columns, extra = _due(body, columns, part_dates, minor.values[keep], keep, findings, names, codes[keep])
    index = extra
    return Part(
        columns, len(index), _day(part_dates, "settled_on", int(keep.sum()))[index], _cells(body, "clearing", keep, index),
        _cells(body, "allocated_to", keep, index), _cells(body, "customer_name", keep, index), tuple(totals),
        tuple(findings), body.mapping.open_list or "open_amount" in body.columns or "paid_amount" in body.columns, assumed,
    )  # fmt: skip


def _cells(body: Body, name: str, keep: NDArray[np.bool_], index: NDArray[np.int64]) -> pa.Array:
    return body.texts(name).filter(pa.array(keep)).take(pa.array(index))


def _day(dates: MappingABC[str, NDArray[np.int32]], name: str, rows: int) -> NDArray[np.int32]:
    return dates.get(name, np.full(rows, NO_DAY, np.int32))


# --------------------------------------------------------------------------------------------------------- currencies


def row_currencies(
    body: Body, home: str | None, origin: tuple[str, str], findings: list[Finding]
) -> tuple[NDArray[np.int32], list[str], str | None, list[str]]:
    """Return each row's currency as a code into names (ISO, or the text as it stands when unknown)."""
    rows = len(body.rows)
    said = body.mapping.currency
    names: list[str] = []
    codes = np.full(rows, -1, np.int32)
    unknown: list[str] = []
    if "currency" in body.columns:
        cells = body.texts("currency").dictionary_encode()
        lookup = []
        for text in cells.dictionary.to_pylist():
            iso = money.currency_code(text)
            if iso is None:
                unknown.append(text)
            name = iso or text
            if name not in names:
                names.append(name)
            lookup.append(names.index(name))
        codes = np.array([*lookup, -1], np.int32)[pc.fill_null(cells.indices, len(lookup)).to_numpy()]
    blank = codes < 0
    assumed = None
    if blank.any():
        fallback = said or home
        if fallback is None:
            raise UsageError(
                f"{body.grid}: {int(blank.sum())} rows name no currency. Give --home CCY (home= in Python).",
                f"{body.grid}：{int(blank.sum())} 行未写币种。请给出 --home 币种（Python 中为 home=）。",
            )
        money.exponent(fallback)  # refuses what is no currency
        if fallback not in names:
            names.append(fallback)
        codes = np.where(blank, names.index(fallback), codes).astype(np.int32)
        if said is None:
            assumed = fallback
            findings.append(
                CHECKS["currency-assumed"].finding(body.grid, count=int(blank.sum()), currency=fallback, origin=origin)
            )
    return codes, names, assumed, unknown


def file_totals(
    amount: Amounts, minor: Minor, codes: NDArray[np.int32], names: Sequence[str], bad: NDArray[np.bool_], rows: int
) -> list[FileTotal]:
    """Return what a sheet's amounts add up to, by currency. bad: rows not used; rows: how many there are."""
    totals = []
    for code, name in enumerate(names):
        mine = codes == code
        if not mine.any():
            continue
        used = int(minor.values[mine & ~bad].sum())
        file, out = exact_sum(amount, mine), exact_sum(amount, mine & bad)
        used_exact = money.to_decimal(used, name) if name in money.CURRENCIES else Decimal(0)
        totals.append(
            FileTotal(name, file, used, out, file - out - used_exact, int(mine.sum()), int((mine & bad).sum()))
        )
    return totals


# ------------------------------------------------------------------------------------------------------------ columns


def _columns(
    body: Body, dates: MappingABC[str, Dates], kinds: NDArray[np.int32], codes: NDArray[np.int32], names: Sequence[str],
    minor: Minor, keep: NDArray[np.bool_], *, flagged: bool,
) -> dict[str, Any]:  # fmt: skip
    """Return the columns of `documents`; flagged: the amounts had no sign of their own."""
    mask = pa.array(keep)
    customer = body.texts("customer" if "customer" in body.columns else "customer_name")
    columns: dict[str, Any] = {
        "customer": customer.filter(mask).dictionary_encode(),
        "document": body.texts("document").filter(mask),
        "kind": coded(kinds[keep], KINDS),
        "currency": coded(codes[keep], list(names)),
        "amount_minor": pa.array(minor.values[keep]),
        "source_file": pa.DictionaryArray.from_arrays(
            pa.array(np.zeros(int(keep.sum()), np.int32)), pa.array([body.grid])
        ),
        "source_row": pa.array(body.rows[keep]),
    }
    for name in ("tax", "original_amount", "local_amount"):
        if name in body.amounts:
            own = with_minus(body.amounts[name], flagged & (minor.values < 0))
            if name == "local_amount" and "local_currency" not in body.columns:
                continue
            local = codes
            iso = [n if n in money.CURRENCIES else "XXX" for n in names]
            if name == "local_amount":
                cells = body.texts("local_currency").dictionary_encode()
                iso = [money.currency_code(t) or "XXX" for t in cells.dictionary.to_pylist()] or ["XXX"]
                local = pc.fill_null(cells.indices, 0).to_numpy().astype(np.int32)
            usable = Amounts(
                own.unscaled,
                own.valid & keep & np.array([i != "XXX" for i in iso] or [False], bool)[local],
                own.scale,
                own.long,
            )
            field = {"tax": "tax_minor", "original_amount": "original_minor", "local_amount": "local_minor"}[name]
            columns[field] = pa.array(to_minor(usable, local, iso).values[keep], mask=~usable.valid[keep])
    for name, read in dates.items():
        if name != "settled_on":
            values = read.values[keep]
            columns[name] = pa.array(values, pa.int32(), mask=values == NO_DAY).cast(pa.date32())
    for name in (*_CODES, *_TEXTS):
        if name in body.columns:
            columns[name] = body.texts(name).filter(mask)
    if "dispute_reason" in columns:
        columns["dispute_reason"] = _reasons(columns["dispute_reason"])
    if "related_party" in body.columns:
        columns["related_party"] = yes_or_no(body.texts("related_party").filter(mask))
    return columns


def _reasons(texts: pa.Array) -> pa.Array:
    """A plain yes becomes "disputed", a plain no nothing."""
    cells = texts.dictionary_encode()
    means = [
        None if t.casefold() in _NO else "disputed" if t.casefold() in YES else t for t in cells.dictionary.to_pylist()
    ]
    return pa.array(means, pa.string()).take(cells.indices)


def _due(
    body: Body, columns: dict[str, Any], dates: MappingABC[str, NDArray[np.int32]], minor: NDArray[np.int64],
    keep: NDArray[np.bool_], findings: list[Finding], names: Sequence[str], codes: NDArray[np.int32],
) -> tuple[dict[str, Any], NDArray[np.int64]]:  # fmt: skip
    """Fill missing due dates from the terms; split rows whose term has several instalments. Returns the columns and, for
    each of their rows, the row it came from."""
    rows = len(minor)
    due = _day(dates, "due_on", rows).copy()
    issue = _day(dates, "issue_on", rows)
    base = np.where(issue != NO_DAY, issue, _day(dates, "posted_on", rows))
    origin = np.where(due == NO_DAY, 2, 0).astype(np.int32)
    kinds, kind_names = columns["kind"].indices.to_numpy(), columns["kind"].dictionary.to_pylist()
    paying = np.isin(kinds, [i for i, k in enumerate(kind_names) if k in _UNDATED])
    missing = np.flatnonzero((due == NO_DAY) & ~paying & (minor > 0))
    index = np.arange(rows)
    splits: dict[int, list[tuple[int, int]]] = {}
    place = body.rows[keep]
    if len(missing):
        terms = columns.get("terms", pa.nulls(rows, pa.string()))
        events = {e: _day(dates, c, rows) for e, c in due_dates.EVENT_COLUMNS.items()}
        made = due_dates.compute(terms, base, events, minor, missing, body.mapping.terms)
        solved = missing[made.due[missing] != NO_DAY]
        due[solved], origin[solved] = made.due[solved], 1
        splits = made.splits
        if len(solved):
            used = list(dict.fromkeys(t for t in terms.take(pa.array(solved)).to_pylist() if t))[:_SHOWN]
            findings.append(_grouped("due-from-terms", body, place[solved], len(solved), ", ".join(used)))
        late = np.flatnonzero(made.provisional)
        if len(late):
            used = list(dict.fromkeys(t for t in terms.take(pa.array(late)).to_pylist() if t))[:_SHOWN]
            findings.append(_grouped("provisional-due-date", body, place[late], len(late), ", ".join(used)))
        documents = columns["document"]
        for row in missing[made.due[missing] == NO_DAY].tolist():
            currency = names[codes[row]]
            findings.append(
                CHECKS["no-due-date"].finding(
                    f"{body.grid}!{place[row]}",
                    document=documents[row].as_py() or ("a document", "一张单据"),
                    amount=f"{money.text(int(minor[row]), currency)} {currency}",
                    value=terms[row].as_py() or "–",
                    on=_due_instead(int(base[row])),
                    amount_minor=int(minor[row]),
                    currency=currency,
                )
            )
    nowhere = np.flatnonzero((base == NO_DAY) & ~paying)
    if len(nowhere):
        first = [columns["document"][r].as_py() or "–" for r in nowhere[:_SHOWN].tolist()]
        findings.append(_grouped("missing-issue-date", body, place[nowhere], len(nowhere), ", ".join(first)))
    if splits:
        counts = np.ones(rows, np.int64)
        for row, lines in splits.items():
            counts[row] = len(lines)
        index = np.repeat(index, counts)
        start = np.concatenate([[0], np.cumsum(counts)[:-1]])
        minor, due = minor[index].copy(), due[index].copy()
        for row, lines in splits.items():
            for k, (on, part) in enumerate(lines):
                due[start[row] + k], minor[start[row] + k] = on, part
        columns = {n: c.take(pa.array(index)) for n, c in columns.items()}
        whole = {n: columns[n].to_pylist() for n in _BESIDE if n in columns}
        for name, values in whole.items():
            for row, lines in splits.items():
                at = int(start[row])
                values[at : at + len(lines)] = _pro_rata(values[at], [part for _, part in lines])
            columns[name] = pa.array(values, pa.int64())
        columns["amount_minor"] = pa.array(minor)
    columns["due_on"] = pa.array(due, pa.int32(), mask=due == NO_DAY).cast(pa.date32())
    columns["due_from"] = coded(origin[index], ["given", "terms", "none"])
    return columns, index


def _pro_rata(value: int | None, parts: Sequence[int]) -> list[int | None]:
    """Split an amount beside the one that was split, in the same proportions; the last part takes the rest.

    >>> _pro_rata(100, [1, 1, 1]), _pro_rata(-5, [50, 50]), _pro_rata(None, [1, 2])
    ([33, 33, 34], [-2, -3], [None, None])
    """
    if value is None:
        return [None] * len(parts)
    total, sign = sum(parts), -1 if value < 0 else 1
    made = [sign * (abs(value) * part // total) for part in parts[:-1]]
    return [*made, value - sum(made)]


def _grouped(check: str, body: Body, places: NDArray[np.int32], count: int, value: str) -> Finding:
    shown = ", ".join(map(str, places[:_SHOWN].tolist())) + ("…" if len(places) > _SHOWN else "")
    return CHECKS[check].finding(f"{body.grid}!{shown}", count=count, value=value)


def gather(parts: Sequence[FileTotal]) -> tuple[FileTotal, ...]:
    """Add file totals of several sheets by currency."""
    by: dict[str, list[FileTotal]] = defaultdict(list)
    for part in parts:
        by[part.currency].append(part)
    return tuple(
        FileTotal(
            currency, sum((p.file for p in ps), Decimal(0)), sum(p.used_minor for p in ps),
            sum((p.rejected for p in ps), Decimal(0)), sum((p.rounding for p in ps), Decimal(0)),
            sum(p.rows for p in ps), sum(p.rejected_rows for p in ps),
        )
        for currency, ps in sorted(by.items())
    )  # fmt: skip


def _due_instead(base: int) -> tuple[str, str]:
    """Return what a document without due date and terms counts as, in English and Chinese."""
    if base == NO_DAY:
        return "it bears no date at all and stands in the oldest bucket", "没有任何日期，列在最长账龄段"
    return f"due on the invoice date {day_of(base)}", f"按开票日 {day_of(base)} 到期"
