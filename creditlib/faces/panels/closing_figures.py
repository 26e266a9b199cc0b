"""What a month end says: verdict, key figures, tie-out, aging, findings with the rows that caused them, the workbook to download."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from creditlib import money
from creditlib.errors import Finding, Lang, RefusedError
from creditlib.faces.charts.common import Bar, bars
from creditlib.faces.charts.look import NOT_DUE, late_color
from creditlib.faces.panels.blocks import (
    Block,
    Cell,
    button,
    buttons,
    chart,
    column,
    decision,
    fold,
    form,
    kpi,
    kpis,
    row,
    section,
    table,
    text,
)
from creditlib.faces.panels.given import place_shown
from creditlib.faces.scale import Scale, scale_of
from creditlib.faces.wording import bucket_label, say, sayer, words_under
from creditlib.faces.workbook_cover import groups
from creditlib.faces.workbook_findings import catalogue
from creditlib.flows.close_desk_look import Inspection
from creditlib.flows.close_desk_rows import RawRow
from creditlib.flows.closing import UNAPPLIED, Close, ControlLine
from creditlib.flows.tie_out import label
from creditlib.formulas import overdue_share

if TYPE_CHECKING:
    from creditlib.flows.close_recorded import Recorded

_say = sayer("panel_close")

PAGE: Final = 10
"""Findings whose rows are shown at once."""
_APART: Final = ("not_due", "no_due_date", UNAPPLIED)
_NBSP: Final = "\u00a0"
_CUT: Final = 40  # characters of a cell shown


def scale(made: Close, lang: Lang) -> Scale:
    """Return the unit amounts are shown in where they need not tie."""
    sums = made.aging_total(made.currency)
    return scale_of(made.currency, lang, max(abs(sums["total_minor"]), *(abs(sums[key]) for key in made.buckets)))


def shown(minor: int | None, currency: str) -> str:
    """Return an amount that must tie, to the cent; a dash where it is not known, or the file names a currency there is not."""
    return "–" if minor is None or currency not in money.CURRENCIES else money.text(minor, currency)


# ── verdict ──


def verdict(made: Close | None, begun: bool, lang: Lang) -> Block:
    """Return the sentence that says whether it ties, and the key figures."""
    if made is None:
        key = "stuck" if begun else "begin"
        return section("verdict", [decision("verdict", _say(f"verdict.{key}", lang), _say(f"verdict.{key}_why", lang))], live=True)  # fmt: skip
    must = sum(finding.severity == "must_act" for finding in made.findings)
    why = _say(
        "verdict.why", lang, items=f"{made.items.num_rows:,}", customers=f"{made.aging.num_rows:,}", must=must, notes=len(made.findings) - must
    )  # fmt: skip
    figures = kpis("figures", _kpis(made, must, lang))
    return section("verdict", [decision("verdict", _verdict(made, must, lang), why, act=made.needs_a_person), figures])


def _verdict(made: Close, must: int, lang: Lang) -> str:
    """Return what the cover of the workbook says, in its words."""
    given = [line for line in made.control if line.control_minor is not None]
    wrong = [line for line in given if not line.ties]
    open_lines = len(made.uncovered)
    cover = "workbook.cover.verdict_"
    if not given:
        return say(f"{cover}none", lang)
    if wrong:
        one = wrong[0]
        told = say(
            f"{cover}one", lang, account=_account(one, lang), difference=shown(one.difference_minor, one.currency)
        )
        told = told if len(wrong) == 1 else say(f"{cover}many", lang, n=len(wrong))
        told += say(f"{cover}rest", lang, n=len(given) - len(wrong)) if len(given) > len(wrong) else ""
        told += say(f"{cover}rest_open", lang, n=open_lines) if open_lines else ""
        return told + say(f"{cover}end", lang)
    if open_lines:
        return say(f"{cover}open_one", lang) if open_lines == 1 else say(f"{cover}open", lang, n=open_lines)
    return say(f"{cover}findings", lang, n=must) if must else say(f"{cover}clean", lang)


def _account(line: ControlLine, lang: Lang) -> str:
    return label(line)[lang == "zh"]


def _kpis(made: Close, must: int, lang: Lang) -> list[Block]:
    sums, unit = made.aging_total(made.currency), scale(made, lang)
    total, overdue = sums["total_minor"], sums["overdue_minor"]
    method = {name: value for name, value, _ in made.policy_values}["dso.method"]
    line = next((one for one in made.dso if one.method == method), None)
    days = "–" if line is None or line.days is None else f"{'≥ ' if line.at_least else ''}{line.days:.1f}"
    note = "" if line is not None and line.days is not None else _say("kpi.no_dso", lang)
    share = _say("kpi.share", lang, share=f"{overdue_share(overdue, total):.1%}") if total else ""
    return [
        kpi("open", _say("kpi.open", lang), unit.text(total), unit.unit),
        kpi("overdue", _say("kpi.overdue", lang), unit.text(overdue), unit.unit, share),
        kpi("dso", _say("kpi.dso", lang, method=say(f"terminal.method.{method}", lang)), days, _say("kpi.days", lang) if days != "–" else "", note),
        kpi("must", _say("kpi.findings", lang), str(must), "", _say("kpi.of_findings", lang, count=len(made.findings))),
    ]  # fmt: skip


# ── tie-out ──


def control(model: Any) -> Block:
    """Return where the control figure is typed."""
    lang: Lang = model.lang
    controls = [model.control("control"), model.control("currency")]
    return section(
        "tie", [form("tie", controls)], title=_say("step.tie", lang), sub=_say("step.tie_sub", lang), live=True
    )


def lines(made: Close, lang: Lang) -> Block:
    """Return the open items against the control figures, and the file total that leads to them."""
    heads = [column(_say("tie.account", lang)), *(column(_say(f"tie.{n}", lang), align="right") for n in ("book", "figure", "difference")), column(_say("tie.status", lang))]  # fmt: skip
    rows = [_line(line, lang) for line in made.control]
    totals = [
        _say(
            "write.file_total", lang, file=_exact(one.file), used=shown(one.used_minor, one.currency), rejected=_exact(one.rejected), rounding=_exact(one.rounding),
            currency=one.currency, rows=f"{one.rows:,}", rejected_rows=f"{one.rejected_rows:,}",
        )
        for one in made.file_totals
    ]  # fmt: skip
    blocks = [table("lines", _say("tie.caption", lang), heads, rows, tall=520), _file_totals(totals, lang)]
    ties = sum(line.control_minor is not None and line.ties for line in made.control)
    sub = _say("tie.lines_sub", lang, day=made.as_of, count=f"{len(rows):,}", ties=f"{ties:,}")
    return section("lines", blocks, title=_say("tie.caption", lang), sub=sub, grow=1.9, wide=True)


def _file_totals(told: list[str], lang: Lang) -> Block:
    said = text("totals", told, tone="muted")
    return said if len(told) == 1 else fold("file_totals", _say("write.file_totals", lang), [said])


def _exact(figure: str) -> str:
    """Return a figure of the file with all its decimals, thousands grouped."""
    return f"{Decimal(figure):,f}"


def _line(line: ControlLine, lang: Lang) -> Block:
    state = "unknown" if line.control_minor is None else "ties" if line.ties else "differs"
    tone = "act" if state == "differs" else "strong" if state == "ties" else "muted"
    difference: Cell = {"text": shown(line.difference_minor, line.currency), "tone": tone}
    status: Cell = {"text": say(f"terminal.status.{state}", lang).replace(" ", _NBSP), "tone": tone}
    return row(
        [_account(line, lang).replace(" ", _NBSP), shown(line.book_minor, line.currency), shown(line.control_minor, line.currency), difference, status],
        id=f"{line.entity}:{line.account}:{line.currency}",
    )  # fmt: skip


def aging(made: Close, lang: Lang) -> Block:
    """Return what is open by days past due."""
    sums, unit = made.aging_total(made.currency), scale(made, lang)
    late = [key for key in made.buckets if key not in _APART]
    keys = [*made.buckets, *([UNAPPLIED] if sums[UNAPPLIED] else [])]
    items = [
        Bar(bucket_label(key, lang), max(unit.value(sums[key]), 0.0), unit.text(sums[key]) if sums[key] else "–",
            late_color(late.index(key), len(late)) if key in late else NOT_DUE)
        for key in keys
    ]  # fmt: skip
    sub = _say(
        "tie.aging_sub", lang, unit=unit.unit, total=shown(sums["total_minor"], made.currency), currency=made.currency
    )
    return section("aging", [chart("aging", bars(items))], title=_say("tie.aging", lang), sub=sub)


# ── findings ──


def todo(check: str, lang: Lang) -> str:
    """Return what to do about a check on this panel: in the words of the catalogue, except where they name an option of the terminal.

    >>> todo("zero-amount", "en"), todo("no-control", "en")[:29]
    ('Nothing, if it was meant; it stays in the list of documents.', 'Type the control figure under')
    """
    own = words_under("panel_close.todo").get(check)
    return own[lang] if own is not None else catalogue(check, "todo", lang)


def findings(made: Close | None, chosen: str, lang: Lang) -> Block:
    """Return the findings by check, those that must be acted on first; each shows its rows."""
    title = _say("step.findings", lang)
    if made is None:
        return section("findings", [text("none", [_say("findings.later", lang)], tone="muted")], title=title, live=True)
    heads = [
        column(""), column(_say("findings.check", lang)), column(_say("findings.count", lang), align="right"),
        column(_say("findings.amount", lang), align="right"), column(_say("findings.todo", lang)),
    ]  # fmt: skip
    rows = []
    for one in groups(made.findings):
        amount = (
            ""
            if one.amount_minor is None or one.currency is None
            else f"{shown(one.amount_minor, one.currency)} {one.currency}"
        )
        severity: Cell = {
            "text": say(f"common.severity.{one.severity}", lang),
            "tone": "act" if one.severity == "must_act" else "muted",
        }
        name: Cell = {"text": catalogue(one.check, "title", lang), "act": "show", "value": one.check}
        cells: list[Cell] = [
            severity,
            name,
            f"{one.count:,}",
            amount,
            {"text": todo(one.check, lang), "tone": "words"},
        ]
        rows.append(row(cells, tone="chosen" if one.check == chosen else "", id=f"{one.check}:{one.currency or ''}"))
    body = table("findings", _say("findings.caption", lang), heads, rows, tall=420) if rows else text("none", [_say("findings.none", lang)])  # fmt: skip
    return section("findings", [body], title=title, sub=_say("step.findings_sub", lang))


def rows(
    page: Sequence[Finding], raw: Sequence[Sequence[RawRow]], look: Inspection, first: int, count: int, lang: Lang
) -> Block:
    """Return the rows behind some findings, one table a sheet, the cells they are about marked; those of no row as a list."""
    sheets = list(dict.fromkeys(one.sheet for rows_of in raw for one in rows_of))
    blocks: list[Block] = [_sheet_rows(sheet, page, raw, look, lang) for sheet in sheets]
    alone = [finding for finding, rows_of in zip(page, raw, strict=True) if not rows_of]
    if alone:
        told = [_told(finding, lang) for finding in alone]
        blocks.append(text("alone", told, lead=_say("findings.no_rows", lang) if sheets else ""))
    turns = []
    if first:
        turns.append(button("page", _say("findings.previous", lang, count=PAGE), value=first // PAGE - 1))
    if first + len(page) < count:
        left = min(PAGE, count - first - len(page))
        turns.append(button("page", _say("findings.next", lang, count=left), value=first // PAGE + 1))
    if turns:
        blocks.append(buttons("turn", turns))
    title = _say("findings.rows", lang, title=catalogue(page[0].check, "title", lang))
    sub = _say("findings.rows_sub", lang, first=first + 1, last=first + len(page), count=count)
    return section("rows", blocks, title=title, sub=sub)


def _told(finding: Finding, lang: Lang) -> str:
    """Return place and text of a finding, without what to do: that stands beside the check."""
    said = finding.text(lang).removesuffix(catalogue(finding.check, "todo", lang)).rstrip()
    colon = "：" if lang == "zh" else ": "
    return f"{finding.where}{colon}{said}" if finding.where else said


def _sheet_rows(
    sheet: str, page: Sequence[Finding], raw: Sequence[Sequence[RawRow]], look: Inspection, lang: Lang
) -> Block:
    known = look.sheet(sheet).columns
    marked = {at for rows_of in raw for one in rows_of if one.sheet == sheet for at in one.marked}
    kept = [one for one in known if one.fields or one.number - 1 in marked]
    hidden = [one.header or one.letter for one in known if one not in kept]
    heads = [column(_say("findings.where", lang), align="right"), column(_say("findings.text", lang)), *(column(f"{one.letter} {one.header}".strip()) for one in kept)]  # fmt: skip
    lines_of = []
    for finding, rows_of in zip(page, raw, strict=True):
        own = [one for one in rows_of if one.sheet == sheet]
        for place, one in enumerate(own):
            said = finding.text(lang).removesuffix(catalogue(finding.check, "todo", lang)).rstrip()
            about: Cell = {
                "text": said if place == 0 else _say("findings.same", lang),
                "tone": "long" if place == 0 else "muted",
            }
            cells = [_cell(one, column_.number - 1) for column_ in kept]
            lines_of.append(row([f"{one.number:,}", about, *cells], id=f"{sheet}:{one.number}:{place}"))
    note = (
        _say("findings.hidden", lang, sheet=sheet, names=", ".join(hidden))
        if hidden
        else _say("findings.of", lang, sheet=sheet)
    )
    return table(f"rows:{sheet}", sheet, heads, lines_of, note=note)


def _cell(one: RawRow, at: int) -> Cell:
    cell = one.cells[at] if at < len(one.cells) else ""
    told = cell if len(cell) <= _CUT else f"{cell[: _CUT - 1]}…"
    if at in one.marked:
        return {"text": told or "∅", "tone": "marked", "title": cell}
    return {"text": told, "tone": "nowrap", "title": cell if told != cell else ""}


# ── workbook ──


def write(
    made: Close | None, lang: Lang, *, stale: bool, mapped: bool, drafted: bool, command: str, records: bool,
    kept: Recorded | RefusedError | None,
) -> Block:  # fmt: skip
    """Return what can be downloaded, and the command that makes the same. records: the workbook's close is written into a record; kept:
    where it stands there, once it does."""
    name = "write.record" if records and kept is None else "write.workbook"
    made_of = [button("workbook", _say(name, lang), primary=True, download=True, disabled=stale)]
    if mapped:
        made_of.append(button("map", _say("write.map", lang), download=True))
    if drafted:
        made_of.append(button("draft", _say("write.draft", lang), download=True, disabled=stale))
    blocks: list[Block] = [buttons("write", made_of)]
    if stale:
        key = "write.nothing" if made is None else "write.reads_off"
        blocks.append(text("off", [_say(key, lang)], tone="muted"))
    if isinstance(kept, RefusedError):
        blocks.append(
            text("recorded", [_say("write.not_recorded", lang, why=kept.text(lang))], tone="act", status=True)
        )
    elif kept is not None:
        told = say("record.say.close", lang, place=place_shown(kept.place), run=kept.run, head=kept.head)
        blocks.append(text("recorded", [told], tone="advice", status=True))
    if command:
        blocks.append(text("command", [_say("top.command", lang, command=command)], tone="muted"))
    return section("write", blocks, title=_say("step.write", lang), sub=_say("step.write_sub", lang), live=True)
