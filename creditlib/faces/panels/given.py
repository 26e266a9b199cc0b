"""The book a panel is about: given by the caller, by the environment (`credit lab`, `credit serve`), or the bundled sample.

What must stay true: a panel says which book, day and policy it shows; nothing is guessed: a day is given, else the last month end of the
book that is over. Where a record is named its limits count, as at the terminal; none is ever made by looking.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from creditlib.days import month_end, parse_iso
from creditlib.errors import Lang, UsageError
from creditlib.facts.database import address
from creditlib.facts.open_items import Rate
from creditlib.facts.reading import Reading
from creditlib.flows.assess import Assessment, assess
from creditlib.policy import Policy, load_policy

if TYPE_CHECKING:
    from creditlib.record.standing import Limit
    from creditlib.record.store import Store

BOOK: Final = "CREDIT_BOOK"
AS_OF: Final = "CREDIT_AS_OF"
POLICY: Final = "CREDIT_POLICY"
LANG: Final = "CREDIT_LANG"
CURRENCY: Final = "CREDIT_CURRENCY"
RATES: Final = "CREDIT_FX"
STORE: Final = "CREDIT_STORE"
Opening = Callable[[], "Store"]
"""Opens the record a panel speaks to: for each question anew, so that no page that stands open keeps it."""


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


def place_of(store: str | Path | None = None) -> str | Path | None:
    """Return where the record is: given, else of the environment; None where none is named."""
    return store or os.environ.get(STORE) or None


def place_told(place: str | Path) -> str:
    """Return a record's address as a command takes it, without what signs in.

    >>> place_told("postgresql://li:secret@host/credit")
    'postgresql://***@host/credit'
    """
    return address(str(place)) if "://" in str(place) else str(place)


def opening_of(store: str | Path | None = None) -> Opening | None:
    """Return what opens the record given, else of the environment; None where none is named. Nothing is opened yet, and none is made.

    >>> opening_of("record.db") is None
    False
    """
    place = place_of(store)
    if place is None:
        return None

    def opened() -> Store:
        from creditlib.record.store import open_store

        return open_store(place, create=False)

    return opened


class Door:
    """The way from a panel to a record: opens it, and knows which of its limits the book was assessed with. files: those the book was
    made from, as far as they are still the same. sample: the book is the bundled one, of a firm that is none."""

    def __init__(
        self, opened: Opening, assessed_with: Callable[[Store], Assessment], files: Callable[[], Sequence[str]] = tuple, *, sample: bool = False
    ) -> None:  # fmt: skip
        self.open = opened
        self.sample = sample
        self.files = files
        self._assessed_with = assessed_with
        self.limits: tuple[Limit, ...] = ()

    def assess(self) -> Assessment:
        """Return the book assessed with the limits of the record as they stand. Raises: StoreError; what assessing raises."""
        from creditlib.record.standing import every_limit

        with self.open() as store:
            limits = every_limit(store)
            whole = self._assessed_with(store)
        self.limits = limits  # only once it was assessed with them
        return whole

    def behind(self, store: Store) -> bool:
        """Return whether the record has other limits than the book was assessed with. Raises: StoreError."""
        from creditlib.record.standing import newest_limit

        return newest_limit(store) != max((limit.seq for limit in self.limits), default=0)


def assessed(
    book: str | Path | Assessment | None = None, as_of: str | date | None = None, *, policy: str | Path | None = None,
    currency: str | None = None, rates: str | Path | Sequence[Rate] | None = None, store: str | Path | None = None,
) -> Assessment:  # fmt: skip
    """Return the assessed book a panel shows.

    book: an assessment made already, beside which nothing else is given; a connected folder, None for the one of the environment (CREDIT_BOOK), else the sample. as_of: its
    day, None for CREDIT_AS_OF, else the last month end up to the newest document (of the sample its own). policy: a file,
    else CREDIT_POLICY, else the standard one. currency, rates: report in one currency, else CREDIT_CURRENCY, CREDIT_FX (a file of rates).
    store: the record whose limits count, else CREDIT_STORE, else none.
    Raises: UsageError, also for a book without a customer; what opening and assessing raise, a store there is not among them.

    >>> assessed().as_of
    datetime.date(2026, 10, 31)
    """
    return recorded(book, as_of, policy=policy, currency=currency, rates=rates, store=store)[0]


def recorded(
    book: str | Path | Assessment | None = None, as_of: str | date | None = None, *, policy: str | Path | None = None,
    currency: str | None = None, rates: str | Path | Sequence[Rate] | None = None, store: str | Path | None = None,
) -> tuple[Assessment, Door | None]:  # fmt: skip
    """Return the assessed book, and the way to the record its limits come from: None where none is named, or the book was assessed
    elsewhere. The rest as `assessed`."""
    if isinstance(book, Assessment):
        _nothing_beside(as_of=as_of, policy=policy, currency=currency, rates=rates, store=store)
        return _peopled(book), None
    chosen, day = policy_of(policy), day_of(as_of)
    folder = book or os.environ.get(BOOK) or None
    reading, day, files = _read(folder, day)
    report = currency or os.environ.get(CURRENCY) or None
    given = rates if rates is not None else os.environ.get(RATES) or None
    if isinstance(given, str | Path):
        from creditlib.facts.outside import read_rates

        given = read_rates(str(given), report or chosen.at(day)["home.currency"], day, None)
    told = tuple(given or ())
    opened = opening_of(store)
    if opened is None:
        return _peopled(assess(reading, chosen, day, rates=told, currency=report)), None

    def with_record(there: Store) -> Assessment:
        from creditlib.flows.recorded import with_limits

        held = with_limits(reading, there, day, chosen.at(day)["home.currency"])
        return _peopled(assess(held, chosen, day, rates=told, currency=report))

    door = Door(opened, with_record, files, sample=folder is None)
    return door.assess(), door


def _read(folder: str | Path | None, day: date | None) -> tuple[Reading, date, Callable[[], Sequence[str]]]:
    """Open a connected book, or make the sample; tell the day, and what gives the files it was made from that are still the same."""
    if folder is None:
        from creditlib.facts.sample.generate import SAMPLE_END, sample_book

        return Reading(sample_book(), (), "documents_with_allocations", (), (), None), day or SAMPLE_END, tuple
    from creditlib.flows.connected import open_connected

    opened = open_connected(folder)

    def unchanged() -> Sequence[str]:
        gone = opened.changed
        return [name for name in (opened.sources.all if opened.sources else ()) if name not in gone]

    return opened.reading, day or _last_month_end(opened.last_day, str(folder)), unchanged


def names_of(book: str | Path | Assessment | None = None) -> dict[str, str]:
    """Return names of customers by code: of a book given, else of CREDIT_BOOK; without a book none, since the sample's are nobody's.

    Raises: what opening a book raises.
    """
    if isinstance(book, Assessment):
        return dict(book.ground.names)
    folder = book or os.environ.get(BOOK) or None
    if folder is None:
        return {}
    from creditlib.flows.connected import open_connected

    table = open_connected(folder).reading.book.columns("customers", ["customer", "name"])
    texts = (table[name].to_pylist() for name in ("customer", "name"))
    return {code: name or "" for code, name in zip(*texts, strict=True)}


def place_shown(place: str) -> str:
    """Return a record's address short: of a file its name and its folder's.

    >>> place_shown("/firm/books/credit/record.db"), place_shown("postgresql://***@host/credit")
    ('credit/record.db', 'postgresql://***@host/credit')
    """
    return place if "://" in place else "/".join(Path(place).parts[-2:])


def record_lines(whole: Assessment, lang: Lang) -> list[str]:
    """Return what is to be said of limits of a record beside those of the book, a line a check, how many more there are behind it."""
    from creditlib.faces.wording import say

    reading, lines = whole.ground.reading, []
    found = reading.findings if isinstance(reading, Reading) else ()
    for check in ("limit-record-wins", "limit-not-approved"):
        told = [finding for finding in found if finding.check == check]
        more = say("panel.word.more", lang, count=len(told) - 1) if len(told) > 1 else ""
        lines += [f"{replace(one, where=place_shown(one.where)).line(lang)} {more}".rstrip() for one in told[:1]]
    return lines


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
