"""`credit score` and `credit limit`: the whole book as a list, or one customer with every reason.

What must stay true: the list and the one customer come from the same assessment; sums are per currency.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.cli import common as c
from creditlib.faces.cli import decided, show
from creditlib.faces.cli import store as s
from creditlib.faces.cli.work import Request
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from rich.console import Console

    from creditlib.flows.assess import Assessment

TOP = 20
Customer = Annotated[
    str | None, typer.Option("--customer", metavar="CODE", help="One customer, with every reason; else all.")
]
AllRows = Annotated[bool, typer.Option("--all", help="Print every line, not only the largest.")]


def score(
    files: c.FilesArgument,
    as_of: c.AsOf,
    customer: Customer = None,
    credit_file: c.CreditFiles = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    query: c.Query = None,
    sales: c.Sales = None,
    known_on: c.KnownOn = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    policy: c.PolicyFile = None,
    lang: c.LangOption = None,
    all_rows: AllRows = False,
    as_json: c.Json = False,
    as_csv: c.Csv = False,
) -> None:
    """Score customers: points, default probability, grade, and why.

    Example: credit score ledger.csv --credit-file files.xlsx --as-of 2026-10-31 --customer C-014
    """
    with c.told(lang):
        words = c.language(lang)
        c.one_format(as_json, as_csv)
        if customer is not None and as_csv:
            raise c.usage("assess.error.one_csv")
        request = Request(
            files, words, as_of, map_file, dates, home, query, sales, known_on, currency, fx, policy,
            credit_files=credit_file or (), customer=customer,
        )  # fmt: skip
        with c.Steps(words) as steps:
            reading, whole = request.assess(steps)
        out = c.console()
        if customer is not None:
            _one_score(out, whole, customer, words, as_json)
        elif as_json:
            c.write_json([_score_row(row, whole) for row in whole.table.rows()])
        elif as_csv:
            _csv(whole, [_score_row(row, whole) for row in whole.table.rows()])
        else:
            show.reading_lines(out, reading, words)
            _score_list(out, whole, words, None if all_rows else TOP)
            _policy(out, whole, words)
            show.findings_block(out, (*reading.findings, *whole.apart()), words)
        if customer is not None or as_json or as_csv:
            show.told_aside((*reading.findings, *whole.apart(customer)), words)
        c.leave(reading.findings)


def limit(
    files: c.FilesArgument,
    as_of: c.AsOf,
    customer: Customer = None,
    credit_file: c.CreditFiles = None,
    orders: c.Orders = None,
    limits: c.Limits = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    query: c.Query = None,
    sales: c.Sales = None,
    known_on: c.KnownOn = None,
    currency: c.CurrencyOption = None,
    fx: c.Fx = None,
    policy: c.PolicyFile = None,
    store: s.StoreBeside = None,
    lang: c.LangOption = None,
    all_rows: AllRows = False,
    as_json: c.Json = False,
    as_csv: c.Csv = False,
) -> None:
    """Propose limits: every method side by side, what sets the limit, what caps it.

    Example: credit limit ledger.csv --credit-file files.xlsx --as-of 2026-10-31 --customer C-014
    """
    with c.told(lang):
        words = c.language(lang)
        c.one_format(as_json, as_csv)
        if customer is not None and as_csv:
            raise c.usage("assess.error.one_csv")
        request = Request(
            files, words, as_of, map_file, dates, home, query, sales, known_on, currency, fx, policy,
            credit_files=credit_file or (), orders=orders, limits=limits, customer=customer, store=s.given(store),
        )  # fmt: skip
        with c.Steps(words) as steps:
            reading, whole = request.assess(steps)
        out = c.console()
        if customer is not None:
            _one_limit(out, whole, customer, words, as_json)
        elif as_json:
            c.write_json([_limit_row(row, whole) for row in whole.table.rows()])
        elif as_csv:
            _csv(whole, [_limit_row(row, whole) for row in whole.table.rows()])
        else:
            show.reading_lines(out, reading, words)
            for code in sorted(whole.table.currencies):
                _limit_list(out, whole, code, words, None if all_rows else TOP)
            _policy(out, whole, words)
            show.findings_block(out, (*reading.findings, *whole.apart()), words)
        if customer is not None or as_json or as_csv:
            show.told_aside((*reading.findings, *whole.apart(customer)), words)
        c.leave(reading.findings)


_LIMITS = ("limit_minor", "exposure_minor", "headroom_minor", "own_risk_minor", "expected_loss_minor")


def _policy(out: Console, whole: Assessment, lang: Lang) -> None:
    out.print(say("terminal.read.policy", lang, name=whole.policy.name, fingerprint=whole.policy.fingerprint))
    out.print()


def _one_score(out: Console, whole: Assessment, customer: str, lang: Lang, as_json: bool) -> None:
    from creditlib.decisions.score.decide import score as decide

    made = decide(whole.book, customer, whole.policy, whole.as_of, measured=whole.factors)
    if as_json:
        c.write_json(score_json(made, lang))
        return
    top = whole.values["score.range"][1]
    show.title(
        out,
        say(
            "assess.title.review", lang, name=whole.ground.names.get(customer, ""), customer=customer, as_of=made.as_of,
            currency=made.facts["currency"],
        ),
    )  # fmt: skip
    if made.score is None:
        out.print(say(f"assess.outcome.{made.outcome}", lang))
    else:
        out.print(
            f"{say('assess.outcome.' + made.outcome, lang)} · {say('assess.col.score', lang)} {made.score} · "
            f"{say('assess.col.grade', lang)} {made.grade} · {say('assess.col.pd', lang)} {decided.pd_text(made.default_probability)}"
        )
        out.print(
            say(
                "assess.say.rounded",
                lang,
                top=top,
                lost=f"{made.lost:.1f}",
                exact=f"{top - made.lost:.1f}",
                score=made.score,
            )
        )
    out.print(
        say("assess.say.share_known", lang, share=f"{made.evidence:.0%}", basis=say(f"assess.basis.{made.basis}", lang))
    )
    out.print()
    decided.factor_table(out, made, lang)
    out.print()
    decided.reasons(out, made.reasons, lang)
    out.print()
    out.print(say("assess.say.documents", lang, count=made.why.documents.num_rows))
    _policy(out, whole, lang)


def score_json(made: Any, lang: Lang) -> dict[str, Any]:
    """Return a score with its factors and outside ratings."""
    return decided.decision_json(made, lang) | {
        "score": made.score,
        "grade": made.grade,
        "grade_by_points": made.earned,
        "default_probability": made.default_probability,
        "quality": made.quality,
        "evidence": made.evidence,
        "basis": made.basis,
        "factors": [
            {
                "factor": line.name, "value": decided.plain(line.value), "points": line.points if line.points >= 0 else None,
                "best": line.best, "weight": line.share, "lost": line.lost, "known": line.known,
            }
            for line in made.lines
        ],
        "outside_ratings": [
            {"agency": r.agency, "grade": r.grade, "on": r.on, "stands_for": r.ours, "conflict": r.conflict, "used": r.used}
            for r in made.ratings
        ],
    }  # fmt: skip


def _one_limit(out: Console, whole: Assessment, customer: str, lang: Lang, as_json: bool) -> None:
    from creditlib.decisions.limit.decide import limit_of
    from creditlib.decisions.score.decide import find_customer

    find_customer(whole.factors, customer)
    made = limit_of(whole.limits, customer, whole.policy)
    if as_json:
        c.write_json(limit_json(made, lang))
        return
    show.title(
        out,
        say(
            "assess.title.review", lang, name=whole.ground.names.get(customer, ""), customer=customer, as_of=made.as_of,
            currency=made.currency,
        ),
    )  # fmt: skip
    out.print(f"{say('assess.part.limit', lang)}: {decided.limit_text(made.limit_minor, made.currency, lang)}")
    out.print()
    methods(out, made, lang)
    out.print()
    decided.reasons(out, made.reasons, lang)
    out.print()
    _policy(out, whole, lang)


def methods(out: Console, made: Any, lang: Lang) -> None:
    """Print all methods of a limit side by side, the one that set it marked."""
    from creditlib.decisions.limit.reasons import LABELS

    table = show.table((say("assess.part.methods", lang), "l"), (made.currency, "r"))
    for name, minor in made.methods.items():
        mark = "◆ " if name == made.picked else "  "
        aside = "" if name in made.used["limit.methods"][0] else say("assess.say.beside", lang)
        table.add_row(
            mark + LABELS[name][lang == "zh"] + aside,
            show.amount(minor, made.currency) if minor is not None else "○",
        )
    show.put(out, table)


def limit_json(made: Any, lang: Lang) -> dict[str, Any]:
    """Return a limit with all methods."""

    def text(minor: int | None) -> str | None:
        return None if minor is None else money.plain(minor, made.currency)

    return decided.decision_json(made, lang) | {
        "currency": made.currency,
        "limit": text(made.limit_minor),
        "insured": text(made.insured_minor),
        "own_risk": text(made.own_risk_minor),
        "picked": made.picked,
        "methods": {name: text(minor) for name, minor in made.methods.items()},
        "needs_committee": made.needs_committee,
        "review_on": made.review_on,
    }


def _score_row(row: dict[str, Any], whole: Assessment) -> dict[str, Any]:
    keep = ("customer", "name", "currency", "outcome", "score", "grade", "default_probability", "evidence", "stop")
    return {name: row[name] for name in keep} | decided.amounts_json(
        row, ("open_minor", "overdue_minor"), row["currency"]
    )


def _limit_row(row: dict[str, Any], whole: Assessment) -> dict[str, Any]:
    keep = ("customer", "name", "currency", "grade", "limit_outcome", "picked", "cap", "needs_committee")
    made = {name: row[name] for name in (*keep, "set_currency", "set_on", "review_due")}
    made["set"] = None if row["set_minor"] is None else money.plain(row["set_minor"], row["set_currency"])
    return made | decided.amounts_json(row, _LIMITS, row["currency"])


def _csv(whole: Assessment, rows: list[dict[str, Any]]) -> None:
    """Write the rows a program gets as JSON."""
    header = list(rows[0]) if rows else ["customer"]
    c.write_csv(["as_of", *header], [[whole.as_of, *row.values()] for row in rows])


def _score_list(out: Console, whole: Assessment, lang: Lang, top: int | None) -> None:
    from creditlib.policy import GRADES

    rows = sorted(whole.table.rows(), key=lambda r: (r["score"] is None, r["score"] or 0, r["customer"]))
    out.print()
    show.title(out, say("assess.title.scores", lang, as_of=whole.as_of, count=f"{len(rows):,}"))
    table = show.table(
        (say("terminal.col.customer", lang), "l"), (say("terminal.col.name", lang), "l"), (say("assess.col.outcome", lang), "l"),
        (say("assess.col.score", lang), "r"), (say("assess.col.grade", lang), "l"), (say("assess.col.pd", lang), "r"),
        (say("assess.col.known", lang), "r"), (say("terminal.col.open", lang), "r"), (say("terminal.col.overdue", lang), "r"),
    )  # fmt: skip
    for r in rows[:top]:
        table.add_row(
            r["customer"], show.cut(r["name"]), say(f"assess.outcome.{r['outcome']}", lang), "" if r["score"] is None else str(r["score"]),
            r["grade"] or "", decided.pd_text(r["default_probability"]), f"{r['evidence']:.0%}",
            f"{show.amount(r['open_minor'], r['currency'])} {r['currency']}", show.amount(r["overdue_minor"], r["currency"]),
        )  # fmt: skip
    show.put(out, table)
    if top is not None and len(rows) > top:
        out.print(say("terminal.say.others", lang, count=f"{len(rows) - top:,}"))
    counted = Counter(r["grade"] if r["outcome"] == "scored" else r["outcome"] for r in rows)
    told = [f"{g} {counted[g]:,}" for g in GRADES if counted[g]]
    told += [f"{say('assess.outcome.' + o, lang)} {counted[o]:,}" for o in ("refer", "stop") if counted[o]]
    out.print()
    out.print(say("assess.say.total_grades", lang, grades=" · ".join(told)))


def _limit_list(out: Console, whole: Assessment, code: str, lang: Lang, top: int | None) -> None:
    rows = [r for r in whole.table.rows() if r["currency"] == code]
    rows.sort(key=lambda r: -max(r["exposure_minor"], r["limit_minor"] or 0))
    out.print()
    show.title(out, say("assess.title.limits", lang, as_of=whole.as_of, currency=code))
    table = show.table(
        (say("terminal.col.customer", lang), "l"), (say("terminal.col.name", lang), "l"), (say("assess.col.grade", lang), "l"),
        (say("assess.col.limit", lang), "r"), (say("assess.col.in_force", lang), "r"), (say("assess.col.method", lang), "l"),
        (say("assess.col.cap", lang), "l"),
        (say("assess.col.exposure", lang), "r"), (say("assess.col.headroom", lang), "r"),
    )  # fmt: skip
    for r in rows[:top]:
        picked = _set_by(r, lang)
        cap = say(f"assess.cap.{r['cap']}", lang) if r["cap"] else ""
        room = "" if r["headroom_minor"] is None else show.difference(r["headroom_minor"], code)
        table.add_row(
            r["customer"], show.cut(r["name"]), r["grade"] or "○", _limit(r["limit_minor"], code, lang), _in_force(r, lang), picked, cap,
            show.amount(r["exposure_minor"], code), room,
        )  # fmt: skip
    rest = rows[top:] if top is not None else []
    if rest:
        table.add_row(say("terminal.say.others", lang, count=f"{len(rest):,}"), "", "", *_sums(rest, code))
    show.total_row(table, say("terminal.col.total", lang), "", "", *_sums(rows, code))
    show.put(out, table)


def _sums(rows: list[dict[str, Any]], code: str) -> list[str]:
    """Return the cells of a line of sums: limits proposed, limits in force in this currency, exposure."""
    limits = sum(r["limit_minor"] or 0 for r in rows)
    in_force = sum(r["set_minor"] or 0 for r in rows if r["set_currency"] == code)
    return [
        show.amount(limits, code),
        show.amount(in_force, code),
        "",
        "",
        show.amount(sum(r["exposure_minor"] for r in rows), code),
        "",
    ]


def _set_by(row: dict[str, Any], lang: Lang) -> str:
    """Return the method behind a limit; where none was set or credit is refused, why."""
    from creditlib.decisions.limit.reasons import LABELS

    if row["limit_outcome"] == "set":
        return LABELS[row["picked"]][lang == "zh"]
    if row["outcome"] in ("refer", "stop"):
        return say(f"assess.outcome.{row['outcome']}", lang)
    return say("assess.outcome.refer" if row["limit_minor"] is None else "assess.cap.grade", lang)


def _in_force(row: dict[str, Any], lang: Lang) -> str:
    """Return the limit in force, its currency where it is another one, marked when its review is due."""
    if row["set_minor"] is None:
        return "○"
    text = money.text(row["set_minor"], row["set_currency"])
    text += "" if row["set_currency"] == row["currency"] else f" {row['set_currency']}"
    return ("▲ " if row["review_due"] else "") + text


def _limit(minor: int | None, code: str, lang: Lang) -> str:
    if minor is None:
        return say("assess.say.not_set", lang)
    return money.text(minor, code)
