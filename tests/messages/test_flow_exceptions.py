"""Every error a flow can end in: its whole text in both languages, and that none was forgotten."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from creditlib import errors
from creditlib.decisions.release.decide import Order, ReleaseDecision, release
from creditlib.decisions.what_if.case import TermsCase
from creditlib.facts.book import Book, save_book
from creditlib.facts.open_items import Rate
from creditlib.facts.outside import Control
from creditlib.flows.asking import Wish, asking
from creditlib.flows.assess import assess
from creditlib.flows.close import close
from creditlib.flows.close_desk import Asked, CloseDesk
from creditlib.flows.close_desk_files import UPLOAD_SETTING, Uploads, upload_limit
from creditlib.flows.connected import import_book, refresh
from creditlib.flows.evidence import compare_file
from creditlib.flows.minutes import record_minutes, request_facts
from creditlib.flows.portfolio import Portfolio
from creditlib.flows.portfolio_dso import PartDso
from creditlib.flows.portfolio_slice import Slice
from creditlib.flows.released import record_release
from creditlib.flows.review import review
from creditlib.flows.scenario import CustomerCase
from creditlib.flows.sources import Sources
from creditlib.flows.terms_bench import TermsBench
from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask
from creditlib.record.store import Store, open_store

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "decisions"))
from made import AS_OF, book, invoice
from telling import Case, Reached

POLICY = load_policy()
CNY = TermsCase(currency="CNY", yearly_sales_minor=100_000, net_days=30, bad_debt_share=0.01)
MANY = book(
    [
        invoice("C1", date(2026, 5, 1), date(2026, 5, 31), 100),
        invoice("C1", date(2026, 5, 1), date(2026, 5, 31), 100, currency="USD"),
    ]
)
WHOLE = assess(MANY, POLICY, AS_OF)
NEW = assess(book([], customers=[{"customer": "C1", "name": "Alpha"}]), POLICY, AS_OF)
TERMS = TermsBench(WHOLE)
DOLLAR = [Rate("USD", Decimal(7), AS_OF)]
LEDGER = "customer,document,issue date,due date,amount\nA,I-1,2026-05-06,2026-06-05,5\n"
CONTROL = "account,currency,balance\n1122,CNY,5\n"


def _file(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def _nothing(folder: Path) -> object:
    ledger = _file(folder, "ledger.csv", "customer,document,date,due date,amount\nA,I-1,05/06/2026,05/06/2026,5\n")
    return import_book(folder / "book", Sources(files=(ledger,), home="CNY"), POLICY, AS_OF)


def _refresh(folder: Path) -> object:
    save_book(Book(), folder / "book")
    return refresh(folder / "book", POLICY, AS_OF)


def _close(*control: Control, **options: Any) -> object:
    return close(MANY, POLICY, AS_OF, control=control, **options)


def _desk(*files: str, **asked: Any) -> object:
    with CloseDesk() as desk:
        return desk.close(Asked(sources=Sources(files=files, home="CNY"), as_of=AS_OF, **asked), POLICY)


def _kept(ledger: str, control: str = CONTROL) -> object:
    """Close from files that were handed over."""
    with CloseDesk() as desk:
        path, beside = desk.uploads.add("a.csv", ledger.encode()), desk.uploads.add("gl.csv", control.encode())
        return desk.close(Asked(sources=Sources(files=(str(path),)), as_of=AS_OF, control_files=(str(beside),)), POLICY)


def _handed(*files: tuple[str, bytes], limit: int = 1 << 20) -> None:
    with Uploads(limit) as uploads:
        for name, data in files:
            uploads.add(name, data)


def _cut_short() -> None:
    with Uploads() as uploads:
        incoming = uploads.begin("a.csv", 1_000)
        incoming.write(b"123")
        incoming.finish()


def _upload_limit() -> int:
    with mock.patch.dict("os.environ", {UPLOAD_SETTING: "much"}):
        return upload_limit()


def _cut(sales: list[dict[str, Any]] | None = None, **chosen: str) -> Slice:
    """Return a part of a portfolio of open items alone, with sales beside them or without."""
    made = book([invoice("C1", date(2026, 5, 1), date(2026, 5, 31), 100, salesperson="Ann")], sales=sales or [])
    return Portfolio(assess(replace(made, complete=False), POLICY, AS_OF)).slice(**chosen)


def _dso(part: Slice) -> object:
    """Return the DSO a slice tells; there, what can't be told stands beside the line, with these words."""
    assert part.dso_now.days is None
    return PartDso(part.sums, part.choice, 0).row(POLICY.at(AS_OF)["dso.method"], AS_OF)


SALES = [{"month": date(2026, 5, 1), "currency": "CNY", "customer": "C1", "gross_minor": 10_000}]


def _store(folder: Path) -> Store:
    return open_store(folder / "record.db")


def _released(number: str | None) -> ReleaseDecision:
    return release(Order("C1", "CNY", 1, order=number), WHOLE.book, POLICY, AS_OF)


def _leaning(folder: Path) -> None:
    store = _store(folder)
    number = ask(store, Ask("C2", "season", amount_minor=0, currency="CNY"), POLICY).seq
    record_release(store, _released("SO-1"), POLICY, request=number)


CASES = (
    Case(
        "terms with a figure they have not", errors.UsageError, lambda _: TERMS.terms(CNY, {"days": 60}),
        "terms can't change days. There are: net_days, instalments, deposit_share, discount_share, discount_days, taker_share, insured_share, "
        "premium_rate, late_days, default_probability, sales_change_share, fixed_cost_minor.",
        "付款条件不能改动 days。可用的有：net_days、instalments、deposit_share、discount_share、discount_days、taker_share、insured_share、"
        "premium_rate、late_days、default_probability、sales_change_share、fixed_cost_minor。",
    ),
    Case(
        "discount that outlasts the first payment", errors.UsageError,
        lambda _: TERMS.terms(CNY, {"instalments": 3, "discount_share": 0.02, "discount_days": 15}),
        "the early discount can be taken until day 15, but the first payment is due on day 10. Let the discount end by then, or give more days.",
        "现金折扣期至第 15 天，而首笔付款第 10 天到期。请缩短折扣期，或延长账期。",
    ),
    Case(
        "draft of one customer's terms", errors.UsageError,
        lambda _: TERMS.draft({"net_days": 60}, {}, AS_OF, "minute 7", terms=False),
        "nothing of this proposal is a matter of policy: change a value of the policy, or the terms of a grade or of the whole book.",
        "该方案不涉及政策：请改动政策参数，或改动某一等级或全部客户的付款条件。",
    ),
    Case(
        "assessment with rates into nothing", errors.UsageError, lambda _: assess(MANY, POLICY, AS_OF, rates=DOLLAR),
        "Rates need the currency to report in: --currency CCY.", "给出汇率时需要报告币种：--currency 币种。",
    ),
    Case(
        "close with rates into nothing", errors.UsageError, lambda _: _close(rates=DOLLAR),
        "Rates need the currency to report in: --currency CCY.", "给出汇率时需要报告币种：--currency 币种。",
    ),
    Case(
        "review without a policy", errors.UsageError, lambda _: review(MANY, "C1", as_of=AS_OF),
        "A review needs a policy and a day. Give policy and as_of, or an assessment made already.",
        "客户评审需要政策和基准日。请给出 policy 和 as_of，或已完成的评估。",
    ),
    Case(
        "one control amount over two currencies", errors.UsageError, lambda _: _close(Control(None, None, None, Decimal(200))),
        "the open items are in 2 currencies (CNY, USD); one control amount can't meet them. Give a control file by currency, or "
        "--currency with --fx.",
        "未清项涉及 2 个币种（CNY、USD），无法与单一金额核对。请提供分币种总账文件，或用 --currency 与 --fx 折算。",
    ),
    Case(
        "control figure in fractions of a cent", errors.UsageError, lambda _: _close(Control(None, None, "CNY", Decimal("1.005"))),
        "control figure 1.005 CNY has more decimals than CNY (2). Check figure and currency.",
        "总账余额 1.005 CNY 的小数位多于 CNY（2 位）。请核对金额和币种。",
    ),
    Case(
        "control by account without currencies", errors.UsageError, lambda _: _close(Control(None, "1122", None, Decimal(200))),
        "the control file names no currency, and the open items are in several. Add the column currency.",
        "总账文件未写币种，而未清项涉及多个币种。请补充币种列。",
    ),
    Case(
        "terms of a grade nobody has", errors.UsageError, lambda _: assess(MANY, POLICY, AS_OF).terms_case(grade="A"),
        "nobody has grade A on 2026-06-30. Take another grade, or leave it out for the whole book.",
        "2026-06-30 没有 A 级客户。请换一个等级，或不指定等级以测算全部客户。",
    ),
    Case(
        "refresh of a book without files", errors.UsageError, lambda folder: _refresh(folder),
        "…book: does not say which files it came from. Import the ledger again.", "…book：未记录来源文件。请重新导入台账。",
    ),
    Case(
        "connected book of a database with its password", errors.UsageError,
        lambda folder: import_book(folder / "book", Sources(files=("postgresql://me:secret@host/db",)), POLICY, AS_OF),
        "postgresql://***@host/db: the address holds a password, which would stand in the book's manifest. Let the database sign in without it.",
        "postgresql://***@host/db：地址中含有密码，会写入账簿清单。请改用无须在地址中写密码的登录方式。",
    ),
    Case(
        "connected book of nothing that can be used", errors.UsageError, _nothing,
        "nothing of …ledger.csv could be used, so no book is made. First: …", "…ledger.csv 中没有可用的内容，未建立账簿。第一处：…",
    ),
    Case(
        "a file given twice", errors.UsageError, lambda _: Sources(files=("a.csv",), sales="a.csv").read(POLICY, AS_OF),
        "a.csv: given twice. Everything in it would count twice; give it once.", "a.csv：重复给出，其内容会计两次；请只给一次。",
    ),
    Case(
        "desk without a ledger", errors.UsageError, lambda _: _desk(),
        "No ledger was given. Choose the file of open items, or of documents and payments.",
        "没有给出台账。请选择未清项文件，或单据与收款文件。",
    ),
    Case(
        "desk with a file that is not there", errors.SourceError, lambda folder: _desk(str(folder / "no.csv")),
        "…no.csv: no such file.", "…no.csv：文件不存在。",
    ),
    Case(
        "desk with two faults", errors.UsageError, lambda folder: _desk(str(folder / "no.csv"), str(folder / "nor.csv")),
        "…no.csv: no such file.\n…nor.csv: no such file.", "…no.csv：文件不存在。\n…nor.csv：文件不存在。",
    ),
    Case(
        "desk with a file given twice", errors.UsageError, lambda folder: _desk(*[_file(folder, "a.csv", LEDGER)] * 2),
        "a.csv: given twice. Everything in it would count twice; give it once.", "a.csv：重复给出，其内容会计两次；请只给一次。",
    ),
    Case(
        "desk with two files of one content", errors.UsageError,
        lambda folder: _desk(_file(folder, "a.csv", LEDGER), _file(folder, "b.csv", LEDGER)),
        "…b.csv: holds exactly what …a.csv holds. Everything in it would count twice; give it once.",
        "…b.csv：内容与 …a.csv 完全相同，会计两次；请只给一次。",
    ),
    Case(
        "desk with two files of one name", errors.UsageError,
        lambda folder: _desk(_file(folder, "a.csv", LEDGER), _file(folder / "b", "a.csv", LEDGER.replace("I-1", "I-2"))),
        "…b/a.csv: …a.csv has the same name, and a finding names a file by it. Rename one of them.",
        "…b/a.csv：与 …a.csv 同名，而检查结果以文件名定位。请将其中一个改名。",
    ),
    Case(
        "desk with a typed figure beside a file", errors.UsageError,
        lambda folder: _desk(_file(folder, "a.csv", LEDGER), control="5", control_files=(_file(folder, "gl.csv", CONTROL),)),
        "control figure 5 was typed, and gl.csv holds control figures. Clear the figure, or take the file out.",
        "已填写总账余额 5，而 gl.csv 也是总账余额。请清空金额，或移除该文件。",
    ),
    Case(
        "desk with rates into nothing", errors.UsageError,
        lambda folder: _desk(_file(folder, "a.csv", LEDGER), rates=_file(folder, "fx.csv", "date,from,to,rate\n2026-06-29,USD,CNY,7.1\n")),
        "fx.csv holds exchange rates, which need the currency to report in. Choose it, or take the file out.",
        "fx.csv 是汇率，需要报告币种。请选择报告币种，或移除该文件。",
    ),
    Case(
        "desk with a file handed over that lacks its columns", errors.MappingError, lambda _: _kept("a,b\n1,2\n"),
        'a.csv: no column means a customer and an amount. Best header row found: a, b. Write a map: credit map "a.csv" --out map.toml, then '
        "give --map map.toml.",
        'a.csv：找不到表示客户和金额的列。最像表头的一行：a, b。请生成映射：credit map "a.csv" --out map.toml，再用 --map map.toml。',
    ),
    Case(
        "desk with a control file handed over that holds no figure", errors.UsageError, lambda _: _kept(LEDGER, CONTROL.replace("5", "five")),
        'gl.csv!2: "five" is no amount. Correct it: a control figure is never guessed.', "gl.csv!2：“five”不是金额。请更正：总账余额不作推测。",
    ),
    Case(
        "sheet a desk does not have", errors.UsageError,
        lambda folder: CloseDesk().inspect(Asked(sources=Sources(files=(_file(folder, "a.csv", LEDGER),)), as_of=AS_OF)).sheet("b.csv"),
        "no sheet is called 'b.csv'. There are: a.csv.", "没有名为 'b.csv' 的工作表。现有：a.csv。",
    ),
    Case(
        "largest upload set to no number", errors.UsageError, lambda _: _upload_limit(),
        'CREDIT_UPLOAD_MB="much" is no whole number of megabytes above 0.', "CREDIT_UPLOAD_MB=“much”不是大于 0 的整数（MB）。",
    ),
    Case(
        "upload that is too large", errors.UsageError, lambda _: _handed(("a.csv", b"0" * (3 << 19))),
        "a.csv: 1.5 MB, more than the 1.0 MB a file handed over may have. Give its path instead, or set CREDIT_UPLOAD_MB.",
        "a.csv：1.5 MB，超过上传上限 1.0 MB。请改为填写文件路径，或设置 CREDIT_UPLOAD_MB。",
    ),
    Case(
        "upload of a name that is there", errors.UsageError, lambda _: _handed(("a.csv", b"1"), ("A.csv", b"2")),
        "A.csv: a file of this name is there already. Take it out first, or rename this one.",
        "A.csv：已有同名文件。请先移除，或将此文件改名。",
    ),
    Case(
        "upload of a content that is there", errors.UsageError, lambda _: _handed(("a.csv", b"1"), ("b.csv", b"1")),
        "b.csv: holds exactly what a.csv holds. Everything in it would count twice; give it once.",
        "b.csv：内容与 a.csv 完全相同，会计两次；请只给一次。",
    ),
    Case(
        "upload that was cut short", errors.UsageError, lambda _: _cut_short(),
        "a.csv: 3 bytes came, 1,000 were announced. Choose the file again.", "a.csv：应收到 1,000 字节，实际 3 字节。请重新选择文件。",
    ),
    Case(
        "DSO of open items without sales", errors.NeedsSales, lambda _: _dso(_cut()),
        "needs sales by month: this book holds only what is open. Give --sales FILE (month, gross).",
        "需要分月销售额：本账簿只含未清项。请用 --sales 文件（月份、含税销售额）。",
    ),
    Case(
        "DSO by what sales do not tell", errors.NeedsSales, lambda _: _dso(_cut(SALES, salesperson="Ann")),
        "the sales given are not told by salesperson, and this book holds only what is open. Leave that filter out, or give sales that tell it.",
        "所给销售额未按业务员列示，且本账簿只含未清项。请取消该筛选，或提供按此列示的销售额。",
    ),
    Case(
        "portfolio of a salesperson nobody knows", errors.UsageError, lambda _: _cut(salesperson="Bob"),
        'this book has no salesperson "Bob" on 2026-06-30. Choose from Ann.', "2026-06-30 的账簿中没有业务员“Bob”。可选：Ann。",
    ),
    Case(
        "limit asked for where none is proposed", errors.UsageError, lambda _: asking(NEW, review(NEW, "C1"), Wish("yearly_review")),
        "C1: the policy proposes no limit, so there is no amount to ask for. Give one: --amount. [no-proposal]",
        "C1：政策未提出建议额度，没有可申请的金额。请给出：--amount。[no-proposal]",
    ),
    Case(
        "credit file nobody recorded", errors.UsageError, lambda folder: compare_file(_store(folder), WHOLE, "C1"),
        "C1: no version of its credit file is recorded. See credit file list. [no-version]",
        "C1：没有记录的信用档案版本。请查看 credit file list。[no-version]",
    ),
    Case(
        "votes on a request there is not", errors.UsageError, lambda folder: request_facts(_store(folder), 9),
        "There is no request 9. See the open ones: credit limit pending. [no-request]",
        "没有申请 9。查看待审批申请：credit limit pending。[no-request]",
    ),
    Case(
        "minutes of a request there is not", errors.UsageError,
        lambda folder: record_minutes(_store(folder), [9], ["li"], AS_OF, text="no quorum"),
        "There is no request 9. See the open ones: credit limit pending. [no-request]",
        "没有申请 9。查看待审批申请：credit limit pending。[no-request]",
    ),
    Case(
        "minutes of a file there is not", errors.UsageError,
        lambda folder: record_minutes(_store(folder), [], ["li"], AS_OF, paper="none.pdf"),
        "none.pdf: no file there. Check the path. [no-file]", "none.pdf：文件不存在。请检查路径。[no-file]",
    ),
    Case(
        "minutes that say nothing", errors.UsageError, lambda folder: record_minutes(_store(folder), [], ["li"], AS_OF),
        "Minutes need a text or a file: --text, --file. [empty-minutes]", "纪要须有文字或文件：--text、--file。[empty-minutes]",
    ),
    Case(
        "release recorded without a number", errors.UsageError, lambda folder: record_release(_store(folder), _released(None), POLICY),
        "A release is recorded by the number of the order: give --order or --delivery. [no-order]",
        "记录放行须有订单号：请给出 --order 或 --delivery。[no-order]",
    ),
    Case(
        "release that leans on no approval", errors.UsageError, _leaning,
        "request … is for C2 and open: no approval of a release to C1. Leave --request out, or name one. [not-approved]",
        "申请 … 的客户为 C2，待审批，不能作为向 C1 放行的批准。请不填 --request，或给出已批准的申请。[not-approved]",
    ),
    Case(
        "release against the policy without a reason", errors.UsageError,
        lambda folder: record_release(_store(folder), _released("SO-1"), POLICY, anyway=True),
        '"" is no reason of the policy. Write --reason with one of … [not-in-policy]',
        "“”不是政策所列理由。请用 --reason 给出其中之一：…[not-in-policy]",
    ),
    Case(
        "what-if of a figure that can't move", errors.UsageError, lambda _: CustomerCase(WHOLE, "C1").scenario({"wealth": 1}),
        "nothing called wealth can be changed. There are: …", "没有可调整的 wealth。可用的有：…",
    ),
)  # fmt: skip
_REACHED = Reached(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_error_says_the_whole_text_in_both_languages(case: Case, tmp_path: Path) -> None:
    _REACHED.check(case, tmp_path)


def test_no_error_lacks_a_case() -> None:
    assert _REACHED.lacking("flows") == []
