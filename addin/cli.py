"""`credit addin`: make, install, remove and examine the spreadsheet add-in.

What must stay true: nothing of a host is imported before its command runs; each command tells every step and exits with 1 where one of
them needs a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from creditlib.errors import Lang
from creditlib.faces.cli import common as c

from .cli_workbook import connect

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="The add-in for Excel and LibreOffice Calc: build, install, doctor. 电子表格加载项。",
)
Calc = Annotated[bool, typer.Option("--calc", help="LibreOffice Calc instead of Excel.")]


@app.command()
def build(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the file is written.")] = Path(),
    calc: Calc = False,
    lang: c.LangOption = None,
) -> None:
    """Write the add-in as a file, on any system: CreditLib.xlam, or with --calc the extension.

    Example: credit addin build --lang zh --out dist
    """
    with c.told(lang):
        words = c.language(lang)
        if calc:
            from .hosts.oxt import build as build_oxt  # type: ignore[import-not-found, unused-ignore]

            out.mkdir(parents=True, exist_ok=True)
            typer.echo(build_oxt(out))
            return
        from .hosts.xlam import NAME
        from .hosts.xlam import build as build_xlam

        typer.echo(build_xlam(out / NAME, words))


@app.command()
def install(calc: Calc = False, lang: c.LangOption = None) -> None:
    """Install the add-in for this user; --lang also sets the language of answers.

    Example: credit addin install --lang zh
    """
    with c.told(lang):
        chosen: Lang | None = c.language(lang) if lang else None
        _tell(_host(calc).install(chosen), lang)


@app.command()
def uninstall(calc: Calc = False, lang: c.LangOption = None) -> None:
    """Remove what was installed, nothing else.

    Example: credit addin uninstall
    """
    with c.told(lang):
        _tell(_host(calc).uninstall(), lang)


@app.command()
def doctor(calc: Calc = False, lang: c.LangOption = None) -> None:
    """Say what is wrong with the installed add-in, and what to do.

    Example: credit addin doctor
    """
    with c.told(lang):
        _tell(_host(calc).doctor(), lang)


app.command()(connect)


def _host(calc: bool) -> Any:
    """Return the module that installs for a spreadsheet."""
    if calc:
        from .hosts import calc_install  # type: ignore[attr-defined, unused-ignore]

        return calc_install
    from .hosts import excel_install

    return excel_install


def _tell(findings: Iterable[Any], option: str | None) -> None:
    """Print each finding, then exit with 1 where one needs a person."""
    words = c.language(option)
    found = list(findings)
    for finding in found:
        typer.echo(f"{'ok' if finding.ok else '!!'}  {finding.text(words)}")
    if not all(finding.ok for finding in found):
        raise typer.Exit(c.ATTENTION)
