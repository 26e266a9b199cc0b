"""Macros of the record: ask for a limit by a sheet, list what waits, decide from the list.

What must stay true: a request stands on the assessment the cells answer from, and is refused where its files have changed since; who may
decide is the record's to say, row by row; an answer is written beside what was asked, and nothing of a person's is written over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from creditlib import money
from creditlib.errors import CreditError, Lang, RefusedError
from creditlib.faces.record_words import (
    code_of,
    code_word,
    exceptions_told,
    needs_told,
    request_told,
    subject_told,
    vote_told,
)
from creditlib.faces.wording import say, words_under

from .answers import Answers, Measure, major
from .control import LANGS, free_sheet, own_sheets
from .desk import Desk
from .openbook import OpenBook
from .values import PYTHON, CellError, NotKnown, clean, day, not_known, number, shown, text, wide_key, wrong

if TYPE_CHECKING:
    from creditlib.flows.asking import Wish
    from creditlib.flows.close_recorded import Recorded
    from creditlib.flows.closing import Close
    from creditlib.flows.minutes import RequestFacts
    from creditlib.record.standing import Pending
    from creditlib.record.store import Store

_FACTS: Final = ("name", "limit_in_force", "approved_limit", "limit", "grade", "score", "exposure", "request")
_ASKED: Final = ("amount", "reason", "from", "until", "exceptions", "text")
_COLUMNS: Final = (
    "number", "customer", "about", "amount", "currency", "proposed", "grade", "exceptions", "by", "decides", "agreed", "until",
    "decision", "why", "text", "result",
)  # fmt: skip
_WRITTEN: Final = ("decision", "why", "text", "result")


def submit_limit(book: OpenBook, desk: Desk, lang: Lang) -> None:
    """Ask for a limit: lay out the sheet for the selected customer, or submit the one that is filled in."""
    _store_of(desk)
    waiting = {customer: sheet for sheet, customer in _sheets(book)}
    selected = clean(book.selected())
    code = None if selected is None else text(selected)
    if code is not None and code not in waiting and desk.answers().has(code):
        sheet = _lay(book, desk, lang, code)
        book.tell(say("macros.told.request_laid", lang, sheet=sheet, customer=code))
    elif code in waiting or (len(waiting) == 1 and (code is None or _holds(book, waiting, code))):
        customer = code if code is not None and code in waiting else next(iter(waiting))
        sheet = waiting[customer]
        told = _submit(book, desk, lang, sheet, customer)
        _append(book, sheet, [[line.strip(), "", ""] for line in told])
        book.tell("\n".join(told))
    elif code is not None and not any(_holds(book, {c: s}, code) for c, s in waiting.items()):
        raise desk.answers().unknown(code)
    else:
        wrong("select")


def list_pending(book: OpenBook, desk: Desk, lang: Lang) -> None:
    """Write a sheet of the requests that wait, with columns to decide in."""
    from creditlib.record.standing import pending

    with _open(desk) as store:
        found, place = pending(store, datetime.now(UTC).date()), store.place
    if not found:
        book.tell(say("record.say.none_pending", lang))
        return
    rows = [_heads(lang), *(_row(one, lang) for one in found)]
    sheet, held = _newest(book)
    listed = [row for row in held[1:] if isinstance(_cell(row, "number"), float | int)]
    beside = [row for row in held[1:] if row not in listed and any(clean(cell) is not None for cell in row)]
    if sheet is None or beside or any(_cell(row, name) is not None for row in listed for name in _WRITTEN):
        sheet, held = free_sheet(book, "pending", lang), []  # what somebody wrote into a list, or below it, stays
    book.write(sheet, [*rows, *([""] * len(_COLUMNS) for _ in range(len(held) - len(rows)))])
    formats = dict.fromkeys(range(2, len(rows) + 1), "#,##0.00")
    book.dress(sheet, [9, 16, 10, 16, 9, 16, 8, 26, 12, 16, 16, 14, 14, 22, 30, 44], [1], formats)
    reasons = _listed((code_word("reason", code, lang) for code in desk.values()["approval.reasons"]), lang)
    book.tell(say("macros.told.pending", lang, sheet=sheet, count=len(found), place=place, reasons=reasons))


def decide_pending(book: OpenBook, desk: Desk, lang: Lang) -> None:
    """Record the decisions written into the newest list of what waits; each row is told what became of it."""
    sheet, rows = _newest(book)
    chosen = [at for at, row in enumerate(rows[1:], 2) if _cell(row, "decision") is not None and not _recorded(row)]
    if sheet is None or not chosen:
        named = (say("macros.sheet.pending", "en"), say("macros.sheet.pending", "zh"))
        wrong("nothing_decided", sheet=named if sheet is None else sheet)
    done = 0
    with _open(desk) as store:
        for at in chosen:
            told, kept = _decide(store, desk, rows[at - 1], f"{sheet}!{at}", lang)
            book.write(sheet, [[told]], row=at, column=_COLUMNS.index("result") + 1)
            done += kept
        head = store.head()
    desk.forget()
    book.recalculate()
    book.tell(say("macros.told.decided", lang, sheet=sheet, count=done, refused=len(chosen) - done, head=head))


def _store_of(desk: Desk) -> str:
    """Return where the record is. Raises: NotKnown where nobody named one."""
    place = desk.store
    if place is None:
        raise not_known("no_record")
    return place


def _open(desk: Desk) -> Store:
    from creditlib.record.store import open_store

    return open_store(_store_of(desk), create=False)


def _title(lang: Lang) -> str:
    return say("macros.sheet.request", lang)


def _sheets(book: OpenBook) -> list[tuple[str, str]]:
    """Return the request sheets that were not submitted yet, with their customers; the newest last."""
    found = []
    for sheet in own_sheets(book, "request", [[_title(lang)] for lang in LANGS]):
        rows = book.read(sheet)
        customer = clean(rows[0][1]) if len(rows[0]) > 1 else None
        if customer is not None and not any(_is_answer(row) for row in rows):
            found.append((sheet, text(customer)))
    return found


def _holds(book: OpenBook, waiting: Mapping[str, str], said: str) -> bool:
    """Whether a request sheet holds what is selected, so that somebody stands on it."""
    return any(
        text(cell) == said
        for sheet in waiting.values()
        for row in book.read(sheet)
        for cell in row
        if clean(cell) is not None
    )


def _is_answer(row: list[Any]) -> bool:
    return bool(row) and row[0] in {say("macros.head.submitted", lang) for lang in LANGS}


def _lay(book: OpenBook, desk: Desk, lang: Lang, customer: str) -> str:
    """Write the sheet to ask by: what is known, then what is asked for, the proposal as amount. Return its name."""
    from .answers import measures

    answers = desk.answers()
    rows: list[list[Any]] = [[_title(lang), customer, answers.currency(customer)]]
    rows.append([say("macros.head.known", lang), "", say("macros.note.known", lang, as_of=answers.whole.as_of)])
    for name in _FACTS:
        rows.append([measures()[name].label(lang), _known(answers, customer, measures()[name], lang), ""])
    rows.append([say("macros.head.asked", lang), "", ""])
    values = desk.values()
    lists = {"reason": "approval.reasons", "exceptions": "approval.exceptions"}
    for name in _ASKED:
        kind: Any = name.removesuffix("s")
        choices = _listed((code_word(kind, code, lang) for code in values[lists[name]]), lang) if name in lists else ""
        proposed = answers.get(customer, measures()["limit"]) if name == "amount" else None
        rows.append(
            [say(f"macros.request.{name}", lang), proposed, say(f"macros.note.request_{name}", lang, choices=choices)]
        )
    sheet = free_sheet(book, "request", lang)
    book.write(sheet, rows)
    formats = {at: "#,##0.00" for at, row in enumerate(rows, 1) if isinstance(row[1], float)}
    book.dress(sheet, [34, 24, 84], [1, 2, len(_FACTS) + 3], formats)
    return sheet


def _known(answers: Answers, customer: str, measure: Measure, lang: Lang) -> Any:
    """Return a figure of a customer for a sheet; why there is none in the customer's currency."""
    try:
        found = answers.get(customer, measure)
    except NotKnown as error:
        return error.text(lang)
    return "–" if found is None else found


def _submit(book: OpenBook, desk: Desk, lang: Lang, sheet: str, customer: str) -> list[str]:
    """Write the request of a sheet into the record; return what is told. Raises: what reading the sheet and `request_limit` raise."""
    from creditlib.flows.asking import request_limit

    connected, answers = desk.connected, desk.answers()
    if connected.changed:
        wrong("changed", names=", ".join(Path(name).name for name in connected.changed))
    rows, currency = book.read(sheet), answers.currency(customer)
    laid = text(rows[0][2]) if len(rows[0]) > 2 and clean(rows[0][2]) is not None else ""
    if laid != currency:
        wrong("other_money", sheet=sheet, laid=laid or "–", currency=currency)
    wish = _wish(rows, sheet, currency)
    files = () if connected.sources is None else connected.sources.all
    with _open(desk) as store:
        done = request_limit(store, answers.whole, customer, wish, sources=files)
    desk.forget()
    book.recalculate()
    return request_told(done.entry, done.asked, lang)


def _wish(rows: list[list[Any]], sheet: str, currency: str) -> Wish:
    """Return what a sheet asks for. Raises: UsageError naming the row of what can't be read."""
    from creditlib.flows.asking import Wish

    names = {wide_key(said[tongue]): name for name, said in words_under("macros.request").items() for tongue in LANGS}
    given: dict[str, Any] = {}
    for at, row in enumerate(rows, 1):
        label = clean(row[0]) if row else None
        name = names.get(wide_key(label)) if isinstance(label, str) else None
        value = clean(row[1]) if name is not None and len(row) > 1 else None
        if isinstance(value, CellError):
            wrong("error_cell", argument=f"{sheet}!B{at}", error=value.text)
        if name is not None and value is not None:
            given[name] = at, value
    if "reason" not in given:
        wrong("no_reason", sheet=sheet, field=(_field("reason", "en"), _field("reason", "zh")))
    days = {name: _day(given, name, sheet) for name in ("from", "until")}
    words = (
        text(given["exceptions"][1]).replace("，", ",").replace("、", ",").split(",") if "exceptions" in given else []
    )
    return Wish(
        code_of("reason", text(given["reason"][1])), _minor(given, sheet, currency), days["from"], days["until"],
        tuple(code_of("exception", word) for word in words if word.strip()), text(given["text"][1]) if "text" in given else None,
    )  # fmt: skip


def _field(name: str, lang: Lang) -> str:
    return say(f"macros.request.{name}", lang)


def _day(given: Mapping[str, Any], name: str, sheet: str) -> date | None:
    if name not in given:
        return None
    at, value = given[name]
    return day(value, f"{sheet}!B{at}", PYTHON)


def _minor(given: Mapping[str, Any], sheet: str, currency: str) -> int | None:
    """Return the amount asked for; None where its cell is blank: what the policy proposes. Parts of a cent are rounded. Raises: UsageError below 0."""
    if "amount" not in given:
        return None
    at, value = given["amount"]
    major_units = Decimal(repr(number(value, f"{sheet}!B{at}")))
    if major_units < 0:
        wrong("out_of_bounds", name=f"{sheet}!B{at}", given=shown(value))
    return money.to_minor(major_units, currency)


def _append(book: OpenBook, sheet: str, rows: list[list[Any]]) -> None:
    """Write what became of a request below what was asked."""
    held = book.read(sheet)
    heads = [say("macros.head.submitted", lang) for lang in LANGS if held[0][0] == _title(lang)]
    book.write(sheet, [[heads[0], "", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"], *rows], row=len(held) + 2)


def _listed(words: Iterable[str], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(words)


def _heads(lang: Lang) -> list[str]:
    return [say(f"macros.pending.{name}", lang) for name in _COLUMNS]


def _row(one: Pending, lang: Lang) -> list[Any]:
    def sum_of(minor: int | None) -> Any:
        return "" if minor is None or one.currency is None else major(minor, one.currency)

    return [
        one.seq, one.customer, subject_told(one.subject, lang), sum_of(one.amount_minor), one.currency or "", sum_of(one.proposed_minor), one.grade or "",
        exceptions_told(one.exceptions, lang), one.maker, needs_told(one.needs_role, one.quorum, lang), " ".join(one.agreed),
        f"{one.expires_on}{' ▲' if one.expired else ''}", None, None, None, None,
    ]  # fmt: skip


def _newest(book: OpenBook) -> tuple[str | None, list[list[Any]]]:
    """Return the newest list of what waits, and its cells."""
    sheet = max(own_sheets(book, "pending", [_heads(lang) for lang in LANGS]), key=book.sheets().index, default=None)
    return sheet, [] if sheet is None else book.read(sheet)


def _cell(row: list[Any], name: str) -> Any:
    at = _COLUMNS.index(name)
    return clean(row[at]) if at < len(row) else None


def _decide(store: Store, desk: Desk, row: list[Any], where: str, lang: Lang) -> tuple[str, bool]:
    """Record one row's decision; return what is told, and whether it was recorded. A refusal is told in its row, the others go on."""
    from creditlib.flows.minutes import request_facts
    from creditlib.record.approvals import decide

    try:
        said = wide_key(text(_cell(row, "decision")))
        votes = {
            wide_key(words[tongue]): vote for vote, words in words_under("macros.vote").items() for tongue in LANGS
        }
        votes |= {wide_key(vote): vote for vote in words_under("macros.vote")}
        if said not in votes:
            choices = ", ".join(words[lang] for words in words_under("macros.vote").values())
            wrong("no_choice", argument=where, given=text(_cell(row, "decision")), choices=choices)
        reason = _cell(row, "why")
        if reason is None:
            wrong("no_reason", sheet=where, field=(say("macros.pending.why", "en"), say("macros.pending.why", "zh")))
        asked = number(_cell(row, "number"), where)
        if asked != int(asked):
            wrong("whole", name=where, given=shown(asked))
        facts = request_facts(store, int(asked))
        _same_request(row, facts, where)
        told = _cell(row, "text")
        agreed = sum(vote.vote == "approve" for vote in facts.votes)
        entry = decide(
            store, facts.number, "reject" if votes[said] == "reject" else "approve", code_of("reason", text(reason)), desk.policy,
            text=None if told is None else text(told),
        )  # fmt: skip
        return vote_told(entry, agreed + 1, facts.quorum, lang), True
    except CreditError as error:
        return error.text(lang), False


def _recorded(row: list[Any]) -> bool:
    """Whether a row's decision is in the record: a refusal is tried again once it was mended."""
    return text(_cell(row, "result") or "").startswith(("✓", "○"))


def _same_request(row: list[Any], facts: RequestFacts, where: str) -> None:
    """See that a row still says what its request says: lists get sorted in part, or typed over. Raises: UsageError."""
    money_of = "" if facts.currency is None else facts.currency
    asked = "" if facts.amount_minor is None else text(major(facts.amount_minor, money_of))
    stands = {"customer": facts.customer, "amount": asked, "currency": money_of}
    for name, value in stands.items():
        found = _cell(row, name)
        said = (
            "" if found is None else text(float(found)) if name == "amount" and isinstance(found, int) else text(found)
        )
        if said != value:
            wrong("other_request", where=where, number=facts.number, given=said or "–", stands=value or "–")


def record_close_of(desk: Desk, made: Close) -> tuple[Recorded | None, RefusedError | None]:
    """Write a close into the record, before the workbook that names its head: where it stands, None where no record is named or the person
    may not record; then why. Raises: StoreError."""
    if desk.store is None:
        return None, None
    from creditlib.flows.close_recorded import book_name, record_close

    connected = desk.connected
    files = [] if connected.sources is None else list(connected.sources.all)
    with _open(desk) as store:
        try:
            return record_close(store, made, files, book_name(made, [str(connected.folder)])), None
        except RefusedError as error:
            return None, error  # the workbook is made all the same, and the person is told
