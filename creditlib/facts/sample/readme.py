"""The README of a written sample, in English and in Chinese: what the files are, and which odd case is where.

What must stay true: every figure and every line number comes from the sample that is written beside it.
"""

from __future__ import annotations

from typing import Final

from creditlib.errors import Lang
from creditlib.facts.sample.credit import SampleCredit
from creditlib.facts.sample.made import Sample
from creditlib.money import text

KINDS_ZH: Final = {
    "invoice": "发票", "debit_note": "借项", "credit_note": "贷项", "receipt": "收款", "advance": "预收款",
    "write_off": "坏账核销", "bill": "承兑汇票", "retention": "质保金", "opening": "期初", "fx_difference": "汇兑差额",
    "other": "其他",
}  # fmt: skip
REASONS_ZH: Final = {"price": "价格", "quality": "质量", "quantity": "数量", "delivery": "交货", "paperwork": "单据"}

_EN: Final = """# A sample ledger

An invented firm with two entities, {customers} customers and {documents} documents, from {first} to {end}.
Seed {seed}. Every name is invented; the credit codes carry a division number that belongs to
nobody. `truth.json` says how each customer was made to behave: look at it after you have looked at the ledger.

| File | What it holds |
|---|---|
| `documents.csv` | one row per document; receivables positive, receipts and credit notes negative; VAT included |
| `allocations.csv` | which receipt or credit note settles which item, when, when it was entered, when it was undone |
| `customers.csv` | the register |
| `sales.csv` | billings by month: invoices, debit notes and retention, less credit notes, by posting date |
| `control.csv` | balances of the control accounts on {end} |
| `control_wrong.csv` | the same with 0.01 too much in the first account: a close against it must fail |
| `rates.csv` | month-end rates to {home} |
| `truth.json` | behaviour of each customer, and the odd cases below |
{credit_files}
## The balances on {end}

An item is open by its amount less what was allocated to it by then. A document exists from its posting date;
an allocation counts from the latest of its own date and both postings, until it is undone. An over-allocated
invoice stands with a negative balance. The duplicate counts twice, as booked. Rows that have to be rejected
(no customer, unknown currency, total row) are not in these balances. Three decimals are rounded half away
from zero, item by item.

| Entity | Account | Currency | Balance |
|---|---|---|--:|
{control}

Open in all: {open}.

## The odd cases

Line is the line of `documents.csv`; the header is line 1. Check is the named check that finds the case; a dash means
that none does, because it is no fault or because nothing in the ledger can show it.

| Case | Check | Documents | Lines | What it shows |
|---|---|---|---|---|
{cases}
{credit_cases}
Not in this sample: dates whose day and month can be confused (a whole column of them is refused at once).
"""

_ZH: Final = """# 示例账

虚构企业，两家公司主体，{customers} 个客户，{documents} 张单据，{first} 至 {end}。随机种子 {seed}。名称均为虚构；
统一社会信用代码使用不存在的行政区划。`truth.json` 写明每个客户的行为设定：请先看账，再看答案。

| 文件 | 内容 |
|---|---|
| `documents.csv` | 每行一张单据；应收为正，收款和贷项为负；含税，另列税额 |
| `allocations.csv` | 哪笔收款或贷项核销哪张单据、何时核销、何时录入、何时撤销 |
| `customers.csv` | 客户档案 |
| `sales.csv` | 按月开票额：发票、借项、质保金减贷项，按记账日期 |
| `control.csv` | {end} 各统驭科目余额 |
| `control_wrong.csv` | 同上，但第一个科目多 0.01：用它对账必须不符 |
| `rates.csv` | 各月末对 {home} 汇率 |
| `truth.json` | 各客户行为及下列特殊情形 |
{credit_files}
## {end} 余额

未清金额 = 单据金额减截至当日的核销。单据自记账日起存在；核销自其日期与双方记账日中最晚者起生效，至撤销为止。
超额核销的发票余额为负。重复单据按账面计两次。须拒绝的行（无客户、币种未知、合计行）不计入余额。三位小数逐笔四舍五入（远离零）。

| 公司代码 | 科目 | 币种 | 余额 |
|---|---|---|--:|
{control}

未清合计：{open}。

## 特殊情形

“行”为 `documents.csv` 的行号，标题为第 1 行。“检查”为能发现该情形的检查名；短横表示没有检查：
或者本不是错误，或者账上无从看出。

| 情形 | 检查 | 单据 | 行 | 说明 |
|---|---|---|---|---|
{cases}
{credit_cases}
本示例不含：日月可混淆的日期（整列会被拒绝）。
"""

_CREDIT_FILES: Final = (
    """| `registrations.csv` | what the register says of each firm; in the Chinese sample as an export without customer codes |
| `statements.csv` | financial statements, one row a year, each in the unit its row names |
| `statement_sheet.xlsx` | the statements of one customer as it typed them |
| `references.csv` `ratings.csv` `security.csv` `contracts.csv` `purchases.csv` `assessments.csv` | the other parts of the credit files |
| `orders.csv` | orders: billed, part delivered, not begun |
| `limits.csv` `events.csv` | credit limits; applications, visits, calls and promises |
""",
    """| `registrations.csv` | 登记信息；中文示例为登记系统导出的样式，无客户编码，按信用代码和名称匹配 |
| `statements.csv` | 财务报表，每年一行，单位见各行 |
| `statement_sheet.xlsx` | 一个客户自己录入的报表 |
| `references.csv` `ratings.csv` `security.csv` `contracts.csv` `purchases.csv` `assessments.csv` | 信用档案的其他部分 |
| `orders.csv` | 订单：已开票、部分发货、未发货 |
| `limits.csv` `events.csv` | 信用额度；申请、走访、电话、承诺 |
""",
)
_CREDIT_CASES: Final = (
    """
## The odd cases of the credit files

About three customers in five have statements, four in five a registration. A check is told when the file is read or the
statements are checked; a dash means that the fact itself is the case.

| Case | Check | Customer | Where | What it shows |
|---|---|---|---|---|
{rows}
""",
    """
## 信用档案的特殊情形

约五分之三的客户有报表，五分之四有登记信息。“检查”在读取文件或核对报表时报告；短横表示事实本身即情形所在。

| 情形 | 检查 | 客户 | 位置 | 说明 |
|---|---|---|---|---|
{rows}
""",
)


def readme(sample: Sample, lang: Lang, credit: SampleCredit | None = None) -> str:
    """Return the README of a sample in one language. credit: its credit files, where they are written too.

    >>> from creditlib.facts.sample.generate import generate
    >>> readme(generate(customers=20, invoices=40), "en").splitlines()[0]
    '# A sample ledger'
    """
    control = [
        f"| {row['entity']} | {row['account']} | {row['currency']} | {text(row['balance_minor'], row['currency'])} |"
        for row in sample.control.to_pylist()
    ]
    cases = [
        f"| {case.name_zh if lang == 'zh' else case.name} | {case.check or '–'} | {' '.join(case.documents) or '–'} "
        f"| {' '.join(map(str, case.lines))} | {case.zh if lang == 'zh' else case.en} |"
        for case in sample.cases
    ]
    filled = (_ZH if lang == "zh" else _EN).format(
        customers=sample.customers.num_rows,
        documents=f"{sample.documents.num_rows + len(sample.loose):,}",
        first=sample.sales.column("month")[0].as_py() if sample.sales.num_rows else sample.end,
        end=sample.end,
        seed=sample.seed,
        home=sample.home,
        control="\n".join(control),
        open=", ".join(
            f"{text(minor, currency)} {currency}" for currency, minor in sorted(sample.open_totals().items())
        ),
        cases="\n".join(cases) or "| – | – | – | – | – |",
        credit_files="" if credit is None else _CREDIT_FILES[lang == "zh"],
        credit_cases="" if credit is None else _credit_cases(credit, lang),
    )
    return filled


def _credit_cases(credit: SampleCredit, lang: Lang) -> str:
    chinese = lang == "zh"
    rows = [
        f"| {case.name_zh if chinese else case.name} | {case.check or '–'} | {case.customer} "
        f"| `{case.file}` {' '.join(map(str, case.lines))} | {case.zh if chinese else case.en} |"
        for case in credit.cases
    ]
    return _CREDIT_CASES[chinese].format(rows="\n".join(rows))
