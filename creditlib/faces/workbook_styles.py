"""A template's cell styles, and variants of them made for a close: another number of decimals, another left edge.

What must stay true: a style the template has keeps its number and its look; variants are only appended, each taken from the
template's own cell, so that a firm's font and colours carry over.
"""

from __future__ import annotations

import re
from html import unescape

from creditlib.errors import TemplateError
from creditlib.faces.package import clean

_BUILT_IN = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy-mm-dd"}
_XF = re.compile(r"<xf\b(?:[^>]*/>|.*?</xf>)", re.S)


def _with(xf: str, **attributes: str) -> str:
    tag, end, rest = re.match(r"(<xf\b[^>]*?)(/?>)(.*)", xf, re.S).groups()  # type: ignore[union-attr]
    for name, value in attributes.items():
        tag = re.sub(rf'\s{name}="[^"]*"', "", tag) + f' {name}="{value}"'
    return f"{tag}{end}{rest}"


def _value(xf: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', xf.split(">", 1)[0])
    return found[1] if found else "0"


class Styles:
    """The styles part of a template."""

    def __init__(self, xml: str) -> None:
        self._xml = xml
        block = re.search(r"<cellXfs\b[^>]*>(.*?)</cellXfs>", xml, re.S)
        if block is None:
            raise TemplateError("the template's styles hold no cell formats.", "模板的样式部件中没有单元格格式。")
        self._xfs: list[str] = _XF.findall(block[1])
        self._own = len(self._xfs)
        self._formats = {
            int(_value(tag, "numFmtId")): unescape(re.search(r'formatCode="([^"]*)"', tag)[1])  # type: ignore[index]
            for tag in re.findall(r"<numFmt\b[^>]*>", xml)
        }
        self._own_formats = len(self._formats)
        self._made: dict[tuple[int, str, str], int] = {}

    def code(self, style: int) -> str:
        """Return the number format of a style, "" where it is one of the unlisted built-in ones."""
        number = int(_value(self._xfs[style], "numFmtId"))
        return self._formats.get(number, _BUILT_IN.get(number, ""))

    def _number(self, code: str) -> int:
        for number, known in self._formats.items():
            if known == code:
                return number
        number = max([163, *self._formats]) + 1
        self._formats[number] = code
        return number

    def variant(self, style: int, *, code: str = "", edge: int | None = None) -> int:
        """Return a style like `style`, with the number format `code` and the borders of the style `edge`."""
        border = "" if edge is None else _value(self._xfs[edge], "borderId")
        key = (style, code, border)
        if key not in self._made:
            xf = self._xfs[style]
            if code and code != self.code(style):
                xf = _with(xf, numFmtId=str(self._number(code)), applyNumberFormat="1")
            if border:
                xf = _with(xf, borderId=border, applyBorder="1")
            if xf in self._xfs:
                self._made[key] = self._xfs.index(xf)
            else:
                self._xfs.append(xf)
                self._made[key] = len(self._xfs) - 1
        return self._made[key]

    def for_amounts(self, style: int, digits: int, prefix: str = "") -> int:
        """Return a style's variant with a currency's decimals, and its code in front where one is given."""
        code = self.code(style)
        if "0.00" not in code:
            return style
        code = code.replace("0.00", "0" + ("." + "0" * digits if digits else ""))
        if prefix:
            code = code.replace("#,##0", f'"{prefix} "#,##0')
        return self.variant(style, code=code)

    def xml(self) -> bytes | None:
        """Return the part with its variants, None when there are none."""
        if len(self._xfs) == self._own:
            return None
        xml = self._xml
        added = "".join(self._xfs[self._own :])
        xml = re.sub(r"</cellXfs>", lambda _: f"{added}</cellXfs>", xml, count=1)
        xml = re.sub(
            r"<cellXfs\b[^>]*>",
            lambda m: re.sub(r'\scount="\d+"', "", m[0])[:-1] + f' count="{len(self._xfs)}">',
            xml,
            count=1,
        )
        new = list(self._formats.items())[self._own_formats :]
        if new:
            tags = "".join(f'<numFmt numFmtId="{number}" formatCode="{clean(code)}"/>' for number, code in new)
            if "</numFmts>" in xml:
                xml = xml.replace("</numFmts>", f"{tags}</numFmts>", 1)
                xml = re.sub(r'(<numFmts\b[^>]*?\scount=")\d+"', rf'\g<1>{len(self._formats)}"', xml, count=1)
            else:
                xml = re.sub(
                    r"<numFmts\b[^>]*/>|(?=<fonts\b)",
                    lambda _: f'<numFmts count="{len(new)}">{tags}</numFmts>',
                    xml,
                    count=1,
                )
        return xml.encode()
