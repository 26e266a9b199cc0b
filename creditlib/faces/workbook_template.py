"""A template to fill: its defined names say where each figure goes; sample rows say how each list looks.

A list is one or more sample rows that are repeated; what stands below moves down with its merged cells, conditional formats,
names, filters and print areas. What must stay true: no address is written in the library; a cell keeps its template's style; what
nobody fills stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from creditlib.errors import TemplateError
from creditlib.faces.package import Package, Part, clean
from creditlib.faces.workbook_styles import Styles

_ROW = re.compile(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.S)
_CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.S)
_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")
_REFERENCE = re.compile(
    r"\"(?:[^\"]|\"\")*\""
    r"|(?P<sheet>(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?"
    r"(?:(?P<a>\$?[A-Z]{1,3})(?P<ad>\$?)(?P<ar>\d+)(?::(?P<b>\$?[A-Z]{1,3})(?P<bd>\$?)(?P<br>\d+))?|\$(?P<r1>\d+):\$(?P<r2>\d+))"
    r"(?![\w(.])"
)


def letters(column: int) -> str:
    """Return a column's letters. >>> letters(1), letters(28) → ('A', 'AB')

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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a defined name points: its first cell, and how far its range goes."""

    sheet: str
    column: int
    row: int
    width: int = 1
    height: int = 1


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
            raise TemplateError(f'sheet "{title}" of the template holds no cells.', f"模板的工作表“{title}”没有单元格。")
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
        self.widest: dict[int, int] = {}  # column: characters of its longest figure

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
            below = self.final(int(split[1]) + 1)
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
            if given and float(given[1]) < needed + 0.6:
                columns[column] = columns[column].replace(given[0], f' width="{needed + 0.6:g}"')
        for column in self.hidden_columns:
            kept = re.sub(r'\shidden="[^"]*"', "", columns.get(column, ' width="9"'))
            columns[column] = kept + ' hidden="1"'
        cols = "".join(f'<col min="{c}" max="{c}"{columns[c]}/>' for c in sorted(columns))
        head = re.sub(r"<cols>.*?</cols>", "", head, flags=re.S)
        return f"{head}<cols>{cols}</cols>"

    def _new_tail(self, relocate: Callable[[str, int], str]) -> str:
        tail = self.tail

        def merged(found: re.Match[str]) -> str:
            (a, first), (b, last) = (_ADDRESS.fullmatch(x).groups() for x in found[1].split(":"))  # type: ignore[union-attr]
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
        for key, value in self.footer.items():
            tail = tail.replace("{" + key + "}", clean(value.replace("&", "&&")))
        return tail


class Template:
    """The parts of a template, its names resolved.

    Raises: TemplateError for a file that is no workbook.
    """

    def __init__(self, path: Path) -> None:
        self.package = Package(path)
        workbook = self.package.text("xl/workbook.xml")
        links = {
            unescape(re.search(r'\bId="([^"]*)"', tag)[1]): unescape(re.search(r'\bTarget="([^"]*)"', tag)[1])  # type: ignore[index]
            for tag in re.findall(r"<Relationship\b[^>]*>", self.package.text("xl/_rels/workbook.xml.rels"))
        }
        self._parts: dict[str, str] = {}
        for tag in re.findall(r"<sheet\b[^>]*>", workbook):
            title = unescape(re.search(r'\bname="([^"]*)"', tag)[1])  # type: ignore[index]
            target = links[re.search(r':id="([^"]*)"', tag)[1]]  # type: ignore[index]
            self._parts[title] = target.lstrip("/") if target.startswith("/") else "xl/" + target
        self._sheets: dict[str, Sheet] = {}
        self.styles = Styles(self.package.text("xl/styles.xml"))
        self._names: dict[str, Place] = {}
        for name, target in re.findall(r'<definedName\b[^>]*?\bname="([^"]*)"[^>]*>(.*?)</definedName>', workbook, re.S):
            found = re.fullmatch(
                r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?", unescape(target).strip()
            )
            if found is None:
                continue
            quoted, bare, column, row, last_column, last_row = found.groups()
            sheet = quoted.replace("''", "'") if quoted else bare
            if sheet not in self._parts:
                continue
            first = column_of(column)
            self._names[name] = Place(
                sheet,
                first,
                int(row),
                column_of(last_column) - first + 1 if last_column else 1,
                int(last_row) - int(row) + 1 if last_row else 1,
            )

    def has(self, name: str) -> bool:
        """Whether the template has a name."""
        return name in self._names

    def place(self, name: str) -> Place:
        """Return where a name points. Raises: TemplateError naming it."""
        if name not in self._names:
            raise self.missing([name])
        return self._names[name]

    def missing(self, names: list[str]) -> TemplateError:
        """Return the error that lists names the template lacks."""
        listed = ", ".join(names)
        return TemplateError(
            f"{self.package.path}: the template lacks the defined name {listed}. Start again from a copy of the standard template, "
            "or define it on the cell where the figure should go.",
            f"{self.package.path}：模板缺少名称 {listed}。请从标准模板的副本重新开始，或在要填写的单元格上定义该名称。",
        )

    def sheet(self, title: str) -> Sheet:
        """Return a sheet, read when first asked for."""
        if title not in self._sheets:
            part = self._parts[title]
            self._sheets[title] = Sheet(title, part, self.package.text(part))
        return self._sheets[title]

    def titles(self) -> list[str]:
        """Return all sheets' titles."""
        return list(self._parts)

    def on(self, name: str) -> Sheet:
        """Return the sheet a name points to."""
        return self.sheet(self.place(name).sheet)

    def repeat(self, first: str, count: int, last: str = "") -> Band:
        """Repeat the sample rows from the row of name `first` to that of `last`. Say so before asking for addresses."""
        place = self.place(first)
        sheet = self.sheet(place.sheet)
        band = Band(place.row, (self.place(last).row - place.row if last else 0) + 1, count)
        sheet.bands.append(band)
        sheet.bands.sort(key=lambda b: b.first)
        return band

    def at(self, name: str, copy: int = 0, *, like: str = "", down: int = 0, right: int = 0) -> tuple[int, int]:
        """Return column and final row of a name's cell. like: take the row of that name instead."""
        place = self.place(name)
        row = self.place(like).row if like else place.row
        return place.column + right, self.sheet(place.sheet).final(row + down, copy)

    def put(
        self,
        name: str,
        content: str,
        copy: int = 0,
        *,
        like: str = "",
        down: int = 0,
        right: int = 0,
        style: int | None = None,
    ) -> None:
        """Fill the cell of a name."""
        column, row = self.at(name, copy, like=like, down=down, right=right)
        self.on(name).put(column, row, content, style)

    def style(self, name: str, *, like: str = "", down: int = 0, right: int = 0) -> int:
        """Return the style the template gives the cell of a name."""
        place = self.place(name)
        row = self.place(like).row if like else place.row
        return self.sheet(place.sheet).style(place.column + right, row + down)

    def ref(
        self,
        name: str,
        copy: int = 0,
        *,
        to: int | None = None,
        like: str = "",
        down: int = 0,
        right: int = 0,
        home: str = "",
        fixed: bool = False,
    ) -> str:
        """Return the final address of a name's cell, or the range down to copy `to` of it.

        home: the sheet the formula stands on; an address elsewhere carries its sheet. fixed: with $ signs.
        """
        column, row = self.at(name, copy, like=like, down=down, right=right)
        mark = "$" if fixed else ""
        address = f"{mark}{letters(column)}{mark}{row}"
        if to is not None:
            address += f":{mark}{letters(column)}{mark}{self.at(name, to, like=like, down=down)[1]}"
        sheet = self.place(name).sheet
        return address if sheet == home else f"{quoted(sheet)}!{address}"

    def relocate(self, native: str, home: str, copy: int = 0, *, widen: bool = False) -> str:
        """Return a formula with each reference moved to where its cell ended up.

        copy: relative references into the same band follow it. widen, or copy -1: a reference into a band covers all copies.
        """
        widen = widen or copy < 0

        def moved(found: re.Match[str]) -> str:
            if not (found["a"] or found["r1"]):
                return found[0]
            named = found["sheet"]
            title = named[:-1].strip("'").replace("''", "'") if named else home
            if title not in self._parts or (title not in self._sheets):
                return found[0]
            sheet = self._sheets[title]
            if found["r1"]:
                return f"{named or ''}${sheet.final(int(found['r1']))}:${sheet.last(int(found['r2']))}"
            row = int(found["ar"])
            follows = copy if copy > 0 and not found["ad"] and title == home else 0
            start = f"{found['a']}{found['ad']}{sheet.final(row, follows)}"
            if found["b"]:
                end_row = int(found["br"])
                end = sheet.final(end_row, follows) if follows else sheet.last(end_row)
                return f"{named or ''}{start}:{found['b']}{found['bd']}{end}"
            if widen and sheet.last(row) > sheet.final(row):
                return f"{named or ''}{start}:{found['a']}{found['ad']}{sheet.last(row)}"
            return f"{named or ''}{start}"

        return _REFERENCE.sub(moved, native)

    def replaced(self) -> tuple[dict[str, Part], frozenset[str]]:
        """Return the parts with new content, and those to leave out."""
        new: dict[str, Part] = {}
        for title in self._parts:
            if title in self._sheets:
                sheet = self._sheets[title]

                def follow(native: str, copy: int, home: str = title) -> str:
                    return self.relocate(native, home, copy)

                new[sheet.part] = sheet.stream(follow)
        workbook = self.package.text("xl/workbook.xml")
        workbook = re.sub(
            r"(<definedName\b[^>]*>)(.*?)(</definedName>)",
            lambda m: m[1] + clean(self.relocate(unescape(m[2]), "", widen=True)).replace("&quot;", '"') + m[3],
            workbook,
            flags=re.S,
        )
        if "<calcPr" in workbook:
            workbook = re.sub(
                r"<calcPr\b[^>]*?/?>(?:</calcPr>)?",
                lambda m: re.sub(r'\sfullCalcOnLoad="[^"]*"|/?>.*', "", m[0]) + ' fullCalcOnLoad="1"/>',
                workbook,
            )
        else:
            workbook = workbook.replace("</definedNames>", '</definedNames><calcPr fullCalcOnLoad="1"/>', 1)
        new["xl/workbook.xml"] = workbook.encode()
        styles = self.styles.xml()
        if styles is not None:
            new["xl/styles.xml"] = styles
        dropped = frozenset({"xl/calcChain.xml"} & self.package.parts.keys())
        if dropped:
            for part in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
                new[part] = re.sub(r"<(?:Override|Relationship)\b[^>]*calcChain[^>]*/>", "", self.package.text(part)).encode()
        return new, dropped


def quoted(title: str) -> str:
    """Return a sheet's title as a formula writes it."""
    return "'" + title.replace("'", "''") + "'"
