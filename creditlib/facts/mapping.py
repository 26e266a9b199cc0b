"""Which column means what: presets by ERP system, plain English and Chinese, and a firm's own `map.toml`.

What must stay true: a preset names the source of its headers; a header is matched whole, never by a part of it; what was not
recognised is told, not dropped.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, get_args

from creditlib.days import ORDERS, DateOrder
from creditlib.errors import MappingError
from creditlib.facts.sources import Grid
from creditlib.facts.tables import KINDS
from creditlib.facts.values import DecimalSign
from creditlib.money import CURRENCIES, CURRENCY_NAMES, currency_code

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

_NEEDED: Final[dict[Role, tuple[tuple[str, ...], ...]]] = {
    "documents": (("customer", "customer_name"), ("amount", "open_amount", "debit", "credit", "original_amount")),
    "allocations": (("to_document",), ("from_document",), ("amount",), ("on",)),
    "sales": (("month",), ("gross", "net")),
    "customers": (("customer",), ("customer_name",)),
    "control": (("balance",),),
    "rates": (("from_currency",), ("rate",)),
}
_AMOUNT_FIELDS: Final = ("open_amount", "amount", "debit", "credit", "original_amount")
_TIEBREAK: Final = {"documents": 0.3, "allocations": 0.2, "sales": 0.1, "customers": 0.0, "control": 0.0, "rates": 0.0}
_UNIT_POWER: Final = {"万元": 4, "亿元": 8, "千元": 3}


@dataclass(frozen=True)
class Preset:
    """Headers one system writes. aliases: field → spellings; kinds: type text → kind; terms: code → payment term.

    customer_above: the customer stands on a row of its own above its documents. open_list: rows are what is open.
    """

    name: str
    role: Role
    title: str
    source: str
    aliases: MappingABC[str, tuple[str, ...]]
    kinds: MappingABC[str, str] = field(default_factory=dict)
    customer_above: bool = False
    open_list: bool = False


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

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers of columns that no field took."""
        taken = set(self.columns.values())
        return tuple(h for i, h in enumerate(self.headers) if h and i not in taken)

    def header(self, name: str) -> str:
        """Return the header a field was recognised by."""
        return self.headers[self.columns[name]]


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
    """Return all presets that ship, the plain ones last."""
    found = []
    folder = files("creditlib.facts.presets")
    for entry in sorted(folder.iterdir(), key=lambda e: (e.name.startswith("plain"), e.name)):
        if entry.name.endswith(".toml"):
            data = tomllib.loads(entry.read_text(encoding="utf-8"))
            for part in data["preset"]:
                aliases = {name: tuple(normal(a) for a in names) for name, names in part["fields"].items()}
                unknown = aliases.keys() - set(FIELDS[part["role"]])
                if unknown:
                    raise ValueError(f"{entry.name}: unknown fields {sorted(unknown)}")
                kinds = {normal(k): v for k, v in part.get("kinds", {}).items()}
                found.append(
                    Preset(
                        part["name"], part["role"], part["title"], part["source"], aliases, kinds,
                        part.get("customer_above", False), part.get("open_list", False),
                    )
                )  # fmt: skip
    return tuple(found)


def _split_currency(header: str) -> tuple[str, str | None, int]:
    """Return an amount's header without the currency and unit it ends with: "converted_usd", "金额(万元)"."""
    power = next((p for unit, p in _UNIT_POWER.items() if unit in header), 0)
    body = re.sub("|".join(_UNIT_POWER), "", header)
    for match in re.finditer(r"[A-Za-z]{3}(?![A-Za-z])|[一-鿿]{2,3}", body):
        word = match.group()
        before = body[match.start() - 1 : match.start()]
        code = word.upper() if word.upper() in CURRENCIES else CURRENCY_NAMES.get(word.upper())
        whole = not before.isalpha() or not word.isascii()
        if code and whole and (match.start() > 0):
            return body[: match.start()] + body[match.end() :], code, power
    return body, None, power


def _variants(header: str) -> tuple[str, ...]:
    """Return the spellings a header is tried under: as it stands, and without a bracket or currency at its end."""
    full = normal(header)
    stripped = normal(re.sub(r"[(（\[][^)）\]]*[)）\]]\s*$", "", header))
    currency = normal(re.sub(r"[()（）\[\]]", "", _split_currency(header)[0]))
    return tuple(dict.fromkeys(v for v in (full, stripped, currency) if v))


def _match(row: Sequence[str], preset: Preset, fill: Sequence[Preset]) -> dict[str, int]:
    """Return field → column index for one candidate header row; the preset's aliases first, then the plain ones'."""
    cells = [_variants(cell) if cell else () for cell in row]
    columns: dict[str, int] = {}
    for source in (preset, *fill):
        for name, aliases in source.aliases.items():
            if name in columns:
                continue
            best = None
            for alias_rank, alias in enumerate(aliases):
                for i, variants in enumerate(cells):
                    if alias in variants and i not in columns.values():
                        best = (
                            (variants.index(alias), alias_rank, i)
                            if best is None
                            else min(best, (variants.index(alias), alias_rank, i))
                        )
            if best is not None:
                columns[name] = best[2]
    return columns


def _complete(columns: MappingABC[str, int], role: Role) -> bool:
    return all(any(name in columns for name in group) for group in _NEEDED[role])


def recognise(grid: Grid, role: Role | None = None) -> Mapping | None:
    """Find header row and preset of a sheet: the pair that explains most headers. None when nothing fits.

    role: consider only presets of this role.
    """
    best: tuple[float, Mapping] | None = None
    rows = _header_candidates(grid)
    for preset in presets():
        if role is not None and preset.role != role:
            continue
        fill = [p for p in presets() if p.role == preset.role and p.name.startswith("plain") and p is not preset]
        for index, row in rows:
            own = _match(row, preset, ())
            if not own:
                continue
            columns = _match(row, preset, fill)
            if preset.customer_above and "customer" not in columns and "customer_name" not in columns:
                columns = {**columns, "customer_name": _group_column(columns)}
            if not _complete(columns, preset.role):
                continue
            if preset.role == "documents" and not columns.keys() & {"document", "issue_on", "posted_on", "due_on"}:
                continue
            score = len(own) + 0.5 * (len(columns) - len(own)) + _TIEBREAK[preset.role] - 0.001 * index
            score -= 0.2 if preset.name.startswith("plain") else 0.0
            if best is None or score > best[0]:
                best = score, _mapping(preset, columns, row, index)
    return best[1] if best else None


def _header_candidates(grid: Grid) -> list[tuple[int, tuple[str, ...]]]:
    """Return rows that may be a header: at least two cells filled; and each two-level header as one row."""
    found = []
    for i, row in enumerate(grid.head):
        if sum(bool(cell) for cell in row) >= 2:
            found.append((i, row))
            below = grid.head[i + 1] if i + 1 < len(grid.head) else ()
            if below and any(not cell for cell in row) and sum(bool(c) for c in below) >= 2:
                found.append((i + 1, _joined(row, below)))
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


def _group_column(columns: MappingABC[str, int]) -> int:
    taken = set(columns.values())
    return next((i for i in range(len(taken) + 1) if i not in taken), 0)


def _mapping(preset: Preset, columns: dict[str, int], row: Sequence[str], index: int) -> Mapping:
    currency, power = None, 0
    for name in _AMOUNT_FIELDS:
        if name in columns:
            _, code, power = _split_currency(row[columns[name]])
            currency = currency or code
            break
    return Mapping(
        preset.role, preset.name, columns, tuple(row), index, preset.kinds,
        customer_above=preset.customer_above and "customer" not in columns, open_list=preset.open_list,
        currency=currency, power=power,
    )  # fmt: skip


def unrecognised(grid: Grid) -> MappingError:
    """Return the error for a sheet whose columns fit no preset, with the row that looked most like a header."""
    row = max(grid.head, key=lambda r: sum(bool(c) for c in r), default=())
    shown = ", ".join(c for c in row if c)[:200]
    return MappingError(
        f"{grid.name}: no column means a customer and an amount. Best header row found: {shown or '(none)'}. "
        f'Write a map: credit map "{grid.name.split(":")[0]}" --out map.toml, then give --map map.toml.',
        f"{grid.name}：找不到表示客户和金额的列。最像表头的一行：{shown or '（无）'}。"
        f'请生成映射：credit map "{grid.name.split(":")[0]}" --out map.toml，再用 --map map.toml。',
    )


# ------------------------------------------------------------------------------------------------------------- map.toml

_KEYS: Final = {
    "role",
    "preset",
    "header_row",
    "shape",
    "date_order",
    "decimal",
    "currency",
    "unit_power",
    "columns",
    "kinds",
    "terms",
}


def load_map(path: str | Path) -> dict[str, Any]:
    """Return the content of a `map.toml`, its keys checked. Raises: MappingError naming every wrong key."""
    path = Path(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path}: can't be read: {error}", f"{path}：无法读取：{error}") from error
    faults = [f"unknown key {key!r}" for key in sorted(data.keys() - _KEYS)]
    role = data.get("role", "documents")
    if role not in FIELDS:
        faults.append(f"role {role!r} is not one of {', '.join(FIELDS)}")
    else:
        for name in data.get("columns", {}):
            if name not in FIELDS[role]:
                close = difflib.get_close_matches(name, FIELDS[role], 1)
                faults.append(f"unknown field {name!r}" + (f", perhaps {close[0]!r}" if close else ""))
    faults += [
        f"kind {kind!r} is not one of {', '.join(KINDS)}"
        for kind in data.get("kinds", {}).values()
        if kind not in KINDS
    ]
    for key, allowed in (("shape", get_args(Shape)), ("date_order", ORDERS), ("decimal", (".", ","))):
        if data.get(key) not in (None, *allowed):
            faults.append(f"{key} {data[key]!r} is not one of {', '.join(allowed)}")
    if "currency" in data and currency_code(str(data["currency"])) is None:
        faults.append(f"currency {data['currency']!r} is not an ISO 4217 code")
    if faults:
        told = "; ".join(faults)
        raise MappingError(f"{path}: {told}.", f"{path}：{told}。")
    return data


def apply_map(grid: Grid, data: MappingABC[str, Any], path: str) -> Mapping:
    """Return the mapping a `map.toml` prescribes for a sheet. Raises: MappingError for a header the sheet does not have."""
    row_number = data.get("header_row")
    if row_number is None:
        wanted = {normal(str(h)) for h in data.get("columns", {}).values()}
        candidates = _header_candidates(grid)
        index, row = max(candidates, key=lambda c: len(wanted & {normal(x) for x in c[1]}), default=(0, ()))
    else:
        index = int(row_number) - 1
        row = next((r for i, r in reversed(_header_candidates(grid)) if i == index and not data.get("columns")), ())
        options = [r for i, r in _header_candidates(grid) if i == index]
        wanted = {normal(str(h)) for h in data.get("columns", {}).values()}
        row = max(options, key=lambda r: len(wanted & {normal(x) for x in r}), default=())
    normals = [normal(cell) for cell in row]
    columns: dict[str, int] = {}
    for name, header in data.get("columns", {}).items():
        if normal(str(header)) not in normals:
            shown = ", ".join(c for c in row if c)
            raise MappingError(
                f"{path}: {grid.name} has no column {header!r} (for {name}) in row {index + 1}. It has: {shown}.",
                f"{path}：{grid.name} 第 {index + 1} 行没有列 {header!r}（用于 {name}）。现有：{shown}。",
            )
        columns[name] = normals.index(normal(str(header)))
    role: Role = data.get("role", "documents")
    missing = [" or ".join(group) for group in _NEEDED[role] if not any(n in columns for n in group)]
    if missing:
        raise MappingError(
            f"{path}: [columns] lacks {', '.join(missing)}.", f"{path}：[columns] 缺少 {'、'.join(missing)}。"
        )
    base = next((p for p in presets() if p.name == data.get("preset")), None)
    if data.get("preset") and base is None:
        raise MappingError(
            f"{path}: preset {data['preset']!r} does not exist. There are: {', '.join(p.name for p in presets())}.",
            f"{path}：没有预设 {data['preset']!r}。现有：{'、'.join(p.name for p in presets())}。",
        )
    made = _mapping(base or Preset("map", role, "", "", {}), columns, row, index)
    return replace(
        made,
        role=role,
        preset=f"map {Path(path).name}",
        kinds={**made.kinds, **{normal(k): v for k, v in data.get("kinds", {}).items()}},
        terms={str(k).strip().upper(): str(v) for k, v in data.get("terms", {}).items()},
        shape=data.get("shape"),
        date_order=data.get("date_order"),
        decimal=data.get("decimal"),
        currency=currency_code(str(data["currency"])) if "currency" in data else made.currency,
        power=int(data.get("unit_power", made.power)),
    )


def propose_map(grid: Grid, mapping: Mapping) -> str:
    """Return a `map.toml` that says what was recognised, for a person to correct."""
    lines = [f"# How {grid.name} is read. Correct what is wrong, then: credit close … --map map.toml",
             f"# 读取 {grid.name} 的方式。更正后使用：credit close … --map map.toml",
             f'role = "{mapping.role}"', f'preset = "{mapping.preset}"', f"header_row = {mapping.header_row + 1}"]  # fmt: skip
    if mapping.currency:
        lines.append(f'currency = "{mapping.currency}"')
    if mapping.power:
        lines.append(f"unit_power = {mapping.power}")
    lines += ['# date_order = "dmy"', '# decimal = "."', '# shape = "open_items"', "", "[columns]"]
    lines += [f"{name} = {_quoted(mapping.headers[i])}" for name, i in mapping.columns.items() if mapping.headers[i]]
    if mapping.unused:
        lines += ["", "# Not used 未使用: " + ", ".join(_quoted(h) for h in mapping.unused)]
    lines += ["", "# [kinds]   # text in the kind column → " + ", ".join(KINDS), '# [terms]   # "NT6C" = "net 360"', ""]
    return "\n".join(lines)


def blank_map(grid: Grid) -> str:
    """Return a `map.toml` for a sheet nothing was recognised in: its likeliest header row, every field to be filled in."""
    index, row = max(_header_candidates(grid), key=lambda c: sum(bool(x) for x in c[1]), default=(0, ()))
    lines = [f"# {grid.name}: no preset fits. Write the header beside each field you have; delete the rest.",
             f"# {grid.name}：没有合适的预设。请在各字段旁写上表头，删去其余。",
             "# Headers found 找到的表头: " + ", ".join(_quoted(h) for h in row if h),
             'role = "documents"', f"header_row = {index + 1}", "", "[columns]"]  # fmt: skip
    lines += [f'# {name} = ""' for name in FIELDS["documents"]]
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
