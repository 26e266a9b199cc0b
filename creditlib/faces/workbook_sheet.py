"""One worksheet of a template: its rows, what is put into them, sample rows repeated, and what surrounds them moved along.

What must stay true: a cell keeps its template's style; what nobody fills stays as it was; merged cells, conditional formats,
filters, page breaks and frozen panes follow the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape

from creditlib.errors import TemplateError
from creditlib.faces.package import clean

_ROW = re.compile(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.S)
_CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.S)
ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")


def letters(column: int) -> str:
    """Return a column's letters.

    >>> letters(1), letters(28)
    ('A', 'AB')
    """
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(name: str) -> int:
    """Return a column's number.

    >>> column_of("AB")
    28
    """
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


@dataclass(slots=True)
class Band:
    """Sample rows `first` … `first + height - 1`, repeated `count` times. `lines` may deliver finished rows instead."""

    first: int
    height: int
    count: int
    lines: Callable[[int], Iterable[bytes]] | None = None


@dataclass(slots=True)
class _Row:
    attributes: str
    cells: dict[int, tuple[int, str]] = field(default_factory=dict)  # column: style, what follows the style


class Sheet:
    """One worksheet: the rows of the template, what was put into them, and what surrounds them."""

    def __init__(self, title: str, part: str, xml: str) -> None:
        self.title, self.part = title, part
        found = re.search(r"<sheetData\b[^>]*?(?:/>|>(.*?)</sheetData>)", xml, re.S)
        if found is None:
            raise TemplateError(
                f'sheet "{title}" of the template holds no cells.', f"模板的工作表“{title}”没有单元格。"
            )
        self.head, self.tail = xml[: found.start()], xml[found.end() :]
        self.rows: dict[int, _Row] = {}
        for attributes, inside in _ROW.findall(found[1] or ""):
            number = int(re.search(r'\br="(\d+)"', attributes)[1])  # type: ignore[index]
            row = _Row(re.sub(r'\s(?:r|spans)="[^"]*"', "", " " + attributes.strip()).rstrip())
            for tag, content in _CELL.findall(inside or ""):
                address = re.search(r'\br="([A-Z]+)\d+"', tag)[1]  # type: ignore[index]
                style = re.search(r'\bs="(\d+)"', tag)
                kind = re.search(r'\bt="(\w+)"', tag)
                if "<f" in (content or ""):
                    content = re.sub(r"<v>.*?</v>|<v/>", "", content, flags=re.S)
                    kind = None
                row.cells[column_of(address)] = (
                    int(style[1]) if style else 0,
                    (f' t="{kind[1]}"' if kind and content else "") + ">" + (content or ""),
                )
            self.rows[number] = row
        self.bands: list[Band] = []
        self.filled: dict[int, dict[int, tuple[str, int | None]]] = {}
        self.heights: dict[int, float] = {}
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.footer: dict[str, str] = {}
        self.unbroken = False  # without the page breaks of the template
        self.frozen = 0  # rows frozen, 0: as the template says
        self.widest: dict[int, float] = {}  # column: characters of its longest figure or code

    def column_width(self, column: int) -> float:
        """Return a column's width in the template."""
        for tag in re.findall(r"<col\b[^>]*/>", self.head):
            low, high = (int(re.search(rf'\b{name}="(\d+)"', tag)[1]) for name in ("min", "max"))  # type: ignore[index]
            width = re.search(r'\bwidth="([\d.]+)"', tag)
            if low <= column <= high and width:
                return float(width[1])
        return 9.0

    def style(self, column: int, row: int) -> int:
        """Return the style of a template cell."""
        return self.rows[row].cells[column][0] if row in self.rows and column in self.rows[row].cells else 0

    def final(self, row: int, copy: int = 0) -> int:
        """Return where a template row ends up: in a band, the given copy of it."""
        moved = row
        for band in self.bands:
            if band.first + band.height <= row:
                moved += (band.count - 1) * band.height
            elif band.first <= row:
                moved += copy * band.height
        return moved

    def last(self, row: int) -> int:
        """Return the last copy of a template row."""
        band = next((b for b in self.bands if b.first <= row < b.first + b.height), None)
        return self.final(row, max(band.count - 1, 0) if band else 0)

    def fixed_formula(self) -> str:
        """Return the address of a formula that can't follow its rows, "" where there is none: one written over several cells
        (shared, array, data table), beside or below a list, or above it but reaching over several rows.
        """
        top = min((band.first for band in self.bands), default=0)
        for row, model in self.rows.items() if top else ():
            for column, (_, content) in model.cells.items():
                over = re.search(r'<f\b[^>]*\bt="(?:shared|array|dataTable)"[^>]*>', content)
                if over is None:
                    continue
                reach = re.search(r'\bref="[A-Z]+(\d+)(?::[A-Z]+(\d+))?"', over[0])
                if row >= top or (reach and reach[2] and reach[1] != reach[2]):
                    return f"{letters(column)}{row}"
        return ""

    def moves(self, area: str) -> bool:
        """Whether an area such as "A5:Q6" has rows that move or are repeated."""
        rows = [int(row) for _, row in ADDRESS.findall(area)]
        return bool(self.bands) and max(rows, default=0) >= min(band.first for band in self.bands)

    def put(self, column: int, final_row: int, content: str, style: int | None = None) -> None:
        """Fill a cell; its style stays the template's unless one is given."""
        self.filled.setdefault(final_row, {})[column] = (content, style)

    def stream(self, relocate: Callable[[str, int], str]) -> Iterator[bytes]:
        """Give the sheet's XML in pieces. relocate: rewrites a formula's references; its second argument is the copy."""
        yield self._new_head().encode()
        yield b"<sheetData>"
        bands = {band.first: band for band in self.bands}
        top = max([*self.rows, *bands, *self.filled], default=0)
        row = 1
        while row <= top:
            band = bands.get(row)
            if band is None:
                yield self._row(row, self.final(row), 0, relocate)
                row += 1
                continue
            if band.lines is not None:
                yield from band.lines(self.final(row))
            else:
                for copy in range(band.count):
                    for step in range(band.height):
                        yield self._row(row + step, self.final(row + step, copy), copy, relocate)
            row += band.height
        yield b"</sheetData>"
        yield self._new_tail(relocate).encode()

    def _row(self, row: int, final: int, copy: int, relocate: Callable[[str, int], str]) -> bytes:
        model = self.rows.get(row)
        filled = self.filled.get(final, {})
        if model is None and not filled:
            return b""
        cells = model.cells if model else {}
        out = []
        for column in sorted({*cells, *filled}):
            style, content = cells.get(column, (0, ">"))
            if column in filled:
                content, other = filled[column]
                style = style if other is None else other
            elif "<f" in content:
                content = re.sub(
                    r"(<f\b[^>]*>)(.*?)(</f>)",
                    lambda m: m[1] + clean(relocate(unescape(m[2]), copy)) + m[3],
                    content,
                    flags=re.S,
                )
            end = "/>" if content == ">" else content + "</c>"
            out.append(f'<c r="{letters(column)}{final}" s="{style}"{end}')
        return f'<row r="{final}"{self.row_attributes(model.attributes if model else "", final)}>{"".join(out)}</row>'.encode()

    def row_attributes(self, attributes: str, final: int) -> str:
        """Return a row's attributes with its height and its being hidden."""
        if final in self.heights:
            attributes = re.sub(r'\s(?:ht|customHeight)="[^"]*"', "", attributes)
            attributes += f' ht="{self.heights[final]:g}" customHeight="1"'
        if final in self.hidden_rows:
            attributes = re.sub(r'\shidden="[^"]*"', "", attributes) + ' hidden="1"'
        return attributes

    def _new_head(self) -> str:
        head = re.sub(r"<dimension\b[^>]*/>", "", self.head)

        def pane(found: re.Match[str]) -> str:
            tag = found[0]
            split = re.search(r'ySplit="(\d+)"', tag)
            if split is None:
                return tag
            below = (self.frozen or self.final(int(split[1]) + 1) - 1) + 1
            tag = re.sub(r'ySplit="\d+"', f'ySplit="{below - 1}"', tag)
            return re.sub(r'topLeftCell="([A-Z]+)\d+"', rf'topLeftCell="\g<1>{below}"', tag)

        head = re.sub(r"<pane\b[^>]*/>", pane, head)
        if not self.hidden_columns and not self.widest:
            return head
        columns: dict[int, str] = {}
        for tag in re.findall(r"<col\b[^>]*/>", head):
            low, high = (int(re.search(rf'\b{name}="(\d+)"', tag)[1]) for name in ("min", "max"))  # type: ignore[index]
            for column in range(low, min(high, 400) + 1):
                columns[column] = re.sub(r'<col\b|\s(?:min|max)="\d+"|/>', "", tag)
        for column, needed in self.widest.items():
            given = re.search(r'\swidth="([\d.]+)"', columns.get(column, ""))
            if given and float(given[1]) < needed + 0.9:
                columns[column] = columns[column].replace(given[0], f' width="{needed + 0.9:g}"')
        for column in self.hidden_columns:
            kept = re.sub(r'\shidden="[^"]*"', "", columns.get(column, ' width="9"'))
            columns[column] = kept + ' hidden="1"'
        cols = "".join(f'<col min="{c}" max="{c}"{columns[c]}/>' for c in sorted(columns))
        head = re.sub(r"<cols>.*?</cols>", "", head, flags=re.S)
        return f"{head}<cols>{cols}</cols>"

    def _new_tail(self, relocate: Callable[[str, int], str]) -> str:
        tail = self.tail

        def merged(found: re.Match[str]) -> str:
            (a, first), (b, last) = (ADDRESS.fullmatch(x).groups() for x in found[1].split(":"))  # type: ignore[union-attr]
            band = next((s for s in self.bands if s.first <= int(first) < s.first + s.height), None)
            copies = range(band.count) if band else range(1)
            cells = [f"{a}{self.final(int(first), i)}:{b}{self.final(int(last), i)}" for i in copies]
            return "".join(f'<mergeCell ref="{cell}"/>' for cell in cells)

        tail = re.sub(r'<mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"\s*/>', merged, tail)
        count = tail.count("<mergeCell ")
        if not count:
            tail = re.sub(r"<mergeCells\b[^>]*>\s*</mergeCells>", "", tail)
        tail = re.sub(r'(<mergeCells\b[^>]*?count=")\d+', rf"\g<1>{count}", tail)
        tail = re.sub(
            r'(<(?:autoFilter|hyperlink)\b[^>]*?\sref="|\ssqref=")([^"]+)"',
            lambda m: m[1] + " ".join(relocate(part, -1) for part in m[2].split()) + '"',
            tail,
        )
        tail = re.sub(
            r"(<(?:formula|formula1|formula2)>)(.*?)(</)",
            lambda m: m[1] + clean(relocate(unescape(m[2]), 0)) + m[3],
            tail,
            flags=re.S,
        )
        tail = re.sub(r'(<brk\b[^>]*?\sid=")(\d+)"', lambda m: f'{m[1]}{self.final(int(m[2]) + 1) - 1}"', tail)
        if self.unbroken:
            tail = re.sub(r"<rowBreaks\b.*?</rowBreaks>", "", tail, flags=re.S)
        for key, value in self.footer.items():
            tail = tail.replace("{" + key + "}", clean(value.replace("&", "&&")))
        return tail
