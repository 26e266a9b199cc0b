"""Which column means what: the fields, presets by ERP system and in plain English and Chinese, and finding the header row.

What must stay true: a preset names the source of its headers; a header is matched whole, never by a part of it; what was not
recognised is told, not dropped.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, Literal

from creditlib.days import DateOrder
from creditlib.facts.sources import Grid
from creditlib.facts.tables import KINDS
from creditlib.facts.values import DecimalSign
from creditlib.money import CURRENCIES, CURRENCY_NAMES

Role = Literal["documents", "allocations", "sales", "customers", "control", "rates"]
Shape = Literal["open_items", "paid_history", "documents_with_allocations", "running_account"]

FIELDS: Final[dict[Role, tuple[str, ...]]] = {
    "documents": (
        "customer", "customer_name", "document", "kind", "issue_on", "posted_on", "shipped_on", "received_on", "accepted_on",
        "due_on", "known_on", "settled_on", "clearing", "allocated_to", "currency", "amount", "open_amount", "original_amount",
        "paid_amount", "debit", "credit", "debit_credit", "tax", "local_amount", "local_currency", "entity", "gl_account",
        "salesperson", "collector", "terms", "order", "delivery", "contract", "reference_text", "related_party",
        "disputed_from", "disputed_to", "dispute_reason", "marker", "cancelled",
    ),
    "allocations": (
        "entity", "customer", "from_document", "to_document", "amount", "on", "known_on", "undone_on", "currency",
    ),
    "sales": ("month", "customer", "entity", "currency", "gross", "net"),
    "customers": (
        "customer", "customer_name", "credit_code", "country", "parent", "group", "sector", "salesperson", "collector", "terms",
        "assigned_from", "assigned_to", "related_party",
    ),
    "control": ("entity", "account", "currency", "balance"),
    "rates": ("on", "from_currency", "to_currency", "rate"),
}  # fmt: skip

NEEDED: Final[dict[Role, tuple[tuple[str, ...], ...]]] = {
    "documents": (("customer", "customer_name"), ("amount", "open_amount", "debit", "credit", "original_amount")),
    "allocations": (("to_document",), ("from_document",), ("amount",), ("on",)),
    "sales": (("month",), ("gross", "net")),
    "customers": (("customer",), ("customer_name",)),
    "control": (("balance",),),
    "rates": (("from_currency",), ("rate",)),
}
AMOUNT_FIELDS: Final = ("open_amount", "amount", "debit", "credit", "original_amount")
_TIEBREAK: Final = {"documents": 0.3, "allocations": 0.2, "sales": 0.1, "customers": 0.0, "control": 0.0, "rates": 0.0}
_UNIT_POWER: Final = {"万元": 4, "亿元": 8, "千元": 3}


@dataclass(frozen=True)
class Preset:
    """Headers one system writes. aliases: field → spellings; kinds: type text → kind; flags: text → "debit" or "credit".

    customer_above: the customer stands on a row of its own above its documents. open_list: rows are what is open.
    grade: of the source: A vendor source, B third-party parser, C page; blank for this library's own names. marks: headers of
    which one must be there, so that an everyday list is not taken for this system's. voids: texts of the `cancelled` column
    that say "not a receivable", beside yes.
    """

    name: str
    role: Role
    title: str
    source: str
    aliases: MappingABC[str, tuple[str, ...]]
    kinds: MappingABC[str, str] = field(default_factory=dict)
    customer_above: bool = False
    open_list: bool = False
    grade: str = ""
    marks: tuple[str, ...] = ()
    flags: MappingABC[str, str] = field(default_factory=dict)
    voids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping:
    """How one sheet is read. columns: field → index of its column. header_row: from 0, −1 when there is none.

    currency: said by the amount's header ("Amount in USD"). power: of ten, said by it (万元). unused: headers not recognised.
    """

    role: Role
    preset: str
    columns: MappingABC[str, int]
    headers: tuple[str, ...] = ()
    header_row: int = 0
    kinds: MappingABC[str, str] = field(default_factory=dict)
    terms: MappingABC[str, str] = field(default_factory=dict)
    customer_above: bool = False
    open_list: bool = False
    shape: Shape | None = None
    date_order: DateOrder | None = None
    decimal: DecimalSign | None = None
    currency: str | None = None
    power: int = 0
    flags: MappingABC[str, str] = field(default_factory=dict)
    voids: tuple[str, ...] = ()

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers of columns that no field took."""
        taken = set(self.columns.values())
        return tuple(h for i, h in enumerate(self.headers) if h and i not in taken)

    def header(self, name: str) -> str:
        """Return the header a field was recognised by, else the field."""
        i = self.columns.get(name, -1)
        return (self.headers[i] if 0 <= i < len(self.headers) else "") or name


def normal(header: str) -> str:
    """Return a header as it is compared: case, blanks, punctuation and old 帐 aside.

    >>> normal("Net_due date:"), normal("清帐 日期")
    ('netduedate', '清账日期')
    """
    return re.sub(
        r"[\s_\-./:：·'’`#*]+", "", header.casefold().replace("帐", "账").replace("（", "(").replace("）", ")")
    )


@cache
def presets() -> tuple[Preset, ...]:
    """Return all presets that ship, the plain ones last.

    Raises: ValueError for a preset that names an unknown field, kind or flag, or no source.
    """
    found = []
    folder = files("creditlib.facts.presets")
    for entry in sorted(folder.iterdir(), key=lambda e: (e.name.startswith("plain"), e.name)):
        if entry.name.endswith(".toml"):
            data = tomllib.loads(entry.read_text(encoding="utf-8"))
            for part in data["preset"]:
                aliases = {name: tuple(normal(a) for a in names) for name, names in part["fields"].items()}
                kinds = {normal(k): v for k, v in part.get("kinds", {}).items()}
                flags = {normal(k): v for k, v in part.get("flags", {}).items()}
                unknown = aliases.keys() - set(FIELDS[part["role"]])
                unknown |= set(kinds.values()) - set(KINDS) | set(flags.values()) - {"debit", "credit"}
                if unknown or not part["source"].strip():
                    raise ValueError(f"{entry.name}: {part['name']}: no source, or unknown names {sorted(unknown)}")
                found.append(
                    Preset(
                        part["name"], part["role"], part["title"], part["source"], aliases, kinds,
                        part.get("customer_above", False), part.get("open_list", False), part.get("grade", ""),
                        tuple(normal(m) for m in part.get("marks", ())), flags,
                        tuple(v.casefold() for v in part.get("voids", ())),
                    )
                )  # fmt: skip
    return tuple(found)


_WORDS: Final = {"ALL", "TOP", "TRY", "PEN", "CUP", "MOP", "SOS"}
"""Currencies that are English words too: "Amount all" is no amount in lek."""


def _split_currency(header: str) -> tuple[str, str | None, int]:
    """Return an amount's header without the currency and unit it ends with: "converted_usd", "Amount in USD", "金额(万元)"."""
    power = next((p for unit, p in _UNIT_POWER.items() if unit in header), 0)
    body = re.sub("|".join(_UNIT_POWER), "", header)
    for match in re.finditer(r"[A-Za-z]{3}(?![A-Za-z])|[一-鿿]{2,3}", body):
        word = match.group()
        before = body[match.start() - 1 : match.start()]
        code = word.upper() if word.upper() in CURRENCIES else CURRENCY_NAMES.get(word.upper())
        whole = (not before.isalpha() or not word.isascii()) and (word.isupper() or word.upper() not in _WORDS)
        if code and whole and (match.start() > 0):
            return re.sub(r"\s+in\s*$", "", body[: match.start()]) + body[match.end() :], code, power
    return body, None, power


@lru_cache(4096)
def variants(header: str) -> tuple[str, ...]:
    """Return the spellings a header is tried under: as it stands, and without a bracket or currency at its end."""
    full = normal(header)
    stripped = normal(re.sub(r"[(（\[][^)）\]]*[)）\]]\s*$", "", header))
    currency = normal(re.sub(r"[()（）\[\]]", "", _split_currency(header)[0]))
    return tuple(dict.fromkeys(v for v in (full, stripped, currency) if v))


def _spellings(row: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """Return spelling → (rank of the spelling, column) of one candidate header row."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for i, cell in enumerate(row):
        for rank, variant in enumerate(variants(cell) if cell else ()):
            found[variant].append((rank, i))
    return found


def _match(
    row: Sequence[str], cells: MappingABC[str, list[tuple[int, int]]], preset: Preset, fill: Sequence[Preset]
) -> tuple[dict[str, int], int]:
    """Return field → column index for one candidate header row, and how many of them the preset's own aliases gave; the
    preset's aliases come first, then the plain ones'."""
    columns: dict[str, int] = {}
    dropped: set[str] = set()
    own = 0
    for source in (preset, *fill):
        for name, aliases in source.aliases.items():
            if name in columns or name in dropped:
                continue
            taken = set(columns.values())
            found = [
                (rank, k, i) for k, a in enumerate(aliases) if a in cells for rank, i in cells[a] if i not in taken
            ]
            if found:
                columns[name] = min(found)[2]
        if source is preset:
            own = len(columns)
            dropped = _use_local_amount(row, columns, plain=preset.name.startswith("plain"))
    return columns, own


def _use_local_amount(row: Sequence[str], columns: dict[str, int], *, plain: bool) -> set[str]:
    """Take the local amount where it is the only one, or where nothing names the currency of the other one. Returns the
    fields that other aliases must then not fill."""
    if "local_amount" not in columns:
        return set()
    amounts = [name for name in AMOUNT_FIELDS if name in columns]
    named = "currency" in columns or any(_split_currency(row[columns[name]])[1] for name in amounts)
    if amounts and (named or plain):
        return set()
    for name in (*amounts, "currency"):
        columns.pop(name, None)
    columns["amount"] = columns.pop("local_amount")
    if "local_currency" in columns:
        columns["currency"] = columns.pop("local_currency")
    return {"currency", "local_amount", "local_currency", *amounts} - columns.keys()


def _complete(columns: MappingABC[str, int], preset: Preset) -> bool:
    groups = NEEDED[preset.role][1:] if preset.customer_above else NEEDED[preset.role]
    if preset.role == "documents" and not columns.keys() & {"document", "issue_on", "posted_on", "due_on"}:
        return False
    return all(any(name in columns for name in group) for group in groups)


def recognise(grid: Grid, role: Role | None = None) -> Mapping | None:
    """Find header row and preset of a sheet: the pair that explains most headers. None when nothing fits.

    role: consider only presets of this role.
    """
    best: tuple[float, Mapping] | None = None
    rows = [(index, row, _spellings(row)) for index, row in header_candidates(grid)]
    for preset in presets():
        if role is not None and preset.role != role:
            continue
        fill = [p for p in presets() if p.role == preset.role and p.name.startswith("plain") and p is not preset]
        for index, row, cells in rows:
            if preset.marks and not any(mark in cells for mark in preset.marks):
                continue
            columns, own = _match(row, cells, preset, fill)
            if not own or not _complete(columns, preset):
                continue
            score = own + 0.5 * (len(columns) - own) + _TIEBREAK[preset.role] - 0.001 * index
            score -= 0.2 if preset.name.startswith("plain") else 0.0
            score -= 0.5 if _goes_on(grid, index, columns) else 0.0
            if best is None or score > best[0]:
                best = score, make_mapping(preset, columns, row, index)
    return best[1] if best else None


def _goes_on(grid: Grid, index: int, columns: MappingABC[str, int]) -> bool:
    """Whether the row below still holds words where amounts should stand: then the header has one more level."""
    below = grid.head[index + 1] if index + 1 < len(grid.head) else ()
    cells = [below[columns[n]] for n in AMOUNT_FIELDS if n in columns and columns[n] < len(below)]
    return any(any(c.isalpha() for c in cell) and not any(c.isdigit() for c in cell) for cell in cells)


def header_candidates(grid: Grid) -> list[tuple[int, tuple[str, ...]]]:
    """Return rows that may be a header: at least two cells filled; and each header of two or three levels as one row."""
    found = []
    for i, row in enumerate(grid.head):
        if sum(bool(cell) for cell in row) < 2:
            continue
        found.append((i, row))
        for below in (i + 1, i + 2):
            lower = grid.head[below] if below < len(grid.head) else ()
            if sum(bool(c) for c in lower) < 2 or (all(row) and len(row) >= len(lower)):
                break
            row = _joined(row, lower)
            found.append((below, row))
    return found


def _joined(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """Join a two-level header: 借方 over 发生, 已结 … becomes 借方发生, 借方已结."""
    width = max(len(upper), len(lower))
    top, joined = "", []
    for i in range(width):
        above = upper[i] if i < len(upper) else ""
        below = lower[i] if i < len(lower) else ""
        top = above or top
        joined.append(top + below if below else above)
    return tuple(joined)


def make_mapping(preset: Preset, columns: dict[str, int], row: Sequence[str], index: int) -> Mapping:
    """Return the mapping of a sheet whose columns are known."""
    currency, power = None, 0
    for name in AMOUNT_FIELDS:
        if name in columns:
            _, code, power = _split_currency(row[columns[name]] if columns[name] < len(row) else "")
            currency = currency or code
            break
    return Mapping(
        preset.role, preset.name, columns, tuple(row), index, preset.kinds,
        customer_above=preset.customer_above and not columns.keys() & {"customer", "customer_name"},
        open_list=preset.open_list, currency=currency, power=power, flags=preset.flags, voids=preset.voids,
    )  # fmt: skip
