"""Every error a decision can end in: its whole text in both languages, and that none was forgotten."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from creditlib import errors
from creditlib.decisions.limit.decide import limit_book, limit_of
from creditlib.decisions.limit.progressive import State, replay
from creditlib.decisions.limit.stated import limit_values
from creditlib.decisions.offer import instalment_plan, offer_terms
from creditlib.decisions.onboarding.decide import onboard
from creditlib.decisions.onboarding.evidence import Lines
from creditlib.decisions.release.decide import Order, release
from creditlib.decisions.score.decide import score
from creditlib.decisions.what_if.book import case_of
from creditlib.decisions.what_if.case import TermsCase
from creditlib.decisions.what_if.compare import compare_terms
from creditlib.decisions.what_if.curve import curve
from creditlib.facts.book import Book, save_book
from creditlib.facts.open_items import Rate
from creditlib.facts.outside import Control
from creditlib.flows.assess import assess
from creditlib.flows.close import close
from creditlib.flows.connected import import_book, refresh
from creditlib.flows.sources import Sources
from creditlib.flows.terms_bench import TermsBench
from creditlib.policy import load_policy

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "decisions"))
from limits import BIG, BOUGHT, factors, owing, scores, with_values
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
TERMS = TermsBench(assess(MANY, POLICY, AS_OF))
DOLLAR = [Rate("USD", Decimal(7), AS_OF)]


def _limits(**options: Any) -> Any:
    table = factors(BOUGHT)
    return limit_book(owing(BIG), table, scores(table, ["C"]), POLICY, AS_OF, **options)


def _nothing(folder: Path) -> object:
    (folder / "ledger.csv").write_text(
        "customer,document,date,due date,amount\nA,I-1,05/06/2026,05/06/2026,5\n", encoding="utf-8"
    )
    return import_book(folder / "book", Sources(files=(str(folder / "ledger.csv"),), home="CNY"), POLICY, AS_OF)


def _refresh(folder: Path) -> object:
    save_book(Book(), folder / "book")
    return refresh(folder / "book", POLICY, AS_OF)


def _replay(*months: tuple[str, int], **options: Any) -> object:
    """Rows of a payment record: currency and month of 2026."""
    row = {"customer": "C1", "worst_days_late": 0, "open_minor": 1}
    return replay([{**row, "currency": c, "month": date(2026, m, 1)} for c, m in months], POLICY, 100, **options)


def _release(amount: int = 1, kind: Any = "order", **options: Any) -> object:
    return release(Order("C1", "CNY", amount, kind), Book(), POLICY, AS_OF, **options)


def _close(*control: Control, **options: Any) -> object:
    return close(MANY, POLICY, AS_OF, control=control, **options)


CASES = (
    Case(
        "limits in a currency the factors are not in", errors.CurrencyError, lambda _: _limits(to="USD"),
        "the factors are in CNY, the limits asked in USD. Take the factors with to=USD and rates.",
        "评分因子的币种为 CNY，而额度要求以 USD 计。请以 to=USD 和汇率重新计算因子。",
    ),
    Case(
        "limit explained by another policy", errors.UsageError,
        lambda _: limit_of(_limits(), "C1", with_values(limit__grace_days=6)),
        f"these limits were made by policy {POLICY.fingerprint}, not by firm@{with_values(limit__grace_days=6).fingerprint}. "
        "Give the policy that made them.",
        f"这些额度由政策 {POLICY.fingerprint} 得出，而非 firm@{with_values(limit__grace_days=6).fingerprint}。请给出前者。",
    ),
    Case(
        "limit of a customer not asked", errors.UsageError, lambda _: limit_of(_limits(), "C9", POLICY),
        "customer C9 is not among the 1 whose limits are given. Check the code.", "所给的 1 户额度中没有客户 C9。请核对代码。",
    ),
    Case(
        "plan where no terms are offered", errors.UsageError,
        lambda _: offer_terms("C1", None, "refer", POLICY, AS_OF).plan(100, AS_OF),
        "customer C1 is offered no terms, so there is no plan: a person must decide the terms first.",
        "未给出客户 C1 的付款条件，无法编制计划：须先由人工决定付款条件。",
    ),
    Case(
        "plan of no instalments", errors.UsageError, lambda _: instalment_plan(3, 5, AS_OF),
        "3 in 5 instalments 1 months apart is no plan. Give 1 or more of each, and no more instalments than minor units.",
        "3 分 5 期、间隔 1 个月，不成计划。各数均须不小于 1，且期数不得多于金额的最小单位数。",
    ),
    Case(
        "onboarding of nobody", errors.UsageError, lambda _: onboard(Book(), "C9", POLICY, AS_OF),
        "no customer C9 in the customer list, the credit files or the ledger. Check the code.",
        "客户资料、信用档案和台账中均没有客户 C9。请核对代码。",
    ),
    Case(
        "points for what no check looks at", errors.PolicyError, lambda _: Lines("statements", {"audit": 10}),
        "onboarding.statement_points: audit is looked at by no check. Choose from present, fresh, audited, checks, z_service, "
        "equity_ratio, current_ratio.",
        "onboarding.statement_points：没有 audit 这一核查项。可选：present、fresh、audited、checks、z_service、equity_ratio、current_ratio。",
    ),
    Case(
        "replay in two currencies", errors.UsageError, lambda _: _replay(("USD", 1), ("CNY", 2)),
        "the rows are of C1 CNY, C1 USD. Replay one customer in one currency at a time.",
        "所给各行属于 C1 CNY、C1 USD。每次只能重演一户客户的一个币种。",
    ),
    Case(
        "replay of a month twice", errors.UsageError, lambda _: _replay(("CNY", 1), ("CNY", 2), ("CNY", 2)),
        "the month 2026-02 stands twice. Give each month once.", "2026-02 出现两次。每月只给一次。",
    ),
    Case(
        "replay of a month judged already", errors.UsageError,
        lambda _: _replay(("CNY", 2), ("CNY", 3), state=State(date(2026, 2, 1))),
        "the rows begin in 2026-02; the state carried was judged up to 2026-02. Give the months after it.",
        "所给各行自 2026-02 起，而承接的状态已判定至 2026-02。请给出其后的月份。",
    ),
    Case(
        "release below 0", errors.UsageError, lambda _: _release(-100_000),
        "amount must not be below 0, got -100,000 minor units. Check its sign.",
        "金额不得小于 0，得到 -100,000（最小单位）。请检查符号。",
    ),
    Case(
        "release under a limit below 0", errors.UsageError, lambda _: _release(limit_minor=-1),
        "limit must not be below 0, got -1 minor units. Check its sign.",
        "额度不得小于 0，得到 -1（最小单位）。请检查符号。",
    ),
    Case(
        "release of something else", errors.UsageError, lambda _: _release(kind="quote"),
        '"quote" can\'t be released. Choose from order, shipment, billing.',
        "不能放行“quote”。可选：order、shipment、billing。",
    ),
    Case(
        "hard stop nobody knows", errors.UsageError, lambda _: _release(hard_stop=("fire", "revoked")),
        "fire: no hard stop. Choose from revoked, deregistered, insolvent, liquidation, "
        "abnormal_operation, serious_dishonesty, judgment_debtor.",
        "fire 不是一票否决事项。可选：revoked、deregistered、insolvent、liquidation、abnormal_operation、"
        "serious_dishonesty、judgment_debtor。",
    ),
    Case(
        "score of a mistyped customer", errors.UsageError, lambda _: score(MANY, "C-1", POLICY, AS_OF),
        'no customer "C-1" in ledger or credit files. Did you mean C1?', "台账和信用档案中没有客户“C-1”。是否为 C1？",
    ),
    Case(
        "terms in two currencies", errors.CurrencyError, lambda _: compare_terms(CNY, CNY.changed(currency="USD"), POLICY, AS_OF),
        "the base is in CNY, the scenario in USD. State both in one currency.", "基准方案为 CNY，新方案为 USD。请使用同一币种。",
    ),
    Case(
        "change of no length", errors.UsageError, lambda _: compare_terms(CNY, CNY, POLICY, AS_OF, horizon_years=0),
        "horizon_years must be above 0, got 0. Write how many years the change lasts.",
        "horizon_years 须大于 0，得到 0。请写明变动持续的年数。",
    ),
    Case(
        "case of a customer without sales", errors.NeedsSales, lambda _: case_of(MANY, POLICY, AS_OF, customer="C9"),
        "nothing was billed on balance from 2026-05-01 to 2026-06-30 to C9. Check the day and the customers.",
        "2026-05-01 至 2026-06-30 客户 C9 没有开票净额。请核对基准日和客户。",
    ),
    Case(
        "case of a customer and a class", errors.UsageError, lambda _: case_of(MANY, POLICY, AS_OF, customer="C1", customers=["C1"]),
        "give customer or customers, not both.", "customer 与 customers 请只给其一。",
    ),
    Case(
        "case of an empty class", errors.UsageError, lambda _: case_of(MANY, POLICY, AS_OF, customers=[]),
        "no customer is in the class. Give at least one, or leave it out for the whole book.",
        "该类没有客户。请至少给出一户；要测算整个账簿则不必给出。",
    ),
    Case(
        "case of open items", errors.NeedsSales, lambda _: case_of(Book(), POLICY, AS_OF),
        "a case from this book lacks sales by month and the history of documents and payments (net days, late days, losses): it holds "
        "only what is open. Import the history.",
        "本账簿只含未清项，缺少分月销售额和单据与收款历史（账期、逾期天数、损失）。请导入历史数据。",
    ),
    Case(
        "case in two currencies", errors.CurrencyError, lambda _: case_of(MANY, POLICY, AS_OF),
        "the customers chosen are billed in CNY, USD. Report in one: --currency CCY --fx RATES.csv.",
        "所选客户以 CNY、USD 开票。请折算为一个币种：--currency 币种 --fx 汇率.csv。",
    ),
    Case(
        "case where nothing fell due", errors.NeedsSales,
        lambda _: case_of(book([invoice("C1", date(2026, 5, 1), date(2026, 12, 31), 100)]), POLICY, AS_OF),
        "nothing fell due from 2025-07-01 to 2026-06-30: net days and late days are not known. Check the day and the customers.",
        "2025-07-01 至 2026-06-30 没有到期款项，无法得知账期和逾期天数。请核对基准日和客户。",
    ),
    Case(
        "case without a loss", errors.UsageError, lambda _: TermsCase(currency="CNY", yearly_sales_minor=1, net_days=30),
        "no loss is stated. Give bad_debt_share or default_probability, one of them; 0 where none is expected.",
        "未说明损失。请在 bad_debt_share 与 default_probability 中给出一个；预计无损失时写 0。",
    ),
    Case(
        "case with two losses", errors.UsageError, lambda _: CNY.changed(bad_debt_share=0.01, default_probability=0.02),
        "two losses are stated. Give bad_debt_share or default_probability, one of them; 0 where none is expected.",
        "重复说明损失。请在 bad_debt_share 与 default_probability 中给出一个；预计无损失时写 0。",
    ),
    Case(
        "case beyond the cent", errors.TooLarge, lambda _: CNY.changed(yearly_sales_minor=10**16),
        "sales of 10,000,000,000,000,000 minor units are more than can be kept to the cent. Split the case.",
        "销售额 10,000,000,000,000,000（最小单位）超出可精确到分的范围。请拆分方案。",
    ),
    Case(
        "case with a field it has not", errors.UsageError, lambda _: CNY.changed(days=60),
        "a case has no days. It has: assumed, at_least, bad_debt_share, collection_share, cover_share, "
        "currency, customer, default_probability, deposit_share, discount_days, discount_share, "
        "documents, fixed_cost_minor, instalments, insured_share, late_days, loss_given_default, net_days, "
        "premium_rate, sales_change_share, taker_share, tax_share, variable_cost_share, "
        "yearly_sales_minor.",
        "方案没有 days。可用的有：assumed、at_least、bad_debt_share、collection_share、cover_share、currency、customer、"
        "default_probability、deposit_share、discount_days、discount_share、documents、fixed_cost_minor、"
        "instalments、insured_share、late_days、loss_given_default、net_days、premium_rate、sales_change_share、"
        "taker_share、tax_share、variable_cost_share、yearly_sales_minor。",
    ),
    Case(
        "case in fractions of a cent", errors.UsageError, lambda _: CNY.changed(yearly_sales_minor=1.5),
        "yearly sales must be a whole number of minor units, got 1.5. 1,000.00 is 100000.",
        "年赊销额须为以最小单位（分）计的整数，得到 1.5。1,000.00 写作 100000。",
    ),
    Case(
        "curve over what can't move", errors.UsageError, lambda _: curve(CNY, CNY, POLICY, AS_OF, over="currency", values=[]),
        'a curve can\'t run over "currency". Choose from net_days, late_days, discount_share, '
        "discount_days, taker_share, deposit_share, insured_share, cover_share, premium_rate, "
        "bad_debt_share, default_probability, loss_given_default, variable_cost_share, tax_share, "
        "collection_share, sales_change_share, yearly_sales_minor, fixed_cost_minor.",
        "曲线不能以“currency”为自变量。可选：net_days、late_days、discount_share、discount_days、taker_share、"
        "deposit_share、insured_share、cover_share、premium_rate、bad_debt_share、default_probability、"
        "loss_given_default、variable_cost_share、tax_share、collection_share、sales_change_share、"
        "yearly_sales_minor、fixed_cost_minor。",
    ),
    Case(
        "limit stated from something else", errors.UsageError, lambda _: limit_values({"wealth": 1}, "B", 600, POLICY, AS_OF),
        "a limit is not stated from wealth. There are: yearly_minor, term_days, …",
        "额度测算没有 wealth 这些数据。现有：yearly_minor、term_days、…",
    ),
    Case(
        "limit stated for no grade", errors.UsageError, lambda _: limit_values({}, "Q", 600, POLICY, AS_OF),
        'no grade "Q". There are: A, B, C, D, E.', "没有等级“Q”。现有：A、B、C、D、E。",
    ),
    Case(
        "limit stated from a negative figure", errors.UsageError, lambda _: limit_values({"yearly_minor": -1}, "B", 600, POLICY, AS_OF),
        "yearly_minor must not be below 0, got -1. Leave out what is not known.", "yearly_minor 不得小于 0，得到 -1。未知的请不要给出。",
    ),
    Case(
        "limit beyond what can be kept", errors.TooLarge,
        lambda _: limit_values({"yearly_minor": 10**18, "term_days": 9_000}, "B", 600, POLICY, AS_OF),
        "an amount behind a limit has 20 digits in minor units, more than can be kept exactly (18). Check amounts, rates and policy.",
        "额度计算中有一笔金额按最小单位计达 20 位，超出可精确保存的 18 位。请核对金额、汇率和政策。",
    ),
    Case(
        "insurer paying more than its limit", errors.UsageError,
        lambda _: limit_values({"insurer_minor": 100, "insurer_paid_minor": 300}, "B", 600, POLICY, AS_OF),
        "the insurer would pay 300 of a limit of 100 minor units. Check both.", "保险赔付额 300 大于保险限额 100（最小单位）。请核对两者。",
    ),
)  # fmt: skip

_REACHED = Reached(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_error_says_the_whole_text_in_both_languages(case: Case, tmp_path: Path) -> None:
    _REACHED.check(case, tmp_path)


def test_no_error_lacks_a_case() -> None:
    assert _REACHED.lacking("decisions") == []
