"""Every fault a policy file can have, with the exact text a person sees in English and in Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditlib.errors import PolicyError, UsageError
from creditlib.policy import CATALOGUE, load_policy, standard_text

CEI = """[[cei.months]]
from = 2000-01-01
value = 1
unit = "months"
kind = "scalar"
reference = "standard manual, CEI: month by month 按月"
"""

LATER = """
[[cei.months]]
from = 2021-02-01
value = 3
unit = "months"
kind = "scalar"
reference = "minute 7"
"""


def firm(old: str, new: str) -> str:
    """The standard policy with one place changed."""
    assert standard_text().count(old) == 1, old
    return standard_text().replace(old, new)


def cei(old: str, new: str, more: str = "") -> str:
    """The standard policy with the row of cei.months changed, and rows added at the end."""
    assert old in CEI, old
    return firm(CEI, CEI.replace(old, new)) + more


def value_of(parameter: str, old: str, new: str) -> str:
    """The standard policy with one parameter's value changed."""
    head = f"[[{parameter}]]\nfrom = 2000-01-01\nvalue = "
    return firm(f"{head}{old}\n", f"{head}{new}\n")


CASES = {
    "unknown parameter, near a known one": (
        firm("[[cei.months]]", "[[cei.month]]"),
        'firm.toml: cei.month: is no known parameter. Did you mean "cei.months"? [unknown-parameter]',
        "firm.toml：cei.month：不是已知参数。是否为“cei.months”？[unknown-parameter]",
    ),
    "unknown parameter, near none": (
        standard_text() + "\n[[zzz.qqq]]\nvalue = 1\n",
        "firm.toml: zzz.qqq: is no known parameter. Remove it. [unknown-parameter]",
        "firm.toml：zzz.qqq：不是已知参数。请删除。[unknown-parameter]",
    ),
    "a quoted dotted name is not the parameter": (
        standard_text() + '\n[["cei.months"]]\nvalue = 1\n',
        'firm.toml: cei.months: is no known parameter. Did you mean "cei.months"? [unknown-parameter]',
        "firm.toml：cei.months：不是已知参数。是否为“cei.months”？[unknown-parameter]",
    ),
    "missing parameter": (
        firm(CEI, ""),
        "firm.toml: cei.months: is missing (CEI period). Copy its row from the standard policy and set the value. "
        "[missing-parameter]",
        "firm.toml：cei.months：缺失（CEI 期间）。请从标准政策复制该行并设定其值。[missing-parameter]",
    ),
    "single brackets": (
        firm("[[cei.months]]", "[cei.months]"),
        "firm.toml: cei.months: is a single table, expected dated rows. "
        "Write [[cei.months]] above from, value, unit, kind, reference. [not-rows]",
        "firm.toml：cei.months：为单个表，应为按日期的行。"
        "请在 from、value、unit、kind、reference 之上写 [[cei.months]]。[not-rows]",
    ),
    "a bare value": (
        firm(CEI, "[cei]\nmonths = 1\n"),
        "firm.toml: cei.months: is 1, expected dated rows. "
        "Write [[cei.months]] above from, value, unit, kind, reference. [not-rows]",
        "firm.toml：cei.months：为1，应为按日期的行。"
        "请在 from、value、unit、kind、reference 之上写 [[cei.months]]。[not-rows]",
    ),
    "unknown key": (
        cei("value = 1", 'value = 1\nnote = "ours"'),
        'firm.toml: cei.months[row from 2000-01-01]: key "note" is unknown. Remove it. [unknown-key]',
        "firm.toml：cei.months[自 2000-01-01 起的行]：未知的键“note”。请删除。[unknown-key]",
    ),
    "misspelt key": (
        cei("reference", "refrence"),
        'firm.toml: cei.months[row from 2000-01-01]: key "refrence" is unknown. Did you mean "reference"? [unknown-key]',
        "firm.toml：cei.months[自 2000-01-01 起的行]：未知的键“refrence”。是否为“reference”？[unknown-key]",
    ),
    "missing key": (
        cei('kind = "scalar"\n', ""),
        'firm.toml: cei.months[row from 2000-01-01]: "kind" is missing. Add it. [missing-key]',
        "firm.toml：cei.months[自 2000-01-01 起的行]：缺少“kind”。请补充。[missing-key]",
    ),
    "missing from": (
        cei("from = 2000-01-01\n", ""),
        'firm.toml: cei.months[row 1]: "from" is missing. Add it. [missing-key]',
        "firm.toml：cei.months[第 1 行]：缺少“from”。请补充。[missing-key]",
    ),
    "wrong unit": (
        cei('"months"', '"days"'),
        'firm.toml: cei.months[row from 2000-01-01]: unit is "days", expected "months". Write unit = "months". '
        "[wrong-unit]",
        'firm.toml：cei.months[自 2000-01-01 起的行]：unit 为 "days"，应为 "months"。请写 unit = "months"。[wrong-unit]',
    ),
    "wrong kind": (
        firm('days beyond terms"\nkind = "lookup"', 'days beyond terms"\nkind = "marginal"'),
        'firm.toml: payment.index_points[row from 2000-01-01]: kind is "marginal", expected "lookup". '
        'Write kind = "lookup". [wrong-kind]',
        'firm.toml：payment.index_points[自 2000-01-01 起的行]：kind 为 "marginal"，应为 "lookup"。'
        '请写 kind = "lookup"。[wrong-kind]',
    ),
    "a number in quotes": (
        cei("value = 1", 'value = "1"'),
        'firm.toml: cei.months[row from 2000-01-01]: value is "1", expected a whole number, for example 30. [wrong-type]',
        'firm.toml：cei.months[自 2000-01-01 起的行]：value 为 "1"，应为整数，例如 30。[wrong-type]',
    ),
    "a fraction of a month": (
        cei("value = 1", "value = 1.5"),
        "firm.toml: cei.months[row from 2000-01-01]: value is 1.5, expected a whole number, for example 30. [wrong-type]",
        "firm.toml：cei.months[自 2000-01-01 起的行]：value 为 1.5，应为整数，例如 30。[wrong-type]",
    ),
    "true is not 1": (
        cei("value = 1", "value = true"),
        "firm.toml: cei.months[row from 2000-01-01]: value is true, expected a whole number, for example 30. [wrong-type]",
        "firm.toml：cei.months[自 2000-01-01 起的行]：value 为 true，应为整数，例如 30。[wrong-type]",
    ),
    "not a number": (
        value_of("dso.benchmark", "94", "nan"),
        "firm.toml: dso.benchmark[row from 2000-01-01]: value is NaN, expected a number, for example 30 or 0.5. "
        "[wrong-type]",
        "firm.toml：dso.benchmark[自 2000-01-01 起的行]：value 为 NaN，应为数字，例如 30 或 0.5。[wrong-type]",
    ),
    "a number too great to hold": (
        value_of("dso.benchmark", "94", "1e999999"),
        "firm.toml: dso.benchmark[row from 2000-01-01]: value is 1E+999999, expected a number, for example 30 or 0.5. "
        "[wrong-type]",
        "firm.toml：dso.benchmark[自 2000-01-01 起的行]：value 为 1E+999999，应为数字，例如 30 或 0.5。[wrong-type]",
    ),
    "below the least": (
        cei("value = 1", "value = 0"),
        "firm.toml: cei.months[row from 2000-01-01]: value is 0, the least allowed is 1. [not-allowed]",
        "firm.toml：cei.months[自 2000-01-01 起的行]：value 为 0，允许的最小值为 1。[not-allowed]",
    ),
    "above the most": (
        value_of("concentration.top", "10", "1001"),
        "firm.toml: concentration.top[row from 2000-01-01]: value is 1001, the most allowed is 1,000. [not-allowed]",
        "firm.toml：concentration.top[自 2000-01-01 起的行]：value 为 1001，允许的最大值为 1,000。[not-allowed]",
    ),
    "a word that is no choice": (
        value_of("dso.method", '"countback"', '"exhaustion"'),
        'firm.toml: dso.method[row from 2000-01-01]: value is "exhaustion". '
        'Write one of "countback", "simple", "rolling". [not-allowed]',
        'firm.toml：dso.method[自 2000-01-01 起的行]：value 为 "exhaustion"。'
        '请写其中之一："countback"、"simple"、"rolling"。[not-allowed]',
    ),
    "a colloquial currency": (
        value_of("home.currency", '"CNY"', '"RMB"'),
        'firm.toml: home.currency[row from 2000-01-01]: value is "RMB", not an ISO 4217 code. '
        'Write for example "CNY". [not-allowed]',
        'firm.toml：home.currency[自 2000-01-01 起的行]：value 为 "RMB"，不是 ISO 4217 代码。请写例如 "CNY"。[not-allowed]',
    ),
    "a day without quotes where text is due": (
        value_of("policy.review_by", '"2027-11-30"', "2027-11-30"),
        "firm.toml: policy.review_by[row from 2000-01-01]: value is 2027-11-30, "
        'expected a day in quotes, for example "2027-06-30". [wrong-type]',
        "firm.toml：policy.review_by[自 2000-01-01 起的行]：value 为 2027-11-30，"
        '应为加引号的日期，例如 "2027-06-30"。[wrong-type]',
    ),
    "a day that does not exist": (
        value_of("policy.review_by", '"2027-11-30"', '"2027-02-29"'),
        'firm.toml: policy.review_by[row from 2000-01-01]: value is "2027-02-29", '
        'expected a day in quotes, for example "2027-06-30". [wrong-type]',
        'firm.toml：policy.review_by[自 2000-01-01 起的行]：value 为 "2027-02-29"，'
        '应为加引号的日期，例如 "2027-06-30"。[wrong-type]',
    ),
    "one number where a list is due": (
        value_of("aging.edges", "[30, 60, 90, 180, 365]", "30"),
        "firm.toml: aging.edges[row from 2000-01-01]: value is 30, "
        "expected a list in square brackets; each element a whole number, for example 30. [wrong-type]",
        "firm.toml：aging.edges[自 2000-01-01 起的行]：value 为 30，应为方括号中的列表，其中每个元素是整数，例如 30。[wrong-type]",
    ),
    "edges that fall": (
        value_of("aging.edges", "[30, 60, 90, 180, 365]", "[30, 90, 60]"),
        "firm.toml: aging.edges[row from 2000-01-01]: 60 stands after 90. "
        "Write the numbers in rising order, each once. [not-rising]",
        "firm.toml：aging.edges[自 2000-01-01 起的行]：60 排在 90 之后。请按从小到大排列，每个数只写一次。[not-rising]",
    ),
    "an edge twice": (
        value_of("aging.edges", "[30, 60, 90, 180, 365]", "[30, 30]"),
        "firm.toml: aging.edges[row from 2000-01-01]: 30 stands after 30. "
        "Write the numbers in rising order, each once. [not-rising]",
        "firm.toml：aging.edges[自 2000-01-01 起的行]：30 排在 30 之后。请按从小到大排列，每个数只写一次。[not-rising]",
    ),
    "no edges": (
        value_of("aging.edges", "[30, 60, 90, 180, 365]", "[]"),
        "firm.toml: aging.edges[row from 2000-01-01]: the list is empty. Write at least one number. [not-allowed]",
        "firm.toml：aging.edges[自 2000-01-01 起的行]：列表为空。请至少写一个数。[not-allowed]",
    ),
    "a score range of one number": (
        value_of("score.range", "[480, 680]", "[480]"),
        "firm.toml: score.range[row from 2000-01-01]: the list holds 1, expected 2 numbers. [wrong-count]",
        "firm.toml：score.range[自 2000-01-01 起的行]：列表有 1 个数，应为 2 个。[wrong-count]",
    ),
    "a worse grade that needs a higher score": (
        value_of(
            "score.grades",
            "{ A = 640, B = 610, C = 580, D = 545, E = 0 }",
            "{ A = 640, B = 610, C = 620, D = 545, E = 0 }",
        ),
        "firm.toml: score.grades[row from 2000-01-01]: C has 620, more than B with 610. "
        "Give no grade more than a better one. [not-falling]",
        "firm.toml：score.grades[自 2000-01-01 起的行]：C 为 620，高于 B 的 610。较差等级不得高于较好等级。[not-falling]",
    ),
    "a zone nobody knows": (
        value_of(
            "onboarding.zone_points",
            "{ safe = 100, grey = 50, distress = 0 }",
            "{ save = 100, grey = 50, distress = 0 }",
        ),
        "firm.toml: onboarding.zone_points[row from 2000-01-01]: safe are missing, save unknown. "
        "Give safe, grey, distress. [wrong-words]",
        "firm.toml：onboarding.zone_points[自 2000-01-01 起的行]：缺少：safe；未知：save。请给出 safe、grey、distress。[wrong-words]",
    ),
    "a document kind twice": (
        value_of("dso.excluded_kinds", '["bill", "retention", "advance"]', '["bill", "bill"]'),
        'firm.toml: dso.excluded_kinds[row from 2000-01-01]: "bill" is listed twice. Keep one. [not-allowed]',
        'firm.toml：dso.excluded_kinds[自 2000-01-01 起的行]："bill" 重复列出。请只保留一个。[not-allowed]',
    ),
    "a table that is no table": (
        firm("[[0, 80], [15, 70], [22, 60], [30, 50], [60, 40], [90, 30], [120, 20]]", "[0, 80]"),
        "firm.toml: payment.index_points[row from 2000-01-01]: value is [0, 80], "
        "expected rows [threshold, value], for example [[0, 80], [30, 50]]. [wrong-type]",
        "firm.toml：payment.index_points[自 2000-01-01 起的行]：value 为 [0, 80]，"
        "应为若干行 [界限, 值]，例如 [[0, 80], [30, 50]]。[wrong-type]",
    ),
    "thresholds that fall": (
        firm("[22, 60], [30, 50]", "[30, 50], [22, 60]"),
        "firm.toml: payment.index_points[row from 2000-01-01]: 22 stands after 30. "
        "Write the numbers in rising order, each once. [not-rising]",
        "firm.toml：payment.index_points[自 2000-01-01 起的行]：22 排在 30 之后。请按从小到大排列，每个数只写一次。[not-rising]",
    ),
    "a threshold below 0": (
        firm("[[0, 80]", "[[-5, 80]"),
        "firm.toml: payment.index_points[row from 2000-01-01]: threshold is -5, expected a number from 0 on. [not-allowed]",
        "firm.toml：payment.index_points[自 2000-01-01 起的行]：界限为 -5，应为不小于 0 的数字。[not-allowed]",
    ),
    "missing reference": (
        cei("standard manual, CEI: month by month 按月", "  "),
        "firm.toml: cei.months[row from 2000-01-01]: the reference is missing. "
        "Write where this value was decided, for example a minute and its paragraph. [missing-reference]",
        "firm.toml：cei.months[自 2000-01-01 起的行]：缺少 reference。请写明该值的出处，例如会议纪要及其条款。[missing-reference]",
    ),
    "from with a time": (
        cei("from = 2000-01-01", "from = 2000-01-01T08:00:00"),
        "firm.toml: cei.months[row 1]: from is 2000-01-01 08:00:00, "
        "expected a day without quotes, for example from = 2026-01-01. [wrong-type]",
        "firm.toml：cei.months[第 1 行]：from 为 2000-01-01 08:00:00，应为不加引号的日期，例如 from = 2026-01-01。[wrong-type]",
    ),
    "confirmed_on in quotes": (
        cei("value = 1", 'value = 1\nconfirmed_on = "2026-01-01"'),
        'firm.toml: cei.months[row from 2000-01-01]: confirmed_on is "2026-01-01", '
        "expected a day without quotes, for example confirmed_on = 2026-01-01. [wrong-type]",
        'firm.toml：cei.months[自 2000-01-01 起的行]：confirmed_on 为 "2026-01-01"，'
        "应为不加引号的日期，例如 confirmed_on = 2026-01-01。[wrong-type]",
    ),
    "two rows from the same day": (
        standard_text() + LATER + LATER.replace("= 3", "= 6"),
        "firm.toml: cei.months[row from 2021-02-01]: two rows begin on this day, with 3 and 6. Keep one. [same-from]",
        "firm.toml：cei.months[自 2021-02-01 起的行]：有两行自同一天起，值为 3 和 6。请只保留一行。[same-from]",
    ),
    "a gap": (
        cei("value = 1", "value = 1\nto = 2020-12-31", LATER),
        "firm.toml: cei.months[row from 2000-01-01]: ends on 2020-12-31, the next row begins on 2021-02-01: "
        "31 days without a value. Write to = 2021-01-31, or leave it out. [gap]",  # the 31 days of January 2021
        "firm.toml：cei.months[自 2000-01-01 起的行]：终止于 2020-12-31，下一行自 2021-02-01 起："
        "有 31 天无值。请写 to = 2021-01-31，或删去 to。[gap]",
    ),
    "a gap of one day": (
        cei("value = 1", "value = 1\nto = 2021-01-30", LATER),
        "firm.toml: cei.months[row from 2000-01-01]: ends on 2021-01-30, the next row begins on 2021-02-01: "
        "1 day without a value. Write to = 2021-01-31, or leave it out. [gap]",
        "firm.toml：cei.months[自 2000-01-01 起的行]：终止于 2021-01-30，下一行自 2021-02-01 起："
        "有 1 天无值。请写 to = 2021-01-31，或删去 to。[gap]",
    ),
    "an overlap of one day": (
        cei("value = 1", "value = 1\nto = 2021-02-01", LATER),
        "firm.toml: cei.months[row from 2000-01-01]: ends on 2021-02-01, the next row begins on 2021-02-01: "
        "1 day with two values. Write to = 2021-01-31, or leave it out. [overlap]",
        "firm.toml：cei.months[自 2000-01-01 起的行]：终止于 2021-02-01，下一行自 2021-02-01 起："
        "有 1 天两值并存。请写 to = 2021-01-31，或删去 to。[overlap]",
    ),
    "an end before the start": (
        cei("value = 1", "value = 1\nto = 1999-12-31"),
        "firm.toml: cei.months[row from 2000-01-01]: ends on 1999-12-31, before it begins on 2000-01-01. "
        "Correct one of them. [ends-before-start]",
        "firm.toml：cei.months[自 2000-01-01 起的行]：终止日 1999-12-31 早于起始日 2000-01-01。请改正其一。[ends-before-start]",
    ),
    "a key twice": (
        "[[cei.months]]\nfrom = 2000-01-01\nvalue = 1 # ours\nunit = 'months'\nvalue = 3\n",
        'firm.toml:5: "value" is given twice in one row: 1 (line 3) and 3. Keep one. [duplicate-key]',
        "firm.toml:5：同一行参数中“value”写了两次：1（第 3 行）和 3。请只保留一个。[duplicate-key]",
    ),
    "a key twice, the second over two lines": (
        "[[aging.edges]]\nvalue = [30]\nvalue = [30,\n60]\n",
        'firm.toml:4: "value" is given twice in one row: [30] (line 2) and [30,. Keep one. [duplicate-key]',
        "firm.toml:4：同一行参数中“value”写了两次：[30]（第 2 行）和 [30,。请只保留一个。[duplicate-key]",
    ),
    "a table twice": (
        "[cei]\nmonths = 1\n[cei]\n",
        "firm.toml:3: not TOML: Cannot declare ('cei',) twice, in: [cei]. Correct it. [not-toml]",
        "firm.toml:3：不是有效的 TOML：Cannot declare ('cei',) twice，见：[cei]。请改正。[not-toml]",
    ),
    "not TOML": (
        "[[cei.months]]\nvalue = 3 months\n",
        "firm.toml:2: not TOML: Expected newline or end of document after a statement, in: value = 3 months. "
        "Correct it. [not-toml]",
        "firm.toml:2：不是有效的 TOML：Expected newline or end of document after a statement，见：value = 3 months。"
        "请改正。[not-toml]",
    ),
    "brackets too deep": (
        "x = " + "[" * 5000,
        "firm.toml: not TOML: numbers too long or brackets too deep. Correct it. [not-toml]",
        "firm.toml：不是有效的 TOML：数字过长或括号嵌套过深。请改正。[not-toml]",
    ),
    "a number of 5,000 digits": (
        "x = " + "1" * 5000,
        "firm.toml: not TOML: numbers too long or brackets too deep. Correct it. [not-toml]",
        "firm.toml：不是有效的 TOML：数字过长或括号嵌套过深。请改正。[not-toml]",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_fault_is_refused_with_its_text_in_both_languages(name: str, in_tmp: Path) -> None:
    text, en, zh = CASES[name]
    Path("firm.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy("firm.toml")
    assert refused.value.en == en
    assert refused.value.zh == zh


def test_all_problems_of_a_file_are_shown_together(in_tmp: Path) -> None:
    text = cei('"months"', '"days"').replace("[[overdue.top]]", "[[overdue.tops]]") + LATER.replace("= 3", "= 0")
    Path("firm.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy("firm.toml")
    checks = [line.rpartition("[")[2] for line in refused.value.en.split("\n")]
    assert checks == ["wrong-unit]", "not-allowed]", "unknown-parameter]"]
    assert len(refused.value.zh.split("\n")) == 3


def test_an_empty_file_misses_every_parameter(in_tmp: Path) -> None:
    Path("firm.toml").write_text("", encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy("firm.toml")
    assert len(refused.value.en.split("\n")) == len(CATALOGUE)


def test_a_row_refused_for_another_reason_leaves_no_gap_behind(in_tmp: Path) -> None:
    ended = CEI.replace("value = 1", "value = 1\nto = 2021-01-31")
    text = firm(CEI, ended) + LATER.replace('"months"', '"days"')
    Path("firm.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy("firm.toml")
    assert [line.rpartition("[")[2] for line in refused.value.en.split("\n")] == ["wrong-unit]"]


def test_a_file_in_another_encoding_is_refused_with_its_line(in_tmp: Path) -> None:
    Path("firm.toml").write_bytes("# policy\n# 信用政策\n".encode("gb18030"))
    with pytest.raises(PolicyError) as refused:
        load_policy("firm.toml")
    assert refused.value.en == "firm.toml:2: not UTF-8 text. Save the file as UTF-8. [not-utf8]"
    assert refused.value.zh == "firm.toml:2：不是 UTF-8 文本。请将文件另存为 UTF-8。[not-utf8]"


def test_a_file_that_is_not_there_is_a_fault_of_the_caller(in_tmp: Path) -> None:
    with pytest.raises(UsageError) as refused:
        load_policy("firm.toml")
    assert refused.value.en == (
        "firm.toml: no policy to read there (No such file or directory). "
        "A copy to start from: credit policy print --toml --out FILE"
    )
    assert refused.value.zh == (
        "firm.toml：无法读取政策文件（No such file or directory）。生成起始副本：credit policy print --toml --out 文件"
    )
