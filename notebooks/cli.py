"""`credit lab` and `credit serve`: the notebooks in JupyterLab, the six panels as web pages.

What must stay true: only this machine is listened on, a token is always asked for; nothing of Jupyter is imported before a command runs;
what is asked wrongly is told before a server starts.
"""

from __future__ import annotations

from typing import Annotated

import typer

from creditlib.faces.cli import common as c
from creditlib.faces.wording import say

Book = Annotated[
    str | None,
    typer.Option("--book", metavar="FOLDER", help="A connected book (credit addin connect); else CREDIT_BOOK, else the sample."),
]  # fmt: skip
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Day, YYYY-MM-DD; else the last month end of the book that is over."),
]
Store = Annotated[
    str | None,
    typer.Option("--store", metavar="FILE|URL", help="The record panels ask and decide in, whose limits count; else CREDIT_STORE, if set."),
]  # fmt: skip
Port = Annotated[
    int | None, typer.Option("--port", metavar="PORT", min=1, max=65535, help="Port to listen on; else the next free one.")
]  # fmt: skip
Address = Annotated[
    str, typer.Option("--address", metavar="ADDRESS", help="Address to listen on; nothing but this machine is allowed.")
]
Token = Annotated[
    str | None,
    typer.Option("--token", metavar="TEXT", envvar="CREDIT_TOKEN", show_envvar=False, help="Token to ask for; else CREDIT_TOKEN, else one made at random."),
]  # fmt: skip
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address and open no browser.")]

lab = typer.Typer(add_completion=False, rich_markup_mode=None)
serve = typer.Typer(add_completion=False, rich_markup_mode=None)


@lab.command("lab")
def lab_command(
    book: Book = None,
    as_of: AsOf = None,
    policy: c.PolicyFile = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    store: Store = None,
    lang: c.LangOption = None,
    folder: Annotated[
        str, typer.Option("--folder", metavar="FOLDER", help="Where your copies of the notebooks are kept.")
    ] = "credit-notebooks",
    port: Port = None,
    address: Address = "127.0.0.1",
    token: Token = None,
    no_browser: NoBrowser = False,
) -> None:
    """Open JupyterLab on a copy of the notebooks: the six panels, and the course with exercises.

    Example: credit lab --lang zh --folder my-notebooks
    """
    with c.told(lang):
        words = c.language(lang)
        from .start import Server, given, needs

        needs("jupyterlab", "ipykernel", "anywidget", "altair")
        server = Server.of(address, port, token, browser=not no_browser, usual=8888)
        given(book, as_of, policy, currency, fx, words, store)
        from .copies import copy_notebooks

        copies = copy_notebooks(folder, words)
        for line in copies.lines(words):
            typer.echo(line, err=True)
        from .lab import open_lab

        def told() -> None:
            typer.echo(say("notebooks.told.lab", words, url=f"{server.url}?token={server.token}"))
            typer.echo(say("notebooks.told.stop", words), err=True)

        open_lab(copies.folder, server, told)


@serve.command("serve")
def serve_command(
    book: Book = None,
    as_of: AsOf = None,
    policy: c.PolicyFile = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    store: Store = None,
    lang: c.LangOption = None,
    port: Port = None,
    address: Address = "127.0.0.1",
    token: Token = None,
    no_browser: NoBrowser = False,
) -> None:
    """Serve the six panels as web pages on this machine, code hidden, behind a token.

    Example: credit serve --book books/2026-10 --as-of 2026-10-31
    """
    with c.told(lang):
        words = c.language(lang)
        from .start import Server, given, needs

        needs("voila", "ipykernel", "anywidget", "altair")
        server = Server.of(address, port, token, browser=not no_browser, usual=8866)
        given(book, as_of, policy, currency, fx, words, store)
        from .serving import serve_panels

        serve_panels(server, words)
