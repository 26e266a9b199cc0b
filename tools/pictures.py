"""Make docs/pictures from the bundled sample, in both languages. Needs LibreOffice and pdftoppm. Run: python tools/pictures.py"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from creditlib.errors import Lang
from creditlib.faces.wording import say
from creditlib.faces.workbook import write_workbook
from creditlib.facts.outside import read_control, read_rates
from creditlib.facts.reading import read
from creditlib.facts.sample import SAMPLE_END
from creditlib.facts.sample_files import write_sample
from creditlib.flows.close import close
from creditlib.policy import load_policy

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "hosts"))
import calc  # noqa: E402

PAGES = {"cover": "cover", "dash": "dashboard", "aging": "aging"}


def words(pdf: Path, page: int) -> str:
    """Return the words of a page, its footer left out: that bears the title of the cover on every page."""
    command = ["pdftotext", "-f", str(page + 1), "-l", str(page + 1), "-layout", str(pdf), "-"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()
    return "\n".join(lines[:6])


def main() -> None:
    """Close the sample in one currency and keep three pages of it."""
    tongues: tuple[Lang, ...] = ("en", "zh")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        write_sample(work / "sample")
        files = [work / "sample" / f"{n}.csv" for n in ("documents", "allocations", "customers", "sales")]
        made = close(
            read(*files, home="CNY"), load_policy(), SAMPLE_END, control=read_control(work / "sample" / "control.csv"),
            currency="CNY", rates=read_rates(work / "sample" / "rates.csv", "CNY", SAMPLE_END),
        )  # fmt: skip
        for lang in tongues:
            book = write_workbook(made, work / f"close-{lang}.xlsx", lang=lang)
            pages = calc.pictures(book, work / lang, work / "profile", dpi=100)
            for name, file in PAGES.items():
                first = next(
                    i
                    for i, page in enumerate(pages)
                    if say(f"workbook.{name}.title", lang) in words(work / lang / f"{book.stem}.pdf", i)
                )
                (ROOT / "docs" / "pictures" / f"{file}.{lang}.png").write_bytes(pages[first].read_bytes())


if __name__ == "__main__":
    main()
