"""Make docs/pictures from the bundled sample, in both languages. Needs LibreOffice and pdftoppm. Run: python tools/pictures.py"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

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
