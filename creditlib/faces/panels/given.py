"""The book a panel is about: given by the caller, by the environment (`credit lab`, `credit serve`), or the bundled sample.

What must stay true: a panel says which book, day and policy it shows; nothing is guessed: a day is given, else the last month end of the
book that is over.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final, cast

from creditlib.days import month_end, parse_iso
from creditlib.errors import Lang, UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.facts.reading import Reading
from creditlib.flows.assess import Assessment, assess
from creditlib.policy import Policy, load_policy

BOOK: Final = "CREDIT_BOOK"
AS_OF: Final = "CREDIT_AS_OF"
POLICY: Final = "CREDIT_POLICY"
LANG: Final = "CREDIT_LANG"
CURRENCY: Final = "CREDIT_CURRENCY"
RATES: Final = "CREDIT_FX"


def language(lang: str | None = None) -> Lang:
    """Return the language given, else of the environment, else English. Raises: UsageError.

    >>> language("zh")
    'zh'
    """
    found = lang or os.environ.get(LANG) or "en"
    if found not in ("en", "zh"):
        raise UsageError(f'language "{found}": write en or zh.', f"语言“{found}”：请写 en 或 zh。")
    return cast(Lang, found)


def policy_of(policy: str | Path | None = None) -> Policy:
    """Return the policy of a file, else of the environment, else the standard one. Raises: PolicyError."""
    return load_policy(policy or os.environ.get(POLICY) or None)


def day_of(as_of: str | date | None = None) -> date | None:
    """Return the day given, else of the environment, else None. Raises: UsageError."""
    told = as_of or os.environ.get(AS_OF) or None
    return parse_iso(told, "as_of") if isinstance(told, str) else told


def assessed(
    book: str | Path | Assessment | None = None, as_of: str | date | None = None, *, policy: str | Path | None = None,
    currency: str | None = None, rates: str | Path | Sequence[Rate] | None = None,
) -> Assessment:  # fmt: skip
    """Return the assessed book a panel shows.

    book: an assessment made already, beside which nothing else is given; a connected folder, None for the one of the environment (CREDIT_BOOK), else the sample. as_of: its
    day, None for CREDIT_AS_OF, else the last month end up to the newest document (of the sample its own). policy: a file,
    else CREDIT_POLICY, else the standard one. currency, rates: report in one currency, else CREDIT_CURRENCY, CREDIT_FX (a file of rates).
    Raises: UsageError, also for a book without a customer; what opening and assessing raise.

    >>> assessed().as_of
    datetime.date(2026, 10, 31)
    """
    if isinstance(book, Assessment):
        _nothing_beside(as_of=as_of, policy=policy, currency=currency, rates=rates)
        return _peopled(book)
    chosen, day = policy_of(policy), day_of(as_of)
    folder = book or os.environ.get(BOOK) or None
    reading: Reading | Book
    if folder is None:
        from creditlib.facts.sample.generate import SAMPLE_END, sample_book

        reading, day = sample_book(), day or SAMPLE_END
    else:
        from creditlib.flows.connected import open_connected

        opened = open_connected(folder)
        reading, day = opened.reading, day or _last_month_end(opened.last_day, str(folder))
    report = currency or os.environ.get(CURRENCY) or None
    given = rates if rates is not None else os.environ.get(RATES) or None
    if isinstance(given, str | Path):
        from creditlib.facts.outside import read_rates

        given = read_rates(str(given), report or chosen.at(day)["home.currency"], day, None)
    return _peopled(assess(reading, chosen, day, rates=tuple(given or ()), currency=report))


def _peopled(whole: Assessment) -> Assessment:
    """Refuse a book without a customer: there is nothing a panel could show of it."""
    if not whole.scores.table.num_rows:
        raise UsageError(
            f"the book holds no customer on {whole.as_of}, so there is nothing to show. Import the ledger, or give another day.",
            f"{whole.as_of} 的账簿中没有客户，无可显示的内容。请导入台账，或换一个基准日。",
        )
    return whole


def _nothing_beside(**given: object) -> None:
    """Refuse what would not count beside a book that is assessed already."""
    names = [name for name, value in given.items() if value is not None]
    if names:
        raise UsageError(
            f"the book is assessed already, so {', '.join(names)} would not count. Give the folder of the book, or assess it with them.",
            f"账簿已经评估，{'、'.join(names)} 不会生效。请给出账簿文件夹，或在评估时给出。",
        )


def _last_month_end(last: date | None, name: str) -> date:
    if last is None:
        raise UsageError(
            f"{name}: holds no dated document, so its day is not known. Give as_of.",
            f"{name}：没有带日期的单据，无法得知基准日。请给出 as_of。",
        )
    return last if last == month_end(last) else _month_before(last)


def _month_before(day: date) -> date:
    from creditlib.flows.history import previous_month_end

    return previous_month_end(day)
