"""`credit check`, `credit map`, `credit sample`: look before closing.

What must stay true: `check` shows every finding; `map` proposes and never guesses silently; `sample` writes only into an empty
folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from creditlib.errors import Lang
from creditlib.faces.cli import common as c
from creditlib.faces.cli import show
from creditlib.faces.cli.work import Request
from creditlib.faces.wording import say


def check(
    files: Annotated[list[str] | None, typer.Argument(metavar="FILE…", help="Files of one ledger.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Day for the checks that need one.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="CHECK", help="Only this check; may be repeated.")
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the named checks and what they mean.")] = False,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    query: c.Query = None,
    policy: c.PolicyFile = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
    as_csv: c.Csv = False,
) -> None:
    """Run the named checks over a ledger and show every finding.

    Example: credit check open.csv --as-of 2026-10-31
    """
    with c.told(lang):
        words = c.language(lang)
        c.one_format(as_json, as_csv)
        if listing:
            _listing(words, as_json, as_csv)
            return
        if not files:
            raise c.usage("terminal.error.no_file")
        from creditlib.facts.checks import check as check_book
        from creditlib.facts.checks import check_open, known_checks
        from creditlib.flows.close import limits

        wanted = known_checks(only) if only else None
        request = Request(files, words, as_of, map_file, dates, home, query, policy_file=policy)
        with c.Steps(words) as steps:
            day = request.day if as_of is not None else None
            loaded = request.policy()
            steps.at("read")
            reading = request.read(loaded, day)
            steps.at("measure")
            found = [*reading.findings, *check_book(reading.book)]
            if day is not None:
                found += check_open(request.items(reading, loaded), limits(loaded.at(day)))
        found = [f for f in found if wanted is None or f.check in wanted]
        found.sort(key=lambda f: f.severity != "must_act")
        if as_json:
            c.write_json([show.finding_json(f, words) for f in found])
        elif as_csv:
            lines = [show.finding_json(f, words) for f in found]
            header = ["check", "severity", "where", "text", "count", "amount", "currency"]
            c.write_csv(header, [[line[h] for h in header] for line in lines])
        else:
            out = c.console()
            show.reading_lines(out, reading, words)
            out.print()
            show.findings_block(out, found, words)
        if any(f.severity == "must_act" for f in found):
            raise typer.Exit(c.ATTENTION)


def _listing(lang: Lang, as_json: bool, as_csv: bool) -> None:
    from creditlib.facts.catalogue import CHECKS

    rows = [(k.name, k.severity, k.title(lang), k.todo(lang)) for k in CHECKS.values()]
    if as_json:
        c.write_json([dict(zip(("check", "severity", "title", "todo"), row, strict=True)) for row in rows])
    elif as_csv:
        c.write_csv(["check", "severity", "title", "todo"], rows)
    else:
        out = c.console()
        show.title(out, say("terminal.title.checks", lang))
        table = show.table(*((say(f"terminal.col.{n}", lang), how) for n, how in
                             (("check", "l"), ("severity", "l"), ("meaning", "fold"), ("todo", "fold"))))  # fmt: skip
        for name, severity, title, todo in rows:
            table.add_row(name, say(f"common.severity.{severity}", lang), title, todo)
        out.print(table)


def map_columns(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file to map.")],
    out: Annotated[
        str | None, typer.Option("--out", metavar="MAP.toml", help="Where to write; else the terminal.")
    ] = None,
    query: c.Query = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
    as_csv: c.Csv = False,
) -> None:
    """Propose a map.toml: which column of a file means what.

    Example: credit map open.xlsx --out map.toml
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.facts.mapping import blank_map, propose_map, recognise
        from creditlib.facts.sources import open_grids

        grids = open_grids(file, query)
        found = [(grid, recognise(grid)) for grid in grids]
        grid, mapping = next(((g, m) for g, m in found if m is not None), found[0])
        text = propose_map(grid, mapping) if mapping is not None else blank_map(grid)
        if as_json:
            columns = {} if mapping is None else {n: mapping.headers[i] for n, i in mapping.columns.items()}
            preset = None if mapping is None else mapping.preset
            unused = [] if mapping is None else list(mapping.unused)
            c.write_json({"sheet": grid.name, "preset": preset, "columns": columns, "unused": unused})
        elif as_csv:
            taken = {} if mapping is None else mapping.columns
            c.write_csv(["field", "column", "header"], [[n, i + 1, mapping.headers[i]] for n, i in taken.items()])  # type: ignore[union-attr]
        elif out is None:
            typer.echo(text, nl=False)
        else:
            path = Path(out)
            if path.exists():
                raise c.usage("terminal.error.exists_map", path=path)
            path.write_text(text, encoding="utf-8")
            typer.echo(say("terminal.say.map_written", words, path=path))
        if mapping is None:
            raise typer.Exit(c.ATTENTION)


def sample(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="An empty or new folder.")],
    lang: c.LangOption = None,
) -> None:
    """Write the sample ledger: 24 months of an invented firm, with every odd case.

    Example: credit sample ledger
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.facts.sample.files import write_sample
        from creditlib.facts.sample.generate import SAMPLE_END

        target = Path(folder)
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise c.usage("terminal.error.not_empty", path=target)
        paths = write_sample(target, lang=words)
        names = " ".join(str(target / n) for n in ("documents.csv", "allocations.csv", "customers.csv", "sales.csv"))
        command = f"credit close {names} --as-of {SAMPLE_END} --control {target / 'control.csv'} --out close.xlsx"
        typer.echo(
            say("terminal.say.sample", words, folder=target, files=len(paths), as_of=SAMPLE_END, command=command)
        )
