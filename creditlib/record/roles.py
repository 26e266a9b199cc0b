"""Roles: who is analyst, manager, member of the committee, auditor; given and taken by entries.

What must stay true: nobody gives himself a role; an auditor has no other; who made the store can always give roles to others, so that it
can't be locked out. Roles stand in the journal, not in the policy: who may decide is itself a decision, with a day and a person behind it,
and a changed file must not be able to change it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from creditlib.errors import UsageError
from creditlib.record.entry import Entry, read_line
from creditlib.record.kinds import DECIDERS
from creditlib.record.store import Store
from creditlib.record.tables import JOURNAL, ROLES
from creditlib.record.writing import Refusal, Turn


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody has. since: number of the entry that gave it. by: who gave it."""

    person: str
    role: str
    since: int
    by: str


def give_role(store: Store, person: str, role: str, *, text: str | None = None) -> Entry:
    """Give a person a role. text: why. Only a manager, a member of the committee, or who made the store may, and nobody to himself.

    Raises: UsageError: no such role, or held already; RefusedError; StoreError.

    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     _ = give_role(store, "li", "manager")
    ...     [(held.person, held.role) for held in roles(store) if held.person == "li"]
    [('li', 'manager')]
    """
    return _change(store, person, role, text, given=True)


def take_role(store: Store, person: str, role: str, *, text: str | None = None) -> Entry:
    """Take a role from a person; everybody may give up an own one. Raises: UsageError: not held; RefusedError; StoreError."""
    return _change(store, person, role, text, given=False)


def roles(store: Store) -> tuple[Held, ...]:
    """Return the roles held now, by person and role."""
    with store.reading() as connection:
        rows = connection.execute(select(ROLES).order_by(ROLES.c.seq)).all()
    newest = {(row.person, row.role): row for row in rows}
    return tuple(Held(*key, row.seq, row.by) for key, row in sorted(newest.items()) if row.given)


def _change(store: Store, person: str, role: str, text: str | None, *, given: bool) -> Entry:
    with store.writing() as turn:
        query = select(ROLES.c.round).where(ROLES.c.person == person, ROLES.c.role == role)
        rounds = len(turn.rows(query))
        if rounds % 2 == given:
            now = ("has already", "已有") if given else ("does not have", "没有")
            raise UsageError(
                f"{person} {now[0]} the role {role}. [role-unchanged]",
                f"{person} {now[1]}角色 {role}。[role-unchanged]",
            )
        _may_change(turn, person, role, given=given)
        return turn.add("role", {"person": person, "role": role, "round": rounds + 1, "reason": text})


def _may_change(turn: Turn, person: str, role: str, *, given: bool) -> None:
    own = turn.roles_of(turn.actor)
    if not given and person == turn.actor:
        return
    if person == turn.actor:
        raise Refusal(
            "own-role", f"{turn.actor} can't give himself or herself the role {role}. Ask another manager.",
            f"{turn.actor} 不能授予自己角色 {role}。请由其他经理授予。", "role",
        )  # fmt: skip
    if "auditor" in own or not (own & DECIDERS or turn.actor == _founder(turn)):
        raise Refusal(
            "no-role", f"{turn.actor} may not change roles: a manager, the committee or who made the store may.",
            f"{turn.actor} 无权变更角色：须由经理、委员会成员或建立记录者办理。", "role", kept="auditor" not in own,
        )  # fmt: skip
    other = turn.roles_of(person)
    if given and other and (role == "auditor" or "auditor" in other):
        raise Refusal(
            "auditor-apart", f"{person} is {', '.join(sorted(other))}: an auditor has no other role. Take it first.",
            f"{person} 现为 {'、'.join(sorted(other))}：审计员不得兼任其他角色，请先收回。", "role",
        )  # fmt: skip


def _founder(turn: Turn) -> str:
    return read_line(turn.rows(select(JOURNAL.c.line).where(JOURNAL.c.seq == 1))[0][0]).actor
