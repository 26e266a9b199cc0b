"""Every error a cell or a macro can tell is reached by a real call, and said in both languages; none is left over."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import creditlib_addin
import pytest
from creditlib_addin.call import Failed, run
from creditlib_addin.desk import Desk
from creditlib_addin.hosts.calc_cells import host_of
from creditlib_addin.hosts.file_book import FileBook
from creditlib_addin.macros import run_macro
from creditlib_addin.settings import VARIABLE, Settings
from creditlib_addin.udf import CATALOGUE
from creditlib_addin.values import PYTHON, CellError

from creditlib.errors import CreditError
from creditlib.faces.wording import words_under

SAID = words_under("cells.error")
WITHOUT = Desk(Settings())
GOOD = [
    ["days_beyond_terms", 0],
    ["on_time_share", 1],
    ["oldest_overdue", 0],
    ["overdue_share", 0],
    ["years_as_customer", 6],
]
LEDGER = ["customer", "document", "invoice date", "due date", "amount"]
SALES = [["yearly sales", 1200000], ["net days", 30], ["bad debt", 0.01]]

# key → function and arguments; most need no book
CALLS: dict[str, tuple[Any, ...]] = {
    "strange": ("CREDITWCR", object(), 1, 1),
    "one_cell": ("CREDITWCR", [[1, 2]], 1, 1),
    "error_cell": ("CREDITWCR", CellError("#REF!"), 1, 1),
    "blank": ("CREDITWCR", None, 1, 1),
    "not_number": ("CREDITWCR", "x", 1, 1),
    "not_day": ("CREDITDUEDATE", "net 30", "soon"),
    "two_days": ("CREDITDUEDATE", "net 30", "05/06/2026"),
    "no_choice": ("CREDITTERMCOST", 0.02, 10, 30, "guess"),
    "too_many": ("CREDITWCR", 1, 1, 1, 1),
    "empty_range": ("CREDITSCORE", []),
    "no_names": ("CREDITSCORE", [[1, 2], [3, 4]]),
    "need_inputs": ("CREDITTERMNPV", SALES, "x"),
    "unknown_name": ("CREDITSCORE", [["on_time_share", 1], ["shoe size", 43]]),
    "name_twice": ("CREDITSCORE", [["on_time_share", "按期付款率"], [1, 1]]),
    "no_heading": ("CREDITSCORE", [["on_time_share", None, "overdue_share"], [1, 2, 0]]),
    "no_event": ("CREDITDUEDATE", "票到30天", date(2026, 1, 31)),
    "lacking": ("CREDITZSCORE", [["Total assets", 1]]),
    "need_code": ("CREDITTERMS", [["customer", 1], ["x", 2]]),
    "no_customer": ("CREDITSCORE", None),
    "no_book": ("CREDITSCORE", "C-1"),
    "no_measure": ("CREDITGET", "C-7003", "mood"),
    "no_statements": ("CREDITZSCORE", "C-70"),
    "no_discount": ("CREDITTERMCOST", "net 30"),
    "discount_days": ("CREDITTERMCOST", 0.02),
    "nothing_changes": ("CREDITTERMNPV", SALES, [["net days", None], ["deposit", None]]),
    "edges": ("CREDITAGING", [LEDGER, ["A", "I", date(2026, 1, 1), date(2026, 2, 1), 5.0]], "30,60.5"),
    "months": ("CREDITDSO", [["receivables", 1], ["sales", 1], ["sales", 1], ["days", 1]], "simple"),
    "item": ("CREDITREASONS", GOOD, 1.5),
    "currencies": ("CREDITDSO", "*"),
    "start_after_end": ("CREDITCEI", "*", date(2026, 12, 1), date(2026, 10, 31)),
    "whole_months": ("CREDITCEI", [["beginning", 1], ["sales", 1], ["ending", 1], ["ending not due", 1], ["months", 0]]),
    "out_of_bounds": ("CREDITLIMIT", [["yearly", -5.0], ["grade", "B"]]),
    "whole": ("CREDITLIMIT", [["yearly", 1000.0], ["term days", 45.5], ["grade", "B"]]),
    "no_score": ("CREDITLIMIT", [["yearly", 1000.0], ["score", 999]]),
    "grade_and_factors": ("CREDITLIMIT", [["grade", "A"], ["on_time_share", 1]]),
    "days": ("CREDITDSO", [["receivables", 1], ["sales", 1], ["days", -30]], "simple"),
    "no_walk": ("CREDITDSO", [["receivables", 1], ["sales", 0], ["days", 31]], "countback"),
    "currency_stays": ("CREDITTERMNPV", SALES, [["net days", 60], ["currency", "USD"]]),
    "no_probability": ("CREDITEL", "C-70", 0.5),
    "no_rows": ("CREDITAGING", [LEDGER, [None] * 5]),
    "no_record": ("CREDITAPPROVED", "C-1"),
    "no_approved": ("CREDITAPPROVED", "C-7003"),
    "rows_refused": ("CREDITAGING", [LEDGER, [None, "I", date(2026, 1, 1), date(2026, 2, 1), 5.0], ["A", "J", date(2026, 1, 1), None, 1.0]]),
}  # fmt: skip
BY_OTHER_WAYS = {
    "no_day", "no_sales", "one_at_a_time", "one_customer", "texts_of_table", "one_answer", "no_answer", "select", "changed", "no_rows_what_if",
    "no_reason", "nothing_decided", "other_money", "other_request", "store_secret",  # test_approvals.py
    "settings", "internal", "other_currency", "rates_alone", "merged", "in_the_way", "nothing_due", "nothing_collectable", "no_function", "why_of_why", "not_xlsx", "no_workbook", "would_lose", "no_cell",
}  # fmt: skip


def _pattern(said: str) -> str:
    return "".join(".*" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[a-z_]+\})", said))


def fits(key: str, failed: Failed) -> None:
    """Both texts are those of the key, whatever stands in their places."""
    for lang in ("en", "zh"):
        found = failed.text(lang)  # type: ignore[arg-type]
        assert re.fullmatch(_pattern(SAID[key][lang]), found, re.DOTALL), (key, found)


@pytest.fixture(scope="module")
def books(sample_settings: Settings) -> Callable[[str], Desk]:
    with_rates = Desk(sample_settings)
    without = Desk(Settings(book=sample_settings.book, as_of=sample_settings.as_of))
    return lambda key: {"no_book": WITHOUT, "no_record": WITHOUT, "currencies": without}.get(key, with_rates)


@pytest.mark.parametrize("key", CALLS)
def test_a_call_that_goes_wrong_says_so_in_both_languages(key: str, books: Callable[[str], Desk]) -> None:
    name, *arguments = CALLS[key]
    failed = run(CATALOGUE[name], arguments, PYTHON, books(key))
    assert isinstance(failed, Failed), failed
    fits(key, failed)


def test_errors_that_take_a_host_a_day_or_a_fault_to_reach(
    books: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, calc = books(""), host_of()
    column = [["C-7003"], ["1024"]]
    fits("one_at_a_time", run(CATALOGUE["CREDITGRADE"], [column], calc, desk))
    fits("texts_of_table", run(CATALOGUE["CREDITTABLE"], [column, [["grade"]]], calc, desk))
    for key, name in (("nothing_due", "CREDITDBT"), ("nothing_collectable", "CREDITCEI")):
        codes = [
            code for code in desk.answers().customers if run(CATALOGUE[name], [code], PYTHON, desk) == CellError("#N/A")
        ]
        assert run(CATALOGUE["CREDITWHY"], [name, codes[0]], PYTHON, desk) == SAID[key]["en"]
    early = ["C-7003", None, date(2024, 12, 31)]
    assert run(CATALOGUE["CREDITDSO"], early, PYTHON, desk) == CellError("#N/A")
    assert run(CATALOGUE["CREDITWHY"], ["CREDITDSO", *early], PYTHON, desk) == SAID["no_sales"]["en"]
    for key, name in (("no_function", "CREDITSCOR"), ("why_of_why", "CREDITWHY")):
        said = run(CATALOGUE["CREDITWHY"], [name], PYTHON, desk)
        assert re.fullmatch(_pattern(SAID[key]["en"]), said), said
    fits("one_customer", run(CATALOGUE["CREDITLIMITS"], [column], PYTHON, desk))
    fits("no_day", run(CATALOGUE["CREDITSCORE"], ["C-7003"], PYTHON, Desk(Settings(book=desk.settings.book))))
    monkeypatch.setattr("creditlib.formulas.premium", lambda *_: 1 / 0)
    fits("internal", run(CATALOGUE["CREDITPREMIUM"], [1, 0.1], PYTHON, desk))


def told(key: str, book: FileBook, macro: str) -> None:
    """A macro tells the text of a key, in each language."""
    for lang in ("en", "zh"):
        run_macro(macro, book, Desk(), lang)  # type: ignore[arg-type]
        assert re.fullmatch(_pattern(SAID[key][lang]), book.told[-1], re.DOTALL), (key, book.told[-1])


def test_errors_only_a_macro_can_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_settings: Settings
) -> None:
    from creditlib_addin.settings import save_settings

    path = tmp_path / "settings.json"
    monkeypatch.setenv(VARIABLE, str(path))
    save_settings(sample_settings)
    book = FileBook(tmp_path / "work.xlsx")
    told("select", book, "review_customer")
    book.workbook.worksheets[0]["A1"] = "C-7003"
    book.select = f"{book.workbook.worksheets[0].title}!A1"
    run_macro("terms_what_if", book, Desk())
    sheet = book.workbook["Terms what-if"]
    for row in sheet.iter_rows(min_row=4):
        for cell in row:
            cell.value = None
    told("no_rows_what_if", book, "terms_what_if")
    run_macro("connect_book", book, Desk())
    control = book.workbook["Credit"]
    control["C2"] = None
    told("no_answer", book, "connect_book")
    control["C2"], control["D2"] = "one", "two"
    told("one_answer", book, "connect_book")
    book.workbook["Credit"].title, whatif = "Old", book.workbook["Terms what-if"]
    book.workbook.remove(whatif)
    run_macro("terms_what_if", book, Desk())
    fresh = book.workbook["Terms what-if"]
    fresh.cell(fresh.max_row + 1, 1).value = ""
    fresh.cell(fresh.max_row + 2, 1).value = "my memo"
    for row in fresh.iter_rows():
        if row[0].value == "Net days":
            row[2].value = 90
    told("in_the_way", book, "terms_what_if")
    assert any(row[0].value == "my memo" for row in fresh.iter_rows())
    path.write_text("{", encoding="utf-8")
    told("settings", book, "refresh")


def refused(key: str, work: Callable[[], Any]) -> None:
    with pytest.raises(CreditError) as caught:
        work()
    fits(key, Failed(CellError("#VALUE!"), caught.value.en, caught.value.zh))


def test_errors_of_files_and_of_currencies(tmp_path: Path) -> None:
    from creditlib.facts.book import save_book
    from creditlib.facts.sample.generate import sample_book

    refused("not_xlsx", lambda: FileBook(tmp_path / "book.xlsm"))
    (tmp_path / "text.xlsx").write_text("a,b", encoding="utf-8")
    refused("no_workbook", lambda: FileBook(tmp_path / "text.xlsx"))
    refused("no_cell", lambda: FileBook(tmp_path / "new.xlsx", select="Nix!A1"))
    refused("no_cell", lambda: FileBook(tmp_path / "new.xlsx", select="A"))
    merged = FileBook(tmp_path / "merged.xlsx")
    merged.workbook.worksheets[0].merge_cells("A1:B2")
    refused("merged", lambda: merged.write(merged.sheets()[0], [["a", "b"]]))
    refused("no_cell", lambda: FileBook(tmp_path / "new.xlsx", select="A0"))
    refused("no_cell", lambda: FileBook(tmp_path / "new.xlsx", select="A99999999"))
    with zipfile.ZipFile(tmp_path / "macros.xlsx", "w") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    refused("would_lose", lambda: FileBook(tmp_path / "macros.xlsx"))
    save_book(sample_book(), tmp_path / "book")
    chosen = Settings(book=str(tmp_path / "book"), as_of=date(2026, 10, 31))
    alone = Desk(replace(chosen, rates="rates.csv"))
    fits("rates_alone", run(CATALOGUE["CREDITSCORE"], ["C-7003"], PYTHON, alone))
    desk = Desk(chosen)
    answers = desk.answers()
    pairs = zip(*(answers._column("assessed", name) for name in ("customer", "set_currency", "currency")), strict=True)
    abroad = next(code for code, told, own in pairs if told is not None and told != own)
    fits("other_currency", run(CATALOGUE["CREDITGET"], [abroad, "limit_in_force"], PYTHON, desk))
    assert run(CATALOGUE["CREDITGET"], [abroad, "limit_currency"], PYTHON, desk) in ("CNY", "USD", "EUR", "JPY")


def test_no_text_is_left_over_and_each_one_used_is_there() -> None:
    folder = Path(creditlib_addin.__file__).parent
    code = "\n".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.py"))
    used = set(re.findall(r"""(?:wrong|not_known)\(\s*"([a-z_]+)\"""", code)) | set(
        re.findall(r"cells\.error\.([a-z_]+)", code)
    )
    assert used == set(SAID)
    assert set(CALLS) | BY_OTHER_WAYS == set(SAID)
