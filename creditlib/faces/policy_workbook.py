"""The workbook of a policy on trial: what was changed, the sums of both sides, moves between grades, every customer and order that changes.

What must stay true: every figure is the effect's own, to the minor unit; nobody who changes is left out.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from creditlib import money
from creditlib.decisions.offer import offer_of
from creditlib.errors import Lang
from creditlib.faces.wording import say
from creditlib.flows.policy_told import NO_GRADE, PolicyEffect, Sums
from creditlib.policy import GRADES

_A4: Final = 9  # as a workbook counts sizes of paper
_FONT: Final = "Microsoft YaHei"
_BODY: Final = Font(name=_FONT, size=9)
_BOLD: Final = Font(name=_FONT, size=9, bold=True)
_TITLE: Final = Font(name=_FONT, size=16, bold=True)
_SUB: Final = Font(name=_FONT, size=9, color="5B6770")
_SECTION: Final = Font(name=_FONT, size=11, bold=True, color="1B5E8C")
_RULE: Final = Border(bottom=Side(style="thin", color="1F2933"))
_AMOUNTS: Final = ("exposure", "limits", "over", "expected_loss", "held")
_COUNTS: Final = ("without_limit", "over_customers")


def policy_workbook(effect: PolicyEffect, changes: Sequence[tuple[str, str, str, str, str]], lang: Lang) -> bytes:
    """Return the workbook. changes: of the policy, as text: name, in force, draft, since, reference."""
    book = Workbook(write_only=True)
    _summary(book, effect, changes, lang)
    _customers(book, effect, lang)
    _orders(book, effect, lang)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _summary(book: Workbook, effect: PolicyEffect, changes: Sequence[tuple[str, ...]], lang: Lang) -> None:
    names = [f"{policy.name}@{policy.fingerprint}" for policy in (effect.before, effect.after)]
    sheet = _Sheet(book, say("panel_policy.sheet.summary", lang), (34, 20, 20, 18, 60))
    _row(sheet, [say("panel_policy.sheet.title", lang, day=effect.as_of)], _TITLE)
    _row(sheet, [say("panel_policy.sheet.policies", lang, before=names[0], after=names[1])], _SUB)
    _row(sheet, [])
    _row(sheet, [say("panel_policy.changes", lang, count=len(changes))], _SECTION)
    _heads(sheet, ("value", "now", "draft", "since", "reference"), lang)
    for change in changes:
        _row(sheet, change)
    for one in effect.sums:
        _row(sheet, [])
        _row(sheet, [say("panel_policy.sums", lang, currency=one.currency)], _SECTION)
        _row(
            sheet,
            ["", *(say(f"panel_policy.col.{name}", lang) for name in ("before", "after", "change"))],
            _BOLD,
            rule=True,
            right=[say(f"panel_policy.col.{name}", lang) for name in ("before", "after", "change")],
        )
        for line in _sums(one, lang):
            _row(sheet, line)
    _row(sheet, [])
    count = f"{effect.counts.grade:,}"
    _row(
        sheet,
        [say("panel_policy.moves_some" if effect.counts.grade else "panel_policy.moves_none", lang, count=count)],
        _SECTION,
    )
    grades = [*GRADES, NO_GRADE]
    corner = f"{say('panel_policy.grade_before', lang)} ↓  {say('panel_policy.grade_after', lang)} →"
    _row(sheet, [corner, *grades], _BOLD, rule=True, right=grades)
    for old in grades:
        _row(sheet, [old, *(effect.grades.get((old, new), 0) for new in grades)])


def _sums(one: Sums, lang: Lang) -> Iterable[list[Any]]:
    for name in (*_AMOUNTS, *_COUNTS):
        tail = "_minor" if name in _AMOUNTS else ""
        before, after = (getattr(one, f"{name}_{side}{tail}") for side in ("before", "after"))
        figures = [before, after, after - before]
        told = [_money(minor, one.currency) for minor in figures] if tail else figures
        yield [say(f"panel_policy.sum.{name}", lang), *told]


def _customers(book: Workbook, effect: PolicyEffect, lang: Lang) -> None:
    sheet = _Sheet(
        book, say("panel_policy.sheet.customers", lang), (14, 34, 7, 10, 10, 11, 11, 18, 18, 18, 40, 40), frozen="C2"
    )
    sides = [say(f"panel_policy.col.{side}", lang) for side in ("before", "after")]
    heads = [say(f"panel_policy.col.{name}", lang) for name in ("customer", "name")] + [
        say("panel_policy.currency", lang)
    ]
    for name in ("score", "grade"):
        heads += [f"{say(f'panel_policy.col.{name}', lang)} · {side}" for side in sides]
    heads += [*(say(f"panel_policy.col.{name}", lang) for name in ("limit_before", "limit_after", "change")),
              *(f"{say('panel_policy.col.terms', lang)} · {side}" for side in sides)]  # fmt: skip
    _row(sheet, heads, _BOLD, rule=True, right=[*heads[3:5], *heads[7:10]])
    values = [policy.at(effect.as_of) for policy in (effect.before, effect.after)]

    @cache
    def told(grade: str | None, outcome: str | None, side: int) -> str:
        return offer_of(grade, outcome, values[side]).text(lang)

    for currency in (one.currency for one in effect.sums):
        for one in effect.ranked(currency).to_pylist():
            limits = [one[f"limit_minor_{side}"] for side in ("before", "after")]
            change = None if None in limits else limits[1] - limits[0]
            terms = [
                told(one[f"grade_{side}"], one[f"outcome_{side}"], at) for at, side in enumerate(("before", "after"))
            ]
            _row(sheet, [
                one["customer"], one["name"], currency, one["score_before"], one["score_after"], one["grade_before"], one["grade_after"],
                *(_money(minor, currency) for minor in (*limits, change)), *terms,
            ])  # fmt: skip


def _orders(book: Workbook, effect: PolicyEffect, lang: Lang) -> None:
    sheet = _Sheet(book, say("panel_policy.sheet.orders", lang), (14, 18, 6, 18, 16, 16), frozen="A2")
    heads = [say(f"panel_policy.col.{name}", lang) for name in ("customer", "order")] + [
        say("panel_policy.currency", lang)
    ]
    release = say("panel_policy.col.release", lang)
    heads += [
        say("panel_policy.col.order_minor", lang),
        *(f"{release} · {say(f'panel_policy.col.{side}', lang)}" for side in ("before", "after")),
    ]
    _row(sheet, heads, _BOLD, rule=True, right=[heads[3]])
    for one in effect.orders.to_pylist():
        outcomes = [say(f"policy.choice.{one[f'outcome_{side}']}", lang) for side in ("before", "after")]
        _row(
            sheet,
            [one["customer"], one["order"], one["currency"], _money(one["order_minor"], one["currency"]), *outcomes],
        )


class _Money(tuple[int, str]):
    """Minor units and their currency."""


def _money(minor: int | None, currency: str) -> _Money | None:
    return None if minor is None else _Money((minor, currency))


class _Sheet:
    """One worksheet; each look of its cells is worked out once."""

    def __init__(self, book: Workbook, title: str, widths: Sequence[float], *, frozen: str = "") -> None:
        self.made: Any = book.create_sheet(title)
        self._looks: dict[tuple[Any, ...], Any] = {}
        sheet = self.made
        sheet.sheet_view.showGridLines = False
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        for at, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(at)].width = width
        if frozen:
            sheet.freeze_panes = frozen
            sheet.print_title_rows = "1:1"

    def dress(self, cell: Any, font: Font, code: str, side: str, *, indent: bool, rule: bool) -> None:
        """Give a cell its looks."""
        key = (id(font), code, side, indent, rule)
        if key not in self._looks:
            cell.font, cell.number_format = font, code
            cell.alignment = Alignment(horizontal=side, indent=int(indent), wrap_text=rule)
            if rule:
                cell.border = _RULE
            self._looks[key] = cell._style
        cell._style = self._looks[key]


def _heads(sheet: _Sheet, names: Sequence[str], lang: Lang) -> None:
    _row(sheet, [say(f"panel_policy.col.{name}", lang) for name in names], _BOLD, rule=True)


def _row(
    sheet: _Sheet, values: Sequence[Any], font: Font = _BODY, *, rule: bool = False, right: Sequence[Any] = ()
) -> None:
    cells = []
    for at, value in enumerate(values):
        cell = WriteOnlyCell(sheet.made)
        code, side = "General", "left"
        if isinstance(value, _Money):
            decimals = money.exponent(value[1])
            digits = f"#,##0{'.' + '0' * decimals if decimals else ''}"
            cell.value, code, side = money.to_decimal(*value), f"{digits};-{digits};{digits}", "right"
        elif isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"  # a name that begins with = is no formula
            side = "right" if value in right else "left"
        else:
            cell.value, code, side = value, "#,##0;-#,##0;0", "right"
        sheet.dress(cell, font, code, side, indent=at > 0 and side == "left", rule=rule)
        cells.append(cell)
    sheet.made.append(cells)
