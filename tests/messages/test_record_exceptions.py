"""Every error the record can end in: its whole text in both languages, and that none was forgotten."""

from __future__ import annotations

import builtins
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from telling import Case, Reached

import creditlib
from creditlib import errors
from creditlib.policy import load_policy
from creditlib.policy.draft import draft
from creditlib.record import people
from creditlib.record.approvals import Ask, ask, decide, withdraw
from creditlib.record.backup import backup, restore
from creditlib.record.canonical import canonical
from creditlib.record.connecting import find_place
from creditlib.record.entry import read_head
from creditlib.record.export import check_export, write_export
from creditlib.record.rights import rights
from creditlib.record.roles import give_role, take_role
from creditlib.record.store import Store, open_store, opened, upgrade_store
from creditlib.record.writing import Refusal

POLICY, DAY = load_policy(), datetime(2026, 11, 21, 8, tzinfo=UTC)
STRICT = draft(POLICY, {"approval.manager_quorum": 3}, date(2026, 9, 1), "minute 9")
NOTE = {"customer": "C1", "text": "a"}
WISH = Ask("C1", "other", amount_minor=100, currency="CNY", own_risk_minor=100, grade="A")
WORDS = ", ".join(POLICY.at(DAY.date())["approval.reasons"])
ODD = ", ".join(POLICY.at(DAY.date())["approval.exceptions"])
KIND_WORDS = (
    "store_made, role, note, credit_file, close, request, vote, withdrawal, expiry, refusal, release, minutes, event"
)


def at(folder: Path, who: str = "kim", *, days: int = 0) -> Store:
    """A store, opened by somebody on a day."""
    return opened(find_place(folder / "r.db"), create=True, actor=who, clock=lambda: DAY + timedelta(days=days))


def staffed(folder: Path) -> Path:
    kim = at(folder)
    for role, names in {"analyst": "ann", "manager": "bob cy", "committee": "dan eve", "auditor": "gus"}.items():
        for name in names.split():
            give_role(kim, name, role)
    return folder


def asked(folder: Path, who: str = "ann", **more: Any) -> int:
    return ask(at(staffed(folder), who), Ask(**{"customer": "C1", "reason": "other", "amount_minor": 100, "currency": "CNY", "own_risk_minor": 100, "grade": "A"} | more), POLICY).seq  # fmt: skip


def vote(folder: Path, who: str, number: int, *, days: int = 0, reason: str = "other") -> Any:
    return decide(at(folder, who, days=days), number, "approve", reason, POLICY)


def then(*steps: Any) -> Any:
    return steps[-1]


@contextmanager
def changed(path: Path) -> Iterator[sqlite3.Connection]:
    raw = sqlite3.connect(path)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    yield raw
    raw.commit()
    raw.close()


def _deep() -> Any:
    value: Any = {}
    for _ in range(20):
        value = {"a": value}
    return value


def _deep_list() -> Any:
    value: Any = []
    for _ in range(20):
        value = [value]
    return value


def _no_name(_: Path) -> object:
    with mock.patch.object(people.os, "geteuid", side_effect=OSError):
        return people.system_user()


def _unreadable(folder: Path) -> None:
    (folder / "copy.db").write_bytes(b"")
    with mock.patch(
        "creditlib.record.backup.sqlite3.connect", side_effect=sqlite3.OperationalError("unable to open database file")
    ):
        restore(folder / "copy.db", folder / "r.db")


def _no_driver(_: Path) -> object:
    real = builtins.__import__

    def without(name: str, *more: Any, **kw: Any) -> Any:
        if name == "psycopg":
            raise ImportError(name)
        return real(name, *more, **kw)

    with mock.patch.object(builtins, "__import__", without):
        return open_store("postgresql://host/db")


def _older(folder: Path) -> object:
    at(folder).close()
    with changed(folder / "r.db") as raw:
        raw.execute("UPDATE credit_version SET version_num = '0001'")
    return at(folder)


def _newer(folder: Path) -> object:
    at(folder).close()
    with changed(folder / "r.db") as raw:
        raw.execute("UPDATE credit_version SET version_num = '0007'")
    return at(folder)


def _entry_changed(folder: Path) -> object:
    at(folder).close()
    with changed(folder / "r.db") as raw:
        raw.execute("UPDATE credit_journal SET line = replace(line, '{', '[')")
    return list(at(folder).entries())


def _empty(folder: Path) -> Path:
    (folder / "r.db").touch()
    return folder / "r.db"


def _other_database(folder: Path) -> object:
    raw = sqlite3.connect(folder / "r.db")
    raw.execute("CREATE TABLE t (a)")
    raw.close()
    return at(folder)


def _no_write_ahead(folder: Path) -> object:
    class Raw:
        def cursor(self) -> Any:
            raise sqlite3.OperationalError("disk I/O error")

        def close(self) -> None: ...

    made = at(folder)
    with mock.patch.object(made.engine, "raw_connection", Raw):
        return made.write_ahead()


def _bad_backup(folder: Path) -> object:
    at(folder).close()
    with changed(folder / "r.db") as raw:
        raw.execute("DELETE FROM credit_roles")
    return backup(at(folder), folder / "copy.db")


def _restore_over(folder: Path) -> object:
    return then(backup(at(folder), folder / "copy.db"), restore(folder / "copy.db", folder / "r.db"))


def _full(folder: Path) -> object:
    with mock.patch("creditlib.record.export.os.fsync", side_effect=OSError(28, "No space left on device")):
        return write_export(at(folder), folder / "e.jsonl")


def _over_already(folder: Path) -> object:
    number = asked(folder, until_on=DAY.date())
    return vote(folder, "bob", number, days=2)


def _unlisted(what: str) -> Callable[[Path], object]:
    given = {"reason": {"reason": "x"}, "exception": {"exceptions": ("x",)}}[what]
    return lambda folder: asked(folder, **given)


R, U, S = Refusal, errors.UsageError, errors.StoreError
CASES = (
    # what can't be recorded
    Case("number", U, lambda _: canonical(2**63), "9223372036854775808… can't stand in an entry: it has more than 64 bits. [not-recordable]",
         "9223372036854775808… 不能写入记录：超过 64 位。[not-recordable]"),
    Case("deep", U, lambda _: canonical(_deep()), "… can't stand in an entry: it is nested too deeply. [not-recordable]", "… 不能写入记录：嵌套过深。[not-recordable]"),
    Case("deep list", U, lambda _: canonical(_deep_list()), "… can't stand in an entry: it is nested too deeply. [not-recordable]", "… 不能写入记录：嵌套过深。[not-recordable]"),
    Case("key", U, lambda _: canonical({1: 2}), "1 can't stand in an entry: a key must be a text. [not-recordable]", "1 不能写入记录：键必须为文本。[not-recordable]"),
    Case("fraction", U, lambda _: canonical(0.5), "0.5 can't stand in an entry: amounts are whole minor units, ratios are texts. [not-recordable]",
         "0.5 不能写入记录：金额须为最小单位的整数，比例须为文本。[not-recordable]"),
    Case("NUL", U, lambda _: canonical("a\0"), r"'a\x00' can't stand in an entry: it holds the character NUL. [not-recordable]", r"'a\x00' 不能写入记录：含有 NUL 字符。[not-recordable]"),
    Case("Chinese NUL", U, lambda _: canonical("中\0"), r"'中\x00' can't stand in an entry: it holds the character NUL. [not-recordable]", r"'中\x00' 不能写入记录：含有 NUL 字符。[not-recordable]"),
    Case("half a character", U, lambda _: canonical("\ud800"), r"'\ud800' can't stand in an entry: it holds half a character. [not-recordable]",
         r"'\ud800' 不能写入记录：含有不完整的字符。[not-recordable]"),
    Case("field missing", U, lambda f: at(f).append("note", {"customer": "C1"}), "note: text is missing. Give a text of up to 20,000 characters. [bad-entry]",
         "note：text 缺失。应为：不超过 20000 字的文本。[bad-entry]"),
    Case("field unknown", U, lambda f: at(f).append("note", NOTE | {"x": 1}), "note: x is no field of it. Give customer, on, text. [bad-entry]",
         "note：x 不是其字段。应为：customer, on, text。[bad-entry]"),
    Case("field wrong", U, lambda f: at(f).append("note", NOTE | {"on": "soon"}), "note: on is 'soon'. Give a day, for example 2026-01-31. [bad-entry]",
         "note：on 为 'soon'。应为：日期，例如 2026-01-31。[bad-entry]"),
    Case("kind", U, lambda f: at(f).append("x", {}), f'"x" is no kind of entry. Write one of {KIND_WORDS}. [unknown-kind]', f"“x”不是条目类型。请写其中之一：{KIND_WORDS}。[unknown-kind]"),
    Case("not direct", U, lambda f: at(f).append("vote", {}), 'an entry of kind "vote" is written by its own rules only, not appended. [not-direct]',
         "“vote”类条目只能按其规则写入，不能直接追加。[not-direct]"),
    Case("head", U, lambda _: read_head("12"), '"12" is no head of a journal. Copy it whole, as it is printed: number, colon, 64 digits and letters. [bad-head]',
         "“12”不是账链头。请按打印内容完整复制：编号、冒号和 64 位字符。[bad-head]"),
    Case("rights for no role", U, lambda _: rights("a b"), '"a b" is no name of a role. Write letters, digits and underscores. [bad-role]', "“a b”不是角色名。请使用字母、数字和下划线。[bad-role]"),
    # who may
    Case("auditor", R, lambda f: at(staffed(f), "gus").append("note", NOTE), "gus is an auditor, who reads everything and changes nothing. [auditor-reads]",
         "gus 为审计员，可查阅全部内容但不得变更。[auditor-reads]"),
    Case("no role", R, lambda f: at(staffed(f), "zoe").append("note", NOTE), "zoe has no role that may write this: analyst, committee, manager. Ask a manager for one. [no-role]",
         "zoe 没有可写入此内容的角色：analyst, committee, manager。请向经理申请。[no-role]"),
    Case("role to oneself", R, lambda f: give_role(at(staffed(f), "bob"), "bob", "committee"), "bob can't give himself or herself the role committee. Ask another manager. [own-role]",
         "bob 不能授予自己角色 committee。请由其他经理授予。[own-role]"),
    Case("roles by an analyst", R, lambda f: give_role(at(staffed(f), "ann"), "zoe", "analyst"),
         "ann may not change roles: a manager, the committee or who made the store may. [no-role]", "ann 无权变更角色：须由经理、委员会成员或建立记录者办理。[no-role]"),
    Case("auditor with a role", R, lambda f: give_role(at(staffed(f)), "ann", "auditor"), "ann is analyst: an auditor has no other role. Take it first. [auditor-apart]",
         "ann 现为 analyst：审计员不得兼任其他角色，请先收回。[auditor-apart]"),
    Case("role held", U, lambda f: give_role(at(staffed(f)), "bob", "manager"), "bob has already the role manager. [role-unchanged]", "bob 已有角色 manager。[role-unchanged]"),
    Case("role not held", U, lambda f: take_role(at(staffed(f)), "ann", "manager"), "ann does not have the role manager. [role-unchanged]", "ann 没有角色 manager。[role-unchanged]"),
    # requests and decisions
    Case("reason", U, _unlisted("reason"), f'"x" is no reason of the policy. Write one of {WORDS}. [not-in-policy]',
         f"“x”不是政策所列理由。请写其中之一：{WORDS.replace(', ', '、')}。[not-in-policy]"),
    Case("exception", U, _unlisted("exception"), f'"x" is no exception of the policy. Write one of {ODD}. [not-in-policy]',
         f"“x”不是政策所列例外情形。请写其中之一：{ODD.replace(', ', '、')}。[not-in-policy]"),
    Case("limit without currency", U, lambda f: asked(f, currency=None), "A request for a limit needs an amount of 0 or more and a currency. [bad-request]",
         "额度申请须给出不小于 0 的金额及币种。[bad-request]"),
    Case("days the wrong way round", U, lambda f: asked(f, from_on=date(2027, 1, 2), until_on=date(2027, 1, 1)),
         "The limit would end on 2027-01-01, before it begins on 2027-01-02. Correct one of them. [bad-request]", "额度终止日 2027-01-01 早于起始日 2027-01-02。请改正其一。[bad-request]"),
    Case("days that are over", U, lambda f: asked(f, until_on=date(2026, 11, 1)),
         "The limit would end on 2026-11-01, before today, …. Give a later last day, or none. [bad-request]", "额度终止日 2026-11-01 早于今天 …。请填写更晚的终止日，或不填。[bad-request]"),
    Case("a stricter policy", R, lambda f: then(asked(f), decide(at(f, "bob"), 8, "approve", "season", STRICT)),
         "request 8 was written by policy standard@… for manager × 1; by standard+draft@… it needs manager × 3. Reject it, or have it asked for anew by the policy in force. [weaker-policy]",
         "申请 8 按政策 standard@… 由经理 × 1 审批；按 standard+draft@… 须由经理 × 3 审批。请拒绝，或按现行政策重新申请。[weaker-policy]"),
    Case("open already", R, lambda f: then(asked(f), ask(at(f, "ann"), WISH, POLICY)),
         "request 8 for C1 (limit) is open until 2026-12-21. Decide or withdraw it first. [open-request]", "C1 的申请 8（limit）尚未结束，有效至 2026-12-21。请先决定或撤回。[open-request]"),
    Case("no such request", U, lambda f: vote(staffed(f), "bob", 99), "There is no request 99. See the open ones: credit limit pending. [no-request]",
         "没有申请 99。查看待审批申请：credit limit pending。[no-request]"),
    Case("own request", R, lambda f: vote(f, "bob", asked(f, "bob")), "request 8 is bob's own: somebody else must decide. [own-request]", "申请 8 由 bob 本人提出，须由他人决定。[own-request]"),
    Case("auditor decides", R, lambda f: vote(f, "gus", asked(f)), "gus is an auditor, who reads everything and changes nothing. [auditor-reads]",
         "gus 为审计员，可查阅全部内容但不得变更。[auditor-reads]"),
    Case("for the committee", R, lambda f: vote(f, "bob", asked(f, own_risk_minor=None)), "request 8 is for the committee, and bob has no such role. [no-role]",
         "申请 8 须由委员会决定，bob 无此角色。[no-role]"),
    Case("decided already", R, lambda f: then(vote(f, "dan", asked(f, own_risk_minor=None)), vote(f, "dan", 8)),
         "dan has decided on request 8 already: others must agree. [decided-already]", "dan 已对申请 8 作出决定，须由他人同意。[decided-already]"),
    Case("ended", R, lambda f: then(vote(f, "bob", asked(f)), vote(f, "cy", 8)), "request 8 is approved already. [ended]", "申请 8 已批准。[ended]"),
    Case("expired", R, lambda f: vote(f, "bob", asked(f), days=31), "request 8 expired on 2026-12-21, today is 2026-12-22. Ask anew with today's figures. [expired]",
         "申请 8 已于 2026-12-21 过期，今天是 2026-12-22。请按最新数据重新申请。[expired]"),
    Case("over already", R, _over_already, "the limit of request 8 would end on 2026-11-21, before it begins on 2026-11-23. [over-already]",
         "申请 8 的额度终止于 2026-11-21，早于起始日 2026-11-23。[over-already]"),
    Case("another's request", R, lambda f: then(asked(f), withdraw(at(f, "bob"), 8)), "request 8 is ann's: only who asked can take it back. [not-yours]",
         "申请 8 由 ann 提出，只能由其本人撤回。[not-yours]"),
    # where the store is
    Case("address", S, lambda _: open_store("oracle://u:p@host/db"),
         "oracle://***@host/db: not the address of a store. Write a file, for example record.db, or postgresql://user@host/database. [bad-store-address]",
         "oracle://***@host/db：不是记录库地址。请写文件路径，例如 record.db，或 postgresql://用户@主机/数据库。[bad-store-address]"),
    Case("address that can't be read", S, lambda _: open_store("postgresql://host:x/db"),
         "postgresql://***: not the address of a store. Write a file, for example record.db, or postgresql://user@host/database. [bad-store-address]",
         "postgresql://***：不是记录库地址。请写文件路径，例如 record.db，或 postgresql://用户@主机/数据库。[bad-store-address]"),
    Case("no driver", S, _no_driver, "A store in PostgreSQL needs its driver: pip install 'creditlib[sql]'. [no-driver]", "使用 PostgreSQL 记录库需要驱动：pip install 'creditlib[sql]'。[no-driver]"),
    Case("folder", S, open_store, "…: a folder. Give a file in it, for example …/record.db. [bad-store-address]", "…：这是文件夹。请给出其中的文件，例如 …/record.db。[bad-store-address]"),
    Case("nothing there", S, lambda f: open_store(f / "r.db", create=False), "…r.db: no store there. Check the address, or make one: credit store init. [no-store]",
         "…r.db：没有记录库。请检查地址，或新建：credit store init。[no-store]"),
    Case("nothing in it", S, lambda f: open_store(_empty(f), create=False), "…r.db: no store there. Check the address, or make one: credit store init. [no-store]",
         "…r.db：没有记录库。请检查地址，或新建：credit store init。[no-store]"),
    Case("nothing to upgrade", S, lambda f: upgrade_store(_empty(f)), "…r.db: no store there. Check the address, or make one: credit store init. [no-store]",
         "…r.db：没有记录库。请检查地址，或新建：credit store init。[no-store]"),
    Case("under a file", S, lambda f: open_store(_empty(f) / "r.db"), "…r.db: … Check the path and the rights. [store-rights]", "…r.db：…请检查路径与权限。[store-rights]"),
    Case("a file of something else", S, lambda _: open_store(Path(__file__)),
         "…test_record_exceptions.py: this is not a store. Give the path of a store, or of a file that is not there yet. [not-a-store]",
         "…test_record_exceptions.py：这不是记录库。请给出记录库路径，或尚不存在的文件路径。[not-a-store]"),
    Case("another database", S, _other_database, "…r.db: a database of something else, not a store. Give another path. [not-a-store]", "…r.db：这是其他用途的数据库，不是记录库。请换一个路径。[not-a-store]"),
    Case("older", S, _older, "…r.db: a store of an earlier version. Back it up, then run: credit store upgrade. [older-store]", "…r.db：记录库为较早版本。请先备份，再运行：credit store upgrade。[older-store]"),
    Case("newer", S, _newer, "…r.db: a store of version 0007, this program knows up to 0002. Use the newer program. [newer-store]", "…r.db：记录库版本为 0007，本程序最高支持 0002。请使用更新的程序。[newer-store]"),
    Case("entry changed", S, _entry_changed, "…r.db: entry 1 can't be read: it was changed. Run credit journal verify. [entry-changed]",
         "…r.db：条目 1 无法读取，已被改动。请运行 credit journal verify。[entry-changed]"),
    Case("disk fails", S, _no_write_ahead, "…r.db: the file is damaged or the disk fails. Restore a backup: credit store restore. [store-damaged]",
         "…r.db：文件已损坏或磁盘故障。请用备份恢复：credit store restore。[store-damaged]"),
    Case("nobody", S, _no_name, "The operating system does not tell who you are, so nothing can be recorded. Run under a user with a name. [no-identity]",
         "操作系统未给出当前用户，无法写入记录。请使用有名称的用户运行。[no-identity]"),
    # copies
    Case("export over a file", U, lambda f: write_export(at(f), _empty(f)), "…r.db: a file is there already. Give another name, or --force. [file-exists]", "…r.db：文件已存在。请换名或加 --force。[file-exists]"),
    Case("no export", S, lambda f: check_export(f / "e.jsonl"), "…e.jsonl: no export to read there (No such file or directory). Make one: credit journal export. [no-export]",
         "…e.jsonl：无法读取导出文件（No such file or directory）。请先导出：credit journal export。[no-export]"),
    Case("export into nowhere", S, lambda f: write_export(at(f), f / "x" / "e.jsonl"), "…e.jsonl: can't be written: No such file or directory. Check the path, the rights and the space. [file-not-written]",
         "…e.jsonl：无法写入：No such file or directory。请检查路径、权限与空间。[file-not-written]"),
    Case("export on a full disk", S, _full, "…e.jsonl: can't be written: No space left on device. Check the path, the rights and the space. [file-not-written]",
         "…e.jsonl：无法写入：No space left on device。请检查路径、权限与空间。[file-not-written]"),
    Case("backup over a file", U, lambda f: backup(at(f), _empty(f)), "…r.db: a file is there already; a backup writes nothing over. Give another name. [file-exists]",
         "…r.db：文件已存在，备份不会覆盖。请换一个文件名。[file-exists]"),
    Case("backup of a store with faults", S, _bad_backup, "…copy.db: … faults in the copy: not used. Run credit journal verify on it. [bad-backup]",
         "…copy.db：副本有 … 处问题，未使用。请对其运行 credit journal verify。[bad-backup]"),
    Case("no backup", S, lambda f: restore(f / "none", f / "r.db"), "…none: no backup to read there. Check the path. [no-backup]", "…none：没有可读取的备份。请检查路径。[no-backup]"),
    Case("backup without rights", S, _unreadable, "…copy.db: the backup can't be read. Check the rights on it. [no-backup]", "…copy.db：无法读取备份。请检查其权限。[no-backup]"),
    Case("restore over a store", U, _restore_over, "…r.db: a store is there already; restoring writes nothing over. Give another place. [store-exists]",
         "…r.db：已有记录库，恢复不会覆盖。请换一个位置。[store-exists]"),
)  # fmt: skip
_REACHED = Reached(CASES)
INNER = ("raise ValueError", "raise told", "raise refused")
"""Raises that no person meets as they stand: they are caught within the record, or are what a case has raised already."""


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_error_says_the_whole_text_in_both_languages(case: Case, tmp_path: Path) -> None:
    _REACHED.check(case, tmp_path)


def test_no_error_lacks_a_case() -> None:
    folder = Path(creditlib.__file__).parent / "record"
    lines = {path.name: path.read_text(encoding="utf-8").splitlines() for path in folder.rglob("*.py")}
    found = [place.split(":") for place in _REACHED.lacking("record")]
    assert [f"{name}:{line}" for name, line in found if not lines[name][int(line) - 1].strip().startswith(INNER)] == []
