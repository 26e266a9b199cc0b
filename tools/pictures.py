"""Make docs/pictures from the bundled sample, in both languages. Needs LibreOffice and pdftoppm. Run: python tools/pictures.py"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from creditlib_templates import path as template_path
from openpyxl import load_workbook

from creditlib.errors import Lang
from creditlib.faces.committee_memo import write_committee_memo
from creditlib.faces.customer_file import write_customer_file
from creditlib.faces.wording import say
from creditlib.faces.workbook import write_workbook
from creditlib.facts.outside import read_control, read_rates
from creditlib.facts.reading import read
from creditlib.facts.sample.files import write_sample
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import assess
from creditlib.flows.close import close
from creditlib.flows.review import review
from creditlib.policy import load_policy

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "hosts"))
import calc  # noqa: E402

LINES = 10  # of a page that are searched: its title, verdict and figures
PAGES = {"workbook.cover.title": "cover", "workbook.dash.title": "dashboard", "workbook.aging.title": "aging"}
DECIDED, ASKED = "C100010", "C100020"  # a customer with statements and cover; one for the committee
FILE_PAGES = {"review_workbook.decision.chance": "decision", "review_workbook.limit.title": "limit"}
FORM_PAGES = {
    "terms_calculator": {1: "terms_calculator", 2: "terms_sensitivity"}, "aging_analyser": {1: "aging_analyser", 2: "aging_customers"},
    "credit_file": {1: "credit_file"},
}  # fmt: skip
SHOWN_CUSTOMERS: dict[Lang, tuple[tuple[str, str, str], ...]] = {
    "en": (("K001", "Alder & Finch (sample)", "t1"), ("K002", "Brightwater (sample)", "t3")),
    "zh": (("K001", "桤木机电（示例）", "t1"), ("K002", "明水泵业（示例）", "t3")),
}
SHOWN_DOCUMENTS = (
    ("K001", "F-2601", "invoice", date(2026, 8, 3), date(2026, 9, 2), 48_250.00, None),
    ("K001", "F-2602", "invoice", date(2026, 9, 7), None, 31_900.50, None),
    ("K001", "R-0901", "receipt", date(2026, 9, 10), None, 48_250.00, "F-2601"),
    ("K002", "F-2603", "invoice", date(2026, 9, 11), None, 76_400.00, None),
    ("K002", "G-0041", "credit_note", date(2026, 9, 18), None, 3_150.00, "F-2603"),
    ("K002", "F-2604", "invoice", date(2026, 9, 21), date(2026, 9, 12), 12_600.00, None),
    ("K002", "V-0007", "advance", date(2026, 10, 8), None, 10_000.00, None),
)  # due before issue in the last but one: the check beside it says so
MEMO_PAGES = {"review_workbook.memo.chance": "memo"}


def words(pdf: Path, page: int) -> str:
    """Return the words of a page, its footer left out: that bears the title of the cover on every page."""
    command = ["pdftotext", "-f", str(page + 1), "-l", str(page + 1), "-layout", str(pdf), "-"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()
    return "\n".join(lines[:LINES])


def keep(book: Path, pages: dict[str, str], work: Path, lang: Lang) -> None:
    """Keep the first page that bears a word, for each of some words."""
    made = calc.pictures(book, work / book.stem, work / "profile", dpi=100)
    for key, file in pages.items():
        first = next(i for i in range(len(made)) if say(key, lang) in words(work / book.stem / f"{book.stem}.pdf", i))
        (ROOT / "docs" / "pictures" / f"{file}.{lang}.png").write_bytes(made[first].read_bytes())


def first_pages(book: Path, pages: dict[int, str], work: Path, lang: Lang) -> None:
    """Keep some pages of a template by their number: a form has hundreds that are blank."""
    pdf = calc.convert(book, work / f"forms-{lang}", "pdf", work / "profile")
    for page, file in pages.items():
        target = ROOT / "docs" / "pictures" / f"{file}.{lang}"
        command = [
            "pdftoppm",
            "-r",
            "80",
            "-png",
            "-singlefile",
            "-f",
            str(page),
            "-l",
            str(page),
            str(pdf),
            str(target),
        ]
        subprocess.run(command, check=True)


def typed_ledger(lang: Lang, target: Path) -> Path:
    """Return the ledger to type by hand with some rows in it, one of them with a fault."""
    book = load_workbook(template_path(lang, "ledger_input"))

    def put(name: str, down: int, value: object) -> None:
        sheet, _, cell = str(book.defined_names[name].attr_text).rpartition("!")
        first = book[sheet.strip("'")][cell.replace("$", "")]
        book[sheet.strip("'")].cell(first.row + down, first.column).value = value

    for down, (customer, name, term) in enumerate(SHOWN_CUSTOMERS[lang]):
        put("customers_customer", down, customer)
        put("customers_name", down, name)
        put("customers_terms", down, say(f"ledger_form.lists.{term}", lang))
    for down, (customer, document, kind, issue, due, amount, applied) in enumerate(SHOWN_DOCUMENTS):
        row = {"customer": customer, "document": document, "kind": say(f"common.kind.{kind}", lang), "issue": issue, "due": due,
               "currency": "CNY", "amount": amount, "applied": applied}  # fmt: skip
        for field, value in row.items():
            put(f"documents_{field}", down, value)
    book.save(target)
    return target


def main() -> None:
    """Close the sample in one currency, review two of its customers, and keep some pages of each."""
    tongues: tuple[Lang, ...] = ("en", "zh")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        write_sample(work / "sample")
        files = [work / "sample" / f"{n}.csv" for n in ("documents", "allocations", "customers", "sales")]
        made = close(
            read(*files, home="CNY"), load_policy(), SAMPLE_END, control=read_control(work / "sample" / "control.csv"),
            currency="CNY", rates=read_rates(work / "sample" / "rates.csv", "CNY", SAMPLE_END),
        )  # fmt: skip
        whole = assess(sample_book(), load_policy(), SAMPLE_END)
        for lang in tongues:
            for kind, pages in FORM_PAGES.items():
                first_pages(template_path(lang, kind), pages, work, lang)
            first_pages(typed_ledger(lang, work / f"ledger-{lang}.xlsx"), {1: "ledger_input"}, work, lang)
            keep(write_workbook(made, work / f"close-{lang}.xlsx", lang=lang), PAGES, work, lang)
            file = write_customer_file(review(whole, DECIDED), work / f"file-{lang}.xlsx", lang=lang)
            keep(file, FILE_PAGES, work, lang)
            keep(
                write_committee_memo(review(whole, ASKED), work / f"memo-{lang}.xlsx", lang=lang),
                MEMO_PAGES,
                work,
                lang,
            )


if __name__ == "__main__":
    main()
