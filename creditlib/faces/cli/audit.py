"""`credit audit`: the exceptions internal audit asks for, with the chain verified in the same run.

What must stay true: exit 0 only when there is nothing to ask about and the chain verifies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditlib.faces.cli import common as c
from creditlib.faces.cli import show
from creditlib.faces.cli import store as s
from creditlib.faces.record_words import amount
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from creditlib.errors import Lang
    from creditlib.flows.audit import Audit


def audit(
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; else from the beginning.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day; else today.")] = None,
    head: Annotated[
        str | None, typer.Option("--head", metavar="HEAD", help="A head as it was printed, NUMBER:HASH.")
    ] = None,
    policy: c.PolicyFile = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
    as_csv: c.Csv = False,
) -> None:
    """Report exceptions: releases above the limit, limits not reviewed or ended, expired requests, overrides, own approvals tried.

    Example: credit audit --from 2026-01-01 --to 2026-12-31 --head 1204:9f2c…
    """
    with c.told(lang):
        words = c.language(lang)
        c.one_format(as_json, as_csv)
        from creditlib.days import parse_iso
        from creditlib.flows.audit import audit as report
        from creditlib.policy import load_policy
        from creditlib.record.entry import read_head

        begin = None if first is None else parse_iso(first, "--from")
        end = s.day(None) if last is None else parse_iso(last, "--to")
        wanted = None if head is None else read_head(head)
        with s.open_there(store) as there:
            made, place = report(there, load_policy(policy), end, begin, wanted), there.place
        rows = _rows(made)
        if as_json:
            c.write_json(
                {
                    "place": place, "from": made.first, "to": made.last, "clean": made.clean, "exceptions": rows,
                    "by_person": {section: dict(people) for section, people in made.by_person.items()}, "decided": dict(made.decided),
                    "chain": {
                        "good": made.verified.good, "entries": made.verified.entries, "head": str(made.verified.head),
                        "end_checked": made.verified.against is not None, "fault_count": made.verified.fault_count,
                    },
                }
            )  # fmt: skip
        elif as_csv:
            header = ["section", "on", "entry", "person", "customer", "request", "amount", "currency", "detail"]
            c.write_csv(header, [[row[name] for name in header] for row in rows])
        else:
            _told(made, place, words)
        if not made.clean:
            raise typer.Exit(c.ATTENTION)


def _rows(made: Audit) -> list[dict[str, Any]]:
    return [
        {
            "section": one.section, "on": one.on, "entry": one.entry, "person": one.person, "customer": one.customer, "request": one.request,
            "amount": s.plain(one.amount_minor, one.currency), "currency": one.currency, "detail": one.detail,
        }
        for one in made.found
    ]  # fmt: skip


def _told(made: Audit, place: str, lang: Lang) -> None:
    from creditlib.faces.cli.journal import verified_told
    from creditlib.flows.audit import SECTIONS

    out = c.console()
    first = str(made.first) if made.first else say("record.say.beginning", lang)
    show.title(out, say("record.say.audit", lang, place=place, first=first, last=made.last))
    for section in SECTIONS:
        found = [one for one in made.found if one.section == section]
        out.print()
        show.title(
            out,
            f"{say(f'record.section.{section}', lang)}: {len(found):,}".replace(": ", "：" if lang == "zh" else ": "),
        )
        if not found:
            continue
        people = made.by_person[section]
        out.print(
            "  "
            + " · ".join(f"{person} {count:,}" for person, count in sorted(people.items(), key=lambda p: (-p[1], p[0])))
        )
        heads = (
            ("day", "l"),
            ("person", "l"),
            ("customer", "l"),
            ("request", "r"),
            ("amount", "r"),
            ("what", "fold"),
            ("entry", "r"),
        )
        table = show.table(*((say(f"record.col.{name}", lang), how) for name, how in heads))
        for one in found:
            table.add_row(
                str(one.on), one.person, one.customer or "", "" if one.request is None else str(one.request),
                amount(one.amount_minor, one.currency), one.detail, str(one.entry),
            )  # fmt: skip
        show.put(out, table)
    out.print()
    verified_told(made.verified, place, lang)
