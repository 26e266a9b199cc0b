"""The open items: bulk rows, written column by column and joined, so that 100,000 of them take seconds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa

from creditlib.errors import TooLarge
from creditlib.faces import workbook_cells as cells
from creditlib.faces.wording import say
from creditlib.faces.workbook_fill import Fill, currency_runs, runs
from creditlib.faces.workbook_findings import widen_for
from creditlib.faces.workbook_sheet import letters
from creditlib.flows.closing import UNAPPLIED

_EPOCH_SERIAL = 25_569  # 1970-01-01 as a spreadsheet counts days
_LAST_ROW = 1_048_576
_CHUNK = 4_096
_WIDEST_CODE = 18
_WIDEST_NAME = 40  # a name that is longer is cut where it is shown, not in its cell
FIELDS = {
    "code": "customer", "name": "name", "document": "document", "kind": "kind", "issue": "issue_on", "due": "due_on",
    "days": "days_past_due", "bucket": "bucket", "original_currency": "original_currency", "original": "original_minor",
    "currency": "currency", "amount": "open_minor", "entity": "entity", "account": "gl_account", "salesperson": "salesperson",
    "status": "status", "source": "source",
}  # fmt: skip


def lay(fill: Fill) -> None:
    """Make room: a total line a currency, a row an item; note each customer's block."""
    book, items = fill.book, fill.items
    n = items.num_rows
    book.repeat("items_total_label", max(len(fill.currencies), 1))
    book.repeat("items_code", max(n, 1))
    first = book.at("items_code")[1]
    if first + n - 1 > _LAST_ROW:
        raise TooLarge(*(say("workbook.error.rows", lang, n=n) for lang in ("en", "zh")))
    found = runs(items)
    fill.blocks = {key: (first + low, first + high) for key, low, high in found}
    fill.currency_blocks = {currency: (first + low, first + high) for currency, low, high in currency_runs(found)}


def fill_in(fill: Fill) -> None:
    """Write subtitle and totals."""
    book, close = fill.book, fill.close
    n = fill.items.num_rows
    fill.put_text("items_subtitle", fill.join(fill.as_of, fill.say("items.subtitle", n=f"{n:,}")))
    column = letters(book.at("items_amount")[0])
    counts = {entry["values"]: entry["counts"] for entry in fill.items["currency"].value_counts().to_pylist()}
    for copy, currency in enumerate(fill.currencies):
        label = fill.say("word.total_of", currency=currency) if fill.many else fill.say("word.total")
        fill.put_text("items_name", label, copy, like="items_total_label")
        block = fill.currency_blocks.get(currency)
        native = f"ROUND(SUM({column}{block[0]}:{column}{block[1]}),{fill.digits(currency)})" if block else ""
        fill.put_amount(
            "items_amount",
            fill.close.totals().get(currency, 0),
            currency,
            copy,
            native=native,
            like="items_total_label",
        )
        fill.put_text("items_currency", currency, copy, like="items_total_label")
        fill.put_text(
            "items_document", fill.say("word.rows", n=f"{counts.get(currency, 0):,}"), copy, like="items_total_label"
        )
    for money, column_name in (("original_currency", "original_minor"), ("currency", "open_minor")):
        name = "items_original" if column_name == "original_minor" else "items_amount"
        grouped = fill.items.group_by(money).aggregate([(column_name, "max"), (column_name, "min")]).to_pylist()
        for row in grouped:
            for way in ("max", "min"):
                fill.widen(name, row[f"{column_name}_{way}"], row[money])
    widen_for(fill, "items_name", fill.items["name"].unique().to_pylist(), _WIDEST_NAME, 0)
    widen_for(fill, "items_code", fill.items["customer"].unique().to_pylist(), _WIDEST_CODE)
    if n:
        columns = finished_columns(fill)
        place = book.place("items_code")
        band = next(band for band in book.sheet(place.sheet).bands if band.first == place.row)
        band.lines = lambda top: _rows(fill, columns, top)
    else:
        fill.put_text("items_name", fill.say("items.none"))
    if not close.converted:
        fill.hide("items_original")
        fill.hide("items_currency")


def block_range(fill: Fill, currency: str, name: str) -> str:
    """Return a currency's block in a column of the items sheet, "" where it has no items."""
    if currency not in fill.currency_blocks:
        return ""
    first, last = fill.currency_blocks[currency]
    column, _ = fill.book.at(name)
    sheet = fill.book.ref(name).split("!")[0]
    return f"{sheet}!${letters(column)}${first}:${letters(column)}${last}"


def _texts(values: list[str | None], style: int, words: dict[str, str] | None = None) -> list[str]:
    """Return each text's style and content; equal texts are written once and shared."""
    known: dict[str | None, str] = {}
    out = []
    for value in values:
        made = known.get(value)
        if made is None:
            shown = words.get(value, value) if words and value is not None else value
            content = cells.text(shown)
            made = known[value] = f'{style}"/>' if content == cells.EMPTY else f'{style}"{content}</c>'
        out.append(made)
    return out


def _dates(column: pa.ChunkedArray, style: int) -> list[str]:
    known: dict[date | None, str] = {None: f'{style}"/>'}
    out = []
    for value in column.cast(pa.int32()).to_pylist():
        made = known.get(value)
        if made is None:
            made = known[value] = f'{style}"><v>{value + _EPOCH_SERIAL}</v></c>'
        out.append(made)
    return out


def _amounts(fill: Fill, minor: list[int], currencies: list[str], name: str) -> list[str]:
    distinct = set(currencies)
    if len(distinct) == 1:
        currency = next(iter(distinct))
        style = fill.amount_style(name, currency)
        start = f'{style}"><v>'
        return [f"{start}{value}</v></c>" for value in cells.decimals(minor, fill.digits(currency))]
    out = [""] * len(minor)
    for currency in sorted(distinct):
        places = [place for place, code in enumerate(currencies) if code == currency]
        start = f'{fill.amount_style(name, currency)}"><v>'
        for place, value in zip(places, cells.decimals([minor[p] for p in places], fill.digits(currency)), strict=True):
            out[place] = f"{start}{value}</v></c>"
    return out


def _bucket_styles(fill: Fill) -> dict[str, str]:
    """Return each bucket's finished cell: its label, and its colour as left edge."""
    book = fill.book
    edges = book.place("data_edges")
    sheet = book.sheet(edges.sheet)
    base = book.style("items_bucket")
    order = ["not_due", *fill.overdue, "no_due_date", UNAPPLIED]
    place = {"not_due": 0, "no_due_date": edges.width - 2, UNAPPLIED: edges.width - 1}
    place |= {key: 1 + number for number, key in enumerate(fill.overdue)}
    return {
        key: f'{book.styles.variant(base, edge=sheet.style(edges.column + place[key], edges.row))}"'
        f"{cells.text(fill.bucket(key))}</c>"
        for key in order
    }


def finished_columns(fill: Fill) -> dict[str, list[str]]:
    """Return, by field, each item's cell after `s="`."""
    items, book = fill.items, fill.book
    n = items.num_rows
    raw: dict[str, list[Any]] = {
        field: items[column].to_pylist() for field, column in FIELDS.items() if field not in ("issue", "due")
    }
    kinds = {key: say(f"common.kind.{key}", fill.lang) for key in set(filter(None, raw["kind"])) if _known_kind(key)}
    statuses = {key: fill.say(f"word.status_{key}") for key in ("disputed", UNAPPLIED)}
    buckets = _bucket_styles(fill)
    out: dict[str, list[str]] = {}
    for field in FIELDS:
        style = book.style(f"items_{field}")
        if field in ("issue", "due"):
            out[field] = _dates(items[FIELDS[field]], style)
        elif field == "days":
            out[field] = [
                f'{style}"/>' if v is None else f'{style}"><v>{v if v > 0 else 0}</v></c>' for v in raw[field]
            ]
        elif field == "bucket":
            out[field] = [buckets[key] for key in raw["bucket"]]
        elif field == "original":
            out[field] = _amounts(fill, raw[field], raw["original_currency"], "items_original")
        elif field == "amount":
            out[field] = _amounts(fill, raw[field], raw["currency"], "items_amount")
        else:
            words = kinds if field == "kind" else statuses if field == "status" else None
            out[field] = _texts(raw[field], style, words)
        assert len(out[field]) == n
    return out


def _known_kind(key: str) -> bool:
    try:
        say(f"common.kind.{key}", "en")
    except KeyError:
        return False
    return True


def _rows(fill: Fill, columns: dict[str, list[str]], top: int) -> Iterator[bytes]:
    """Give the item rows in pieces. A cell the template adds to the sample row goes with every row."""
    book = fill.book
    place = book.place("items_code")
    sheet = book.sheet(place.sheet)
    model = sheet.rows[place.row]
    where = {book.place(f"items_{field}").column: field for field in FIELDS}
    shape = (
        f'<row r="%s"{sheet.row_attributes(model.attributes, -1)}>'.replace("%s", "\0")
        .replace("%", "%%")
        .replace("\0", "%s")
    )
    parts: list[list[str]] = []
    for column in sorted({*model.cells, *where}):
        address = letters(column)
        if column in where:
            shape += f'<c r="{address}%s" s="%s'
            parts.append(columns[where[column]])
        else:
            style, content = model.cells[column]
            end = "/>" if content == cells.EMPTY else content.replace("%", "%%") + "</c>"
            shape += f'<c r="{address}%s" s="{style}"{end}'
            parts.append([])
    shape += "</row>"
    n = fill.items.num_rows
    for start in range(0, n, _CHUNK):
        end = min(start + _CHUNK, n)
        numbers = [str(top + place) for place in range(start, end)]
        series: list[list[str]] = [numbers]
        for part in parts:
            series.append(numbers)
            if part:
                series.append(part[start:end])
        yield "".join([shape % values for values in zip(*series, strict=True)]).encode()
