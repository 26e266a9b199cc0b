"""What both commands settle before a server starts: the extra, the book, the record, the address, the port, the token.

What must stay true: no address but this machine's is listened on; a kernel finds book, policy, rates and record by their whole path, since it
runs in another folder.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from creditlib.errors import Lang
from creditlib.faces.cli.common import usage
from creditlib.faces.panels import given as env
from creditlib.faces.wording import say

LOOPBACK: Final = "127.0.0.1"
_TRIED: Final = 50
_PING: Final = 30_000  # milliseconds


def needs(*modules: str) -> None:
    """Refuse to start where a module of the extra is not installed. Raises: UsageError."""
    lacking = [name for name in modules if importlib.util.find_spec(name) is None]
    if lacking:
        raise usage("notebooks.error.extra", modules=", ".join(lacking))


def given(
    book: str | None, as_of: str | None, policy: str | None, currency: str | None, rates: str | None, lang: Lang, store: str | None = None
) -> None:  # fmt: skip
    """Hand what is given to every kernel, by environment; check first what can be checked without assessing the book.

    Raises: UsageError, and what opening a book, a policy or a record raises.
    """
    if there := store or os.environ.get(env.STORE):
        os.environ[env.STORE] = _whole(there)
    for name, value in ((env.BOOK, book), (env.POLICY, policy), (env.RATES, rates)):
        chosen = value or os.environ.get(name)
        if chosen:
            os.environ[name] = str(Path(chosen).expanduser().resolve())
    for name, value in ((env.AS_OF, as_of), (env.CURRENCY, currency), (env.LANG, lang)):
        if value:
            os.environ[name] = value
    _check()


def _whole(store: str) -> str:
    """Return a record's address, found from any folder."""
    from creditlib.record.connecting import find_place

    path = find_place(store).path
    return store if path is None else str(path)


def _check() -> None:
    from creditlib.days import parse_iso
    from creditlib.flows.connected import open_connected
    from creditlib.policy import load_policy

    found = os.environ.get
    policy = load_policy(found(env.POLICY) or None)
    if day := found(env.AS_OF):
        policy.at(parse_iso(day, "--as-of"))
    if found(env.RATES) and not found(env.CURRENCY):
        raise usage("terminal.error.fx_alone")
    if (rates := found(env.RATES)) and not Path(rates).is_file():
        raise usage("notebooks.error.no_file", path=rates)
    if folder := found(env.BOOK):
        open_connected(folder, verify=False)
    if store := found(env.STORE):
        from creditlib.record.store import open_store

        open_store(store, create=False).close()


def book_shown(lang: Lang) -> str:
    """Return which book, day and record the panels show, as far as they were given."""
    folder, day = os.environ.get(env.BOOK), os.environ.get(env.AS_OF)
    name = say("notebooks.page.book", lang, name=Path(folder).name) if folder else say("notebooks.page.sample", lang)
    name += say("notebooks.page.day", lang, day=day) if day else ""
    if not (store := os.environ.get(env.STORE)):
        return name
    from creditlib.record.connecting import find_place

    place = find_place(store)
    return name + say("notebooks.page.record", lang, name=place.path.name if place.path else place.shown)


@dataclass(frozen=True)
class Server:
    """Where a server listens. port: free when it was asked. token: what a browser must show. browser: open one."""

    port: int
    token: str
    browser: bool

    @property
    def url(self) -> str:
        """Its address, without the token."""
        return f"http://{LOOPBACK}:{self.port}/"

    @classmethod
    def of(cls, address: str, port: int | None, token: str | None, *, browser: bool, usual: int) -> Server:
        """Return the server asked for. port: None for the first free one from `usual` on. token: None for one made at random.

        Raises: UsageError for an address that is not this machine's, a port that is taken, an empty token.

        >>> Server.of("127.0.0.1", None, "abcdefgh", browser=False, usual=8866).token
        'abcdefgh'
        """
        os.environ.pop("CREDIT_TOKEN", None)  # nothing a kernel needs to know
        if address not in (LOOPBACK, "localhost"):
            raise usage("notebooks.error.address", value=address)
        if token is not None and (len(token) < 8 or not token.isascii() or not token.isalnum()):
            raise usage("notebooks.error.token")
        if port is not None and not _free(port):
            raise usage("notebooks.error.port", port=port)
        chosen = port or next((p for p in range(usual, usual + _TRIED) if _free(p)), None)
        if chosen is None:
            raise usage("notebooks.error.ports", first=usual, last=usual + _TRIED - 1)
        return cls(chosen, token or secrets.token_hex(24), browser)


def _free(port: int) -> bool:
    """Whether nobody listens on a port, and this user may."""
    with socket.socket() as tried:
        if os.name != "nt":  # on Windows this option would share the port instead
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def web_settings(port: int) -> dict[str, Any]:
    """Return how every page is sent: nothing in it may be loaded from, or sent to, anywhere but this server."""
    own = f"'self' ws://{LOOPBACK}:{port} ws://localhost:{port}"
    content = (
        "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; "
        f"connect-src {own} data: blob:; frame-ancestors 'self'; form-action 'self'; base-uri 'self'; object-src 'none'"
    )
    return {"headers": {"Content-Security-Policy": content}, "ws_ping_timeout": _PING, "ws_ping_interval": _PING}
