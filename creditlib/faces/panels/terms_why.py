"""The panel of credit terms, last part: why, by which policy values and documents; the proposal saved as rows of a policy file."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from creditlib import money
from creditlib.errors import CreditError, Lang
from creditlib.faces.panels.blocks import Block, Cell, button, buttons, column, fold, form, row, section, table, text
from creditlib.faces.scale import Scale
from creditlib.faces.wording import say
from creditlib.flows.terms_step import TermsStep
from creditlib.policy import CATALOGUE
from creditlib.policy.parameter import shown

if TYPE_CHECKING:
    from creditlib.faces.panels.terms import TermsModel

_TOP: Final = 15  # documents listed; the file holds all
_COLUMNS: Final = ("document", "customer", "issue_on", "due_on")


def components(step: TermsStep, scale: Scale) -> Block:
    """Return what makes up the change of profit, the largest first."""
    lang, effect = scale.lang, step.effect
    moved = [one for one in effect.decision.reasons if one.effect in ("raises", "lowers")]
    most = max((abs(one.amount_minor or 0) for one in moved), default=0) or 1
    title = say("panel_terms.why.title", lang)
    heads = [column(title), column(scale.unit, align="right")]
    rows = [
        row([
            {"text": one.text(lang), "tone": "words"},
            {"text": scale.text(one.amount_minor, sign=True), "bar": (one.amount_minor or 0) / most},
        ], id=one.code)
        for one in moved
    ]  # fmt: skip
    total = scale.text(effect.change.profit_minor, sign=True)
    rows.append(row([say("panel_terms.row.profit_minor", lang), total], tone="total", id="total"))
    return table("components", title, heads, rows)


def notes(model: TermsModel, step: TermsStep) -> Block:
    """Return what else a person should know: what was taken from the policy, what the ledger did not tell, what is assumed; the documents."""
    lang = model.lang
    told = [one.text(lang) for one in step.effect.decision.reasons if one.effect not in ("raises", "lowers")]
    return section("notes", [text("notes", told), documents(model, step)], title=say("panel_terms.why.notes", lang))


def values(step: TermsStep, lang: Lang) -> Block:
    """Return the policy values used, from when they hold and where they were decided."""
    heads = [
        column(say("panel_terms.why.value", lang)), column("", align="right"), column(say("panel_terms.why.reference", lang)),
    ]  # fmt: skip
    rows = []
    for name, (value, reference) in step.used.items():
        told = say("panel_terms.why.since", lang, day=step.effect.values.row(name).from_on, reference=reference)
        label: Cell = {"text": CATALOGUE[name].label(lang), "title": name}
        rows.append(row([label, _value(name, value, lang), {"text": told, "tone": "words"}], id=name))
    title = say("panel_terms.why.values", lang)
    sub = say("panel.word.policy", lang, policy=f"{step.effect.policy.name}@{step.effect.policy.fingerprint}")
    return section("values", [table("values", title, heads, rows)], title=title, sub=sub)


def _value(name: str, value: Any, lang: Lang) -> str:
    about = CATALOGUE[name]
    if about.unit.startswith("share"):
        return f"{float(value):.2%}"
    return f"{shown(value)} {about.unit_text(lang)}"


def documents(model: TermsModel, step: TermsStep) -> Block:
    """Return the documents behind the sales of today: the largest when asked for, all of them in a file."""
    lang = model.lang
    open_ = bool(model.get("documents"))
    label = say("panel_terms.documents.hide" if open_ else "panel_terms.documents.show", lang)
    acts = [button("papers", label), button("documents", say("panel_terms.documents.download", lang), download=True)]
    blocks = [buttons("documents", acts)]
    if open_:
        blocks.append(_listed(model.documents(), step, lang))
    title, sub = say("panel_terms.documents.title", lang), say("panel_terms.documents.sub", lang)
    return section("documents", blocks, title=title, sub=sub)


def _listed(found: pa.Table, step: TermsStep, lang: Lang) -> Block:
    currency = step.effect.currency
    if not found.num_rows:
        return text("no_documents", [say("panel_terms.documents.none", lang)], tone="muted")
    top = found.sort_by([("amount_minor", "descending")]).slice(0, _TOP)
    names = [*(say(f"panel_terms.documents.{name}", lang) for name in _COLUMNS), currency]
    heads = [column(name, align="right" if name == currency else "left") for name in names]
    rows = [
        row([*("" if one[n] is None else str(one[n]) for n in _COLUMNS), money.text(one["amount_minor"], one["currency"])], id=str(one["id"]))
        for one in top.to_pylist()
    ]  # fmt: skip
    sums = found.group_by("currency").aggregate([("amount_minor", "sum")]).to_pylist()
    totals = ", ".join(f"{money.text(one['amount_minor_sum'], one['currency'])} {one['currency']}" for one in sums)
    note = say("panel_terms.documents.note", lang, shown=len(rows), count=f"{found.num_rows:,}", total=totals)
    sales = step.effect.base_case.yearly_sales_minor
    if [one["amount_minor_sum"] for one in sums] != [sales]:
        note += " " + say("panel_terms.documents.other", lang, sales=money.text(sales, currency), currency=currency)
    return table("papers", say("panel_terms.documents.title", lang), heads, rows, note=note)


def documents_csv(found: pa.Table) -> bytes:
    """Return the documents as CSV, amounts with their decimals."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([name.removesuffix("_minor") for name in found.column_names])
    at, own = found.column_names.index("amount_minor"), found.column_names.index("currency")
    for one in zip(*(one.to_pylist() for one in found.columns), strict=True):
        line = list(one)
        line[at] = money.plain(line[at], line[own])
        writer.writerow(line)
    return out.getvalue().encode("utf-8-sig")


def save(model: TermsModel) -> Block:
    """Return the form that saves the proposal as dated rows of the policy, with the rows as they would be."""
    lang = model.lang
    customer, grade = model.selected
    whom = "customer" if customer is not None else "grade" if grade is not None else "book"
    rows, told = "", ""
    try:
        rows = model.bench.draft_rows(model.draft())
    except CreditError as refused:  # told beside the button: a proposal can be worth looking at without being a policy
        told = refused.text(lang)
    if not told and not rows:
        told = say("panel_terms.draft.same", lang)
    blocks = [
        form("draft", [model.control("from_on"), model.control("reference")]),
        buttons("save", [button("draft", say("panel_terms.draft.save", lang), primary=True, download=True, disabled=not rows)]),
    ]  # fmt: skip
    if rows:
        lines = [line for line in rows.splitlines() if line]
        blocks.append(fold("rows", say("panel_terms.draft.rows", lang), [_rows(lines)], open=True))
    else:
        blocks.append(text("not_saved", [told[:1].upper() + told[1:]], tone="muted"))
    sub = say(f"panel_terms.draft.{whom}", lang, grade=grade or "")
    return section("save", blocks, title=say("panel_terms.draft.title", lang), sub=sub, live=True)


def _rows(lines: list[str]) -> Block:
    """Rows of the file: each parameter with its lines in one."""
    told: list[str] = []
    for line in lines:
        if line.startswith("[["):
            told.append(line)
        elif line.startswith(("from", "value")):
            told[-1] += f" {line}"
    return text("rows", told)


def foot(model: TermsModel) -> list[str]:
    """Return what today's terms rest on, and where every figure can be followed."""
    lang = model.lang
    key = "foot_stated" if model.stated() else "foot"
    return [say(f"panel_terms.{key}", lang, day=model.whole.as_of), say("panel_terms.foot_why", lang)]
