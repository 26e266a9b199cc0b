"""`credit policy`: show, check, compare and print a policy.

What must stay true: nothing is computed here; tables, JSON and CSV show the same rows. Exit 0: fine; 1: a bad policy
file, or a day it has no values for; 2: a wrong call.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from creditlib.days import parse_iso
from creditlib.errors import Lang, PolicyError, UsageError
from creditlib.faces.cli import common, policy_card, policy_effect
from creditlib.faces.cli.common import language, told
from creditlib.faces.cli.work import Request
from creditlib.faces.wording import say
from creditlib.policy import CATALOGUE, Change, Parameter, Policy, Row, Values, load_policy, standard_text

app = typer.Typer(
    help="The credit policy: dated values, each with its reference. 信用政策",
    no_args_is_help=True,
    add_completion=False,
)

STANDARD = "standard"

PolicyOption = Annotated[str, typer.Option("--policy", metavar="FILE", help="Policy file, or the word standard.")]
AtOption = Annotated[str | None, typer.Option("--at", metavar="DATE", help="Day, YYYY-MM-DD; without it today.")]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="en|zh", help="Language; else CREDIT_LANG, else en.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@app.command()
def show(
    at: AtOption = None,
    policy: PolicyOption = STANDARD,
    lang: LangOption = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of a table.")] = False,
) -> None:
    """Show the values in force on a day, with the reference of each.

    Example: credit policy show --at 2026-10-31
    """
    with told(lang, bad_policy=1):
        words = language(lang)
        if as_json and as_csv:
            raise _usage("error.two_formats")
        loaded, on = _load(policy), _day(at)
        values = loaded.at(on)
        rows = [values.row(name) for name in values]
        if as_json:
            _out(_json(_head(loaded) | {"at": str(on), "values": {row.parameter: _plain_row(row) for row in rows}}))
        elif as_csv:
            _out(_csv(rows))
        else:
            console = _console()
            _title(console, say("policy.show.title", words, policy=_label(loaded), at=on))
            console.print(_values_table(rows, words))
            console.print("\n" + _review(values, on, words))


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Policy file.")],
    lang: LangOption = None,
) -> None:
    """Check a policy file and print every problem: exit 0 when there is none, else 1.

    Example: credit policy check policy.toml
    """
    with told(lang, bad_policy=1):
        words = language(lang)
        try:
            loaded = _load(file)
        except PolicyError as error:
            problems = error.text(words).split("\n")
            _out("\n".join([*problems, say("policy.check.problems", words, file=file, count=len(problems))]))
            raise typer.Exit(1) from None
        counts = {"parameters": len(CATALOGUE), "rows": len(loaded.rows)}
        _out(say("policy.check.fine", words, file=file, policy=_label(loaded), **counts))


@app.command()
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="Policy file, or the word standard.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Policy file, or the word standard.")],
    at: Annotated[str | None, typer.Option("--at", metavar="DATE", help="Only what is in force on this day.")] = None,
    ledger: Annotated[
        list[str] | None,
        typer.Option("--ledger", metavar="FILE", help="Show the effect on this ledger; may be repeated."),
    ] = None,
    credit_file: common.CreditFiles = None,
    orders: common.Orders = None,
    limits: common.Limits = None,
    map_file: common.MapOption = None,
    dates: common.Dates = None,
    home: common.Home = None,
    currency: common.CurrencyOption = None,
    fx: common.Fx = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what B has instead of A: every row, or with --at the values in force on a day; with --ledger what that does to the book.

    Example: credit policy diff standard policy.toml --ledger ledger.csv --at 2026-10-31
    """
    with told(lang, bad_policy=1):
        words = language(lang)
        old, new = _load(a), _load(b)
        if ledger and at is None:
            raise common.usage("assess.error.ledger_day")
        on = None if at is None else _day(at)
        changes = old.diff(new) if on is None else old.at(on).diff(new.at(on))
        effect = None
        if ledger:
            request = Request(
                ledger, words, at, map_file, dates, home, currency=currency, fx=fx, credit_files=credit_file or (), orders=orders,
                limits=limits,
            )  # fmt: skip
            effect = policy_effect.effect_of(request, old, new)
        if as_json:
            found = [_plain_change(change) for change in changes]
            more = {} if effect is None else {"effect": policy_effect.effect_json(effect)}
            _out(_json({"a": _head(old), "b": _head(new), "at": on and str(on), "changes": found} | more))
            return
        console = _console()
        key = "policy.diff.title" if on is None else "policy.diff.title_at"
        _title(console, say(key, words, a=_label(old), b=_label(new), at=on))
        if changes:
            console.print(_changes_table(changes, words))
            console.print("\n" + say("policy.diff.count", words, count=len(changes)))
        else:
            console.print(say("policy.diff.same", words))
        if effect is not None:
            policy_effect.print_effect(common.console(), effect, words)


@app.command("print")
def print_document(
    policy: PolicyOption = STANDARD,
    at: AtOption = None,
    lang: LangOption = None,
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="Write to this new file.")] = None,
    as_toml: Annotated[bool, typer.Option("--toml", help="A policy file to start from, not the document.")] = False,
) -> None:
    """Print the policy as a document that a board can sign, in Markdown; or a policy file to start from.

    Example: credit policy print --toml --out policy.toml
    """
    with told(lang, bad_policy=1):
        words = language(lang)
        if as_toml and (at is not None or policy != STANDARD):
            raise _usage("error.toml_is_standard")
        text = standard_text() if as_toml else _document(_load(policy), _day(at), words)
        if out is None:
            _out(text.rstrip("\n"))
            return
        try:
            with Path(out).open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except FileExistsError:
            raise _usage("error.exists", file=out) from None
        except OSError as error:
            raise _usage("error.cannot_write", file=out, why=error.strerror) from None
        _out(say("policy.document.written", words, file=out))


# --- the call


def _usage(key: str, **values: object) -> UsageError:
    return UsageError(say(f"policy.{key}", "en", **values), say(f"policy.{key}", "zh", **values))


def _load(file: str) -> Policy:
    return load_policy(None if file == STANDARD else file)


def _day(at: str | None) -> date:
    return date.today() if at is None else parse_iso(at, "--at")


def _label(policy: Policy) -> str:
    return f"{policy.name}@{policy.fingerprint}"


def _out(text: str) -> None:
    typer.echo(text)


def _console() -> Console:
    return Console(markup=False, highlight=False, emoji=False)


def _title(console: Console, text: str) -> None:
    console.print(Text(text, style="bold"))


# --- values as people read them


def _value_text(parameter: Parameter, value: Any, lang: Lang) -> str:
    if value is None:
        return say("policy.show.not_set", lang)
    if parameter.kind in ("lookup", "marginal"):
        return ", ".join(f"{low}→{high}" for low, high in value)
    if parameter.kind == "grades":
        none = say("policy.show.not_set", lang)
        return " · ".join(f"{grade} {none if one is None else f'{one:,}'}" for grade, one in value.items())
    if parameter.kind == "map":
        return ", ".join(f"{word}→{one}" for word, one in value.items())
    if parameter.kind == "scorecard":
        return policy_card.summary(value, lang)
    if parameter.kind == "list":
        comma = "、" if lang == "zh" and parameter.form == "word" else ", "
        return comma.join(_word(parameter, item, lang) for item in value) or say("policy.show.none", lang)
    return _word(parameter, value, lang)


def _word(parameter: Parameter, value: Any, lang: Lang) -> str:
    if parameter.form != "word":
        return f"{value:,}" if isinstance(value, int | Decimal) else str(value)
    if parameter.unit == "document kinds":
        return say(f"common.kind.{value}", lang)
    return say(f"policy.choice.{value}", lang)


def _with_unit(parameter: Parameter, value: Any, lang: Lang) -> str:
    text, unit = _value_text(parameter, value, lang), parameter.unit_text(lang)
    if parameter.form in ("word", "currency", "day"):
        return text
    if parameter.kind != "scalar":
        return say("policy.show.with_unit", lang, value=text, unit=unit)
    return f"{text} {unit.removesuffix('s') if value == 1 else unit}"


def _reference(row: Row, lang: Lang) -> str:
    if row.confirmed_on is None:
        return row.reference
    return say("policy.show.confirmed", lang, reference=row.reference, on=row.confirmed_on)


def _since(row: Row, lang: Lang) -> str:
    return str(row.from_on) if row.to_on is None else say("policy.show.until", lang, since=row.from_on, to=row.to_on)


def _review(values: Values, on: date, lang: Lang) -> str:
    due = date.fromisoformat(values["policy.review_by"])
    key = "policy.review.late" if on > due else "policy.review.due"
    return say(key, lang, on=due, days=(on - due).days)


def _name_cell(parameter: Parameter, lang: Lang) -> Text:
    return Text.assemble(parameter.label(lang), "\n", (parameter.name, "dim"))


def _table(*columns: tuple[str, dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False, expand=True)
    for heading, options in columns:
        table.add_column(heading, **options)
    return table


def _values_table(rows: list[Row], lang: Lang) -> Table:
    table = _table(
        (say("policy.column.parameter", lang), {"min_width": 24}),
        (say("policy.column.value", lang), {"ratio": 4, "overflow": "fold"}),
        (say("policy.column.since", lang), {"width": 10}),
        (say("policy.column.reference", lang), {"ratio": 5, "overflow": "fold"}),
    )
    for i, row in enumerate(rows):
        last = i + 1 == len(rows) or _group(rows[i + 1].parameter) != _group(row.parameter)
        value = _with_unit(row.about, row.value, lang)
        cells = (_name_cell(row.about, lang), value, _since(row, lang), _reference(row, lang))
        table.add_row(*cells, end_section=last)
    return table


def _changes_table(changes: tuple[Change, ...], lang: Lang) -> Table:
    table = _table(
        (say("policy.column.parameter", lang), {"min_width": 24}),
        (say("policy.column.since", lang), {"width": 10}),
        (say("policy.column.what", lang), {"min_width": 6}),
        (say("policy.column.before", lang), {"ratio": 1, "overflow": "fold"}),
        (say("policy.column.after", lang), {"ratio": 1, "overflow": "fold"}),
    )
    for change in changes:
        before, after = (_side(change, side, lang) for side in (change.before, change.after))
        what = say(f"policy.diff.{change.what}", lang)
        table.add_row(_name_cell(CATALOGUE[change.parameter], lang), str(change.from_on), what, before, after)
    return table


def _side(change: Change, side: Any, lang: Lang) -> str:
    if side is None:
        return "–"
    if change.what in ("reference", "confirmed_on", "to"):
        return str(side)
    return _with_unit(CATALOGUE[change.parameter], side, lang)


def _group(name: str) -> str:
    return name.partition(".")[0]


# --- values as machines read them


def _head(policy: Policy) -> dict[str, str]:
    return {"policy": policy.name, "fingerprint": policy.fingerprint}


def _plain_row(row: Row) -> dict[str, Any]:
    plain = {"value": row.value, "unit": row.about.unit, "kind": row.about.kind, "from": row.from_on, "to": row.to_on}
    return plain | {"reference": row.reference, "confirmed_on": row.confirmed_on}


def _plain_change(change: Change) -> dict[str, Any]:
    plain = {"parameter": change.parameter, "from": change.from_on, "what": change.what}
    return plain | {"before": change.before, "after": change.after}


def _json(content: Any) -> str:
    def plain(item: object) -> object:
        return float(item) if isinstance(item, Decimal) else str(item)

    return json.dumps(content, ensure_ascii=False, indent=2, default=plain)


def _csv(rows: list[Row]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["parameter", *_plain_row(rows[0])])
    for row in rows:
        plain = _plain_row(row)
        plain["value"] = _json_line(row.value) if isinstance(row.value, tuple) else row.value
        writer.writerow([row.parameter, *plain.values()])
    return stream.getvalue().rstrip("\n")


def _json_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=float)


# --- the document a board signs


def _document(policy: Policy, on: date, lang: Lang) -> str:
    values = policy.at(on)
    lines = [f"# {say('policy.document.title', lang)}", ""]
    gap = "" if lang == "zh" else " "
    lines += [say("policy.document.version", lang, policy=_label(policy), at=on) + gap + _review(values, on, lang), ""]
    lines += [say("policy.document.how", lang), ""]
    groups: dict[str, list[Row]] = {}
    for name in values:
        groups.setdefault(_group(name), []).append(values.row(name))
    for group, rows in groups.items():
        lines += [f"## {say(f'policy.group.{group}', lang)}", "", *_markdown(rows, lang), ""]
    lines += [f"## {say('policy.document.card', lang)}", "", *policy_card.markdown(values["score.card"], lang), ""]
    later = [row for row in policy.rows if row.from_on > on]
    if later:
        lines += [f"## {say('policy.document.later', lang)}", "", *_markdown(later, lang), ""]
    lines += [f"## {say('policy.document.approval', lang)}", ""]
    heads = [say(f"policy.document.{head}", lang) for head in ("role", "name", "signature", "date")]
    lines += [_line(heads), _line(["---"] * 4)]
    for role in ("prepared", "reviewed", "approved"):
        lines.append(_line([say(f"policy.document.{role}", lang), *["\N{NO-BREAK SPACE}" * 24] * 3]))
    return "\n".join(lines) + "\n"


def _markdown(rows: list[Row], lang: Lang) -> list[str]:
    columns = ("parameter", "meaning", "value", "unit", "in_force_since", "reference")
    lines = [_line([say(f"policy.column.{column}", lang) for column in columns]), _line(["---"] * len(columns))]
    for row in rows:
        about = row.about
        name = f"{about.label(lang)} `{about.name}`"
        unit = "–" if about.unit == "word" else about.unit_text(lang)
        cells = [name, about.meaning(lang), _value_text(about, row.value, lang), unit]
        lines.append(_line([*cells, _since(row, lang), _reference(row, lang)], escape=True))
    return lines


def _line(cells: list[str], *, escape: bool = False) -> str:
    if escape:
        cells = [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]
    return f"| {' | '.join(cells)} |"
