"""The closing workbook: a close, written into a template, in English or Chinese.

What must stay true: totals, shares, tie-outs and chart data are native formulas with their value beside them, and equal the
library's figures to the cent; the template's looks survive; the same close makes the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from creditlib.errors import Lang
from creditlib.faces import (
    workbook_aging,
    workbook_cover,
    workbook_dashboard,
    workbook_dso,
    workbook_findings,
    workbook_items,
    workbook_method,
    workbook_tops,
)
from creditlib.faces.workbook_fill import Fill
from creditlib.faces.workbook_findings import short
from creditlib.faces.workbook_form import begin, finish, standard_template
from creditlib.flows.closing import Close

if TYPE_CHECKING:
    from creditlib.flows.close_recorded import Recorded

__all__ = ["REQUIRED", "standard_template", "write_workbook"]

_AGING = (
    "code name currency count open not_due no_due_date unapplied overdue overdue_share change previous_share moved "
)
REQUIRED = tuple(
    f"{prefix}_{name}"
    for prefix, names in {
        "cover": "subtitle verdict summary file_total contents entity as_of policy based_on source",
        "tie": "account book control reconciling difference status note total",
        "check": "title count amount severity todo",
        "dash": "subtitle open overdue share dso cei dbt open_before overdue_before share_before dso_before cei_before "
        "dbt_before buckets_title buckets_subtitle trend_title trend_subtitle dso_title dso_subtitle dso_label top_title top_subtitle "
        "move_title move_subtitle move_label move_month move_previous move_year move_month_head move_previous_head "
        "move_year_head notes",
        "aging": _AGING + "subtitle order head total_label share_label check_label check_status overdue_1",
        "dso": "subtitle summary method formula receivables sales window days previous gap note",
        "measure": "name meaning value previous looks",
        "overdue": "subtitle head total_label rank code name currency salesperson count oldest amount share cumulative overdue_1",
        "concentration": "subtitle summary head rank code name currency open share cumulative",
        "years": "head currency total band_1",
        "items": "subtitle total_label " + " ".join(workbook_items.FIELDS),
        "findings": "subtitle severity title where text count amount currency todo check",
        "method": "subtitle",
        "basis": "label text",
        "source": "name rows recognised",
        "file": "currency total used rejected rounding rows rejected_rows check",
        "rate": "currency value day",
        "policy": "parameter value reference",
        "data": "divisor unit benchmark_label bucket_label bucket_before bucket_now trend_on trend_open trend_overdue trend_share "
        "trend_share_last trend_dso trend_dso_last trend_benchmark trend_benchmark_at top_heads top_label top_values top_name "
        "top_amount move_month move_previous move_year before edges",
    }.items()
    for name in names.split()
)
"""Every name a template must define. The rows of a list are copies of the sample row its names stand on."""


def write_workbook(
    close: Close, path: Path | str, *, lang: Lang = "en", template: Path | str | None = None, force: bool = False,
    recorded: Recorded | None = None,
) -> Path:  # fmt: skip
    """Write the closing workbook of a close and return its path.

    template: a firm's own copy of the standard template, None for the standard one of the language.
    force: replace an existing file. recorded: where the close stands in a record; the cover names the store and the head.
    Raises: UsageError when the file exists (without force) or is no .xlsx name; TemplateError when the template lacks a name,
    or room for the buckets; TooLarge for more than 15 digits or a million items.
    """
    target, book = begin(path, template, lang, REQUIRED, mark="cover_as_of", force=force)
    fill = Fill(close, book, lang, recorded=recorded)
    workbook_items.lay(fill)
    workbook_aging.lay(fill)
    workbook_dso.lay(fill)
    workbook_tops.lay(fill)
    workbook_findings.lay(fill)
    workbook_method.lay(fill)
    workbook_cover.lay(fill)
    workbook_items.fill_in(fill)
    workbook_aging.fill_in(fill)
    workbook_dso.fill_in(fill)
    workbook_tops.fill_in(fill)
    workbook_findings.fill_in(fill)
    workbook_method.fill_in(fill)
    workbook_dashboard.fill_in(fill)
    workbook_cover.fill_in(fill)
    footer = {"entity": short(fill.entity, 26), "as_of": fill.as_of, "policy": short(fill.policy, 40)}
    return finish(book, target, footer, force=force)
