"""`credit aging` and `credit dso`.

What must stay true: the figures are those of the close; the total under the table is the total of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.cli import common as c
from creditlib.faces.cli import show
from creditlib.faces.cli.work import Request
from creditlib.faces.wording import bucket_label, say
from creditlib.formulas import overdue_share

if TYPE_CHECKING:
    from rich.console import Console

    from creditlib.measures.figures import Figures

BASES = {"due": "due_on", "invoice": "issue_on", "years": "years"}
TOP = 20


def aging(
    files: c.FilesArgument,
    as_of: c.AsOf,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    query: c.Query = None,
    known_on: c.KnownOn = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    policy: c.PolicyFile = None,
    lang: c.LangOption = None,
    edges: Annotated[
        str | None, typer.Option("--edges", metavar="30,60,90", help="Upper edges; else the policy's.")
    ] = None,
    basis: Annotated[
        str, typer.Option("--basis", metavar="due|invoice|years", help="What age is counted from.")
    ] = "due",
    by: Annotated[
        str, typer.Option("--by", metavar="KEY", help="customer, entity, salesperson, group, …")
    ] = "customer",
    all_rows: Annotated[bool, typer.Option("--all", help="Print every line, not only the largest.")] = False,
    as_json: c.Json = False,
    as_csv: c.Csv = False,
) -> None:
    """Age open items: what is not due, and how late the rest is.

    Example: credit aging open.csv --as-of 2026-10-31 --by salesperson
    """
    with c.told(lang):
        words = c.language(lang)
        c.one_format(as_json, as_csv)
        if basis not in BASES:
            raise c.usage("terminal.error.basis", value=basis)
        request = Request(
            files,
            words,
            as_of,
            map_file,
            dates,
            home,
            query,
            known_on=known_on,
            currency=currency,
            fx=fx,
            policy_file=policy,
        )
        from creditlib.facts.checks import check, check_open
        from creditlib.flows.close import limits
        from creditlib.measures.aging import aging as age

        with c.Steps(words) as steps:
            request.report, request.day  # noqa: B018  a wrong option is told before a long read
            loaded = request.policy()
            values = loaded.at(request.day)
            given = _edges(edges) if edges else values["aging.year_edges" if basis == "years" else "aging.edges"]
            steps.at("read")
            reading = request.read(loaded, request.day)
            steps.at("measure")
            items = request.items(reading, loaded)
            figures = age(items, edges=given, basis=BASES[basis], by=(by,))  # type: ignore[arg-type]
            found = [*reading.findings, *check(reading.book), *check_open(items, limits(values))]
        names = _names(reading.book) if by == "customer" else {}
        if as_json:
            c.write_json(_aging_json(figures, by, names))
        elif as_csv:
            _aging_csv(figures, by, names)
        else:
            out = c.console()
            show.reading_lines(out, reading, words)
            for code in sorted(figures.currencies):
                _aging_table(out, figures, code, by, BASES[basis], names, words, None if all_rows else TOP)
            out.print(say("terminal.read.policy", words, name=loaded.name, fingerprint=loaded.fingerprint))
            out.print()
            show.findings_block(out, found, words)
        if as_json or as_csv:
            show.told_aside(found, words)
        if any(f.severity == "must_act" for f in reading.findings):
            raise typer.Exit(c.ATTENTION)


def _edges(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise c.usage("terminal.error.edges", value=text) from None


def _names(book: Any) -> dict[str, str | None]:
    table = book.columns("customers", ["customer", "name"])
    return dict(zip(table["customer"].to_pylist(), table["name"].to_pylist(), strict=True))


def _bucket_names(figures: Figures) -> list[str]:
    fixed = {*figures.keys, "items", "total_minor", "overdue_minor"}
    return [name for name in figures.table.column_names if name not in fixed]


def _of(figures: Figures, currency: str) -> list[dict[str, Any]]:
    return sorted((r for r in figures.rows() if r["currency"] == currency), key=lambda r: -r["total_minor"])


def _aging_json(figures: Figures, by: str, names: dict[str, str | None]) -> list[dict[str, Any]]:
    buckets = _bucket_names(figures)
    made = []
    for code in sorted(figures.currencies):
        rows, whole = _of(figures, code), figures.sums(code)

        def text(minor: int, code: str = code) -> str:
            return money.plain(minor, code)

        lines = []
        for row in rows:
            line: dict[str, Any] = {by: row[by]}
            if by == "customer":
                line["name"] = names.get(row[by])
            line |= {"items": row["items"], "total": text(row["total_minor"])}
            if "overdue_minor" in row:
                line["overdue"] = text(row["overdue_minor"])
            lines.append(line | {"buckets": {b: text(row[b]) for b in buckets}})
        made.append(
            {
                "as_of": figures.as_of,
                "currency": code,
                "basis": figures.values["basis"],
                "netting": figures.values["netting"],
                "edges": list(figures.values["edges"]),
                "items": whole["items"],
                "total": text(whole["total_minor"]),
                "buckets": {b: text(whole[b]) for b in buckets},
                "customers" if by == "customer" else "groups": lines,
            }
        )
    return made


def _aging_csv(figures: Figures, by: str, names: dict[str, str | None]) -> None:
    buckets = _bucket_names(figures)
    named = ["name"] if by == "customer" else []
    header = ["as_of", "currency", by, *named, "items", "total", *buckets]
    rows = []
    for code in sorted(figures.currencies):
        for row in _of(figures, code):
            cells = [money.plain(row[k], code) for k in ("total_minor", *buckets)]
            rows.append([figures.as_of, code, row[by], *([names.get(row[by])] if named else []), row["items"], *cells])
    c.write_csv(header, rows)


def _aging_table(
    out: Console,
    figures: Figures,
    code: str,
    by: str,
    basis: str,
    names: dict[str, str | None],
    lang: Lang,
    top: int | None,
) -> None:
    rows = _of(figures, code)
    buckets = _bucket_names(figures)
    whole = figures.sums(code)
    total = whole["total_minor"]
    out.print()
    show.title(
        out,
        say("terminal.title.aging", lang, by=say(f"terminal.col.{by}", lang), as_of=figures.as_of, currency=code,
            basis=say(f"terminal.basis.{basis}", lang)),
    )  # fmt: skip
    head = [
        (say("terminal.col.bucket", lang), "l"),
        (say("terminal.col.amount", lang), "r"),
        (say("terminal.col.share", lang), "r"),
    ]
    summary = show.table(*head)
    for bucket in buckets:
        value = whole[bucket]
        summary.add_row(_label(bucket, lang), show.amount(value, code), show.share(value / total) if total else "")
    show.total_row(summary, say("terminal.col.total", lang), money.text(total, code), show.share(1.0) if total else "")
    out.print(summary)
    if not rows:
        return
    out.print()
    shown = rows[:top]
    wide = _wide(shown, by, buckets, names, lang, code)
    fits = out.measure(wide).maximum <= out.width
    made = wide if fits else _narrow(shown, by, names, lang, code)
    rest = rows[len(shown) :]
    if rest:
        cells = [say("terminal.say.others", lang, count=f"{len(rest):,}")] + [""] * (by == "customer")
        made.add_row(*cells, *_cells(_sum(rest, buckets), buckets if fits else [], code))
    end = [say("terminal.col.total", lang)] + [""] * (by == "customer")
    show.total_row(made, *end, *_cells(whole, buckets if fits else [], code))
    out.print(made)


def _label(bucket: str, lang: Lang) -> str:
    if bucket.endswith("y") or bucket.endswith("y+"):
        plus = bucket.endswith("+")
        body = bucket.rstrip("+").rstrip("y").replace("-", "–")
        return {"en": f"{body}{'+' if plus else ''} years", "zh": f"{body} 年{'以上' if plus else ''}"}[lang]
    return bucket_label(bucket, lang)


def _sum(rows: list[dict[str, Any]], buckets: list[str]) -> dict[str, Any]:
    keys = ["total_minor", *buckets] + (["overdue_minor"] if rows and "overdue_minor" in rows[0] else [])
    return {key: sum(r[key] for r in rows) for key in keys}


def _cells(row: dict[str, Any], buckets: list[str], code: str) -> list[str]:
    cells = [show.amount(row["total_minor"], code)]
    if buckets:
        return cells + [show.amount(row[b], code) for b in buckets]
    overdue = row.get("overdue_minor")
    return cells + (
        []
        if overdue is None
        else [
            show.amount(overdue, code),
            show.share(overdue_share(overdue, row["total_minor"])) if row["total_minor"] > 0 else "",
        ]
    )


def _key_columns(by: str, lang: Lang) -> list[tuple[str, str]]:
    columns = [(say(f"terminal.col.{by}", lang), "l")]
    return columns + ([(say("terminal.col.name", lang), "fold")] if by == "customer" else [])


def _key_cells(row: dict[str, Any], by: str, names: dict[str, str | None], lang: Lang) -> list[str]:
    cells = [row[by] if row[by] is not None else say("terminal.say.none", lang)]
    return cells + ([names.get(row[by]) or ""] if by == "customer" else [])


def _wide(
    rows: list[dict[str, Any]], by: str, buckets: list[str], names: dict[str, str | None], lang: Lang, code: str
) -> Any:
    made = show.table(
        *_key_columns(by, lang), (say("terminal.col.open", lang), "r"), *((_label(b, lang), "r") for b in buckets)
    )
    for row in rows:
        made.add_row(*_key_cells(row, by, names, lang), *_cells(row, buckets, code))
    return made


def _narrow(rows: list[dict[str, Any]], by: str, names: dict[str, str | None], lang: Lang, code: str) -> Any:
    late = [(say("terminal.col.overdue", lang), "r"), (say("terminal.col.overdue_share", lang), "r")]
    made = show.table(
        *_key_columns(by, lang), (say("terminal.col.open", lang), "r"), *(late if "overdue_minor" in rows[0] else [])
    )
    for row in rows:
        made.add_row(*_key_cells(row, by, names, lang), *_cells(row, [], code))
    return made


def dso(
    files: c.FilesArgument,
    as_of: c.AsOf,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    query: c.Query = None,
    sales: c.Sales = None,
    known_on: c.KnownOn = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    policy: c.PolicyFile = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
    as_csv: c.Csv = False,
) -> None:
    """Measure days sales outstanding by every method, and say why they differ.

    Example: credit dso open.csv --as-of 2026-10-31 --sales sales.csv
    """
    with c.told(lang):
        words = c.language(lang)
        c.one_format(as_json, as_csv)
        request = Request(files, words, as_of, map_file, dates, home, query, sales, known_on, currency, fx, policy)
        with c.Steps(words) as steps:
            reading, made = request.close(steps)
        code = made.currency

        def days(value: float | None, at_least: bool) -> str:
            if value is None:
                return ""
            return say("terminal.say.at_least", words, days=f"{value:.1f}") if at_least else f"{value:.1f}"

        values = {n: v for n, v, _ in made.policy_values}
        if as_json:
            c.write_json(
                {
                    "as_of": made.as_of,
                    "currency": code,
                    "base": values["dso.base"],
                    "benchmark_days": made.dso_benchmark,
                    "methods": [
                        {
                            "method": line.method,
                            "days": None if line.days is None else round(line.days, 6),
                            "at_least": line.at_least,
                            "receivables": None
                            if line.receivables_minor is None
                            else money.plain(line.receivables_minor, code),
                            "sales": None if line.sales_minor is None else money.plain(line.sales_minor, code),
                            "sales_days": line.sales_days,
                            "why": line.why[1 if words == "zh" else 0],
                        }
                        for line in made.dso
                    ],
                }
            )
        elif as_csv:
            header = ["as_of", "currency", "method", "days", "at_least", "receivables", "sales", "sales_days"]
            rows = [
                [made.as_of, code, x.method, "" if x.days is None else f"{x.days:.6f}", x.at_least,
                 "" if x.receivables_minor is None else money.plain(x.receivables_minor, code),
                 "" if x.sales_minor is None else money.plain(x.sales_minor, code), x.sales_days]
                for x in made.dso
            ]  # fmt: skip
            c.write_csv(header, rows)
        else:
            out = c.console()
            show.reading_lines(out, reading, words)
            out.print()
            show.title(
                out,
                say(
                    "terminal.title.dso",
                    words,
                    as_of=made.as_of,
                    currency=code,
                    base=say(f"terminal.base.{values['dso.base']}", words),
                ),
            )
            table = show.table(*((say(f"terminal.col.{n}", words), how) for n, how in
                                 (("method", "l"), ("days", "r"), ("receivables", "r"), ("sales", "r"), ("over_days", "r"), ("why", "fold"))))  # fmt: skip
            said = ""
            for line in made.dso:
                reason = line.why[1 if words == "zh" else 0]
                shown, said = ("″" if reason and reason == said else reason), reason
                table.add_row(
                    say(f"terminal.method.{line.method}", words), days(line.days, line.at_least),
                    show.amount(line.receivables_minor, code), show.amount(line.sales_minor, code),
                    "" if line.sales_days is None else str(line.sales_days), shown,
                )  # fmt: skip
            out.print(table)
            out.print()
            show.findings_block(out, made.findings, words)
        if as_json or as_csv:
            show.told_aside(made.findings, words)
        rejected = any(f.severity == "must_act" for f in reading.findings)
        if rejected or all(line.days is None for line in made.dso):
            raise typer.Exit(c.ATTENTION)
