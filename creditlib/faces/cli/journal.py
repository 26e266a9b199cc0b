"""`credit journal list|verify|export|head`: the chain of entries itself.

What must stay true: verifying says what it can't see; exit 0 when nothing is wrong, 1 when something was changed, 2 when the record can't
be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from creditlib.faces.cli import common as c
from creditlib.faces.cli import show
from creditlib.faces.cli import store as s
from creditlib.faces.record_words import amount
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from creditlib.errors import Lang
    from creditlib.record.entry import Entry
    from creditlib.record.export import Checked
    from creditlib.record.verify import Verified

LAST = 50
app = typer.Typer(
    help="The journal: who decided what, hashed entry by entry. 账链：逐条哈希的决定记录",
    no_args_is_help=True,
    add_completion=False,
)


@app.command("list")
def list_entries(
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Only this kind, e.g. request, vote, close.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", metavar="CODE", help="Only what is about a customer.")
    ] = None,
    after: Annotated[int, typer.Option("--after", metavar="NUMBER", min=0, help="Only entries above this number.")] = 0,
    all_rows: Annotated[bool, typer.Option("--all", help="Every entry, not only the last ones.")] = False,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """List entries of the journal, the last 50, or all.

    Example: credit journal list --kind vote --customer C-014
    """  # fmt: skip
    with c.told(lang):
        words = c.language(lang)
        from collections import deque

        from creditlib.record.export import exported

        with s.open_there(store) as there:
            entries = (
                e for e in there.entries(after, kind=kind) if customer is None or e.body.get("customer") == customer
            )
            if as_json:
                import json

                c.write_json([json.loads(exported(entry)) for entry in entries])
                return
            held: deque[Entry] = deque(maxlen=None if all_rows else LAST)
            count = 0
            for entry in entries:
                held.append(entry)
                count += 1
        out = c.console()
        if not held:
            out.print(say("record.say.no_entries", words))
            return
        if count > len(held):
            out.print(say("record.say.entries_more", words, count=f"{count - len(held):,}"))
        table = show.table(
            *((say(f"record.col.{name}", words), how) for name, how in (("entry", "r"), ("at", "l"), ("person", "l"), ("kind", "l"), ("what", "fold")))
        )  # fmt: skip
        for entry in held:
            table.add_row(
                str(entry.seq), entry.at[:19].replace("T", " "), entry.actor, _kind(entry, words), what(entry, words)
            )
        show.put(out, table)


def _kind(entry: Entry, lang: Lang) -> str:
    from creditlib.record.kinds import KINDS

    about = KINDS.get(entry.kind)
    return entry.kind if about is None else about.zh if lang == "zh" else about.en


def what(entry: Entry, lang: Lang) -> str:
    """Return the fields of an entry on one line; long texts and hashes are cut, amounts shown with their currency."""
    body: dict[str, Any] = dict(entry.body)
    told = []
    if entry.kind == "role":  # rounds count up: the first gives, the second takes
        told.append(say(f"record.change.{'given' if body['round'] % 2 else 'taken'}", lang))
    if isinstance(body.get("amount_minor"), int) and isinstance(body.get("currency"), str):
        told.append(f"amount {amount(body.pop('amount_minor'), body.pop('currency'))}")
    for name, value in body.items():
        if value in ([], {}):
            continue
        shown = (
            f"{len(value)}"
            if isinstance(value, dict)
            else " ".join(map(str, value))
            if isinstance(value, list)
            else str(value)
        )
        told.append(f"{name} {show.cut(shown, 40)}")
    return " · ".join(told)


@app.command()
def verify(
    head: Annotated[
        str | None,
        typer.Option(
            "--head", metavar="HEAD", help="A head as it was printed, NUMBER:HASH: also finds a cut end or a rewrite."
        ),
    ] = None,
    export: Annotated[
        str | None, typer.Option("--export", metavar="FILE", help="Verify an exported file, without any store.")
    ] = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Walk the chain, rebuild every table from it, and name whatever was changed, removed, reordered or inserted.

    Example: credit journal verify --head 1204:9f2c…
    """  # fmt: skip
    with c.told(lang):
        words = c.language(lang)
        from creditlib.record.entry import read_head

        wanted = None if head is None else read_head(head)
        found: Verified | Checked
        if export is not None:
            if store is not None:
                raise c.usage("record.error.two_sources")
            from creditlib.record.export import check_export

            found, place = check_export(export, wanted), export
        else:
            from creditlib.record.verify import verify as walk

            with s.open_there(store) as there:
                found, place = walk(there, wanted), there.place
        if as_json:
            c.write_json(_verified_json(found, place, words))
        else:
            verified_told(found, place, words, file=export is not None)
        if not found.good:
            raise typer.Exit(c.ATTENTION)


def _verified_json(found: Verified | Checked, place: str, lang: Lang) -> dict[str, Any]:
    return {
        "place": place, "good": found.good, "entries": found.entries, "head": str(found.head),
        "against": None if found.against is None else str(found.against), "end_checked": found.against is not None,
        "fault_count": found.fault_count, "may_change": getattr(found, "may_change", None),
        "faults": [{"fault": f.what, "entry": f.seq, "table": f.table or None, "text": f.zh if lang == "zh" else f.en} for f in found.faults],
    }  # fmt: skip


def verified_told(found: Verified | Checked, place: str, lang: Lang, *, file: bool = False) -> None:
    """Print what verifying found, and what it can't see."""
    out = c.console()
    if found.good:
        out.print(
            say(f"record.say.verified{'_file' if file else ''}", lang, place=place, count=f"{found.entries:,}"),
            soft_wrap=True,
        )
    else:
        out.print(
            say("record.say.faults", lang, place=place, count=f"{found.entries:,}", faults=f"{found.fault_count:,}"),
            soft_wrap=True,
        )
        for fault in found.faults:
            out.print(Text(f"  ▲ {fault.zh if lang == 'zh' else fault.en} [{fault.what}]"), soft_wrap=True)
        if found.fault_count > len(found.faults):
            out.print(say("record.say.more_faults", lang, count=f"{found.fault_count - len(found.faults):,}"))
    out.print(say("record.say.the_head", lang, head=found.head), soft_wrap=True)
    if found.against is None:
        out.print(say("record.say.without_head", lang), soft_wrap=True)
    elif found.good:
        out.print(say("record.say.with_head", lang, head=found.against), soft_wrap=True)
    if getattr(found, "may_change", None):
        out.print(say("record.say.may_change", lang), soft_wrap=True)


@app.command()
def export(
    out: Annotated[str, typer.Option("--out", metavar="FILE.jsonl", help="Where to write it.")],
    store: s.StoreOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Write the whole journal as JSON lines, which anybody can check without the store.

    Example: credit journal export --out journal.jsonl
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.record.export import write_export

        with s.open_there(store) as there:
            head = write_export(there, out, force=force)
        if as_json:
            c.write_json({"path": out, "entries": head.seq, "head": str(head)})
        else:
            c.console().print(
                say("record.say.exported", words, path=out, count=f"{head.seq:,}", head=head), soft_wrap=True
            )


@app.command()
def head(store: s.StoreOption = None, lang: c.LangOption = None, as_json: c.Json = False) -> None:
    """Print the head: number and hash of the last entry. Keep it elsewhere; verify --head holds the journal against it.

    Example: credit journal head
    """
    with c.told(lang):
        with s.open_there(store) as there:
            found, place = there.head(), there.place
        if as_json:
            c.write_json({"place": place, "seq": found.seq, "hash": found.hash, "head": str(found)})
        else:
            c.console().print(str(found), soft_wrap=True)
