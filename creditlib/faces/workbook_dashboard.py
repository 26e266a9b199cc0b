"""The dashboard: six figures, what the charts read, their titles as findings, and the roll-forward.

What must stay true: every figure is a formula over another sheet; where the file holds no history, the place says so in words.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from creditlib import formulas
from creditlib.faces import workbook_aging as aging
from creditlib.faces import workbook_cells as cells
from creditlib.faces.workbook_cells import Said, choose, figure, plain
from creditlib.faces.workbook_fill import Fill
from creditlib.faces.workbook_findings import short_name
from creditlib.faces.workbook_tops import held_by_the_largest, rows_of
from creditlib.flows.closing import Measure

MOVES = ("opening", "billed", "receipts", "credit_notes", "write_offs", "fx", "other", "closing")


def fill_in(fill: Fill) -> None:
    """Write the dashboard and its hidden data."""
    book, close = fill.book, fill.close
    subtitle = [fill.say("dash.subtitle", unit=fill.scale[1]), fill.as_of]
    if len(close.trend) > 1:
        subtitle.append(fill.say("dash.compared", day=close.trend[-2].on.isoformat()))
    if close.other_currencies:
        subtitle.append(fill.say("dash.only", currency=close.currency))
    fill.put_text("dash_subtitle", fill.join(*subtitle))
    book.put("data_divisor", cells.number(fill.scale[0]))
    fill.put_text("data_unit", fill.scale[1])
    _figures(fill)
    _buckets(fill)
    _trend(fill)
    _top(fill)
    _moves(fill)


def _over(fill: Fill, native: str, home: str) -> str:
    return f"{native}/{fill.book.ref('data_divisor', home=home, fixed=True)}"


def _measure(fill: Fill, key: str) -> Measure | None:
    return next((m for m in fill.close.measures if m.key == key and m.value is not None), None)


def _figures(fill: Fill) -> None:
    """Write the six figures with last month's beside them."""
    book, close = fill.book, fill.close
    home = book.place("dash_open").sheet
    sums = aging.totals(fill, close.currency)
    share = formulas.overdue_share(sums["overdue"], sums["open"])
    before = close.trend[-2] if len(close.trend) > 1 else None
    headline = fill.headline
    fill.put_text("dash_dso_label", fill.say("dash.dso", method=fill.headline_name))
    for key in ("open", "overdue"):
        native = _over(fill, aging.open_ref(fill, close.currency, key), home)
        book.put(f"dash_{key}", cells.formula(native, repr(fill.scaled(sums[key]))))
        then = None if before is None else before.open_minor if key == "open" else before.overdue_minor
        if then is None:
            fill.put_text(f"dash_{key}_before", fill.say("dash.no_history"))
            continue
        down = 0 if key == "open" else 1
        book.put("data_before", cells.number(repr(fill.scaled(then))), down=down)
        cell, here = book.ref("data_before", down=down), book.ref(f"dash_{key}", home=home)
        change = (sums[key] / then - 1) if then else 0.0
        said = fill.sentence(
            "dash.before",
            before=figure(cell, fill.scaled(then), "#,##0.0"),
            change=figure(f"IF({cell}=0,0,{here}/{cell}-1)", change, "+0.0%;-0.0%;0.0%"),
        )
        fill.put_said(f"dash_{key}_before", said)
    native = aging.open_ref(fill, close.currency, "overdue_share")
    book.put("dash_share", cells.formula(native, repr(share)))
    past = before.overdue_share if before is not None and before.open_minor > 0 else None
    _compare(fill, "share", 2, share, past, "0.0%", 100, fill.say("dash.no_history"))
    if headline is None or headline.days is None:
        fill.put_text("dash_dso", fill.say("word.none"))
        fill.put_text("dash_dso_before", fill.say("dash.needs_sales"))
    else:
        row = close.dso.index(headline)
        style = book.style("dash_dso")
        if headline.at_least:
            style = book.styles.variant(style, code=f'"≥ "{book.styles.code(style)}')
        book.put("dash_dso", cells.formula(book.ref("dso_days", row), repr(headline.days)), style=style)
        other = (
            fill.say("dash.at_least")
            if headline.at_least
            else fill.say("dash.benchmark", benchmark=f"{close.dso_benchmark:g}")
        )
        _compare(fill, "dso", 3, headline.days, headline.previous, "0.0", 1, other)
    for key, down, code, factor in (("cei", 4, "0.0%", 100), ("dbt", 5, "0.0", 1)):
        measure = _measure(fill, key)
        if measure is None or measure.value is None:
            fill.put_text(f"dash_{key}", fill.say("word.none"))
            fill.put_text(f"dash_{key}_before", fill.say("dash.needs_history"))
            continue
        row = close.measures.index(measure)
        book.put(f"dash_{key}", cells.formula(book.ref("measure_value", row), repr(float(measure.value))))
        _compare(fill, key, down, float(measure.value), measure.previous, code, factor, "")


def _compare(
    fill: Fill, key: str, down: int, now: float, then: float | None, code: str, factor: int, otherwise: str
) -> None:
    """Write "last month …, change …" below a figure."""
    book = fill.book
    if then is None:
        fill.put_text(f"dash_{key}_before", otherwise)
        return
    book.put("data_before", cells.number(repr(float(then))), down=down)
    cell, here = book.ref("data_before", down=down), book.ref(f"dash_{key}", home=book.place("dash_open").sheet)
    change = figure(
        f"{factor}*({here}-{cell})" if factor > 1 else f"{here}-{cell}", factor * (now - then), "+0.0;-0.0;0.0"
    )
    if factor > 1:
        change = fill.sentence("dash.points", change=change)
    parts: dict[str, Said | str] = {"before": figure(cell, then, code), "change": change}
    if key == "dso":
        parts["benchmark"] = f"{fill.close.dso_benchmark:g}"
        fill.put_said("dash_dso_before", fill.sentence("dash.before_benchmark", **parts))
    else:
        fill.put_said(f"dash_{key}_before", fill.sentence("dash.before", **parts))


def _buckets(fill: Fill) -> None:
    """Write what the bucket chart reads, and say what is overdue."""
    book, close = fill.book, fill.close
    data = book.on("data_bucket_label")
    home = data.title
    room = book.place("data_bucket_label").height
    sums = aging.totals(fill, close.currency)
    for place in range(room):
        if place >= len(fill.overdue):
            data.hidden_rows.add(book.at("data_bucket_label", down=place)[1])
            continue
        key = fill.overdue[place]
        slot = fill.slots[key]
        book.put(
            "data_bucket_label",
            Said(book.ref(f"aging_{slot}", like="aging_head"), fill.bucket(key)).content,
            down=place,
        )
        native = _over(fill, aging.open_ref(fill, close.currency, slot), home)
        book.put("data_bucket_now", cells.formula(native, repr(fill.scaled(sums[slot]))), down=place)
        if close.previous_buckets:
            book.put(
                "data_bucket_before", cells.number(repr(fill.scaled(close.previous_buckets.get(key, 0)))), down=place
            )
    if not close.previous_buckets:
        fill.hide("data_bucket_before")
    if not any(sums[fill.slots[key]] for key in fill.overdue) and not any(close.previous_buckets.values()):
        book.drop_charts("data_bucket_now")
    dash = book.place("dash_open").sheet
    share = formulas.overdue_share(sums["overdue"], sums["open"])
    said = fill.sentence("dash.buckets_title", share=figure(book.ref("dash_share", home=dash), share, "0.0%"))
    if close.edges:  # old: beyond the middle edge of the policy; the bucket after edge k stands at place k + 1
        middle = len(close.edges) // 2
        kept = range(middle + 1, len(fill.overdue))
        total = sum(sums[fill.slots[fill.overdue[place]]] for place in kept)
        first, last = (book.ref("data_bucket_now", down=place) for place in (middle + 1, len(fill.overdue) - 1))
        old = figure(f"SUM({first}:{_bare(last)})", fill.scaled(total), "#,##0.0")
        said = said + fill.sentence("dash.buckets_old", old=old, days=str(close.edges[middle]))
    late = book.ref("dash_overdue", home=dash)
    fill.put_said(
        "dash_buckets_title", choose(f"{late}>0", sums["overdue"] > 0, said, plain(fill.say("dash.buckets_none")))
    )
    not_due = sums.get("not_due", 0)
    column = "not_due" if "not_due" in fill.slots else "open"
    whole = aging.open_ref(fill, close.currency)
    part = aging.open_ref(fill, close.currency, column)
    key = "dash.buckets_subtitle_before" if close.previous_buckets else "dash.buckets_subtitle"
    fill.put_said(
        "dash_buckets_subtitle",
        fill.sentence(
            key,
            unit=fill.scale[1],
            not_due=figure(_over(fill, part, dash), fill.scaled(not_due), "#,##0.0"),
            share=figure(f"IF({whole}=0,0,{part}/{whole})", not_due / sums["open"] if sums["open"] else 0.0, "0.0%"),
        ),
    )


def _rounded(value: float) -> float:
    """Round to one decimal as a spreadsheet does: half away from zero."""
    return float(Decimal(repr(value)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)) or 0.0


def _bare(reference: str) -> str:
    return reference.rsplit("!", 1)[-1]


def _trend(fill: Fill) -> None:
    """Write the month ends, newest last, and what the two lines say."""
    book, close = fill.book, fill.close
    data = book.on("data_trend_on")
    home = data.title
    room = book.place("data_trend_on").height
    points = close.trend[-room:]
    for down in range(room - len(points)):
        data.hidden_rows.add(book.at("data_trend_on", down=down)[1])
    any_dso = sum(point.dso is not None for point in points) > 1
    last = room - 1
    for down, point in enumerate(points, room - len(points)):
        book.put("data_trend_on", cells.day(point.on), down=down)
        sums = aging.totals(fill, close.currency)
        for name, minor, column in (("open", point.open_minor, "open"), ("overdue", point.overdue_minor, "overdue")):
            exact = cells.exact(minor, close.currency)
            own = down == last and point.on == close.as_of and bool(fill.aging) and sums[column] == minor
            native = aging.open_ref(fill, close.currency, column) if own else ""
            book.put(f"data_trend_{name}", cells.formula(native, exact) if own else cells.number(exact), down=down)
        a, b = (book.ref(f"data_trend_{name}", down=down, home=home) for name in ("overdue", "open"))
        share = point.overdue_share
        book.put("data_trend_share", cells.formula(f"IF({b}>0,{a}/{b},0)", repr(share)), down=down)
        if point.dso is not None and any_dso:
            book.put("data_trend_dso", cells.number(repr(point.dso)), down=down)
        if any_dso:
            book.put("data_trend_benchmark", cells.number(f"{close.dso_benchmark:g}"), down=down)
        if down == last:
            native = book.ref("data_trend_share", down=down, home=home)
            book.put("data_trend_share_last", cells.formula(native, repr(share)), down=down)
            if point.dso is not None and any_dso:
                native = book.ref("data_trend_dso", down=down, home=home)
                book.put("data_trend_dso_last", cells.formula(native, repr(point.dso)), down=down)
    if any_dso:
        named = min(room - len(points) + 2, last)
        book.put("data_trend_benchmark_at", cells.number(f"{close.dso_benchmark:g}"), down=named)
    fill.put_text("data_benchmark_label", fill.say("dash.benchmark", benchmark=f"{close.dso_benchmark:g}"))
    if len(points) < 2:
        for name, title in (("trend", "no_trend"), ("dso", "no_trend")):
            fill.put_text(f"dash_{name}_title", fill.say(f"dash.{title}"))
            fill.put_text(f"dash_{name}_subtitle", fill.say("dash.no_trend_subtitle"))
        book.drop_charts("data_trend_share")
        book.drop_charts("data_trend_dso")
        return
    now, then = (book.ref("data_trend_share", down=last - k) for k in (0, 1))
    shares = [p.overdue_share for p in points[-2:]]
    shown = figure(now, shares[1], "0.0%")
    fill.put_said(
        "dash_trend_title",
        choose(
            f"{now}>={then}",
            shares[1] >= shares[0],
            fill.sentence("dash.share_up", share=shown),
            fill.sentence("dash.share_down", share=shown),
        ),
    )
    fill.put_text("dash_trend_subtitle", fill.say("dash.share_subtitle"))
    days, earlier = points[-1].dso, points[-2].dso
    if days is None or not any_dso:
        fill.put_text("dash_dso_title", fill.say("dash.no_dso_trend"))
        fill.put_text("dash_dso_subtitle", fill.say("dash.no_dso_subtitle"))
        book.drop_charts("data_trend_dso")
        return
    now, then = (book.ref("data_trend_dso", down=last - k) for k in (0, 1))
    limit = f"{close.dso_benchmark:g}"
    said = choose(
        f"{now}<={limit}",
        days <= close.dso_benchmark,
        plain(fill.say("dash.dso_under")),
        plain(fill.say("dash.dso_over")),
    )
    if earlier is not None:
        rising, falling = plain(fill.say("dash.dso_rising")), plain(fill.say("dash.dso_falling"))
        same = choose(f"ROUND({now}-{then},1)<0", round(days - earlier, 1) < 0, falling, plain(""))
        said = said + choose(f"ROUND({now}-{then},1)>0", round(days - earlier, 1) > 0, rising, same)
    fill.put_said("dash_dso_title", said)
    fill.put_text("dash_dso_subtitle", fill.say("dash.dso_subtitle", method=fill.headline_name))


def _top(fill: Fill) -> None:
    """Write the largest overdue balances for the stacked bars, as many as the chart has room for."""
    book, close = fill.book, fill.close
    data = book.on("data_top_label")
    home, dash = data.title, book.place("dash_open").sheet
    block = book.place("data_top_values")
    rows = [(copy, row) for copy, row in enumerate(rows_of(close.overdue_top)) if row["currency"] == close.currency]
    rows = rows[: block.height]
    for place in range(block.width):
        if place >= len(fill.overdue):
            fill.hide("data_top_values", right=place)
            continue
        key = fill.overdue[place]
        head = Said(book.ref(f"aging_{fill.slots[key]}", like="aging_head"), fill.bucket(key)).content
        book.put("data_top_heads", head, right=place)
    for down in range(block.height):
        if down >= len(rows):
            data.hidden_rows.add(book.at("data_top_label", down=down)[1])
            continue
        copy, row = rows[down]
        name = short_name(row["name"] or row["customer"])
        fill.put_text("data_top_name", name, down=down)
        amount = int(row["overdue_minor"])
        native = _over(fill, book.ref("overdue_amount", copy), home)
        book.put("data_top_amount", cells.formula(native, repr(fill.scaled(amount))), down=down)
        label = cells.sentence(
            "{name}   {amount}",
            name=Said(book.ref("data_top_name", down=down, home=home), name),
            amount=figure(book.ref("data_top_amount", down=down, home=home), fill.scaled(amount), "#,##0.0"),
        )
        book.put("data_top_label", label.content, down=down)
        for place, key in enumerate(fill.overdue):
            native = _over(fill, book.ref(f"overdue_{fill.slots[key]}", copy), home)
            value = fill.scaled(aging.value(row, key))
            book.put("data_top_values", cells.formula(native, repr(value)), down=down, right=place)
    if not rows:
        fill.put_text("dash_top_title", fill.say("dash.buckets_none"))
        book.drop_charts("data_top_values")
        return
    held = f"{book.ref('data_top_amount')}:{_bare(book.ref('data_top_amount', down=len(rows) - 1))}"
    late = book.ref("dash_overdue", home=dash)
    whole = aging.totals(fill, close.currency)["overdue"]
    part = sum(int(row["overdue_minor"]) for _, row in rows) / whole if whole else 0.0
    share = figure(f"IF({late}=0,0,SUM({held})/{late})", part, "0%")
    key = "dash.top_title" if len(rows) > 1 else "dash.top_title_one"
    fill.put_said("dash_top_title", fill.sentence(key, n=str(len(rows)), share=share))
    fill.put_text("dash_top_subtitle", fill.say("dash.top_subtitle", unit=fill.scale[1]))


def _moves(fill: Fill) -> None:
    """Write the roll-forward, and below it what one day of DSO and the largest customers are, and a check."""
    book, close = fill.book, fill.close
    home = book.place("dash_move_label").sheet
    data = book.place("data_move_month").sheet
    moves = {move.key: move for move in close.movement}
    for place, key in enumerate(MOVES):
        fill.put_text("dash_move_label", fill.say(f"dash.{key}"), down=place)
        move = moves.get(key)
        for name in ("month", "previous", "year"):
            if not moves:
                book.put(f"dash_move_{name}", cells.text(fill.say("word.none")), down=place)
                continue
            minor = int(getattr(move, f"{name}_minor")) if move else 0
            exact = cells.exact(minor, close.currency)
            first, before = (book.ref(f"data_move_{name}", down=k, home=data) for k in (0, place - 1))
            native = f"ROUND(SUM({first}:{before}),{fill.digits()})"
            lines_add = sum(int(getattr(m, f"{name}_minor")) for k, m in moves.items() if k != "closing") == minor
            closes = key == "closing" and lines_add
            book.put(f"data_move_{name}", cells.formula(native, exact) if closes else cells.number(exact), down=place)
            native = f"ROUND({_over(fill, book.ref(f'data_move_{name}', down=place), home)},1)+0"  # never "-0.0"
            book.put(f"dash_move_{name}", cells.formula(native, repr(_rounded(fill.scaled(minor)))), down=place)
    if moves:
        month = close.as_of.strftime("%Y-%m")
        last = close.trend[-2].on.strftime("%Y-%m") if len(close.trend) > 1 else fill.say("dso.previous")
        heads = {"month": month, "previous": last, "year": fill.say("dash.year")}
        for name, text in heads.items():
            fill.put_text(f"dash_move_{name}_head", text)
        a = book.ref("dash_move_month", home=home)
        b = book.ref("dash_move_month", down=len(MOVES) - 1, home=home)
        ends = [_rounded(fill.scaled(moves[key].month_minor if key in moves else 0)) for key in ("closing", "opening")]
        change = ends[0] - ends[1]  # of the figures shown
        shown = figure(f"ABS({b}-{a})", abs(change), "#,##0.0")
        up, down = (fill.sentence(f"dash.move_{way}", change=shown) for way in ("up", "down"))
        fill.put_said("dash_move_title", choose(f"{b}>={a}", change >= 0, up, down))
        fill.put_text("dash_move_subtitle", fill.say("dash.move_subtitle", unit=fill.scale[1]))
    else:
        fill.put_text("dash_move_title", fill.say("dash.no_movement"))
        fill.put_text("dash_move_subtitle", fill.say("dash.no_trend_subtitle"))
    _notes(fill, bool(moves))


def _notes(fill: Fill, moved: bool) -> None:
    book, close = fill.book, fill.close
    home = book.place("dash_notes").sheet
    lines: list[Said] = []
    day = _measure(fill, "one_dso_day")
    if day is not None and day.value is not None:
        row = close.measures.index(day)
        value = figure(_over(fill, book.ref("measure_value", row), home), fill.scaled(round(day.value)), "#,##0.0")
        lines.append(fill.sentence("dash.one_day", value=value, unit=fill.scale[1]))
    held = held_by_the_largest(fill)
    if held is not None:
        lines.append(held)
    whole = aging.open_ref(fill, close.currency)
    digits = fill.digits()
    code = "#,##0" + ("." + "0" * digits if digits else "")
    code = f"{code};-{code}"
    if moved:
        other = book.ref("data_move_month", down=len(MOVES) - 1)
        closing = next((m.month_minor for m in close.movement if m.key == "closing"), 0)
        apart, key = (closing - close.total_minor) / 10**digits, "dash.check"
        native = f"ROUND({other}-{whole},{digits})"
    else:
        other = book.ref("items_amount", fill.currencies.index(close.currency), like="items_total_label")
        apart, key = 0.0, "dash.check_items"
        native = f"ROUND({whole}-{other},{digits})"
    mark = choose(f"{native}=0", apart == 0, plain(fill.say("word.yes")), plain(fill.say("word.differs")))
    check = fill.sentence(key, difference=figure(native, apart, code)) + mark
    # the check begins with its mark's sign where it fails, so that the cell turns into a chip
    lead = choose(f"{native}=0", apart == 0, plain(""), plain("▲ "))
    lines.append(lead + check)
    for down, said in enumerate(lines, 3 - len(lines)):
        fill.put_said("dash_notes", said, down=down)
