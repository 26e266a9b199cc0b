"""Write the reference pages that are made from the code, in English and Chinese: checks, cell functions,
Python names, policy parameters.

What must stay true: nothing on these pages is written by hand but docs/python.toml. Run: python tools/docs.py
"""

from __future__ import annotations

import doctest
import inspect
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_origin

from creditlib.errors import Lang
from creditlib.faces.wording import say
from creditlib.facts.catalogue import CHECKS
from creditlib.policy import Parameter, load_policy
from creditlib.policy.factors import FACTORS

DOCS = Path(__file__).resolve().parents[1] / "docs"
LANGS: tuple[Lang, ...] = ("en", "zh")

# -------------------------------------------------------------------------------------------------------------- checks

HEAD = {
    "en": "# Named checks\n\nEach finding names its check in square brackets. `must act` makes `credit close` and `credit check` exit with 1.\n\n"
    "| Check | Level | What it means | What to do |\n|---|---|---|---|\n",
    "zh": "# 检查清单\n\n每条发现的方括号内为检查名。“须处理”会使 `credit close` 与 `credit check` 以 1 退出。\n\n"
    "| 检查 | 级别 | 含义 | 怎么办 |\n|---|---|---|---|\n",
}
LEVEL = {"en": {"must_act": "must act", "note": "note"}, "zh": {"must_act": "须处理", "note": "提示"}}


def checks_page(lang: Lang) -> str:
    """Return the page of named checks in a language."""
    rows = (f"| `{c.name}` | {LEVEL[lang][c.severity]} | {c.title(lang)} | {c.todo(lang)} |" for c in CHECKS.values())
    return HEAD[lang] + "\n".join(rows) + "\n"


# ------------------------------------------------------------------------------------------------------ cell functions

CELLS_HEAD = {
    "en": "# Spreadsheet functions\n\nTyped as they stand here, in Excel and in LibreOffice Calc; arguments in brackets may be left out. A wrong input gives "
    "a real error in the cell, and `CREDITWHY` with the function's name and the same arguments tells the reason. Chinese: [functions.zh.md](functions.zh.md).\n\n"
    "Where an argument is called a customer, it is one of three: the **code** of a customer of the connected book; a **range of names and values** side by "
    "side in two columns; or **many**: a column of codes, or a table whose first row holds names. The names are listed below, in English or Chinese.\n",
    "zh": "# 电子表格函数\n\n在 Excel 与 LibreOffice Calc 中按下列写法输入；方括号内的参数可省略。输入有误时单元格给出真正的错误值，"
    "用 `CREDITWHY` 加函数名与相同参数可得到原因。英文版：[functions.md](functions.md)。\n\n"
    "“客户”参数有三种写法：连接账簿中的**客户编码**；并列两列的**名称与取值**；或**多个**：一列编码，或首行为名称的表。可用名称见文末，中英文均可。\n",
}
ERRORS = {
    "en": "| Error | What it means |\n|---|---|\n| `#N/A` | not known: no such customer, no book connected, no figure on that day; never the same as 0 |\n"
    "| `#VALUE!` | an argument is wrong: its kind, its name, its choice, its day |\n| `#NUM!` | a figure no formula can take: a share above 1, a year without days |\n"
    "| any other | an argument is an error cell; it goes through |\n",
    "zh": "| 错误 | 含义 |\n|---|---|\n| `#N/A` | 未知：没有该客户、未连接账簿、当日没有数字；绝不等于 0 |\n"
    "| `#VALUE!` | 参数有误：类型、名称、选项或日期 |\n| `#NUM!` | 公式不接受的数字：大于 1 的比例、没有天数的一年 |\n| 其他 | 参数本身是错误单元格，原样传出 |\n",
}
CELL_WORDS = {
    "en": ("Argument", "What it is", "Errors", "Measures", "Names of inputs", "Name", "English", "Chinese"),
    "zh": ("参数", "含义", "错误值", "指标", "输入名称", "名称", "英文", "中文"),
}


def functions_page(lang: Lang) -> str:
    """Return the page of cell functions in a language, from the catalogue."""
    import creditlib_addin  # noqa: F401  (fills the catalogue)
    from creditlib_addin.answers import measures
    from creditlib_addin.sources import vocabularies
    from creditlib_addin.udf import CATALOGUE, GROUPS

    argument, meaning, errors, measured, inputs, name, english, chinese = CELL_WORDS[lang]
    parts = [CELLS_HEAD[lang]]
    for group in GROUPS:
        parts.append(f"\n## {say(f'macros.group.{group}', lang)}\n")
        for one in (f for f in CATALOGUE.values() if f.group == group):
            parts.append(f"### {one.name}\n\n{one.help(lang)}\n\n```\n={one.signature}\n{one.example}\n```\n")
            rows = ((f"`{a.name}`" + (f" = {a.default}" if a.default else ""), a.help(lang)) for a in one.arguments)
            parts += ["\n".join(_table((argument, meaning), rows)) + "\n"] if one.arguments else []
    parts.append(f"\n## {errors}\n\n{ERRORS[lang]}")
    rows = ((f"`{m.name}`", m.en, m.zh) for m in measures().values())
    parts.append(
        f"\n## {measured}: CREDITGET, CREDITTABLE\n\n" + "\n".join(_table((name, english, chinese), rows)) + "\n"
    )
    parts.append(f"\n## {inputs}\n")
    for users, labels in vocabularies():
        parts.append(
            f"### {', '.join(users)}\n\n"
            + "\n".join(_table((name, english, chinese), ((f"`{n}`", *t) for n, t in labels)))
            + "\n"
        )
    return "\n".join(parts)


# -------------------------------------------------------------------------------------------------------------- python

PYTHON_HEAD = {
    "en": "# Python names\n\nEvery public name, by subject; the examples are run by the tests. In Python, `help(creditlib.aging)` tells the rest: "
    "units, columns, errors, sources. Chinese: [python.zh.md](python.zh.md).\n",
    "zh": "# Python 名称一览\n\n按主题列出全部公开名称；示例均由测试执行。单位、列名、错误和出处见 Python 中的 `help(creditlib.aging)`（英文）。"
    "英文版：[python.md](python.md)。\n",
}
WIDTH = 100


def groups() -> list[dict[str, Any]]:
    """Return the subjects: en, zh, home (the module users import from), names (name → Chinese summary)."""
    found: list[dict[str, Any]] = tomllib.loads((DOCS / "python.toml").read_text(encoding="utf-8"))["group"]
    return found


def public_names() -> set[str]:
    """Return every name that is handed out to users."""
    return {
        name
        for home in ("creditlib", "creditlib.formulas", "creditlib.faces.panels")
        for name in import_module(home).__all__
    }


def python_page(lang: Lang) -> str:
    """Return the page of public names in a language."""
    parts = [PYTHON_HEAD[lang]]
    parts += [f"- [{g[lang]}](#{_anchor(g[lang])}): {', '.join(f'`{name}`' for name in g['names'])}" for g in groups()]
    for group in groups():
        parts.append(f"\n## {group[lang]}\n\n`from {group['home']} import …`")
        for name, chinese in group["names"].items():
            value = getattr(import_module(group["home"]), name)
            told = chinese if lang == "zh" else first_sentence(value, name)
            parts.append(
                "\n".join([f"\n### {name}\n", *([told, ""] if told else []), "```python", signature(value, name)])
            )
            parts.append("\n".join([*(["", *example] if (example := example_of(value)) else []), "```"]))
    return "\n".join(parts) + "\n"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def first_sentence(value: Any, name: str) -> str:
    """Return the first sentence of a docstring; for a constant or a choice of words, what it holds."""
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        return "A choice of words." if get_origin(value) else "A table of constants."
    text = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
    if not text:
        raise SystemExit(f"{name} has no docstring.")
    found = re.match(r".*?(?<!incl)(?<!e\.g)(?<!i\.e)\.(?=\s|$)", text)
    return (found[0] if found else text).removesuffix(".") + "."


def signature(value: Any, name: str) -> str:
    """Return how a name is called, over several lines where it is long."""
    if get_origin(value):
        return f"{name} = {' | '.join(repr(word) for word in get_args(value))}"
    if isinstance(value, Mapping):
        return "\n".join([f"{name} = {{", *(f"    {key!r}: {row!r}," for key, row in value.items()), "}"])
    made = inspect.signature(value)
    head = ("class " if inspect.isclass(value) else "") + name
    back = "" if inspect.isclass(value) or made.return_annotation is made.empty else f" -> {made.return_annotation}"
    words = list(_parameters(made))
    line = f"{head}({', '.join(words)}){back}"
    return line if len(line) <= WIDTH else "\n".join([f"{head}(", *(f"    {word}," for word in words), f"){back}"])


def _parameters(made: inspect.Signature) -> Iterator[str]:
    named_only = False
    for one in made.parameters.values():
        if one.kind is one.KEYWORD_ONLY and not named_only:
            named_only = True
            yield "*"
        text = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "") + one.name
        text += f": {one.annotation}" if one.annotation is not one.empty else ""
        if one.default is not one.empty:
            shown = "…" if inspect.isfunction(one.default) or repr(one.default).startswith("<") else repr(one.default)
            text += f" = {shown}" if one.annotation is not one.empty else f"={shown}"
        if one.kind is one.VAR_POSITIONAL:
            named_only = True
        yield text


def example_of(value: Any) -> list[str]:
    """Return the example of a docstring, line by line as a person types it and sees the answer."""
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        return []
    lines = []
    for one in doctest.DocTestParser().get_examples(inspect.getdoc(value) or ""):
        source = re.sub(r"\s*# doctest:.*", "", one.source).rstrip("\n").split("\n")
        lines += [f"{'...' if n else '>>>'} {line}".rstrip() for n, line in enumerate(source)]
        lines += one.want.rstrip("\n").split("\n") if one.want else []
    return lines


# -------------------------------------------------------------------------------------------------------------- policy

POLICY_HEAD = {
    "en": "# Policy parameters\n\nEvery value a policy file gives, with the one of the standard policy; `credit policy print --toml` writes that "
    "policy out, to start a firm's own from. A change is a new row from its day on, never an edit. Chinese: [policy.zh.md](policy.zh.md).\n\n"
    "Kinds: scalar, one number; text, one word; list, several; lookup, rows threshold → value, the greatest threshold not above counts "
    "(“line”: straight between two); marginal, rates by slices; grades, one value a grade; map, a word or number for each word; "
    "scorecard, factors with weight, bins and points. “none”: not set, which is not 0.\n",
    "zh": "# 政策参数\n\n政策文件须给出的全部参数及标准政策的取值；`credit policy print --toml` 可导出标准政策，作为企业自有政策的起点。"
    "变更时新增一行并写明生效日，不改旧行。英文版：[policy.md](policy.md)。\n\n"
    "类型：数值；文本；列表；对照表（取不超过该值的最大界限；“线性”为两点间内插）；累进（分段计率）；等级（每级一值）；"
    "映射（逐词对应）；评分卡（因子、权重、分档、得分）。“none”表示未设，不等于 0。\n",
}
KINDS = {
    "scalar": "数值", "text": "文本", "list": "列表", "lookup": "对照表", "marginal": "累进", "grades": "等级", "map": "映射",
    "scorecard": "评分卡",
}  # fmt: skip
SUBJECTS = {
    "close": ("Receivables and closing", "应收账款与月结"),
    "customer": ("Credit files and onboarding", "信用档案与准入核查"),
    "score": ("Score", "信用评分"),
    "limit": ("Limit", "信用额度"),
    "terms": ("Terms", "付款条件"),
    "release": ("Release", "放行"),
    "approval": ("Approvals", "审批"),
}
COLUMNS = {
    "en": ("Parameter", "Kind", "Unit", "Standard", "What it does", "Reference", "Used by"),
    "zh": ("参数", "类型", "单位", "标准值", "含义", "依据", "使用者"),
}
CARD = {
    "en": ("Factor", "Weight", "Points of 100 by value", "Unknown", "Why"),
    "zh": ("因子", "权重", "各档得分（百分制）", "未知时", "依据"),
}


def policy_page(lang: Lang) -> str:
    """Return the page of policy parameters in a language."""
    zh = lang == "zh"
    parts = [POLICY_HEAD[lang]]
    for subject, titles in SUBJECTS.items():
        listed = import_module(f"creditlib.policy.catalogue.{subject}").PARAMETERS
        parts += [f"## {titles[zh]}\n", *_table(COLUMNS[lang], (_row(one, lang) for one in listed)), ""]
    rows = load_policy().history("score.card")[-1].value
    parts += [
        f"## {'标准评分卡' if zh else 'The standard scorecard'}\n",
        *_table(CARD[lang], (_line(f, lang) for f in rows)),
    ]
    return "\n".join(parts) + "\n"


def _row(one: Parameter, lang: Lang) -> tuple[str, ...]:
    zh, rows = lang == "zh", load_policy().history(one.name)
    kind = KINDS[one.kind] if zh else one.kind
    if one.between == "line":
        kind += "，线性" if zh else ", line"
    values = [shown_value(row.value, lang) for row in rows]
    dated = [f"{v} ({'自 ' if zh else 'from '}{row.from_on})" for v, row in zip(values, rows, strict=True)]
    told = "<br>".join(dated if len(rows) > 1 else values)
    by = ", ".join(f"`{name}`" for name in one.used_by)
    return f"`{one.name}`", kind, one.unit_text(lang), told, one.meaning(lang), rows[-1].reference, by


def shown_value(value: Any, lang: Lang) -> str:
    """Return a policy value for a page."""
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {shown_value(one, lang)}" for key, one in value.items())
    if isinstance(value, tuple) and value and hasattr(value[0], "bins"):
        return f"{len(value)} 个因子，见文末" if lang == "zh" else f"{len(value)} factors, see the end"
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return ", ".join(f"{at} → {one}" for at, one in value)
    return (
        ", ".join(map(str, value))
        if isinstance(value, tuple)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )


def _line(factor: Any, lang: Lang) -> tuple[str, ...]:
    about = FACTORS[factor.name]
    first, *others = factor.bins
    below = f"< {others[0].threshold}: {first.points}"
    bins = "; ".join([below, *(f"≥ {one.threshold}: {one.points}" for one in others)])
    skipped = "权重分给其余" if lang == "zh" else "weight goes to the rest"
    unknown = skipped if factor.missing == "skip" else str(factor.missing)
    return f"{about.label(lang)} `{factor.name}`", f"{float(factor.weight * 100):g}%", bins, unknown, factor.source


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |"


PAGES = {"checks": checks_page, "functions": functions_page, "policy": policy_page, "python": python_page}
"""Every page that is made from the code: its file's name, and what makes it."""


def file_of(page: str, lang: Lang) -> Path:
    """Return where a page stands."""
    return DOCS / f"{page}{'.zh' if lang == 'zh' else ''}.md"


if __name__ == "__main__":
    for name, make in PAGES.items():
        for language in LANGS:
            file_of(name, language).write_text(make(language), encoding="utf-8")
