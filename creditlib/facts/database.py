"""Rows of a database query.

What must stay true: nothing of an address that may be secret is ever shown: neither password nor query string.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote

from creditlib.errors import SourceError

URL: Final = re.compile(r"[a-z][a-z0-9+]*://", re.I)
_LEAST: Final = 3
"""Characters from which a piece of a secret is looked for in another library's message; shorter ones stand in any word."""


def address(url: str) -> str:
    """Return a database address without what may be secret: user and password, and the query string.

    A password may hold any character that should have been escaped, so everything up to the last @ is cut; where it can't be
    said what is the password, only the scheme is left.

    >>> address("postgresql://u:p/s@s@host/db?password=x"), address("sqlite:///a.db"), address("mysql://u:p?x@host/db")
    ('postgresql://***@host/db', 'sqlite:///a.db', 'mysql://***')
    """
    scheme, _, rest = url.partition("://")
    plain, _, query = rest.partition("?")
    if "@" in query:
        return f"{scheme}://***"
    _, at, place = plain.rpartition("@")
    if at:
        return f"{scheme}://***@{place}"
    host = plain.partition("/")[0]
    return f"{scheme}://***" if re.search(r":(?!\d*$)", host) else f"{scheme}://{plain}"


def has_secret(url: str) -> bool:
    """Return whether an address may hold a password: something between a colon and the last @, or a query string that signs in.

    >>> [has_secret(url) for url in ("postgresql://u:p/w@host/db", "postgresql://u@host/db", "sqlite:///a.db", "sqlite:///a?password=x")]
    [True, False, False, True]
    """
    plain, _, query = url.partition("://")[2].partition("?")
    user = plain.rpartition("@")[0]
    return ":" in user or "@" in query or re.search(r"(?i)pass|pwd|secret|token|key", query) is not None


def _secrets(url: str) -> set[str]:
    """Return the pieces of an address that `address` leaves out, but for the user and the names in a query string.

    >>> sorted(_secrets("postgresql://scott:p/s@cret@host/db?password=hush"))
    ['cret', 'hush']
    """

    def pieces(text: str) -> list[str]:
        text = re.sub(r"(?<=[?&;])\w+=", "", text.partition("://")[2])
        return [form for piece in re.split(r"[:/@?&=;#]", text) for form in (piece, unquote(piece))]

    given = pieces(url)
    return {piece for piece in given if len(piece) >= _LEAST} - set(pieces(address(url))) - set(given[:2])


def _reason(error: Exception, url: str) -> tuple[str, str]:
    """Return in one line what a driver says, in English and Chinese, unless it repeats a part of the address."""
    if isinstance(error, ValueError):
        return "the address can't be read", "无法识别地址"
    text = (str(getattr(error, "orig", None) or error).splitlines() or [""])[0]
    if not text or url in text or any(secret in text for secret in _secrets(url)):
        text = type(error).__name__
    return text, text


def query_rows(url: str, query: str | None) -> tuple[str, list[Sequence[Any]]]:
    """Return the name of a database and the rows of a query, its column names first.

    Raises: SourceError when SQLAlchemy or the query is missing, or anything fails on the way.
    """
    try:
        import sqlalchemy
    except ImportError as error:
        raise SourceError(
            "Reading a database needs SQLAlchemy: pip install 'creditlib[sql]'.",
            "读取数据库需要 SQLAlchemy：pip install 'creditlib[sql]'。",
        ) from error
    if not query:
        raise SourceError(
            "A database URL needs a query: --query 'SELECT …'.", "数据库地址需要同时给出查询：--query 'SELECT …'。"
        )
    place = address(url)
    engine = None
    try:
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            result = connection.execute(sqlalchemy.text(query))
            return place, [tuple(result.keys()), *map(tuple, result)]
    except (sqlalchemy.exc.SQLAlchemyError, ImportError, ValueError) as error:
        en, zh = _reason(error, url)
    finally:
        if engine is not None:
            engine.dispose()
    # Raised outside the handler: the driver's own error, shown below ours, would repeat the address.
    raise SourceError(
        f"{place}: the query failed: {en}. Check the address, the rights and the SQL.",
        f"{place}：查询失败：{zh}。请检查地址、权限和 SQL。",
    )
