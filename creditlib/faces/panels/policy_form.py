"""The policy panel, what a person changes: the controls of a group or of a search, the list of changes, the draft to save."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from creditlib.errors import CreditError, Lang
from creditlib.faces.panels.blocks import Block, button, buttons, column, fold, form, row, section, table, text
from creditlib.faces.panels.policy_fields import Entry, before_text
from creditlib.faces.wording import say
from creditlib.flows.assess import Assessment
from creditlib.policy.draft import draft_toml

if TYPE_CHECKING:
    from creditlib.faces.panels.policy import PolicyModel

_FOUND: Final = 12  # controls a search shows at once
_LONG: Final = 10  # controls of a group shown at once
_USUAL: Final = (
    "limit.pick", "limit.purchases_share", "limit.net_worth_share", "limit.working_capital_share", "limit.reference_share", "limit.grace_days",
    "limit.own_equity", "limit.own_equity_share", "limit.own_receivables_share", "score.grades", "score.min_evidence",
    "score.without_statements", "score.loss_given_default",
)  # fmt: skip
"""Values of long groups that stand open."""


def parameters(model: PolicyModel) -> Block:
    """Return the search, the groups, and the controls of the group or of what was found."""
    lang, words = model.lang, str(model.state["find"])
    found = [entry for entry in model.entries.values() if words and entry.fits(words, lang)]
    shown = (
        found[:_FOUND] if words else [entry for entry in model.entries.values() if entry.group == model.get("group")]
    )
    blocks = [form("pick", [_find(model, found), *([] if words else [model.control("group")])])]
    if any(entry.group == "weights" for entry in shown):
        blocks.append(form("spread", [model.control("spread")]))
    first = [entry for entry in shown if words or not _folded(entry, shown)]
    if any(entry.group == "bins" for entry in shown):
        blocks.append(text("bins", [say("panel_policy.bins_how", lang)], tone="muted"))
    blocks.append(form("values", [_control(model, entry, found=bool(words)) for entry in first]))
    rest = [entry for entry in shown if entry not in first]
    if rest:
        more = form("more", [model.control(entry.path) for entry in rest])
        blocks.append(fold("more", say("panel_policy.others", lang, count=len(rest)), [more]))
    if words:
        key = "found_none" if not found else "found_more" if len(found) > _FOUND else "found"
        blocks.append(
            text("found", [say(f"panel_policy.{key}", lang, count=len(found), shown=len(shown))], tone="muted")
        )
    return section(
        "values",
        blocks,
        title=say("panel_policy.values", lang),
        sub=say("panel_policy.values_sub", lang),
        grow=1.15,
        live=True,
    )


def _control(model: PolicyModel, entry: Entry, *, found: bool) -> Block:
    """The control of a value; one that was found says which group it is of."""
    made = model.control(entry.path)
    if not found:
        return made
    place = say(f"panel_policy.group.{entry.group}", model.lang)
    told = [place, *([str(made["hint"])] if made["hint"] else [])]
    return made | {"hint": say("panel.word.separator", model.lang).join(told)}


def _folded(entry: Entry, shown: Sequence[Entry]) -> bool:
    """Whether a value stands below, folded: those of a long group that are seldom touched."""
    if len(shown) <= _LONG:
        return False
    return entry.parameter not in _USUAL if entry.group in ("limit", "score") else shown.index(entry) >= _LONG


def _find(model: PolicyModel, found: list[Entry]) -> Block:
    labels = [
        {"value": entry.field.label(model.lang), "label": entry.field.label(model.lang)} for entry in found[:_FOUND]
    ]
    return model.control("find") | {"options": labels}


def changes(model: PolicyModel) -> Block:
    """Return each value changed: in force, draft, since, reference, and a button that takes it back."""
    lang = model.lang
    paths = model.changed()
    if not paths:
        return section(
            "changes",
            [text("changes", [say("panel_policy.unchanged", lang)], tone="muted")],
            title=_title(0, lang),
            grow=1.6,
            live=True,
        )
    heads = [column(say(f"panel_policy.col.{name}", lang)) for name in ("value", "now", "draft", "since", "reference")]
    heads[2]["tone"] = "strong"
    for head, width in zip(heads[1:4], ("16%", "16%", "92px"), strict=True):
        head["width"] = width
    rows = [
        row([name, now, new, since, {"text": reference, "tone": "words"}, {"text": "✕", "act": "back", "value": path, "title": say("panel_policy.back", lang, name=name)}], id=path)
        for path, (name, now, new, since, reference) in zip(paths, told(model), strict=True)
    ]  # fmt: skip
    rows += [row([name, "", {"text": new, "tone": "words"}, "", "", ""], id="spread") for name, new in _spread(model)]
    blocks = [
        table("changes", say("panel_policy.changes_caption", lang), [*heads, column("")], rows),
        buttons("clear", [button("clear", say("panel_policy.clear", lang))]),
    ]
    return section("changes", blocks, title=_title(len(paths), lang), grow=1.6, live=True)


def _spread(model: PolicyModel) -> list[tuple[str, str]]:
    """What the other weights do, where one was changed and they make room for it."""
    if not model.state["spread"] or not any(model.entries[path].group == "weights" for path in model.changed()):
        return []
    return [(say("panel_policy.other_weights", model.lang), say("panel_policy.share_rest", model.lang))]


def told_all(model: PolicyModel) -> list[tuple[str, str, str, str, str]]:
    """Return what `told` returns, and what the other weights do."""
    return [*told(model), *((name, "", new, "", "") for name, new in _spread(model))]


def told(model: PolicyModel) -> list[tuple[str, str, str, str, str]]:
    """Return each value changed, as text: name, in force, draft, since, reference. One that can't be read stands as it was typed."""
    made = []
    for path in model.changed():
        entry, held = model.entries[path], model.state[path]
        now, since, reference = before_text(entry, model.values, model.lang)
        typed = isinstance(held, dict) and "typed" in held
        new = str(held["typed"]) if typed else entry.text(held, model.lang)
        made.append((entry.field.label(model.lang), now, new, since, reference))
    return made


def _title(count: int, lang: Lang) -> str:
    return say("panel_policy.changes", lang, count=count)


def save(model: PolicyModel) -> Block:
    """Return the day and the reference of a draft, and the button that saves its rows."""
    lang = model.lang
    blocks = [
        form("save", [model.control("from_on"), model.control("reference")]),
        buttons("save", [button("draft", say("panel_policy.save", lang), download=True, primary=True, disabled=not model.changed())]),
        text("save_note", [say("panel_policy.save_note", lang, policy=model.whole.policy.name)], tone="muted"),
    ]  # fmt: skip
    later = _later(model)
    blocks += [text("later", later, tone="act")] if later else []
    return section("save", blocks, title=say("panel_policy.save_title", lang), live=True)


def _later(model: PolicyModel) -> list[str]:
    """What is to know before the draft is saved: that it can't be, and why; or which rows of the policy will end it."""
    if not model.changed() or not model.sound:
        return []
    try:
        made = model.draft(date.fromisoformat(model.get("from_on")))
        draft_toml(model.whole.policy, made)
    except CreditError as error:
        return error.text(model.lang).splitlines()
    if not made.later:
        return []
    names = ("、" if model.lang == "zh" else ", ").join(
        f"{row.about.label(model.lang)} {row.from_on}" for row in made.later
    )
    return [say("panel_policy.later", model.lang, names=names)]


def draft_file(rows: str, whole: Assessment, lang: Lang) -> str:
    """Return the text of a draft: what it is for, and the rows."""
    policy = f"{whole.policy.name}@{whole.policy.fingerprint}"
    head = [
        f"# {say('panel_policy.file', one, policy=policy, day=whole.as_of)}"
        for one in (lang, "en" if lang == "zh" else "zh")
    ]
    return "\n".join(head) + "\n" + rows
