"""`credit store init|upgrade|backup|restore|roles|give|take|rights`: the place of the record and who may do what in it.

What must stay true: nothing here writes over a store; who gives roles is the record's to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from creditlib.faces.cli import common as c
from creditlib.faces.cli import show
from creditlib.faces.cli import store as s
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from creditlib.record.entry import Entry

app = typer.Typer(
    help="Where the record is kept, and who may do what in it. 记录库：位置、备份与角色",
    no_args_is_help=True,
    add_completion=False,
)
Person = Annotated[str, typer.Argument(metavar="PERSON", help="User of the system, or login of the database.")]
Role = Annotated[str, typer.Argument(metavar="ROLE", help="analyst, manager, committee or auditor.")]


@app.command()
def init(store: s.StoreOption = None, lang: c.LangOption = None, as_json: c.Json = False) -> None:
    """Make a store where there is none: a file, or tables in an empty PostgreSQL database. Who makes it gives the first roles.

    Example: credit store init --store team.db
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.errors import StoreError
        from creditlib.record.store import open_store

        new = False
        try:
            there = open_store(store, create=False)
        except StoreError as error:
            if not error.en.endswith("[no-store]"):
                raise
            there, new = open_store(store), True
        with there:
            head, place = there.head(), there.place
        if as_json:
            c.write_json({"place": place, "new": new, "head": str(head)})
        else:
            c.console().print(
                say(f"record.say.{'made' if new else 'there'}", words, place=place, head=head), soft_wrap=True
            )


@app.command()
def upgrade(store: s.StoreOption = None, lang: c.LangOption = None, as_json: c.Json = False) -> None:
    """Bring a store of an earlier version to this one. Back it up first.

    Example: credit store upgrade --store team.db
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.record.connecting import find_place
        from creditlib.record.store import upgrade_store

        done, place = upgrade_store(store), find_place(store).shown
        if as_json:
            c.write_json({"place": place, "upgraded": done})
        else:
            c.console().print(
                say(f"record.say.{'upgraded' if done else 'upgraded_no'}", words, place=place), soft_wrap=True
            )


@app.command()
def backup(
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where to write the copy; nothing is written over.")
    ],
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Copy the store while others go on writing, and verify the copy.

    Example: credit store backup --out 2026-10-31.db
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.record.backup import backup as copy

        with s.open_there(store) as there:
            head = copy(there, out)
        if as_json:
            c.write_json({"path": out, "head": str(head)})
        else:
            c.console().print(say("record.say.backed_up", words, path=out, head=head), soft_wrap=True)


@app.command()
def restore(
    source: Annotated[str, typer.Argument(metavar="BACKUP", help="A backup, or an export of the journal.")],
    store: Annotated[
        str, typer.Option("--store", metavar="FILE|URL", help="Where to make the store again; nothing may be there.")
    ],
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Make a store again from a backup or an export, and verify it.

    Example: credit store restore 2026-10-31.db --store elsewhere.db
    """  # fmt: skip
    with c.told(lang):
        words = c.language(lang)
        from creditlib.record.backup import restore as put_back
        from creditlib.record.connecting import find_place

        head, place = put_back(source, store), find_place(store).shown
        if as_json:
            c.write_json({"place": place, "head": str(head)})
        else:
            c.console().print(say("record.say.restored", words, place=place, head=head), soft_wrap=True)


@app.command()
def roles(store: s.StoreOption = None, lang: c.LangOption = None, as_json: c.Json = False) -> None:
    """List who has which role.

    Example: credit store roles
    """
    with c.told(lang):
        words = c.language(lang)
        from creditlib.record.roles import roles as held_now

        with s.open_there(store) as there:
            found = held_now(there)
        if as_json:
            c.write_json([{"person": one.person, "role": one.role, "since": one.since, "by": one.by} for one in found])
            return
        table = show.table(
            *((say(f"record.col.{name}", words), "l") for name in ("person", "role", "given_by", "entry"))
        )
        for one in found:
            table.add_row(one.person, say(f"record.role.{one.role}", words), one.by, str(one.since))
        show.put(c.console(), table)


@app.command()
def give(
    person: Person,
    role: Role,
    text: s.Text = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Give a person a role: a manager, the committee, or who made the store may; nobody to himself or herself.

    Example: credit store give li manager
    """  # fmt: skip
    with c.told(lang):
        from creditlib.record.roles import give_role

        with s.open_there(store) as there:
            entry = give_role(there, person, role, text=text)
        _role_told(entry, "role_given", lang, as_json)


@app.command()
def take(
    person: Person,
    role: Role,
    text: s.Text = None,
    store: s.StoreOption = None,
    lang: c.LangOption = None,
    as_json: c.Json = False,
) -> None:
    """Take a role from a person.

    Example: credit store take li manager --text "left the department"
    """  # fmt: skip
    with c.told(lang):
        from creditlib.record.roles import take_role

        with s.open_there(store) as there:
            entry = take_role(there, person, role, text=text)
        _role_told(entry, "role_taken", lang, as_json)


def _role_told(entry: Entry, key: str, lang: str | None, as_json: bool) -> None:
    words, body = c.language(lang), entry.body
    if as_json:
        given = body["round"] % 2 == 1
        c.write_json(
            {
                "person": body["person"],
                "role": body["role"],
                "given": given,
                "entry": {"seq": entry.seq, "hash": entry.hash},
            }
        )
        return
    role = say(f"record.role.{body['role']}", words)
    c.console().print(say(f"record.say.{key}", words, person=body["person"], role=role, seq=entry.seq))


@app.command()
def rights(
    writers: Annotated[
        str, typer.Option("--writers", metavar="ROLE", help="Database role of those who work with it.")
    ] = "credit_writer",
    readers: Annotated[
        str, typer.Option("--readers", metavar="ROLE", help="Database role of auditors.")
    ] = "credit_reader",
    lang: c.LangOption = None,
) -> None:
    """Print the SQL by which a PostgreSQL store gives its rights: nobody but the owner can change or remove a row.

    Example: credit store rights | psql team
    """
    with c.told(lang):
        from creditlib.record.rights import rights as statements

        for line in statements(writers, readers):
            typer.echo(f"{line};")
