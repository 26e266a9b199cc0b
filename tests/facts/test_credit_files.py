"""Credit files in the shapes people keep them in: what is read, and that nothing is read wrongly or lost in silence."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from pyarrow import csv as pacsv
from pyarrow import parquet

from creditlib.errors import MappingError, SourceError, UsageError
from creditlib.facts.book import Book, open_book, save_book
from creditlib.facts.credit.columns import headers, recognise_credit
from creditlib.facts.credit.files import CreditFiles, read_files
from creditlib.facts.credit.periods import read_period
from creditlib.facts.credit.registry import read_capital
from creditlib.facts.credit.units import read_unit
from creditlib.facts.credit_tables import CREDIT_TABLES, LINES
from creditlib.facts.sources import open_grids

_Sheets = dict[str, list[list[Any]]]
CODE = "91350100M000100Y43"


def _book() -> Book:
    return Book(
        customers=pa.table(
            {"customer": ["C1", "C2", "C3"], "name": ["华东机械有限公司", "Acme Co., Ltd.", "旧名有限公司"], "credit_code": [CODE, None, None]}
        )
    )  # fmt: skip


def _workbook(folder: Path, sheets: _Sheets) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "f.xlsx")
    return folder / "f.xlsx"


def _csv(folder: Path, text: str, name: str = "f.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def _years(files: CreditFiles) -> dict[str, dict[str, Any]]:
    """Return period end → what was said of it, without the source."""
    return {
        str(row["period_end"]): {
            k.removesuffix("_minor"): v for k, v in row.items() if v is not None and k.endswith("_minor")
        }
        for row in files.statements.to_pylist()
    }


def _checks(files: CreditFiles) -> list[str]:
    return sorted({f.check for f in files.findings})


def test_balance_sheet_of_two_sides_and_income_statement_become_one_row_for_each_year(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path,
        {
            "资产负债表": [
                ["资产负债表"],
                ["编制单位：华东机械有限公司", None, None, "2024年12月31日", None, None, None, "单位：万元"],
                ["资产", "行次", "期末余额", "年初余额", "负债和所有者权益", "行次", "期末余额", "年初余额"],
                ["  货币资金", 1, 100.5, 80, "  短期借款", 20, 50, 40],
                ["  存　货", 3, 90, 70, "流动负债合计", 22, 150, 120],
                ["流动资产合计", 4, "４００", "3,00.0".replace("3,00.0", "300"), "盈余公积", 26, 100, 80],
                ["商誉", 7, 5, None, "未分配利润", 27, 200, 150],
                ["资产总计", 8, 600, 480, "负债和所有者权益总计", 29, 600, 480],
                ["注：本表未经审计"],
            ],
            "利润表": [
                ["编制单位：华东机械有限公司", None, "2024年度", "单位：万元"],
                ["项目", "行次", "本年金额", "上年金额"],
                ["一、营业收入", 1, 900, 800],
                ["减：营业成本", 2, 600, 550],
                ["四、净利润（净亏损以“－”号填列）", 5, "(75)", 67.5],
            ],
        },
    )
    files = read_files(path, book=_book())
    assert files.statements["customer"].to_pylist() == ["C1", "C1"]
    assert _years(files) == {
        "2024-12-31": {"cash": 100500000, "inventory": 90000000, "current_assets": 400000000, "intangibles": 5000000,
                       "total_assets": 600000000, "short_term_debt": 50000000, "current_liabilities": 150000000,
                       "retained_earnings": 300000000, "sales": 900000000, "cost_of_sales": 600000000, "net_income": -75000000},
        "2023-12-31": {"cash": 80000000, "inventory": 70000000, "current_assets": 300000000, "total_assets": 480000000,
                       "short_term_debt": 40000000, "current_liabilities": 120000000, "retained_earnings": 230000000,
                       "sales": 800000000, "cost_of_sales": 550000000, "net_income": 67500000},
    }  # fmt: skip


def test_english_statement_newest_first_with_notes_blank_columns_and_expenses_in_brackets(tmp_path: Path) -> None:
    rows = [["Acme"], ["In thousands of US dollars"], [], ["", "Note", "Dec-24", None, "Dec-23"], ["Net sales", 1, "1,200", None, 1000],
            ["Cost of goods sold", 2, "(700)", None, "(600)"], ["Interest expense", 3, "(20)", None, "(10)"],
            ["Income tax", None, "(70)", None, -60], ["Total assets", None, "n/a", None, 1800.5], [], ["See notes on page 2"]]  # fmt: skip
    files = read_files(_workbook(tmp_path, {"C2": rows, "Notes": [["by", "Li"], ["on", "page"]]}), book=_book())
    assert _years(files) == {
        "2024-12-31": {"sales": 120000000, "cost_of_sales": 70000000, "interest": 2000000, "tax": 7000000},
        "2023-12-31": {"sales": 100000000, "cost_of_sales": 60000000, "interest": 1000000, "tax": 6000000, "total_assets": 180050000},
    }  # fmt: skip
    assert set(files.statements["currency"].to_pylist()) == {"USD"}
    assert _checks(files) == ["credit-sheet-not-used", "expenses-negative", "unit-applied"]


def test_each_year_in_its_own_unit_is_read_in_its_own(tmp_path: Path) -> None:
    rows = [["项目", 2024, 2023], ["单位", "万元", "元"], ["营业收入", 500.25, 4000000.01], ["资产总计", 800, 7000000]]
    files = read_files(_workbook(tmp_path, {"C1": rows}))
    assert _years(files) == {
        "2024-12-31": {"sales": 500250000, "total_assets": 800000000},
        "2023-12-31": {"sales": 400000001, "total_assets": 700000000},
    }
    assert [f.en.split(":")[0] for f in files.findings if f.check == "unit-applied"] == [
        'amounts are stated in "万元"', 'amounts are stated in "元"'
    ]  # fmt: skip


def test_merged_heading_cells_and_a_title_with_a_day_are_no_periods(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["A2"] = "利润表 2024年12月31日", "单位：元"
    sheet.merge_cells("A1:D1")
    for row in (["客户：C7"], ["项目", None, "2023年度", "2024年度"], ["营业收入", None, 1, 2], ["净利润", None, 3, 4]):
        sheet.append(row)
    book.save(tmp_path / "m.xlsx")
    files = read_files(tmp_path / "m.xlsx")
    assert _years(files) == {
        "2023-12-31": {"sales": 100, "net_income": 300},
        "2024-12-31": {"sales": 200, "net_income": 400},
    }
    assert files.statements["customer"].to_pylist() == ["C7", "C7"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["客户,C1", "会企02表,2024年6月,单位：元", "项目,本月数,本年累计数", "营业收入,10,60", "净利润,1,6"], {"2024-06-30": (6, 6000)}),
        (["客户,C1", "单位：元,2024年1-9月", "项目,本期金额,上期金额,增减%", "营业收入,10,60,5%", "净利润,1,6,5%"],
         {"2024-09-30": (9, 1000), "2023-09-30": (9, 6000)}),
        (["客户,C1", "(CNY '000)", "项目 Item,2024 (audited),2025E", "营业收入 Revenue,10,60", "资产总计/Total assets,1,6"], {"2024-12-31": (12, 1000000)}),
        (["客户,C1", "单位：元", "资产负债表,2024年12月31日", "资产总计,10", "负债合计,1", "", "利润表,2024年度", "营业收入,5", "其他项目,2024"],
         {"2024-12-31": (12, 500)}),
    ],
)  # fmt: skip
def test_periods_of_statements_as_they_are_printed(
    rows: list[str], expected: dict[str, tuple[int, int]], tmp_path: Path
) -> None:
    files = read_files(_csv(tmp_path, "\n".join(rows) + "\n"))
    found = {str(r["period_end"]): (r["months"], r["sales_minor"]) for r in files.statements.to_pylist()}
    assert found == expected
    assert not [f for f in files.findings if f.severity == "must_act"]


def test_one_column_proves_the_decimal_sign_of_the_others(tmp_path: Path) -> None:
    text = "Customer;C1;\nIn EUR thousands;;\nItem;31.12.2024;31.12.2023\nNet sales;1.234;1.000,25\nNet income;(12);-\n"
    assert _years(read_files(_csv(tmp_path, text))) == {
        "2024-12-31": {"sales": 123400000, "net_income": -1200000},
        "2023-12-31": {"sales": 100025000, "net_income": 0},
    }


def test_columns_under_no_sure_period_are_named(tmp_path: Path) -> None:
    files = read_files(_csv(tmp_path, "客户,C1\n项目,2024年度,2025E\n营业收入,10,60\n净利润,1,6\n"))
    assert [f.en.split(". ")[0] for f in files.findings if f.check == "columns-not-used"] == [
        "columns not recognised (1): 2025E"
    ]


def test_name_in_the_heading_does_not_contradict_the_code_given_where_no_book_can_say(tmp_path: Path) -> None:
    path = _csv(tmp_path, "编制单位：甲公司,\n项目,2024年度\n营业收入,10\n净利润,1\n")
    assert read_files(path, customer="C1").statements["customer"].to_pylist() == ["C1"]


def test_gbk_file_with_full_width_digits_dashes_and_nonsense(tmp_path: Path) -> None:
    text = "客户,C1\n单位：千元,,\n项目,2023年度,2024年度\n营业收入,１２３,（45.5）\n流动资产合计,不适用,-\n净利润,abc,3\n备注,,\n"
    files = read_files(_csv(tmp_path, text, encoding="gb18030"))
    assert _years(files) == {
        "2023-12-31": {"sales": 12300000},  # not applicable and nonsense are null
        "2024-12-31": {
            "sales": -4550000,
            "current_assets": 0,
            "net_income": 300000,
        },  # a dash is how accountants write nothing
    }
    (fault,) = [f for f in files.findings if f.severity == "must_act"]
    assert (fault.check, fault.where) == ("unreadable-amount", "f.csv!B6")


def test_months_audit_and_currency_rows_are_read(tmp_path: Path) -> None:
    rows = [["Customer", "C1"], ["Currency", "EUR"], ["Unit", "EUR '000"], ["Item", "2024-06-30"], ["Months", 6], ["Audited", "no"],
            ["Revenue", 5], ["Net income", 1]]  # fmt: skip
    (row,) = read_files(_workbook(tmp_path, {"S": rows})).statements.to_pylist()
    assert (row["months"], row["audited"], row["currency"], row["sales_minor"]) == (6, False, "EUR", 500000)


def test_customer_of_a_sheet_is_its_cell_then_the_caller_then_its_name(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["项目", "2024年度"], ["营业收入", 1], ["净利润", 2]]

    def who(name: str, *above: list[Any], **options: Any) -> list[str | None]:
        return read_files(_workbook(tmp_path, {name: [*above, *rows]}), **options).statements["customer"].to_pylist()

    assert who("C1", ["客户", "C2"]) == ["C2"]
    assert who("利润表", customer="C3") == ["C3"]
    assert who("C1", customer="C3") == ["C3"]
    assert who("C1") == ["C1"]
    assert who("Sheet1") == []
    assert who("华东机械有限公司", book=_book()) == ["C1"]
    assert who("Sheet1", ["客户", "C2"], customer="C3") == []


def test_wide_table_with_units_in_headers_parts_totals_and_blanks(tmp_path: Path) -> None:
    text = (
        "客户编码,年度,币种,营业收入（万元）,total_assets,未分配利润（万元）,盈余公积（万元）\n"
        "C1,2024,CNY,100,200,5,6\nC1,2023年度,,90,,4,\nC2,FY2022,USD,1.5,2,,\n合计,,,191.5,,,\n"
    )
    files = read_files(_csv(tmp_path, text))
    assert [(r["customer"], r["currency"], r["sales_minor"], r["total_assets_minor"], r["retained_earnings_minor"])
            for r in files.statements.to_pylist()] == [
        ("C1", "CNY", 100000000, 20000, 11000000), ("C1", "CNY", 90000000, None, 4000000), ("C2", "USD", 1500000, 200, None),
    ]  # fmt: skip
    assert _checks(files) == ["credit-text-rows", "currency-assumed", "period-assumed", "unit-applied"]


def test_long_list_takes_unit_and_currency_of_each_row_and_tells_figures_that_differ(tmp_path: Path) -> None:
    text = (
        "customer,period end,line,amount,unit\nC1,31/12/2024,sales,100,USD '000\nC1,31/12/2024,资产总计,200.5,USD '000\n"
        "C2,05/06/2023,Revenue,5,CNY\nC2,05/06/2023,Revenue,6,CNY\nC2,05/06/2023,Goodwill hunting,6,CNY\n"
    )
    files = read_files(_csv(tmp_path, text))
    assert _years(files) == {"2024-12-31": {"sales": 10000000, "total_assets": 20050000}, "2023-06-05": {"sales": 500}}
    assert files.statements["currency"].to_pylist() == ["USD", "CNY"]
    assert {"line-twice", "lines-not-used"} <= set(_checks(files))


def test_wide_csv_of_200_000_rows_is_read_whole(tmp_path: Path) -> None:
    rows, random = 200_000, np.random.default_rng(3)
    minor = {line.name: random.integers(1, 10**9, rows) for line in LINES[:12]}
    columns: dict[str, Any] = {
        "customer": [f"C{i // 4}" for i in range(rows)],
        "period_end": [f"{2021 + i % 4}-12-31" for i in range(rows)],
        "currency": ["CNY"] * rows,
    }
    columns |= {name: [f"{v // 100}.{v % 100:02d}" for v in values.tolist()] for name, values in minor.items()}
    pacsv.write_csv(pa.table(columns), tmp_path / "big.csv")
    statements = read_files(tmp_path / "big.csv").statements
    assert statements.num_rows == rows
    for name, values in minor.items():
        assert (statements[f"{name}_minor"].to_numpy() == values).all()


def test_parquet_and_arrow_tables_are_sources_too(tmp_path: Path) -> None:
    table = pa.table(
        {
            "customer": ["C1"],
            "period_end": [date(2024, 12, 31)],
            "sales": [12.5],
            "net_income": [None],
            "total_assets": [7],
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    for source in (table, tmp_path / "a.parquet"):
        assert _years(read_files(source)) == {"2024-12-31": {"sales": 1250, "total_assets": 700}}
    statement = pa.table({"item": ["Sales", "Net income"], "2024": [5.5, 1.0], "2023": [4, 2]})
    assert _years(read_files(statement, customer="C1")) == {
        "2024-12-31": {"sales": 550, "net_income": 100}, "2023-12-31": {"sales": 400, "net_income": 200},
    }  # fmt: skip


def test_registry_export_is_matched_by_code_then_name_then_former_name(tmp_path: Path) -> None:
    head = ["企业名称", "统一社会信用代码", "登记状态", "注册资本", "实缴资本", "曾用名", "人员规模", "经营异常", "严重违法失信", "失信被执行人", "上市状态"]  # fmt: skip
    rows = [
        ["导出时间：2024-06-30 10:00"],
        head,
        [
            "华东机械有限公司",
            CODE,
            "存续（在营、开业、在册）",
            "500万人民币",
            "1,000.00万元",
            "-",
            "50-99人",
            "否",
            "",
            "3",
            "未上市",
        ],
        ["ACME CO.,LTD", None, "吊销，未注销", "100万美元", "-", None, None, "有", "无", "-", "A股"],
        ["新名有限公司", "X1", "注销", None, None, "旧名有限公司；再旧公司", None, None, None, None, None],
        ["别家公司", "X2", "在业", None, None, None, None, None, None, None, None],
    ]
    files = read_files(_workbook(tmp_path, {"S": rows}), book=_book())
    found = {row["customer"]: row for row in files.registrations.to_pylist()}
    assert list(found) == ["C1", "C2", "C3"]
    assert {row["on"] for row in found.values()} == {date(2024, 6, 30)}
    first = found["C1"]
    assert (first["registered_capital_minor"], first["paid_in_capital_minor"], first["currency"]) == (
        500000000,
        1000000000,
        "CNY",
    )
    assert (first["abnormal_operation"], first["serious_dishonesty"], first["judgment_debtor"]) == (False, None, True)
    assert (first["status"], first["employees"], first["listed"], first["former_names"]) == ("active", 50, False, None)
    second = found["C2"]
    assert (second["status"], second["currency"], second["registered_capital_minor"]) == ("revoked", "USD", 100000000)
    assert (second["abnormal_operation"], second["judgment_debtor"], second["listed"]) == (True, None, True)
    assert (found["C3"]["status"], found["C3"]["former_names"]) == ("deregistered", "旧名有限公司;再旧公司")
    assert _checks(files) == ["day-assumed", "register-no-customer", "renamed-in-register", "staff-range"]


@pytest.mark.parametrize(
    ("text", "status"),
    [("在营（开业）企业", "active"), ("停业", "suspended"), ("清算", "liquidation"), ("迁出", "moved"), ("吊销，已注销", "deregistered"),
     ("Active - proposal to strike off", "active"), ("In liquidation", "liquidation"), ("Struck off", "deregistered"), ("Inactive", "suspended"),
     ("Insolvency proceedings", "insolvent"), ("Bankrupt", "insolvent"), ("Dissolved", "deregistered"), ("-", None), ("perhaps", None)],
)  # fmt: skip
def test_status_words_of_registers(text: str, status: str | None, tmp_path: Path) -> None:
    path = _csv(tmp_path, f"customer,date,status,employees\nC1,2024-06-30,{text},5\n")
    (row,) = read_files(path).registrations.to_pylist()
    assert (row["status"], row["status_text"]) == (status, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("500万人民币", ("5000000", "CNY")), ("1,000.00万元", ("10000000.00", None)), ("100万美元", ("1000000", "USD")), ("50000万(元)", ("500000000", None)),
     ("100万元人民币", ("1000000", "CNY")), ("USD 2,500", ("2500", "USD")), ("3亿元", ("300000000", None)), ("面议", None), ("1.2.3万", None)],
)  # fmt: skip
def test_capital_as_registers_write_it(text: str, expected: tuple[str, str | None] | None) -> None:
    capital = read_capital(text)
    assert (capital is None) == (expected is None)
    if capital is not None and expected is not None:
        assert (str(int(capital.amount)), capital.currency) == (str(int(float(expected[0]))), expected[1])


def test_other_lists_in_both_languages(tmp_path: Path) -> None:
    texts = {
        "references": '客户编码,回复日期,推荐人,币种,最高授信额,账期,逾期天数,合作年数\nC1,2024-05-01,甲,CNY,"120,000.50",月结30天,5,3.5\n',
        "ratings": "customer,rating date,agency,grade,pd\nC1,2024-05-01,S,AA,0.5%\n",
        "security": "客户编码,担保类型,担保人,币种,担保金额（万元）,赔付比例,生效日,最长信用期\nC1,房产抵押,甲,CNY,50,90%,2024-01-01,90天\n",
        "contracts": "customer,contract number,signed on,terms,retention of title\nC1,K1,2024-01-01,net 30,yes\n",
        "purchases": "客户编码,数据日期,年采购额,是否预测\nC1,2024-01-01,1000,是\n",
        "assessments": "客户编码,评估日期,评估项目,评分,评估人\nC1,2024-01-01,市场地位,4,张\n",
    }
    files = read_files(*[_csv(tmp_path, text, f"{name}.csv") for name, text in texts.items()])
    assert [getattr(files, name).num_rows for name in texts] == [1] * 6
    assert [s.table for s in files.sources] == list(texts)
    (reference,), (rating,), (cover,) = (getattr(files, n).to_pylist() for n in ("references", "ratings", "security"))
    assert (reference["high_credit_minor"], reference["days_late"], reference["years_known"]) == (12000050, 5, 3.5)
    assert rating["default_probability"] == 0.005
    assert (cover["kind"], cover["amount_minor"], cover["insured_share"], cover["max_days"]) == (
        "mortgage",
        50000000,
        0.9,
        90,
    )
    assert files.contracts["retention_of_title"].to_pylist() == [True]
    assert files.assessments["subject"].to_pylist() == ["market_position"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("table", CREDIT_TABLES)
def test_every_header_to_print_is_read_back_as_its_own_field(table: str, lang: str, tmp_path: Path) -> None:
    printed = {
        n: getattr(h, lang)
        for n, h in headers()[table].items()
        if n not in ("line", "amount" if table == "statements" else "")
    }
    path = _csv(tmp_path, "\n".join([",".join(f'"{h}"' for h in printed.values()), ",".join("1" for _ in printed)]))
    found = recognise_credit(open_grids(path)[0])
    assert found is not None
    assert found.table == table
    read = {**found.columns, **{m.line: i for i, m in found.lines.items()}}
    assert read == {name: i for i, name in enumerate(printed)}


def test_rows_go_into_a_book_and_the_later_of_one_key_stands(tmp_path: Path) -> None:
    text = "customer,period end,currency,unit,sales,net income\nC1,2023-12-31,CNY,元,{},1\n"
    old = read_files(_csv(tmp_path, text.format(5))).into(_book())
    newer = read_files(_csv(tmp_path, text.format(6) + "C1,2024-12-31,CNY,元,7,1\n", "g.csv"), book=old)
    book = newer.into(old)
    assert [(str(r["period_end"]), r["sales_minor"]) for r in book.statements.to_pylist()] == [
        ("2023-12-31", 600),
        ("2024-12-31", 700),
    ]
    assert [(f.check, f.where) for f in newer.findings if f.check == "row-replaced"] == [("row-replaced", "f.csv!2")]
    save_book(book, tmp_path / "book")
    assert open_book(tmp_path / "book").table("statements").equals(book.statements)


def test_faults_of_the_caller_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        read_files()
    with pytest.raises(SourceError):
        read_files(_csv(tmp_path, ""))
    with pytest.raises(MappingError):
        read_files(_csv(tmp_path, "a,b\n1,2\n"))
    with pytest.raises(UsageError):
        read_files(_csv(tmp_path, "企业名称,登记状态\n甲,存续\n"))


@pytest.mark.parametrize("text", ["注册资本500万元", "编制单位：甲公司", "Tax (net)", "Interest", "单位：股", ""])
def test_text_that_only_holds_a_unit_states_none(text: str) -> None:
    assert read_unit(text) is None


@pytest.mark.parametrize("text", ["05/06/2024", "24", "1234", "2023/24", "9/2024/1", "合计"])
def test_text_that_names_no_sure_period_is_none(text: str) -> None:
    assert read_period(text) is None


def _looked_up(**cells: str) -> CreditFiles:
    row = {"客户编码": "C1", "企业名称": "华东机械有限公司", "查询日期": "2026-01-01", **cells}
    return read_files(pa.table({header: [cell] for header, cell in row.items()}), book=_book())


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("未列入", False), ("未被列入", False), ("未发现", False), ("无", False), ("0条", False), ("是", True), ("2条", True), ("未查询", None),
        ("未核查", None), ("未核实", None), ("未检索", None), ("未提供", None),
    ],
)  # fmt: skip
def test_a_list_that_nobody_looked_up_is_not_clean_however_it_is_written(text: str, listed: bool | None) -> None:
    assert _looked_up(经营状态="存续", 失信被执行人=text).registrations["judgment_debtor"].to_pylist() == [listed]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("存续（在营、开业、在册）", "active"), ("active", "active"), ("吊销，未注销", "revoked"), ("inactive", "suspended"),
        ("not active", None), ("no longer active", None), ("不再存续", None), ("非正常户", None),
    ],
)  # fmt: skip
def test_a_status_that_is_denied_is_not_read_as_that_status(text: str, status: str | None) -> None:
    files = _looked_up(经营状态=text)
    assert files.registrations["status"].to_pylist() == [status]
    assert ("unknown-word" in {finding.check for finding in files.findings}) == (status is None)
