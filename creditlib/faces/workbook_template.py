"""A template to fill: its defined names say where each figure goes; sample rows say how each list looks.

What must stay true: no address is written in the library; every formula and name follows the rows that moved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

from creditlib.errors import TemplateError
from creditlib.faces.package import Package, Part, clean
from creditlib.faces.wording import say
from creditlib.faces.workbook_sheet import ADDRESS, Band, Sheet, column_of, letters
from creditlib.faces.workbook_styles import Styles

_REFERENCE = re.compile(
    r"\"(?:[^\"]|\"\")*\""
    r"|(?P<sheet>(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?"
    r"(?:(?P<a>\$?[A-Z]{1,3})(?P<ad>\$?)(?P<ar>\d+)(?::(?P<b>\$?[A-Z]{1,3})(?P<bd>\$?)(?P<br>\d+))?|\$(?P<r1>\d+):\$(?P<r2>\d+))"
    r"(?![\w(.])"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a defined name points: its first cell, and how far its range goes."""

    sheet: str
    column: int
    row: int
    width: int = 1
    height: int = 1


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
        self._dropped_charts: set[str] = set()
        self._widths: dict[str, float] = {}
        self.styles = Styles(self.package.text("xl/styles.xml"))
        self._names: dict[str, Place] = {}
        for name, target in re.findall(
            r'<definedName\b[^>]*?\bname="([^"]*)"[^>]*>(.*?)</definedName>', workbook, re.S
        ):
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
        listed = ", ".join(names[:5]) + (f" (+{len(names) - 5})" if len(names) > 5 else "")
        return TemplateError(
            f"{self.package.path}: the template lacks the defined name {listed}. Start again from a copy of the standard template, "
            "or define it on the cell where the figure should go.",
            f"{self.package.path}：模板缺少名称 {listed}。请从标准模板的副本重新开始，或在要填写的单元格上定义该名称。",
        )

    def refuse_filled(self, name: str, kind: str = "monthly_close") -> None:
        """Raise TemplateError when the cell of a name already holds something: a finished workbook is no template. kind: of template."""
        place = self.place(name)
        cell = f"{letters(place.column)}{place.row}"
        xml = self.package.text(self._parts[place.sheet])
        found = re.search(rf'<c r="{cell}"[^>]*?(?:/>|>(.*?)</c>)', xml, re.S)
        if found and found[1] and re.search(r"<(?:v|is|f)\b", found[1]):
            where = {"path": self.package.path, "sheet": place.sheet, "cell": cell}
            raise TemplateError(
                *(
                    say("workbook.error.filled", lang, what=say(f"workbook.kind.{kind}", lang), **where)
                    for lang in ("en", "zh")
                )
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

    def width(self, name: str, *, right: int = 0) -> float:
        """Return how wide the template makes the column of a name, over all columns merged with its cell."""
        key = f"{name}+{right}"
        if key not in self._widths:
            place = self.place(name)
            self._widths[key] = self._width(replace(place, column=place.column + right))
        return self._widths[key]

    def _width(self, place: Place) -> float:
        sheet = self.sheet(place.sheet)
        last = place.column
        for merged in re.findall(r'<mergeCell ref="([^"]+)"', sheet.tail):
            (a, row), (b, _) = (ADDRESS.fullmatch(x).groups() for x in merged.split(":"))  # type: ignore[union-attr]
            if column_of(a) == place.column and int(row) == place.row:
                last = column_of(b)
        return sum(sheet.column_width(column) for column in range(place.column, last + 1))

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

    def drop_charts(self, name: str) -> None:
        """Leave out the charts that read the cells of a name: a close has nothing to show there."""
        place = self.place(name)
        block = re.compile(rf"\${letters(place.column)}\${place.row}(?!\d)")
        sheet = {place.sheet, quoted(place.sheet)}
        for part in [key for key in self.package.parts if re.fullmatch(r"xl/charts/[^/]+\.xml", key)]:
            read = [unescape(ref) for ref in re.findall(r"<(?:c:)?f>(.*?)</(?:c:)?f>", self.package.text(part))]
            if any(ref.rpartition("!")[0] in sheet and block.match(ref.rpartition("!")[2]) for ref in read):
                self._dropped_charts.add(part)

    def _without_charts(self) -> dict[str, Part]:
        """Return the drawings without the charts that are left out; the charts' own parts stay, unused."""
        new: dict[str, Part] = {}
        for links in [key for key in self.package.parts if re.fullmatch(r"xl/drawings/_rels/[^/]+\.rels", key)]:
            drawing = "xl/drawings/" + links.rsplit("/", 1)[1].removesuffix(".rels")
            xml = text = self.package.text(drawing)
            for tag in re.findall(r"<Relationship\b[^>]*>", self.package.text(links)):
                target = re.search(r'\bTarget="([^"]*)"', tag)
                link = re.search(r'\bId="([^"]*)"', tag)
                if target and link and f"xl/charts/{target[1].rsplit('/', 1)[1]}" in self._dropped_charts:
                    anchors = r"<((?:xdr:)?(?:twoCell|oneCell|absolute)Anchor)\b(?:(?!</\1>).)*?:id=\"%s\".*?</\1>"
                    text = re.sub(anchors % re.escape(link[1]), "", text, flags=re.S)
            if text != xml:
                new[drawing] = text.encode()
        return new

    def _refuse_what_stays(self, sheet: Sheet) -> None:
        """Raise TemplateError for what would stay behind, or break, when a sheet's rows move."""
        cell = sheet.fixed_formula()
        if cell:
            raise self._error("formulas", sheet=sheet.title, cell=cell)
        folder, _, file = sheet.part.rpartition("/")
        links = f"{folder}/_rels/{file}.rels"
        if links not in self.package.parts:
            return
        for target in re.findall(r'\bTarget="[^"]*?(tables/[^"]+)"', self.package.text(links)):
            area = re.search(r'<table\b[^>]*?\sref="([^"]+)"', self.package.text(f"xl/{target}"))
            if area and sheet.moves(area[1]):
                raise self._error("tables", sheet=sheet.title, range=area[1])

    def _error(self, key: str, **values: object) -> TemplateError:
        values["path"] = self.package.path
        return TemplateError(*(say(f"workbook.error.{key}", lang, **values) for lang in ("en", "zh")))

    def replaced(self) -> tuple[dict[str, Part], frozenset[str]]:
        """Return the parts with new content, and those to leave out.

        Raises: TemplateError for shared formulas and tables in rows that move.
        """
        new = self._without_charts()
        for title in self._parts:
            if title in self._sheets:
                sheet = self._sheets[title]
                self._refuse_what_stays(sheet)

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
                new[part] = re.sub(
                    r"<(?:Override|Relationship)\b[^>]*calcChain[^>]*/>", "", self.package.text(part)
                ).encode()
        return new, dropped


def quoted(title: str) -> str:
    """Return a sheet's title as a formula writes it."""
    return "'" + title.replace("'", "''") + "'"
