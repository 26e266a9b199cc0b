"""Write the reference pages that are made from the code: docs/checks.md and docs/checks.zh.md. Run: python tools/docs.py"""

from __future__ import annotations

from pathlib import Path

from creditlib.errors import Lang
from creditlib.facts.catalogue import CHECKS

DOCS = Path(__file__).resolve().parents[1] / "docs"
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


if __name__ == "__main__":
    (DOCS / "checks.md").write_text(checks_page("en"), encoding="utf-8")
    (DOCS / "checks.zh.md").write_text(checks_page("zh"), encoding="utf-8")
