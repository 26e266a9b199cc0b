"""`credit`: the command. Each part of it is loaded when it is called, so that `--help` stays fast.

What must stay true: no traceback reaches a person; CREDIT_DEBUG=1 shows it to a developer.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

import creditlib
from creditlib.faces.cli import (
    asking,
    audit,
    closing,
    file,
    form,
    journal,
    onboarding,
    policy,
    release,
    reports,
    review,
    scores,
    storing,
    terms,
    tools,
)
from creditlib.faces.cli.common import language
from creditlib.faces.cli.further import WithFurther
from creditlib.faces.wording import say

INTERNAL = 3

app = typer.Typer(
    cls=WithFurther,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(closing.close)
app.command()(reports.aging)
app.command()(reports.dso)
app.command()(review.review)
app.command()(scores.score)
app.add_typer(asking.app, name="limit")
app.command()(release.release)
app.add_typer(terms.app, name="terms")
app.command()(form.form)
app.command()(tools.check)
app.command("map")(tools.map_columns)
app.command()(tools.sample)
app.add_typer(policy.app, name="policy")
file.app.command()(onboarding.onboarding)
app.add_typer(file.app, name="file")
app.add_typer(journal.app, name="journal")
app.command()(audit.audit)
app.add_typer(storing.app, name="store")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"creditlib {creditlib.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Trade credit: from a receivables export to a tied closing workbook. 应收账款：从导出文件到核对一致的结账工作簿。"""


def run() -> None:
    """Run the command line."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of a pipe has gone: nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("CREDIT_DEBUG"):
            raise
        lang = language(None) if os.environ.get("CREDIT_LANG") in (None, "", "en", "zh") else "en"
        print(say("terminal.error.internal", lang, what=f"{type(error).__name__}: {error}"), file=sys.stderr)
        sys.exit(INTERNAL)
