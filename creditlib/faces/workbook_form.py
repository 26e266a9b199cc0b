"""What every workbook made from a template needs: the words, the amounts, the standard template, and the way to the file.

What must stay true: one way of opening, filling and writing for all of them; a figure keeps its formula and its value together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import ClassVar

from creditlib.errors import Lang, TemplateError, UsageError
from creditlib.faces import workbook_cells as cells
from creditlib.faces.package import refuse_existing
from creditlib.faces.scale import money_name, scale_of
from creditlib.faces.wording import say
from creditlib.faces.workbook_template import Template
from creditlib.money import shown_decimals

CLOSE = "monthly_close"
"""Name of the closing workbook's template."""


def standard_template(lang: Lang, kind: str = CLOSE) -> Path:
    """Return the installed template of a kind in a language. Raises: TemplateError when none is installed."""
    for entry in entry_points(group="creditlib.templates", name="standard"):
        path = Path(entry.load().path(lang, kind))
        if path.is_file():
            return path
    raise TemplateError(say("workbook.error.no_template", "en"), say("workbook.error.no_template", "zh"))


def workbook_path(path: Path | str, *, force: bool) -> Path:
    """Return where a workbook is to be written. Raises: UsageError when it exists (without force) or is no .xlsx name."""
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise UsageError(*(say("workbook.error.exists_suffix", tongue, path=target) for tongue in ("en", "zh")))
    refuse_existing(target, force=force)
    return target


def begin(
    path: Path | str, template: Path | str | None, lang: Lang, required: Sequence[str], *, mark: str, kind: str = CLOSE,
    force: bool,
) -> tuple[Path, Template]:  # fmt: skip
    """Return the target and the template to fill. mark: a name whose cell is empty in a template and filled in a finished file.

    Raises: UsageError when the target exists (without force) or is no .xlsx name; TemplateError when the template lacks a name or
    is a finished workbook.
    """
    target = workbook_path(path, force=force)
    book = Template(Path(template) if template is not None else standard_template(lang, kind))
    missing = [name for name in required if not book.has(name)]
    if missing:
        raise book.missing(missing)
    book.refuse_filled(mark, kind)
    return target, book


def finish(book: Template, target: Path, footer: Mapping[str, str], *, force: bool) -> Path:
    """Write a filled template with its footer and return the path."""
    for title in book.titles():
        book.sheet(title).footer = dict(footer)
    new, dropped = book.replaced()
    book.package.write(target, new, dropped=dropped, force=force)
    return target


class Form:
    """Something going into a template: what it has in common with everything that does."""

    face: ClassVar[str] = "workbook"
    book: Template
    lang: Lang

    @property
    def currency(self) -> str:
        """The currency amounts are in unless another is named."""
        raise NotImplementedError

    def say(self, key: str, **values: object) -> str:
        """Return a word of the workbook."""
        return say(f"{self.face}.{key}", self.lang, **values)

    def sentence(self, key: str, **parts: cells.Said | str) -> cells.Said:
        """Return a sentence made of native figures."""
        return cells.sentence(self.say(key), **parts)

    def digits(self, currency: str = "") -> int:
        """Return a currency's decimals."""
        return shown_decimals(currency or self.currency)

    def money_name(self, currency: str = "") -> str:
        """Return how a unit names a currency: 元, CNY."""
        return money_name(currency or self.currency, self.lang)

    def scale_for(self, largest: int) -> tuple[int, str]:
        """Return the divisor of a chart's amounts and its name: one, thousand (万), million (亿). largest: minor units."""
        found = scale_of(self.currency, self.lang, largest)
        return found.divisor, found.unit

    def amount_style(
        self, name: str, currency: str, *, like: str = "", own: bool = False, down: int = 0, right: int = 0
    ) -> int:
        """Return the style of an amount cell in a currency; own: with the code in front unless it is the workbook's."""
        style = self.book.style(name, like=like, down=down, right=right)
        return self.book.styles.for_amounts(
            style, self.digits(currency), currency if own and currency != self.currency else ""
        )

    def put_amount(
        self, name: str, minor: int | None, currency: str, copy: int = 0, *, native: str = "", like: str = "",
        own: bool = False, down: int = 0, right: int = 0,
    ) -> None:  # fmt: skip
        """Fill an amount cell: a formula where one is given, with its value beside it."""
        if minor is None:
            content = cells.EMPTY
        elif native:
            content = cells.formula(native, cells.exact(minor, currency))
        else:
            content = cells.amount(minor, currency)
        style = self.amount_style(name, currency, like=like, own=own, down=down, right=right)
        self.book.put(name, content, copy, like=like, style=style, down=down, right=right)
        if minor is not None:
            self.widen(name, minor, currency, own=own, right=right)

    def widen(self, name: str, minor: int, currency: str, *, own: bool = False, right: int = 0) -> None:
        """Let the column of a name be wide enough for an amount, where the template's, merged cells and all, is not."""
        length = len(f"{abs(minor) // 10 ** self.digits(currency):,}") + (minor < 0)
        length += self.digits(currency) + 1 if self.digits(currency) else 0
        length += len(currency) + 1 if own and currency != self.currency else 0
        widest, place = self.book.on(name).widest, self.book.place(name)
        column = place.column + right
        spare = self.book.width(name, right=right) - self.book.on(name).column_width(column)
        widest[column] = max(widest.get(column, 0), length - spare)

    def put_text(
        self, name: str, value: str | None, copy: int = 0, *, like: str = "", down: int = 0, right: int = 0
    ) -> None:
        """Fill a cell with text."""
        self.book.put(name, cells.text(value), copy, like=like, down=down, right=right)

    def put_said(
        self, name: str, said: cells.Said, copy: int = 0, *, like: str = "", down: int = 0, right: int = 0
    ) -> None:
        """Fill a cell with a sentence made of figures."""
        self.book.put(name, said.content, copy, like=like, down=down, right=right)

    def join(self, *parts: str) -> str:
        """Return a subtitle made of its parts."""
        return self.say("word.separator").join(part for part in parts if part)

    def hide(self, name: str, *, right: int = 0) -> None:
        """Hide the column of a name."""
        place = self.book.place(name)
        self.book.sheet(place.sheet).hidden_columns.add(place.column + right)

    def hide_row(self, name: str, *, down: int = 0) -> None:
        """Hide the row of a name."""
        self.book.on(name).hidden_rows.add(self.book.at(name, down=down)[1])

    def hide_rows(self, above: str, below: str) -> None:
        """Hide the rows between those of two names, but the last, which bears a title."""
        first, last = self.book.at(above)[1] + 1, self.book.at(below)[1] - 2
        self.book.on(above).hidden_rows.update(range(first, last))
