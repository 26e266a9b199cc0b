"""`credit review`: one customer, everything, the decision first.

What must stay true: it prints a `Review` and computes nothing; the workbooks are written whole or not at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.cli import common as c
from creditlib.faces.cli import decided, show
from creditlib.faces.cli import store as s
from creditlib.faces.cli.review_write import facts_of, write
from creditlib.faces.cli.scores import limit_json, methods, score_json
from creditlib.faces.cli.terms import effect_json, effect_lines
from creditlib.faces.cli.work import Request
from creditlib.faces.wording import bucket_label, say

if TYPE_CHECKING:
    from rich.console import Console

    from creditlib.flows.reviewing import Review

_RATIOS = (
    "current_ratio", "quick_ratio", "equity_ratio", "liabilities_share", "interest_cover", "debt_cover", "ebit_margin", "net_margin",
    "return_on_assets", "return_on_equity", "cash_conversion_days", "sales_growth",
)  # fmt: skip
_AMOUNTS = (
    "sales_minor",
    "ebit_minor",
    "total_assets_minor",
    "equity_minor",
    "tangible_net_worth_minor",
    "working_capital_minor",
)
MONTHS = 12


def review(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Customer code.")],
    files: c.FilesArgument,
    as_of: c.AsOf,
    credit_file: c.CreditFiles = None,
    orders: c.Orders = None,
    limits: c.Limits = None,
    events: c.Events = None,
    out: Annotated[str | None, typer.Option("--out", metavar="FILE.xlsx", help="Write the customer file.")] = None,
    memo: Annotated[str | None, typer.Option("--memo", metavar="FILE.xlsx", help="Write the committee memo.")] = None,
    request_number: Annotated[
        int | None,
        typer.Option(
            "--request", metavar="NUMBER", help="The memo tells this request of the record, its votes and minutes."
        ),
    ] = None,
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
    force: Annotated[bool, typer.Option("--force", help="Replace workbooks that exist.")] = False,
    as_json: c.Json = False,
) -> None:
    """Review one customer: onboarding check, score, limit, terms, exposure, payment record, advice.

    Example: credit review C-014 ledger.csv --credit-file files.xlsx --as-of 2026-10-31 --out C-014.xlsx
    """
    with c.told(lang):
        words = c.language(lang)
        inputs = [
            *files,
            *(credit_file or ()),
            *(f for f in (orders, limits, events, sales, policy, fx, map_file) if f is not None),
        ]
        from creditlib.faces.workbook_form import workbook_path

        for path in (out, memo):
            if path is None:
                continue
            c.not_an_input(Path(path), inputs)
            if Path(path).exists() and not force:
                raise c.usage("terminal.error.exists", path=path)
            workbook_path(path, force=force)
        if out is not None and memo is not None and Path(out).resolve() == Path(memo).resolve():
            raise c.usage("assess.error.one_file", path=out)
        request = Request(
            files, words, as_of, map_file, dates, home, query, sales, known_on, currency, fx, policy,
            credit_files=credit_file or (), orders=orders, limits=limits, events=events, customer=customer, store=s.given(store),
        )  # fmt: skip
        with c.Steps(words, 3) as steps:
            reading, whole = request.assess(steps)
            from creditlib.flows.review import review as make

            made = make(whole, customer)
            steps.at("write")
            facts = None if request_number is None else facts_of(request_number, customer, store)
            write(made, out, memo, words, force, facts)
        if as_json:
            c.write_json(review_json(made, words))
            show.told_aside((*reading.findings, *made.findings), words)
            c.leave(reading.findings)
            return
        console = c.console()
        _print(console, made, words)
        elsewhere = [f for f in reading.findings if f.severity == "must_act" and f not in made.findings]
        show.findings_block(console, [*made.findings, *elsewhere], words)
        notes = len([f for f in reading.findings if f.severity == "note" and f not in made.findings])
        if notes:
            console.print(say("assess.say.notes", words, count=notes))
        for path in (out, memo):
            if path is not None:
                console.print(say("assess.say.written", words, path=path), soft_wrap=True)
        c.leave(reading.findings)


def sentence(made: Review, lang: Lang) -> str:
    """Return the decision in one sentence."""
    limit = decided.limit_text(made.limit.limit_minor, made.currency, lang)
    if made.score.outcome == "stop":
        return say("assess.say.decision_stop", lang)
    if made.score.score is None:
        return say("assess.say.decision_refer", lang, limit=limit)
    terms = say("assess.say.terms_refer", lang)
    if made.terms.outcome == "cash":
        terms = say("assess.say.cash", lang)
    elif made.terms.outcome == "offered":
        terms = say("assess.say.terms_offered", lang, terms=made.terms.text(lang))
    top = made.score.used["score.range"][0][1]
    return say(
        "assess.say.decision", lang, score=made.score.score, top=top, grade=made.score.grade,
        pd=decided.pd_text(made.score.default_probability), limit=limit, terms=terms,
    )  # fmt: skip


def _print(out: Console, made: Review, lang: Lang) -> None:
    code = made.currency
    show.title(
        out, say("assess.title.review", lang, name=made.name, customer=made.customer, as_of=made.as_of, currency=code)
    )
    out.print(sentence(made, lang), soft_wrap=True)
    if made.approver is None:
        out.print(say("assess.say.approver_none", lang))
    else:
        above = made.limit.used["limit.committee_above"][0]
        home = made.limit.used["home.currency"][0]
        out.print(say(f"assess.say.approver_{made.approver}", lang, amount=f"{above:,}", currency=home))
    in_force = made.limit_set
    amount = decided.limit_text(in_force and in_force.minor, in_force.currency if in_force else code, lang)
    since = "" if in_force is None else say("assess.say.since", lang, on=in_force.on)
    if in_force is None and made.limit_ended is not None:
        since = say("assess.say.expired", lang, on=made.limit_ended)
    due = say("assess.say.review_due", lang) if made.review_due else ""
    out.print(say("assess.say.in_force", lang, amount=amount) + since + due)
    if made.onboarding.outcome != "pass":
        out.print(say("assess.say.onboarding", lang, outcome=say(f"assess.outcome.{made.onboarding.outcome}", lang)))
    total = made.exposure["total_minor"]
    if made.use_share is not None:
        use = f"{made.use_share:.0%}"
        out.print(say("assess.say.use", lang, exposure=f"{money.text(total, code)} {code}", use=use))
    else:
        out.print(say("assess.say.use_none", lang, exposure=f"{money.text(total, code)} {code}"))
    _section(out, "score", lang)
    share = f"{made.score.evidence:.0%}"
    out.print(say("assess.say.share_known", lang, share=share, basis=say(f"assess.basis.{made.score.basis}", lang)))
    decided.reasons(out, made.score.reasons, lang)
    if made.advice.options:
        show.title(out, say("assess.part.advice", lang, grade=made.advice.target))
        for number, option in enumerate(made.advice.options, 1):
            steps = ("；" if lang == "zh" else "; ").join(r.text(lang) for r in option.reasons)
            out.print(f"  {number}. {steps} → {option.score}, {option.grade}", soft_wrap=True)
    if made.advice.missing:
        show.title(out, say("assess.part.missing", lang))
        decided.reasons(out, made.advice.missing, lang)
    _section(out, "limit", lang)
    methods(out, made.limit, lang)
    decided.reasons(out, made.limit.reasons, lang)
    if made.progressive:
        _progressive(out, made, lang)
    _section(out, "terms", lang)
    decided.reasons(out, made.terms.reasons, lang)
    if made.effect is not None:
        show.title(out, say("assess.part.effect", lang))
        effect_lines(out, made.effect, lang)
    elif made.terms.outcome == "offered":
        out.print(f"  ○ {say('assess.say.effect_unknown', lang)}", soft_wrap=True)
    _exposure(out, made, lang)
    if made.record:
        _record(out, made, lang)
    if made.statements:
        _statements(out, made, lang)
    _onboarding(out, made, lang)
    _parts(out, made, lang)
    out.print(say("terminal.read.policy", lang, name=made.policy_name, fingerprint=made.policy_fingerprint))
    out.print()


def _section(out: Console, part: str, lang: Lang) -> None:
    out.print()
    show.title(out, say(f"assess.part.{part}", lang))


def _progressive(out: Console, made: Review, lang: Lang) -> None:
    show.title(out, say("assess.part.progressive", lang))
    table = show.table(
        (say("assess.col.month", lang), "l"), (made.currency, "r"), (say("assess.col.event", lang), "fold")
    )
    for step in made.progressive[-MONTHS:]:
        amount = "○" if step.limit_minor is None else money.text(step.limit_minor, made.currency)
        table.add_row(f"{step.month:%Y-%m}", amount, " ".join(r.text(lang) for r in step.reasons))
    show.put(out, table)


def _exposure(out: Console, made: Review, lang: Lang) -> None:
    _section(out, "exposure", lang)
    code = made.currency
    table = show.table((say("assess.col.part", lang), "l"), (code, "r"))
    for name in ("open_items_minor", "unapplied_minor", "delivered_not_billed_minor", "orders_minor"):
        table.add_row(say(f"assess.exposure.{name}", lang), show.amount(made.exposure[name], code))
    show.total_row(table, say("assess.exposure.total_minor", lang), money.text(made.exposure["total_minor"], code))
    table.add_row(say("assess.exposure.covered_minor", lang), show.amount(-made.exposure["covered_minor"], code))
    table.add_row(say("assess.exposure.net_minor", lang), money.text(made.exposure["net_minor"], code))
    show.put(out, table)
    out.print()
    table = show.table((say("terminal.col.bucket", lang), "l"), (code, "r"))
    for bucket, minor in made.aging.items():
        table.add_row(bucket_label(bucket, lang), show.amount(minor, code))
    show.total_row(table, say("terminal.col.total", lang), money.text(sum(made.aging.values()), code))
    show.put(out, table)


def _record(out: Console, made: Review, lang: Lang) -> None:
    _section(out, "payment", lang)
    table = show.table(
        (say("assess.col.month", lang), "l"), (say("assess.col.billed", lang), "r"), (say("assess.col.settled", lang), "r"),
        (say("terminal.col.open", lang), "r"), (say("assess.col.worst", lang), "r"),
    )  # fmt: skip
    for r in made.record[-MONTHS:]:
        worst = "" if r["worst_days_late"] is None else str(r["worst_days_late"])
        amounts = [show.amount(r[name], made.currency) for name in ("billed_minor", "settled_minor", "open_minor")]
        table.add_row(f"{r['month']:%Y-%m}", *amounts, worst)
    show.put(out, table)


def _statements(out: Console, made: Review, lang: Lang) -> None:
    from creditlib.facts.credit_tables import LINES
    from creditlib.measures.statements import GROWTH, RATIOS

    _section(out, "statements", lang)
    years = made.statements[-4:]
    table = show.table(
        (say("assess.col.line", lang), "l"), *((f"{s['period_end']} {s['currency']}", "r") for s in years)
    )
    names = {f"{line.name}_minor": (line.en, line.zh) for line in LINES}
    for name in _AMOUNTS:
        words = names.get(name) or tuple(say(f"assess.line.{name}", w) for w in ("en", "zh"))
        table.add_row(
            words[lang == "zh"], *("○" if s[name] is None else money.text(s[name], s["currency"]) for s in years)
        )
    ratios = {r.name: (r.en, r.zh, r.unit) for r in RATIOS} | {name: (en, zh, "share") for name, _, en, zh in GROWTH}
    ratios["cash_conversion_days"] = (*(say("assess.line.cash_conversion_days", w) for w in ("en", "zh")), "days")  # type: ignore[assignment]
    for name in _RATIOS:
        en, zh, unit = ratios[name]
        table.add_row(zh if lang == "zh" else en, *(ratio_text(s[name], unit) for s in years))
    show.put(out, table)
    if made.distress is not None:
        found = made.distress
        z = "○" if found.z is None else f"{found.z:.2f}"
        zone = "" if found.zone is None else say(f"assess.zone.{found.zone}", lang)
        out.print(
            say(
                "assess.say.distress", lang, form=say(f"assess.altman.{found.variant}", lang), z=z, zone=zone,
                low=found.low, high=found.high, why=say(f"assess.altman.{found.reason}", lang),
            )
        )  # fmt: skip
    out.print()


def ratio_text(value: float | None, unit: str) -> str:
    """Return a ratio as people read it; unknown as ○, without bound as ∞."""
    if value is None:
        return "○"
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    return f"{value:.1%}" if unit == "share" else f"{value:.1f}" if unit == "days" else f"{value:.2f}"


def _onboarding(out: Console, made: Review, lang: Lang) -> None:
    _section(out, "onboarding", lang)
    told = [say(f"assess.outcome.{made.onboarding.outcome}", lang)]
    told += [
        f"{part.label(lang)} {'○' if part.points is None else f'{part.points:.0f}'}" for part in made.onboarding.parts
    ]
    out.print(" · ".join(told))
    decided.reasons(out, made.onboarding.reasons, lang)


def _parts(out: Console, made: Review, lang: Lang) -> None:
    _section(out, "file", lang)
    table = show.table(
        (say("assess.col.part", lang), "l"), (say("assess.col.state", lang), "l"), (say("assess.col.date", lang), "l")
    )
    for part in made.parts:
        table.add_row(
            say(f"assess.file.{part.part}", lang), say(f"assess.state.{part.state}", lang), str(part.latest_on or "")
        )
    show.put(out, table)
    out.print()


def review_json(made: Review, lang: Lang) -> dict[str, Any]:
    """Return a whole review."""
    code = made.currency
    skip = {"customer", "currency"}
    return {
        "customer": made.customer,
        "name": made.name,
        "as_of": made.as_of,
        "currency": code,
        "policy": {"name": made.policy_name, "fingerprint": made.policy_fingerprint},
        "decision": sentence(made, lang),
        "approver": made.approver,
        "limit_in_force": None if made.limit_set is None else {
            "limit": money.plain(made.limit_set.minor, made.limit_set.currency), "currency": made.limit_set.currency,
            "on": made.limit_set.on, "review_due": made.review_due,
        },
        "score": score_json(made.score, lang),
        "limit": limit_json(made.limit, lang),
        "terms": decided.decision_json(made.terms, lang) | {"terms": made.terms.offer.terms_text},
        "onboarding": decided.decision_json(made.onboarding, lang) | {"points": made.onboarding.points},
        "progressive": [
            {"month": s.month, "limit": None if s.limit_minor is None else money.plain(s.limit_minor, code), "state": s.state, "event": s.event}
            for s in made.progressive
        ],
        "exposure": decided.amounts_json(made.exposure, tuple(made.exposure), code),
        "aging": {bucket: money.plain(minor, code) for bucket, minor in made.aging.items()},
        "record": [
            {"month": r["month"], "worst_days_late": r["worst_days_late"]}
            | decided.amounts_json(r, ("billed_minor", "settled_minor", "open_minor"), code)
            for r in made.record
        ],
        "statements": [
            {k: decided.plain(v) for k, v in s.items() if k not in (*skip, "lines", "row") and not k.endswith("_minor")}
            | {"lines": decided.amounts_json(s["lines"], tuple(s["lines"]), s["currency"])}
            for s in made.statements
        ],
        "distress": None if made.distress is None else {
            "form": made.distress.variant, "why": made.distress.reason, "z": made.distress.z, "zone": made.distress.zone,
        },
        "advice": {
            "target": made.advice.target,
            "options": [
                {"score": o.score, "grade": o.grade, "steps": [decided.reason_json(r, lang) for r in o.reasons]}
                for o in made.advice.options
            ],
            "missing": [decided.reason_json(r, lang) for r in made.advice.missing],
        },
        "effect": None if made.effect is None else effect_json(made.effect, lang),
        "parts": [
            {"part": p.part, "state": p.state, "latest_on": p.latest_on, "until_on": p.until_on, "age_days": p.age_days}
            for p in made.parts
        ],
        "visits": [{"on": v.on, "by": v.by, "text": v.text, "next_on": v.next_on, "overdue": v.overdue} for v in made.visits],
        "findings": [show.finding_json(f, lang) for f in made.findings],
    }  # fmt: skip
