"""What the connected book tells of a customer by name, whole tables of it, the reason behind a cell, and what is connected."""

from __future__ import annotations

from typing import Annotated, Any, Final

from creditlib import __version__
from creditlib.errors import CreditError, Lang
from creditlib.faces.wording import say

from ..answers import ALL, measure_of
from ..call import why
from ..desk import Desk
from ..sources import Code, Source
from ..udf import Day, Kind, Table, Words, because, cell
from ..values import NOT_KNOWN, PYTHON, Host, flat, text, wrong

Customer = Annotated[Source, Kind("source", "none")]
_SOME: Final = 5  # documents named; the rest is counted
About = Annotated[Any, Kind("choice", "about")]


@cell("cell", "book", each=True)
def CREDITGET(desk: Desk, customer: Customer, measure: Words, as_of: Day = None) -> Any:
    """Return a measure of a customer by its name."""
    if not isinstance(customer, Code):
        wrong("need_code", argument="customer")
    return desk.answers(as_of).get(customer.text, measure_of(measure))


@cell("table", "book")
def CREDITTABLE(desk: Desk, customers: Table, measures: Table, as_of: Day = None) -> Any:
    """Return measures (columns) of customers (rows) in one call; all customers where the first is *."""
    answers = desk.answers(as_of)
    asked = [None if c is None else measure_of(text(c)) for c in flat(measures)]
    codes = [text(c) for c in flat(customers)]
    if len(codes) == 1 and codes[0].casefold() in ALL:
        codes = answers.customers
    from ..call import guarded

    def one(code: str, measure: Any) -> Any:
        if not code or measure is None:  # a blank keeps its row or its column
            return NOT_KNOWN
        found = guarded(lambda: answers.get(code, measure))
        return getattr(found, "error", found)

    return [[one(code, measure) for measure in asked] for code in codes]


@cell("text", "book")
def CREDITWHY(desk: Desk, function: Words, *arguments: Any) -> Any:
    """Return the reason behind the same function with the same arguments; what is wrong with asking, too, is told in words."""
    host: Host = PYTHON
    if arguments and isinstance(arguments[0], Host):
        host, arguments = arguments[0], arguments[1:]
    try:
        return why(function, arguments, desk.lang, host, desk)
    except CreditError as error:
        return error.text(_tongue(desk))


def _tongue(desk: Desk) -> Lang:
    try:
        return desk.lang
    except CreditError:  # the settings themselves can't be read
        return "en"


@cell("text", "book")
def CREDITINFO(desk: Desk, about: About = "all") -> Any:
    """Return what is connected: the book, its day, its policy, how many customers, the version."""
    told = info(desk)
    return (
        told[about]
        if about != "all"
        else "\n".join(f"{say(f'cells.choice.about.{k}', desk.lang)}: {v}" for k, v in told.items())
    )


def info(desk: Desk) -> dict[str, str]:
    """Return what is connected, by name."""
    chosen = desk.settings
    return {
        "book": chosen.book or say("cells.word.none", desk.lang),
        "as_of": chosen.as_of.isoformat() if chosen.as_of else say("cells.word.none", desk.lang),
        "policy": f"{desk.policy.name}@{desk.policy.fingerprint}",
        "customers": f"{desk.connected.reading.book.rows('customers'):,}" if chosen.book else "0",
        "store": _store_told(desk),
        "version": __version__,
    }


def _store_told(desk: Desk) -> str:
    """Return where the record is and its head, or why it does not open: what else is connected can be told all the same."""
    try:
        record = desk.record
    except CreditError as error:
        return error.text(desk.lang)
    return f"{record.place}, {record.head}" if record else say("cells.word.none", desk.lang)


@because("CREDITGET")
def _why_get(lang: Lang, desk: Desk, customer: Any, measure: str, as_of: Any = None) -> str:
    found = measure_of(measure)
    answers = desk.answers(as_of)
    value = answers.get(customer.text, found)
    if found.table == "record" and answers.record is not None:
        shown = say("cells.word.none", lang) if value is None else _shown(value, found.kind)
        words = {"place": answers.record.place, "head": answers.record.head, "as_of": answers.whole.as_of}
        return say("cells.why.recorded", lang, measure=found.label(lang), value=shown, **words)
    documents = answers.documents(customer.text, found)
    names = ", ".join(str(d) for d in documents["document"].to_pylist()[:_SOME] if d is not None)
    key = "get_unknown" if value is None else "get"
    head = say(
        f"cells.why.{key}", lang, measure=found.label(lang), value="" if value is None else _shown(value, found.kind), as_of=answers.whole.as_of,
        count=documents.num_rows, names=names or "–", policy=answers.whole.policy.name, fingerprint=answers.whole.policy.fingerprint,
    )  # fmt: skip
    return "\n".join([head, *(answers.apart(customer.text, lang) if found.kind == "money" else ())])


def _shown(value: Any, kind: str) -> str:
    """Return a measure as a sentence holds it."""
    if kind == "money":
        return f"{value:,.2f}"
    return f"{value:.2%}" if kind == "share" else text(value)


@because("CREDITTABLE")
def _why_table(lang: Lang, desk: Desk, customers: Any, measures: Any, as_of: Any = None) -> str:
    return say("cells.why.table_cell", lang)
