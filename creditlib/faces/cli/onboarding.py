"""`credit file onboarding`: days from application to decision, and what the first year with new customers cost.

What must stay true: it prints what the flow gives and computes nothing; exit 1 where a cohort is above what the policy allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditlib import money
from creditlib.faces.cli import common as c
from creditlib.faces.cli import show
from creditlib.faces.cli import store as s
from creditlib.faces.cli.work import Request
from creditlib.faces.record_words import amount
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from creditlib.errors import Lang
    from creditlib.flows.onboarding_kpis import Group, Onboarding


def onboarding(
    as_of: c.AsOf,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE…]", help="Ledger: sales, write-offs, for the cohorts.")
    ] = None,
    events: c.Events = None,
    limits: c.Limits = None,
    map_file: c.MapOption = None,
    dates: c.Dates = None,
    home: c.Home = None,
    policy: c.PolicyFile = None,
    store: s.StoreBeside = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Show days from application to decision, median, by month and person, and first-year bad debts by cohort.

    Example: credit file onboarding documents.csv allocations.csv --as-of 2026-10-31 --store team.db
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.errors import UsageError
        from creditlib.flows.onboarding_kpis import onboarding_kpis

        place = s.given(store)
        if not files and place is None:
            raise UsageError(say("record.error.nothing_to_measure", "en"), say("record.error.nothing_to_measure", "zh"))
        request = Request(
            files or (), words, as_of, map_file, dates, home, policy_file=policy, limits=limits, events=events
        )
        loaded = request.policy()
        reading = request.read(loaded, request.day) if files else None
        book = reading.book if reading else None
        if place is None:
            made = onboarding_kpis(loaded, request.day, book=book)
        else:
            with s.open_there(place) as there:
                made = onboarding_kpis(loaded, request.day, store=there, book=book)
        if as_json:
            c.write_json(_json(made))
        else:
            _told(made, words)
        if reading is not None:
            show.told_aside(reading.findings, words)
        if any(row["met"] is False for row in made.cohorts):
            raise typer.Exit(c.ATTENTION)


def _json(made: Onboarding) -> dict[str, Any]:
    def group(one: Group) -> dict[str, Any]:
        return {"name": one.name, "decisions": one.decisions, "median": one.median, "most": one.most}

    return {
        "as_of": made.as_of,
        "record": group(made.total) | {"waiting": made.waiting},
        "by_month": [group(one) for one in made.by_month],
        "by_person": [group(one) for one in made.by_person],
        "decisions": [
            {
                "customer": one.customer, "applied_on": one.applied_on, "decided_on": one.decided_on, "days": one.days,
                "outcome": one.outcome, "person": one.person, "entry": one.entry,
            }
            for one in made.decided
        ],
        "book": {"decisions": made.book_decided, "median": made.book_median, "waiting": made.book_waiting},
        "kpi": made.kpi,
        "cohorts": [
            {
                "cohort": row["cohort"], "currency": row["currency"], "customers": row["customers"],
                **{name: money.plain(row[f"{name}_minor"], row["currency"]) for name in ("sales", "written_off", "provisioned", "unmatched")},
                "rate": row["loss_share"], "complete": row["complete"], "met": row["met"],
            }
            for row in made.cohorts
        ],
        "unmatched_provisions": made.unmatched_provisions,
    }  # fmt: skip


def _told(made: Onboarding, lang: Lang) -> None:
    out = c.console()
    show.title(out, say("record.say.onboarding", lang, as_of=made.as_of))
    table = show.table(
        *(
            (say(f"record.col.{name}", lang), how)
            for name, how in (("group", "l"), ("decisions", "r"), ("median", "r"), ("most", "r"))
        )
    )
    rows = [(say("record.say.all", lang), made.total)]
    rows += [(one.name or "", one) for one in (*made.by_month, *made.by_person)]
    for name, one in rows:
        table.add_row(name, str(one.decisions), *("○" if x is None else f"{x:g}" for x in (one.median, one.most)))
    show.put(out, table)
    out.print(say("record.say.waiting", lang, count=made.waiting))
    if made.book_decided or made.book_waiting:
        middle = "○" if made.book_median is None else f"{made.book_median:g}"
        out.print(say("record.say.by_book", lang, count=made.book_decided, median=middle, waiting=made.book_waiting))
    if not made.cohorts:
        return
    out.print()
    show.title(out, say("record.say.cohorts", lang, kpi=f"{made.kpi:.1%}"))
    heads = (
        ("cohort", "l"),
        ("customers", "r"),
        ("sales", "r"),
        ("written_off", "r"),
        ("provisioned", "r"),
        ("rate", "r"),
        ("state", "l"),
    )
    table = show.table(*((say(f"record.col.{name}", lang), how) for name, how in heads))
    for row in made.cohorts:
        code = row["currency"]
        state = "open" if row["met"] is None else "met" if row["met"] else "missed"
        rate = "○" if row["loss_share"] is None else f"{row['loss_share']:.2%}"
        sums = [
            amount(row["sales_minor"], code),
            *(show.amount(row[f"{name}_minor"], code) for name in ("written_off", "provisioned")),
        ]
        table.add_row(row["cohort"], str(row["customers"]), *sums, rate, say(f"record.cohort.{state}", lang))
    show.put(out, table)
    if made.unmatched_provisions:
        out.print(say("record.say.unmatched", lang, count=made.unmatched_provisions))
