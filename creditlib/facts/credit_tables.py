"""The schemas of the credit file 信用档案: what is known about customers beside their ledger.

What must stay true: every row is dated and names its source, so that its age can be told; a blank is unknown, never zero; a
registry flag that nobody looked up is null, not false. One row of `statements` is one customer's year in one currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa

from creditlib.facts.schema import CODE, DAY, FLAG, INT, MONEY, SHARE, TEXT, column

Section = Literal["assets", "liabilities", "income", "cash_flow", "market"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a financial statement. section: where it stands. en, zh: its name in print."""

    name: str
    section: Section
    en: str
    zh: str


LINES: Final = (
    Line("cash", "assets", "Cash and equivalents", "货币资金"),
    Line("receivables", "assets", "Trade receivables", "应收账款"),
    Line("inventory", "assets", "Inventory", "存货"),
    Line("current_assets", "assets", "Total current assets", "流动资产合计"),
    Line("intangibles", "assets", "Intangible assets and goodwill", "无形资产及商誉"),
    Line("non_current_assets", "assets", "Total non-current assets", "非流动资产合计"),
    Line("total_assets", "assets", "Total assets", "资产总计"),
    Line("short_term_debt", "liabilities", "Short-term debt", "短期借款"),
    Line("payables", "liabilities", "Trade payables", "应付账款"),
    Line("current_liabilities", "liabilities", "Total current liabilities", "流动负债合计"),
    Line("long_term_debt", "liabilities", "Long-term debt", "长期借款"),
    Line("non_current_liabilities", "liabilities", "Total non-current liabilities", "非流动负债合计"),
    Line("total_liabilities", "liabilities", "Total liabilities", "负债合计"),
    Line("retained_earnings", "liabilities", "Retained earnings", "留存收益"),
    Line("equity", "liabilities", "Total equity", "所有者权益合计"),
    Line("sales", "income", "Sales", "营业收入"),
    Line("cost_of_sales", "income", "Cost of sales", "营业成本"),
    Line("depreciation", "income", "Depreciation and amortisation", "折旧与摊销"),
    Line("ebit", "income", "Operating profit (EBIT)", "息税前利润"),
    Line("interest", "income", "Interest expense", "利息费用"),
    Line("pretax_profit", "income", "Profit before tax", "利润总额"),
    Line("tax", "income", "Income tax", "所得税费用"),
    Line("net_income", "income", "Net income", "净利润"),
    Line("operating_cash_flow", "cash_flow", "Operating cash flow", "经营活动现金流量净额"),
    Line("investing_cash_flow", "cash_flow", "Investing cash flow", "投资活动现金流量净额"),
    Line("financing_cash_flow", "cash_flow", "Financing cash flow", "筹资活动现金流量净额"),
    Line("cash_change", "cash_flow", "Net change in cash", "现金净增加额"),
    Line("market_value", "market", "Market value of equity", "股权市值"),
)
"""Every line of a statement, in the order it is printed; `line_minor` of each is a column of `statements`."""

STATUSES: Final = ("active", "suspended", "liquidation", "insolvent", "revoked", "deregistered", "moved")
"""What a register says of a firm: 存续, 停业, 清算, 破产, 吊销, 注销, 迁出."""

COVERS: Final = ("credit_insurance", "guarantee", "mortgage", "pledge", "deposit", "letter_of_credit")
"""What can stand behind a receivable 担保物: credit insurance, guarantee 保证, mortgage 抵押, pledge 质押, deposit 保证金, L/C."""

_SOURCE: Final = (
    column("source_file", CODE, "file, or file:sheet"),
    column("source_row", pa.int32(), "row in that sheet, from 1"),
)

REGISTRATIONS: Final = pa.schema(
    [
        column("customer", CODE, "customer code", required=True),
        column("on", DAY, "day the register was looked up", required=True),
        column("register", TEXT, "name of the register"),
        column("name", TEXT, "registered name 企业名称"),
        column("former_names", TEXT, "earlier names 曾用名, separated by ;"),
        column("credit_code", TEXT, "unified social credit code 统一社会信用代码"),
        column("status", CODE, "one of STATUSES"),
        column("status_text", TEXT, "status as the register writes it 登记状态"),
        column("established_on", DAY, "day of establishment 成立日期"),
        column("currency", CODE, "ISO 4217, of the capital"),
        column("registered_capital_minor", MONEY, "minor units 注册资本"),
        column("paid_in_capital_minor", MONEY, "minor units 实缴资本"),
        column("legal_representative", TEXT, "person 法定代表人"),
        column("sector", CODE, "sector 行业"),
        column("country", CODE, "ISO 3166"),
        column("employees", INT, "persons 人数"),
        column("listed", FLAG, "shares are traded 上市"),
        column("manufacturing", FLAG, "makes goods 制造业"),
        column("abnormal_operation", FLAG, "on the list of abnormal operations 经营异常; null: not looked up"),
        column("serious_dishonesty", FLAG, "on the list of serious dishonesty 严重违法失信; null: not looked up"),
        column("judgment_debtor", FLAG, "dishonest judgment debtor 失信被执行人; null: not looked up"),
        *_SOURCE,
    ]
)

STATEMENTS: Final = pa.schema(
    [
        column("customer", CODE, "customer code", required=True),
        column("period_end", DAY, "last day of the period", required=True),
        column("months", INT, "months the income and cash flow cover", required=True),
        column("currency", CODE, "ISO 4217", required=True),
        column("audited", FLAG, "audited 经审计"),
        *(column(f"{line.name}_minor", MONEY, f"minor units, {line.en} {line.zh}") for line in LINES),
        *_SOURCE,
    ]
)

REFERENCES: Final = pa.schema(
    [
        column("customer", CODE, "customer code", required=True),
        column("on", DAY, "day of the answer", required=True),
        column("referee", TEXT, "supplier who answered 推荐人"),
        column("currency", CODE, "ISO 4217"),
        column("high_credit_minor", MONEY, "minor units, highest credit given 最高授信额"),
        column("terms", CODE, "payment term given"),
        column("days_late", INT, "days paid beyond terms, usually"),
        column("years_known", SHARE, "years of trade with the referee"),
        *_SOURCE,
    ]
)

RATINGS: Final = pa.schema(
    [
        column("customer", CODE, "customer code", required=True),
        column("on", DAY, "day of the rating", required=True),
        column("agency", CODE, "bureau, agency or insurer", required=True),
        column("grade", CODE, "grade as the agency writes it", required=True),
        column("default_probability", SHARE, "share of 1 within a year"),
        *_SOURCE,
    ]
)

SECURITY: Final = pa.schema(
    [
        column("customer", CODE, "customer code", required=True),
        column("kind", CODE, "one of COVERS", required=True),
        column("provider", TEXT, "insurer, guarantor, bank"),
        column("currency", CODE, "ISO 4217", required=True),
        column("amount_minor", MONEY, "minor units: insurer's limit, sum guaranteed, value pledged", required=True),
        column("insured_share", SHARE, "share of 1 that is paid 赔付比例; null: the policy's"),
        column("from_on", DAY, "first day in force", required=True),
        column("until_on", DAY, "last day in force"),
        column("max_days", INT, "longest credit period covered, days"),
        *_SOURCE,
    ]
)

CONTRACTS: Final = pa.schema(
    [
        column("customer", CODE, "customer code", required=True),
        column("contract", TEXT, "contract number"),
        column("signed_on", DAY, "day of signature", required=True),
        column("until_on", DAY, "last day in force"),
        column("terms", CODE, "payment term agreed"),
        column("retention_of_title", FLAG, "title is retained until payment 所有权保留"),
        column("late_interest", FLAG, "late interest is agreed 逾期利息"),
        column("dispute_days", INT, "days to raise a dispute 异议期"),
        *_SOURCE,
    ]
)

PURCHASES: Final = pa.schema(
    [
        column("customer", CODE, "customer code", required=True),
        column("on", DAY, "day the figure was given", required=True),
        column("currency", CODE, "ISO 4217", required=True),
        column("yearly_minor", MONEY, "minor units a year, incl. VAT, from this firm", required=True),
        column("expected", FLAG, "a forecast, not what was bought"),
        *_SOURCE,
    ]
)

ASSESSMENTS: Final = pa.schema(
    [
        column("customer", CODE, "customer code", required=True),
        column("on", DAY, "day of the visit or of the judgement", required=True),
        column("subject", CODE, "one of SUBJECTS", required=True),
        column("rating", INT, "1 (worst) to 5 (best)", required=True),
        column("by", TEXT, "person who judged"),
        column("text", TEXT, "what was seen"),
        *_SOURCE,
    ]
)

SUBJECTS: Final = ("market_position", "management", "premises", "reputation")
"""What a person judges on a visit: market position 市场地位, management 管理水平, premises 经营场所, reputation 信誉口碑."""

CREDIT_TABLES: Final[dict[str, pa.Schema]] = {
    "registrations": REGISTRATIONS,
    "statements": STATEMENTS,
    "references": REFERENCES,
    "ratings": RATINGS,
    "security": SECURITY,
    "contracts": CONTRACTS,
    "purchases": PURCHASES,
    "assessments": ASSESSMENTS,
}

DATED: Final[dict[str, str]] = {
    "registrations": "on", "statements": "period_end", "references": "on", "ratings": "on", "security": "from_on",
    "contracts": "signed_on", "purchases": "on", "assessments": "on",
}  # fmt: skip
"""The column that says how old a row of each table is."""
