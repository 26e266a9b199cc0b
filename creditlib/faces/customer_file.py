"""The customer file: a review, written into a template, in English or Chinese.

What must stay true: it shows what the review says and decides nothing; totals, shares and chart data are native formulas with their
value beside them, equal to the review's figures to the cent; the same review makes the same bytes.
"""

from __future__ import annotations

from pathlib import Path

from creditlib.errors import Lang
from creditlib.faces import (
    review_decision,
    review_file,
    review_limit,
    review_payment,
    review_score,
    review_statements,
)
from creditlib.faces.review_fill import ReviewFill
from creditlib.faces.workbook_form import begin, finish
from creditlib.flows.reviewing import Review

KIND = "customer_file"
SHEETS = (review_score, review_limit, review_statements, review_payment, review_file, review_decision)
DATA = (
    "divisor unit lost_label lost_value method_label method_other method_picked aging_label aging_value exposure_name exposure_label exposure_value "
    "earned_on earned_value earned_last earned_threshold earned_threshold_at earned_threshold_name earned_open earned_open_last "
    "late_on late_value late_last late_threshold late_threshold_at late_threshold_name"
)
REQUIRED = tuple(
    f"{prefix}_{name}"
    for names in (*(sheet.NAMES for sheet in SHEETS), {"data": DATA})
    for prefix, listed in names.items()
    for name in listed.split()
)
"""Every name a template must define. The rows of a list are copies of the sample row its names stand on."""


def write_customer_file(
    review: Review, path: Path | str, *, lang: Lang = "en", template: Path | str | None = None, force: bool = False
) -> Path:
    """Write the file of one customer and return its path.

    template: a firm's own copy of the standard template, None for the standard one of the language. force: replace an existing file.
    Raises: UsageError when the file exists (without force) or is no .xlsx name; TemplateError when the template lacks a name.
    """
    target, book = begin(path, template, lang, REQUIRED, mark="decision_subtitle", kind=KIND, force=force)
    fill = ReviewFill(review, book, lang)
    for sheet in SHEETS:
        sheet.lay(fill)
    fill.put_scale()
    for sheet in SHEETS:
        sheet.fill_in(fill)
    return finish(book, target, fill.footer, force=force)
