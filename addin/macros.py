"""What the ribbon and the menu do: each a Python sub on an open workbook, the same in every spreadsheet and on a file.

What must stay true: a macro asks by the control sheet or by the selected cell, computes nothing, writes nothing over what is there, and
tells what it did; an error is told in words and leaves the workbook as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from creditlib.errors import CreditError, Finding, Lang
from creditlib.faces.wording import say
from creditlib.money import currency_code, exponent

from . import control
from .answers import Answers, rates_of
from .approvals import decide_pending, list_pending, record_close_of, submit_limit
from .control import LANGS, filled, free_sheet, own_sheet
from .desk import Desk
from .desk import desk as desk_of_process
from .openbook import OpenBook
from .settings import Settings, load_settings, save_settings
from .udf import CATALOGUE, GROUPS
from .values import clean, text, wrong
from .words import language_of

if TYPE_CHECKING:
    from creditlib.flows.connected import Connected
    from creditlib.flows.sources import Sources

Macro = Callable[[OpenBook, Desk, Lang], None]


def run_macro(name: str, book: OpenBook, desk: Desk | None = None, lang: Lang | None = None) -> bool:
    """Run a macro on an open workbook; what goes wrong is told. Return whether it went well.

    lang: of what is told and written, else the language chosen.

    Raises: KeyError for a name that is no macro.
    """
    macro = MACROS[name]
    desk = desk or desk_of_process()
    desk.forget()
    try:
        macro(book, desk, lang or desk.lang)
    except CreditError as error:
        book.tell(error.text(lang or _lang()))
        return False
    except OSError as error:
        what = error.strerror or type(error).__name__
        book.tell(say("terminal.error.system", lang or _lang(), place=error.filename or "", what=what))
        return False
    return True


def _lang() -> Lang:
    try:
        return load_settings().language
    except CreditError:  # the settings themselves are what is wrong
        return "en"


def connect_book(book: OpenBook, desk: Desk, lang: Lang) -> None:
    """Connect a book: lay out the control sheet, or do what it says."""
    asked = control.read(book)
    if asked is None:
        sheet = control.lay(book, desk.settings, lang)
        book.tell(say("macros.told.fill_in", lang, sheet=sheet))
        return
    folder = asked.one("book")
    if folder is None:
        wrong("no_answer", question=(control.label("book", "en"), control.label("book", "zh")), sheet=asked.sheet)
    tongue = language_of(asked.one("language") or lang, control.label("language", lang))
    chosen = replace(
        desk.settings, book=folder, as_of=asked.as_of, policy=asked.one("policy"), currency=asked.one("currency"),
        rates=asked.one("rates"), store=asked.one("store"), language=tongue,
    )  # fmt: skip
    connected, findings, day = connect(chosen, asked.sources)
    _findings(book, findings, tongue)
    desk.forget()
    book.recalculate()
    customers = connected.reading.book.rows("customers")
    documents = connected.reading.book.rows("documents")
    book.tell(
        say(
            "macros.told.connected", tongue, folder=folder, documents=f"{documents:,}", customers=f"{customers:,}", as_of=day,
            findings=sum(f.severity == "must_act" for f in findings),
        )
    )  # fmt: skip


def connect(chosen: Settings, sources: Sources | None) -> tuple[Connected, tuple[Finding, ...], date]:
    """Import files into a book, or open it as it is, and keep the choice; return the book, what was found, and the day it answers for.

    chosen: as_of None takes the last day of a document; paths are kept whole. Raises: what importing, opening and the rates raise, and
    UsageError for files nothing could be used of; then nothing is kept, and a book that was there stays.
    """
    from creditlib.flows.connected import import_book, open_connected
    from creditlib.policy import load_policy

    chosen = replace(
        chosen, book=_whole(chosen.book), policy=_whole(chosen.policy), rates=_whole(chosen.rates),
        currency=None if chosen.currency is None else _currency(chosen.currency), store=_store(chosen.store),
    )  # fmt: skip
    policy, folder = load_policy(chosen.policy), chosen.book or ""
    if chosen.as_of is not None:
        policy.at(chosen.as_of)
    if chosen.rates is not None or chosen.currency is not None:  # tried before a book that answers is replaced
        rates_of(chosen.rates, chosen.currency, chosen.as_of or date.today())
    record = Desk(chosen).record
    findings: tuple[Finding, ...] = ()
    if sources is None:
        connected = open_connected(folder)
    else:
        connected, findings = import_book(folder, sources, policy, chosen.as_of or date.today())
    day = chosen.as_of or connected.last_day or date.today()
    tried = Answers.of(connected, policy, day, chosen.currency, chosen.rates, record)
    _ = tried.whole.ground.items  # what a cell will need, tried before it is kept
    save_settings(replace(chosen, as_of=day))
    return connected, (*findings, *tried.found), day


def _store(given: str | None) -> str | None:
    """Return where the record is, found from any folder. Raises: UsageError for an address that holds a password."""
    if given is None or "://" not in given:
        return _whole(given)
    from creditlib.facts.database import address, has_secret

    if has_secret(given):
        wrong("store_secret", place=address(given))
    from creditlib.record.connecting import find_place

    path = find_place(given).path
    return given if path is None else str(path)


def _whole(path: str | None) -> str | None:
    """Return a path that is found from any folder."""
    return None if path is None else str(Path(path).resolve())


def _currency(told: str) -> str:
    """Return the ISO code of a currency. Raises: CurrencyError for none."""
    code = currency_code(told) or told
    exponent(code)
    return code


def refresh(book: OpenBook, desk: Desk, lang: Lang) -> None:
    """Import the connected book's files anew where they changed, and calculate every cell anew."""
    from creditlib.flows.connected import refresh as import_anew

    connected = desk.connected
    changed = connected.changed
    if changed or connected.live:
        _, findings = import_anew(connected.folder, desk.policy, desk.day(None))
        _findings(book, findings, lang)
    desk.forget()
    desk.answers()  # what no longer opens is told now, not by every cell
    book.recalculate()
    names = ", ".join([*(Path(name).name for name in changed), *connected.live])
    book.tell(
        say(
            "macros.told.refreshed" if names else "macros.told.unchanged",
            lang,
            count=len(changed) + len(connected.live),
            names=names,
        )
    )


def close_month(book: OpenBook, desk: Desk, lang: Lang) -> None:
    """Close the month of the connected book's day and open its workbook."""
    from creditlib.faces.workbook import write_workbook
    from creditlib.facts.outside import read_control
    from creditlib.flows.close import close
    from creditlib.flows.connected import refresh as import_anew

    connected, day, policy = desk.connected, desk.day(None), desk.policy
    if connected.changed:
        wrong("changed", names=", ".join(Path(name).name for name in connected.changed))
    asked = control.read(book)
    figure = asked.one("control") if asked else None
    if connected.live:  # a database has no state to compare: the close and the cells see one and the same reading
        connected, _ = import_anew(connected.folder, policy, day)
        desk.forget()
    reading = connected.reading if connected.live or not connected.sources else connected.sources.read(policy, day, day)
    rates, currency = desk.rates(day), desk.settings.currency
    made = close(reading, policy, day, control=read_control(figure) if figure else (), rates=rates, currency=currency)
    kept, refusal = record_close_of(desk, made)
    path = write_workbook(made, _free(book, asked, f"close-{day:%Y-%m}"), lang=lang, recorded=kept)
    must = sum(f.severity == "must_act" for f in made.findings)
    told = say("macros.told.closed", lang, path=path, findings=must)
    if kept is not None:
        told += " " + say("macros.told.closed_recorded", lang, place=kept.place, run=kept.run, head=kept.head)
    if refusal is not None:
        told += " " + say("macros.told.closed_not_recorded", lang, why=refusal.text(lang))
    book.tell(told)
    book.show(Path(path))


def review_customer(book: OpenBook, desk: Desk, lang: Lang) -> None:
    """Write the customer file of the selected customer and open it."""
    from creditlib.faces.customer_file import write_customer_file

    code = _selected(book)
    made = desk.answers().review(code)
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in code)
    path = write_customer_file(made, _free(book, control.read(book), f"{safe}-{made.as_of}"), lang=lang)
    book.tell(say("macros.told.reviewed", lang, customer=code, path=path))
    book.show(Path(path))


def terms_what_if(book: OpenBook, desk: Desk, lang: Lang) -> None:
    """Lay out a what-if of the selected customer's terms, or work out the one on the sheet."""
    from .what_if import lay, work_out

    sheet = work_out(book, desk, lang) or lay(book, desk, lang, _selected(book))
    book.tell(say("macros.told.what_if", lang, sheet=sheet))


def list_functions(book: OpenBook, desk: Desk, lang: Lang) -> None:
    """Write a sheet of every function: how it is typed, what it gives, an example."""
    from .answers import measures

    heads = {
        tongue: [say(f"macros.head.{name}", tongue) for name in ("function", "gives", "example")] for tongue in LANGS
    }
    sheet = own_sheet(book, "functions", heads.values()) or free_sheet(book, "functions", lang)
    rows: list[list[Any]] = [heads[lang]]
    for group in GROUPS:
        rows.append([say(f"macros.group.{group}", lang), None, None])
        for function in CATALOGUE.values():
            if function.group == group:
                rows.append([function.signature, function.help(lang), function.example])
    rows += [[None, None, None], [say("macros.head.measure", lang), say("macros.head.gives", lang), None]]
    rows += [[m.name, m.label(lang), None] for m in measures().values()]
    book.write(sheet, rows)
    book.dress(sheet, [84, 90, 52], [n for n, row in enumerate(rows, 1) if n == 1 or (row[0] and row[1] is None)])
    book.tell(say("macros.told.functions", lang, sheet=sheet, count=len(CATALOGUE)))


def switch_language(book: OpenBook, desk: Desk, lang: Lang) -> None:
    """Answer in the other language from now on."""
    other: Lang = "en" if lang == "zh" else "zh"
    save_settings(replace(load_settings(), language=other))
    desk.forget()
    book.recalculate()
    book.tell(say("macros.told.language", other))


def show_help(book: OpenBook, desk: Desk, lang: Lang) -> None:
    """Tell what is connected and how to begin."""
    from .functions.book import info

    told = "\n".join(f"{say(f'cells.choice.about.{name}', lang)}: {value}" for name, value in info(desk).items())
    book.tell(say("macros.told.help", lang) + "\n\n" + told)


def _findings(book: OpenBook, findings: tuple[Finding, ...], lang: Lang) -> None:
    """Write what reading found on a sheet of its own; where nothing is found, an older list is replaced by that."""
    heads = {
        tongue: [say(f"macros.head.{name}", tongue) for name in ("severity", "where", "finding", "check")]
        for tongue in LANGS
    }
    sheet = own_sheet(book, "findings", heads.values())
    if sheet is None and not findings:
        return
    ordered = sorted(findings, key=lambda f: f.severity != "must_act")
    rows: list[list[Any]] = [
        heads[lang],
        *([say(f"common.severity.{f.severity}", lang), f.where, f.text(lang), f.check] for f in ordered),
    ]
    if not findings:
        rows.append([say("macros.told.nothing_found", lang), "", "", ""])
    held = [] if sheet is None else book.read(sheet)
    end = next((at for at, row in enumerate(held) if not filled(row)), len(held))  # of the list there was
    if sheet is None or any(filled(row) for row in held[end : len(rows)]):
        sheet = free_sheet(book, "findings", lang)  # what a person wrote below the list stays
    else:  # a shorter list must not leave lines of the longer one before it
        rows += [["", "", "", ""] for _ in range(end - len(rows))]
    book.write(sheet, rows)
    book.dress(sheet, [14, 36, 100, 24], [1])


def _selected(book: OpenBook) -> str:
    """Return the customer code in the selected cell. Raises: UsageError for a blank one."""
    found = clean(book.selected())
    if found is None:
        wrong("select")
    return text(found)


def _free(book: OpenBook, asked: control.Asked | None, stem: str) -> Path:
    """Return a file name nobody uses yet, in the output folder, else beside the workbook."""
    given = asked.one("output") if asked else None
    folder = Path(given) if given else book.path.parent if book.path else Path.home()
    folder.mkdir(parents=True, exist_ok=True)
    path, count = folder / f"{stem}.xlsx", 1
    while path.exists():
        count += 1
        path = folder / f"{stem}-{count}.xlsx"
    return path


MACROS: Final[dict[str, Macro]] = {
    "connect_book": connect_book, "refresh": refresh, "close_month": close_month, "review_customer": review_customer,
    "terms_what_if": terms_what_if, "submit_limit": submit_limit, "list_pending": list_pending, "decide_pending": decide_pending,
    "list_functions": list_functions, "switch_language": switch_language, "help": show_help,
}  # fmt: skip
"""Every macro by the name the ribbon and the menu call it."""
