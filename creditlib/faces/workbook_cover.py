"""The cover: the verdict, the tie-out to the general ledger, the findings by check, the file total, sign-off and basis.

What must stay true: the verdict reads the cells of the tie-out, so it changes when they do; no control figure is never a tie.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from creditlib.errors import Finding
from creditlib.faces import workbook_aging as aging
from creditlib.faces import workbook_cells as cells
from creditlib.faces.wording import say
from creditlib.faces.workbook_cells import Said, choose, figure, plain
from creditlib.faces.workbook_fill import Fill
from creditlib.faces.workbook_findings import catalogue, columns_wide, heighten, ordered
from creditlib.faces.workbook_items import block_range
from creditlib.flows.closing import ControlLine
from creditlib.money import text as money_text

_SOURCE_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one check, of one severity, in one currency."""

    check: str
    severity: str
    currency: str | None
    count: int
    amount_minor: int | None


def control_lines(fill: Fill) -> list[ControlLine]:
    """Return the tie-out's lines: those of the close, or one a currency without a control figure."""
    if fill.close.control:
        return list(fill.close.control)
    totals = fill.close.totals()
    return [ControlLine("", "", currency, totals.get(currency, 0), None) for currency in fill.currencies]


def groups(findings: tuple[Finding, ...]) -> list[Group]:
    """Return findings grouped by check, must-act first."""
    made: dict[tuple[str, str, str | None], list[Finding]] = {}
    money: dict[tuple[str, str], str] = {}  # the first currency of each check: findings without an amount go with it
    for finding in findings:
        if finding.amount_minor is not None and finding.currency:
            money.setdefault((finding.check, finding.severity), finding.currency)
    for finding in ordered(findings):
        stands = finding.currency if finding.amount_minor is not None else None
        currency = stands or money.get((finding.check, finding.severity))
        made.setdefault((finding.check, finding.severity, currency), []).append(finding)
    return [
        Group(
            check,
            severity,
            currency,
            sum(f.count for f in found),
            None if currency is None else sum(f.amount_minor or 0 for f in found),
        )
        for (check, severity, currency), found in made.items()
    ]


def lay(fill: Fill) -> None:
    """Make room for the tie-out's lines and total, the findings and the file totals."""
    lines = control_lines(fill)
    fill.book.repeat("tie_account", len(lines))
    fill.book.repeat("tie_total", 1 if len({line.currency for line in lines}) == 1 and len(lines) > 1 else 0)
    fill.book.repeat("check_title", max(len(groups(fill.close.findings)), 1))
    fill.book.repeat("cover_file_total", max(len(fill.close.file_totals), 1))


def fill_in(fill: Fill) -> None:
    """Write the cover."""
    close = fill.close
    fill.put_text(
        "cover_subtitle", fill.join(fill.entity, fill.as_of, fill.say("cover.currency", currency=close.currency))
    )
    lines = control_lines(fill)
    for copy, line in enumerate(lines):
        _tie(fill, copy, line)
    _tie_total(fill, lines)
    found = groups(close.findings)
    for copy, group in enumerate(found):
        _group(fill, copy, group)
    if not found:
        fill.put_text("check_title", fill.say("cover.no_findings"))
    for copy, total in enumerate(close.file_totals):
        text = fill.say(
            "cover.file_total",
            file=_grouped(total.file),
            used=money_text(total.used_minor, total.currency) if total.used_minor else "0",
            rejected=_grouped(total.rejected),
            rounding=_grouped(total.rounding),
            currency=total.currency,
            rows=f"{total.rows:,}",
            rejected_rows=f"{total.rejected_rows:,}",
        )
        open_minor = close.totals().get(total.currency, 0)
        if not close.converted and open_minor != total.used_minor:
            text += fill.say("cover.file_open", open=money_text(open_minor, total.currency) if open_minor else "0")
        fill.put_text("cover_file_total", text, copy)
    _basis(fill)
    fill.put_said("cover_verdict", _verdict(fill, lines, found))
    fill.put_said("cover_summary", _summary(fill, found))


def _grouped(value: str) -> str:
    """Return a decimal text with its thousands grouped."""
    sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
    whole, point, places = digits.partition(".")
    return f"{sign}{int(whole or 0):,}{point}{places}"


def _account(fill: Fill, line: ControlLine) -> str:
    return " · ".join(part for part in (line.entity, line.account) if part) or fill.say("cover.all_open")


def _book_formula(fill: Fill, line: ControlLine) -> str:
    """Return the native sum of the open items a control line speaks of, "" where no selection gives its figure.

    A converted close is tied out in the documents' own currency: then the column of original amounts is added.
    """
    return _sum_of(fill, line, "amount") or (_sum_of(fill, line, "original") if fill.close.converted else "")


def _sum_of(fill: Fill, line: ControlLine, which: str) -> str:
    own = which == "amount"
    table = fill.items.filter(pc.equal(fill.items["currency"], line.currency)) if own else fill.items
    home = line.currency if own else fill.close.currency
    amounts = block_range(fill, home, f"items_{which}")
    if not amounts or (not own and len(fill.currencies) > 1):
        return ""
    minor = "open_minor" if own else "original_minor"
    tests = {
        "entity": ("entity", line.entity),
        "account": ("gl_account", line.account),
        "original_currency": ("original_currency", line.currency),
    }
    attempts: Iterable[tuple[str, ...]] = (("entity", "account"), ("account",), ("entity",), ())
    if not line.entity and not line.account:
        attempts = ((), ("entity", "account"))
    for attempt in attempts:
        names = attempt if own else (*attempt, "original_currency")
        mask = None
        for name in names:
            column, wanted = tests[name]
            hit = pc.equal(pc.fill_null(table[column].cast(pa.string()), ""), wanted)
            mask = hit if mask is None else pc.and_(mask, hit)
        chosen = table[minor] if mask is None else table[minor].filter(mask)
        if (cast("int | None", pc.sum(chosen).as_py()) or 0) != line.book_minor:
            continue
        digits = fill.digits(line.currency)
        if not names:
            return f"ROUND(SUM({amounts}),{digits})"
        criteria = [f"({block_range(fill, home, f'items_{name}')}={plain(tests[name][1]).native})" for name in names]
        return f"ROUND(SUMPRODUCT({'*'.join([*criteria, amounts])}),{digits})"
    return ""


def _tie(fill: Fill, copy: int, line: ControlLine) -> None:
    book = fill.book
    home = book.place("tie_account").sheet
    fill.put_text("tie_account", _account(fill, line), copy)
    fill.put_amount("tie_book", line.book_minor, line.currency, copy, native=_book_formula(fill, line), own=True)
    fill.put_amount("tie_control", line.control_minor, line.currency, copy, own=True)
    ours, theirs, apart, rest = (
        book.ref(f"tie_{name}", copy, home=home) for name in ("book", "control", "reconciling", "difference")
    )
    native = f'IF({theirs}="","",ROUND({ours}-{theirs}-{apart},{fill.digits(line.currency)}))'
    if line.difference_minor is None:
        book.put("tie_difference", Said(native, "").content, copy)
        note = fill.say("cover.note_none")
    else:
        fill.put_amount("tie_difference", line.difference_minor, line.currency, copy, native=native, own=True)
        note = "" if line.ties else fill.say("cover.note_differs")
    fill.put_amount("tie_reconciling", None, line.currency, copy, own=True)
    fill.put_text("tie_note", note, copy)
    ties, reconciled, differs, none = (
        plain(fill.say(f"word.{key}")) for key in ("yes", "reconciled", "differs", "no_control")
    )
    agreed = choose(f"{apart}=0", True, ties, reconciled)
    said = choose(
        f'{theirs}=""', line.control_minor is None, none, choose(f"{rest}<>0", not line.ties, differs, agreed)
    )
    fill.put_said("tie_status", said, copy)


def _tie_total(fill: Fill, lines: list[ControlLine]) -> None:
    book = fill.book
    if len({line.currency for line in lines}) != 1 or len(lines) < 2:
        return
    home = book.place("tie_account").sheet
    currency, digits, last = lines[0].currency, fill.digits(lines[0].currency), len(lines) - 1
    fill.put_text("tie_account", fill.say("word.total"), like="tie_total")
    left_out = f"COUNT({book.ref('tie_control', 0, to=last, home=home)})<{len(lines)}"
    open_note, note = (plain(fill.say(f"cover.{key}")) for key in ("total_note_open", "total_note"))
    missing = any(line.control_minor is None for line in lines)
    fill.put_said("tie_note", choose(left_out, missing, open_note, note), like="tie_total")
    sums: dict[str, int] = {
        "book": sum(line.book_minor for line in lines),
        "control": sum(line.control_minor or 0 for line in lines),
        "reconciling": 0,
        "difference": sum(line.difference_minor or 0 for line in lines),
    }
    for name, minor in sums.items():
        native = f"ROUND(SUM({book.ref(f'tie_{name}', 0, to=last, home=home)}),{digits})"
        fill.put_amount(f"tie_{name}", minor, currency, native=native, like="tie_total", own=True)


def _group(fill: Fill, copy: int, group: Group) -> None:
    book = fill.book
    fill.put_text("check_title", catalogue(group.check, "title", fill.lang), copy)
    book.put("check_count", cells.number(group.count), copy)
    fill.put_amount("check_amount", group.amount_minor, group.currency or fill.close.currency, copy, own=True)
    fill.put_text("check_severity", say(f"common.severity.{group.severity}", fill.lang), copy)
    row = fill.finding_rows[group.check, group.severity]
    where = f"→\u00a0{book.place('findings_text').sheet}\u00a0{row}"
    todo = catalogue(group.check, "todo", fill.lang)
    text = f"{todo} {where}" if todo else where
    fill.put_text("check_todo", text, copy)
    heighten(fill, "check_todo", text, copy)


def _basis(fill: Fill) -> None:
    book, close = fill.book, fill.close
    skipped = {book.place("cover_verdict").sheet, book.place("data_divisor").sheet}
    contents = " · ".join(title for title in book.titles() if title not in skipped)
    fill.put_text("cover_contents", contents)
    heighten(fill, "cover_contents", contents)
    fill.put_text("cover_entity", fill.entity)
    book.put("cover_as_of", cells.day(close.as_of))
    fill.put_text("cover_policy", fill.policy)
    parts = [say(f"common.shape.{close.shape}", fill.lang)]
    if close.known_on:
        parts.append(fill.say("cover.known_on", day=close.known_on.isoformat()))
    if close.home_assumed:
        parts.append(fill.say("cover.home_assumed", currency=close.home_assumed))
    if close.converted:
        rates = ", ".join(
            fill.say("cover.rate", **{"from": currency, "rate": rate, "day": day.isoformat()})
            for currency, rate, day in close.converted
        )
        parts.append(fill.say("cover.converted", currency=close.currency, rates=rates))
    _record(fill, parts)
    fill.put_text("cover_based_on", " · ".join(parts))
    heighten(fill, "cover_based_on", " · ".join(parts))
    named = [f"{s.name} ({fill.say('word.rows', n=f'{s.rows:,}')})" for s in close.sources]
    shown: list[str] = []
    for name in named:
        if shown and columns_wide(" · ".join([*shown, name])) > _SOURCE_WIDTH:
            break
        shown.append(name)
    if len(shown) < len(named):
        shown.append(fill.say("cover.sources_more", n=len(named) - len(shown)))
    fill.put_text("cover_source", " · ".join(shown))
    heighten(fill, "cover_source", " · ".join(shown))


def _record(fill: Fill, basis: list[str]) -> None:
    """Name the store and the head that holds the close; in a template from before there was a place for it, among the basis."""
    made = fill.recorded
    text = (
        fill.say("cover.not_recorded")
        if made is None
        else fill.say("cover.recorded", place=made.place, run=made.run, head=made.head)
    )
    if fill.book.has("cover_record"):
        fill.put_text("cover_record", text)
        heighten(fill, "cover_record", text)
    elif made is not None:
        basis.append(text)


def _must_act(fill: Fill) -> str:
    return plain(say("common.severity.must_act", fill.lang)).native


def _verdict(fill: Fill, lines: list[ControlLine], found: list[Group]) -> Said:
    """Say what the tie-out's cells say: not compared, differs, compared in part, ties with findings, ties."""
    book = fill.book
    home = book.place("cover_verdict").sheet
    last = len(lines) - 1
    accounts, controls, statuses, rests = (
        book.ref(f"tie_{name}", 0, to=last, home=home) for name in ("account", "control", "status", "difference")
    )
    severities = book.ref("check_severity", 0, to=max(len(found), 1) - 1, home=home)
    given = [line for line in lines if line.control_minor is not None]
    wrong = [line for line in given if not line.ties]
    must = sum(group.severity == "must_act" for group in found)
    n_open = len(lines) - len(given)
    differs, ties, reconciled, none = (
        plain(fill.say(f"word.{key}")).native for key in ("differs", "yes", "reconciled", "no_control")
    )
    left_out = f"SUMPRODUCT(--({statuses}={none}))"
    bad, good = f"SUMPRODUCT(--({statuses}={differs}))", f"SUMPRODUCT(({statuses}={ties})+({statuses}={reconciled}))"
    kinds = f"SUMPRODUCT(--({severities}={_must_act(fill)}))"
    digits = max(fill.digits(line.currency) for line in lines)
    code = "#,##0" + ("." + "0" * digits if digits else "")
    code = f"{code};-{code}"
    first = int(book.ref("tie_account", home=home).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    picked = f"INDEX({accounts},SUMPRODUCT(({statuses}={differs})*(ROW({statuses})-{first - 1})))"
    apart = sum((line.difference_minor or 0) for line in wrong) / 10**digits
    one = fill.sentence(
        "cover.verdict_one",
        account=Said(picked, _account(fill, wrong[0]) if wrong else ""),
        difference=figure(f"SUM({rests})", apart, code),
    )
    many = fill.sentence("cover.verdict_many", n=figure(bad, len(wrong), "0"))
    nothing = plain("")
    agree = fill.sentence("cover.verdict_rest", n=figure(good, len(given) - len(wrong), "0"))
    open_too = fill.sentence("cover.verdict_rest_open", n=figure(left_out, n_open, "0"))
    rest = (
        choose(f"{good}>0", len(given) > len(wrong), agree, nothing)
        + choose(f"{left_out}>0", n_open > 0, open_too, nothing)
        + plain(fill.say("cover.verdict_end"))
    )
    verdict = choose(f"{bad}=1", len(wrong) == 1, one, many) + rest
    in_part = choose(
        f"{left_out}=1",
        n_open == 1,
        plain(fill.say("cover.verdict_open_one")),
        fill.sentence("cover.verdict_open", n=figure(left_out, n_open, "0")),
    )
    fine = choose(
        f"{kinds}>0",
        must > 0,
        fill.sentence("cover.verdict_findings", n=figure(kinds, must, "0")),
        plain(fill.say("cover.verdict_clean")),
    )
    tied_out = choose(f"{bad}>0", bool(wrong), verdict, choose(f"{left_out}>0", n_open > 0, in_part, fine))
    return choose(f"COUNT({controls})=0", not given, plain(fill.say("cover.verdict_none")), tied_out)


def _summary(fill: Fill, found: list[Group]) -> Said:
    """Say the month in one line: open, overdue, DSO, and what needs a person."""
    book, close = fill.book, fill.close
    home = book.place("cover_summary").sheet
    sums = aging.totals(fill, close.currency)
    share = sums["overdue"] / sums["open"] if sums["open"] > 0 else 0.0
    said = fill.sentence(
        "cover.summary",
        open=figure(book.ref("dash_open"), fill.scaled(sums["open"]), "#,##0.0"),
        unit=fill.scale[1],
        overdue=figure(book.ref("dash_overdue"), fill.scaled(sums["overdue"]), "#,##0.0"),
        share=figure(book.ref("dash_share"), share, "0.0%"),
    )
    if len(close.trend) > 1 and close.trend[-2].open_minor > 0:
        before = close.trend[-2].overdue_share
        said = said + fill.sentence(
            "cover.summary_before", before=figure(book.ref("data_before", down=2), before, "0.0%")
        )
    days = fill.headline.days if fill.headline else None
    if days is None:
        said = said + plain(fill.say("cover.summary_no_dso"))
    else:
        dso = figure(book.ref("dash_dso"), days, "0.0")
        said = said + fill.sentence("cover.summary_dso", dso=dso, benchmark=f"{close.dso_benchmark:g}")
    if close.other_currencies:
        listed = ("、" if fill.lang == "zh" else ", ").join(close.other_currencies)
        said = said + plain(fill.say("cover.other_currencies", list=listed) + ("" if fill.lang == "zh" else " "))
    last = max(len(found), 1) - 1
    severities, counts = (book.ref(f"check_{name}", 0, to=last, home=home) for name in ("severity", "count"))
    must = [group for group in found if group.severity == "must_act"]
    return said + fill.sentence(
        "cover.summary_findings",
        kinds=figure(f"SUMPRODUCT(--({severities}={_must_act(fill)}))", len(must), "0"),
        documents=figure(f"SUMPRODUCT(({severities}={_must_act(fill)})*{counts})", sum(g.count for g in must), "0"),
    )
